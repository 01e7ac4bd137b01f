"""One dump in, typed rows and a verdict out; many small dumps of one extract in one query. Knows nothing of the ledger,
the home folder or what was delivered before."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import duckdb

from raw_landing.bounds import WUHAN, bounds_problems
from raw_landing.contract import Column, Contract
from raw_landing.database import AS_WRITTEN, connect, identifier, literal, setting
from raw_landing.intake.identify import Identity, Manifest
from raw_landing.messages.problems import SHOWN_LINES, full_text, row_problem
from raw_landing.messages.reasons import Problem
from raw_landing.near import nearest
from raw_landing.parsing import cell_sql as cells
from raw_landing.parsing import decode, sheets
from raw_landing.parsing import xlsx as workbook
from raw_landing.parsing.cell_sql import MARKS_OF_HEADER as MARKS
from raw_landing.parsing.cell_sql import Frame, Traits, value
from raw_landing.parsing.csv_records import Assembler
from raw_landing.parsing.decode import BREAK, FIELD, Block, Refusal
from raw_landing.parsing.deduplicate import SET_ASIDE, set_rows_aside, settle_keys
from raw_landing.parsing.header import HEAD_LINES, MAX_COLUMNS, Layout, find_layout, plain
from raw_landing.parsing.lines_aside import set_aside
from raw_landing.parsing.streaming import ENCODINGS, Body, NotPlainError, Stream, cut
from raw_landing.parsing.units import in_body, parted, unit_problem
from raw_landing.regions import Regions, load_regions

SMALL = 2 << 20  # characters up to which a dump may share a query with others
SHOWN_COLUMNS = 20  # unknown columns named on a receipt
_SHARE = 2 << 20  # bytes of records that one core takes at a time; DuckDB's own share is 32 MB
SMALL_SAMPLE = 20  # data rows from which on the share of refused ones counts
_serial = itertools.count(1)

Facts = Mapping[str, str]
"""What is known of a dump as columns: name and SQL literal."""


@dataclass(frozen=True)
class Receipt:
    """What became of the lines and rows of one dump. A dump with `reasons` is rejected whole.

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
class Reading:
    """A dump that was read: `rows` (line_number and the contract's columns; none of a rejected dump), `refused`
    (line_number, reasons, original) and the `receipt`. A context manager; leaving it frees the tables behind them."""

    rows: duckdb.DuckDBPyRelation
    refused: duckdb.DuckDBPyRelation
    receipt: Receipt
    _tables: _Tables | None = None
    _number: int = 0
    _file: Path | None = None  # its rows as they are saved, where they are written already
    _facts: Facts = field(default_factory=dict)
    is_streamed: bool = False  # read in the fast way: `rows` are those of the file, and gone with it

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


def read_dump(
    path: Path,
    contract: Contract,
    *,
    identity: Identity | None = None,
    manifest: Manifest | None = None,
    as_of: date | None = None,
    regions: Regions | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
    workdir: Path | None = None,
) -> Reading:
    """Read one delimited file (or the sheet of a workbook that holds the table) by its contract.

    Without an identity the checks that need one (foreign_region, out_of_period, the period itself) are off. `as_of`:
    the day that is reported on, after which no period may begin; today if None. `connection`: where the relations live;
    a connection of its own if None. `workdir`: where text is put down while it is read. Whatever
    the file holds, the answer is a verdict; only errors of this machine (a full disk, a file that may not be read)
    raise.
    """
    request = Request(path, contract, identity, manifest, as_of=as_of)
    return read_dumps([request], regions=regions, connection=connection, workdir=workdir)[0]


def read_dumps(
    requests: Sequence[Request],
    *,
    regions: Regions | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
    workdir: Path | None = None,
) -> list[Reading]:
    """Read many dumps, each as `read_dump` would; small ones of the same extract and layout cost one query together."""
    return _read(requests, _Held(connection or connect(), regions or load_regions()), workdir, quickly=True)


def _read(requests: Sequence[Request], held: _Held, workdir: Path | None, *, quickly: bool) -> list[Reading]:
    """Read dumps; `quickly`: large ones in the fast way, as far as they are plain."""
    with tempfile.TemporaryDirectory(dir=workdir, prefix="reading-") as folder, ExitStack() as stack:
        desk = _Desk(Path(folder), stack, quickly)
        dumps = [desk.take(request) for request in requests]
        stack.close()  # all text is put down
        readings: dict[int, Reading] = {}
        for group in desk.groups.values():
            try:
                for dump, reading in _judge(group, held, workdir):
                    readings[id(dump)] = reading
            except NotPlainError:
                (dump,) = group.dumps
                (readings[id(dump)],) = _read([dump.request], held, workdir, quickly=False)
        for dump in dumps:
            if id(dump) not in readings:
                readings[id(dump)] = held.empty(dump.contract, _rejected(dump))
    return [readings[id(dump)] for dump in dumps]


