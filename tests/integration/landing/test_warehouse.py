"""What landing leaves in the warehouse: the interface that models and suites build on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from raw_landing.contract import load_contracts
from raw_landing.database import connect
from raw_landing.storage.landed_schema import METADATA, columns_of, refresh_landed_schema
from tests.support.inbox import World, body, name

EXTRACT = "postdoc_intake"


def types(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Columns and types of a relation, in order."""
    return {row[0]: row[1].replace(",", ", ") for row in connection.execute(f"DESCRIBE {relation}").fetchall()}


def test_an_empty_home_gives_typed_empty_relations(world: World) -> None:
    world.land()
    with world.warehouse() as warehouse:
        for extract, contract in load_contracts().items():
            assert types(warehouse, f"landed.{extract}") == columns_of(contract)
            assert warehouse.execute(f"SELECT count(*) FROM landed.{extract}").fetchone() == (0,)
        assert types(warehouse, "quality.quarantine") == {
            "dump_id": "VARCHAR",
            "line_number": "BIGINT",
            "reasons": "VARCHAR[]",
            "original": "VARCHAR",
        }
        assert warehouse.execute("FROM landed.run").fetchall() == [(date(2024, 5, 20), False, 5)]
        assert warehouse.execute("SELECT count(*) FROM landed.dump").fetchone() == (0,)


def test_filled_relations_have_the_same_types(world: World) -> None:
    periods = {"urban_employed_stock": "2024-Q1"}
    extracts = ("postdoc_intake", "insurance_enrolment", "social_card", "urban_employed_stock")
    for extract in extracts:
        period = periods.get(extract, "2024-03")
        world.deliver(name(extract, period), body(extract, period, 1), sampling_fraction=0.25)
    world.land()
    with world.warehouse() as warehouse:
        for extract in extracts:
            assert types(warehouse, f"landed.{extract}") == columns_of(load_contracts()[extract])
            rows = warehouse.execute(
                f"SELECT line_number, revision, sampling_fraction FROM landed.{extract}"
            ).fetchall()
            assert rows == [(2, 1, 0.25)]


def test_the_registry(world: World) -> None:
    world.land()
    with world.warehouse() as warehouse:
        contracts = load_contracts()
        assert warehouse.execute("SELECT count(*) FROM landed.extract").fetchone() == (len(contracts),)
        for extract, contract in contracts.items():
            query = "SELECT column_name, zh, aliases, type, required, unit, pii, check_rule FROM landed.extract_column"
            rows = warehouse.execute(f"{query} WHERE extract = ? ORDER BY position", [extract]).fetchall()
            assert rows == [
                (one.name, one.zh, list(one.aliases), one.type, one.required, one.unit, one.pii, one.check)
                for one in contract.columns
            ]
        query = "SELECT source, zh, load, cadence, delivered_by, due_days, period_column FROM landed.extract"
        assert warehouse.execute(f"{query} WHERE extract = 'postdoc_intake'").fetchall() == [
            ("talent", "博士后进站", "events", "monthly", "either", 15, "entered_on")
        ]


def test_active_dumps_know_when_their_period_first_came(world: World) -> None:
    world.deliver(name(EXTRACT), body(EXTRACT, "2024-03", 1), synthetic=True)
    (first,) = world.land().receipts
    world.deliver(name(EXTRACT, revision=2), body(EXTRACT, "2024-03", 2))
    second = next(one for one in world.land().receipts if one.revision == 2)
    with world.warehouse() as warehouse:
        query = "SELECT revision, first_landed_at, landed_at, is_synthetic FROM landed.dump"
        (row,) = warehouse.execute(query).fetchall()
        assert row == (2, first.landed_at, second.landed_at, False)
        assert warehouse.execute("SELECT is_synthetic FROM landed.run").fetchone() == (False,)


def test_one_synthetic_dump_makes_the_run_synthetic(world: World) -> None:
    world.deliver(name(EXTRACT), body(EXTRACT, "2024-03", 1), synthetic=True)
    world.deliver(name(EXTRACT, "2024-04"), body(EXTRACT, "2024-04", 1))
    world.land()
    with world.warehouse() as warehouse:
        assert warehouse.execute("SELECT is_synthetic FROM landed.run").fetchone() == (True,)


