"""A plan's targets graded on any day, as the current release has them. Shows nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from orchestration.figure.resolve import release_with_tables, resolve_plan, resolve_region
from orchestration.rendering.labels import plan_names
from orchestration.settings import Settings

NEEDED = ("fct_plan_assessment", "dim_plan_indicator")


@dataclass(frozen=True)
class PlanAssessment:
    """One plan's targets of one region on the last month's end up to a day, those that bind first."""

    title: str
    rows: list[dict[str, Any]]


def plan_assessment(settings: Settings, plan: str, region: str, day: date | None) -> PlanAssessment:
    """Read it from the current release; of the newest month without a day. Raises WrongUsage,
    ReleaseTooOld."""
    with release_with_tables(settings, None, NEEDED) as connection:
        plan_id, region_code = resolve_plan(connection, plan), resolve_region(connection, region)
        relation = connection.execute(
            """
            select seq, indicator_zh, indicator_en, unit, is_binding, target, expected_value, actual, ratio, grade,
                grade_zh, grade_en, reason_names_zh, reason_shares, revision_note_zh, revision_note_en, reading_note,
                region_zh, region_en, period_end
            from v_plan_assessment
            where plan_id = $plan and region_code = $region and ($day::date is null or period_end <= $day)
            qualify period_end = max(period_end) over ()
            order by is_binding desc, try_cast(seq as integer) nulls last, seq
            """,
            {"plan": plan_id, "region": region_code, "day": day},
        )
        names = [name for name, *_ in relation.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
    where = f"{rows[0]['region_zh']} {rows[0]['region_en']}" if rows else region_code
    return PlanAssessment(f"{where} · {' '.join(plan_names().get(plan_id, (plan_id,)))}", rows)
