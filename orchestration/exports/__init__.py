"""A release in the formats that others read: Parquet, CSV, Excel, SDMX, JSON-LD. All is written from the published file
alone, and the same file gives the same bytes; no figure is computed. docs/exports.md says what a reader may rely on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from orchestration.dbt_build.catalogue import Table
from orchestration.exports.facts import Facts, read_facts
from orchestration.exports.unchanged import unchanged_since
from orchestration.figure.query import open_release
from orchestration.release.folder import ReleaseFolder


@dataclass(frozen=True)
class Exported:
    """What every file says of itself; by name below the release's folder, the release that wrote a linked file."""

    facts: Facts
    linked: Mapping[str, str]


def write_exports(release: ReleaseFolder, tables: Sequence[Table], before: ReleaseFolder | None = None) -> Exported:
    """Write every format beside the finished database of a release; `tables` says what its tables are. Files that would
    be those of the release `before`, of the same program and settings, are linked. Raises OSError, duckdb.Error."""
    from orchestration.exports import datapackage, dataset, plain, sdmx

    folder = release.exports
    folder.mkdir()
    with _opened(release) as connection:
        facts = read_facts(connection, tables)
        unchanged = unchanged_since(connection, facts, release, before)
        with ThreadPoolExecutor(max_workers=1) as beside:
            book = beside.submit(_write_workbook, release, facts)
            plain.write_parquet(connection, facts, folder / "parquet", unchanged)
            plain.write_csv(connection, facts, folder / "csv", unchanged)
            datapackage.write(facts, folder)
            sdmx.write(connection, facts, folder / "sdmx", unchanged)
        book.result()
        dataset.write(connection, facts, folder, release.marts)
        return Exported(facts, unchanged.linked)


def _write_workbook(release: ReleaseFolder, facts: Facts) -> None:
    from orchestration.exports import workbook

    with _opened(release) as connection:
        workbook.write(connection, facts, release.exports / "indicators.xlsx")


@contextmanager
def _opened(release: ReleaseFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = open_release(release.marts)
    try:
        connection.execute("set threads = 1")  # several threads would write rows in the order of their luck
        yield connection
    finally:
        connection.close()
