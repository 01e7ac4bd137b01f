"""Reads dumps: typed rows, refused rows and a receipt for each. Knows nothing of the ledger, the home or what was
delivered before. Small dumps of the same extract and layout share one query."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import duckdb

from raw_landing.contract import Contract
from raw_landing.database import connect
from raw_landing.intake.identify import Identity, Manifest
from raw_landing.parsing.evaluate import Session, evaluate
from raw_landing.parsing.prepare import Preparer
from raw_landing.parsing.receipt import without_rows
from raw_landing.parsing.streaming import NotStreamable
from raw_landing.parsing.types import ParsedDump, Request
from raw_landing.regions import Regions, load_regions


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
) -> ParsedDump:
    """Read one delimited file (or the sheet of a workbook that holds the table) by its contract.

    Without an identity the checks that need one (foreign_region, out_of_period, the period itself) are off. `as_of`:
    the report day, after which no period may begin; today if None. `connection`: where the relations live; a new one if
    None. `workdir`: folder for temporary files. Whatever the file holds is reported in the result; only errors of this
    machine (a full disk, a file that may not be read) raise.
    """
    request = Request(path, contract, identity, manifest, as_of=as_of)
    return read_dumps([request], regions=regions, connection=connection, workdir=workdir)[0]


def read_dumps(
    requests: Sequence[Request],
    *,
    regions: Regions | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
    workdir: Path | None = None,
) -> list[ParsedDump]:
    """Read many dumps, each as `read_dump` would; small ones of the same extract and layout cost one query together."""
    return _read(requests, Session(connection or connect(), regions or load_regions()), workdir, quickly=True)


def _read(requests: Sequence[Request], session: Session, workdir: Path | None, *, quickly: bool) -> list[ParsedDump]:
    """Read dumps; `quickly`: stream large ones where possible."""
    with tempfile.TemporaryDirectory(dir=workdir, prefix="reading-") as folder, ExitStack() as stack:
        preparer = Preparer(Path(folder), stack, quickly)
        dumps = [preparer.prepare(request) for request in requests]
        stack.close()  # all records are written
        readings: dict[int, ParsedDump] = {}
        for batch in preparer.batches.values():
            try:
                for dump, reading in evaluate(batch, session, workdir):
                    readings[id(dump)] = reading
            except NotStreamable:
                (dump,) = batch.dumps
                (readings[id(dump)],) = _read([dump.request], session, workdir, quickly=False)
        for dump in dumps:
            if id(dump) not in readings:
                readings[id(dump)] = session.empty(dump.contract, without_rows(dump))
    return [readings[id(dump)] for dump in dumps]
