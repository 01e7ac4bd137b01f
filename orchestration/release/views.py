"""The views of a release: dbt's statements, made in the published file over its own tables. None stands here."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.files import read_json
from raw_landing.database import identifier

if TYPE_CHECKING:
    import duckdb

    from orchestration.dbt_build.catalogue import Table


def write_views(connection: duckdb.DuckDBPyConnection, target: Path, views: Iterable[Table]) -> None:
    """Create `views` in the release under way, attached as `public`, as dbt has compiled them into `target`. They name
    their tables without database and schema: those of the file itself are found, under whatever name it is attached.
    Raises KeyError, duckdb.Error."""
    names = {view.name for view in views}
    nodes = {
        key: node for key, node in read_json(target / "manifest.json").get("nodes", {}).items() if node["name"] in names
    }
    reads = {key: [other for other in node["depends_on"]["nodes"] if other in nodes] for key, node in nodes.items()}
    connection.execute("use public")
    try:
        for key in TopologicalSorter(reads).static_order():
            node = nodes[key]
            schema = f"{identifier(node['database'])}.{identifier(node['schema'])}."
            statement = node["compiled_code"].replace(schema, "")
            connection.execute(f"create view {identifier(node['name'])} as {statement}")
    finally:
        connection.execute("use memory")
