"""The plan's commitments and the course of disputes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.report.view.source import PROVINCE, Region, Rows, Source

STAGES = ("mediation", "arbitration", "inspection")
ALL = {
    "mediation": "dispute_kind = '*' and organisation_kind = '*'",
    "arbitration": "dispute_kind = '*' and close_mode = '*'",
    "inspection": "violation_kind = '*' and channel = '*'",
}
"""SQL: the rows of a stage that are totals."""

MONTHS = 24
"""Months that the courses show."""


@dataclass(frozen=True)
class TasksView:
    """The page's figures; None where the release has no such table, or nothing in it."""

    tasks: Rows | None
    years: Rows | None
    courses: Mapping[str, Rows]
    by_unit: Rows | None
    regions: Mapping[str, Region]


def tasks_view(source: Source) -> TasksView:
    """Read it."""
    has_tasks, has_disputes = source.has("fct_plan_task"), source.has("fct_dispute_month")
    return TasksView(
        _tasks(source) if has_tasks else None,
        _years(source) if has_tasks else None,
        {stage: _course(source, stage) for stage in STAGES} if has_disputes else {},
        _by_unit(source) if has_disputes else None,
        source.regions,
    )


def _tasks(source: Source) -> Rows:
    return source.read(
        f"""
        select
            task_id, quote, place, unit, kind, direction, basis, due_on, target, done, ratio, status, years_met,
            years_due, last_reported_on, is_confirmed
        from fct_plan_task
        where plan_id = '{source.plan.plan_id}'
        qualify row_number() over (partition by task_id order by "window" = 'plan' desc, due_on desc) = 1
        order by task_id
        """
    )


def _years(source: Source) -> Rows:
    return source.read(
        f"""
        select task_id, "window", target, done, ratio, status
        from fct_plan_task
        where plan_id = '{source.plan.plan_id}' and "window" <> 'plan'
        order by task_id, "window"
        """
    )


def _course(source: Source, stage: str) -> Rows:
    return source.read(
        f"""
        select period_end, accepted, closed, pending_end, maturity, is_estimate
        from fct_dispute_month
        where stage = '{stage}' and region_code = '{PROVINCE}' and {ALL[stage]}
        qualify dense_rank() over (order by period_end desc) <= {MONTHS}
        order by period_end
        """
    )


def _by_unit(source: Source) -> Rows:
    """Of the newest twelve months, what units accepted and closed, and what is pending at their end."""
    totals = " or ".join(f"(stage = '{stage}' and {condition})" for stage, condition in ALL.items())
    return source.read(
        f"""
        with newest as (
            select *, max(period_end) over () as until
            from fct_dispute_month
            where {totals}
        )
        select
            region_code, stage, sum(accepted) as accepted, sum(closed) as closed,
            sum(pending_end) filter (where period_end = until) as pending,
            sum(age_pending_over_60) filter (where period_end = until) as pending_over_60, any_value(until) as until,
            bool_or(is_suppressed) as is_suppressed
        from newest
        inner join dim_region using (region_code)
        where period_end > until - interval 1 year and level in ('province', 'prefecture')
        group by region_code, stage
        order by region_code, stage
        """
    )
