"""What the number of dumps costs a night: the same rows, by the province in few dumps and by the units in many.

`make bench` runs it and appends to benchmarks/RESULTS.md. Both are landed, then everything after landing is measured on
a night that builds all anew and on one that follows a single restated dump, run by run.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from benchmarks.ratios import note
from benchmarks.refresh import HRSS, RESULTS, runs_asked_for
from benchmarks.sample import write_sound
from raw_landing.sample.generate import Scale

SINCE = {"few": date(9999, 1, 1), "many": date(2024, 1, 1)}
"""From which month on the units deliver for themselves."""

RESTATED = Path("inbox", "talent", "skill_certificate", "skill_certificate__2023-05__420000.csv")
AFTER_LANDING = ("gate", "dbt", "attribution", "publication")


def write(landing: Path, since: date) -> int:
    """The sample's sound rows; returns the number of dumps."""
    change = (
        f"UPDATE delivery SET by_unit = (month >= DATE '{since}') FROM extract"
        " WHERE extract.extract = delivery.extract AND delivered_by = 'units'"
    )
    write_sound(landing / "inbox", Scale(), change)
    return len(list(landing.glob("inbox/**/*.csv")))


def night(landing: Path, *options: str) -> float:
    """Seconds of everything after landing in one refresh; it must publish."""
    places = {"HRSS_LANDING": str(landing), "HRSS_HOME": str(landing / "home")}
    subprocess.run([HRSS, "refresh", *options], env=os.environ | places, check=True, stdout=subprocess.DEVNULL)
    seconds = json.loads((landing / "home" / "last_run.json").read_text(encoding="utf-8"))["seconds"]
    return float(sum(seconds.get(stage, 0) for stage in AFTER_LANDING))


def restate(landing: Path, revision: int, restated: Path = RESTATED) -> None:
    """The next revision of a dump, one row shorter."""
    last, told = landing / restated, landing / f"{restated}.manifest.json"
    facts = json.loads(told.read_text(encoding="utf-8"))
    lines = last.read_bytes().splitlines(keepends=True)[: -revision + 1]
    new = last.with_stem(f"{last.stem}__r{revision}")
    sidecar = {name: facts[name] for name in ("synthetic", "submitted_by", "sampling_fraction") if name in facts}
    new.with_name(f"{new.name}.manifest.json").write_text(json.dumps(sidecar), encoding="utf-8")
    new.write_bytes(b"".join(lines))


def main() -> None:
    """Measure and append to the page."""
    runs = runs_asked_for()
    spent: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        landings = {name: Path(folder, name) for name in SINCE}
        dumps = {name: write(landing, SINCE[name]) for name, landing in landings.items()}
        for name in SINCE:
            night(landings[name])
        for run in range(runs):
            for name, landing in landings.items():
                spent.setdefault((name, "all anew"), []).append(night(landing, "--full"))
                restate(landing, run + 2)
                spent.setdefault((name, "one dump restated"), []).append(night(landing))
            sys.stderr.write(f"number of dumps: run {run + 1} of {runs}\n")
    lines = [
        "",
        "## The same rows in few and in many dumps",
        "",
        f"Medians of {runs} runs, seconds of everything after landing: gates, dbt, attribution, publication. The "
        f"sample's rows in {dumps['few']:,} dumps, and in {dumps['many']:,}.",
        "",
        "| night | few dumps, s | many dumps, s | ratio |",
        "|---|---:|---:|---:|",
    ]
    for kind in ("all anew", "one dump restated"):
        few, many = (statistics.median(spent[name, kind]) for name in SINCE)
        note(f"many dumps beside few, {kind}", many / few)
        lines.append(f"| {kind} | {few:.1f} | {many:.1f} | {many / few:.2f} |")
    with RESULTS.open("a", encoding="utf-8") as page:
        page.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
