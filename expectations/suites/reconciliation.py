"""What must be true of marts.fct_reconciliation, where reported figures stand beside computed ones. Differences are
warnings, the binding indicators' first: either side may be wrong."""

from __future__ import annotations

from expectations.rule import CRITICAL, PLAN, SPEC_MARTS, WARNING, Suite, Table
from expectations.text import say
from expectations.vocabulary import VALUES

RECONCILIATION = "marts.fct_reconciliation"
VERDICTS = ("agrees", "beyond_tolerance", "incomplete", "unit_unknown")
TOLERANCE = "1e-9"

# What was reported and found beyond tolerance need not be published under every period type: of any, it must be one.
_NOT_PUBLISHED = f"""
SELECT beside.* FROM {RECONCILIATION} AS beside
ANTI JOIN (SELECT indicator_id, region_code, period_end, value FROM {VALUES} WHERE NOT is_suppressed) AS published
    ON published.indicator_id = beside.indicator_id AND published.region_code = beside.region_code
    AND published.period_end = beside.period_end AND published.value = beside.computed
"""


def reconciliation_suite() -> Suite:
    """The suite of fct_reconciliation."""
    row = ("region_code", "period_end", "item", "basis")
    t = Table(RECONCILIATION, (*row, "indicator_id"), SPEC_MARTS)
    return Suite(
        "fct_reconciliation",
        *say("reconciliation.suite_fct_reconciliation"),
        (
            t.key(*row),
            t.required(*row, "indicator_id", "unit", "is_binding", "computed", "tolerance", "verdict"),
            t.one_of("verdict", VERDICTS),
            t.reference("region_code", "marts.dim_region", "region_code"),
            t.rows(
                "indicator_known",
                CRITICAL,
                *say("reconciliation.indicator_known"),
                "(indicator_id, unit) NOT IN (SELECT indicator_id, unit FROM marts.dim_indicator)",
                subject="reference",
            ),
            t.rows(
                "period_known",
                CRITICAL,
                *say("reconciliation.period_known"),
                "period_end NOT IN (SELECT period_end FROM marts.dim_period WHERE period_type = 'month')",
                subject="reference",
            ),
            t.query(
                "computed_is_published",
                CRITICAL,
                *say("reconciliation.computed_is_published"),
                _NOT_PUBLISHED,
                subject="privacy",
            ),
            t.rows(
                "difference_is_computed_less_reported",
                CRITICAL,
                *say("reconciliation.difference_is_computed_less_reported"),
                "reported IS NOT NULL AND coalesce(abs(difference - (computed - reported))"
                f" > {TOLERANCE} * greatest(1, abs(reported)), true)",
                subject="total",
            ),
            t.rows(
                "verdict_follows_difference",
                CRITICAL,
                *say("reconciliation.verdict_follows_difference"),
                "(verdict = 'unit_unknown') IS DISTINCT FROM (reported IS NULL)"
                " OR (verdict = 'agrees' AND round(abs(difference), 9) > round(tolerance, 9))"
                " OR (verdict = 'beyond_tolerance' AND round(abs(difference), 9) <= round(tolerance, 9))",
            ),
            t.rows(
                "binding_within_tolerance",
                WARNING,
                *say("reconciliation.binding_within_tolerance"),
                "is_binding AND verdict = 'beyond_tolerance'",
                subject="level",
                source=PLAN,
            ),
            t.rows(
                "others_within_tolerance",
                WARNING,
                *say("reconciliation.others_within_tolerance"),
                "NOT is_binding AND verdict = 'beyond_tolerance'",
                subject="level",
                source=PLAN,
            ),
            t.rows(
                "unit_known",
                WARNING,
                *say("reconciliation.unit_known"),
                "verdict = 'unit_unknown'",
            ),
            t.no_personal_number(),
        ),
    )
