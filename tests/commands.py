"""The command line as a child process, for tests from end to end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HRSS = Path(sys.executable).with_name("hrss")


def hrss(*arguments: str | Path, code: int = 0) -> str:
    """Run `hrss`, expect its exit code, return what it printed (both streams)."""
    run = subprocess.run(
        [HRSS, *arguments],
        env=os.environ | {"COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == code, f"exit code {run.returncode}, not {code}:\n{run.stdout}"
    return run.stdout
