"""Makes the schemas `landed` and `quality` of the warehouse from ledger and contracts: views over the rows of the
active dumps and a few small tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import duckdb

from raw_landing.contract import Contract, load_contracts
from raw_landing.corrections import APPLIED, load_corrections
from raw_landing.database import literal
from raw_landing.errors import as_landing_error
from raw_landing.ledger.records import Dump
from raw_landing.ledger.store import Ledger
from raw_landing.storage import filled
from raw_landing.storage import small_files as packing
from raw_landing.storage.small_files import RowFile, one_file, read_files
from raw_landing.storage.store import LandingStore
from raw_landing.text import say

METADATA = {
    "dump_id": "VARCHAR",
    "line_number": "BIGINT",
    "unit_code": "VARCHAR",
    "period_start": "DATE",
    "period_end": "DATE",
    "revision": "INTEGER",
    "sampling_fraction": "DOUBLE",
}
"""The columns that stand before a contract's own in every landed relation, with their types."""

SUBJECTS = ("employment", "unemployment", "insurance", "training", "certificates", "pension_payment")
"""The subjects of which releases have cubes: what they told of each is a relation of its own, so that a night looks
again at those of which the last release told something new."""

_CELL = {
    "region_code": "VARCHAR",
    "period_end": "DATE",
    "dimension_1": "VARCHAR",
    "key_1": "VARCHAR",
    "dimension_2": "VARCHAR",
    "key_2": "VARCHAR",
    "n": "DOUBLE",
}

RELATIONS: dict[str, dict[str, str]] = {
    "landed.dump": {
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
        "look": "VARCHAR",
    },
    "landed.extract": {
        "source": "VARCHAR",
        "extract": "VARCHAR",
        "zh": "VARCHAR",
        "load": "VARCHAR",
        "cadence": "VARCHAR",
        "delivered_by": "VARCHAR",
        "due_days": "INTEGER",
        "due_from": "DATE",
        "period_column": "VARCHAR",
    },
    "landed.extract_column": {
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
    },
    "landed.published_cell": {
        "indicator_id": "VARCHAR",
        "region_code": "VARCHAR",
        "period_type": "VARCHAR",
        "period_end": "DATE",
        "value": "DOUBLE",
        "numerator": "DOUBLE",
    },
    **{f"landed.published_cell_{subject}": _CELL for subject in SUBJECTS},
    "landed.run": {"as_of": "DATE", "is_synthetic": "BOOLEAN", "suppression_threshold": "INTEGER"},
    "quality.landing_receipt": {
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
    },
    "quality.quarantine": {
        "dump_id": "VARCHAR",
        "line_number": "BIGINT",
        "reasons": "VARCHAR[]",
        "original": "VARCHAR",
    },
    "quality.correction": {
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
    },
    filled.TABLE: filled.COLUMNS,
    "quality.correction_applied": APPLIED,
}
"""Names and DuckDB types of the columns of every relation but those of the extracts: see columns_of."""

PUBLISHED = ("landed.published_cell", *(f"landed.published_cell_{subject}" for subject in SUBJECTS))
"""What releases told: publication fills these tables, landing knows of no release."""

_TABLES = (
    *("landed.dump", "landed.extract", "landed.extract_column", "landed.run"),
    *PUBLISHED,
    *("quality.landing_receipt", "quality.correction", filled.TABLE),
)
_VIEWS = ("quality.correction_applied", "quality.quarantine")


