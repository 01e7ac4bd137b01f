"""A workbook (.xlsx) to rows of text. Runs as a script, in the process that xlsx.py starts and bounds in memory and
time, and imports the standard library only. zipfile reads the package, expat each XML part, as a stream: kept are the
shared strings, the number formats and one row. Entities are refused; nothing outside the file is followed.

A request is a line of JSON on standard input, its answer a line on standard output. `{path, bounds}` is answered by
the sheets and their first rows, `{path, bounds, sheet, goal}` by the number of rows written to the file `goal`. A row
is a line, its cells parted by FIELD; rows without a filled cell are empty lines, those after the last filled one are
none. A cell is the text that a person would have typed; after MARK stands what the sheet shows, where that may say
more.
"""

from __future__ import annotations

import errno
import json
import posixpath
import re
import signal
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, TextIO
from xml.parsers import expat

FIELD, BREAK, COLUMN, MARK = "\x1d", "\x1e", "\x1f", "\x1c"  # of raw_landing.parsing.decode, MARK ours alone
ERRORS = (
    *("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!"),
    *("#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#EXTERNAL!", "#PYTHON!"),
)
NO_VALUE = "#公式未计算!"
"""Of a formula without a stored value."""

_CHUNK = 1 << 18
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_MAIN = (  # transitional, strict
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main ",
    "http://purl.oclc.org/ooxml/spreadsheetml/main ",
)
_RELATIONS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships ",
    "http://purl.oclc.org/ooxml/officeDocument/relationships ",
)
_TAGS = {
    f"{space}{name}": name
    for space in (*_MAIN, "")
    for name in ("workbookPr", "sheet", "si", "t", "rPh", "numFmt", "cellXfs", "xf")
}
_CELL_TAGS = {f"{space}{name}": name for space in (*_MAIN, "") for name in ("row", "c", "v", "f", "is", "t", "rPh")}
_DATA = frozenset(f"{space}sheetData" for space in (*_MAIN, ""))
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_OURS = str.maketrans({FIELD: " ", BREAK: " ", COLUMN: " ", MARK: " ", "\0": " ", "\n": BREAK})
_LITERAL = re.compile(r'"[^"]*"?|\\.|[_*].')  # text in a number format
_WRITTEN = re.compile(r'"([^"]*)"?|[\\!](.)|[_*].')  # the same, what it says apart
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_THOUSANDS = re.compile(r"[0#?](,+)(?![0#?])")
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]?")
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_FORMATS = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 46: "[h]:mm:ss"}
_DAYS_TO_1904 = 1462
_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.ENOENT, errno.EMFILE, errno.EIO)


class Refused(Exception):
    """The file is refused: `hostile` or `undecodable`, and why, in Chinese and in English."""


class _Enough(Exception):
    """The first rows are read."""


def hostile(zh: str, en: str) -> Refused:
    """The refusal of what no honest export looks like."""
    return Refused("hostile", zh, en)


def damaged(zh: str = "Excel 文件已损坏", en: str = "the workbook is damaged") -> Refused:
    """The refusal of what is no workbook."""
    return Refused("undecodable", zh, en)


