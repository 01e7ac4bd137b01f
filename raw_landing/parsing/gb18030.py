"""GB18030 by its edition of 2022, and files of which some lines are in GB18030 and others in UTF-8."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

# Python's codec is the edition of 2000, which has private-use characters where Unicode had none then. Those that GB
# 18030-2005 (its table of 7 changes) and GB 18030-2022 (its table of 18 changes; also Unicode's gb-18030-2022.ucm)
# give to characters of Unicode: by two-byte code, private-use character, character.
_CHANGED = (
    *((0xA8BC, 0xE7C7, 0x1E3F), (0xFE51, 0xE816, 0x20087), (0xFE52, 0xE817, 0x20089), (0xFE53, 0xE818, 0x200CC)),
    *((0xFE6C, 0xE831, 0x215D7), (0xFE76, 0xE83B, 0x2298F), (0xFE91, 0xE855, 0x241FE)),
    *((0xA6D9, 0xE78D, 0xFE10), (0xA6DA, 0xE78E, 0xFE12), (0xA6DB, 0xE78F, 0xFE11), (0xA6DC, 0xE790, 0xFE13)),
    *((0xA6DD, 0xE791, 0xFE14), (0xA6DE, 0xE792, 0xFE15), (0xA6DF, 0xE793, 0xFE16), (0xA6EC, 0xE794, 0xFE17)),
    *((0xA6ED, 0xE795, 0xFE18), (0xA6F3, 0xE796, 0xFE19), (0xFE59, 0xE81E, 0x9FB4), (0xFE61, 0xE826, 0x9FB5)),
    *((0xFE66, 0xE82B, 0x9FB6), (0xFE67, 0xE82C, 0x9FB7), (0xFE6D, 0xE832, 0x9FB8), (0xFE7E, 0xE843, 0x9FB9)),
    *((0xFE90, 0xE854, 0x9FBA), (0xFEA0, 0xE864, 0x9FBB)),
)
_PRIVATE = tuple(chr(private) for _, private, _ in _CHANGED)
_NEW = {private: new for _, private, new in _CHANGED}
SHOWN = 5

# Bytes by what they can be in UTF-8: L begins a Chinese character or full-width sign, C continues one.
_CLASSES = bytes(
    ord("L") if 0xE3 <= one <= 0xE9 or one == 0xEF else ord("C") if 0x80 <= one <= 0xBF else ord(".")
    for one in range(256)
)
_TWO = b"LCCLCC"  # two such characters
_ASCII = bytes(range(128))


def modern(text: str) -> str:
    """Text that Python decoded, as the edition of 2022 reads it."""
    return text.translate(_NEW) if any(one in text for one in _PRIVATE) else text


def to_utf8(raw: bytes) -> bytes:
    """Whole characters in GB18030 as UTF-8. Raises UnicodeDecodeError."""
    text = raw.decode("gb18030").encode()
    # All characters that the editions have otherwise begin with this byte, and nothing else that is common does.
    return modern(text.decode()).encode() if b"\xee" in text else text


@dataclass
class Foreign:
    """Looks through a text in GB18030 for lines that surely are UTF-8: they decode, but to other characters."""

    is_gb: bool = False  # whether any line was no UTF-8, so that the text is not UTF-8 as a whole
    found: bool = False
    _rest: bytes = b""

    def look(self, raw: bytes, *, last: bool = False) -> bool:
        """Take the next bytes; whether the text holds lines in both encodings, as far as it is known."""
        raw = self._rest + raw
        end = len(raw) if last else max(raw.rfind(b"\n"), raw.rfind(b"\r")) + 1
        raw, self._rest = raw[:end], raw[end:]
        if not raw.isascii():
            self.is_gb = self.is_gb or not _is_text(raw, "utf-8")
            self.found = self.found or any(map(_is_surely_utf8, _candidates(raw)))
        return self.is_gb and self.found


def _candidates(raw: bytes) -> Iterator[bytes]:
    """The lines in which two Chinese characters in UTF-8 may follow one another."""
    if _TWO not in raw.translate(_CLASSES, _ASCII):  # most dumps are ASCII for the greater part
        return
    classes, at = raw.translate(_CLASSES), -1
    while (at := classes.find(_TWO, at + 1)) >= 0:
        begin = max(raw.rfind(b"\n", 0, at), raw.rfind(b"\r", 0, at)) + 1
        ends = [end for end in (raw.find(b"\n", at), raw.find(b"\r", at)) if end >= 0]
        end = min(ends, default=len(raw))
        yield raw[begin:end]
        at = end


def _is_surely_utf8(line: bytes) -> bool:
    """Whether a line is UTF-8 beyond doubt, although it may be GB18030 too: all its signs beyond ASCII are Chinese, and
    they are many or all common. A line in GB18030 looks like that by chance once in millions."""
    try:
        signs = [one for one in line.decode() if ord(one) > 127]
    except UnicodeDecodeError:
        return False
    if not all("\u3000" <= one <= "\u9fff" or "\uff00" <= one <= "\uffef" for one in signs):
        return False
    return len(signs) >= 4 or (len(signs) >= 2 and all(map(_is_common, signs)))


def _is_common(sign: str) -> bool:
    """Whether it is one of the 3,755 characters of GB 2312's first level, or a sign of its first rows."""
    return b"\xa1" <= sign.encode("gb2312", "ignore")[:1] <= b"\xd7"


def _is_text(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeError:
        return False
    return True


@dataclass
class Mixture:
    """How many lines of a file are UTF-8 alone and how many GB18030 alone, and the first of each."""

    utf8: int = 0
    gb: int = 0
    neither: int = 0
    first: dict[str, list[int]] = field(default_factory=lambda: {"UTF-8": [], "GB18030": []})

    @classmethod
    def of(cls, chunks: Iterable[bytes]) -> Mixture:
        """Of the bytes of a file that is no text in one encoding."""
        found = cls()
        for number, line in enumerate(_lines(chunks), 1):
            found._add(number, line)
        return found

    @property
    def is_one(self) -> bool:
        """Whether there are lines of both, and none of neither."""
        return bool(self.utf8 and self.gb and not self.neither)

    @property
    def fewer(self) -> tuple[str, int, tuple[int, ...]]:
        """The encoding of the fewer lines, how many, and the first of them."""
        name, count = ("UTF-8", self.utf8) if self.utf8 <= self.gb else ("GB18030", self.gb)
        return name, count, tuple(self.first[name])

    def _add(self, number: int, line: bytes) -> None:
        if line.isascii():
            return
        utf8, gb = _is_text(line.removeprefix(b"\xef\xbb\xbf"), "utf-8"), _is_text(line, "gb18030")
        if utf8 and (not gb or _is_surely_utf8(line)):
            self.utf8 += 1
            self.first["UTF-8"] += [number] * (len(self.first["UTF-8"]) < SHOWN)
        elif gb and not utf8:
            self.gb += 1
            self.first["GB18030"] += [number] * (len(self.first["GB18030"]) < SHOWN)
        elif not gb and not utf8:
            self.neither += 1


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The physical lines of a file; CRLF, LF and CR end a line."""
    rest = b""
    for chunk in chunks:
        *lines, rest = _ends(rest + chunk).split(b"\n")
        yield from lines
    if rest:
        yield from rest.replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")


def _ends(text: bytes) -> bytes:
    """Line ends as LF; a CR at the very end may be half of one, and stays."""
    return text[:-1].replace(b"\r\n", b"\n").replace(b"\r", b"\n") + text[-1:]
