"""From an .xlsx workbook to rows of text: its first sheet, each cell as a person would have typed it. The bounds
against zip bombs and far corners of a sheet stand here too; nothing outside the file is ever followed."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import python_calamine

from raw_landing.parsing.csv_records import without_strays
from raw_landing.parsing.decode import BREAK, COLUMN, FIELD, Refusal, hostile, undecodable

MAX_EXPANDED = 1 << 30
MAX_RATIO = 300
FREE = 64 << 20
MAX_CELLS = 64_000_000
MAX_PARTS = 10_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_QUOTED = re.compile(r'"[^"]*"|\\.')  # text in a number format
_OURS = str.maketrans({FIELD: " ", BREAK: " ", COLUMN: " ", "\0": " "})
_TAG = re.compile(rb"<(?:\w+:)?(row|c|v)\b([^>]*)>([^<]*)")
_ATTRIBUTE = re.compile(rb'\b(r|s|t)="([^"]*)"')
_PLACE = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})")
_CELL = re.compile(rb'<c [^>]{0,64}?r="([A-Z]{1,3})([0-9]{1,7})"')


def rows(path: Path) -> Iterator[list[str]]:
    """The rows of the first sheet from row 1 on, empty ones too. Raises Refusal."""
    _inspect(path)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        try:
            sheet = book.get_sheet_by_index(0)
            odd = _odd_cells(path)
            for number, row in enumerate(sheet.to_python(skip_empty_area=False)):
                texts = [_text(cell) for cell in row]
                for at, error in odd.get(number, {}).items():
                    value = row[at]
                    if error:
                        texts[at] = error
                    elif isinstance(value, int | float):
                        texts[at] = _percent(value)
                yield texts
        finally:
            book.close()
    except Refusal:
        raise
    except Exception as error:  # whatever a damaged workbook makes the reader say
        raise undecodable("Excel 文件已损坏或加密", "the workbook is damaged or encrypted") from error


def _text(cell: object) -> str:
    """A cell as text: dates in ISO form, whole numbers without a point. Sixteen digits and more, which a spreadsheet
    cannot hold, keep the scientific form that shows it."""
    if isinstance(cell, str):
        text = cell.replace("\r\n", "\n").replace("\r", "\n").translate(_OURS)
        return without_strays(text[2:-1] if text.startswith('="') and text.endswith('"') else text)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if abs(cell) >= 1e15:
            return repr(cell)
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    if isinstance(cell, int):
        return str(cell) if abs(cell) < 10**15 else repr(float(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def _percent(value: float) -> str:
    """A number that its sheet shows in percent, as it is shown there."""
    return f"{(Decimal(repr(value)) * 100).normalize():f}%"


def _odd_cells(path: Path) -> dict[int, dict[int, str]]:
    """What the reader does not tell of cells of the first sheet, by row and column from 0: the text of an error
    (#N/A, which it gives as empty), or '' where a number is shown in percent."""
    with zipfile.ZipFile(path) as archive:
        percents = _percent_styles(archive)
        content = archive.read(_first_sheet(archive))
    if not percents and b't="e"' not in content:
        return {}
    odd: dict[int, dict[int, str]] = {}
    row, column, is_error = -1, -1, False
    for match in _TAG.finditer(content):
        tag, attributes, text = match.groups()
        if tag == b"v":
            if is_error:
                odd.setdefault(row, {})[column] = text.decode() or "#ERROR"
            continue
        known = dict(_ATTRIBUTE.findall(attributes))
        if tag == b"row":
            row, column = int(known[b"r"]) - 1 if b"r" in known else row + 1, -1
            continue
        place = _PLACE.fullmatch(known.get(b"r", b""))
        row, column = (int(place[2]) - 1, _column(place[1]) - 1) if place else (row, column + 1)
        is_error = known.get(b"t") == b"e"
        if known.get(b"s") in percents and known.get(b"t", b"n") == b"n":
            odd.setdefault(row, {})[column] = ""
    return odd


def _percent_styles(archive: zipfile.ZipFile) -> frozenset[bytes]:
    """The cell styles that show a number in percent: formats 9, 10 and those of the workbook's own with a % sign."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    formats = {"9", "10"} | {
        one.get("numFmtId", "")
        for one in styles.iter(f"{_MAIN}numFmt")
        if "%" in _QUOTED.sub("", one.get("formatCode", ""))
    }
    cells = styles.find(f"{_MAIN}cellXfs")
    return frozenset(
        str(number).encode()
        for number, one in enumerate(() if cells is None else cells)
        if one.get("numFmtId") in formats
    )


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """The name of the part that holds the first sheet."""
    sheet = next(ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"))
    targets = {
        one.get("Id"): one.get("Target", "")
        for one in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    target = targets[sheet.get(f"{_RELATION}id")]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _inspect(path: Path) -> None:
    """Refuse what would not stay within bounds, or points outside itself. Sizes are measured, not believed."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise hostile("压缩包内文件过多", "it has too many parts")
            if any(part.filename.lower().startswith("xl/externallinks/") for part in parts):
                raise hostile("工作簿引用了外部文件", "the workbook refers to other files")
            budget = max(FREE, min(MAX_EXPANDED, MAX_RATIO * path.stat().st_size))
            for part in parts:
                budget -= _measure(archive, part, budget)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise undecodable("Excel 文件已损坏或加密", "the workbook is damaged or encrypted") from error


def _measure(archive: zipfile.ZipFile, part: zipfile.ZipInfo, budget: int) -> int:
    """The true size of a part, which must stay within the budget; of a sheet also the corner its cells reach."""
    if part.file_size > budget:
        raise hostile("压缩比异常", "it expands beyond all measure")
    name, size, tail = part.filename.lower(), 0, b""
    last_row = last_column = 0
    with archive.open(part) as stream:
        while chunk := stream.read(1 << 20):
            size += len(chunk)
            if size > budget:
                raise hostile("压缩比异常", "it expands beyond all measure")
            if name.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk):
                raise hostile("工作簿含有外部实体声明", "the workbook declares entities")
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                for column, row in _CELL.findall(tail + chunk):
                    last_row = max(last_row, int(row))
                    last_column = max(last_column, _column(column))
                if last_row * last_column > MAX_CELLS:
                    raise hostile("工作表范围过大", "its sheet reaches too far")
            tail = chunk[-128:]
    return size


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
