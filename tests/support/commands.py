"""The command line as a child process, for tests from end to end."""

from __future__ import annotations

import os
import pty
import re
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


def hrss_on_terminal(*arguments: str | Path) -> str:
    """The same as a person runs it: what passed over the terminal, of its colours and movements bare."""
    ours, its = pty.openpty()
    shown = bytearray()
    with subprocess.Popen(
        [HRSS, *arguments], env=os.environ | {"COLUMNS": "160", "TERM": "xterm"}, stdout=its, stderr=its
    ) as run:
        os.close(its)
        try:
            while chunk := os.read(ours, 1 << 16):
                shown += chunk
        except OSError:  # how Linux ends a terminal that nobody has open any more
            pass
    os.close(ours)
    said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert run.returncode == 0, f"exit code {run.returncode}:\n{said}"
    return said
