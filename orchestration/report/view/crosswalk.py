"""Sources compared with each other: who is in one and not in the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.report.view.source import Region, Rows, Source


@dataclass(frozen=True)
class CrosswalkView:
    """Of each pair the newest month of which something is told, else the newest."""

    coverage: Rows
    regions: Mapping[str, Region]
    is_confirmed: bool


def crosswalk_view(source: Source) -> CrosswalkView | None:
    """Read it; None where no two sources are delivered."""
    if not source.has("fct_crosswalk_coverage"):
        return None
    rows = source.read(
        """
        with
            shown as (
                select
                    source_pair,
                    coalesce(
                        max(case when persons_a is not null then period_end end), max(period_end)
                    ) as period_end
                from fct_crosswalk_coverage
                group by source_pair
            )
        select
            source_pair, region_code, cohort_end, period_end, persons_a, in_both, share, only_a, only_a_share,
            probable, missing, is_suppressed, maturity
        from fct_crosswalk_coverage
        inner join shown using (source_pair, period_end)
        inner join dim_region using (region_code)
        order by source_pair, level = 'province' desc, region_code
        """
    )
    return CrosswalkView(rows, source.regions, "crosswalk" not in source.unconfirmed) if rows else None