def refresh_landed_schema(
    connection: duckdb.DuckDBPyConnection, home: Path, *, as_of: date, suppression_threshold: int = 5
) -> None:
    """Make schemas `landed` and `quality` of the open warehouse agree with the ledger of `home`, and landed.run with
    this run: the report day, and the smallest county count of persons that may be published.

    One transaction; the same ledger gives the same tables. Raises LandingError, duckdb.Error.
    """
    store = LandingStore(home.absolute())
    with as_landing_error(home), Ledger.open(home) as ledger:
        active, refused, receipts = ledger.active(), ledger.refused(), ledger.receipts()
    contracts = {f"landed.{extract}": contract for extract, contract in load_contracts().items()}
    relations = {name: columns_of(contract) for name, contract in contracts.items()}
    relations |= {name: RELATIONS[name] for name in ("quality.quarantine", "quality.correction_applied")}
    files = _files(store, active)
    files["quality.quarantine"] = [
        RowFile(dump.dump_id, dump.look, store.refused(dump.dump_id, dump.look), dump.rows_refused) for dump in refused
    ]
    files["quality.correction_applied"] = [
        RowFile(dump.dump_id, dump.look, store.applied(str(dump.extract), dump.dump_id, dump.look), dump.rows_corrected)
        for dump, _ in active
        if dump.rows_corrected
    ]
    with as_landing_error(home), store.workdir() as workdir:
        connection.begin()
        try:
            connection.execute("CREATE SCHEMA IF NOT EXISTS landed; CREATE SCHEMA IF NOT EXISTS quality")
            for name, rows in _dumps(active, as_of, suppression_threshold).items():
                _table(connection, name, rows, workdir)
            create_published_cells(connection)
            _table(connection, "quality.landing_receipt", map(asdict, receipts), workdir)
            _table(connection, "quality.correction", _corrections(), workdir)
            packing.prepare(connection)
            filled.prepare(connection, {(dump.dump_id, dump.look) for dump, _ in active})
            for name, columns in relations.items():
                own = files.get(name, [])
                packed, large = packing.consolidate(connection, name, columns, own)
                _view(connection, name, columns, packed, large)
                if contract := contracts.get(name):
                    filled.count(connection, contract, own, packed, large)
            connection.execute(
                "UPDATE quality.correction SET active_rows = applied.count"
                " FROM (SELECT correction_id, count(*) AS count FROM quality.correction_applied GROUP BY ALL)"
                " AS applied WHERE applied.correction_id = correction.correction_id"
            )
            connection.execute("; ".join(_comments(contracts.values())))
            connection.commit()
        except BaseException:
            connection.rollback()
            raise


def expose_snapshot(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    active: Sequence[tuple[Dump, str]],
    *,
    as_of: date,
    suppression_threshold: int = 5,
) -> None:
    """Make schema `landed` of an open, temporary database show these dumps, each with the first landing of its
    identity, as the active ones, in the reading that their read keys name; columns are those of their files.

    Raises LandingError, duckdb.Error: a file is gone.
    """
    store = LandingStore(home.absolute())
    with as_landing_error(home), store.workdir() as workdir:
        connection.execute("CREATE SCHEMA IF NOT EXISTS landed")
        for name, rows in _dumps(active, as_of, suppression_threshold).items():
            _table(connection, name, rows, workdir)
        create_published_cells(connection)
        files = _files(store, active)
        for contract in load_contracts().values():
            relation = f"landed.{contract.extract}"
            if paths := [file.path for file in files.get(relation, [])]:
                source = read_files(paths, "hive_partitioning = false, union_by_name = true")
                connection.execute(f"CREATE OR REPLACE VIEW {relation} AS SELECT * FROM {source}")
            else:
                _view(connection, relation, columns_of(contract))


def create_published_cells(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the relations of PUBLISHED, empty, unless they are there."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS landed")
    for name in PUBLISHED:
        columns = ", ".join(f'"{column}" {sql_type}' for column, sql_type in RELATIONS[name].items())
        connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")


def _dumps(
    active: Sequence[tuple[Dump, str]], as_of: date, suppression_threshold: int
) -> dict[str, Iterable[Mapping[str, object]]]:
    """The rows of the tables of schema `landed`: the dumps, the registry, the day and what the run was told."""
    contracts = load_contracts().values()
    is_synthetic = any(dump.is_synthetic for dump, _ in active)
    run = {"as_of": as_of, "is_synthetic": is_synthetic, "suppression_threshold": suppression_threshold}
    return {
        "landed.dump": (asdict(dump) | {"first_landed_at": first} for dump, first in active),
        "landed.extract": extract_rows(contracts),
        "landed.extract_column": extract_columns(contracts),
        "landed.run": [run],
    }


def _files(store: LandingStore, active: Iterable[tuple[Dump, str]]) -> dict[str, list[RowFile]]:
    """The files of the dumps' rows by relation."""
    files: dict[str, list[RowFile]] = {}
    for dump, _ in active:
        extract = str(dump.extract)
        path = store.rows(extract, dump.dump_id, dump.look)
        files.setdefault(f"landed.{extract}", []).append(RowFile(dump.dump_id, dump.look, path, dump.rows_loaded))
    return files


def columns_of(contract: Contract) -> dict[str, str]:
    """Names and DuckDB types of a landed relation, in order."""
    return METADATA | {column.name: column.sql_type for column in contract.columns}


