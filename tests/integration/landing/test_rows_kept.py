"""Rows that are gone or damaged are read again from the archive, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from raw_landing.errors import ArchiveDamaged
from raw_landing.ledger.store import Ledger
from raw_landing.storage.rows_kept import discard_unreadable_rows, files_of, looks_whole
from raw_landing.storage.store import LandingStore
from tests.support.faults import HARMS, emptied
from tests.support.inbox import World, body, name

EXTRACT = "postdoc_intake"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two revisions of one dump, the older superseded, and another; of the newest a row is refused."""
    world = World(tmp_path)
    world.deliver(name(EXTRACT), body(EXTRACT, "2024-03", 1, 2))
    world.deliver(name(EXTRACT, "2024-04"), body(EXTRACT, "2024-04", 3))
    world.deliver(name(EXTRACT, revision=2), body(EXTRACT, "2024-03", 4) + "B5,420106,站5,x\n")
    world.land()
    return world


def files(world: World) -> list[Path]:
    with Ledger.open(world.home) as ledger:
        return sorted(file for dump in ledger.dumps() for file in files_of(LandingStore(world.home), dump))


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("number", range(4))
def test_what_is_damaged_is_read_again(world: World, harm: Callable[[Path], None], number: int) -> None:
    rows, receipts, files_before = world.active_rows(EXTRACT), world.receipts(), files(world)
    assert len(files_before) == 4 and all(map(looks_whole, files_before))
    harm(files_before[number])
    assert not looks_whole(files_before[number])
    landed = world.land()
    assert len(landed.restored) == 1
    assert (world.active_rows(EXTRACT), world.receipts(), files(world)) == (rows, receipts, files_before)
    assert all(map(looks_whole, files_before)) and world.land().restored == ()


def test_without_its_original_it_is_told_and_the_others_land(world: World) -> None:
    (file,) = [file for file in files(world) if file.parent.name == EXTRACT][:1]
    with Ledger.open(world.home) as ledger:
        dump = ledger.dump(file.name.split("-")[0])
    assert dump is not None
    (world.inbox / dump.path).unlink()
    emptied(LandingStore(world.home).original(dump.sha256))
    emptied(file)
    world.deliver(name(EXTRACT, "2024-05"), body(EXTRACT, "2024-05", 7))
    with pytest.raises(ArchiveDamaged):
        world.land()
    assert name(EXTRACT, "2024-05") in world.receipts()


def test_damage_between_its_ends_is_found_when_it_is_looked_for(world: World) -> None:
    (file,) = [file for file in files(world) if file.parent.name == EXTRACT][:1]
    rows = world.active_rows(EXTRACT)
    assert discard_unreadable_rows(world.home) == []
    content = file.read_bytes()
    file.write_bytes(content[:4] + b"\xff" * (len(content) - 12) + content[-8:])
    assert looks_whole(file) and discard_unreadable_rows(world.home) == [file]
    assert len(world.land().restored) == 1 and world.active_rows(EXTRACT) == rows


def test_packed_rows_that_are_lost_are_packed_again(world: World) -> None:
    from datetime import date

    import duckdb

    from raw_landing.storage.landed_schema import refresh_landed_schema
    from tests.support.inbox import rows_of

    with duckdb.connect() as warehouse:
        for harm in (
            'DELETE FROM packed."landed.postdoc_intake" WHERE line_number = 2',
            'DROP TABLE packed."landed.postdoc_intake"',
            "DROP TABLE packed.relation",
            "ALTER TABLE packed.file DROP COLUMN look",
            "DELETE FROM packed.relation",
            "SELECT 1",
        ):
            refresh_landed_schema(warehouse, world.home, as_of=date(2024, 5, 20))
            assert rows_of(warehouse, EXTRACT) == world.active_rows(EXTRACT), harm
            warehouse.execute(harm)
