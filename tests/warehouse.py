"""A small warehouse for tests of the models: what landing leaves behind, filled from plain Python. No assertions."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from raw_landing.contract import Contract, load_contracts
from raw_landing.database import connect

DBT_PROJECT = Path(__file__).parent.parent / "dbt_project"

METADATA = {
    "dump_id": "VARCHAR",
    "line_number": "BIGINT",
    "unit_code": "VARCHAR",
    "period_start": "DATE",
    "period_end": "DATE",
    "revision": "INTEGER",
    "sampling_fraction": "DOUBLE",
}
DUMP = {
    "dump_id": "VARCHAR",
    "source": "VARCHAR",
    "extract": "VARCHAR",
    "period_start": "DATE",
    "period_end": "DATE",
    "unit_code": "VARCHAR",
    "revision": "INTEGER",
    "sampling_fraction": "DOUBLE",
    "rows_loaded": "BIGINT",
    "is_zero": "BOOLEAN",
    "is_synthetic": "BOOLEAN",
    "sha256": "VARCHAR",
    "first_landed_at": "TIMESTAMPTZ",
    "landed_at": "TIMESTAMPTZ",
}
EXTRACT = {
    "source": "VARCHAR",
    "extract": "VARCHAR",
    "zh": "VARCHAR",
    "load": "VARCHAR",
    "cadence": "VARCHAR",
    "delivered_by": "VARCHAR",
    "due_days": "INTEGER",
    "period_column": "VARCHAR",
}
EXTRACT_COLUMN = {
    "source": "VARCHAR",
    "extract": "VARCHAR",
    "position": "INTEGER",
    "column_name": "VARCHAR",
    "zh": "VARCHAR",
    "aliases": "VARCHAR[]",
    "type": "VARCHAR",
    "required": "BOOLEAN",
    "unit": "VARCHAR",
    "pii": "VARCHAR",
    "check_rule": "VARCHAR",
}
RUN = {"as_of": "DATE", "is_synthetic": "BOOLEAN"}
RECEIPT = {
    "dump_id": "VARCHAR",
    "path": "VARCHAR",
    "sha256": "VARCHAR",
    "bytes": "BIGINT",
    "source": "VARCHAR",
    "extract": "VARCHAR",
    "period_start": "DATE",
    "period_end": "DATE",
    "unit_code": "VARCHAR",
    "revision": "INTEGER",
    "encoding": "VARCHAR",
    "delimiter": "VARCHAR",
    "rows_read": "BIGINT",
    "rows_loaded": "BIGINT",
    "rows_refused": "BIGINT",
    "rows_repeated": "BIGINT",
    "rows_skipped": "BIGINT",
    "status": "VARCHAR",
    "reasons": "VARCHAR[]",
    "warnings": "VARCHAR[]",
    "message_zh": "VARCHAR",
    "message_en": "VARCHAR",
    "sampling_fraction": "DOUBLE",
    "landed_at": "TIMESTAMPTZ",
    "as_of": "DATE",
    "is_synthetic": "BOOLEAN",
    "submitted_by": "VARCHAR",
    "public_path": "VARCHAR",
    "withdrawn_at": "TIMESTAMPTZ",
    "withdrawn_by": "VARCHAR",
    "withdrawn_reason": "VARCHAR",
}
QUARANTINE = {"dump_id": "VARCHAR", "line_number": "BIGINT", "reasons": "VARCHAR[]", "original": "VARCHAR"}

CORRECTION = {
    "correction_id": "VARCHAR",
    "extract": "VARCHAR",
    "key": "VARCHAR",
    "column_name": "VARCHAR",
    "wrong": "VARCHAR",
    "right": "VARCHAR",
    "dropped": "BOOLEAN",
    "reason": "VARCHAR",
    "authority": "VARCHAR",
    "decided_on": "DATE",
    "active_rows": "BIGINT",
}
CORRECTION_APPLIED = {
    "correction_id": "VARCHAR",
    "dump_id": "VARCHAR",
    "line_number": "BIGINT",
    "column_name": "VARCHAR",
    "wrong": "VARCHAR",
    "right": "VARCHAR",
    "dropped": "BOOLEAN",
}


def create_warehouse(path: Path, as_of: date) -> None:
    """Make a warehouse file with every relation that landing leaves for dbt, typed and empty, but for the registry
    and the one row of landed.run."""
    contracts = load_contracts()
    with connect(path) as connection:
        for schema in ("landed", "quality"):
            connection.execute(f"create schema {schema}")
        for contract in contracts.values():
            columns = METADATA | {column.name: column.sql_type for column in contract.columns}
            _create(connection, f"landed.{contract.extract}", columns)
        _create(connection, "landed.dump", DUMP)
        _create(connection, "landed.extract", EXTRACT)
        _create(connection, "landed.extract_column", EXTRACT_COLUMN)
        _create(connection, "landed.run", RUN)
        _create(connection, "quality.landing_receipt", RECEIPT)
        _create(connection, "quality.quarantine", QUARANTINE)
        _create(connection, "quality.correction", CORRECTION)
        _create(connection, "quality.correction_applied", CORRECTION_APPLIED)
        _insert(connection, "landed.extract", EXTRACT, [_registered(contract) for contract in contracts.values()])
        _insert(
            connection,
            "landed.extract_column",
            EXTRACT_COLUMN,
            [row for contract in contracts.values() for row in _registered_columns(contract)],
        )
        _insert(connection, "landed.run", RUN, [{"as_of": as_of, "is_synthetic": True}])


def add_dump(
    connection: duckdb.DuckDBPyConnection,
    extract: str,
    month: date,
    unit_code: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    revision: int = 1,
    sampling_fraction: float = 1.0,
) -> str:
    """Put one active dump into the warehouse as landing would: its rows and its line in landed.dump.

    `month` is any day of the period reported on; a dump without rows is a true zero. Returns the dump's id.
    """
    contract = load_contracts()[extract]
    start, end = period_of(contract.cadence, month)
    dump_id = f"{extract}-{start:%Y%m}-{unit_code}-{revision}"
    metadata = {
        "dump_id": dump_id,
        "unit_code": unit_code,
        "period_start": start,
        "period_end": end,
        "revision": revision,
        "sampling_fraction": sampling_fraction,
    }
    landed = [{**metadata, "line_number": line, **row} for line, row in enumerate(rows, start=2)]
    columns = METADATA | {column.name: column.sql_type for column in contract.columns}
    _insert(connection, f"landed.{extract}", columns, landed)
    dump = {
        **metadata,
        "source": contract.source,
        "extract": extract,
        "rows_loaded": len(landed),
        "is_zero": not landed,
        "is_synthetic": True,
        "sha256": dump_id,
        "first_landed_at": f"{end} 12:00:00+08",
        "landed_at": f"{end} 12:00:00+08",
    }
    _insert(connection, "landed.dump", DUMP, [dump])
    return dump_id


def period_of(cadence: str, day: date) -> tuple[date, date]:
    """First and last day of the month, quarter or year in which a day lies."""
    months = {"monthly": 1, "quarterly": 3, "annual": 12}[cadence]
    first = (day.month - 1) // months * months + 1
    start = date(day.year, first, 1)
    after = date(day.year + (first + months > 12), (first + months - 1) % 12 + 1, 1)
    return start, after - timedelta(days=1)


def run_dbt(warehouse: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run dbt on a warehouse file in a process of its own; target and logs stand beside the file."""
    environment = os.environ | {
        "HRSS_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(warehouse.parent / "target"),
        "DBT_LOG_PATH": str(warehouse.parent / "logs"),
    }
    command = [str(Path(sys.executable).parent / "dbt"), *arguments, "--project-dir", str(DBT_PROJECT)]
    command += ["--profiles-dir", str(DBT_PROJECT)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _create(connection: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, str]) -> None:
    typed = ", ".join(f'"{name}" {sql_type}' for name, sql_type in columns.items())
    connection.execute(f"create table {relation} ({typed})")


def _insert(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    columns: Mapping[str, str],
    rows: list[dict[str, Any]],
) -> None:
    for row in rows:
        unknown = row.keys() - columns.keys()
        if unknown:
            raise ValueError(f"{relation} has no column {sorted(unknown)}")
    if rows:
        marks = ", ".join("?" for _ in columns)
        values = [[row.get(name) for name in columns] for row in rows]
        connection.executemany(f"insert into {relation} values ({marks})", values)


def _registered(contract: Contract) -> dict[str, Any]:
    return {name: getattr(contract, name) for name in EXTRACT}


def _registered_columns(contract: Contract) -> Iterable[dict[str, Any]]:
    for position, column in enumerate(contract.columns, start=1):
        yield {
            "source": contract.source,
            "extract": contract.extract,
            "position": position,
            "column_name": column.name,
            "zh": column.zh,
            "aliases": list(column.aliases),
            "type": column.type,
            "required": column.required,
            "unit": column.unit,
            "pii": column.pii,
            "check_rule": column.check,
        }
