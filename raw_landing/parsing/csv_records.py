"""Splits physical lines into records: decides which quotes enclose a field and which are strays. A line without a quote
is a record; only lines with quotes are examined one by one, each at most twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from raw_landing.parsing.decode import BREAK, FIELD, MAX_LINE, Block

DELIMITERS = (",", "\t", ";", "|")
MAX_BREAKS = 100  # line ends in one record; a quote open for longer is a stray
MAX_SURPLUS = 4  # times the fields of the header that a line with broken quotes may have, to be looked at closely
MAX_REPAIR_STEPS = 5_000_000  # steps in looking closely at a dump's broken lines; what then comes is refused


class Record(NamedTuple):
    """One record: the line it begins on, its original text, its fields, and how many line ends its quotes hold."""

    line: int
    original: str
    fields: list[str]
    breaks: int = 0


@dataclass(frozen=True)
class _Quotes:
    """One way of quoting a field: what opens it, what may stand inside, what closes it; how its content is written."""

    mark: str
    opening: re.Pattern[str]
    inside: re.Pattern[str]
    closing: re.Pattern[str]
    escape: str

    @classmethod
    def of(cls, mark: str, delimiter: str, escape: str | None = None) -> _Quotes:
        inside = f"[^{mark}]*+(?:{mark}{mark}[^{mark}]*+)*+"
        if escape is not None:
            e = re.escape(escape)
            inside = f"(?:[^{mark}{e}]|{e}.|{mark}{mark}|{e}\\Z)*+"
        return cls(
            mark,
            re.compile(f" *+=?+{mark}"),
            re.compile(inside, re.DOTALL),
            re.compile(rf"{mark} *+({re.escape(delimiter)}|\Z)"),
            mark if escape is None else escape,
        )

    def content(self, quoted: str) -> str:
        """What stands between the quotes of a field; a spreadsheet's ="..." may stand inside them."""
        text = quoted.replace(self.escape + self.mark, self.mark) if self.escape in quoted else quoted
        return text[2:-1] if len(text) > 2 and text.startswith('="') and text.endswith('"') else text


