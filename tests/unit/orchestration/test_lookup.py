"""What people name on the command line, however they write it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

import duckdb
import pytest

from orchestration.errors import WrongUsage
from orchestration.figure.resolve import (
    Period,
    parse_period,
    resolve_indicator,
    resolve_month_end,
    resolve_period,
    resolve_plan,
    resolve_region,
)
from orchestration.lookup import find
from orchestration.release.log import among_releases
from orchestration.settings import DBT_PROJECT


@pytest.mark.parametrize(
    ("asked", "period"),
    [
        ("2024", Period("year", date(2024, 12, 31))),
        ("2024Q3", Period("quarter", date(2024, 9, 30))),
        ("2024-Q3", Period("quarter", date(2024, 9, 30))),
        ("2024年三季度", Period("quarter", date(2024, 9, 30))),
        ("2024-02", Period("month", date(2024, 2, 29))),
        ("2024年2月", Period("month", date(2024, 2, 29))),
        ("2024-02 ytd", Period("ytd", date(2024, 2, 29))),
        ("2024-02-YTD", Period("ytd", date(2024, 2, 29))),
        ("2024-02 r12", Period("r12", date(2024, 2, 29))),
        ("2024Q3 r12", None),
        ("2024 ytd", None),
        ("2024Q3 ytd", None),
        ("2024-13", None),
        ("ytd", None),
        ("lately", None),
    ],
)
def test_a_period_is_what_is_written(asked: str, period: Period | None) -> None:
    assert parse_period(asked) == period


@pytest.mark.parametrize("written", ["2024", "2024Q3", "2024-07", "2024-07 ytd", "2024-07 r12"])
def test_a_period_is_written_as_it_is_asked_for(written: str) -> None:
    assert str(parse_period(written)) == written


@pytest.fixture(scope="module")
def release() -> Iterator[duckdb.DuckDBPyConnection]:
    """What a release has of names, and values of one indicator in the province."""
    with duckdb.connect() as connection:
        for table in ("region", "indicator", "plan_indicator"):
            seed = DBT_PROJECT / "seeds" / f"{table}s.csv"
            connection.execute(f"create table dim_{table} as from read_csv('{seed}', all_varchar = true)")
        connection.execute(
            """
            create table fct_indicator_value as from (values
                ('skill_certificates', '420000', 'month', date '2025-11-30', 3.5, null),
                ('skill_certificates', '420000', 'year', date '2025-12-31', null, null),
                ('skill_certificates', '420000', 'month', date '2024-11-30', 2.5, null),
                ('skill_certificates', '420000', 'year', date '2024-12-31', 9.5, null)
            ) as t (indicator_id, region_code, period_type, period_end, value, value_text);
            create table fct_plan_progress as from (values
                ('145', '420000', date '2025-10-31'), ('145', '420000', date '2025-11-30')
            ) as t (plan_id, region_code, period_end);
            """
        )
        yield connection


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("420100", "420100"),
        ("420100000000", "420100"),
        ("武汉市", "420100"),
        ("武汉", "420100"),
        (" Wuhan ", "420100"),
        ("湖北", "420000"),
        ("恩施州", "422800"),
        ("恩施市", "422801"),
        ("襄樊市", "420600"),  # renamed in 2010
        ("420821", "420882"),  # recoded in 2018
    ],
)
def test_a_region_is_found_by_every_name(release: duckdb.DuckDBPyConnection, asked: str, code: str) -> None:
    assert resolve_region(release, asked) == code


@pytest.mark.parametrize(
    "asked", ["skill_certificates", "Skill-Certificates", "新增取得职业资格证书或职业技能等级证书人数"]
)
def test_an_indicator_is_found_by_every_name(release: duckdb.DuckDBPyConnection, asked: str) -> None:
    assert resolve_indicator(release, asked) == "skill_certificates"


@pytest.mark.parametrize("asked", ["145", "十四五", "“十四五”规划", "14th", "14th Five-Year Plan"])
def test_a_plan_is_found_by_every_name(release: duckdb.DuckDBPyConnection, asked: str) -> None:
    assert resolve_plan(release, asked) == "145"


def test_the_latest_period_is_the_newest_month_with_a_value(release: duckdb.DuckDBPyConnection) -> None:
    asked = ("skill_certificates", "420000")
    assert str(resolve_period(release, "latest", *asked)) == "2025-11"
    assert str(resolve_period(release, "2024", *asked)) == "2024"
    assert resolve_month_end(release, "latest", "145", "420000") == date(2025, 11, 30)
    assert resolve_month_end(release, "2025-10", "145", "420000") == date(2025, 10, 31)
    assert resolve_month_end(release, "latest", "135", "420000") is None


@pytest.mark.parametrize(
    ("resolve", "arguments", "near"),
    [
        (resolve_region, ("武汉市区",), "420100 (Wuhan)"),
        (resolve_region, ("wuhann",), "420100 (Wuhan)"),
        (resolve_region, ("荆州",), "421000"),  # the unit and one of its districts
        (resolve_indicator, ("仲裁结案率",), "arbitration_closure_rate"),
        (resolve_indicator, ("skill_certificate",), "skill_certificates"),
        (resolve_plan, ("155",), "145 (14th Five-Year Plan)"),
        (resolve_period, ("2025-12", "skill_certificates", "420000"), "2025-11, 2024-11"),
        (
            resolve_period,
            ("lately", "skill_certificates", "420000"),
            "2024 | 2024Q3 | 2024-07 | 2024-07 ytd | 2024-07 r12",
        ),
        (resolve_period, ("2025 ytd", "skill_certificates", "420000"), "is no period"),
        (resolve_month_end, ("2025-12", "145", "420000"), "2025-11, 2025-10"),
    ],
)
def test_what_is_not_there_is_told_with_what_is_near(
    release: duckdb.DuckDBPyConnection, resolve: Callable[..., object], arguments: tuple[str, ...], near: str
) -> None:
    with pytest.raises(WrongUsage, match=re.escape(near)) as refusal:
        resolve(release, *arguments)
    assert refusal.value.exit_code == 64 and arguments[0] in str(refusal.value).splitlines()[1]


def test_of_releases_the_latest_and_the_current_have_names() -> None:
    ids = ["20260301-01", "20260302-01", "20260302-02"]
    assert among_releases("latest", ids, "20260301-01") == "20260302-02"
    assert among_releases("current", ids, "20260301-01") == "20260301-01"
    assert among_releases("20260302-01", ids, None) == "20260302-01"
    with pytest.raises(WrongUsage, match=re.escape("Did you mean 20260301-01")):
        among_releases("20260301-1", ids, None)
    with pytest.raises(WrongUsage, match="There is: 20260302-02, 20260302-01"):
        among_releases("current", ids, None)
    with pytest.raises(WrongUsage, match="There is: none"):
        among_releases("latest", [], None)


def test_a_name_that_several_have_is_told_with_all() -> None:
    names = {"a.key": ("key",), "b.key": ("key",), "c.rows": ("rows",)}
    with pytest.raises(WrongUsage, match=re.escape("a.key, b.key")):
        find(("规则", "rule"), "key", names)
    assert find(("规则", "rule"), "b.key", names) == "b.key" and find(("规则", "rule"), "rows", names) == "c.rows"
