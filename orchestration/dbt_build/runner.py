"""Runs dbt as a child process: the command, what a night builds, what may be said of a failure."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from expectations.redaction import safe_error_text
from orchestration.dbt_build.catalogue import VALUES
from orchestration.dbt_build.orphans import drop_orphans
from orchestration.dbt_build.process import PARENT_PID_ENV
from orchestration.provenance import dbt_sha256
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.text import two_lines
from raw_landing.database import connect
from raw_landing.errors import UserError

DBT = Path(sys.executable).with_name("hrss-dbt")
QUIETLY = ("--no-use-colors", "--log-level-file", "info")
"""To write down each statement costs dbt a third of its time; target/run has them, errors are logged with theirs."""

WITHOUT_ARTIFACTS = ("--no-write-json",)
"""A build leaves the manifest alone: dbt writes it in place, and whoever reads it meanwhile finds half a file."""

DBT_BUILD = ("build", "--exclude-resource-type", "unit_test")
"""Formulas are proven by the unit tests before they are shipped; a night builds and tests data."""

WITHOUT_REFERENCE_DATA = ("--exclude", "path:seeds")
"""Neither the tables nor their tests, which would say again what they said when the tables were last written."""

DBT_VALUES = (*DBT_BUILD, "--exclude-resource-type", "test", "--select", f"+{VALUES}")
"""What a step between two releases needs."""


class BuildFailed(UserError):
    """dbt could not read its project or build the warehouse; the message quotes no row."""


def dbt_command(settings: Settings, *arguments: str, project: Path | None = None) -> tuple[list[str], dict[str, str]]:
    """The dbt command line and environment for this warehouse, by this project or a copy of an earlier one."""
    folder = str(project or DBT_PROJECT)
    command = [str(DBT), *QUIETLY, *arguments, "--project-dir", folder, "--profiles-dir", folder]
    return command, os.environ | settings.environment() | {PARENT_PID_ENV: str(os.getpid())}


@contextmanager
def build_arguments(settings: Settings, *, full: bool, whole: bool = True) -> Iterator[list[str]]:
    """What dbt is told to do: follow what changed, of which reference data is none; or build anew, asked for (`full`)
    or with formulas and reference data that the warehouse was not built by. When a build of the `whole` project ends
    well, the warehouse bears its checksum, and what earlier projects left in it is gone."""
    project = dbt_sha256()
    with connect(settings.warehouse) as connection:
        connection.execute("create schema if not exists build")
        connection.execute("create table if not exists build.project (sha256 varchar)")
        full = full or connection.execute("select sha256 from build.project").fetchall() != [(project,)]
        if full:  # tables half of the one and half of the other project would pass for neither
            connection.execute("delete from build.project")
    yield [*DBT_BUILD, *(("--full-refresh",) if full else WITHOUT_REFERENCE_DATA if whole else ())]
    if full and whole:
        with connect(settings.warehouse) as connection:
            drop_orphans(connection, settings.dbt_manifest)
            connection.execute("insert into build.project values (?)", [project])


def build_failed(said: str, log: Path) -> BuildFailed:
    """The failure that dbt's own words amount to: which models and tests, and why as far as that quotes no row."""
    found = dict.fromkeys(line for line in map(_told_of_dbt, said.splitlines()) if line)
    return BuildFailed(two_lines("run.dbt_build_failed", log=log) + "\n" + "\n".join(found))


def _told_of_dbt(line: str) -> str | None:
    """What of a line may be repeated: the place, the number of breaches, the database's sentence."""
    if place := re.search(r"\w+ Error in \w+ \w+ \(\S+\)|Failure in test \w+ \(\S+\)|Got [0-9]+ results?\b", line):
        return place.group()
    if kind := re.search(r"\w+ Error(?=: )", line):
        return "  " + safe_error_text(line, kind.group())
    return None


def compute_values(settings: Settings, project: Path, warehouse: Path) -> None:
    """Build what fct_indicator_value rests on, by a dbt project, in a temporary warehouse. Raises BuildFailed."""
    command, environment = dbt_command(settings, *DBT_VALUES, project=project)
    workdir = warehouse.parent.parent  # what dbt made of a project serves all steps that are computed by it
    log = workdir / "logs"
    environment |= {
        "HRSS_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(workdir / f"{project.name}_target"),
        "DBT_LOG_PATH": str(log),
    }
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise build_failed(run.stdout, log / "dbt.log")
