"""A small warehouse for tests of the models: what landing leaves behind, filled from plain Python. No assertions."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NoReturn

import duckdb

from orchestration.dbt_build.process import go_to_the_warehouse
from raw_landing.contract import load_contracts
from raw_landing.database import connect
from raw_landing.storage.landed_schema import RELATIONS, columns_of, extract_columns, extract_rows
from tests.support.processes import PROCESSES
from tests.support.recomputation import Dump

DBT_PROJECT = Path(__file__).parents[2] / "dbt_project"


def create_warehouse(path: Path, as_of: date, *, suppression_threshold: int = 5, models: Path | None = None) -> None:
    """Make a warehouse file with every relation that landing leaves for dbt, typed and empty, but for the registry
    and the one row of landed.run. `models`: a home in which dbt has read the project, to spare this one the reading."""
    if models is not None:
        target = path.parent / "target"
        target.mkdir()
        shutil.copy(models / "dbt" / "target" / "partial_parse.msgpack", target)
    contracts = load_contracts()
    with connect(path) as connection:
        for schema in ("landed", "quality"):
            connection.execute(f"create schema {schema}")
        for contract in contracts.values():
            _create(connection, f"landed.{contract.extract}", columns_of(contract))
        for relation, columns in RELATIONS.items():
            _create(connection, relation, columns)
        for relation, rows in (
            ("landed.extract", extract_rows(contracts.values())),
            ("landed.extract_column", extract_columns(contracts.values())),
        ):
            _insert(connection, relation, ({name: row[name] for name in RELATIONS[relation]} for row in rows))
        run = {"as_of": as_of, "is_synthetic": True, "suppression_threshold": suppression_threshold}
        _insert(connection, "landed.run", [run])


def add_dump(
    connection: duckdb.DuckDBPyConnection,
    extract: str,
    month: date,
    unit_code: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    revision: int = 1,
    sampling_fraction: float = 1.0,
    look: str = "first",
) -> str:
    """Put one active dump into the warehouse as landing would: its rows and its line in landed.dump.

    `month` is any day of the period reported on; a dump without rows is a true zero. A dump that was read anew, with
    other rows, has another `look`. Returns the dump's id.
    """
    dump_id, landed = _landed(extract, month, unit_code, rows, revision, sampling_fraction, look)
    for relation, its_rows in landed.items():
        _insert(connection, relation, its_rows)
    return dump_id


def add_dumps(connection: duckdb.DuckDBPyConnection, dumps: Iterable[tuple[Dump, str]]) -> None:
    """Put many dumps there, each with its look: a statement for each relation, since DuckDB plans and commits each."""
    together: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for dump, look in dumps:
        _, landed = _landed(dump.extract, dump.start, dump.unit, dump.rows, dump.revision, dump.sampling_fraction, look)
        for relation, its_rows in landed.items():
            together[relation] += its_rows
    for relation, its_rows in together.items():
        _insert(connection, relation, its_rows)


def _landed(
    extract: str,
    month: date,
    unit_code: str,
    rows: Iterable[Mapping[str, Any]],
    revision: int,
    sampling_fraction: float,
    look: str,
) -> tuple[str, dict[str, list[Mapping[str, Any]]]]:
    """The dump's id, and the rows that landing leaves of it in each relation."""
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
        "look": look,
    }
    cells = [
        {
            "dump_id": dump_id,
            "look": look,
            "extract": extract,
            "column_name": column.name,
            "rows_counted": len(landed),
            "cells_filled": sum(row.get(column.name) is not None for row in landed),
        }
        for column in contract.columns
        if landed and not column.required
    ]
    return dump_id, {f"landed.{extract}": [*landed], "landed.dump": [dump], "quality.filled_cell": [*cells]}


def period_of(cadence: str, day: date) -> tuple[date, date]:
    """First and last day of the month, quarter or year in which a day lies."""
    months = {"monthly": 1, "quarterly": 3, "annual": 12}[cadence]
    first = (day.month - 1) // months * months + 1
    start = date(day.year, first, 1)
    after = date(day.year + (first + months > 12), (first + months - 1) % 12 + 1, 1)
    return start, after - timedelta(days=1)


def dbt_command(warehouse: Path, *arguments: str, project: Path = DBT_PROJECT) -> tuple[list[str], dict[str, str]]:
    """The command line and environment of dbt on a warehouse file; target and logs stand beside the file. No log is
    written: each statement in it would cost a third of dbt's time."""
    environment = os.environ | {
        "HRSS_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(warehouse.parent / "target"),
        "DBT_LOG_PATH": str(warehouse.parent / "logs"),
        "DBT_LOG_LEVEL_FILE": "none",
    }
    command = [str(Path(sys.executable).parent / "dbt"), *arguments, "--project-dir", str(project)]
    return [*command, "--profiles-dir", str(project)], environment


@dataclass(frozen=True)
class DbtRun:
    """A run of dbt that has ended: its exit code, both streams, and the message about each node by its unique id."""

    returncode: int
    stdout: str
    messages: Mapping[str, str]

    @property
    def unchanged(self) -> set[str]:
        """The models that it left as they stood; of one with versions, the version."""
        return {name.rpartition(".")[2] for name, told in self.messages.items() if told.startswith("UNCHANGED")}


def run_dbt(warehouse: Path, *arguments: str, project: Path = DBT_PROJECT) -> DbtRun:
    """Run dbt on a warehouse file in a process of its own. It writes neither its manifest nor its results: for a few
    models that is half its time."""
    command, environment = dbt_command(warehouse, *arguments, project=project)
    environment["DBT_WRITE_JSON"] = "false"
    said, messages = warehouse.parent / "said.txt", warehouse.parent / "messages.json"
    process = PROCESSES.Process(target=_run_dbt, args=(command[1:], environment, said, messages))
    process.start()
    process.join()
    assert process.exitcode is not None
    told = json.loads(messages.read_text(encoding="utf-8"))
    return DbtRun(process.exitcode, said.read_text(encoding="utf-8"), told)


def _run_dbt(arguments: list[str], environment: dict[str, str], said: Path, messages: Path) -> NoReturn:
    os.environ.clear()
    os.environ.update(environment)
    with said.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    go_to_the_warehouse()
    from dbt.cli.main import dbtRunner

    done = dbtRunner().invoke(arguments)
    results = getattr(done.result, "results", ())
    messages.write_text(json.dumps({one.node.unique_id: one.message or "" for one in results}), encoding="utf-8")
    sys.exit(0 if done.success else 2 if done.exception else 1)


def _create(connection: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, str]) -> None:
    typed = ", ".join(f'"{name}" {sql_type}' for name, sql_type in columns.items())
    connection.execute(f"create table {relation} ({typed})")


def _insert(connection: duckdb.DuckDBPyConnection, relation: str, rows: Iterable[Mapping[str, Any]]) -> None:
    columns = RELATIONS.get(relation) or columns_of(load_contracts()[relation.removeprefix("landed.")])
    values = []
    for row in rows:
        if unknown := row.keys() - columns.keys():
            raise ValueError(f"{relation} has no column {sorted(unknown)}")
        values.append([row.get(name) for name in columns])
    if values:
        lists = ", ".join(f"unnest(?::{sql_type}[])" for sql_type in columns.values())
        connection.execute(
            f"insert into {relation} select {lists}", [list(column) for column in zip(*values, strict=True)]
        )
