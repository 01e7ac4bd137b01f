"""Decodes dumps, finds their headers and writes their records to files, ready for one query per batch."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from raw_landing.bounds import WUHAN, bounds_problems
from raw_landing.messages.text import problem
from raw_landing.parsing import content_flags, decode, sheets
from raw_landing.parsing import xlsx as workbook
from raw_landing.parsing.csv_records import RecordParser
from raw_landing.parsing.decode import Block, Refusal
from raw_landing.parsing.header import HEAD_LINES, MAX_COLUMNS, Layout, find_layout
from raw_landing.parsing.receipt import missing_columns
from raw_landing.parsing.streaming import ENCODINGS, NotStreamable, split_streamable
from raw_landing.parsing.types import Batch, PreparedDump, Request, serial
from raw_landing.parsing.units import unit_problem

SMALL = 2 << 20  # characters up to which a dump may share a query with others


@dataclass
class Preparer:
    """Decodes dumps and writes their records to one file per batch."""

    folder: Path
    stack: ExitStack
    quickly: bool
    batches: dict[object, Batch] = field(default_factory=dict)
    workbooks: workbook.Reader | None = None

    def prepare(self, request: Request) -> PreparedDump:
        """Decode a dump and write its records; what cannot be read comes back with the problem."""
        dump = PreparedDump(next(serial), request)
        manifest = request.manifest
        as_of = request.as_of or datetime.now(WUHAN).date()
        dump.problems += bounds_problems(dump.contract, request.identity, manifest, as_of)
        try:
            stated = manifest and manifest.sha256
            if stated and stated.lower() != (request.sha256 or _sha256(request.path)):
                dump.problems.append(problem("manifest_sha256", code="manifest_mismatch"))
            kind = decode.kind_of(request.path)
            if kind.endswith("workbook"):
                self._workbook(dump, gzipped=kind.startswith("gzip"))
            else:
                dump = self._text(dump, manifest.encoding if manifest else None)
        except Refusal as refusal:
            dump.problems.append(refusal.problem)
            dump.layout = None
        return dump

    def _text(self, dump: PreparedDump, declared: str | None) -> PreparedDump:
        problems = dump.problems
        candidates = decode.encodings(dump.request.path, declared)
        lines = 0  # of which it is text in one encoding or another
        for encoding in candidates:
            # Every attempt has its own number, so that the records of a failed one are never counted.
            dump = PreparedDump(next(serial), dump.request, decode.reported(encoding), problems=list(problems))
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
        names: dict[str, Any] = {"encodings_zh": "、".join(candidates), "encodings_en": " or ".join(candidates)}
        mixed = None if candidates[0].startswith("utf-16") else decode.mixed(dump.request.path)
        told = mixed or decode.undecodable("not_in_encoding", (lines,) if lines else (), line=lines, **names)
        dump.encoding, dump.layout = None, None
        dump.problems.append(told.problem)
        return dump

    def _plain(self, dump: PreparedDump, encoding: str) -> bool:
        """Prepare a large dump for streaming; False where that is not possible."""
        path = dump.request.path
        if not self.quickly or encoding not in ENCODINGS or path.stat().st_size < SMALL or dump.request.set_aside:
            return False
        goal = self.folder / f"{dump.number}.plain"
        try:
            body = split_streamable(path, encoding, dump.contract, goal)
        except (NotStreamable, UnicodeError):  # where it cannot be decoded, the other way says
            goal.unlink(missing_ok=True)
            return False
        layout = body.layout
        self._apply_layout(dump, layout)
        dump.lines = body.lines
        dump.titles = tuple(body.head[: layout.top_line - 1])
        dump.headers = tuple(body.head[layout.top_line - 1 : layout.first_line - 1])
        batch = self._batch_for(dump, layout, alone=True)
        batch.body, batch.wide, batch.padded, batch.errors = body, body.wide, body.padded, body.errors
        batch.special = batch.again = True
        for lines, before in (
            (body.head[layout.first_line - 1 :], layout.first_line - 1),
            (body.tail, body.lines - len(body.tail)),
        ):
            block = Block("\n".join(lines), lines)
            self._write(
                dump, batch, RecordParser(layout.delimiter, layout.width, next_line=before + 1), block, last=True
            )
        return True

    def _lines(self, dump: PreparedDump, blocks: Iterator[Block]) -> None:
        """Find a dump's header and write its records, block by block; a small dump is one block."""
        head, rest = _head(blocks)
        dump.count(head)
        dump.is_blank = not head.text.strip()
        layout = find_layout(head.lines[:HEAD_LINES], dump.contract) if head.lines else None
        if layout is None:
            for block in rest:
                dump.count(block)
                dump.is_blank = dump.is_blank and not block.text.strip()
            return
        self._apply_layout(dump, layout)
        dump.titles = tuple(head.lines[: layout.top_line - 1])
        dump.headers = tuple(head.lines[layout.top_line - 1 : layout.first_line - 1])
        following = next(rest, None)
        body = head.after(layout.first_line - 1)
        alone = following is not None or any(mark in body.text for mark in content_flags.TICKS)
        batch = self._batch_for(dump, layout, alone=alone)
        parser = RecordParser(layout.delimiter, layout.width, next_line=layout.first_line)
        while True:
            self._write(dump, batch, parser, body, last=following is None)
            if following is None:
                break
            dump.count(following)
            body, following = following, next(rest, None)
        dump.breaks = parser.breaks

    def _write(self, dump: PreparedDump, batch: Batch, parser: RecordParser, block: Block, *, last: bool) -> None:
        records = parser.normalised(block, f"{dump.number}{decode.COLUMN}", last=last)
        batch.quoted = batch.quoted or parser.took_apart
        batch.write(records, dump.marks, parser.delimiter)

    def _workbook(self, dump: PreparedDump, *, gzipped: bool) -> None:
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
        self._apply_layout(dump, layout)
        dump.titles = found.head[: layout.top_line - 1]
        dump.headers = found.head[layout.top_line - 1 : layout.first_line - 1]
        batch = self._batch_for(dump, layout, alone=True)
        batch.quoted = True
        dump.lines = layout.first_line - 1
        prefix = f"{dump.number}{decode.COLUMN}"
        records = sheets.records(lines, layout, dump.contract, prefix, is_1904=book.is_1904)
        while part := list(itertools.islice(records, 10_000)):
            dump.lines += len(part)
            batch.write(part, dump.marks, layout.delimiter)

    def _apply_layout(self, dump: PreparedDump, layout: Layout) -> None:
        dump.layout, dump.is_blank = layout, False
        contract = dump.contract
        if layout.widest > MAX_COLUMNS:
            raise decode.hostile("too_many_columns", layout.header_line, count=layout.widest)
        for column, headers in layout.ambiguous:
            zh = contract.by_name[column].zh
            line, count = layout.header_line, len(headers)
            dump.problems.append(problem("ambiguous_column", (line,), line=line, zh=zh, columns=count, column=column))
        missing = [one for one in contract.obligatory if one not in layout.columns]
        if missing:
            dump.problems.append(missing_columns(contract, missing, layout))
        stated = (unit_problem(contract, one) for one in layout.units)
        dump.problems += dict.fromkeys(one for one in stated if one)

    def _batch_for(self, dump: PreparedDump, layout: Layout, *, alone: bool) -> Batch:
        key: object = dump.number
        if not alone:
            key = (dump.contract.extract, layout.delimiter, layout.positions, layout.narrowest, layout.widest)
        if key not in self.batches:
            path = self.folder / f"{dump.number}.records"
            self.batches[key] = Batch(path, self.stack.enter_context(path.open("wb")))
        self.batches[key].dumps.append(dump)
        return self.batches[key]


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
