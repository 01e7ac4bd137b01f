"""The workbook's sheets on the plans: what matters of each indicator and region, to be read on paper, and all else."""

from __future__ import annotations

import duckdb

from orchestration.exports.charts import MET, MISSED, Chart, Charts
from orchestration.exports.sheets import DARK, Sheet, headings
from orchestration.exports.yearbook import BY_REGION, SHOWN_REGIONS, signed_target
from orchestration.rendering.labels import ATTRIBUTE, STATUS, TARGET_KIND, plan_names
from orchestration.text import pair, words


def write_progress(connection: duckdb.DuckDBPyConnection, sheet: Sheet, details: Sheet, charts: Charts) -> None:
    """A row per plan, region and indicator: what matters, to be read on paper, and all else on another sheet; a chart
    of the newest plan for the whole province."""
    columns = words("workbook.progress_columns")
    rest = ("kind_of_target", "as_of", "baseline", "required_per_month", "projected", "projected_status")
    widths = {"plan": 14, "region": 14, "seq": 6, "indicator": 38}
    sheet.head(
        headings(
            {name: both for name, both in columns.items() if name not in rest},
            **widths,
            unit=8,
            attribute=9,
            target=11,
            actual=11,
            gap=11,
            cumulative_share=10,
            elapsed_share=9,
            status=10,
        ),
        frozen=4,
    )
    details.head(headings(columns, **widths, **dict.fromkeys(rest, 14)), frozen=4)
    cursor = connection.execute(
        f"""
        select
            progress.plan_id, dim_region.name_zh, planned.seq, planned.name_zh, planned.unit, planned.attribute,
            progress.target_kind, planned.direction, progress.period_end, progress.baseline,
            progress.target, progress.target_text, progress.actual, progress.actual_text, progress.gap,
            if(progress.target_kind = 'cumulative', progress.attainment, null), progress.elapsed_share,
            progress.status, progress.required_per_month, progress.projected_end_value, progress.projected_status,
            case when progress.is_suppressed then 'c' when progress.maturity = 'provisional' then 'p' else '' end,
            planned.doubtful_part
        from fct_plan_progress as progress
        inner join dim_plan_indicator as planned using (plan_id, indicator_id)
        inner join dim_region using (region_code)
        where {SHOWN_REGIONS}
        qualify period_end = max(period_end) over (partition by plan_id)
        order by progress.plan_id desc, {BY_REGION}, try_cast(planned.seq as integer) nulls last, planned.seq
        """
    )
    drawn: list[tuple[str, float | None, str]] = []
    first, printed, over = None, sheet.row, 0.0
    for row in sheet.rows(cursor):
        plan, region, seq, name, unit, attribute, kind, direction, day, baseline, target, target_text = row[:12]
        actual, actual_text, gap, done, elapsed, status, required, projected, outcome, mark, doubtful = row[12:]
        first, over = first or (plan, region), over or elapsed
        if (plan, region) == first and target is not None:
            drawn.append((name, done, status))
        if plan == first[0]:
            printed = sheet.row
        key = (plan_names()[plan][0], region, seq, f"{name}(?)" if doubtful else name)
        sheet.text(*key)
        sheet.text(unit, ATTRIBUTE.get(attribute, ("",))[0], align="center")
        sheet.figure(signed_target(kind, direction, target, target_text), unit)
        sheet.figure(actual if actual_text is None else actual_text, unit, mark)
        sheet.figure(gap, unit)
        sheet.share(done)
        sheet.share(elapsed)
        sheet.status(STATUS[status][0], status)
        sheet.end_row()
        details.text(*key, TARGET_KIND[kind][0])
        details.day(day)
        details.figure(baseline, unit)
        details.figure(required, unit)
        details.figure(projected, unit)
        details.status(STATUS[outcome][0], outcome)
        details.end_row()
    sheet.print_rows(printed)
    details.filter()
    details.print_rows(details.first_row + len(drawn) - 1)
    if first and drawn:
        _progress_chart(charts, first, over, drawn)


def _progress_chart(
    charts: Charts, of: tuple[str, str], elapsed: float, drawn: list[tuple[str, float | None, str]]
) -> None:
    """How far sums have come, and which levels, floors and ceilings are met: those are reached or not, and no share."""
    named = words("workbook.progress_bars")
    met = [1.0 if done is None and status == "met" else None for _, done, status in drawn]
    missed = [1.0 if done is None and status not in ("met", "no_data") else None for _, done, status in drawn]
    names = charts.names([name for name, _, _ in drawn])
    series = (
        charts.figures(named["sum"][0], [done for _, done, _ in drawn], DARK, label="value"),
        charts.figures(named["met"][0], met, MET, label="name"),
        charts.figures(named["missed"][0], missed, MISSED, label="name"),
    )
    title = pair("workbook.progress_chart", plan=plan_names()[of[0]][0], region=of[1], elapsed=f"{elapsed:.0%}")[0]
    charts.chart(Chart(title, "bar", names, series))
