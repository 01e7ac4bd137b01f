"""What must be true of marts.fct_plan_path: where each figure should stand by now."""

from __future__ import annotations

from expectations.rule import CRITICAL, PLAN, SPEC_INDICATORS, STATISTICS_LAW, Suite, Table
from expectations.suites.dimensions import TARGET_KINDS
from expectations.text import say
from expectations.vocabulary import MATURITIES, differs

PATH, PROGRESS = "marts.fct_plan_path", "marts.fct_plan_progress"
STATUSES = ("met", "on_track", "at_risk", "off_track", "too_uncertain", "no_data", "not_assessed")
METHODS = ("season", "season_of_province", "days_of_year", "straight_line", "year_before", "target")
_OTHER_FIGURES = f"""
SELECT path.plan_id, path.indicator_id, path.region_code, path.period_end FROM {PATH} AS path
LEFT JOIN {PROGRESS} AS progress USING (plan_id, indicator_id, region_code, period_end)
WHERE progress.plan_id IS NULL OR path.actual IS DISTINCT FROM progress.actual
    OR path.target IS DISTINCT FROM progress.target
"""
_NOT_THE_LINE = f"""
SELECT path.plan_id, path.indicator_id, path.region_code, path.period_end FROM {PATH} AS path
JOIN {PROGRESS} AS progress USING (plan_id, indicator_id, region_code, period_end)
WHERE (path_method = 'target' AND expected_value IS DISTINCT FROM path.target) OR (path_method = 'straight_line' AND {
    differs("expected_value", "(baseline + (path.target - baseline) * elapsed_share)")
})
"""


def path_suite() -> Suite:
    """The suite of fct_plan_path."""
    t = Table(PATH, ("plan_id", "indicator_id", "region_code", "period_end"), SPEC_INDICATORS)
    return Suite(
        "fct_plan_path",
        *say("path.suite_fct_plan_path"),
        (
            t.key("plan_id", "indicator_id", "region_code", "period_end"),
            t.required("plan_id", "indicator_id", "region_code", "period_end", "target_kind", "status_by_path"),
            t.one_of("target_kind", TARGET_KINDS),
            t.one_of("status_by_path", STATUSES),
            t.one_of("path_method", METHODS),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.query(
                "as_in_progress", CRITICAL, *say("path.as_in_progress"), _OTHER_FIGURES, subject="total", source=PLAN
            ),
            t.query("expected_by_method", CRITICAL, *say("path.expected_by_method"), _NOT_THE_LINE, subject="total"),
            t.rows("finite", CRITICAL, *say("path.finite"), "NOT isfinite(expected_value) OR NOT isfinite(ratio)"),
            t.rows(
                "no_data_means_none",
                CRITICAL,
                *say("path.no_data_means_none"),
                "target_kind <> 'text' AND (status_by_path = 'no_data') IS DISTINCT FROM (actual IS NULL)",
            ),
            t.rows(
                "status_follows_ratio",
                CRITICAL,
                *say("path.status_follows_ratio"),
                "(status_by_path = 'on_track' AND round(ratio, 9) < 1)"
                " OR (status_by_path = 'at_risk' AND NOT coalesce(round(ratio, 9) < 1, false))"
                " OR (status_by_path = 'off_track' AND round(ratio, 9) >= 1)",
                subject="total",
            ),
            t.rows(
                "withheld_not_judged",
                CRITICAL,
                *say("path.withheld_not_judged"),
                "is_suppressed AND (actual IS NOT NULL OR ratio IS NOT NULL)",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.no_personal_number(),
        ),
    )
