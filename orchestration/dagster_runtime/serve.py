"""Dagster's web server and daemon on the loopback address only."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from orchestration.dagster_runtime.instance import prepare_instance
from orchestration.pipeline.stages import parse_dbt
from orchestration.settings import Settings


def serve(settings: Settings, port: int) -> NoReturn:
    """Become Dagster's own launcher of web server and daemon, which ends both with Ctrl-C or SIGTERM.

    The web server has no login and obeys whoever reaches it: it listens on 127.0.0.1 and nowhere else.
    """
    prepare_instance(settings)
    parse_dbt(settings)
    os.chdir(settings.dagster_home)
    # A shell script's background commands ignore SIGINT, and Dagster does with SIGTERM what it does with SIGINT.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    dagster = str(Path(sys.executable).with_name("dagster"))
    arguments = ["dev", "-m", "orchestration.definitions", "--host", "127.0.0.1", "--port", str(port)]
    os.execve(dagster, [dagster, *arguments], os.environ | settings.environment())
