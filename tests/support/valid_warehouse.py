"""A small warehouse in which every rule of the gate holds: landed, staged and published rows written by hand, so that a
test can break one thing and see what the gate says. Knows nothing of the rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import yaml

from expectations import ExpectedTable, content_of
from expectations.suites.release import VIEWS
from expectations.suites.subjects import CUBES
from orchestration.dbt_build.catalogue import own_tables
from orchestration.release.vintages import (
    write_changes,
    write_history,
    write_status_changes,
    write_vintages,
    write_warning_vintages,
)
from orchestration.settings import Settings
from raw_landing.contract import Column, Contract, load_contracts
from raw_landing.database import connect, identifier
from raw_landing.regions import load_regions
from tests.support.warehouse import DBT_PROJECT, add_dump, create_warehouse, period_of

AS_OF = date(2025, 1, 10)
PERIOD = date(2024, 12, 1)  # what every extract was delivered for: its month, quarter or year
PROVINCE, UNIT, COUNTIES = "420000", "420700", ("420702", "420703", "420704")
REGION_CODES = [code for code in load_regions().by_code if code != "000000"] * 3
ROWS = 21  # of each dump, from line 2 on: more than an extract has rules

# Counts a month per county: the unit's are their sum, the province's the unit's. Two counties' new cards are withheld.
FLOWS = {
    "urban_new_employment": 300,
    "subsidised_training": 200,
    "migrant_worker_training": 100,
    "professional_qualification_certificates": 60,
    "postdoc_annual_intake": 20,
    "skill_certificates": 80,
    "senior_skill_certificates": 30,
    "third_generation_cards": 500,
}
SURVEYED = "urban_surveyed_unemployment_rate"
WITHHELD = ("third_generation_cards", COUNTIES[:2])
# Stocks at a month's end (numerator, denominator) per county.
STOCKS = {
    "basic_pension_coverage_rate": (9000, 10000),
    "unemployment_insurance_enrolment": (3000, None),
    "work_injury_insurance_enrolment": (3500, None),
    "resident_pension_entrusted_investment": (700, None),
    "social_card_holders": (9500, None),
    "e_social_card_coverage_rate": (4000, 10000),
    "social_card_population_coverage_rate": (9500, 10000),
}
# Rates of cases or reports (numerator, denominator) per county and month.
RATES = {
    "mediation_success_rate": (6, 9),
    "arbitration_closure_rate": (8, 10),
    "inspection_closure_rate": (9, 10),
}
YEARS = (2023, 2024)

VALUE_COLUMNS = """indicator_id VARCHAR, region_code VARCHAR, region_level VARCHAR, period_type VARCHAR,
    period_start DATE, period_end DATE, numerator DOUBLE, denominator DOUBLE, value DOUBLE, value_text VARCHAR,
    unit VARCHAR, maturity VARCHAR, reporting_units_expected INTEGER, reporting_units_received INTEGER,
    is_estimate BOOLEAN, is_suppressed BOOLEAN, definition_version INTEGER, counted_through DATE, series_id VARCHAR"""


def make_good_warehouse(path: Path) -> None:
    """Write the warehouse file."""
    create_warehouse(path, AS_OF)
    with connect(path) as connection:
        for schema in ("staging", "intermediate", "reference", "marts"):
            connection.execute(f"CREATE SCHEMA {schema}")
        _land(connection)
        _stage(connection)
        _receipts(connection)
        _dimensions(connection)
        _values(connection)
        _growth(connection)
        _disputes(connection)
        _sources(connection)
        _dispute_rates(connection)
        _market(connection)
        _warnings(connection)
        _indices(connection)
        _services(connection)
        _crosswalk(connection)
        _subjects(connection)
        _supervision(connection)
        _wages(connection)
        _pensions(connection)
        _labour(connection)
        _progress(connection)
        _targets(connection)
        _readings(connection)
        _reporting(connection)
        _reconciliation(connection)
        _doubts(connection)
        _complete(connection)
        _release_before(connection)


def _complete(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the marts the columns of their contracts that no rule needs, empty."""
    there = set(connection.execute("SELECT table_name, column_name FROM duckdb_columns()").fetchall())
    tables = {table for table, _ in there}
    for path in sorted((DBT_PROJECT / "models" / "marts").rglob("*.yml")):
        for model in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader).get("models", ()):
            for column in model.get("columns", ()) if model["name"] in tables else ():
                if (model["name"], column["name"]) not in there:
                    column_and_type = f"{identifier(column['name'])} {column['data_type']}"
                    connection.execute(f"ALTER TABLE marts.{identifier(model['name'])} ADD COLUMN {column_and_type}")


# One value of another release before: it was 1 less, and a revision made the difference.
_A_RELEASE_BEFORE = """
    INSERT INTO public.release_history VALUES ('20250109-01', '2025-01-09');
    UPDATE public.fct_indicator_vintage SET first_release_id = '20250109-01'
        WHERE NOT (indicator_id = 'professional_talent_total' AND region_code = '420700');
    INSERT INTO public.fct_indicator_vintage SELECT * REPLACE (value - 1 AS value,
        '20250109-01' AS first_release_id, '20250109-01' AS last_release_id) FROM public.fct_indicator_vintage
        WHERE first_release_id = '20250110-01';
    INSERT INTO public.fct_indicator_change SELECT '20250110-01', '20250109-01', indicator_id, region_code,
        period_type, period_end, 'revised', [(SELECT min(dump_id) FROM public.fct_landing_receipt)], 1
        FROM public.fct_indicator_vintage WHERE first_release_id = '20250110-01';
    INSERT INTO public.fct_status_change SELECT '20250110-01', '20250109-01', plan_id, indicator_id, region_code,
        period_end, 'no_data', 'met' FROM public.fct_plan_progress WHERE status = 'met' LIMIT 1
"""


def make_good_release(path: Path, warehouse: Path) -> dict[str, ExpectedTable]:
    """Write the published file that belongs to a good warehouse; return what its tables must be."""
    with connect() as connection:
        connection.execute(f"ATTACH '{warehouse}' AS warehouse (READ_ONLY)")
        connection.execute(f"ATTACH '{path}' AS public; USE public")
        names = connection.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_catalog = 'warehouse' AND table_schema = 'marts'"
        ).fetchall()
        for (name,) in names:
            connection.execute(f"CREATE TABLE {name} AS FROM warehouse.marts.{name}")
        connection.execute("""
            CREATE TABLE fct_quality_result AS SELECT '20250110-01' AS release_id, 'dim_region' AS suite,
                'rule_' || rule AS expectation, '规则' AS description_zh,
                CASE rule WHEN 1 THEN 'warning' ELSE 'critical' END AS severity, rule <> 1 AS success,
                10::BIGINT AS element_count, (rule = 1)::BIGINT AS unexpected_count, '0' AS observed_value,
                NULL::VARCHAR AS accepted_reason
            FROM range(3) AS rules (rule);
            CREATE TABLE fct_run_stage AS
            SELECT '20250110-01' AS release_id, stage, 1.5::DOUBLE AS seconds, 2.5::DOUBLE AS cpu_seconds,
                512::BIGINT AS bytes_read, 1024::BIGINT AS bytes_written, dumps
            FROM (VALUES ('landing', 3::BIGINT), ('dbt', NULL)) AS stages (stage, dumps);
            CREATE TABLE fct_data_exchange AS
            SELECT 'employment_quarterly' AS service_id, period, period_end, period_end + 30 AS due_on,
                CASE WHEN is_sent THEN TIMESTAMP '2025-01-11 09:00:00' END AS sent_at,
                CASE WHEN is_sent THEN '20250110-01' END AS release_id, CASE WHEN is_sent THEN 3::BIGINT END AS rows,
                CASE WHEN is_sent THEN sha256('file') END AS sha256, CASE WHEN is_sent THEN 'confirmed' END AS receipt,
                CASE WHEN is_sent THEN TIMESTAMP '2025-01-12 09:00:00' END AS received_at
            FROM (VALUES ('2024-Q3', DATE '2024-09-30', true), ('2024-Q4', DATE '2024-12-31', false))
                AS periods (period, period_end, is_sent);
            CREATE TABLE fct_quality_summary AS SELECT release_id, suite, severity, count(*) AS evaluated,
                count(*) FILTER (WHERE NOT success) AS failed, count(accepted_reason) AS accepted
            FROM fct_quality_result GROUP BY ALL;
            CREATE TABLE release AS SELECT '20250110-01' AS release_id,
                TIMESTAMP '2025-01-10 03:00:00' AS published_at,
                DATE '2025-01-10' AS as_of, NULL::VARCHAR AS git_revision, 22::BIGINT AS dumps, 66::BIGINT AS rows,
                3::BIGINT AS expectations_evaluated, 1::BIGINT AS expectations_failed,
                sha256('inputs') AS inputs_sha256, true AS is_synthetic, 5 AS suppression_threshold;
        """)
        connection.execute("""
            CREATE TABLE corrections_log AS SELECT n::INTEGER AS number, TIMESTAMP '2025-01-09 12:00:00' AS noted_at,
                '全省新增就业' AS what, '1' AS wrong_value, '2' AS right_value,
                TIMESTAMP '2025-01-09 03:00:00' AS wrong_since, ['20250109-01'] AS releases, 'somebody' AS noted_by
            FROM range(1, 3) AS notices (n)
        """)
        settings = Settings.of(home=path.parent / "home")
        settings.releases.mkdir(parents=True)
        write_vintages(connection, settings, "20250110-01")
        write_history(connection, settings, "20250110-01", datetime(2025, 1, 10, 3))
        write_changes(connection, settings, "20250110-01", None, None)
        write_status_changes(connection, settings, "20250110-01", None)
        write_warning_vintages(connection, settings, "20250110-01")
        for view, columns in VIEWS.items():
            listed = ", ".join(f"NULL AS {column}" for column in columns.split())
            connection.execute(f"CREATE VIEW public.{view} AS SELECT {listed}")
        connection.execute(_A_RELEASE_BEFORE)
        connection.execute("""
            CREATE TABLE public.dim_formula AS
            SELECT 'int_indicator__' || indicator_id || definition_version AS model, indicator_id, definition_version,
                ['stg'] AS reads, 'select 1' AS sql
            FROM warehouse.marts.dim_indicator
            UNION ALL SELECT 'stg', NULL, NULL, [], 'select 1'
        """)
        tables = [name for (name,) in names] + [table.name for table in own_tables()]
        return {name: _gated(connection, name) for name in tables}


