"""What a night costs with little and with much history behind it: cost follows change, not what was there before.

`make bench` runs it and appends to benchmarks/RESULTS.md. The sample of the last 6, 24 and 72 months; then nights that
follow one dump of one unit, of the newest month and, where there is so much, of a month three years ago, run by run.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from benchmarks.dumps import restate
from benchmarks.ratios import note
from benchmarks.refresh import HRSS, RESULTS, runs_asked_for
from raw_landing.contract import load_contracts
from raw_landing.database import connect
from raw_landing.sample.maker import DEFAULT_SEED, Scale, make
from raw_landing.sample.writing import write_dumps

SINCE = {6: date(2025, 7, 1), 24: date(2024, 1, 1), 72: date(2020, 1, 1)}
"""The first month of so many months of history, the last of which is December 2025."""

NEWEST, OLD = "2025-12", "2022-12"
RESTATED = {
    month: Path("inbox", "arbitration", "mediation_case", f"mediation_case__{month}__{unit}.csv")
    for month, unit in ((NEWEST, "420100"), (OLD, "420000"))  # of the earlier years the province delivers itself
}
STAGES = ("landing", "gate", "dbt", "attribution", "publication", "whole")


def write(landing: Path, since: date, thinning: float = 1.0) -> int:
    """A share of the sample's dumps of the periods from a month on, but for those wrong on purpose; their rows."""
    with connect() as connection:
        make(connection, seed=DEFAULT_SEED, scale=Scale(thinning=thinning, since=since))
        for contract in load_contracts().values():
            write_dumps(connection, contract, landing / "inbox")
    for odd in (*landing.glob("inbox/*/*/dirty"), *landing.glob("inbox/*/*/repeated")):
        shutil.rmtree(odd)
    told = [json.loads(path.read_text(encoding="utf-8")) for path in landing.glob("inbox/**/*.manifest.json")]
    return sum(int(facts.get("rows") or 0) for facts in told)


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
        rows = {months: write(landing, SINCE[months]) for months, landing in landings.items()}
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
        f"| months of history | rows | dump of | {' | '.join(STAGES)} | ratio | all of it anew, once |",
        f"|---:|---:|---|{'---:|' * (len(STAGES) + 2)}",
    ]
    for (months, month), stages in median.items():
        ratio = stages["whole"] / baseline
        note(f"one dump's night with {months} months of history, dump of {month}", ratio)
        lines.append(
            f"| {months} | {rows[months]:,} | {month} | {' | '.join(f'{stages[stage]:.1f}' for stage in STAGES)} "
            f"| {ratio:.2f} | {full[months]['whole']:.1f} |"
        )
    with RESULTS.open("a", encoding="utf-8") as page:
        page.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
