"""What must be true of marts.fct_target and marts.fct_target_balance: what is asked of each region, and whether it adds
up."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.rule import CRITICAL, PLAN, SPEC_INDICATORS, STATISTICS_LAW, Suite, Table
from expectations.suites.dimensions import TARGET_KINDS
from expectations.text import say
from expectations.vocabulary import PROVINCE, VALUES, differs

TARGETS, BALANCE = "marts.fct_target", "marts.fct_target_balance"
BASES = ("plan", "allocated", "annual_plan", "proposed", "interpolated")
METHODS = (
    "printed",
    "delivered",
    "share_of_last_year",
    "share_of_population",
    "share_of_way",
    "target_above",
    "even_steps",
    "sum_of_units",
)
_END = "target_year = (SELECT year(end_date) FROM reference.plans AS plan WHERE plan.plan_id = part.plan_id)"
_NOT_ADDING_UP = f"""
SELECT part.plan_id, part.indicator_id, region.parent_code AS region_code, part.target_year
FROM {TARGETS} AS part JOIN marts.dim_region AS region USING (region_code)
JOIN {TARGETS} AS above ON above.region_code = region.parent_code AND above.plan_id = part.plan_id
    AND above.indicator_id = part.indicator_id AND above.target_year = part.target_year
WHERE part.{_END} AND region.level IN ('prefecture', 'county') AND part.weight IS NOT NULL
GROUP BY ALL HAVING count(*) FILTER (WHERE part.basis = 'proposed') > 0
    AND sum(CASE WHEN part.basis <> 'proposed' THEN part.target_value ELSE 0 END) <= any_value(above.target_value)
    AND sum(part.target_value::DECIMAL(28, 10)) <> any_value(above.target_value)::DECIMAL(28, 10)
"""
_NOT_ONE = f"""
SELECT part.plan_id, part.indicator_id, region.parent_code AS region_code, part.target_year
FROM {TARGETS} AS part JOIN marts.dim_region AS region USING (region_code)
WHERE part.weight IS NOT NULL AND region.level IN ('prefecture', 'county')
GROUP BY ALL HAVING abs(sum(part.weight) - 1) > 1e-9
"""
_OVERWRITTEN = f"""
SELECT part.plan_id, part.indicator_id, part.region_code, part.target_year
FROM {TARGETS} AS part
JOIN intermediate.int_plan_target AS given USING (plan_id, indicator_id, region_code, target_year)
WHERE given.is_of_the_plan AND given.target IS NOT NULL AND {differs("part.target_value", "given.target")}
"""
_READ_OFF = f"""
SELECT part.plan_id, part.indicator_id, part.region_code, part.target_year
FROM {TARGETS} AS part JOIN marts.dim_region AS region USING (region_code)
JOIN marts.dim_region AS neighbour ON neighbour.parent_code = region.parent_code AND neighbour.level = region.level
JOIN {VALUES} AS cell ON cell.region_code = neighbour.region_code AND cell.indicator_id = part.indicator_id
    AND cell.period_type = 'year' AND year(cell.period_end) = part.weight_year
WHERE cell.is_suppressed
"""


def target_suites() -> Iterator[Suite]:
    """The suites of fct_target and fct_target_balance."""
    t = Table(TARGETS, ("plan_id", "indicator_id", "region_code", "target_year"), SPEC_INDICATORS)
    yield Suite(
        "fct_target",
        *say("targets.suite_fct_target"),
        (
            t.key("plan_id", "indicator_id", "region_code", "target_year"),
            t.required("plan_id", "indicator_id", "region_code", "target_year", "target_value", "basis", "method"),
            t.one_of("target_kind", tuple(kind for kind in TARGET_KINDS if kind != "text")),
            t.one_of("basis", BASES),
            t.one_of("method", METHODS),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows(
                "plan_indicator_known",
                CRITICAL,
                *say("targets.plan_indicator_known"),
                "(plan_id, indicator_id) NOT IN (SELECT plan_id, indicator_id FROM marts.dim_plan_indicator)",
                subject="reference",
                source=PLAN,
            ),
            t.rows(
                "year_of_plan",
                CRITICAL,
                *say("targets.year_of_plan"),
                "(plan_id, target_year) NOT IN (SELECT plan_id, unnest(range(year(start_date), year(end_date) + 1))"
                " FROM reference.plans)",
                subject="reference",
            ),
            t.rows(
                "end_is_plans",
                CRITICAL,
                *say("targets.end_is_plans"),
                f"region_code = '{PROVINCE}' AND basis = 'plan' AND (plan_id, indicator_id, target_value) NOT IN"
                " (SELECT plan_id, indicator_id, target FROM marts.dim_plan_indicator WHERE target IS NOT NULL)",
                source=PLAN,
            ),
            t.rows(
                "finite", CRITICAL, *say("targets.finite"), "NOT isfinite(target_value) OR NOT isfinite(year_value)"
            ),
            t.rows(
                "year_value_of_sums",
                CRITICAL,
                *say("targets.year_value_of_sums"),
                "(year_value IS NULL) <> (target_kind <> 'cumulative')",
            ),
            t.query("given_kept", CRITICAL, *say("targets.given_kept"), _OVERWRITTEN, source=PLAN),
            t.query("parts_add_up", CRITICAL, *say("targets.parts_add_up"), _NOT_ADDING_UP, subject="total"),
            t.query("weights_add_up", CRITICAL, *say("targets.weights_add_up"), _NOT_ONE, subject="total"),
            t.query(
                "withheld_not_read_off",
                CRITICAL,
                *say("targets.withheld_not_read_off"),
                _READ_OFF,
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.no_personal_number(),
        ),
    )
    b = Table(BALANCE, ("plan_id", "indicator_id", "target_year"), SPEC_INDICATORS)
    yield Suite(
        "fct_target_balance",
        *say("targets.suite_fct_target_balance"),
        (
            b.key("plan_id", "indicator_id", "target_year"),
            b.required("plan_id", "indicator_id", "target_year", "province_target", "tolerance", "verdict"),
            b.one_of("verdict", ("balances", "short", "over", "not_additive")),
            b.rows(
                "plan_indicator_known",
                CRITICAL,
                *say("targets.plan_indicator_known"),
                "(plan_id, indicator_id) NOT IN (SELECT plan_id, indicator_id FROM marts.dim_plan_indicator)",
                subject="reference",
                source=PLAN,
            ),
            b.rows(
                "difference_is_difference",
                CRITICAL,
                *say("targets.difference_is_difference"),
                "(difference IS NULL) <> (sum_of_units IS NULL)"
                f" OR {differs('difference', '(sum_of_units - province_target)')}",
                subject="total",
            ),
            b.rows(
                "verdict_follows",
                CRITICAL,
                *say("targets.verdict_follows"),
                "verdict <> CASE WHEN difference IS NULL THEN 'not_additive'"
                " WHEN round(abs(difference) - tolerance, 9) <= 0 THEN 'balances'"
                " WHEN difference < 0 THEN 'short' ELSE 'over' END",
                subject="total",
            ),
            b.no_personal_number(),
        ),
    )
