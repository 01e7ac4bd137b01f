"""Another user of the same machine, for attacks on what is not theirs."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534

by_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


def as_nobody(script: str, *arguments: str | Path) -> str:
    """Run a Python script, of the standard library alone, as the user nobody; return what it printed (both streams)."""
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin:/bin")  # ours may lie where nobody else gets
    if python is None:
        pytest.skip("needs a Python that every user can run")
    run = subprocess.run(
        [python, "-I", "-c", script, *arguments],
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return run.stdout


def _open_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir="/var/tmp", prefix="hrss-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user of the machine can enter, unlike `tmp_path`."""
    yield from _open_folder()


@pytest.fixture(scope="module")
def open_folder_of_module() -> Iterator[Path]:
    """The same for all tests of a module."""
    yield from _open_folder()
