"""Has a landing's dumps judged by many processes, of one machine or of several that share the home and the inbox under
the same paths.

The run that lands writes a plan into its folder of temporary files: the batches, in the order in which they count. A
worker claims the first batch that nobody has (a symbolic link to its own name, which one alone can make), judges it and
lays the result beside. The run enters the results in the plan's order, whoever was faster; it alone writes the ledger.
What no worker has claimed when its turn comes, or one claimed that is gone, the run judges itself. Who is gone is told
by leases, as with the writer's lock (filelock.SoftFileLease); workers end as soon as the run is.
"""

from __future__ import annotations

import logging
import os
import pickle
import re
import socket
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event, Thread

from filelock import SoftFileLease, Timeout

from raw_landing.batches import Judged, Task
from raw_landing.database_time import recorded, tell
from raw_landing.errors import LandingError
from raw_landing.fingerprint import Rules, current_rules
from raw_landing.landing_run import LandingRun
from raw_landing.ledger.store import Ledger
from raw_landing.limits import memory_limit
from raw_landing.storage.store import WORK, LandingStore

FOLDER, PLAN, RUN, COPY = "judging", "plan", "run", "ledger.sqlite"
"""In a run's folder of temporary files, and there: the plan, the run's lease, a copy of the ledger."""

_POLL = 0.1  # seconds
_log = logging.getLogger("hrss")

Start = Callable[[Path], AbstractContextManager[object]]
"""Starts workers for the folder of a plan; leaving the context waits until they have ended."""


class ProgramsDiffer(LandingError):
    """A worker's contracts, regions or code are not those of the run: its judgement would be another."""


@dataclass(frozen=True)
class Plan:
    """What a run has to land, and by what."""

    home: Path
    inbox: Path
    rules: Rules
    as_of: date
    lease_seconds: float
    process: tuple[str, int]
    batches: list[list[Task]]


@dataclass(frozen=True)
class Workers:
    """Who judges beside the run. `start`: starts them (None: they are started elsewhere and find the plan); after
    `lease_seconds` without a sign of life one of another machine counts as gone."""

    start: Start | None
    lease_seconds: float

    def judge(self, run: LandingRun, batches: list[list[Task]]) -> Generator[Judged]:
        """What becomes of each batch, in their order. One batch, the run judges itself."""
        folder = run.workdir / FOLDER
        folder.mkdir(mode=0o700)
        if len(batches) < 2 or not _knows_links(folder):
            yield from run.judge(batches)
            return
        run.ledger.copy_to(folder / COPY)
        lease = SoftFileLease(folder / RUN, lease_duration=self.lease_seconds, mode=0o600)
        with lease.acquire():
            facts = (run.store.root, run.inbox, run.rules, run.as_of, self.lease_seconds, _this_process())
            _write(folder / PLAN, Plan(*facts, batches))
            with self.start(folder) if self.start else nullcontext():
                try:
                    for number, batch in enumerate(batches):
                        yield self._awaited(run, folder, number) or next(run.judge([batch]))
                except BaseException:
                    lease.release()  # which ends the workers, for whom the context waits
                    raise

    def _awaited(self, run: LandingRun, folder: Path, number: int) -> Judged | None:
        """What a worker made of a batch; None where this run must judge it."""
        result = folder / f"{number}.judged"
        while not result.exists():
            if _claim(folder, number, RUN):
                return None
            worker = _claim_of(folder, number).readlink()
            lease = SoftFileLease(folder / worker, lease_duration=self.lease_seconds, mode=0o600)
            with suppress(Timeout), lease.acquire(timeout=-1, poll_interval=_POLL, cancel_check=result.exists):
                if not result.exists():
                    _log.warning("worker %s is gone; batch %d is judged by the run itself", worker, number)
                    return None
        judged: Judged = pickle.loads(result.read_bytes())
        tell(judged.statements)
        now = datetime.now(UTC).isoformat()
        for at, dump in enumerate(judged.dumps):  # when it was entered, by the clock of the run
            landed_at = run.ledger.first_landing(dump.dump_id, dump.manifest_sha256) or now
            judged.dumps[at] = replace(dump, landed_at=landed_at)
        return judged


