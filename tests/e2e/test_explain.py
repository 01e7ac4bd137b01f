"""What a published figure is made of: re-added from dumps and from rows it is the figure, for every indicator."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from expectations.suites.sources import COUNTED
from orchestration.cli.tables import figure
from orchestration.figure.provenance import contributing_rows, explain
from orchestration.figure.query import open_release
from orchestration.figure.resolve import Period
from orchestration.settings import DBT_PROJECT, Settings
from raw_landing.database import connect
from tests.support.commands import hrss

with (DBT_PROJECT / "seeds" / "indicators.csv").open(encoding="utf-8", newline="") as _file:
    INDICATORS = sorted({row["indicator_id"] for row in csv.DictReader(_file) if row["in_force_from"]})

# Every row of every indicator in every region it counts in, added up by when it counts.
EVIDENCE = """
    select evidence.* exclude (region_code, counts_in_parents), ancestry.belongs_to as region_code
    from intermediate.int_indicator_rows as evidence
    inner join intermediate.int_region_ancestry as ancestry on evidence.region_code = ancestry.region_code
        and (evidence.counts_in_parents or evidence.region_code = ancestry.belongs_to)
"""


@pytest.fixture(scope="module")
def warehouse(good_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(good_home / "warehouse.duckdb", read_only=True) as connection:
        connection.execute(f"""
            create temp view figure as
            select computed.*, published.counted_through
            from intermediate.int_indicator_unioned as computed
            inner join marts.fct_indicator_value as published
                using (indicator_id, region_code, period_type, period_end, definition_version);
            create temp table readded as
            select figure.*, summed.* exclude (indicator_id, definition_version, region_code)
            from figure
            left join (
                select indicator_id, definition_version, region_code, part, counts, counted_on,
                    sum(effect * weight) as amount
                from ({EVIDENCE}) group by all
            ) as summed
                on figure.indicator_id = summed.indicator_id and figure.region_code = summed.region_code
                and figure.definition_version = summed.definition_version and {COUNTED}
        """)
        yield connection


def test_rows_re_added_are_numerator_and_denominator_of_every_figure(warehouse: duckdb.DuckDBPyConnection) -> None:
    figures = warehouse.execute("select count(*), count(distinct indicator_id) from figure").fetchone()
    assert figures is not None and figures[0] > 1000 and figures[1] == len(INDICATORS) == 24
    differing = warehouse.execute("""
        select indicator_id, region_code, period_type, period_end, numerator, denominator,
            coalesce(sum(amount) filter (where part = 'numerator'), 0) as n,
            coalesce(sum(amount) filter (where part = 'denominator'), 0) as d
        from readded
        where numerator is not null  -- not the means and the ratios: see below
        group by all
        having abs(numerator - n) > 1e-9 * greatest(1, abs(n))
            or abs(coalesce(denominator, 0) - d) > 1e-9 * greatest(1, abs(d))
        limit 5
    """).fetchall()
    assert differing == []


def test_rows_re_added_are_the_mean_of_months_and_the_ratio_of_grades(warehouse: duckdb.DuckDBPyConnection) -> None:
    without = warehouse.execute(
        "select distinct indicator_id from figure where numerator is null order by 1"
    ).fetchall()
    assert without == [("professional_talent_grade_ratio",), ("urban_surveyed_unemployment_rate",)]
    differing = warehouse.execute("""
        select indicator_id, region_code, period_type, period_end, value, avg(rate) as mean
        from (
            select indicator_id, region_code, period_type, period_end, value, counted_on,
                100 * sum(amount) filter (where part = 'numerator')
                / sum(amount) filter (where part = 'denominator') as rate
            from readded where indicator_id = 'urban_surveyed_unemployment_rate' group by all
        )
        group by all having abs(value - mean) > 1e-9 or mean is null
        union all
        select indicator_id, region_code, period_type, period_end, null, null
        from (
            select indicator_id, region_code, period_type, period_end, value_text,
                floor(sum(amount) filter (where part = 'intermediate')
                    / sum(amount) filter (where part = 'senior') + 0.5) as intermediate,
                floor(sum(amount) filter (where part = 'junior')
                    / sum(amount) filter (where part = 'senior') + 0.5) as junior
            from readded where indicator_id = 'professional_talent_grade_ratio' group by all
        )
        where value_text is distinct from '1:' || intermediate::int || ':' || junior::int
    """).fetchall()
    assert differing == []


def test_what_a_dump_contributes_is_what_its_rows_do(warehouse: duckdb.DuckDBPyConnection) -> None:
    differing = warehouse.execute(f"""
        with of_rows as (
            select indicator_id, definition_version, region_code, dump_id, part, counts, counted_on,
                sum(effect * weight) as amount
            from ({EVIDENCE})
            inner join marts.dim_indicator using (indicator_id, definition_version)
            inner join marts.dim_region using (region_code)
            where (level <> 'county' or not is_person_based) and in_force_from is not null
            group by all having sum(effect) <> 0
        )
        select * from of_rows full join marts.fct_indicator_source as of_dump
            using (indicator_id, definition_version, region_code, dump_id, part, counts, counted_on)
        where (abs(of_rows.amount - of_dump.amount) < 1e-9 * greatest(1, abs(of_dump.amount))) is not true limit 5
    """).fetchall()
    assert differing == []


@pytest.mark.parametrize("indicator", INDICATORS)
def test_listed_rows_and_dumps_add_up_to_the_published_figure(good_home: Path, indicator: str) -> None:
    settings = Settings.of(home=good_home)
    with open_release(settings.current / "marts.duckdb") as release:
        figures = release.execute(
            """
            select region_code, period_type, period_end, numerator, denominator, region_level
            from fct_indicator_value
            where indicator_id = ? and not is_suppressed
            qualify row_number() over (
                partition by region_level
                order by list_position(['month', 'quarter', 'year'], period_type), period_end desc, numerator desc
            ) = 1
            """,
            [indicator],
        ).fetchall()
    assert figures
    for region, period_type, end, numerator, denominator, level in figures:
        period = str(Period(period_type, end))
        told = explain(settings, indicator=indicator, region=region, period=period)
        names, *rows = contributing_rows(settings, told)
        assert names[:2] == ("dump_id", "line_number") and len({row[:2] for row in rows}) == len(rows)
        for part, published in (("numerator", numerator), ("denominator", denominator)):
            if published is None:
                continue
            assert sum(row[names.index(part)] for row in rows) == pytest.approx(published, rel=1e-9)
            if told.contributed_to == region:
                assert told.total(part) == pytest.approx(published, rel=1e-9)
        if told.contributed_to == region:
            assert {one.dump["dump_id"] for one in told.contributions} == {row[0] for row in rows}
        else:
            assert level == "county" and not any(one.amounts for one in told.contributions)


def test_explanation_names_definition_figure_dumps_quality_and_sql(good_home: Path) -> None:
    told = hrss("explain", "仲裁结案率", "--period", "2025Q4", "--home", good_home, code=64)
    assert "arbitration_closure_rate" in told  # no such name; the nearest has one more word
    told = hrss(
        "explain", "劳动人事争议仲裁结案率", "--period", "2025年12月", "--plan", "145", "--rows", "--home", good_home
    )
    for what in (
        "合成数据",
        "version 1",
        "hrss definitions list",
        "期初未结案数",
        "cases pending at its start",
        "分子 / numerator",
    ):
        assert what in told
    for what in (
        "received",
        "counted through 2025-12-31",
        "quality rules",
        "sha256",
        "%)",
        "stg_arbitration",
        "plan 145",
    ):
        assert what in told
    with open_release(good_home / "published" / "current" / "marts.duckdb") as release:
        figure = release.execute(
            "select numerator, denominator from fct_indicator_value where indicator_id = 'arbitration_closure_rate'"
            " and region_code = '420000' and period_type = 'month' and period_end = '2025-12-31'"
        ).fetchone()
    assert figure is not None
    rows = [line.split(",") for line in told[told.index("dump_id,line_number") :].splitlines()[1:]]
    assert sum(float(row[2]) for row in rows) == pytest.approx(figure[0])
    assert sum(float(row[3]) for row in rows) == pytest.approx(figure[1])


def test_a_suppressed_figure_is_not_told(good_home: Path) -> None:
    with open_release(good_home / "published" / "current" / "marts.duckdb") as release:
        row = release.execute(
            "select indicator_id, region_code, period_end from fct_indicator_value"
            " where is_suppressed and period_type = 'month' order by all limit 1"
        ).fetchone()
    assert row is not None
    indicator, region, end = row
    told = hrss("explain", indicator, "--region", region, "--period", f"{end:%Y-%m}", "--home", good_home)
    assert "suppressed to protect persons" in told and "分子 / numerator" not in told
    assert f"{region[:4]}00" in told and "%)" not in told  # the unit's dumps, without shares


def test_what_is_not_there_is_told_with_what_is_nearest(good_home: Path) -> None:
    def refused(*arguments: str) -> str:
        return hrss("explain", *arguments, "--home", good_home, code=64)

    assert "skill_certificates" in refused("skill_certificate", "--period", "2025")
    assert "420100 (武汉市)" in refused("skill_certificates", "--region", "武汉市区", "--period", "2025")
    assert "2025-12 ytd" in refused("skill_certificates", "--period", "2024-12 ytd")
    assert "2024 | 2024Q3 | 2024-07 | 2024-07 ytd | 2024-07 r12" in refused("skill_certificates", "--period", "lately")
    assert "is no period" in refused("skill_certificates", "--period", "2025 ytd")
    assert "There is no release" in refused("skill_certificates", "--period", "2025", "--release", "20000101-01")


def test_rows_are_listed_only_from_what_the_release_was_made_from(home: Callable[[], Path]) -> None:
    copy = home()
    release = (copy / "published" / "current").resolve().name
    asked = ("explain", "skill_certificates", "--period", "2025-12", "--release", release, "--home", copy)
    assert "dump_id,line_number" in hrss(*asked, "--rows")
    with connect(copy / "warehouse.duckdb") as connection:
        connection.execute("delete from landed.dump where dump_id = (select max(dump_id) from landed.dump)")
    assert "no longer holds" in hrss(*asked, "--rows", code=1)
    (copy / "warehouse.duckdb").unlink()
    assert "sha256" in hrss(*asked)  # the release alone tells the rest


def test_versions_of_a_definition_are_listed_and_compared(good_home: Path) -> None:
    listed = hrss("definitions", "list", "--home", good_home)
    assert all(indicator in listed for indicator in INDICATORS)
    assert "arbitration_closure_rate 2" in listed and "草案 / draft" in listed
    compare = ("definitions", "compare", "arbitration_closure_rate")
    told = hrss(*compare, "1", "2", "--period-type", "month", "--region", "武汉市", "--home", good_home)
    with open_release(good_home / "published" / "current" / "marts.duckdb") as release:
        values = release.execute("""
            select period_end, in_force.value, draft.value
            from fct_indicator_value as in_force
            inner join fct_definition_value as draft using (indicator_id, region_code, period_type, period_end)
            where indicator_id = 'arbitration_closure_rate' and region_code = '420100' and period_type = 'month'
        """).fetchall()
    assert values
    for end, first, second in values:
        (line,) = [line for line in told.splitlines() if line.strip().startswith(f"{end:%Y-%m}")]
        assert line.split() == [f"{end:%Y-%m}", figure(first), figure(second), figure(second - first)]
    assert "there are 1, 2" in hrss(*compare, "1", "3", "--home", good_home, code=64)


def test_what_another_version_makes_of_a_plans_status_is_told_in_words(good_home: Path) -> None:
    with open_release(good_home / "published" / "current" / "marts.duckdb") as release:
        newest = release.execute("""
            from fct_definition_progress where region_code = '420000' qualify row_number() over (
                partition by plan_id, indicator_id, definition_version order by period_end desc) = 1
        """).fetchall()
        labels = dict(release.execute("select distinct status, status_en from v_progress").fetchall())
        (changed,) = release.execute("""
            select count(*) from fct_definition_progress as other inner join fct_plan_progress as progress
                using (plan_id, indicator_id, region_code, period_end)
            where other.status_in_force <> progress.status or other.actual_in_force <> progress.actual
        """).fetchone() or (None,)
    assert newest and changed == 0
    told = hrss("definitions", "compare", "--home", good_home)
    effects = [line for line in told.splitlines() if "none: '" in line or "' instead of '" in line]
    assert len(effects) == len(newest)
    for status in {row[-2] for row in newest}:
        assert f"'{labels[status]}'" in told
    both = hrss("definitions", "compare", "inspection_closure_rate", "1", "3", "--home", good_home)
    assert "' by version 1, '" in both and "' by version 3" in both


def test_the_calendar_tells_what_comes_next(good_home: Path) -> None:
    with open_release(good_home / "published" / "current" / "marts.duckdb") as release:
        days = release.execute("select distinct release_on from fct_release_calendar where is_next").fetchall()
        planned = release.execute("""
            select count(distinct (release_on, period_type, period_end)) from fct_release_calendar, release
            where state = 'upcoming' and release_on <= as_of + interval 1 month
        """).fetchall()
    told = hrss("calendar", "--months", "1", "--home", good_home)
    lines = [line.split()[0] for line in told.splitlines() if line[:5].strip().startswith("20")]
    assert len(days) == 1 and planned[0][0] == len(lines) > 0
    assert lines[0] == str(days[0][0]) == min(lines)
