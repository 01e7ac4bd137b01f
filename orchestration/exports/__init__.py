"""A release in the formats that others read: Parquet, CSV, Excel, SDMX, JSON-LD. All is written from the published file
alone, and the same file gives the same bytes; no figure is computed. docs/exports.md says what a reader may rely on."""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.dbt_build.catalogue import Table
from orchestration.exports.facts import Facts, read_facts
from orchestration.figure.query import open_release
from orchestration.release.folder import ReleaseFolder


def write_exports(release: ReleaseFolder, tables: Sequence[Table]) -> Facts:
    """Write every format beside the finished database of a release; `tables` says what its tables are. Returns what
    every file says of itself. Raises OSError, duckdb.Error."""
    from orchestration.exports import datapackage, dataset, plain, sdmx, workbook

    folder = release.exports
    folder.mkdir()
    connection = open_release(release.marts)
    try:
        connection.execute("set threads = 1")  # several threads would write rows in the order of their luck
        facts = read_facts(connection, tables)
        plain.write_parquet(connection, facts, folder / "parquet")
        plain.write_csv(connection, facts, folder / "csv")
        datapackage.write(facts, folder)
        workbook.write(connection, facts, folder / "indicators.xlsx")
        sdmx.write(connection, facts, folder / "sdmx")
        dataset.write(connection, facts, folder, release.marts)
        return facts
    finally:
        connection.close()
