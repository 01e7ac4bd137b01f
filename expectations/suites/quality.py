"""What must be true of marts.fct_indicator_quality, which measures the figures, and of marts.fct_release_calendar."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.rule import CRITICAL, SPEC_MARTS, Suite, Table
from expectations.text import say
from expectations.vocabulary import MATURITIES

QUALITY, CALENDAR = "marts.fct_indicator_quality", "marts.fct_release_calendar"
STATES = ("final", "provisional", "upcoming", "overdue")


def quality_suites() -> Iterator[Suite]:
    """The suites of fct_indicator_quality and fct_release_calendar."""
    quality = Table(QUALITY, ("indicator_id", "year"), SPEC_MARTS)
    yield Suite(
        "fct_indicator_quality",
        *say("quality.suite_fct_indicator_quality"),
        (
            quality.key("indicator_id", "year"),
            quality.required("indicator_id", "year", "figures", "share_provisional", "share_estimates"),
            quality.reference("indicator_id", "marts.dim_indicator", "indicator_id"),
            quality.rows(
                "shares_are_shares",
                CRITICAL,
                *say("quality.shares_are_shares"),
                "share_provisional NOT BETWEEN 0 AND 1 OR share_estimates NOT BETWEEN 0 AND 1"
                " OR share_reconciled NOT BETWEEN 0 AND 1",
                subject="total",
            ),
            quality.rows(
                "measures_not_negative",
                CRITICAL,
                *say("quality.measures_not_negative"),
                "figures < 1 OR median_days_late < 0 OR median_cv < 0",
            ),
            quality.no_personal_number(),
        ),
    )
    calendar = Table(CALENDAR, ("indicator_id", "period_type", "period_end"), SPEC_MARTS)
    yield Suite(
        "fct_release_calendar",
        *say("quality.suite_fct_release_calendar"),
        (
            calendar.key("indicator_id", "period_type", "period_end"),
            calendar.required("indicator_id", "period_type", "period_end", "due_on", "release_on", "state", "is_next"),
            calendar.reference("indicator_id", "marts.dim_indicator", "indicator_id"),
            calendar.one_of("state", STATES),
            calendar.one_of("maturity", MATURITIES),
            calendar.rows(
                "out_after_it_is_due",
                CRITICAL,
                *say("quality.out_after_it_is_due"),
                "due_on < period_end OR release_on <= due_on",
            ),
            calendar.query(
                "one_next_day",
                CRITICAL,
                *say("quality.one_next_day"),
                f"SELECT min(release_on) AS release_on FROM {CALENDAR} WHERE is_next"
                " HAVING count(DISTINCT release_on) > 1",
                show=("release_on",),
                subject="total",
            ),
            calendar.no_personal_number(),
        ),
    )
