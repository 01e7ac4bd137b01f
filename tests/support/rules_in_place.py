"""Rules evaluated by their own SQL on one open copy of a database, in which a breach is made and undone: what the gate
would find, without a file, a Great Expectations context and an evaluation of its own for each. That the gate finds the
same is held by tests/integration/expectations/test_suites.py."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from expectations import Suite
from expectations.redaction import position
from expectations.rule import WAREHOUSE_ALIAS, Rule
from expectations.runner import EXAMPLES
from raw_landing.database import connect


@dataclass(frozen=True)
class Found:
    """A rule that a row breaks: how many do, and the locators of the first of them."""

    count: int
    examples: tuple[str, ...]


class Breakable:
    """A copy of a warehouse, or of a published file with its warehouse attached."""

    def __init__(self, database: Path, folder: Path, warehouse: Path | None = None) -> None:
        copy = shutil.copy(database, folder / "broken.duckdb")
        name = "broken" if warehouse is None else "marts"  # as its rules call it: by its schema or by its own name
        self.connection = connect()
        self.connection.execute(f"ATTACH '{copy}' AS {name}; USE {name}")
        if warehouse is not None:
            self.connection.execute(f"ATTACH '{warehouse}' AS {WAREHOUSE_ALIAS} (READ_ONLY)")

    def close(self) -> None:
        """Give the files back."""
        self.connection.close()

    @contextmanager
    def broken(self, sql: str) -> Iterator[None]:
        """Within it the database is as `sql` has changed it."""
        self.connection.execute("BEGIN")
        try:
            self.connection.execute(sql)
            yield
        finally:
            self.connection.execute("ROLLBACK")

    def failures(self, suite: Suite) -> dict[str, Found]:
        """The rules of a suite that do not hold, by name; those that are Great Expectations' own classes are not asked.
        Raises duckdb.Error where one cannot be evaluated."""
        counts: dict[str, int] = {}
        for table in dict.fromkeys(rule.table for rule in suite.rules):
            rules = [rule for rule in suite.rules if rule.table == table]
            conditions = {rule.name: f"count(*) FILTER (WHERE {rule.where})" for rule in rules if rule.where}
            queries = {rule.name: f"(SELECT count(*) FROM ({rule.query}) AS t)" for rule in rules if rule.query}
            counts |= self._counts(conditions, f"FROM {table}") | self._counts(queries)
        rules = [rule for rule in suite.rules if counts.get(rule.name)]
        return {rule.name: Found(counts[rule.name], self._examples(rule)) for rule in rules}

    def _counts(self, expressions: dict[str, str], source: str = "") -> dict[str, int]:
        if not expressions:
            return {}
        (row,) = self._rows(f"SELECT {', '.join(expressions.values())} {source}")
        return dict(zip(expressions, row, strict=True))

    def _examples(self, rule: Rule) -> tuple[str, ...]:
        if rule.unexpected_rows is None:
            return ()
        query = f"SELECT DISTINCT * FROM ({rule.unexpected_rows}) AS t ORDER BY ALL LIMIT {EXAMPLES}"
        rows = self._rows(query)
        columns = [column for column, *_ in self.connection.description or ()]
        return tuple(
            ":".join(position(value, column, ()) for value, column in zip(row, columns, strict=True)) for row in rows
        )

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            return self.connection.execute(sql).fetchall()
        except duckdb.Error as error:
            error.add_note(sql)
            raise
