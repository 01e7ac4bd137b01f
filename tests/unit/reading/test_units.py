"""Units of measure, wherever they are stated: they agree with the contract or the dump is rejected."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import pytest

from raw_landing import ParsedDump
from raw_landing.contract import load_contracts

Read = Callable[..., ParsedDump]
STOCK = "行政区划代码,期末城镇从业人员数\n"
STOCK_ROWS = "420106,12\n420102,13\n"
ENTRUSTED = "划拨编号,行政区划代码,资金方向,金额,划拨日期\n"
ENTRUSTED_ROWS = "1,420000,1,5,2024-03-01\n2,420000,1,7,2024-03-02\n"
CASES = "案号,行政区划代码,争议类型,涉及劳动者人数,受理日期,结案日期,结案方式,终局裁决标志,裁决金额\n"


def values(reading: ParsedDump, *columns: str) -> list[tuple[object, ...]]:
    assert reading.receipt.reasons == (), reading.receipt
    return reading.rows.order("line_number").select(*columns).fetchall()


@pytest.mark.parametrize(
    "unit",
    ["万人", "(万人)", "（万人）", "【万人】", "单位:万人", "（单位：万人）", "计量单位：万人", "千人", "万 人", "元"],
)
@pytest.mark.parametrize("before", ["", "-", "单位:"])
def test_a_row_of_units_below_the_header_is_held_to_the_contract(read: Read, unit: str, before: str) -> None:
    reading = read(f"{STOCK}{before},{unit}\n{STOCK_ROWS}")
    assert reading.receipt.reasons == ("unit_contradiction",)
    assert reading.receipt.problems[0].lines == (2,)
    agreed = re.sub("[千万元] ?", "", unit) if "人" in unit else "人"
    right = read(f"{STOCK}{before},{agreed}\n{STOCK_ROWS}")
    assert values(right, "region_code", "employed_persons") == [("420106", 12), ("420102", 13)]
    assert (right.receipt.header_lines, right.receipt.rows_skipped, right.receipt.rows_refused) == (1, 1, 0)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_row_of_units_in_any_separator_and_encoding(read: Read, delimiter: str, encoding: str) -> None:
    for unit, reasons in (("亿元", ("unit_contradiction",)), ("万元", ())):
        text = f"{ENTRUSTED},,,（{unit}）,\n\n{ENTRUSTED_ROWS}".replace(",", delimiter)
        reading = read(gzip.compress(text.encode(encoding)), "fund_entrustment")
        assert reading.receipt.reasons == reasons
        assert reading.receipt.rows_skipped == 2


def test_a_row_of_units_speaks_of_each_column_by_itself(read: Read) -> None:
    line = "A,420106,1,3,2024-03-05,,,,12\n"
    assert read(f"{CASES},,,(人),,,,,(元)\n{line}", "arbitration_case").receipt.rows_loaded == 1
    assert read(f"{CASES},,,万人,,,,,元\n{line}", "arbitration_case").receipt.rows_loaded == 1  # the contract has none
    assert read(f"{CASES},,,人,,,,,万元\n{line}", "arbitration_case").receipt.reasons == ("unit_contradiction",)
    head = CASES.strip() + ",备用金额\n"  # what was not agreed may be in any unit
    assert read(f"{head},,,,,,,,,万元\n{line.strip()},7\n", "arbitration_case").receipt.rows_loaded == 1


def test_a_row_of_units_is_found_at_a_page_break_too(read: Read) -> None:
    reading = read(f"{STOCK},(人)\n420106,12\n{STOCK},(万人)\n420102,13\n")
    assert reading.receipt.reasons == ("unit_contradiction",)
    reading = read(f"{STOCK},(人)\n420106,12\n{STOCK},(人)\n420102,13\n")
    assert (reading.receipt.rows_loaded, reading.receipt.rows_skipped, reading.receipt.header_lines) == (2, 2, 2)


@pytest.mark.parametrize(
    "above",
    [
        "城镇从业人员({unit}),",
        "城镇从业人员（{unit}）",
        "2024年一季度,城镇从业人员（单位：{unit}）",
        ",{unit}",
        ",（{unit}）",
        "{unit},",
        ",单位：{unit}",
        "填报单位:武汉市人社局,{unit}",
        "地区,从业人员[{unit}]",
        "标题\n,{unit}",
        "计量单位,{unit}",
        "城镇从业人员\u3000(\u3000{unit}\u3000)",
    ],
)
def test_a_unit_above_the_header_or_in_a_title(read: Read, above: str) -> None:
    wrong = read(f"{above.format(unit='万人')}\n{STOCK}{STOCK_ROWS}")
    assert wrong.receipt.reasons == ("unit_contradiction",)
    right = read(f"{above.format(unit='人')}\n{STOCK}{STOCK_ROWS}")
    assert values(right, "employed_persons") == [(12,), (13,)]


@pytest.mark.parametrize(
    "title", ["从业人员(月)", "万人计划", "城镇从业人员(含万人以上企业)", "万人大会(2024年)", "2024,年,3,月", "(一)"]
)
def test_a_title_that_states_no_unit(read: Read, title: str) -> None:
    assert read(f"{title}\n{STOCK}{STOCK_ROWS}").receipt.rows_loaded == 2


@pytest.mark.parametrize(
    "form",
    [
        "{name}({unit})",
        "{name}（{unit}）",
        "{name}【{unit}】",
        "{name} (单位:{unit})",
        "{name}\u3000（{unit}）",
        '"{name}({unit})"',
    ],
)
@pytest.mark.parametrize(
    ("extract", "name", "agreed", "other", "row"),
    [
        ("urban_employed_stock", "期末城镇从业人员数", "人", "万人", "420106,12"),
        ("urban_employed_stock", "employed_persons", "人", "千人", "420106,12"),
        ("fund_entrustment", "金额", "万元", "亿元", "1,420106,1,12,2024-03-01"),
        ("arbitration_case", "裁决金额", "元", "万元", "A,420106,2024-03-05,12"),
        ("inspection_case", "欠薪金额", "元", "万元", "A,420106,2024-03-05,12"),
        ("pension_payment", "发放金额", "元", "百元", "1,1,42010219900307123X,420106,110,202403,12"),
    ],
)
def test_a_header_with_a_unit(
    read: Read, extract: str, name: str, agreed: str, other: str, row: str, form: str
) -> None:
    names = {
        "urban_employed_stock": ["行政区划代码"], "fund_entrustment": ["划拨编号", "行政区划代码", "资金方向"],
        "pension_payment": ["发放编号", "个人编号", "社会保障号码", "行政区划代码", "险种类型", "结算年月"],
    }.get(extract, ["案号", "行政区划代码", "受理日期" if extract == "arbitration_case" else "立案日期"])  # fmt: skip
    after = ["划拨日期"] if extract == "fund_entrustment" else []
    contract = load_contracts()[extract]
    column = next(one.name for one in contract.columns if name in one.header_names)
    for unit, reasons in ((agreed, ()), (other, ("unit_contradiction",))):
        head = ",".join([*names, form.format(name=name, unit=unit), *after])
        reading = read(f"{head}\n{row}\n", extract)
        assert reading.receipt.reasons == reasons, reading.receipt
        if reasons:
            assert contract.by_name[column].zh in reading.receipt.message_zh
        else:
            assert values(reading, column) == [(12,)]


def test_a_header_over_two_lines_with_a_unit(read: Read) -> None:
    for unit, reasons in (("人", ()), ("万人", ("unit_contradiction",))):
        for head in (
            f"地区,期末城镇\n行政区划代码,从业人员数({unit})\n",
            f"行政区划,\n代码,期末城镇从业人员数（{unit}）\n",
            f"行政区划,期末城镇从业人员数\n代码,({unit})\n",
        ):
            assert read(head + STOCK_ROWS).receipt.reasons == reasons, head


def test_over_a_column_without_a_unit_any_agrees(read: Read) -> None:
    line = "A,420106,1,3,2024-03-05,,,,12\n"
    for unit in ("人", "个", "件"):
        head = CASES.replace("涉及劳动者人数", f"涉及劳动者人数({unit})")
        assert values(read(head + line, "arbitration_case"), "claimant_count") == [(3,)]
    assert read(f",,,人\n{CASES}{line}", "arbitration_case").receipt.rows_loaded == 1
    assert read(f",,,万元\n{CASES}{line}", "arbitration_case").receipt.reasons == ("unit_contradiction",)


NOTES = [
    "注:金额单位为{unit}",
    "备注：单位：{unit}",
    "备注：金额单\u3000位：{unit}",
    "说明:1.本表为初步数;2.金额单位均为{unit}",
    "注：本表金额以{unit}计",
    "注 本表以 {unit} 为单位",
    "制表:省厅,,,金额单位:{unit}",
]


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize(
    ("unit", "reasons"),
    [("万元", ()), ("亿元", ("unit_contradiction",)), ("元", ("unit_contradiction",)), ("人", ())],
)
def test_a_note_that_states_a_unit(read: Read, note: str, unit: str, reasons: tuple[str, ...]) -> None:
    """Below the table or above it. A unit of another kind may be anything's."""
    text = note.format(unit=unit) + "\n"
    below = read(ENTRUSTED + ENTRUSTED_ROWS + text, "fund_entrustment")
    assert (below.receipt.reasons, below.receipt.rows_skipped) == (reasons, 1), below.receipt
    if reasons:
        assert below.receipt.problems[0].lines == (4,)
    if "制表" not in note and (unit != "人" or "位：" not in note):  # a unit line, which speaks of the dump
        assert read(text + ENTRUSTED + ENTRUSTED_ROWS, "fund_entrustment").receipt.reasons == reasons


@pytest.mark.parametrize("note", ["注:填报单位为武汉市人社局", "注:1亿元等于10000万元", "注:以前年度数据见上年报表"])
def test_a_note_that_states_none(read: Read, note: str) -> None:
    assert read(f"{ENTRUSTED}{ENTRUSTED_ROWS}{note}\n", "fund_entrustment").receipt.rows_loaded == 2


def test_a_note_far_below_in_a_large_dump(read: Read) -> None:
    rows = "".join(f"{at},420000,1,5,2024-03-01\n" for at in range(90_000))
    large = f"{ENTRUSTED}{rows}注:金额单位为亿元\n"
    assert len(large) > 2 << 20, "read in the fast way"
    assert read(large, "fund_entrustment").receipt.reasons == ("unit_contradiction",)
