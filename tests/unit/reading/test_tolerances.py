"""Each line of the table of tolerances, on its own."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from raw_landing import ParsedDump
from raw_landing.contract import load_contracts
from raw_landing.intake.identify import Manifest

Read = Callable[..., ParsedDump]
CLEAN = "region_code,employed_persons\n420102,5\n420103,6\n"
CLEAN_ROWS = [("420102", 5), ("420103", 6)]


def rows(reading: ParsedDump) -> list[tuple[object, ...]]:
    assert reading.receipt.reasons == (), reading.receipt
    assert reading.refused.fetchall() == []
    return [row[1:] for row in reading.rows.order("line_number").fetchall()]


def cell(read: Read, extract: str, column: str, text: str, **others: str) -> object:
    """What becomes of one cell, among values that are right."""
    right = {
        "case_no": "A1", "region_code": "420102", "accepted_on": "2024-03-05", "payment_no": "P1", "person_no": "1",
        "id_number": "42010219900307123X", "insurance_type": "110", "paid_month": "202403", "amount": "1",
        "registration_no": "R1", "is_urban_new": "1", "registered_on": "2024-03-05", "item": "失业率", "basis": "month",
        "value": "5", "unit": "万人", "employed_persons": "1",
    }  # fmt: skip
    contract = load_contracts()[extract]
    line = {name: right[name] for name in contract.required} | others | {column: text}
    quoted = [f'"{value}"' if "," in value else value for value in line.values()]
    reading = read(f"{','.join(line)}\n{','.join(quoted)}\n", extract)
    assert reading.receipt.reasons == (), (text, reading.receipt)
    return reading.rows.select(column).fetchall()[0][0]


@pytest.mark.parametrize(
    ("encoding", "reported"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("gbk", "gb18030"), ("gb18030", "gb18030")],
)
def test_encodings(read: Read, encoding: str, reported: str) -> None:
    reading = read("行政区划代码,期末城镇从业人员数\n江岸区,5\n".encode(encoding))
    assert rows(reading) == [("420102", 5)]
    assert reading.receipt.encoding == reported


def test_big_endian_utf16_has_its_mark_too(read: Read) -> None:
    assert rows(read(b"\xfe\xff" + CLEAN.encode("utf-16-be"))) == CLEAN_ROWS


def test_text_valid_in_two_encodings_is_utf8_unless_its_manifest_says_otherwise(read: Read) -> None:
    head = b"case_no,region_code,accepted_on,outcome\n"
    twofold = "中文".encode()  # six bytes, two characters in UTF-8, three in GB18030
    line = head + twofold + b",420102,2024-03-05,\n"
    assert rows(read(line, "mediation_case"))[0][0] == "中文"
    found = rows(read(line, "mediation_case", manifest=Manifest(encoding="GBK")))
    assert found[0][0] == twofold.decode("gb18030")


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(read: Read, delimiter: str, line_end: str) -> None:
    reading = read(CLEAN.strip().replace(",", delimiter).replace("\n", line_end))
    assert rows(reading) == CLEAN_ROWS
    assert (reading.receipt.delimiter, reading.receipt.lines_read) == (delimiter, 3)


def test_a_quoted_line_break_stays_in_its_cell_and_is_accounted_for(read: Read) -> None:
    head = "training_no,id_number,region_code,trainee_category,programme,completed_on,subsidy_amount\r\n"
    text = head + 'T1,42010219900307123X,420102,1,"电工\r\n（初级）",2024-03-05,1\r\nT2,1,420102,1,x,2024-03-06,2'
    reading = read(text, "training_record")
    assert [row[0] for row in reading.rows.order("line_number").fetchall()] == [2, 4]
    assert rows(reading)[0][4] == "电工\n（初级）"
    receipt = reading.receipt
    assert (receipt.lines_read, receipt.lines_in_quotes, receipt.rows_read) == (4, 1, 2)


def test_title_unit_line_blank_lines_and_lines_of_separators_are_skipped(read: Read) -> None:
    reading = read("期末城镇从业人员\n,单位:人\n\nregion_code,employed_persons\n,,\n420102,5\n \n420103,6\n\u3000\n")
    assert rows(reading) == CLEAN_ROWS
    assert (reading.receipt.rows_skipped, reading.receipt.header_lines, reading.receipt.rows_read) == (6, 1, 2)


@pytest.mark.parametrize(
    "line", ["单位:武汉市人社局", "填报单位：万人经济研究所", "单位:人", "（单位：人）", "单位：人、万元"]
)
def test_a_line_is_a_unit_line_only_if_a_measure_follows(read: Read, line: str) -> None:
    assert rows(read(f"{line}\n{CLEAN}")) == CLEAN_ROWS
    assert rows(
        read(CLEAN.replace("420103", f"{line}\n420103") if "武汉" not in line and "填报" not in line else CLEAN)
    )


@pytest.mark.parametrize(
    "head",
    [
        "地区,期末城镇\n行政区划代码,从业人员数\n",  # a group title above one, the other cut in two
        "行政区划,\n代码,期末城镇从业人员数\n",
        "AAB301,期末城镇从业\n,人员数\n",
        "region_code,employed_persons\n行政区划代码,期末城镇从业人员数\n",  # both languages
    ],
)
def test_a_header_over_two_lines(read: Read, head: str) -> None:
    reading = read(head + "420102,5\n420103,6\n")
    assert rows(reading) == CLEAN_ROWS
    assert reading.receipt.header_lines == 2


@pytest.mark.parametrize("head", ["region_code,employed_persons,\n,,备注\n", "region_code,employed_persons,备\n,,注\n"])
def test_a_column_that_was_not_agreed_may_stand_on_two_lines_too(read: Read, head: str) -> None:
    reading = read(head + "420102,5,x\n420103,6,\n")
    assert rows(reading) == CLEAN_ROWS
    assert (reading.receipt.header_lines, reading.receipt.notes) == (2, ("unknown_column: column 3 (备注)",))


@pytest.mark.parametrize(
    "head",
    [
        "期末城镇从业人员数,AAB301",
        " employed_persons , ＡＡＢ３０１",
        "期末 城镇从业人员数,行政区划\u3000代码",
        "EMPLOYED_PERSONS,Region_Code",
    ],
)
def test_header_names_in_any_form_and_order(read: Read, head: str) -> None:
    assert rows(read(f"{head}\n5,420102\n6,420103\n")) == CLEAN_ROWS


@pytest.mark.parametrize(
    ("head", "skipped", "headers"),
    [
        ("城镇从业人员\n单位:人\n\n地区,从业\nregion_code,employed_persons\n\n", 4, 2),
        ("填报单位：武汉市人社局,填报日期：2024-04-02\nregion_code,employed_persons\n", 1, 1),
        ("城镇从业人员,\nregion_code,employed_persons\n", 1, 1),
        ("region_code,期末城镇\n\n,从业人员数\n", 1, 2),
    ],
)
def test_titles_of_groups_belong_to_the_header_a_title_does_not(
    read: Read, head: str, skipped: int, headers: int
) -> None:
    reading = read(head + "420102,5\n420103,6\n")
    assert rows(reading) == CLEAN_ROWS
    assert (reading.receipt.rows_skipped, reading.receipt.header_lines) == (skipped, headers)


@pytest.mark.parametrize("remark", ["案号", "调解结果", "受理日期"])
def test_a_row_that_names_a_column_is_no_second_line_of_the_header(read: Read, remark: str) -> None:
    text = f"case_no,region_code,accepted_on,备注\nA,420102,2024-03-05,{remark}\nB,420102,2024-03-05,x\n"
    assert [row[0] for row in rows(read(text, "mediation_case"))] == ["A", "B"]


def test_a_header_that_comes_again_is_a_header(read: Read) -> None:
    reading = read(CLEAN + CLEAN.replace("420102", "420104").replace("420103", "420105"))
    assert len(rows(reading)) == 4
    assert reading.receipt.header_lines == 2


@pytest.mark.parametrize(
    "line",
    [
        "合计,11",
        "小 计,11",
        "总计：,11",
        "武汉市合计,11",
        "武汉市 小计,11",
        "全市总计,11",
        ",合计",
        "合计",
        "'合计,1",
        "\x1a",
    ],
)
def test_subtotals_are_skipped(read: Read, line: str) -> None:
    reading = read(f"{CLEAN}{line}\n")
    assert rows(reading) == CLEAN_ROWS
    assert reading.receipt.rows_skipped == 1


@pytest.mark.parametrize(
    "line",
    [
        "填报人：张三",
        "审核人,李四",
        "填报日期:2024-04-01,",
        "制表：王五",
        "制 表 人 王五",
        "填报人：张三  审核人：李四",
    ],
)
def test_footers_are_skipped(read: Read, line: str) -> None:
    reading = read(f"{CLEAN}{line}\n")
    assert rows(reading) == CLEAN_ROWS
    assert reading.receipt.rows_skipped == 1


def test_a_subtotal_may_write_empty_keys_as_null(read: Read) -> None:
    head = "person_no,id_number,region_code,insurance_type,enrolment_status\n"
    text = f"{head}P1,42010219900307123X,420102,110,1\n全市合计,-,-,—,无\n"
    assert read(text, "insurance_enrolment").receipt.rows_skipped == 1


def test_a_row_whose_words_only_resemble_a_subtotal_is_a_row(read: Read) -> None:
    head = "item,region_code,basis,value,unit\n"
    found = rows(read(head + "就业合计,420000,month,5,万人\n审核人次,420000,month,5,万人\n", "statistical_report"))
    assert [row[1] for row in found] == ["就业合计", "审核人次"]


@pytest.mark.parametrize(
    "line",
    [
        "４２０１０２,５",
        "\u00a0420102\u3000,5",
        "'420102,5",
        '="420102",="5"',
        "420102,5\t",
        '"420102",5"',
        "420102,5,,,",
        "\ufeff420102,5",
        '"=""420102""",5',
    ],
)
def test_cells_are_cleaned(read: Read, line: str) -> None:
    assert rows(read(f"region_code,employed_persons\n{line}\n")) == [("420102", 5)]


