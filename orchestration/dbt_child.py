"""dbt, ended by the kernel when the run that started it is: a dbt that outlives a killed run would write to the
warehouse beside the next one. Starts dbt and knows nothing of it; imports nothing heavy."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

PARENT = "HRSS_DBT_PARENT"
"""The variable that names the process which starts dbt: by it the child knows an orphan from the start."""

_PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> NoReturn:
    """The command `hrss-dbt`: the dbt of this environment, with the arguments given."""
    become([str(Path(sys.executable).with_name("dbt")), *sys.argv[1:]])


def become(command: Sequence[str]) -> NoReturn:
    """Turn this process into `command`, which ends when the process that started this one does (on Linux; other
    systems have no such signal)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # of the parent's thread; survives exec
        if os.environ.get(PARENT) not in (None, str(os.getppid())):
            sys.exit("the process that started this one is gone")
    os.execv(command[0], list(command))
