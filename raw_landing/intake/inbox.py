"""Lists the inbox by stat alone: which files are new or changed, still growing, or gone. Opens, parses and writes
nothing; imports nothing heavy, since no-op runs and the sensor call it often."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from raw_landing.errors import InboxUnreachable, as_landing_error
from raw_landing.fingerprint import current_rules
from raw_landing.ledger.records import FileStat
from raw_landing.ledger.recovery import is_damage
from raw_landing.ledger.store import Ledger
from raw_landing.messages.receipts import other_format_problem
from raw_landing.text import say

MANIFEST = ".manifest.json"
DUMPS = (".csv", ".txt", ".tsv", ".csv.gz", ".txt.gz", ".tsv.gz", ".xlsx")
# Other spreadsheets and archives: they get no receipt, but are named, so that none waits unseen.
OTHER_FORMATS = (".xls", ".xlsm", ".xlsb", ".ods", ".et", ".zip", ".rar", ".7z")
_UNFINISHED = (".part", ".tmp")
# A file written within the last second is listed twice, a second apart; an older one has stopped growing. So is one
# dated in the future, because the share's clock runs ahead.
QUIET_SECONDS = 1.0


class Kind(StrEnum):
    """What kind of file has a dump's name."""

    FILE = "file"
    LINK = "link"  # a symbolic link out of the inbox or to nowhere: never followed
    SPECIAL = "special"  # a pipe, socket or device: never opened


@dataclass(frozen=True, slots=True)
class InboxFile:
    """One dump in the inbox: path and stat of the file and of its manifest (None without one)."""

    path: str  # relative to the inbox, with "/"
    file: str  # what to open
    kind: Kind
    size: int
    mtime_ns: int
    manifest_file: str | None = None
    manifest_size: int | None = None
    manifest_mtime_ns: int | None = None

    @property
    def file_stat(self) -> tuple[int, int, int | None, int | None]:
        """Size and time of file and manifest: changes when there is something new."""
        return self.size, self.mtime_ns, self.manifest_size, self.manifest_mtime_ns

    @property
    def readable(self) -> bool:
        """Whether file and manifest may be read."""
        return all(os.access(name, os.R_OK) for name in (self.file, self.manifest_file) if name is not None)

    @property
    def touched_ns(self) -> int:
        """When the dump or its manifest was last written."""
        return max(self.mtime_ns, self.manifest_mtime_ns or 0)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A name in the inbox that was skipped in this run, and why."""

    path: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Pending:
    """What landing would have to do now, in the order of the paths."""

    new: tuple[InboxFile, ...]  # never seen, or the file or its manifest changed
    ahead: tuple[InboxFile, ...]  # those of them that are dated in the future: to be looked at twice
    growing: tuple[InboxFile, ...]  # never seen or changed, but written to within the last second
    vanished: tuple[str, ...]  # seen before, no longer there; what was landed of them stays
    left: tuple[Skipped, ...]  # folders that cannot be entered, files of a format that is not read
    stale: int  # landed dumps to read again, since contract, regions or code have changed
    ledger_version: int  # grows with every change of a receipt
    is_ledger_lost: bool = False  # gone, damaged or behind the archive: a run makes it again

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that identify the new files."""
        return hashlib.sha256(repr([(one.path, one.file_stat) for one in self.new]).encode()).hexdigest()[:16]

    def __bool__(self) -> bool:
        """Whether there is anything to land."""
        return bool(self.new or self.growing or self.stale or self.is_ledger_lost)


def pending(landing: Path, home: Path) -> Pending:
    """Compare the inbox with the ledger by size and time, without opening a file. Raises LandingError when either
    cannot be read."""
    seen, left = survey(inbox_of(landing))
    file_stats, read_by, version, lost = _known(home)
    current = current_rules()
    stale = sum(count for extract, rules, count in read_by if rules != current.of(extract))
    now = time.time_ns()
    recent = now - int(QUIET_SECONDS * 1e9)
    new: list[InboxFile] = []
    growing: list[InboxFile] = []
    for file in seen:
        known = file_stats.pop(file.path, None)
        if known is None or not known.covers(file.file_stat) or (known.unreadable and file.readable):
            (growing if recent < file.touched_ns <= now else new).append(file)
    ahead = tuple(file for file in new if file.touched_ns > now)
    return Pending(tuple(new), ahead, tuple(growing), tuple(sorted(file_stats)), tuple(left), stale, version, lost)


def ledger_version(home: Path) -> int:
    """A number that grows with every change of a receipt. Raises LandingError."""
    _, _, version, _ = _known(home)
    return version