@pytest.mark.parametrize(
    "text",
    ["20240331", "2024-3-31", "2024/03/31", "2024.3.31", "2024年3月31日", "45382", "45382.75",
     "2024-03-31 00:00:00", "2024/3/31 8:05", "2024-03-31T23:59:59.123",
     "20240331120000", "2024年3月31日 12:30", "２０２４－０３－３１"],
)  # fmt: skip
def test_dates(read: Read, text: str) -> None:
    assert cell(read, "arbitration_case", "closed_on", text) == date(2024, 3, 31)


@pytest.mark.parametrize(
    "text", ["202403", "2024-03", "2024-3", "2024/03", "2024.3", "2024年3月", "2024-03-15", "20240315", "2024年3月15日"]
)
def test_months(read: Read, text: str) -> None:
    assert cell(read, "pension_payment", "paid_month", text) == date(2024, 3, 1)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.50", "1234.5"),
        ("12 345", "12345"),
        ("12\u00a0345.6", "12345.6"),
        ("１２．５", "12.5"),
        ("+7", "7"),
        (".5", "0.5"),
    ],
)
def test_numbers(read: Read, text: str, number: str) -> None:
    assert cell(read, "pension_payment", "amount", text) == Decimal(number)


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("1,234", 1234), ("12 345", 12345), ("12.0", 12)])
def test_whole_numbers(read: Read, text: str, number: int) -> None:
    assert cell(read, "urban_employed_stock", "employed_persons", text) == number


