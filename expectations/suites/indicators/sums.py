"""Rules on sums in marts.fct_indicator_value: periods, units and parts of a whole agree."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.registry import registered
from expectations.rule import CRITICAL, PLAN, Rule, Table
from expectations.sql import sql_list
from expectations.suites.dimensions import UNITS
from expectations.suites.indicators.facts import (
    FLOWS,
    FLOWS_BY_REGION,
    MONTHLY_STOCKS,
    NET,
    QUARTERLY,
    REPORTED_LATER,
    SURVEYED,
)
from expectations.text import say
from expectations.vocabulary import PROVINCE, VALUES, differs


def _months(of: str) -> str:
    """Per cell of a longer period: how many of its months are published, and their sum."""
    return (
        f"SELECT indicator_id, region_code, date_trunc('{of}', period_end)::DATE AS period_start,"
        " count(numerator) AS published, count(*) AS months, sum(numerator) AS numerator"
        f" FROM {VALUES} WHERE period_type = 'month' AND indicator_id IN ({FLOWS}) GROUP BY ALL"
    )


def _equals_months(period_type: str, months: int) -> str:
    return (
        f"SELECT longer.* FROM {VALUES} AS longer JOIN ({_months(period_type)}) AS part"
        " USING (indicator_id, region_code, period_start)"
        f" WHERE longer.period_type = '{period_type}' AND part.published = {months}"
        f" AND {differs('longer.numerator', 'part.numerator')}"
    )


_YTD_NOT_MONTHS = f"""
SELECT ytd.* FROM {VALUES} AS ytd JOIN (
    SELECT indicator_id, region_code, period_end, sum(numerator) OVER so_far AS numerator,
        count(numerator) OVER so_far AS published
    FROM {VALUES} WHERE period_type = 'month' AND indicator_id IN ({FLOWS})
    WINDOW so_far AS (PARTITION BY indicator_id, region_code, year(period_end) ORDER BY period_end)
) AS part USING (indicator_id, region_code, period_end)
WHERE ytd.period_type = 'ytd' AND part.published = month(ytd.period_end)
    AND {differs("ytd.numerator", "part.numerator")}
"""
_YEAR_NOT_DECEMBER = f"""
SELECT whole.* FROM {VALUES} AS whole JOIN {VALUES} AS ytd USING (indicator_id, region_code, period_start, period_end)
WHERE whole.period_type = 'year' AND ytd.period_type = 'ytd' AND NOT whole.is_suppressed AND NOT ytd.is_suppressed
    AND ({differs("whole.value", "ytd.value")} OR {differs("whole.numerator", "ytd.numerator")})
"""
_YEAR_NOT_ROLLING = f"""
SELECT whole.* FROM {VALUES} AS whole JOIN {VALUES} AS rolling
    USING (indicator_id, region_code, period_start, period_end)
WHERE whole.period_type = 'year' AND rolling.period_type = 'r12' AND {differs("whole.value", "rolling.value")}
"""


def _not_last_parts(stocks: str, part_type: str, longer_types: tuple[str, ...]) -> str:
    return (
        f"SELECT longer.* FROM {VALUES} AS longer LEFT JOIN {VALUES} AS part"
        " ON part.indicator_id = longer.indicator_id AND part.region_code = longer.region_code"
        f" AND part.period_end = longer.period_end AND part.period_type = '{part_type}'"
        f" WHERE longer.period_type IN ({sql_list(longer_types)}) AND longer.indicator_id IN ({stocks})"
        " AND (part.indicator_id IS NULL OR (NOT part.is_suppressed AND NOT longer.is_suppressed"
        f" AND {differs('part.value', 'longer.value')}))"
    )


_NOT_MEAN_OF_MONTHS = f"""
SELECT longer.* FROM {VALUES} AS longer JOIN {VALUES} AS part
    ON part.indicator_id = longer.indicator_id AND part.region_code = longer.region_code
    AND part.period_end BETWEEN longer.period_start AND longer.period_end
WHERE longer.indicator_id = '{SURVEYED}' AND longer.period_type <> 'month' AND part.period_type = 'month'
GROUP BY ALL HAVING {differs("longer.value", "avg(part.value)")}
"""
_OWN_ROWS = f"""
SELECT indicator_id, definition_version, counted_on AS period_end, sum(weight * effect) AS numerator
FROM intermediate.int_indicator_rows
WHERE region_code = '{PROVINCE}' AND part = 'numerator' AND counts = 'within' AND indicator_id IN ({FLOWS_BY_REGION})
GROUP BY ALL
"""
# A row of events lies in its dump's month, so its unit is covered there. A card may be reported later, and attrition by
# a unit whose registrations are still missing: there the sum holds only once all units are in.
_PROVINCE_NOT_UNITS = f"""
SELECT province.* FROM {VALUES} AS province JOIN (
    SELECT indicator_id, period_end, count(*) AS units, sum(numerator) AS numerator
    FROM {VALUES} WHERE period_type = 'month' AND region_level = 'prefecture' GROUP BY ALL
) AS part USING (indicator_id, period_end)
LEFT JOIN ({_OWN_ROWS}) AS own USING (indicator_id, definition_version, period_end)
WHERE province.period_type = 'month' AND province.region_code = '{PROVINCE}'
    AND province.indicator_id IN ({FLOWS_BY_REGION})
    AND (part.units = {UNITS} OR province.indicator_id NOT IN ({REPORTED_LATER}))
    AND {differs("province.numerator", "(part.numerator + coalesce(own.numerator, 0))")}
