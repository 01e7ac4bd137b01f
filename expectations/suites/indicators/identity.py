"""Rules on one row of marts.fct_indicator_value: keys, references, how a value is written, bounds."""

from __future__ import annotations

from expectations.rule import CRITICAL, WARNING, Rule, Table
from expectations.suites.dimensions import PERIOD_TYPES, UNITS_OF_GROUPS
from expectations.suites.indicators.facts import NET, SCALED, USUALLY_WITHIN_100, WITHIN_100
from expectations.text import say
from expectations.vocabulary import CELL, MATURITIES, VALUES, differs


def identity_rules(t: Table) -> tuple[Rule, ...]:
    """Key, references, form and bounds of each row."""
    return (
        t.key(*CELL),
        t.required(
            *CELL,
            "region_level",
            "period_start",
            "unit",
            "maturity",
            "reporting_units_expected",
            "reporting_units_received",
            "is_estimate",
            "is_suppressed",
            "definition_version",
        ),
        t.one_of("period_type", PERIOD_TYPES),
        t.one_of("maturity", MATURITIES),
        t.reference("region_code", "marts.dim_region", "region_code"),
        t.rows(
            "definition_known",
            CRITICAL,
            *say("indicators_identity.definition_known"),
            "(indicator_id, definition_version, unit) NOT IN"
            " (SELECT indicator_id, definition_version, unit FROM marts.dim_indicator)",
            subject="reference",
        ),
        t.rows(
            "period_known",
            CRITICAL,
            *say("indicators_identity.period_known"),
            "(period_type, period_start, period_end) NOT IN"
            " (SELECT period_type, period_start, period_end FROM marts.dim_period)",
            subject="reference",
        ),
        t.rows(
            "region_level_agrees",
            CRITICAL,
            *say("indicators_identity.region_level_agrees"),
            "(region_code, region_level) NOT IN (SELECT region_code, level FROM marts.dim_region)",
            subject="reference",
        ),
        t.query(
            "series_id_of_one_indicator",
            CRITICAL,
            *say("indicators_identity.series_id_of_one_indicator"),
            f"SELECT DISTINCT series_id FROM {VALUES} WHERE series_id IS NULL UNION ALL"
            f" SELECT series_id FROM {VALUES} GROUP BY series_id"
            " HAVING count(DISTINCT indicator_id) > 1",
            show=("series_id",),
            subject="reference",
        ),
        t.rows(
            "begun_by_as_of",
            CRITICAL,
            *say("indicators_identity.begun_by_as_of"),
            "period_start > (SELECT as_of FROM landed.run)",
        ),
        t.rows(
            "figures_finite",
            CRITICAL,
            *say("indicators_identity.figures_finite"),
            "NOT isfinite(numerator) OR NOT isfinite(denominator) OR NOT isfinite(value)",
        ),
        t.rows(
            "value_present",
            CRITICAL,
            *say("indicators_identity.value_present"),
            "NOT is_suppressed AND value IS NULL AND value_text IS NULL",
        ),
        t.rows(
            "ratio_text_well_formed",
            CRITICAL,
            *say("indicators_identity.ratio_text_well_formed"),
            "value_text IS NOT NULL AND (value IS NOT NULL OR NOT regexp_full_match(value_text, '1:[0-9]+:[0-9]+'))",
        ),
        t.rows(
            "not_negative",
            CRITICAL,
            *say("indicators_identity.not_negative"),
            f"(numerator < 0 AND indicator_id NOT IN ({NET})) OR denominator <= 0",
        ),
        t.rows(
            "rate_is_quotient",
            CRITICAL,
            *say("indicators_identity.rate_is_quotient"),
            differs("value", "100 * numerator / denominator"),
            subject="total",
        ),
        t.rows(
            "count_is_scaled",
            CRITICAL,
            *say("indicators_identity.count_is_scaled"),
            f"denominator IS NULL AND {differs('value', SCALED)}",
            subject="total",
        ),
        t.rows(
            "within_100",
            CRITICAL,
            *say("indicators_identity.within_100"),
            f"indicator_id IN ({WITHIN_100}) AND (value < 0 OR value > 100 + 1e-9)",
        ),
        t.rows(
            "usually_within_100",
            WARNING,
            *say("indicators_identity.usually_within_100"),
            f"indicator_id IN ({USUALLY_WITHIN_100}) AND value > 100 + 1e-9",
        ),
        t.rows(
            "units_received_at_most_expected",
            CRITICAL,
            *say("indicators_identity.units_received_at_most_expected"),
            "reporting_units_received NOT BETWEEN 0 AND reporting_units_expected OR CASE region_level"
            f" WHEN 'city_group' THEN (region_code, reporting_units_expected) NOT IN ({UNITS_OF_GROUPS})"
            " ELSE reporting_units_expected NOT IN (1, 17) END",
        ),
        t.rows(
            "final_only_when_complete",
            CRITICAL,
            *say("indicators_identity.final_only_when_complete"),
            "maturity = 'final' AND (reporting_units_received < reporting_units_expected"
            " OR period_end >= (SELECT as_of FROM landed.run))",
        ),
    )
