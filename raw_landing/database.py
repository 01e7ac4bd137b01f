"""The one way to open DuckDB, the settings of whoever opens it otherwise, and how a text is written into SQL. No table
names, no queries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from raw_landing.errors import Told
from raw_landing.limits import memory_limit


class DatabaseUnusable(Told):
    """A database file cannot be opened: another process has it open, or it is damaged."""


SETTINGS: dict[str, bool | str] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "TimeZone": "Asia/Shanghai",
    "preserve_insertion_order": False,
    "memory_limit": memory_limit(),
    "disabled_optimizers": "common_subplan",
}
"""For a closed, ordinary machine: nothing is downloaded, days are those of Wuhan, memory is bounded. A part of a query
that comes twice is computed twice: kept for the second time, the province's cards would fill the disk. dbt's
profiles.yml has the same."""


AS_WRITTEN: dict[str, bool | str] = {"disabled_optimizers": "common_subplan,join_order,build_side_probe_side"}
"""Joins as a query has them: DuckDB takes a text file for some forty rows, and would keep all of them in memory to look
regions up in them."""


def settings_with(spill: Path) -> dict[str, bool | str]:
    """The settings of a database in memory: what does not fit goes to the folder `spill`, made when it is needed. A
    database in a file has such a folder beside it."""
    return SETTINGS | {"temp_directory": str(spill)}


def connect(
    path: Path | str = ":memory:", *, read_only: bool = False, spill: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a database with these settings. Raises DatabaseUnusable."""
    with told_of(
        path,
        "请移走该文件,下次运行会由 landed/ 重建",
        "move it away: the next run builds it anew from what is landed",
    ):
        connection = duckdb.connect(str(path), read_only=read_only)
    for name, value in (SETTINGS if spill is None else settings_with(spill)).items():
        connection.execute(f"set {name} = {literal(value)}")  # as text: to bind a value, DuckDB would import pandas
    return connection


@contextmanager
def setting(connection: duckdb.DuckDBPyConnection, **values: bool | str) -> Iterator[None]:
    """Other settings for some statements, afterwards as they were."""
    before = {name: connection.execute(f"SELECT current_setting({literal(name)})").fetchall()[0][0] for name in values}
    try:
        for name, value in values.items():
            connection.execute(f"SET {name} = {literal(value)}")
        yield
    finally:
        for name, value in before.items():
            connection.execute(f"SET {name} = {literal(value)}")


@contextmanager
def told_of(path: Path | str, zh: str, en: str) -> Iterator[None]:
    """Say plainly why a file cannot be opened; `zh` and `en` are what to do where it is damaged."""
    try:
        yield
    except (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException) as error:
        why, *_ = str(error).splitlines()
        if "lock on file" in why:
            holder = re.search(r"PID (\d+)", str(error))
            number = holder[1] if holder else "?"
            raise DatabaseUnusable(
                f"{path}: 正被进程 {number} 打开,请关闭后重试。\n"
                f"{path}: in use by process {number}; close it there, then try again."
            ) from error
        raise DatabaseUnusable(
            f"{path}: 文件损坏或无法读取({why});{zh}。\n{path}: damaged or unreadable ({why}); {en}."
        ) from error


def literal(text: object) -> str:
    """A text or a path as SQL literal, for the statements that take no parameter (ATTACH, COMMENT)."""
    return "'" + str(text).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name of a table or a column as SQL has it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'