def test_a_receipt_stands_there_column_by_column(world: World) -> None:
    world.deliver(name(EXTRACT), body(EXTRACT, "2024-03", 1), submitted_by="某局", as_of="2024-04-01")
    (receipt,) = world.land().receipts
    with world.warehouse() as warehouse:
        columns = list(types(warehouse, "quality.landing_receipt"))
        row = warehouse.execute("FROM quality.landing_receipt").fetchone()
    assert row is not None
    spec = (
        "dump_id, path, sha256, bytes, source, extract, period_start, period_end, unit_code, revision, encoding, "
        "delimiter, rows_read, rows_loaded, rows_refused, rows_repeated, rows_skipped, status, reasons, warnings, "
        "message_zh, message_en, sampling_fraction, landed_at, as_of, is_synthetic, submitted_by, "
        "public_path, withdrawn_at, withdrawn_by, withdrawn_reason"
    )
    assert columns == spec.split(", ")
    for column, value in zip(columns, row, strict=True):
        expected = getattr(receipt, column)
        assert value == (list(expected) if isinstance(expected, tuple) else expected), column


def test_every_relation_and_column_has_a_comment_in_both_languages(world: World) -> None:
    world.land()
    with world.warehouse() as warehouse:
        for extract in load_contracts():
            query = "SELECT column_name, comment FROM duckdb_columns WHERE schema_name = 'landed' AND table_name = ?"
            comments = dict(warehouse.execute(query, [extract]).fetchall())
            assert all(" / " in (comment or "") for comment in comments.values()), extract
        assert comments
        views = warehouse.execute(
            "SELECT comment FROM duckdb_views WHERE schema_name IN ('landed', 'quality')"
        ).fetchall()
        assert len(views) == len(load_contracts()) + 2
        assert all(" / " in (comment or "") for (comment,) in views)
        query = "SELECT comment FROM duckdb_columns WHERE table_name = 'postdoc_intake' AND column_name = 'region_code'"
        assert warehouse.execute(query).fetchone() == ("行政区划代码 / region code [AAB301]",)


def test_sync_again_and_after_a_change_and_on_a_file(world: World) -> None:
    world.deliver(name(EXTRACT), body(EXTRACT, "2024-03", 1))
    world.land()
    seen = []
    for _ in range(2):
        with connect(world.home / "warehouse.duckdb") as warehouse:
            refresh_landed_schema(warehouse, world.home, as_of=date(2024, 5, 20))
            seen.append(warehouse.execute("FROM landed.dump").fetchall())
    assert seen[0] == seen[1]
    world.deliver(name(EXTRACT, revision=2), body(EXTRACT, "2024-03", 2, 3))
    world.land()
    with connect(world.home / "warehouse.duckdb") as warehouse:
        before = warehouse.execute("SELECT count(*) FROM landed.postdoc_intake").fetchone()
        refresh_landed_schema(warehouse, world.home, as_of=date(2024, 5, 21))
        after = warehouse.execute("SELECT count(*) FROM landed.postdoc_intake").fetchone()
        assert (before, after) == ((1,), (2,))
        assert warehouse.execute("SELECT as_of FROM landed.run").fetchone() == (date(2024, 5, 21),)


