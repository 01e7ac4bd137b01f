"""Files and folders that are whole or not there: writing beside the goal, syncing, renaming, switching a link,
removing. Knows no contents."""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any

from orchestration.progress import reporter
from orchestration.text import pair
from raw_landing.storage.store import sync

if TYPE_CHECKING:
    from pydantic import BaseModel

PROBE, REMOVING = ".probe-", ".removing-"
"""First letters of temporary folders: one to try the file system in, one that is being removed."""

_CANNOT = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EEXIST}

log = logging.getLogger("hrss")


def write_json(path: Path, content: object, indent: int | None = 2) -> None:
    """Replace a JSON file as a whole; a reader sees the old or the new one. It is its owner's alone. Without `indent`,
    for what is long and read by programs, it is one line, written several times as fast."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, json.dumps(content, ensure_ascii=False, indent=indent, default=str) + "\n", mode=0o600)


def replace_text(path: Path, content: str, mode: int | None = None) -> None:
    """The same for any text, in a folder that is there; with this mode from its first moment. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    if mode is not None:
        beside.unlink(missing_ok=True)
        beside.touch(mode & 0o600, exist_ok=False)
        beside.chmod(mode)  # whatever the mask of the process
    beside.write_text(content, encoding="utf-8")
    sync(beside)
    beside.replace(path)
    sync(path.parent)


def read_json(path: Path, shape: type[BaseModel] | None = None) -> dict[str, Any]:
    """The content of a JSON object's file; empty when it is not there, damaged or not of the `shape`: what a run or the
    gate left is then as if it had never been written. Raises OSError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("no JSON object")
        if shape is not None:
            shape.model_validate(content)
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):  # not the error's text: it may quote what it read
        reporter().note(*pair("run.file_counts_as_empty", path=path))
        return {}
    return content


def sha256(path: Path) -> str:
    """The checksum of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def drop_from_memory(file: IO[bytes]) -> None:
    """Let the system forget what it holds of an open file in memory: the next read comes from the disk, and a long look
    through many files leaves in memory what others need (posix_fadvise(2); nothing where the system has none)."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def switch_link(link: Path, target: Path) -> None:
    """Point a link in one step at a folder beside or below its own; readers see the old target or the new one."""
    beside = link.with_name(f".{link.name}.{os.getpid()}.tmp")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target.relative_to(link.parent), target_is_directory=True)
    beside.replace(link)
    sync(link.parent)


def switches_links(folder: Path) -> bool:
    """Whether the file system of `folder` can do what publication rests on: rename a folder, and replace a link by
    another in one step. Found out by doing both in a temporary folder. Raises OSError where that cannot be made."""
    with TemporaryDirectory(dir=folder, prefix=PROBE) as probe:
        first, second, link = (Path(probe, name) for name in ("first", "second", "link"))
        for target in (first, second):
            target.with_name("building").mkdir()
            try:
                target.with_name("building").rename(target)
                switch_link(link, target)
            except OSError as error:
                if error.errno in _CANNOT:
                    log.warning("%s: %s", folder, error)
                    return False
                raise
        return link.resolve() == second.resolve()


def remove_folder(path: Path) -> None:
    """Remove a folder with all that is in it; at no time does a part of it stand under its name. Raises OSError."""
    if not path.name.startswith(REMOVING):
        path = path.rename(path.with_name(f"{REMOVING}{path.name}"))
    shutil.rmtree(path)
