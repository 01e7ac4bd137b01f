"""Dumps judged by many processes: receipts, rows and ledger are those of one process, whoever was faster, also where
workers are killed, the run is, or they are of another machine (another host name and another network, one folder)."""

from __future__ import annotations

import errno
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from raw_landing import judging, landing_run
from raw_landing.database_time import Span
from raw_landing.judging import PLAN, RUN, Workers
from raw_landing.storage.store import LandingStore
from tests.support.inbox import HEADERS, PERIODS, World, body, name
from tests.support.judging_worker import HERE, start_worker

RUN_THAT_DIES = """
import sys
from pathlib import Path
from raw_landing import landing_run
from raw_landing.judging import Workers
from raw_landing.land import land

landing_run.BATCH_DUMPS = 3
root = Path(sys.argv[1])
print("begins", flush=True)
land(root / "landing", root / "home", workers=Workers(None, 60))
"""
LEASE = 60.0
"""Seconds in which a loaded machine gives a sign of life."""


def elsewhere(host: str) -> tuple[str, ...]:
    """Runs a command on what it takes for another machine, cut off from every network."""
    return ("unshare", "--user", "--map-root-user", "--uts", "--net", "sh", "-c", 'hostname "$0" && exec "$@"', host)


@dataclass
class Team:
    """Workers started for a plan: where each runs, at which step each is killed (0: never), and what became of them."""

    places: tuple[tuple[str, ...], ...] = (HERE,) * 4
    killed_at: Callable[[int], int] = lambda number: 0
    done: list[int] = field(default_factory=list)
    codes: list[int | None] = field(default_factory=list)
    lease: float = LEASE

    @contextmanager
    def start(self, folder: Path) -> Iterator[None]:
        children = [
            start_worker(place, folder, number, self.killed_at(number)) for number, place in enumerate(self.places)
        ]
        for _, pipe in children:
            assert pipe.recv() == "ready"
        for _, pipe in children:
            pipe.send("begin")
        while not any(folder.glob("*.claim")) and not all(pipe.poll() for _, pipe in children):
            time.sleep(0.01)
        yield
        for ended, pipe in children:
            with suppress(EOFError):
                self.done.append(pipe.recv())
            self.codes.append(ended())

    @property
    def workers(self) -> Workers:
        return Workers(self.start, self.lease)


def filled(root: Path) -> World:
    """Deliveries of four extracts, of two periods, with revisions, contents that come twice (in the same batch and in
    another), rows that are refused, a dump that is rejected and two that nobody can identify."""
    world = World(root)
    for value, (extract, months) in enumerate(
        (extract, month) for extract in sorted(HEADERS) for month in ("monthly", "quarterly") if extract
    ):
        periods = PERIODS[months]
        if (extract == "urban_employed_stock") != (months == "quarterly"):
            continue
        for period in periods:
            path = name(extract, period)
            text = body(extract, period, value + 1, value + 2)
            world.deliver(path, text)
            source, file = path.split("/")
            world.deliver(f"{source}/again/{file}", text)
            world.deliver(name(extract, period, revision=2), body(extract, period, value + 3))
            world.deliver(f"{source}/late/{name(extract, period, revision=2).split('/')[1]}", body(extract, period, 9))
    world.deliver(name("postdoc_intake", revision=3), body("postdoc_intake", "2024-03", *range(1, 9)) + "B5,x,站5,x,\n")
    world.deliver("talent/postdoc_intake__2024-05__420100.csv", "a,b\n1,2\n")
    world.deliver("talent/nobody.csv", "a\n")
    world.deliver("talent/zz/nobody.csv", "a\n")
    return world


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing_run, "BATCH_DUMPS", 3)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one process makes of the deliveries."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(landing_run, "BATCH_DUMPS", 3)
        world = filled(tmp_path_factory.mktemp("alone"))
        world.land()
    return what_is_landed(world)


def what_is_landed(world: World) -> dict[str, Any]:
    """The ledger, table by table (with the turns in which dumps arrived), without clocks; the names of the journal's
    entries and of all files; the rows."""
    tables: dict[str, Any] = {}
    with closing(sqlite3.connect(LandingStore(world.home).ledger)) as ledger:
        ledger.row_factory = sqlite3.Row
        for table in ("dump", "look", "sighting", "version", "journal"):
            clocks = {"landed_at", "mtime_ns", "manifest_mtime_ns", "sha256" if table == "journal" else ""}
            rows = ledger.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            # a row of sqlite3 gives its values where it is gone through, its names by keys() alone
            tables[table] = [{key: row[key] for key in row.keys() if key not in clocks} for row in rows]  # noqa: SIM118
    return tables | {
        "rows": {extract: world.active_rows(extract) for extract in HEADERS},
        "files": {one.relative_to(world.home) for one in world.files()},
        "entries": sorted(one.name for one in LandingStore(world.home).journal.iterdir()),
    }


def order_of_arrival(world: World) -> list[str]:
    """When the accepted dumps landed, in the order of their turns."""
    with closing(sqlite3.connect(LandingStore(world.home).ledger)) as ledger:
        return [row[0] for row in ledger.execute("SELECT landed_at FROM dump WHERE turn IS NOT NULL ORDER BY turn")]