"""
_GROUP_NOT_UNITS = f"""
SELECT city_group.* FROM {VALUES} AS city_group JOIN (
    SELECT indicator_id, period_type, period_end, unit.group_code AS region_code, count(*) AS units,
        sum(numerator) AS numerator
    FROM {VALUES} JOIN marts.dim_region AS unit USING (region_code)
    WHERE region_level = 'prefecture' GROUP BY ALL
) AS part USING (indicator_id, period_type, period_end, region_code)
WHERE city_group.period_type = 'month' AND city_group.region_level = 'city_group'
    AND city_group.indicator_id IN ({FLOWS_BY_REGION})
    AND (part.units = city_group.reporting_units_expected OR city_group.indicator_id NOT IN ({REPORTED_LATER}))
    AND {differs("city_group.numerator", "part.numerator")}
"""
_COUNTIES_ABOVE_UNIT = f"""
SELECT unit.* FROM {VALUES} AS unit JOIN (
    SELECT county.indicator_id, county.period_type, county.period_end, region.parent_code AS region_code,
        sum(county.numerator) AS numerator
    FROM {VALUES} AS county JOIN marts.dim_region AS region USING (region_code)
    WHERE county.region_level = 'county'
        AND county.indicator_id IN ({FLOWS_BY_REGION}) AND county.indicator_id NOT IN ({NET})
    GROUP BY ALL
) AS part USING (indicator_id, period_type, period_end, region_code)
WHERE part.numerator > unit.numerator AND {differs("part.numerator", "unit.numerator")}
"""


def _part_above_whole(part: str, whole: str, sign: str = ">") -> str:
    return (
        f"SELECT part.* FROM {VALUES} AS part JOIN {VALUES} AS whole"
        " USING (region_code, period_type, period_end)"
        f" WHERE part.indicator_id = '{part}' AND whole.indicator_id = '{whole}'"
        f" AND part.numerator {sign} whole.numerator AND {differs('part.numerator', 'whole.numerator')}"
    )


# Of the indicators that are part of another: name and sentences of the rule that says so.
_PARTS = {
    "migrant_worker_training": (
        "migrant_within_subsidised_training",
        *say("indicators_sums.migrant_within_subsidised_training"),
    ),
    "senior_skill_certificates": (
        "senior_within_certificates",
        *say("indicators_sums.senior_within_certificates"),
    ),
    "e_social_card_coverage_rate": (
        "e_cards_within_cards",
        *say("indicators_sums.e_cards_within_cards"),
    ),
}


def _parts(t: Table) -> Iterator[Rule]:
    """A rule for each indicator that is part of another."""
    for row in registered():
        part, whole = row["indicator_id"], row["part_of"]
        if whole and row["definition_version"] == "1":
            known = (f"{part}_within_{whole}", f"{part} ≤ {whole}", f"{part} is part of {whole}")
            name, zh, en = _PARTS.get(part, known)
            # Of sampled dumps a person weighs the least of the rows in question: of fewer rows perhaps more.
            exact = "" if row["is_additive_in_time"] == "true" else " AND NOT part.is_estimate"
            query = _part_above_whole(part, whole) + exact
            yield t.query(name, CRITICAL, zh, en, query, subject="total", source=PLAN)


def sum_rules(t: Table) -> tuple[Rule, ...]:
    """What adds up, over months, over units, part and whole."""
    return (
        t.query(
            "quarter_is_its_months",
            CRITICAL,
            *say("indicators_sums.quarter_is_its_months"),
            _equals_months("quarter", 3),
            subject="total",
        ),
        t.query(
            "year_is_its_months",
            CRITICAL,
            *say("indicators_sums.year_is_its_months"),
            _equals_months("year", 12),
            subject="total",
        ),
        t.query(
            "ytd_is_its_months",
            CRITICAL,
            *say("indicators_sums.ytd_is_its_months"),
            _YTD_NOT_MONTHS,
            subject="total",
        ),
        t.query(
            "year_is_december_ytd",
            CRITICAL,
            *say("indicators_sums.year_is_december_ytd"),
            _YEAR_NOT_DECEMBER,
            subject="total",
        ),
        t.query(
            "year_is_december_r12",
            CRITICAL,
            *say("indicators_sums.year_is_december_r12"),
            _YEAR_NOT_ROLLING,
            subject="total",
        ),
        t.query(
            "stock_is_last_months",
            CRITICAL,
            *say("indicators_sums.stock_is_last_months"),
            _not_last_parts(MONTHLY_STOCKS, "month", ("quarter", "year")),
            subject="total",
        ),
        t.query(
            "year_is_fourth_quarters",
            CRITICAL,
            *say("indicators_sums.year_is_fourth_quarters"),
            _not_last_parts(QUARTERLY, "quarter", ("year",)),
            subject="total",
        ),
        t.query(
            "surveyed_rate_is_mean",
            CRITICAL,
            *say("indicators_sums.surveyed_rate_is_mean"),
            _NOT_MEAN_OF_MONTHS,
            subject="total",
        ),
        t.query(
            "province_is_its_units",
            CRITICAL,
            *say("indicators_sums.province_is_its_units"),
            _PROVINCE_NOT_UNITS,
            subject="total",
        ),
        t.query(
            "group_is_its_units",
            CRITICAL,
            *say("indicators_sums.group_is_its_units"),
            _GROUP_NOT_UNITS,
            subject="total",
        ),
        t.query(
            "counties_within_unit",
            CRITICAL,
            *say("indicators_sums.counties_within_unit"),
            _COUNTIES_ABOVE_UNIT,
            subject="total",
        ),
        *_parts(t),
        t.query(
            "card_coverage_counts_holders",
            CRITICAL,
            *say("indicators_sums.card_coverage_counts_holders"),
            _part_above_whole("social_card_population_coverage_rate", "social_card_holders", "<>"),
            subject="total",
        ),
    )
