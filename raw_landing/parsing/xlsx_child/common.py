"""What all parts of the child share: separators, error values of a spreadsheet, refusals."""

from __future__ import annotations

FIELD, BREAK, COLUMN, MARK = "\x1d", "\x1e", "\x1f", "\x1c"  # of raw_landing.parsing.decode, MARK ours alone
ERRORS = (
    *("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!"),
    *("#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#EXTERNAL!", "#PYTHON!"),
)
NO_VALUE = "#公式未计算!"
"""Of a formula without a stored value."""
MAIN = (  # transitional, strict
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main ",
    "http://purl.oclc.org/ooxml/spreadsheetml/main ",
)


class Refused(Exception):
    """The file is refused: `hostile` or `undecodable`, and why, in Chinese and in English."""


def hostile(zh: str, en: str) -> Refused:
    """The refusal of what no honest export looks like."""
    return Refused("hostile", zh, en)


def damaged(zh: str = "Excel 文件已损坏", en: str = "the workbook is damaged") -> Refused:
    """The refusal of what is no workbook."""
    return Refused("undecodable", zh, en)


def too_far() -> Refused:
    return hostile("工作表范围过大", "its sheet reaches too far")
