"""What a night costs with little and with much history behind it: cost follows change, not what was there before.

`make bench` runs it and appends to benchmarks/RESULTS.md. The sample of the last 6, 24 and 72 months; then nights that
follow one dump, of the newest month and, where there is so much, of December three years ago, run by run. That one is
larger: in the earlier years the province delivers, at the end of a year, what was changed in it.
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

from benchmarks.dumps import restate
from benchmarks.ratios import note
from benchmarks.refresh import HRSS, RESULTS, runs_asked_for
from benchmarks.sample import write_sound
from raw_landing.sample.generate import Scale

SINCE = {6: date(2025, 7, 1), 24: date(2024, 1, 1), 72: date(2020, 1, 1)}
"""The first month of so many months of history, the last of which is December 2025."""

NEWEST, OLD = "2025-12", "2022-12"
RESTATED = {
    month: Path("inbox", "arbitration", "mediation_case", f"mediation_case__{month}__{unit}.csv")
    for month, unit in ((NEWEST, "420100"), (OLD, "420000"))  # of the earlier years the province delivers itself
}
STAGES = ("landing", "gate", "dbt", "attribution", "publication", "whole")


def night(landing: Path, *options: str) -> dict[str, float]:
    """Seconds of a refresh by stage; it must publish."""
    places = {"HRSS_LANDING": str(landing), "HRSS_HOME": str(landing / "home")}
    subprocess.run([HRSS, "refresh", *options], env=os.environ | places, check=True, stdout=subprocess.DEVNULL)
    profile = json.loads((landing / "home" / "last_run.json").read_text(encoding="utf-8"))["profile"]
    return {stage: float(profile[stage]["seconds"]) if stage in profile else 0.0 for stage in STAGES}


def main() -> None:
    """Measure and append to the page."""
    runs = runs_asked_for()
    spent: dict[tuple[int, str], list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        landings = {months: Path(folder, str(months)) for months in SINCE}
        rows = {
            months: write_sound(landing / "inbox", Scale(since=SINCE[months])) for months, landing in landings.items()
        }
        dump_rows = {
            month: len((landings[max(SINCE)] / path).read_bytes().splitlines()) - 1 for month, path in RESTATED.items()
        }
        full = {months: night(landing) for months, landing in landings.items()}
        for run in range(runs):
            for months, landing in landings.items():
                for month in (NEWEST, OLD) if SINCE[months].isoformat() <= OLD else (NEWEST,):
                    restate(landing, run + 2, RESTATED[month])
                    spent.setdefault((months, month), []).append(night(landing))
            sys.stderr.write(f"history: run {run + 1} of {runs}\n")
    median = {
        key: {stage: statistics.median(one[stage] for one in nights) for stage in STAGES}
        for key, nights in spent.items()
    }
    baseline = median[min(SINCE), NEWEST]["whole"]
    lines = [
        "",
        "## One dump's night with little and with much history",
        "",
        f"Medians of {runs} runs, seconds: the night after the dump of one month of mediation came again, one row "
        "shorter. The ratio is to the night with the least history.",
        "",
        f"| months of history | rows | dump of | its rows | {' | '.join(STAGES)} | ratio | all of it anew, once |",
        f"|---:|---:|---|---:|{'---:|' * (len(STAGES) + 2)}",
    ]
    for (months, month), stages in median.items():
        ratio = stages["whole"] / baseline
        if month == NEWEST:
            note(f"one dump's night with {months} months of history", ratio)
        lines.append(
            f"| {months} | {rows[months]:,} | {month} | {dump_rows[month]:,} "
            f"| {' | '.join(f'{stages[stage]:.1f}' for stage in STAGES)} | {ratio:.2f} | {full[months]['whole']:.1f} |"
        )
    with RESULTS.open("a", encoding="utf-8") as page:
        page.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
