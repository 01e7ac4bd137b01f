"""Early warning of unemployment: the newest month by region, the months before, the signals and their back-test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.report.view.source import Region, Rows, Source


@dataclass(frozen=True)
class WarningView:
    """The block's figures; None where the release has no such table, or nothing in it."""

    newest: Rows
    """The province and the units in the newest month."""
    course: Rows
    """The same regions in the two years up to it."""
    warned: Rows
    """Where it is red or orange, counties among them, with the reasons."""
    signals: Rows
    """How the signals stand in the province, or where they are worst in the units; null of one that nobody delivers."""
    history: Rows
    """By signal, the months of the province that have a figure."""
    backtest: Rows | None
    responses: Rows | None
    regions: Mapping[str, Region]
    is_confirmed: bool


NEWEST = "(select max(period_end) from fct_early_warning)"
"""SQL: the last day of the newest month."""


def warning_view(source: Source) -> WarningView | None:
    """Read it; None where nobody delivers what it rests on."""
    if not source.has("fct_early_warning"):
        return None
    return WarningView(
        _newest(source),
        _course(source),
        _warned(source),
        _signals(source),
        _history(source),
        _backtest(source) if source.has("fct_warning_backtest") else None,
        _responses(source) if source.has("fct_warning_response") else None,
        source.regions,
        "warning" not in source.unconfirmed,
    )


def _newest(source: Source) -> Rows:
    return source.read(
        f"""
        select region_code, period_end, fct_early_warning.level, score, red_signals, since, lead_region, maturity
        from fct_early_warning
        inner join dim_region using (region_code)
        where dim_region.level in ('province', 'prefecture') and period_end = {NEWEST}
        order by dim_region.level = 'province' desc, score desc nulls last, region_code
        """
    )


def _course(source: Source) -> Rows:
    return source.read(
        f"""
        select region_code, period_end, fct_early_warning.level
        from fct_early_warning
        inner join dim_region using (region_code)
        where
            dim_region.level in ('province', 'prefecture')
            and period_end > {NEWEST} - interval 24 months
        order by dim_region.level = 'province' desc, region_code, period_end
        """
    )


def _warned(source: Source) -> Rows:
    return source.read(
        f"""
        select region_code, period_end, warned.level, since, responses,
            string_agg(reason_zh, ';' order by signal_id) as reason_zh,
            string_agg(reason_en, '; ' order by signal_id) as reason_en
        from fct_early_warning as warned
        inner join (
            select region_code, period_end, signal_id, reason_zh, reason_en
            from fct_warning_signal where level in ('red', 'orange', 'yellow')
        ) using (region_code, period_end)
        where warned.level in ('red', 'orange') and period_end = {NEWEST}
        group by all
        order by warned.level desc, since, region_code
        """
    )


def _signals(source: Source) -> Rows:
    return source.read(
        """
        select signal_id, name_zh, name_en, period_end, x, b, z, fct_warning_signal.level
        from dim_warning_signal
        left join (
            from fct_warning_signal
            where region_code = '420000'
            qualify period_end = max(period_end) over (partition by signal_id)
        ) as fct_warning_signal using (signal_id)
        where is_in_force and (period_end is not null or signal_id not in (select signal_id from fct_warning_signal))
        order by signal_id
        """
    )


def _history(source: Source) -> Rows:
    return source.read(
        """
        select signal_id, name_zh, name_en, period_end, x
        from fct_warning_signal
        inner join dim_warning_signal using (signal_id)
        where is_in_force and region_code = '420000' and x is not null
        order by signal_id, period_end
        """
    )


def _backtest(source: Source) -> Rows:
    return source.read(
        """
        select signal_id, name_zh, name_en, threshold, months_judged, hits, misses, false_alarms, lead_months_median
        from fct_warning_backtest
        inner join dim_warning_signal using (signal_id)
        where is_in_force and threshold = 'orange'
        order by signal_id
        """
    )


def _responses(source: Source) -> Rows:
    return source.read(
        """
        select response_no, region_code, period_end, level, opened_on, owner_unit, action, closed_on
        from fct_warning_response
        order by opened_on desc, response_no
        limit 20
        """
    )
