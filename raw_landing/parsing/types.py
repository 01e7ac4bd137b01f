"""The records passed between the steps of parsing: the request, the dump being prepared, its batch, the result."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import duckdb

from raw_landing.contract import Contract
from raw_landing.database import identifier, literal
from raw_landing.intake.identify import Identity, Manifest
from raw_landing.messages.problems import full_text
from raw_landing.messages.reasons import Problem
from raw_landing.parsing import content_flags, decode
from raw_landing.parsing.decode import BREAK, Block
from raw_landing.parsing.header import Layout
from raw_landing.parsing.streaming import StreamableBody

serial = itertools.count(1)

Facts = Mapping[str, str]
"""What is known of a dump as columns: name and SQL literal."""


@dataclass(frozen=True)
class ParseResult:
    """Counts, problems and warnings of one dump. A dump with `reasons` is rejected whole.

    lines_read = header_lines + lines_skipped + lines_in_quotes + rows_read; rows_read = rows_loaded + rows_refused +
    rows_repeated, the data rows. A rejected dump has loaded none, whatever became of its rows. rows_skipped: titles,
    unit lines, blank lines, subtotals and footers.
    """

    encoding: str | None = None
    delimiter: str | None = None
    lines_read: int = 0
    header_lines: int = 0
    lines_skipped: int = 0
    lines_in_quotes: int = 0
    rows_read: int = 0
    rows_loaded: int = 0
    rows_refused: int = 0
    rows_repeated: int = 0
    rows_skipped: int = 0
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    unknown_headers: tuple[
        str, ...
    ] = ()  # of the columns that `warnings` names by position; for the sender's eyes only
    sheet: str | None = None  # the sheet of a workbook that was read

    @property
    def notes(self) -> tuple[str, ...]:
        """The warnings as the sender may see them: of unknown columns the header's beginning, digits masked."""
        headers = itertools.chain(self.unknown_headers, itertools.repeat(""))
        return tuple(f"{one} ({next(headers)})" if one.startswith("unknown_column") else one for one in self.warnings)

    @property
    def message_zh(self) -> str:
        """One or two plain sentences for the submitting bureau; empty when nothing is to be mended."""
        return "".join(problem.zh for problem in self.problems[:2])

    @property
    def message_en(self) -> str:
        """The same in English."""
        return " ".join(problem.en for problem in self.problems[:2])

    def text(self, file_name: str) -> tuple[str, str]:
        """All that is to be said, in Chinese and in English, with lines and remedies."""
        return full_text(file_name, self.problems, not self.reasons, self.notes)


@dataclass
class ParsedDump:
    """A dump that was read: `rows` (line_number and the contract's columns; none of a rejected dump), `refused`
    (line_number, reasons, original) and the `receipt`. A context manager; leaving it frees the tables behind them."""

    receipt: ParseResult
    _db: duckdb.DuckDBPyConnection
    _rows: str  # queries: relations are made when they are asked for, each costs a millisecond
    _refused: str
    _tables: BatchTable | None = None
    _number: int = 0
    _file: Path | None = None  # its rows as they are saved, where they are written already
    _facts: Facts = field(default_factory=dict)
    is_streamed: bool = False  # read in the fast way: `rows` are those of the file, and gone with it

    @property
    def rows(self) -> duckdb.DuckDBPyRelation:
        """line_number and the contract's columns."""
        return self._db.sql(self._rows)

    @property
    def refused(self) -> duckdb.DuckDBPyRelation:
        """line_number, reasons, original."""
        return self._db.sql(self._refused)

    def save(self, goal: Path) -> None:
        """Write the facts of the request and `rows` to a Parquet file; `rows` cannot be used any more."""
        if self._file is not None:
            self._file.replace(goal)
        else:
            self.rows.project(saved(self._facts)).write_parquet(str(goal), compression="zstd")

    def refused_cells(self) -> duckdb.DuckDBPyRelation:
        """The refused rows taken apart, for those who mend them: line_number, faults ('reason:column', the column empty
        where the row as a whole is at fault), original, and cells, a VARCHAR[] of the text under each column of the
        contract, in its order (NULL where the number of fields is at fault)."""
        assert self._tables is not None
        return self._tables.refused_cells(self._number)

    def close(self) -> None:
        """Free what it holds; `rows` and `refused` cannot be used any more."""
        if self._tables is not None:
            self._tables.release()
            self._tables = None
        if self._file is not None:
            self._file.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class Request:
    """A dump to read, and what is known of it."""

    path: Path
    contract: Contract
    identity: Identity | None = None
    manifest: Manifest | None = None
    sha256: str | None = None  # of the file, where it is known
    facts: Facts = field(default_factory=dict)  # what is saved with each of its rows
    set_aside: tuple[int, ...] = ()  # lines of rows that somebody set aside: they are refused
    as_of: date | None = None  # the day that is reported on; today in Wuhan if None


