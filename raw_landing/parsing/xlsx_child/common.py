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
    """The file is refused: `hostile` or `undecodable`, the id of the sentence that says why, and its values."""


def hostile(identifier: str, **values: int) -> Refused:
    """The refusal of what no honest export looks like."""
    return Refused("hostile", identifier, values)


def damaged(identifier: str = "xlsx_damaged") -> Refused:
    """The refusal of what is no workbook."""
    return Refused("undecodable", identifier, {})


def too_far() -> Refused:
    return hostile("xlsx_too_far")
