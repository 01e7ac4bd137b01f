"""What a run can make again and finds damaged: told from trouble of the machine, thrown away, said in one line. The
caller holds the writer's lock. Makes nothing again itself: the run does, as if it had never been there."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from orchestration.dagster_runtime.instance import discard_damaged_record, discard_record, is_of_record
from orchestration.errors import causes
from orchestration.progress import reporter
from orchestration.settings import Settings
from raw_landing.database import DatabaseUnusable, connect
from raw_landing.errors import machine_errno
from raw_landing.storage.rows_kept import discard_unreadable_rows

_SAYS_DAMAGED = ("not a valid DuckDB database file", "Corrupt database file", "Could not read enough bytes")
_HEADERS = 3 * 4096  # bytes before the first block
_OF_CONTENT = (duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)
_OF_SHAPE = (duckdb.CatalogException, duckdb.BinderException)


def is_damage(error: BaseException) -> bool:
    """Whether DuckDB says that a file is not what it wrote. A file in use, or that the machine cannot read, is not
    damaged."""
    for cause in causes(error):
        if isinstance(cause, duckdb.Error) and machine_errno(cause) is None:
            return isinstance(cause, _OF_CONTENT) or any(words in str(cause) for words in _SAYS_DAMAGED)
    return False


def is_unfit(error: BaseException) -> bool:
    """Whether a database is damaged, or its tables are not those that this program made."""
    return is_damage(error) or isinstance(error, _OF_SHAPE)


def is_cut(connection: duckdb.DuckDBPyConnection, database: Path) -> bool:
    """Whether the file of a database just opened is too short for the blocks in use: what is gone may not be read for
    long, and would be written over. Free blocks at its end need not have been written."""
    row = connection.execute("select block_size * used_blocks from pragma_database_size()").fetchone()
    assert row is not None  # of the open database
    return database.stat().st_size < _HEADERS + int(row[0])


def discard_warehouse(settings: Settings, why: str) -> None:
    """Remove the working database, and say why: it holds nothing that is not made from what is landed. Raises
    OSError."""
    database = settings.warehouse
    for path in (database, database.with_name(f"{database.name}.wal")):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
    reporter().note(
        f"{database}:已损坏({why}),已弃去,由 landed/ 重建",
        f"{database} was damaged ({why}); it is thrown away and built anew from what is landed",
    )


def discard_damaged(settings: Settings, error: BaseException) -> bool:
    """After a run has failed: look through all that it rests on and can be made again, and throw away what is damaged.
    Returns whether there was any, so that another run will do better. Raises OSError."""
    found = discard_damaged_record(settings)
    if not found and is_of_record(error):  # whole files, of which Dagster cannot make anything all the same
        found = discard_record(settings)
    if settings.warehouse.exists() and not is_whole(settings.warehouse):
        discard_warehouse(settings, "a table cannot be read to its end")
        found = True
    for path in discard_unreadable_rows(settings.home):
        reporter().note(
            f"{path}:已损坏,已弃去,由存档重新读取",
            f"{path} was damaged; it is thrown away and read again from the archive",
        )
        found = True
    return found


def is_whole(database: Path) -> bool:
    """Whether every table of a database can be read to its end, or that cannot be told: it is in use, or the machine
    fails."""
    try:
        with connect(database, read_only=True) as connection:
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
            ).fetchall()
            for schema, table in tables:
                connection.execute(f'select bit_xor(hash(t)) from "{schema}"."{table}" as t').fetchall()
    except (duckdb.Error, DatabaseUnusable) as error:
        return not is_damage(error)
    return True
