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
from raw_landing.contract import load_contracts
from raw_landing.database import literal

SHOWN_REGIONS = "(dim_region.level = 'province' or dim_region.is_reporting_unit)"
BY_REGION = "dim_region.level <> 'province', dim_region.region_code"

THEMES = {
    "employment": ("就业与培训", "Employment and training"),
    "pension": ("社会保险", "Social insurance"),
    "talent": ("人才与技能", "Talent and skills"),
    "arbitration": ("劳动关系", "Labour relations"),
    "planning": ("综合统计", "General statistics"),
    "social_card": ("社保卡与服务", "Cards and services"),
}
"""A sheet per source of extracts; social security cards, which come from the pension system, have their own."""

MARKS = (
    "数字后的字母:p 初步数(报送不齐或期间未满),e 推算数(由抽样推算);c 不公布(人数过少)。空白为无数据。 / "
    "Letters: p provisional, e estimated, c withheld (too few persons). Blank: no data."
)

SERIES = {"month": "月度", "quarter": "季度", "year": "年度"}
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
        progress = book.sheet(
            "规划进展",
            "Progress of the plans",
            "各规划最近一月的进展,全省在前。 / As of each plan's last month, the province first.",
        )
        charts = book.sheet(
            "图表", "Charts", "全省,数据见各主题工作表。 / The whole province; figures are on the themes' sheets."
        )
        _progress(connection, progress, charts)
        indicators = _indicators(connection)
        for theme, titles in THEMES.items():
            if own := [indicator for indicator in indicators if indicator.theme == theme]:
                _theme(connection, book.sheet(*titles, MARKS), own, charts)
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
            Heading("地区", "Region", width=16),
            Heading("时期类型", "Type of period", width=11),
            Heading("时期", "Period", width=16),
            Heading("期末", "End of period", width=12),
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
            charts.chart(
                Chart(
                    title=f"{one.name_zh}({SERIES[series]},{one.unit})",
                    kind="column" if one.is_flow else "line",
                    sheet=sheet.zh,
                    categories=(rows[0], labels, rows[-1], labels),
                    series=(("", (rows[0], column, rows[-1], column)),),
                )
            )