def saved(facts: Facts) -> str:
    """The projection of line_number and the contract's columns to a row as it is saved."""
    return ", ".join([*(f"{fact} AS {identifier(column)}" for column, fact in facts.items()), "*"])


@dataclass
class BatchTable:
    """The table of a batch, dropped when the last of its readings is closed."""

    db: duckdb.DuckDBPyConnection
    table: str
    open: int
    places: tuple[int | None, ...] = ()  # of each column of the contract among the fields
    folder: Path | None = None  # of the files of rows

    def refused_cells(self, number: int) -> duckdb.DuckDBPyRelation:
        texts = (
            "''" if at is None else f"trim(replace(coalesce(fields[{at}], ''), {literal(BREAK)}, chr(10)))"
            for at in self.places
        )
        return self.db.sql(
            "SELECT n AS line_number, faults, original,"
            f" CASE WHEN faults <> ['field_count:'] THEN [{', '.join(texts)}] END AS cells"
            f" FROM {self.table} WHERE d = {number} AND row_status = 'refused'"
        )

    def release(self) -> None:
        self.open -= 1
        if self.open == 0:
            self.db.execute(f"DROP TABLE IF EXISTS {self.table}")
            if self.folder is not None:
                shutil.rmtree(self.folder)


@dataclass
class PreparedDump:
    """One dump being read: what its text says, and how its lines are accounted for."""

    number: int
    request: Request
    encoding: str | None = None
    layout: Layout | None = None
    is_workbook: bool = False
    lines: int = 0
    breaks: int = 0
    is_blank: bool = True
    replaced: int = 0  # the first line that holds U+FFFD, a character lost before the export
    headers: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()  # the lines above the header
    problems: list[Problem] = field(default_factory=list)
    sheet: str | None = None
    warnings: tuple[str, ...] = ()  # of what is not its header

    @property
    def contract(self) -> Contract:
        return self.request.contract

    def count(self, block: Block) -> None:
        """Count the lines of the next block, and note the first that holds U+FFFD."""
        if not self.replaced and "\ufffd" in block.text:
            self.replaced = self.lines + 1 + block.text.count("\n", 0, block.text.index("\ufffd"))
        self.lines += len(block.lines)

    @property
    def marks(self) -> tuple[str, ...]:
        """What a line must hold to be the header again."""
        return (*self.headers, *(self.layout.marks if self.layout else ()))


@dataclass
class Batch:
    """Dumps of one contract and layout, whose records are in one file."""

    path: Path
    file: BinaryIO
    dumps: list[PreparedDump] = field(default_factory=list)
    wide: bool = False
    apostrophe: bool = False
    quoted: bool = False
    padded: bool = False
    special: bool = False
    again: bool = False
    errors: bool = False
    ticked: bool = False
    longest: int = 0
    body: StreamableBody | None = (
        None  # of the only dump, where it is plain; then the records are those around the plain lines
    )

    def write(self, lines: list[str], marks: tuple[str, ...], delimiter: str) -> None:
        """Write records, and flag what occurs in them; `marks`: texts without which the header does not occur again. A
        record may have begun in an earlier block, so only the records are looked at."""
        if not lines:
            return
        written = "\n".join(lines)
        data = written.encode()
        self.file.write(data)
        self.file.write(b"\n")
        self.longest = max(self.longest, max(map(len, lines)))
        self.wide = self.wide or (not written.isascii() and content_flags.is_wide(data))
        self.padded = self.padded or content_flags.is_padded(data, delimiter, decode.COLUMN)
        self.apostrophe = self.apostrophe or b"'" in data
        self.special = self.special or any(mark in written for mark in content_flags.SPECIAL)
        self.again = self.again or any(mark in written for mark in marks)
        self.errors = self.errors or any(mark in written for mark in content_flags.ERROR_MARKS)
        self.ticked = self.ticked or any(mark in written for mark in content_flags.TICKS)
