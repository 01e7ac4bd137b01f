"""Reads dumps: typed rows, refused rows and a receipt for each. Knows nothing of the ledger, the home or what was
delivered before. Small dumps of the same extract and layout share one query."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
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
from raw_landing.parsing.types import Batch, ParsedDump, PreparedDump, Request
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


@dataclass(frozen=True)
class Prepared:
    """Dumps that were decoded, their headers found, their records written to files in a folder of their own."""

    folder: tempfile.TemporaryDirectory[str]
    dumps: list[PreparedDump]
    batches: list[Batch]


def prepare_dumps(requests: Sequence[Request], *, workdir: Path | None = None, quickly: bool = True) -> Prepared:
    """What can be done of reading dumps without the database; another thread may do it. `quickly`: large ones shall be
    streamed where possible."""
    folder = tempfile.TemporaryDirectory(dir=workdir, prefix="reading-")
    with ExitStack() as stack:
        preparer = Preparer(Path(folder.name), stack, quickly)
        dumps = [preparer.prepare(request) for request in requests]
    return Prepared(folder, dumps, list(preparer.batches.values()))


def read_dumps(
    requests: Sequence[Request],
    *,
    regions: Regions | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
    workdir: Path | None = None,
    prepared: Callable[[], Prepared] | None = None,
) -> list[ParsedDump]:
    """Read many dumps, each as `read_dump` would; small ones of the same extract and layout cost one query together.
    `prepared` gives what `prepare_dumps` has made of them already."""
    session = Session(connection or connect(), regions or load_regions())
    return _read(prepared() if prepared else prepare_dumps(requests, workdir=workdir), session, workdir)


def _read(prepared: Prepared, session: Session, workdir: Path | None) -> list[ParsedDump]:
    with prepared.folder:
        readings: dict[int, ParsedDump] = {}
        for batch in prepared.batches:
            try:
                for dump, reading in evaluate(batch, session, workdir):
                    readings[id(dump)] = reading
            except NotStreamable:
                (dump,) = batch.dumps
                slowly = prepare_dumps([dump.request], workdir=workdir, quickly=False)
                (readings[id(dump)],) = _read(slowly, session, workdir)
        for dump in prepared.dumps:
            if id(dump) not in readings:
                readings[id(dump)] = session.empty(dump.contract, without_rows(dump))
    return [readings[id(dump)] for dump in prepared.dumps]
