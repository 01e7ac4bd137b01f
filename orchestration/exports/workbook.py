"""indicators.xlsx: the release as officials know it, a sheet per theme. What stands on which sheet is said here; how it
looks, in sheets.py. Counties are left to the other formats."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.exports.facts import Facts
from orchestration.exports.sheets import Book, Chart, Heading, Sheet
from orchestration.rendering.labels import ATTRIBUTE, PERIOD_TYPE, SEVERITY, STATUS, TARGET_KIND, plan_names
from orchestration.text import Pair, pair, words, written
from raw_landing.contract import load_contracts, source_names
from raw_landing.database import literal

SHOWN_REGIONS = "(dim_region.level = 'province' or dim_region.is_reporting_unit)"
BY_REGION = "dim_region.level <> 'province', dim_region.region_code"

THEMES = source_names() | words("workbook.extract_themes")
"""A sheet per source of extracts; social security cards, which come from the pension system, have their own."""

MARKS = pair("workbook.marks")

SERIES = words("workbook.series")
"""A chart shows the finest series that the indicator has."""


@dataclass(frozen=True)
class Indicator:
    """An indicator as the definition in force names it."""

    indicator_id: str
    name_zh: str
    name_en: str
    unit: str
    is_flow: bool
    theme: str


def write(connection: duckdb.DuckDBPyConnection, facts: Facts, path: Path) -> None:
    """Write the workbook. Rows go straight to the disk: memory does not grow with them."""
    with Book(path, facts) as book:
        contents = book.contents()
        progress = book.sheet(pair("workbook.progress_title"), written("workbook.progress_note"))
        charts = book.sheet(pair("workbook.charts_title"), written("workbook.charts_note"))
        _progress(connection, progress, charts)
        indicators = _indicators(connection)
        for theme, titles in THEMES.items():
            if own := [indicator for indicator in indicators if indicator.theme == theme]:
                _theme(connection, book.sheet(titles, " / ".join(MARKS)), own, charts)
        _completeness(connection, book)
        _quality(connection, book)
        _definitions(connection, book)
        _notes(book, facts)
        contents.fill(book.sheets)


def _indicators(connection: duckdb.DuckDBPyConnection) -> list[Indicator]:
    """In the order of the newest plan, then those it does not name."""
    rows = connection.execute(
        """
        with planned as (
            select indicator_id, try_cast(seq as integer) as seq
            from dim_plan_indicator
            where plan_id = (select max(plan_id) from dim_plan_indicator)
        )
        select distinct on (indicator_id, seq)
            indicator_id, name_zh, name_en, unit, measure_kind = 'flow', source_extracts[1]
        from dim_indicator left join planned using (indicator_id)
        order by seq nulls last, indicator_id, is_in_force desc, definition_version desc
        """
    ).fetchall()
    return [
        Indicator(indicator_id, name_zh, name_en, unit, is_flow, _theme_of(extract))
        for indicator_id, name_zh, name_en, unit, is_flow, extract in rows
    ]


def _theme_of(extract: str) -> str:
    return extract if extract in THEMES else load_contracts()[extract].source


def _theme(connection: duckdb.DuckDBPyConnection, sheet: Sheet, indicators: list[Indicator], charts: Sheet) -> None:
    """A row per region and period, a column per indicator; a chart of each for the whole province."""
    sheet.head(
        [
            *_headings(words("workbook.theme_columns"), region=16, type_of_period=11, period=16, end_of_period=12),
            *(Heading(one.name_zh, one.name_en, one.unit, width=18) for one in indicators),
        ],
        frozen=4,
    )
    cells = ", ".join(
        f"any_value(value) filter (indicator_id = {name}), any_value(value_text) filter (indicator_id = {name}), "
        f"any_value(mark) filter (indicator_id = {name})"
        for name in (literal(one.indicator_id) for one in indicators)
    )
    chosen = ", ".join(literal(one.indicator_id) for one in indicators)
    cursor = connection.execute(
        f"""
        with marked as (
            select
                *,
                case
                    when is_suppressed then 'c'
                    else if(maturity = 'provisional', 'p', '') || if(is_estimate, 'e', '')
                end as mark
            from fct_indicator_value
            where indicator_id in ({chosen})
        )
        select
            any_value(dim_region.name_zh), period_type, any_value(label_zh), period_end, level = 'province', {cells}
        from marked
        inner join dim_region using (region_code)
        inner join dim_period using (period_type, period_end)
        where {SHOWN_REGIONS}
        group by dim_region.region_code, level, period_type, period_end
        order by {BY_REGION}, list_position(['year', 'quarter', 'ytd', 'month'], period_type), period_end
        """
    )
    drawn: dict[tuple[str, str], list[int]] = {}
    for region, period_type, label, day, of_province, *values in sheet.rows(cursor):
        sheet.text(region, PERIOD_TYPE[period_type][0], label)
        sheet.day(day)
        for at, one in enumerate(indicators):
            value, text, mark = values[3 * at : 3 * at + 3]
            if of_province and value is not None:
                drawn.setdefault((one.indicator_id, period_type), []).append(sheet.row)
            sheet.figure(text if value is None else value, one.unit, mark or "")
        sheet.end_row()
    for column, one in enumerate(indicators, start=4):
        series = next((series for series in SERIES if (one.indicator_id, series) in drawn), None)
        if series is not None:
            rows, labels = drawn[one.indicator_id, series], 2 if one.is_flow else 3
            title, _ = pair("workbook.indicator_chart", name=one.name_zh, series=SERIES[series][0], unit=one.unit)
            charts.chart(
                Chart(
                    title=title,
                    kind="column" if one.is_flow else "line",
                    sheet=sheet.zh,
                    categories=(rows[0], labels, rows[-1], labels),
                    series=(("", (rows[0], column, rows[-1], column)),),
                )
            )


def _progress(connection: duckdb.DuckDBPyConnection, sheet: Sheet, charts: Sheet) -> None:
    """A row per plan, region and indicator; a chart of the newest plan for the whole province."""
    sheet.head(
        _headings(
            words("workbook.progress_columns"),
            plan=18,
            region=14,
            seq=7,
            indicator=44,
            unit=10,
            attribute=10,
            kind_of_target=13,
            as_of=12,
            baseline=12,
            target=12,
            actual=12,
            gap=12,
            attainment=12,
            elapsed_share=12,
            status=11,
            required_per_month=13,
            projected=13,
            projected_status=11,
        ),
        frozen=4,
    )
    cursor = connection.execute(
        f"""
        select
            progress.plan_id, dim_region.name_zh, planned.seq, planned.name_zh, planned.unit, planned.attribute,
            progress.target_kind, progress.period_end, progress.baseline,
            progress.target, progress.target_text, progress.actual, progress.actual_text, progress.gap,
            progress.attainment, progress.elapsed_share, progress.status, progress.required_per_month,
            progress.projected_end_value, progress.projected_status,
            case when progress.is_suppressed then 'c' when progress.maturity = 'provisional' then 'p' else '' end
        from fct_plan_progress as progress
        inner join dim_plan_indicator as planned using (plan_id, indicator_id)
        inner join dim_region using (region_code)
        where {SHOWN_REGIONS}
        qualify period_end = max(period_end) over (partition by plan_id)
        order by progress.plan_id desc, {BY_REGION}, try_cast(planned.seq as integer) nulls last, planned.seq
        """
    )
    drawn: list[int] = []
    first: tuple[Any, Any] | None = None
    for row in sheet.rows(cursor):
        plan, region, seq, name, unit, attribute, kind, day, baseline, target, target_text, actual, actual_text = row[
            :13
        ]
        gap, done, elapsed, status, required, projected, projected_status, mark = row[13:]
        first = first or (plan, region)
        if (plan, region) == first and done is not None:
            drawn.append(sheet.row)
        sheet.text(
            plan_names()[plan][0], region, seq, name, unit, ATTRIBUTE.get(attribute, ("",))[0], TARGET_KIND[kind][0]
        )
        sheet.day(day)
        sheet.figure(baseline, unit)
        sheet.figure(target if target_text is None else target_text, unit)
        sheet.figure(actual if actual_text is None else actual_text, unit, mark)
        sheet.figure(gap, unit)
        sheet.share(done)
        sheet.share(elapsed)
        sheet.status(STATUS[status][0], status)
        sheet.figure(required, unit)
        sheet.figure(projected, unit)
        sheet.status(STATUS[projected_status][0], projected_status)
        sheet.end_row()
    if first and drawn:
        columns = words("workbook.progress_columns")
        charts.chart(
            Chart(
                title=pair("workbook.progress_chart", plan=plan_names()[first[0]][0], region=first[1])[0],
                kind="bar",
                sheet=sheet.zh,
                categories=(drawn[0], 3, drawn[-1], 3),
                series=(
                    (columns["attainment"][0], (drawn[0], 12, drawn[-1], 12)),
                    (columns["elapsed_share"][0], (drawn[0], 13, drawn[-1], 13)),
                ),
            )
        )


def _completeness(connection: duckdb.DuckDBPyConnection, book: Book) -> None:
    """A row per extract, a column per unit: the share of what was due that is in."""
    units = connection.execute(
        f"""
        select distinct dim_region.region_code, dim_region.name_zh, dim_region.name_en, dim_region.level
        from fct_reporting_completeness as completeness
        inner join dim_region on completeness.unit_code = dim_region.region_code
        where expected
        order by {BY_REGION}
        """
    ).fetchall()
    sheet = book.sheet(pair("workbook.completeness_title"), written("workbook.completeness_note"))
    sheet.head(
        [
            *_headings(words("workbook.completeness_columns"), extract=34, total=10),
            *(Heading(name_zh, name_en or "", width=11) for _, name_zh, name_en, _ in units),
        ],
        frozen=2,
    )
    shares = "".join(f", avg(received::integer) filter (unit_code = {literal(code)})" for code, *_ in units)
    cursor = connection.execute(
        f"""
        select extract, avg(received::integer) {shares}
        from fct_reporting_completeness where expected group by extract order by any_value(source), extract
        """
    )
    for extract, *values in sheet.rows(cursor):
        sheet.text(load_contracts()[extract].zh)
        for value in values:
            sheet.share(value)
        sheet.end_row()
    sheet.scale(1, len(units) + 1)


def _quality(connection: duckdb.DuckDBPyConnection, book: Book) -> None:
    result, (rows, _) = words("workbook.result"), words("workbook.whole_numbers")["rows"]
    sheet = book.sheet(pair("workbook.quality_title"), written("workbook.quality_note"))
    sheet.head(
        _headings(
            words("workbook.quality_columns"),
            {"examined": rows, "in_breach": rows},
            result=10,
            severity=10,
            suite=34,
            rule=30,
            meaning=50,
            meaning_en=50,
            examined=13,
            in_breach=13,
            observed=24,
        ),
        frozen=2,
    )
    cursor = connection.execute(
        """
        select
            success, severity, suite, expectation, description_zh, description_en, element_count, unexpected_count,
            observed_value
        from fct_quality_result
        where release_id = (select max(release_id) from release)
        order by success, list_position(['critical', 'warning', 'info'], severity), suite, expectation
        """
    )
    for success, severity, suite, rule, meaning, meaning_en, examined, breaches, observed in sheet.rows(cursor):
        sheet.status(result["passed" if success else "failed"][0], "met" if success else "off_track")
        sheet.text(SEVERITY[severity][0], suite, rule, meaning, meaning_en, wrap=True)
        sheet.figure(examined, rows)
        sheet.figure(breaches, rows)
        sheet.text(observed)
        sheet.end_row()


def _definitions(connection: duckdb.DuckDBPyConnection, book: Book) -> None:
    sheet = book.sheet(pair("workbook.definitions_title"), written("workbook.definitions_note"))
    sheet.head(
        _headings(
            words("workbook.definitions_columns"),
            indicator=26,
            name_en=26,
            unit=10,
            version=10,
            in_force_from=12,
            formula=48,
            formula_en=48,
            extracts=22,
            identifier=36,
        ),
        frozen=1,
    )
    contracts = load_contracts()
    cursor = connection.execute(
        """
        select
            name_zh, name_en, unit, definition_version, in_force_from, formula_zh, formula_en, source_extracts,
            indicator_id
        from dim_indicator order by indicator_id, definition_version
        """
    )
    unit_of_versions, _ = words("workbook.whole_numbers")["versions"]
    for name, name_en, unit, version, from_day, formula, formula_en, extracts, indicator_id in sheet.rows(cursor):
        sheet.text(name, name_en, unit, wrap=True)
        sheet.figure(version, unit_of_versions)
        sheet.day(from_day)
        sheet.text(formula, formula_en, "、".join(contracts[one].zh for one in extracts), indicator_id, wrap=True)
        sheet.end_row()


def _notes(book: Book, facts: Facts) -> None:
    zh, en = facts.licence.title
    sheet = book.sheet(pair("workbook.notes_title"))
    sheet.lines(
        [
            facts.title,
            pair("workbook.note_release", release_id=facts.release_id, as_of=facts.as_of),
            pair("workbook.note_sources", dumps=facts.dumps, rows=facts.rows),
            pair("workbook.note_contents"),
            MARKS,
            pair("workbook.note_rates"),
            pair("workbook.note_to_date"),
            pair("workbook.note_licence", licence_zh=zh, licence_en=en),
            pair("workbook.note_program", git_revision=facts.git_revision),
            pair("workbook.note_inputs", inputs_sha256=facts.inputs_sha256),
        ]
    )


def _headings(names: dict[str, Pair], units: dict[str, str] | None = None, /, **widths: int) -> list[Heading]:
    """The headings that have these names, each with its width and, where it has one, its unit of measure."""
    return [Heading(*names[one], (units or {}).get(one, ""), width) for one, width in widths.items()]
