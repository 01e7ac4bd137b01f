"""The plant that closes in the default sample, by the models' own SQL: red in its first month, and nobody else; the
same whatever comes later; and what was done about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
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
}
AS_STAGED = {
    "job_monitoring": "* EXCLUDE (dump_period, dump_unit, f)"
    " REPLACE (jobs_end::BIGINT AS jobs_end, hires::BIGINT AS hires, separations::BIGINT AS separations),"
    " CASE WHEN region_code LIKE '4290%' THEN region_code ELSE left(region_code, 4) || '00' END AS region_unit,"
    " dump_unit AS unit_code, last_day((dump_period || '-01')::DATE) AS period_end, 1.0 AS weight",
    "warning_response": "* EXCLUDE (dump_period, dump_unit, f)"
    " REPLACE ((warning_month || '-01')::DATE AS warning_month, opened_on::DATE AS opened_on,"
    " closed_on::DATE AS closed_on)",
}
"""How staging shows what else is there, and by which day it is known."""
KNOWN_ON = {"job_monitoring": "period_end", "warning_response": "opened_on"}
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
    for extract, columns in AS_STAGED.items():
        sent = sample.summary.out.parent / f"{extract}.parquet"
        sample.rows.execute(f"COPY {extract} TO {literal(sent)}")
        connection.execute(
            f"CREATE TABLE staging.stg_employment__{extract} AS FROM (SELECT {columns} FROM {literal(sent)})"
            f" WHERE {KNOWN_ON[extract]} <= DATE '{as_of}'"
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
        SELECT unnest(['unemployment_registration', 'layoff_report', 'job_monitoring']) AS extract, 15 AS due_days;
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
        CROSS JOIN (
            VALUES ('unemployment_registration', DATE '2020-10-01'), ('layoff_report', DATE '2025-01-01'),
                ('job_monitoring', DATE '2025-01-01')
        ) AS begun (extract, first)
        CROSS JOIN LATERAL (SELECT unnest(generate_series(first, DATE '{as_of}', INTERVAL 1 MONTH)) AS month)
        WHERE level <> 'nation'
        """
    )
    return connection


Levels = list[tuple[str, date, str | None]]
LEVELS = "SELECT region_code, period_end, level FROM marts.fct_early_warning ORDER BY ALL"


@contextmanager
def _told(models: Path, sample: Sample, as_of: date) -> Iterator[duckdb.DuckDBPyConnection]:
    """The marts that would have been published on a day, by the compiled models."""
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
        for name in ("fct_warning_signal", "fct_early_warning", "fct_warning_response"):
            make("marts", name)
        yield connection


def _warned(models: Path, sample: Sample, as_of: date) -> Levels:
    with _told(models, sample, as_of) as connection:
        return connection.execute(LEVELS).fetchall()


@pytest.fixture(scope="module")
def released(models: Path, default: Sample) -> Iterator[duckdb.DuckDBPyConnection]:
    with _told(models, default, date(2025, 12, 31)) as connection:
        yield connection


@pytest.fixture(scope="module")
def at_the_end(released: duckdb.DuckDBPyConnection) -> Levels:
    return released.execute(LEVELS).fetchall()


def test_the_closure_is_red_in_its_first_month_and_nobody_else_is_orange(
    at_the_end: Levels,
) -> None:
    level = {(region, day): level for region, day, level in at_the_end}
    assert level[PLANTED, FIRST] == "red"
    high = {(region, day) for (region, day), of in level.items() if of in ("orange", "red")}
    assert {region[:4] for region, _ in high} == {PLANTED[:4]}
    assert {day for _, day in high} <= {FIRST, date(2025, 4, 30), date(2025, 5, 31)}
    judged = [of for (region, _), of in level.items() if of == "blue" and region.endswith("00")]
    assert len(judged) > 300  # in years of units without an orange one


def test_what_comes_later_changes_no_level(models: Path, default: Sample, at_the_end: Levels) -> None:
    for day in (date(2024, 8, 31), FIRST):
        assert _warned(models, default, day) == [row for row in at_the_end if row[1] <= day]


def test_the_closure_is_seen_in_the_jobs_of_monitored_enterprises_alone(released: duckdb.DuckDBPyConnection) -> None:
    """900 jobs of the unit's in its month, so many per cent of those of the month before."""
    signal = "FROM marts.fct_warning_signal WHERE signal_id = 'job_loss_rate'"
    ((share, level),) = released.execute(
        f"SELECT x, level {signal} AND region_code = ? AND period_end = ?", [PLANTED, FIRST]
    ).fetchall()
    unit = "FROM staging.stg_employment__job_monitoring WHERE region_unit = '420200' AND period_end = DATE"
    ((net,),) = released.execute(f"SELECT sum(separations - hires) {unit} '2025-03-31'").fetchall()
    ((before,),) = released.execute(f"SELECT sum(jobs_end) {unit} '2025-02-28'").fetchall()
    assert share == pytest.approx(100 * net / before)
    assert share > 10 and level == "red"
    units = f"{signal} AND region_code LIKE '42__00' AND region_code <> '420000' AND level <> 'blue'"
    found = released.execute(f"SELECT region_code, period_end, level {units} ORDER BY ALL").fetchall()
    assert found == [(PLANTED, FIRST, "red")]


def test_its_warnings_are_answered_in_time_and_late(released: duckdb.DuckDBPyConnection) -> None:
    columns = "region_code, period_end, level, days_to_open, days_open, maturity"
    found = released.execute(f"SELECT {columns} FROM marts.fct_warning_response ORDER BY ALL").fetchall()
    assert [row[:2] + row[3:] for row in found] == [
        (PLANTED, FIRST, 3, 60, "final"),
        (PLANTED, date(2025, 4, 30), 40, None, "provisional"),
    ]
    levels = "SELECT level FROM marts.fct_early_warning WHERE region_code = ? AND period_end = ?"
    assert [row[2] for row in found] == [
        level for row in found for (level,) in released.execute(levels, row[:2]).fetchall()
    ]
    assert found[0][2] == "red"
