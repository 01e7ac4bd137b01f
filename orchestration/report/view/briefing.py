"""What a briefing has beyond the plan at a glance, for the province and each reporting unit: courses and years against
their targets, ranks, late deliveries, the plan's commitments that were missed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace

from orchestration.report.view.glance import Glance
from orchestration.report.view.source import PROVINCE, Region, Rows, Source
from orchestration.report.view.standing import Standing
from orchestration.text import Language

Of = tuple[str, str]
"""An indicator and a region."""


def briefing_path(region_code: str, language: Language) -> str:
    """Where the briefing of a region is, below the report."""
    return f"briefing/{region_code}.{language.tag[:2]}.pdf"


@dataclass(frozen=True)
class BriefingView:
    """The figures. Of an indicator and a region, years have the figure, whether it is provisional, the year's target;
    courses, by months since the plan began, what was reached and what the path asks for."""

    years: Mapping[Of, list[SimpleNamespace]]
    courses: Mapping[Of, list[SimpleNamespace]]
    ranks: Mapping[Of, SimpleNamespace]
    late: Mapping[str, list[SimpleNamespace]]
    """By unit, deliveries that are overdue, the longest first; the province has all."""
    missed_tasks: Rows
    """Commitments of the plan that were not kept, by their number."""
    tasks: SimpleNamespace
    """How many commitments were kept, of how many with a verdict."""


@dataclass(frozen=True)
class Briefing:
    """The briefing of a region: the figures that it is made of."""

    view: Glance
    more: BriefingView
    region: Region

    @property
    def is_province(self) -> bool:
        """Whether it is of the province, not of a unit."""
        return self.region.region_code == PROVINCE

    @property
    def standings(self) -> list[Standing]:
        """What its table shows, row by row, in the order of the plan at a glance."""
        of, code = self.view.standings.of, self.region.region_code
        return [of[one.indicator.indicator_id, code] for _, those in self.view.topics for one in those]

    @property
    def key(self) -> str:
        """What it shows, as a hash; the release's own name is no part of it."""
        code, view, more = self.region.region_code, self.view, self.more
        own = [
            [rows for (_, region), rows in found.items() if region == code]
            for found in (more.years, more.courses, more.ranks)
        ]
        tasks = (more.missed_tasks, more.tasks) if self.is_province else ()
        shown = (
            view.plan,
            view.standings.period_end,
            self.standings,
            view.topics,
            view.missed,
            view.met_units,
            view.overdue,
            own,
            more.late.get(code),
            tasks,
        )
        return hashlib.sha256(repr(shown).encode()).hexdigest()


def briefings(source: Source, view: Glance) -> Iterator[Briefing]:
    """Of the province and each reporting unit of an open release."""
    more = briefing_view(source)
    for region in (source.regions[PROVINCE], *source.units):
        yield Briefing(view, more, region)


def briefing_view(source: Source) -> BriefingView:
    """Read it."""
    plan = source.plan
    regions = ", ".join(f"'{one}'" for one in (PROVINCE, *(unit.region_code for unit in source.units)))
    late: dict[str, list[SimpleNamespace]] = defaultdict(list)
    for row in source.read("from v_overdue order by days_late desc, extract, unit_code, period_end"):
        for place in {row.unit_code, PROVINCE}:
            late[place].append(row)
    return BriefingView(
        _grouped(
            source.read(
                f"""
                select
                    indicator_id, region_code, year(figure.period_end) as year,
                    if(coalesce(too_uncertain, false), null, figure.value) as value,
                    figure.maturity = 'provisional' as is_provisional, target_value
                from fct_indicator_value as figure
                inner join dim_plan_indicator using (indicator_id)
                left join fct_indicator_growth using (indicator_id, region_code, period_type, period_end)
                left join fct_target using (plan_id, indicator_id, region_code, period_end)
                where
                    plan_id = '{plan.plan_id}' and period_type = 'year' and region_code in ({regions})
                    and year(figure.period_end) between {plan.starts_on.year - 1} and {plan.ends_on.year}
                order by indicator_id, region_code, year
                """
            )
        ),
        _grouped(
            source.read(
                f"""
                select
                    indicator_id, region_code, datediff('month', date '{plan.starts_on}', period_end) + 1 as month,
                    progress.actual, expected_value, progress.target
                from fct_plan_progress as progress
                left join fct_plan_path using (plan_id, indicator_id, region_code, period_end)
                where plan_id = '{plan.plan_id}' and region_code in ({regions}) and progress.target_kind = 'cumulative'
                order by indicator_id, region_code, month
                """
            )
        ),
        {
            key: rows[0]
            for key, rows in _grouped(
                source.read(
                    f"""
                    select indicator_id, region_code, rank_in_units as rank, units_ranked, year(period_end) as year
                    from fct_indicator_growth
                    where period_type = 'year' and region_code in ({regions})
                    qualify period_end = max(period_end) over (partition by indicator_id) and rank_in_units is not null
                    order by indicator_id, region_code
                    """
                )
            ).items()
        },
        late,
        source.read(
            f"""
            select task_id, quote, place, status, target, done, unit, years_met, years_due
            from fct_plan_task
            where plan_id = '{plan.plan_id}' and "window" = 'plan' and status in ('short', 'missed')
            order by status = 'short', ratio nulls first, task_id
            """
        ),
        next(
            iter(
                source.read(
                    f"""
                    select
                        count(*) filter (where status in ('met', 'met_late')) as kept,
                        count(*) filter (where status in ('met', 'met_late', 'short', 'missed')) as judged
                    from fct_plan_task
                    where plan_id = '{plan.plan_id}' and "window" = 'plan'
                    """
                )
            )
        ),
    )


def _grouped(rows: Rows) -> dict[Of, list[SimpleNamespace]]:
    found: dict[Of, list[SimpleNamespace]] = defaultdict(list)
    for row in rows:
        found[row.indicator_id, row.region_code].append(row)
    return found
