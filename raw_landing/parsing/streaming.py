"""The fast way through a large dump: its plain body, whose lines are records as they stand, is split, typed, judged and
written by DuckDB in one stream.

Says what is plain, on evidence, and puts it down, each line with its number. Lines that are not surely good go to
`cells.judgement`, as all lines of other dumps do, so that both ways lead to the same rows and the same verdict; a dump
with anything in it that the assembler must look at takes the other way altogether (NotPlainError). Nothing is weighed
here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from raw_landing.contract import Contract
from raw_landing.database import AS_WRITTEN, identifier, literal, setting
from raw_landing.parsing import cell_sql as cells
from raw_landing.parsing import decode
from raw_landing.parsing.cell_sql import Frame, value
from raw_landing.parsing.deduplicate import settle_keys
from raw_landing.parsing.gb18030 import Foreign, to_utf8
from raw_landing.parsing.header import HEAD_LINES, MAX_COLUMNS, Layout, find_layout
from raw_landing.parsing.lines_aside import set_aside

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030")  # in all of them the byte of LF is nothing else
LONGEST = 64 << 10  # bytes of a line, about; what is longer may be hostile
EDGE = 200  # lines at either end of which any may be odd: subtotals, footers and blank lines stand there

_BOM = b"\xef\xbb\xbf"
_OURS = (decode.FIELD, decode.BREAK, decode.COLUMN)
_TABOO = tuple(one.encode() for one in ('"', "'", "\0", "\r", "\f", "\v", "\ufffd", *_OURS))
_TICKS = tuple(one.encode() for one in cells.TICKS)
_ERRORS = tuple(one.encode() for one in cells.ERROR_MARKS)


class NotPlainError(Exception):
    """There is something in the dump that the assembler must look at."""


@dataclass
class Body:
    """A dump: its head as text, its plain lines in the file `path`, those after them as text; and what occurs in them.

    `head` reaches over the header to the last odd line among the first EDGE of data; `tail` begins with the first odd
    one among the last. In the file the number of each line stands before
    it, as one field more.
    """

    layout: Layout
    head: list[str]
    path: Path
    plain_lines: int = 0
    tail: list[str] = field(default_factory=list)
    wide: bool = False
    padded: bool = False
    errors: bool = False

    @property
    def lines(self) -> int:
        """How many lines the dump has."""
        return len(self.head) + self.plain_lines + len(self.tail)


def cut(path: Path, encoding: str, contract: Contract, goal: Path) -> Body:
    """Put the plain lines of a dump down in `goal`.

    Raises NotPlainError, UnicodeError when it is not text in that encoding, Refusal when it is hostile.
    """
    chunks = _chunks(path, encoding)
    lines = next(chunks, b"").decode().split("\n")[:-1]
    layout = find_layout(lines[:HEAD_LINES], contract)
    if layout is None or not _is_plain(layout, contract):
        raise NotPlainError
    edge = layout.first_line - 1 + EDGE
    if len(lines) < max(edge, HEAD_LINES):
        raise NotPlainError
    edge = max(
        (n for n in range(layout.first_line, edge + 1) if _is_odd(lines[n - 1], layout)), default=layout.first_line - 1
    )
    body = Body(layout, lines[:edge], goal)
    headers = {layout.mark or "", *lines[layout.top_line - 1 : layout.first_line - 1]}
    whole = {one for one in headers if one == layout.mark or (layout.mark or "") not in one}  # else the mark tells
    taboo = (*_TABOO, *(one.encode() for one in whole if one))
    held = "".join(f"{line}\n" for line in lines[edge:]).encode()
    _note(body, "".join(f"{line}\n" for line in lines[layout.first_line - 1 : edge]).encode(), taboo)
    _note(body, held, taboo)
    decodes_all = len(layout.positions) < layout.widest  # DuckDB looks only at the fields it is asked for
    with goal.open("wb", buffering=0) as file:
        for chunk in chunks:
            if decodes_all and encoding != "gb18030":
                chunk.decode()
            _note(body, chunk, taboo)
            file.write(_numbered(body, held))
            held = chunk
        tail = held.decode().split("\n")[:-1]
        last = next((n for n, line in enumerate(tail) if n >= len(tail) - EDGE and _is_odd(line, layout)), len(tail))
        body.tail = tail[last:]
        file.write(_numbered(body, "".join(f"{line}\n" for line in tail[:last]).encode()))
    if not body.plain_lines:
        raise NotPlainError
    return body


def _is_plain(layout: Layout, contract: Contract) -> bool:
    """Whether rows under such a header can be plain at all."""
    return (
        set(contract.required) <= layout.columns
        and layout.header_lines > 0
        and not layout.is_mended
        and not layout.ambiguous
        and not layout.breaks
        and layout.widest <= MAX_COLUMNS
    )


def _is_odd(line: str, layout: Layout) -> bool:
    """Whether a line at an edge has another number of fields than the header, or may be no data row."""
    return line.count(layout.delimiter) != layout.widest - 1 or any(mark in line for mark in cells.SPECIAL)


def _chunks(path: Path, encoding: str) -> Iterator[bytes]:
    """The text in UTF-8 by whole lines, each ended by LF; of UTF-8 only the first chunk is sure to be valid."""
    rest = b""
    first = True
    foreign = Foreign()
    for raw in decode.expand(path):
        if encoding == "gb18030" and foreign.look(raw):
            raise NotPlainError
        if first and encoding == "utf-8-sig":
            raw = raw.removeprefix(_BOM)
        first = False
        end = raw.rfind(b"\n") + 1
        if end:
            yield _utf8(rest + raw[:end], encoding)
            rest = raw[end:]
        else:
            rest += raw
        if len(rest) > LONGEST:
            raise NotPlainError
    if foreign.look(b"", last=True):
        raise NotPlainError
    if rest:
        yield _utf8(rest + b"\n", encoding)


def _utf8(chunk: bytes, encoding: str) -> bytes:
    if encoding == "gb18030":
        chunk = to_utf8(chunk)
    return chunk.replace(b"\r\n", b"\n") if b"\r" in chunk else chunk


def _note(body: Body, chunk: bytes, taboo: tuple[bytes, ...]) -> None:
    """Note what occurs in some lines of the body. Raises NotPlainError."""
    if any(decode.occurs(mark, chunk) for mark in (*taboo, *_TICKS)):
        raise NotPlainError
    body.wide = body.wide or cells.is_wide(chunk)
    body.errors = body.errors or any(decode.occurs(mark, chunk) for mark in _ERRORS)
    body.padded = body.padded or cells.is_padded(chunk, body.layout.delimiter, "\n")


def _numbered(body: Body, lines: bytes) -> bytes:
    """The next lines of a body, each with its number before it; no loop over lines is as fast as one formatting."""
    if not lines:
        return lines
    count, first = lines.count(b"\n"), len(body.head) + body.plain_lines + 1
    body.plain_lines += count
    number = b"%d" + body.layout.delimiter.encode()
    form = number + lines[:-1].replace(b"%", b"%%").replace(b"\n", b"\n" + number) + b"\n"
    return form % tuple(range(first, first + count))


@dataclass
class Stream:
    """The judgement of one body. `table` holds what `cells.judgement` says of the lines around the plain ones,
    `records`; what becomes of a plain line stands there too, or the row stands in `goal`."""

    db: duckdb.DuckDBPyConnection
    table: str
    records: str
    number: int
    body: Body
    frame: Frame
    goal: Path
    rows: int = 0

    def run(self, projection: str) -> None:
        """Write the rows that load to `goal`, projected, and count them in `rows`. Raises NotPlainError."""
        try:
            judged = cells.plain_judgement(self._split, self.frame)
            # Not in a UNION with the rows around: DuckDB would write both on one core.
            self._write(f"SELECT {projection} FROM (SELECT n AS line_number, {self._columns} FROM ({judged}))")
            if self.rows < self.body.plain_lines:
                self._judge_others()
            set_aside(self.db, self.table, self.frame.contract, self.frame.dumps, self.goal)
            loaded = f"{self.table} WHERE fate = 'loaded'"
            if self._count(f"FROM {loaded}"):
                rows = f"SELECT n AS line_number, {self._columns} FROM {loaded}"
                self._rewrite(f"FROM {{rows}} UNION ALL SELECT {projection} FROM ({rows})")
            self._settle_keys()
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            raise NotPlainError from error

    def _judge_others(self) -> None:
        """Judge the plain lines that are not surely good as all others are."""
        others = f"{self.table}_others"
        written = f"SELECT line_number FROM read_parquet({literal(self.goal)})"
        self.db.execute(f"CREATE TEMP TABLE {others} AS FROM ({self._whole}) WHERE n NOT IN ({written})")
        if self._count(f"FROM {others}") != self.body.plain_lines - self.rows:
            raise NotPlainError  # DuckDB does not find every line once
        self.db.execute(f"INSERT INTO {self.table} {cells.judgement(others, self.frame)}")
        self.db.execute(f"DROP TABLE {others}")

    def _settle_keys(self) -> None:
        """Settle the keys, if any comes twice; that two of them have one hash by chance costs time only."""
        contract, rows = self.frame.contract, f"read_parquet({literal(self.goal)})"
        keys = ", ".join(identifier(key) for key in contract.key)
        if not self._count(f"FROM {rows}", f"count(*) - count(DISTINCT hash({keys}))"):
            return
        twice = f"SELECT {keys} FROM {rows} GROUP BY ALL HAVING count(*) > 1"
        same = " AND ".join(
            f"one.{identifier(key)} IS NOT DISTINCT FROM other.{identifier(key)}" for key in contract.key
        )
        values = ", ".join(f"{identifier(one.name)} AS {value(one.name)}" for one in contract.columns)
        self.db.execute(
            f"INSERT INTO {self.table} BY NAME SELECT {self.number} AS d, line_number AS n, {cells.DATA} AS kind,"
            f" 'loaded' AS fate, {values} FROM {rows} AS one SEMI JOIN ({twice}) AS other ON {same}"
            f" WHERE line_number NOT IN (SELECT n FROM {self.table})"
        )
        records = f"(FROM {self.records} UNION ALL {self._whole})"
        settle_keys(self.db, self.table, records, contract, self.frame.fields)
        self._rewrite(
            f"FROM {{rows}} WHERE line_number NOT IN (SELECT n FROM {self.table} WHERE fate IN ('repeated', 'refused'))"
        )

    @property
    def _split(self) -> str:
        """The query for the plain lines split into fields: d, n, f1, f2, …; an empty field is NULL.

        DuckDB fails on a line of too few or too many fields, but for one that is empty at its end, and on bytes that
        are no UTF-8 in a field it is asked for.
        """
        columns = ", ".join(f"'f{place}': 'VARCHAR'" for place in range(1, self.frame.layout.widest + 1))
        lines = self._lines(self.frame.layout.delimiter, f"'n': 'BIGINT', {columns}")
        return f"SELECT {self.number}::BIGINT AS d, * FROM {lines}"

    @property
    def _whole(self) -> str:
        """The query for the plain lines as records: d, n, line, fields."""
        delimiter, lines = literal(self.frame.layout.delimiter), self._lines(decode.FIELD, "'numbered': 'VARCHAR'")
        return (
            f"SELECT {self.number}::BIGINT AS d, split_part(numbered, {delimiter}, 1)::BIGINT AS n,"
            f" substr(numbered, strpos(numbered, {delimiter}) + 1) AS line, NULL::VARCHAR AS fields"
            f" FROM {lines}"
        )

    def _lines(self, delimiter: str, columns: str) -> str:
        return (
            f"read_csv({literal(self.body.path)}, auto_detect = false, header = false, delim = {literal(delimiter)},"
            f" quote = '', escape = '', new_line = '\\n', columns = {{{columns}}})"
        )

    @property
    def _columns(self) -> str:
        return ", ".join(f"{value(one.name)} AS {identifier(one.name)}" for one in self.frame.contract.columns)

    def _write(self, query: str) -> None:
        with setting(self.db, **AS_WRITTEN):
            done = self.db.execute(
                f"COPY ({query}) TO {literal(self.goal)} (FORMAT parquet, COMPRESSION zstd)"
            ).fetchone()
        assert done is not None
        self.rows = done[0]

    def _rewrite(self, query: str) -> None:
        """Write `goal` anew, of `rows`, what it holds now."""
        before = self.goal.with_suffix(".before")
        self.goal.rename(before)
        self._write(query.format(rows=f"read_parquet({literal(before)})"))
        before.unlink()

    def _count(self, source: str, what: str = "count(*)") -> int:
        found = self.db.execute(f"SELECT {what} {source}").fetchone()
        assert found is not None
        return int(found[0])
