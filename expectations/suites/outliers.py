"""What is unusual: robust limits for a series of monthly counts. One definition for dumps and for indicators."""

from __future__ import annotations

from collections.abc import Sequence

# Flagged is a month that is far from the middle of the twelve before it, by their own spread, by half of that middle
# and by more than chance in small counts; and also from the same month a year ago, so that seasons are not.
DEVIATIONS = 5.0  # in standard deviations, estimated from the median absolute deviation (factor 1.4826)
SHARE = 0.5
SMALL = 10
FEWEST_MONTHS = 6
WATCHED_MONTHS = 12  # older months are not judged again every night


def unusual_level(series: str, by: Sequence[str]) -> str:
    """SQL of the unusual rows of `series` (SQL): `period_end` (a month's last day), `figure` and the columns `by`."""
    keys = ", ".join(by)
    same = " AND ".join(f"ago.{column} = month.{column}" for column in by)
    return f"""
WITH series AS ({series}),
month AS (
    SELECT *, median(figure) OVER before AS middle, mad(figure) OVER before AS spread,
        count(figure) OVER before AS months
    FROM series
    WINDOW before AS (
        PARTITION BY {keys} ORDER BY period_end RANGE BETWEEN INTERVAL 366 DAYS PRECEDING AND INTERVAL 1 DAY PRECEDING
    )
)
SELECT month.* FROM month
LEFT JOIN series AS ago ON {same} AND ago.period_end = last_day(month.period_end - INTERVAL 1 YEAR)
WHERE month.months >= {FEWEST_MONTHS}
    AND month.period_end > (SELECT as_of FROM landed.run) - INTERVAL {WATCHED_MONTHS} MONTHS
    AND abs(month.figure - month.middle)
        > greatest({DEVIATIONS} * 1.4826 * month.spread, {SHARE} * abs(month.middle), {SMALL})
    AND (ago.figure IS NULL OR abs(month.figure - ago.figure) > greatest({SHARE} * abs(ago.figure), {SMALL}))
"""
