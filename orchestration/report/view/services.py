"""Services and what they rest on: the hotline and ratings, key groups, the employment fund, service firms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.report.view.source import PROVINCE, Region, Rows, Source


@dataclass(frozen=True)
class ServicesView:
    """The hotline and ratings by unit, in the newest year to date; None where the release has none."""

    hotline: Rows | None
    ratings: Rows | None
    regions: Mapping[str, Region]


@dataclass(frozen=True)
class TableView:
    """One table of a subject."""

    rows: Rows
    regions: Mapping[str, Region]
    is_confirmed: bool = True


def services_view(source: Source) -> ServicesView | None:
    """Read it; None where neither is delivered."""
    hotline, ratings = source.has("fct_hotline"), source.has("fct_service_rating")
    if not hotline and not ratings:
        return None
    return ServicesView(
        _to_date(source, "fct_hotline", "calls, answered, rated, satisfied, answer_rate, satisfaction_rate")
        if hotline
        else None,
        _to_date(
            source,
            "fct_service_rating",
            "handled, rated, unsatisfied, complaints_due, complaints_in_time, satisfaction_rate, in_time_rate",
        )
        if ratings
        else None,
        source.regions,
    )


def _to_date(source: Source, table: str, columns: str) -> Rows:
    return source.read(
        f"""
        select region_code, period_end, {columns}, maturity
        from {table}
        inner join dim_region using (region_code)
        where level in ('province', 'prefecture') and period_type = 'ytd'
            and period_end = (select max(period_end) from {table} where period_type = 'ytd')
        order by level = 'province' desc, region_code
        """
    )


def key_groups_view(source: Source) -> TableView | None:
    """The province's key groups in the newest quarter; None where nobody keeps the ledger."""
    if not source.has("fct_key_group"):
        return None
    rows = source.read(
        f"""
        select
            key_group, period_end, persons, served, served_share, households, households_target, entered, employed,
            employed_share, employed_missing, maturity
        from fct_key_group
        where region_code = '{PROVINCE}'
            and period_end = (select max(period_end) from fct_key_group where region_code = '{PROVINCE}')
        order by key_group
        """
    )
    if not rows:
        return None
    return TableView(rows, source.regions, "key" not in source.unconfirmed)


def employment_fund_view(source: Source) -> TableView | None:
    """The province's employment fund by programme in the newest quarter, and of each unit the whole."""
    if not source.has("fct_employment_fund"):
        return None
    rows = source.read(
        f"""
        select region_code, programme, period_end, budget_wan, paid_wan, execution_rate, change_yoy_pct, maturity
        from fct_employment_fund
        inner join dim_region using (region_code)
        where (region_code = '{PROVINCE}' or (level = 'prefecture' and programme = '*'))
            and period_end = (select max(period_end) from fct_employment_fund)
        order by level = 'province' desc, region_code, programme = '*' desc, try_cast(programme as integer)
        """
    )
    return TableView(rows, source.regions) if rows else None


def hr_service_view(source: Source) -> TableView | None:
    """Service firms by unit in the newest year."""
    if not source.has("fct_hr_service"):
        return None
    rows = source.read(
        """
        select
            region_code, period_end, firms, staff, turnover_wan, persons_placed, turnover_yoy_pct, is_suppressed,
            maturity
        from fct_hr_service
        inner join dim_region using (region_code)
        where period_end = (select max(period_end) from fct_hr_service)
        order by level = 'province' desc, region_code
        """
    )
    return TableView(rows, source.regions) if rows else None
