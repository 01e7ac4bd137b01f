"""What must be true of marts.fct_plan_task: where the plan's commitments stand against their reports."""

from __future__ import annotations

from expectations.rule import CRITICAL, PLAN, SPEC_MARTS, Suite, Table
from expectations.text import say

TASKS = "marts.fct_plan_task"
STATUSES = ("met", "met_late", "short", "missed", "on_track", "at_risk", "off_track", "open", "no_data")
# "window" is a word of SQL: it stands in quotes.
_OF_YEARS = "years_due IS NOT NULL"
_THRESHOLD = "(target * (1 - coalesce(tolerance, 0)))"


def task_suite() -> Suite:
    """The suite of fct_plan_task."""
    t = Table(TASKS, ("plan_id", "task_id"), SPEC_MARTS)
    return Suite(
        "fct_plan_task",
        *say("tasks.suite_fct_plan_task"),
        (
            t.query(
                "one_row_per_key",
                CRITICAL,
                *say("tasks.one_row_per_key"),
                f'SELECT task_id, "window" FROM {TASKS} GROUP BY ALL HAVING count(*) > 1',
                show=("task_id",),
                subject="key",
            ),
            t.required("plan_id", "task_id", "target", "status", "kind", "direction", "basis", "place", "quote"),
            t.one_of("status", STATUSES),
            t.one_of("kind", ("count", "coverage", "milestone")),
            t.one_of("direction", ("at_least", "about", "at_most")),
            t.one_of("basis", ("annual", "cumulative")),
            t.reference("plan_id", "reference.plans", "plan_id"),
            t.query(
                "every_task_is_there",
                CRITICAL,
                *say("tasks.every_task_is_there"),
                "SELECT plan_id, task_id FROM reference.plan_tasks, landed.run WHERE starts_on <= as_of"
                f" AND task_id NOT IN (SELECT task_id FROM {TASKS} WHERE \"window\" = 'plan')",
                subject="completeness",
                source=PLAN,
            ),
            t.rows(
                "due_after_start",
                CRITICAL,
                *say("tasks.due_after_start"),
                "due_on <= starts_on",
            ),
            t.rows(
                "ratio_is_share",
                CRITICAL,
                *say("tasks.ratio_is_share"),
                f"abs(ratio - CASE WHEN {_OF_YEARS} THEN years_met / nullif(years_due, 0) ELSE done / target END)"
                " > 1e-9",
                subject="total",
            ),
            t.rows(
                "met_means_reached",
                CRITICAL,
                *say("tasks.met_means_reached"),
                f"direction <> 'at_most' AND NOT ({_OF_YEARS}) AND done IS NOT NULL AND status <> 'open'"
                f" AND (status IN ('met', 'met_late')) <> (round(done, 9) >= round({_THRESHOLD}, 9))",
                subject="total",
            ),
            t.rows(
                "no_data_means_none",
                CRITICAL,
                *say("tasks.no_data_means_none"),
                "status = 'no_data' AND last_reported_on IS NOT NULL",
            ),
            t.rows(
                "years_met_are_due",
                CRITICAL,
                *say("tasks.years_met_are_due"),
                "years_met NOT BETWEEN 0 AND years_due",
                subject="total",
            ),
            t.no_personal_number(),
        ),
    )
