"""datapackage.json: the CSV files as a Frictionless Tabular Data Package (v1) with types, keys and checksums."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

from orchestration.dbt_build.catalogue import Column, Table
from orchestration.exports.facts import PACKAGE, Facts, Licence
from orchestration.exports.plain import MARK, csv_path
from orchestration.files import sha256
from orchestration.text import split, written

TYPES = {
    "VARCHAR": "string",
    "VARCHAR[]": "array",
    "DOUBLE[]": "array",
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
    "DOUBLE": "number",
    "DECIMAL": "number",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "TIMESTAMP WITH TIME ZONE": "datetime",
}
"""Table Schema's word for each type that a published table may have."""

ROLES = {"region_code": ("parent_code", "unit_code")}
"""Columns that name what another's key is, without being called so."""


def write(facts: Facts, folder: Path) -> None:
    """Describe the files of csv/."""
    package = {
        "profile": "tabular-data-package",
        "name": PACKAGE,
        "id": facts.release_id,
        "title": " / ".join(facts.title),
        "description": written("exports.as_of_release", release_id=facts.release_id, as_of=facts.as_of),
        "created": facts.published_at_iso,
        "is_synthetic": facts.is_synthetic,
        "licenses": [_licence(facts.licence)],
        "resources": [_resource(table, facts, folder) for table in facts.tables],
    }
    text = json.dumps(package, ensure_ascii=False, indent=1)
    (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8")


def foreign_keys(table: Table, tables: tuple[Table, ...]) -> list[tuple[tuple[str, ...], Table]]:
    """What a table's columns refer to: a dimension is referred to by whoever has all columns of its key, under their
    own name or in a role."""
    names = {column.name for column in table.columns}
    return [
        (fields, other)
        for other in tables
        if other.is_dimension
        for fields in product(*((part, *ROLES.get(part, ())) for part in other.key))
        if names.issuperset(fields) and not (other is table and fields == other.key)
    ]


def _licence(licence: Licence) -> dict[str, str]:
    described = {"name": licence.name, "title": " / ".join(licence.title)}
    return described | ({"path": licence.path} if licence.path else {})


def _resource(table: Table, facts: Facts, folder: Path) -> dict[str, Any]:
    path = csv_path(folder / "csv", table)
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": split(table.description)[0],
        "description": table.description,
        "path": path.relative_to(folder).as_posix(),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256(path)}",
        "is_synthetic": facts.is_synthetic,
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {
            "fields": [_field(column) for column in (*table.columns, MARK)],
            "missingValues": [""],
            "primaryKey": list(table.key),
            "foreignKeys": [
                {
                    "fields": list(fields),
                    "reference": {"resource": "" if other is table else other.name, "fields": list(other.key)},
                }
                for fields, other in foreign_keys(table, facts.tables)
            ],
        },
    }


def _field(column: Column) -> dict[str, str]:
    zh, en = split(column.description)
    return {
        "name": column.name,
        "type": TYPES[column.type.partition("(")[0]],
        "title": zh,
        "description": column.description,
        "title_en": en,
    }
