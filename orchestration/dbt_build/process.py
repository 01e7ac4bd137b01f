"""dbt, ended by the kernel when the run that started it is: a dbt that outlives a killed run would write to the
warehouse beside the next one. Starts dbt and knows nothing of what it does."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from orchestration.dbt_build.database_time import DatabaseTime
from orchestration.startup import tune_gc

PARENT_PID_ENV = "HRSS_DBT_PARENT"
"""The variable that names the process which starts dbt: by it the child knows an orphan from the start."""

WAREHOUSE_ENV = "HRSS_WAREHOUSE"
"""The variable by which profiles.yml finds the warehouse."""

READ_AT_ENV = "HRSS_DBT_READ_AT"
"""The variable by which the project's macros know when dbt began to read it: what was written later may be missed."""

WAITING = "--wait-for-command"
"""The one argument of a dbt that reads the project, then a line with its command, a list in JSON."""

_KEPT = (
    *("HRSS_", "DBT_", "DAGSTER_", "PYTHON", "LD_", "LC_", "LANG", "TZ", "TMP", "HOME", "PATH", "DO_NOT", "COV"),
    *("JAVA", "SPARK_", "PYSPARK_", "HADOOP_", "YARN_", "KUBE", "KRB5", "AWS_", "FSSPEC_"),  # Spark, what it reads
)
"""First letters of the variables that dbt or what it loads may read."""

_PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> NoReturn:
    """The command `hrss-dbt`: the dbt of this environment, with the arguments given."""
    die_with_parent()
    tune_gc()
    forget_variables()
    go_to_the_warehouse()
    if sys.argv[1:] == [WAITING]:
        sys.exit(wait_for_command())
    from dbt.cli.main import cli

    sys.exit(cli(prog_name="dbt"))


def go_to_the_warehouse() -> None:
    """Work in the warehouse's folder and name it from there. What dbt keeps of the project it has read holds for one
    profile: so for every warehouse of that name, wherever the home is moved."""
    warehouse = Path(os.environ.get(WAREHOUSE_ENV, ""))
    if warehouse.is_absolute():
        os.chdir(warehouse.parent)
        os.environ[WAREHOUSE_ENV] = warehouse.name


def forget_variables() -> None:
    """Leave few variables in the environment: for every line that it says, dbt looks through all of them for
    secrets."""
    for name in set(os.environ):
        if not name.startswith(_KEPT):
            del os.environ[name]


def wait_for_command() -> int:
    """Load dbt and read the project, then run the command that comes on standard input; return the exit code of dbt.
    Without a command there is nothing to do."""
    os.environ[READ_AT_ENV] = datetime.now(UTC).isoformat()
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    read = dbtRunner().invoke(["--quiet", "--log-level-file", "none", "--no-write-json", "parse"])
    if not (line := sys.stdin.readline()):
        return 0
    manifest = read.result if isinstance(read.result, Manifest) else None  # what is wrong with it is told again
    database = DatabaseTime()
    done = dbtRunner(manifest, [database]).invoke(json.loads(line))
    sys.stdout.write(f"{database.as_event()}\n")
    sys.stdout.flush()
    return 0 if done.success else 2 if done.exception else 1


def die_with_parent() -> None:
    """See to it that this process ends when the one that started it does (on Linux; other systems have no such
    signal)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # of the parent's thread
        if os.environ.get(PARENT_PID_ENV) not in (None, str(os.getppid())):
            sys.exit("the process that started this one is gone")


if __name__ == "__main__":
    main()
