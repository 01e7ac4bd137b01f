"""The composite indices of employment and social insurance: index and score of each unit, its rank, what makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.report.view.source import Region, Rows, Source


@dataclass(frozen=True)
class IndicesView:
    """The block's figures, of the newest quarter."""

    indices: Rows
    components: Rows
    regions: Mapping[str, Region]
    keeps_rank: float
    """The share of random weights that keep a rank below which it is said beside it."""


NEWEST = "(select max(period_end) from fct_composite_index where period_type = 'quarter' and value is not null)"
"""SQL: the last day of the newest quarter of which there is an index."""


def indices_view(source: Source) -> IndicesView | None:
    """Read it; None where there is no index."""
    if not source.has("fct_composite_index"):
        return None
    indices = source.read(
        f"""
        select
            index_id, region_code, one.peer_group, period_end, one.value, score.value as score, one.change_yoy,
            one.rank, one.peers_n, one.rank_low95, one.rank_high95, one.keeps_rank_share, one.weakest_component,
            one.missing_components, one.too_uncertain, one.maturity, one.is_confirmed
        from fct_composite_index as one
        inner join fct_composite_index as score using (index_id, region_code, period_type, period_end)
        inner join dim_region using (region_code)
        where
            one.form = 'index' and one.aggregation = 'arithmetic' and score.form = 'score' and period_type = 'quarter'
            and period_end = {NEWEST} and level in ('province', 'prefecture')
        order by
            index_id, level = 'province' desc, one.peer_group = 'direct', one.rank nulls last, region_code
        """
    )
    if not indices:
        return None
    components = source.read(
        f"""
        select
            index_id, component_id, region_code, period_end, value, goal_low, goal_high, z, points, weight,
            contribution, contribution_change, missing, maturity
        from fct_index_component
        inner join dim_region using (region_code)
        where period_type = 'quarter' and period_end = {NEWEST} and level in ('province', 'prefecture')
        order by index_id, level = 'province' desc, region_code, weight desc, component_id
        """
    )
    keeps = source.read("select value from dim_parameter where is_in_force and parameter_id = 'index_keeps_rank'")
    return IndicesView(indices, components, source.regions, keeps.rows[0][0])
