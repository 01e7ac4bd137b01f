"""Whether a DuckDB file is what was written: damage told from trouble of the machine. Reads, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.errors import causes
from raw_landing.database import DatabaseUnusable, connect, identifier
from raw_landing.errors import machine_errno

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


def is_whole(database: Path) -> bool:
    """Whether every table of a database can be read to its end, or that cannot be told: it is in use, or the machine
    fails."""
    try:
        with connect(database, read_only=True) as connection:
            tables = connection.execute(
                "select database_name, schema_name, table_name from duckdb_tables()"
                " where database_name = current_database()"
            ).fetchall()
            for names in tables:
                table = ".".join(map(identifier, names))
                connection.execute(f"select bit_xor(hash(t)) from {table} as t").fetchall()
    except (duckdb.Error, DatabaseUnusable) as error:
        return not is_damage(error)
    return True
