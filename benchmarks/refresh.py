"""What a refresh of the sample costs, by stage: `make bench` runs it and writes benchmarks/RESULTS.md.

A fresh landing folder and home each time; the median of the runs is reported, beside the bare cost of importing Dagster
on the same machine, so that figures of different machines can be compared as ratios.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.ratios import note

RESULTS = Path(__file__).parent / "RESULTS.md"
DEFAULT_RUNS = 5
HRSS = Path(sys.executable).with_name("hrss")

IMPORT_DAGSTER = (sys.executable, "-c", "import dagster")
CLI, ALL_NEW, NO_OP = "import of the command line", "hrss refresh, everything new", "hrss refresh, nothing new"
"""What is compared with the baseline on record."""


def timed(*command: str | Path, environment: dict[str, str] | None = None) -> float:
    """Wall seconds of one command; it must succeed."""
    started = time.perf_counter()
    subprocess.run(command, env=os.environ | (environment or {}), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def runs_asked_for() -> int:
    """How often to measure: the first argument, 5 without one."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_RUNS


def main() -> None:
    """Measure and write the page."""
    runs = runs_asked_for()
    stages: dict[str, list[float]] = {}

    def took(stage: str, seconds: float) -> None:
        stages.setdefault(stage, []).append(seconds)

    timed(*IMPORT_DAGSTER)  # not counted: it brings the files into memory
    for run in range(runs):
        took("baseline: import dagster", timed(*IMPORT_DAGSTER))
        took(CLI, timed(sys.executable, "-c", "import orchestration.cli.main"))
        with tempfile.TemporaryDirectory() as folder:
            places = {"HRSS_LANDING": folder, "HRSS_HOME": f"{folder}/home"}
            took("hrss sample", timed(HRSS, "sample", "--scale", "bench", environment=places))
            took(ALL_NEW, timed(HRSS, "refresh", environment=places))
            record = json.loads(Path(folder, "home", "last_run.json").read_text(encoding="utf-8"))
            for stage, seconds in record["seconds"].items():
                took(f"  of which {stage}", seconds)
            took(NO_OP, timed(HRSS, "refresh", environment=places))
        sys.stderr.write(f"run {run + 1} of {runs}\n")
    baseline = statistics.median(stages["baseline: import dagster"])
    lines = [
        "# What a refresh of the sample costs",
        "",
        f"Written by `make bench`: medians of {runs} runs, wall seconds, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores. The ratio is to importing Dagster in the same run.",
        "",
        "| stage | seconds | from – to | ratio |",
        "|---|---:|---:|---:|",
    ]
    for stage, seconds in stages.items():
        median = statistics.median(seconds)
        if stage in (CLI, ALL_NEW, NO_OP):
            note(f"{stage}, beside importing dagster", median / baseline)
        lines.append(
            f"| {stage.strip() if not stage.startswith(' ') else '– ' + stage.strip()} | {median:.2f} "
            f"| {min(seconds):.2f} – {max(seconds):.2f} | {median / baseline:.1f} |"
        )
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
