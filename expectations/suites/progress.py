"""What must be true of marts.fct_plan_progress: where each plan's indicators stand against their targets."""

from __future__ import annotations

from expectations.rule import CRITICAL, PLAN, SPEC_INDICATORS, STATISTICS_LAW, Suite, Table
from expectations.suites.dimensions import TARGET_KINDS
from expectations.text import say
from expectations.vocabulary import MATURITIES, VALUES, differs

PROGRESS = "marts.fct_plan_progress"
STATUSES = ("met", "on_track", "at_risk", "off_track", "no_data", "not_assessed")
TOLERANCE = "1e-9"


def _share(figure: str) -> str:
    """Thresholds are compared after rounding to 9 decimals."""
    return f"round({figure}, 9)"


# Of a target of 0 there is no share: it is met as soon as nothing is missing.
_ATTAINMENT = (
    "CASE WHEN target_kind = 'cumulative' THEN actual / nullif(target, 0)"
    " WHEN target_kind IN ('level', 'annual_level') AND target > baseline"
    " THEN (actual - baseline) / (target - baseline) END"
)
_STATUS_CUMULATIVE = (
    f"CASE WHEN {_share('attainment')} >= 1 OR (target = 0 AND {_share('actual')} >= 0) THEN 'met'"
    f" WHEN {_share('pace')} >= 1 THEN 'on_track'"
    f" WHEN {_share('pace')} >= 0.9 THEN 'at_risk' ELSE 'off_track' END"
)
_STATUS_CEILING = (
    f"CASE WHEN {_share('actual')} <= {_share('target')} THEN 'met'"
    f" WHEN {_share('(actual - target) / nullif(target, 0)')} <= 0.05 THEN 'at_risk' ELSE 'off_track' END"
)
_STATUS_FLOOR = (
    f"CASE WHEN {_share('actual')} >= {_share('target')} THEN 'met'"
    f" WHEN {_share('(target - actual) / nullif(target, 0)')} <= 0.05 THEN 'at_risk' ELSE 'off_track' END"
)
_CUMULATIVE_NOT_MONTHS = f"""
SELECT progress.plan_id, progress.indicator_id, progress.region_code, progress.period_end
FROM {PROGRESS} AS progress JOIN reference.plans AS plan USING (plan_id)
JOIN {VALUES} AS month ON month.indicator_id = progress.indicator_id AND month.region_code = progress.region_code
    AND month.period_type = 'month' AND month.period_end BETWEEN plan.start_date AND progress.period_end
WHERE progress.target_kind = 'cumulative' AND progress.actual IS NOT NULL
GROUP BY ALL HAVING abs(any_value(progress.actual) - sum(month.value)) > 1e-9 * greatest(1, sum(abs(month.value)))
"""
_FROM_SUPPRESSED = f"""
SELECT progress.* FROM {PROGRESS} AS progress JOIN reference.plans AS plan USING (plan_id)
JOIN {VALUES} AS cell ON cell.indicator_id = progress.indicator_id AND cell.region_code = progress.region_code
WHERE cell.is_suppressed AND progress.actual IS NOT NULL AND progress.target_kind = 'cumulative'
    AND cell.period_type = 'month' AND cell.period_end BETWEEN plan.start_date AND progress.period_end
"""


# Of figures that add up; of rates and texts a group is held to the province's target.
_GROUPS_TARGET = "CASE WHEN planned.measure_kind IN ('flow', 'stock') THEN units.target ELSE planned.target END"
_GROUP_TARGETS = f"""
SELECT city_group.* FROM {PROGRESS} AS city_group JOIN marts.dim_plan_indicator AS planned USING (plan_id, indicator_id)
LEFT JOIN (
    SELECT plan_id, indicator_id, period_end, unit.group_code AS region_code, sum(target) AS target
    FROM {PROGRESS} JOIN marts.dim_region AS unit USING (region_code) WHERE unit.level = 'prefecture' GROUP BY ALL
) AS units USING (plan_id, indicator_id, period_end, region_code)
WHERE city_group.region_code IN (SELECT region_code FROM marts.dim_region WHERE level = 'city_group')
    AND city_group.target IS NOT NULL
    AND coalesce({differs("city_group.target", _GROUPS_TARGET)}, true)
"""


