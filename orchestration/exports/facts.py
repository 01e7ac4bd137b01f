"""What every exported file says of itself: the release it is part of, its titles, its licence, whether it is synthetic.
Knows no format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

import duckdb

from orchestration.dbt_build.catalogue import RELEASE, Table

PACKAGE = "hubei-hrss-plan-warehouse"
SYNTHETIC_ZH = "合成数据,非真实统计"
SYNTHETIC_EN = "SYNTHETIC DATA, no real statistics"


@dataclass(frozen=True)
class Licence:
    """What a reader may do with a file; `name` is the Open Definition's or SPDX's."""

    name: str
    title: str
    path: str | None


OF_SYNTHETIC = Licence(
    "MIT", "MIT License: 随程序一同授权 / as the program that made it up", "https://opensource.org/license/mit"
)
OF_REAL = Licence("other-closed", "内部资料,未经许可不得转发 / Internal: not to be passed on without permission", None)


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
    def title_zh(self) -> str:
        """The release's name in Chinese; it says so where the data is synthetic."""
        return title_zh(self.is_synthetic)

    @property
    def title_en(self) -> str:
        """The same in English."""
        return title_en(self.is_synthetic)

    @property
    def statement(self) -> str:
        """What a reader must know first, in both languages; nothing where the data is real."""
        return f"{SYNTHETIC_ZH} / {SYNTHETIC_EN}" if self.is_synthetic else ""

    @property
    def licence(self) -> Licence:
        """Made-up figures are as free as the program; real ones stay with those who may release them."""
        return OF_SYNTHETIC if self.is_synthetic else OF_REAL

    @property
    def published_at_iso(self) -> str:
        """The time of publication with its zone."""
        return f"{self.published_at.isoformat()}+08:00"


def title_zh(is_synthetic: bool) -> str:
    """What a release is called in Chinese."""
    return "湖北省人社规划数据仓库发布版" + (f"({SYNTHETIC_ZH})" if is_synthetic else "")


def title_en(is_synthetic: bool) -> str:
    """What a release is called in English."""
    return "Hubei HRSS plan warehouse, release" + (f" ({SYNTHETIC_EN})" if is_synthetic else "")


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


def zh(description: str) -> str:
    """The Chinese half of a description «中文 / English»."""
    return description.partition(" / ")[0]


def en(description: str) -> str:
    """Its English half; all of it where there is only one language."""
    return description.partition(" / ")[2] or description
