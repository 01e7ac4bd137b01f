"""The models that grow with persons and cases, built by Spark: what it reads, what it is told, where it writes.
DuckDB then builds all others from those files (macros/incremental/skip_unchanged.sql).

Each build writes to a folder of its own, which is never written again; table build.spark_table of the warehouse says in
which folder each model stands, build.model_dump of which dumps. A build that fails leaves everything as it was."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.address import AtAddress
from orchestration.dbt_build.runner import WITHOUT_ARTIFACTS, build_failed, dbt_command
from orchestration.dbt_build.selection import Graph, is_ephemeral
from orchestration.dbt_build.spark_increments import SparkPlan, folders, save_dumps
from orchestration.dbt_build.spark_ready import ON_SPARK, PYTHON, lines_from, require_spark, target
from orchestration.settings import DBT_PROJECT, PROJECT, Settings
from raw_landing.database import connect, identifier, literal

PROCESS = "orchestration.dbt_build.process"
"""dbt, which ends with this process; needs none of this environment's packages."""

Files = Iterable[Path] | str | AtAddress
"""Parquet files of an extract's rows: on the disk of the home; a pattern by which Spark finds them elsewhere; or what
Spark's Python processes read."""


def build_on_spark(
    settings: Settings, graph: Graph, plan: SparkPlan, extracts: Mapping[str, Files]
) -> Iterator[Mapping[str, Any]]:
    """Build what is planned from the rows of `extracts` (by relation); yields dbt's events.

    Raises BuildFailed, SparkMissing, duckdb.Error.
    """
    if not plan.built:
        return
    require_spark()
    folder = settings.spark_tables / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    inputs = folder / "inputs"
    inputs.mkdir(parents=True, mode=0o700)
    selected, read = needed(graph, plan.built)
    named = _inputs(settings, graph, read, extracts, inputs) | _stays(settings, graph, plan, folder)
    command, environment = dbt_command(
        settings, "--log-format", "json", *WITHOUT_ARTIFACTS, "run", "--target", target()
    )
    names = [graph.models[name]["name"] for name in sorted(selected)]
    log = settings.dbt_target.with_name("spark")
    environment |= {
        "DBT_TARGET_PATH": str(log),
        "DBT_LOG_PATH": str(log),
        "HRSS_SPARK_INPUTS": json.dumps(list(named)),
        # Each by itself: the names of an extract's files may be as long as Linux lets a variable be.
        **{f"HRSS_SPARK_INPUT_{relation}": place for relation, place in named.items()},
        "HRSS_SPARK_TABLES": str(folder),
        "HRSS_SPARK_KEPT": json.dumps({name: bool(one.kept) for name, one in plan.increments.items()}),
    }
    python_path = [PROJECT]
    if any(isinstance(files, AtAddress) for files in extracts.values()):  # else Spark needs no Python process
        python_path.append(ON_SPARK)
        environment.setdefault("PYSPARK_PYTHON", str(PYTHON))
    said = []
    try:
        for line in lines_from(
            PROCESS,
            *command[1:],
            "--select",
            *names,
            marks=('{"data"', '{"info"'),  # Spark's own log is of JSON, too
            folder=folder,
            log=log / "spark.log",
            environment=environment,
            python_path=python_path,
        ):
            event = json.loads(line)
            said.append(event["info"]["msg"])
            yield event
    except subprocess.CalledProcessError:
        raise build_failed("\n".join(said), log) from None
    shutil.rmtree(inputs)
    with connect(settings.warehouse) as connection:
        connection.begin()
        for name in plan.built:
            node = graph.models[name]
            connection.execute("delete from build.spark_table where node = ?", [name])
            written = str(folder / f"{node['schema']}.{node['alias']}")
            connection.execute("insert into build.spark_table values (?, ?)", [name, written])
        save_dumps(connection, graph, plan.built)
        connection.commit()


def sweep_folders(settings: Settings) -> None:
    """Remove what no table of the warehouse stands in. Raises OSError, duckdb.Error."""
    kept = set(folders(settings).values())
    for build in settings.spark_tables.glob("*"):
        gone = [table for table in build.iterdir() if table not in kept]
        for place in gone if any(table in kept for table in build.iterdir()) else [build]:
            shutil.rmtree(place)