def _gated(connection: duckdb.DuckDBPyConnection, table: str) -> ExpectedTable:
    columns = tuple(name for (name, *_) in connection.execute(f"DESCRIBE public.{table}").fetchall())
    content = _one(connection, f"SELECT {content_of(columns)} FROM public.{table}")
    return ExpectedTable(_one(connection, f"SELECT count(*) FROM public.{table}"), columns, content)


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def _land(connection: duckdb.DuckDBPyConnection) -> None:
    for contract in load_contracts().values():
        unit = PROVINCE if contract.delivered_by == "province" else UNIT
        months = range(1, 13) if contract.extract == "training_record" else [PERIOD.month]
        for month in months:
            start, _ = period_of(contract.cadence, PERIOD.replace(month=month))
            rows = [_row(contract, start, month * ROWS + n) for n in range(ROWS)]
            add_dump(connection, contract.extract, start, unit, rows)


def _row(contract: Contract, start: date, n: int) -> dict[str, Any]:
    return {column.name: _value(contract, column, start, n) for column in contract.columns}


def _value(contract: Contract, column: Column, start: date, n: int) -> Any:
    if column.check in ("region", "region_or_nation"):
        return REGION_CODES[n] if contract.load == "report" else COUNTIES[n % 3]  # a report has one row a region
    if column.check == "industry_section":
        return "A"
    if column.values:
        return next(iter(column.values))
    if column.name == "person_name":
        return ("王小明", "李芳", "随县")[n % 3]  # the last bears a county's name
    if column.name == "card_no":
        return f"K{n:08d}"
    if column.type == "string":
        return f"{column.name}-{n}"
    if column.type == "boolean":
        return True
    if column.type in ("date", "month"):
        return start if column.name == contract.period_column else date(2020, 1, 1)
    return 2025 if column.name == "target_year" else 10 + n


def _stage(connection: duckdb.DuckDBPyConnection) -> None:
    for contract in load_contracts().values():
        region = "region_code" if "region_code" in contract.by_name else "NULL"
        person = "id_number AS person_id," if "id_number" in contract.by_name else ""
        connection.execute(
            f"CREATE TABLE staging.stg_{contract.source}__{contract.extract} AS SELECT *, {person}"
            f" CASE WHEN {region} LIKE '4207%' THEN '{UNIT}' END AS region_unit, 1 / sampling_fraction AS weight"
            f" FROM landed.{contract.extract}"
        )


