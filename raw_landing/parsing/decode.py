"""Decodes a dump's bytes into physical lines: compression, encoding, line ends, and the bounds that keep hostile input
harmless. Knows nothing of fields, headers or contracts; workbooks are read in xlsx.py."""

from __future__ import annotations

import codecs
import gzip
import re
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from raw_landing.messages.reasons import Problem
from raw_landing.messages.text import lines_text, problem
from raw_landing.parsing.gb18030 import Foreign, Mixture, modern
from raw_landing.text import say

CHUNK = 1 << 20
MAX_LINE = 1 << 20  # characters in one physical line
MAX_RATIO = 300  # of expansion in gzip, once the text is longer than FREE
FREE = 64 << 20
MAX_FIELDS = 2_000  # fields a line has on average, at most

GZIP, ZIP, OLE = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_PASSWORD = "EncryptedPackage".encode("utf-16-le")  # in the directory of what Excel makes of a workbook with a password
_PAGE = re.compile(rb"\s*<(?:!doctype|html|head|meta|body|table|\?xml|\w+:workbook|workbook)\b", re.IGNORECASE)
# The three separators we put between and inside records; in a dump they are as good as a blank.
FIELD, BREAK, COLUMN = "\x1d", "\x1e", "\x1f"
# So are the feeds of a printer.
_FEEDS = ("\f", "\v")
_OURS = str.maketrans(dict.fromkeys((FIELD, BREAK, COLUMN, *_FEEDS), " "))
_SURPLUS = re.compile(r"([,;|\t])\1{512,}$", re.MULTILINE)

_DECLARED = {
    "utf8": "utf-8",
    "utf8sig": "utf-8-sig",
    "utf16": "utf-16",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "ms936": "gb18030",
    "gb18030": "gb18030",
}
_REPORTED = {"utf-16-le": "utf-16", "utf-16-be": "utf-16"}


class Undecoded(Exception):
    """The text is not in that encoding; the first invalid byte is on `line`."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


class Refusal(Exception):
    """The dump cannot be read at all; carries the problem that says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.en)
        self.problem = problem


def hostile(identifier: str, line: int | None = None, **values: object) -> Refusal:
    """The refusal of input that looks like no honest export, on that line if one is given."""
    what_zh, what_en = say(identifier, **values)
    if line is None:
        return Refusal(problem("hostile", what_zh=what_zh, what_en=what_en))
    return Refusal(
        problem(
            "hostile_on_line", (line,), code="hostile", remedy="hostile", line=line, what_zh=what_zh, what_en=what_en
        )
    )


def undecodable(identifier: str, lines: tuple[int, ...] = (), count: int = 1, **values: object) -> Refusal:
    """The refusal of bytes that are no text in their encoding, on these lines."""
    what_zh, what_en = say(identifier, **values)
    return Refusal(problem("undecodable", lines, count, what_zh=what_zh, what_en=what_en))


def mixed(path: Path) -> Refusal | None:
    """The refusal of a text of which some lines are in UTF-8 and others in GB18030; None where that is not so."""
    mixture = Mixture.of(expand(path))
    if not mixture.is_one:
        return None
    name, count, lines = mixture.fewer
    other = "GB18030" if name == "UTF-8" else "UTF-8"
    zh, en = lines_text(lines, count)
    en += "," * (count > len(lines))
    return undecodable("mixed_encodings", lines, count, lines_zh=zh, lines_en=en, name=name, other=other)


@dataclass(frozen=True)
class Block:
    """Some physical lines in their order: their text with LF between them, and the lines themselves."""

    text: str
    lines: list[str]

    def after(self, count: int) -> Block:
        """What is left of it without the first lines."""
        lines = self.lines[count:]
        return Block("\n".join(lines), lines)


def kind_of(path: Path) -> str:
    """What the first bytes say the file is: text, gzip, workbook. Raises Refusal for what is no dump at all."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise hostile("not_ordinary")
    with path.open("rb") as file:
        start = file.read(1024)
        magic = start[:4]
        if magic.startswith(GZIP):
            file.seek(0)
            try:
                magic = gzip.GzipFile(fileobj=file).read(4)
            except (OSError, EOFError, zlib.error) as error:
                raise undecodable("gzip_damaged") from error
            return "gzip workbook" if magic == ZIP else "gzip"
        if magic == OLE:
            file.seek(0)
            if _holds(file, _PASSWORD):
                raise undecodable("xlsx_password")
            raise undecodable("old_excel")
    if _PAGE.match(start.removeprefix(codecs.BOM_UTF8).replace(b"\0", b"").lstrip(b"\xff\xfe")):
        raise undecodable("web_page")
    return "workbook" if magic == ZIP else "text"


def _holds(file: BinaryIO, text: bytes) -> bool:
    """Whether the text stands in what is left of the file."""
    tail = b""
    while chunk := file.read(CHUNK):
        if text in tail + chunk:
            return True
        tail = chunk[-len(text) :]
    return False


def expand(path: Path) -> Iterator[bytes]:
    """The bytes of the dump, uncompressed, in chunks. Raises Refusal for a damaged gzip file or a bomb."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
        file.seek(0)
        stream: BinaryIO | gzip.GzipFile = gzip.GzipFile(fileobj=file) if packed else file
        size = 0
        while True:
            try:
                chunk = stream.read(CHUNK)
            except (OSError, EOFError, zlib.error) as error:
                if not packed:
                    raise
                raise undecodable("gzip_damaged") from error
            if not chunk:
                return
            size += len(chunk)
            if packed and size > FREE and size > MAX_RATIO * file.tell():
                raise hostile("expands_too_far")
            yield chunk


