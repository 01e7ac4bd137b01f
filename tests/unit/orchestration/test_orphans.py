"""A renamed model leaves nothing behind: its old table may hold what nobody looks after any more."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from orchestration.dbt_build.orphans import drop_orphans


def test_what_no_model_makes_is_dropped_from_the_schemas_of_models_alone(tmp_path: Path) -> None:
    nodes = {
        "model.a": {"resource_type": "model", "schema": "marts", "alias": "kept"},
        "test.b": {"resource_type": "test", "schema": "marts", "alias": "old_view"},
    }
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute("create schema marts; create schema landed")
        connection.execute("create table marts.kept (a int); create table marts.renamed (a int)")
        connection.execute("create view marts.old_view as from marts.kept; create table landed.dump (a int)")
        assert drop_orphans(connection, tmp_path / "missing.json") == []
        assert drop_orphans(connection, manifest) == ["marts.old_view", "marts.renamed"]
        left = connection.execute("select table_name from duckdb_tables() order by all").fetchall()
    assert left == [("dump",), ("kept",)]
