"""Our path to the indicators alone: landing with all its judging, then dbt for the models and tests that
`fct_indicator_value` rests on. No Dagster, gate or publication, which no other contestant has."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

from orchestration.dbt_build.manifest import begin_reading, is_kept, parse_dbt
from orchestration.dbt_build.prepared import prepare_dbt, run_prepared
from orchestration.dbt_build.runner import QUIETLY, WITHOUT_ARTIFACTS, planned_build
from orchestration.dbt_build.selection import Graph
from orchestration.files import read_json
from orchestration.pipeline.stages import LandOptions, land
from orchestration.settings import Settings

FIGURES = ("--select", "+fct_indicator_value", "--indirect-selection", "buildable")
"""And their tests, without those that also read what is not built (docs.getdbt.com, "Test selection examples")."""


def main(landing: Path, home: Path) -> None:
    """From landing/inbox to the warehouse of `home`. Raises LandingError, BuildFailed, CalledProcessError."""
    settings = Settings.of(landing=landing, home=home)
    begin_reading(settings)  # dbt is loaded beside landing, as in a refresh
    if is_kept(settings.dbt_target):
        prepare_dbt(settings)
    land(settings, date.today(), LandOptions())
    graph = Graph(read_json(parse_dbt(settings)))
    with planned_build(settings, graph, full=True, whole=False) as build:
        process = run_prepared(settings, [*QUIETLY, *WITHOUT_ARTIFACTS, *build.arguments, *FIGURES])
        assert process.stdout is not None
        said = process.stdout.read()
        if code := process.wait():
            raise subprocess.CalledProcessError(code, process.args, said)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
