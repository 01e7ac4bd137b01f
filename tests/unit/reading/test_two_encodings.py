"""Files in two encodings, characters that GB18030 got later, characters that were lost."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from raw_landing import ParsedDump
from raw_landing.parsing.gb18030 import _CHANGED
from raw_landing.regions import load_regions

Read = Callable[..., ParsedDump]
STOCK = "行政区划代码,期末城镇从业人员数\n"


def values(reading: ParsedDump, *columns: str) -> list[tuple[object, ...]]:
    assert reading.receipt.reasons == (), reading.receipt
    return reading.rows.order("line_number").select(*columns).fetchall()


def mixture(lines: list[str], foreign: list[int], encodings: tuple[str, str], end: bytes = b"\n") -> bytes:
    return end.join(line.encode(encodings[n in foreign]) for n, line in enumerate(lines)) + end


@pytest.mark.parametrize("encodings", [("utf-8", "gb18030"), ("gb18030", "utf-8")])
@pytest.mark.parametrize("name", ["武昌区", "汉阳区甲", "工伤", "江岸区,备注是中文的"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_two_encodings_in_one_file(read: Read, encodings: tuple[str, str], name: str, end: bytes) -> None:
    lines = [
        STOCK.strip(),
        *(f"42010{2 + n % 6},{n}" for n in range(4)),
        f"{name},5",
        "硚口区,6",
        "洪山区,7",
        f"{name},8",
    ]
    reading = read(mixture(lines, [5, 8], encodings, end))
    assert reading.receipt.reasons == ("undecodable",), reading.receipt
    assert reading.receipt.problems[0].lines == (6, 9)
    assert "UTF-8" in reading.receipt.message_en
    assert "GB18030" in reading.receipt.message_en
    with_mark = read(b"\xef\xbb\xbf" + mixture(lines, [5, 8], ("utf-8", "gb18030"), end))
    assert with_mark.receipt.problems[0].lines == (6, 9)


def test_one_encoding_stays_one(read: Read) -> None:
    """Common words in GB18030 are taken for no UTF-8, whatever stands beside them."""
    names = [one.name_zh for one in load_regions().by_code.values() if one.level == "county"]
    words = ["璐", "联通", "瑾瑜", "宸ヤ", "珺琪", "琳", "涓枃", "€", "·", "（含）", "鍏徃"]
    lines = [f"{one},{n}" for n, one in enumerate(names)] + [
        f"甲{a}{b}乙,1" for a, b in itertools.product(words, words)
    ]
    for text in ("\n".join(lines[:5]), "\n".join(lines)):
        reading = read(f"{STOCK}{text}\n".encode("gb18030"))
        assert "undecodable" not in reading.receipt.reasons
        assert reading.receipt.encoding == "gb18030"


def test_characters_that_gb18030_got_in_2022(read: Read) -> None:
    head = "任务编号,完成值,说明\n".encode("gb18030")
    for code, _, new in _CHANGED:
        line = b"T1,5,\xd2\xbb" + code.to_bytes(2, "big") + b"\n"
        assert values(read(head + line, "plan_task_report"), "note") == [(f"一{chr(new)}",)]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_replacement_character_in_the_file_is_text(read: Read, encoding: str) -> None:
    reading = read("任务编号,完成值,说明\nT1,5,甲\nT2,5,乙\ufffd\n".encode(encoding), "plan_task_report")
    assert values(reading, "note") == [("甲",), ("乙\ufffd",)]
    assert "replacement_character: line 3" in reading.receipt.warnings
