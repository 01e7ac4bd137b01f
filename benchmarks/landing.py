"""What landing costs beside a bare copy of the same files: many small dumps, and one large one.

`make bench` runs it and appends to benchmarks/RESULTS.md. Baseline: DuckDB reads the same files with read_csv (all
text) and writes them as Parquet, judging nothing; in the same run, on the same machine.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.refresh import RESULTS, runs_asked_for
from raw_landing.database import connect
from raw_landing.landing import land
from raw_landing.reference import load_regions

SMALL_DUMPS, SMALL_ROWS = 5_000, 200
LARGE_ROWS = 2_000_000
HEADER = "案号,行政区划代码,争议类型,涉及劳动者人数,申请日期,受理日期,结案日期,结案方式,终局裁决标志,裁决金额\n"


def body(unit: str, rows: int) -> str:
    """Synthetic arbitration cases of one unit."""
    line = "{unit}-{number},{unit},{kind},1,2024-01-{day:02d},2024-01-{day:02d},2024-02-{day:02d},裁决,是,{amount}\n"
    return "".join(
        line.format(unit=unit, number=number, kind=number % 5 + 1, day=number % 28 + 1, amount=f"{number % 9000}.50")
        for number in range(rows)
    )


def write_small(inbox: Path) -> int:
    """5,000 dumps of 200 rows: all units, month after month."""
    units = load_regions().units
    bodies = {unit: body(unit, SMALL_ROWS) for unit in units}
    written = 0
    while written < SMALL_DUMPS:
        month = written // len(units)
        unit = units[written % len(units)]
        name = f"arbitration_case__{2000 + month // 12}-{month % 12 + 1:02d}__{unit}.csv"
        (inbox / name).write_text(f"第{written}号\n{HEADER}{bodies[unit]}", encoding="utf-8")
        written += 1
    return written


def write_large(inbox: Path) -> int:
    """One dump of two million rows."""
    text = HEADER + body("420100", LARGE_ROWS)
    (inbox / "arbitration_case__2024-01__420100.csv").write_text(text, encoding="utf-8")
    return 1


@contextmanager
def inbox_of(write: Callable[[Path], int]) -> Iterator[tuple[Path, Path, int]]:
    """A landing folder filled by `write`, its inbox and the number of dumps."""
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder, "inbox", "arbitration")
        inbox.mkdir(parents=True)
        yield Path(folder), inbox, write(inbox)


def bare_copy(inbox: Path, goal: Path) -> None:
    """The baseline: the same bytes, read as text and written as Parquet, file by file."""
    goal.mkdir()
    with connect() as connection:
        for number, path in enumerate(sorted(inbox.iterdir())):
            connection.read_csv(str(path), all_varchar=True, skiprows=1).write_parquet(str(goal / f"{number}.parquet"))


def measure(write: Callable[[Path], int], runs: int) -> tuple[int, list[float], list[float]]:
    """Number of dumps, seconds of landing, seconds of the baseline."""
    landing: list[float] = []
    baseline: list[float] = []
    with inbox_of(write) as (folder, inbox, dumps):
        for run in range(runs):
            started = time.perf_counter()
            bare_copy(inbox, folder / f"bare{run}")
            baseline.append(time.perf_counter() - started)
            started = time.perf_counter()
            landed = land(folder, folder / f"home{run}")
            landing.append(time.perf_counter() - started)
            if landed.by_status != {"loaded": dumps}:
                raise RuntimeError(f"not all dumps were loaded: {landed.by_status}")
            sys.stderr.write(f"landing: run {run + 1} of {runs}\n")
    return dumps, landing, baseline


def main() -> None:
    """Measure and append to the page."""
    runs = runs_asked_for()
    lines = [
        "",
        "## Landing beside a bare copy of the same files",
        "",
        f"Medians of {runs} runs. Landing archives, identifies, decodes, types and judges every row and writes "
        "receipts; the bare copy does nothing of it.",
        "",
        "| dumps | landing, s | ms a dump | bare copy, s | ratio |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, write in (
        (f"{SMALL_DUMPS:,} of {SMALL_ROWS} rows", write_small),
        (f"1 of {LARGE_ROWS:,} rows", write_large),
    ):
        dumps, landing, baseline = measure(write, runs)
        spent, bare = statistics.median(landing), statistics.median(baseline)
        lines.append(f"| {name} | {spent:.1f} | {1000 * spent / dumps:.1f} | {bare:.1f} | {spent / bare:.2f} |")
    with RESULTS.open("a", encoding="utf-8") as page:
        page.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
