"""What must be true of the labour market's climate: supply and demand, what firms answer, the index and its parts."""

from __future__ import annotations

from expectations.rule import CRITICAL, SPEC_INDICATORS, STATISTICS_LAW, Suite, Table
from expectations.text import say
from expectations.vocabulary import MATURITIES, VALUES, differs

MARKET = "marts.fct_market_supply_demand"
ANSWERS = "marts.fct_market_sentiment"
COMPONENTS = "marts.fct_climate_component"
INDICES = "marts.fct_climate_index"
PERIOD = ("region_code", "period_type", "period_end")
SLICE = (*PERIOD, "industry_section", "occupation_group")
QUESTION = (*PERIOD, "question", "size_class")
COMPONENT = (*PERIOD, "component")
PARTS = ("ratio", "vacancies", "new_employment", "unemployed")
LIGHTS = ("overheated", "warm", "stable", "cool", "overcooled")

_OF_COUNTIES = "region_code IN (SELECT region_code FROM marts.dim_region WHERE level = 'county')"
_PARTS_NOT_THE_WHOLE = f"""
SELECT whole.* FROM {MARKET} AS whole JOIN (
    SELECT region_code, period_type, period_end, industry_section = '*' AS by_occupation, sum(vacancies) AS vacancies,
        sum(seekers) AS seekers
    FROM {MARKET} WHERE industry_section <> '*' OR occupation_group <> '*' GROUP BY ALL
) AS parts USING (region_code, period_type, period_end)
WHERE whole.industry_section = '*' AND whole.occupation_group = '*'
    AND ({differs("parts.vacancies", "whole.vacancies")} OR {differs("parts.seekers", "whole.seekers")})
"""
_UNITS_NOT_THE_GROUP = f"""
SELECT whole.* FROM {MARKET} AS whole JOIN (
    SELECT group_code, period_type, period_end, industry_section, occupation_group, sum(vacancies) AS vacancies,
        sum(seekers) AS seekers
    FROM {MARKET} JOIN marts.dim_region USING (region_code) WHERE level = 'prefecture' GROUP BY ALL
) AS units ON units.group_code = whole.region_code AND units.period_type = whole.period_type
    AND units.period_end = whole.period_end AND units.industry_section = whole.industry_section
    AND units.occupation_group = whole.occupation_group
WHERE {differs("units.vacancies", "whole.vacancies")} OR {differs("units.seekers", "whole.seekers")}
"""
_SIZES_NOT_THE_WHOLE = f"""
SELECT whole.* FROM {ANSWERS} AS whole JOIN (
    SELECT region_code, period_type, period_end, question, sum(answers) AS answers
    FROM {ANSWERS} WHERE size_class <> '*' GROUP BY ALL
) AS sizes USING (region_code, period_type, period_end, question)
WHERE whole.size_class = '*' AND {differs("sizes.answers", "whole.answers")}
"""
_NOT_AS_IN_THEIR_TABLES = f"""
SELECT component.* FROM {COMPONENTS} AS component JOIN (
    SELECT region_code, period_type, period_end, unnest(['ratio', 'vacancies']) AS component,
        unnest([ratio, vacancies]) AS figure
    FROM {MARKET} WHERE industry_section = '*' AND occupation_group = '*'
    UNION ALL
    SELECT region_code, period_type, period_end, 'new_employment', value FROM {VALUES}
    WHERE indicator_id = 'urban_new_employment'
    UNION ALL
    SELECT region_code, period_type, period_end, 'unemployed', numerator FROM {VALUES}
    WHERE indicator_id = 'urban_registered_unemployment_rate'
) AS known USING (region_code, period_type, period_end, component)
WHERE component.value IS DISTINCT FROM known.figure
"""
_NOT_OF_ITS_COMPONENTS = f"""
SELECT whole.* FROM {INDICES} AS whole LEFT JOIN (
    SELECT region_code, period_type, period_end,
        CASE WHEN count(contribution) = {len(PARTS)} THEN 100 * exp(sum(contribution)) END AS made_of
    FROM {COMPONENTS} GROUP BY ALL
) AS parts USING (region_code, period_type, period_end)
WHERE (whole.index_value IS NULL) <> (made_of IS NULL) OR {differs("whole.index_value", "made_of")}
"""


def _limit(name: str) -> str:
    """SQL: a parameter in force."""
    return f"(SELECT max(value) FROM marts.dim_parameter WHERE is_in_force AND parameter_id = 'climate_{name}')"


_LIGHT = "CASE " + " ".join(f"WHEN index_value >= {_limit(f'light_{one}')} THEN '{one}'" for one in LIGHTS[:-1])


def market_suites() -> tuple[Suite, ...]:
    """The suites of the tables of the labour market's climate."""
    return (_market_suite(), _answer_suite(), _component_suite(), _index_suite())


