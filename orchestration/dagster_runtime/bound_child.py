"""A Python module as the main program of a child process that the kernel ends when the one that started it is gone:
`python -m orchestration.dagster_runtime.bound_child MODULE ARGUMENT…`."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from typing import Any

from orchestration.dbt_build.process import PARENT_PID_ENV, die_with_parent


def start_bound(module: str, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """Start a module so; `options` are those of Popen. It reads no input."""
    variables = options.pop("env", os.environ) | {PARENT_PID_ENV: str(os.getpid())}
    command = [sys.executable, "-m", "orchestration.dagster_runtime.bound_child", module, *arguments]
    return subprocess.Popen(command, env=variables, stdin=subprocess.DEVNULL, **options)


if __name__ == "__main__":
    die_with_parent()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
