"""Opens DuckDB with the project's settings, tells when it is at work, and quotes values and names for SQL. No table
names, no queries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, cast

import duckdb

from raw_landing.database_time import statement
from raw_landing.errors import UserError
from raw_landing.language import in_order
from raw_landing.limits import memory_limit
from raw_landing.temporary import spill_of_process
from raw_landing.text import say


class DatabaseUnusable(UserError):
    """A database file cannot be opened: another process has it open, or it is damaged."""


class DatabaseInUse(DatabaseUnusable):
    """Another process has it open: it may be had later."""


SETTINGS: dict[str, bool | str] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "TimeZone": "Asia/Shanghai",
    "preserve_insertion_order": False,
    "memory_limit": memory_limit(),
    "disabled_optimizers": "common_subplan",
    "pandas_analyze_sample": "0",
}
"""For a closed, ordinary machine: nothing is downloaded, days are those of Wuhan, memory is bounded. A part of a query
that comes twice is computed twice: kept for the second time, the province's cards would fill the disk. Columns
of Python objects are texts: their types are not guessed from a sample, which fails for arrays of numpy where the sample
is all empty. dbt's profiles.yml has the same."""


STORAGE_VERSION = "v1.2.0"
"""The format of database files: analysts' older clients open no newer one. In v1.0.0, which DuckDB takes where none is
named, a warehouse of 340 tables takes twice as long to open."""

AS_WRITTEN: dict[str, bool | str] = {"disabled_optimizers": "common_subplan,join_order,build_side_probe_side"}
"""Joins as a query has them: DuckDB takes a text file for some forty rows, and would keep all of them in memory to look
regions up in them."""

OVER_MANY_COLUMNS: dict[str, bool | str] = {"disabled_optimizers": "statistics_propagation,common_subplan"}
"""For a query with hundreds of parts: what that optimizer takes grows with the square of their number."""


def settings_with(spill: Path) -> dict[str, bool | str]:
    """The settings of a database in memory: what does not fit goes to the folder `spill`, made when it is needed. A
    database in a file has such a folder beside it."""
    return SETTINGS | {"temp_directory": str(spill)}


def connect(
    path: Path | str = ":memory:", *, read_only: bool = False, spill: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a database with these settings; its statements are told to whoever records them (`database_time`). One in
    memory without a folder to `spill` to has one that goes with this process. Raises DatabaseUnusable."""
    with explain_open_error(path, lambda: say("warehouse_made_anew")):
        if not (read_only or path == ":memory:" or Path(path).exists()):
            _create(path)
        with statement():
            opened = duckdb.connect(str(path), read_only=read_only)
    connection = cast(duckdb.DuckDBPyConnection, _Timed(opened))
    if spill is None and path == ":memory:":
        spill = spill_of_process()
    for name, value in (SETTINGS if spill is None else settings_with(spill)).items():
        connection.execute(f"set {name} = {literal(value)}")  # as text: to bind a value, DuckDB would import pandas
    return connection


class _Timed:
    """A connection, or a relation of it, whose every call is told as a statement; for `isinstance` it is what it stands
    for. DuckDB's own functions do not take it (`duckdb.sql(…, connection=…)`), nor does its SQL find variables of the
    caller. Its classes cannot be derived from."""

    __slots__ = ("_inner",)

    def __init__(self, inner: duckdb.DuckDBPyConnection | duckdb.DuckDBPyRelation) -> None:
        self._inner = inner

    # `isinstance` asks an object for its __class__. Typeshed declares it an attribute that may be set, and mypy allows
    # no property in its place that only answers.
    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return type(self._inner)

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._inner, name)
        if not callable(attribute):
            return attribute

        def timed(*args: Any, **named: Any) -> Any:
            with statement():
                result = attribute(*args, **named)
            if result is self._inner:
                return self
            is_open = isinstance(result, duckdb.DuckDBPyConnection | duckdb.DuckDBPyRelation)
            return _Timed(result) if is_open else result

        return timed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _create(path: Path | str) -> None:
    """Make an empty database file in the project's format."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(path)} as made (storage_version '{STORAGE_VERSION}')")


@contextmanager
def setting(connection: duckdb.DuckDBPyConnection, **values: bool | str) -> Iterator[None]:
    """Change settings for some statements, then restore them."""
    before = {name: connection.execute(f"SELECT current_setting({literal(name)})").fetchall()[0][0] for name in values}
    try:
        for name, value in values.items():
            connection.execute(f"SET {name} = {literal(value)}")
        yield
    finally:
        for name, value in before.items():
            connection.execute(f"SET {name} = {literal(value)}")


@contextmanager
def explain_open_error(path: Path | str, advice: Callable[[], tuple[str, str]]) -> Iterator[None]:
    """Turn the error of opening a file into DatabaseUnusable; `advice`: what to do where it is damaged, in both
    languages."""
    try:
        yield
    except (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException) as error:
        why, *_ = str(error).splitlines()
        if "lock on file" in why:
            holder = re.search(r"PID (\d+)", str(error))
            number = holder[1] if holder else "?"
            raise DatabaseInUse("\n".join(in_order(*say("database_in_use", path=path, holder=number)))) from error
        zh, en = advice()
        said = say("database_damaged", path=path, why=why, remedy_zh=zh, remedy_en=en)
        raise DatabaseUnusable("\n".join(in_order(*said))) from error


def literal(text: object) -> str:
    """A text or a path as SQL literal, for the few statements that take no parameter (ATTACH, COMMENT)."""
    return "'" + str(text).replace("'", "''") + "'"


def identifier(text: str) -> str:
    """A name as SQL identifier."""
    return '"' + text.replace('"', '""') + '"'
