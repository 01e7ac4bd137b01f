"""The workbook's pages for print: a cover with the plan's figures, and a table per indicator as a statistical yearbook
has it, the units below each other and the years side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from orchestration.exports.facts import SYNTHETIC
from orchestration.exports.sheets import DARK, Book, Sheet
from orchestration.rendering.labels import STATUS, plan_names
from orchestration.text import Pair, pair, words
from raw_landing.contract import load_contracts
from raw_landing.database import literal

SHOWN_REGIONS = "dim_region.level <> 'county'"
BY_REGION = "dim_region.level <> 'province', dim_region.region_code"
MARK = """
case when is_suppressed then 'c' else if(maturity = 'provisional', 'p', '') || if(is_estimate, 'e', '') end
"""
TABLES_ON_A_PAGE = 2
SMALL = {"font_size": 9, "font_color": "#595959"}


@dataclass(frozen=True)
class Indicator:
    """An indicator as the definition in force names it."""

    indicator_id: str
    name_zh: str
    name_en: str
    unit: str
    is_flow: bool
    theme: str
    extracts: tuple[str, ...]

    @property
    def source(self) -> str:
        """The extracts that it is computed from, by name."""
        return "、".join(load_contracts()[one].zh for one in self.extracts)


def signed_target(kind: str, direction: str, target: float | None, text: str | None) -> float | str | None:
    """A target as it is read: a ceiling as ≤, a level that more is better than as ≥, a sum as it is."""
    if target is None or kind in ("cumulative", "text"):
        return text if target is None else target
    return f"{'≤' if kind == 'ceiling' or direction == 'lower' else '≥'} {target:,g}"


def cover(connection: duckdb.DuckDBPyConnection, book: Book) -> None:
    """One page: what this is, and where each of the newest plan's indicators stands in the whole province."""
    facts, named = book.facts, words("workbook.cover_columns")
    sheet = book.add(Sheet(book, pair("workbook.cover_title"), heading=pair("workbook.contents_heading")))
    sheet.portrait(6, 44, 8, 11, 11, 12, 11, pages=1)
    rows = connection.execute(
        """
        select
            plan_id, period_end, seq, planned.name_zh, planned.unit, attribute = 'binding', progress.baseline,
            progress.target_kind, direction, progress.target, progress.target_text, actual, actual_text,
            case when is_suppressed then 'c' when maturity = 'provisional' then 'p' else '' end, status
        from fct_plan_progress as progress
        inner join dim_plan_indicator as planned using (plan_id, indicator_id)
        inner join dim_region using (region_code)
        where level = 'province'
        qualify plan_id = max(plan_id) over () and period_end = max(period_end) over (partition by plan_id)
        order by try_cast(seq as integer) nulls last, seq
        """
    ).fetchall()
    if rows:
        plan, day = plan_names()[rows[0][0]], rows[0][1]
        sheet.line(pair("workbook.cover_plan", plan=plan[0], day=day)[0], font_size=13, bold=True, font_color=DARK)
    published = f"{facts.published_at:%Y-%m-%d %H:%M}"
    release = pair("workbook.contents_release", release_id=facts.release_id, as_of=facts.as_of, published=published)
    sheet.line(release[0], **SMALL)
    sheet.row += 1
    sheet.columns(*(zh for zh, _ in named.values()))
    for (
        _,
        _,
        seq,
        name,
        unit,
        binds,
        baseline,
        kind,
        direction,
        target,
        text,
        actual,
        actual_text,
        mark,
        status,
    ) in rows:
        sheet.text(seq, align="center")
        sheet.text(name, wrap=True, bold=bool(binds))
        sheet.text(unit, align="center")
        sheet.figure(baseline, unit)
        sheet.figure(signed_target(kind, direction, target, text), unit)
        sheet.figure(actual if actual_text is None else actual_text, unit, mark)
        sheet.status(STATUS[status][0], status)
        sheet.end_row()
    sheet.row += 1
    for note in ("cover_binding", "cover_targets"):
        sheet.line(words("workbook.notes")[note][0], **SMALL)
    sheet.line(pair("workbook.marks")[0], **SMALL)
    sheet.line(pair("workbook.cover_sources", dumps=facts.dumps)[0], **SMALL)
    sheet.print_rows(sheet.row)


def yearbook(
    connection: duckdb.DuckDBPyConnection, book: Book, chapter: int, title: Pair, indicators: Sequence[Indicator]
) -> None:
    """A theme's tables: a row per region, a column per year, below each what is noted and where it is from."""
    chosen = ", ".join(literal(one.indicator_id) for one in indicators)
    years = [
        year
        for (year,) in connection.execute(
            f"""
            select distinct year(period_end) from fct_indicator_value
            where period_type = 'year' and indicator_id in ({chosen}) order by all
            """
        ).fetchall()
    ]
    if not years:
        return
    named = tuple(pair("workbook.yearbook_title", theme=theme)[at] for at, theme in enumerate(title))
    sheet = book.add(Sheet(book, (named[0], named[1])))
    sheet.portrait(19, *(9.2 for _ in years))
    cells = ", ".join(
        f"any_value({column}) filter (year = {year})" for year in years for column in ("value", "value_text", "mark")
    )
    cursor = connection.execute(
        f"""
        with yearly as (
            select *, year(period_end) as year, {MARK} as mark
            from fct_indicator_value where period_type = 'year' and indicator_id in ({chosen})
        )
        select indicator_id, any_value(dim_region.name_zh), {cells}
        from yearly inner join dim_region using (region_code)
        where {SHOWN_REGIONS}
        group by indicator_id, dim_region.region_code, level
        order by list_position([{chosen}], indicator_id), {BY_REGION}
        """
    )
    by_id = {one.indicator_id: one for one in indicators}
    region, _ = words("workbook.theme_columns")["region"]
    current: Indicator | None = None
    breaks: list[int] = []
    number = 0
    for indicator_id, name, *values in cursor.fetchall():
        one = by_id[indicator_id]
        if one != current:
            if current:
                _end(sheet, current, book)
            if number and number % TABLES_ON_A_PAGE == 0:
                breaks.append(sheet.row)
            number, current = number + 1, one
            caption = pair(
                "workbook.yearbook_caption",
                chapter=chapter,
                number=number,
                name=one.name_zh,
                first=years[0],
                last=years[-1],
                name_en=one.name_en,
            )
            sheet.caption(caption[0], pair("workbook.yearbook_unit", unit=one.unit)[0])
            sheet.columns(region, *map(str, years))
        sheet.text(name)
        for at in range(len(years)):
            value, text, mark = values[3 * at : 3 * at + 3]
            sheet.figure(text if value is None else value, one.unit, mark or "")
        sheet.end_row()
    if current:
        _end(sheet, current, book)
    sheet.sheet.set_h_pagebreaks(breaks)


def _end(sheet: Sheet, one: Indicator, book: Book) -> None:
    """What stands below a table."""
    sheet.line(pair("workbook.yearbook_note", marks=pair("workbook.marks")[0])[0], **SMALL)
    synthetic = f"({SYNTHETIC[0]})" if book.facts.is_synthetic else ""
    release = book.facts.release_id
    sheet.line(pair("workbook.yearbook_source", source=one.source, release=release)[0] + synthetic, **SMALL)
    sheet.row += 1
