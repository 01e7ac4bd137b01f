"""The rules between one release and the next: which deliveries explain a change of the past, and which do not."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from expectations.suites.continuity import (
    SHRUNK_REVISIONS,
    SHRUNK_SNAPSHOTS,
    changed_history,
    sent_for_another_period,
)
from expectations.suites.filling import filling_suite
from expectations.suites.indicators import indicator_suite
from raw_landing.contract import load_contracts
from raw_landing.database import connect
from tests.support.warehouse import DBT_PROJECT

CHANGED = (
    "UPDATE marts.fct_indicator_value SET value = value + 1 WHERE indicator_id = '{indicator}'"
    " AND region_code = '{region}' AND period_type = 'month' AND period_end = '{month}'"
)
TOUCHED = "UPDATE quality.published_dump SET revision = 0 WHERE extract = '{extract}' AND period_end = '{period}'"
CLOSED = "UPDATE quality.published_run SET as_of = '2024-12-31'"


@pytest.fixture(scope="module")
def closed_year(good_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the good warehouse, released when the year was over."""
    with connect(Path(shutil.copy(good_warehouse, tmp_path_factory.mktemp("closed")))) as connection:
        connection.execute(CLOSED)
        yield connection


@pytest.fixture
def warehouse(closed_year: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same, to be changed: afterwards it is as it was."""
    closed_year.begin()
    yield closed_year
    closed_year.rollback()


def found(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return len(connection.execute(query).fetchall())


@pytest.mark.parametrize(
    ("indicator", "region", "month", "extract", "explained"),
    [
        ("skill_certificates", "420702", "2024-11-30", None, False),
        ("skill_certificates", "420702", "2024-11-30", "skill_certificate", True),
        ("skill_certificates", "420702", "2024-11-30", "social_card", False),  # another extract
        ("subsidised_training", "420702", "2024-11-30", None, True),  # December's training came, events move
        (
            "unemployment_insurance_enrolment",
            "420702",
            "2024-11-30",
            "insurance_enrolment",
            False,
        ),  # December's snapshot
        ("skill_certificates", "420702", "2024-12-31", None, None),  # not over when the release was made
    ],
)
def test_a_dump_of_its_sources_explains_a_change(
    warehouse: duckdb.DuckDBPyConnection,
    indicator: str,
    region: str,
    month: str,
    extract: str | None,
    explained: bool | None,
) -> None:
    assert found(warehouse, changed_history(same_code=True)) == 0
    warehouse.execute(CHANGED.format(indicator=indicator, region=region, month=month))
    if extract is not None:
        warehouse.execute(TOUCHED.format(extract=extract, period="2024-12-31"))
    assert found(warehouse, changed_history(same_code=True)) == (1 if explained is False else 0)


def test_a_snapshot_explains_its_own_unit_only(warehouse: duckdb.DuckDBPyConnection) -> None:
    change = CHANGED.format(indicator="unemployment_insurance_enrolment", region="420702", month="2024-11-30")
    november = "SELECT * REPLACE ('{unit}' AS unit_code, 'n' AS dump_id, DATE '2024-11-01' AS period_start,"
    november += " DATE '2024-11-30' AS period_end) FROM landed.dump WHERE extract = 'insurance_enrolment'"
    warehouse.execute(f"{change}; INSERT INTO landed.dump {november.format(unit='420100')}")
    assert found(warehouse, changed_history(same_code=True)) == 1
    warehouse.execute("UPDATE landed.dump SET unit_code = '420700' WHERE dump_id = 'n'")
    assert found(warehouse, changed_history(same_code=True)) == 0


def test_what_vanished_or_appeared_is_a_change_too(warehouse: duckdb.DuckDBPyConnection) -> None:
    cell = "indicator_id = 'skill_certificates' AND region_code = '420702' AND period_end = '2024-11-30'"
    warehouse.execute(f"DELETE FROM marts.fct_indicator_value WHERE {cell} AND period_type = 'month'")
    warehouse.execute(f"DELETE FROM quality.published_value WHERE {cell} AND period_type = 'ytd'")
    assert found(warehouse, changed_history(same_code=True)) == 2


def test_new_code_is_told_apart(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(CHANGED.format(indicator="skill_certificates", region="420702", month="2024-11-30"))
    warehouse.execute("UPDATE quality.published_run SET is_same_code = false")
    assert found(warehouse, changed_history(same_code=True)) == 0
    assert found(warehouse, changed_history(same_code=False)) == 1


def test_nothing_is_compared_before_the_first_release(warehouse: duckdb.DuckDBPyConnection) -> None:
    for table in ("published_run", "published_value", "published_dump"):
        warehouse.execute(f"DELETE FROM quality.{table}")
    for same_code in (True, False):
        assert found(warehouse, changed_history(same_code=same_code)) == 0


@pytest.mark.parametrize(
    ("rows_before", "rows_now", "fraction", "stops"),
    [(99, 1, 1, False), (100, 49, 1, True), (100, 50, 1, False), (1000, 60, 0.1, False), (1000, 40, 0.1, True)],
)
def test_only_a_delivery_of_less_than_half_of_a_hundred_or_more_is_stopped(
    warehouse: duckdb.DuckDBPyConnection, rows_before: int, rows_now: int, fraction: float, stops: bool
) -> None:
    set_now = f"SET revision = 2, rows_loaded = {rows_now}, sampling_fraction = {fraction}"
    warehouse.execute(f"""
        UPDATE landed.dump {set_now} WHERE extract IN ('mediation_case', 'insurance_enrolment');
        UPDATE quality.landing_receipt SET rows_loaded = {rows_before} WHERE status = 'superseded';
        INSERT INTO landed.dump SELECT * REPLACE ('november' AS dump_id, DATE '2024-11-01' AS period_start,
            DATE '2024-11-30' AS period_end, {rows_before} AS rows_loaded, 1 AS sampling_fraction)
        FROM landed.dump WHERE extract = 'insurance_enrolment'
    """)
    assert found(warehouse, SHRUNK_REVISIONS) == found(warehouse, SHRUNK_SNAPSHOTS) == int(stops)


def test_what_was_released_already_is_not_judged_again(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("""
        UPDATE landed.dump SET revision = 2, rows_loaded = 10 WHERE extract = 'mediation_case';
        UPDATE quality.published_dump SET revision = 2, rows_loaded = 10 WHERE extract = 'mediation_case'
    """)
    assert found(warehouse, SHRUNK_REVISIONS) == 0


def test_the_provinces_own_rows_are_part_of_its_figure(warehouse: duckdb.DuckDBPyConnection) -> None:
    rule = next(rule for rule in indicator_suite().rules if rule.name == "province_is_its_units")
    assert rule.query is not None
    warehouse.execute("""
        INSERT INTO intermediate.int_indicator_rows SELECT unnest(['skill_certificates', 'senior_skill_certificates']),
            1, 'numerator', 'within', DATE '2024-11-30', '420000', 2, 1
    """)
    assert found(warehouse, rule.query) == 2, "the province lacks its own row, in both counts of certificates"
    warehouse.execute("""
        UPDATE marts.fct_indicator_value SET numerator = numerator + 2 WHERE region_code = '420000'
            AND period_type = 'month' AND period_end = '2024-11-30'
            AND indicator_id IN ('skill_certificates', 'senior_skill_certificates')
    """)
    assert found(warehouse, rule.query) == 0


@pytest.mark.parametrize(
    ("earlier", "filled", "rows", "found_empty"),
    [
        (20, 20, 20, True),
        (20, 8, 20, True),
        (1000, 5, 20, False),  # rarely filled: 20 empty cells are no surprise
        (1000, 10, 2000, True),
        (20, 20, 19, False),  # a handful
        (20, 0, 50, False),  # never filled
    ],
)
def test_an_indicators_column_that_is_empty_all_at_once(
    warehouse: duckdb.DuckDBPyConnection, earlier: int, filled: int, rows: int, found_empty: bool
) -> None:
    (query,) = (
        rule.query
        for rule in filling_suite(load_contracts().values()).rules
        if rule.name == "indicator_column_not_emptied"
    )
    assert query is not None and found(warehouse, query) == 0
    warehouse.execute(f"""
        INSERT INTO landed.dump SELECT * REPLACE ('earlier' AS dump_id, DATE '2024-11-01' AS period_start,
            DATE '2024-11-30' AS period_end) FROM landed.dump WHERE extract = 'arbitration_case';
        INSERT INTO quality.filled_cell SELECT * REPLACE ('earlier' AS dump_id, {earlier} AS rows_counted,
            {filled} AS cells_filled) FROM quality.filled_cell WHERE extract = 'arbitration_case';
        UPDATE landed.dump SET revision = 2 WHERE extract = 'arbitration_case' AND dump_id <> 'earlier';
        UPDATE quality.filled_cell SET cells_filled = 0, rows_counted = {rows}
        WHERE extract = 'arbitration_case' AND dump_id <> 'earlier' AND column_name IN ('closed_on', 'claimant_count')
    """)
    assert found(warehouse, query) == int(found_empty)
    warehouse.execute("UPDATE quality.published_dump SET revision = 2 WHERE extract = 'arbitration_case'")
    assert found(warehouse, query) == 0, "what was released already is not judged again"


def test_an_empty_share_is_told_beside_that_of_the_year_before(warehouse: duckdb.DuckDBPyConnection) -> None:
    (rule,) = (rule for rule in filling_suite(load_contracts().values()).rules if rule.name == "empty_share_as_before")
    cell = "column_name = 'programme' AND dump_id IN (SELECT dump_id FROM landed.dump WHERE {period})"
    warehouse.execute(
        "UPDATE quality.filled_cell SET rows_counted = 40, cells_filled = 30 WHERE column_name = 'programme';"
        " UPDATE quality.filled_cell SET cells_filled = 20 WHERE "
        + cell.format(period="period_end <= '2024-03-31'")
        + "; UPDATE quality.filled_cell SET cells_filled = 13 WHERE "
        + cell.format(period="period_end = '2024-11-30'")
    )
    rows = warehouse.execute(f"SELECT column_name, empty_now, empty_before FROM ({rule.query})").fetchall()
    assert rows == []  # 67.5 % empty against 25 to 50 %
    warehouse.execute(
        "UPDATE quality.filled_cell SET cells_filled = 11 WHERE " + cell.format(period="period_end = '2024-11-30'")
    )
    rows = warehouse.execute(f"SELECT column_name, empty_now, empty_before FROM ({rule.query})").fetchall()
    assert rows == [("programme", "72.5 %", "32.5 %")]


def test_columns_of_which_indicators_are_made_are_those_that_the_formulas_read() -> None:
    formulas = (DBT_PROJECT / "macros" / "indicators" / "counted_rows.sql").read_text(encoding="utf-8")
    read = {
        contract.extract: tuple(
            column.name
            for column in contract.columns
            if not column.required and re.search(rf"\b{column.name}\b", formulas)
        )
        for contract in load_contracts().values()
        if contract.extract in formulas
    }
    read["mediation_case"] = tuple(one for one in read["mediation_case"] if one != "organisation_kind")  # if asked for
    counted = {
        contract.extract: tuple(column.name for column in contract.columns if column.is_counted)
        for contract in load_contracts().values()
    }
    assert {extract: columns for extract, columns in read.items() if columns} == {
        extract: columns for extract, columns in counted.items() if columns
    }


@pytest.mark.parametrize(
    ("rows_loaded", "revision", "stopped", "told"), [(21, 2, 1, 1), (19, 2, 0, 2), (21, 1, 0, 2), (0, 2, 0, 0)]
)
def test_the_same_bytes_for_another_period(
    warehouse: duckdb.DuckDBPyConnection, rows_loaded: int, revision: int, stopped: int, told: int
) -> None:
    """Of a dump with rows; stopped where it is new and has many. Headers alone are all alike."""
    warehouse.execute(f"""
        UPDATE landed.dump SET sha256 = 'one', rows_loaded = {rows_loaded}
        WHERE extract = 'training_record' AND month(period_end) IN (5, 6);
        UPDATE quality.published_dump SET rows_loaded = {rows_loaded}
        WHERE extract = 'training_record' AND month(period_end) IN (5, 6);
        UPDATE landed.dump SET revision = {revision} WHERE extract = 'training_record' AND month(period_end) = 6
    """)
    assert found(warehouse, sent_for_another_period(is_stopped=True)) == stopped
    assert found(warehouse, sent_for_another_period(is_stopped=False)) == told


@pytest.mark.parametrize(
    ("numerator", "denominator", "rows", "month_before", "stopped", "told"),
    [
        (0, 30, 30, 24, 1, 0),
        (0, 19, 19, 24, 0, 1),  # a handful
        (0, 4000, 2, 24, 0, 1),  # two rows of a sample that stand for many
        (0, 40000, 20, 24, 1, 0),
        (30, 30, 30, 24, 0, 1),
        (1, 30, 30, 24, 0, 0),
        (0, 30, 30, 0, 0, 0),  # it was so in the year before
    ],
)
def test_a_rate_that_is_suddenly_nothing_or_all(
    warehouse: duckdb.DuckDBPyConnection,
    numerator: int,
    denominator: int,
    rows: int,
    month_before: int,
    stopped: int,
    told: int,
) -> None:
    cell = "indicator_id = 'arbitration_closure_rate' AND region_code = '420700' AND period_type = 'month'"
    change = f"UPDATE marts.fct_indicator_value SET numerator = {{}}, denominator = {{}} WHERE {cell} AND period_end = "
    warehouse.execute(change.format(month_before, 30) + "'2024-04-30'")
    for table in ("marts.fct_indicator_value", "quality.published_value"):  # the months that are judged begin later
        warehouse.execute(f"UPDATE {table} SET numerator = 24 WHERE {cell} AND period_end < '2024-04-01'")
    warehouse.execute(change.format(numerator, denominator) + "'2024-12-31'")
    warehouse.execute(_counted(rows, cell, "period_end = '2024-12-31'"))
    assert _suddenly(warehouse) == (stopped, told)
    warehouse.execute(f"UPDATE quality.published_value SET numerator = {numerator} WHERE {cell}")
    assert _suddenly(warehouse)[0] == 0, "published so already"


@pytest.mark.parametrize(
    ("rows_before", "stopped", "told"),
    [(20, 1, 0), (19, 0, 1), ("NULL", 1, 0)],  # a report's own figures are counted nowhere: its denominator counts
)
def test_a_rate_over_an_exact_figure_is_judged_by_the_rows_of_the_months_before(
    warehouse: duckdb.DuckDBPyConnection, rows_before: int | str, stopped: int, told: int
) -> None:
    """A population is no number of sampled rows, and of the numerator there is none; its least month tells."""
    cell = "indicator_id = 'e_social_card_coverage_rate' AND region_code = '420700' AND period_type = 'month'"
    warehouse.execute(_counted(500, cell, "true"))
    warehouse.execute(_counted(rows_before, cell, "true" if rows_before == "NULL" else "period_end = '2024-06-30'"))
    newest = f"{cell} AND period_end = '2024-12-31'"
    warehouse.execute(f"UPDATE marts.fct_indicator_value SET numerator = 0 WHERE {newest}")
    if rows_before != "NULL":
        warehouse.execute(_counted(0, cell, "period_end = '2024-12-31'"))
    assert _suddenly(warehouse) == (stopped, told)


def _counted(rows: int | str, cell: str, months: str) -> str:
    return f"UPDATE intermediate.int_indicator_unioned SET sample_rows = {rows} WHERE {cell} AND {months}"


def _suddenly(warehouse: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """How many rates of December stop a release, and of how many it is told."""
    rules = {rule.name: rule.query or "" for rule in indicator_suite().rules}
    months = "SELECT * FROM ({}) WHERE period_end = '2024-12-31'"
    stopped, told = (
        found(warehouse, months.format(rules[f"rate_not_suddenly_{what}"])) for what in ("nothing", "whole")
    )
    return stopped, told
