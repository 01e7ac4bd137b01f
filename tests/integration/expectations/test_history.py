"""The rules between one release and the next: which deliveries explain a change of the past, and which do not."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from expectations.suites.continuity import SHRUNK_REVISIONS, SHRUNK_SNAPSHOTS, changed_history
from expectations.suites.indicators import indicator_suite
from raw_landing.database import connect
from tests.support.valid_warehouse import make_good_warehouse

CHANGED = (
    "UPDATE marts.fct_indicator_value SET value = value + 1 WHERE indicator_id = '{indicator}'"
    " AND region_code = '{region}' AND period_type = 'month' AND period_end = '{month}'"
)
TOUCHED = "UPDATE quality.published_dump SET revision = 0 WHERE extract = '{extract}' AND period_end = '{period}'"
CLOSED = "UPDATE quality.published_run SET as_of = '2024-12-31'"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("good") / "warehouse.duckdb"
    make_good_warehouse(path)
    return path


@pytest.fixture
def warehouse(good: Path) -> duckdb.DuckDBPyConnection:
    connection = connect()
    connection.execute(f"ATTACH '{good}' AS good (READ_ONLY)")
    connection.execute("ATTACH ':memory:' AS w; COPY FROM DATABASE good TO w; USE w")
    connection.execute(CLOSED)
    return connection


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
        INSERT INTO staging.stg_talent__skill_certificate BY NAME SELECT * REPLACE (NULL AS region_unit, 2 AS weight,
            DATE '2024-11-15' AS issued_on, 'S' AS skill_level) FROM staging.stg_talent__skill_certificate LIMIT 1
    """)
    assert found(warehouse, rule.query) == 2, "the province lacks its own row, in both counts of certificates"
    warehouse.execute("""
        UPDATE marts.fct_indicator_value SET numerator = numerator + 2 WHERE region_code = '420000'
            AND period_type = 'month' AND period_end = '2024-11-30'
            AND indicator_id IN ('skill_certificates', 'senior_skill_certificates')
    """)
    assert found(warehouse, rule.query) == 0
