"""Chooses the sheet of a workbook that is the dump, and reads its numbers by column: months typed as 2023.10, days of
the 1904 date system, keys shown with leading zeros."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from raw_landing.contract import Column, Contract
from raw_landing.messages.reasons import Problem
from raw_landing.messages.text import problem
from raw_landing.parsing.csv_records import Record
from raw_landing.parsing.decode import BREAK
from raw_landing.parsing.header import HEAD_LINES, Layout, layout_of
from raw_landing.parsing.units import units_of_cell
from raw_landing.parsing.xlsx import Sheet, Workbook
from raw_landing.parsing.xlsx_child.common import FIELD, MARK

OTHER_UNIT = "(≠)"
"""Stands after a number that the sheet shows as another one, or in another unit."""
MAX_NAME = 31  # characters of a sheet's name, by Excel
_MARKED = re.compile(f"{MARK}[^{FIELD}]*")
_SCALED = re.compile("[,千万亿]+$|,")  # shown divided by thousands, or by what stands after it
_MONTH = re.compile(r"\d{4}\.(?:0[1-9]|1[0-2])")
_DAYS_TO_1904 = 1462
_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True)
class Found:
    """The sheet that is the dump, its header, and what is to be said of it and the others."""

    sheet: Sheet | None
    layout: Layout | None
    head: tuple[str, ...] = ()  # its first rows as they stand
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    is_blank: bool = True


def find_sheet(book: Workbook, contract: Contract) -> Found:
    """The first visible sheet that holds a table; where none does, the one whose header names most columns, else the
    first. A second whole table is a problem, since one of them would be lost."""
    looks = [(sheet, _layout(sheet, contract)) for sheet in book.sheets]
    hidden = [sheet for sheet, layout in looks if sheet.is_hidden and _is_table(layout, contract)]
    warnings = [f"hidden_sheet: {shown_name(sheet)}" for sheet in hidden]
    visible = [(sheet, layout) for sheet, layout in looks if not sheet.is_hidden]
    if not visible:
        return Found(None, None, warnings=tuple(warnings))
    named = [(sheet, layout) for sheet, layout in visible if layout is not None]
    tables = [(sheet, layout) for sheet, layout in named if _is_table(layout, contract)]
    sheet, layout = tables[0] if tables else max(named, key=lambda one: len(one[1].positions), default=visible[0])
    others = [(one, its) for one, its in named if one is not sheet and _has_rows(one, its)]
    whole = [one for one, its in others if set(contract.obligatory) <= its.columns and _is_table(its, contract)]
    if whole:
        return Found(None, None, problems=(_ambiguous([sheet, *whole]),), warnings=tuple(warnings), is_blank=False)
    warnings += [f"unread_sheet: {shown_name(one)}" for one, its in others if _is_table(its, contract)]
    if layout is not None:
        layout = replace(layout, widest=layout.narrowest)  # a sheet is as wide as its widest row, not as its header
    is_blank = not any(cell.strip() for row in sheet.head for cell in row) and not sheet.has_more
    return Found(sheet, layout, tuple(map(_original, sheet.head)), (), tuple(warnings), is_blank)


def shown_name(sheet: Sheet) -> str:
    """The name of a sheet as it may be shown: no long run of digits, nothing that moves a cursor."""
    text = "".join(one if one.isprintable() else " " for one in sheet.name[:MAX_NAME])
    return re.sub(r"\d{6,}", lambda run: run[0][:2] + "*" * (len(run[0]) - 2), text)


def records(lines: Iterable[str], layout: Layout, contract: Contract, prefix: str, *, is_1904: bool) -> Iterator[str]:
    """The rows of a sheet that follow its header as records of ours: prefix, line number, original, fields."""
    special = [
        (at - 1, how) for name, at in layout.positions if (how := _reader(contract.by_name[name], is_1904=is_1904))
    ]
    for number, line in enumerate(lines, 1):
        if number < layout.first_line:
            continue
        original = _MARKED.sub("", line) if MARK in line else line
        if is_1904 or original is not line:
            line = FIELD.join(_read(line.split(FIELD), special))
        missing = layout.narrowest - 1 - line.count(FIELD)
        if missing > 0:
            line += FIELD * missing
        yield f"{prefix}{number}\x1f{original.replace(FIELD, chr(9))}\x1f{line}"


def _reader(column: Column, *, is_1904: bool) -> Callable[[str, str], str] | None:
    """How a number in a column is read; None: as it stands."""
    if column.type in ("integer", "decimal"):
        return partial(_number, column.unit)
    if column.type == "date":
        return _day_of_1904 if is_1904 else None
    return {"month": _month, "string": _string}.get(column.type)


def _read(fields: list[str], special: Sequence[tuple[int, Callable[[str, str], str]]]) -> list[str]:
    """Fields, each read as its column asks."""
    for at, how in special:
        if at < len(fields):
            text, _, shown = fields[at].partition(MARK)
            is_marked = len(text) < len(fields[at])
            fields[at] = how(text, shown) if is_marked or how is _day_of_1904 else text
    return [one.partition(MARK)[0] if MARK in one else one for one in fields]


def _month(text: str, shown: str) -> str:
    """A number in a column of months: what the sheet shows with two digits after the point; else what it can only be;
    else text that is no month and says what it may be."""
    if shown:
        return shown if _MONTH.fullmatch(shown) else f"{text} ({shown})"
    if text.endswith(".1"):
        return f"{text} ({text[:4]}-01 / {text[:4]}-10 ?)"
    return text


def _number(unit: str | None, text: str, shown: str) -> str:
    """A number; no number where its format shows another one, or another unit than the column's."""
    suffix = shown.removeprefix(text)
    if not _SCALED.match(suffix):
        stated = units_of_cell(suffix)
        if suffix == shown or not stated or not unit or unit in stated:
            return text
    return f"{text} {OTHER_UNIT}"


