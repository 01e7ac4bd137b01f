"""The climate of the labour market: the index by unit with what makes it, vacancies against seekers, what firms say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.report.view.source import PROVINCE, Region, Rows, Source


@dataclass(frozen=True)
class ClimateView:
    """The block's figures; None where the release has no such table, or nothing in it."""

    indices: Rows | None
    components: Rows | None
    course: Rows | None
    ratios: Rows | None
    answers: Rows | None
    regions: Mapping[str, Region]
    is_confirmed: bool
    """Whether the weights and lights are no mere proposals."""


def climate_view(source: Source) -> ClimateView | None:
    """Read it; None where nobody delivers what it rests on."""
    has_market, has_answers = source.has("fct_market_supply_demand"), source.has("fct_market_sentiment")
    if not has_market and not has_answers:
        return None
    has_index = source.has("fct_climate_index") and bool(_newest_indices(source))
    return ClimateView(
        _newest_indices(source) if has_index else None,
        _components(source) if has_index else None,
        _course(source) if has_index else None,
        _ratios(source) if has_market else None,
        _answers(source) if has_answers else None,
        source.regions,
        "climate" not in source.unconfirmed,
    )


NEWEST = "(select max(period_end) from fct_climate_index where index_value is not null)"
"""SQL: the last day of the newest quarter of which there is an index."""


def _newest_indices(source: Source) -> Rows:
    return source.read(
        f"""
        select region_code, period_end, base_year, index_value, light, too_uncertain, maturity, is_estimate
        from fct_climate_index
        inner join dim_region using (region_code)
        where level in ('province', 'prefecture') and period_end = {NEWEST}
        order by level = 'province' desc, too_uncertain, index_value desc nulls last, region_code
        """
    )


def _components(source: Source) -> Rows:
    return source.read(
        f"""
        select region_code, period_end, component, value, base_value, weight, relative, contribution
        from fct_climate_component
        inner join dim_region using (region_code)
        where level in ('province', 'prefecture') and period_end = {NEWEST}
        order by region_code, component
        """
    )


def _course(source: Source) -> Rows:
    return source.read(
        f"""
        select period_end, index_value, light, maturity, is_estimate
        from fct_climate_index
        where region_code = '{PROVINCE}' and index_value is not null
        order by period_end
        """
    )


def _ratios(source: Source) -> Rows:
    return source.read(
        """
        select region_code, period_end, vacancies, seekers, ratio, maturity
        from fct_market_supply_demand
        inner join dim_region using (region_code)
        where
            level in ('province', 'prefecture') and industry_section = '*' and occupation_group = '*'
            and period_end = (select max(period_end) from fct_market_supply_demand)
        order by level = 'province' desc, ratio desc nulls last, region_code
        """
    )


def _answers(source: Source) -> Rows:
    return source.read(
        f"""
        select question, period_end, answers, share_up, share_same, share_down, diffusion_index, balance, maturity
        from fct_market_sentiment
        where region_code = '{PROVINCE}' and size_class = '*'
        qualify period_end = max(period_end) over ()
        order by question
        """
    )