@dataclass
class _Dump:
    """One dump on its way: what its text told, and how its lines are accounted for."""

    number: int
    request: Request
    encoding: str | None = None
    layout: Layout | None = None
    is_workbook: bool = False
    lines: int = 0
    breaks: int = 0
    is_blank: bool = True
    replaced: int = 0  # the first line that holds U+FFFD, which stands for a character lost before
    headers: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()  # what stands above the header
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
class _Group:
    """Dumps of one contract and layout, in one file of records."""

    path: Path
    file: BinaryIO
    dumps: list[_Dump] = field(default_factory=list)
    wide: bool = False
    apostrophe: bool = False
    quoted: bool = False
    padded: bool = False
    special: bool = False
    errors: bool = False
    ticked: bool = False
    longest: int = 0
    body: Body | None = None  # of the only dump, where it is plain; then the records are those around the plain lines

    def write(self, lines: list[str], marks: tuple[str, ...], delimiter: str) -> None:
        """Put records down, and note what occurs in them; `marks` tell that the header may occur again. A record may
        have begun in an earlier block than the one that completes it, so that the records alone tell."""
        if not lines:
            return
        written = "\n".join(lines)
        data = written.encode()
        self.file.write(data)
        self.file.write(b"\n")
        self.longest = max(self.longest, max(map(len, lines)))
        self.wide = self.wide or (not written.isascii() and cells.is_wide(data))
        self.padded = self.padded or cells.is_padded(data, delimiter, decode.COLUMN)
        self.apostrophe = self.apostrophe or b"'" in data
        self.special = self.special or any(mark in written for mark in (*cells.SPECIAL, *marks))
        self.errors = self.errors or any(mark in written for mark in cells.ERROR_MARKS)
        self.ticked = self.ticked or any(mark in written for mark in cells.TICKS)


