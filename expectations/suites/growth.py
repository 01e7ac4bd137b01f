"""What must be true of marts.fct_indicator_growth: growth, share, rank and certainty of the published values."""

from __future__ import annotations

from expectations.rule import CRITICAL, SPEC_INDICATORS, STATISTICS_LAW, Suite, Table
from expectations.text import say
from expectations.vocabulary import CELL, MATURITIES, PROVINCE, VALUES, differs

GROWTH = "marts.fct_indicator_growth"
GRADES = ("A", "B", "C", "D", "E", "F")
ERRORS = ("standard_error", "cv", "half_width")
FIGURES = (
    "value",
    "value_year_ago",
    "change_yoy",
    "change_yoy_pct",
    "value_previous",
    "change_mom",
    "change_mom_pct",
    "share_of_province",
    *ERRORS,
)
OF_A_VALUE = ("change_yoy", "change_yoy_pct", "change_mom", "change_mom_pct", "share_of_province", "rank_in_units")

_NOT_OF_A_VALUE = f"""
SELECT coalesce(growth.indicator_id, figure.indicator_id) AS indicator_id,
    coalesce(growth.region_code, figure.region_code) AS region_code,
    coalesce(growth.period_type, figure.period_type) AS period_type,
    coalesce(growth.period_end, figure.period_end) AS period_end
FROM {GROWTH} AS growth FULL JOIN {VALUES} AS figure USING ({", ".join(CELL)})
WHERE growth.indicator_id IS NULL OR figure.indicator_id IS NULL OR growth.value IS DISTINCT FROM figure.value
    OR growth.is_suppressed <> figure.is_suppressed OR growth.definition_version <> figure.definition_version
"""


def _not_the_value_before(column: str, months: str) -> str:
    return f"""
SELECT growth.* FROM {GROWTH} AS growth LEFT JOIN {VALUES} AS before
    ON before.indicator_id = growth.indicator_id AND before.region_code = growth.region_code
    AND before.period_type = growth.period_type AND before.definition_version = growth.definition_version
    AND before.period_end = last_day(growth.period_end - to_months({months}))
WHERE growth.{column} IS DISTINCT FROM before.value AND growth.{column} IS NOT NULL
"""


_NOT_THE_SHARE = f"""
SELECT growth.* FROM {GROWTH} AS growth JOIN {VALUES} AS province USING (indicator_id, period_type, period_end)
WHERE province.region_code = '{PROVINCE}'
    AND {differs("growth.share_of_province", "100 * growth.value / province.value")}
"""
# Equal to nine decimals share a rank, as means of the same months may differ in their last bits.
_NOT_THE_RANK = f"""
SELECT * FROM (
    SELECT growth.*, rank() OVER (PARTITION BY indicator_id, period_type, period_end ORDER BY
        round(CASE WHEN direction = 'lower' THEN value ELSE -value END, 9)) AS place,
        count(*) OVER (PARTITION BY indicator_id, period_type, period_end) AS places
    FROM {GROWTH} AS growth JOIN marts.dim_indicator USING (indicator_id, definition_version)
    WHERE rank_in_units IS NOT NULL
) WHERE place <> rank_in_units OR places <> units_ranked
"""


def growth_suite() -> Suite:
    """The suite of fct_indicator_growth."""
    t = Table(GROWTH, CELL, SPEC_INDICATORS)
    return Suite(
        "fct_indicator_growth",
        *say("growth.suite_fct_indicator_growth"),
        (
            t.key(*CELL),
            t.required(*CELL, "region_level", "maturity", "is_estimate", "is_suppressed", "method_version"),
            t.one_of("maturity", MATURITIES),
            t.one_of("quality_grade", GRADES),
            t.query("row_of_each_value", CRITICAL, *say("growth.row_of_each_value"), _NOT_OF_A_VALUE, subject="total"),
            t.rows(
                "finite",
                CRITICAL,
                *say("growth.finite"),
                " OR ".join(f"NOT isfinite({column})" for column in FIGURES),
            ),
            t.rows(
                "errors_not_negative",
                CRITICAL,
                *say("growth.errors_not_negative"),
                f"least({', '.join(f'coalesce({column}, 0)' for column in ERRORS)}) < 0",
            ),
            t.rows(
                "nothing_of_what_is_withheld",
                CRITICAL,
                *say("growth.nothing_of_what_is_withheld"),
                "is_suppressed AND coalesce("
                + ", ".join(f"{column}::VARCHAR" for column in (*OF_A_VALUE, *ERRORS, "quality_grade", "too_uncertain"))
                + ") IS NOT NULL",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.query(
                "year_ago_is_published",
                CRITICAL,
                *say("growth.year_ago_is_published"),
                _not_the_value_before("value_year_ago", "12"),
                subject="privacy",
            ),
            t.query(
                "previous_is_published",
                CRITICAL,
                *say("growth.previous_is_published"),
                _not_the_value_before("value_previous", "CASE growth.period_type WHEN 'month' THEN 1 ELSE 3 END"),
                subject="privacy",
            ),
            t.rows(
                "change_is_difference",
                CRITICAL,
                *say("growth.change_is_difference"),
                f"{differs('change_yoy', '(value - value_year_ago)')}"
                f" OR {differs('change_mom', '(value - value_previous)')}",
                subject="total",
            ),
            t.rows(
                "percent_of_what_was_above_0",
                CRITICAL,
                *say("growth.percent_of_what_was_above_0"),
                "(change_yoy_pct IS NOT NULL AND (value_year_ago <= 0 OR value_year_ago IS NULL"
                f" OR {differs('change_yoy_pct', '100 * (value / value_year_ago - 1)')}))"
                " OR (change_mom_pct IS NOT NULL AND (value_previous <= 0 OR value_previous IS NULL"
                f" OR {differs('change_mom_pct', '100 * (value / value_previous - 1)')}))",
                subject="total",
            ),
            t.query(
                "share_is_of_province", CRITICAL, *say("growth.share_is_of_province"), _NOT_THE_SHARE, subject="total"
            ),
            t.rows(
                "certain_units_alone_ranked",
                CRITICAL,
                *say("growth.certain_units_alone_ranked"),
                "rank_in_units IS NOT NULL AND (region_level <> 'prefecture' OR too_uncertain)",
            ),
            t.query("rank_follows_value", CRITICAL, *say("growth.rank_follows_value"), _NOT_THE_RANK, subject="total"),
            t.no_personal_number(FIGURES),
        ),
    )
