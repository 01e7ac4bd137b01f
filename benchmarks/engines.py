"""What the models that grow cost on DuckDB and on Spark on this machine, how that grows with the rows, and what follows
from it for many more: dumps of a share of the province are made and landed once, then each engine in turn builds the
models from nothing, in a process of its own.

`python -m benchmarks.engines 0.0085 0.042 0.17` measures these shares of `hrss sample --scale province`: about 1, 5 and
20 million rows. `--rounds 2` builds each twice. Needs `make setup-spark`. Writes benchmarks/engines.md; TMPDIR says
where the dumps lie meanwhile. Not part of `make bench`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from operator import attrgetter
from pathlib import Path
from statistics import fmean, linear_regression
from typing import Any

from benchmarks.scale import AS_OF, Peaks, run

PAGE = Path(__file__).with_suffix(".md")
DEFAULT_SHARES = (0.0085, 0.042, 0.17)
DUCKDB, SPARK = ENGINES = ("duckdb", "spark")
CORES = 2
"""Of this machine that each engine may use: DuckDB's threads in profiles.yml, Spark's master."""

CONFIGURATION = """spark.master local[{cores}]
spark.driver.memory 3g
spark.local.dir {passing}
spark.eventLog.enabled true
spark.eventLog.dir {events}
spark.eventLog.rolling.enabled false
spark.eventLog.compress false
spark.ui.enabled false
spark.ui.showConsoleProgress false
"""
"""Spark as it is by itself, with as much memory as DuckDB has (HRSS_MEMORY)."""

POPULATION = {"Hubei": 57.75, "a province of 126 million": 126.01, "the nation": 1411.78}
"""Millions, census of 2020."""

FIRST_LOAD = 118_481_400
"""Rows of a first load of Hubei (benchmarks/scale.md)."""

BUSY = 0.7
"""The share of a cluster's cores that is at work on what grows; the rest waits for the slowest task and for the net."""

EXECUTOR = 4
"""Cores of an executor, as in docs/outgrowing.md."""

LIMITS = (1, 2)
"""Hours for the models that grow, of the six of a night: landing, gate and a second try need the others."""

PARTITION = 64e6
"""Bytes of shuffled data, compressed, that a task reads: some four times that in memory, of the 1.8 GB that a task of
an executor of 12 GB and four cores may use."""


@dataclass
class Built:
    """The models that grow, built by an engine: wall seconds, what the process and all below it took."""

    engine: str
    seconds: float
    peaks: Peaks


@dataclass
class Exchange:
    """One shuffle of a model's statement: bytes written (compressed), rows; whether it looks for keys that come several
    times, and sends their hashes alone."""

    model: str
    bytes: int
    rows: int
    is_key_step: bool


@dataclass
class Size:
    """One size, landed once and built by each engine."""

    share: float
    rows: int
    landing: float
    built: list[Built] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    """Of one build by Spark."""
    shuffled: int = 0
    """Bytes that all tasks of that build wrote for others, by their own count."""

    def mean(self, engine: str, of: str) -> float:
        """Of all rounds; `of` is an attribute of what was built."""
        return fmean(attrgetter(of)(one) for one in self.built if one.engine == engine)


@dataclass(frozen=True)
class Line:
    """What does not grow, and what each row adds."""

    fixed: float
    each: float

    @classmethod
    def through(cls, sizes: Sequence[Size], engine: str, of: str) -> Line:
        """By least squares."""
        each, fixed = linear_regression([size.rows for size in sizes], [size.mean(engine, of) for size in sizes])
        return cls(fixed, each)

    def at(self, rows: float) -> float:
        """The line's value."""
        return self.fixed + self.each * rows

    def meets(self, other: Line) -> float | None:
        """The rows at which two lines meet; none where they do so at no number of rows."""
        if self.each == other.each:
            return None
        rows = (other.fixed - self.fixed) / (self.each - other.each)
        return rows if rows > 0 else None


def say(text: str) -> None:
    """Tell how far it is."""
    sys.stderr.write(f"{text}\n")


# What runs in processes of their own


