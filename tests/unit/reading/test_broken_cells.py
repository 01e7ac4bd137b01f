"""Words for nothing, cells and keys that a spreadsheet broke, codes written with a point."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from raw_landing import ParsedDump

Read = Callable[..., ParsedDump]
CASES = "案号,行政区划代码,争议类型,涉及劳动者人数,受理日期,结案日期,结案方式,终局裁决标志,裁决金额\n"


def values(reading: ParsedDump, *columns: str) -> list[tuple[object, ...]]:
    assert reading.receipt.reasons == (), reading.receipt
    return reading.rows.order("line_number").select(*columns).fetchall()


def refused(reading: ParsedDump) -> list[tuple[int, list[str]]]:
    return [row[:2] for row in reading.refused.order("line_number").fetchall()]


@pytest.mark.parametrize(
    "word",
    [
        "\\N",
        "None",
        "nan",
        "NaN",
        "N/A",
        "Ｎ／Ａ",
        "ＮＵＬＬ",
        "NONE",
        "ｎａｎ",
        "－",
        "／",
        "\u3000无\u3000",
        "'N/A",
        '="nan"',
    ],
)
def test_words_for_nothing_in_every_type_of_column(read: Read, word: str) -> None:
    head = "案号,行政区划代码,统一社会信用代码,违法类型,涉及劳动者人数,欠薪金额,立案日期,结案日期\n"
    reading = read(f"{head}A,420106,{','.join([word] * 4)},2024-04-02,{word}\n", "inspection_case")
    assert values(reading, "employer_uscc", "violation_kind", "workers_involved", "wages_owed", "closed_on") == [
        (None,) * 5
    ]
    reading = read(
        f"{head}{word},420106,,,,,2024-04-02,\nB,420106,,,,,{word},\nC,{word},,,,,2024-04-02,\nD,420106,,,,,2024-04-02,\n",
        "inspection_case",
    )
    assert refused(reading) == [(n, ["missing_required"]) for n in (2, 3, 4)]
    text = f"博士后编号,公民身份号码,行政区划代码,进站日期\n1,{word},420106,2024-03-01\n"
    assert values(read(text, "postdoc_intake"), "id_number") == [(None,)]


@pytest.mark.parametrize(
    "word",
    [
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#n/a",
        "＃Ｎ／Ａ",
        "＃REF！",
        "########",
        "Err:508",
        "'#N/A",
    ],
)
def test_a_broken_cell_is_not_an_empty_one(read: Read, word: str) -> None:
    head = [
        "案号",
        "行政区划代码",
        "统一社会信用代码",
        "违法类型",
        "涉及劳动者人数",
        "欠薪金额",
        "立案日期",
        "结案日期",
    ]
    good = ["A", "420106", "", "1", "3", "5", "2024-04-02", ""]
    lines = [good] + [[*good[:at], word, *good[at + 1 :]] for at in range(len(head))]
    text = "".join(",".join(line) + "\n" for line in [head, *lines])
    reading = read(text, "inspection_case")
    assert refused(reading) == [(n, ["bad_type"]) for n in range(3, 11)]
    assert (
        read(f"案号,行政区划代码,立案日期,备注\nA,420106,2024-04-02,{word}\n", "inspection_case").receipt.rows_loaded
        == 1
    )
    assert (
        read(f"案号,行政区划代码,立案日期\nA,420106,2024-04-02\n合计,{word},\n", "inspection_case").receipt.rows_loaded
        == 1
    )


@pytest.mark.parametrize(
    ("key", "is_damaged"),
    [
        ("6.22848E+18", True),
        ("6.22848e+18", True),
        ("6.22848E18", True),
        ("6E+18", True),
        ("1.5E5", True),
        ("６．２２Ｅ＋１８", True),
        ("1E+10", True),
        ("1e+010", True),
        ("6.E+17", True),
        ("1E+9", False),
        ("12E15", False),
        ("E+18", False),
        ("鄂1E+18号", False),
        ("1E+18-2", False),
    ],
)
def test_a_key_in_scientific_notation_is_damaged(read: Read, key: str, is_damaged: bool) -> None:
    head = "卡号,社会保障号码,行政区划代码,卡代次,发卡日期\n"
    reading = read(
        f"{head}{key},429901197001012016,420106,3,2024-01-08\nC1,429901197001012059,420106,3,2024-01-08\n",
        "social_card",
    )
    assert refused(reading) == ([(2, ["damaged_id"])] if is_damaged else [])
    cases = "案号,行政区划代码,立案日期,统一社会信用代码\n"  # no key: it is only text
    assert read(f"{cases}A,420106,2024-03-05,{key}\n", "inspection_case").receipt.rows_loaded == 1


def test_x_in_an_identity_number_is_the_capital_one(read: Read) -> None:
    head = "登记编号,公民身份号码,行政区划代码,城镇新增标志,登记日期\n".replace("登记编号", "就业登记编号")
    lines = [f"R1,42010219900307123{x},420102,1,2024-03-05\n" for x in "xXｘＸ"]
    reading = read(head + "".join(lines), "employment_registration")
    assert values(reading, "id_number") == [("42010219900307123X",)]
    assert (reading.receipt.rows_loaded, reading.receipt.rows_repeated) == (1, 3)


@pytest.mark.parametrize("tail", [".0", ".00", ".", "．０"])
def test_codes_regions_and_booleans_as_floats(read: Read, tail: str) -> None:
    lines = f"A1,420106,1{tail},3{tail},2024-03-05,2024-03-20,1{tail},1{tail},\n"
    lines += f"A2,420106{tail},2{tail},1{tail},2024-03-05,,,0{tail},\n"
    reading = read(CASES + lines + f"A3,420106000000{tail},9{tail},1,2024-03-05,,,,\n", "arbitration_case")
    assert values(reading, "region_code", "dispute_kind", "claimant_count", "close_mode", "is_final_award") == [
        ("420106", "1", 3, "1", True), ("420106", "2", 1, None, False), ("420106", "9", 1, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["1.5", "7.0", "1.01", "-1.0", "01.0"])
def test_a_code_that_is_none_stays_none(read: Read, text: str) -> None:
    reading = read(f"{CASES}A,420106,{text},1,2024-03-05,,,,\nB,420106,1,1,2024-03-05,,,,\n", "arbitration_case")
    assert refused(reading) == [(2, ["unknown_code"])]


def test_text_that_looks_like_a_float_stays_text(read: Read) -> None:
    assert values(read(f"{CASES}12.0,420106,1,1,2024-03-05,,,,\n", "arbitration_case"), "case_no") == [("12.0",)]
