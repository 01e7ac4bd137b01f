"""What the whole job costs beside the least that anybody could do: one hand-written DuckDB script that reads the same
dumps and computes the same 24 indicators (benchmarks/floor/).

`make bench` runs it and appends to benchmarks/RESULTS.md. Both start from nothing, in processes of their own, one after
the other, run by run; all figures that the script computes must agree each time.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.ratios import note
from benchmarks.refresh import HRSS, RESULTS, runs_asked_for
from benchmarks.sample import write_sound
from raw_landing.database import connect, literal
from raw_landing.sample.generate import Scale

FIVE_MILLION = Scale(thinning=4.0)
"""The sample with four times as many rows: about five million over all extracts."""

OURS = "intermediate.int_indicator_unioned where definition_version = 1 and region_code not like 'G%'"
# Of ours, the indicators and periods that the script computes: the plan's, not what was added to monitor them.
DISAGREEING = """
    with
        floor as (from {floor}),
        ours as (from (from {ours}) semi join floor using (indicator_id, period_type))
    select count(*)
    from floor full join ours using (indicator_id, region_code, period_type, period_end)
    where
        floor.indicator_id is null or ours.indicator_id is null or floor.value_text is distinct from ours.value_text
        or (floor.value is null) <> (ours.value is null)
        or abs(floor.value - ours.value) > 1e-9 * greatest(1, abs(floor.value))
        or (floor.numerator is null) <> (ours.numerator is null) or abs(floor.numerator - ours.numerator) > 1e-6
        or (floor.denominator is null) <> (ours.denominator is null)
        or abs(floor.denominator - ours.denominator) > 1e-6
"""


@dataclass
class Cost:
    """What each run of one contestant cost: wall seconds, and the memory of its largest process in MiB."""

    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def row(self, name: str, baseline: float) -> str:
        """A line of the table."""
        median = statistics.median(self.seconds)
        return (
            f"| {name} | {median:.1f} | {min(self.seconds):.1f} – {max(self.seconds):.1f} | {median / baseline:.2f} "
            f"| {statistics.median(self.memory):,.0f} |"
        )


def run(cost: Cost, *command: str | Path, environment: dict[str, str] | None = None) -> None:
    """Run one contestant in a process of its own and note what it cost; it must succeed."""
    started = time.perf_counter()
    process = os.posix_spawn(
        command[0],
        [str(word) for word in command],
        os.environ | (environment or {}),
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(process, 0)
    if status:
        raise RuntimeError(f"{' '.join(map(str, command))}: ended with {os.waitstatus_to_exitcode(status)}")
    cost.seconds.append(time.perf_counter() - started)
    cost.memory.append(usage.ru_maxrss / 1024)


def disagreeing(floor: Path, warehouse: Path) -> int:
    """How many figures the two do not agree on."""
    with connect() as connection:
        connection.execute(f"attach {literal(floor)} as floor (read_only)")
        connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        found = connection.execute(DISAGREEING.format(floor="floor.indicator", ours=f"warehouse.{OURS}")).fetchone()
        assert found is not None
        return int(found[0])


def main() -> None:
    """Measure and append to the page."""
    runs = runs_asked_for()
    floor, whole, parts = Cost(), Cost(), dict[str, list[float]]()
    with tempfile.TemporaryDirectory() as folder:
        rows = write_sound(Path(folder, "inbox"), FIVE_MILLION)
        for number in range(runs):
            database, home = Path(folder, f"floor{number}.duckdb"), Path(folder, f"home{number}")
            run(floor, Path(sys.executable), "-m", "benchmarks.floor", Path(folder, "inbox"), database)
            run(whole, HRSS, "refresh", environment={"HRSS_LANDING": folder, "HRSS_HOME": str(home)})
            record = json.loads((home / "last_run.json").read_text(encoding="utf-8"))
            for stage, seconds in record["seconds"].items():
                parts.setdefault(stage, []).append(seconds)
            if wrong := disagreeing(database, home / "warehouse.duckdb"):
                raise RuntimeError(f"the warehouse and the floor disagree on {wrong} figures")
            shutil.rmtree(home)
            database.unlink()
            sys.stderr.write(f"whole job: run {number + 1} of {runs}\n")
    baseline = statistics.median(floor.seconds)
    job = statistics.median(a + b for a, b in zip(parts["landing"], parts["dbt"], strict=True))
    gate = statistics.median(parts["gate"])
    note("landing and dbt, beside one script", job / baseline)
    note("gate, beside landing and dbt", gate / job)
    lines = [
        "",
        "## The whole job beside one hand-written DuckDB script",
        "",
        f"Medians of {runs} runs from nothing, {rows:,} rows over all extracts, the same clean dumps; every figure "
        "that the script computes agreed in every run. The script (benchmarks/floor/) trusts its files and judges, "
        "keeps and publishes nothing. Memory is that of the largest process, MiB.",
        "",
        "| | seconds | from – to | ratio | memory |",
        "|---|---:|---:|---:|---:|",
        floor.row("baseline: the script", baseline),
        whole.row("hrss refresh, all of it", baseline),
        *(
            f"| – of which {stage} | {statistics.median(spent):.1f} | {min(spent):.1f} – {max(spent):.1f} "
            f"| {statistics.median(spent) / baseline:.2f} | |"
            for stage, spent in parts.items()
        ),
        "",
        f"Landing and dbt together: {job / baseline:.2f} times the script. The gate adds {gate / job:.0%} to them.",
    ]
    with RESULTS.open("a", encoding="utf-8") as page:
        page.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
