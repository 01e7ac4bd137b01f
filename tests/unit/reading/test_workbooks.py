"""Workbooks as agencies' programs write them: which sheet is read, what a cell is worth, what is refused, and that no
workbook can harm the run or the others beside it."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from raw_landing import ParsedDump
from raw_landing.contract import load_contracts
from raw_landing.intake.identify import Manifest
from raw_landing.parsing import decode
from raw_landing.parsing import xlsx as workbook
from raw_landing.parsing.reader import read_dumps
from raw_landing.parsing.types import Request
from tests.unit.reading.workbooks import HANDS, Hand, Table, Xml, number, write

pytestmark = pytest.mark.slow

Read = Callable[..., ParsedDump]
STOCK = [["region_code", "employed_persons"], [420102, 5], [420103, 6]]
CASES = [
    *("case_no", "region_code", "accepted_on", "closed_on", "dispute_kind", "claimant_count", "close_mode"),
    *("is_final_award", "amount_awarded"),
]
REPORT = ["region_code", "item", "basis", "value", "unit", "report_kind"]
ENROLMENT = [
    *("person_no", "id_number", "region_code", "insurance_type", "enrolment_status", "first_enrolled_month"),
    "is_retired",
]
SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def stock(reading: ParsedDump) -> list[tuple[Any, ...]]:
    return reading.rows.order("line_number").select("region_code", "employed_persons").fetchall()


def refused(reading: ParsedDump) -> list[tuple[int, list[str]]]:
    return [tuple(row[:2]) for row in reading.refused.order("line_number").fetchall()]


# --- valid XML of any kind


@pytest.mark.parametrize("hand", HANDS.values(), ids=HANDS)
def test_valid_xml_however_it_is_written(read: Read, hand: Hand) -> None:
    """Per cent by style, dates by style, strings in place, an empty cell and an empty row between others."""
    table: Table = [
        REPORT,
        [420100, "仲裁结案率", "month", number("0.9338", 1), "%"],
        [],
        [420100, "调解成功率", "month", number(0.5, 2), "%"],
        [420100, "人数 <&> \"'", "month", None, "人"],
        [420100, "覆盖人数", "month", number(0.5, 1), "万人"],
    ]
    reading = read(write({"表": table}, hand, formats=["0.00%", '0%;[Red]-0%;"无"']), "statistical_report")
    rows = reading.rows.order("line_number").select("line_number", "item", "value").fetchall()
    assert rows[:2] == [(2, "仲裁结案率", Decimal("93.38")), (4, "调解成功率", Decimal("50"))]
    assert refused(reading)[-1] == (6, ["bad_type"])  # 50% of a figure in 万人
    assert (reading.receipt.lines_read, reading.receipt.rows_skipped) == (6, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_xml_in_any_encoding_that_workbooks_may_have(read: Read, encoding: str) -> None:
    sheet = zipfile.ZipFile(io.BytesIO(write({"表": STOCK}, Hand(declaration="")))).read("xl/worksheets/sheet1.xml")
    named = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>' + sheet.decode()
    content = write({"表": STOCK}, more={"xl/worksheets/sheet1.xml": named.encode(encoding)})
    assert stock(read(content)) == [("420102", 5), ("420103", 6)]


def test_shared_strings_with_runs_phonetics_and_escapes(read: Read) -> None:
    shared = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><r><t>case</t></r><r><rPr/><t>_no</t></r></si><si><t>region_code</t><rPh><t>ignored</t></rPh></si>"
        "<si><t>accepted_on</t></si><si><t xml:space='preserve'> A_x000D_\nB_x005F_x0041_ </t></si>"
        "<si><t/></si></sst>"
    )
    types = ' t="s"'
    table: Table = [
        [Xml("<v>0</v>", types), Xml("<v>1</v>", types), Xml("<v>2</v>", types), *CASES[3:]],
        [Xml("<v>3</v>", types), 420102, "2024-03-05", Xml("<v>4</v>", types)],
    ]
    relations = zipfile.ZipFile(io.BytesIO(write({"表": STOCK}))).read("xl/_rels/workbook.xml.rels").decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relations = relations.replace("</R", f'<Relationship Id="rt" Type="{kind}" Target="SharedStrings.xml"/></R')
    more = {"xl/sharedStrings.xml": shared, "xl/_rels/workbook.xml.rels": relations}
    reading = read(write({"表": table}, more=more), "arbitration_case")
    assert reading.rows.select("case_no", "closed_on").fetchall() == [("A\nB_x0041_", None)]


# --- files of other writers


def by_openpyxl() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in _mixed():
        sheet.append(row)
    sheet["D2"].number_format, sheet["D3"].number_format = "yyyy/m/d", 'yyyy"年"m"月"d"日"'
    sheet["E2"].number_format = "0.0%"
    book.create_sheet("底稿", 0).sheet_state = "veryHidden"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def by_xlsxwriter(**options: Any) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, **options}) as book:
        book.add_worksheet("底稿")
        sheet = book.add_worksheet("表")
        sheet.activate()
        sheet.set_first_sheet()
        book.worksheets()[0].hide()
        formats = {"D": book.add_format({"num_format": "yyyy-mm-dd"}), "E": book.add_format({"num_format": 10})}
        for y, row in enumerate(_mixed()):
            for x, cell in enumerate(row):
                form = formats.get("ABCDE"[x]) if isinstance(cell, date | float) else None
                sheet.write(y, x, cell, form)
    return target.getvalue()


def _mixed() -> list[list[Any]]:
    return [
        ["task_no", "region_code", "item", "due_on", "share"],
        ["T1", 420102, "甲", datetime(2024, 3, 31), 0.985],
        ["T2", "420103", "乙", datetime(2024, 4, 1, 8, 30), "12%"],
    ]


MIXED = {"task_no": "string", "region_code": "code", "item": "string", "due_on": "date", "share": "decimal"}


def _mixed_contract() -> Any:
    from raw_landing.contract import Contract

    columns = {name: {"zh": name, "type": kind} for name, kind in MIXED.items()}
    columns["region_code"]["check"] = "region"
    columns["share"]["unit"] = "%"
    for column in columns.values():
        column["required"] = True  # type: ignore[assignment]
    facts = {"source": "planning", "extract": "mixed", "zh": "混合", "load": "report", "cadence": "monthly"}
    return Contract.model_validate({**facts, "key": ["task_no"], "columns": columns})


def _read_mixed(content: bytes, tmp_path: Path) -> tuple[list[tuple[Any, ...]], Any]:
    path = tmp_path / "mixed.xlsx"
    path.write_bytes(content)
    (reading,) = read_dumps([Request(path, _mixed_contract())], workdir=tmp_path)
    with reading:
        return reading.rows.order("line_number").fetchall(), reading.receipt


MIXED_ROWS = [
    (2, "T1", "420102", "甲", date(2024, 3, 31), Decimal("98.5")),
    (3, "T2", "420103", "乙", date(2024, 4, 1), Decimal("12")),
]
WRITERS = {
    "openpyxl": by_openpyxl,
    "xlsxwriter": by_xlsxwriter,
    "xlsxwriter, 1904": lambda: by_xlsxwriter(date_1904=True),
    "xlsxwriter, strings in place": lambda: by_xlsxwriter(constant_memory=True),
}


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_files_of_other_writers(writer: Callable[[], bytes], tmp_path: Path) -> None:
    rows, receipt = _read_mixed(writer(), tmp_path)
    assert (rows, receipt.reasons, receipt.warnings) == (MIXED_ROWS, (), ())


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed: its workbooks were not read")
@pytest.mark.parametrize("kind", ["xlsx", "xlsx:Calc MS Excel 2007 XML"])
def test_files_of_libreoffice(kind: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "mixed.xlsx").write_bytes(by_openpyxl())
    command = [str(SOFFICE), "--headless", f"-env:UserInstallation={tmp_path.as_uri()}/profile"]
    command += ["--convert-to", kind, "--outdir", str(tmp_path / "made"), str(source / "mixed.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    rows, receipt = _read_mixed((tmp_path / "made" / "mixed.xlsx").read_bytes(), tmp_path)
    assert (rows, receipt.reasons) == (MIXED_ROWS, ())


# --- which sheet


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_not_read_but_named_where_they_hold_a_table(read: Read, state: str) -> None:
    content = write({"底稿": STOCK, "说明": [["填报说明"]], "正式": [STOCK[0], [420104, 9]]}, states={"底稿": state})
    reading = read(content)
    assert stock(reading) == [("420104", 9)]
    assert [one for one in reading.receipt.warnings if "sheet" in one] == ["hidden_sheet: 底稿"]
    assert reading.receipt.sheet == "正式"
    zh, en = reading.receipt.text("x.xlsx")
    assert "隐藏的工作表“底稿”含有数据表" in zh and "hidden sheet 底稿" in en


def test_a_workbook_of_hidden_sheets_alone_has_no_rows(read: Read) -> None:
    receipt = read(write({"底稿": STOCK}, states={"底稿": "hidden"})).receipt
    assert (receipt.reasons, receipt.warnings) == (("no_rows",), ("hidden_sheet: 底稿",))


def test_a_hidden_sheet_without_a_table_is_not_named(read: Read) -> None:
    content = write({"代码表": [["区划", "名称"], [420102, "江岸区"]], "表": STOCK}, states={"代码表": "hidden"})
    assert read(content).receipt.warnings == ()


@pytest.mark.parametrize(
    "second",
    [
        STOCK,
        [["期末城镇从业人员数", "行政区划代码"], [7, 420104]],
        [["城镇从业人员"], ["单位:人"], ["行政区划代码", "期末城镇从业人员数", "备注"], *[[]] * 300, [420104, 7]],
    ],
)
@pytest.mark.parametrize("between", [{}, {"说明": [["填报说明"], ["行政区划代码", "六位"]]}])
def test_two_sheets_with_the_table_are_rejected(read: Read, second: Table, between: dict[str, Table]) -> None:
    receipt = read(write({"中心城区": STOCK, **between, "远城区": second})).receipt
    assert (receipt.reasons, receipt.rows_loaded) == (("ambiguous_sheet",), 0)
    assert "中心城区、远城区" in receipt.message_zh and "中心城区, 远城区" in receipt.message_en


def test_a_second_sheet_with_a_header_alone_is_no_second_table(read: Read) -> None:
    assert stock(read(write({"表": STOCK, "模板": [STOCK[0]]}))) == [("420102", 5), ("420103", 6)]


def test_a_cover_sheet_is_passed_over_even_if_it_names_columns(read: Read) -> None:
    notes = [["填报说明"], ["字段", "说明"], ["受理日期", "立案当日"], ["行政区划代码", "六位代码"]]
    reading = read(write({"封面": notes, "数据": [CASES, ["A", 420102, "2024-03-05", None]]}), "arbitration_case")
    assert (reading.receipt.rows_loaded, reading.receipt.sheet) == (1, "数据")


def test_another_table_that_is_not_whole_is_named(read: Read) -> None:
    other = [CASES[1:], [420102, "2024-03-05", None]]
    receipt = read(
        write({"数据": [CASES, ["A", 420102, "2024-03-05", None]], "其他": other}), "arbitration_case"
    ).receipt
    assert (receipt.reasons, receipt.rows_loaded) == ((), 1)
    assert "unread_sheet: 其他" in receipt.warnings


def test_where_no_sheet_holds_the_table_the_nearest_is_spoken_of(read: Read) -> None:
    receipt = read(write({"封面": [["说明"]], "数据": [["行政区划代码", "x"], [420102, 1]]})).receipt
    assert (receipt.reasons, receipt.sheet) == (("missing_column",), "数据")


def test_the_name_of_a_sheet_tells_no_number(read: Read) -> None:
    receipt = read(write({"表": STOCK, "420102199003071234": STOCK})).receipt
    assert "42****************" in receipt.message_zh and "420102199" not in receipt.message_zh


# --- days, months, numbers


@pytest.mark.parametrize("cell", [44014, number(44014.0, 1), number("44014.75"), "2024-07-03", number(44014, 2)])
def test_the_1904_date_system(read: Read, cell: Any) -> None:
    content = write({"表": [CASES, ["A", 420102, cell, None]]}, is_1904=True, formats=["yyyy-mm-dd", "m/d/yy h:mm"])
    reading = read(content, "arbitration_case")
    assert reading.rows.select("accepted_on").fetchall() == [(date(2024, 7, 3),)]


def test_what_is_no_day_of_the_1904_system_is_none_of_the_other(read: Read) -> None:
    table = [CASES, ["A", 420102, 59000, None], ["B", 420102, 5, None], ["C", 420102, 44014, None]]
    reading = read(write({"表": table}, is_1904=True), "arbitration_case")
    assert refused(reading) == [(2, ["bad_type"]), (3, ["bad_type"])]
    assert read(write({"表": table}), "arbitration_case").rows.select("accepted_on").fetchall()[0] == (
        date(2061, 7, 13),
    )


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("yyyy-mm-dd", date(2024, 3, 31)),
        ('yyyy"年"m"月"d"日";@', date(2024, 3, 31)),
        ("[$-804]yyyy/m/d", date(2024, 3, 31)),
        ("[DBNum1][$-804]yyyy年m月d日", date(2024, 3, 31)),
        ("上午/下午h:mm, d-mmm-yy", date(2024, 3, 31)),
    ],
)
def test_days_by_their_number_format(read: Read, code: str, shown: date) -> None:
    content = write({"表": [CASES, ["A", 420102, number(45382, 1), None]]}, formats=[code])
    assert read(content, "arbitration_case").rows.select("accepted_on").fetchall() == [(shown,)]
    other = write({"表": [STOCK[0], [420102, number(45382, 1)]]}, formats=[code])
    assert refused(read(other)) == [(2, ["bad_type"])]  # a day is no count


def test_a_day_in_iso_form_is_one(read: Read) -> None:
    days = [
        Xml(f"<v>{text}</v>", ' t="d"') for text in ("2024-03-31", "2024-03-31T08:30:00Z", "2024-03-31T00:00:00.000")
    ]
    table = [CASES, *([f"K{at}", 420102, day, None] for at, day in enumerate(days))]
    found = read(write({"表": table}, Hand(strict=True)), "arbitration_case").rows.select("accepted_on").fetchall()
    assert found == [(date(2024, 3, 31),)] * 3


MONTHS: list[tuple[Any, str, date | None]] = [
    (2023.1, "0.00", date(2023, 10, 1)),
    (2023.1, "0.00_ ", date(2023, 10, 1)),
    (2023.1, '0.00;[Red]\\-0.00;"-"', date(2023, 10, 1)),
    (2023.1, "#,##0.00", date(2023, 10, 1)),
    ("2023.0999999999999", "0.00", date(2023, 10, 1)),
    (2023.01, "0.00", date(2023, 1, 1)),
    (2023.12, "0.00", date(2023, 12, 1)),
    (2023.2, "0.00", None),  # shows 2023.20
    (2023.13, "0.00", None),
    (2023.1, "General", None),
    (2023.1, "0.0", None),
    (2023.1, "0.0#", None),
    (2023.1, "0.000", None),
    (2023.01, "General", date(2023, 1, 1)),
    (2023.09, "0.0", date(2023, 9, 1)),
    (2023.11, "General", date(2023, 11, 1)),
    (2023.12, "0", date(2023, 12, 1)),
    (2023.3, "General", date(2023, 3, 1)),
    (202310, "General", date(2023, 10, 1)),
    (45200, 'yyyy"."mm', date(2023, 10, 1)),
]


def test_months_as_numbers(read: Read) -> None:
    codes = sorted({code for _, code, _ in MONTHS})
    rows = [
        [f"P{at}", "429999199001010015", 420106, "110", "1", number(value, 1 + codes.index(code))]
        for at, (value, code, _) in enumerate(MONTHS, 2)
    ]
    reading = read(write({"表": [ENROLMENT, *rows, *_good_enrolments(200)]}, formats=codes), "insurance_enrolment")
    landed = dict(reading.rows.select("line_number", "first_enrolled_month").fetchall())
    found = [landed.get(at) for at in range(2, len(MONTHS) + 2)]
    assert list(zip(MONTHS, found, strict=True)) == [(one, one[2]) for one in MONTHS]
    assert {tuple(reasons) for _, reasons in refused(reading)} == {("bad_type",)}


def _good_enrolments(count: int) -> Table:
    return [[f"G{at}", "429999199001010015", 420106, "110", "1", "2023-10"] for at in range(count)]


def test_a_month_of_two_readings_is_told_with_both(read: Read) -> None:
    row = ["P1", "429999199001010015", 420106, "110", "1", 2023.1]
    receipt = read(write({"表": [ENROLMENT, row]}), "insurance_enrolment").receipt
    zh, en = receipt.text("x.xlsx")
    assert "2023-01" in zh and "2023-10" in zh and "2023-01" in en and "2023-10" in en


@pytest.mark.parametrize(("text", "month"), [("2023.1", date(2023, 1, 1)), ("2023.10", date(2023, 10, 1))])
def test_a_month_as_text_is_what_it_says(read: Read, text: str, month: date) -> None:
    row = ["P1", "429999199001010015", 420106, "110", "1", text]
    reading = read(write({"表": [ENROLMENT, row]}), "insurance_enrolment")
    assert reading.rows.select("first_enrolled_month").fetchall() == [(month,)]


@pytest.mark.parametrize(
    ("stored", "landed"),
    [("124599.99999999999", 124600), ("124600.00000000001", 124600), ("1.246E5", 124600), ("124600.0", 124600)],
)
def test_dust_of_floating_point_is_no_fraction(read: Read, stored: str, landed: int) -> None:
    assert stock(read(write({"表": [STOCK[0], [420102, number(stored)]]}))) == [("420102", landed)]


def test_amounts_keep_what_a_spreadsheet_keeps(read: Read) -> None:
    stored = ["0.30000000000000004", "1234.5", "2023.1", "98765432109.87", "5.0000000000000002E-5", "-0"]
    table = [REPORT, *([420100, f"甲{at}", "month", number(one, 1), "万人"] for at, one in enumerate(stored))]
    rows = read(write({"表": table}, formats=["0.00"]), "statistical_report").rows.order("line_number")
    landed = ["0.3", "1234.5", "2023.1", "98765432109.87", "0.00005", "0"]
    assert [row[0] for row in rows.select("value").fetchall()] == [Decimal(one) for one in landed]


@pytest.mark.parametrize(
    ("code", "shown"),
    [("0%", "93.38"), ("0.00%;-0.00%", "93.38"), ("[Red]0.0%", "93.38"), ('0.00"%"', "0.9338"), ("0.00\\%", "0.9338")],
)
def test_per_cent_by_number_format(read: Read, code: str, shown: str) -> None:
    content = write({"表": [REPORT, [420100, "甲", "month", number(0.9338, 1), "%"]]}, formats=[code])
    assert read(content, "statistical_report").rows.select("value").fetchall() == [(Decimal(shown),)]


ENTRUSTED = ["划拨编号", "行政区划代码", "资金方向", "金额", "划拨日期"]


@pytest.mark.parametrize(
    ("code", "loads"),
    [
        *(
            ('0.00"万元"', True),
            ("#,##0\\万\\元", True),
            ('"¥"#,##0.00', True),
            ("_ * #,##0.00_ ", True),
            ("0.0", True),
        ),
        *(
            ("G/通用格式", True),
            ('#,##0.00_);[Red]"负"#,##0.00', True),
            ('[$¥-804]#,##0.00"万元"', True),
            ('0"户"', False),
        ),
        *(('0.00"亿元"', False), ('0.00"元"', False), ("0\\亿\\元", False), ("0.00亿元", False)),
        *(("0!.0,", False), ('0!.0,"万"', False), ('0\\.0,"万"', False), ("#,##0,", False), ('0.00,,"百万"', False)),
        *(('0"万"', False), ("[>=10000]0!.0,万;0", False)),
    ],
)
def test_a_number_that_its_format_shows_as_another(read: Read, code: str, loads: bool) -> None:
    rows = [["A", 420100, 1, number(125000, 1), "2024-03-01"], ["B", 420100, 1, 7, "2024-03-01"]]
    reading = read(write({"表": [ENTRUSTED, *rows]}, formats=[code]), "fund_entrustment")
    amounts = [int(amount) for (amount,) in reading.rows.order("line_number").select("amount_wan").fetchall()]
    assert (amounts, refused(reading)) == (([125000, 7], []) if loads else ([7], [(2, ["bad_type"])])), code
    if not loads:
        assert "所见与所存不同" in reading.receipt.text("x.xlsx")[0]
        assert reading.refused.select("original").fetchall() == [("A\t420100\t1\t125000\t2024-03-01",)]


@pytest.mark.parametrize("stored", ["42010219900307123", "420102199003071234", "4.2010219900307123E+17"])
def test_identity_numbers_as_numbers_are_destroyed(read: Read, stored: str) -> None:
    row = ["P1", number(stored, 1), 420106, "110", "1", "2023-10"]
    reading = read(write({"表": [ENROLMENT, row]}, formats=["0"]), "insurance_enrolment")
    assert refused(reading) == [(2, ["damaged_id"])]


def test_a_key_keeps_the_zeros_that_the_sheet_shows(read: Read) -> None:
    rows = [[number(123, 1), 420102, "2024-03-05", None], ["00000124", 420102, "2024-03-05", None]]
    reading = read(write({"表": [CASES, *rows]}, formats=["00000000"]), "arbitration_case")
    assert [row[0] for row in reading.rows.order("line_number").select("case_no").fetchall()] == [
        "00000123",
        "00000124",
    ]
    assert stock(read(write({"表": [STOCK[0], [number(420102, 1), number(5, 1)]]}, formats=["0000000"])))[0][1] == 5


# --- errors and formulas

BROKEN = {
    "#N/A": Xml("<v>#N/A</v>", ' t="e"'),
    "#REF! of a formula": Xml("<f>A1</f><v>#REF!</v>", ' t="e"'),
    "an error without a name": Xml("<v/>", ' t="e"'),
    "an error as text": "#VALUE!",
    "a formula without a value": Xml("<f>SUM(1,2)</f>"),
    "a formula with an empty value": Xml("<f>SUM(1,2)</f><v/>"),
    "a shared formula without a value": Xml('<f t="shared" si="0"/><v></v>'),
    "a text formula without a value": Xml('<f>"a"</f>', ' t="str"'),
    "a boolean formula without a value": Xml("<f>TRUE()</f><v/>", ' t="b"'),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_cell_refuses_its_row_in_any_column(read: Read, broken: Any) -> None:
    head = [one.name for one in load_contracts()["arbitration_case"].columns]
    good: list[Any] = ["A", 420102, "1", 1, "2024-03-01", "2024-03-05", None, "1", "是", 1.5, "", "否", "是"]
    assert len(good) == len(head)
    rows = [[f"K{at}", *good[1:]] for at in range(len(head))]
    for at, row in enumerate(rows):
        row[at] = broken
    others = [[f"G{at}", *good[1:]] for at in range(300)]
    reading = read(write({"表": [head, *rows, *others]}), "arbitration_case")
    assert refused(reading) == [(at + 2, ["bad_type"]) for at in range(len(head))]
    assert reading.receipt.rows_loaded == len(others)
    assert "错误值" in reading.receipt.message_zh and "error value" in reading.receipt.message_en


def test_a_broken_cell_of_no_column_or_no_data_row_harms_nothing(read: Read) -> None:
    broken = BROKEN["a formula without a value"]
    table = [["标题", broken], [*STOCK[0], "备注"], [420102, 5, broken], [420103, 6], ["合计", broken]]
    assert stock(read(write({"表": table}))) == [("420102", 5), ("420103", 6)]


def test_the_values_of_formulas_are_read_an_empty_text_is_null(read: Read) -> None:
    empty = Xml('<f>IF(A1="","","x")</f><v></v>', ' t="str"')
    text = Xml('<f>"A"&amp;1</f><v>A1</v>', ' t="str"')
    region = Xml('<f aca="false">420000+102</f><v>420102</v>', ' t="n"')  # as LibreOffice writes it
    row = [text, region, number(45356, 1, "TODAY()"), empty]
    reading = read(write({"表": [CASES, row]}, formats=["yyyy-mm-dd"]), "arbitration_case")
    assert reading.rows.select(*CASES[:4]).fetchall() == [("A1", "420102", date(2024, 3, 5), None)]


def test_an_error_value_in_a_text_file_is_no_null_either(read: Read) -> None:
    text = ",".join(CASES) + "\n#REF!,420102,2024-03-05,,,,,,\nB,#N/A,2024-03-05,,,,,,\n"
    reading = read(text, "arbitration_case")
    assert refused(reading) == [(2, ["bad_type"]), (3, ["bad_type"])]


# --- what is no workbook, or a hostile one


def test_a_cell_in_the_far_corner_however_it_is_written(read: Read) -> None:
    for number_, hand in enumerate(HANDS.values()):
        if hand.named:
            for place in ("XFD1048576", "XFE4", "A9999999", "ZZZZ4")[: 1 if number_ else 4]:
                cell = f'<row r="{place.lstrip("ABCDEFXZ")}"><c r="{place}"><v>1</v></c></row>'
                content = write({"表": STOCK}, hand)
                sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
                cell = cell.replace('"', hand.quote).replace("</", "\0").replace("<", f"<{hand.prefix}")
                end = f"</{hand.prefix}sheetData>"
                sheet = sheet.replace(end, cell.replace("\0", f"</{hand.prefix}") + end)
                receipt = read(write({"表": STOCK}, hand, more={"xl/worksheets/sheet1.xml": sheet})).receipt
                assert receipt.reasons == ("hostile",), (hand, place)


def _stored_bomb() -> bytes:
    return write({"表": STOCK}, more={"xl/media/bomb.bin": b"\0" * (80 << 20)})


def _amplified() -> bytes:
    """A long shared string that every cell repeats."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{kind}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    row = '<row><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>'
    return write(
        {"表": STOCK},
        more={
            "xl/_rels/workbook.xml.rels": relations,
            "xl/sharedStrings.xml": f'<sst xmlns="{main}"><si><t>{"长" * 500_000}</t></si></sst>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{row * 5_000}</sheetData></worksheet>',
        },
    )


