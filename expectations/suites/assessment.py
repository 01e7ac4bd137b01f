"""What must be true of marts.fct_plan_assessment: the mid-term and the final assessment of each plan."""

from __future__ import annotations

from expectations.rule import CRITICAL, PLAN, SPEC_INDICATORS, STATISTICS_LAW, Suite, Table
from expectations.text import say

ASSESSMENT, PATH = "marts.fct_plan_assessment", "marts.fct_plan_path"
GRADES = ("early", "on_schedule", "nearly", "behind", "not_assessed")
_OTHER_FIGURES = f"""
SELECT assessed.plan_id, assessed.indicator_id, assessed.region_code, assessed.period_end FROM {ASSESSMENT} AS assessed
LEFT JOIN {PATH} AS path USING (plan_id, indicator_id, region_code, period_end)
WHERE path.plan_id IS NULL OR assessed.actual IS DISTINCT FROM path.actual
    OR assessed.status_by_path IS DISTINCT FROM path.status_by_path
"""


def assessment_suite() -> Suite:
    """The suite of fct_plan_assessment."""
    t = Table(ASSESSMENT, ("plan_id", "indicator_id", "region_code", "period_end"), SPEC_INDICATORS)
    return Suite(
        "fct_plan_assessment",
        *say("assessment.suite_fct_plan_assessment"),
        (
            t.key("plan_id", "indicator_id", "region_code", "assessment"),
            t.required("plan_id", "indicator_id", "region_code", "assessment", "period_end", "is_binding", "grade"),
            t.one_of("assessment", ("mid", "final")),
            t.one_of("grade", GRADES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows(
                "on_its_day",
                CRITICAL,
                *say("assessment.on_its_day"),
                "(plan_id, assessment, period_end) NOT IN (SELECT plan_id, 'mid', midterm_on FROM reference.plans"
                " UNION ALL SELECT plan_id, 'final', end_date FROM reference.plans)",
                subject="reference",
                source=PLAN,
            ),
            t.query("as_in_path", CRITICAL, *say("assessment.as_in_path"), _OTHER_FIGURES, subject="total"),
            t.rows(
                "grade_follows_status",
                CRITICAL,
                *say("assessment.grade_follows_status"),
                "CASE WHEN status_by_path IN ('no_data', 'too_uncertain', 'not_assessed') THEN grade <> 'not_assessed'"
                " WHEN status_by_path = 'met' THEN grade NOT IN ('early', 'on_schedule', 'not_assessed')"
                " WHEN status_by_path = 'on_track' THEN grade NOT IN ('on_schedule', 'not_assessed')"
                " WHEN status_by_path = 'at_risk' THEN grade NOT IN ('nearly', 'not_assessed')"
                " ELSE grade NOT IN ('behind', 'not_assessed') END",
                subject="total",
            ),
            t.rows(
                "reasons_are_shares",
                CRITICAL,
                *say("assessment.reasons_are_shares"),
                "list_sum(reason_shares) > 1 + 1e-9 OR list_min(reason_shares) <= 0 OR list_min(reason_gaps) <= 0"
                " OR len(reason_units) > 3",
                subject="total",
            ),
            t.rows(
                "withheld_not_graded",
                CRITICAL,
                *say("assessment.withheld_not_graded"),
                "is_suppressed AND (actual IS NOT NULL OR grade <> 'not_assessed')",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.no_personal_number(),
        ),
    )
