"""The gate itself, on Great Expectations in DuckDB: what cannot be evaluated refuses, nothing personal is told, the
file is left as it was."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from expectations import Rule, Suite, run_suites
from expectations.rule import CRITICAL, INFO, WARNING, Table
from raw_landing.database import connect

TABLE = Table("marts.t", ("id",), "spec", called="表")
FINE = TABLE.rows("fine", CRITICAL, "正常", "fine", "id < 0")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    folder = tmp_path / "库 a%b$HOME#c"  # a path is not an address
    folder.mkdir()
    path = folder / "warehouse.duckdb"
    with connect(path) as connection:
        connection.execute("CREATE SCHEMA marts")
        connection.execute(
            "CREATE TABLE marts.t AS SELECT range AS id, '身份证420106199001011234' AS name FROM range(10)"
        )
    return path


def _suite(*rules: Rule) -> Suite:
    return Suite("suite", "规则", "rules", rules)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (TABLE.rows("broken", WARNING, "坏", "broken", "nothing > 1"), "nothing"),
        (TABLE.query("broken", INFO, "坏", "broken", "SELECT id FROM marts.nowhere"), "nowhere"),
        (TABLE.query("broken", INFO, "坏", "broken", "SELECT id FROM"), "syntax error"),
        (TABLE.query("broken", INFO, "坏", "broken", "SELECT name::INTEGER AS id FROM marts.t"), "kept back"),
        (
            Table("marts.nowhere", ("id",), "spec", called="无").rows("broken", WARNING, "坏", "broken", "true"),
            "nowhere",
        ),
        (TABLE.query("broken", INFO, "坏", "broken", "SELECT 1 AS a", show=("b",)), '"b"'),
    ],
)
def test_rule_that_raises_refuses_whatever_its_severity(
    database: Path, caplog: pytest.LogCaptureFixture, rule: Rule, told: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        result = run_suites(database, [_suite(FINE, rule)])
    assert [outcome.expectation for outcome in result.results] == ["fine", "broken"]
    fine, broken = result.results
    assert fine.success, "one broken rule must not take its neighbours along"
    assert (broken.success, broken.severity, broken.unexpected_count) == (False, CRITICAL, None)
    assert broken.error is not None and told in broken.error
    assert not result.success
    assert all(told in message for message in result.message())
    assert "420106199001011234" not in f"{result} {caplog.text}"


def test_rule_that_does_not_run_refuses(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from expectations import engine

    made = engine.expectation
    other = TABLE.rows("other", CRITICAL, "另", "other", "id < 0")
    monkeypatch.setattr(engine, "expectation", lambda suite, rule: made(suite, other))
    result = run_suites(database, [_suite(FINE)])
    assert [outcome.error for outcome in result.critical] == ["did not run"]


def test_counts_and_examples_without_personal_numbers(database: Path) -> None:
    named = Table("marts.t", ("id", "name"), "spec", called="表")
    result = run_suites(database, [_suite(named.rows("few", WARNING, "少", "few", "id >= 5"))])
    (few,) = result.failures
    assert (few.element_count, few.unexpected_count, few.observed_value) == (10, 5, "5")
    assert few.examples == ("5:***", "6:***", "7:***")
    assert result.success


def test_sql_is_taken_as_it_stands(database: Path) -> None:
    with connect(database) as connection:
        connection.execute("UPDATE marts.t SET name = '100%:a {x} \\d' WHERE id = 3")
    where = TABLE.rows("odd", WARNING, "奇", "odd", r"name = '100%:a {x} \d' AND regexp_matches('12', '^\d{2}$')")
    query = TABLE.query("odd_too", WARNING, "奇", "odd", f"SELECT * FROM marts.t WHERE {where.where}")
    assert [failure.examples for failure in run_suites(database, [_suite(where, query)]).failures] == [("3",)] * 2


def test_null_is_no_breach_unless_said(database: Path) -> None:
    with connect(database) as connection:
        connection.execute("UPDATE marts.t SET name = NULL WHERE id = 3")
    rules = (TABLE.one_of("name", ["x"]), TABLE.required("name"))
    in_list, present = run_suites(database, [_suite(*rules)]).results
    assert (in_list.unexpected_count, present.unexpected_count) == (9, 1)


def test_file_can_be_written_again_afterwards(database: Path) -> None:
    before = database.read_bytes()
    run_suites(database, [_suite(FINE)])
    assert database.read_bytes() == before
    with connect(database) as connection:
        connection.execute("DROP TABLE marts.t")
    assert not run_suites(database, [_suite(FINE)]).success


def test_what_breaks_a_rule_is_recorded_by_key(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with connect(database) as connection:
        connection.execute(
            "CREATE TABLE marts.cell AS FROM (VALUES ('rate', '420100', DATE '2025-01-31', 1), ('rate', '420100',"
            " DATE '2025-01-31', 2), ('rate', '420200', NULL, 3), ('fine', '420200', DATE '2025-01-31', 0))"
            " AS t (indicator_id, region_code, period_end, breaches)"
        )
    cell = Table("marts.cell", ("indicator_id", "region_code", "period_end", "breaches"), "spec", called="格")
    broken = cell.rows("broken", WARNING, "坏", "broken", "breaches > 0")
    holds = cell.rows("holds", WARNING, "好", "holds", "breaches > 9")
    suite = Suite("cells", "格", "cells", (broken, holds, TABLE.rows("of_no_key", WARNING, "坏", "broken", "id > 1")))
    recorded = {one.expectation: one.failing_keys for one in run_suites(database, [suite]).results}
    assert recorded == {
        "broken": (
            "indicator_id=rate region_code=420100 period_end=2025-01-31",
            "indicator_id=rate region_code=420200",
        ),
        "holds": (),
        "of_no_key": None,
    }
    monkeypatch.setattr("expectations.runner.MOST_KEYS", 1)
    assert run_suites(database, [Suite("cells", "格", "cells", (broken,))]).results[0].failing_keys is None


def test_no_database_is_no_pass(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run_suites(tmp_path / "none.duckdb", [_suite(FINE)])


def test_two_suites_of_one_name_are_refused(database: Path) -> None:
    with pytest.raises(ValueError, match="one name"):
        run_suites(database, [_suite(FINE), _suite(FINE)])


def test_results_of_two_stages_add_up(database: Path) -> None:
    one = run_suites(database, [_suite(FINE)])
    assert len((one + one).results) == 2


def test_progress_bars_and_talk_are_off(database: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run_suites(database, [_suite(FINE)])
    assert capfd.readouterr() == ("", "")
