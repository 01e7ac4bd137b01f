"""The page of the labour market and services: a block is one line where its subject is not connected, and shows what
its tables say where it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb
import pytest

from orchestration.rendering.render import TEMPLATES
from orchestration.report.charts import Chart
from orchestration.report.pages import drawing
from orchestration.report.pages.page import Frame
from orchestration.report.pages.systems import SUBJECTS, systems_page, systems_view
from orchestration.report.pages.warning import warning_block
from orchestration.report.view.source import Source
from orchestration.report.view.warning import warning_view
from raw_landing.database import connect

FRAME = Frame("20260101-01", "2026-01-01 08:00", ("2025年12月", "December 2025"), False)
FIGURE = re.compile(r'<data value="([^"]*)" data-series="([^"]*)">([^<]*)</data>')

TABLES = {
    "dim_region": """
        SELECT * FROM (VALUES
            ('420000', '湖北省', 'Hubei', 'province', NULL, NULL),
            ('420100', '武汉市', 'Wuhan', 'prefecture', '420000', 'G01'),
            ('420200', '黄石市', 'Huangshi', 'prefecture', '420000', 'G01')
        ) AS r (region_code, name_zh, name_en, level, parent_code, group_code)
    """,
    "fct_market_supply_demand": """
        SELECT region_code, DATE '2025-12-31' AS period_end, '*' AS industry_section, '*' AS occupation_group,
            vacancies, seekers, vacancies / seekers AS ratio, maturity
        FROM (VALUES ('420000', 1300e0, 1000e0, 'provisional'), ('420100', 1300e0, 1000e0, 'final'),
            ('420200', NULL, NULL, 'final')) AS m (region_code, vacancies, seekers, maturity)
    """,
    "fct_climate_index": """
        SELECT region_code, period_end, 2021 AS base_year, index_value, light, too_uncertain,
            'final' AS maturity, false AS is_estimate
        FROM (VALUES ('420000', DATE '2025-09-30', 101.25e0, 'stable', false),
            ('420000', DATE '2025-12-31', 94.461e0, 'cool', false), ('420100', DATE '2025-12-31', 121.5e0, NULL, true),
            ('420200', DATE '2025-12-31', NULL, NULL, NULL)
        ) AS h (region_code, period_end, index_value, light, too_uncertain)
    """,
    "fct_climate_component": """
        SELECT '420000' AS region_code, DATE '2025-12-31' AS period_end, component, value, base_value, weight,
            value / base_value AS relative, weight * ln(value / base_value) AS contribution
        FROM (VALUES ('ratio', 1.30e0, 1.45e0, 0.4e0), ('vacancies', 105e0, 100e0, 0.2e0),
            ('new_employment', 98e0, 100e0, 0.2e0), ('unemployed', 110e0, 100e0, -0.2e0)
        ) AS c (component, value, base_value, weight)
    """,
    "dim_warning_signal": """
        SELECT signal_id, name AS name_zh, name AS name_en, true AS is_in_force
        FROM (VALUES ('new_unemployed', 'NEW'), ('benefit_claims', 'BENEFIT')) AS s (signal_id, name)
    """,
    "fct_warning_signal": """
        SELECT 'new_unemployed' AS signal_id, region_code, DATE '2025-12-31' AS period_end, x, b, z, level,
            'FAR ABOVE' AS reason_zh, 'FAR ABOVE' AS reason_en
        FROM (VALUES ('420000', 2000e0, 1762.5e0, 1.25e0, 'blue'), ('420200', 200e0, 100e0, 5e0, 'red'),
            ('420202', NULL, NULL, NULL, 'red')) AS s (region_code, x, b, z, level)
    """,
    "fct_early_warning": """
        SELECT region_code, period_end, level, 1e0 AS score, 1 AS red_signals, since, NULL AS lead_region, responses,
            'final' AS maturity
        FROM (VALUES ('420000', DATE '2025-12-31', 'blue', DATE '2025-12-01', NULL),
            ('420100', DATE '2025-12-31', 'no_data', NULL, NULL),
            ('420200', DATE '2025-11-30', 'yellow', DATE '2025-11-01', NULL),
            ('420200', DATE '2025-12-31', 'red', DATE '2025-12-01', 0)
        ) AS w (region_code, period_end, level, since, responses)
    """,
    "fct_warning_backtest": """
        SELECT 'new_unemployed' AS signal_id, threshold, 20 AS months_judged, 2 AS hits, 1 AS misses, 0 AS false_alarms,
            1.5e0 AS lead_months_median
        FROM (VALUES ('orange'), ('red')) AS b (threshold)
    """,
    "fct_warning_response": """
        SELECT 'YJ1' AS response_no, '420200' AS region_code, DATE '2025-12-31' AS period_end, 'red' AS level,
            DATE '2026-01-04' AS opened_on, 'OWNER' AS owner_unit, 'ACTION' AS action, NULL::DATE AS closed_on
    """,
    "fct_market_sentiment": """
        SELECT '420000' AS region_code, DATE '2025-12-31' AS period_end, '1' AS question, '*' AS size_class,
            200 AS answers, 20e0 AS share_up, 30e0 AS share_same, 50e0 AS share_down, 35e0 AS diffusion_index,
            -30e0 AS balance, 'final' AS maturity
    """,
    "dim_parameter": """
        SELECT 'index_keeps_rank' AS parameter_id, 0.9e0 AS value, true AS is_in_force, NULL::DATE AS confirmed_on
    """,
    "fct_composite_index": """
        SELECT index_id, form, 'arithmetic' AS aggregation, region_code, peer_group, 'quarter' AS period_type,
            DATE '2025-12-31' AS period_end, value, 1.5e0 AS change_yoy, place AS rank,
            CASE WHEN place > 0 THEN 2 END AS peers_n, least(place, 1) AS rank_low95, place AS rank_high95,
            CASE WHEN place > 0 THEN 0.721e0 ELSE NULL END AS keeps_rank_share, 'reemployed' AS weakest_component,
            CASE WHEN place > 0 THEN NULL ELSE 'fund_doubts;paid_months' END AS missing_components,
            region_code = '420300' AS too_uncertain, 'final' AS maturity, false AS is_confirmed
        FROM (VALUES ('420000', NULL, 64.25e0, NULL), ('420100', 'prefecture', 74.54e0, 1),
            ('420200', 'prefecture', 71.67e0, 2)) AS r (region_code, peer_group, value, place)
        CROSS JOIN (VALUES ('employment'), ('insurance')) AS i (index_id)
        CROSS JOIN (VALUES ('index'), ('score')) AS f (form)
    """,
    "fct_index_component": """
        SELECT 'employment' AS index_id, component_id, '420000' AS region_code, 'quarter' AS period_type,
            DATE '2025-12-31' AS period_end, value, 10e0 AS goal_low, 50e0 AS goal_high, (value - 10) / 40 AS z,
            (value - 10) / 40 AS points, weight, 100 * weight * (value - 10) / 40 AS contribution,
            CASE WHEN value > 0 THEN -1.25e0 END AS contribution_change,
            CASE WHEN value > 0 THEN NULL ELSE 'no_data' END AS missing, 'final' AS maturity
        FROM (VALUES ('reemployed', 30e0, 0.6e0), ('paid_months', NULL, 0.4e0)) AS c (component_id, value, weight)
    """,
    "fct_hotline": """
        SELECT region_code, 'ytd' AS period_type, DATE '2025-12-31' AS period_end, 400e0 AS calls, 350e0 AS answered,
            200e0 AS rated, 155e0 AS satisfied, 87.5e0 AS answer_rate, 77.5e0 AS satisfaction_rate, maturity
        FROM (VALUES ('420000', 'final'), ('420100', 'provisional')) AS h (region_code, maturity)
    """,
    "fct_service_rating": """
        SELECT region_code, 'ytd' AS period_type, DATE '2025-12-31' AS period_end, 300e0 AS handled, 125e0 AS rated,
            5e0 AS unsatisfied, 5e0 AS complaints_due, 4e0 AS complaints_in_time, 96e0 AS satisfaction_rate,
            in_time_rate, 'final' AS maturity
        FROM (VALUES ('420000', 80e0), ('420100', NULL)) AS r (region_code, in_time_rate)
    """,
    "fct_key_group": """
        SELECT '420000' AS region_code, key_group, DATE '2025-12-31' AS period_end, 24e0 AS persons, 18e0 AS served,
            75e0 AS served_share, households, households * 0 AS households_target, 8e0 AS entered, employed,
            100 * employed / 8 AS employed_share, missing AS employed_missing, 'final' AS maturity
        FROM (VALUES ('1', NULL, 5e0, NULL), ('5', 2e0, NULL, 'sampled'))
            AS g (key_group, households, employed, missing)
    """,
    "fct_employment_fund": """
        SELECT region_code, programme, DATE '2025-06-30' AS period_end, 150e0 AS budget_wan, 75e0 AS paid_wan,
            50e0 AS execution_rate, growth AS change_yoy_pct, 'final' AS maturity
        FROM (VALUES ('420000', '*', 25e0), ('420000', '10', NULL), ('420000', '2', -5e0), ('420100', '*', NULL),
            ('420100', '1', NULL)) AS f (region_code, programme, growth)
    """,
    "fct_hr_service": """
        SELECT region_code, DATE '2025-12-31' AS period_end, firms, 20 * firms AS staff, 300 * firms AS turnover_wan,
            200 * firms AS persons_placed, 5 * firms / firms AS turnover_yoy_pct, firms IS NULL AS is_suppressed,
            'final' AS maturity
        FROM (VALUES ('420000', 110e0), ('420100', 80e0), ('420200', NULL)) AS h (region_code, firms)
    """,
    "dim_fund_rule": """
        SELECT * FROM (VALUES ('two_pensions', 2, '同月领取两份养老金', 'Two pensions in a month'),
            ('pension_age', 3, '领取年龄异常', 'Pension at an impossible age')
        ) AS r (rule, priority, name_zh, name_en)
    """,
    "fct_fund_supervision": """
        SELECT rule, region_code, period_end, 9000 AS examined, 2 * persons AS found, persons,
            2300.5 * persons AS amount_at_risk, confirmed, explained, persons IS NULL AS is_suppressed,
            'final' AS maturity
        FROM (VALUES ('*', '420000', DATE '2025-12-31', 40, NULL, NULL),
            ('two_pensions', '420000', DATE '2025-12-31', 30, 6, 4),
            ('two_pensions', '420000', DATE '2025-11-30', 12, 9, 5),
            ('pension_age', '420000', DATE '2025-12-31', NULL, NULL, NULL),
            ('*', '420100', DATE '2025-12-31', 25, NULL, NULL), ('*', '420200', DATE '2025-12-31', NULL, NULL, NULL),
            ('two_pensions', '420100', DATE '2025-12-31', 20, NULL, NULL)
        ) AS f (rule, region_code, period_end, persons, confirmed, explained)
    """,
    "fct_labour_risk": """
        SELECT region_code, DATE '2025-12-31' AS period_end, industry_code, employers, employers // 2 AS employers_high,
            40 * employers AS arrears_persons, 9000e0 * employers AS arrears_yuan,
            CASE WHEN employers > 50 THEN 'orange' END AS risk_level, employers IS NULL AS is_suppressed,
            'final' AS maturity
        FROM (VALUES ('420000', '*', 90), ('420000', 'E', 60), ('420000', 'other', NULL), ('420100', '*', 30),
            ('420100', 'E', 10), ('420200', '*', NULL)) AS r (region_code, industry_code, employers)
    """,
    "fct_employer_credit": """
        SELECT region_code, DATE '2025-12-31' AS period_end, grade, employers, 2 * employers AS supervised,
            CASE grade WHEN '*' THEN 50e0 END AS rated_share, employers AS published, NULL::BIGINT AS repaired,
            12.5e0 AS case_share, employers IS NULL AS is_suppressed, 'final' AS maturity
        FROM (VALUES ('420000', '*', 1500), ('420000', 'C', 90), ('420100', '*', 700), ('420100', 'C', 40))
            AS c (region_code, grade, employers)
    """,
    "fct_wage_price": """
        SELECT region_code, DATE '2025-12-31' AS period_end, dimension, class_code, n_persons, 12 AS n_enterprises,
            48000e0 AS p10, 55000e0 AS p25, CASE WHEN n_persons > 0 THEN 61000e0 END AS p50, 70000e0 AS p75,
            88000e0 AS p90, 62921.05e0 AS mean, 5.25e0 AS yoy, n_persons IS NULL AS is_suppressed, 'final' AS maturity
        FROM (VALUES ('420000', 'all', '*', 1380), ('420100', 'all', '*', 900), ('420200', 'all', '*', NULL),
            ('420000', 'industry', 'C', 400), ('420000', 'industry', 'J', NULL), ('420000', 'post_grade', '3', 500),
            ('420000', 'post_grade', '33', 120)) AS w (region_code, dimension, class_code, n_persons)
    """,
    "fct_wage_floor": """
        SELECT '420000' AS region_code, DATE '2025-12-31' AS period_end, 1.25e0 AS share_below_minimum
    """,
    "fct_pension_level": """
        SELECT measure, region_code, DATE '2025-12-31' AS period_end, value, growth AS change_yoy_pct,
            75e0 AS adjustment, CASE WHEN growth > 0 THEN 75e0 END AS adjustment_share, 'final' AS maturity
        FROM (VALUES ('employee_pension', '420000', 3449e0, 2.28e0), ('employee_pension', '420100', 3700e0, NULL),
            ('resident_base_pension', '420100', NULL, NULL)) AS p (measure, region_code, value, growth)
    """,
    "fct_crosswalk_coverage": """
        SELECT source_pair, region_code, DATE '2025-11-30' AS cohort_end, period_end, persons_a,
            0.9e0 * persons_a AS in_both, 90 + 0 * persons_a AS share, 0.1e0 * persons_a AS only_a,
            10 + 0 * persons_a AS only_a_share, NULL::DOUBLE AS probable, missing,
            persons_a IS NULL AND missing IS NULL AS is_suppressed, 'final' AS maturity
        FROM (VALUES ('employed_insured', '420000', DATE '2025-12-31', NULL, 'not_delivered'),
            ('employed_insured', '420100', DATE '2025-12-31', 1000e0, NULL),
            ('employed_insured', '420200', DATE '2025-12-31', NULL, NULL),
            ('employed_insured', '420100', DATE '2026-01-31', NULL, 'sampled'),
            ('trained_employed', '420100', DATE '2025-12-31', NULL, 'sampled'))
            AS c (source_pair, region_code, period_end, persons_a, missing)
    """,
    "fct_subject_training": """
        SELECT '420000' AS region_code, DATE '2025-12-31' AS period_end, trainee_category, '*' AS programme,
            fund_source, n, 'provisional' AS maturity
        FROM (VALUES ('*', '*', 80e0), ('1', '*', 20e0), ('2', '*', 60e0), ('*', 'other', 80e0), ('1', 'other', 20e0))
            AS c (trainee_category, fund_source, n)
    """,
}


@pytest.fixture
def release() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as connection:
        connection.execute(f"CREATE TABLE dim_region AS {TABLES['dim_region']}")
        yield connection


def connected(release: duckdb.DuckDBPyConnection, *tables: str) -> str:
    for table in tables:
        release.execute(f"CREATE TABLE {table} AS {TABLES[table]}")
    return systems_page(systems_view(Source(release)), FRAME)


def block(page: str, name: str) -> str:
    found = re.search(rf'<section id="{name}">(.*?)</section>', page, re.S)
    assert found
    return found[1]


@pytest.mark.parametrize("are_there", [False, True])
def test_what_is_not_connected_is_one_line(release: duckdb.DuckDBPyConnection, are_there: bool) -> None:
    """Whether its tables are empty, or none of an older release."""
    if are_there:
        for table in TABLES.keys() - {"dim_region"}:
            release.execute(f"CREATE TABLE {table} AS SELECT * FROM ({TABLES[table]}) WHERE false")
    page = connected(release)
    for subject in SUBJECTS:
        shown = block(page, subject.name)
        assert shown.count("<h2>") == 1 and shown.count("<p") == 1 and "未接入" in shown and "Not connected" in shown
        assert "<table" not in shown


def test_the_climate_is_told_by_unit_in_words_with_its_components(release: duckdb.DuckDBPyConnection) -> None:
    shown = block(connected(release, *TABLES.keys() - {"dim_region"}), "climate")
    figures = {series: (text, float(value)) for value, series, text in FIGURE.findall(shown)}
    assert figures["climate_index/420000/2025-12-31"] == ("94.5", 94.461)
    assert figures["market_ratio/420000/2025-12-31"] == ("1.30", 1.3)
    assert figures["sentiment_index/1/420000/2025-12-31"] == ("35.0", 35.0)
    assert figures["sentiment_balance/1/420000/2025-12-31"] == ("−30.0", -30.0)
    parts = {series: text for series, (text, _) in figures.items() if series.startswith("climate_contribution")}
    assert parts == {
        "climate_contribution/ratio/420000/2025-12-31": "−4.37",
        "climate_contribution/vacancies/420000/2025-12-31": "+0.98",
        "climate_contribution/new_employment/420000/2025-12-31": "−0.40",
        "climate_contribution/unemployed/420000/2025-12-31": "−1.91",
    }
    assert "2025年第4季度全省景气指数" in shown and "偏冷" in shown and "Cool" in shown
    assert "climate_index/420100/2025-12-31" not in figures and "误差过大" in shown, "no index that is too uncertain"
    assert shown.count('class="chart') == 2 and "market_ratio/420200/2025-12-31" not in figures


def test_warnings_are_told_by_unit_with_their_reasons(release: duckdb.DuckDBPyConnection) -> None:
    tables = [table for table in TABLES if "warning" in table]
    shown = block(connected(release, *tables), "warning")
    figures = {series: (text, float(value)) for value, series, text in FIGURE.findall(shown)}
    assert figures["warning_units/red/2025-12-31"] == ("1", 1.0)
    assert figures["warning_units/no_data/2025-12-31"] == ("1", 1.0)
    assert figures["warning_x/new_unemployed/420000/2025-12-31"][1] == 2000.0
    assert figures["warning_z/new_unemployed/420000/2025-12-31"] == ("1.25", 1.25)
    assert figures["warning_hits/new_unemployed"] == ("2", 2.0) and figures["warning_lead/new_unemployed"][1] == 1.5
    assert "FAR ABOVE" in shown and "尚无处置" in shown and "OWNER" in shown and "预警通报" in shown
    assert shown.count('class="tile ') == 2 and 'class="tile red"' in shown and 'class="tile hatch"' in shown
    assert "BENEFIT" in shown and "未接入" in shown, "a signal that nobody delivers"


MONTHS = """
    INSERT INTO fct_warning_signal BY NAME
    SELECT 'new_unemployed' AS signal_id, '420000' AS region_code,
        last_day(DATE '2025-11-01' - to_months(back)) AS period_end,
        100.0 + 5 * (back % 12) + CASE WHEN back = 20 THEN 400 ELSE 0 END AS x
    FROM range({months}) AS m (back) WHERE back <> {gap}