class Workbook:
    """An open workbook: its worksheets, shared strings and number formats."""

    def __init__(self, path: str, bounds: dict[str, int]) -> None:
        self.bounds = bounds
        self.archive = zipfile.ZipFile(path)
        self.parts = self._inspected()
        self.is_1904 = False
        self.sheets: list[tuple[str, bool, str]] = []  # name, hidden, part
        self.strings: list[str] = []
        self.formats: list[Format] = []
        self._open()
        self.number = lru_cache(maxsize=1 << 16)(self._number)

    def _inspected(self) -> dict[str, zipfile.ZipInfo]:
        """The parts by name, in small letters. Refuses what would not stay within bounds, or points outside itself.
        Sizes are measured, not believed."""
        infos = self.archive.infolist()
        if len(infos) > self.bounds["parts"]:
            raise hostile("压缩包内文件过多", "it has too many parts")
        if any(info.flag_bits & 1 for info in infos):
            raise damaged("Excel 文件设有密码(已加密)", "the workbook is protected by a password (encrypted)")
        parts: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename.replace("\\", "/").lower()
            if name in parts:
                raise hostile("压缩包内有重名文件", "a part occurs twice in it")
            if name.startswith("xl/externallinks/"):
                raise hostile("工作簿引用了外部文件", "the workbook refers to other files")
            parts[name] = info
        budget = self.bounds["expanded"]
        for name, info in parts.items():
            budget -= self._measured(name, info, budget)
        return parts

    def _measured(self, name: str, info: zipfile.ZipInfo, budget: int) -> int:
        """The true size of a part, which must stay within the budget."""
        size, tail = 0, b""
        is_xml = name.endswith((".xml", ".rels"))
        with self.archive.open(info) as stream:
            while info.file_size <= budget and (chunk := stream.read(_CHUNK)):
                size += len(chunk)
                if size > budget:
                    break
                if is_xml and (b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk):
                    raise hostile("工作簿含有外部实体声明", "the workbook declares entities")
                tail = chunk[-16:]
        if max(size, info.file_size) > budget:
            raise hostile("压缩比异常", "it expands beyond all measure")
        return size

    def _open(self) -> None:
        """Find the worksheets, and read what all of them need."""
        book = next((target for kind, target in self._relations("").values() if kind == "officedocument"), "")
        book = book if book in self.parts else "xl/workbook.xml"
        if book not in self.parts or book.endswith(".bin"):
            raise self._other_kind()
        relations = self._relations(book)
        found: list[tuple[str, bool, str]] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            tag = _TAGS.get(name)
            if tag == "workbookPr":
                self.is_1904 = attributes.get("date1904") in ("1", "true")
            elif tag == "sheet":
                identifier = next((attributes[f"{one}id"] for one in _RELATIONS if f"{one}id" in attributes), "")
                is_hidden = attributes.get("state", "visible") != "visible"
                found.append((attributes.get("name", ""), is_hidden, identifier))

        self._parse(book, start)
        for name, is_hidden, identifier in found:
            kind, part = relations.get(identifier, ("", ""))
            if kind == "worksheet":  # others show charts, or hold macros
                self.sheets.append((name, is_hidden, part))
        if not found:
            raise damaged()
        if len(found) > self.bounds["sheets"]:
            raise hostile("工作表过多", "it has too many sheets")
        for kind, part in relations.values():
            if kind == "styles" and part in self.parts:
                self._read_formats(part)
            elif kind == "sharedstrings" and part in self.parts:
                self._read_strings(part)

    def _other_kind(self) -> Refused:
        """What a zip archive that holds no workbook is."""
        if "mimetype" in self.parts:
            return damaged("这是 OpenDocument(.ods)文件", "it is an OpenDocument file (.ods)")
        if "xl/workbook.bin" in self.parts:
            return damaged("这是 Excel 二进制(.xlsb)文件", "it is a binary Excel file (.xlsb)")
        return damaged("这是压缩包, 不是 Excel 工作簿", "it is a zip archive and no workbook")

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Of the relations of a part the last word of the kind, in small letters, and the part they lead to."""
        folder, name = posixpath.split(part)
        source = posixpath.join(folder, "_rels", f"{name}.rels")
        relations: dict[str, tuple[str, str]] = {}

        def start(name: str, attributes: dict[str, str]) -> None:
            if name.rpartition(" ")[2] == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "").replace("\\", "/").lower()
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                kind = attributes.get("Type", "").rpartition("/")[2].lower()
                relations[attributes.get("Id", "")] = kind, target

        if source in self.parts:
            self._parse(source, start)
        return relations

    def _parse(
        self,
        part: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Read an XML part as a stream."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_entities
        parser.StartElementHandler = start
        if end is not None:
            parser.EndElementHandler = end
        if text is not None:
            parser.CharacterDataHandler = text
        with self.archive.open(self.parts[part]) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def _read_strings(self, part: str) -> None:
        pieces: list[str] = []
        depth = phonetic = 0

        def start(name: str, _: dict[str, str]) -> None:
            nonlocal depth, phonetic
            tag = _TAGS.get(name)
            if tag == "t":
                depth += 1
            elif tag == "rPh":
                phonetic += 1

        def end(name: str) -> None:
            nonlocal depth, phonetic
            tag = _TAGS.get(name)
            if tag == "si":
                self.strings.append(_tidy("".join(pieces)))
                pieces.clear()
            elif tag == "t":
                depth -= 1
            elif tag == "rPh":
                phonetic -= 1

        def text(data: str) -> None:
            if depth and not phonetic:
                pieces.append(data)

        self._parse(part, start, end, text)

    def _read_formats(self, part: str) -> None:
        codes: dict[str, str] = {}
        numbers: list[str] = []
        is_cell = False

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal is_cell
            tag = _TAGS.get(name)
            if tag == "numFmt":
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif tag == "cellXfs":
                is_cell = True
            elif tag == "xf" and is_cell:
                numbers.append(attributes.get("numFmtId", "0"))

        def end(name: str) -> None:
            nonlocal is_cell
            if _TAGS.get(name) == "cellXfs":
                is_cell = False

        self._parse(part, start, end)
        made = {number: Format.parsed(number, codes.get(number)) for number in set(numbers)}
        self.formats = [made[number] for number in numbers]

    def heads(self, count: int) -> list[dict[str, Any]]:
        """Of each sheet the name, whether it is hidden, its first rows, and whether a filled one comes after them."""
        heads, size = [], 0
        for name, is_hidden, part in self.sheets:
            lines: list[str] = []
            has_more = False
            for number, line in enumerate(self._lines_until(part, count + 1), 1):
                size += len(line)
                if size > self.bounds["head"]:
                    raise hostile("工作表起始各行过长", "its sheets begin with rows beyond all measure")
                has_more = number > count
                lines.append(line)
            heads.append({"name": name, "is_hidden": is_hidden, "lines": lines[:count], "has_more": has_more})
        return heads

    def _lines_until(self, part: str, count: int) -> list[str]:
        """The lines of a sheet up to the first filled row at or after that one, which then stands at its place."""
        lines: list[str] = []

        def emit(gap: int, line: str) -> None:
            lines.extend([""] * min(gap, count - 1 - len(lines)))
            lines.append(line)
            if len(lines) >= count:
                raise _Enough

        with suppress(_Enough):
            self._read_rows(part, emit)
        return lines

    def write(self, index: int, goal: TextIO) -> int:
        """Write the rows of a sheet. Returns their number, empty ones included."""
        rows = size = 0

        def emit(gap: int, line: str) -> None:
            nonlocal rows, size
            rows += gap + 1
            size += gap + 1 + len(line)
            if size > self.bounds["text"]:
                raise hostile("工作表内容过多", "its sheet holds text beyond all measure")
            goal.write("\n" * gap)
            goal.write(line)
            goal.write("\n")

        self._read_rows(self.sheets[index][2], emit)
        return rows

    def _read_rows(self, part: str, emit: Callable[[int, str], None]) -> None:
        """Give each filled row to `emit`, with the number of empty ones before it."""
        if part not in self.parts:
            raise damaged()
        strings, number, longest, most = self.strings, self.number, self.bounds["line"], self.bounds["cells"]
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
                    raise _too_far()
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
                tags.update(_CELL_TAGS)

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
                    text = _special(kind, "", is_formula)
                elif kind == "str" or kind == "inlineStr":
                    text = _tidy(value)
                else:
                    text = _special(kind, value.strip(), is_formula)
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
                        raise _too_far()
                    line = FIELD.join(cells)
                    if len(line) > longest:
                        raise hostile(f"第 {row} 行过长(超过一百万字)", f"row {row} has more than a million characters")
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

        self._parse(part, start, end, text)

    def _number(self, text: str, style: str) -> str:
        """A number as a person would have typed it: to the 15 digits that a spreadsheet keeps, days in ISO form.
        Sixteen digits and more, of which it lost the last, stay in the scientific form that shows it."""
        text = text.strip()
        if not _NUMBER.fullmatch(text):
            return _tidy(text)
        value = float(text)
        if value in (float("inf"), float("-inf")):
            return text
        shape = self.formats[int(style)] if style.isdigit() and int(style) < len(self.formats) else GENERAL
        form = shape.of(value)
        if form == "date" and (day := _day(value, self.is_1904)):
            return day
        if form == "elapsed":
            return str(timedelta(seconds=round(value * 86400))) if abs(value) < 1e6 else text
        plain = f"{value:.15g}"
        if form == "percent":
            return f"{_plain(Decimal(plain) * 100)}%"
        if shape.suffix:
            return f"{plain}{MARK}{plain}{shape.suffix}"
        if abs(value) >= 1e15:
            return f"{Decimal(repr(value)).normalize():E}"
        if "e" in plain or plain == "-0":
            plain = _plain(Decimal(plain))
        if 1000 <= value < 10000 and len(plain) in (6, 7):  # 2023.1: may be a month
            return f"{plain}{MARK}{f'{Decimal(plain):.2f}' if shape.decimals == 2 else ''}"
        if len(plain) < shape.digits and plain.isdigit():
            return f"{plain}{MARK}{plain.zfill(shape.digits)}"
        return plain


class Format:
    """How a number format shows a number: per sign 'date', 'elapsed', 'percent' or '' (as it is), the digits after the
    point where it always shows that many, the digits of a format of zeros alone, and the words it writes after a number
    (`0.00"亿元"`), commas first where it shows thousands (`0!.0,"万"`)."""

    def __init__(self, forms: tuple[str, ...], decimals: int | None, digits: int, suffix: str = "") -> None:
        self.forms, self.decimals, self.digits, self.suffix = forms, decimals, digits, suffix

    @classmethod
    def parsed(cls, number: str, code: str | None) -> Format:
        """The format of that number, with its code where the workbook gives one."""
        if code is None:
            known = int(number) if number.isdigit() else 0
            if known in _DATE_FORMATS and known not in _FORMATS:
                return cls(("date",), None, 0)
            code = _FORMATS.get(known, "")
        has_conditions = re.search(r"\[[<>=]", code) is not None
        is_elapsed = _ELAPSED.search(code) is not None
        bare = [_BRACKETS.sub("", one) for one in _LITERAL.sub("", _ELAPSED.sub("h", code)).split(";")]
        forms = tuple("elapsed" if is_elapsed and _has_day(one) else _form(one) for one in bare)
        first = bare[0].strip()
        point = re.fullmatch(r"[^.]*[0#?]\.(0+)", first)
        decimals = len(point[1]) if point and forms[0] == "" else None
        digits = len(first) if re.fullmatch("0{2,}", first) else 0
        return cls(forms[:1] if has_conditions else forms[:3], decimals, digits, _suffix(code))

    def of(self, value: float) -> str:
        """How it shows this value."""
        if value < 0 and len(self.forms) > 1:
            return self.forms[1]
        if value == 0 and len(self.forms) > 2:
            return self.forms[2]
        return self.forms[0]


GENERAL = Format(("",), None, 0)


def _suffix(code: str) -> str:
    """The Chinese words that a number format writes, after a comma for each thousand that it divides by."""
    first = _BRACKETS.sub("", code).split(";")[0]
    digits = _WRITTEN.sub("", first)
    words = _WRITTEN.sub(lambda one: one[1] or one[2] or "", first)
    thousands = _THOUSANDS.search(digits)
    return (thousands[1] if thousands else "") + "".join(_HAN.findall(words)).removeprefix("通用格式")


def _form(code: str) -> str:
    if "%" in code:
        return "percent"
    return "date" if _has_day(code) else ""


def _has_day(code: str) -> bool:
    """Whether a number format, its literal text and brackets taken away, shows days or times."""
    bare = re.sub("general|g/通用格式|e[+-]", "", code.lower())
    return any(letter in bare for letter in "ymdhs")


def _day(value: float, is_1904: bool) -> str:
    """A serial as day, day and time, or time alone; '' where it is none."""
    days = value + (_DAYS_TO_1904 if is_1904 else 0)
    if value < 0 or days >= 2_958_466:
        return ""
    seconds = round(days * 86400)
    if value < 1 and not is_1904:
        return f"{datetime(1900, 1, 1) + timedelta(seconds=min(seconds, 86399)):%H:%M:%S}"
    start = datetime(1899, 12, 30) if days >= 60 else datetime(1899, 12, 31)  # 29 February 1900, which never was
    found = start + timedelta(seconds=seconds)
    return found.isoformat(" ", "seconds") if seconds % 86400 else found.date().isoformat()


def _plain(number: Decimal) -> str:
    """A number without exponent and without zeros at the end."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _special(kind: str, raw: str, is_formula: bool) -> str:
    """A boolean, a day in ISO form or an error as text."""
    if kind == "e":
        return raw if raw.upper() in ERRORS else ERRORS[2]
    if not raw:
        return NO_VALUE if is_formula else ""
    if kind == "b":
        return {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE"}.get(raw, _tidy(raw))
    if kind == "d":
        try:
            found = datetime.fromisoformat(raw)
        except ValueError:
            return _tidy(raw)
        is_day = found.time().replace(microsecond=0).isoformat() == "00:00:00"
        return found.date().isoformat() if is_day else found.replace(tzinfo=None).isoformat(" ", "seconds")
    raise damaged()


def _tidy(text: str) -> str:
    """A text without a spreadsheet's escapes, without ="..." and stray quotes around, its line ends as BREAK."""
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "_x" in text and _ESCAPE.search(text):
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text = text.translate(_OURS)
    if '"' in text:
        text = text[2:-1] if text.startswith('="') and text.endswith('"') else text
        text = text.strip().strip('"') if '"' in text else text
    return text


def _column(letters: str) -> int:
    """The number of a column, from 1."""
    if not letters.isascii() or not letters.isalpha():
        raise damaged()
    if len(letters) > 3:
        raise _too_far()
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _row(name: str, before: int) -> int:
    """The number of a row, which must be greater than that of the one before."""
    if not name.isascii() or not name.isdigit():
        raise damaged()
    if len(name) > 7:
        raise _too_far()
    number = int(name)
    if number <= before:
        raise damaged("工作表的行顺序混乱", "the rows of its sheet are not in order")
    return number


def _too_far() -> Refused:
    return hostile("工作表范围过大", "its sheet reaches too far")


def _refuse_entities(*_: object) -> None:
    raise hostile("工作簿含有外部实体声明", "the workbook declares entities")


def _timed(requests: Iterable[str], seconds: int) -> Iterator[str]:
    """The requests; each may compute for so many seconds, then the kernel ends the process."""
    for request in requests:
        with suppress(ImportError, ValueError, OSError):
            import resource

            hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
            resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + seconds, hard))
        yield request


