"""Whatever kills runs and takes away ledgers meanwhile: the home ends as one to which nothing happened."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from raw_landing.contract import load_contracts
from raw_landing.land import receipts, withdraw
from raw_landing.storage.store import LandingStore
from tests.integration.landing.test_restatement import Killed, killed_at
from tests.support.inbox import HEADERS, PERIODS, World, body, name

_OF_THE_CLOCK = ("landed_at", "withdrawn_at", "message_zh", "message_en")  # messages tell the day of a withdrawal


@dataclass(frozen=True)
class Night:
    """What arrives, which of the counted dumps is taken back, and what happens to the disturbed home."""

    deliveries: list[tuple[str, bool, int, list[int], str]]  # extract, later period, revision, values, folder
    stated: int | None  # another revision, by a manifest beside the first of them
    withdrawn: int | None
    again: bool
    killed_at: int | None
    harm: Callable[[LandingStore, Path], None]


def nothing(_: LandingStore, __: Path) -> None:
    """An undisturbed night."""


def lost(store: LandingStore, _: Path) -> None:
    """The ledger is gone."""
    store.ledger.unlink(missing_ok=True)


def empty(store: LandingStore, _: Path) -> None:
    """The ledger is empty."""
    if store.ledger.exists():
        store.ledger.write_bytes(b"")


def aged(store: LandingStore, copy: Path) -> None:
    """The first ledger there was is put back, beside whatever log of SQLite's there is."""
    if copy.exists():
        shutil.copy(copy, store.ledger)


def without_copies(store: LandingStore, copy: Path) -> None:
    """The ledger is gone and its copies are too."""
    shutil.rmtree(store.copies, ignore_errors=True)
    lost(store, copy)


def without_journal(store: LandingStore, _: Path) -> None:
    """The journal is gone."""
    shutil.rmtree(store.journal, ignore_errors=True)


nights = st.builds(
    Night,
    deliveries=st.lists(
        st.tuples(
            st.sampled_from(sorted(HEADERS)),
            st.booleans(),
            st.integers(1, 3),
            st.lists(st.integers(1, 3), min_size=1, max_size=3, unique=True),
            st.sampled_from("abc"),
        ),
        max_size=4,
    ),
    stated=st.none() | st.integers(1, 4),
    withdrawn=st.none() | st.integers(0, 20),
    again=st.booleans(),
    killed_at=st.none() | st.integers(1, 60),
    harm=st.sampled_from([nothing, lost, empty, aged, without_copies, without_journal]),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(nights, min_size=2, max_size=4))
def test_a_disturbed_home_ends_as_an_undisturbed_one(past: list[Night]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr("raw_landing.landing_run.BATCH_DUMPS", 2)
        calm, harmed = World(Path(folder, "calm")), World(Path(folder, "harmed"))
        calm.inbox.mkdir(parents=True)
        harmed.root.mkdir()
        (harmed.root / "landing").symlink_to(calm.landing)
        first = Path(folder, "first.sqlite")
        for night in past:
            _deliver(calm, night)
            if night.killed_at is not None:
                with suppress(Killed), killed_at(night.killed_at):
                    harmed.land(again=night.again)
            # without a journal only a ledger that was left in order says what was: see test_lost_ledger.py
            if night.harm is not without_journal or night.killed_at is None:
                night.harm(LandingStore(harmed.home), first)
            for world in (calm, harmed):
                world.land(again=night.again)
            counted = [one for one in receipts(calm.home) if one.status in ("loaded", "superseded")]
            if night.withdrawn is not None and counted:
                for world in (calm, harmed):
                    withdraw(world.home, counted[night.withdrawn % len(counted)].dump_id, reason="test", by="test")
            if not first.exists():
                shutil.copy(LandingStore(harmed.home).ledger, first)
        for world in (calm, harmed):
            world.land()
        assert _receipts(harmed) == _receipts(calm)
        for extract in HEADERS:
            assert harmed.active_rows(extract) == calm.active_rows(extract)
        assert {one.relative_to(harmed.home) for one in harmed.files()} == {
            one.relative_to(calm.home) for one in calm.files()
        }


def _deliver(world: World, night: Night) -> None:
    for number, (extract, later, revision, values, folder) in enumerate(night.deliveries):
        period = PERIODS[load_contracts()[extract].cadence][later]
        source, file = name(extract, period, revision=revision).split("/")
        path = f"{source}/{folder}/{file}"
        world.deliver(path, body(extract, period, *values))
        if night.stated is not None and number == 0:
            world.manifest(path, revision=night.stated)


def _receipts(world: World) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in asdict(one).items() if key not in _OF_THE_CLOCK} for one in receipts(world.home)
    ]