def occurs(mark: bytes, data: bytes) -> bool:
    """Whether a mark of some bytes occurs; a search for one byte is ten times as fast as for more."""
    return all(mark[at : at + 1] in data for at in range(len(mark))) and mark in data


def encodings(path: Path, declared: str | None) -> tuple[str, ...]:
    """The encodings to try, in order: the declared one alone, else the byte order mark's, else UTF-8, then GB18030."""
    if declared is not None:
        name = _DECLARED.get(re.sub(r"[^a-z0-9]", "", declared.lower()))
        if name is None:
            raise undecodable("unknown_encoding")
    start = next(expand(path), b"")[:4]
    if declared is not None and name is not None:
        return ("utf-8-sig" if name == "utf-8" and start.startswith(codecs.BOM_UTF8) else name,)
    if start.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    return ("utf-8", "gb18030")


def reported(encoding: str) -> str:
    """The name of an encoding on a receipt: one of utf-8, utf-8-sig, utf-16, gb18030."""
    return _REPORTED.get(encoding, encoding)


def blocks(path: Path, encoding: str) -> Iterator[Block]:
    """The physical lines of a text dump; CRLF, LF and CR end a line, nothing else does.

    Raises Undecoded when it is not text in that encoding, Refusal when it is hostile.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    rest, carriage, number = "", "", 0
    foreign = Foreign()
    for raw in expand(path):
        if encoding == "gb18030" and foreign.look(raw):
            raise Undecoded(number + 1)
        try:
            text = carriage + decoder.decode(raw)
        except UnicodeError as error:
            raise Undecoded(number + 1 + _ends_before(error, rest + carriage)) from error
        carriage = "\r" if text.endswith("\r") else ""
        if encoding == "gb18030":
            text = modern(text)
        block, rest = _cut(rest + _line_ends(text[: len(text) - len(carriage)]))
        if len(rest) > MAX_LINE:
            raise hostile("line_too_long", number + 1)
        if block is not None:
            yield _checked(block, number)
            number += len(block.lines)
    if foreign.look(b"", last=True):
        raise Undecoded(number + 1)
    try:
        rest += _line_ends(decoder.decode(b"", True) + carriage)
    except UnicodeError as error:
        raise Undecoded(number + 1 + _ends_before(error, rest + carriage)) from error
    if rest:
        rest = rest.removesuffix("\n")
        yield _checked(Block(rest, rest.split("\n")), number)


def _ends_before(error: UnicodeError, text: str) -> int:
    """How many lines end in a text and in what could be decoded after it."""
    if not isinstance(error, UnicodeDecodeError):  # UTF-16 without its mark
        return 0
    return _line_ends(text + error.object[: error.start].decode(error.encoding, "ignore")).count("\n")


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _cut(text: str) -> tuple[Block | None, str]:
    """The whole lines of a text and what is left of it."""
    end = text.rfind("\n")
    if end < 0:
        return None, text
    whole = text[:end]
    return Block(whole, whole.split("\n")), text[end + 1 :]


def _checked(block: Block, before: int) -> Block:
    text = block.text
    if "\0" in text:
        line = before + 1 + text.count("\n", 0, text.index("\0"))
        raise hostile("holds_nul", line)
    if any(mark in text for mark in (FIELD, BREAK, COLUMN, *_FEEDS)):
        text = text.translate(_OURS)
    limit = len(block.lines) * MAX_FIELDS
    if len(text) > limit and any(text.count(mark) > limit for mark in ",\t;|"):
        text = _SURPLUS.sub(lambda run: run[0][:512], text)  # a spreadsheet's empty columns, thousands of them
        if any(text.count(mark) > limit for mark in ",\t;|"):
            raise hostile("columns_from_line", before + 1)
    return block if text is block.text else Block(text, text.split("\n"))
