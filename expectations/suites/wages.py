"""What must be true of levels of pay and of who gets less than the minimum wage; what is withheld, above all."""

from __future__ import annotations

from itertools import pairwise

from expectations.rule import CRITICAL, SPEC_INDICATORS, STATISTICS_LAW, Suite, Table
from expectations.text import say
from expectations.vocabulary import MATURITIES, PROVINCE, differs

PRICES = "marts.fct_wage_price"
FLOORS = "marts.fct_wage_floor"
CELL = ("region_code", "period_end", "dimension", "class_code")
PLACE = ("region_code", "period_end")
DIMENSIONS = ("all", "industry", "occupation", "post_grade")
QUANTILES = ("p10", "p25", "p50", "p75", "p90")
FIGURES = ("n_persons", "n_enterprises", *QUANTILES, "mean")


def _limit(parameter: str) -> str:
    return f"(SELECT any_value(value) FROM marts.dim_parameter WHERE parameter_id = '{parameter}' AND is_in_force)"


# Every cell with the two that it is a part of: its region's class above, and the province's of the same class.
_PARTS = f"""
SELECT whole.region_code, whole.period_end, whole.dimension, whole.class_code, whole.n_persons AS persons_of_whole,
    whole.is_suppressed AS is_withheld, part.dimension AS by_what, part.n_persons
FROM {PRICES} AS part JOIN {PRICES} AS whole ON whole.region_code = part.region_code
    AND whole.period_end = part.period_end AND whole.class_code = part.class_above
    AND whole.dimension = CASE part.class_above WHEN '*' THEN 'all' ELSE part.dimension END
WHERE part.dimension <> 'all'
UNION ALL
SELECT whole.region_code, whole.period_end, whole.dimension, whole.class_code, whole.n_persons, whole.is_suppressed,
    'region', part.n_persons
FROM {PRICES} AS part JOIN {PRICES} AS whole USING (period_end, dimension, class_code)
WHERE whole.region_code = '{PROVINCE}' AND part.region_code <> '{PROVINCE}'
"""
_PART_OF_WITHHELD = f"SELECT DISTINCT {', '.join(CELL)} FROM ({_PARTS}) WHERE is_withheld AND n_persons IS NOT NULL"
_LEFT_OVER = f"""
SELECT {", ".join(CELL)} FROM ({_PARTS}) WHERE NOT is_withheld
GROUP BY {", ".join(CELL)}, by_what, persons_of_whole
HAVING persons_of_whole - coalesce(sum(n_persons), 0) <> 0
    AND persons_of_whole - coalesce(sum(n_persons), 0) < {_limit("wage_min_persons")}
"""
_OF_ENTERPRISES = """
WITH counted AS (
    SELECT region_code, period_end, dimension, class_code, enterprise_uscc, sum(persons) AS persons FROM (
        SELECT region_code, period_end, dimension, class_code, enterprise_uscc, persons
        FROM intermediate.int_wage_head_count
        UNION ALL
        SELECT '420000', period_end, dimension, class_code, enterprise_uscc, persons
        FROM intermediate.int_wage_head_count WHERE region_code <> '420000'
    ) GROUP BY ALL
),
cell AS (
    SELECT region_code, period_end, dimension, class_code, sum(persons) AS persons, count(*) AS enterprises,
        max(persons) AS largest
    FROM counted GROUP BY ALL
)
"""
_PREDOMINATED = f"""
{_OF_ENTERPRISES}
SELECT {", ".join(f"price.{column}" for column in CELL)} FROM {PRICES} AS price
LEFT JOIN cell USING ({", ".join(CELL)})
WHERE NOT is_suppressed AND (persons IS DISTINCT FROM n_persons OR enterprises IS DISTINCT FROM n_enterprises
    OR largest >= {_limit("wage_max_share")} * persons)
"""
_NOT_THE_GROWTH = f"""
SELECT {", ".join(f"price.{column}" for column in CELL)} FROM {PRICES} AS price
LEFT JOIN {PRICES} AS before ON before.region_code = price.region_code AND before.dimension = price.dimension
    AND before.class_code = price.class_code AND year(before.period_end) = year(price.period_end) - 1
WHERE (price.yoy IS NULL) <> (price.mean IS NULL OR coalesce(before.mean, 0) = 0)
    OR {differs("price.yoy", "100 * (price.mean / before.mean - 1)")}
"""
_NOT_AS_THE_PRICE = f"""
SELECT floor.region_code, floor.period_end FROM {FLOORS} AS floor LEFT JOIN {PRICES} AS price
    ON price.region_code = floor.region_code AND price.period_end = floor.period_end AND price.dimension = 'all'
WHERE price.region_code IS NULL OR floor.is_suppressed <> price.is_suppressed
    OR floor.n_persons IS DISTINCT FROM price.n_persons OR floor.n_enterprises IS DISTINCT FROM price.n_enterprises
    OR (floor.is_suppressed AND share_below_minimum IS NOT NULL)
"""


