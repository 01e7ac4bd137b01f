"""Removes, before a run lands, the files listed by an unfinished run and readings of known dumps that were replaced. An
unknown file stops the run, and nothing is removed."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from raw_landing.errors import ArchiveUnexplained
from raw_landing.storage.store import PART, WORK, LandingStore, StagedFile, commit_files, finished_name

_ORIGINAL = re.compile(r"[0-9a-f]{64}\.gz")
_READING = re.compile(r"([0-9a-f]{16})-[0-9a-f]{8}(\.corrections)?\.parquet")  # the dump, its look


def intend(store: LandingStore, files: Iterable[StagedFile]) -> None:
    """List on disk what a batch is about to write: that much may be swept if it never ends. The batch before it must
    have ended. Raises OSError."""
    names = [file.goal.relative_to(store.root).as_posix() for file in files]
    if names:
        staged = store.stage(store.unfinished)
        staged.part.write_text(json.dumps({"files": names}, indent=0))
        commit_files([staged])


def intend_removal(store: LandingStore, files: Iterable[Path]) -> set[Path]:
    """List on disk what is about to be removed for good, beside what an unfinished batch has listed: a run that dies
    leaves nothing that nobody explains. Returns what the batch had listed, for `removed`. Raises OSError."""
    before = _unfinished(store)
    intend(store, [StagedFile(file, file) for file in sorted(before | set(files))])
    return before


def removed(store: LandingStore, before: Collection[Path]) -> None:
    """Take off the list again what was to be removed. Raises OSError."""
    if before:
        intend(store, [StagedFile(file, file) for file in sorted(before)])
    else:
        finished(store)


def finished(store: LandingStore) -> None:
    """Clear the list: the last batch has ended and none of its files may be swept. Raises OSError."""
    store.unfinished.unlink(missing_ok=True)


def sweep(store: LandingStore, keep: Collection[Path], known: Collection[str], workdir: Path) -> int:
    """Remove what an unfinished run left and what no receipt names any more. `keep` lists the files that stay, `known`
    the dumps of the ledger, `workdir` is this run's. Files of other names are nobody's business. Returns how many files
    were removed.

    A run sweeps before it lands, never after: the warehouse may read the replaced files until it is told of the new
    ones. Raises ArchiveUnexplained, before anything is removed.
    """
    needless, unknown = _sorted_out(store, keep, known)
    if unknown:
        raise ArchiveUnexplained(
            store.root,
            "archive_unexplained",
            count=len(unknown),
            first=min(unknown),
            copies=store.copies.parent,
            ledger=store.ledger,
        )
    for path in needless:
        path.unlink(missing_ok=True)
    for folder in (store.journal, store.copies, store.unfinished.parent):
        for path in folder.glob(f"{PART}*"):
            path.unlink(missing_ok=True)
    for folder in (store.root / "landed").glob(f"{WORK}*"):
        if folder != workdir:
            shutil.rmtree(folder, ignore_errors=True)
    finished(store)
    return len(needless)


def unexplained(store: LandingStore, keep: Collection[Path], known: Collection[str]) -> list[Path]:
    """The files that would stop a sweep; nothing is changed. Raises OSError."""
    return _sorted_out(store, keep, known)[1]


def _sorted_out(store: LandingStore, keep: Collection[Path], known: Collection[str]) -> tuple[list[Path], list[Path]]:
    """The files that nobody needs any more, and those that nothing explains."""
    left = _unfinished(store)
    needless: list[Path] = []
    unknown: list[Path] = []
    for path in _files(store):
        name = finished_name(path.name)
        reading = _READING.fullmatch(name)
        if path in keep or not (reading or _ORIGINAL.fullmatch(name)):
            continue
        explained = name != path.name or path in left or (reading is not None and reading[1] in known)
        (needless if explained else unknown).append(path)
    return needless, unknown


def _unfinished(store: LandingStore) -> set[Path]:
    try:
        return {store.root / name for name in json.loads(store.unfinished.read_text())["files"]}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return set()


def _files(store: LandingStore) -> Iterator[Path]:
    for name, depth in (("landed", 1), ("quarantine", 0), ("archive", 1)):
        folders = [store.root / name]
        if depth:
            folders = [
                Path(entry)
                for entry in os.scandir(folders[0])
                if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(WORK)
            ]
        for folder in folders:
            yield from (Path(entry) for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False))