def _receipts(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""
        INSERT INTO quality.landing_receipt BY NAME
        SELECT dump_id, source || '/' || dump_id || '.csv' AS path, path AS public_path,
            sha256(dump_id) AS sha256, 1000 AS bytes, source, extract, period_start, period_end, unit_code, revision,
            'utf-8' AS encoding, ',' AS delimiter,
            rows_loaded AS rows_read, rows_loaded, 0 AS rows_refused, 0 AS rows_repeated, 2 AS rows_skipped,
            'loaded' AS status, []::VARCHAR[] AS reasons, []::VARCHAR[] AS warnings, '已入库' AS message_zh,
            'loaded' AS message_en, sampling_fraction, landed_at, DATE '2025-01-10' AS as_of, true AS is_synthetic,
            'somebody' AS submitted_by
        FROM landed.dump;
        -- An earlier delivery that was rejected and has been replaced, and a file that nobody could identify.
        INSERT INTO quality.landing_receipt BY NAME
        SELECT * REPLACE ('rejected-1' AS dump_id, 'rejected' AS status, ['missing_column'] AS reasons,
            '缺少登记日期一列' AS message_zh, 0 AS rows_loaded, 0 AS rows_read)
        FROM quality.landing_receipt WHERE extract = 'employment_registration';
        INSERT INTO quality.landing_receipt BY NAME
        SELECT * REPLACE ('superseded-1' AS dump_id, 'superseded' AS status, 200 AS rows_read, 195 AS rows_loaded,
            5 AS rows_refused) FROM quality.landing_receipt WHERE extract = 'mediation_case';
        INSERT INTO quality.quarantine VALUES ('superseded-1', 7, ['bad_type', 'unknown_region'], 'x,y');
        INSERT INTO quality.correction VALUES ('C-1', 'social_card', '{"card_no": "1"}', 'issued_on', '2024-02-30',
            '2024-02-29', false, '笔误', '省厅', '2024-12-01', 1);
        INSERT INTO quality.correction_applied SELECT 'C-1', dump_id, 2, 'issued_on', '2024-02-30', '2024-02-29', false
        FROM landed.dump WHERE extract = 'social_card';
    """)


def _dimensions(connection: duckdb.DuckDBPyConnection) -> None:
    seeds = DBT_PROJECT / "seeds"
    connection.execute(f"""
        CREATE TABLE reference.plans AS FROM read_csv('{seeds}/plans.csv', types = {{'plan_id': 'VARCHAR'}});
        CREATE TABLE reference.plan_indicators AS
        FROM read_csv('{seeds}/plan_indicators.csv', types = {{'plan_id': 'VARCHAR', 'target': 'VARCHAR'}});
        CREATE TABLE reference.plan_tasks AS
        FROM read_csv('{seeds}/plan_tasks.csv', types = {{'plan_id': 'VARCHAR', 'confirmed_on': 'DATE'}});
        CREATE TABLE marts.fct_plan_task AS
        SELECT plan_id, task_id, 'plan' AS "window", starts_on, due_on, target::DOUBLE AS target,
            CASE cadence WHEN 'yearly' THEN NULL ELSE target::DOUBLE END AS done, 1.0::DOUBLE AS ratio, 'met' AS status,
            CASE cadence WHEN 'yearly' THEN 4 END AS years_met, CASE cadence WHEN 'yearly' THEN 4 END AS years_due,
            DATE '2024-12-31' AS last_reported_on, kind, direction, tolerance::DOUBLE AS tolerance,
            tolerance IS NULL AS is_confirmed, basis, cadence, unit, place, quote, parent_task
        FROM reference.plan_tasks;
        CREATE TABLE marts.dim_indicator AS
        SELECT indicator_id, definition_version::INTEGER AS definition_version, in_force_from, name_zh, name_en, unit,
            measure_kind, direction, formula_zh, formula_en, string_split(source_extracts, ';') AS source_extracts,
            string_split(period_types, ';') AS period_types, is_additive_in_time, is_person_based,
            NULL::DATE AS in_force_to, series_number, in_force_from IS NOT NULL AS is_in_force
        FROM read_csv('{seeds}/indicators.csv');
        CREATE TABLE marts.dim_plan_indicator AS
        SELECT plan_id, plans.name_zh AS plan_zh, plans.name_en AS plan_en, seq, indicator_id, planned.name_zh,
            planned.name_en, unit, measure_kind, direction, attribute, target_kind, baseline::DOUBLE AS baseline,
            CASE WHEN target_kind <> 'text' THEN target::DOUBLE END AS target,
            CASE WHEN target_kind = 'text' THEN target END AS target_text, published_outcome, note,
            midterm_on::DATE AS midterm_on, end_date::DATE AS ends_on
        FROM reference.plan_indicators AS planned
        INNER JOIN read_csv('{seeds}/plans.csv', types = {{'plan_id': 'VARCHAR'}}) AS plans USING (plan_id);
        CREATE TABLE marts.dim_region AS SELECT region.region_code, name_zh, name_en, level, parent_code,
            group_id AS group_code, is_reporting_unit = '1' AS is_reporting_unit
        FROM read_csv('{seeds}/regions.csv', all_varchar = true) AS region
        LEFT JOIN read_csv('{seeds}/region_groups.csv', all_varchar = true) AS groups ON groups.region_code
            = CASE level WHEN 'prefecture' THEN region.region_code WHEN 'county' THEN parent_code END;
        CREATE TABLE marts.dim_population AS SELECT region_code, 2024 AS year, 2023 AS counted_in,
            110.0::DOUBLE AS registered_population, 100.0::DOUBLE AS resident_population,
            90.0::DOUBLE AS statutory_pension_population, false AS is_estimate FROM marts.dim_region;
        CREATE TABLE marts.dim_parameter AS SELECT parameter_id, version, value, in_force_from, true AS is_in_force,
            name_zh, name_en, source_zh, source_en, confirmed_by::VARCHAR AS confirmed_by,
            confirmed_on::DATE AS confirmed_on, if(confirmed_on IS NULL, '待确认', NULL) AS confirmation_zh,
            if(confirmed_on IS NULL, 'to be confirmed', NULL) AS confirmation_en
        FROM read_csv('{seeds}/parameters.csv');
        CREATE TABLE marts.dim_period AS
        WITH month AS (
            SELECT range::DATE AS start FROM range(DATE '2016-01-01', DATE '2026-01-01', INTERVAL 1 MONTH)
        )
        SELECT 'month' AS period_type, start AS period_start, last_day(start) AS period_end, '月' AS label_zh,
            'month' AS label_en FROM month
        UNION ALL SELECT 'ytd', date_trunc('year', start)::DATE, last_day(start), '累计', 'ytd' FROM month
        UNION ALL SELECT 'r12', (start - INTERVAL 11 MONTH)::DATE, last_day(start), '12个月', 'r12' FROM month
        UNION ALL SELECT 'quarter', start, last_day(start + INTERVAL 2 MONTH), '季', 'quarter' FROM month
            WHERE month(start) % 3 = 1
        UNION ALL SELECT 'year', start, last_day(start + INTERVAL 11 MONTH), '年', 'year' FROM month
            WHERE month(start) = 1;
    """)


def _periods(year: int) -> Iterator[tuple[str, range]]:
    yield from (("month", range(month, month + 1)) for month in range(1, 13))
    yield from (("quarter", range(month, month + 3)) for month in (1, 4, 7, 10))
    yield from (("ytd", range(1, month + 1)) for month in range(1, 13))
    yield "year", range(1, 13)


# The level of each region, and how many counties it is made of.
REGIONS = {PROVINCE: ("province", 3), UNIT: ("prefecture", 3), **dict.fromkeys(COUNTIES, ("county", 1))}


def _values(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"CREATE TABLE marts.fct_indicator_value ({VALUE_COLUMNS})")
    names = "indicator_id region_code region_level period_type period_start period_end numerator denominator value"
    rows = [dict(zip(names.split(), row, strict=True)) for year in YEARS for row in _value_rows(year)]
    connection.execute(
        """
        INSERT INTO marts.fct_indicator_value
        WITH computed AS (SELECT unnest(from_json(?::JSON, '[{
            "indicator_id": "VARCHAR", "region_code": "VARCHAR", "region_level": "VARCHAR", "period_type": "VARCHAR",
            "period_start": "DATE", "period_end": "DATE", "numerator": "DOUBLE", "denominator": "DOUBLE",
            "value": "DOUBLE"}]'), max_depth := 2))
        SELECT computed.* REPLACE (CASE WHEN denominator IS NOT NULL THEN 100 * numerator / denominator
                WHEN numerator IS NOT NULL THEN numerator / if(unit = '人', 1, 10000) ELSE value END AS value),
            if(unit = '比例', '1:4:5', NULL), unit, 'final', if(region_level = 'province', 17, 1),
            if(region_level = 'province', 17, 1), false, false, 1, period_end,
            concat_ws('.', series_number, region_code, period_type)
        FROM computed JOIN marts.dim_indicator USING (indicator_id) WHERE is_in_force
        """,
        [json.dumps(rows, default=str)],
    )
    # The unit's city group, of whose units no other delivers: of one indicator.
    connection.execute("""
        INSERT INTO marts.fct_indicator_value
        SELECT * REPLACE ('G01' AS region_code, 'city_group' AS region_level, 9 AS reporting_units_expected,
            9 AS reporting_units_received, 'G01' || series_id AS series_id)
        FROM marts.fct_indicator_value
        WHERE indicator_id = 'migrant_worker_training' AND region_level = 'prefecture'
    """)
    indicator, counties = WITHHELD
    connection.execute(
        "UPDATE marts.fct_indicator_value SET numerator = NULL, denominator = NULL, value = NULL, is_suppressed = true"
        " WHERE indicator_id = ? AND region_code IN (SELECT unnest(?))",
        [indicator, list(counties)],
    )
    connection.execute("""
        CREATE TABLE intermediate.int_indicator_rows (indicator_id VARCHAR, definition_version INTEGER, part VARCHAR,
            counts VARCHAR, counted_on DATE, region_code VARCHAR, weight DOUBLE, effect DECIMAL(28, 10));
        CREATE TABLE intermediate.int_indicator_unioned AS
        SELECT *, coalesce(numerator, 20)::BIGINT AS observations,
            coalesce(denominator, numerator)::BIGINT AS sample_rows
        FROM marts.fct_indicator_value
    """)


def _growth(connection: duckdb.DuckDBPyConnection) -> None:
    """Nothing is sampled; 2024 stands beside 2023, a month and a quarter beside the one before."""
    connection.execute("""
        CREATE TABLE marts.fct_indicator_growth AS
        WITH beside AS (
            SELECT now.*, measure_kind, measure_kind IN ('flow', 'stock') AS is_amount,
                year_before.indicator_id IS NOT NULL AS has_year_before, year_before.value AS value_year_ago,
                one_before.value AS value_previous, province.value AS of_province
            FROM marts.fct_indicator_value AS now
            JOIN marts.dim_indicator USING (indicator_id, definition_version)
            LEFT JOIN marts.fct_indicator_value AS year_before ON year_before.indicator_id = now.indicator_id
                AND year_before.region_code = now.region_code AND year_before.period_type = now.period_type
                AND year_before.period_end = last_day(now.period_end - INTERVAL 12 MONTHS)
            LEFT JOIN marts.fct_indicator_value AS one_before ON one_before.indicator_id = now.indicator_id
                AND one_before.region_code = now.region_code AND one_before.period_type = now.period_type
                AND one_before.period_end = last_day(now.period_end
                    - to_months(CASE now.period_type WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 END))
            JOIN marts.fct_indicator_value AS province ON province.indicator_id = now.indicator_id
                AND province.region_code = '420000' AND province.period_type = now.period_type
                AND province.period_end = now.period_end
        )
        SELECT indicator_id, region_code, region_level, period_type, period_start, period_end, value, value_year_ago,
            value - value_year_ago AS change_yoy,
            CASE WHEN is_amount THEN 100 * (value / value_year_ago - 1) END AS change_yoy_pct, value_previous,
            value - value_previous AS change_mom,
            CASE WHEN is_amount THEN 100 * (value / value_previous - 1) END AS change_mom_pct,
            CASE WHEN is_amount AND region_level <> 'province' THEN 100 * value / of_province END AS share_of_province,
            CASE WHEN region_level = 'prefecture' AND value IS NOT NULL THEN 1 END AS rank_in_units,
            CASE WHEN region_level = 'prefecture' AND value IS NOT NULL THEN 1 END AS units_ranked,
            NULL::INTEGER AS rank_change_yoy, CASE WHEN value IS NOT NULL THEN 0::DOUBLE END AS standard_error,
            CASE WHEN value IS NOT NULL THEN 0::DOUBLE END AS cv,
            CASE WHEN value IS NOT NULL AND measure_kind LIKE '%rate' THEN 0::DOUBLE END AS half_width,
            CASE WHEN value IS NOT NULL THEN 'A' END AS quality_grade,
            CASE WHEN NOT is_suppressed THEN false END AS too_uncertain, CASE WHEN has_year_before THEN false END
                AS break_flag, maturity, is_estimate, is_suppressed, definition_version, 1 AS method_version
        FROM beside
    """)


def _disputes(connection: duckdb.DuckDBPyConnection) -> None:
    """One month of arbitration: ten cases pending, thirty accepted, twenty closed, half of each of one kind."""
    connection.execute("""
        CREATE TABLE marts.fct_dispute_month AS
        SELECT 'arbitration' AS stage, region_code, DATE '2024-06-30' AS period_end, dispute_kind,
            NULL::VARCHAR AS violation_kind, NULL::VARCHAR AS organisation_kind, close_mode, NULL::VARCHAR AS channel,
            CASE close_mode WHEN '*' THEN part * 30.0::DOUBLE END AS accepted, part * 20.0::DOUBLE AS closed,
            CASE close_mode WHEN '*' THEN part * 10.0::DOUBLE END AS pending_begin,
            CASE close_mode WHEN '*' THEN part * 20.0::DOUBLE END AS pending_end,
            CASE close_mode WHEN '*' THEN part * 12.0::DOUBLE END AS age_pending_0_45,
            CASE close_mode WHEN '*' THEN part * 6.0::DOUBLE END AS age_pending_46_60,
            CASE close_mode WHEN '*' THEN part * 2.0::DOUBLE END AS age_pending_over_60,
            part * 16.0::DOUBLE AS closed_in_45, part * 18.0::DOUBLE AS closed_in_60,
            0::DOUBLE AS mediated_closed, 0::DOUBLE AS withdrawn, part * 20.0::DOUBLE AS awards,
            part * 8.0::DOUBLE AS final_awards,
            CASE close_mode WHEN '*' THEN part * 2.0::DOUBLE END AS collective_cases,
            CASE WHEN close_mode = '*' AND level <> 'county' THEN part * 90.0::DOUBLE END AS persons,
            part * 5000.0::DOUBLE AS amount_awarded, NULL::DOUBLE AS wages_owed, NULL::DOUBLE AS wages_recovered,
            'final' AS maturity, false AS is_estimate, level = 'county' AND close_mode = '*' AS is_suppressed,
            1 AS method_version
        FROM marts.dim_region
        CROSS JOIN (VALUES ('*', 1), ('1', 0.5), ('3', 0.5)) AS kind (dispute_kind, part)
        CROSS JOIN (VALUES ('*'), ('1')) AS mode (close_mode)
        WHERE region_code IN ('420000', '420700', '420702')
    """)


def _dispute_rates(connection: duckdb.DuckDBPyConnection) -> None:
    """Rates of that month: those that are an indicator, those closed in time; how long cases lasted; what is noted."""
    connection.execute("""
        CREATE TABLE marts.fct_dispute_rate AS
        WITH copied AS (
            SELECT regexp_replace(indicator_id, '_rate$', '') AS measure, definition_version, region_code, period_type,
                period_end, numerator, denominator, value, false AS lower_bound
            FROM marts.fct_indicator_value WHERE indicator_id = 'arbitration_closure_rate'
            UNION ALL
            SELECT if(is_lower_bound, indicator_id, regexp_replace(indicator_id, '_rate$', '')), definition_version,
                region_code, period_type, period_end, if(is_lower_bound, 6, numerator),
                if(is_lower_bound, 10, denominator), value, is_lower_bound
            FROM marts.fct_definition_value
            WHERE indicator_id IN ('arbitration_closure_rate', 'arbitration_termination_rate')
            UNION ALL
            SELECT 'on_time_closure', 1, region_code, 'month', period_end, closed_in_45, closed,
                100 * closed_in_45 / closed, false
            FROM marts.fct_dispute_month WHERE dispute_kind = '*' AND close_mode = '*'
        )
        SELECT *, 'final' AS maturity, false AS is_estimate, false AS is_suppressed, 1 AS method_version FROM copied;
        CREATE TABLE marts.fct_dispute_duration AS
        SELECT 'arbitration' AS stage, region_code, kind, cohort_year, make_date(cohort_year, 12, 31) AS period_end, t,
            part * at_risk AS at_risk, part * closed AS closed, s, low95, high95, median, p90, s_45, s_60,
            'final' AS maturity, false AS is_estimate, false AS is_suppressed, 1 AS method_version
        FROM (VALUES
            (2022, 20, 10.0::DOUBLE, 8.0::DOUBLE, 0.2::DOUBLE, 0.03, 0.46, 20, NULL, 0.2::DOUBLE, 0.2::DOUBLE),
            (2023, 20, 10, 5, 0.5, 0.18, 0.75, 20, 50, 0.5, 0),
            (2023, 50, 5, 5, 0, NULL, NULL, 20, 50, 0.5, 0)
        ) AS step (cohort_year, t, at_risk, closed, s, low95, high95, median, p90, s_45, s_60)
        CROSS JOIN (VALUES ('*', 1.0::DOUBLE), ('1', 0.6::DOUBLE), ('3', 0.4::DOUBLE)) AS kinds (kind, part)
        CROSS JOIN (VALUES ('420000'), ('420700')) AS regions (region_code);
        CREATE TABLE marts.fct_dispute_note AS
        SELECT note, 'arbitration' AS stage, '420700' AS region_code, kind, period_end, value, expected, z,
            'final' AS maturity, false AS is_estimate, false AS is_suppressed, 1 AS method_version
        FROM (VALUES
            ('unusual_kind', '1', DATE '2024-06-30', 15.0::DOUBLE, 5.0::DOUBLE, 4.1::DOUBLE),
            ('slow_office', '*', DATE '2022-12-31', 0.2, 0.05, NULL)
        ) AS noted (note, kind, period_end, value, expected, z)
    """)


def _market(connection: duckdb.DuckDBPyConnection) -> None:
    """Two fourth quarters of a market in which vacancies grow by a tenth, the index that follows, what firms answer."""
    connection.execute("""
        CREATE TABLE marts.fct_market_supply_demand AS
        SELECT region_code, 'quarter' AS period_type, make_date(year, 10, 1) AS period_start,
            make_date(year, 12, 31) AS period_end, industry_section, occupation_group, part * grown * 130 AS vacancies,
            part * 100.0::DOUBLE AS seekers, CASE occupation_group WHEN '6' THEN 30.0::DOUBLE END AS registered_firms,
            part * grown * 130 / (part * 100) AS ratio, 'final' AS maturity, false AS is_estimate,
            false AS is_suppressed, 1 AS method_version
        FROM (VALUES ('420000'), ('420700'), ('G01')) AS regions (region_code)
        CROSS JOIN (VALUES (2023, 1.0::DOUBLE), (2024, 1.1)) AS years (year, grown)
        CROSS JOIN (VALUES ('*', '*', 1.0::DOUBLE), ('C', '*', 0.75), ('H', '*', 0.25), ('*', '6', 1))
            AS slices (industry_section, occupation_group, part);
        CREATE TABLE marts.fct_climate_component AS
        WITH known AS (
            SELECT region_code, period_type, period_start, period_end, unnest(['ratio', 'vacancies']) AS component,
                unnest([ratio, vacancies]) AS value
            FROM marts.fct_market_supply_demand
            WHERE industry_section = '*' AND occupation_group = '*' AND region_code <> 'G01'
            UNION ALL
            SELECT region_code, period_type, period_start, period_end,
                if(indicator_id = 'urban_new_employment', 'new_employment', 'unemployed'),
                if(indicator_id = 'urban_new_employment', value, numerator)
            FROM marts.fct_indicator_value
            WHERE indicator_id IN ('urban_new_employment', 'urban_registered_unemployment_rate')
                AND period_type = 'quarter' AND month(period_end) = 12 AND region_code IN ('420000', '420700')
        )
        SELECT known.*, 2023 AS base_year, base.value AS base_value, weight, known.value / base.value AS relative,
            weight * ln(known.value / base.value) AS contribution, false AS too_uncertain, 'final' AS maturity,
            false AS is_estimate, false AS is_suppressed, 1 AS method_version
        FROM known
        JOIN known AS base ON base.region_code = known.region_code AND base.component = known.component
            AND year(base.period_end) = 2023
        JOIN (VALUES ('ratio', 0.4::DOUBLE), ('vacancies', 0.2), ('new_employment', 0.2), ('unemployed', -0.2))
            AS weights (component, weight) ON weights.component = known.component;
        CREATE TABLE marts.fct_climate_index AS
        SELECT region_code, period_type, period_start, period_end, any_value(base_year) AS base_year,
            100 * exp(sum(contribution)) AS index_value,
            if(year(period_end) = 2023, 'stable', 'warm') AS light, false AS too_uncertain, 'final' AS maturity,
            false AS is_estimate, false AS is_suppressed, 1 AS method_version
        FROM marts.fct_climate_component GROUP BY ALL;
        CREATE TABLE marts.fct_market_sentiment AS
        SELECT region_code, 'month' AS period_type, DATE '2024-12-01' AS period_start, DATE '2024-12-31' AS period_end,
            question, size_class, answers, false AS is_weighted, up AS share_up, same AS share_same, down AS share_down,
            up + same / 2 AS diffusion_index, up - down AS balance, 'final' AS maturity, false AS is_estimate,
            false AS is_suppressed, 1 AS method_version
        FROM (VALUES ('420000'), ('420700')) AS regions (region_code)
        CROSS JOIN (VALUES ('1', 200.0::DOUBLE, 20.0::DOUBLE, 30.0::DOUBLE, 50.0::DOUBLE), ('2', 10, NULL, NULL, NULL))
            AS asked (question, answers, up, same, down)
        CROSS JOIN (VALUES ('*'), ('3')) AS sizes (size_class)
    """)


def _warnings(connection: duckdb.DuckDBPyConnection) -> None:
    """A month of three signals: red in the unit by its z and by layoffs, a county whose few are withheld, the province
    of which a delivery is missing; how that was answered; a back-test."""
    facts = "'final' AS maturity, false AS is_estimate, {} AS is_suppressed, 1 AS method_version"
    connection.execute(f"""
        CREATE TABLE marts.dim_warning_signal AS
        SELECT signal_id, 1 AS version, true AS is_in_force, 'unemployment' AS domain, kind, yellow, orange, red,
            NULL::DOUBLE AS second_yellow, NULL::DOUBLE AS second_orange, NULL::DOUBLE AS second_red,
            5::DOUBLE AS min_n, 1::DOUBLE AS weight, '名称' AS name_zh, 'Name' AS name_en
        FROM (VALUES
            ('new_unemployed', 'count', 2::DOUBLE, 3::DOUBLE, 4::DOUBLE), ('mass_layoff', 'layoffs', NULL, 3, 5)
        ) AS signals (signal_id, kind, yellow, orange, red);
        CREATE TABLE marts.fct_warning_signal AS
        SELECT 'unemployment' AS domain, signal_id, region_code, DATE '2024-12-31' AS period_end, x, b, s, z,
            z AS ewma, z AS cusum, level, because, because AS reason_zh, because AS reason_en,
            {facts.format("because IS NOT DISTINCT FROM 'withheld'")}
        FROM (VALUES
            ('new_unemployed', '420700', 2000::DOUBLE, 1750::DOUBLE, 50::DOUBLE, 5::DOUBLE, 'red', 'z'),
            ('mass_layoff', '420700', 6, NULL, NULL, NULL, 'red', 'first'),
            ('new_unemployed', '420000', 2000, 1950, 50, 1, 'blue', NULL),
            ('new_unemployed', '420702', NULL, NULL, NULL, NULL, NULL, 'withheld'),
            ('new_unemployed', '420703', NULL, NULL, NULL, NULL, 'no_data', 'no_data')
        ) AS told (signal_id, region_code, x, b, s, z, level, because);
        CREATE TABLE marts.fct_early_warning AS
        SELECT 'unemployment' AS domain, region_code, DATE '2024-12-31' AS period_end, level, score,
            red_signals, orange_signals, since, lead_region, 1 AS responses, {facts.format("level IS NULL")}
        FROM (VALUES
            ('420700', 'red', 3::DOUBLE, 2, 0, DATE '2024-12-01', NULL),
            ('420000', 'blue', 0, 0, 0, DATE '2024-12-01', '420700'),
            ('420702', NULL, NULL, NULL, NULL, NULL, NULL),
            ('420703', 'no_data', NULL, 0, 0, NULL, NULL)
        ) AS told (region_code, level, score, red_signals, orange_signals, since, lead_region);
        CREATE TABLE marts.fct_warning_response AS
        SELECT 'YJ1' AS response_no, 'unemployment' AS domain, '420700' AS region_code,
            DATE '2024-12-31' AS period_end, 'red' AS level, DATE '2025-01-03' AS opened_on, '就业科' AS owner_unit,
            '专场招聘' AS action, DATE '2025-01-08' AS closed_on, {facts.format(False)};
        CREATE TABLE marts.fct_warning_backtest AS
        SELECT 'unemployment' AS domain, 'new_unemployed' AS signal_id, threshold, DATE '2024-12-31' AS period_end,
            20::BIGINT AS months_judged, hits, 1::BIGINT AS misses, 0::BIGINT AS false_alarms,
            if(hits > 0, 2::DOUBLE, NULL) AS lead_months_median, {facts.format(False)}
        FROM (VALUES ('yellow', 1::BIGINT), ('red', 0)) AS tested (threshold, hits);
    """)


def _indices(connection: duckdb.DuckDBPyConnection) -> None:
    """The employment index of a quarter, which is its year too, of two components; one of them is withheld in two of
    three counties. The first is 100, 95 and 90 per cent of what was asked. A unit's fund doubts are withheld."""
    connection.execute("""
        CREATE TABLE marts.fct_index_component AS
        WITH attained (region_code, peer_group, share) AS (
            VALUES ('420000', NULL, 1.0::DOUBLE), ('420700', 'prefecture', 1.0), ('420702', 'district', 1.0),
                ('420703', 'district', 0.95), ('420704', 'district', 0.9)
        ),
        figure AS (
            SELECT 'new_employment' AS component_id, indicator_id, region_code, peer_group, value AS actual,
                value / share AS expected_value, NULL::DOUBLE AS numerator, NULL::DOUBLE AS denominator,
                100 * share AS value, 80.0::DOUBLE AS goal_low, 110.0::DOUBLE AS goal_high,
                'annual_attainment' AS compare, 0.8::DOUBLE AS weight, share AS points
            FROM attained JOIN marts.fct_indicator_value USING (region_code)
            WHERE indicator_id = 'urban_new_employment' AND period_type = 'ytd' AND period_end = DATE '2024-12-31'
            UNION ALL
            SELECT 'reemployed', NULL, region_code, peer_group, told * 30, NULL, told * 30, told * 100, told * 30, 10,
                50, 'level', 0.2, told * 0.5
            FROM attained CROSS JOIN LATERAL (
                SELECT CASE WHEN region_code NOT IN ('420703', '420704') THEN 1.0::DOUBLE END AS told
            )
        ),
        marked AS (
            SELECT *, (value - goal_low) / (goal_high - goal_low) AS z,
                CASE WHEN value IS NOT NULL
                    THEN weight / sum(weight) FILTER (value IS NOT NULL) OVER (PARTITION BY region_code) END
                    AS effective_weight
            FROM figure
        )
        SELECT 'employment' AS index_id, marked.*, period_type, period_start, DATE '2024-12-31' AS period_end,
            'higher' AS direction, 100 * effective_weight * z AS contribution,
            100 * effective_weight * points AS score_contribution, NULL::DOUBLE AS contribution_change,
            CASE WHEN value IS NULL THEN 'suppressed' END AS missing, false AS too_uncertain,
            peer_group IS NOT NULL AS is_ranked, 1 AS index_version, 'final' AS maturity, false AS is_estimate,
            value IS NULL AS is_suppressed, 1 AS method_version
        FROM marked
        CROSS JOIN (VALUES ('quarter', DATE '2024-10-01'), ('year', DATE '2024-01-01'))
            AS kinds (period_type, period_start);
        CREATE TABLE marts.fct_composite_index AS
        WITH summed AS (
            SELECT index_id, region_code, peer_group, period_type, period_start, period_end, form, aggregation,
                CASE WHEN form = 'score' THEN sum(score_contribution) WHEN aggregation = 'geometric'
                    THEN 100 * exp(sum(effective_weight * ln(z))) ELSE sum(contribution) END AS value,
                sum(weight) FILTER (value IS NOT NULL) AS present_weight
            FROM marts.fct_index_component
            CROSS JOIN (VALUES ('score', 'arithmetic'), ('index', 'arithmetic'), ('index', 'geometric'))
                AS forms (form, aggregation)
            GROUP BY index_id, region_code, peer_group, period_type, period_start, period_end, form, aggregation
        ),
        ranked AS (
            SELECT *, NULL::DOUBLE AS change_yoy,
                CASE WHEN peer_group IS NOT NULL THEN rank() OVER (peers ORDER BY round(value, 9) DESC) END AS rank,
                CASE WHEN peer_group IS NOT NULL THEN count(*) OVER peers END AS peers_n
            FROM summed
            WINDOW peers AS (PARTITION BY form, aggregation, period_type, peer_group)
        )
        SELECT *, CASE WHEN peer_group IS NOT NULL THEN 1 END AS rank_low95, peers_n AS rank_high95,
            CASE WHEN peer_group IS NOT NULL THEN 0.8::DOUBLE END AS keeps_rank_share,
            CASE WHEN peer_group IS NOT NULL THEN 1.0::DOUBLE END AS top3_share,
            'reemployed' AS weakest_component, NULL::VARCHAR AS missing_components, false AS too_uncertain,
            2025 AS base_period, false AS is_confirmed, 1 AS index_version, 'final' AS maturity,
            false AS is_estimate, false AS is_suppressed, 1 AS method_version
        FROM ranked;
        CREATE TABLE marts.fct_index_sensitivity AS
        SELECT index_id, form, region_code, peer_group, period_type, period_start, period_end, variant,
            CASE WHEN variant <> 'random_weights' THEN value END AS value, rank, 0 AS rank_change,
            CASE WHEN variant <> 'random_weights' THEN 1.0::DOUBLE ELSE 0.8 END AS keeps_rank_share,
            index_version, maturity, is_estimate, is_suppressed, method_version
        FROM marts.fct_composite_index
        CROSS JOIN (VALUES ('without_reemployed'), ('random_weights')) AS variants (variant)
        WHERE aggregation = 'arithmetic' AND rank IS NOT NULL;
        INSERT INTO marts.fct_index_component
        SELECT * REPLACE ('insurance' AS index_id, 'fund_doubts' AS component_id, 'lower' AS direction, 1 AS weight,
            NULL AS actual, NULL AS numerator, NULL AS denominator, NULL AS value, NULL AS z, NULL AS points,
            NULL AS effective_weight, NULL AS contribution, NULL AS score_contribution, 'suppressed' AS missing,
            true AS is_suppressed)
        FROM marts.fct_index_component WHERE region_code = '420700' AND component_id = 'reemployed';
    """)


def _services(connection: duckdb.DuckDBPyConnection) -> None:
    """A month of the hotline and of ratings; half a year's employment fund of two programmes; two years of service
    firms, of two units withheld; a quarter of key groups, of two counties withheld."""
    facts = "'final' AS maturity, false AS is_estimate, {} AS is_suppressed, 1 AS method_version"
    month = "'month' AS period_type, DATE '2024-06-01' AS period_start, DATE '2024-06-30' AS period_end"
    regions = "(VALUES ('420000'), ('420700')) AS regions (region_code)"
    connection.execute(f"""
        CREATE TABLE marts.fct_hotline AS
        SELECT region_code, {month}, 100::DOUBLE AS calls, 90::DOUBLE AS answered, 50::DOUBLE AS rated,
            40::DOUBLE AS satisfied, 90::DOUBLE AS answer_rate, 80::DOUBLE AS satisfaction_rate, {facts.format(False)}
        FROM {regions};
        CREATE TABLE marts.fct_service_rating AS
        SELECT region_code, {month}, 200::DOUBLE AS handled, 100::DOUBLE AS rated, 95::DOUBLE AS satisfied,
            5::DOUBLE AS unsatisfied, 5::DOUBLE AS complaints_due, 4::DOUBLE AS complaints_in_time,
            50::DOUBLE AS rating_rate, 95::DOUBLE AS satisfaction_rate, 80::DOUBLE AS in_time_rate,
            {facts.format(False)}
        FROM {regions};
        CREATE TABLE marts.fct_employment_fund AS
        SELECT region_code, programme, DATE '2024-01-01' AS period_start, DATE '2024-06-30' AS period_end,
            part * 50.0::DOUBLE AS budget_wan, part * 20.0::DOUBLE AS paid_wan, 40::DOUBLE AS execution_rate,
            part * 16.0::DOUBLE AS paid_year_ago_wan, 25::DOUBLE AS change_yoy_pct, {facts.format(False)}
        FROM {regions} CROSS JOIN (VALUES ('*', 2), ('1', 1), ('3', 1)) AS programmes (programme, part);
        CREATE TABLE marts.fct_hr_service AS
        WITH firm AS (
            SELECT region_code, make_date(year, 1, 1) AS period_start, make_date(year, 12, 31) AS period_end,
                year = 2024 AND region_code IN ('420100', '420700') AS hidden,
                CASE WHEN NOT hidden THEN n * (year - 2003)::DOUBLE END AS firms,
                CASE WHEN year = 2024 AND NOT hidden THEN 5::DOUBLE END AS growth
            FROM (VALUES ('420000', 9), ('420100', 1), ('420200', 7), ('420700', 1)) AS parts (region_code, n)
            CROSS JOIN (VALUES (2023), (2024)) AS years (year)
        )
        SELECT region_code, period_start, period_end, firms, 20 * firms AS staff, 300 * firms AS turnover_wan,
            200 * firms AS persons_placed, growth AS firms_yoy_pct, growth AS staff_yoy_pct, growth AS turnover_yoy_pct,
            growth AS persons_placed_yoy_pct, {facts.format("hidden")}
        FROM firm;
        CREATE TABLE marts.fct_key_group AS
        WITH person AS (
            SELECT region_code, key_group, region_code IN ('420702', '420703') AS hidden,
                CASE WHEN NOT hidden THEN n END AS told
            FROM (VALUES ('420000', 40.0::DOUBLE), ('420700', 40), ('420702', 8), ('420703', 12), ('420704', 20))
                AS parts (region_code, n) CROSS JOIN (VALUES ('1'), ('5')) AS groups (key_group)
        )
        SELECT region_code, key_group, DATE '2024-12-31' AS period_end, told AS persons, told / 2 AS served,
            told * 50 / told AS served_share, CASE key_group WHEN '5' THEN told / 2 END AS households,
            CASE key_group WHEN '5' THEN told * 0 END AS households_target, DATE '2024-04-01' AS cohort_start,
            DATE '2024-06-30' AS cohort_end, told AS entered, CASE key_group WHEN '1' THEN told / 2 END AS employed,
            CASE key_group WHEN '1' THEN told * 50 / told END AS employed_share,
            CASE key_group WHEN '5' THEN 'sampled' END AS employed_missing, {facts.format("hidden")}
        FROM person
    """)


def _crosswalk(connection: duckdb.DuckDBPyConnection) -> None:
    """A month's comparison of the province and three units, two of which are withheld; another one of a sample."""
    connection.execute("""
        CREATE TABLE marts.fct_crosswalk_coverage AS
        WITH person AS (
            SELECT source_pair, region_code, source_pair = 'unemployed_insured' AS is_sampled,
                region_code IN ('420100', '420700') AND NOT is_sampled AS hidden,
                CASE WHEN NOT hidden AND NOT is_sampled THEN n END AS told
            FROM (VALUES ('420000', 1000.0::DOUBLE), ('420100', 30), ('420200', 940), ('420700', 30))
                AS parts (region_code, n)
            CROSS JOIN (VALUES ('employed_insured'), ('unemployed_insured')) AS pairs (source_pair)
        )
        SELECT source_pair, region_code, DATE '2024-11-01' AS cohort_start, DATE '2024-11-30' AS cohort_end,
            DATE '2024-12-31' AS period_end, told AS persons_a, told * 2 AS persons_b, told * 0.9 AS in_both,
            90 + told * 0 AS share, told * 0.1 AS only_a, 10 + told * 0 AS only_a_share, told * 0 + 9 AS probable,
            CASE WHEN is_sampled THEN 'sampled' END AS missing, 'final' AS maturity, false AS is_estimate,
            hidden AS is_suppressed, 1 AS method_version
        FROM person
    """)


# Of each cube the dimension that indicators tell of, and its values with the indicators whose numerators they are.
MARGINS = {
    "employment": ("sex", {"1": "urban_new_employment"}),
    "unemployment": ("cancel_reason", {"open": "urban_registered_unemployment_rate"}),
    "insurance": (
        "insurance_type",
        {
            "110": "basic_pension_coverage_rate",
            "210": "unemployment_insurance_enrolment",
            "410": "work_injury_insurance_enrolment",
        },
    ),
    "training": ("trainee_category", {"1": "migrant_worker_training", "2": "migrant_worker_training"}),
    "certificates": ("skill_level", {"1": "senior_skill_certificates", "5": "skill_certificates"}),
    "pension_payment": ("insurance_type", {"110": "work_injury_insurance_enrolment"}),
}
MEASURES = {
    "employment": "10.0::DOUBLE * count(*) AS attrition",
    "training": "n AS persons, 300 * n AS subsidy, NULL::DOUBLE AS certified, 'sampled' AS certified_missing",
    "pension_payment": "3 * n AS payments, 900 * n AS amount, 300::DOUBLE AS mean, 300::DOUBLE AS p50",
}
_OF_ALL = {
    "urban_new_employment": "numerator + 10",
    "skill_certificates": "numerator - (SELECT senior.numerator FROM marts.fct_indicator_value AS senior"
    " WHERE senior.indicator_id = 'senior_skill_certificates' AND senior.region_code = figure.region_code"
    " AND senior.period_type = figure.period_type AND senior.period_end = figure.period_end)",
}


def _subjects(connection: duckdb.DuckDBPyConnection) -> None:
    """A quarter of each subject cube; of two counties one value of the last dimension is withheld."""
    for subject, dimensions in CUBES.items():
        told, values = MARGINS[subject]
        base = " UNION ALL ".join(
            f"SELECT region_code, {', '.join(_literal_of(name, told, value) for name in dimensions)},"
            f" {_OF_ALL.get(indicator, 'numerator')} AS n FROM marts.fct_indicator_value AS figure"
            f" WHERE indicator_id = '{indicator}' AND region_code IN {COUNTIES} AND period_type = 'quarter'"
            " AND period_end = DATE '2024-12-31'"
            for value, indicator in values.items()
        )
        keys = [(), *((name,) for name in dimensions), *combinations(dimensions, 2)]
        grouped = {
            most: ", ".join(f"({', '.join(('region', *key))})" for key in keys if len(key) <= most) for most in (1, 2)
        }
        stars = ", ".join(f"coalesce({name}, '*') AS {name}" for name in dimensions)
        hidden = f"region IN {COUNTIES[:2]} AND {dimensions[-1]} <> '*'"
        cells = " UNION ALL ".join(
            f"SELECT region, {stars}, sum(n) AS n, count(DISTINCT region_code) AS counties"
            f" FROM (SELECT {region} AS region, * FROM base) GROUP BY GROUPING SETS ({grouped[most]})"
            for region, most in (("region_code", 1), (f"'{UNIT}'", 2), (f"'{PROVINCE}'", 2))
        )
        measures = MEASURES.get(subject, "").replace("count(*)", "counties")
        connection.execute(f"""
            CREATE TABLE marts.fct_subject_{subject} AS
            WITH base AS ({base}), cell AS ({cells}),
                shown AS (SELECT * REPLACE (CASE WHEN NOT ({hidden}) THEN n END AS n), {hidden} AS hidden FROM cell)
            SELECT region AS region_code, DATE '2024-12-31' AS period_end, {", ".join(dimensions)}, n::DOUBLE AS n,
                {measures + "," if measures else ""} 'final' AS maturity, false AS is_estimate,
                hidden AS is_suppressed, 1 AS method_version
            FROM shown
        """)


def _literal_of(name: str, told: str, value: str) -> str:
    return f"'{value if name == told else '1'}' AS {name}"


def _supervision(connection: duckdb.DuckDBPyConnection) -> None:
    """A month of fund supervision by two rules and together, of two units withheld what one of them found."""
    connection.execute(f"""
        CREATE TABLE marts.dim_fund_rule AS SELECT rule_id AS rule, * EXCLUDE (rule_id, records, needs)
            REPLACE (string_split(inputs, ';') AS inputs, confirmed_by::VARCHAR AS confirmed_by)
        FROM read_csv('{DBT_PROJECT}/seeds/fund_rules.csv');
        CREATE TABLE marts.fct_fund_supervision AS
        SELECT rule, region_code, DATE '2024-12-31' AS period_end, 900::BIGINT AS examined, found, persons,
            amount_at_risk, cases, confirmed, explained, confirmed // 2 AS recovered,
            confirmed * 50.0 AS recovered_amount,
            confirmed::DOUBLE / nullif(confirmed + explained, 0) AS precision,
            CASE WHEN confirmed > 0 THEN 12.0 END AS median_days_to_close, 'final' AS maturity, false AS is_estimate,
            found IS NULL AS is_suppressed, found IS NULL AS is_outcome_suppressed, 1 AS method_version
        FROM (VALUES
            ('*', '420000', 145, 80, 69000.0::DOUBLE, 40, 20, 15), ('*', '420200', 85, 50, 39000, 0, 0, 0),
            ('*', '420700', NULL, NULL, NULL, NULL, NULL, NULL), ('*', '420800', NULL, NULL, NULL, NULL, NULL, NULL),
            ('two_pensions', '420000', 120, 60, 60000, 40, 20, 15), ('two_pensions', '420200', 60, 30, 30000, 0, 0, 0),
            ('two_pensions', '420700', NULL, NULL, NULL, NULL, NULL, NULL),
            ('two_pensions', '420800', NULL, NULL, NULL, NULL, NULL, NULL),
            ('shared_account', '420000', 25, 25, 9000, 0, 0, 0), ('shared_account', '420200', 25, 25, 9000, 0, 0, 0),
            ('shared_account', '420700', 0, 0, 0, 0, 0, 0), ('shared_account', '420800', 0, 0, 0, 0, 0, 0)
        ) AS f (rule, region_code, found, persons, amount_at_risk, cases, confirmed, explained)
    """)


def _wages(connection: duckdb.DuckDBPyConnection) -> None:
    """Surveys of two units in two years, with six enterprises in each of two sections: of the second unit's section E
    there are six persons, so that no section of either unit is told."""
    connection.execute("""
        CREATE TABLE intermediate.int_wage_head_count AS
        WITH staff AS (
            SELECT * FROM (VALUES ('420700', 'C', 10), ('420700', 'E', 9), ('420800', 'C', 8), ('420800', 'E', 1))
                AS s (region_code, class_code, persons)
        )
        SELECT make_date(year, 12, 31) AS period_end, region_code, dimension, class_code, '*' AS class_above,
            concat(region_code, section, enterprise) AS enterprise_uscc, persons::BIGINT AS persons,
            30 AS least_persons, 5 AS least_enterprises, 0.5::DOUBLE AS largest_share
        FROM (
            SELECT region_code, class_code AS section, 'industry' AS dimension, class_code, persons FROM staff
            UNION ALL SELECT region_code, class_code, 'all', '*', persons FROM staff
        ), range(6) AS e (enterprise), (VALUES (2023), (2024)) AS years (year);
        CREATE TABLE marts.fct_wage_price AS
        WITH placed AS (
            SELECT * FROM intermediate.int_wage_head_count
            UNION ALL SELECT * REPLACE ('420000' AS region_code) FROM intermediate.int_wage_head_count
        ),
        cell AS (
            SELECT region_code, period_end, dimension, class_code, class_above, sum(persons)::BIGINT AS n_persons,
                count(*) AS n_enterprises, dimension = 'industry' AND region_code <> '420000' AS is_suppressed,
                1000.0::DOUBLE * year(period_end) AS mean
            FROM placed GROUP BY ALL
        )
        SELECT region_code, period_end, dimension, class_code, class_above, '*' AS published_in, n_persons,
            n_enterprises, mean - 2 AS p10, mean - 1 AS p25, mean AS p50, mean AS p75, mean + 9 AS p90, mean,
            CASE WHEN year(period_end) = 2024 THEN 100 * (2024.0::DOUBLE / 2023 - 1) END AS yoy,
            'final' AS maturity, false AS is_estimate, is_suppressed, 1 AS method_version
        FROM cell;
        UPDATE marts.fct_wage_price SET published_in = class_code WHERE NOT is_suppressed;
        UPDATE marts.fct_wage_price SET n_persons = NULL, n_enterprises = NULL, p10 = NULL, p25 = NULL, p50 = NULL,
            p75 = NULL, p90 = NULL, mean = NULL, yoy = NULL WHERE is_suppressed;
        CREATE TABLE marts.fct_wage_floor AS
        SELECT region_code, period_end, n_persons, n_enterprises, 21600.0::DOUBLE AS lowest_minimum,
            23400.0::DOUBLE AS highest_minimum, 1.5::DOUBLE AS share_below_minimum, maturity, is_estimate,
            is_suppressed, method_version
        FROM marts.fct_wage_price WHERE dimension = 'all'
    """)


def _pensions(connection: duckdb.DuckDBPyConnection) -> None:
    """Two years of the province and the unit, three quarters of the rise from the adjustment."""
    connection.execute("""
        CREATE TABLE marts.fct_pension_level AS
        SELECT measure, region_code, period_end, value, value_year_ago, value - value_year_ago AS change_yoy,
            100 * (value / value_year_ago - 1) AS change_yoy_pct, 75.0::DOUBLE AS adjustment,
            CASE WHEN value > value_year_ago THEN 100 * adjustment / change_yoy END AS adjustment_share,
            'final' AS maturity, false AS is_estimate, false AS is_suppressed, 1 AS method_version
        FROM (VALUES ('420000'), ('420700')) AS region (region_code),
            (VALUES ('employee_pension'), ('resident_base_pension')) AS measures (measure), (VALUES
                (DATE '2023-12-31', 3000.0::DOUBLE, NULL), (DATE '2024-12-31', 3100.0::DOUBLE, 3000.0::DOUBLE)
            ) AS level (period_end, value, value_year_ago)
    """)


def _labour(connection: duckdb.DuckDBPyConnection) -> None:
    """Employers at risk in two sections of two units, which are withheld by section; and two years' ratings."""
    connection.execute("""
        CREATE TABLE marts.fct_labour_risk AS
        WITH cell AS (
            SELECT *, n IS NULL AS is_suppressed
            FROM (VALUES ('420000', '*', 60), ('420000', 'C', 30), ('420000', 'E', 30), ('420100', '*', 30),
                ('420100', 'C', NULL), ('420100', 'E', NULL), ('420700', '*', 30), ('420700', 'C', NULL),
                ('420700', 'E', NULL)) AS cells (region_code, industry_code, n)
        )
        SELECT region_code, DATE '2024-12-31' AS period_end, industry_code, n::BIGINT AS employers,
            n::BIGINT // 2 AS employers_high, NULL::BIGINT AS employers_red, NULL::BIGINT AS employers_orange,
            n::BIGINT // 2 AS employers_yellow, 20 * n::BIGINT AS arrears_persons, 9000.0::DOUBLE * n AS arrears_yuan,
            2.5::DOUBLE * n AS arrears_persons_per_10000,
            CASE WHEN region_code = '420000' AND industry_code = '*' THEN 29.0::DOUBLE END AS expected,
            CASE WHEN expected IS NOT NULL THEN 0.2::DOUBLE END AS z, CASE WHEN n > 0 THEN 'blue' END AS risk_level,
            'final' AS maturity, false AS is_estimate, is_suppressed, 1 AS method_version
        FROM cell;
        CREATE TABLE marts.fct_employer_credit AS
        SELECT region_code, make_date(year, 12, 31) AS period_end, grade, employers::BIGINT AS employers,
            CASE grade WHEN '*' THEN employers::BIGINT * 2 END AS supervised,
            CASE grade WHEN '*' THEN 50::DOUBLE END AS rated_share, employers::BIGINT // 2 AS published,
            0::BIGINT AS listed_arrears, 0::BIGINT AS repaired,
            CASE year WHEN 2023 THEN employers::BIGINT // 4 END AS with_case,
            CASE year WHEN 2023 THEN 25::DOUBLE END AS case_share, 'final' AS maturity, false AS is_estimate,
            false AS is_suppressed, 1 AS method_version
        FROM (VALUES ('420000', '*', 240), ('420000', 'A', 40), ('420000', 'C', 200), ('420700', '*', 240),
            ('420700', 'A', 40), ('420700', 'C', 200)) AS cells (region_code, grade, employers),
            (VALUES (2023), (2024)) AS years (year)
    """)


def _sources(connection: duckdb.DuckDBPyConnection) -> None:
    """All of an indicator's figures from one dump: what its shortest periods have; and another version of one."""
    connection.execute("""
        CREATE TABLE marts.fct_indicator_source AS
        WITH part AS (
            UNPIVOT marts.fct_indicator_value ON numerator, denominator INTO NAME part VALUE amount
        )
        SELECT part.indicator_id, part.definition_version, part.region_code, dump.dump_id, part.part,
            if(measure_kind IN ('flow', 'rate') AND period_type = 'month', 'within', 'at') AS counts,
            part.period_end AS counted_on, part.amount
        FROM part
        JOIN marts.dim_indicator AS indicator USING (indicator_id, definition_version)
        JOIN (SELECT extract, max(dump_id) AS dump_id FROM landed.dump GROUP BY ALL) AS dump
            ON dump.extract = indicator.source_extracts[1]
        WHERE (part.region_level <> 'county' OR NOT is_person_based) AND part.period_type = CASE
            WHEN list_contains(period_types, 'month') THEN 'month'
            WHEN list_contains(period_types, 'quarter') THEN 'quarter' ELSE 'year' END;
        CREATE TABLE marts.fct_definition_value AS
        SELECT indicator_id, 2 AS definition_version, region_code, region_level, period_type, period_start, period_end,
            numerator, denominator, value, value_text, unit, is_estimate, false AS is_lower_bound
        FROM marts.fct_indicator_value
        WHERE indicator_id IN ('arbitration_closure_rate', 'inspection_closure_rate') OR (
            indicator_id = 'urban_new_employment' AND region_level <> 'county');
        INSERT INTO marts.fct_definition_value
        SELECT * REPLACE ('arbitration_termination_rate' AS indicator_id, 1 AS definition_version,
            60 AS value, true AS is_lower_bound) FROM marts.fct_definition_value
        WHERE indicator_id = 'arbitration_closure_rate';
    """)


def _value_rows(year: int) -> Iterator[tuple[Any, ...]]:
    """indicator, region, level, type, start, end, numerator, denominator, value (where it is no quotient)."""
    for region, (level, parts) in REGIONS.items():
        for kind, months in _periods(year):
            start, end = date(year, months[0], 1), period_of("monthly", date(year, months[-1], 1))[1]
            cell = (region, level, kind, start, end)
            for indicator, count in FLOWS.items():
                yield (indicator, *cell, count * parts * len(months), None, None)
            for indicator, (n, d) in RATES.items():
                yield (indicator, *cell, n * parts * len(months), d * parts * len(months), None)
                if kind == "year":
                    yield (indicator, region, level, "r12", start, end, n * parts * 12, d * parts * 12, None)
            if kind == "month":
                yield (SURVEYED, *cell, 500 + months[0], 10000, None)
            else:
                yield (SURVEYED, *cell, None, None, 5 + sum(months) / len(months) / 100)
            if kind != "ytd":
                for indicator, (count, whole) in STOCKS.items():
                    yield (indicator, *cell, count * parts, whole and whole * parts, None)
            if kind in ("quarter", "year"):
                yield ("urban_registered_unemployment_rate", *cell, 30 * parts, 1000 * parts, None)
                yield ("labour_contract_signing_rate", *cell, 900 * parts, 1000 * parts, None)
            if kind == "year":
                yield ("professional_talent_total", *cell, 100 * parts, None, None)
                yield ("professional_talent_grade_ratio", *cell, None, None, None)
                yield ("high_skilled_talent_total", *cell, 50 * parts, None, None)


def _progress(connection: duckdb.DuckDBPyConnection) -> None:
    """The 14th plan's indicators of the province at the end of 2024 (the plan's first two years have no data)."""
    connection.execute("""
        CREATE TABLE marts.fct_plan_progress AS
        WITH asked AS (
            SELECT *, CASE WHEN target_kind = 'cumulative' THEN (
                    SELECT sum(value) FROM marts.fct_indicator_value AS v WHERE v.indicator_id = p.indicator_id
                        AND v.region_code = '420000' AND v.period_type = 'month')
                ELSE (SELECT any_value(value) FROM marts.fct_indicator_value AS v WHERE v.indicator_id = p.indicator_id
                        AND v.region_code = '420000' AND v.period_type = 'year' AND v.period_end = DATE '2024-12-31')
                END AS actual
            FROM marts.dim_plan_indicator AS p WHERE plan_id = '145'
            UNION ALL
            SELECT *, NULL FROM marts.dim_plan_indicator WHERE plan_id = '135' AND target_kind = 'text'
        ), paced AS (
            SELECT *, 0.8::DOUBLE AS elapsed_share, CASE WHEN target_kind = 'cumulative' THEN actual / target
                WHEN target_kind <> 'ceiling' AND target > baseline THEN (actual - baseline) / (target - baseline)
                END AS attainment
            FROM asked
        ), assessed AS (
            SELECT *, attainment / elapsed_share AS pace,
                CASE WHEN target_kind = 'text' THEN 'not_assessed'
                WHEN target_kind = 'ceiling' THEN CASE WHEN actual <= target THEN 'met' ELSE 'off_track' END
                WHEN attainment IS NULL THEN CASE WHEN actual >= target THEN 'met'
                    WHEN (target - actual) / target <= 0.05 THEN 'at_risk' ELSE 'off_track' END
                WHEN attainment >= 1 THEN 'met' WHEN attainment / elapsed_share >= 1 THEN 'on_track'
                WHEN attainment / elapsed_share >= 0.9 THEN 'at_risk' ELSE 'off_track' END AS status
            FROM paced
        )
        SELECT plan_id, indicator_id, '420000' AS region_code,
            CASE plan_id WHEN '135' THEN DATE '2020-12-31' ELSE DATE '2024-12-31' END AS period_end, target_kind,
            baseline, target, target_text, actual, NULL::VARCHAR AS actual_text,
            CASE WHEN actual IS NOT NULL THEN 'final' END AS maturity, false AS is_suppressed, target - actual AS gap,
            attainment, elapsed_share, pace, status,
            CASE WHEN target_kind = 'cumulative' THEN greatest(0, (target - actual) / 12) END AS required_per_month,
            CASE WHEN target_kind = 'cumulative' THEN actual / elapsed_share END AS projected_end_value,
            status AS projected_status
        FROM assessed;
        -- A county whose new cards are withheld: nothing to tell.
        INSERT INTO marts.fct_plan_progress
        SELECT * REPLACE ('420702' AS region_code, NULL AS baseline, NULL AS actual, NULL AS maturity, NULL AS gap,
            NULL AS attainment, NULL AS pace, 'no_data' AS status, NULL AS required_per_month,
            NULL AS projected_end_value, NULL AS projected_status)
        FROM marts.fct_plan_progress WHERE indicator_id = 'third_generation_cards';
        -- A unit of which nothing is asked: a cumulative target of 0 is met without a share, a ceiling of 0 is not.
        INSERT INTO marts.fct_plan_progress
        SELECT * REPLACE ('420700' AS region_code, NULL AS baseline, 0 AS target, -actual AS gap, NULL AS attainment,
            NULL AS pace, CASE target_kind WHEN 'ceiling' THEN 'off_track' ELSE 'met' END AS status,
            CASE target_kind WHEN 'cumulative' THEN 0 END AS required_per_month,
            CASE target_kind WHEN 'ceiling' THEN 'no_data' ELSE 'met' END AS projected_status)
        FROM marts.fct_plan_progress WHERE region_code = '420000' AND plan_id = '145'
            AND indicator_id IN ('third_generation_cards', 'urban_surveyed_unemployment_rate');
        -- A city group, held to the province's ceiling.
        INSERT INTO marts.fct_plan_progress
        SELECT * REPLACE ('G01' AS region_code, NULL AS baseline) FROM marts.fct_plan_progress
        WHERE region_code = '420000' AND plan_id = '145' AND indicator_id = 'urban_registered_unemployment_rate';
        CREATE TABLE marts.fct_indicator_quality AS
        SELECT DISTINCT indicator_id, 2024 AS year, 18::BIGINT AS figures, 17::BIGINT AS deliveries,
            3.0::DOUBLE AS median_days_late, 0.1::DOUBLE AS share_provisional, 0.5::DOUBLE AS share_estimates,
            0.02::DOUBLE AS median_cv, 4::BIGINT AS compared, 0.75::DOUBLE AS share_reconciled
        FROM marts.fct_indicator_value;
        CREATE TABLE marts.fct_release_calendar AS
        SELECT indicator_id, period_type, period_start, period_end, period_end + 10 AS due_on,
            period_end + 11 AS release_on, maturity, 'final' AS state, period_end = DATE '2024-12-31' AS is_next
        FROM marts.fct_indicator_value
        WHERE region_code = '420000' AND period_type = 'month' AND year(period_end) = 2024;
        CREATE TABLE marts.fct_definition_progress AS
        SELECT plan_id, indicator_id, 2 AS definition_version, region_code, period_end, target_kind, actual,
            actual AS actual_in_force, attainment, pace, status, status AS status_in_force
        FROM marts.fct_plan_progress WHERE actual IS NOT NULL
            AND indicator_id IN (SELECT indicator_id FROM marts.fct_definition_value WHERE definition_version = 2);
    """)


def _targets(connection: duckdb.DuckDBPyConnection) -> None:
    """What province, unit (all of it) and counties are to reach by 2025 of two sums: the counties by their shares of
    2024 or, where some is withheld, of the population."""
    connection.execute("""
        CREATE TABLE marts.fct_target AS
        WITH part (region_code, basis, share) AS (VALUES ('420000', 'plan', NULL), ('420700', 'allocated', 1.0),
            ('420702', 'proposed', 0.5), ('420703', 'proposed', 0.3), ('420704', 'proposed', 0.2))
        SELECT plan_id, indicator_id, region_code, 2025 AS target_year, DATE '2025-12-31' AS period_end, target_kind,
            (target * coalesce(share, 1))::DOUBLE AS target_value, target_value / 5 AS year_value,
            basis, basis AS basis_of_end, CASE basis WHEN 'plan' THEN 'printed' WHEN 'allocated' THEN 'delivered'
                ELSE if(indicator_id = 'skill_certificates', 'share_of_last_year', 'share_of_population') END AS method,
            share::DOUBLE AS weight, if(method = 'share_of_last_year', 2024, NULL) AS weight_year, false AS is_binding,
            if(method = 'share_of_last_year', 'final', NULL) AS maturity, false AS is_estimate, false AS is_suppressed,
            1 AS method_version
        FROM marts.dim_plan_indicator, part
        WHERE plan_id = '145' AND indicator_id IN ('skill_certificates', 'third_generation_cards');
        CREATE TABLE marts.fct_plan_path AS
        SELECT plan_id, indicator_id, region_code, period_end, target_kind, target,
            CASE WHEN target_kind = 'cumulative' THEN target * elapsed_share WHEN target > baseline
                AND target_kind <> 'ceiling' THEN baseline + (target - baseline) * elapsed_share ELSE target
                END AS expected_value,
            CASE WHEN target_kind = 'text' THEN NULL WHEN target_kind = 'cumulative' THEN 'season'
                WHEN target > baseline AND target_kind <> 'ceiling' THEN 'straight_line' ELSE 'target'
                END AS path_method,
            actual, actual_text, NULL::DOUBLE AS denominator,
            CASE WHEN target_kind = 'ceiling' THEN target / actual
                WHEN path_method = 'straight_line' THEN (actual - baseline) / (expected_value - baseline)
                ELSE actual / nullif(expected_value, 0) END AS ratio,
            CASE WHEN status IN ('met', 'no_data', 'not_assessed') THEN status WHEN ratio >= 1 THEN 'on_track'
                WHEN ratio >= 0.95 THEN 'at_risk' ELSE 'off_track' END AS status_by_path,
            maturity, false AS is_estimate, region_code = '420702' AS is_suppressed, 1 AS method_version
        FROM marts.fct_plan_progress;
        -- As if 2024 were the end of the 14th plan.
        UPDATE reference.plans SET midterm_on = DATE '2024-12-31' WHERE plan_id = '145';
        CREATE TABLE marts.fct_plan_assessment AS
        SELECT plan_id, indicator_id, region_code, if(plan_id = '145', 'mid', 'final') AS assessment, period_end,
            false AS is_binding, target, expected_value, actual, ratio, status_by_path,
            CASE status_by_path WHEN 'met' THEN 'on_schedule' WHEN 'on_track' THEN 'on_schedule' WHEN 'at_risk'
                THEN 'nearly' WHEN 'off_track' THEN 'behind' ELSE 'not_assessed' END AS grade,
            ['420700'] AS reason_units, [1.0::DOUBLE] AS reason_gaps, [1.0::DOUBLE] AS reason_shares,
            NULL::VARCHAR AS revision_note_zh, NULL::VARCHAR AS revision_note_en, NULL::VARCHAR AS reading_note,
            maturity, is_estimate, is_suppressed, method_version
        FROM marts.fct_plan_path;
        CREATE TABLE marts.fct_plan_forecast AS
        SELECT plan_id, indicator_id, region_code, DATE '2024-12-31' AS period_end,
            part.period_end AS horizon_end,
            target_kind, target_value AS target, target_value AS forecast, target_value - 1 AS low80,
            target_value + 1 AS high80, target_value - 2 AS low95, target_value + 2 AS high95, 'ets' AS method,
            0.5::DOUBLE AS probability_of_target, 0.8::DOUBLE AS mase, 8 AS windows, 40 AS errors,
            1 AS definition_version, 'final' AS maturity, false AS is_estimate, false AS is_suppressed,
            1 AS method_version
        FROM marts.fct_target AS part WHERE basis <> 'proposed';
        CREATE TABLE marts.fct_forecast_error AS
        SELECT indicator_id, 'plan_sum' AS measure, region_code, DATE '2024-06-30' AS period_end, 6 AS months_ahead,
            9::DOUBLE AS actual, 8::DOUBLE AS seasonal_naive, 7::DOUBLE AS linear_pace, 9.5::DOUBLE AS ets,
            NULL::DOUBLE AS theta, 2::DOUBLE AS mase_scale, 'ets' AS method, 1 AS definition_version,
            'final' AS maturity, false AS is_estimate, false AS is_suppressed, 1 AS method_version
        FROM marts.fct_plan_forecast;
        INSERT INTO marts.fct_forecast_error
        SELECT * REPLACE ('420600' AS region_code) FROM marts.fct_forecast_error WHERE region_code = '420700';
        CREATE TABLE intermediate.int_plan_target AS
        SELECT plan_id, indicator_id, region_code, target_year, true AS is_of_the_plan, target_value AS target
        FROM marts.fct_target WHERE basis <> 'proposed';
        CREATE TABLE marts.fct_target_balance AS
        SELECT '145' AS plan_id, 'skill_certificates' AS indicator_id, 2025 AS target_year,
            75::DOUBLE AS province_target, 75.05::DOUBLE AS sum_of_units, 75.05::DOUBLE - 75 AS difference,
            0.085::DOUBLE AS tolerance, 'balances' AS verdict
        UNION ALL SELECT '145', 'mediation_success_rate', 2025, 60, NULL, NULL, 0.085, 'not_additive';
    """)


def _readings(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"""
        CREATE TABLE marts.fct_published_fact AS
        SELECT fact_id, plan_id, '{PROVINCE}' AS region_code, DATE '2020-12-31' AS period_end, place, quote, name_zh,
            name_en, value::DOUBLE AS value, unit, compared_with,
            CASE WHEN compared_with IS NOT NULL THEN value + 1 END::DOUBLE AS computed, computed - value AS difference,
            CASE WHEN computed IS NOT NULL THEN 'final' END AS maturity, false AS is_estimate
        FROM read_csv('{DBT_PROJECT}/seeds/published_facts.csv', types = {{'plan_id': 'VARCHAR'}});
    """)


def _reporting(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""
        CREATE TABLE marts.fct_reported_value AS
        SELECT '420700' AS unit_code, '420702' AS region_code, period_start, period_end, '城镇新增就业' AS item,
            'ytd' AS basis, 100 * month(period_end)::DOUBLE AS value, '人' AS unit, '1' AS report_kind,
            100::DOUBLE AS month_value
        FROM marts.dim_period WHERE period_type = 'month' AND year(period_end) = 2024
        UNION ALL
        SELECT '420700', '420702', period_start, period_end, '参保人数', 'period_end', 5000.0, '人', '1', NULL
        FROM marts.dim_period WHERE period_type = 'month' AND year(period_end) = 2024;

        CREATE TABLE marts.fct_reporting_completeness AS
        SELECT DISTINCT dump.source, dump.extract, unit.region_code AS unit_code, dump.period_start, dump.period_end,
            CASE WHEN delivered_by = 'province' THEN unit.level = 'province' ELSE unit.level = 'prefecture' END
                AS expected,
            true AS received, 1 AS revision, dump.landed_at AT TIME ZONE 'Asia/Shanghai' AS landed_at,
            dump.period_end + due_days AS due_on, 0 AS days_late
        FROM landed.dump AS dump JOIN landed.extract AS registry USING (extract)
        JOIN marts.dim_region AS unit ON unit.level IN ('province', 'prefecture')
        WHERE (delivered_by = 'province') = (unit.level = 'province');

        CREATE TABLE marts.fct_landing_receipt AS
        SELECT * EXCLUDE (submitted_by, public_path, withdrawn_at, withdrawn_by, withdrawn_reason)
            REPLACE (public_path AS path, landed_at AT TIME ZONE 'Asia/Shanghai' AS landed_at)
        FROM quality.landing_receipt;
    """)


def _reconciliation(connection: duckdb.DuckDBPyConnection) -> None:
    """The unit's own figures of December, as it would report them: a binding indicator and another."""
    connection.execute(f"""
        CREATE TABLE marts.fct_reconciliation AS
        SELECT region_code, period_end, indicator_id, name_zh AS item, 'month' AS basis, dim_indicator.unit,
            indicator_id = 'unemployment_insurance_enrolment' AS is_binding, value AS reported, value AS computed,
            0::DOUBLE AS difference, 0::DOUBLE AS relative_difference, 0.01 * value AS tolerance, 'agrees' AS verdict
        FROM marts.fct_indicator_value JOIN marts.dim_indicator USING (indicator_id, definition_version)
        WHERE indicator_id IN ('unemployment_insurance_enrolment', 'skill_certificates') AND region_code = '{UNIT}'
            AND period_type = 'month' AND period_end = DATE '2024-12-31';
    """)


def _doubts(connection: duckdb.DuckDBPyConnection) -> None:
    """Every rule has looked through the unit's records of December and found nothing."""
    connection.execute(f"""
        CREATE TABLE marts.dim_data_service AS
        SELECT *, true AS is_in_force FROM (
            SELECT * REPLACE (string_split(fields, ';') AS fields)
            FROM read_csv('{DBT_PROJECT}/seeds/data_services.csv', types = {{'confirmed_by': 'VARCHAR'}})
        );
        CREATE TABLE marts.dim_doubt_rule AS SELECT * REPLACE (string_split(extracts, ';') AS extracts)
        FROM read_csv('{DBT_PROJECT}/seeds/doubt_rules.csv');
        CREATE TABLE marts.fct_data_doubt AS
        SELECT rule_id, region_code, DATE '2024-12-31' AS period_end, 0::BIGINT AS doubts,
            21::BIGINT AS records_examined, severity, false AS is_suppressed
        FROM marts.dim_doubt_rule, (VALUES ('{PROVINCE}'), ('{UNIT}')) AS region (region_code);
        CREATE TABLE intermediate.int_doubt (rule_id VARCHAR, extract VARCHAR, dump_id VARCHAR, line_number BIGINT,
            region_code VARCHAR, period_end DATE, person_id VARCHAR);
    """)


def _release_before(connection: duckdb.DuckDBPyConnection) -> None:
    """The release that is current: all dumps but the training's of December were in it, made by the same code. It was
    made before any of the figures' periods was over, so that a test may change those."""
    connection.execute("""
        CREATE TABLE quality.published_dump AS
        SELECT dump_id, extract, period_start, period_end, unit_code, revision, rows_loaded, sampling_fraction
        FROM landed.dump WHERE NOT (extract = 'training_record' AND period_end = '2024-12-31');
        CREATE TABLE quality.published_value AS FROM marts.fct_indicator_value;
        INSERT INTO landed.published_cell
        SELECT indicator_id, region_code, period_type, period_end, value, numerator FROM marts.fct_indicator_value
        WHERE region_level = 'county' AND NOT is_suppressed;
        CREATE TABLE quality.published_run AS
        SELECT '20230101-01' AS release_id, DATE '2023-01-01' AS as_of, true AS is_same_code;
    """)