def wage_suites() -> tuple[Suite, ...]:
    """The suites of the tables of pay."""
    return (_price_suite(), _floor_suite())


def _price_suite() -> Suite:
    t = Table(PRICES, CELL, SPEC_INDICATORS)
    return Suite(
        "fct_wage_price",
        *say("wages.suite_fct_wage_price"),
        (
            t.key(*CELL),
            t.required(*CELL, "class_above", "maturity", "is_estimate", "is_suppressed", "method_version"),
            t.one_of("dimension", DIMENSIONS),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows(
                "pay_of_no_county",
                CRITICAL,
                *say("wages.pay_of_no_county"),
                "region_code IN (SELECT region_code FROM marts.dim_region WHERE level = 'county')",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.rows(
                "withheld_or_whole",
                CRITICAL,
                *say("wages.withheld_or_whole"),
                f"CASE WHEN is_suppressed THEN coalesce({', '.join(FIGURES)}, yoy) IS NOT NULL"
                f" OR published_in = class_code ELSE published_in IS DISTINCT FROM class_code"
                f" OR {' OR '.join(f'{figure} IS NULL' for figure in FIGURES)} END",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.rows(
                "enough_persons_and_enterprises",
                CRITICAL,
                *say("wages.enough_persons_and_enterprises"),
                f"n_persons < {_limit('wage_min_persons')} OR n_enterprises < {_limit('wage_min_enterprises')}",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.query(
                "no_enterprise_predominates",
                CRITICAL,
                *say("wages.no_enterprise_predominates"),
                _PREDOMINATED,
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.query(
                "withheld_with_its_parts",
                CRITICAL,
                *say("wages.withheld_with_its_parts"),
                _PART_OF_WITHHELD,
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.query(
                "nothing_small_left_over",
                CRITICAL,
                *say("wages.nothing_small_left_over"),
                _LEFT_OVER,
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.rows(
                "quantiles_in_order",
                CRITICAL,
                *say("wages.quantiles_in_order"),
                f"{' OR '.join(f'{one} > {higher}' for one, higher in pairwise(QUANTILES))} OR p10 < 0"
                " OR NOT isfinite(p90) OR NOT isfinite(mean) OR mean < 0",
            ),
            t.query("growth_of_the_mean", CRITICAL, *say("wages.growth_of_the_mean"), _NOT_THE_GROWTH, subject="total"),
            t.no_personal_number(),
        ),
    )


def _floor_suite() -> Suite:
    t = Table(FLOORS, PLACE, SPEC_INDICATORS)
    return Suite(
        "fct_wage_floor",
        *say("wages.suite_fct_wage_floor"),
        (
            t.key(*PLACE),
            t.required(*PLACE, "maturity", "is_estimate", "is_suppressed", "method_version"),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows(
                "share_and_minimum_possible",
                CRITICAL,
                *say("wages.share_and_minimum_possible"),
                "share_below_minimum NOT BETWEEN 0 AND 100 + 1e-9"
                " OR lowest_minimum > highest_minimum OR lowest_minimum < 0"
                " OR (lowest_minimum IS NULL AND share_below_minimum IS NOT NULL)",
            ),
            t.query(
                "told_as_the_pay",
                CRITICAL,
                *say("wages.told_as_the_pay"),
                _NOT_AS_THE_PRICE,
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.no_personal_number(),
        ),
    )