@dataclass
class _Desk:
    """Where dumps are decoded, laid out and put down as records, ready for one query per group."""

    folder: Path
    stack: ExitStack
    quickly: bool
    groups: dict[object, _Group] = field(default_factory=dict)
    workbooks: workbook.Reader | None = None

    def take(self, request: Request) -> _Dump:
        """Decode a dump and put its records down; what cannot be read comes back with the problem."""
        dump = _Dump(next(_serial), request)
        manifest = request.manifest
        as_of = request.as_of or datetime.now(WUHAN).date()
        dump.problems += bounds_problems(dump.contract, request.identity, manifest, as_of)
        try:
            stated = manifest and manifest.sha256
            if stated and stated.lower() != (request.sha256 or _sha256(request.path)):
                dump.problems.append(_mismatch_of_sha256())
            kind = decode.kind_of(request.path)
            if kind.endswith("workbook"):
                self._workbook(dump, gzipped=kind.startswith("gzip"))
            else:
                dump = self._text(dump, manifest.encoding if manifest else None)
        except Refusal as refusal:
            dump.problems.append(refusal.problem)
            dump.layout = None
        return dump

    def _text(self, dump: _Dump, declared: str | None) -> _Dump:
        problems = dump.problems
        candidates = decode.encodings(dump.request.path, declared)
        lines = 0  # of which it is text in one encoding or another
        for encoding in candidates:
            # Every attempt has a number of its own, so that what a failed one put down is never counted.
            dump = _Dump(next(_serial), dump.request, decode.reported(encoding), problems=list(problems))
            try:
                if not self._plain(dump, encoding):
                    self._lines(dump, decode.blocks(dump.request.path, encoding))
            except decode.Undecoded as failure:
                dump.layout, lines = None, max(lines, failure.line)
                continue
            except Refusal as refusal:
                dump.problems.append(refusal.problem)
                dump.layout = None
            return dump
        zh, en = "、".join(candidates), " or ".join(candidates)
        mixed = None if candidates[0].startswith("utf-16") else decode.mixed(dump.request.path)
        told = mixed or decode.undecodable(f"第 {lines} 行不是有效的 {zh} 文本", f"line {lines} is not {en}", lines)
        dump.encoding, dump.layout = None, None
        dump.problems.append(told.problem)
        return dump

    def _plain(self, dump: _Dump, encoding: str) -> bool:
        """Put a large dump down for the fast way; False where it is not plain."""
        path = dump.request.path
        if not self.quickly or encoding not in ENCODINGS or path.stat().st_size < SMALL or dump.request.set_aside:
            return False
        goal = self.folder / f"{dump.number}.plain"
        try:
            body = cut(path, encoding, dump.contract, goal)
        except (NotPlainError, UnicodeError):  # where it cannot be decoded, the other way says
            goal.unlink(missing_ok=True)
            return False
        layout = body.layout
        self._lay_out(dump, layout)
        dump.lines = body.lines
        dump.titles = tuple(body.head[: layout.top_line - 1])
        dump.headers = tuple(body.head[layout.top_line - 1 : layout.first_line - 1])
        group = self._group(dump, layout, alone=True)
        group.body, group.wide, group.padded, group.special, group.errors = (
            body, body.wide, body.padded, True, body.errors
        )  # fmt: skip
        for lines, before in (
            (body.head[layout.first_line - 1 :], layout.first_line - 1),
            (body.tail, body.lines - len(body.tail)),
        ):
            block = Block("\n".join(lines), lines)
            self._write(dump, group, Assembler(layout.delimiter, layout.width, next_line=before + 1), block, last=True)
        return True

    def _lines(self, dump: _Dump, blocks: Iterator[Block]) -> None:
        """Lay a dump out and put its records down, block by block; a small one is one block."""
        head, rest = _head(blocks)
        dump.count(head)
        dump.is_blank = not head.text.strip()
        layout = find_layout(head.lines[:HEAD_LINES], dump.contract) if head.lines else None
        if layout is None:
            for block in rest:
                dump.count(block)
                dump.is_blank = dump.is_blank and not block.text.strip()
            return
        self._lay_out(dump, layout)
        dump.titles = tuple(head.lines[: layout.top_line - 1])
        dump.headers = tuple(head.lines[layout.top_line - 1 : layout.first_line - 1])
        following = next(rest, None)
        body = head.after(layout.first_line - 1)
        alone = following is not None or any(mark in body.text for mark in cells.TICKS)
        group = self._group(dump, layout, alone=alone)
        assembler = Assembler(layout.delimiter, layout.width, next_line=layout.first_line)
        while True:
            self._write(dump, group, assembler, body, last=following is None)
            if following is None:
                break
            dump.count(following)
            body, following = following, next(rest, None)
        dump.breaks = assembler.breaks

    def _write(self, dump: _Dump, group: _Group, assembler: Assembler, block: Block, *, last: bool) -> None:
        records = assembler.normalised(block, f"{dump.number}{decode.COLUMN}", last=last)
        group.quoted = group.quoted or assembler.took_apart
        group.write(records, dump.marks, assembler.delimiter)

    def _workbook(self, dump: _Dump, *, gzipped: bool) -> None:
        dump.encoding, dump.is_workbook = "utf-8", True
        path = dump.request.path
        if gzipped:
            path = self.folder / f"{dump.number}.xlsx"
            with path.open("wb") as file:
                for chunk in decode.expand(dump.request.path):
                    file.write(chunk)
        if self.workbooks is None:
            self.workbooks = workbook.Reader()
            self.stack.callback(self.workbooks.close)
        book = self.workbooks.open(path)
        found = sheets.find_sheet(book, dump.contract)
        dump.problems += found.problems
        dump.warnings, dump.is_blank = found.warnings, found.is_blank
        if found.sheet is None:
            return
        dump.sheet = sheets.shown_name(found.sheet)
        lines = self.workbooks.lines(path, found.sheet, self.folder / f"{dump.number}.sheet")
        layout = found.layout
        if layout is None:
            dump.lines = sum(1 for _ in lines)
            return
        self._lay_out(dump, layout)
        dump.titles = found.head[: layout.top_line - 1]
        dump.headers = found.head[layout.top_line - 1 : layout.first_line - 1]
        group = self._group(dump, layout, alone=True)
        group.quoted = True
        dump.lines = layout.first_line - 1
        prefix = f"{dump.number}{decode.COLUMN}"
        records = sheets.records(lines, layout, dump.contract, prefix, is_1904=book.is_1904)
        while batch := list(itertools.islice(records, 10_000)):
            dump.lines += len(batch)
            group.write(batch, dump.marks, layout.delimiter)

    def _lay_out(self, dump: _Dump, layout: Layout) -> None:
        dump.layout, dump.is_blank = layout, False
        contract = dump.contract
        if layout.widest > MAX_COLUMNS:
            raise decode.hostile(f"列数过多({layout.widest} 列)", f"has {layout.widest} columns", layout.header_line)
        for column, headers in layout.ambiguous:
            zh = contract.by_name[column].zh
            dump.problems.append(
                Problem(
                    "ambiguous_column",
                    f"第 {layout.header_line} 行表头中有多列对应“{zh}”。",
                    f"In the header on line {layout.header_line}, {len(headers)} columns claim {column}.",
                    (layout.header_line,),
                    remedy_zh="请只保留其中一列。",
                    remedy_en="Keep one of them.",
                )
            )
        missing = [one for one in contract.obligatory if one not in layout.columns]
        if missing:
            dump.problems.append(_missing(contract, missing, layout))
        stated = (unit_problem(contract, one) for one in layout.units)
        dump.problems += dict.fromkeys(one for one in stated if one)

    def _group(self, dump: _Dump, layout: Layout, *, alone: bool) -> _Group:
        key: object = dump.number
        if not alone:
            key = (dump.contract.extract, layout.delimiter, layout.positions, layout.narrowest, layout.widest)
        if key not in self.groups:
            path = self.folder / f"{dump.number}.records"
            self.groups[key] = _Group(path, self.stack.enter_context(path.open("wb")))
        self.groups[key].dumps.append(dump)
        return self.groups[key]


