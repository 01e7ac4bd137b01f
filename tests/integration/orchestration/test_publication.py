"""Publication works by allow-list: what has not opted in stays in the warehouse, be it a table or a column. A file that
is refused, or cannot be exported, leaves nothing behind."""

from __future__ import annotations

import errno
import json
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from threading import Event

import pytest

from expectations import ExpectedTable
from orchestration.dbt_build.catalogue import published_tables
from orchestration.figure.query import open_release
from orchestration.gate.run import GateRefused
from orchestration.process_beside import process_beside
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import current_id
from orchestration.release.publish import PublicationError
from orchestration.settings import Settings
from raw_landing.database import connect
from tests.support.publishing import publish_ungated

NOT_OPTED_IN = {"says nothing": {}, "says no": {"published": False}, "says it in words": {"published": "yes"}}


@pytest.fixture
def settings(small_home: Path, tmp_path: Path) -> Settings:
    """A home with nothing published."""
    return Settings.of(home=shutil.copytree(small_home, tmp_path / "home"))


def columns_of(settings: Settings) -> dict[str, set[str]]:
    """Every table of the current release, in whatever schema, with its columns."""
    connection = open_release(settings.current / "marts.duckdb")
    try:
        rows = connection.execute(
            "SELECT schema_name || '.' || table_name, list(column_name) FROM duckdb_columns()"
            " WHERE database_name = current_database() GROUP BY ALL"
        ).fetchall()
    finally:
        connection.close()
    return {table: set(columns) for table, columns in rows}


@pytest.mark.parametrize("meta", NOT_OPTED_IN.values(), ids=list(NOT_OPTED_IN))
def test_a_mart_that_has_not_opted_in_stays_behind(settings: Settings, meta: dict[str, object]) -> None:
    manifest = settings.dbt_target / "manifest.json"
    catalogue = json.loads(manifest.read_text(encoding="utf-8"))
    catalogue["nodes"]["dim_region"]["config"]["meta"] = meta
    manifest.write_text(json.dumps(catalogue), encoding="utf-8")
    release = publish_ungated(settings)
    with connect(settings.warehouse, read_only=True) as warehouse:
        assert warehouse.execute("SELECT count(*) FROM marts.dim_region").fetchone() == (20,)
    assert "main.dim_region" not in columns_of(settings)
    assert "main.fct_indicator_value" in columns_of(settings)
    told = json.loads(release.folder.manifest.read_text(encoding="utf-8"))
    assert "dim_region" not in told["tables"]


def test_a_mart_that_dbt_does_not_know_stays_behind(settings: Settings) -> None:
    with connect(settings.warehouse) as warehouse:
        warehouse.execute("CREATE TABLE marts.fct_person AS FROM landed.dump; CREATE TABLE landed.person (id INTEGER)")
    publish_ungated(settings)
    assert all(table.startswith("main.") and table != "main.fct_person" for table in columns_of(settings))


def test_a_column_outside_its_contract_stays_behind(settings: Settings) -> None:
    (contract,) = (table for table in published_tables(settings) if table.name == "dim_region")
    with connect(settings.warehouse) as warehouse:
        warehouse.execute("ALTER TABLE marts.dim_region ADD COLUMN contact VARCHAR DEFAULT '王小明'")
    publish_ungated(settings)
    assert columns_of(settings)["main.dim_region"] == {column.name for column in contract.columns}
    with connect(settings.warehouse, read_only=True) as warehouse:
        assert warehouse.execute("SELECT count(contact) FROM marts.dim_region").fetchone() == (20,)


def assert_nothing_new(settings: Settings, before: str) -> None:
    assert current_id(settings) == before
    assert [path.name for path in settings.releases.iterdir()] == [before]


def test_a_file_refused_while_it_is_exported_leaves_nothing_behind(settings: Settings) -> None:
    before = publish_ungated(settings).release_id
    exporting, refused = Event(), Event()

    def export(folder: ReleaseFolder) -> None:
        exporting.set()
        assert refused.wait(10)
        folder.exports.mkdir()

    def refuse(folder: ReleaseFolder, gated: Mapping[str, ExpectedTable]) -> list[dict[str, object]]:
        assert exporting.wait(10), "the file is judged while it is exported"
        refused.set()
        raise GateRefused("refused")

    with pytest.raises(GateRefused):
        publish_ungated(settings, refuse, export)
    assert_nothing_new(settings, before)


def test_a_file_that_cannot_be_exported_is_not_published(settings: Settings) -> None:
    before = publish_ungated(settings).release_id

    def export(folder: ReleaseFolder) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(folder.path / "indicators.xlsx"))

    with pytest.raises(PublicationError, match=r"indicators\.xlsx"):
        publish_ungated(settings, export=export)
    assert_nothing_new(settings, before)


def test_a_process_killed_while_it_exports_publishes_nothing(settings: Settings) -> None:
    before = publish_ungated(settings).release_id

    def export(folder: ReleaseFolder) -> None:
        with process_beside() as beside:
            beside.submit(signal.raise_signal, signal.SIGKILL).result()

    with pytest.raises(PublicationError, match="want of memory"):
        publish_ungated(settings, export=export)
    assert_nothing_new(settings, before)