def _market_suite() -> Suite:
    t = Table(MARKET, SLICE, SPEC_INDICATORS)
    return Suite(
        "fct_market_supply_demand",
        *say("market.suite_fct_market_supply_demand"),
        (
            t.key(*SLICE),
            t.required(*SLICE, "vacancies", "seekers", "maturity", "is_suppressed", "method_version"),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows(
                "counts_finite_not_negative",
                CRITICAL,
                *say("market.counts_finite_not_negative"),
                " OR ".join(
                    f"{column} < 0 OR NOT isfinite({column})" for column in ("vacancies", "seekers", "registered_firms")
                ),
            ),
            t.rows(
                "ratio_of_the_sums",
                CRITICAL,
                *say("market.ratio_of_the_sums"),
                f"(ratio IS NULL) <> (seekers = 0) OR {differs('ratio', 'vacancies / nullif(seekers, 0)')}",
                subject="total",
            ),
            t.query("parts_add_up", CRITICAL, *say("market.parts_add_up"), _PARTS_NOT_THE_WHOLE, subject="total"),
            t.query(
                "units_add_up_in_groups",
                CRITICAL,
                *say("market.units_add_up_in_groups"),
                _UNITS_NOT_THE_GROUP,
                subject="total",
            ),
            t.rows(
                "firms_of_one_occupation",
                CRITICAL,
                *say("market.firms_of_one_occupation"),
                "registered_firms IS NOT NULL AND occupation_group = '*'",
            ),
            t.rows(
                "no_cell_of_two_kinds",
                CRITICAL,
                *say("market.no_cell_of_two_kinds"),
                f"(industry_section <> '*' AND occupation_group <> '*') OR {_OF_COUNTIES}",
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.no_personal_number(),
        ),
    )


def _answer_suite() -> Suite:
    t = Table(ANSWERS, QUESTION, SPEC_INDICATORS)
    return Suite(
        "fct_market_sentiment",
        *say("market.suite_fct_market_sentiment"),
        (
            t.key(*QUESTION),
            t.required(*QUESTION, "answers", "is_weighted", "maturity", "is_suppressed", "method_version"),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows(
                "shares_are_a_whole",
                CRITICAL,
                *say("market.shares_are_a_whole"),
                f"{differs('(share_up + share_same + share_down)', '100')} OR least(share_up, share_same, share_down)"
                " < 0",
                subject="total",
            ),
            t.rows(
                "index_of_the_shares",
                CRITICAL,
                *say("market.index_of_the_shares"),
                f"(diffusion_index IS NULL) <> (share_up IS NULL) OR (balance IS NULL) <> (share_up IS NULL)"
                f" OR {differs('diffusion_index', '(share_up + share_same / 2)')}"
                f" OR {differs('balance', '(share_up - share_down)')}",
                subject="total",
            ),
            t.rows(
                "no_index_of_few_answers",
                CRITICAL,
                *say("market.no_index_of_few_answers"),
                f"(answers >= {_limit('min_answers')}) <> (share_up IS NOT NULL)",
            ),
            t.query("sizes_add_up", CRITICAL, *say("market.sizes_add_up"), _SIZES_NOT_THE_WHOLE, subject="total"),
            t.rows(
                "answers_of_no_county",
                CRITICAL,
                *say("market.answers_of_no_county"),
                _OF_COUNTIES,
                subject="privacy",
                source=STATISTICS_LAW,
            ),
            t.no_personal_number(),
        ),
    )


def _component_suite() -> Suite:
    t = Table(COMPONENTS, COMPONENT, SPEC_INDICATORS)
    return Suite(
        "fct_climate_component",
        *say("market.suite_fct_climate_component"),
        (
            t.key(*COMPONENT),
            t.required(*COMPONENT, "weight", "too_uncertain", "maturity", "is_suppressed", "method_version"),
            t.one_of("component", PARTS),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows(
                "contribution_of_the_relative",
                CRITICAL,
                *say("market.contribution_of_the_relative"),
                f"(contribution IS NULL) <> (relative IS NULL) OR {differs('relative', '(value / base_value)')}"
                f" OR {differs('contribution', '(weight * ln(relative))')}",
                subject="total",
            ),
            t.rows(
                "only_final_is_compared",
                CRITICAL,
                *say("market.only_final_is_compared"),
                "contribution IS NOT NULL AND maturity <> 'final'",
            ),
            t.query(
                "components_as_in_their_tables",
                CRITICAL,
                *say("market.components_as_in_their_tables"),
                _NOT_AS_IN_THEIR_TABLES,
                subject="total",
            ),
            t.no_personal_number(),
        ),
    )


def _index_suite() -> Suite:
    t = Table(INDICES, PERIOD, SPEC_INDICATORS)
    return Suite(
        "fct_climate_index",
        *say("market.suite_fct_climate_index"),
        (
            t.key(*PERIOD),
            t.required(*PERIOD, "too_uncertain", "maturity", "is_suppressed", "method_version"),
            t.one_of("light", LIGHTS),
            t.one_of("maturity", MATURITIES),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.query(
                "index_of_its_components",
                CRITICAL,
                *say("market.index_of_its_components"),
                _NOT_OF_ITS_COMPONENTS,
                subject="total",
            ),
            t.rows(
                "base_year_is_100",
                CRITICAL,
                *say("market.base_year_is_100"),
                "year(period_end) = base_year AND (index_value IS NULL OR abs(index_value - 100) > 1e-9)",
                subject="total",
            ),
            t.rows(
                "light_as_the_limits_say",
                CRITICAL,
                *say("market.light_as_the_limits_say"),
                f"light IS DISTINCT FROM CASE WHEN index_value IS NOT NULL AND NOT too_uncertain THEN {_LIGHT}"
                f" ELSE '{LIGHTS[-1]}' END END",
                subject="level",
            ),
            t.no_personal_number(),
        ),
    )
