"""Simulate a year of nights and note of each what it took: seconds, memory, the size of the home by part.

    python -m tests.tools.year FOLDER [--nights N] [--keep K]

FOLDER lies best in memory. The record goes to FOLDER/nights.jsonl, a line a night; begun anew, it goes on there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from orchestration.settings import Settings
from tests.support.publishing import give_models
from tests.tools.year.deliveries import Deliveries
from tests.tools.year.machine import Clock, Command, moment_of, sizes, warm_up

TOO_LONG = 3600


def undisturbed(folder: Path, nights: int) -> None:
    """A night after the other; each must publish."""
    deliveries, clock, home = Deliveries(folder), Clock(folder / "clock"), folder / "home"
    record = folder / "nights.jsonl"
    done = len(record.read_text(encoding="utf-8").splitlines()) if record.exists() else 0
    for night in range(done, nights + 1):
        moment = moment_of(night)
        clock.set(moment)
        dumps = deliveries.arrive(night, moment)
        command = Command(clock, folder / "said", "refresh")
        command.wait(TOO_LONG)
        if command.exit_code != 0:
            sys.exit(f"night {night}: exit code {command.exit_code}\n{command.said.read_text(encoding='utf-8')}")
        stages = json.loads(Settings.of(home=home).run_record.read_text(encoding="utf-8"))["seconds"]
        line = {"night": night, "day": f"{moment:%Y-%m-%d}", "dumps": dumps, "seconds": round(command.seconds, 1)}
        line |= {"peak": command.peak, "stages": stages, "sizes": sizes(home)}
        with record.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def main() -> None:
    """As the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--keep", type=int, default=30, help="runs, releases and results in full")
    asked = parser.parse_args()
    folder = asked.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    warm_up(folder / "models")
    home = folder / "home"
    if not home.exists():
        home.mkdir(mode=0o700)
        give_models(folder / "models", home)
    kept = {f"HRSS_KEEP_{what}": str(asked.keep) for what in ("RUNS", "RELEASES", "RESULTS")}
    os.environ.update(kept | {"HRSS_PAGES": "0", "HRSS_HOME": str(home), "HRSS_LANDING": str(folder / "landing")})
    undisturbed(folder, asked.nights)


if __name__ == "__main__":
    main()
