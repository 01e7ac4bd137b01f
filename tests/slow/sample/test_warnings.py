"""The plant that closes in the default sample, by the models' own SQL: red in its first month, and nobody else; the
same whatever comes later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.files import read_json
from orchestration.settings import Settings
from orchestration.statistics.warning import signals
from raw_landing.database import connect, literal
from raw_landing.regions import SEEDS
from tests.slow.sample.samples import Sample

SEEN = ("unemployment_registration", "layoff_report")
NOT_HERE = {
    "pension.unemployment_benefit": "region_code VARCHAR, weight DOUBLE, paid_month DATE, is_first_month BOOLEAN",
    "employment.job_monitoring": "enterprise_uscc VARCHAR, region_code VARCHAR, region_unit VARCHAR, unit_code VARCHAR,"
    " period_end DATE, jobs_end DOUBLE, hires DOUBLE, separations DOUBLE, weight DOUBLE",
    "employment.warning_response": "domain VARCHAR, region_code VARCHAR, warning_month DATE",
}
MARTS = {
    "fct_indicator_value": "indicator_id VARCHAR, region_code VARCHAR, period_type VARCHAR, period_end DATE,"
    " value DOUBLE, is_estimate BOOLEAN, is_suppressed BOOLEAN, reporting_units_received INTEGER,"
    " reporting_units_expected INTEGER",
    "fct_indicator_growth": "indicator_id VARCHAR, region_code VARCHAR, period_type VARCHAR, period_end DATE,"
    " change_mom DOUBLE, too_uncertain BOOLEAN, standard_error DOUBLE",
    "fct_plan_path": "plan_id VARCHAR, indicator_id VARCHAR, region_code VARCHAR, period_end DATE,"
    " expected_value DOUBLE, actual DOUBLE, ratio DOUBLE, status_by_path VARCHAR, maturity VARCHAR,"
    " is_estimate BOOLEAN, is_suppressed BOOLEAN",
}
PLANTED, FIRST = "420200", date(2025, 3, 31)


def _warehouse(sample: Sample, as_of: date) -> duckdb.DuckDBPyConnection:
    """What was dated until a day, as staging and the models of regions have it."""
    connection = connect()
    connection.execute(
        "ATTACH ':memory:' AS warehouse; USE warehouse;"
        " CREATE SCHEMA landed; CREATE SCHEMA staging; CREATE SCHEMA intermediate; CREATE SCHEMA reference;"
        " CREATE SCHEMA marts"
    )
    for extract in SEEN:
        sent = sample.summary.out.parent / f"{extract}.parquet"
        sample.rows.execute(f"COPY {extract} TO {literal(sent)}")
        day = "registered_on" if extract == SEEN[0] else "reported_on"
        cancelled = (
            f", CASE WHEN cancelled_on::DATE <= DATE '{as_of}' THEN cancelled_on::DATE END AS cancelled_on"
            if extract == SEEN[0]
            else ", staff_before::BIGINT AS staff_before, staff_cut::BIGINT AS staff_cut, enterprise_uscc"
        )
        connection.execute(
            f"CREATE TABLE staging.stg_employment__{extract} AS SELECT region_code, 1 / f::DOUBLE AS weight,"
            f" {day}::DATE AS {day}{cancelled} FROM {literal(sent)} WHERE {day}::DATE <= DATE '{as_of}'"
        )
    for name, columns in NOT_HERE.items():
        source, _, extract = name.partition(".")
        connection.execute(f"CREATE TABLE staging.stg_{source}__{extract} ({columns})")
    for name, columns in MARTS.items():
        connection.execute(f"CREATE TABLE marts.{name} ({columns})")
    types = {"regions": "region_code, parent_code", "parameters": "confirmed_by", "warning_signal": "confirmed_by"}
    for seed, texts in types.items():
        path, said = literal(SEEDS / f"{seed}.csv"), ", ".join(f"'{column}': 'VARCHAR'" for column in texts.split(", "))
        connection.execute(f"CREATE TABLE reference.{seed} AS FROM read_csv({path}, types = {{{said}}})")
    connection.execute(
        f"""
        CREATE TABLE landed.run AS SELECT DATE '{as_of}' + 1 AS as_of, 5 AS suppression_threshold;
        CREATE TABLE landed.extract AS
        SELECT unnest(['unemployment_registration', 'layoff_report']) AS extract, 15 AS due_days;
        CREATE TABLE intermediate.int_insured_tally (
            region_code VARCHAR, period_end DATE, weight DOUBLE, insured BIGINT
        );
        CREATE TABLE intermediate.int_region_ancestry AS
        SELECT region_code, region_code AS belongs_to, level AS belongs_to_level FROM reference.regions
        UNION ALL SELECT region_code, parent_code, 'prefecture' FROM reference.regions WHERE level = 'county'
        UNION ALL SELECT region_code, '420000', 'province' FROM reference.regions
        WHERE level IN ('county', 'prefecture');
        CREATE TABLE intermediate.int_region_delivery AS
        SELECT extract, region_code, last_day(month::DATE) AS period_end, 1 AS units_received, 1 AS units_expected,
            true AS is_estimate
        FROM reference.regions
        CROSS JOIN (VALUES ('unemployment_registration', DATE '2020-10-01'), ('layoff_report', DATE '2025-01-01'))
            AS begun (extract, first)
        CROSS JOIN LATERAL (SELECT unnest(generate_series(first, DATE '{as_of}', INTERVAL 1 MONTH)) AS month)
        WHERE level <> 'nation'
        """
    )
    return connection


def _warned(models: Path, sample: Sample, as_of: date) -> list[tuple[str, date, str | None]]:
    """The levels that would have been told on a day, by the compiled models."""
    nodes = read_json(Settings.of(home=models).dbt_compiled / "manifest.json")["nodes"]
    with closing(_warehouse(sample, as_of)) as connection:

        def make(schema: str, name: str) -> None:
            connection.execute(f"CREATE TABLE {schema}.{name} AS {nodes[f'model.hrss.{name}']['compiled_code']}")

        make("marts", "dim_warning_signal")
        make("intermediate", "int_warning_series")
        told = signals(
            connection.execute("FROM intermediate.int_warning_series").fetchnumpy(),
            connection.execute("FROM marts.dim_warning_signal").fetchnumpy(),
            dict(connection.execute("SELECT parameter_id, value FROM reference.parameters").fetchall()),
        )
        connection.register("told", told)
        connection.execute(
            "CREATE TABLE intermediate.int_warning_signal AS"
            " SELECT * REPLACE (period_end::DATE AS period_end) FROM told"
        )
        make("marts", "fct_warning_signal")
        make("marts", "fct_early_warning")
        return connection.execute(
            "SELECT region_code, period_end, level FROM marts.fct_early_warning ORDER BY ALL"
        ).fetchall()


@pytest.fixture(scope="module")
def at_the_end(models: Path, default: Sample) -> Iterator[list[tuple[str, date, str | None]]]:
    yield _warned(models, default, date(2025, 12, 31))


def test_the_closure_is_red_in_its_first_month_and_nobody_else_is_orange(
    at_the_end: list[tuple[str, date, str | None]],
) -> None:
    level = {(region, day): level for region, day, level in at_the_end}
    assert level[PLANTED, FIRST] == "red"
    high = {(region, day) for (region, day), of in level.items() if of in ("orange", "red")}
    assert {region[:4] for region, _ in high} == {PLANTED[:4]}
    assert {day for _, day in high} <= {FIRST, date(2025, 4, 30), date(2025, 5, 31)}
    judged = [of for (region, _), of in level.items() if of == "blue" and region.endswith("00")]
    assert len(judged) > 300  # in years of units without an orange one


def test_what_comes_later_changes_no_level(
    models: Path, default: Sample, at_the_end: list[tuple[str, date, str | None]]
) -> None:
    for day in (date(2024, 8, 31), FIRST):
        assert _warned(models, default, day) == [row for row in at_the_end if row[1] <= day]
