"""Any order, batching and repetition of deliveries, with crashes and withdrawals between, for the four kinds of load:
the active rows are those of a model that knows only what was delivered."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from raw_landing import landing_run
from raw_landing.contract import load_contracts
from raw_landing.land import receipts, withdraw
from raw_landing.ledger.store import Ledger
from raw_landing.storage import small_files as packing
from raw_landing.storage import store as home_module
from tests.support.inbox import HEADERS, PERIODS, World, body, name, rows_of


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True, scope="module")
def some_are_small() -> Iterator[None]:
    """Dumps of one or two rows are kept in the warehouse, those of three read where they are."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(packing, "SMALL", 2)
        yield


@contextmanager
def killed_at(step: int) -> Iterator[None]:
    """End the run at its n-th step: before a sync, rename or unlink; before or after a compression or commit."""
    left = step

    def counted(real: Callable[..., Any], *, after: bool = False) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed
            result = real(*arguments, **named)
            if after:
                left -= 1
                if left == 0:
                    raise Killed
            return result

        return call

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", counted(os.fsync))
        patched.setattr(os, "replace", counted(os.replace))
        patched.setattr(os, "unlink", counted(os.unlink))
        patched.setattr(landing_run, "compress", counted(home_module.compress, after=True))
        patched.setattr(Ledger, "commit", counted(Ledger.commit, after=True))
        yield


@dataclass(frozen=True)
class Delivery:
    """A file that was put into the inbox."""

    path: str
    extract: str
    period: str
    revision: int
    content: str

    @property
    def key(self) -> tuple[str, str, int, str]:
        """What makes it the same as another one."""
        return self.extract, self.period, self.revision, hashlib.sha256(self.content.encode()).hexdigest()


class Restatement(RuleBasedStateMachine):
    """Deliveries and runs; `gone` holds what was landed and later written over, `withdrawn` the keys taken back.
    `warehouse` follows run by run what an empty one shows at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(Path(tempfile.mkdtemp()))
        self.world.inbox.mkdir(parents=True)
        self.there: dict[str, Delivery] = {}
        self.gone: list[Delivery] = []
        self.withdrawn: set[tuple[str, str, int, str]] = set()
        self.warehouse = duckdb.connect()

    @rule(
        extract=st.sampled_from(sorted(HEADERS)),
        later=st.booleans(),
        revision=st.integers(1, 3),
        values=st.lists(st.integers(1, 3), min_size=1, max_size=3, unique=True),
        folder=st.sampled_from("abc"),
    )
    def deliver(self, extract: str, later: bool, revision: int, values: list[int], folder: str) -> None:
        period = PERIODS[load_contracts()[extract].cadence][later]
        self._put(Delivery("", extract, period, revision, body(extract, period, *values)), folder)

    @precondition(lambda self: self.there)
    @rule(data=st.data(), folder=st.sampled_from("abc"))
    def repeat(self, data: st.DataObject, folder: str) -> None:
        self._put(data.draw(st.sampled_from(list(self.there.values()))), folder)

    @precondition(lambda self: self.there)
    @rule(data=st.data(), folder=st.sampled_from("abc"))
    def revise(self, data: st.DataObject, folder: str) -> None:
        before = data.draw(st.sampled_from(list(self.there.values())))
        self._put(replace(before, revision=before.revision + 1), folder)

    @precondition(lambda self: self.there)
    @rule(data=st.data(), values=st.lists(st.integers(4, 6), min_size=1, max_size=3, unique=True))
    def write_over(self, data: st.DataObject, values: list[int]) -> None:
        self.land(again=False)  # else nobody knows whether what stood there before was seen
        before = data.draw(st.sampled_from(list(self.there.values())))
        after = replace(before, content=body(before.extract, before.period, *values))
        self.gone.append(before)
        self.there[before.path] = after
        self.world.deliver(before.path, after.content)

    @precondition(lambda self: self.there)
    @rule(data=st.data(), revision=st.integers(1, 4))
    def state_another_revision(self, data: st.DataObject, revision: int) -> None:
        before = data.draw(st.sampled_from(list(self.there.values())))
        after = replace(before, revision=revision)
        written_over = any(one.path == before.path for one in self.gone)
        if written_over or {before.key, after.key} & self.withdrawn:
            return  # the manifest speaks of the present content only, and a withdrawal of its dump
        self.there[before.path] = after
        self.world.manifest(before.path, revision=revision)

    @rule(again=st.booleans())
    def land(self, again: bool) -> None:
        self.world.land(again=again)
        self.world.show(self.warehouse, *HEADERS)
        assert self.world.named_files() <= self.world.files()
        assert len({one.dump_id for one in receipts(self.world.home)}) == len({*self.there, *self._over()})

    @rule(step=st.integers(1, 40), again=st.booleans())
    def crash(self, step: int, again: bool) -> None:
        with suppress(Killed), killed_at(step):
            self.world.land(again=again)

    @precondition(lambda self: self.there)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        self.land(again=False)
        counted = [one for one in receipts(self.world.home) if one.status in ("loaded", "superseded")]
        if counted:
            chosen = data.draw(st.sampled_from(counted))
            (delivery,) = {
                one.key
                for one in (*self.there.values(), *self.gone)
                if (one.path, one.key[3]) == (chosen.path, chosen.sha256)
            }
            withdraw(self.world.home, chosen.dump_id, reason="test", by="test")
            self.withdrawn.add(delivery)

    def teardown(self) -> None:
        try:
            self.world.land()
            self.world.show(self.warehouse, *HEADERS)
            with self.world.warehouse(*HEADERS) as empty:
                for extract in HEADERS:
                    assert rows_of(empty, extract) == rows_of(self.warehouse, extract) == self._expected(extract)
            self.world.land()
            assert self.world.files() == self.world.named_files()
        finally:
            self.warehouse.close()
            shutil.rmtree(self.world.root)

    def _put(self, delivery: Delivery, folder: str) -> None:
        source, file = name(delivery.extract, delivery.period, revision=delivery.revision).split("/")
        path = f"{source}/{folder}{len(self.there)}/{file}"
        self.there[path] = replace(delivery, path=path)
        self.world.deliver(path, delivery.content)

    def _over(self) -> set[tuple[str, str]]:
        present = {(one.path, one.key[3]) for one in self.there.values()}
        return {(one.path, one.key[3]) for one in self.gone} - present

    def _expected(self, extract: str) -> list[tuple[Any, ...]]:
        """The rows of the greatest key of each period, withdrawn ones aside."""
        best: dict[str, Delivery] = {}
        for one in (*self.there.values(), *self.gone):
            if one.extract == extract and one.key not in self.withdrawn:
                best[one.period] = max(best.get(one.period, one), one, key=lambda delivery: delivery.key)
        rows: list[tuple[Any, ...]] = []
        for one in best.values():
            start = f"{one.period[:4]}-{3 * int(one.period[-1]) - 2:02}" if "Q" in one.period else one.period
            width = len(HEADERS[extract].split(","))
            lines = (line.split(",")[:width] for line in one.content.splitlines()[1:])
            rows += [(f"{start}-01", one.revision, *line) for line in lines]
        return sorted(rows)


TestRestatement = Restatement.TestCase
TestRestatement.settings = settings(
    max_examples=20,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
