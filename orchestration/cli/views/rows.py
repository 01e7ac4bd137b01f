"""Rows of a query as a table, CSV or JSON. The last two have full precision; they are written as rows come."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import IO, Any

from rich.console import Console, RenderableType

from orchestration.cli.tables import is_whole, table
from orchestration.csv_cells import guarded
from orchestration.figure.query import Result
from orchestration.text import inline
from raw_landing.messages.problems import printable

ON_TERMINAL = 100
"""Rows of a result that a terminal shows, unless it is told otherwise."""
NUMBERS = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "DOUBLE", "FLOAT", "NUMBER", "UBIGINT", "DECIMAL")


def limits(asked: int | None, form: str, out: IO[str]) -> tuple[int | None, int | None]:
    """How many rows of a result are shown, and how many are read: of a table one more, to say that there are more. All,
    as None, where 0 is asked for, or nothing and `out` is no terminal."""
    shown = asked or (ON_TERMINAL if asked is None and form == "table" and out.isatty() else None)
    return shown, shown + 1 if shown is not None and form == "table" else shown


def write_results(results: Iterator[Result], form: str, out: IO[str], limit: int | None) -> None:
    """All results, a blank line between two; of a table at most `limit` rows."""
    for number, result in enumerate(results):
        if number:
            out.write("\n")
        if form == "csv":
            _write_csv(result, out)
        elif form == "json":
            _write_json(result, out)
        else:
            _write_table(result, out, limit)


def _write_table(result: Result, out: IO[str], limit: int | None) -> None:
    """On a terminal in its width, else a block of rows after the other."""
    is_terminal = out.isatty()
    console = Console(file=out, highlight=False, width=None if is_terminal else 1 << 16)
    width = console.width if is_terminal else None
    numbers = {at for at, kind in enumerate(result.types) if kind.split("(")[0] in NUMBERS}
    shown = 0
    for rows in result.batches:
        has_more = limit is not None and shown + len(rows) > limit
        rows = rows[: limit - shown] if limit is not None and has_more else rows
        cells = list(zip(*(_cells(column) for column in zip(*rows, strict=True)), strict=True))
        _print(console, table(result.names, cells, width, numbers=numbers))
        shown += len(rows)
        if has_more:
            console.print(inline("cli.more_rows", shown=f"{shown:,}"))
            return
    if not shown:
        _print(console, table(result.names, [], width))
        console.print(inline("cli.no_rows"))


def _print(console: Console, made: RenderableType) -> None:
    """Without the blanks that fill its lines."""
    with console.capture() as capture:
        console.print(made)
    console.file.writelines(line.rstrip() + "\n" for line in capture.get().splitlines())


def _cells(column: Sequence[Any]) -> list[str]:
    """A column as text: fractions with two decimals, or three digits where they are smaller, if it has any."""
    floats = [value for value in column if isinstance(value, float) and isfinite(value)]
    written = "{:.0f}" if all(map(is_whole, floats)) else "{:.2f}"
    return [_cell(value, written) for value in column]


def _cell(value: Any, written: str) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and isfinite(value):
        return f"{value:.3g}" if 0 < abs(value) < 0.1 else written.format(value)
    return "\n".join(map(printable, str(value).split("\n")))


class _LineFeeds:
    """Ends the rows of a csv.writer by LF. The writer itself ends them by CR LF, so that it puts cells with either into
    quotes."""

    def __init__(self, out: IO[str]) -> None:
        self.out = out

    def write(self, row: str) -> None:
        """One row."""
        self.out.write(row.removesuffix("\r\n") + "\n")


def _write_csv(result: Result, out: IO[str]) -> None:
    """As the exports write cells: nothing that a spreadsheet would run."""
    writer = csv.writer(_LineFeeds(out))
    writer.writerow(map(guarded, result.names))
    for batch in result.batches:
        writer.writerows(map(guarded, row) for row in batch)


def _write_json(result: Result, out: IO[str]) -> None:
    """An array with an object a line."""
    between = "[\n "
    for batch in result.batches:
        for row in batch:
            record = dict(zip(result.names, row, strict=True))
            out.write(between + json.dumps(record, ensure_ascii=False, default=str))
            between = ",\n "
    out.write("[]\n" if between.startswith("[") else "\n]\n")