def test_small_dumps_are_kept_in_the_warehouse_and_large_ones_read_where_they_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("raw_landing.storage.small_files.SMALL", 2)
    for month, rows in (("2024-01", 1), ("2024-02", 2), ("2024-03", 3)):
        world.deliver(name(EXTRACT, month), body(EXTRACT, month, *range(rows)))
    world.land()

    def kept(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
        return warehouse.execute(
            'SELECT month(period_start), count(*) FROM packed."landed.postdoc_intake" GROUP BY ALL ORDER BY ALL'
        ).fetchall()

    with world.warehouse() as warehouse:
        assert kept(warehouse) == [(1, 1), (2, 2)]
        assert warehouse.execute("SELECT count(*) FROM landed.postdoc_intake").fetchone() == (6,)
        world.deliver(name(EXTRACT, "2024-01", revision=2), body(EXTRACT, "2024-01", 7, 8))
        world.deliver(name(EXTRACT, "2024-02", revision=2), body(EXTRACT, "2024-02", 7, 8, 9))
        world.land()
        refresh_landed_schema(warehouse, world.home, as_of=date(2024, 5, 20))
        assert kept(warehouse) == [(1, 2)]
        assert warehouse.execute("SELECT count(*) FROM landed.postdoc_intake").fetchone() == (8,)


def test_a_relation_of_very_many_rows_is_read_from_its_files_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table and files in one grouping took more memory than there was: 55 million people of a full month."""
    world.deliver(name(EXTRACT), body(EXTRACT, "2024-03", 1, 2, 3))
    world.land()
    with world.warehouse() as warehouse:
        for huge, packed in ((2, 0), (3, 3)):
            monkeypatch.setattr("raw_landing.storage.small_files.HUGE", huge)
            refresh_landed_schema(warehouse, world.home, as_of=date(2024, 5, 20))
            kept = warehouse.execute('SELECT count(*) FROM packed."landed.postdoc_intake"').fetchone()
            assert kept == (packed,)
            assert warehouse.execute("SELECT count(*) FROM landed.postdoc_intake").fetchone() == (3,)


def test_the_files_of_small_dumps_are_opened_once(world: World) -> None:
    world.deliver(name(EXTRACT), body(EXTRACT, "2024-03", 1))
    world.land()
    with world.warehouse() as warehouse:
        for file in (world.home / "landed" / EXTRACT).glob("*.parquet"):
            file.unlink()
        refresh_landed_schema(warehouse, world.home, as_of=date(2024, 5, 20))
        assert warehouse.execute("SELECT count(*) FROM landed.postdoc_intake").fetchone() == (1,)


@pytest.mark.parametrize("small", [10_000, 0], ids=["packed", "parquet"])
def test_the_filled_cells_of_optional_columns_are_counted_once(
    world: World, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr("raw_landing.storage.small_files.SMALL", small)
    for month, rows in (("2024-01", 3), ("2024-02", 2)):
        world.deliver(name(EXTRACT, month), body(EXTRACT, month, *range(rows)).replace("站1", ""))
    world.deliver(name("social_card"), body("social_card", "2024-03", 1))
    world.land()
    query = (
        "SELECT month(period_end), column_name, rows_counted, cells_filled FROM quality.filled_cell"
        " JOIN landed.dump USING (dump_id, look, extract) WHERE extract = 'postdoc_intake' ORDER BY ALL"
    )

    def expected(*months: tuple[int, int, int]) -> list[tuple[int, str, int, int]]:
        return [
            (month, column, rows, filled if column == "station_name" else 0)
            for month, rows, filled in months
            for column in ("id_number", "station_kind", "station_name")
        ]

    with world.warehouse() as warehouse:
        assert warehouse.execute(query).fetchall() == expected((1, 3, 2), (2, 2, 1))
        warehouse.execute("UPDATE quality.filled_cell SET cells_filled = 7 WHERE extract = 'social_card'")
        world.deliver(name(EXTRACT, "2024-02", revision=2), body(EXTRACT, "2024-02", 5))
        world.land()
        refresh_landed_schema(warehouse, world.home, as_of=date(2024, 5, 20))
        assert warehouse.execute(query).fetchall() == expected((1, 3, 2), (2, 1, 1))
        kept = "SELECT DISTINCT cells_filled FROM quality.filled_cell WHERE extract = 'social_card'"
        assert warehouse.execute(kept).fetchall() == [(7,)], "what did not change is not counted again"


def test_what_is_kept_follows_the_columns_of_the_contract(world: World) -> None:
    world.deliver(name(EXTRACT), body(EXTRACT, "2024-03", 1))
    world.land()
    with world.warehouse() as warehouse:
        warehouse.execute('ALTER TABLE packed."landed.postdoc_intake" DROP COLUMN region_code')
        refresh_landed_schema(warehouse, world.home, as_of=date(2024, 5, 20))
        assert types(warehouse, "landed.postdoc_intake") == columns_of(load_contracts()[EXTRACT])
        assert warehouse.execute("SELECT count(region_code) FROM landed.postdoc_intake").fetchone() == (1,)


def test_a_sync_that_fails_leaves_the_warehouse_as_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.deliver(name(EXTRACT), body(EXTRACT, "2024-03", 1))
    world.land()
    with world.warehouse() as warehouse:
        monkeypatch.setattr("raw_landing.storage.landed_schema._comments", lambda _: ["no SQL"])
        with pytest.raises(duckdb.Error):
            refresh_landed_schema(warehouse, world.home, as_of=date(2030, 1, 1))
        assert warehouse.execute("SELECT as_of FROM landed.run").fetchone() == (date(2024, 5, 20),)


def test_a_home_whose_name_looks_like_a_pattern(tmp_path: Path) -> None:
    world = World(tmp_path / "it's [a-z]* {?} revision=7")
    world.inbox.mkdir(parents=True)
    world.deliver(name(EXTRACT), body(EXTRACT, "2024-03", 1))
    world.land()
    assert [row[1] for row in world.active_rows(EXTRACT)] == [1]


def test_metadata_stands_before_the_contracts_columns() -> None:
    for contract in load_contracts().values():
        assert list(columns_of(contract))[: len(METADATA)] == list(METADATA)
        assert not set(METADATA) & set(contract.by_name)