def land() -> None:
    """Land the inbox of this environment."""
    from orchestration.pipeline.stages import LandOptions
    from orchestration.pipeline.stages import land as land_dumps
    from orchestration.settings import Settings

    land_dumps(Settings(), date.fromisoformat(AS_OF), LandOptions())


def prepare() -> None:
    """Read the project and load the reference data, for both engines."""
    from orchestration.dbt_build.manifest import parse_dbt
    from orchestration.dbt_build.runner import WITHOUT_ARTIFACTS, dbt_command
    from orchestration.settings import Settings

    settings = Settings()
    parse_dbt(settings)
    command, environment = dbt_command(settings, "--quiet", *WITHOUT_ARTIFACTS, "seed")
    subprocess.run(command, env=environment, check=True)


def build(engine: str) -> None:
    """Build the models that grow, and the small ones that they read, from nothing: the same models by each engine."""
    from orchestration.dbt_build.manifest import parse_dbt
    from orchestration.dbt_build.runner import WITHOUT_ARTIFACTS, dbt_command
    from orchestration.dbt_build.selection import Graph
    from orchestration.dbt_build.spark import build_on_spark, needed
    from orchestration.dbt_build.spark_increments import SparkPlan
    from orchestration.files import read_json
    from orchestration.settings import Settings
    from raw_landing.storage.landed_schema import landed_files

    settings = Settings()
    graph = Graph(read_json(parse_dbt(settings)))
    if engine == SPARK:
        for _ in build_on_spark(settings, graph, SparkPlan(graph.growing, {}, ()), landed_files(settings.home)):
            pass
        return
    names = sorted(graph.models[name]["name"] for name in needed(graph, graph.growing)[0])
    command, environment = dbt_command(settings, "--quiet", *WITHOUT_ARTIFACTS, "run", "--full-refresh")
    subprocess.run([*command, "--select", *names], env=environment, check=True)


# What Spark's event log says


def exchanges(log: Iterable[str]) -> tuple[list[Exchange], int]:
    """The shuffles of all statements, of whatever plan: Spark drops from its last what has turned out to have no rows.
    And the bytes that all tasks wrote."""
    planned, models, roots = dict[int, tuple[int, Mapping[str, Any]]](), dict[int, str](), dict[int, int]()
    counted, shuffled = Counter[int](), 0
    for line in log:
        event = json.loads(line)
        kind = event["Event"].rpartition(".")[2]
        if kind == "SparkListenerSQLExecutionStart":
            roots[event["executionId"]] = event["rootExecutionId"]
            if made := re.search(r"Arguments: `spark_catalog`\.`(\w+)`\.`(\w+)`", event["physicalPlanDescription"]):
                models.setdefault(event["rootExecutionId"], made[2])
        if kind in ("SparkListenerSQLExecutionStart", "SparkListenerSQLAdaptiveExecutionUpdate"):
            for node in nodes(event["sparkPlanInfo"]):
                if node["nodeName"] == "Exchange":
                    planned[_counter(node, "shuffle bytes written")] = event["executionId"], node
        elif kind == "SparkListenerTaskEnd" and "Task Metrics" in event:
            shuffled += event["Task Metrics"]["Shuffle Write Metrics"]["Shuffle Bytes Written"]
        elif kind == "SparkListenerStageCompleted":
            for total in event["Stage Info"]["Accumulables"]:
                if str(total.get("Value", "")).isdigit():
                    counted[total["ID"]] = max(counted[total["ID"]], int(total["Value"]))
    found = [
        Exchange(
            models.get(roots[statement], "?"),
            counted[written],
            counted[_counter(node, "shuffle records written")],
            is_key_step(node),
        )
        for written, (statement, node) in planned.items()
        if counted[written]
    ]
    return found, shuffled


