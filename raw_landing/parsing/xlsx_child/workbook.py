"""Opens a workbook's package: checks its parts against the bounds, reads sheets, shared strings and number formats.
zipfile reads the package, expat each XML part as a stream; entities are refused, external references not followed."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any, TextIO
from xml.parsers import expat

from raw_landing.parsing.xlsx_child.cell_text import GENERAL, Format, number_text, tidy
from raw_landing.parsing.xlsx_child.common import MAIN, Refused, damaged, hostile
from raw_landing.parsing.xlsx_child.rows import read_rows

_CHUNK = 1 << 18
_RELATIONS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships ",
    "http://purl.oclc.org/ooxml/officeDocument/relationships ",
)
_TAGS = {
    f"{space}{name}": name
    for space in (*MAIN, "")
    for name in ("workbookPr", "sheet", "si", "t", "rPh", "numFmt", "cellXfs", "xf")
}


class _Enough(Exception):
    """The first rows are read."""


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
            raise hostile("xlsx_too_many_parts")
        if any(info.flag_bits & 1 for info in infos):
            raise damaged("xlsx_password")
        parts: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename.replace("\\", "/").lower()
            if name in parts:
                raise hostile("xlsx_part_twice")
            if name.startswith("xl/externallinks/"):
                raise hostile("xlsx_external")
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
                    raise hostile("xlsx_entities")
                tail = chunk[-16:]
        if max(size, info.file_size) > budget:
            raise hostile("expands_too_far")
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
            raise hostile("xlsx_too_many_sheets")
        for kind, part in relations.values():
            if kind == "styles" and part in self.parts:
                self._read_formats(part)
            elif kind == "sharedstrings" and part in self.parts:
                self._read_strings(part)

    def _other_kind(self) -> Refused:
        """What a zip archive that holds no workbook is."""
        if "mimetype" in self.parts:
            return damaged("open_document")
        if "xl/workbook.bin" in self.parts:
            return damaged("binary_excel")
        return damaged("zip_archive")

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
                self.strings.append(tidy("".join(pieces)))
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
                    raise hostile("xlsx_long_head")
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
                raise hostile("xlsx_too_much_text")
            goal.write("\n" * gap)
            goal.write(line)
            goal.write("\n")

        self._read_rows(self.sheets[index][2], emit)
        return rows

    def _read_rows(self, part: str, emit: Callable[[int, str], None]) -> None:
        if part not in self.parts:
            raise damaged()
        read_rows(partial(self._parse, part), self.strings, self.number, self.bounds, emit)

    def _number(self, text: str, style: str) -> str:
        shape = self.formats[int(style)] if style.isdigit() and int(style) < len(self.formats) else GENERAL
        return number_text(text, shape, is_1904=self.is_1904)


def _refuse_entities(*_: object) -> None:
    raise hostile("xlsx_entities")
