"""What must be true of the crosswalk of two sources."""

from __future__ import annotations

from expectations.rule import CRITICAL, SPEC_INDICATORS, Suite, Table
from expectations.suites.indicators.facts import SMALLEST_SHOWN
from expectations.suites.services import frame, quotients, withholding
from expectations.text import say
from expectations.vocabulary import differs

COVERAGE = "marts.fct_crosswalk_coverage"
SOURCE_PAIRS = ("employed_insured", "unemployed_insured", "trained_employed")
MISSING = ("sampled", "not_delivered")

_KEY = ("source_pair", "region_code", "period_end")
_PERSONS = ("persons_a", "persons_b", "in_both", "only_a")


def crosswalk_suite(smallest_shown: str = SMALLEST_SHOWN) -> Suite:
    """The suite of fct_crosswalk_coverage. `smallest_shown`: SQL of the smallest count that is not withheld."""
    t = Table(COVERAGE, _KEY, SPEC_INDICATORS)
    return Suite(
        "fct_crosswalk_coverage",
        *say("crosswalk.suite_fct_crosswalk_coverage"),
        (
            *frame(t, _KEY, "cohort_start", "cohort_end"),
            t.one_of("source_pair", SOURCE_PAIRS),
            t.one_of("missing", MISSING),
            t.rows(
                "parts_add_up",
                CRITICAL,
                *say("crosswalk.parts_add_up"),
                f"in_both < 0 OR only_a < 0 OR persons_b < 0 OR {differs('in_both + only_a', 'persons_a')}"
                " OR probable < 0 OR probable > only_a",
                subject="total",
            ),
            quotients(t, ("share", "in_both", "persons_a"), ("only_a_share", "only_a", "persons_a")),
            t.rows(
                "cohort_before_the_end",
                CRITICAL,
                *say("crosswalk.cohort_before_the_end"),
                "cohort_start > cohort_end OR cohort_end >= period_end",
            ),
            t.rows(
                "figures_or_a_reason",
                CRITICAL,
                *say("crosswalk.figures_or_a_reason"),
                "CASE WHEN missing IS NOT NULL THEN is_suppressed OR coalesce(persons_a, probable) IS NOT NULL"
                f" WHEN NOT is_suppressed THEN {' OR '.join(f'{name} IS NULL' for name in _PERSONS)} END",
            ),
            *withholding(
                t,
                (*_PERSONS, "share", "only_a_share", "probable"),
                level="prefecture",
                small=(*_PERSONS, "probable", "(only_a - probable)"),
                smallest_shown=smallest_shown,
                of=("source_pair", "period_end"),
                told="above.persons_a IS NOT NULL",
            ),
            t.no_personal_number(),
        ),
    )