def _answers(requests: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The answer to each request. The workbook asked for last stays open."""
    book: Workbook | None = None
    path = ""
    for line in requests:
        request = json.loads(line)
        try:
            if book is None or path != request["path"]:
                book = None  # its memory is needed
                book, path = Workbook(request["path"], request["bounds"]), request["path"]
            if "sheet" not in request:
                yield {"is_1904": book.is_1904, "sheets": book.heads(request["bounds"]["rows"])}
                continue
            with open(request["goal"], "w", encoding="utf-8", errors="replace", newline="\n") as goal:  # noqa: PTH123
                rows = book.write(request["sheet"], goal)
            yield {"rows": rows}
        except Refused as refusal:
            yield {"refused": refusal.args}
        except MemoryError:
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno in _MACHINE:
                yield {"errno": error.errno}
            else:  # whatever a damaged archive or part makes its reader say
                yield {"refused": damaged().args}


def main() -> None:
    """Answer requests until their writer is gone. The arguments are how many bytes of memory there may be, and how many
    seconds a request may compute: the writer keeps time too, but may be killed meanwhile."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the process that started this one
    memory, seconds = map(int, sys.argv[1:])
    with suppress(ImportError, ValueError, OSError):  # systems without such limits
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
    for answer in _answers(_timed(sys.stdin, seconds)):
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
