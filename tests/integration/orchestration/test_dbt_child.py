"""dbt does not outlive the run that started it, nor does another child of a run, nor a part of the service the service:
a killed refresh leaves nobody writing to the warehouse."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.dbt_build.process import PARENT_PID_ENV
from orchestration.dbt_build.runner import DBT, dbt_command
from orchestration.settings import Settings

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such signal")

CHILD = """
from time import sleep
from orchestration.dbt_build.process import die_with_parent
die_with_parent()
print("runs", flush=True)
sleep(600)
"""
PARENT_OF_IT = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {CHILD!r}])
"""
PARENT_OF_A_MODULE = """
from orchestration.dagster_runtime.bound_child import start_bound
start_bound("timeit", "-n1", "-r1", "-s", "import time; print('runs', flush=True)", "time.sleep(600)").wait()
"""
PARENT_OF_A_TASK = """
from orchestration.process_beside import process_beside
process_beside().submit(exec, "print('runs', flush=True); import time; time.sleep(600)").result()
"""


@linux_only
@pytest.mark.parametrize("program", [PARENT_OF_IT, PARENT_OF_A_MODULE, PARENT_OF_A_TASK])
def test_child_ends_with_a_killed_parent(program: str) -> None:
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None and parent.stdout.readline() == "runs\n"
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    assert parent.stdout.read() == "", "the pipe ends when the child, which holds it too, is gone"


@linux_only
def test_child_that_was_orphaned_before_it_began_does_not_begin() -> None:
    run = subprocess.run(
        [sys.executable, "-c", CHILD],
        env=os.environ | {PARENT_PID_ENV: "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (1, "") and "is gone" in run.stderr


def test_every_dbt_is_started_so(tmp_path: Path) -> None:
    command, environment = dbt_command(Settings.of(home=tmp_path), "--version")
    assert command[0] == str(DBT) and DBT.name == "hrss-dbt"
    assert environment[PARENT_PID_ENV] == str(os.getpid())
    said = subprocess.run([DBT, "--version"], env=environment, capture_output=True, text=True, check=True).stdout
    assert "Core" in said and "duckdb" in said
