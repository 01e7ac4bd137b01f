"""Homes that are ready to be published from, without landing or dbt: one whose good warehouse the gate has let pass,
and a small one for tests of publication itself. No assertions."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from expectations.suites.release import VIEWS
from orchestration.attribution.attribution import Attribution
from orchestration.dbt_build.formulas import model_name
from orchestration.gate.run import gate_landed, gate_marts
from orchestration.release.folder import ReleaseFolder
from orchestration.release.own_tables import Release
from orchestration.release.publish import Check, Export, publish
from orchestration.release.state import ReleaseInputs
from orchestration.settings import DBT_PROJECT, Settings
from raw_landing.database import connect


def give_models(models: Path, home: Path) -> None:
    """Spare a new home the reading of the models: it gets what dbt has read for another."""
    shutil.copytree(models / "dbt", home / "dbt")
    home.chmod(0o700)


def make_gated_home(home: Path, good: Path, models: Path) -> Settings:
    """Copy the good warehouse, write the catalogue of what of it is public, the formulas and the gate's record."""
    settings = Settings.of(home=home, landing=home.parent / "landing")
    settings.inbox.mkdir(parents=True)
    home.mkdir()
    shutil.copyfile(good, settings.warehouse)
    _make_catalogue(settings, VIEWS)
    shutil.copytree(models / "dbt" / "compiled", settings.dbt_compiled, dirs_exist_ok=True)
    gate_landed(settings)
    gate_marts(settings)
    return settings


SMALL = (
    *("landed.run", "landed.dump", "marts.fct_indicator_value", "marts.dim_region", "marts.fct_landing_receipt"),
    "marts.dim_data_service",
)


def make_small_home(home: Path, good: Path) -> Settings:
    """A home with the least of the good warehouse that can be published."""
    settings = Settings.of(home=home)
    home.mkdir(parents=True)
    with connect(settings.warehouse) as connection:
        connection.execute(f"ATTACH '{good}' AS good (READ_ONLY); CREATE SCHEMA landed; CREATE SCHEMA marts")
        for table in SMALL:
            connection.execute(f"CREATE TABLE {table} AS FROM good.{table} LIMIT 20")
        connection.execute("CREATE TABLE marts.fct_early_warning AS FROM good.marts.fct_early_warning LIMIT 0")
    _make_catalogue(settings)
    return settings


def publish_ungated(
    settings: Settings, check: Check = lambda folder, gated: [], export: Export | None = None
) -> Release:
    """Publish what the warehouse holds; nobody judges it but `check`."""
    project = settings.home / "project"
    project.mkdir(exist_ok=True)
    (project / "dbt_project.yml").touch()
    state = replace(ReleaseInputs.now(settings), project=project)
    return publish(settings, [], check, export or _export, Attribution(state))


def _export(folder: ReleaseFolder) -> dict[str, str]:
    """A file in a folder, as the exports are many in several."""
    folder.exports.mkdir()
    (folder.exports / "release.txt").write_text(folder.release_id, encoding="utf-8")
    return {}


def _formula(indicator_id: str, version: int) -> dict[str, Any]:
    """The model of an indicator that dbt has compiled."""
    name = model_name(indicator_id, version)
    return {
        "name": name,
        "unique_id": f"model.hrss.{name}",
        "config": {"meta": {"indicator_id": indicator_id, "definition_version": version}},
        "resource_type": "model",
        "schema": "intermediate",
        "database": "memory",
        "compiled_code": "select 1",
        "depends_on": {"nodes": []},
    }


def _make_catalogue(settings: Settings, views: Mapping[str, str] = MappingProxyType({})) -> None:
    """What dbt would say of the marts and of `views`, by name with their columns: all are public."""
    with connect(settings.warehouse, read_only=True) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'marts'"
        ).fetchall()
    models: dict[str, dict[str, dict[str, str]]] = {}
    for table, column, data_type in columns:
        models.setdefault(table, {})[column] = {"data_type": data_type, "description": f"列 / column {column}"}
    nodes: dict[str, dict[str, Any]] = {
        name: {
            "name": name,
            "unique_id": f"model.hrss.{name}",
            "description": f"表 / table {name}",
            "columns": columns,
            "resource_type": "model",
            "schema": "marts",
            "config": {"meta": {"published": True}},
        }
        for name, columns in models.items()
    }
    for name, listed in views.items():
        nodes[name] = {
            "name": name,
            "unique_id": f"model.hrss.{name}",
            "description": f"视图 / view {name}",
            "columns": {
                column: {"data_type": "integer", "description": f"列 / column {column}"} for column in listed.split()
            },
            "resource_type": "model",
            "schema": "marts",
            "config": {"meta": {"published": True}, "materialized": "view"},
        }
    for folder in (settings.dbt_target, settings.dbt_compiled):
        folder.mkdir(parents=True)
    for row in csv.DictReader((DBT_PROJECT / "seeds" / "indicators.csv").open(encoding="utf-8")):
        key = (row["indicator_id"], int(row["definition_version"]))
        nodes[model_name(*key)] = _formula(*key)
    for folder in (settings.dbt_target, settings.dbt_compiled):
        (folder / "manifest.json").write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
