"""Writes clean rows as polluted files whose figures must land unchanged: encodings, delimiters, titles, units, added
rows that are refused.

The only part of the sample that loops over rows: nine small dumps.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from raw_landing.contract import Contract
from raw_landing.regions import load_regions

Rows = list[list[str]]
Dress = Callable[[Contract, Rows], tuple[bytes, int]]
FULL_WIDTH = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}


@dataclass(frozen=True)
class Disguise:
    """Which dump is dressed up, under which file name, and how; dress gives the bytes and the number of data rows."""

    extract: str
    period: str
    unit: str
    file_name: str
    dress: Dress


def _column(rows: Rows, contract: Contract, name: str, change: Callable[[str], str]) -> None:
    at = list(contract.by_name).index(name)
    for row in rows:
        if row[at]:
            row[at] = change(row[at])


def _labels(rows: Rows, contract: Contract) -> None:
    """Codes become their Chinese labels, regions their names."""
    regions = load_regions().by_code
    for column in contract.columns:
        if column.values:
            _column(rows, contract, column.name, column.values.__getitem__)
        elif column.check == "region":
            _column(rows, contract, column.name, lambda code: regions[code].name_zh)


def _days(rows: Rows, contract: Contract, change: Callable[[str], str]) -> None:
    for column in contract.columns:
        if column.type == "date":
            _column(rows, contract, column.name, change)


def _chinese_day(day: str) -> str:
    year, month, number = day.split("-")
    return f"{year}年{int(month)}月{int(number)}日"


def _serial(day: str) -> str:
    """The number a spreadsheet keeps for a day (1900 system)."""
    return str((date.fromisoformat(day) - date(1899, 12, 30)).days)


def _thousands(number: str) -> str:
    whole, point, rest = number.partition(".")
    return f"{int(whole):,}{point}{rest}"


def _chinese_header(contract: Contract) -> list[str]:
    return [column.zh for column in contract.columns]


def _join(lines: Sequence[Sequence[str]], separator: str, end: str) -> str:
    return "".join(separator.join(line) + end for line in lines)


def official_letter(contract: Contract, rows: Rows) -> tuple[bytes, int]:
    """As from an office: GB18030, CRLF, a title, Chinese headers and labels, days in Chinese, a footer."""
    _labels(rows, contract)
    _days(rows, contract, _chinese_day)
    lines = [[f"武汉市{contract.zh}"], _chinese_header(contract), *rows, ["填报人:合成甲001", "审核人:合成乙002"]]
    return _join(lines, ",", "\r\n").encode("gb18030"), len(rows)


def two_storeys(contract: Contract, rows: Rows) -> tuple[bytes, int]:
    """UTF-16 with tabs, a header under group titles, blank lines, a subtotal, three rows that were sent twice."""
    groups = ["案件信息", *[""] * (len(contract.columns) - 1)]
    half = len(rows) // 2
    lines = [groups, _chinese_header(contract), *rows[:half], [""], *rows[half:], *rows[:3]]
    lines.append(["合计", str(len(rows)), *[""] * (len(contract.columns) - 2)])
    return _join(lines, "\t", "\n").encode("utf-16"), len(rows) + 3


def item_codes(contract: Contract, rows: Rows) -> tuple[bytes, int]:
    """A system's export: a byte order mark, item codes for headers, compact days, 是 and 否, twelve-digit regions,
    identity numbers kept from the spreadsheet as ="…"; six rows with something wrong are refused."""
    names = list(contract.by_name)
    wrong = [list(row) for row in rows[: min(6, len(rows) // 20)]]  # few enough for the dump to load
    for number, row in enumerate(wrong):
        row[names.index("registration_no")] += "X"
        name, value = [
            ("region_code", "429999"),
            ("registered_on", "2025-13-45"),
            ("registered_on", "2025-03-08"),
            ("id_number", "4.29911E+17"),
            ("registration_no", ""),
            ("is_urban_new", "也许"),
        ][number]
        row[names.index(name)] = value
    dressed = [list(row) for row in rows]
    _days(dressed, contract, lambda day: day.replace("-", ""))
    _column(dressed, contract, "is_urban_new", lambda flag: "是" if flag == "1" else "否")
    _column(dressed, contract, "region_code", lambda code: code + "000000")
    _column(dressed, contract, "id_number", lambda number: f'="{number}"')
    header = [column.aliases[-1] if column.aliases else column.zh for column in contract.columns]
    return _join([header, *dressed, *wrong], ",", "\n").encode("utf-8-sig"), len(rows) + len(wrong)


def statistical_table(contract: Contract, rows: Rows) -> tuple[bytes, int]:
    """A printed table: GB18030, title and unit lines, region names, thousands separators, full-width digits in one row,
    a total, footers."""
    _labels(rows, contract)
    figures = [column.name for column in contract.columns if column.type == "integer"]
    for name in figures:
        _column(rows, contract, name, lambda number: f'"{_thousands(number)}"')
    rows[1] = [cell.translate(FULL_WIDTH) for cell in rows[1]]
    width = len(contract.columns)
    lines = [
        [contract.zh, *[""] * (width - 1)],
        ["单位:人", *[""] * (width - 1)],
        _chinese_header(contract),
        *rows,
        ["合计", '"9,999,999"', *[""] * (width - 2)],
        ["填报日期:2026年1月8日", *[""] * (width - 1)],
        ["制表:合成甲003", *[""] * (width - 1)],
    ]
    return _join(lines, ",", "\r\n").encode("gb18030"), len(rows)


def zipped(contract: Contract, rows: Rows) -> tuple[bytes, int]:
    """Compressed, semicolons, the spreadsheet's numbers for days, labels, the unit's agency by its old code."""
    dressed = [list(row) for row in rows]
    _days(dressed, contract, _serial)
    _column(dressed, contract, "region_code", lambda code: "420199" if code == "420100" else code)
    _column(dressed, contract, "trainee_category", lambda code: contract.by_name["trainee_category"].values[code])
    text = _join([_chinese_header(contract), *dressed], ";", "\n")
    return gzip.compress(text.encode(), mtime=0), len(rows)


def old_machine(contract: Contract, rows: Rows) -> tuple[bytes, int]:
    """Bars for separators, CR for line ends, 无 and — for nothing, thousands separators, spaces about the headers."""
    at = list(contract.by_name).index("closed_on")
    for number, row in enumerate(rows):
        row[at] = row[at] or ("无" if number % 2 else "—")
    _column(rows, contract, "wages_owed", _thousands)
    header = [f" {name} " for name in _chinese_header(contract)]
    return _join([header, *rows], "|", "\r").encode("gb18030"), len(rows)


def workbook(contract: Contract, rows: Rows) -> tuple[bytes, int]:
    """The same table as .xlsx, numbers as numbers."""
    table = [[contract.zh], _chinese_header(contract), *rows]
    return _xlsx(table), len(rows)


DISGUISES = {
    (d.extract, d.period, d.unit): d
    for d in (
        Disguise(
            "arbitration_case", "2025-12", "420100", "劳动人事争议仲裁案件_武汉市_2025年12月.csv", official_letter
        ),
        Disguise("mediation_case", "2025-11", "420600", "劳动人事争议调解案件_襄阳市_202511.txt", two_storeys),
        Disguise("employment_registration", "2025-10", "420600", "就业登记_襄阳市_2025年10月.csv", item_codes),
        Disguise(
            "urban_employed_stock", "2025-Q4", "420100", "城镇从业人员期末数_武汉市_2025年四季度.csv", statistical_table
        ),
        Disguise("training_record", "2025-11", "420100", "training_record__2025-11__420199.csv.gz", zipped),
        Disguise("inspection_case", "2025-10", "420100", "劳动保障监察举报投诉案件_武汉市_2025年10月.txt", old_machine),
        Disguise(
            "labour_contract_report", "2025-Q4", "420600", "企业劳动合同签订情况_襄阳市_2025年第4季度.xlsx", workbook
        ),
    )
}

_XLSX_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="合成数据" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def _xlsx(table: Sequence[Sequence[str]]) -> bytes:
    """The smallest workbook of one sheet; whole numbers of up to 15 digits but region codes stay numbers."""

    def cell(text: str, reference: str) -> str:
        if re.fullmatch(r"\d{7,15}|\d{1,5}", text):
            return f'<c r="{reference}"><v>{text}</v></c>'
        return f'<c r="{reference}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'

    sheet = "".join(
        f'<row r="{y}">' + "".join(cell(text, f"{chr(64 + x)}{y}") for x, text in enumerate(row, 1)) + "</row>"
        for y, row in enumerate(table, 1)
    )
    parts = _XLSX_PARTS | {
        "xl/worksheets/sheet1.xml": (
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            f"<sheetData>{sheet}</sheetData></worksheet>"
        )
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}')
    return buffer.getvalue()
