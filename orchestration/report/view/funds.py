"""Fund supervision: what its rules found in the newest month, and how often they were right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.report.view.source import PROVINCE, Region, Rows, Source


@dataclass(frozen=True)
class SupervisionView:
    """The province by rule, with what came of all its cases that are told, and units of all rules together."""

    rows: Rows
    regions: Mapping[str, Region]
    is_confirmed: bool


def supervision_view(source: Source) -> SupervisionView | None:
    """Read it; None where nothing is looked through."""
    if not source.has("fct_fund_supervision"):
        return None
    rows = source.read(
        f"""
        with outcome as (
            select rule, region_code, sum(confirmed) / nullif(sum(confirmed) + sum(explained), 0) as share_confirmed
            from fct_fund_supervision
            where region_code = '{PROVINCE}'
            group by rule, region_code
        )
        select
            rule, region_code, period_end, named.name_zh, named.name_en, examined, found, persons, amount_at_risk,
            share_confirmed, is_suppressed, maturity
        from fct_fund_supervision
        inner join dim_region using (region_code)
        left join outcome using (rule, region_code)
        left join dim_fund_rule as named using (rule)
        where (region_code = '{PROVINCE}' or (level = 'prefecture' and rule = '*'))
            and period_end = (select max(period_end) from fct_fund_supervision where region_code = '{PROVINCE}')
        order by level = 'province' desc, region_code, rule = '*' desc, priority, rule
        """
    )
    return SupervisionView(rows, source.regions, "fund" not in source.unconfirmed) if rows else None