def extract_rows(contracts: Iterable[Contract]) -> Iterable[dict[str, object]]:
    """The rows of landed.extract, each with more than its columns."""
    for contract in contracts:
        yield contract.model_dump() | {"due_from": contract.due_from_day}


def extract_columns(contracts: Iterable[Contract]) -> Iterable[dict[str, object]]:
    """The rows of landed.extract_column, each with more than its columns."""
    for contract in contracts:
        for position, column in enumerate(contract.columns, start=1):
            yield column.model_dump() | {
                "source": contract.source,
                "extract": contract.extract,
                "position": position,
                "column_name": column.name,
                "check_rule": column.check,
            }


def landed_files(home: Path) -> dict[str, list[Path]]:
    """The Parquet files of the rows of all active dumps, by relation (landed.<extract>), of every extract. Raises
    LandingError."""
    with as_landing_error(home), Ledger.open(home) as ledger:
        files = _files(LandingStore(home.absolute()), ledger.active())
    return {name: [one.path for one in files.get(name, [])] for name in map("landed.{}".format, load_contracts())}


def quarantine(home: Path, dump_id: str | None = None) -> list[Path]:
    """The Parquet files of the rows refused, of one dump or of all that are loaded or superseded: dump_id,
    line_number, reasons, original. They hold personal data. Raises LandingError."""
    store = LandingStore(home.absolute())
    with as_landing_error(home), Ledger.open(home) as ledger:
        return [store.refused(dump.dump_id, dump.look) for dump in ledger.refused() if dump_id in (None, dump.dump_id)]


def _corrections() -> Iterable[dict[str, object]]:
    for corrections in load_corrections().values():
        yield from (one.as_row() | {"active_rows": 0} for one in corrections)


def _table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    rows: Iterable[Mapping[str, object]],
    workdir: Path,
) -> None:
    """Make a table of `rows` at once, by way of a temporary JSON file."""
    columns, passing = RELATIONS[name], workdir / f"{name}.json"
    with passing.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps({column: row[column] for column in columns}, ensure_ascii=False, default=str) + "\n")
    types = ", ".join(f"{literal(column)}: {literal(sql_type)}" for column, sql_type in columns.items())
    connection.execute(
        f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM"
        f" read_json({one_file(passing)}, format = 'newline_delimited', columns = {{{types}}})"
    )


def _view(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, str],
    packed: str | None = None,
    files: Sequence[Path] = (),
) -> None:
    """Make a view over the rows of a table and of these Parquet files; typed and empty without any."""
    names = ", ".join(f'"{column}"' for column in columns)
    sources = [*([packed] if packed else []), *([read_files(files)] if files else [])]
    if sources:
        query = " UNION ALL ".join(f"SELECT {names} FROM {source}" for source in sources)
    else:
        typed = ", ".join(f'NULL::{sql_type} AS "{column}"' for column, sql_type in columns.items())
        query = f"SELECT {typed} WHERE false"
    connection.execute(f"CREATE OR REPLACE VIEW {name} AS {query}")


def _comments(contracts: Iterable[Contract]) -> Iterable[str]:
    """COMMENT ON for every relation and column that officials may browse, in both languages."""
    for kind, names in (("TABLE", _TABLES), ("VIEW", _VIEWS)):
        for name in names:
            yield f"COMMENT ON {kind} {name} IS {literal(' / '.join(say(f'table.{name}')))}"
    for column in APPLIED:
        yield f'COMMENT ON COLUMN quality.correction_applied."{column}" IS {_column_comment(column)}'
    for contract in contracts:
        name = f"landed.{contract.extract}"
        yield f"COMMENT ON VIEW {name} IS {literal(f'{contract.zh} / {_words(contract.extract)}')}"
        for column in METADATA:
            yield f"COMMENT ON COLUMN {name}.{column} IS {_column_comment(column)}"
        for own in contract.columns:
            unit = f"({own.unit})" if own.unit else ""
            codes = f" [{', '.join(own.aliases)}]" if own.aliases else ""
            text = f"{own.zh}{unit} / {_words(own.name)}{codes}"
            yield f'COMMENT ON COLUMN {name}."{own.name}" IS {literal(text)}'


def _column_comment(column: str) -> str:
    return literal(" / ".join(say(f"column.{column}")))


def _words(name: str) -> str:
    return name.replace("_", " ")