def _head(blocks: Iterator[Block]) -> tuple[Block, Iterator[Block]]:
    """The first SMALL characters of a dump as one block, and the blocks after it."""
    first: list[Block] = []
    size = 0
    for block in blocks:
        first.append(block)
        size += len(block.text)
        if size > SMALL:
            break
    if len(first) == 1:
        return first[0], blocks
    return Block("\n".join(one.text for one in first), [line for one in first for line in one.lines]), blocks


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _mismatch_of_sha256() -> Problem:
    return Problem(
        "manifest_mismatch",
        "文件内容与清单文件中的 sha256 不一致。",
        "The content does not have the sha256 that its manifest states.",
        remedy_zh="文件可能在传输中损坏, 请重新报送文件和清单。",
        remedy_en="It may have been damaged on the way; deliver the dump and its manifest again.",
    )


def _missing(contract: Contract, columns: Sequence[str], layout: Layout | None) -> Problem:
    zh = "、".join(contract.by_name[one].zh for one in columns)
    line = layout.header_line if layout else None
    where_zh = f"第 {line} 行表头" if line else "未找到表头, "
    where_en = f"The header on line {line}" if line else "No header was found, which"
    near = [(at, text, name) for at, text, name in _near_headers(contract, layout) if name in columns] if layout else []
    near_zh = "".join(f", 第 {at} 列“{text}”是否即“{contract.by_name[name].zh}”?" for at, text, name in near)
    near_en = "".join(f" Is column {at} ({text}) meant to be {name}?" for at, text, name in near)
    return Problem(
        "missing_column",
        f"{where_zh}缺少约定的列: {zh}{near_zh or '。'}",
        f"{where_en} lacks agreed columns: {', '.join(columns)}.{near_en}",
        (line,) if line else (),
        remedy_zh="请按约定补充这些列(列名可用中文名、英文名或标准代码); 确无数据的列也要保留表头。",
        remedy_en="Add them, empty ones too; a column may bear its Chinese name, its English name or its item code.",
    )


def _near_headers(contract: Contract, layout: Layout) -> list[tuple[int, str, str]]:
    """Of the headers that the contract does not know those that differ from the name of an absent column in a few
    characters: position, header as it may be shown, column."""
    absent = {
        plain(text): one.name for one in contract.columns if one.name not in layout.columns for text in one.header_names
    }
    found = []
    for at, text in layout.unknown[:SHOWN_COLUMNS]:
        if alike := nearest(parted(plain(text))[0], absent):
            found.append((at, _shown(text), absent[alike]))
    return found


def _shown(header: str) -> str:
    """A header that was not agreed, as it may be shown: its beginning, digits masked."""
    return re.sub(r"\d", "*", plain(header))[:20]