def test_the_run_is_told_when_its_workers_had_statements_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, told = filled(tmp_path), list[Span]()
    monkeypatch.setattr(judging, "tell", told.extend)
    begin = time.time()
    world.land(workers=Team().workers)
    assert told
    assert all(begin <= one <= other <= time.time() for one, other in told)


def test_four_processes_land_as_one_does(alone: dict[str, Any], tmp_path: Path) -> None:
    world, team = filled(tmp_path), Team()
    landed = world.land(workers=team.workers)
    assert what_is_landed(world) == alone
    assert order_of_arrival(world) == sorted(order_of_arrival(world))
    assert sum(count > 0 for count in team.done) > 1, "more than one has judged"
    assert team.codes == [0] * 4
    assert len(landed.receipts) == len(alone["dump"])
    assert world.files() == world.named_files()


@pytest.mark.parametrize("seed", range(4))
def test_workers_that_are_killed_lose_and_double_nothing(alone: dict[str, Any], tmp_path: Path, seed: int) -> None:
    world, team = filled(tmp_path), Team(killed_at=lambda number: 1 + (7 * seed + 11 * number) % 40, lease=3)
    world.land(workers=team.workers)
    assert team.codes.count(-signal.SIGKILL) > 0
    assert what_is_landed(world)["dump"] == alone["dump"]
    assert what_is_landed(world)["rows"] == alone["rows"]
    assert world.land().receipts == ()  # which sweeps what the killed have left
    assert what_is_landed(world)["files"] == alone["files"]
    assert world.files() == world.named_files()


def test_no_worker_at_all_is_no_harm(alone: dict[str, Any], tmp_path: Path) -> None:
    world = filled(tmp_path)
    world.land(workers=Workers(None, LEASE))
    assert what_is_landed(world) == alone


def test_where_nothing_can_be_claimed_the_run_is_alone(
    alone: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "no links here")

    monkeypatch.setattr(Path, "symlink_to", refused)
    world, team = filled(tmp_path), Team()
    world.land(workers=team.workers)
    assert what_is_landed(world) == alone
    assert team.codes == []


def test_workers_of_another_machine_land_the_same_and_one_that_dies_is_waited_for(
    alone: dict[str, Any], tmp_path: Path
) -> None:
    if shutil.which("unshare") is None or subprocess.run([*elsewhere("east"), "true"], check=False).returncode:
        pytest.skip("no namespaces here")
    world = filled(tmp_path / "whole")
    team = Team((HERE, elsewhere("east"), elsewhere("west")))
    world.land(workers=team.workers)
    assert what_is_landed(world) == alone
    assert sum(count > 0 for count in team.done) > 1
    world = filled(tmp_path / "killed")
    team = Team((HERE, elsewhere("east")), killed_at=lambda number: 12 * number, lease=3)
    world.land(workers=team.workers)
    assert team.codes[1] != 0
    assert what_is_landed(world)["dump"] == alone["dump"]
    assert what_is_landed(world)["rows"] == alone["rows"]


def test_workers_end_with_the_run_and_the_next_one_completes(alone: dict[str, Any], tmp_path: Path) -> None:
    world = filled(tmp_path)
    run = subprocess.Popen([sys.executable, "-c", RUN_THAT_DIES, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    while not (plans := judging.plans(world.home)):
        time.sleep(0.005)
    run.send_signal(signal.SIGSTOP)
    (folder,) = plans
    ended, child = start_worker(HERE, folder, 9999, 0)  # it takes five minutes for a batch
    assert child.recv() == "ready"
    child.send("begin")
    before = {*folder.glob("*.claim")}
    while {*folder.glob("*.claim")} == before:
        time.sleep(0.01)
    run.kill()
    run.wait()
    assert child.poll(60) and ended() == 1
    world.land()
    assert what_is_landed(world)["rows"] == alone["rows"]
    assert [one["path"] for one in what_is_landed(world)["dump"]] == [one["path"] for one in alone["dump"]]
    assert world.files() == world.named_files()


def test_a_worker_of_another_program_judges_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world, asked = filled(tmp_path), []

    @contextmanager
    def start(folder: Path) -> Iterator[None]:
        assert (folder / PLAN).exists() and (folder / RUN).exists()
        with monkeypatch.context() as patched:
            patched.setattr(judging, "current_rules", lambda: None)
            with pytest.raises(judging.ProgramsDiffer, match="same release"):
                judging.work(folder)
        with pytest.raises(RuntimeError, match="process of its own"):
            judging.work(folder)
        asked.append(folder)
        yield

    world.land(workers=Workers(start, LEASE))
    assert asked
    assert not (asked[0]).exists()


def test_an_original_that_the_archive_lost_is_left_to_the_run(alone: dict[str, Any], tmp_path: Path) -> None:
    world = filled(tmp_path)
    world.land()
    (lost, *_) = sorted((world.home / "archive").glob("??/*.gz"))
    lost.write_bytes(b"damaged")
    team = Team()
    world.land(again=True, workers=team.workers)
    assert what_is_landed(world)["rows"] == alone["rows"]
    assert what_is_landed(world)["files"] == alone["files"]
    assert lost.read_bytes() != b"damaged"
