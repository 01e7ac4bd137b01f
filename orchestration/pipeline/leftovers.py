"""Removes what a dead process has left under temporary names, in the home and where the system keeps such. What a
living process works with stays: in the home its name says whose it is. The caller holds the writer's lock."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from orchestration.progress import reporter
from orchestration.settings import Settings
from orchestration.text import pair
from raw_landing.temporary import sweep_temporary

_PROCESS = re.compile(r"^(?:\.[\w.]+\.(\d+)\.tmp|spill-(\d+)|parsing-(\d+)-\w+)$")
"""A file written beside its goal; what a database put down; a dbt project that is being read."""

_NOBODYS = re.compile(r"^(?:spill|parsing-[a-z0-9_]{8})$")
"""The same by earlier versions, without a number."""


def leftovers(settings: Settings) -> list[Path]:
    """What no living process needs. Raises OSError."""
    warehouse_spill = settings.warehouse.with_name(f"{settings.warehouse.name}.tmp")
    found = [warehouse_spill] if warehouse_spill.exists() else []  # whoever opens the warehouse holds the lock
    dbt = settings.dbt_target.parent
    for folder in (settings.home, dbt, settings.dbt_target, dbt / "compiled", settings.dagster_home):
        for path in folder.iterdir() if folder.is_dir() else ():
            number = _PROCESS.match(path.name)
            if _NOBODYS.match(path.name) or (number and not _lives(int(next(filter(None, number.groups()))))):
                found.append(path)
    return found


def sweep(settings: Settings) -> None:
    """Remove what no living process needs. Raises OSError."""
    found = leftovers(settings)
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    if count := len(found) + sweep_temporary():
        reporter().note(*pair("run.leftovers_removed", count=count))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return process != os.getpid()  # a name of ours from before: another process had the number