ENTITY = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
HOSTILE = {
    "a bomb": _stored_bomb,
    "a string repeated without end": _amplified,
    "entities": lambda: write({"表": STOCK}, Hand(declaration=ENTITY)),
    "entities in UTF-16": lambda: write(
        {"表": STOCK}, more={"xl/styles.xml": f'<?xml version="1.0" encoding="utf-16"?>{ENTITY}<a/>'.encode("utf-16")}
    ),
    "thousands of sheets": lambda: write({f"表{at}": STOCK for at in range(2_000)}),
    "other files": lambda: write({"表": STOCK}, more={"xl/externalLinks/externalLink1.xml": "<a/>"}),
    "an endless row": lambda: write({"表": [*STOCK, ["x" * (1 << 20), "y"]]}),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_hostile_workbooks(read: Read, make: Callable[[], bytes]) -> None:
    receipt = read(make()).receipt
    assert receipt.reasons == ("hostile",)
    assert receipt.message_zh and receipt.message_en


def _encrypted() -> bytes:
    content = bytearray(write({"表": STOCK}))
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


def _zipped(**parts: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
OTHERS = {
    "old Excel": (OLE, "(.xls)"),
    "a password": (OLE + "EncryptedPackage".encode("utf-16-le") + OLE, "密码"),
    "a password of zip": (_encrypted(), "密码"),
    "OpenDocument": (_zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), ".ods"),
    "binary Excel": (_zipped(**{"xl/workbook.bin": ""}), ".xlsb"),
    "an archive": (_zipped(**{"a.csv": "region_code,employed_persons\n420102,5\n"}), "压缩包"),
    "a web page": (b"\xef\xbb\xbf\r\n<html><table><tr><td>420102</td></tr></table></html>", "网页"),
    "XML of 2003": ('<?xml version="1.0"?><Workbook></Workbook>'.encode("utf-16"), "网页或 XML"),
    "cut off": (write({"表": STOCK})[:-100], "损坏"),
    "broken XML": (write({"表": STOCK}, more={"xl/worksheets/sheet1.xml": "<worksheet><sheetData>"}), "损坏"),
    "no sheet": (write({"表": STOCK}, more={"xl/workbook.xml": "<workbook/>"}), "损坏"),
    "rows out of order": (
        write(
            {"表": STOCK},
            more={
                "xl/worksheets/sheet1.xml": '<worksheet><sheetData><row r="2"><c r="A2"><v>1</v></c></row><row r="1">'
                '<c r="A1"><v>1</v></c></row></sheetData></worksheet>'
            },
        ),
        "顺序",
    ),
}


@pytest.mark.parametrize(("content", "word"), OTHERS.values(), ids=OTHERS)
def test_what_is_no_workbook_is_told_for_what_it_is(read: Read, content: bytes, word: str) -> None:
    receipt = read(content).receipt
    assert receipt.reasons == ("undecodable",)
    assert word in receipt.message_zh


def test_a_text_file_called_workbook_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("region_code,employed_persons\n420102,5\n")
    (reading,) = read_dumps([Request(path, load_contracts()["urban_employed_stock"])])
    with reading:
        assert stock(reading) == [("420102", 5)]


@pytest.mark.parametrize("bound", ["memory", "time", "a crash"])
def test_one_that_ends_its_reader_is_hostile_and_the_others_land(
    bound: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever way the process ends, it is tried once more, and the workbooks beside it are read."""
    good = write({"表": STOCK})
    bad = write({"表": [STOCK[0], *([420102, f"{at:08d}" * 20] for at in range(60_000))]})
    asked: list[bytes] = []
    honest = workbook.Reader._answer

    def counted(self: workbook.Reader, request: bytes) -> dict[str, Any] | None:
        asked.append(request)
        is_bad = b"1.xlsx" in request
        if bound == "a crash" and is_bad and self._process is not None:
            self._process.kill()
            self._process.wait()
        if bound == "a crash" and is_bad and self._process is None:
            return None
        monkeypatch.setattr(workbook, "SECONDS", 0.0 if bound == "time" and is_bad else 60.0)
        return honest(self, request)

    monkeypatch.setattr(workbook.Reader, "_answer", counted)
    if bound == "memory":
        monkeypatch.setattr(workbook, "MEMORY", 40 << 20)
        strings = "".join(f"<si><t>{at:0100d}</t></si>" for at in range(200_000))
        main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
        relations = zipfile.ZipFile(io.BytesIO(good)).read("xl/_rels/workbook.xml.rels").decode()
        relations = relations.replace("</R", f'<Relationship Id="rt" Type="{kind}" Target="s.xml"/></R')
        bad = write(
            {"表": STOCK}, more={"xl/s.xml": f"<sst {main}>{strings}</sst>", "xl/_rels/workbook.xml.rels": relations}
        )
    requests = []
    for number_, content in enumerate((good, bad, good)):
        path = tmp_path / f"{number_}.xlsx"
        path.write_bytes(content)
        requests.append(Request(path, load_contracts()["urban_employed_stock"]))
    readings = read_dumps(requests, workdir=tmp_path)
    assert [one.receipt.reasons for one in readings] == [(), ("hostile",), ()]
    assert [one.receipt.rows_loaded for one in readings] == [2, 0, 2]
    assert "内存" in readings[1].receipt.message_zh and "memory" in readings[1].receipt.message_en
    assert len([one for one in asked if b"1.xlsx" in one]) == workbook.ATTEMPTS == 2
    for one in readings:
        one.close()


def test_one_process_reads_all_workbooks_of_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    honest = subprocess.Popen

    class Counted(honest):  # type: ignore[type-arg, misc, valid-type]
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(workbook.subprocess, "Popen", Counted)
    requests = []
    for number_ in range(5):
        path = tmp_path / f"{number_}.xlsx"
        path.write_bytes(write({"表": STOCK}) if number_ != 2 else b"PK\x03\x04")
        requests.append(Request(path, load_contracts()["urban_employed_stock"]))
    readings = read_dumps(requests, workdir=tmp_path)
    assert [one.receipt.rows_loaded for one in readings] == [2, 2, 0, 2, 2]
    assert len(started) == 1 and started[0].poll() is not None  # and it is gone when they are read
    for one in readings:
        one.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_no_fault_of_the_workbook(tmp_path: Path) -> None:
    path, goal = tmp_path / "x.xlsx", tmp_path / "goal"
    path.write_bytes(write({"表": STOCK}))
    goal.symlink_to("/dev/full")
    reader = workbook.Reader()
    try:
        book = reader.open(path)
        with pytest.raises(OSError, match="No space left"):
            list(reader.lines(path, book.sheets[0], goal))
    finally:
        reader.close()


def test_a_workbook_of_no_row_that_should_have_none_is_a_true_zero(read: Read) -> None:
    assert read(write({"表": [STOCK[0]]}), manifest=Manifest(rows=0)).receipt.reasons == ()


def test_the_separators_of_ours_in_cells_do_no_harm(read: Read) -> None:
    cells = ["_x001D_420102", f"_x001C_{decode.BREAK!r}", "2024-03-05_x001F_", None]
    reading = read(write({"表": [CASES, ["A", "420102_x001E_", "2024-03-05", None], cells]}), "arbitration_case")
    assert reading.receipt.rows_read == 2


def test_a_key_of_16_digits_that_is_a_number_is_damaged(read: Read) -> None:
    head = [one.name for one in load_contracts()["arbitration_case"].columns]
    rows = [[key, 420102, "1", 1, "2024-03-01", "2024-03-05", None, "1", "是", 1.5] for key in (2024030001234567, "A1")]
    reading = read(write({"表": [head[:10], *rows]}), "arbitration_case")
    assert refused(reading) == [(2, ["damaged_id"])]


def test_a_second_sheet_lacking_a_column_that_must_be_there_is_no_second_table(read: Read) -> None:
    """`closed_on` is empty in open cases, but its header must be there: without it a sheet is no table of cases."""
    head = [one.name for one in load_contracts()["arbitration_case"].columns][:10]
    row = ["A1", 420102, "1", 1, "2024-03-01", "2024-03-05", None, "1", "是", 1.5]
    at = head.index("closed_on")
    other = [head[:at] + head[at + 1 :], ["B1", *row[1:at], *row[at + 1 :]]]
    reading = read(write({"表": [head, row], "另": other}), "arbitration_case", whole=True)
    assert not reading.receipt.reasons and reading.receipt.rows_loaded == 1
    other[0], other[1] = head, ["B1", *row[1:]]
    reading = read(write({"表": [head, row], "另": other}), "arbitration_case", whole=True)
    assert reading.receipt.reasons == ("ambiguous_sheet",)
