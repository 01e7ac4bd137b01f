"""Rules on suppression in marts.fct_indicator_value: no small count is published, none can be recovered."""

from __future__ import annotations

from expectations.rule import CRITICAL, STATISTICS_LAW, Rule, Table
from expectations.suites.indicators.facts import (
    FLOWS,
    FLOWS_BY_REGION,
    MONTHLY_STOCKS,
    NET,
    PARTS_AND_WHOLES,
    PERSONAL,
    SMALLEST_SHOWN,
)
from expectations.text import say
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
    USING (indicator_id, definition_version, region_code, period_type, period_end)
WHERE published.region_level = 'county' AND NOT published.is_suppressed
    AND published.indicator_id IN ({PERSONAL})
    AND computed.observations >= 1 AND computed.observations < {SMALLEST_SHOWN}
"""
_COMPUTED = f"""{VALUES} AS published JOIN intermediate.int_indicator_unioned AS computed
    USING (indicator_id, definition_version, region_code, period_type, period_end)"""
_SMALL = f"computed.observations >= 1 AND computed.observations < {SMALLEST_SHOWN}"
# Whether a county figure stood open in an earlier release and is the same today.
_KNOWN = """EXISTS (
    SELECT 1 FROM landed.published_cell AS before
    WHERE before.indicator_id = published.indicator_id AND before.region_code = published.region_code
        AND before.period_type = published.period_type AND before.period_end = published.period_end
        AND (abs(before.numerator - computed.numerator) <= 1e-6
            OR (before.numerator IS NULL AND abs(before.value - computed.value) <= 1e-9))
)"""
_TOLD_BY_WHOLE_OR_PART = f"""
SELECT published.indicator_id, published.region_code, published.period_type, published.period_end
FROM {_COMPUTED}
JOIN (VALUES {PARTS_AND_WHOLES}) AS pair (indicator_id, other_id) USING (indicator_id)
JOIN marts.dim_region AS region USING (region_code)
JOIN {VALUES} AS shown ON shown.indicator_id = other_id AND shown.region_code = published.region_code
    AND shown.period_type = published.period_type AND shown.period_end = published.period_end
JOIN {VALUES} AS own_unit ON own_unit.indicator_id = published.indicator_id
    AND own_unit.region_code = region.parent_code
    AND own_unit.period_type = published.period_type AND own_unit.period_end = published.period_end
JOIN {VALUES} AS other_unit ON other_unit.indicator_id = other_id AND other_unit.region_code = region.parent_code
    AND other_unit.period_type = published.period_type AND other_unit.period_end = published.period_end
WHERE published.is_suppressed AND NOT shown.is_suppressed AND own_unit.numerator = other_unit.numerator
    AND {_SMALL} AND NOT {_KNOWN}
"""
_TOLD_BY_EARLIER_RELEASES = f"""
WITH county AS (
    SELECT published.indicator_id, region.parent_code AS region_code, published.period_type, published.period_end,
        published.is_suppressed AS is_hidden, {_SMALL} AS is_small, {_KNOWN} AS is_known
    FROM {_COMPUTED} JOIN marts.dim_region AS region USING (region_code)
    WHERE published.region_level = 'county' AND published.indicator_id IN ({FLOWS_BY_REGION})
        AND published.indicator_id IN ({PERSONAL})
)
SELECT indicator_id, region_code, period_type, period_end FROM county
GROUP BY ALL HAVING count(*) FILTER (WHERE is_hidden AND NOT is_known) = 1
    AND bool_or(is_small AND NOT is_known) AND bool_or(NOT is_hidden)
"""


def suppression_rules(t: Table, smallest_shown: str) -> tuple[Rule, ...]:
    """What is suppressed, wholly, and cannot be computed from its neighbours."""
    return (
        t.rows(
            "suppressed_in_counties_only",
            CRITICAL,
            *say("indicators_privacy.suppressed_in_counties_only"),
            "is_suppressed AND region_level <> 'county'",
            subject="privacy",
        ),
        t.rows(
            "suppressed_wholly",
            CRITICAL,
            *say("indicators_privacy.suppressed_wholly"),
            "is_suppressed AND (numerator IS NOT NULL OR denominator IS NOT NULL OR value IS NOT NULL"
            " OR value_text IS NOT NULL)",
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.rows(
            "small_counts_suppressed",
            CRITICAL,
            *say("indicators_privacy.small_counts_suppressed"),
            f"region_level = 'county' AND NOT is_estimate AND indicator_id NOT IN ({NET})"
            f" AND indicator_id IN ({PERSONAL}) AND numerator > 0 AND numerator < {smallest_shown}",
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "small_observations_suppressed",
            CRITICAL,
            *say("indicators_privacy.small_observations_suppressed"),
            _SMALL_BEFORE_SUPPRESSION,
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "not_recoverable_from_quarter",
            CRITICAL,
            *say("indicators_privacy.not_recoverable_from_quarter"),
            _one_gap("quarter", "month", 3),
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "not_recoverable_from_year",
            CRITICAL,
            *say("indicators_privacy.not_recoverable_from_year"),
            _one_gap("year", "quarter", 4),
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "not_recoverable_from_ytd",
            CRITICAL,
            *say("indicators_privacy.not_recoverable_from_ytd"),
            _GAP_BETWEEN_YTD,
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "not_recoverable_from_unit",
            CRITICAL,
            *say("indicators_privacy.not_recoverable_from_unit"),
            _LONE_COUNTY,
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "not_told_under_other_type",
            CRITICAL,
            *say("indicators_privacy.not_told_under_other_type"),
            _TOLD_UNDER_OTHER_TYPE,
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "not_told_by_whole_or_part",
            CRITICAL,
            *say("indicators_privacy.not_told_by_whole_or_part"),
            _TOLD_BY_WHOLE_OR_PART,
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "not_told_by_earlier_releases",
            CRITICAL,
            *say("indicators_privacy.not_told_by_earlier_releases"),
            _TOLD_BY_EARLIER_RELEASES,
            subject="privacy",
            source=STATISTICS_LAW,
        ),
    )
