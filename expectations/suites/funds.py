"""What must be true of fund supervision as published: its rules, and the counts of what they found."""

from __future__ import annotations

from expectations.rule import CRITICAL, PRIVACY_LAW, SPEC_INDICATORS, SPEC_MARTS, STATISTICS_LAW, WARNING, Suite, Table
from expectations.suites.indicators.facts import SMALLEST_SHOWN
from expectations.text import say
from expectations.vocabulary import MATURITIES, PROVINCE

RULES = "marts.dim_fund_rule"
FOUND = "marts.fct_fund_supervision"
CELL = ("rule", "region_code", "period_end")
FIGURES = ("found", "persons", "amount_at_risk")
OUTCOMES = ("cases", "confirmed", "explained", "recovered", "recovered_amount")
OPEN, NOT_RECOVERED = "cases - confirmed - explained", "confirmed - recovered"
FORMULAS = ("records", "payments_since", "contributions_outside")

_TOGETHER = f"""
SELECT whole.rule, whole.region_code, whole.period_end FROM {FOUND} AS whole JOIN (
    SELECT region_code, period_end, max(persons) AS most, sum(persons) AS persons, max(amount_at_risk) AS largest,
        sum(amount_at_risk) AS amount
    FROM {FOUND} WHERE rule <> '*' GROUP BY ALL
) AS part USING (region_code, period_end)
WHERE whole.rule = '*' AND (whole.persons < most OR whole.persons > part.persons
    OR whole.amount_at_risk < largest - 0.01 OR whole.amount_at_risk > part.amount + 0.01)
"""
_TOLD_BY_THE_WHOLE = f"""
SELECT DISTINCT whole.rule, whole.region_code, whole.period_end
FROM {FOUND} AS whole JOIN {FOUND} AS part USING (region_code, period_end)
WHERE whole.rule = '*' AND part.rule <> '*' AND ((part.is_suppressed AND NOT whole.is_suppressed)
    OR (part.is_outcome_suppressed AND NOT whole.is_outcome_suppressed))
"""
_ACCOUNTS = """
SELECT dump_id, line_number FROM staging.stg_pension__pension_payment
WHERE regexp_full_match(account_hash, '[0-9 ]{12,}')
"""


def _alone(flag: str) -> str:
    return (
        f"SELECT above.rule, above.region_code, above.period_end FROM {FOUND} AS hidden JOIN {FOUND} AS above"
        " USING (rule, period_end)"
        f" WHERE hidden.region_code <> '{PROVINCE}' AND above.region_code = '{PROVINCE}'"
        f" AND hidden.{flag} AND NOT above.{flag} GROUP BY ALL HAVING count(*) = 1"
    )


