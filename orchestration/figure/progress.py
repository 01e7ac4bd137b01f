"""A plan's indicators against their targets, as the current release has them. Shows nothing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.errors import WrongUsage
from orchestration.figure.query import open_release
from orchestration.release.folder import ReleaseFolder
from orchestration.rendering.labels import plan_names
from orchestration.settings import Settings
from orchestration.text import inline


@dataclass(frozen=True)
class PlanProgress:
    """One plan's indicators of one region, at the newest month-end that has a row."""

    title: str
    rows: list[tuple[Any, ...]]
    """seq, name_zh, name_en, unit, attribute, baseline, actual, target, attainment, pace, status, maturity, period
    end"""


def plan_progress(settings: Settings, plan_id: str, region_code: str) -> PlanProgress:
    """Read it from the current release. Raises WrongUsage where that does not know the plan or the region."""
    with closing(open_release(ReleaseFolder.current(settings).marts)) as connection:
        title = f"{_region(connection, region_code)} · {_plan(connection, plan_id)}"
        rows = connection.execute(
            """
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
                progress.period_end
            from fct_plan_progress as progress
            inner join dim_plan_indicator as target using (plan_id, indicator_id)
            inner join dim_indicator as indicator
                on indicator.indicator_id = progress.indicator_id and indicator.is_in_force
            where progress.plan_id = $plan and progress.region_code = $region
                and progress.period_end = (
                    select max(period_end) from fct_plan_progress where plan_id = $plan and region_code = $region
                )
            order by try_cast(target.seq as integer) nulls last, target.seq
            """,
            {"plan": plan_id, "region": region_code},
        ).fetchall()
    return PlanProgress(title, rows)


def _region(connection: duckdb.DuckDBPyConnection, code: str) -> str:
    """A region's name in both languages. Raises WrongUsage."""
    query = "select name_zh || coalesce(' ' || name_en, '') from dim_region where region_code = ?"
    row = connection.execute(query, [code]).fetchone()
    if row is None:
        raise WrongUsage(inline("figure.region_unknown", code=code))
    return str(row[0])


def _plan(connection: duckdb.DuckDBPyConnection, plan_id: str) -> str:
    """A plan's name in both languages, as the plans' own list has it. Raises WrongUsage."""
    known = [
        row[0] for row in connection.execute("select distinct plan_id from dim_plan_indicator order by 1").fetchall()
    ]
    if plan_id not in known:
        raise WrongUsage(inline("figure.plan_unknown", plan_id=plan_id, names=", ".join(known)))
    return " ".join(plan_names().get(plan_id, (plan_id,)))
