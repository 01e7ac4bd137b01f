"""The year harmed at random: runs killed, a disk that is full, files damaged, a clock that steps. After each night the
marts are held against those of the undisturbed year."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from orchestration.files import read_json
from orchestration.release.log import current_id
from orchestration.release.verify import verify
from orchestration.settings import Settings
from tests.support.comparison import differences
from tests.support.faults import HARMS, LEDGER, MADE_AGAIN
from tests.tools.year.machine import Clock, Command, moment_of
from tests.tools.year.report import read

TOO_LONG = 3600
ATTEMPTS = 4
"""A night that has not ended well after so many runs without harm has failed."""

OF_PUBLICATION = {
    *("release", "release_history", "fct_quality_result", "fct_quality_summary", "fct_run_stage"),
    *("fct_indicator_vintage", "fct_indicator_change", "fct_status_change", "corrections_log", "dim_formula"),
    "fct_warning_vintage",
}
"""Tables that tell of releases: there are others, where runs were killed."""

MOMENTS = frozenset({"landed_at"})
"""Columns that say when a run did something: a run that was harmed did it later."""

WITHOUT_DELIVERY = {"kill": 0.55}
"""How often a night on which nothing is delivered is harmed, on average."""

STEPS = (-180, -20, 20, 180)
"""Minutes by which the clock steps while a run is at work; the first lead back before midnight."""

ROOM = (0, 24 << 20)
"""Bytes that are left on a full disk: at least and at most."""


@dataclass
class Harms:
    """What befell a night."""

    kills: int = 0
    full_disks: int = 0
    damaged: list[str] = field(default_factory=list)
    steps: int = 0
    runs: int = 0


class Chaos:
    """Harms nights; the same seed plans the same harm, at moments that follow the machine's pace."""

    def __init__(self, seed: int, folder: Path, clock: Clock, rates: dict[str, float], undisturbed: Path) -> None:
        self.chance, self.folder, self.clock, self.rates = random.Random(seed), folder, clock, rates
        self.undisturbed, self.night_seconds = undisturbed, 0.0
        self.settings = Settings.of(home=folder / "home", landing=folder / "landing")
        self.said = folder / "said"

    def night(self, number: int) -> Harms:
        """Harm the night of that number and run it until it ends well. Raises AssertionError where it does not."""
        undisturbed, release = self._undisturbed(number), current_id(self.settings)
        done, self.night_seconds = Harms(), undisturbed["seconds"]
        rates = self.rates if undisturbed["dumps"] else WITHOUT_DELIVERY
        planned = [kind for kind, rate in rates.items() for _ in range(self._often(rate))]
        self.chance.shuffle(planned)
        planned.sort(key=lambda kind: kind != "damage")  # later, a release that no run replaces might be harmed
        for kind in planned:
            if kind == "damage":
                done.damaged += self._damage()
            else:
                getattr(self, f"_{kind}")(number, done)
            self.clock.set(moment_of(number) + timedelta(minutes=done.runs))
        for _ in range(ATTEMPTS):
            command = self._run(done)
            command.wait(TOO_LONG)
            said = command.said.read_text(encoding="utf-8")
            assert "Traceback" not in said, said
            if command.exit_code == 0:
                break
        assert command.exit_code == 0, f"night {number}: {asdict(done)}\n{said}"
        before, release = release, current_id(self.settings)
        assert release is not None and verify(self.settings, release).is_intact, release
        assert release == before or self.is_released(number), f"night {number}: a release of nothing new: {release}"
        return done

    def is_released(self, number: int) -> bool:
        """Whether the undisturbed year made a release that night: something was delivered, or the month turned."""
        marts = self.undisturbed / "marts"
        return number == 0 or not (marts / f"{number}.duckdb").samefile(marts / f"{number - 1}.duckdb")

    def _undisturbed(self, number: int) -> dict[str, Any]:
        """The record of that night in the undisturbed year, which may be under way still."""
        while len(nights := read(self.undisturbed / "nights.jsonl")) <= number:
            time.sleep(1)
        return nights[number]

    def _often(self, rate: float) -> int:
        whole, rest = divmod(rate, 1)
        return int(whole) + (self.chance.random() < rest)

    def _run(self, done: Harms) -> Command:
        done.runs += 1
        return Command(self.clock, self.said, "refresh")

    def _kill(self, number: int, done: Harms) -> None:
        """At any moment of the night; a second time within its first half, and so on, since less is left to do."""
        command = self._run(done)
        command.wait(self.chance.uniform(0, self.night_seconds / (1 + done.kills)))
        done.kills += command.kill(all_of_it=self.chance.random() < 0.7)

    def _full(self, _: int, done: Harms) -> None:
        ballast = self.folder / "ballast"
        free = shutil.disk_usage(self.folder).free - self.chance.randint(*ROOM)
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(free, 1))
        try:
            command = self._run(done)
            command.wait(TOO_LONG)
            done.full_disks += command.exit_code != 0
        finally:
            ballast.unlink()

    def _step(self, number: int, done: Harms) -> None:
        """Once the run has landed: by then it has taken its day, and dumps have theirs."""
        before = read_json(self.settings.run_record).get("started_at")
        command = self._run(done)
        while not command.wait(0.5):
            record = read_json(self.settings.run_record)
            if record.get("started_at") != before and record.get("outcome") == "landed":
                break
        self.clock.set(moment_of(number) + timedelta(minutes=self.chance.choice(STEPS)))
        done.steps += command.exit_code is None
        command.wait(TOO_LONG)

    def _damage(self) -> list[str]:
        current = current_id(self.settings)
        kind = self.chance.choice((*MADE_AGAIN, *LEDGER))
        files = [
            file for file in kind.files(self.settings.home) if "releases" not in file.parts or current in file.parts
        ]
        harmed = []
        for file in self.chance.sample(files, min(len(files), self.chance.randint(1, 3))):
            harm = self.chance.choice(HARMS)
            harm(file)
            harmed.append(f"{harm.__name__}: {kind.name}")
        return harmed


def differing(home: Path, undisturbed: Path) -> dict[str, list[object]]:
    """The computed tables of a home's current release that are not those of an undisturbed one, with a few rows."""
    settings = Settings.of(home=home)
    tables = set(read_json(settings.current / "manifest.json")["tables"]) - OF_PUBLICATION
    return differences(
        settings.current / "marts.duckdb", undisturbed, sorted(f"main.{name}" for name in tables), leaving_out=MOMENTS
    )


@contextmanager
def disk_of_its_own(folder: Path, megabytes: int) -> Iterator[None]:
    """A file system in memory that can be full without anybody else's being so. After an error it stays, to be looked
    at and gone on with. Needs the right to mount: `unshare --map-root-user --mount` gives it."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.path.ismount(folder):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", folder], check=True)
    yield
    subprocess.run(["umount", "--lazy", folder], check=True)