def _counter(node: Mapping[str, Any], name: str) -> int:
    """The number by which Spark knows what a step has counted."""
    return next(int(one["accumulatorId"]) for one in node["metrics"] if one["name"] == name)


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A step of a plan and all below it."""
    yield plan
    for child in plan["children"]:
        yield from nodes(child)


def is_key_step(exchange: Mapping[str, Any]) -> bool:
    """Whether it sends hashes of keys and how often each was met, and nothing else: `has_duplicate_hash` in
    dbt_project/macros/dialect/functions.sql."""
    below = exchange
    while below["children"] and below["nodeName"] != "HashAggregate":
        (below, *_) = below["children"]
    return below["simpleString"].startswith("HashAggregate(keys=[_groupingexpression#") and bool(
        re.search(r"keys=\[[^,\]]*\], functions=\[partial_count\(1\)\]", below["simpleString"])
    )


# Measuring


def measure(share: float, first: int, rounds: int) -> Size:
    """Make a share of the province, land it, build it by each engine; the one numbered `first` begins."""
    with tempfile.TemporaryDirectory() as folder:
        base, inbox = Path(folder, "base"), Path(folder, "inbox")
        here = {"HRSS_LANDING": folder, "HRSS_HOME": str(base), "HRSS_MEMORY": "3.0 GiB"}
        me = (sys.executable, "-m", "benchmarks.engines")
        say(f"share {share:g}: making dumps")
        run(inbox, sys.executable, "-m", "benchmarks.scale", "--make", str(inbox), str(share))
        say(f"share {share:g}: landing")
        landing, _ = run(base, *me, "--step", "land", environment=here)
        run(base, *me, "--step", "prepare", environment=here)
        size = Size(share, _rows(base), landing)
        for turn in range(rounds * len(ENGINES)):
            engine = ENGINES[(first + turn + turn // 2) % 2]  # a, b, b, a
            say(f"share {share:g}, {size.rows:,} rows: {engine}")
            home, events = Path(folder, "home"), Path(folder, "events")
            shutil.copytree(base, home, ignore=shutil.ignore_patterns("archive"))
            events.mkdir()
            (events / "spark-defaults.conf").write_text(
                CONFIGURATION.format(cores=CORES, passing=home / "passing", events=events), encoding="utf-8"
            )
            environment = here | {"HRSS_HOME": str(home), "SPARK_CONF_DIR": str(events)}
            seconds, peaks = run(home, *me, "--step", engine, environment=environment)
            size.built.append(Built(engine, seconds, peaks))
            say(f"    {seconds:,.0f} s, {peaks.cpu_seconds:,.0f} s of processors, {peaks.memory:,.0f} MiB")
            if engine == SPARK:
                (log,) = events.glob("local-*")
                with log.open(encoding="utf-8") as lines:
                    size.exchanges, size.shuffled = exchanges(lines)
            shutil.rmtree(home)
            shutil.rmtree(events)
    return size


def _rows(home: Path) -> int:
    from raw_landing.database import connect

    with connect(home / "warehouse.duckdb", read_only=True) as connection:
        ((rows,),) = connection.execute("select sum(rows_loaded) from landed.dump").fetchall()
    return int(rows)


# What is written of it


def page(sizes: Sequence[Size]) -> str:
    """The whole page."""
    return "\n".join([*_measured(sizes), *_lines(sizes), *_shuffled(sizes[-1]), *_sizing(sizes)]) + "\n"


def _measured(sizes: Sequence[Size]) -> Iterator[str]:
    yield from (
        "# The models that grow, on DuckDB and on Spark",
        "",
        "Shares of `hrss sample --scale province`, landed once each; then the models tagged `grows` and the small ones "
        f"that they read, built from nothing by each engine in turn, {CORES} cores, 3 GiB for DuckDB, a heap of 3 GB "
        "for Spark, which writes its event log meanwhile. Starting and reading the project are counted. Memory: all "
        "processes together at most. Disk: the home at most, with what was landed (archive aside).",
        "",
        "| share | rows | landing, s | engine | wall, s | of processors, s | rows/s | memory, MiB | home, GB |",
        "|---:|---:|---:|---|---:|---:|---:|---:|---:|",
    )
    for size in sizes:
        for engine in ENGINES:
            seconds = size.mean(engine, "seconds")
            yield (
                f"| {size.share:g} | {size.rows:,} | {size.landing:.0f} | {engine} | {seconds:.0f} "
                f"| {size.mean(engine, 'peaks.cpu_seconds'):.0f} | {size.rows / seconds:,.0f} "
                f"| {size.mean(engine, 'peaks.memory'):,.0f} | {size.mean(engine, 'peaks.disk'):.2f} |"
            )


def _lines(sizes: Sequence[Size]) -> Iterator[str]:
    yield from (
        "",
        "Lines by least squares, what does not grow and what a million rows add:",
        "",
        "| engine | wall, s | s/million rows | of processors, s | s/million rows |",
        "|---|---:|---:|---:|---:|",
    )
    for engine in ENGINES:
        wall, cpu = (Line.through(sizes, engine, of) for of in ("seconds", "peaks.cpu_seconds"))
        yield f"| {engine} | {wall.fixed:.0f} | {1e6 * wall.each:.2f} | {cpu.fixed:.0f} | {1e6 * cpu.each:.2f} |"
    duckdb, spark = (Line.through(sizes, engine, "seconds") for engine in ENGINES)
    yield from ("", met(duckdb, spark, sizes[0].rows, sizes[-1].rows))


def met(duckdb: Line, spark: Line, fewest: int, most: int) -> str:
    """Where the lines of both engines, on the same cores, meet."""
    rows, range_ = duckdb.meets(spark), f"{fewest:,} to {most:,} rows"
    if rows is not None and fewest <= rows <= most:
        return f"The lines meet at {_rounded(rows)} rows."
    ahead = "DuckDB" if duckdb.at(most) < spark.at(most) else "Spark"
    said = f"Within what was measured, {range_}, the lines do not meet: {ahead} is faster throughout on the same cores."
    if rows is None:
        return f"{said} They would nowhere."
    return f"{said} Drawn further they would at {_rounded(rows)} rows."


def _shuffled(size: Size) -> Iterator[str]:
    steps = Counter[str]()
    rows, models = Counter[str](), Counter[str]()
    for one in size.exchanges:
        models[one.model] += one.bytes
        if one.is_key_step:
            steps[one.model] += one.bytes
            rows[one.model] += one.rows
    yield from (
        "",
        "## What Spark sends between its tasks",
        "",
        f"By its event log, at {size.rows:,} rows, compressed: {size.shuffled / 1e6:,.0f} MB in all statements, "
        f"{size.shuffled / size.rows:.0f} bytes for each row loaded.",
        "",
        "The step that finds keys and persons with several rows (`has_duplicate_hash`) sends hashes and how often each "
        f"was met: {steps.total() / 1e6:,.0f} MB of {rows.total():,} rows, **{steps.total() / (rows.total() or 1):.1f} "
        "bytes a row**; by model, beside everything that the model sends:",
        "",
        "| model | rows of the step | MB | bytes/row | all its shuffles, MB |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {model} | {rows[model]:,} | {taken / 1e6:,.1f} | {taken / rows[model]:.1f} "
            f"| {models[model] / 1e6:,.1f} |"
            for model, taken in steps.most_common(8)
        ),
        "",
        f"Most is sent by {', '.join(f'{name} ({taken / 1e6:,.0f} MB)' for name, taken in models.most_common(5))}.",
    )


def _sizing(sizes: Sequence[Size]) -> Iterator[str]:
    duckdb, spark = (Line.through(sizes, engine, "seconds") for engine in ENGINES)
    most = sizes[-1]
    step = sum(one.bytes for one in most.exchanges if one.is_key_step) / most.rows
    largest = max((one.bytes for one in most.exchanges), default=0) / most.rows
    yield from (
        "",
        "## Sizing",
        "",
        f"A first load, the models that grow alone. Executors have {EXECUTOR} cores. What is assumed stands below.",
        "",
        f"| | rows | DuckDB, {CORES} cores | Spark, {CORES} cores | "
        + " | ".join(f"executors to end in {hours} h" for hours in LIMITS)
        + " | shuffled | keys and persons with several rows | partitions |",
        "|---|---:|---:|---:|" + "---:|" * (len(LIMITS) + 3),
    )
    for name, people in POPULATION.items():
        rows = FIRST_LOAD * people / POPULATION["Hubei"]
        workers = " | ".join(f"{needed_executors(spark, rows, hours):,}" for hours in LIMITS)
        yield (
            f"| {name} | {rows / 1e6:,.0f} million | {_time(duckdb.at(rows))} | {_time(spark.at(rows))} | {workers} "
            f"| {most.shuffled / most.rows * rows / 1e9:,.0f} GB | {step * rows / 1e9:,.1f} GB "
            f"| {ceil(largest * rows / PARTITION):,} |"
        )
    yield from (
        "",
        f"With so many executors Spark takes as long as DuckDB on {CORES} cores at:",
        "",
        "| executors | cores | rows |",
        "|---:|---:|---:|",
    )
    for executors in (1, 2, 4, 16, 64):
        rows_met = duckdb.meets(on_cluster(spark, executors))
        yield f"| {executors} | {executors * EXECUTOR} | {f'{_rounded(rows_met)}' if rows_met else 'none'} |"
    yield from (
        "",
        "Assumed:",
        "",
        f"- Time and shuffle grow with the rows as the lines do, far beyond the {most.rows:,} rows that were measured; "
        "memory that no longer suffices is not in them (DuckDB puts down what exceeds 3 GiB).",
        f"- Rows follow the population of 2020: {FIRST_LOAD:,} for Hubei's 57.75 million.",
        f"- On a cluster what grows is divided among all cores, of which {BUSY:.0%} are at work on it; what does not "
        f"grow ({spark.fixed:.0f} s) stays. A core there is worth a core here.",
        f"- Bytes sent for each row loaded stay what they were at {most.rows:,} rows: "
        f"{most.shuffled / most.rows:.0f} in all, {step:.1f} for keys and persons with several rows, {largest:.1f} in "
        "the largest single shuffle. They are written to the executors' own disks once and read once.",
        "- Memory: partitions (`spark.sql.shuffle.partitions`) are so many that a task reads "
        f"{PARTITION / 1e6:.0f} MB of the largest shuffle, some four times that in memory; an executor of 12 GB gives "
        f"each of {EXECUTOR} tasks 1.8 GB.",
        "- Landing, gates and publication come besides: [scale.md](scale.md).",
    )


def on_cluster(spark: Line, executors: int) -> Line:
    """The line of so many executors, by that of this machine."""
    return Line(spark.fixed, spark.each * CORES / (BUSY * EXECUTOR * executors))


def needed_executors(spark: Line, rows: float, hours: float) -> int:
    """So many executors end in so many hours."""
    return max(1, ceil(spark.each * CORES * rows / (BUSY * EXECUTOR * (3600 * hours - spark.fixed))))


def _time(seconds: float) -> str:
    return f"{seconds / 60:,.0f} min" if seconds < 7200 else f"{seconds / 3600:,.1f} h"


def _rounded(rows: float) -> str:
    return f"{rows / 1e6:,.1f} million"


def main() -> None:
    """Measure and write the page."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("shares", nargs="*", type=float, help=f"of the province; by itself {DEFAULT_SHARES}")
    parser.add_argument("--rounds", type=int, default=1, help="how often each engine builds each size")
    parser.add_argument("--page", type=Path, default=PAGE, help="where to write")
    parser.add_argument("--step", choices=("land", "prepare", *ENGINES), help="what this program runs by itself")
    asked = parser.parse_args()
    if asked.step:
        {"land": land, "prepare": prepare}.get(asked.step, lambda: build(asked.step))()
        return
    shares = asked.shares or DEFAULT_SHARES
    if len(shares) < 2:
        parser.error("a line needs two sizes")
    sizes = sorted((measure(share, turn, asked.rounds) for turn, share in enumerate(shares)), key=lambda one: one.rows)
    asked.page.write_text(page(sizes), encoding="utf-8")
    say(page(sizes))


if __name__ == "__main__":
    main()
