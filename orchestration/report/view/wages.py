"""Pay: its levels by unit and by class, and who gets less than the minimum wage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.report.view.source import PROVINCE, Region, Rows, Source


@dataclass(frozen=True)
class WageView:
    """The block's figures, of the newest year surveyed."""

    units: Rows
    classes: Rows
    regions: Mapping[str, Region]
    is_confirmed: bool
    """Whether the limits below which nothing is told are no mere proposals."""


NEWEST = "(select max(period_end) from fct_wage_price)"
"""SQL: the last day of the newest year surveyed."""


def wage_view(source: Source) -> WageView | None:
    """Read it; None where no survey was delivered."""
    if not source.has("fct_wage_price"):
        return None
    return WageView(_units(source), _classes(source), source.regions, "wage" not in source.unconfirmed)


def _units(source: Source) -> Rows:
    return source.read(
        f"""
        select
            region_code, period_end, price.n_persons, price.n_enterprises, p10, p50, p90, mean, yoy,
            share_below_minimum, price.is_suppressed, price.maturity
        from fct_wage_price as price
        left join fct_wage_floor as floor using (region_code, period_end)
        where dimension = 'all' and period_end = {NEWEST}
        order by region_code = '{PROVINCE}' desc, p50 desc nulls last, region_code
        """
    )


def _classes(source: Source) -> Rows:
    return source.read(
        f"""
        select dimension, class_code, period_end, n_persons, n_enterprises, p10, p25, p50, p75, p90, mean, is_suppressed
        from fct_wage_price
        where region_code = '{PROVINCE}' and dimension in ('industry', 'post_grade') and period_end = {NEWEST}
        order by dimension, case dimension when 'industry' then -p50 end nulls last, class_code
        """
    )
