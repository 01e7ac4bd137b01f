"""Rules on suppression in marts.fct_indicator_value: no small count is published, none can be recovered."""

from __future__ import annotations

from expectations.rule import CRITICAL, STATISTICS_LAW, Rule, Table
from expectations.suites.indicators.facts import FLOWS, FLOWS_BY_REGION, MONTHLY_STOCKS, NET, PERSONAL, SMALLEST_SHOWN
from expectations.vocabulary import VALUES


def _one_gap(longer_type: str, part_type: str, parts: int) -> str:
    """A suppressed part that is the longer period's total less its published brothers."""
    return f"""
SELECT longer.* FROM {VALUES} AS longer JOIN {VALUES} AS part
    ON part.indicator_id = longer.indicator_id AND part.region_code = longer.region_code
    AND part.period_end BETWEEN longer.period_start AND longer.period_end
WHERE longer.period_type = '{longer_type}' AND part.period_type = '{part_type}' AND NOT longer.is_suppressed
    AND longer.region_level = 'county' AND longer.indicator_id IN ({FLOWS})
GROUP BY ALL HAVING count(*) = {parts} AND count(*) FILTER (WHERE part.is_suppressed) = 1
"""


_GAP_BETWEEN_YTD = f"""
SELECT gap.* FROM {VALUES} AS gap JOIN {VALUES} AS after
    ON after.indicator_id = gap.indicator_id AND after.region_code = gap.region_code
    AND after.period_end = gap.period_end AND after.period_type = 'ytd'
LEFT JOIN {VALUES} AS before
    ON before.indicator_id = gap.indicator_id AND before.region_code = gap.region_code
    AND before.period_end = gap.period_start - 1 AND before.period_type = 'ytd'
WHERE gap.period_type = 'month' AND gap.is_suppressed AND gap.indicator_id IN ({FLOWS})
    AND NOT after.is_suppressed AND (month(gap.period_end) = 1 OR before.is_suppressed = false)
"""
_LONE_COUNTY = f"""
SELECT county.indicator_id, region.parent_code AS region_code, county.period_type, county.period_end
FROM {VALUES} AS county JOIN marts.dim_region AS region USING (region_code)
WHERE county.region_level = 'county' AND county.is_suppressed AND county.indicator_id IN ({FLOWS_BY_REGION})
GROUP BY ALL HAVING count(*) = 1
"""
_TOLD_UNDER_OTHER_TYPE = f"""
SELECT hidden.* FROM {VALUES} AS hidden JOIN {VALUES} AS shown USING (indicator_id, region_code, period_end)
WHERE hidden.is_suppressed AND NOT shown.is_suppressed
    AND (hidden.period_start = shown.period_start OR hidden.indicator_id IN ({MONTHLY_STOCKS}))
"""
_SMALL_BEFORE_SUPPRESSION = f"""
SELECT published.* FROM {VALUES} AS published JOIN intermediate.int_indicator_unioned AS computed
    USING (indicator_id, region_code, period_type, period_end)
WHERE published.region_level = 'county' AND NOT published.is_suppressed
    AND published.indicator_id IN ({PERSONAL})
    AND computed.observations >= 1 AND computed.observations < {SMALLEST_SHOWN}
"""


def suppression_rules(t: Table, smallest_shown: str) -> tuple[Rule, ...]:
    """What is suppressed, wholly, and cannot be computed from its neighbours."""
    return (
        t.rows(
            "suppressed_in_counties_only",
            CRITICAL,
            "只在县级抑制,全省和市州从不抑制",
            "only cells of counties are suppressed",
            "is_suppressed AND region_level <> 'county'",
            subject="privacy",
        ),
        t.rows(
            "suppressed_wholly",
            CRITICAL,
            "被抑制的单元不留分子、分母和数值",
            "a suppressed cell keeps no numerator, denominator or value",
            "is_suppressed AND (numerator IS NOT NULL OR denominator IS NOT NULL OR value IS NOT NULL"
            " OR value_text IS NOT NULL)",
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.rows(
            "small_counts_suppressed",
            CRITICAL,
            "县级涉及个人的计数,1 至抑制阈值以下的不发布",
            "counts of persons in counties, from 1 to below the threshold of suppression, are not published",
            f"region_level = 'county' AND NOT is_estimate AND indicator_id NOT IN ({NET})"
            f" AND indicator_id IN ({PERSONAL}) AND numerator > 0 AND numerator < {smallest_shown}",
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "small_observations_suppressed",
            CRITICAL,
            "县级值所依据的个人记录少于抑制阈值的不发布(含抽样推算和净额)",
            "what rests on fewer personal rows in a county than the threshold is not published",
            _SMALL_BEFORE_SUPPRESSION,
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "not_recoverable_from_quarter",
            CRITICAL,
            "被抑制的月份不能由季度减其余两月得出",
            "a suppressed month is not the quarter less its other months",
            _one_gap("quarter", "month", 3),
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "not_recoverable_from_year",
            CRITICAL,
            "被抑制的季度不能由年度减其余季度得出",
            "a suppressed quarter is not the year less its other quarters",
            _one_gap("year", "quarter", 4),
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "not_recoverable_from_ytd",
            CRITICAL,
            "被抑制的月份不能由相邻两个本年累计相减得出",
            "a suppressed month is not the difference of two year-to-date values",
            _GAP_BETWEEN_YTD,
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "not_recoverable_from_unit",
            CRITICAL,
            "一个单位内不只抑制一个县,否则可由合计减出",
            "never is one county of a unit suppressed alone: it would be the unit less the others",
            _LONE_COUNTY,
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "not_told_under_other_type",
            CRITICAL,
            "同一数字(如一季度与三月累计)要么都抑制,要么都发布",
            "one figure under two period types (first quarter, year to March) is suppressed under both",
            _TOLD_UNDER_OTHER_TYPE,
            subject="privacy",
            source=STATISTICS_LAW,
        ),
    )