@pytest.mark.parametrize("unit", ["%", "％"])
def test_percent_where_the_row_says_so(read: Read, unit: str) -> None:
    assert cell(read, "statistical_report", "value", "98.5%", unit=unit) == Decimal("98.5")


@pytest.mark.parametrize("text", ["-", "--", "—", "…", "/", "无", "NULL", "", " \u3000"])
@pytest.mark.parametrize("column", ["closed_on", "claimant_count", "close_mode", "is_final_award", "amount_awarded"])
def test_nulls(read: Read, column: str, text: str) -> None:
    assert cell(read, "arbitration_case", column, text) is None


@pytest.mark.parametrize(
    ("true", "false"), [("1", "0"), ("是", "否"), ("Y", "N"), ("TRUE", "FALSE"), ("y", "false"), ("√", "0")]
)
def test_booleans(read: Read, true: str, false: str) -> None:
    head = "case_no,region_code,accepted_on,is_final_award\n"
    text = f"{head}A,420102,2024-03-05,{true}\nB,420102,2024-03-05,{false}\n"
    assert [row[8] for row in rows(read(text, "arbitration_case"))] == [True, False]


def test_empty_is_false_where_ticks_stand_and_null_elsewhere(read: Read) -> None:
    head = "case_no,region_code,accepted_on,is_final_award\n"
    ticked = read(f"{head}A,420102,2024-03-05,√\nB,420102,2024-03-05,\n", "arbitration_case")
    assert [row[8] for row in rows(ticked)] == [True, False]
    plain = read(f"{head}A,420102,2024-03-05,是\nB,420102,2024-03-05,\n", "arbitration_case")
    assert [row[8] for row in rows(plain)] == [True, None]


