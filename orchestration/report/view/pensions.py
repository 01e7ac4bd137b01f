"""What pensioners get on average."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.report.view.source import Region, Rows, Source


@dataclass(frozen=True)
class PensionView:
    """The block's figures, of the newest year reported."""

    levels: Rows
    regions: Mapping[str, Region]


def pension_view(source: Source) -> PensionView | None:
    """Read it; None where no level was delivered."""
    if not source.has("fct_pension_level"):
        return None
    levels = source.read(
        """
        select measure, region_code, period_end, value, change_yoy_pct, adjustment, adjustment_share, maturity
        from fct_pension_level
        inner join dim_region using (region_code)
        where level in ('province', 'prefecture') and period_end = (select max(period_end) from fct_pension_level)
        order by level = 'province' desc, region_code, measure
        """
    )
    return PensionView(levels, source.regions)
