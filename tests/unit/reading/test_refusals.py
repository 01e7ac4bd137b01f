"""Each reason for which a dump or a row is refused: the reason, the lines, the message."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest

from raw_landing import ParsedDump
from raw_landing.intake.identify import Identity, Manifest

Read = Callable[..., ParsedDump]
HEAD = "region_code,employed_persons\n"
CLEAN = HEAD + "420102,5\n420103,6\n"
WUHAN = Identity("arbitration", "arbitration_case", date(2024, 3, 1), date(2024, 3, 31), "420100", 1)


def refused(reading: ParsedDump) -> list[tuple[int, list[str], str]]:
    return reading.refused.order("line_number").fetchall()


def rejected(reading: ParsedDump, reason: str, *words: str) -> None:
    """The dump is rejected whole for this one reason, and both messages say so."""
    receipt = reading.receipt
    assert receipt.reasons == (reason,)
    assert reading.rows.fetchall() == []
    assert receipt.rows_loaded == 0
    assert receipt.message_zh.endswith("。")
    assert receipt.message_en.endswith(".")
    for word in words:
        assert word in receipt.message_zh + receipt.message_en


def test_missing_column(read: Read) -> None:
    rejected(
        read("行政区划代码,人数\n420102,5\n"), "missing_column", "第 1 行", "期末城镇从业人员数", "employed_persons"
    )
    rejected(read("420102,5\n420103,6\n"), "missing_column", "未找到表头")


def test_ambiguous_column(read: Read) -> None:
    rejected(
        read("AAB301,行政区划代码,employed_persons\n1,420102,5\n"), "ambiguous_column", "行政区划代码", "region_code"
    )


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"region_code\xff\xfe,\x80\n", 1),
        (CLEAN.encode() + b"\xff", 4),
        (CLEAN.replace("\n", "\r\n").encode() + b"420104,\xff\r\n" + CLEAN.encode() * 200_000, 4),
        (CLEAN.encode() * 200_000 + b"420104,\xff\n", 600_001),
        (HEAD.encode() + "武昌区,5\n".encode() * 2 + b"\xff", 4),  # in GB18030 line 2 is none already
        (b"\xff\xfea", 1),
        (("\ufeff" + CLEAN).encode("utf-16-be") + b"\xd8\x00\x00\x20", 4),
        ("行政".encode("gb18030")[:3], 1),
    ],
)
def test_undecodable(read: Read, content: bytes, line: int) -> None:
    reading = read(content)
    rejected(reading, "undecodable", "解码", f"第 {line} 行", f"line {line} ")
    assert reading.receipt.problems[0].lines == (line,)


def test_the_encoding_a_manifest_states_must_decode(read: Read) -> None:
    content = "行政区划代码,期末城镇从业人员数\n420102,5\n".encode("gb18030")
    rejected(read(content, manifest=Manifest(encoding="utf-8")), "undecodable")
    rejected(read(content, manifest=Manifest(encoding="klingon")), "undecodable")
    rejected(read(content, manifest=Manifest(encoding="utf-16")), "undecodable", "第 1 行")  # it has no mark
    assert read(content, manifest=Manifest(encoding="gbk")).receipt.encoding == "gb18030"


def test_manifest_mismatch(read: Read) -> None:
    rejected(read(CLEAN, manifest=Manifest(rows=3)), "manifest_mismatch", "3", "2")
    rejected(read(CLEAN, manifest=Manifest(rows=0)), "manifest_mismatch")
    rejected(read(CLEAN, manifest=Manifest(sha256="0" * 64)), "manifest_mismatch", "sha256")
    digest = hashlib.sha256(CLEAN.encode()).hexdigest().upper()
    assert read(CLEAN, manifest=Manifest(rows=2, sha256=digest)).receipt.rows_loaded == 2


@pytest.mark.parametrize("content", ["", "\n\n", HEAD, HEAD + "合计,0\n"])
def test_no_rows(read: Read, content: str) -> None:
    rejected(read(content), "no_rows", "没有数据行")


def test_more_than_five_percent_refused_of_twenty_rows_or_more(read: Read) -> None:
    def dump(good: int, bad: int, again: int = 0) -> str:
        lines = [f"R{n},420102,2024-03-05" for n in range(good)] + [f"B{n},420102,x" for n in range(bad)]
        return "\n".join(["case_no,region_code,accepted_on", *lines, *lines[:again]])

    rejected(read(dump(18, 2), "mediation_case"), "too_many_refused", "2 of 20", "第 20、21 行")
    assert read(dump(19, 1), "mediation_case").receipt.reasons == ()
    assert read(dump(17, 2), "mediation_case").receipt.reasons == ()  # fewer than 20 rows
    assert read(dump(38, 2), "mediation_case").receipt.rows_refused == 2
    assert read(dump(20, 2, again=20), "mediation_case").receipt.reasons == ()  # repeated rows count as rows


def test_none_of_the_rows_loads(read: Read) -> None:
    rejected(read(HEAD + "420102,x\n"), "too_many_refused", "none")


def test_unit_contradiction(read: Read) -> None:
    rejected(read(f"单位:万人\n{CLEAN}"), "unit_contradiction", "第 1 行", "万人")
    rejected(read(f"{CLEAN}单位：万人\n420104,7\n"), "unit_contradiction", "第 4 行")
    assert (
        read("单位：万人\ncase_no,region_code,accepted_on\nA,420102,2024-03-05\n", "mediation_case").receipt.reasons
        == ()
    )


@pytest.mark.parametrize(
    "line",
    [
        '"单位：万人",""',
        "'单位：万人",
        '="单位：万人"',
        "单位：万 人",
        "单\u00a0位\u00a0：\u00a0万\u00a0人",
        "单 位 ： 万 人,",
        "单位：,万人",
        "单位（万人）",
        "（单位：万人）",
        "单位：人/年",
        "计量单位:百人",
        '"城镇从业人员 单位：万人"',
        "填报单位：武汉市人社局,单位：万元",
    ],
)
def test_a_unit_line_contradicts_in_any_form_wherever_it_stands(read: Read, line: str) -> None:
    rejected(read(f"{line}\n{CLEAN}"), "unit_contradiction", "第 1 行")
    if "城镇" not in line and "填报" not in line:  # below the header a unit stands alone in its line
        rejected(read(f"{CLEAN}{line}\n"), "unit_contradiction", "第 4 行")


@pytest.mark.parametrize("extract", ["plan_task_report"])
@pytest.mark.parametrize("line", ['T1,"1,234"', 'T1,5,"好,坏",x', 'T1,"1,\n234"', "T1,1,234,好", '"T1,5,x"'])
def test_valid_quotes_are_never_split_to_make_the_fields_fit(read: Read, extract: str, line: str) -> None:
    reading = read(f"任务编号,完成值,说明\n{line}\nT2,5,好\n", extract)
    assert [row[:2] for row in refused(reading)] == [(2, ["field_count"])]
    assert [row[1] for row in reading.rows.fetchall()] == ["T2"]


@pytest.mark.parametrize("note", ["已完成\n其中一季度,2,万人", "一,\n二,\n三", '甲""乙\nT9,6,丙'])
def test_a_quoted_line_break_is_never_torn_into_rows(read: Read, note: str) -> None:
    reading = read(f'任务编号,完成值,说明\nT1,5,"{note}"\nT3,5,好\n', "plan_task_report")
    assert [row[1] for row in reading.rows.fetchall()] == ["T1", "T3"]
    assert reading.rows.select("note").fetchall()[0][0] == note.replace('""', '"')


def test_a_header_cut_in_two_that_claims_a_column_twice_is_ambiguous(read: Read) -> None:
    head = "case_no,region_code,受理日期,受理\n,,,日期\n"
    rejected(read(f"{head}A,420102,2024-03-05,2024-03-06\n", "mediation_case"), "ambiguous_column", "受理日期")


def _workbook(*lines: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_cell_right_of_the_header_of_a_workbook(read: Read) -> None:
    reading = read(_workbook(["region_code", "employed_persons"], [420102, 5, "x"], [420103, 6]))
    assert refused(reading) == [(2, ["field_count"], "420102\t5\tx")]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!"])
def test_an_error_in_a_workbook_is_no_null(read: Read, error: str) -> None:
    head = ["case_no", "region_code", "accepted_on", "claimant_count"]
    reading = read(
        _workbook(head, ["A", 420102, "2024-03-05", error], ["B", 420102, "2024-03-05", 1]), "mediation_case"
    )
    assert [row[:2] for row in refused(reading)] == [(2, ["bad_type"])]


def test_a_receipt_says_nothing_that_a_header_may_give_away(read: Read) -> None:
    receipt = read("region_code,employed_persons,经办人张三丰420102199003071234\n420102,5,x\n").receipt
    assert receipt.warnings == ("unknown_column: column 3",)
    assert "420102" not in receipt.notes[0]


ROW = "case_no,region_code,accepted_on,close_mode,claimant_count,is_final_award,amount_awarded\n"
GOOD = "G{},420102,2024-03-05,1,1,是,1.5\n"


@pytest.mark.parametrize(
    ("line", "reasons"),
    [
        (",420102,2024-03-05,1,1,是,1", ["missing_required"]),
        ("A,420102,—,1,1,是,1", ["missing_required"]),
        ("A,420102,03/04/2024,1,1,是,1", ["bad_type"]),
        ("A,420102,2024-02-30,1,1,是,1", ["bad_type"]),
        ("A,420102,24-3-5,1,1,是,1", ["bad_type"]),
        ("A,420102,2024-03/05,1,1,是,1", ["bad_type"]),
        ("A,420102,19999,1,1,是,1", ["bad_type"]),
        ("A,420102,202403,1,1,是,1", ["bad_type"]),
        ("A,420102,2024-03-05,1,1.5,是,1", ["bad_type"]),
        ("A,420102,2024-03-05,1,1,对,1", ["bad_type"]),
        ("A,420102,2024-03-05,1,1,是,5%", ["bad_type"]),
        ('A,420102,2024-03-05,1,1,是,"1,23"', ["bad_type"]),
        ("A,420102,2024-03-05,1,1,是,1e5", ["bad_type"]),
        ("A,420102,2024-03-05,7,1,是,1", ["unknown_code"]),
        ("A,420102,2024-03-05,1,0,是,1", ["out_of_range"]),
        ("A,420102,2024-03-05,1,1,是,-1", ["out_of_range"]),
        ("A,110101,2024-03-05,1,1,是,1", ["unknown_region"]),
        ("A,000000,2024-03-05,1,1,是,1", ["unknown_region"]),
        ("A,420202,2024-03-05,1,1,是,1", ["foreign_region"]),
        ("A,420000,2024-03-05,1,1,是,1", ["foreign_region"]),
        ("A,420102,2024-03-05,1,1", ["field_count"]),
        ("A,999,x,1,1,是,1,surplus", ["field_count"]),
        ("A;420102;2024-03-05", ["field_count"]),
        (",999,x,7,0,对,y", ["bad_type", "missing_required", "out_of_range", "unknown_code", "unknown_region"]),
    ],
)
def test_rows(read: Read, line: str, reasons: list[str]) -> None:
    reading = read(f"{ROW}{GOOD.format(1)}\n{line}\n{GOOD.format(2)}", "arbitration_case", identity=WUHAN)
    assert refused(reading) == [(4, reasons, line)]
    assert reading.receipt.rows_loaded == 2
    for text, reason in zip(reading.receipt.text("x"), ("第 4 行", "Line 4"), strict=True):
        assert reason in text


def test_out_of_period_is_for_events(read: Read) -> None:
    head = "entrustment_no,region_code,movement,amount_wan,moved_on\n"
    identity = Identity("pension", "fund_entrustment", date(2024, 3, 1), date(2024, 3, 31), "420000", 1)
    lines = "A,420000,1,5,2024-03-31\nB,420000,1,5,2024-04-01\n"
    reading = read(head + lines, "fund_entrustment", identity=identity)
    assert [row[:2] for row in refused(reading)] == [(3, ["out_of_period"])]
    assert refused(read(head + lines, "fund_entrustment")) == []
    late = read(ROW + "A,420102,2023-12-05,1,1,是,1\n", "arbitration_case", identity=WUHAN)
    assert refused(late) == []


def test_the_nation_stands_in_statistical_reports_of_the_nation_only(read: Read) -> None:
    text = "item,region_code,basis,value,unit\n就业,000000,month,5,万人\n就业,420000,month,5,万人\n"
    for unit, lines in (("000000", []), ("420000", [2]), ("420100", [2, 3])):
        identity = Identity("planning", "statistical_report", date(2024, 3, 1), date(2024, 3, 31), unit, 1)
        assert [row[0] for row in refused(read(text, "statistical_report", identity=identity))] == lines


ID_HEAD = "attrition_no,id_number,region_code,reason,occurred_on\n"


@pytest.mark.parametrize(
    ("number", "damaged"),
    [
        ("4.20102E+17", True),
        ("4.20102199003071e17", True),
        ("420102199003071000", True),  # its check digit would be another
        ("420102199003070000", False),  # here 0 is right
        ("420102199003071234", False),  # a wrong check digit alone is no damage
        ("42010219900307123X", False),
        ("420102900307123", False),
        ("护照E1234567", False),
    ],
)
def test_damaged_id(read: Read, number: str, damaged: bool) -> None:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    if number.endswith("000"):
        remainder = sum(w * int(d) for w, d in zip(weights, number, strict=False)) % 11
        if (remainder != 1) != damaged:  # find a neighbour for which the case is as described
            number = next(
                text
                for text in (f"4201021990030{n:02d}000" for n in range(100))
                if (sum(w * int(d) for w, d in zip(weights, text, strict=False)) % 11 != 1) == damaged
            )
    reading = read(
        f"{ID_HEAD}A,{number},420102,1,2024-03-05\nB,42010219900307123X,420102,1,2024-03-05\n", "employment_attrition"
    )
    assert [row[:2] for row in refused(reading)] == ([(2, ["damaged_id"])] if damaged else [])


def test_conflicting_keys_are_refused_all_of_them(read: Read) -> None:
    reading = read(CLEAN + "420104,1\n420104,2\n420104,1\n420105,x\n420105,3\n")
    assert [row[:2] for row in refused(reading)] == [
        (4, ["conflicting_key"]), (5, ["conflicting_key"]), (6, ["conflicting_key"]), (7, ["bad_type"]),
    ]  # fmt: skip
    assert refused(reading)[0][2] == "420104,1"
    assert ("420105", 3) in [row[1:] for row in reading.rows.fetchall()]


def test_messages_name_lines_and_mask_what_is_personal(read: Read) -> None:
    lines = "".join(f"A{n},4.2E+17,420102,7,2024-03-05\n" for n in range(8))
    receipt = read(f"{ID_HEAD}{lines}G,42010219900307123X,420102,1,2024-03-05\n", "employment_attrition").receipt
    assert "第 2、3、4、5、6 行等共 8 行" in receipt.message_zh
    assert "Lines 2, 3, 4, 5, 6 and others, 8 in all" in receipt.message_en
    zh, en = receipt.text("减员.csv")
    assert "4.2E+17" not in zh + en
    assert "*******" in zh
    assert "1 退休、2 死亡、9 其他" in zh
    assert "4.2E" not in receipt.message_zh + receipt.message_en
