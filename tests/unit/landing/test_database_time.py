"""When DuckDB was at work, as whoever records statements is told."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import duckdb

from orchestration.process_beside import begin, process_beside
from raw_landing.database import connect
from raw_landing.database_time import covered, recorded, statement, tell_seconds

SLOW = "SELECT sum(sqrt(i)) FROM range(3_000_000) AS t (i)"


def _compute() -> float:
    with connect() as connection:
        return float(connection.execute(SLOW).fetchall()[0][0])


def test_every_statement_of_a_connection_is_told_and_nothing_else() -> None:
    with connect() as connection, recorded() as spans:
        before = time.time()
        connection.execute(SLOW)
        asked = list(spans)
        time.sleep(0.05)
        assert spans == asked
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
        after = time.time()
    assert len(asked) == 1 and len(spans) == 3  # the last: execution and fetching
    assert all(before <= begun <= end <= after for begun, end in spans)
    assert 0 < covered(spans) < after - before - 0.05


def test_relations_and_cursors_of_a_connection_are_told_too() -> None:
    with connect() as connection:
        relation, cursor = connection.sql("SELECT 7 AS n").project("n + 1 AS m"), connection.cursor()
        assert relation.columns == ["m"]
        with recorded() as spans:
            assert relation.fetchall() == [(8,)]
            assert len(spans) == 1
            cursor.execute("SELECT 1")
            assert len(spans) == 2


def test_a_connection_stays_what_it_is() -> None:
    with connect() as connection:
        assert isinstance(connection, duckdb.DuckDBPyConnection)  # as libraries ask before they take one
        assert connection.execute("SELECT 1 AS n") is connection
        assert [name for name, *_ in connection.description or ()] == ["n"]


def test_statements_of_other_threads_and_processes_are_told() -> None:
    with recorded() as spans, ThreadPoolExecutor(1) as thread:
        thread.submit(_compute).result()
    assert spans
    with recorded() as spans, process_beside() as beside:
        asked = time.time()
        result = begin(beside, _compute)
        assert not spans
        assert result() > 0
        answered = time.time()
    assert spans and asked <= min(spans)[0] and max(spans)[1] <= answered


def test_statements_that_fail_are_told() -> None:
    with recorded() as spans:
        try:
            with statement():
                raise ValueError
        except ValueError:
            pass
    assert len(spans) == 1


def test_within_a_recording_another_may_begin() -> None:
    with recorded() as outer:
        tell_seconds(1.0)
        with recorded() as inner:
            tell_seconds(2.0)
        tell_seconds(3.0)
    assert [round(end - begun) for begun, end in outer] == [1, 2, 3]
    assert [round(end - begun) for begun, end in inner] == [2]


def test_statements_side_by_side_are_counted_once() -> None:
    assert covered([(4.0, 5.0), (0.0, 2.0), (1.0, 3.0), (1.5, 1.75)]) == 4.0
