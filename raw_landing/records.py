"""From physical lines to records: which quotes hold a field together and which are strays. A line without a quote is a
record as it stands; only lines with quotes are looked at one by one, each at most twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from raw_landing.decode import BREAK, FIELD, MAX_LINE, Block

MAX_BREAKS = 100  # line ends in one record; a quote open for longer is a stray


class Record(NamedTuple):
    """One record: the line it begins on, its original text, its fields, and how many line ends its quotes hold."""

    line: int
    original: str
    fields: list[str]
    breaks: int = 0


@dataclass
class Assembler:
    """Makes records of lines, given the delimiter and, once the header is known, how many fields a record has.

    Quotes that are valid by RFC 4180 are believed, over line ends too, whatever number of fields they give. Where they
    are broken, a quote closes only before a delimiter or the end; where that gives no record of the right width either,
    quotes are strays.
    """

    delimiter: str
    width: range | None = None
    next_line: int = 1
    breaks: int = 0
    _pending: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        d = re.escape(self.delimiter)
        self._quote = re.compile(' *+=?+"')
        self._inside = re.compile('[^"]*+(?:""[^"]*+)*+')
        self._close = re.compile(rf'" *+({d}|\Z)')

    def normalised(self, block: Block, prefix: str, *, last: bool) -> list[str]:
        """The records of a block as lines of our own: prefix, line number, original, fields (empty where splitting the
        original at the delimiter gives them)."""
        if '"' not in block.text and not self._pending:
            start = self.next_line
            self.next_line += len(block.lines)
            return [f"{prefix}{n}\x1f{line}\x1f" for n, line in enumerate(block.lines, start)]
        return [
            f"{prefix}{n}\x1f{original}\x1f"
            if fields is None
            else f"{prefix}{n}\x1f{original.replace(chr(10), BREAK)}\x1f{FIELD.join(fields).replace(chr(10), BREAK)}"
            for n, original, fields in self._records(block.lines, last=last)
        ]

    def records(self, lines: list[str]) -> list[Record]:
        """All records of these lines, fields and all (for the head of a dump)."""
        return [
            Record(n, original, original.split(self.delimiter) if fields is None else fields, original.count("\n"))
            for n, original, fields in self._records(lines, last=True)
        ]

    def _records(self, lines: list[str], *, last: bool) -> Iterator[tuple[int, str, list[str] | None]]:
        lines, self._pending = self._pending + lines, []
        at, start = 0, self.next_line
        while at < len(lines):
            line = lines[at]
            if '"' not in line:
                yield start + at, line, None
                at += 1
                continue
            taken, fields = self._valid(lines, at)
            if not taken:
                if not last and len(lines) - at <= MAX_BREAKS:
                    self._pending = lines[at:]
                    break
                taken = 1
            yield start + at, "\n".join(lines[at : at + taken]), self._broken(line) if fields is None else fields
            self.breaks += taken - 1
            at += taken
        self.next_line = start + at

    def _valid(self, lines: list[str], first: int) -> tuple[int, list[str] | None]:
        """How many lines the record that begins here takes, and its fields, by the letter of RFC 4180; (1, None) where
        its quotes are broken or stay open too long, (0, None) where they are open at the last of these lines.

        A line that opens a quote it does not close holds an odd number of quotes, and so ends any search that comes by:
        no line is looked at in vain more than once.
        """
        fields: list[str] = []
        held: list[str] | None = None  # what an open quote holds so far
        size = 0
        for index in range(first, min(first + 1 + MAX_BREAKS, len(lines))):
            line, at = lines[index], 0
            size += len(line)
            if size > MAX_LINE:
                return 1, None
            while at <= len(line):
                if held is None:
                    opening = self._quote.match(line, at)
                    if opening is None:
                        stop = line.find(self.delimiter, at)
                        stop = len(line) if stop < 0 else stop
                        fields.append(without_strays(line[at:stop]))
                        at = stop + 1
                        continue
                    held, at = [], opening.end()
                stop = self._inside.match(line, at).end()  # type: ignore[union-attr]  # it matches the empty text too
                held.append(line[at:stop])
                if stop == len(line):
                    break
                closing = self._close.match(line, stop)
                if closing is None:
                    return 1, None
                fields.append(content("\n".join(held)))
                held = None
                if not closing[1]:
                    at = len(line) + 1
                    break
                at = closing.end()
            if held is None:
                return index + 1 - first, fields
        if len(lines) - first <= MAX_BREAKS:
            return 0, None
        return 1, None

    def _broken(self, line: str) -> list[str]:
        """The fields of a line whose quotes are broken; where they would give it another width than it has without
        them, they are strays."""
        fields = self._loose(line)
        if not self._fits(fields):
            plain = line.split(self.delimiter)
            if self.width is not None and self._fits(plain):
                return [without_strays(one) for one in plain]
        return fields

    def _loose(self, line: str) -> list[str]:
        fields: list[str] = []
        at, closes = 0, True
        while at <= len(line):
            opening = self._quote.match(line, at) if closes else None
            if opening is not None:
                closing = self._close.search(line, opening.end())
                if closing is not None:
                    fields.append(content(line[opening.end() : closing.start()]))
                    if not closing[1]:
                        return fields
                    at = closing.end()
                    continue
                closes = False  # nor does any quote after this one
            stop = line.find(self.delimiter, at)
            stop = len(line) if stop < 0 else stop
            fields.append(without_strays(line[at:stop]))
            at = stop + 1
        return fields

    def _fits(self, fields: list[str]) -> bool:
        if self.width is None or len(fields) in self.width:
            return True
        return len(fields) >= self.width.stop and not any(rest.strip() for rest in fields[self.width.stop - 1 :])


def content(quoted: str) -> str:
    """What stands between the quotes of a field; a spreadsheet's ="..." may stand inside them."""
    text = quoted.replace('""', '"')
    return text[2:-1] if len(text) > 2 and text.startswith('="') and text.endswith('"') else text


def without_strays(text: str) -> str:
    """A field that is not quoted, without quotes at its ends; one in its middle is text."""
    return text.strip().strip('"') if '"' in text else text
