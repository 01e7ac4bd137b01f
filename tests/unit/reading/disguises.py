"""Clean facts of any extract, and the disguises in which agencies send them. Draws only; asserts nothing."""

from __future__ import annotations

import gzip
import io
import math
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
from hypothesis import strategies as st

from raw_landing.contract import Column, Contract
from raw_landing.intake.identify import Identity, Manifest
from tests.unit.reading import workbooks

PERIODS = {
    "monthly": (date(2024, 3, 1), date(2024, 3, 31)),
    "quarterly": (date(2024, 1, 1), date(2024, 3, 31)),
    "annual": (date(2024, 1, 1), date(2024, 12, 31)),
}
REGIONS = {
    "420102": ("420102", "江岸区", "420102000000", "420102.0", "江岸"),
    "420304": ("420304", "郧阳区", "420321", "420321000000", "郧县"),
    "429004": ("429004", "仙桃市", "４２９００４", "仙桃", "429004000000.0"),
    "420100": ("420100", "武汉市", "420199", "武汉", "武汉市本级", "420101"),
}
WORDS = (
    "甲",
    "某某(武汉)公司",
    "a b",
    'x"y',
    "甲,乙",
    "甲;乙|丙",
    "一行\n二行",
    "会计师",
    "3月4日",
    "制造有限公司",
    "R-2 型",
)
NULLS = ("-", "--", "—", "…", "/", "无", "NULL", "\\N", "None", "nan", "NaN", "N/A", "")
Rows = list[dict[str, Any]]


def identity_of(contract: Contract, unit: str = "420000") -> Identity:
    """The identity of a dump of the province in early 2024."""
    return Identity(contract.source, contract.extract, *PERIODS[contract.cadence], unit, 1)


@st.composite
def facts(draw: st.DrawFn, contract: Contract) -> Rows:
    """A few rows of distinct keys that the contract accepts."""
    count = draw(st.integers(1, len(REGIONS) if contract.key == ("region_code",) else 6))
    rows = [{one.name: draw(value(contract, one, index)) for one in contract.columns} for index in range(count)]
    return list({tuple(row[name] for name in contract.key): row for row in rows}.values()) if contract.key else rows


def value(contract: Contract, column: Column, index: int) -> st.SearchStrategy[Any]:
    """A typed value of a column, in row `index`."""
    first, last = PERIODS[contract.cadence]
    if column.name in contract.key and column.type == "string":
        return st.just(f"K{index}-{column.name[:3]}")
    if column.check == "id_number":
        return st.integers(0, 9**8).map(lambda n: f"4201{n:09d}4321X")
    values: st.SearchStrategy[Any]
    if column.check in ("region", "region_or_nation"):
        codes = sorted(REGIONS)
        return st.just(codes[index % len(codes)]) if contract.key == ("region_code",) else st.sampled_from(codes)
    if column.check == "industry_section":
        values = st.sampled_from("AIT")
    elif column.type == "code":
        values = st.sampled_from(sorted(column.values))
    elif column.type == "date":
        days = (last - first).days if column.name == contract.period_column else 9_000
        values = st.integers(0, days).map(lambda n: (first if days < 400 else date(2000, 1, 1)) + timedelta(n))
    elif column.type == "month":
        values = (
            st.just(first) if column.name == contract.period_column else st.sampled_from([date(2019, 12, 1), first])
        )
    elif column.type == "integer":
        values = st.integers(int(column.min or 0), 10**7)
    elif column.type == "decimal":
        values = st.integers(0, 10**9).map(lambda n: Decimal(n) / 100)
    elif column.type == "boolean":
        values = st.booleans()
    elif column.zh == "计量单位":
        values = st.sampled_from(("%", "万人"))
    else:
        values = st.sampled_from(WORDS)
    return values if column.required else st.one_of(st.none(), values)


@dataclass
class Dressed:
    """A dump as sent: bytes, suffix, manifest; what should come of it."""

    data: bytes = field(repr=False)
    suffix: str
    manifest: Manifest | None
    rows: Rows
    repeated: int
    encoding: str
    delimiter: str | None