def _rejected(dump: _Dump) -> Receipt:
    """The receipt of a dump that has no rows to judge."""
    problems = list(dump.problems)
    manifest = dump.request.manifest
    zero = dump.is_blank and manifest is not None and manifest.rows == 0
    if not problems and dump.is_blank:
        if not zero:
            problems.append(_no_rows())
    elif not problems:
        problems.append(_missing(dump.contract, dump.contract.obligatory, None))
    reasons = tuple(dict.fromkeys(problem.code for problem in problems))
    skipped = dump.lines if dump.is_blank else 0
    return Receipt(
        encoding=dump.encoding,
        lines_read=dump.lines,
        lines_skipped=skipped,
        rows_skipped=skipped,
        reasons=reasons,
        warnings=dump.warnings,
        problems=tuple(problems),
        sheet=dump.sheet,
    )


def _no_rows() -> Problem:
    return Problem(
        "no_rows",
        "文件中没有数据行。",
        "There is no data row.",
        remedy_zh='请核对导出结果; 本期确无数据的, 请在清单文件中写明 "rows": 0。',
        remedy_en='Check the export; if there is nothing to report, state "rows": 0 in the manifest.',
    )


def _judge(group: _Group, held: _Held, workdir: Path | None) -> Iterator[tuple[_Dump, Reading]]:
    """Judge the dumps of a group in one query and make their readings."""
    dumps = [dump for dump in group.dumps if dump.layout is not None]
    if not dumps:
        return
    contract, layout = dumps[0].contract, dumps[0].layout
    assert layout is not None
    db, table = held.db, f"reading_{next(_serial)}"
    longest = max(1 << 18, 8 * group.longest)
    records = (
        f"read_csv({literal(str(group.path))}, auto_detect = false, header = false, delim = '{decode.COLUMN}',"
        f" quote = '', escape = '', new_line = '\\n', max_line_size = {longest}, buffer_size = {max(_SHARE, longest)},"
        " columns = {'d': 'BIGINT', 'n': 'BIGINT', 'line': 'VARCHAR', 'fields': 'VARCHAR'})"
    )
    _describe(db, table, dumps)
    frame = Frame(
        f"{table}_dump",
        held.regions,
        contract,
        layout,
        Traits(group.wide, group.apostrophe, group.quoted, group.padded, group.special, group.errors),
    )
    if group.ticked:
        frame = replace(frame, traits=replace(frame.traits, ticks=_ticked(held, records, frame)))
    with setting(db, **AS_WRITTEN):
        db.execute(f"CREATE TEMP TABLE {table} AS {cells.judgement(records, frame)}")
    stream = None
    if group.body is None:
        set_aside(db, table, contract, frame.dumps)
        settle_keys(db, table, records, contract, frame.fields)
        aside = {dump.number: dump.request.set_aside for dump in dumps if dump.request.set_aside}
        set_rows_aside(db, table, records, aside, frame.fields)
        db.execute(f"DROP TABLE {frame.dumps}")
    else:
        stream = Stream(db, table, records, dumps[0].number, group.body, frame, _rows_file(workdir))
        try:
            stream.run(saved(dumps[0].request.facts))
        except NotPlainError:
            stream.goal.unlink(missing_ok=True)
            db.execute(f"DROP TABLE {table}")
            raise
        finally:
            db.execute(f"DROP TABLE {frame.dumps}")
    counts: dict[int, dict[tuple[int, str | None], int]] = {}
    refused = False
    for d, kind, fate, count in db.execute(f"SELECT d, kind, fate, count(*) FROM {table} GROUP BY ALL").fetchall():
        counts.setdefault(d, {})[kind, fate] = count
        refused = refused or fate == "refused"
    if stream is not None:
        counts.setdefault(stream.number, {})[cells.DATA, "loaded"] = stream.rows
    problems = _row_problems(db, table, contract, layout) if refused else {}
    units: dict[int, list[tuple[int, tuple[str, ...]]]] = {}
    if any((cells.UNIT_LINE, None) in found for found in counts.values()):
        for d, n, found in db.execute(
            f"SELECT d, n, fields FROM {table} WHERE kind = {cells.UNIT_LINE} ORDER BY d, n"
        ).fetchall():
            units.setdefault(d, []).append((n, tuple(found)))
    receipts = [
        _verdict(dump, counts.get(dump.number, {}), problems.get(dump.number, []), units.get(dump.number, []))
        for dump in dumps
    ]
    columns = ", ".join(f"{value(column.name)} AS {identifier(column.name)}" for column in contract.columns)
    files = {dumps[0].number: stream.goal} if stream else {}
    folder = None
    good = [dump for dump, receipt in zip(dumps, receipts, strict=True) if receipt.rows_loaded and dump.request.facts]
    if len(good) > 1:
        folder = Path(tempfile.mkdtemp(dir=workdir, prefix="rows-"))
        files = _save(db, f"SELECT d, n AS line_number, {columns} FROM {table} WHERE fate = 'loaded'", good, folder)
    names = ", ".join(identifier(column.name) for column in contract.columns)
    at = dict(layout.positions)
    places = tuple(at.get(column.name) for column in contract.columns)
    tables = _Tables(held, table, len(dumps), places, folder)
    for dump, receipt in zip(dumps, receipts, strict=True):
        file = files.get(dump.number)
        if stream is not None:
            rows = f"SELECT line_number, {names} FROM read_parquet({literal(stream.goal)}) WHERE {not receipt.reasons}"
        else:
            loaded = "false" if receipt.reasons else f"d = {dump.number} AND fate = 'loaded'"
            rows = f"SELECT n AS line_number, {columns} FROM {table} WHERE {loaded}"
        bad = db.sql(
            f"SELECT n AS line_number, {_REASONS} AS reasons, original FROM {table}"
            f" WHERE d = {dump.number} AND fate = 'refused'"
        )
        yield (
            dump,
            Reading(
                db.sql(rows),
                bad,
                receipt,
                tables,
                dump.number,
                file,
                dump.request.facts,
                is_streamed=stream is not None,
            ),
        )


