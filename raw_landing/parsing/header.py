"""Finds the header of a dump and maps fields to columns: delimiter, titles, unit lines, a header of one line or two,
with broken separators or missing. Looks only at the first lines of a dump."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from raw_landing.contract import Contract
from raw_landing.parsing.csv_records import DELIMITERS, Record, RecordParser
from raw_landing.parsing.units import Columns, Statement, above_header, is_unit_row, of_header, parted, units_in

HEAD_LINES = 200
MAX_COLUMNS = 2_000

_LETTER = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]")  # of those that `plain` never takes away


@dataclass(frozen=True)
class Layout:
    """How a dump is laid out. `positions` are 1-based; `first_line` is the physical line the data begin on."""

    delimiter: str
    positions: tuple[tuple[str, int], ...]
    narrowest: int  # fields a row has at least: up to the last header cell that is filled
    widest: int  # and at most, empty surplus aside
    header_lines: int  # none where the dump has no header
    skipped_lines: int
    breaks: int
    first_line: int
    header: tuple[str, ...]
    header_rows: tuple[tuple[str, ...], ...]  # its lines one by one, titles of groups included
    header_line: int
    top_line: int  # where the header begins, titles of groups included
    is_mended: bool  # whether the header's separators were broken and its columns found by their names
    unknown: tuple[tuple[int, str], ...]  # position and header
    ambiguous: tuple[tuple[str, tuple[str, ...]], ...]
    units: tuple[Statement, ...]  # of measure, stated in the header or above it

    @property
    def width(self) -> range:
        """The numbers of fields that a row may have."""
        return range(self.narrowest, self.widest + 1)

    @property
    def by_position(self) -> Columns:
        """What stands under each header, by position."""
        return {at: None for at, _ in self.unknown} | {at: name for name, at in self.positions}

    @property
    def columns(self) -> frozenset[str]:
        """The contract's columns it has."""
        return frozenset(name for name, _ in self.positions)

    @property
    def mark(self) -> str | None:
        """A text without which no line is the header again."""
        return next((cell for cell in self.header if cell), None)

    @property
    def marks(self) -> tuple[str, ...]:
        """Texts of which each line of the header holds one."""
        firsts = (next((cell for cell in row if cell), None) for row in self.header_rows)
        return tuple(dict.fromkeys(one for one in (self.mark, *firsts) if one is not None))


def plain(text: str) -> str:
    """A header cell in the form in which names are compared: half-width, lower case, no blanks, underscores or
    surrounding marks."""
    return _plain(text)


@lru_cache(maxsize=16384)
def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text[:200])
    text = "".join(one for one in text if not one.isspace() and unicodedata.category(one) not in ("Cf", "Cc"))
    return text.strip("\"'=*_").replace("_", "").casefold()


@lru_cache(maxsize=256)
def _names(contract_names: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, str]:
    return {plain(header): name for name, headers in contract_names for header in headers}


def header_names(contract: Contract) -> dict[str, str]:
    """The contract's columns by every header that names them, as `plain` writes it."""
    return _names(tuple((column.name, column.header_names) for column in contract.columns))


def _column(text: str, names: dict[str, str]) -> str | None:
    """The column that a header names, by its name or by that and a unit of measure in brackets (`裁决金额(元)`)."""
    return names.get(text) or (names.get(parted(text)[0]) if text.endswith((")", "]", "】")) else None)


def find_layout(lines: Sequence[str], contract: Contract) -> Layout | None:
    """The layout that names most of the contract's columns; None where no header is found. `lines` are the first
    physical lines of the dump."""
    text = "\n".join(lines)
    best: Layout | None = None
    for delimiter in sorted((mark for mark in DELIMITERS if mark in text), key=text.count, reverse=True):
        found = layout_of(RecordParser(delimiter).records(list(lines)), contract, delimiter)
        if found is not None and (best is None or len(found.positions) > len(best.positions)):
            best = found
        if best is not None and best.columns >= set(contract.required):
            break
    return best or _space_separated_header(lines, contract) or _positional_layout(lines, contract)


def _space_separated_header(lines: Sequence[str], contract: Contract) -> Layout | None:
    """The layout of a dump whose header alone is separated by blanks, or by nothing: each of its words, or both of its
    parts, name a column, and most records below have as many fields."""
    names = header_names(contract)
    for delimiter in DELIMITERS:
        records = RecordParser(delimiter).records(list(lines))
        for index, record in enumerate(records):
            words = record.original.split()
            words = _parted(words[0], names, ()) if len(words) == 1 else words
            if len(words) < 2 or _score(_named(words, names)) < len(words):
                continue
            widths = _widths(records[index + 1 :])
            if 2 * widths[len(words)] > widths.total():
                records[index] = record._replace(fields=words)
                found = layout_of(records, contract, delimiter)
                return found and replace(found, is_mended=True)
    return None


