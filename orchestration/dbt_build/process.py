"""dbt, ended by the kernel when the run that started it is: a dbt that outlives a killed run would write to the
warehouse beside the next one. Starts dbt and knows nothing of what it does."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from orchestration.startup import tune_gc

PARENT_PID_ENV = "HRSS_DBT_PARENT"
"""The variable that names the process which starts dbt: by it the child knows an orphan from the start."""

WAREHOUSE_ENV = "HRSS_WAREHOUSE"
"""The variable by which profiles.yml finds the warehouse."""

_PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> NoReturn:
    """The command `hrss-dbt`: the dbt of this environment, with the arguments given."""
    die_with_parent()
    tune_gc()
    go_to_the_warehouse()
    from dbt.cli.main import cli

    sys.exit(cli(prog_name="dbt"))


def go_to_the_warehouse() -> None:
    """Work in the warehouse's folder and name it from there. What dbt keeps of the project it has read holds for one
    profile: so for every warehouse of that name, wherever the home is moved."""
    warehouse = Path(os.environ.get(WAREHOUSE_ENV, ""))
    if warehouse.is_absolute():
        os.chdir(warehouse.parent)
        os.environ[WAREHOUSE_ENV] = warehouse.name


def die_with_parent() -> None:
    """See to it that this process ends when the one that started it does (on Linux; other systems have no such
    signal)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # of the parent's thread
        if os.environ.get(PARENT_PID_ENV) not in (None, str(os.getppid())):
            sys.exit("the process that started this one is gone")