def _save(db: duckdb.DuckDBPyConnection, rows: str, dumps: Sequence[_Dump], folder: Path) -> dict[int, Path]:
    """Write the `rows` (d and what `saved` takes) of some dumps to a file each, in one query, which costs half as much
    as one each. Returns the files."""
    facts = ", ".join(map(identifier, dumps[0].request.facts))
    values = ", ".join(f"({', '.join([str(dump.number), *dump.request.facts.values()])})" for dump in dumps)
    db.execute(
        f"COPY (SELECT {facts}, rows.* FROM ({rows}) AS rows JOIN (VALUES {values}) AS dump (d, {facts}) USING (d))"
        f" TO {literal(folder)} (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (d), OVERWRITE_OR_IGNORE)"
    )
    written = {dump.number: list((folder / f"d={dump.number}").iterdir()) for dump in dumps}
    return {number: files[0] for number, files in written.items() if len(files) == 1}


def _rows_file(workdir: Path | None) -> Path:
    """A new file, for its owner only."""
    descriptor, path = tempfile.mkstemp(dir=workdir, prefix="rows-", suffix=".parquet")
    os.close(descriptor)
    return Path(path)


_REASONS = "list_sort(list_distinct(list_transform(faults, lambda one: split_part(one, ':', 1))))"


def _describe(db: duckdb.DuckDBPyConnection, table: str, dumps: Sequence[_Dump]) -> None:
    """Put down what the query must know of each dump."""
    db.execute(
        f"CREATE TEMP TABLE {table}_dump (d BIGINT, unit VARCHAR, first_day DATE, last_day DATE, headers VARCHAR[],"
        f" rows VARCHAR[], {', '.join(f'mark_{at} VARCHAR' for at in range(MARKS))}, titles VARCHAR[])"
    )
    identities = [dump.request.identity for dump in dumps]
    layouts = [dump.layout for dump in dumps if dump.layout is not None]  # all of them
    db.execute(
        f"INSERT INTO {table}_dump SELECT unnest($1), unnest($2::VARCHAR[]), unnest($3::DATE[]), unnest($4::DATE[]),"
        " unnest($5::VARCHAR[][]), unnest($6::VARCHAR[][]),"
        f" {', '.join(f'unnest(${7 + at}::VARCHAR[])' for at in range(MARKS))}, unnest(${7 + MARKS}::VARCHAR[][])",
        [
            [dump.number for dump in dumps],
            [one and one.unit_code for one in identities],
            [one and one.period_start for one in identities],
            [one and one.period_end for one in identities],
            [list(dump.headers) for dump in dumps],
            [[FIELD.join(row).rstrip(FIELD) for row in (one.header, *one.header_rows)] for one in layouts],
            *([(*one.marks, *[None] * MARKS)[at] for one in layouts] for at in range(MARKS)),
            [list(dump.titles) for dump in dumps],
        ],
    )


def _ticked(held: _Held, records: str, frame: Frame) -> frozenset[str]:
    """The boolean columns in which a √ stands."""
    columns = [one.name for one in frame.present if one.type == "boolean"]
    if not columns:
        return frozenset()
    found = held.db.execute(cells.ticks(records, frame, columns)).fetchone()
    return frozenset(column for column, has in zip(columns, found or (), strict=True) if has)


