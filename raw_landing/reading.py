"""One dump in, typed rows and a verdict out. Knows nothing of the ledger, the home folder or other dumps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from raw_landing.contract import Contract
from raw_landing.identify import Identity, Manifest
from raw_landing.problem import Problem
from raw_landing.reference import Regions


@dataclass(frozen=True)
class Receipt:
    """What became of the lines and rows of one dump. A dump with `reasons` is rejected whole."""

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

    @property
    def message_zh(self) -> str:
        """One or two plain sentences for the submitting bureau; empty when nothing is to be mended."""
        return "".join(problem.zh for problem in self.problems[:2])

    @property
    def message_en(self) -> str:
        """The same in English."""
        return " ".join(problem.en for problem in self.problems[:2])


class Reading:
    """A dump that was read: `rows`, `refused`, `receipt`. A context manager; leaving it frees what it holds."""

    def __init__(self, rows: duckdb.DuckDBPyRelation, refused: duckdb.DuckDBPyRelation, receipt: Receipt) -> None:
        self.rows, self.refused, self.receipt = rows, refused, receipt

    def close(self) -> None:
        """Free the tables behind the relations."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_dump(
    path: Path,
    contract: Contract,
    *,
    identity: Identity | None = None,
    manifest: Manifest | None = None,
    regions: Regions | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
    workdir: Path | None = None,
) -> Reading:
    """Read one dump by its contract (interface first: only clean, comma separated UTF-8 for now)."""
    connection = connection or duckdb.connect()
    text = path.read_bytes().decode("utf-8-sig").splitlines()
    names = text[0].split(",")
    lines = [line.split(",") for line in text[1:]]
    columns = ", ".join(
        f"TRY_CAST(NULLIF(f[{names.index(c.name) + 1}], '') AS {c.sql_type}) AS {c.name}"
        if c.name in names
        else f"NULL::{c.sql_type} AS {c.name}"
        for c in contract.columns
    )
    rows = connection.sql(
        f"SELECT n + 1 AS line_number, {columns} FROM (SELECT unnest($l) AS f, unnest(range(1, $k)) AS n)",
        params={"l": lines, "k": len(lines) + 1},
    )
    refused = connection.sql("SELECT 0::BIGINT line_number, []::VARCHAR[] reasons, '' original WHERE false")
    n = len(lines)
    return Reading(rows, refused, Receipt("utf-8", ",", n + 1, 1, 0, 0, n, n, 0, 0, 0))
