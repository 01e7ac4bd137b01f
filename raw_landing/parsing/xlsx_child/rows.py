"""The rows of one worksheet: reads its XML as a stream and gives each filled row as a line of cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from raw_landing.parsing.xlsx_child.cell_text import special_text, tidy
from raw_landing.parsing.xlsx_child.common import FIELD, MAIN, damaged, hostile, too_far

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]

_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384

_TAGS = {f"{space}{name}": name for space in (*MAIN, "") for name in ("row", "c", "v", "f", "is", "t", "rPh")}
_DATA = frozenset(f"{space}sheetData" for space in (*MAIN, ""))


def read_rows(
    parse: Callable[[Start, End, Text], None],
    strings: Sequence[str],
    number: Callable[[str, str], str],
    bounds: Mapping[str, int],
    emit: Callable[[int, str], None],
) -> None:
    """Give each filled row to `emit`, with the number of empty ones before it. `parse` reads the sheet's XML with these
    handlers; `number` writes a number in a style."""
    longest, most = bounds["line"], bounds["cells"]
    tags: dict[str, str] = {}  # none but within the data
    is_formula = is_text = False
    row = width = emitted = phonetic = 0
    row_name, column = "", 0
    kind, style = "n", ""
    value: str | None = None
    cells: list[str] = []
    columns: dict[str, int] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_formula, is_text, row, row_name, column, kind, style, value, phonetic
        tag = tags.get(name)
        if tag == "c":
            value, is_formula = None, False
            kind, style = attributes.get("t", "n"), attributes.get("s", "")
            place = attributes.get("r")
            if place is None:
                column += 1
            else:
                letters = place.rstrip("0123456789")
                if letters not in columns:
                    columns[letters] = _column(letters)
                column = columns[letters]
                if place[len(letters) :] != row_name:
                    if row_name or not place[len(letters) :]:
                        raise damaged()
                    row_name = place[len(letters) :]  # the row itself does not say its number
                    row = _row(row_name, emitted)
            if column > _LAST_COLUMN:
                raise too_far()
        elif tag == "v":
            value, is_text = "", True
        elif tag == "row":
            row_name, column = attributes.get("r", ""), 0
            row = _row(row_name, row) if row_name else row + 1
        elif tag == "f":
            is_formula = True
        elif tag == "is":
            value = ""
        elif tag == "t":
            is_text = not phonetic
        elif tag == "rPh":
            phonetic += 1
        elif name in _DATA:
            tags.update(_TAGS)

    def end(name: str) -> None:
        nonlocal is_text, width, emitted, phonetic
        tag = tags.get(name)
        if tag == "v" or tag == "t":
            is_text = False
        elif tag == "c":
            if kind == "s" and value:
                text = strings[int(value)]
            elif kind == "n" and value:
                text = number(value, style)
            elif kind == "n" or value is None:
                text = special_text(kind, "", is_formula)
            elif kind == "str" or kind == "inlineStr":
                text = tidy(value)
            else:
                text = special_text(kind, value.strip(), is_formula)
            if text:
                missing = column - 1 - len(cells)
                if missing == 0:
                    cells.append(text)
                elif missing > 0:
                    cells.extend([""] * missing)
                    cells.append(text)
                elif cells[column - 1]:
                    raise damaged()
                else:
                    cells[column - 1] = text
        elif tag == "row":
            if cells:
                width = max(width, len(cells))
                if row > _LAST_ROW or row * width > most:
                    raise too_far()
                line = FIELD.join(cells)
                if len(line) > longest:
                    raise hostile("xlsx_row_too_long", row=row)
                emit(row - emitted - 1, line)
                emitted = row
                cells.clear()
        elif tag == "rPh":
            phonetic -= 1
        elif name in _DATA:
            tags.clear()

    def text(data: str) -> None:
        nonlocal value
        if is_text and value is not None:
            value += data

    parse(start, end, text)


def _column(letters: str) -> int:
    """The number of a column, from 1."""
    if not letters.isascii() or not letters.isalpha():
        raise damaged()
    if len(letters) > 3:
        raise too_far()
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _row(name: str, before: int) -> int:
    """The number of a row, which must be greater than that of the one before."""
    if not name.isascii() or not name.isdigit():
        raise damaged()
    if len(name) > 7:
        raise too_far()
    number = int(name)
    if number <= before:
        raise damaged("xlsx_rows_disordered")
    return number
