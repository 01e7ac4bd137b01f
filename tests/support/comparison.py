"""Tables of two databases held against each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import duckdb

from raw_landing.database import identifier

_NEAR = """
create temp macro near(one, other) as
    one is not distinct from other or coalesce(abs(one - other) <= 1e-9 * greatest(abs(one), abs(other), 1), false);
create temp macro all_near(one, other) as
    one is not distinct from other
    or coalesce(len(one) = len(other)
        and list_bool_and(list_transform(list_zip(one, other), lambda pair: near(pair[1], pair[2]))), false);
"""
"""Sums of the same fractions in another order differ in their last bits, and their differences in more."""
_TESTS = {"DOUBLE": "near(one.{0}, other.{0})", "DOUBLE[]": "all_near(one.{0}, other.{0})"}


def differences(
    first: Path, second: Path, tables: Iterable[str], *, leaving_out: Collection[str] = ()
) -> dict[str, list[object]]:
    """The tables, named `schema.table`, that are not the same in both files, each with up to three pairs of rows; the
    columns of these names are not looked at.

    Rows are paired in the order of their other columns, then of their fractions, which are the same within 1e-9.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{first}' as first (read_only); attach '{second}' as second (read_only); {_NEAR}")
        found: dict[str, list[object]] = {}
        for table in tables:
            columns = connection.execute(f"describe first.{table}").fetchall()
            if columns != connection.execute(f"describe second.{table}").fetchall():
                found[table] = ["columns"]
                continue
            columns = [column for column in columns if column[0] not in leaving_out]
            same = [
                _TESTS.get(kind, "one.{0} is not distinct from other.{0}").format(identifier(name))
                for name, kind, *_ in columns
            ]
            order = ", ".join(identifier(name) for name, kind, *_ in sorted(columns, key=lambda one: one[1] in _TESTS))
            numbered = "(select *, row_number() over (order by {}) as _row from {}.{})"
            rows = connection.execute(
                f"select one, other from {numbered.format(order, 'first', table)} as one"
                f" full join {numbered.format(order, 'second', table)} as other on one._row = other._row"
                f" where one._row is null or other._row is null or not ({' and '.join(same)}) limit 3"
            ).fetchall()
            if rows:
                found[table] = list(rows)
        return found
