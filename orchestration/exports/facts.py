"""What every exported file says of itself: the release it is part of, its titles, its licence, whether it is synthetic.
Knows no format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

import duckdb

from orchestration.dbt_build.catalogue import RELEASE, Table
from orchestration.text import Pair, pair

PACKAGE = "hubei-hrss-plan-warehouse"
SYNTHETIC = pair("release.synthetic_data")


@dataclass(frozen=True)
class Licence:
    """What a reader may do with a file; `name` is the Open Definition's or SPDX's."""

    name: str
    title: Pair
    path: str | None


OF_SYNTHETIC = Licence("MIT", pair("exports.licence_synthetic"), "https://opensource.org/license/mit")
OF_REAL = Licence("other-closed", pair("exports.licence_internal"), None)


@dataclass(frozen=True)
class Facts:
    """The release (the newest row of marts.release) and the tables of its file."""

    release_id: str
    published_at: datetime  # in Asia/Shanghai
    as_of: date
    git_revision: str
    dumps: int
    rows: int
    inputs_sha256: str
    is_synthetic: bool
    tables: tuple[Table, ...]

    @property
    def title(self) -> Pair:
        """The release's name; it says so where the data is synthetic."""
        return title(self.is_synthetic)

    @property
    def statement(self) -> str:
        """What a reader must know first, in both languages; nothing where the data is real."""
        return " / ".join(SYNTHETIC) if self.is_synthetic else ""

    @property
    def licence(self) -> Licence:
        """Made-up figures are as free as the program; real ones stay with those who may release them."""
        return OF_SYNTHETIC if self.is_synthetic else OF_REAL

    @property
    def published_at_iso(self) -> str:
        """The time of publication with its zone."""
        return f"{self.published_at.isoformat()}+08:00"


def title(is_synthetic: bool) -> Pair:
    """What a release is called."""
    zh, en = pair("exports.release_title")
    return (f"{zh}({SYNTHETIC[0]})", f"{en} ({SYNTHETIC[1]})") if is_synthetic else (zh, en)


def read_facts(connection: duckdb.DuckDBPyConnection, tables: Sequence[Table]) -> Facts:
    """The facts of an open release."""
    names = [field.name for field in fields(Facts) if field.name != "tables"]
    row = connection.execute(
        f"select {', '.join(names)} from {RELEASE.name} order by release_id desc limit 1"
    ).fetchone()
    assert row is not None  # publication wrote it
    published = tuple(_as_published(connection, table) for table in sorted(tables, key=_name))
    return Facts(**dict(zip(names, row, strict=True)), tables=published)


def _as_published(connection: duckdb.DuckDBPyConnection, table: Table) -> Table:
    """The table with the types that its columns have in the file, as DuckDB spells them."""
    rows = connection.execute(
        """
        select column_name, data_type from duckdb_columns()
        where database_name = current_database() and table_name = ?
        """,
        [table.name],
    ).fetchall()
    types = dict(rows)
    return replace(table, columns=tuple(replace(column, type=types[column.name]) for column in table.columns))


def _name(table: Table) -> str:
    return table.name
