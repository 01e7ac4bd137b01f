"""What Spark has to write: of the tables that follow the dumps of an extract, without a key, the rows of changed dumps
alone (the counterpart of dbt_project/macros/incremental/replace_dumps.sql), of all others every row.

A table is a folder of Parquet files, never written again. Files without a row of a changed dump are linked into the new
folder as they are; where a file has others besides, Spark copies those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.dbt_build.selection import Graph
from orchestration.settings import Settings
from raw_landing.database import connect, literal

if TYPE_CHECKING:
    import duckdb

MOST_FILES = 1000
"""A table of more is written whole: each increment adds a file or more, and each is opened by whoever reads it."""

_CHANGED = """
    with
        active as (select dump_id, look, revision, period_end from landed.dump where extract = $extract),
        built as (select dump_id, look, revision, period_end from build.model_dump where model = $model)
    select dump_id, period_end, true as is_active from (from active except from built)
    union all
    select dump_id, period_end, false as is_active from (from built except from active)
"""


@dataclass(frozen=True)
class Increment:
    """A table of which the rows of changed dumps are written: its files that stay, and those of which other rows do."""

    kept: tuple[Path, ...]
    cut: tuple[Path, ...]


@dataclass(frozen=True)
class SparkPlan:
    """The models that Spark builds, by unique id; those of them that it need not write whole; and the dumps by which
    these differ from what is active now: dump_id, period_end, is_active."""

    built: Set[str]
    increments: Mapping[str, Increment]
    changed: Iterable[tuple[Any, ...]]


def folders(settings: Settings) -> dict[str, Path]:
    """By model, the folder that Spark wrote; none where DuckDB built the warehouse. Raises duckdb.Error."""
    with connect(settings.warehouse, read_only=True) as connection:
        return {node: Path(folder) for node, folder in connection.execute("from build.spark_table").fetchall()}


def planned_for_spark(settings: Settings, graph: Graph, visited: Set[str], *, full: bool) -> SparkPlan:
    """What of the visited models Spark has to write; in `full` all that grow, whole. Raises duckdb.Error."""
    built = visited & graph.growing
    if full:
        return SparkPlan(built, {}, ())
    stands = {name: folder for name, folder in folders(settings).items() if name in built}
    with connect(settings.warehouse, read_only=True) as connection:
        changed = {name: _changed(connection, graph.models[name]) for name in stands if _follows(graph.models[name])}
        dumps = {dump for of_model in changed.values() for dump in of_model}
        connection.execute("create temporary table changed_dump (dump_id varchar, period_end date, is_active boolean)")
        if dumps:
            connection.executemany("insert into changed_dump values (?, ?, ?)", list(dumps))
        increments = {
            name: found
            for name, of_model in changed.items()
            if of_model and (found := _increment(connection, graph.models[name], stands[name]))
        }
    return SparkPlan(built - {name for name, of_model in changed.items() if not of_model}, increments, dumps)


def save_dumps(connection: duckdb.DuckDBPyConnection, graph: Graph, built: Iterable[str]) -> None:
    """Say that the tables of these models are of the dumps that are active. Raises duckdb.Error."""
    for node in (graph.models[name] for name in built):
        if _follows(node):
            connection.execute("delete from build.model_dump where model = ?", [node["alias"]])
            connection.execute(
                "insert into build.model_dump"
                " select ?, dump_id, look, revision, period_end from landed.dump where extract = ?",
                [node["alias"], node["config"]["meta"]["follows"]],
            )


def _follows(node: Mapping[str, Any]) -> bool:
    """Whether a model's rows are replaced dump by dump, or by a unit of work."""
    return "follows" in node["config"]["meta"] and not node["config"].get("unique_key")


def _changed(connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The dumps by which what was built of a model differs from what is active."""
    asked = {"extract": node["config"]["meta"]["follows"], "model": node["alias"]}
    return connection.execute(_CHANGED, asked).fetchall()


def _increment(connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any], folder: Path) -> Increment | None:
    """What of a table's files stays; none where nothing does, or they have become too many."""
    unit, of_dump = node["config"]["meta"].get("unit_of_work") or ("dump_id", "dump_id")
    files = connection.execute(
        f"""
        select filename, bool_or(is_due), bool_and(is_due)
        from (
            select filename, {unit} in (select {of_dump} from changed_dump) as is_due
            from read_parquet({literal(f"{folder}/*.parquet")}, filename = true)
        )
        group by filename
        order by filename
        """
    ).fetchall()
    kept = tuple(Path(file) for file, touched, _ in files if not touched)
    cut = tuple(Path(file) for file, touched, gone in files if touched and not gone)
    return Increment(kept, cut) if (kept or cut) and len(files) <= MOST_FILES else None
