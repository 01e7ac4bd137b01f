"""What must be true of marts.fct_plan_forecast and marts.fct_forecast_error: what figures will come to, and how far
such forecasts have been off."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.rule import CRITICAL, PLAN, SPEC_INDICATORS, STATISTICS_LAW, Suite, Table
from expectations.suites.dimensions import TARGET_KINDS
from expectations.text import say
from expectations.vocabulary import MATURITIES

FORECAST, ERROR, PROGRESS = "marts.fct_plan_forecast", "marts.fct_forecast_error", "marts.fct_plan_progress"
METHODS = ("seasonal_naive", "linear_pace", "ets", "theta")
MEASURES = ("plan_sum", "year_sum", "year_value", "value")
FIGURES = ("forecast", "low80", "high80", "low95", "high95", "mase", "probability_of_target")
_OVER = f"""
SELECT plan_id, indicator_id, region_code, horizon_end FROM {FORECAST}
WHERE plan_id NOT IN (SELECT plan_id FROM {PROGRESS} GROUP BY plan_id HAVING max(elapsed_share) < 1)
"""
_FOREIGN_TARGET = f"""
SELECT forecast.plan_id, forecast.indicator_id, forecast.region_code, forecast.horizon_end FROM {FORECAST} AS forecast
LEFT JOIN marts.fct_target AS target ON target.plan_id = forecast.plan_id AND target.period_end = forecast.horizon_end
    AND target.indicator_id = forecast.indicator_id AND target.region_code = forecast.region_code
    AND target.basis_of_end <> 'proposed' AND target.target_kind = forecast.target_kind
WHERE target.plan_id IS NULL
"""


def forecast_suites() -> Iterator[Suite]:
    """The suites of fct_plan_forecast and fct_forecast_error."""
    t = Table(FORECAST, ("plan_id", "indicator_id", "region_code", "horizon_end"), SPEC_INDICATORS)
    yield Suite(
        "fct_plan_forecast",
        *say("forecast.suite_fct_plan_forecast"),
        (
            t.key("plan_id", "indicator_id", "region_code", "horizon_end"),
            t.required("plan_id", "indicator_id", "region_code", "period_end", "horizon_end", "target_kind", "windows"),
            t.one_of("target_kind", tuple(kind for kind in TARGET_KINDS if kind != "text")),
            t.one_of("method", METHODS),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.query("plan_not_over", CRITICAL, *say("forecast.plan_not_over"), _OVER, source=PLAN),
            t.query("target_given", CRITICAL, *say("forecast.target_given"), _FOREIGN_TARGET, source=PLAN),
            t.rows("ahead", CRITICAL, *say("forecast.ahead"), "horizon_end <= period_end"),
            t.rows(
                "finite",
                CRITICAL,
                *say("forecast.finite"),
                " OR ".join(f"NOT isfinite({figure})" for figure in FIGURES),
            ),
            t.rows(
                "intervals_nested",
                CRITICAL,
                *say("forecast.intervals_nested"),
                "low95 > low80 OR low80 > forecast OR forecast > high80 OR high80 > high95"
                " OR (low80 IS NULL) <> (high80 IS NULL) OR (low95 IS NULL) <> (high95 IS NULL)",
            ),
            t.rows(
                "interval_needs_errors",
                CRITICAL,
                *say("forecast.interval_needs_errors"),
                "(low80 IS NOT NULL AND errors < 9) OR (low95 IS NOT NULL AND errors < 39)"
                " OR (probability_of_target IS NULL) <> (low80 IS NULL OR target IS NULL)"
                " OR (low80 IS NOT NULL AND date_diff('month', period_end, horizon_end) > 12)",
            ),
            t.rows(
                "probability_in_range",
                CRITICAL,
                *say("forecast.probability_in_range"),
                "probability_of_target NOT BETWEEN 0 AND 1",
            ),
            t.rows(
                "method_where_forecast",
                CRITICAL,
                *say("forecast.method_where_forecast"),
                "(method IS NULL) <> (forecast IS NULL)",
            ),
            t.rows(
                "withheld_not_forecast",
                CRITICAL,
                *say("forecast.withheld_not_forecast"),
                f"is_suppressed AND coalesce({', '.join(FIGURES)}) IS NOT NULL",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.no_personal_number(),
        ),
    )
    t = Table(ERROR, ("indicator_id", "measure", "region_code", "period_end", "months_ahead"), SPEC_INDICATORS)
    yield Suite(
        "fct_forecast_error",
        *say("forecast.suite_fct_forecast_error"),
        (
            t.key("indicator_id", "measure", "region_code", "period_end", "months_ahead"),
            t.required("indicator_id", "measure", "region_code", "period_end", "months_ahead", "actual"),
            t.one_of("measure", MEASURES),
            t.one_of("method", METHODS),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows("kept_horizon", CRITICAL, *say("forecast.kept_horizon"), "months_ahead NOT IN (3, 6, 12)"),
            t.rows(
                "finite",
                CRITICAL,
                *say("forecast.finite"),
                " OR ".join(f"NOT isfinite({figure})" for figure in ("actual", "mase_scale", *METHODS)),
            ),
            t.rows("scale_not_negative", CRITICAL, *say("forecast.scale_not_negative"), "mase_scale < 0"),
            t.query(
                "one_method_of_a_level",
                CRITICAL,
                *say("forecast.one_method_of_a_level"),
                f"SELECT indicator_id, measure, region.level AS region_level FROM {ERROR}"
                " JOIN marts.dim_region AS region USING (region_code) WHERE mase_scale > 0"
                " GROUP BY ALL HAVING count(DISTINCT method) > 1",
                show=("indicator_id", "measure", "region_level"),
            ),
            t.no_personal_number(),
        ),
    )