def work(folder: Path, *, share: int = 1) -> int:
    """Judge batches of the plan in `folder` until none is left to claim; how many. `share`: so many workers share this
    machine's cores and memory. The process ends with the run whose plan it is. Raises ProgramsDiffer, FileNotFoundError
    where there is no plan any more."""
    plan: Plan = pickle.loads((folder / PLAN).read_bytes())
    if plan.rules != current_rules():
        raise ProgramsDiffer(plan.home, "programs_differ", host=socket.gethostname())
    if plan.process == _this_process():  # it would end itself
        raise RuntimeError("a worker must be a process of its own")
    os.umask(0o077)
    is_done = _end_with(folder / RUN, plan.lease_seconds)
    host = re.sub(r"[^\w-]", "-", socket.gethostname(), flags=re.ASCII)
    folder_of_mine = Path(tempfile.mkdtemp(prefix=f"worker-{host}-{os.getpid()}-", dir=folder))
    name = f"{folder_of_mine.name}-lease"
    mine = deque[int]()

    def claimed() -> Iterator[list[Task]]:
        for number, batch in enumerate(plan.batches):
            if _claim(folder, number, name):
                mine.append(number)
                yield batch

    store, done = LandingStore(plan.home, writer=folder_of_mine.name), 0
    with (
        SoftFileLease(folder / name, lease_duration=plan.lease_seconds, mode=0o600),
        Ledger.of_copy(folder / COPY, store) as ledger,
        closing(LandingRun(store, plan.inbox, ledger, folder_of_mine, plan.rules, plan.as_of)) as run,
        recorded() as statements,
    ):
        run.settings = _share_of_machine(share)
        for judged in run.judge(claimed()):
            _write(folder / f"{mine.popleft()}.judged", replace(judged, statements=tuple(statements)))
            statements.clear()
            done += 1
    is_done.set()
    return done


def plans(home: Path) -> list[Path]:
    """The folders of the plans of a home, also of runs that are gone."""
    return [file.parent for file in home.glob(f"landed/{WORK}*/{FOLDER}/{PLAN}")]


def _this_process() -> tuple[str, int]:
    return socket.gethostname(), os.getpid()


def _knows_links(folder: Path) -> bool:
    """Whether batches can be claimed: SMB and some others know no symbolic links."""
    try:
        (folder / "link").symlink_to("nowhere")
    except OSError as error:
        _log.warning("%s: no workers, since they could claim nothing (%s)", folder, error.strerror)
        return False
    return True


def _claim_of(folder: Path, number: int) -> Path:
    return folder / f"{number}.claim"


def _claim(folder: Path, number: int, name: str) -> bool:
    """Take a batch, unless somebody has."""
    try:
        _claim_of(folder, number).symlink_to(name)
    except FileExistsError:
        return False
    return True


def _write(file: Path, content: object) -> None:
    """Write a file that is there whole or not at all. What it holds is read by processes of the home's owner alone, who
    may write nowhere else more harmfully: the folder is closed to others."""
    beside = file.with_name(f".{file.name}")
    beside.write_bytes(pickle.dumps(content))
    beside.replace(file)


def _share_of_machine(share: int) -> dict[str, str]:
    """Settings of a database that is one of so many."""
    # its form is checked where it is read, so that there is a match
    size, unit = re.fullmatch(r"([0-9.]+) ?(\w+)", memory_limit()).groups()  # type: ignore[union-attr]
    cores = max(1, (os.cpu_count() or 1) // share)
    return {"memory_limit": f"{float(size) / share:.3f} {unit}", "threads": str(cores)} if share > 1 else {}


def _end_with(run: Path, lease_seconds: float) -> Event:
    """See to it that this process ends when the run does whose lease this is, unless it is done; there is nothing to be
    put in order."""
    is_done = Event()

    def watch() -> None:
        with suppress(OSError):  # the folder is gone
            SoftFileLease(run, lease_duration=lease_seconds, mode=0o600).acquire(timeout=-1, poll_interval=0.5)
        if not is_done.is_set():
            os._exit(1)

    Thread(target=watch, daemon=True).start()
    return is_done