def _row_problems(
    db: duckdb.DuckDBPyConnection, table: str, contract: Contract, layout: Layout
) -> dict[int, list[Problem]]:
    """The problems of the refused rows of each dump, those of most rows first."""
    at = dict(layout.positions)
    place = " ".join(f"WHEN {literal(column)} THEN {position}" for column, position in at.items())
    found = db.execute(
        f"SELECT d, fault, count(*), list(n ORDER BY n)[:{SHOWN_LINES}],"
        f" list(fields[CASE split_part(fault, ':', 2) {place} END] ORDER BY n)[:{SHOWN_LINES}]"
        f" FROM (SELECT d, n, fields, unnest(faults) AS fault FROM {table} WHERE fate = 'refused')"
        " GROUP BY ALL ORDER BY d, count(*) DESC, fault"
    ).fetchall()
    problems: dict[int, list[Problem]] = {}
    for d, fault, count, lines, examples in found:
        reason, _, column = fault.partition(":")
        problem = row_problem(reason, contract.by_name.get(column), contract, lines, count, examples)
        problems.setdefault(d, []).append(problem)
    return problems


def _verdict(
    dump: _Dump,
    counts: dict[tuple[int, str | None], int],
    row_problems: list[Problem],
    units: list[tuple[int, tuple[str, ...]]],
) -> Receipt:
    """Weigh what was counted."""
    layout, contract, manifest = dump.layout, dump.contract, dump.request.manifest
    assert layout is not None
    loaded, refused, repeated = (counts.get((cells.DATA, fate), 0) for fate in ("loaded", "refused", "repeated"))
    header = layout.header_lines + counts.get((cells.HEADER_AGAIN, None), 0)
    skipped = layout.skipped_lines + sum(
        count for (kind, _), count in counts.items() if kind not in (cells.DATA, cells.HEADER_AGAIN)
    )
    breaks = layout.breaks + dump.breaks
    total = loaded + refused + repeated
    problems = list(dump.problems)
    below = (one for line, fields in units for one in in_body(line, fields, contract, layout.by_position))
    problems += dict.fromkeys(one for statement in below if (one := unit_problem(contract, statement)))
    if header + skipped + breaks + total != dump.lines:
        problems.append(_unaccounted(dump.lines, header + skipped + breaks + total))
    if manifest is not None and manifest.rows is not None and manifest.rows != total:
        problems.append(_mismatch_of_rows(manifest.rows, total))
    elif not total and (manifest is None or manifest.rows is None):
        problems.append(_no_rows())
    if total and not any(problem.code in _SPOILT for problem in problems):
        share = contract.max_refused_share
        aside = sum(problem.count for problem in row_problems if problem.code == SET_ASIDE)  # a decision, no fault
        if not loaded or (total >= SMALL_SAMPLE and refused - aside > share * total):
            problems.append(_too_many(refused, total, share, bool(loaded)))
    reasons = tuple(dict.fromkeys(problem.code for problem in problems))
    if any(problem.code in _SPOILT for problem in problems):
        row_problems = []  # what the rows lack follows from the header
    row_problems.sort(key=lambda problem: problem.code != SET_ASIDE)  # what was decided by hand is always said
    return Receipt(
        encoding=dump.encoding,
        delimiter=None if dump.is_workbook else layout.delimiter,
        lines_read=dump.lines,
        header_lines=header,
        lines_skipped=skipped,
        lines_in_quotes=breaks,
        rows_read=total,
        rows_loaded=0 if reasons else loaded,
        rows_refused=refused,
        rows_repeated=repeated,
        rows_skipped=skipped,
        reasons=reasons,
        warnings=_warnings(dump, layout),
        sheet=dump.sheet,
        unknown_headers=tuple(_shown(one) for _, one in layout.unknown[:SHOWN_COLUMNS]),
        problems=(*problems, *row_problems),
    )


# Problems of the header: with them the rows cannot be judged.
_SPOILT = ("missing_column", "ambiguous_column")


def _warnings(dump: _Dump, layout: Layout) -> tuple[str, ...]:
    """What the receipt says of columns and of text; of an unknown column only where it stands and what it may be, since
    its header may hold anything."""
    contract = dump.contract
    missing = [one for one in contract.columns if one.may_be_absent and one.name not in layout.columns]
    near = {at: f", like {name}" for at, _, name in _near_headers(contract, layout)}
    return (
        *dump.warnings,
        *([f"mended_header: line {layout.header_line}"] if layout.is_mended else []),
        *(["no_header"] if not layout.header_lines else []),
        *(f"unknown_column: column {at}{near.get(at, '')}" for at, _ in layout.unknown[:SHOWN_COLUMNS]),
        *(f"missing_optional_column: {one.name}{_needed(one)}" for one in missing),
        *([f"replacement_character: line {dump.replaced}"] if dump.replaced else []),
    )


