"""What is over its period of keeping goes, on record; what counts stays, whatever happens meanwhile."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from raw_landing import purge as purging
from raw_landing.bounds import FUTURE
from raw_landing.land import originals, receipts, withdraw
from raw_landing.ledger.records import Receipt
from raw_landing.ledger.store import Ledger
from raw_landing.purge import Purgeable, purge, purgeable
from raw_landing.storage.store import LandingStore
from tests.support.inbox import World, body, name

EXTRACT = "postdoc_intake"
REFUSED = "B5,420106,站5,x\n"
LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def world(world: World) -> World:
    """Three revisions of a dump, of which the last counts; one that was rejected; one that was withdrawn; one under two
    names."""
    for revision in (None, 2, 3):
        value = 10 * (revision or 1)
        world.deliver(name(EXTRACT, revision=revision), body(EXTRACT, "2024-03", value, value + 1) + REFUSED)
    world.deliver(name("social_card"), "card_no\nK1\n")
    world.deliver(name(EXTRACT, "2024-04"), body(EXTRACT, "2024-04", 3))
    world.deliver(f"talent/again/{name(EXTRACT, revision=3).split('/')[1]}", body(EXTRACT, "2024-03", 30, 31) + REFUSED)
    world.land()
    withdraw(world.home, receipt(world, name(EXTRACT, "2024-04")).dump_id, reason="误报", by="jia")
    world.land()
    return world


def receipt(world: World, path: str) -> Receipt:
    (found,) = [one for one in receipts(world.home) if one.path == path]
    return found


def over(world: World, *, dumps: bool = True, refused: bool = False) -> Purgeable:
    return purgeable(
        world.home,
        dumps_before=LATER if dumps else None,
        refused_before=LATER if refused else None,
        in_use=(),
    )


def archived(home: Path) -> set[str]:
    return {path.name.removesuffix(".gz") for path in home.glob("archive/??/*.gz")}


def test_what_does_not_count_goes_with_its_rows(world: World) -> None:
    rows, told = world.active_rows(EXTRACT), receipts(world.home)
    found = over(world)
    gone = {name(EXTRACT), name(EXTRACT, revision=2), name("social_card"), name(EXTRACT, "2024-04")}
    assert {dump.path for dump in found.dumps} == gone and not found.refused_of
    assert all(path.is_file() for path in found.files)
    purge(world.home, found)
    assert not any(path.exists() for path in found.files)
    assert archived(world.home) == originals(world.home) == {receipt(world, name(EXTRACT, revision=3)).sha256}
    assert receipts(world.home) == told
    assert world.active_rows(EXTRACT) == rows and not over(world).dumps
    assert not world.land(again=True).restored
    assert world.active_rows(EXTRACT) == rows


def test_what_came_before_its_period_stays_and_counts_when_that_begins(world: World) -> None:
    early = name(EXTRACT, "2024-06")
    world.deliver(early, body(EXTRACT, "2024-06", 7))
    world.land(as_of=date(2024, 4, 20))
    assert receipt(world, early).reasons == (FUTURE,)
    found = over(world)
    assert early not in {dump.path for dump in found.dumps}
    purge(world.home, found)
    world.land(as_of=date(2024, 6, 20))
    assert receipt(world, early).status == "loaded"


def test_nothing_goes_before_its_time(world: World) -> None:
    moment = datetime.now(UTC) - timedelta(days=1)
    assert not purgeable(world.home, dumps_before=moment, refused_before=moment, in_use=()).files
    assert not purgeable(world.home, dumps_before=None, refused_before=None, in_use=()).files


def test_what_a_release_is_compared_with_stays(world: World) -> None:
    second = receipt(world, name(EXTRACT, revision=2))
    with Ledger.open(world.home) as ledger:
        dump = ledger.dump(second.dump_id)
    assert dump is not None
    used = LandingStore(world.home).rows(EXTRACT, dump.dump_id, dump.look)
    found = purgeable(world.home, dumps_before=LATER, refused_before=None, in_use={used})
    assert second.dump_id not in {one.dump_id for one in found.dumps} and len(found.dumps) == 3


def test_refused_rows_of_what_counts_go_alone(world: World) -> None:
    rows = world.active_rows(EXTRACT)
    found = over(world, dumps=False, refused=True)
    assert {dump.path for dump in found.refused_of} >= {name(EXTRACT, revision=3)}
    purge(world.home, found)
    assert not list(world.home.glob("quarantine/*.parquet"))
    assert not world.land().restored, "they are not read again"
    assert world.active_rows(EXTRACT) == rows
    assert sum(one.rows_refused for one in receipts(world.home) if one.status == "loaded") == 1
    assert not over(world, dumps=False, refused=True).refused_of


def test_what_was_purged_does_not_come_back_when_its_successor_is_withdrawn(world: World) -> None:
    purge(world.home, over(world))
    for path in (name(EXTRACT, revision=3), f"talent/again/{name(EXTRACT, revision=3).split('/')[1]}"):
        try:
            withdraw(world.home, receipt(world, path).dump_id, reason="误报", by="jia")
        except Exception:  # a duplicate of what was taken back
            continue
    world.land()
    assert world.active_rows(EXTRACT) == []


def test_what_was_purged_can_be_delivered_anew(world: World) -> None:
    purge(world.home, over(world))
    world.deliver(name(EXTRACT, revision=4), body(EXTRACT, "2024-03", 20, 21) + REFUSED)
    world.land()
    assert receipt(world, name(EXTRACT, revision=4)).status == "loaded"
    assert receipt(world, name(EXTRACT, revision=4)).sha256 in archived(world.home)


def test_a_lost_ledger_knows_what_was_purged(world: World) -> None:
    purge(world.home, over(world))
    rows, told = world.active_rows(EXTRACT), receipts(world.home)
    LandingStore(world.home).ledger.unlink()
    for copy in world.home.glob("archive/ledger/*"):
        copy.unlink()
    assert world.land().restored == ()
    assert (world.active_rows(EXTRACT), receipts(world.home)) == (rows, told)
    assert len(originals(world.home)) == 1


@pytest.mark.parametrize("when", ["before it is on record", "before the files are gone"])
def test_a_purge_that_is_killed_is_completed(world: World, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, found = world.active_rows(EXTRACT), over(world)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if when == "before it is on record":
            patched.setattr(Ledger, "purge", killed)
        else:
            patched.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            purge(world.home, found)
    assert world.land() is not None
    assert world.active_rows(EXTRACT) == rows
    assert {path.name for path in found.files if path.exists() and path.suffix == ".gz"} == (
        {path.name for path in found.files if path.suffix == ".gz"} if when == "before it is on record" else set()
    )
    purge(world.home, over(world))
    assert len(archived(world.home)) == 1
    world.land()


def test_what_a_batch_that_died_has_listed_stays_listed(world: World) -> None:
    store, stray = LandingStore(world.home), world.home / "archive" / "ab" / f"{'ab' * 32}.gz"
    stray.parent.mkdir(exist_ok=True)
    shutil.copyfile(next(world.home.glob("archive/??/*.gz")), stray)
    store.unfinished.write_text(f'{{"files": ["{stray.relative_to(world.home)}"]}}')
    purging.purge(world.home, over(world))
    assert stray.exists()
    world.land()
    assert not stray.exists(), "swept, as it was listed"
