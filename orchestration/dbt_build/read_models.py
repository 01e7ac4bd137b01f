"""Reads the models, as a child process or when the program is installed: parsed, then compiled, each put in its place
and told by a line on standard output as soon as it is made. dbt runs once for both: it takes up for the second what it
has read for the first."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

from orchestration.dbt_build.lineage import lineage_of
from orchestration.dbt_build.manifest import is_kept, keep
from orchestration.dbt_build.process import WAREHOUSE_ENV, die_with_parent
from orchestration.dbt_build.runner import QUIETLY
from orchestration.settings import Settings
from orchestration.startup import tune_gc

BACKGROUND = 10
"""The nice value at which models are compiled: nothing waits for that before landing has ended."""


def main(project: Path) -> None:
    """Make what is missing of the two manifests of the settings that the environment names."""
    die_with_parent()
    tune_gc()
    settings, told = Settings(), sys.stdout
    parsed = settings.dbt_target
    parsed.parent.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory(dir=parsed.parent, prefix=f"parsing-{os.getpid()}-") as folder,
        redirect_stdout(sys.stderr),
    ):
        # Beside the goal: the web server's code and a refresh may read at the same time.
        os.chdir(folder)
        os.environ[WAREHOUSE_ENV] = settings.warehouse.name  # an empty one, whatever the real one holds
        before = parsed / "partial_parse.msgpack"
        known = ["--partial-parse-file-path", str(before)] if before.exists() else []
        manifest = _dbt(project, Path("parsed"), "parse", *known)
        if not is_kept(parsed):
            keep(Path("parsed"), parsed)
            _tell(parsed, told)
        os.nice(BACKGROUND)
        _dbt(project, Path("compiled"), "compile", "--no-introspect", manifest=manifest)
        lineage_of(Path("compiled", "manifest.json"))
        keep(Path("compiled"), settings.dbt_compiled)
    _tell(settings.dbt_compiled, told)


def _dbt(project: Path, target: Path, command: str, *arguments: str, manifest: Any = None) -> Any:
    from dbt.cli.main import dbtRunner

    places = ("--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(target.absolute()))
    made = dbtRunner(manifest).invoke(["--quiet", *QUIETLY, command, *arguments, *places])
    if not made.success:
        sys.exit(f"dbt {command}: {made.exception or ''}")
    return made.result


def _tell(target: Path, told: TextIO) -> None:
    print(target, file=told, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
