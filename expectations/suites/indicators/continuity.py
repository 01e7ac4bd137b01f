"""Rules on marts.fct_indicator_value against its own past: levels, sudden rates, values already published."""

from __future__ import annotations

from expectations.rule import CRITICAL, SPEC_MARTS, WARNING, Rule, Table
from expectations.suites.continuity import changed_history
from expectations.suites.indicators.facts import QUARTERLY
from expectations.suites.outliers import WATCHED_MONTHS, unusual_level
from expectations.text import say
from expectations.vocabulary import CELL, VALUES

MANY_ROWS = 20  # of which none counts: no chance in a unit where some did in every month of a year

# How many rows of a sample a rate rests on, unweighted: its denominator's; over an exact figure the numerator's, of
# which a rate of 0 has none: as many as the least of the periods before. A report's own figures are no sample.
_ROWS = "coalesce(if(sample_rows > 0, sample_rows, least_rows_before), denominator)"


def _suddenly_whole(*, is_stopped: bool) -> str:
    """Units' rates of exactly 0 or 100 % of the last months where none of the year of months before it (of quarterly
    rates: quarters) was so. What stops a release: none of many rows, unless published so already."""
    stopped = (
        f"numerator = 0 AND {_ROWS} >= {MANY_ROWS} AND NOT EXISTS (SELECT 1 FROM quality.published_value AS before"
        f" WHERE {' AND '.join(f'before.{column} = rate.{column}' for column in CELL)} AND before.numerator = 0)"
    )
    return f"""
WITH rate AS (
    SELECT {", ".join(CELL)}, published.numerator, published.denominator, counted.sample_rows,
        count(*) OVER before AS periods_before,
        count(*) FILTER (WHERE published.numerator = 0) OVER before AS nothing_before,
        count(*) FILTER (WHERE published.numerator = published.denominator) OVER before AS everything_before,
        min(counted.sample_rows) OVER before AS least_rows_before
    FROM {VALUES} AS published
    LEFT JOIN intermediate.int_indicator_unioned AS counted USING (definition_version, {", ".join(CELL)})
    WHERE published.region_level = 'prefecture' AND published.denominator > 0
        AND (period_type = 'month' OR (period_type = 'quarter' AND indicator_id IN ({QUARTERLY})))
    WINDOW before AS (PARTITION BY indicator_id, region_code, period_type ORDER BY period_end
        RANGE BETWEEN INTERVAL 366 DAYS PRECEDING AND INTERVAL 1 DAY PRECEDING)
)
SELECT *, format('{{:.0f}}/{{:.0f}}', numerator, denominator) AS cases FROM rate
WHERE period_end > (SELECT as_of FROM landed.run) - INTERVAL {WATCHED_MONTHS} MONTHS
    AND periods_before >= CASE period_type WHEN 'month' THEN 12 ELSE 4 END
    AND ((numerator = 0 AND nothing_before = 0) OR (numerator = denominator AND everything_before = 0))
    AND {"" if is_stopped else "NOT "}({stopped})
"""


def continuity_rules(t: Table) -> tuple[Rule, ...]:
    """What changes suddenly, and what has changed after publication."""
    return (
        t.query(
            "unusual_level",
            WARNING,
            *say("indicators_continuity.unusual_level"),
            unusual_level(
                f"SELECT *, numerator AS figure FROM {VALUES} WHERE period_type = 'month'"
                " AND denominator IS NULL AND region_level IN ('province', 'prefecture')",
                ("indicator_id", "region_code"),
            ),
            subject="level",
        ),
        t.query(
            "rate_not_suddenly_nothing",
            CRITICAL,
            *say("indicators_continuity.rate_not_suddenly_nothing", many_rows=MANY_ROWS),
            _suddenly_whole(is_stopped=True),
            show=(*CELL, "cases"),
            subject="history",
        ),
        t.query(
            "rate_not_suddenly_whole",
            WARNING,
            *say("indicators_continuity.rate_not_suddenly_whole"),
            _suddenly_whole(is_stopped=False),
            show=(*CELL, "cases"),
            subject="level",
        ),
        t.query(
            "history_unchanged",
            CRITICAL,
            *say("indicators_continuity.history_unchanged"),
            changed_history(same_code=True),
            subject="history",
            source=SPEC_MARTS,
        ),
        t.query(
            "history_as_before_new_code",
            WARNING,
            *say("indicators_continuity.history_as_before_new_code"),
            changed_history(same_code=False),
            subject="history",
            source=SPEC_MARTS,
        ),
    )
