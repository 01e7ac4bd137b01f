"""What may be published, read from the dbt manifest: only marts that say so, only the columns of their contract.
Those that publication itself writes are described in own_tables.yml."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from orchestration.settings import Settings

VIEWS = ("view", "view_if_changed")
"""Materializations that make a view."""

VALUES = "fct_indicator_value"
PROGRESS = "fct_plan_progress"
WARNINGS = "fct_early_warning"


@dataclass(frozen=True)
class Column:
    """A published column; the description is «中文 / English»."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Table:
    """A published table; no two rows agree in all columns of its key (`meta.key` of the model), which the gate proves.
    Rows of others refer to those of a dimension."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    is_dimension: bool = False
    is_view: bool = False


@cache
def own_tables() -> tuple[Table, ...]:
    """The tables that only publication can write (own_tables.yml)."""
    described = yaml.safe_load(Path(__file__).with_name("own_tables.yml").read_text(encoding="utf-8"))
    return tuple(
        Table(
            name,
            f"{table['zh']} / {table['en']}",
            tuple(
                Column(column, said["type"], f"{said['zh']} / {said['en']}")
                for column, said in table["columns"].items()
            ),
            tuple(table["key"]),
            table.get("is_dimension", False),
        )
        for name, table in described.items()
    )


RELEASE, QUALITY_RESULT, QUALITY_SUMMARY, RUN_STAGE, DATA_EXCHANGE, RELEASE_HISTORY, *_others = own_tables()
VINTAGE, CHANGE, STATUS_CHANGE, WARNING_VINTAGE, FORMULA, CORRECTIONS = _others


@lru_cache(maxsize=2)
def _manifest_tables(path: str, mtime_ns: int) -> tuple[Table, ...]:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - the cache is keyed by text
        nodes = json.load(file)["nodes"].values()
    return tuple(
        Table(
            node["name"],
            node["description"],
            tuple(Column(name, column["data_type"], column["description"]) for name, column in node["columns"].items()),
            tuple(node["config"]["meta"].get("key", ())),
            node["config"]["meta"].get("dimension") is True,
            node["config"].get("materialized") in (*VIEWS, "ephemeral"),
        )
        for node in sorted(nodes, key=lambda node: str(node["name"]))
        if node["resource_type"] == "model"
        and node["schema"] == "marts"
        and node["config"].get("meta", {}).get("published") is True
    )


def published_tables(settings: Settings) -> tuple[Table, ...]:
    """The marts that opted in to publication, with their contracts' columns. Needs the dbt manifest to exist."""
    return tuple(table for table in tables_of(settings.dbt_manifest) if not table.is_view)


def published_views(settings: Settings) -> tuple[Table, ...]:
    """The views of a release, made of its tables. Needs the dbt manifest to exist."""
    return tuple(table for table in tables_of(settings.dbt_manifest) if table.is_view)


def tables_of(manifest: Path) -> tuple[Table, ...]:
    """Both, of any dbt manifest."""
    return _manifest_tables(str(manifest), manifest.stat().st_mtime_ns)