def ledger_is_lost(home: Path) -> bool:
    """Whether the ledger is gone, damaged or behind the archive, and can be made again. Raises LandingError."""
    return _known(home)[3]


def _known(home: Path) -> tuple[dict[str, FileStat], list[tuple[str | None, str, int]], int, bool]:
    """Files seen before, the rules dumps were read by, the ledger's version, and whether the ledger had to be
    rebuilt."""

    def known(*, recalled: bool = False) -> tuple[dict[str, FileStat], list[tuple[str | None, str, int]], int, bool]:
        with Ledger.open(home, recalled=recalled) as ledger:
            return ledger.file_stats(), ledger.rules(), ledger.version(), ledger.is_recalled

    with as_landing_error(home):
        try:
            return known()
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
            return known(recalled=True)  # a page within was damaged


def survey(inbox: Path) -> tuple[list[InboxFile], list[Skipped]]:
    """Every dump in the inbox in the order of the paths, and the names skipped, with the reason. Raises
    InboxUnreachable."""
    manifests: dict[str, tuple[str, os.stat_result]] = {}
    seen: list[InboxFile] = []
    left: list[Skipped] = []
    for entry, path in _walk(inbox, left):
        name = entry.name.lower()
        try:
            if name.endswith(MANIFEST):
                manifests[path[: -len(MANIFEST)]] = entry.path, entry.stat(follow_symlinks=False)
            elif name.endswith(DUMPS):
                seen.append(_see(entry, path, inbox))
            elif (suffix := other_format(name)) is not None:
                problem = other_format_problem(suffix)
                left.append(Skipped(path, problem.zh + problem.remedy_zh, f"{problem.en} {problem.remedy_en}"))
        except FileNotFoundError:
            continue  # moved away between the two looks
    for position, file in enumerate(seen):
        if file.path in manifests:
            name, status = manifests[file.path]
            seen[position] = replace(
                file, manifest_file=name, manifest_size=status.st_size, manifest_mtime_ns=status.st_mtime_ns
            )
    return sorted(seen, key=lambda file: file.path), left


def other_format(name: str) -> str | None:
    """The suffix of a name that says the file is another spreadsheet or an archive, else None."""
    return next((suffix for suffix in OTHER_FORMATS if name.lower().endswith(suffix)), None)


def settled(files: tuple[InboxFile, ...], inbox: Path) -> tuple[list[InboxFile], list[InboxFile]]:
    """Wait a moment, then split files that may still grow into those unchanged and the others."""
    if not files:
        return [], []
    time.sleep(QUIET_SECONDS)
    now = {file.path: file for file in survey(inbox)[0]}
    still = [file for file in files if now.get(file.path) == file]
    return still, [file for file in files if now.get(file.path) != file]


def inbox_of(landing: Path) -> Path:
    """The inbox of a landing folder. Raises InboxUnreachable when it is not there."""
    inbox = landing / "inbox"
    try:
        return inbox.resolve(strict=True)
    except OSError as error:
        raise InboxUnreachable(inbox, "inbox_missing", why=error.strerror) from error


def _walk(inbox: Path, left: list[Skipped]) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Every file below the inbox with its path as text. A link to a folder is not followed."""
    folders = [(str(inbox), "")]
    while folders:
        folder, prefix = folders.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            if not prefix:
                raise InboxUnreachable(inbox, "inbox_unreadable", why=error.strerror) from error
            left.append(Skipped(prefix.rstrip("/"), *say("skipped.folder_closed", why=error.strerror)))
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED):
                continue
            path = prefix + _text(entry.name)
            if entry.is_dir(follow_symlinks=False):
                folders.append((entry.path, path + "/"))
            elif entry.is_symlink() and os.path.isdir(entry.path):  # noqa: PTH112 - False also for a link in a circle
                left.append(Skipped(path, *say("skipped.link_to_folder")))
            else:
                yield entry, path


def _see(entry: os.DirEntry[str], path: str, inbox: Path) -> InboxFile:
    status, file, kind = entry.stat(follow_symlinks=False), entry.path, Kind.FILE
    if entry.is_symlink():
        target = os.path.realpath(entry.path)
        if Path(target).is_relative_to(inbox) and Path(target).exists():
            status, file = os.stat(target, follow_symlinks=False), target  # noqa: PTH116 - a link's end, links resolved
        else:
            kind = Kind.LINK
    if kind is Kind.FILE and not stat.S_ISREG(status.st_mode):
        kind = Kind.SPECIAL
    return InboxFile(path, file, kind, status.st_size, status.st_mtime_ns)


def _text(name: str) -> str:
    """A file's name as text; names written by an old system are GB18030 bytes."""
    raw = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "backslashreplace")