@st.composite
def dressed(draw: st.DrawFn, contract: Contract) -> Dressed:
    """Facts of a contract in a random combination of all disguises."""
    rows = draw(facts(contract))
    columns = [
        one for one in draw(st.permutations(contract.columns)) if not one.may_be_absent or draw(st.integers(0, 4))
    ]
    expected = [{one.name: row[one.name] if one in columns else None for one in contract.columns} for row in rows]
    ticked = {
        one.name
        for one in columns
        if one.type == "boolean" and any(row[one.name] for row in rows) and draw(st.booleans())
    }
    for row, clean in zip(rows, expected, strict=True):
        for one in ticked:
            row[one] = clean[one] = bool(row[one])
    repeats = draw(st.integers(0, 2))
    lines = [[draw(written(one, row, one.name in ticked)) for one in columns] for row in [*rows, *rows[:repeats]]]
    repeated = len(lines) - len(rows)
    headers = [draw(header(one)) for one in columns]
    units = [one.unit or "" for one in columns]
    if draw(st.booleans()):  # a column that the contract does not know
        place = draw(st.integers(0, len(columns)))
        headers.insert(place, "备注2")
        units.insert(place, "")
        for line in lines:
            line.insert(place, draw(st.sampled_from(("", "无", "见附件"))))
    table = _framed(draw, contract, _header_lines(draw, headers), lines, units)
    if draw(st.integers(0, 6)) == 0:
        return Dressed(draw(_workbook(table)), ".xlsx", None, expected, repeated, "utf-8", None)
    delimiter = draw(st.sampled_from(",\t;|"))
    line_end = draw(st.sampled_from(("\n", "\r\n", "\r")))
    encoding = draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "gb18030")))
    text = line_end.join(delimiter.join(_field(draw, cell, delimiter, line_end) for cell in line) for line in table)
    data = (text + draw(st.sampled_from(("", line_end)))).encode(encoding)
    manifest = None
    if draw(st.booleans()):
        manifest = Manifest(rows=len(lines), encoding=draw(st.sampled_from((None, encoding))))
    packed = draw(st.integers(0, 3)) == 0
    return Dressed(
        gzip.compress(data, 1) if packed else data,
        ".csv.gz" if packed else ".csv",
        manifest,
        expected,
        repeated,
        encoding,
        delimiter,
    )


@st.composite
def written(draw: st.DrawFn, column: Column, row: dict[str, Any], ticked: bool) -> str:
    """A value as somebody writes it."""
    fact = row[column.name]
    if ticked:
        text = draw(st.sampled_from(("√", "是"))) if fact else draw(st.sampled_from(("", "否")))
        text = "√" if fact else text  # at least one tick makes the column one of ticks
    elif fact is None:
        return draw(st.sampled_from(NULLS))
    else:
        text = draw(st.sampled_from(_spellings(column, fact, row)))
    if (column.type != "string" and draw(st.integers(0, 4)) == 0) or (
        column.check == "id_number" and draw(st.integers(0, 4)) == 0
    ):
        text = _full_width(text)
    around = draw(st.sampled_from(("", "", "", "\u00a0", "\u3000", " ", "'", "end tab", "=")))
    if around == "'":
        return f"'{text}"
    if around == "end tab":
        return f"{text}\t"
    if around == "=" and '"' not in text and "\n" not in text and text:
        return f'="{text}"'
    return f"{around}{text}{around}" if around.isspace() else text


