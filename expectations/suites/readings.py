"""What must be true of marts.fct_published_fact: figures of the plan's text beside the computed ones."""

from __future__ import annotations

from expectations.rule import CRITICAL, PLAN, Suite, Table
from expectations.text import say
from expectations.vocabulary import MATURITIES, differs

FACTS = "marts.fct_published_fact"
COMPARED = ("cumulative", "at_end", "new_employment_kind")


def reading_suite() -> Suite:
    """The suite of fct_published_fact."""
    t = Table(FACTS, ("fact_id",), PLAN)
    return Suite(
        "fct_published_fact",
        *say("readings.suite_fct_published_fact"),
        (
            t.key("fact_id"),
            t.required(
                "fact_id", "plan_id", "region_code", "period_end", "quote", "name_zh", "name_en", "value", "unit"
            ),
            t.one_of("compared_with", COMPARED),
            t.one_of("maturity", MATURITIES),
            t.rows(
                "difference_is_difference",
                CRITICAL,
                *say("readings.difference_is_difference"),
                f"(difference IS NULL) <> (computed IS NULL) OR {differs('difference', '(computed - value)')}",
                subject="total",
            ),
            t.rows(
                "computed_where_comparable",
                CRITICAL,
                *say("readings.computed_where_comparable"),
                "computed IS NOT NULL AND compared_with IS NULL",
            ),
            t.no_personal_number(),
        ),
    )