def progress_suite() -> Suite:
    """The suite of fct_plan_progress."""
    t = Table(PROGRESS, ("plan_id", "indicator_id", "region_code", "period_end"), SPEC_INDICATORS)
    return Suite(
        "fct_plan_progress",
        *say("progress.suite_fct_plan_progress"),
        (
            t.key("plan_id", "indicator_id", "region_code", "period_end"),
            t.required("plan_id", "indicator_id", "region_code", "period_end", "target_kind", "status"),
            t.one_of("target_kind", TARGET_KINDS),
            t.one_of("status", STATUSES),
            t.one_of("projected_status", STATUSES),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows(
                "plan_indicator_known",
                CRITICAL,
                *say("progress.plan_indicator_known"),
                "(plan_id, indicator_id, target_kind) NOT IN"
                " (SELECT plan_id, indicator_id, target_kind FROM marts.dim_plan_indicator)",
                subject="reference",
                source=PLAN,
            ),
            t.rows(
                "month_of_plan",
                CRITICAL,
                *say("progress.month_of_plan"),
                "period_end > last_day((SELECT as_of FROM landed.run)) OR (plan_id, period_end) NOT IN"
                " (SELECT plan.plan_id, period.period_end FROM reference.plans AS plan JOIN marts.dim_period AS period"
                " ON period.period_end BETWEEN plan.start_date AND plan.end_date WHERE period.period_type = 'month')",
                subject="reference",
            ),
            t.rows(
                "province_targets_are_plans",
                CRITICAL,
                *say("progress.province_targets_are_plans"),
                "region_code = '420000' AND target IS NOT NULL AND (plan_id, indicator_id, target) NOT IN"
                " (SELECT plan_id, indicator_id, target::DOUBLE FROM reference.plan_indicators"
                " WHERE target_kind <> 'text')",
                source=PLAN,
            ),
            t.query(
                "group_targets_are_units",
                CRITICAL,
                *say("progress.group_targets_are_units"),
                _GROUP_TARGETS,
                subject="total",
            ),
            t.rows(
                "baseline_of_province_only",
                CRITICAL,
                *say("progress.baseline_of_province_only"),
                "region_code <> '420000' AND baseline IS NOT NULL",
            ),
            t.rows(
                "figures_finite",
                CRITICAL,
                *say("progress.figures_finite"),
                "NOT isfinite(actual) OR NOT isfinite(attainment) OR NOT isfinite(pace)"
                " OR NOT isfinite(required_per_month) OR NOT isfinite(projected_end_value)",
            ),
            t.rows(
                "elapsed_share_in_range",
                CRITICAL,
                *say("progress.elapsed_share_in_range"),
                "NOT coalesce(elapsed_share BETWEEN 0 AND 1, false)",
            ),
            t.rows(
                "gap_is_target_less_actual",
                CRITICAL,
                *say("progress.gap_is_target_less_actual"),
                "actual IS NOT NULL AND target IS NOT NULL"
                f" AND coalesce(abs(gap - (target - actual)) > {TOLERANCE} * greatest(1, abs(target)), true)",
                subject="total",
            ),
            t.rows(
                "attainment_is_share",
                CRITICAL,
                *say("progress.attainment_is_share"),
                f"actual IS NOT NULL AND ((attainment IS NULL) <> (({_ATTAINMENT}) IS NULL)"
                f" OR abs(attainment - ({_ATTAINMENT})) > {TOLERANCE} * greatest(1, abs(attainment)))",
                subject="total",
            ),
            t.rows(
                "pace_is_quotient",
                CRITICAL,
                *say("progress.pace_is_quotient"),
                f"pace IS NOT NULL AND elapsed_share > 0"
                f" AND coalesce(abs(pace - attainment / elapsed_share) > {TOLERANCE} * greatest(1, abs(pace)), true)",
                subject="total",
            ),
            t.rows(
                "no_data_means_none",
                CRITICAL,
                *say("progress.no_data_means_none"),
                "target_kind <> 'text' AND (status = 'no_data') IS DISTINCT FROM (actual IS NULL)",
            ),
            t.rows(
                "text_not_assessed",
                CRITICAL,
                *say("progress.text_not_assessed"),
                "(target_kind = 'text' AND status NOT IN ('not_assessed', 'no_data'))"
                " OR (target_kind <> 'text' AND status = 'not_assessed')",
            ),
            t.rows(
                "status_follows_table",
                CRITICAL,
                *say("progress.status_follows_table"),
                "actual IS NOT NULL AND status <> CASE"
                f" WHEN target_kind = 'cumulative' THEN {_STATUS_CUMULATIVE}"
                f" WHEN target_kind = 'ceiling' THEN {_STATUS_CEILING}"
                " WHEN target_kind IN ('level', 'annual_level') AND target > baseline THEN"
                f" CASE WHEN {_share('actual')} >= {_share('target')} THEN 'met'"
                f" WHEN {_share('pace')} >= 1 THEN 'on_track'"
                f" WHEN {_share('pace')} >= 0.9 THEN 'at_risk' ELSE 'off_track' END"
                f" WHEN target_kind IN ('level', 'annual_level') THEN {_STATUS_FLOOR} ELSE status END",
                subject="total",
            ),
            t.rows(
                "required_not_negative",
                CRITICAL,
                *say("progress.required_not_negative"),
                "required_per_month < 0 OR (status = 'met' AND required_per_month > 0)",
            ),
            t.query(
                "cumulative_is_its_months",
                CRITICAL,
                *say("progress.cumulative_is_its_months"),
                _CUMULATIVE_NOT_MONTHS,
                subject="total",
            ),
            t.query(
                "suppressed_stays_hidden",
                CRITICAL,
                *say("progress.suppressed_stays_hidden"),
                _FROM_SUPPRESSED,
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.no_personal_number(),
        ),
    )