def _progress(connection: duckdb.DuckDBPyConnection, sheet: Sheet, charts: Sheet) -> None:
    """A row per plan, region and indicator; a chart of the newest plan for the whole province."""
    sheet.head(
        [
            Heading("规划", "Plan", width=18),
            Heading("地区", "Region", width=14),
            Heading("序号", "No.", width=7),
            Heading("指标", "Indicator", width=44),
            Heading("计量单位", "Unit", width=10),
            Heading("属性", "Attribute", width=10),
            Heading("目标类型", "Kind of target", width=13),
            Heading("截至", "As of", width=12),
            Heading("基期值", "Baseline", width=12),
            Heading("目标值", "Target", width=12),
            Heading("实际值", "Actual", width=12),
            Heading("距目标", "Gap", width=12),
            Heading("完成率", "Attainment", width=12),
            Heading("时间进度", "Elapsed share", width=12),
            Heading("状态", "Status", width=11),
            Heading("每月需完成", "Required per month", width=13),
            Heading("期末预计", "Projected at the end", width=13),
            Heading("预计状态", "Projected status", width=11),
        ],
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
        charts.chart(
            Chart(
                title=f"{plan_names()[first[0]][0]} {first[1]}:完成率与时间进度",
                kind="bar",
                sheet=sheet.zh,
                categories=(drawn[0], 3, drawn[-1], 3),
                series=(("完成率", (drawn[0], 12, drawn[-1], 12)), ("时间进度", (drawn[0], 13, drawn[-1], 13))),
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
    sheet = book.sheet(
        "报送完整性",
        "Completeness of reporting",
        "已报份数占应报份数的比例,自该项首次报送起,至本版截止日;空白为不需报送。 / "
        "Share of the dumps due that are in, since the extract's first period; blank: none was due.",
    )
    sheet.head(
        [
            Heading("数据项目", "Extract", width=34),
            Heading("合计", "All", width=10),
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
    sheet = book.sheet(
        "质量",
        "Quality",
        "本版发布前执行的全部质量规则,未通过的在前。 / Every quality rule of this release, failed ones first.",
    )
    sheet.head(
        [
            Heading("结果", "Result", width=10),
            Heading("严重程度", "Severity", width=10),
            Heading("规则集", "Suite", width=34),
            Heading("规则", "Rule", width=30),
            Heading("含义", "Meaning", width=50),
            Heading("含义(英文)", "Meaning in English", width=50),
            Heading("检查的记录数", "Examined", "行", width=13),
            Heading("不符的记录数", "In breach", "行", width=13),
            Heading("观察值", "Observed", width=24),
        ],
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
        sheet.status("通过" if success else "未通过", "met" if success else "off_track")
        sheet.text(SEVERITY[severity][0], suite, rule, meaning, meaning_en, wrap=True)
        sheet.figure(examined, "行")
        sheet.figure(breaches, "行")
        sheet.text(observed)
        sheet.end_row()


def _definitions(connection: duckdb.DuckDBPyConnection, book: Book) -> None:
    sheet = book.sheet(
        "指标口径",
        "Definitions",
        "指标的计算方法,逐版列出;未施行的版本只作对照。 / "
        "How each indicator is computed, by version; one without a date of force is for comparison only.",
    )
    sheet.head(
        [
            Heading("指标", "Indicator", width=26),
            Heading("英文名称", "Name in English", width=26),
            Heading("计量单位", "Unit", width=10),
            Heading("口径版本", "Version", width=10),
            Heading("施行日期", "In force from", width=12),
            Heading("计算方法", "Formula in Chinese", width=48),
            Heading("计算方法(英文)", "Formula in English", width=48),
            Heading("数据来源", "Extracts", width=22),
            Heading("标识", "Identifier", width=36),
        ],
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
    for name, name_en, unit, version, from_day, formula, formula_en, extracts, indicator_id in sheet.rows(cursor):
        sheet.text(name, name_en, unit, wrap=True)
        sheet.figure(version, "版")
        sheet.day(from_day)
        sheet.text(formula, formula_en, "、".join(contracts[one].zh for one in extracts), indicator_id, wrap=True)
        sheet.end_row()


def _notes(book: Book, facts: Facts) -> None:
    sheet = book.sheet("说明", "Notes", "")
    sheet.lines(
        [
            (facts.title_zh, facts.title_en),
            (f"版次 {facts.release_id},截至 {facts.as_of}。", f"Release {facts.release_id}, as of {facts.as_of}."),
            (
                f"由 {facts.dumps} 份报送文件、{facts.rows} 条记录计算。",
                f"Computed from {facts.dumps} dumps with {facts.rows} rows.",
            ),
            (
                "本工作簿只列全省和各报送单位;县(市、区)数据、历次进展和全部数据表见同一文件夹的 csv/ 与 parquet/。",
                "This workbook shows the province and its reporting units; counties, progress in earlier months and "
                "all other tables are in csv/ and parquet/ of the same folder.",
            ),
            tuple(MARKS.split(" / ")),
            (
                "百分率以百分点列示;完成率、时间进度、报送率为比例。",
                "Rates are in percentage points; attainment, elapsed share and completeness are shares.",
            ),
            ("本年累计:年初至该月末。", "Year to date: from January to the end of the month."),
            (f"许可:{facts.licence.title.split(' / ')[0]}", f"Licence: {facts.licence.title.split(' / ')[-1]}"),
            (f"程序版本 {facts.git_revision}", f"Revision of the program {facts.git_revision}"),
            (f"输入摘要 {facts.inputs_sha256}", f"SHA-256 of the inputs {facts.inputs_sha256}"),
        ]
    )