def _spellings(column: Column, fact: Any, row: dict[str, Any]) -> tuple[str, ...]:
    if column.type == "date":
        y, m, d = fact.year, fact.month, fact.day
        days = [
            f"{y}{m:02d}{d:02d}", f"{y}-{m}-{d}", f"{y}/{m:02d}/{d:02d}", f"{y}.{m}.{d}", f"{y}年{m}月{d}日", f"{fact}",
        ]  # fmt: skip
        timed = [f"{fact} 00:00:00", f"{y}/{m}/{d} 8:30", f"{fact}T23:59:59", f"{y}年{m}月{d}日 12:00"]
        serial = (fact - date(1899, 12, 30)).days
        return (*days, *timed, str(serial), f"{serial}.5") if 20000 <= serial <= 60000 else (*days, *timed)
    if column.type == "month":
        y, m = fact.year, fact.month
        return (
            f"{y}{m:02d}",
            f"{y}-{m:02d}",
            f"{y}-{m}",
            f"{y}/{m:02d}",
            f"{y}.{m}",
            f"{y}年{m}月",
            f"{y}-{m}-15",
            f"{y}{m:02d}28",
        )
    if column.type == "integer":
        return (str(fact), f"{fact:,}", f"{fact:,}".replace(",", " "), f"{fact}.0")
    if column.type == "decimal":
        percent = (f"{fact}%",) if row.get("unit") == "%" else ()
        return (f"{fact:f}", f"{fact:,.2f}", f"{fact:,.2f}".replace(",", " "), *percent)
    if column.type == "boolean":
        return ("1", "是", "Y", "TRUE", "1.0") if fact else ("0", "否", "N", "FALSE", "0.00")
    if column.check in ("region", "region_or_nation"):
        return REGIONS[fact]
    if column.check == "industry_section":
        return (fact, f"{fact}65", f"{fact}6510")
    if column.type == "code":
        return (fact, column.values[fact], *([f"{fact}.0"] if fact.isdigit() else []))
    if column.check == "id_number":
        return (fact, fact.lower())
    return (str(fact),)


def _full_width(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if one.isascii() and one.isalnum() else one for one in text)


@st.composite
def header(draw: st.DrawFn, column: Column) -> str:
    """One of a column's names as somebody writes it."""
    text = draw(st.sampled_from(column.header_names))
    if column.type in ("integer", "decimal") and draw(st.integers(0, 3)) == 0:
        text += draw(st.sampled_from(("({})", "（{}）", "【单位:{}】"))).format(column.unit or "万人")
    form = draw(st.sampled_from(("plain", "plain", "wide", "spaced", "padded")))
    if form == "wide":
        return _full_width(text)
    if form == "spaced":
        return text[:1] + draw(st.sampled_from((" ", "\u3000"))) + text[1:]
    return f" {text}\u3000" if form == "padded" else text


def _header_lines(draw: st.DrawFn, headers: list[str]) -> list[list[str]]:
    if draw(st.integers(0, 2)):
        return [headers]
    upper, lower = [], []
    for text in headers:
        form = draw(st.sampled_from(("upper", "lower", "cut")))
        cut = len(text) // 2 if form == "cut" else len(text) if form == "upper" else 0
        upper.append(text[:cut])
        lower.append(text[cut:])
    return [upper, lower]


def _framed(
    draw: st.DrawFn, contract: Contract, head: list[list[str]], lines: list[list[str]], units: list[str]
) -> list[list[str]]:
    """The table with all that people write around it, and into it; `units` are those of its columns."""
    width = len(head[0])
    table = list(head)
    empty: list[list[str]] = [[""], [""] * width, ["\u3000"] + [""] * (width - 1)]
    for line in lines:
        surplus = draw(st.sampled_from((0, 0, 1, 3)))
        table.append(line + [""] * surplus)
        if draw(st.integers(0, 5)) == 0:
            table.append(draw(st.sampled_from(empty)))
    if draw(st.booleans()):
        table.insert(
            len(head), draw(st.sampled_from((["合计"] + ["9"] * (width - 1), ["", "小 计"], ["武汉市总计", "1"])))
        )
    if any(units) and draw(st.integers(0, 3)) == 0:
        table.insert(len(head), units)
    if draw(st.integers(0, 3)) == 0:  # joined files, pages
        again = [["\ufeff" + head[0][0], *head[0][1:]], *head[1:]]
        at = draw(st.integers(len(head), len(table)))
        table[at:at] = draw(st.sampled_from((head, again, [["第1页", "", "共2页"], *head])))
    if draw(st.integers(0, 3)) == 0:
        notes = ([["注：1.本表为推算数"], ["2.含农村"]], [["数据来源:统计局"]], [["备注", "甲"], ["第1页"]])
        table += draw(st.sampled_from(notes))
    if draw(st.booleans()):
        table += [[""], ["填报人：张三", "", "审核人:李四"], ["制 表 ： 王五"], ["填报日期:2024-04-01"]]
    front = [["湖北省2024年报表"]] if draw(st.booleans()) else []
    agreed = sorted(contract.units_of_measure) or ["万人"]
    front += [[f"单位:{agreed[0]}"]] if draw(st.booleans()) else []
    front += [[""]] if draw(st.booleans()) else []
    return front + table


