"""The page of the labour market and services: a block is one line where its subject is not connected, and shows what
its tables say where it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb
import pytest

from orchestration.rendering.render import TEMPLATES
from orchestration.report.pages.page import Frame
from orchestration.report.pages.systems import SUBJECTS, systems_page, systems_view
from orchestration.report.view.source import Source
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
    "fct_market_sentiment": """
        SELECT '420000' AS region_code, DATE '2025-12-31' AS period_end, 'hiring' AS question, '*' AS size_class,
            200 AS answers, 20e0 AS share_up, 30e0 AS share_same, 50e0 AS share_down, 35e0 AS diffusion_index,
            -30e0 AS balance, 'final' AS maturity
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
    assert figures["sentiment_index/hiring/420000/2025-12-31"] == ("35.0", 35.0)
    assert figures["sentiment_balance/hiring/420000/2025-12-31"] == ("−30.0", -30.0)
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


def test_without_an_index_the_ratio_is_the_finding(release: duckdb.DuckDBPyConnection) -> None:
    shown = block(connected(release, "fct_market_supply_demand"), "climate")
    assert "2025年第4季度全省求人倍率" in shown and "尚无景气指数" in shown


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


def test_every_block_has_its_template() -> None:
    names = [subject.name for subject in SUBJECTS]
    assert len(set(names)) == len(names)
    assert {f"report_system_{name}.html" for name in names} == {
        path.name for path in TEMPLATES.glob("report_system_*.html")
    }
