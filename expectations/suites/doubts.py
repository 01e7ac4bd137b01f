"""What must be true of doubtful records as published: counts of the right shape, about nobody. That there are any is a
warning for each rule, never more: a doubt is a question to whoever keeps the record."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.rule import CONTRACT, CRITICAL, PRIVACY_LAW, SPEC_INDICATORS, SPEC_MARTS, WARNING, Suite, Table
from expectations.text import both, say

RULES = "marts.dim_doubt_rule"
DOUBTS = "marts.fct_data_doubt"
SEVERITIES = ("warning", "info")

_INSURANCE_LAW = both("origins.insurance_law")
_TRAINING = both("origins.training_rules")

# What each rule on records protects, and its source; how it is judged stands in its model, its precision in
# dim_doubt_rule.
PROTECTED = (
    (
        "identity_number",
        *say("doubts.identity_number"),
        "GB 11643",
    ),
    (
        "credit_code",
        *say("doubts.credit_code"),
        "GB 32100",
    ),
    (
        "identity_facts",
        *say("doubts.identity_facts"),
        "GB 11643",
    ),
    (
        "insured_in_two_units",
        *say("doubts.insured_in_two_units"),
        _INSURANCE_LAW,
    ),
    (
        "two_pensions",
        *say("doubts.two_pensions"),
        both("origins.pension_linking"),
    ),
    (
        "unemployed_while_insured",
        *say("doubts.unemployed_while_insured"),
        both("origins.employment_services"),
    ),
    (
        "pension_after_death",
        *say("doubts.pension_after_death"),
        _INSURANCE_LAW,
    ),
    (
        "pension_age",
        *say("doubts.pension_age"),
        both("origins.retirement"),
    ),
    (
        "training_repeated",
        *say("doubts.training_repeated"),
        both("origins.employment_subsidies"),
    ),
    (
        "under_16",
        *say("doubts.under_16"),
        both("origins.child_labour"),
    ),
    (
        "certificate_before_training_end",
        *say("doubts.certificate_before_training_end"),
        _TRAINING,
    ),
    (
        "same_day_two_units",
        *say("doubts.same_day_two_units"),
        _TRAINING,
    ),
    (
        "arbitration_out_of_order",
        *say("doubts.arbitration_out_of_order"),
        both("origins.arbitration_rules"),
    ),
    (
        "arbitration_beyond_term",
        *say("doubts.arbitration_beyond_term"),
        both("origins.arbitration_term"),
    ),
    (
        "inspection_overdue",
        *say("doubts.inspection_overdue"),
        both("origins.inspection"),
    ),
    (
        "recovered_above_owed",
        *say("doubts.recovered_above_owed"),
        both("origins.wage_payment"),
    ),
    (
        "two_active_cards",
        *say("doubts.two_active_cards"),
        both("origins.social_security_cards"),
    ),
    (
        "counted_again",
        *say("doubts.counted_again"),
        SPEC_INDICATORS,
    ),
    (
        "person_two_names",
        *say("doubts.person_two_names"),
        both("origins.identity_cards"),
    ),
    (
        "employer_two_names",
        *say("doubts.employer_two_names"),
        "GB 32100",
    ),
    (
        "event_repeated",
        *say("doubts.event_repeated"),
        CONTRACT,
    ),
    (
        "key_in_two_units",
        *say("doubts.key_in_two_units"),
        CONTRACT,
    ),
)

_UNITS_ABOVE_PROVINCE = f"""
SELECT unit.rule_id, '420000' AS region_code, unit.period_end
FROM (SELECT rule_id, period_end, sum(doubts) AS doubts, sum(records_examined) AS examined
    FROM {DOUBTS} WHERE region_code <> '420000' GROUP BY ALL) AS unit
LEFT JOIN {DOUBTS} AS province ON province.region_code = '420000' AND province.rule_id = unit.rule_id
    AND province.period_end = unit.period_end
WHERE unit.doubts > province.doubts OR unit.examined > coalesce(province.records_examined, 0)
"""


def doubt_suites() -> Iterator[Suite]:
    """The suites of dim_doubt_rule and fct_data_doubt."""
    rule = Table(RULES, ("rule_id",), SPEC_MARTS)
    yield Suite(
        "dim_doubt_rule",
        *say("doubts.suite_dim_doubt_rule"),
        (
            rule.key("rule_id"),
            rule.required(
                "rule_id", "severity", "name_zh", "name_en", "basis_zh", "basis_en", "precision_zh", "precision_en"
            ),
            rule.one_of("severity", SEVERITIES),
            rule.one_of("rule_id", (name for name, *_ in PROTECTED)),
            rule.no_personal_number(),
        ),
    )
    cell = ("rule_id", "region_code", "period_end")
    doubt = Table(DOUBTS, cell, SPEC_MARTS)
    yield Suite(
        "fct_data_doubt",
        *say("doubts.suite_fct_data_doubt"),
        (
            doubt.key(*cell),
            doubt.required(*cell, "records_examined", "severity", "is_suppressed"),
            doubt.one_of("severity", SEVERITIES),
            doubt.reference("rule_id", RULES, "rule_id"),
            doubt.rows(
                "period_known",
                CRITICAL,
                *say("doubts.period_known"),
                "period_end NOT IN (SELECT period_end FROM marts.dim_period)",
                subject="reference",
            ),
            doubt.rows(
                "begun_by_as_of",
                CRITICAL,
                *say("doubts.begun_by_as_of"),
                "date_trunc('month', period_end) > (SELECT as_of FROM landed.run)",
            ),
            doubt.rows(
                "province_and_units_only",
                CRITICAL,
                *say("doubts.province_and_units_only"),
                "region_code NOT IN"
                " (SELECT region_code FROM marts.dim_region WHERE level IN ('province', 'prefecture'))",
                subject="privacy",
                source=PRIVACY_LAW,
            ),
            doubt.rows(
                "doubts_among_examined",
                CRITICAL,
                *say("doubts.doubts_among_examined"),
                "doubts < 0 OR doubts > records_examined",
                subject="total",
            ),
            doubt.query(
                "units_within_province",
                CRITICAL,
                *say("doubts.units_within_province"),
                _UNITS_ABOVE_PROVINCE,
                subject="total",
            ),
            doubt.rows(
                "withheld_wholly",
                CRITICAL,
                *say("doubts.withheld_wholly"),
                "is_suppressed <> (doubts IS NULL)",
                subject="privacy",
                source=PRIVACY_LAW,
            ),
            doubt.no_personal_number(),
            *(
                doubt.rows(
                    f"no_{name}",
                    WARNING,
                    zh,
                    en,
                    f"rule_id = '{name}' AND (doubts > 0 OR is_suppressed)",
                    subject="level",
                    source=source,
                )
                for name, zh, en, source in PROTECTED
            ),
        ),
    )
