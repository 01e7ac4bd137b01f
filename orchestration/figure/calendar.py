"""The release calendar as the current release has it: which figures come next, and when. Shows nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from orchestration.figure.resolve import Period, release_with_tables
from orchestration.settings import Settings

NEEDED = ("fct_release_calendar", "dim_indicator", "release")


@dataclass(frozen=True)
class PlannedRelease:
    """What is planned for one day of one kind of period: the indicators' names in both languages."""

    release_on: date
    due_on: date
    period: Period
    is_next: bool
    names: list[tuple[str, str]]


def planned_releases(settings: Settings, months: int) -> list[PlannedRelease]:
    """The planned days of the months after the release's own day, the next one first. Raises ReleaseTooOld."""
    with release_with_tables(settings, None, NEEDED) as connection:
        rows = connection.execute(
            """
            select
                release_on,
                max(due_on),
                period_type,
                period_end,
                bool_or(is_next),
                list((name_zh, name_en) order by indicator_id)
            from fct_release_calendar
            inner join (from dim_indicator where is_in_force) using (indicator_id)
            where state = 'upcoming'
                and release_on <= (select max(as_of) from release) + to_months(?)
            group by release_on, period_type, period_end
            order by release_on, period_end, period_type
            """,
            [months],
        ).fetchall()
    return [
        PlannedRelease(release_on, due_on, Period(kind, end), is_next, names)
        for release_on, due_on, kind, end, is_next, names in rows
    ]