def test_empty_stays_null_where_a_tick_stands_in_a_skipped_row_only(read: Read) -> None:
    head = "case_no,region_code,accepted_on,is_final_award\n"
    reading = read(f"{head}A,420102,2024-03-05,是\nB,420102,2024-03-05,\n合计,,,√\n", "arbitration_case")
    assert [row[8] for row in rows(reading)] == [True, None]


def test_a_code_with_a_letter_may_be_written_small(read: Read) -> None:
    column = next(
        (contract.extract, one)
        for contract in load_contracts().values()
        for one in contract.columns
        if any(code.isupper() for code in one.values)
    )
    code = next(code for code in column[1].values if code.isupper())
    contract = load_contracts()[column[0]]
    others = {
        one.name: "420102" if one.check == "region" else sorted(one.values)[0] if one.values else "2024-03-05"
        for one in contract.columns
        if one.required
    }
    line = others | {column[1].name: code.lower()}
    reading = read(f"{','.join(line)}\n{','.join(line.values())}\n", column[0])
    assert reading.rows.select(column[1].name).fetchall() == [(code,)]


@pytest.mark.parametrize("text", ["1", "裁决", "１"])
def test_a_code_or_its_label(read: Read, text: str) -> None:
    assert cell(read, "arbitration_case", "close_mode", text) == "1"


@pytest.mark.parametrize("text", ["I", "I6510", "i65", "Ｉ65"])
def test_an_industry_is_its_section(read: Read, text: str) -> None:
    assert cell(read, "employment_registration", "industry_code", text) == "I"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("江岸区", "420102"),
        ("420102001000", "420102"),
        ("420321", "420304"),
        ("420321000000", "420304"),
        ("420199", "420100"),
        ("武汉市", "420100"),
        ("420099", "420000"),
    ],
)
def test_regions(read: Read, text: str, code: str) -> None:
    assert cell(read, "urban_employed_stock", "region_code", text) == code


def test_rows_equal_in_all_cleaned_values_load_once(read: Read) -> None:
    reading = read(CLEAN + "江岸区,5\n420102000000, 5\n")
    assert rows(reading) == CLEAN_ROWS
    assert (reading.receipt.rows_repeated, reading.receipt.rows_read) == (2, 4)


def test_unknown_and_missing_optional_columns_are_warned_of(read: Read) -> None:
    receipt = read("region_code,备注,case_no,accepted_on\n420102,x,A,2024-03-05\n", "mediation_case").receipt
    assert receipt.reasons == ()
    assert "unknown_column: column 2" in receipt.warnings
    assert "unknown_column: column 2 (备注)" in receipt.notes
    assert "missing_optional_column: outcome" in receipt.warnings


def test_gzip_and_workbook_read_alike(read: Read) -> None:
    assert rows(read(gzip.compress(CLEAN.encode()))) == CLEAN_ROWS
    book = openpyxl.Workbook()
    for line in (
        ["城镇从业人员"],
        ["行政区划代码", "期末城镇从业人员数"],
        [420102, 5.0],
        [],
        ["420103", "6"],
        ["合计", 11],
    ):
        book.active.append(line)
    book.create_sheet("第二张").append(["不看"])
    target = io.BytesIO()
    book.save(target)
    for content in (target.getvalue(), gzip.compress(target.getvalue())):
        reading = read(content)
        assert rows(reading) == CLEAN_ROWS
        assert [row[0] for row in reading.rows.order("line_number").fetchall()] == [3, 5]
        assert (reading.receipt.lines_read, reading.receipt.rows_skipped) == (6, 3)


def test_dates_and_ruined_numbers_of_a_workbook(read: Read) -> None:
    book = openpyxl.Workbook()
    book.active.append(["registration_no", "id_number", "region_code", "is_urban_new", "registered_on"])
    book.active.append(["R1", "42010219900307123X", 420102, True, date(2024, 3, 31)])
    book.active.append(["R2", 420102199003071234, 420102, False, 45382])
    target = io.BytesIO()
    book.save(target)
    reading = read(target.getvalue(), "employment_registration")
    assert reading.rows.select("is_urban_new, registered_on").fetchall() == [(True, date(2024, 3, 31))]
    assert [row[:2] for row in reading.refused.fetchall()] == [(3, ["damaged_id"])]


