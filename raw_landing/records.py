"""From physical lines to records: which quotes hold a field together and which are strays. A line without a quote is a
record as it stands; only lines with quotes are looked at one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from raw_landing.decode import BREAK, FIELD, Block

MAX_BREAKS = 100  # line ends in one record; a quote open for longer is a stray
MAX_TRIES = 1_000  # records sought over several lines in vain, before lines are taken as they stand


class Record(NamedTuple):
    """One record: the line it begins on, its original text, its fields, and how many line ends its quotes hold."""

    line: int
    original: str
    fields: list[str]
    breaks: int = 0


@dataclass
class Assembler:
    """Makes records of lines, given the delimiter and, once the header is known, how many fields a record has."""

    delimiter: str
    width: range | None = None
    next_line: int = 1
    breaks: int = 0
    _pending: list[str] = field(default_factory=list)
    _tries: int = 0

    def __post_init__(self) -> None:
        d = re.escape(self.delimiter)
        self._quote = re.compile(' *=?"')
        self._strict = re.compile(rf' *=?"([^"]*(?:""[^"]*)*)" *({d}|\Z)')
        self._open = re.compile(r' *=?"[^"]*(?:""[^"]*)*\Z')
        self._loose = re.compile(rf' *=?"([^\n]*?)" *({d}|\Z)')

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
                taken = 1
                fields: list[str] | None = None
            else:
                fields, is_open = self._line(line)
                taken = 1
                if is_open and self._tries < MAX_TRIES:
                    joined = self._joined(lines, at)
                    if joined is None and not last and len(lines) - at <= MAX_BREAKS:
                        self._pending = lines[at:]
                        break
                    if joined:
                        taken, fields = joined
                    else:
                        self._tries += 1
            yield start + at, "\n".join(lines[at : at + taken]) if taken > 1 else line, fields
            self.breaks += taken - 1
            at += taken
        self.next_line = start + at

    def _joined(self, lines: list[str], at: int) -> tuple[int, list[str]] | tuple[()] | None:
        """Lines and fields of a record over several lines; empty if there is none, None if the lines end too soon."""
        text = lines[at]
        for end in range(at + 1, min(at + 1 + MAX_BREAKS, len(lines))):
            text = f"{text}\n{lines[end]}"
            if '"' not in lines[end]:
                continue
            fields, is_open = self._split(text, strictly=True)
            if is_open:
                continue
            if fields is None or not self._fits(fields):
                return ()
            alone = all(self._fits(line.split(self.delimiter)) for line in lines[at : end + 1])
            return () if self.width is not None and alone else (end + 1 - at, fields)
        return None if len(lines) - at <= MAX_BREAKS else ()

    def _fits(self, fields: list[str]) -> bool:
        if self.width is None or len(fields) in self.width:
            return True
        return len(fields) >= self.width.stop and not any(rest.strip() for rest in fields[self.width.stop - 1 :])

    def _split(self, text: str, *, strictly: bool = False) -> tuple[list[str] | None, bool]:
        """The fields of a text, and whether it has a quote that opens and never closes. By the letter of RFC 4180 if
        `strictly` (None where it is broken), else whatever its quotes are like: a quote closes only before a delimiter
        or the end, one that cannot close is a stray."""
        fields: list[str] = []
        at, is_open = 0, False
        while at <= len(text):
            match = self._strict.match(text, at)
            if match is None and self._quote.match(text, at):
                is_open = is_open or self._open.match(text, at) is not None
                if strictly:
                    return None, is_open
                match = self._loose.match(text, at)
            if match is not None:
                fields.append(content(match[1]))
                if not match[2]:
                    return fields, is_open
                at = match.end()
                continue
            stop = text.find(self.delimiter, at)
            stop = len(text) if stop < 0 else stop
            fields.append(without_strays(text[at:stop]))
            at = stop + 1
        return fields, is_open

    def _line(self, line: str) -> tuple[list[str], bool]:
        """The fields of one line; where its quotes would give it another width than it has without them, they are
        strays."""
        fields, is_open = self._split(line)
        if fields is None or not self._fits(fields):
            plain = line.split(self.delimiter)
            if fields is None or (self.width is not None and self._fits(plain)):
                return [without_strays(one) for one in plain], is_open
        return fields, is_open


def content(quoted: str) -> str:
    """What stands between the quotes of a field; a spreadsheet's ="..." may stand inside them."""
    text = quoted.replace('""', '"')
    return text[2:-1] if len(text) > 2 and text.startswith('="') and text.endswith('"') else text


def without_strays(text: str) -> str:
    """A field that is not quoted, without quotes at its ends; one in its middle is text."""
    return text.strip().strip('"') if '"' in text else text
