"""The course of a plan within the year: where the months go as they did in earlier years, the judgement stays
(monitoring, part 3: at most one change of status a year)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.dbt_build.selection import Graph, is_ephemeral
from orchestration.settings import Settings
from raw_landing.database import connect

RATES = ("arbitration_closure_rate", "inspection_closure_rate")
"""They climb within the year, since cases are closed after they are accepted."""

SERIES = f"""
create temp table series as
with
    target as (
        select distinct indicator_id, region_code, target_kind, target
        from marts.fct_plan_path where plan_id = '145' and target_kind <> 'text'
    ),
    region as (
        select *, dense_rank() over (order by region_code) as number from target
        where target_kind = 'cumulative' or indicator_id in {RATES}
    ),
    month as (select unnest(range(date '2018-01-01', date '2026-01-01', interval 1 month))::date as first_day),
    -- another course in each region, steep at either end of the year, the same in every year
    monthly as (
        select *, extract(year from first_day) as year, extract(month from first_day) as number_of_month,
            1 + 0.8 * sin(number + number_of_month) as part,
            [0.9, 0.97, 1.03][1 + number % 3] as reached
        from region cross join month
    ),
    summed as (
        select *, sum(part) over to_date as part_to_date, sum(part) over whole as part_of_year
        from monthly
        window
            whole as (partition by indicator_id, region_code, year),
            to_date as (partition by indicator_id, region_code, year order by first_day)
    ),
    valued as (
        select *, last_day(first_day) as period_end,
            case when target_kind = 'cumulative' then reached * target / 5 else least(reached * target, 100) end
            as yearly,
            case
                when target_kind = 'cumulative' then part_to_date / part_of_year
                else 0.7 + 0.3 * part_to_date / part_of_year
            end as share
        from summed
    )
select indicator_id, region_code, 'month' as period_type, first_day as period_start, period_end,
    yearly * part / part_of_year as value
from valued where target_kind = 'cumulative'
union all
select indicator_id, region_code, 'ytd', date_trunc('year', first_day)::date, period_end, yearly * share from valued
union all
select indicator_id, region_code, 'year', date_trunc('year', first_day)::date, period_end, yearly
from valued where number_of_month = 12
"""


@pytest.fixture(scope="module")
def path(good_home: Path, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """The warehouse with series that repeat their course every year, and what is judged of them."""
    settings = Settings.of(home=good_home)
    manifest = json.loads((settings.dbt_compiled / "manifest.json").read_text(encoding="utf-8"))
    graph = Graph(manifest)
    unique_id = {node["name"]: name for name, node in graph.models.items()}
    judged = unique_id["fct_plan_path"]
    made_anew = [
        node
        for name, node in graph.models.items()
        if judged in graph.downstream([name])
        and name in graph.downstream([unique_id["fct_indicator_value"]])
        and not is_ephemeral(node)
    ]
    assert made_anew[0]["name"] == "fct_indicator_value" and made_anew[-1]["name"] == "fct_plan_path"
    file = tmp_path_factory.mktemp("path") / settings.warehouse.name
    connection = connect(Path(shutil.copy(settings.warehouse, file)))
    connection.execute(SERIES)
    connection.execute(
        """
        create temp table said as
        select * replace (series.value as value, 'final' as maturity, false as is_estimate, false as is_suppressed)
        from (select distinct on (indicator_id, region_code) * exclude (period_type, period_start, period_end)
              from marts.fct_indicator_value) as known
        inner join series using (indicator_id, region_code);
        create or replace table marts.fct_indicator_value as from said;
        update intermediate.int_indicator_certainty set too_uncertain = false
        """
    )
    for node in made_anew[1:]:
        if node["name"] != "int_indicator_certainty":  # of sampled rows, of which these series have none
            connection.execute(f"create or replace table {node['schema']}.{node['alias']} as {node['compiled_code']}")
    return connection


def _changes(path: duckdb.DuckDBPyConnection, status: str, table: str) -> dict[int, int]:
    """How many courses of a year have so many changes of status."""
    return dict(
        path.execute(
            f"""
            with
                told as (
                    select indicator_id, region_code, extract(year from period_end) as year,
                        {status} <> lag({status}) over course as is_another
                    from {table} inner join series using (indicator_id, region_code, period_end)
                    where plan_id = '145' and period_type = 'ytd'
                    window course as (
                        partition by indicator_id, region_code, extract(year from period_end) order by period_end
                    )
                )
            select changes, count(*) from (
                select count(*) filter (is_another) as changes from told group by indicator_id, region_code, year
            ) group by 1
            """
        ).fetchall()
    )


def test_the_status_by_path_changes_at_most_once_a_year(path: duckdb.DuckDBPyConnection) -> None:
    changes = _changes(path, "status_by_path", "marts.fct_plan_path")
    assert set(changes) == {0, 1} and sum(changes.values()) > 400, changes
    assert max(_changes(path, "status", "marts.fct_plan_progress")) > 1  # the straight line takes the season for news


def test_it_is_that_of_the_year(path: duckdb.DuckDBPyConnection) -> None:
    """What reaches 0.9, 0.97 or 1.03 of its target is off track, at risk or on track in every month."""
    found = path.execute(
        """
        with
            region as (
                select *, dense_rank() over (order by region_code) % 3 as third
                from (select distinct region_code from series)
            )
        select third, list_sort(list(distinct status_by_path))
        from marts.fct_plan_path inner join region using (region_code)
        where plan_id = '145' and target_kind = 'cumulative' and path_method like 'season%' and actual is not null
        group by 1 order by 1
        """
    ).fetchall()
    assert found == [(0, ["off_track"]), (1, ["at_risk"]), (2, ["met", "on_track"])]
