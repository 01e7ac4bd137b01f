"""What differs from the release before, and why."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.report.view.source import Rows, Source

SHOWN = 300
"""Changes in the list, at most."""


@dataclass(frozen=True)
class ChangeView:
    """The page's figures: the changes that matter most, how many there are in all, what changed by cause."""

    is_first: bool
    previous: str | None
    figures: int
    statuses: int
    causes: Rows
    changes: Rows


def change_view(source: Source) -> ChangeView:
    """Read it. Changes of status first, then binding indicators, then province, units, counties, then the largest."""
    figures, statuses, previous = source.read(
        """
        select
            (select count(distinct (indicator_id, region_code, period_type, period_end)) from fct_indicator_change),
            (select count(*) from fct_status_change), (select max(previous_release_id) from fct_indicator_change)
        """
    ).rows[0]
    return ChangeView(
        source.is_first,
        previous,
        figures,
        statuses,
        source.read(
            """
            select cause, count(distinct (indicator_id, region_code, period_type, period_end)) as figures
            from fct_indicator_change
            group by cause
            order by figures desc, cause
            """
        ),
        source.read(
            f"""
            select
                change.indicator_id, indicator_zh, indicator_en, region_code, region_zh, region_en, period_zh,
                period_en,
                period_type, change.unit, old_value, new_value, old_text, new_text, difference, causes_zh, causes_en,
                old_status_zh, old_status_en, new_status_zh, new_status_en, is_withheld, withheld_zh, withheld_en
            from v_change as change
            left join dim_plan_indicator as planned
                on change.indicator_id = planned.indicator_id and planned.plan_id = '{source.plan.plan_id}'
            order by
                (old_status is distinct from new_status) desc, coalesce(planned.attribute = 'binding', false) desc,
                array_position(['province', 'prefecture', 'county'], region_level), abs(difference) desc nulls last,
                change.indicator_id, region_code, period_end desc, period_type
            limit {SHOWN}
            """
        ),
    )
