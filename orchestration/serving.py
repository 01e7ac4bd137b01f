"""Dagster's web server and daemon as children of this process, on the loopback address only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from orchestration.instance import prepare_instance
from orchestration.settings import Settings
from orchestration.stages import parse_dbt


def serve(settings: Settings, port: int) -> int:
    """Run until interrupted; return the exit code. The web server has no login: it listens on 127.0.0.1 and nowhere
    else."""
    prepare_instance(settings)
    parse_dbt(settings)
    command = [str(Path(sys.executable).with_name("dagster")), "dev", "-m", "orchestration.definitions"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, env=os.environ | settings.environment(), cwd=settings.dagster_home)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.wait()
        return 0
