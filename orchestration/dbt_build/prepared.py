"""dbt started ahead of its command, so that it is loaded and has read the project while dumps are landed. The child's
side stands in dbt_build.process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from orchestration.dbt_build.process import WAITING
from orchestration.dbt_build.runner import DBT, dbt_environment
from orchestration.provenance import dbt_sha256
from orchestration.settings import DBT_PROJECT, Settings


@dataclass(frozen=True)
class _Waiting:
    """A child that waits for its command, and the checksum of the project when it was started."""

    process: subprocess.Popen[bytes]
    project: str


_waiting: dict[Path, _Waiting] = {}
"""By home."""


def prepare_dbt(settings: Settings) -> None:
    """Start a dbt for this home that waits for its command. It ends with this process."""
    discard_prepared(settings)
    environment = dbt_environment(settings) | {
        "DBT_PROJECT_DIR": str(DBT_PROJECT),
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_LOG_PATH": str(settings.dbt_target),
        "DBT_LOG_FORMAT": "json",
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [str(DBT), WAITING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=DBT_PROJECT,
        umask=0o077,  # as in a run, which has not begun: what it writes is its owner's alone
    )
    _waiting[settings.home] = _Waiting(process, dbt_sha256())


def run_prepared(settings: Settings, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Give the dbt that waits its command, or a new one where none has read the project as it stands; return its
    process, which says what it does in lines of JSON."""
    waiting = _waiting.get(settings.home)
    if waiting is None or waiting.process.poll() is not None or waiting.project != dbt_sha256():
        prepare_dbt(settings)
    with suppress(FileNotFoundError):  # it would grow by every build
        settings.dbt_log.replace(settings.dbt_log.with_suffix(".before.log"))
    process = _waiting.pop(settings.home).process
    assert process.stdin is not None
    with process.stdin as told:
        told.write(json.dumps(arguments).encode() + b"\n")
    return process


def discard_prepared(settings: Settings) -> None:
    """End the dbt that waits, if there is one: nothing is to be built."""
    if (waiting := _waiting.pop(settings.home, None)) is not None:
        waiting.process.kill()  # it has written nothing
        waiting.process.communicate()
