"""A plan's indicators against their targets, as the current release has them. Shows nothing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.figure.query import has_column, open_release
from orchestration.figure.resolve import resolve_month_end, resolve_plan, resolve_region
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import LATEST
from orchestration.rendering.labels import plan_names
from orchestration.settings import Settings

_FORECAST = """
    left join (
        select fct_plan_forecast.*, latest.period_end as latest_end
        from fct_plan_forecast
        inner join (select plan_id, max(period_end) as period_end from fct_plan_progress group by plan_id) as latest
            using (plan_id)
        qualify horizon_end = max(horizon_end) over (partition by plan_id)
    ) as forecast
        on forecast.plan_id = progress.plan_id and forecast.indicator_id = progress.indicator_id
        and forecast.region_code = progress.region_code and forecast.latest_end = progress.period_end
"""
"""For the plan's end, as of the newest month-end."""


@dataclass(frozen=True)
class PlanProgress:
    """One plan's indicators of one region, at one month-end."""

    title: str
    rows: list[tuple[Any, ...]]
    """seq, name_zh, name_en, unit, attribute, baseline, actual, target, attainment, pace, status, maturity, period
    end, doubtful part, forecast for the plan's end, probability of reaching the target"""


def plan_progress(settings: Settings, plan: str, region: str, period: str = LATEST) -> PlanProgress:
    """Read it from the current release. Raises WrongUsage for an unknown plan, region or period."""
    with closing(open_release(ReleaseFolder.current(settings).marts)) as connection:
        plan_id, region_code = resolve_plan(connection, plan), resolve_region(connection, region)
        period_end = resolve_month_end(connection, period, plan_id, region_code)
        title = f"{_region(connection, region_code)} · {' '.join(plan_names().get(plan_id, (plan_id,)))}"
        is_told = has_column(connection, "dim_plan_indicator", "doubtful_part")
        doubtful = "target.doubtful_part" if is_told else "null"
        forecasts = has_column(connection, "fct_plan_forecast", "forecast")
        forecast = "forecast.forecast, forecast.probability_of_target" if forecasts else "null, null"
        rows = connection.execute(
            f"""
            select
                target.seq,
                indicator.name_zh,
                indicator.name_en,
                indicator.unit,
                target.attribute,
                progress.baseline,
                progress.actual,
                coalesce(progress.target::varchar, target.target_text),
                progress.attainment,
                progress.pace,
                progress.status,
                progress.maturity,
                progress.period_end,
                {doubtful},
                {forecast}
            from fct_plan_progress as progress
            inner join dim_plan_indicator as target using (plan_id, indicator_id)
            inner join dim_indicator as indicator
                on indicator.indicator_id = progress.indicator_id and indicator.is_in_force
            {_FORECAST if forecasts else ""}
            where progress.plan_id = $plan and progress.region_code = $region
                and progress.period_end = $day
            order by try_cast(target.seq as integer) nulls last, target.seq
            """,
            {"plan": plan_id, "region": region_code, "day": period_end},
        ).fetchall()
    return PlanProgress(title, rows)


def _region(connection: duckdb.DuckDBPyConnection, code: str) -> str:
    """A region's name in both languages."""
    query = "select name_zh || coalesce(' ' || name_en, '') from dim_region where region_code = ?"
    ((name,),) = connection.execute(query, [code]).fetchall()
    return str(name)
