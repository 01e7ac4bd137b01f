"""`hrss explain` names the failed rules whose breaches touch the figure asked for, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from orchestration.figure.provenance import Contribution, results_touching

FIGURE = {
    "indicator_id": "arbitration_closure_rate",
    "region_code": "420100",
    "period_type": "quarter",
    "period_start": date(2025, 10, 1),
    "period_end": date(2025, 12, 31),
}
CELL = "indicator_id=arbitration_closure_rate region_code=420100 period_type=quarter period_end=2025-12-31"
KEYS = {
    "its_own_value": [CELL],
    "another_indicator": [CELL.replace("arbitration", "mediation")],
    "another_region": [CELL.replace("420100", "420200")],
    "another_period": [CELL.replace("2025-12-31", "2025-09-30")],
    "another_kind_of_period": [CELL.replace("quarter", "year")],
    "a_dump_of_it": ["dump_id=other", "dump_id=mine"],
    "a_dump_of_others": ["dump_id=other"],
    "a_delivery_it_waits_for": ["extract=arbitration_case unit_code=420100 period_end=2025-11-30"],
    "a_delivery_of_a_county_of_it": ["extract=arbitration_case unit_code=420102 period_end=2025-11-30"],
    "a_delivery_of_another_unit": ["extract=arbitration_case unit_code=420200 period_end=2025-11-30"],
    "a_delivery_of_another_month": ["extract=arbitration_case unit_code=420100 period_end=2025-09-30"],
    "a_delivery_of_another_extract": ["extract=mediation_case unit_code=420100 period_end=2025-11-30"],
    "of_a_region_alone": ["region_code=420100 period_end=2025-11-30"],
}


@pytest.fixture
def release() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create table dim_region as from (values ('420000', '000000'), ('420100', '420000'), ('420102', '420100'),
                ('420200', '420000')) as t (region_code, parent_code);
            create table fct_quality_result (
                release_id varchar, suite varchar, expectation varchar, success boolean, failing_keys varchar[]
            );
            insert into fct_quality_result values ('1', 'staging_arbitration_case', 'holds', true, []),
                ('1', 'staging_mediation_case', 'of_others_holds', true, []),
                ('0', 'some', 'of_another_release', false, ['dump_id=mine']),
                ('1', 'landed_arbitration_case', 'not_recorded', false, null),
                ('1', 'landed_mediation_case', 'of_others_not_recorded', false, null)
            """
        )
        for name, keys in KEYS.items():
            connection.execute("insert into fct_quality_result values ('1', 'some', ?, false, ?)", [name, keys])
        yield connection


def told(connection: duckdb.DuckDBPyConnection, figure: dict[str, Any]) -> set[str]:
    of_it = [Contribution({"dump_id": "mine"}, {})]
    found = results_touching(connection, "1", ["arbitration_case"], figure, of_it)
    return {str(one["expectation"]) for one in found}


def test_rules_that_touch_the_figure_are_told(release: duckdb.DuckDBPyConnection) -> None:
    of_its_extracts = {"holds", "not_recorded"}
    assert told(release, FIGURE) - of_its_extracts == {
        "its_own_value",
        "a_dump_of_it",
        "a_delivery_it_waits_for",
        "a_delivery_of_a_county_of_it",
    }
    province = told(release, FIGURE | {"region_code": "420000"})
    assert "a_delivery_of_another_unit" in province and "its_own_value" not in province


def test_of_a_city_group_it_is_the_deliveries_of_its_units(release: duckdb.DuckDBPyConnection) -> None:
    release.execute("alter table dim_region add column group_code varchar")
    release.execute("update dim_region set group_code = 'G01' where region_code in ('420100', '420102')")
    found = told(release, FIGURE | {"region_code": "G01"})
    assert {"a_delivery_it_waits_for", "a_delivery_of_a_county_of_it"} < found
    assert "a_delivery_of_another_unit" not in found


def test_of_a_release_that_records_no_keys_all_of_its_extracts_are_told(release: duckdb.DuckDBPyConnection) -> None:
    release.execute("alter table fct_quality_result drop failing_keys")
    assert told(release, FIGURE) == {"holds", "not_recorded"}