"""


@pytest.mark.parametrize(("months", "gap", "drawn"), [(35, -1, 1), (34, -1, 0), (60, 30, 0), (60, 35, 1)])
def test_a_signal_of_36_months_in_a_row_has_its_trend_beside_it(
    release: duckdb.DuckDBPyConnection, months: int, gap: int, drawn: int
) -> None:
    connected(release, *(table for table in TABLES if "warning" in table))
    release.execute(MONTHS.format(months=months, gap=gap))
    shown = block(systems_page(systems_view(Source(release)), FRAME), "warning")
    assert shown.count('class="chart') == drawn and ("STL" in shown) == bool(drawn)


def test_the_trend_leaves_out_seasons_and_outliers(release: duckdb.DuckDBPyConnection) -> None:
    connected(release, *(table for table in TABLES if "warning" in table))
    release.execute(MONTHS.format(months=60, gap=-1) + "; DELETE FROM fct_warning_signal WHERE x = 2000")
    view = warning_view(Source(release))
    assert view is not None
    with pytest.MonkeyPatch.context() as patched:
        charts: list[Chart] = []
        patched.setattr(drawing, "picture", lambda chart, *_, **__: charts.append(chart))
        warning_block(view)
    (chart,) = charts
    assert max(mark.y for mark in chart.actual if mark.y) > 500
    assert all(mark.y == pytest.approx(127.5, abs=3) for mark in chart.path), "the mean of the twelve months"


def test_indices_are_told_by_unit_with_ranks_and_what_these_hang_on(release: duckdb.DuckDBPyConnection) -> None:
    shown = block(connected(release, "fct_composite_index", "fct_index_component", "dim_parameter"), "indices")
    figures = figures_of(shown)
    assert "2025年第4季度全省就业综合指数" in shown and "待确认" in shown
    assert figures["composite_index/employment/420100/2025-12-31"] == "74.54"
    assert figures["composite_rank/insurance/420200/2025-12-31"] == "2"
    assert figures["composite_keeps/employment/420100/2025-12-31"] == "72%", "less than nine in ten"
    assert figures["composite_change/employment/420000/2025-12-31"] == "+1.50"
    assert "composite_rank/employment/420000/2025-12-31" not in figures, "the province has no peers"
    assert figures["index_contribution/employment/reemployed/420000/2025-12-31"] == "30.00"
    assert figures["index_contribution_change/employment/reemployed/420000/2025-12-31"] == "−1.25"
    assert "index_value/employment/paid_months/420000/2025-12-31" not in figures and "无数据" in shown
    assert shown.count('class="range"') == 6 and "--l:0.0;--w:1.0;--v:1.0" in shown
    assert "失业人员再就业" in shown and "Prefecture" not in shown


def test_ranks_that_hold_are_told_alone(release: duckdb.DuckDBPyConnection) -> None:
    connected(release, "fct_composite_index", "fct_index_component", "dim_parameter")
    release.execute("UPDATE fct_composite_index SET keeps_rank_share = 0.95, is_confirmed = true")
    shown = block(systems_page(systems_view(Source(release)), FRAME), "indices")
    assert not [series for series in figures_of(shown) if series.startswith("composite_keeps")]
    assert "待确认" not in shown.split("</h2>")[0]


def test_without_an_index_the_ratio_is_the_finding(release: duckdb.DuckDBPyConnection) -> None:
    shown = block(connected(release, "fct_market_supply_demand"), "climate")
    assert "2025年第4季度全省求人倍率" in shown and "尚无景气指数" in shown


def figures_of(shown: str) -> dict[str, str]:
    return {series: text for _, series, text in FIGURE.findall(shown)}


def test_services_are_told_by_unit_in_the_year_to_date(release: duckdb.DuckDBPyConnection) -> None:
    shown = block(connected(release, "fct_hotline", "fct_service_rating"), "services")
    figures = figures_of(shown)
    assert "全省12333综合接通率" in shown and shown.count("<table") == 2
    assert figures["hotline_answer_rate/420000/2025-12-31"] == "87.50"
    assert figures["hotline_satisfaction_rate/420100/2025-12-31"] == "77.50"
    assert figures["rating_in_time_rate/420000/2025-12-31"] == "80.00"
    assert "rating_in_time_rate/420100/2025-12-31" not in figures, "nothing was due"


def test_of_ratings_alone_the_finding_is_theirs(release: duckdb.DuckDBPyConnection) -> None:
    shown = block(connected(release, "fct_service_rating"), "services")
    assert "全省政务服务满意率" in shown and shown.count("<table") == 1


def test_key_groups_say_why_nobody_is_known_to_be_employed(release: duckdb.DuckDBPyConnection) -> None:
    shown = block(connected(release, "fct_key_group"), "key_groups")
    figures = figures_of(shown)
    assert figures["key_group_households/420000/2025-12-31"] == "2" and "零就业家庭" in shown
    assert figures["key_group_served_share/1/420000/2025-12-31"] == "75.00"
    assert figures["key_group_employed_share/1/420000/2025-12-31"] == "62.50"
    assert "key_group_employed_share/5/420000/2025-12-31" not in figures
    assert "就业登记为抽样数据" in shown and "Registrations are a sample" in shown


def test_the_employment_fund_is_told_by_programme_and_by_unit(release: duckdb.DuckDBPyConnection) -> None:
    shown = block(connected(release, "fct_employment_fund"), "employment_fund")
    figures = figures_of(shown)
    assert "2025年第2季度末全省就业补助资金执行" in shown
    assert figures["fund_execution_rate/*/420000/2025-06-30"] == "50.00"
    assert figures["fund_change_yoy_pct/2/420000/2025-06-30"] == "−5.00"
    assert "fund_execution_rate/1/420100/2025-06-30" not in figures, "of units the whole alone"
    assert shown.index("合计") < shown.index("职业技能鉴定补贴") < shown.index("其他支出")


def test_of_few_firms_nothing_is_told(release: duckdb.DuckDBPyConnection) -> None:
    shown = block(connected(release, "fct_hr_service"), "hr_service")
    figures = figures_of(shown)
    assert figures["hr_service_firms/420000/2025-12-31"] == "110" and "2025年末全省人力资源服务机构" in shown
    assert not [series for series in figures if "420200" in series] and "不予公布" in shown


def test_employers_at_risk_are_told_by_unit_and_by_industry(release: duckdb.DuckDBPyConnection) -> None:
    shown = block(connected(release, "fct_labour_risk"), "labour_risk")
    figures = figures_of(shown)
    assert figures["labour_employers/420000/*/2025-12-31"] == "90" and "2025年12月全省有风险的用人单位" in shown
    assert figures["labour_persons/420000/E/2025-12-31"] == "2,400" and "建筑业" in shown and "行业不明" in shown
    assert "labour_employers/420100/E/2025-12-31" not in figures, "of units the whole alone"
    assert not [series for series in figures if "420200" in series] and "不予公布" in shown and "橙色" in shown


def test_ratings_are_told_by_unit_and_by_grade(release: duckdb.DuckDBPyConnection) -> None:
    shown = block(connected(release, "fct_employer_credit"), "employer_credit")
    figures = figures_of(shown)
    assert figures["credit_employers/420000/*/2025-12-31"] == "1,500" and "2025年全省评价用人单位" in shown
    assert figures["credit_case_share/420000/C/2025-12-31"] == "12.50" and "C级" in shown
    assert "credit_employers/420100/C/2025-12-31" not in figures


def test_pay_is_told_by_unit_and_class_but_for_what_is_withheld(release: duckdb.DuckDBPyConnection) -> None:
    shown = block(connected(release, "fct_wage_price", "fct_wage_floor"), "wages")
    figures = {series: (text, float(value)) for value, series, text in FIGURE.findall(shown)}
    assert figures["wage_p50/420000/all/*/2025-12-31"] == ("61,000", 61000.0)
    assert figures["wage_yoy/420000/all/*/2025-12-31"] == ("+5.25", 5.25)
    assert figures["wage_below_minimum/420000/2025-12-31"] == ("1.2", 1.25)
    assert figures["wage_persons/420000/post_grade/33/2025-12-31"] == ("120", 120.0)
    assert "2025年全省工资价位中位" in shown and "制造业" in shown and "Senior worker" in shown
    assert shown.count("不公布</span>") == 2, "a unit and a section of industry"
    assert "wage_p50/420200/all/*/2025-12-31" not in figures


def test_pensions_are_told_as_reported(release: duckdb.DuckDBPyConnection) -> None:
    shown = block(connected(release, "fct_pension_level"), "pensions")
    figures = {series: (text, float(value)) for value, series, text in FIGURE.findall(shown)}
    assert figures["pension_level/employee_pension/420000/2025-12-31"] == ("3,449.0", 3449.0)
    assert figures["pension_adjustment_share/employee_pension/420000/2025-12-31"] == ("75", 75.0)
    assert "月人均基本养老金" in shown and "pension_level/resident_base_pension/420100/2025-12-31" not in figures


def test_nobody_makes_the_provinces_pension_of_the_units(release: duckdb.DuckDBPyConnection) -> None:
    release.execute(f"CREATE TABLE fct_pension_level AS {TABLES['fct_pension_level']}")
    release.execute("DELETE FROM fct_pension_level WHERE region_code = '420000'")
    shown = block(systems_page(systems_view(Source(release)), FRAME), "pensions")
    assert "pension_level/employee_pension/420100" in shown and "420000/2025" not in shown
    whole = re.search(r"<tbody>\s*<tr>(.*?)</tr>", shown, re.S)
    assert whole and whole[1].count("–") == 8


def test_sources_are_compared_where_they_can_be(release: duckdb.DuckDBPyConnection) -> None:
    """Of the employed the newest month with figures; of the trained there are none, and why."""
    shown = block(connected(release, "fct_crosswalk_coverage"), "crosswalk")
    figures = figures_of(shown)
    assert figures["crosswalk_only_a/employed_insured/420100/2025-12-31"] == "100"
    assert figures["crosswalk_only_a_share/employed_insured/420100/2025-12-31"] == "10.00"
    assert not [series for series in figures if "420200" in series] and "不予公布" in shown
    assert "武汉2025年11月就业登记" in re.sub(r"<[^>]*>", "", shown)
    assert shown.count("<table") == 1 and "有一方为抽样数据" in shown and "not all delivered" in shown


def test_fund_supervision_is_told_by_rule_and_unit_but_for_few_persons(release: duckdb.DuckDBPyConnection) -> None:
    shown = block(connected(release, "dim_fund_rule", "fct_fund_supervision"), "supervision")
    figures = figures_of(shown)
    assert "2025年12月全省基金监督疑点涉及" in shown
    assert figures["supervision_amount_at_risk/*/420000/2025-12-31"] == "92,020"
    assert figures["supervision_persons/two_pensions/420000/2025-12-31"] == "30"
    assert figures["supervision_precision/two_pensions/420000"] == "62.50", "15 of 24 of both months"
    assert figures["supervision_found/*/420100/2025-12-31"] == "50"
    told = [series for series in figures if "pension_age" in series or "420200" in series]
    assert all(series.startswith("supervision_examined") for series in told) and shown.count("不予公布") == 2
    assert shown.index("全部规则") < shown.index("同月领取两份养老金") < shown.index("领取年龄异常")


def test_every_block_has_its_template() -> None:
    names = [subject.name for subject in SUBJECTS]
    assert len(set(names)) == len(names)
    assert {f"report_system_{name}.html" for name in names} == {
        path.name for path in TEMPLATES.glob("report_system_*.html")
    }


def test_subjects_are_told_over_one_dimension_at_a_time(release: duckdb.DuckDBPyConnection) -> None:
    shown = block(connected(release, "fct_subject_training"), "subject_cubes")
    figures = figures_of(shown)
    assert figures["subject_n/training/all/*/2025-12-31"] == "80"
    assert figures["subject_n/training/trainee_category/2/2025-12-31"] == "60"
    assert figures["subject_share/training/trainee_category/1/2025-12-31"] == "25.00"
    assert figures["subject_share/training/fund_source/other/2025-12-31"] == "100.00"
    assert len(figures) == 8 and "农民工" in shown and "Not known" in shown
