"""Flags for what occurs anywhere in a dump, found in its bytes: the SQL of cells skips what does not occur."""

from __future__ import annotations

from dataclasses import dataclass

TICKS = "√✓✔"
ERROR_MARKS = ("#", "＃", "Err:")

# What tells that subtotals, footers or unit lines may occur.
SPECIAL = ("计", "填", "审", "制", "单")
# What tells that such marks may occur: the beginnings of their UTF-8 forms.
WIDE_BYTES = (
    b"\xef\xbc",
    b"\xef\xbd",
    b"\xe3\x80\x80",
    b"\xc2\xa0",
    b"\xe2\x80",
    b"\xef\xbb\xbf",
    b"\xe2\x81",
    b"\xe2\x88",
)


@dataclass(frozen=True)
class ContentFlags:
    """What occurs anywhere in a dump; what does not is not looked for in its cells."""

    wide: bool = False  # full-width characters, blanks of other kinds, marks without width
    apostrophe: bool = False
    quoted: bool = False  # some records come with their fields taken apart
    padded: bool = False  # blanks stand around cells
    special: bool = False  # subtotals, footers or unit lines may occur
    again: bool = False  # the header may occur again
    errors: bool = False  # error values of a spreadsheet may occur
    ticks: frozenset[str] = frozenset()  # boolean columns that hold √


def is_wide(data: bytes) -> bool:
    """Whether full-width characters or zero-width marks may occur. Their first bytes are looked for first: ten times as
    fast where there are none."""
    return any(lead in data and any(mark in data for mark in marks) for lead, marks in _WIDE_BY_LEAD)


def is_padded(data: bytes, delimiter: str, end: str) -> bool:
    """Whether blanks stand beside a delimiter or an end of a record. `data` are whole records, so that a blank at the
    beginning or the end of it stands beside one too, whether that is part of it or not."""
    beside = (delimiter.encode(), end.encode())
    return any(
        blank in data
        and (
            data.startswith(blank)
            or data.endswith(blank)
            or any(blank + mark in data or mark + blank in data for mark in beside)
        )
        for blank in (b" ", b"\t")
        if blank != delimiter.encode()
    )


_WIDE_BY_LEAD = [
    (lead, [mark for mark in WIDE_BYTES if mark.startswith(lead)]) for lead in sorted({mark[:1] for mark in WIDE_BYTES})
]