def _needed(column: Column) -> str:
    return f" (needed for {', '.join(column.needed_for)})" if column.needed_for else ""


def _unaccounted(lines: int, found: int) -> Problem:
    return Problem(
        "lines_unaccounted",
        f"文件共 {lines} 行, 只能解释其中 {found} 行。",
        f"The file has {lines} lines, of which {found} are accounted for.",
        remedy_zh="请检查引号是否成对, 重新导出后报送。",
        remedy_en="Look for quotes that do not close, and export it anew.",
    )


def _mismatch_of_rows(stated: int, found: int) -> Problem:
    return Problem(
        "manifest_mismatch",
        f"清单文件写明 {stated} 行数据, 实际读到 {found} 行。",
        f"The manifest states {stated} data rows, there are {found}.",
        remedy_zh="请核对文件是否完整, 或改正清单文件中的 rows。",
        remedy_en="Check that the file is complete, or mend rows in the manifest.",
    )


def _too_many(refused: int, total: int, share: float, some: bool) -> Problem:
    zh = f"{total} 行数据中有 {refused} 行不合格" + (f", 超过 {share:.0%}。" if some else ", 没有一行可以入库。")
    en = f"{refused} of {total} data rows are refused, " + (
        f"more than {share:.0%}." if some else "none can be loaded."
    )
    return Problem(
        "too_many_refused",
        zh,
        en,
        remedy_zh="请按下列各条改正后重新报送整个文件。",
        remedy_en="Mend what is listed and deliver the whole dump again.",
    )


class _Held:
    """The connection that readings live in, and the regions as a table there."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, regions: Regions) -> None:
        self.db = connection
        self.regions = f"reading_regions_{abs(hash(tuple(regions.by_code.items()))):x}"
        self.db.execute(f"CREATE TEMP TABLE IF NOT EXISTS {self.regions} (written VARCHAR, code VARCHAR, unit VARCHAR)")
        if self.db.execute(f"SELECT 1 FROM {self.regions} LIMIT 1").fetchone() is None:
            self._fill(regions)

    def _fill(self, regions: Regions) -> None:
        written = {code: code for code in regions.by_code} | regions.by_name
        written |= {alias: code for alias, code in regions.aliases.items() if code in regions.by_code}
        units = set(regions.units)
        codes = list(written.values())
        self.db.execute(
            f"INSERT INTO {self.regions} SELECT unnest($1), unnest($2), unnest($3)",
            [list(written), codes, [_unit_of(code, regions, units) for code in codes]],
        )

    def empty(self, contract: Contract, receipt: Receipt) -> Reading:
        """The reading of a dump without any row."""
        columns = ", ".join(f"NULL::{one.sql_type} AS {identifier(one.name)}" for one in contract.columns)
        return Reading(
            self.db.sql(f"SELECT 0::BIGINT AS line_number, {columns} WHERE false"),
            self.db.sql("SELECT 0::BIGINT AS line_number, []::VARCHAR[] AS reasons, '' AS original WHERE false"),
            receipt,
            None,
        )


def _unit_of(code: str, regions: Regions, units: set[str]) -> str:
    """The reporting unit above a region; the region itself where there is none."""
    parent = regions.by_code[code].parent
    return parent if parent in units else code


@dataclass
class _Tables:
    """The table of a group, dropped when the last of its readings is closed."""

    held: _Held
    table: str
    open: int
    places: tuple[int | None, ...] = ()  # of each column of the contract among the fields
    folder: Path | None = None  # of the files of rows

    def refused_cells(self, number: int) -> duckdb.DuckDBPyRelation:
        texts = (
            "''" if at is None else f"trim(replace(coalesce(fields[{at}], ''), {literal(BREAK)}, chr(10)))"
            for at in self.places
        )
        return self.held.db.sql(
            "SELECT n AS line_number, faults, original,"
            f" CASE WHEN faults <> ['field_count:'] THEN [{', '.join(texts)}] END AS cells"
            f" FROM {self.table} WHERE d = {number} AND fate = 'refused'"
        )

    def release(self) -> None:
        self.open -= 1
        if self.open == 0:
            self.held.db.execute(f"DROP TABLE IF EXISTS {self.table}")
            if self.folder is not None:
                shutil.rmtree(self.folder)
