"""Files that are whole or not there: writing beside the goal, syncing, renaming, switching a link. Knows no
contents."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from pathlib import Path
from typing import Any

from raw_landing.home import sync

log = logging.getLogger("hrss")


def write_json(path: Path, content: object) -> None:
    """Replace a small JSON file as a whole; a reader sees the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n")


def replace_text(path: Path, content: str) -> None:
    """The same for any text, in a folder that is there. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    beside.write_text(content, encoding="utf-8")
    sync(beside)
    beside.replace(path)
    sync(path.parent)


def read_json(path: Path) -> dict[str, Any]:
    """The content of a JSON object's file; empty when it is not there, or damaged: what a run or the gate left is then
    as if it had never been written. Raises OSError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        log.warning("%s is damaged and counts as empty: %s", path, error)
        return {}
    return content if isinstance(content, dict) else {}


def sha256(path: Path) -> str:
    """The checksum of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def switch_link(link: Path, target: Path) -> None:
    """Point a link in one step at a folder beside or below its own; readers see the old target or the new one."""
    beside = link.with_name(f".{link.name}.{os.getpid()}.tmp")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target.relative_to(link.parent), target_is_directory=True)
    beside.replace(link)
    sync(link.parent)