def _field(draw: st.DrawFn, cell: str, delimiter: str, line_end: str) -> str:
    if delimiter in cell or '"' in cell or "\n" in cell or (cell and draw(st.integers(0, 7)) == 0):
        escaped = cell.replace('"', '""').replace("\n", line_end)
        return f'"{escaped}"'
    return cell


@st.composite
def _workbook(draw: st.DrawFn, table: list[list[str]]) -> bytes:
    """The table as a workbook of openpyxl, all text, or of XML by hand, in which numbers and days are numbers; perhaps
    with other sheets around it."""
    if draw(st.booleans()):
        book = openpyxl.Workbook()
        sheet = book.active
        for line in table:
            sheet.append(line)
            for cell in sheet[sheet.max_row]:
                if cell.value is not None:
                    cell.data_type = "s"
        target = io.BytesIO()
        book.save(target)
        return target.getvalue()
    around = "'=\"\t \u00a0\u3000"  # see `written`
    is_serial = any(re.fullmatch(r"\d{5}(?:\.\d+)?", text.strip(around)) for line in table for text in line)
    is_1904 = draw(st.booleans()) and not is_serial  # what is a day of 1900 would be another of 1904
    typed = [[draw(_stored(text, is_1904)) for text in line] for line in table]
    sheets: dict[str, workbooks.Table] = {"数据": typed}
    states = {}
    if draw(st.booleans()):
        sheets = {"说明": [["填报说明"], ["本表按月报送"]], **sheets}
    if draw(st.booleans()):
        sheets, states = {"底稿": typed, **sheets}, {"底稿": draw(st.sampled_from(("hidden", "veryHidden")))}
    hand = draw(st.sampled_from(sorted(workbooks.HANDS)))
    return workbooks.write(
        sheets, workbooks.HANDS[hand], formats=("yyyy-mm-dd", "0.00%"), is_1904=is_1904, states=states
    )


@st.composite
def _stored(draw: st.DrawFn, text: str, is_1904: bool) -> workbooks.Cell:
    """A cell that shows this text: whole numbers, days and per cent perhaps as numbers, with some dust, or as the
    result of a formula."""
    if not text or not draw(st.booleans()):
        return text
    formula = draw(st.sampled_from(("", "", "A1&B1")))
    if re.fullmatch(r"[1-9]\d{0,8}", text):
        dusty = repr(math.nextafter(float(text), draw(st.sampled_from((0, math.inf)))))
        return workbooks.number(draw(st.sampled_from((text, f"{text}.0", dusty))), 0, formula)
    if re.fullmatch(r"(?:19|20)\d\d-\d\d-\d\d", text):
        epoch = date(1904, 1, 1) if is_1904 else date(1899, 12, 30)
        if (days := (date.fromisoformat(text) - epoch).days) > 60:
            return workbooks.number(days, 1, formula)
    if re.fullmatch(r"[1-9]\d{0,3}\.\d?[1-9]%", text):
        return workbooks.number(repr(float(text[:-1]) / 100), 2, formula)
    return (
        workbooks.Xml(f"<f>A1</f><v>{workbooks.escaped(text)}</v>", ' t="str"')
        if formula and text.isprintable()
        else text
    )
