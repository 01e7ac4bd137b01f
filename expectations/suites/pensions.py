"""What must be true of the levels of pensions."""

from __future__ import annotations

from expectations.rule import CRITICAL, SPEC_INDICATORS, Suite, Table
from expectations.text import say
from expectations.vocabulary import MATURITIES, differs

LEVELS = "marts.fct_pension_level"
ROW = ("measure", "region_code", "period_end")
MEASURES = ("employee_pension", "resident_base_pension")

_NOT_AS_A_YEAR_AGO = f"""
SELECT now.measure, now.region_code, now.period_end FROM {LEVELS} AS now LEFT JOIN {LEVELS} AS before
    ON before.measure = now.measure AND before.region_code = now.region_code
    AND year(before.period_end) = year(now.period_end) - 1
WHERE now.value_year_ago IS DISTINCT FROM before.value OR {differs("now.change_yoy", "(now.value - before.value)")}
    OR {differs("now.change_yoy_pct", "100 * (now.value / before.value - 1)")}
"""


def pension_suite() -> Suite:
    """The suite of the table of pensions."""
    t = Table(LEVELS, ROW, SPEC_INDICATORS)
    return Suite(
        "fct_pension_level",
        *say("pensions.suite_fct_pension_level"),
        (
            t.key(*ROW),
            t.required(*ROW, "maturity", "is_estimate", "is_suppressed", "method_version"),
            t.one_of("measure", MEASURES),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows(
                "levels_possible",
                CRITICAL,
                *say("pensions.levels_possible"),
                "value < 0 OR NOT isfinite(value) OR NOT isfinite(adjustment) OR coalesce(value, adjustment) IS NULL",
            ),
            t.query(
                "beside_the_year_before",
                CRITICAL,
                *say("pensions.beside_the_year_before"),
                _NOT_AS_A_YEAR_AGO,
                subject="total",
            ),
            t.rows(
                "share_of_a_rise",
                CRITICAL,
                *say("pensions.share_of_a_rise"),
                "(adjustment_share IS NOT NULL AND NOT coalesce(change_yoy > 0, false))"
                f" OR {differs('adjustment_share * change_yoy', '100 * adjustment')}",
            ),
            t.no_personal_number(),
        ),
    )