def test_a_workbook_shows_small_numbers_and_percent_as_its_reader_sees_them(read: Read) -> None:
    book = openpyxl.Workbook()
    book.active.append(["region_code", "item", "basis", "value", "unit"])
    for number, value, unit in ((1, 0.00005, "万人"), (2, 0.985, "%"), (3, 0.2875, "%"), (4, 0.5, "万人"), (5, 5, "%")):
        book.active.append([420100, f"甲{number}", "month", value, unit])
    for cell, form in (("D3", "0.0%"), ("D4", "0.00%"), ("D5", "0%"), ("D6", '0.0"%"')):
        book.active[cell].number_format = form
    target = io.BytesIO()
    book.save(target)
    reading = read(target.getvalue(), "statistical_report")
    values = [Decimal("0.00005"), Decimal("98.5"), Decimal("28.75"), Decimal("5")]
    assert [row[0] for row in reading.rows.order("line_number").select("value").fetchall()] == values
    assert [row[:2] for row in reading.refused.fetchall()] == [(5, ["bad_type"])]  # 50% of a figure in 万人


def test_a_true_zero(read: Read) -> None:
    for content in ("region_code,employed_persons\n", "单位:人\nregion_code,employed_persons\n合计,0\n"):
        receipt = read(content, manifest=Manifest(rows=0)).receipt
        assert (receipt.reasons, receipt.rows_read) == ((), 0)


def test_rows_of_a_manifest_count_data_rows_only(read: Read) -> None:
    text = f"城镇从业人员\n{CLEAN}420102,5\n420104,x\n合计,11\n填报人：张三\n"
    assert read(text, manifest=Manifest(rows=4)).receipt.reasons == ()


def test_many_dumps_at_once_read_as_each_alone(tmp_path: Path) -> None:
    from raw_landing.parsing.reader import read_dumps
    from raw_landing.parsing.types import Request

    contract = load_contracts()["urban_employed_stock"]
    contents = (
        CLEAN,
        CLEAN.replace(",", ";"),
        "nothing",
        CLEAN.replace("5", "x"),
        CLEAN.replace("420103", "420102"),
        "",
    )
    requests = []
    for number, content in enumerate(contents):
        path = tmp_path / f"{number}.csv"
        path.write_text(content, encoding="utf-8")
        requests.append(Request(path, contract))
    readings = read_dumps(requests)
    assert [reading.receipt.rows_loaded for reading in readings] == [2, 2, 0, 1, 0, 0]
    assert [reading.receipt.reasons for reading in readings] == [
        (),
        (),
        ("missing_column",),
        (),
        ("too_many_refused",),
        ("no_rows",),
    ]
    assert [len(reading.refused.fetchall()) for reading in readings] == [0, 0, 0, 1, 2, 0]
    for reading in readings:
        reading.close()


def test_many_dumps_at_once_are_saved_as_each_alone(tmp_path: Path) -> None:
    import duckdb

    from raw_landing.parsing.reader import read_dumps
    from raw_landing.parsing.types import Request

    contract = load_contracts()["urban_employed_stock"]
    header = CLEAN.split("\n")[0]
    contents = (
        CLEAN,
        f"{header}\n420102,7\n420103,x\n420104,9\n",
        f"{header}\n420102,x\n",  # refused whole
        f"{header}\n",  # nothing, as its manifest says
        CLEAN,
    )
    work = tmp_path / "work"
    work.mkdir()
    requests = []
    for number, content in enumerate(contents):
        path = tmp_path / f"{number}.csv"
        path.write_text(content, encoding="utf-8")
        manifest = Manifest(rows=0) if number == 3 else None
        requests.append(Request(path, contract, manifest=manifest, facts={"dump_id": f"'{number}'", "share": "0.5"}))
    connection = duckdb.connect()
    goal, found = tmp_path / "rows.parquet", []
    for together in ([requests], [[request] for request in requests]):
        saved = []
        for batch in together:
            for reading in read_dumps(batch, connection=connection, workdir=work):
                with reading:
                    if not reading.receipt.reasons:
                        reading.save(goal)
                        rows = connection.read_parquet(str(goal))
                        saved.append((rows.columns, sorted(rows.fetchall())))
        found.append(saved)
        assert list(work.iterdir()) == []
    assert found[0] == found[1]
    columns, rows = found[0][1]
    assert columns == ["dump_id", "share", "line_number", *(column.name for column in contract.columns)]
    assert [row[:5] for row in rows] == [("1", 0.5, 2, "420102", 7), ("1", 0.5, 4, "420104", 9)]
    assert [len(rows) for _, rows in found[0]] == [2, 2, 0, 2]
