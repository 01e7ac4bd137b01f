"""What must be true of the composite indices: their components, the indices with their ranks, what ranks hang on."""

from __future__ import annotations

from expectations.rule import CRITICAL, SPEC_INDICATORS, STATISTICS_LAW, Rule, Suite, Table
from expectations.suites.indicators.facts import SMALLEST_SHOWN
from expectations.text import say
from expectations.vocabulary import MATURITIES, VALUES, differs

COMPONENTS = "marts.fct_index_component"
INDICES = "marts.fct_composite_index"
VARIANTS = "marts.fct_index_sensitivity"

OF_PERIOD = ("region_code", "period_type", "period_end")
OF_COMPONENT = ("index_id", "component_id", *OF_PERIOD)
OF_INDEX = ("index_id", "form", "aggregation", *OF_PERIOD)
OF_VARIANT = ("index_id", "form", "variant", *OF_PERIOD)
FACTS = ("index_version", "is_estimate", "is_suppressed", "method_version")
PERIODS = ("quarter", "year")
INDEX_IDS = ("employment", "insurance")
FORMS = ("score", "index")
AGGREGATIONS = ("arithmetic", "geometric")
MISSING = ("suppressed", "no_target", "no_data")
COUNTED = "component_id IN ('reemployed', 'hard_to_employ_placed')"
"""Components of which persons are counted for the index alone."""

_OF_COUNTIES = "region_code IN (SELECT region_code FROM marts.dim_region WHERE level = 'county')"


def _parameter(name: str) -> str:
    return f"(SELECT max(value) FROM marts.dim_parameter WHERE is_in_force AND parameter_id = 'index_{name}')"


_WEIGHTS_NOT_ONE = f"""
SELECT index_id, region_code, period_type, period_end FROM {COMPONENTS} GROUP BY ALL
HAVING abs(sum(weight) - 1) > 1e-9
"""
_NOT_RESCALED = f"""
SELECT index_id, region_code, period_type, period_end FROM {COMPONENTS} GROUP BY ALL
HAVING (count(effective_weight) > 0) <> (round(sum(weight) FILTER (value IS NOT NULL), 9) >= {_parameter("min_weight")})
    OR count(effective_weight) NOT IN (0, count(value)) OR abs(sum(effective_weight) - 1) > 1e-9
"""
_NOT_AS_IN_THEIR_TABLE = f"""
SELECT component.* FROM {COMPONENTS} AS component WHERE indicator_id IS NOT NULL AND actual IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM {VALUES} AS figure
    WHERE figure.indicator_id = component.indicator_id AND figure.region_code = component.region_code
        AND figure.period_end = component.period_end AND figure.period_type IN ('ytd', 'quarter')
        AND figure.value = component.actual
)
"""
_WITHHELD_ALONE = f"""
SELECT component_id, region.parent_code AS unit_code, period_type, period_end FROM {COMPONENTS}
JOIN marts.dim_region AS region USING (region_code) WHERE {COUNTED} AND is_suppressed
GROUP BY ALL HAVING count(*) = 1
"""
_NOT_OF_ITS_COMPONENTS = f"""
SELECT whole.* FROM {INDICES} AS whole LEFT JOIN (
    SELECT index_id, region_code, period_type, period_end, sum(contribution) AS contributions,
        sum(score_contribution) AS score, 100 * exp(sum(effective_weight * ln(z))) AS geometric,
        sum(contribution_change) AS change
    FROM {COMPONENTS} GROUP BY ALL
) AS parts USING (index_id, region_code, period_type, period_end)
CROSS JOIN LATERAL (
    SELECT CASE WHEN form = 'score' THEN score WHEN aggregation = 'geometric' THEN geometric ELSE contributions END
        AS sum
) AS made
WHERE (whole.value IS NULL) <> (made.sum IS NULL) OR {differs("whole.value", "made.sum")}
    OR (form = 'index' AND aggregation = 'arithmetic' AND ((whole.change_yoy IS NULL) <> (parts.change IS NULL)
        OR {differs("whole.change_yoy", "parts.change")}))
"""
_GEOMETRIC_ABOVE = f"""
SELECT one.* FROM {INDICES} AS one JOIN {INDICES} AS other
    USING (index_id, form, region_code, period_type, period_end)
WHERE one.aggregation = 'geometric' AND other.aggregation = 'arithmetic' AND one.value > other.value + 1e-9
"""
# What differs by no more than the rounding of a sum may stand in either order.
_NOT_IN_ORDER = f"""
SELECT own.index_id, own.form, own.aggregation, own.region_code, own.period_type, own.period_end
FROM {INDICES} AS own JOIN {INDICES} AS other
    USING (index_id, form, aggregation, period_type, period_end, peer_group)
WHERE own.rank IS NOT NULL AND other.rank IS NOT NULL
GROUP BY own.index_id, own.form, own.aggregation, own.region_code, own.period_type, own.period_end, own.rank,
    own.peers_n, own.value
HAVING own.peers_n <> count(*) OR own.rank < 1 + count(*) FILTER (other.value > own.value + 1e-7)
    OR own.rank > count(*) FILTER (other.value > own.value - 1e-7)
"""
_NOT_ITS_RANK = f"""
SELECT variant.* FROM {VARIANTS} AS variant LEFT JOIN {INDICES} AS base
    ON base.index_id = variant.index_id AND base.form = variant.form AND base.aggregation = 'arithmetic'
    AND base.region_code = variant.region_code AND base.period_type = variant.period_type
    AND base.period_end = variant.period_end
WHERE variant.rank + variant.rank_change IS DISTINCT FROM base.rank OR variant.rank NOT BETWEEN 1 AND base.peers_n
"""


