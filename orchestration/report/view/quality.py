"""Whether the data can be trusted: what was delivered, refused, doubted, checked and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace

from orchestration.report.view.glance import gate
from orchestration.report.view.source import PROVINCE, Region, Rows, Source
from orchestration.report.view.standing import Standings

SHOWN = 100
"""Rows of a list, at most."""


@dataclass(frozen=True)
class QualityView:
    """The page's figures."""

    gate: SimpleNamespace
    overdue: Rows
    deliveries: Rows
    refused: Rows
    doubts: Rows
    suites: Rows
    failed: Rows
    beyond: Rows
    regions: Mapping[str, Region]


def quality_view(source: Source, found: Standings) -> QualityView:
    """Read it."""
    year, as_of = found.period_end.year, source.release.as_of
    return QualityView(
        gate(source),
        source.read(
            """
            select
                extract, unit_code, unit_zh, unit_en, period_end, period_zh, period_en, due_on, days_late
            from v_overdue
            order by days_late desc, extract, unit_code
            """
        ),
        source.read(
            f"""
            select
                extract, unit_code, last_day(period_end) as month, bool_or(received) as received,
                bool_or(due_on <= date '{as_of}') as is_due
            from fct_reporting_completeness
            where expected and period_end between date '{year - 1}-01-01' and date '{as_of}'
            group by all
            order by extract, unit_code, month
            """
        ),
        source.read(
            f"""
            select path, extract, unit_code, period_end, status, rows_read, rows_refused, message_zh, message_en
            from fct_landing_receipt
            where status = 'rejected' or rows_refused > 0
            order by status desc, rows_refused desc, path
            limit {SHOWN}
            """
        ),
        source.read(
            f"""
            select
                rule_id, any_value(severity) as severity, any_value(name_zh) as name_zh, any_value(name_en) as name_en,
                case when bool_or(is_withheld) then null else coalesce(sum(doubts), 0)::bigint end as doubts,
                coalesce(sum(records_examined), 0)::bigint as examined
            from dim_doubt_rule
            left join (
                select rule_id, doubts, records_examined, doubts is null as is_withheld
                from fct_data_doubt
                where region_code = '{PROVINCE}' and year(period_end) = {year}
            ) using (rule_id)
            group by rule_id
            order by doubts desc nulls last, rule_id
            """
        ),
        source.read(
            """
            select
                suite, count(*) as rules, count(*) filter (where not success and severity = 'critical') as critical,
                count(*) filter (where not success and severity <> 'critical') as warnings
            from fct_quality_result
            group by suite
            order by critical desc, warnings desc, suite
            """
        ),
        source.read(
            f"""
            select suite, expectation, severity, description_zh, description_en, unexpected_count
            from fct_quality_result
            where not success
            order by severity, unexpected_count desc, suite, expectation
            limit {SHOWN}
            """
        ),
        source.read(
            f"""
            select indicator_id, item, region_code, period_end, basis, unit, reported, computed, difference, tolerance
            from fct_reconciliation
            where verdict = 'beyond_tolerance'
            order by is_binding desc, abs(relative_difference) desc, period_end desc, region_code
            limit {SHOWN}
            """
        ),
        source.regions,
    )