def fund_suites(smallest_shown: str = SMALLEST_SHOWN) -> tuple[Suite, ...]:
    """The suites of these tables. `smallest_shown`: SQL of the smallest count that is not withheld."""
    rule = Table(RULES, ("rule",), SPEC_MARTS)
    t = Table(FOUND, CELL, SPEC_INDICATORS)
    small = " OR ".join(
        f"({count} > 0 AND {count} < {smallest_shown})"
        for count in ("persons", "cases", "confirmed", "explained", "recovered", OPEN, NOT_RECOVERED)
    )
    return (
        Suite(
            "dim_fund_rule",
            *say("funds.suite_dim_fund_rule"),
            (
                rule.key("rule"),
                rule.required(
                    *("rule", "version", "priority", "name_zh", "name_en", "basis_zh", "basis_en"),
                    *("inputs", "precision_zh", "precision_en", "in_force_from", "source_zh", "source_en"),
                ),
                rule.one_of("amount_formula", FORMULAS),
                rule.no_personal_number(),
            ),
        ),
        Suite(
            "fct_fund_supervision",
            *say("funds.suite_fct_fund_supervision"),
            (
                t.key(*CELL),
                t.required(
                    *CELL,
                    *("examined", "maturity", "is_estimate", "is_suppressed", "is_outcome_suppressed"),
                    "method_version",
                ),
                t.one_of("maturity", MATURITIES),
                t.rows(
                    "rule_known",
                    CRITICAL,
                    *say("funds.rule_known"),
                    f"rule <> '*' AND rule NOT IN (SELECT rule FROM {RULES} WHERE rule IS NOT NULL)",
                    subject="reference",
                ),
                t.rows(
                    "province_and_units_only",
                    CRITICAL,
                    *say("funds.province_and_units_only"),
                    "region_code NOT IN"
                    " (SELECT region_code FROM marts.dim_region WHERE level IN ('province', 'prefecture'))",
                    subject="privacy",
                    source=PRIVACY_LAW,
                ),
                t.rows(
                    "found_among_examined",
                    CRITICAL,
                    *say("funds.found_among_examined"),
                    "found < 0 OR found > examined OR persons < 0 OR persons > found OR amount_at_risk < 0"
                    " OR NOT isfinite(amount_at_risk) OR (amount_at_risk > 0 AND found = 0)",
                    subject="total",
                ),
                t.rows(
                    "outcomes_of_cases",
                    CRITICAL,
                    *say("funds.outcomes_of_cases"),
                    "least(confirmed, explained, recovered, recovered_amount) < 0 OR confirmed + explained > cases"
                    " OR recovered > confirmed OR (recovered_amount > 0 AND recovered = 0)",
                    subject="total",
                ),
                t.rows(
                    "precision_is_a_quotient",
                    CRITICAL,
                    *say("funds.precision_is_a_quotient"),
                    "precision IS DISTINCT FROM confirmed::DOUBLE / nullif(confirmed + explained, 0)"
                    " OR (median_days_to_close < 0)"
                    " OR (median_days_to_close IS NOT NULL AND coalesce(confirmed + explained, 0) = 0)",
                    subject="total",
                ),
                t.query(
                    "together_each_once",
                    CRITICAL,
                    *say("funds.together_each_once"),
                    _TOGETHER,
                    subject="total",
                ),
                t.rows(
                    "withheld_wholly",
                    CRITICAL,
                    *say("funds.withheld_wholly"),
                    f"is_suppressed <> ({' OR '.join(f'{name} IS NULL' for name in FIGURES)})"
                    f" OR is_outcome_suppressed <> ({' OR '.join(f'{name} IS NULL' for name in OUTCOMES)})"
                    f" OR (is_suppressed AND coalesce({', '.join(FIGURES)}) IS NOT NULL)"
                    " OR (is_suppressed AND NOT is_outcome_suppressed)"
                    f" OR (is_outcome_suppressed AND coalesce({', '.join(OUTCOMES)}) IS NOT NULL)"
                    " OR (is_outcome_suppressed AND median_days_to_close IS NOT NULL)",
                    subject="privacy",
                    source=STATISTICS_LAW,
                ),
                t.rows(
                    "small_counts_withheld",
                    CRITICAL,
                    *say("funds.small_counts_withheld"),
                    small,
                    subject="privacy",
                    source=STATISTICS_LAW,
                ),
                t.query(
                    "never_withheld_alone",
                    CRITICAL,
                    *say("funds.never_withheld_alone"),
                    f"{_alone('is_suppressed')} UNION {_alone('is_outcome_suppressed')}",
                    subject="privacy",
                    source=STATISTICS_LAW,
                ),
                t.query(
                    "not_told_by_all_together",
                    CRITICAL,
                    *say("funds.not_told_by_all_together"),
                    _TOLD_BY_THE_WHOLE,
                    subject="privacy",
                    source=STATISTICS_LAW,
                ),
                t.query(
                    "accounts_are_hashed",
                    WARNING,
                    *say("funds.accounts_are_hashed"),
                    _ACCOUNTS,
                    show=("dump_id", "line_number"),
                    subject="privacy",
                    source=PRIVACY_LAW,
                ),
                t.no_personal_number(),
            ),
        ),
    )