def _positional_layout(lines: Sequence[str], contract: Contract) -> Layout | None:
    """The layout of a dump without a header: where the contract requires no column, the fields are in the contract's
    order, provided that every record has just as many."""
    if contract.required:
        return None
    width = len(contract.columns)
    for delimiter in DELIMITERS:
        widths = _widths(RecordParser(delimiter).records(list(lines)))
        if set(widths) == {width} and width > 1:
            return Layout(
                delimiter=delimiter,
                positions=tuple((column.name, at) for at, column in enumerate(contract.columns, 1)),
                narrowest=width,
                widest=width,
                header_lines=0,
                skipped_lines=0,
                breaks=0,
                first_line=1,
                header=(),
                header_rows=(),
                header_line=1,
                top_line=1,
                is_mended=False,
                unknown=(),
                ambiguous=(),
                units=(),
            )
    return None


def layout_of(records: Sequence[Record], contract: Contract, delimiter: str) -> Layout | None:
    """The same for records already taken apart."""
    names = header_names(contract)
    required = set(contract.required)
    records = list(records)
    best: _Header | None = None
    filled = (index for index, record in enumerate(records) if _is_filled(record))
    for index, following in itertools.pairwise(itertools.chain(filled, [None])):
        assert index is not None  # None is the last only
        records[index] = _unquoted(records[index], delimiter, names)
        upper = _named(records[index].fields, names)
        found = _Header(index, index, upper)
        if (
            following is not None
            and not is_unit_row(records[following].fields)
            and not _is_data(upper, records[following].fields, names, required)
        ):
            lower = _named(records[following].fields, names)
            both = _joined(records[index].fields, records[following].fields, names)
            if _claims(both) > max(_claims(upper), _claims(lower)):
                found = _Header(index, following, both)
            elif (
                upper
                and found.score
                and _score(lower) >= max(2, found.score // 2)
                and _headers_compatible(upper, lower)
            ):
                found = _Header(index, following, upper)  # the header twice, perhaps in two languages
            elif found.score and _is_header_continuation(upper, records[following].fields):
                found = _Header(index, following, upper)
        if found.score and (best is None or found.score > best.score):
            best = found
        if best is not None and best.first < index and required <= set(filter(None, best.claimed)):
            break
    if best is None:
        return None
    written = records[best.first]
    if best.first == best.last:
        records[best.first] = _repair_header(written, records[best.first + 1 :], names)
        best = _Header(best.first, best.last, _named(records[best.first].fields, names))
    return _layout(records, best, contract, delimiter, is_mended=records[best.first] is not written)


def _unquoted(record: Record, delimiter: str, names: dict[str, str]) -> Record:
    """A record of which more fields name columns once its quotes are not believed: one of them is a stray."""
    if '"' not in record.original or record.breaks:
        return record
    bare = record.original.replace('"', "").split(delimiter)
    better = _score(_named(bare, names)) > _score(_named(record.fields, names))
    return record._replace(fields=bare) if better else record


def _repair_header(header: Record, below: Sequence[Record], names: dict[str, str]) -> Record:
    """Repair the separators of a header that has more or fewer fields than the records below it: a cell with two column
    names is split, and empty cells are dropped, if that gives the records' number of fields. Empty cells stay unless
    records end in empty fields too: else it may be the records that lack the last one."""
    if below and len(below[0].fields) == len(header.fields):
        return header  # as nearly always
    widths = _widths(below)
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    if width == len(header.fields) or 2 * count <= widths.total():
        return header
    filled = [one for one in header.fields if plain(one)]
    named = set(_named(filled, names))
    parted = [part for one in header.fields for part in _parted(one, names, named)]
    if len(parted) == width:
        return header._replace(fields=parted) if len(parted) != len(header.fields) else header
    ends_empty = any(len(one.fields) == width and not plain(one.fields[-1]) for one in below)
    return header._replace(fields=filled) if len(filled) == width and ends_empty else header


def _parted(cell: str, names: dict[str, str], taken: Collection[str | None]) -> list[str]:
    """A cell of a header that is no name but, in one way only, the names of two columns which no other cell claims."""
    text = plain(cell.replace('"', ""))
    if not text or _column(text, names):
        return [cell]
    pairs = [(text[:at], text[at:]) for at in range(1, len(text)) if text[:at] in names and text[at:] in names]
    pairs = [pair for pair in pairs if not {names[one] for one in pair} & set(taken)]
    return list(pairs[0]) if len(pairs) == 1 else [cell]


def _widths(records: Sequence[Record]) -> Counter[int]:
    """How many of the records that are not blank have each number of fields."""
    return Counter(len(one.fields) for one in records if _is_filled(one))


def _is_filled(record: Record) -> bool:
    """Whether a field holds more than blanks and marks: tried where a look at its characters does not tell."""
    return any(_LETTER.search(one, 0, 200) or plain(one) for one in record.fields)


@dataclass(frozen=True)
class _Header:
    """A header of one line or two: its first and last record, and the column each field claims."""

    first: int
    last: int
    claimed: list[str | None]

    @property
    def score(self) -> int:
        return _score(self.claimed)


def _is_data(upper: Sequence[str | None], lower: Sequence[str], names: dict[str, str], required: set[str]) -> bool:
    """Whether the line below one that names all required columns is no second line of the header: it fills a required
    column with what is no name."""
    if not required <= set(filter(None, upper)):
        return False
    under = (text for name, text in zip(upper, lower, strict=False) if name in (required or names.values()))
    return any(plain(text) and plain(text) not in names for text in under)


def _is_header_continuation(upper: Sequence[str | None], lower: Sequence[str]) -> bool:
    """Whether the line below a header belongs to it: it is empty under every column that the header names."""
    return not any(name and plain(text) for name, text in zip(upper, lower, strict=False)) and not units_in(lower)


def _named(fields: Sequence[str], names: dict[str, str]) -> list[str | None]:
    return [_column(plain(one), names) if one else None for one in fields]


def _score(claimed: Sequence[str | None]) -> int:
    return len({one for one in claimed if one is not None})


def _claims(claimed: Sequence[str | None]) -> int:
    return sum(one is not None for one in claimed)


def _headers_compatible(upper: Sequence[str | None], lower: Sequence[str | None]) -> bool:
    return all(a == b for a, b in zip(upper, lower, strict=False) if a is not None and b is not None)


def _joined(upper: Sequence[str], lower: Sequence[str], names: dict[str, str]) -> list[str | None]:
    """Per field the two lines of a header together, the upper or the lower, whichever names a column; a group title
    also reaches over the empty cells right of it."""
    claimed: list[str | None] = []
    group = ""
    for at in range(max(len(upper), len(lower))):
        above = plain(upper[at]) if at < len(upper) else ""
        below = plain(lower[at]) if at < len(lower) else ""
        group = above or group
        a, b = _column(above, names), _column(below, names)
        both = _column(parted(above)[0] + below, names) if above and below else None
        if both is None and a is not None and b is not None and a != b:
            return []
        claimed.append(both or a or b or (_column(parted(group)[0] + below, names) if below else None))
    return claimed


def _layout(
    records: Sequence[Record], found: _Header, contract: Contract, delimiter: str, *, is_mended: bool
) -> Layout:
    header = [records[at] for at in sorted({found.first, found.last})]
    width = max(len(record.fields) for record in header)
    cells = [
        "".join(dict.fromkeys(record.fields[at].strip() for record in header if at < len(record.fields)))
        for at in range(width)
    ]
    claimed = found.claimed + [None] * (width - len(found.claimed))
    filled = [at for at, cell in enumerate(cells, 1) if plain(cell)]
    by_column: dict[str, list[int]] = {}
    for at, name in enumerate(claimed, 1):
        if name is not None:
            by_column.setdefault(name, []).append(at)
    titles = _has_group_titles(records[: found.first])
    lines = len(header) + titles
    return Layout(
        delimiter=delimiter,
        positions=tuple(
            (column.name, by_column[column.name][0]) for column in contract.columns if column.name in by_column
        ),
        narrowest=filled[-1] if filled else 0,
        widest=width,
        header_lines=lines,
        skipped_lines=found.last + 1 - lines,
        breaks=sum(record.breaks for record in records[: found.last + 1]),
        first_line=header[-1].line + header[-1].breaks + 1,
        header=tuple(cells),
        header_rows=tuple(
            tuple(cell.strip() for cell in record.fields) for record in records[found.first - titles : found.last + 1]
        ),
        header_line=header[0].line,
        top_line=records[found.first - titles].line,
        is_mended=is_mended,
        unknown=tuple((at, cells[at - 1]) for at in filled if claimed[at - 1] is None),
        ambiguous=tuple(
            (name, tuple(cells[at - 1] for at in places)) for name, places in by_column.items() if len(places) > 1
        ),
        units=tuple(_units(records[: found.first], header, claimed, contract)),
    )


def _units(
    above: Sequence[Record], header: Sequence[Record], claimed: Sequence[str | None], contract: Contract
) -> Iterator[Statement]:
    """The units of measure that a header states, and the lines above it."""
    width = max(len(record.fields) for record in header)
    columns = {
        at: name
        for at, name in enumerate(claimed, 1)
        if name or any(plain(record.fields[at - 1]) for record in header if at <= len(record.fields))
    }
    for record in above:
        yield from above_header(record.line, record.fields, contract, columns)
    group = ""
    for at in range(width):
        texts = [record.fields[at] if at < len(record.fields) else "" for record in header]
        if len(texts) > 1 and plain(texts[0]):
            group = texts[0] if plain(texts[-1]) else ""  # a name by itself is no title of a group
        if name := columns.get(at + 1):
            yield from of_header(header[-1].line, name, [*texts, group])


def _has_group_titles(above: Sequence[Record]) -> bool:
    """Whether the line right above the header bears two titles of groups of columns or more, and so belongs to it."""
    titles = [text for text in map(plain, above[-1].fields) if text] if above else []
    if above and is_unit_row(above[-1].fields):
        return False
    return len(titles) > 1 and not any(mark in text for text in titles for mark in ":%")
