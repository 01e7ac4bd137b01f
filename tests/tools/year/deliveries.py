"""What agencies deliver in the simulated year: the sample of 2025 month by month, a few dumps on each day of delivery,
and revisions of what has come before. The same plan each time."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from benchmarks.dumps import restate
from benchmarks.sample import write_sound
from raw_landing.intake.identify import period_named
from raw_landing.sample.generate import Scale

FIRST_NIGHT = date(2025, 2, 1)
SCALE = Scale(thinning=0.02, since=date(2024, 12, 1), units=("420100", "420600", "429021"), enlarged=True)
WITHIN_DAYS = 25
"""Dumps of a period arrive within so many days of its end."""
DAYS = (1, 11, 21)
"""Of a month, unless others are asked for: what was due since the one before is delivered. On other nights there is
nothing new."""
LEAST_ROWS = 40
"""Of a dump that is revised: each revision is a row shorter."""
MANIFEST = ".manifest.json"


@dataclass(frozen=True)
class Delivery:
    """A dump of the sample, by its path below the inbox; `revision`: the next version of one that has come before."""

    path: Path
    revision: int = 1


class Deliveries:
    """The plan, and the landing folder that it fills."""

    def __init__(self, folder: Path, days: Collection[int] = DAYS) -> None:
        self.sample, self.landing = folder / "sample", folder / "landing"
        if not self.sample.exists():
            write_sound(self.sample / "inbox", SCALE)
        self.by_night = dict(_planned(self.sample / "inbox", days))

    def arrive(self, night: int, moment: datetime) -> int:
        """Deliver what is due on the night of that number (0: all that came before the year), an hour before `moment`;
        returns the number of dumps."""
        due = self.by_night.get(night, [])
        for delivery in due:
            file = self.landing / "inbox" / delivery.path
            if delivery.revision > 1:
                restate(self.landing, delivery.revision, Path("inbox") / delivery.path)
                file = file.with_stem(f"{file.stem}__r{delivery.revision}")
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                for name in (file.name, f"{file.name}{MANIFEST}"):
                    shutil.copyfile(self.sample / "inbox" / delivery.path.with_name(name), file.with_name(name))
            for one in (file, file.with_name(f"{file.name}{MANIFEST}")):
                os.utime(one, (moment.timestamp() - 3600,) * 2)
        return len(due)


def _planned(inbox: Path, days: Collection[int]) -> Iterator[tuple[int, list[Delivery]]]:
    chance = random.Random(1)
    dumps = sorted(path.relative_to(inbox) for path in inbox.rglob("*.csv"))
    due: dict[int, list[Delivery]] = {}
    for path in dumps:
        period = period_named(path.stem.split("__")[1])
        assert period is not None, path
        arrives = period[2] + timedelta(days=chance.randint(1, WITHIN_DAYS))
        while arrives.day not in days:
            arrives += timedelta(days=1)
        due.setdefault(max(0, (arrives - FIRST_NIGHT).days + 1), []).append(Delivery(path))
    revisions: dict[Path, int] = {}
    known: list[Path] = []
    for night in range(366):
        new = due.get(night, [])
        if night and (FIRST_NIGHT + timedelta(days=night - 1)).day in days:
            path = chance.choice(known)
            revisions[path] = revisions.get(path, 1) + 1
            new = [*new, Delivery(path, revisions[path])]
        known += [one.path for one in new if one.revision == 1 and _rows(inbox / one.path) >= LEAST_ROWS]
        yield night, new


def _rows(dump: Path) -> int:
    return len(dump.read_bytes().splitlines()) - 1
