"""Simulate a year of nights and note of each what it took: seconds, memory, the size of the home by part.

    python -m tests.tools.year FOLDER [--nights N] [--keep K] [--days DAY …]
    python -m tests.tools.year FOLDER --chaos SEED --against UNDISTURBED [--nights N] [--factor F] [--days DAY …]
    python -m tests.tools.year FOLDER --report [--keep K] [--harmed [AGAIN …]]

FOLDER lies best in memory. The record goes to FOLDER/nights.jsonl, a line a night; begun anew, it goes on there. The
second, as root or under `unshare --map-root-user --mount`, harms the nights and holds their marts against those that
the first has left in the folder UNDISTURBED, with deliveries on the same days; FOLDER/disk is where it works, a disk of
its own that stays mounted when a night fails. The third writes a record into docs/reliability.md: that of a harmed year
with --harmed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from orchestration.release.log import current_id
from orchestration.settings import Settings
from tests.support.publishing import give_models
from tests.tools.year.chaos import TOO_LONG, Chaos, differing, disk_of_its_own
from tests.tools.year.deliveries import DAYS, Deliveries
from tests.tools.year.machine import Clock, Command, moment_of, sizes, warm_up
from tests.tools.year.report import harmed_section, read, section, write

RATES = {"kill": 6.3, "full": 0.35, "damage": 1, "step": 0.5}
"""How often a night on which something is delivered is harmed so, on average: with three of them a month, that is over
200 kills a year."""
DISK = 4096
"""Megabytes of the disk that can be full."""


class Year:
    """Nights one after the other in a folder, and their record."""

    def __init__(self, folder: Path, days: Collection[int], record: Path) -> None:
        self.folder, self.home, self.record = folder, folder / "home", record
        self.deliveries, self.clock = Deliveries(folder, days), Clock(folder / "clock")
        os.environ |= {"HRSS_PAGES": "0", "HRSS_HOME": str(self.home), "HRSS_LANDING": str(folder / "landing")}
        if not self.home.exists():
            self.home.mkdir(mode=0o700)
            give_models(folder / "models", self.home)

    def run(self, nights: int, chaos: Chaos | None, against: Path | None) -> None:
        """Until the night of that number; what the record has already is not repeated. Ends where a night fails."""
        done = len(self.record.read_text(encoding="utf-8").splitlines()) if self.record.exists() else 0
        for night in range(done, nights + 1):
            self.clock.set(moment_of(night))
            dumps = self.deliveries.arrive(night, moment_of(night))
            line = {"night": night, "day": f"{moment_of(night):%Y-%m-%d}", "dumps": dumps}
            if chaos is None or night == 0:
                line |= self._undisturbed()
            else:
                line |= asdict(chaos.night(night))
            if chaos is not None and against is not None and chaos.is_released(night):
                line["differences"] = differing(self.home, next(against.glob(f"marts/{night}.duckdb")))
                if line["differences"]:
                    sys.exit(f"night {night}: {line}")
            if against is None:
                self._keep_marts(night)
            line["sizes"] = sizes(self.home)
            with self.record.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, default=str) + "\n")

    def _undisturbed(self) -> dict[str, Any]:
        command = Command(self.clock, self.folder / "said", "refresh")
        command.wait(TOO_LONG)
        if command.exit_code != 0:
            sys.exit(f"exit code {command.exit_code}\n{command.said.read_text(encoding='utf-8')}")
        stages = json.loads(Settings.of(home=self.home).run_record.read_text(encoding="utf-8"))["seconds"]
        return {"seconds": round(command.seconds, 1), "peak": command.peak, "stages": stages}

    def _keep_marts(self, night: int) -> None:
        """A second name of the release's file, for the year that is held against this one."""
        marts = self.folder / "marts" / f"{night}.duckdb"
        marts.parent.mkdir(exist_ok=True)
        marts.unlink(missing_ok=True)
        settings = Settings.of(home=self.home)
        marts.hardlink_to(settings.releases / str(current_id(settings)) / "marts.duckdb")


def main() -> None:
    """As the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--keep", type=int, default=30, help="runs, releases and results in full")
    parser.add_argument("--chaos", type=int, metavar="SEED")
    parser.add_argument("--against", type=Path, metavar="UNDISTURBED")
    parser.add_argument("--factor", type=float, default=1, help="so many times as much harm a night")
    parser.add_argument("--days", type=int, nargs="+", default=DAYS, help="of a month, on which dumps are delivered")
    parser.add_argument("--report", action="store_true", help="write the record so far into docs/reliability.md")
    parser.add_argument(
        "--harmed",
        type=Path,
        nargs="*",
        metavar="AGAIN",
        help="the record is that of a harmed year; AGAIN: folders of its first nights, harmed otherwise",
    )
    asked = parser.parse_args()
    if asked.report:
        nights, *again = [read(folder / "nights.jsonl") for folder in (asked.folder, *(asked.harmed or ()))]
        write(section(nights, asked.keep) if asked.harmed is None else harmed_section(nights, *again))
        return
    folder = asked.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / "nights.jsonl"
    os.environ |= {f"HRSS_KEEP_{what}": str(asked.keep) for what in ("RUNS", "RELEASES", "RESULTS")}
    if asked.chaos is None:
        warm_up(folder / "models")
        Year(folder, asked.days, record).run(asked.nights, None, None)
        return
    disk, against = folder / "disk", asked.against.absolute()
    if not os.path.ismount(disk):
        record.unlink(missing_ok=True)  # of a disk that is no more
    with disk_of_its_own(disk, DISK):
        warm_up(disk / "models")
        year = Year(disk, asked.days, record)
        rates = {kind: rate * asked.factor for kind, rate in RATES.items()}
        year.run(asked.nights, Chaos(asked.chaos, disk, year.clock, rates, against), against)


if __name__ == "__main__":
    main()
