"""indicators.xlsx: the release as officials know it, a sheet per theme. What stands on which sheet is said here; how it
looks, in sheets.py. Counties are left to the other formats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb

from orchestration.exports.charts import Chart, Charts, Series
from orchestration.exports.facts import Facts
from orchestration.exports.progress import write_progress
from orchestration.exports.sheets import Book, Heading, Sheet, headings
from orchestration.exports.yearbook import BY_REGION, MARK, SHOWN_REGIONS, Indicator, cover, yearbook
from orchestration.rendering.labels import (
    PERIOD_TYPE,
    SEVERITY,
    plan_names,
    plan_periods,
)
from orchestration.text import pair, words, written
from raw_landing.contract import load_contracts, source_names
from raw_landing.database import literal

THEMES = source_names() | words("workbook.extract_themes")
"""A sheet per source of extracts; social security cards, which come from the pension system, have their own."""

MARKS = pair("workbook.marks")

SERIES = words("workbook.series")
"""A chart shows the finest series that the indicator has."""


PERIODS_A_YEAR = {"month": 12, "quarter": 4, "year": 1}


@dataclass(frozen=True)
class Target:
    """A plan's target for the whole province; `kind` as dim_plan_indicator has it."""

    plan: str
    first: date
    last: date
    kind: str
    value: float

    def at(self, day: date, series: str) -> float | None:
        """What a period of the series has to come to: of a sum its even share."""
        if not self.first <= day <= self.last:
            return None
        return self.value / self._parts(series)

    def is_shared(self, series: str) -> bool:
        """Whether a period of the series has a part of it."""
        return self._parts(series) > 1

    def _parts(self, series: str) -> int:
        years = {"cumulative": self.last.year - self.first.year + 1, "annual_level": 1}.get(self.kind)
        return 1 if years is None else years * PERIODS_A_YEAR[series]


def write(connection: duckdb.DuckDBPyConnection, facts: Facts, path: Path) -> None:
    """Write the workbook. Rows go straight to the disk: memory does not grow with them."""
    with Book(path, facts) as book:
        cover(connection, book)
        contents = book.contents()
        progress = book.sheet(pair("workbook.progress_title"), written("workbook.progress_note"))
        details = book.sheet(pair("workbook.details_title"), written("workbook.details_note"))
        charts = book.add(Charts(book, pair("workbook.charts_title"), written("workbook.charts_note")))
        write_progress(connection, progress, details, charts)
        indicators, targets = _indicators(connection), _targets(connection)
        for chapter, (theme, titles) in enumerate(THEMES.items(), start=1):
            if own := [indicator for indicator in indicators if indicator.theme == theme]:
                yearbook(connection, book, chapter, titles, own)
                _theme(connection, book.sheet(titles, " / ".join(MARKS)), own, charts, targets)
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
            indicator_id, name_zh, name_en, unit, measure_kind = 'flow', source_extracts
        from dim_indicator left join planned using (indicator_id)
        where indicator_id in (select indicator_id from dim_indicator where is_in_force)
        order by seq nulls last, indicator_id, is_in_force desc, definition_version desc
        """
    ).fetchall()
    return [
        Indicator(indicator_id, name_zh, name_en, unit, is_flow, _theme_of(extracts[0]), tuple(extracts))
        for indicator_id, name_zh, name_en, unit, is_flow, extracts in rows
    ]


def _theme_of(extract: str) -> str:
    return extract if extract in THEMES else load_contracts()[extract].source


def _targets(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Target]]:
    """The targets of all plans that are numbers, by indicator."""
    found: dict[str, list[Target]] = {}
    for indicator_id, plan, kind, target in connection.execute(
        "select indicator_id, plan_id, target_kind, target from dim_plan_indicator where target is not null"
    ).fetchall():
        found.setdefault(indicator_id, []).append(Target(plan, *plan_periods()[plan], kind, target))
    return found


def _theme(
    connection: duckdb.DuckDBPyConnection,
    sheet: Sheet,
    indicators: list[Indicator],
    charts: Charts,
    targets: dict[str, list[Target]],
) -> None:
    """A row per region and period, a column per indicator; a chart of each for the whole province, beside its target.
    What the province has by year and quarter is printed."""
    sheet.head(
        [
            *headings(words("workbook.theme_columns"), region=16, type_of_period=11, period=16, end_of_period=12),
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
            select *, {MARK} as mark
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
        order by {BY_REGION}, list_position(['year', 'r12', 'quarter', 'ytd', 'month'], period_type), period_end
        """
    )
    drawn: dict[tuple[str, str], list[tuple[int, date]]] = {}
    printed = sheet.row
    for region, period_type, label, day, of_province, *values in sheet.rows(cursor):
        sheet.text(region, PERIOD_TYPE[period_type][0], label)
        sheet.day(day)
        for at, one in enumerate(indicators):
            value, text, mark = values[3 * at : 3 * at + 3]
            if of_province and value is not None:
                drawn.setdefault((one.indicator_id, period_type), []).append((sheet.row, day))
            sheet.figure(text if value is None else value, one.unit, mark or "")
        if of_province and period_type in ("year", "quarter"):
            printed = sheet.row
        sheet.end_row()
    sheet.print_rows(printed)
    for column, one in enumerate(indicators, start=4):
        series = next((series for series in SERIES if (one.indicator_id, series) in drawn), None)
        if series is not None:
            points = drawn[one.indicator_id, series]
            _chart(sheet, column, one, series, points, targets.get(one.indicator_id, []), charts)


