"""What must be true of marts.fct_indicator_value: the indicators by region and period. Formulas stand in dbt; here
stands what every right result of them has in common, so that a wrong one is seen."""

from __future__ import annotations

from expectations.rule import SPEC_INDICATORS, Suite, Table
from expectations.suites.indicators.continuity import continuity_rules
from expectations.suites.indicators.facts import SMALLEST_SHOWN
from expectations.suites.indicators.identity import identity_rules
from expectations.suites.indicators.privacy import suppression_rules
from expectations.suites.indicators.sums import sum_rules
from expectations.text import say
from expectations.vocabulary import CELL, VALUES


def indicator_suite(smallest_shown: str = SMALLEST_SHOWN) -> Suite:
    """The suite of fct_indicator_value. `smallest_shown`: SQL of the threshold of suppression, where the warehouse is
    not at hand."""
    t = Table(VALUES, CELL, SPEC_INDICATORS)
    return Suite(
        "fct_indicator_value",
        *say("indicators.suite_fct_indicator_value"),
        (
            *identity_rules(t),
            *sum_rules(t),
            *suppression_rules(t, smallest_shown),
            *continuity_rules(t),
            t.no_personal_number(("numerator", "denominator", "value")),
        ),
    )
