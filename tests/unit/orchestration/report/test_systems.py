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


def test_every_block_has_its_template() -> None:
    names = [subject.name for subject in SUBJECTS]
    assert len(set(names)) == len(names)
    assert {f"report_system_{name}.html" for name in names} == {
        path.name for path in TEMPLATES.glob("report_system_*.html")
    }