def _string(text: str, shown: str) -> str:
    """A number in a column of text: with the leading zeros that the sheet shows."""
    return shown if shown.isdigit() else text


def _day_of_1904(text: str, _: str) -> str:
    """A serial of the 1904 system in a column of days; what would be a day of the other system only is none."""
    whole = text.partition(".")[0]
    if not (whole.isascii() and whole.isdigit() and len(whole) == 5):
        return text
    serial = int(whole) + _DAYS_TO_1904
    return f"{_EPOCH + timedelta(days=serial)}" if 20000 <= serial <= 60000 else f"{text} (1904)"


def _layout(sheet: Sheet, contract: Contract) -> Layout | None:
    """The layout of a sheet by its first rows, all taken to be as wide as the widest."""
    width = max(map(len, sheet.head), default=0)
    rows = [
        Record(
            number,
            _original(row),
            [cell.partition(MARK)[0].replace(BREAK, "\n") for cell in row] + [""] * (width - len(row)),
        )
        for number, row in enumerate(sheet.head[:HEAD_LINES], 1)
    ]
    return layout_of(rows, contract, "\t")


def _original(row: list[str]) -> str:
    return "\t".join(cell.partition(MARK)[0] for cell in row)


def _is_table(layout: Layout | None, contract: Contract) -> bool:
    """Whether a header names more than half of the columns that must be there: a page of notes may name some."""
    if layout is None:
        return False
    must = set(contract.obligatory) or {column.name for column in contract.columns}
    return 2 * len(must & layout.columns) > len(must)


def _has_rows(sheet: Sheet, layout: Layout) -> bool:
    return sheet.has_more or any(cell.strip() for row in sheet.head[layout.first_line - 1 :] for cell in row)


def _ambiguous(sheets: list[Sheet]) -> Problem:
    names = [shown_name(one) for one in sheets]
    return problem("ambiguous_sheet", names_zh="、".join(names), names_en=", ".join(names))