def index_suites(smallest_shown: str = SMALLEST_SHOWN) -> tuple[Suite, ...]:
    """The suites of these tables. `smallest_shown`: SQL of the smallest count that is not withheld."""
    return (_component_suite(smallest_shown), _index_suite(), _variant_suite())


def _component_suite(smallest_shown: str) -> Suite:
    t = Table(COMPONENTS, OF_COMPONENT, SPEC_INDICATORS)
    z = f"least(1, greatest({_parameter('z_floor')}, (value - goal_low) / (goal_high - goal_low)))"  # of the goalposts
    return Suite(
        "fct_index_component",
        *say("indices.suite_fct_index_component"),
        (
            *_frame(t, OF_COMPONENT, "goal_low", "goal_high", "weight", "too_uncertain", "is_ranked"),
            t.one_of("direction", ("higher", "lower")),
            t.one_of("compare", ("level", "annual_attainment", "yoy")),
            t.one_of("missing", MISSING),
            t.query(
                "weights_add_up",
                CRITICAL,
                *say("indices.weights_add_up"),
                _WEIGHTS_NOT_ONE,
                subject="total",
                show=("index_id", *OF_PERIOD),
            ),
            t.query(
                "weights_rescaled",
                CRITICAL,
                *say("indices.weights_rescaled"),
                _NOT_RESCALED,
                subject="total",
                show=("index_id", *OF_PERIOD),
            ),
            t.query(
                "figures_as_in_their_table",
                CRITICAL,
                *say("indices.figures_as_in_their_table"),
                _NOT_AS_IN_THEIR_TABLE,
                subject="total",
            ),
            t.rows(
                "value_of_the_comparison",
                CRITICAL,
                *say("indices.value_of_the_comparison"),
                "(value IS NULL) <> (missing IS NOT NULL)"
                f" OR (compare = 'annual_attainment' AND {differs('value', '(100 * actual / expected_value)')})"
                " OR (compare = 'level' AND value <> actual)",
                subject="total",
            ),
            t.rows(
                "z_between_the_goalposts",
                CRITICAL,
                *say("indices.z_between_the_goalposts"),
                f"(z IS NULL) <> (value IS NULL) OR {differs('z', z)} OR (points IS NULL) <> (value IS NULL)"
                " OR points < 0 OR (compare = 'annual_attainment' AND points > greatest(value, 0) / 100 + 1e-9)"
                " OR (compare = 'level' AND points > 1)",
                subject="total",
            ),
            t.rows(
                "contributions_of_the_weights",
                CRITICAL,
                *say("indices.contributions_of_the_weights"),
                "(contribution IS NULL) <> (effective_weight IS NULL)"
                " OR (score_contribution IS NULL) <> (effective_weight IS NULL)"
                f" OR {differs('contribution', '(100 * effective_weight * z)')}"
                f" OR {differs('score_contribution', '(100 * effective_weight * points)')}",
                subject="total",
            ),
            t.rows(
                "only_counties_withheld",
                CRITICAL,
                *say("indices.only_counties_withheld"),
                f"is_suppressed AND (NOT ({_OF_COUNTIES} OR component_id = 'fund_doubts')"
                " OR coalesce(actual, value, numerator) IS NOT NULL)",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.rows(
                "small_counts_withheld",
                CRITICAL,
                *say("indices.small_counts_withheld"),
                f"{COUNTED} AND {_OF_COUNTIES} AND ((numerator > 0 AND numerator < {smallest_shown})"
                f" OR (denominator > 0 AND denominator < {smallest_shown}))",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.query(
                "never_withheld_alone",
                CRITICAL,
                *say("indices.never_withheld_alone"),
                _WITHHELD_ALONE,
                subject="privacy",
                source=STATISTICS_LAW,
                show=("component_id", "unit_code", "period_type", "period_end"),
            ),
            t.no_personal_number(),
        ),
    )


def _index_suite() -> Suite:
    t = Table(INDICES, OF_INDEX, SPEC_INDICATORS)
    return Suite(
        "fct_composite_index",
        *say("indices.suite_fct_composite_index"),
        (
            *_frame(t, OF_INDEX, "present_weight", "too_uncertain", "is_confirmed", "maturity"),
            t.one_of("form", FORMS),
            t.one_of("aggregation", AGGREGATIONS),
            t.query(
                "index_of_its_components",
                CRITICAL,
                *say("indices.index_of_its_components"),
                _NOT_OF_ITS_COMPONENTS,
                subject="total",
            ),
            t.query(
                "geometric_not_above",
                CRITICAL,
                *say("indices.geometric_not_above"),
                _GEOMETRIC_ABOVE,
                subject="total",
            ),
            t.query("ranks_in_order", CRITICAL, *say("indices.ranks_in_order"), _NOT_IN_ORDER, subject="level"),
            t.rows(
                "only_certain_ranked",
                CRITICAL,
                *say("indices.only_certain_ranked"),
                "rank IS NOT NULL AND (value IS NULL OR too_uncertain OR peer_group IS NULL)",
                subject="level",
            ),
            t.rows(
                "interval_of_the_rank",
                CRITICAL,
                *say("indices.interval_of_the_rank"),
                "(rank IS NULL) <> (rank_low95 IS NULL) OR rank_low95 < 1 OR rank_low95 > rank_high95"
                " OR rank_high95 > peers_n OR keeps_rank_share NOT BETWEEN 0 AND 1 OR top3_share NOT BETWEEN 0 AND 1",
                subject="level",
            ),
            t.no_personal_number(),
        ),
    )


def _variant_suite() -> Suite:
    t = Table(VARIANTS, OF_VARIANT, SPEC_INDICATORS)
    return Suite(
        "fct_index_sensitivity",
        *say("indices.suite_fct_index_sensitivity"),
        (
            *_frame(t, OF_VARIANT, "rank", "rank_change", "keeps_rank_share", "maturity"),
            t.one_of("form", FORMS),
            t.rows(
                "variant_known",
                CRITICAL,
                *say("indices.variant_known"),
                "variant NOT IN ('goalposts_wider', 'goalposts_narrower', 'geometric', 'random_weights')"
                " AND NOT starts_with(variant, 'without_')",
            ),
            t.query("rank_it_changes", CRITICAL, *say("indices.rank_it_changes"), _NOT_ITS_RANK, subject="level"),
            t.rows(
                "keeps_its_rank_or_not",
                CRITICAL,
                *say("indices.keeps_its_rank_or_not"),
                "keeps_rank_share NOT BETWEEN 0 AND 1"
                " OR (variant <> 'random_weights' AND keeps_rank_share <> (rank_change = 0)::INTEGER)",
                subject="level",
            ),
            t.no_personal_number(),
        ),
    )


def _frame(t: Table, key: tuple[str, ...], *required: str) -> tuple[Rule, ...]:
    return (
        t.key(*key),
        t.required(*key, "period_start", *required, *FACTS),
        t.one_of("index_id", INDEX_IDS),
        t.one_of("period_type", PERIODS),
        t.one_of("maturity", MATURITIES),
        t.reference("region_code", "marts.dim_region", "region_code"),
    )
