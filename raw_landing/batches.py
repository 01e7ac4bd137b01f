"""What passes between the steps of a landing: the tasks, in batches, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass

from raw_landing.database_time import Span
from raw_landing.intake.candidate import Candidate
from raw_landing.intake.identify import SUFFIXES
from raw_landing.intake.inbox import InboxFile, Skipped
from raw_landing.ledger.records import Dump, FileStat
from raw_landing.storage.store import StagedFile


class ArchiveLeftAlone(Exception):
    """One of many workers met an original that the archive has lost: the run itself, which knows of all, mends it."""


@dataclass(frozen=True, slots=True)
class Task:
    """One dump to take in: a file of the inbox, or a dump of the archive to be read again."""

    path: str
    bytes: int
    seen: InboxFile | None = None
    known: Dump | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """The outcome of examining a task: a dump to read, or the rejection of a file that was not opened; and the file's
    stat."""

    candidate: Candidate | None = None
    file_stat: FileStat | None = None
    unopened: Dump | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a batch: what the ledger is to keep, by path; the files staged; what was left for the next run;
    of another process, when it had statements under way."""

    dumps: list[Dump]
    files: list[StagedFile]
    file_stats: list[FileStat]
    left: list[Skipped]
    statements: tuple[Span, ...] = ()


def suffix_of(path: str) -> str:
    """The suffix of a dump's name in small letters: the only part of a name that reaches the reader."""
    return next(suffix for suffix in SUFFIXES if path.lower().endswith(suffix))
