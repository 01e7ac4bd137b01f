"""Which models a night has to visit: those that changed sources can reach. Reads the manifest and the warehouse, runs
nothing.

Table build.source of the warehouse says from which contents of the sources everything in it was built. It is written
when a build of the whole project ends well, and emptied by dbt before it writes anything (on-run-start): after a build
that failed, was killed or was of a part, the next visits every model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from orchestration.dbt_build.catalogue import VIEWS
from orchestration.dbt_build.fingerprints import ROWS, content_of_rows
from raw_landing.database import identifier, literal

if TYPE_CHECKING:
    import duckdb

Contents = dict[str, str]
"""By source: a checksum of its rows. One whose rows are not known without reading them all has none."""

GROWS = "grows"
"""The tag of models whose rows, or the rows that they read, are as many as persons and cases (dbt_project.yml)."""

_DUMPS = "landed.dump"


@dataclass(frozen=True)
class Graph:
    """The models of a manifest and what they read."""

    manifest: Mapping[str, Any]

    @cached_property
    def models(self) -> dict[str, Mapping[str, Any]]:
        """By unique id, each after the models that it reads."""
        nodes, order = self.manifest["nodes"], dict[str, Mapping[str, Any]]()

        def add(name: str) -> None:
            if name in order or nodes.get(name, {}).get("resource_type") != "model":
                return
            for read in nodes[name]["depends_on"]["nodes"]:
                add(read)
            order[name] = nodes[name]

        for name in nodes:
            add(name)
        return order

    @property
    def made(self) -> set[str]:
        """The models of which dbt makes a table or view."""
        return {name for name, node in self.models.items() if not is_ephemeral(node)}

    @property
    def growing(self) -> set[str]:
        """The models that another engine can build: of those that grow with persons and cases, tables in SQL."""
        return {
            name
            for name, node in self.models.items()
            if GROWS in node["tags"]
            and node["language"] == "sql"
            and node["config"]["materialized"] not in (*VIEWS, "ephemeral")
        }

    @property
    def sources(self) -> dict[str, Mapping[str, Any]]:
        """The sources that models read, by unique id."""
        read = {source for node in self.models.values() for source in node["depends_on"]["nodes"]}
        return {source: node for source, node in self.manifest["sources"].items() if source in read}

    def downstream(self, names: Iterable[str]) -> set[str]:
        """These models and all that read them, directly or not."""
        reached = set(names)
        for name, node in self.models.items():
            if not reached.isdisjoint(node["depends_on"]["nodes"]):
                reached.add(name)
        return reached


def contents_of_sources(connection: duckdb.DuckDBPyConnection, graph: Graph) -> Contents:
    """The contents of all sources that models read: of an extract its active dumps, of others their tables. Raises
    duckdb.Error."""
    dumps = connection.execute(
        f"select whole_row_.extract, {ROWS} from {_DUMPS} as whole_row_ group by whole_row_.extract"
    )
    active = dict(dumps.fetchall())
    tables = set(connection.execute("select schema_name, table_name from duckdb_tables()").fetchall())
    contents = {}
    for source, node in graph.sources.items():
        if _is_extract(node):
            contents[source] = active.get(node["name"], "none")
        elif (node["schema"], node["name"]) in tables:
            contents[source] = content_of_rows(connection, f"{node['schema']}.{node['name']}")
    return contents


def select(connection: duckdb.DuckDBPyConnection, graph: Graph, now: Mapping[str, str]) -> set[str]:
    """The models to visit, by unique id, for sources with the contents `now`; none where everything in the warehouse is
    up to date. Raises duckdb.Error."""
    before = dict(connection.execute("select node, content from build.source").fetchall())
    if not before or not _stands(connection, graph):
        return graph.made
    changed = [name for name, node in graph.models.items() if _reads_other(node, graph, before, now)]
    return graph.downstream(changed) & graph.made


def rows_of_tables(connection: duckdb.DuckDBPyConnection, graph: Graph, names: Iterable[str]) -> dict[str, int]:
    """How many rows these models have, without views and what is restricted. Raises duckdb.Error."""
    tables = {
        name: graph.models[name]
        for name in names
        if graph.models[name]["config"]["materialized"] not in VIEWS and graph.models[name]["schema"] != "restricted"
    }
    counted = [
        f"select {literal(name)}, count(*) from {identifier(node['schema'])}.{identifier(node['alias'])}"
        for name, node in tables.items()
    ]
    return dict(connection.execute(" union all ".join(counted)).fetchall()) if counted else {}


def remember(connection: duckdb.DuckDBPyConnection, contents: Mapping[str, str]) -> None:
    """Say that everything in the warehouse is built from these contents. Raises duckdb.Error."""
    rows = ", ".join(f"({literal(source)}, {literal(content)})" for source, content in contents.items())
    connection.execute("delete from build.source")
    if rows:
        connection.execute(f"insert into build.source values {rows}")


def is_ephemeral(node: Mapping[str, Any]) -> bool:
    """Whether it is no relation: a part of what reads it."""
    return bool(node["config"]["materialized"] == "ephemeral")


def _is_extract(source: Mapping[str, Any]) -> bool:
    """Whether it is the rows of an extract: its contract says how it is loaded."""
    return "load" in source["config"]["meta"]


def _stands(connection: duckdb.DuckDBPyConnection, graph: Graph) -> bool:
    """Whether every relation of the project is there."""
    found = connection.execute(
        """
        select schema_name, table_name from duckdb_tables()
        union all
        select schema_name, view_name from duckdb_views()
        """
    ).fetchall()
    return set(_relations(graph)) <= set(found)


def _relations(graph: Graph) -> Iterator[tuple[str, str]]:
    for node in graph.manifest["nodes"].values():
        if node["resource_type"] in ("model", "seed") and not is_ephemeral(node):
            yield node["schema"], node["alias"]


def _reads_other(model: Mapping[str, Any], graph: Graph, before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether a model reads a source whose contents are not those `before`. One that follows an extract reads, of all
    dumps, those of its extract (macros/incremental/replace_dumps.sql)."""
    follows = model["config"]["meta"].get("follows")
    for source in model["depends_on"]["nodes"]:
        node = graph.manifest["sources"].get(source)
        if node is None:
            continue
        known = source
        if follows and f"{node['schema']}.{node['name']}" == _DUMPS:
            known = next(name for name, one in graph.sources.items() if _is_extract(one) and one["name"] == follows)
        if known not in now or now[known] != before.get(known):
            return True
    return False
