"""Validates a batch of prepared dumps in one query: rows, refused rows and a receipt for each."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from raw_landing.contract import Contract
from raw_landing.database import AS_WRITTEN, identifier, literal, setting
from raw_landing.messages.problems import row_problem
from raw_landing.messages.reasons import Problem
from raw_landing.messages.text import SHOWN_LINES
from raw_landing.parsing import decode, record_sql
from raw_landing.parsing.cell_sql import value
from raw_landing.parsing.content_flags import ContentFlags
from raw_landing.parsing.decode import FIELD
from raw_landing.parsing.deduplicate import resolve_duplicate_keys, set_rows_aside
from raw_landing.parsing.header import Layout
from raw_landing.parsing.lines_aside import set_aside
from raw_landing.parsing.receipt import accepted_or_rejected
from raw_landing.parsing.record_sql import MARKS_OF_HEADER as MARKS
from raw_landing.parsing.record_sql import BatchContext
from raw_landing.parsing.streaming import NotStreamable, StreamLoader
from raw_landing.parsing.types import Batch, BatchTable, ParsedDump, ParseResult, PreparedDump, saved, serial
from raw_landing.parsing.units import MAY_STATE_UNITS
from raw_landing.regions import Regions

_SHARE = 2 << 20  # bytes of records that one core takes at a time; DuckDB's own share is 32 MB


def evaluate(batch: Batch, session: Session, workdir: Path | None) -> Iterator[tuple[PreparedDump, ParsedDump]]:
    """Validate the dumps of a batch in one query; yields each with its result."""
    dumps = [dump for dump in batch.dumps if dump.layout is not None]
    if not dumps:
        return
    contract, layout = dumps[0].contract, dumps[0].layout
    assert layout is not None
    db, table = session.db, f"reading_{next(serial)}"
    longest = max(1 << 18, 8 * batch.longest)
    records = (
        f"read_csv({literal(str(batch.path))}, auto_detect = false, header = false, delim = '{decode.COLUMN}',"
        f" quote = '', escape = '', new_line = '\\n', max_line_size = {longest}, buffer_size = {max(_SHARE, longest)},"
        " columns = {'d': 'BIGINT', 'n': 'BIGINT', 'line': 'VARCHAR', 'fields': 'VARCHAR'})"
    )
    _describe(db, table, dumps)
    context = BatchContext(
        f"{table}_dump",
        session.regions,
        contract,
        layout,
        ContentFlags(
            batch.wide, batch.apostrophe, batch.quoted, batch.padded, batch.special, batch.again, batch.errors
        ),
    )
    if batch.ticked:
        context = replace(context, flags=replace(context.flags, ticks=_ticked(session, records, context)))
    with setting(db, **AS_WRITTEN):
        db.execute(f"CREATE TEMP TABLE {table} AS {record_sql.validation_query(records, context)}")
    stream = None
    if batch.body is None:
        set_aside(db, table, contract, context.dumps)
        resolve_duplicate_keys(db, table, records, contract, context.fields)
        aside = {dump.number: dump.request.set_aside for dump in dumps if dump.request.set_aside}
        set_rows_aside(db, table, records, aside, context.fields)
        db.execute(f"DROP TABLE {context.dumps}")
    else:
        stream = StreamLoader(db, table, records, dumps[0].number, batch.body, context, _rows_file(workdir))
        try:
            stream.run(saved(dumps[0].request.facts))
        except NotStreamable:
            stream.goal.unlink(missing_ok=True)
            db.execute(f"DROP TABLE {table}")
            raise
        finally:
            db.execute(f"DROP TABLE {context.dumps}")
    results = _results(db, table, dumps, contract, layout, stream)
    yield from _parsed(db, table, list(zip(dumps, results, strict=True)), contract, layout, stream, workdir)


def _results(
    db: duckdb.DuckDBPyConnection,
    table: str,
    dumps: Sequence[PreparedDump],
    contract: Contract,
    layout: Layout,
    stream: StreamLoader | None,
) -> list[ParseResult]:
    """The result of each dump, by the rows of the validation table."""
    counts: dict[int, dict[tuple[int, str | None], int]] = {dump.number: {} for dump in dumps}
    found = db.execute(f"SELECT d, kind, row_status, count(*) FROM {table} GROUP BY ALL").fetchall()
    for d, kind, row_status, count in found:
        counts[d][kind, row_status] = count
    if stream is not None:
        counts[stream.number][record_sql.DATA, "loaded"] = stream.rows
    is_any_refused = any(row_status == "refused" for _, _, row_status, _ in found)
    problems = _row_problems(db, table, contract, layout) if is_any_refused else {}
    units: dict[int, list[tuple[int, int, tuple[str, ...]]]] = {}
    if any(kind in (record_sql.UNIT_LINE, record_sql.FOOTER) for _, kind, _, _ in found):
        lines = (
            f"SELECT d, n, kind, fields FROM {table} WHERE kind = {record_sql.UNIT_LINE} OR kind = {record_sql.FOOTER}"
            f" AND regexp_matches(array_to_string(fields, ''), {literal(MAY_STATE_UNITS)}) ORDER BY d, n"
        )
        for d, n, kind, fields in db.execute(lines).fetchall():
            units.setdefault(d, []).append((n, kind, tuple(fields)))
    return [
        accepted_or_rejected(dump, counts[dump.number], problems.get(dump.number, []), units.get(dump.number, []))
        for dump in dumps
    ]


def _parsed(
    db: duckdb.DuckDBPyConnection,
    table: str,
    dumps: Sequence[tuple[PreparedDump, ParseResult]],
    contract: Contract,
    layout: Layout,
    stream: StreamLoader | None,
    workdir: Path | None,
) -> Iterator[tuple[PreparedDump, ParsedDump]]:
    """Each dump with its rows, refused rows and result. The rows of several are written to files at once."""
    names = ", ".join(identifier(column.name) for column in contract.columns)
    columns = ", ".join(f"{value(column.name)} AS {identifier(column.name)}" for column in contract.columns)
    files = {stream.number: stream.goal} if stream else {}
    folder = None
    accepted = [dump for dump, result in dumps if result.rows_loaded and dump.request.facts]
    if len(accepted) > 1:
        folder = Path(tempfile.mkdtemp(dir=workdir, prefix="rows-"))
        rows = f"SELECT d, n AS line_number, {columns} FROM {table} WHERE row_status = 'loaded'"
        files = _save(db, rows, accepted, folder)
    at = dict(layout.positions)
    places = tuple(at.get(column.name) for column in contract.columns)
    tables = BatchTable(db, table, len(dumps), places, folder)
    for dump, result in dumps:
        of_dump = f"FROM {table} WHERE d = {dump.number} AND row_status"
        rows = f"SELECT n AS line_number, {columns} {of_dump} = 'loaded' AND {not result.reasons}"
        if stream is not None:
            rows = f"SELECT line_number, {names} FROM read_parquet({literal(stream.goal)}) WHERE {not result.reasons}"
        refused = f"SELECT n AS line_number, {_REASONS} AS reasons, original {of_dump} = 'refused'"
        file, facts = files.get(dump.number), dump.request.facts
        is_streamed = stream is not None
        parsed = ParsedDump(result, db, rows, refused, tables, dump.number, file, facts, is_streamed=is_streamed)
        yield dump, parsed


def _save(db: duckdb.DuckDBPyConnection, rows: str, dumps: Sequence[PreparedDump], folder: Path) -> dict[int, Path]:
    """Write the `rows` (d and what `saved` takes) of some dumps to a file each, in one query, which costs half as much
    as one each. Returns the files. Packing them like large ones would cost as much as all else of writing them."""
    facts = ", ".join(map(identifier, dumps[0].request.facts))
    values = ", ".join(f"({', '.join([str(dump.number), *dump.request.facts.values()])})" for dump in dumps)
    db.execute(
        f"COPY (SELECT {facts}, rows.* FROM ({rows}) AS rows JOIN (VALUES {values}) AS dump (d, {facts}) USING (d))"
        f" TO {literal(folder)} (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (d), OVERWRITE_OR_IGNORE)"
    )
    written = {dump.number: list((folder / f"d={dump.number}").iterdir()) for dump in dumps}
    return {number: files[0] for number, files in written.items() if len(files) == 1}


def _rows_file(workdir: Path | None) -> Path:
    """A new file, for its owner only."""
    descriptor, path = tempfile.mkstemp(dir=workdir, prefix="rows-", suffix=".parquet")
    os.close(descriptor)
    return Path(path)


_REASONS = "list_sort(list_distinct(list_transform(faults, lambda one: split_part(one, ':', 1))))"


def _describe(db: duckdb.DuckDBPyConnection, table: str, dumps: Sequence[PreparedDump]) -> None:
    """Write what the query must know of each dump to a table."""
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


def _ticked(session: Session, records: str, context: BatchContext) -> frozenset[str]:
    """The boolean columns in which a √ stands."""
    columns = [one.name for one in context.present if one.type == "boolean"]
    if not columns:
        return frozenset()
    found = session.db.execute(record_sql.ticks_query(records, context, columns)).fetchone()
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
        f" FROM (SELECT d, n, fields, unnest(faults) AS fault FROM {table} WHERE row_status = 'refused')"
        " GROUP BY ALL ORDER BY d, count(*) DESC, fault"
    ).fetchall()
    problems: dict[int, list[Problem]] = {}
    for d, fault, count, lines, examples in found:
        reason, _, column = fault.partition(":")
        problem = row_problem(reason, contract.by_name.get(column), contract, lines, count, examples)
        problems.setdefault(d, []).append(problem)
    return problems


class Session:
    """The connection that parsed dumps live in, and the table of regions there."""

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

    def empty(self, contract: Contract, receipt: ParseResult) -> ParsedDump:
        """The parsed dump without any row."""
        columns = ", ".join(f"NULL::{one.sql_type} AS {identifier(one.name)}" for one in contract.columns)
        return ParsedDump(
            receipt,
            self.db,
            f"SELECT 0::BIGINT AS line_number, {columns} WHERE false",
            "SELECT 0::BIGINT AS line_number, []::VARCHAR[] AS reasons, '' AS original WHERE false",
        )


def _unit_of(code: str, regions: Regions, units: set[str]) -> str:
    """The reporting unit above a region; the region itself where there is none."""
    parent = regions.by_code[code].parent
    return parent if parent in units else code
