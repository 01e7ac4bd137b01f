"""What landing costs beside a bare copy of the same files: many small dumps, and one large one in each encoding.

`make bench` runs it and puts its table into benchmarks/RESULTS.md. Baseline: DuckDB, as it comes, reads the same files
in UTF-8 with read_csv (all text) and writes them as Parquet, judging nothing; in the same run, on the same machine, the
contestants one after the other, run by run.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import duckdb

from benchmarks.quick import put
from benchmarks.ratios import note
from benchmarks.refresh import runs_asked_for
from raw_landing.database import connect
from raw_landing.land import land
from raw_landing.regions import load_regions

SMALL_DUMPS, SMALL_ROWS = 5_000, 200
FIRST_YEAR, AS_OF = 2015, date(2040, 1, 1)  # no earlier period is accepted; so many months of units reach far ahead
LARGE_ROWS = 2_000_000
CASES = "案号,行政区划代码,争议类型,涉及劳动者人数,申请日期,受理日期,结案日期,结案方式,终局裁决标志,裁决金额\n"

INSURED = """
    SELECT
        'H' || lpad(i::VARCHAR, 9, '0') AS person_no,
        '4201' || lpad((i * 7919 % 100)::VARCHAR, 2, '0')
        || strftime(DATE '1945-01-01' + (i * 104729 % 20000)::INTEGER, '%Y%m%d')
        || lpad((1 + i * 31 % 997)::VARCHAR, 3, '0')
        || substr('123456789X', (1 + i * 13 % 10)::INTEGER, 1) AS id_number,
        ['张', '王', '李', '赵', '陈', '杨', '黄', '周'][1 + i * 3 % 8]
        || ['伟', '芳', '秀英', '敏', '静', '丽', '强', '磊', '洋', '艳'][1 + i * 17 // 3 % 10] AS person_name,
        ['420102', '420103', '420104', '420105', '420106', '420107', '420111', '420112'][1 + i * 5 % 8] AS region_code,
        ['110', '120', '170', '210', '410'][1 + i * 11 % 5] AS insurance_type,
        CASE WHEN i % 15 = 0 THEN '2' ELSE '1' END AS enrolment_status,
        CASE WHEN i * 7 % 5 = 0 THEN '1' ELSE '0' END AS is_retired,
        strftime(DATE '1995-01-01' + to_months((i * 101 % 340)::INTEGER), '%Y-%m') AS first_enrolled_month,
        CASE WHEN i % 3 > 0 THEN '91420100MA' || lpad((i // 40 % 100000)::VARCHAR, 5, '0') || 'K1X' END
            AS employer_uscc
    FROM range({rows}) AS made (i)
"""
"""People insured in one unit, all of them synthetic."""


@dataclass
class Cost:
    """What each run of one contestant cost: wall seconds, and seconds of all cores together."""

    wall: list[float] = field(default_factory=list)
    cores: list[float] = field(default_factory=list)

    def measure(self, work: Callable[[], None]) -> None:
        """Do the work once and note its cost."""
        wall, cores = time.perf_counter(), time.process_time()
        work()
        self.wall.append(time.perf_counter() - wall)
        self.cores.append(time.process_time() - cores)

    def row(self, name: str, dumps: int, baseline: Cost) -> str:
        """A line of the table."""
        wall, cores = statistics.median(self.wall), statistics.median(self.cores)
        if self is not baseline:
            note(f"{name}, beside a bare copy", wall / statistics.median(baseline.wall))
        return (
            f"| {name} | {wall:.2f} | {min(self.wall):.2f} – {max(self.wall):.2f} | {cores:.2f} "
            f"| {1000 * wall / dumps:,.1f} | {wall / statistics.median(baseline.wall):.2f} "
            f"| {cores / statistics.median(baseline.cores):.2f} |"
        )


def write_small(inbox: Path) -> int:
    """5,000 dumps of 200 rows: all units, month after month."""
    units = load_regions().units
    line = "{unit}-{number},{unit},{kind},1,2024-01-{day:02d},2024-01-{day:02d},2024-02-{day:02d},裁决,是,{amount}\n"
    bodies = {
        unit: "".join(
            line.format(
                unit=unit, number=number, kind=number % 5 + 1, day=number % 28 + 1, amount=f"{number % 9000}.50"
            )
            for number in range(SMALL_ROWS)
        )
        for unit in units
    }
    folder = inbox / "arbitration"
    folder.mkdir(parents=True)
    for written in range(SMALL_DUMPS):
        month, place = divmod(written, len(units))
        name = f"arbitration_case__{FIRST_YEAR + month // 12}-{month % 12 + 1:02d}__{units[place]}.csv"
        (folder / name).write_text(f"第{written}号\n{CASES}{bodies[units[place]]}", encoding="utf-8")
    return SMALL_DUMPS


def write_large(inbox: Path, encoding: str) -> int:
    """One dump of two million rows."""
    path = inbox / "pension" / "insurance_enrolment__2024-01__420100.csv"
    path.parent.mkdir(parents=True)
    with connect() as connection:
        connection.sql(INSURED.format(rows=LARGE_ROWS)).write_csv(str(path), header=True)
    if encoding != "utf-8":
        path.write_bytes(path.read_bytes().decode().encode(encoding))
    return 1


def bare_copy(inbox: Path, *, skip: int = 0) -> None:
    """The baseline: the same bytes, read as text and written as Parquet, file by file."""
    with tempfile.TemporaryDirectory(dir=inbox.parent) as goal, duckdb.connect() as connection:
        for number, path in enumerate(sorted(inbox.glob("*/*.csv"))):
            connection.execute(
                f"COPY (SELECT * FROM read_csv('{path}', all_varchar = true, skip = {skip}))"
                f" TO '{goal}/{number}.parquet'"
            )


def landing(inbox: Path, dumps: int) -> None:
    """The same files landed in a new home."""
    with tempfile.TemporaryDirectory(dir=inbox.parent) as home:
        landed = land(inbox.parent, Path(home), as_of=AS_OF)
    if landed.by_status != {"loaded": dumps}:
        raise RuntimeError(f"not all dumps were loaded: {landed.by_status}")


def small(runs: int, folder: Path) -> list[str]:
    """The lines of the table for many small dumps."""
    inbox = folder / "small" / "inbox"
    dumps = write_small(inbox)
    bare, ours = Cost(), Cost()
    for run in range(runs):
        bare.measure(lambda: bare_copy(inbox, skip=1))
        ours.measure(lambda: landing(inbox, dumps))
        sys.stderr.write(f"landing, small dumps: run {run + 1} of {runs}\n")
    name = f"{SMALL_DUMPS:,} dumps of {SMALL_ROWS} rows"
    return [bare.row(f"{name}, bare copy", dumps, bare), ours.row(f"{name}, landed", dumps, bare)]


def large(runs: int, folder: Path) -> list[str]:
    """The lines of the table for one large dump."""
    inboxes = {encoding: folder / encoding / "inbox" for encoding in ("utf-8", "gb18030")}
    for encoding, inbox in inboxes.items():
        write_large(inbox, encoding)
    bare, ours = Cost(), {encoding: Cost() for encoding in inboxes}
    for run in range(runs):
        bare.measure(lambda: bare_copy(inboxes["utf-8"]))
        for encoding, inbox in inboxes.items():
            ours[encoding].measure(partial(landing, inbox, 1))
        sys.stderr.write(f"landing, a large dump: run {run + 1} of {runs}\n")
    name = f"1 dump of {LARGE_ROWS:,} rows"
    return [
        bare.row(f"{name}, bare copy (UTF-8)", 1, bare),
        *(cost.row(f"{name}, landed, {encoding.upper()}", 1, bare) for encoding, cost in ours.items()),
    ]


def main() -> None:
    """Measure and write the section."""
    runs = runs_asked_for()
    with tempfile.TemporaryDirectory() as folder:
        rows = [*large(runs, Path(folder)), *small(runs, Path(folder))]
    lines = [
        "## Landing beside a bare copy of the same files",
        "",
        f"Written by `make bench`: medians of {runs} runs, the contestants one after the other in each, Python "
        f"{platform.python_version()}, DuckDB {duckdb.__version__}, {platform.machine()}, {os.cpu_count()} cores. "
        "Landing archives, identifies, decodes, types and judges every row, syncs what it writes and writes receipts; "
        "the bare copy, `COPY (SELECT * FROM read_csv(…, all_varchar = true)) TO …` of the UTF-8 files, does none of "
        "it.",
        "",
        "| what | wall, s | from – to | all cores, s | ms a dump | wall, times the copy | cores, times the copy |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *rows,
    ]
    put(lines)


if __name__ == "__main__":
    main()
