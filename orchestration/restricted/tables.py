"""The tables of schema `restricted` of the warehouse as they are written out: each of them, persons under their
pseudonyms."""

from __future__ import annotations

import duckdb

from orchestration.restricted.pseudonyms import PseudonymKey
from raw_landing.database import identifier, literal

PERSON = "person_id"
"""The column that holds a person's number; written out it is the pseudonym, as `person`."""

SCHEMA = "restricted"


_COMMENTS = f"""
    select table_name, column_name, comment from duckdb_columns()
    where database_name = 'warehouse' and schema_name = '{SCHEMA}' order by table_name, column_index
"""
_COMMENT_OF_TABLE = f"""
    select comment
    from (
        select database_name, schema_name, table_name, comment from duckdb_tables()
        union all
        select database_name, schema_name, view_name, comment from duckdb_views()  -- of what Spark wrote
    ) as relation
    where database_name = 'warehouse' and schema_name = '{SCHEMA}' and table_name = ?
"""


def copy_tables(connection: duckdb.DuckDBPyConnection, key: PseudonymKey) -> None:
    """From the database `warehouse` to the database `restricted`, with their comments. Raises duckdb.Error."""
    person = key.sql(connection, PERSON)
    for table, columns in _tables(connection).items():
        name = f"{SCHEMA}.{identifier(table)}"
        written = {"person" if column == PERSON else column: comment for column, comment in columns.items()}
        shown = (f"{person} as person" if column == PERSON else identifier(column) for column in columns)
        connection.execute(f"create table {name} as select {', '.join(shown)} from warehouse.{name} order by all")
        ((comment,),) = connection.execute(_COMMENT_OF_TABLE, [table]).fetchall()
        said = [f"table {name} is {literal(comment or '')}"]
        said += [f"column {name}.{identifier(column)} is {literal(text or '')}" for column, text in written.items()]
        connection.execute("; ".join(f"comment on {one}" for one in said))


def numbers_of_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Queries on the database `warehouse`, each with the numbers of a table's persons. Raises duckdb.Error."""
    return [
        f"select {PERSON} as number from warehouse.{SCHEMA}.{identifier(table)} where {PERSON} is not null"
        for table, columns in _tables(connection).items()
        if PERSON in columns
    ]


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str | None]]:
    """The columns of each with their comments."""
    found: dict[str, dict[str, str | None]] = {}
    for table, column, comment in connection.execute(_COMMENTS).fetchall():
        found.setdefault(table, {})[column] = comment
    return found
