"""Tables in the terminal: as wide as it is without a broken word, row by row below each other where they cannot be. In
a pipe as wide as they are. What stands in them is made elsewhere."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from math import isfinite

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Group, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

Cell = str | Text

PADDING = 2
"""Columns of the terminal from one column of a table to the next."""
NARROWEST = 8
"""Columns that Chinese is given at least: it may be broken between any two characters."""
_WORD = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    width: int | None,
    *,
    title: str = "",
    numbers: Collection[int] = (),
) -> RenderableType:
    """A table of at most `width` columns of the terminal (None: as wide as it is). `numbers`: the places of columns
    that stand to the right. Lines of a heading or a cell stay lines."""
    columns = [[heading, *(row[at] for row in rows)] for at, heading in enumerate(headings)]
    widths = _widths(columns, width, numbers)
    if widths is None:
        return _records(headings, rows, title)
    made = Table(
        title=Text(title, style="bold") if title else None,
        title_style="",
        title_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for at, (heading, wide) in enumerate(zip(headings, widths, strict=True)):
        justify: JustifyMethod = "right" if at in numbers else "left"
        made.add_column(Text(_broken(heading, wide)), justify=justify, width=wide, overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    return made


def _widths(columns: Sequence[Sequence[Cell]], width: int | None, numbers: Collection[int]) -> list[int] | None:
    """How wide each column is; None where words would have to be broken."""
    natural = [max(map(_widest, column)) for column in columns]
    room = None if width is None else width - PADDING * (len(columns) - 1)
    if room is None or sum(natural) <= room:
        return natural
    least = []
    for at, (heading, *cells) in enumerate(columns):
        words = max(map(_widest if at in numbers else _longest_word, cells), default=0)
        least.append(max(words, *map(cell_len, _parts(str(heading)))))
    over, spare = sum(natural) - sum(least), room - sum(least)
    if spare < 0:
        return None
    return [few + spare * (wide - few) // over for few, wide in zip(least, natural, strict=True)]


def _parts(heading: str) -> list[str]:
    """A heading where it may be broken: at blanks, and after an underscore of a column's name."""
    return re.findall(r"[^\s_]*_+|[^\s_]+", heading) or [""]


def _broken(heading: str, width: int) -> str:
    """A heading whose names of columns are broken after underscores, where they are too wide."""
    lines = []
    for line in heading.split("\n"):
        if cell_len(line) <= width or "_" not in line:
            lines.append(line)
            continue
        lines.append("")
        for part in _parts(line):
            lines[-1:] = [lines[-1] + part] if cell_len(lines[-1] + part) <= width else [lines[-1], part]
    return "\n".join(lines)


def _widest(cell: Cell) -> int:
    return max(map(cell_len, _lines(cell)))


def _lines(cell: Cell) -> list[str]:
    return str(cell).split("\n") or [""]


def _longest_word(cell: Cell) -> int:
    text = str(cell)
    longest = max((cell_len(word) for word in _WORD.findall(text)), default=0)
    return max(longest, min(NARROWEST, _widest(cell)))


def _records(headings: Sequence[str], rows: Sequence[Sequence[Cell]], title: str) -> RenderableType:
    """Every row as lines of names and values."""
    names = [" ".join(heading.split("\n")) for heading in headings]
    wide = max(map(cell_len, names))
    told = [Text(title, style="bold")] if title else []
    for row in rows:
        for name, cell in zip(names, row, strict=True):
            told.append(Text.assemble((f"{name}{' ' * (wide - cell_len(name))}  ", "bold"), cell))
        told.append(Text(""))
    return Group(*told)


def figure(value: float | None, thousands: str = ",") -> str:
    """A figure as people read it: two decimals, three digits where it is smaller than that, none where it has none
    but for what adding fractions leaves in the last digits."""
    if value is None or not isfinite(value):
        return "–"
    if is_whole(value):
        return f"{value:{thousands}.0f}"
    return f"{value:{thousands}.2f}" if abs(value) >= 0.1 else f"{value:.3g}"


def is_whole(value: float) -> bool:
    """Whether a figure has no fraction."""
    return abs(value - round(value)) <= 1e-9 * max(1.0, abs(value))
