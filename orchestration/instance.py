"""The Dagster instance below `<home>`: its record of runs, its settings. Imports no Dagster."""

from __future__ import annotations

import os

from orchestration.settings import Settings

CONFIGURATION = """\
telemetry:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
run_monitoring:
  enabled: true
nux:
  enabled: false
"""


def prepare_instance(settings: Settings) -> None:
    """Make this process and its children use it: nothing calls home, one run at a time, overlong runs are ended."""
    settings.dagster_home.mkdir(parents=True, mode=0o700, exist_ok=True)
    file = settings.dagster_home / "dagster.yaml"
    if not file.exists() or file.read_text(encoding="utf-8") != CONFIGURATION:
        file.write_text(CONFIGURATION, encoding="utf-8")
    os.environ.update(settings.environment())