def _chart(
    sheet: Sheet,
    column: int,
    one: Indicator,
    series: str,
    points: list[tuple[int, date]],
    targets: list[Target],
    charts: Charts,
) -> None:
    """An indicator's series, and the targets that the plans set for it."""
    first, last = points[0][0], points[-1][0]
    labels = 2 if one.is_flow else 3
    title, _ = pair("workbook.indicator_chart", name=one.name_zh, series=SERIES[series][0], unit=one.unit)
    shown = [Series(sheet.zh, (first, column, last, column), one.name_zh)]
    days, named = dict(points), words("workbook.targets")
    for target in targets:
        wanted = [target.at(days[row], series) if row in days else None for row in range(first, last + 1)]
        if any(value is not None for value in wanted):
            name, _ = named["share" if target.is_shared(series) else "whole"]
            name = name.format(plan=plan_names()[target.plan][0])
            shown.append(charts.figures(name, wanted, is_target=True))
    kind: Literal["column", "line"] = "column" if one.is_flow else "line"
    charts.chart(Chart(title, kind, (sheet.zh, (first, labels, last, labels)), tuple(shown)))


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
            *headings(words("workbook.completeness_columns"), extract=34, total=10),
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
        headings(
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
    printed = sheet.row
    for success, severity, suite, rule, meaning, meaning_en, examined, breaches, observed in sheet.rows(cursor):
        sheet.status(result["passed" if success else "failed"][0], "met" if success else "off_track")
        sheet.text(SEVERITY[severity][0], suite, rule, meaning, meaning_en, wrap=True)
        sheet.figure(examined, rows)
        sheet.figure(breaches, rows)
        sheet.text(observed)
        printed = printed if success else sheet.row
        sheet.end_row()
    sheet.print_rows(printed)


def _definitions(connection: duckdb.DuckDBPyConnection, book: Book) -> None:
    sheet = book.sheet(pair("workbook.definitions_title"), written("workbook.definitions_note"))
    sheet.head(
        headings(
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
            pair("workbook.note_print"),
            pair("workbook.note_licence", licence_zh=zh, licence_en=en),
            pair("workbook.note_program", git_revision=facts.git_revision),
            pair("workbook.note_inputs", inputs_sha256=facts.inputs_sha256),
        ]
    )
