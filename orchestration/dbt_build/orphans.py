"""Tables and views in the warehouse that no model or seed of the project makes any more, after a rename or removal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.files import read_json
from raw_landing.database import identifier

if TYPE_CHECKING:
    import duckdb


def drop_orphans(connection: duckdb.DuckDBPyConnection, manifest: Path) -> list[str]:
    """Drop them from the schemas that the project writes to, with what the project remembers of them; return their
    names. Without a manifest nothing is known to be one. Raises OSError, duckdb.Error."""
    nodes = read_json(manifest).get("nodes", {}).values()
    made = {(node["schema"], node["alias"]) for node in nodes if node["resource_type"] in ("model", "seed")}
    found = connection.execute(
        """
        select schema_name, view_name, 'view' as kind from duckdb_views() where database_name = current_database()
        union all
        select schema_name, table_name, 'table' from duckdb_tables() where database_name = current_database()
        order by all
        """
    ).fetchall()
    schemas = {schema for schema, _ in made}
    orphans = [(schema, name, kind) for schema, name, kind in found if schema in schemas and (schema, name) not in made]
    for schema, name, kind in orphans:
        connection.execute(f"drop {kind} {identifier(schema)}.{identifier(name)}")
    return [f"{schema}.{name}" for schema, name, _ in orphans]