def needed(graph: Graph, built: Set[str]) -> tuple[set[str], set[str]]:
    """The models that Spark has to build, and what it reads besides: sources, reference data, and tables that it wrote
    before and that stand. Of what grows a model that is not `built` stands; others are small and are built again."""
    selected, read, waiting = set[str](), set[str](), list(built)
    while waiting:
        name = waiting.pop()
        if name in selected or name in read:
            continue
        if name not in graph.models or (name in graph.growing and name not in built):
            read.add(name)
        else:
            selected.add(name)
            waiting += graph.models[name]["depends_on"]["nodes"]
    return {name for name in selected if not is_ephemeral(graph.models[name])}, read


def _inputs(
    settings: Settings, graph: Graph, read: Iterable[str], extracts: Mapping[str, Files], folder: Path
) -> dict[str, str]:
    """By relation the folder of its Parquet files: of an extract, the landed files, linked, or their pattern, or a list
    of their addresses (….json); of a table of the ledger and of reference data, a copy; of a model, what Spark
    wrote."""
    stands, found = folders(settings), dict[str, str]()
    with connect(settings.warehouse, read_only=True) as connection:
        for name in read:
            if name in stands:
                node = graph.models[name]
                found[f"{node['schema']}.{node['alias']}"] = str(stands[name])
                continue
            node = {**graph.manifest["sources"], **graph.manifest["nodes"]}[name]
            relation = f"{node['schema']}.{node['name']}"
            if isinstance(files := extracts.get(relation, ()), str):
                found[relation] = files
                continue
            rows, place = f"{identifier(node['schema'])}.{identifier(node['name'])}", folder / relation
            place.mkdir()
            if node["resource_type"] == "seed":
                types = node["config"]["column_types"]
                columns = ", ".join(f"{literal(column)}: {literal(kind)}" for column, kind in types.items())
                csv = literal(str(DBT_PROJECT / node["original_file_path"]))
                rows = f"read_csv({csv}, header = true, columns = {{{columns}}})"
            copy, found[relation] = place / "rows.parquet", str(place)
            if isinstance(files, AtAddress):
                (listed := place / "files.json").write_text(json.dumps(files.tasks), encoding="utf-8")
                copy, found[relation] = place / "columns.parquet", str(listed)
            elif relation in extracts:
                for file in files:
                    os.link(file, place / file.name)
            if relation in extracts:
                rows = f"(from {rows} limit 0)"  # its columns, of which there may be no file
            connection.execute(f"copy (from {rows}) to {literal(str(copy))} (format parquet)")
    return found


def _stays(settings: Settings, graph: Graph, plan: SparkPlan, folder: Path) -> dict[str, str]:
    """Link the files that stay into the new folders of their tables. By relation the folder of what Spark reads
    besides: of each table the files of which a part stays, and the dumps that have changed."""
    found = dict[str, str]()

    def link(files: Iterable[Path], place: Path) -> None:
        place.mkdir()
        for file in files:
            os.link(file, place / file.name)

    for name, increment in plan.increments.items():
        node = graph.models[name]
        if increment.kept:
            link(increment.kept, folder / f"{node['schema']}.{node['alias']}")
        if increment.cut:
            relation = f"last_build.{node['alias']}"
            found[relation] = str(folder / "inputs" / relation)
            link(increment.cut, folder / "inputs" / relation)
    if plan.increments:
        relation = "default.changed_dump"  # where a name without a schema is looked up
        place = folder / "inputs" / relation
        place.mkdir()
        with connect(settings.warehouse, read_only=True) as connection:
            connection.execute("create temporary table changed (dump_id varchar, period_end date, is_active boolean)")
            connection.executemany("insert into changed values (?, ?, ?)", list(plan.changed))
            connection.execute(f"copy changed to {literal(str(place / 'rows.parquet'))} (format parquet)")
        found[relation] = str(place)
    return found