@dataclass
class RecordParser:
    """Splits lines into records, given the delimiter and, once the header is known, the number of fields of a record.

    Quotes that are valid by RFC 4180 are believed, over line ends too, whatever number of fields they give. Only where
    they are broken, or give another number, is a record read in another way: with quotes escaped by a backslash, with
    single quotes, with another delimiter in its line, with some quotes as strays; and only where exactly one way gives
    the right number of fields. A record that no way or several fit keeps a wrong number of fields, for which it is
    refused.
    """

    delimiter: str
    width: range | None = None
    next_line: int = 1
    breaks: int = 0
    unlike: str | None = None  # a mark that no field may hold outside quotes
    took_apart: bool = False  # whether any record came with its fields
    _pending: list[str] = field(default_factory=list)
    _repair_steps_left: int = MAX_REPAIR_STEPS

    def __post_init__(self) -> None:
        self._double = _Quotes.of('"', self.delimiter)
        self._single = _Quotes.of("'", self.delimiter)
        self._escaped = _Quotes.of('"', self.delimiter, "\\")
        self._odd_marks = ["'", *(mark for mark in DELIMITERS if mark != self.delimiter)]
        self._others: list[RecordParser] = []

    def normalised(self, block: Block, prefix: str, *, last: bool) -> list[str]:
        """The records of a block as lines of our own format: prefix, line number, original, fields (empty where
        splitting the original at the delimiter gives them)."""
        if not self._pending and not self._is_odd(block.text):
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
        if not self._pending and not self._is_odd("\n".join(lines)):
            start = self.next_line
            self.next_line += len(lines)
            return [Record(n, line, line.split(self.delimiter)) for n, line in enumerate(lines, start)]
        return [
            Record(n, original, original.split(self.delimiter) if fields is None else fields, original.count("\n"))
            for n, original, fields in self._records(lines, last=True)
        ]

    def _is_odd(self, text: str) -> bool:
        return '"' in text or any(mark in text for mark in self._odd_marks)

    def _records(self, lines: list[str], *, last: bool) -> Iterator[tuple[int, str, list[str] | None]]:
        lines, self._pending = self._pending + lines, []
        at, start = 0, self.next_line
        while at < len(lines):
            line = lines[at]
            taken, fields = self._record(lines, at) if self._is_odd(line) else (1, None)
            if not taken:
                if not last and len(lines) - at <= MAX_BREAKS:
                    self._pending = lines[at:]
                    break
                taken, fields = 1, self._broken(lines, at) if '"' in line else None
            self.took_apart = self.took_apart or fields is not None
            yield start + at, "\n".join(lines[at : at + taken]) if taken > 1 else line, fields
            self.breaks += taken - 1
            at += taken
        self.next_line = start + at

    def _record(self, lines: list[str], first: int) -> tuple[int, list[str] | None]:
        """How many lines the record that begins here takes (0 where a quote is open at the last of them), and its
        fields; None where splitting the line gives them."""
        line = lines[first]
        if '"' in line:
            taken, fields = self._valid(lines, first, self._double)
            if fields is not None and self._fits(fields):
                return taken, fields
            for mark, quotes in (('\\"', self._escaped), ("'", self._single)):
                if mark in line:
                    _, others = self._valid([line], 0, quotes)
                    if others is not None and self._fits(others):
                        return 1, others
            if fields is not None:
                return self._try_other_delimiters(lines, first) or (taken, fields)
            return (1, self._broken(lines, first)) if taken else (0, None)
        fits = self.width is None or self._fits(line.split(self.delimiter))
        if "'" in line and self.width is not None:
            taken, fields = self._valid(lines, first, self._single)
            if not taken or (
                fields is not None
                and self._fits(fields)
                and (
                    taken == 1 or not all(self._fits(one.split(self.delimiter)) for one in lines[first : first + taken])
                )
            ):
                return taken, fields
        return (1, None) if fits else self._try_other_delimiters(lines, first) or (1, None)

    def _valid(self, lines: list[str], first: int, quotes: _Quotes) -> tuple[int, list[str] | None]:
        """How many lines the record that begins here takes, and its fields, by the letter of RFC 4180; (1, None) where
        its quotes are broken or stay open too long, (0, None) where they are open at the last of these lines.

        Two quotes that embrace a delimiter, from the midst of one field to the end of another, may be a quoted field
        whose own delimiter is lost: such a line is a single field.

        A line that opens a quote it does not close holds an odd number of quotes, and so ends any search that comes by:
        no line is looked at in vain more than once.
        """
        fields: list[str] = []
        held: list[str] | None = None  # what an open quote holds so far
        embraced = False  # whether a quote in the midst of a field has no partner there
        size = 0
        for index in range(first, min(first + 1 + MAX_BREAKS, len(lines))):
            line, at = lines[index], 0
            size += len(line)
            if size > MAX_LINE:
                return 1, None
            while at <= len(line):
                if held is None:
                    opening = quotes.opening.match(line, at)
                    if opening is None:
                        stop = line.find(self.delimiter, at)
                        stop = len(line) if stop < 0 else stop
                        text = line[at:stop]
                        fields.append(strip_stray_quotes(text))
                        if self.width is not None and text.count('"') % 2:
                            if embraced and text.rstrip().endswith('"'):
                                return 1, [line]
                            embraced = embraced or not text.rstrip().endswith('"')
                        if self.unlike is not None and self.unlike in fields[-1]:
                            return 1, None
                        at = stop + 1
                        continue
                    held, at = [], opening.end()
                inside = quotes.inside.match(line, at)
                stop = inside.end() if inside else at
                held.append(line[at:stop])
                if stop == len(line):
                    break
                closing = quotes.closing.match(line, stop)
                if closing is None:
                    return 1, None
                fields.append(quotes.content("\n".join(held)))
                held = None
                if not closing[1]:
                    break
                at = closing.end()
            if held is None:
                return index + 1 - first, fields
        if len(lines) - first <= MAX_BREAKS:
            return 0, None
        return 1, None

    def _try_other_delimiters(self, lines: list[str], first: int) -> tuple[int, list[str]] | None:
        """The record that begins here, if it has no delimiter of the dump outside quotes and exactly one other
        delimiter gives the right number of fields."""
        if self.width is None:
            return None
        if not self._others:
            others = [mark for mark in DELIMITERS if mark != self.delimiter]
            self._others = [RecordParser(mark, self.width, unlike=self.delimiter) for mark in others]
        found = []
        for other in self._others:
            if other.delimiter in lines[first]:
                taken, fields = other._valid(lines, first, other._double)
                if fields is not None and len(fields) in self.width:
                    found.append((taken, fields))
        return found[0] if len(found) == 1 else None

    def _broken(self, lines: list[str], first: int) -> list[str]:
        """The fields of a line whose quotes are broken: the only way of taking some for strays that fits, if there is
        one; a single field where there are several, or where it is a part of a record only."""
        line = lines[first]
        if self.width is None:
            return self._lenient_split(line)
        if self._is_torn(lines, first):
            return [line]
        splits = self._candidate_splits(line)
        while not splits and line.endswith(self.delimiter):  # empty surplus
            line = line[: -len(self.delimiter)]
            splits = self._candidate_splits(line)
        return splits[0] if len(splits) == 1 else [lines[first]]

    def _is_torn(self, lines: list[str], first: int) -> bool:
        """Whether a line of broken quotes may go on in a later one: that has a quote too many, none between fits."""
        for line in lines[first + 1 : first + 1 + MAX_BREAKS]:
            _, fields = self._valid([line], 0, self._double)
            if fields is not None and self._fits(fields):
                return False
            if line.count('"') % 2:
                return True
        return False

    def _candidate_splits(self, line: str) -> list[list[str]]:
        """The ways (two at most) to split a line of broken quotes into the right number of fields. A field
        ends at the next delimiter or, where it begins with a quote, at the quote that closes it: by RFC 4180 if it is
        valid by that, else the first before a delimiter. None ends inside quotes that close in the midst of text."""
        if self.width is None or line.count(self.delimiter) > MAX_SURPLUS * self.width.stop:
            return []
        if self._repair_steps_left < 0:
            return [[line], [line]]
        # By position and number of fields: the ends of the one or two splits that lead there.
        splits: dict[int, dict[int, list[_Split]]] = {0: {0: [None]}}
        done: list[_Split] = []
        while splits:
            at = min(splits)
            here = splits.pop(at)
            for text, after in self._fields_at(line, at):
                for count, some in here.items():
                    self._repair_steps_left -= 1
                    longer: list[_Split] = [(one, text) for one in some]
                    if after > len(line):
                        done += longer if count + 1 in self.width else []
                    elif count + 1 < self.width.stop:
                        there = splits.setdefault(after, {}).setdefault(count + 1, [])
                        there += longer[: 2 - len(there)]
        return [_listed(split) for split in done[:2]]

    def _fields_at(self, line: str, at: int) -> list[tuple[str, int]]:
        """The fields that may begin here, each with where the next one begins."""
        stop = line.find(self.delimiter, at)
        stop = len(line) if stop < 0 else stop
        plain = (strip_stray_quotes(line[at:stop]), stop + 1)
        opening = self._double.opening.match(line, at)
        if opening is None:
            return [plain]
        inside = self._double.inside.match(line, opening.end())
        closes = inside.end() if inside else len(line)
        amidst = stop < closes < len(line) and not line[stop:closes].rstrip(" ").endswith(self.delimiter)
        valid = self._double.closing.match(line, closes)
        closing = valid or self._double.closing.search(line, opening.end())
        if closing is None:
            return [] if amidst else [plain]
        after = closing.end() if closing[1] else len(line) + 1
        text = self._double.content(line[opening.end() : closing.start()])
        if not valid and text.startswith('"') and text.count('"') % 2:
            text = text[1:]
        return [(text, after)] if valid or after == plain[1] or amidst else [plain, (text, after)]

    def _lenient_split(self, line: str) -> list[str]:
        """The fields of a line where a quote closes only before a delimiter or the end; other quotes are strays."""
        fields: list[str] = []
        at, closes = 0, True
        while at <= len(line):
            opening = self._double.opening.match(line, at) if closes else None
            if opening is not None:
                closing = self._double.closing.search(line, opening.end())
                if closing is not None:
                    fields.append(self._double.content(line[opening.end() : closing.start()]))
                    if not closing[1]:
                        return fields
                    at = closing.end()
                    continue
                closes = False  # nor does any quote after this one
            stop = line.find(self.delimiter, at)
            stop = len(line) if stop < 0 else stop
            fields.append(strip_stray_quotes(line[at:stop]))
            at = stop + 1
        return fields

    def _fits(self, fields: list[str]) -> bool:
        if self.width is None or len(fields) in self.width:
            return True
        return len(fields) >= self.width.stop and not any(rest.strip() for rest in fields[self.width.stop - 1 :])


_Split = tuple["_Split", str] | None  # the fields of a record so far, the last of them outermost


def _listed(split: _Split) -> list[str]:
    fields = []
    while split is not None:
        split, text = split
        fields.append(text)
    return fields[::-1]


def strip_stray_quotes(text: str) -> str:
    """A field that is not quoted, without quotes at its ends; one in its middle is text."""
    return text.strip().strip('"') if '"' in text else text
