"""How much of a small night DuckDB works, and how much goes to everything around it.

`make bench` runs it and appends to benchmarks/RESULTS.md. One month of all units, small dumps, is landed on top of a
year of history and published. Every call of DuckDB in every process is noted (benchmarks/watch/); what no call of any
process covers is outside of it: the starts of Python, dbt, Dagster and Great Expectations among others.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from benchmarks.ratios import note
from benchmarks.refresh import HRSS, IMPORT_DAGSTER, RESULTS, runs_asked_for, timed
from benchmarks.sample import write_sound
from raw_landing.sample.generate import Scale

SMALL = Scale(thinning=0.2, since=date(2025, 1, 1))
"""A fifth of the sample's last year: dumps of up to about 200 rows."""
NEW = "2025-12"
WATCH = Path(__file__).with_name("watch")


def at_work(folder: Path) -> float:
    """Seconds in which at least one of the noted calls was running."""
    spans = sorted(
        tuple(map(float, line.split()))
        for path in folder.iterdir()
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    seconds, until = 0.0, 0.0
    for begin, end in spans:
        seconds += max(0.0, end - max(begin, until))
        until = max(until, end)
    return seconds


def main() -> None:
    """Measure and append to the page."""
    runs = runs_asked_for()
    wall, inside, dagster = list[float](), list[float](), list[float]()
    timed(*IMPORT_DAGSTER)  # not counted: it brings the files into memory
    with tempfile.TemporaryDirectory() as folder:
        landing, later = Path(folder, "landing"), Path(folder, "later")
        home, before = Path(folder, "home"), Path(folder, "before")
        write_sound(landing / "inbox", SMALL)
        new = list(landing.glob(f"inbox/**/*__{NEW}__*"))
        dumps = sum(path.suffix == ".csv" for path in new)
        for path in new:
            goal = later / path.relative_to(landing)
            goal.parent.mkdir(parents=True, exist_ok=True)
            path.replace(goal)
        places = {"HRSS_LANDING": str(landing), "HRSS_HOME": str(home)}
        subprocess.run([HRSS, "refresh"], env=os.environ | places, check=True, stdout=subprocess.DEVNULL)
        home.rename(before)
        shutil.copytree(later, landing, dirs_exist_ok=True)
        for run in range(runs):
            notes = Path(folder, f"notes{run}")
            shutil.copytree(before, home, symlinks=True)  # where it was: dbt reads its project anew for another path
            notes.mkdir()
            watched = {"HRSS_WATCH": str(notes), "PYTHONPATH": str(WATCH)}
            started = time.monotonic()
            subprocess.run([HRSS, "refresh"], env=os.environ | places | watched, check=True, stdout=subprocess.DEVNULL)
            wall.append(time.monotonic() - started)
            inside.append(at_work(notes))
            dagster.append(timed(*IMPORT_DAGSTER))
            shutil.rmtree(home)
            sys.stderr.write(f"small night: run {run + 1} of {runs}\n")
    seconds, working = statistics.median(wall), statistics.median(inside)
    outside = statistics.median((a - b) / a for a, b in zip(wall, inside, strict=True))
    note(
        "small night outside DuckDB, beside importing dagster",
        statistics.median(a - b for a, b in zip(wall, inside, strict=True)) / statistics.median(dagster),
    )
    lines = [
        "",
        "## A small night: how much of it is outside DuckDB",
        "",
        f"Medians of {runs} runs: one month of all units, {dumps} dumps, on top of eleven months. {seconds:.1f} s in "
        f"all ({min(wall):.1f} – {max(wall):.1f}), of which DuckDB worked {working:.1f} s, in one process or another: "
        f"{outside:.0%} of the night were outside.",
    ]
    with RESULTS.open("a", encoding="utf-8") as page:
        page.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
