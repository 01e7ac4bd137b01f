"""Headers, titles, page numbers and notes among the data."""

from __future__ import annotations

import csv
from collections.abc import Callable

import pytest

from raw_landing import ParsedDump
from raw_landing.regions import load_regions

Read = Callable[..., ParsedDump]
STOCK = "行政区划代码,期末城镇从业人员数\n"


def values(reading: ParsedDump, *columns: str) -> list[tuple[object, ...]]:
    assert reading.receipt.reasons == (), reading.receipt
    return reading.rows.order("line_number").select(*columns).fetchall()


def refused(reading: ParsedDump) -> list[tuple[int, list[str]]]:
    return [row[:2] for row in reading.refused.order("line_number").fetchall()]


@pytest.mark.parametrize("before", ["\ufeff", "\f", " ", "\u3000", "\f\ufeff", ""])
@pytest.mark.parametrize("after", ["", ",,", " "])
def test_the_header_again(read: Read, before: str, after: str) -> None:
    head = STOCK.strip()
    reading = read(f"{STOCK}420106,12\n{before}{head}{after}\n420102,13\n")
    assert values(reading, "employed_persons") == [(12,), (13,)]
    assert (reading.receipt.header_lines, reading.receipt.rows_refused) == (2, 0)


def test_joined_files_with_their_titles(read: Read) -> None:
    part = "湖北省城镇从业人员\n填报单位:武汉\n" + STOCK
    for joint in ("", "\ufeff", "\f"):
        reading = read(f"{part}420106,12\n{joint}{part}420102,13\n")
        assert values(reading, "employed_persons") == [(12,), (13,)]
        assert (reading.receipt.rows_skipped, reading.receipt.header_lines) == (4, 2)


def test_a_form_feed_is_no_part_of_a_key(read: Read) -> None:
    reading = read(f"{STOCK}420106,12\n\f420102,13\n\v\n")
    assert values(reading, "region_code") == [("420106",), ("420102",)]


@pytest.mark.parametrize(
    "note",
    [
        "注:本表为推算数。",
        "注：1.本表为推算数。\n2.含农村,不含,城镇\n   三、其他",
        "注1：甲\n注2：乙",
        "注,本表为推算数",
        "*注：甲",
        "（注：甲）",
        "备注:甲",
        "说明：甲\n乙",
        "数据来源:统计局",
        "数据来源：统计局,2024年",
        "打印时间:2024-04-01",
        '"注：一\n二"',
        "注\n一、甲",
        "备注 甲",
        "附注：甲",
        "第1页",
        "第 1 页 共 3 页",
        "共3页",
        "第1页,共3页",
        "第一页",
        "-第１页-",
        ",第1页",
        "注：甲\n第1页",
    ],
)
def test_notes_below_the_last_row(read: Read, note: str) -> None:
    head = "行政区划代码,城镇就业人口推算数,城镇失业人口推算数\n"
    codes = [code for code, one in load_regions().by_code.items() if one.level == "county"][:18]
    text = head + "".join(f"{code},10,1\n" for code in codes)
    reading = read(f"{text}合计,180,18\n{note}\n填报人：张三\n", "labour_force_survey")
    assert reading.receipt.rows_loaded == 18, reading.receipt
    assert reading.receipt.rows_refused == 0
    rows = list(csv.reader([note])) if note.startswith('"') else note.split("\n")
    assert reading.receipt.rows_skipped == 2 + len(rows)


def test_a_note_among_the_rows_is_refused_and_a_page_is_skipped(read: Read) -> None:
    text = f"{STOCK}420106,12\n注：甲\n第1页 共2页\n420102,13\n"
    assert refused(read(text)) in ([(3, ["field_count"])], [(3, ["missing_required", "unknown_region"])])
    reading = read(f"{STOCK}420106,12\n注：甲\n420102,x\n")  # a bad row is still a row
    assert [line for line, _ in refused(reading)] == [3, 4]


def test_rows_whose_words_only_resemble_notes(read: Read) -> None:
    head = "证书编号,公民身份号码,行政区划代码,资格名称,发证日期\n"
    lines = "注安2024,42010219900307123X,420102,注册安全工程师,2024-03-05\n说明1,42010219900307123X,420102,说明,x\n"
    reading = read(head + lines, "professional_qualification")
    assert [line for line, _ in refused(reading)] == [3]
