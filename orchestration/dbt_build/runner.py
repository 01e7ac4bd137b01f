"""Runs dbt as a child process: the command, what a night builds, what may be said of a failure."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from expectations.redaction import safe_error_text
from orchestration.dbt_build.catalogue import VALUES
from orchestration.dbt_build.database_time import told
from orchestration.dbt_build.orphans import drop_orphans
from orchestration.dbt_build.process import PARENT_PID_ENV, WAITING
from orchestration.dbt_build.selection import Graph, contents_of_sources, remember, rows_of_tables, select
from orchestration.provenance import dbt_sha256
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.text import two_lines
from raw_landing.database import connect
from raw_landing.database_time import tell_seconds
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


def dbt_command(settings: Settings, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The dbt command line and environment for this warehouse."""
    folder = str(DBT_PROJECT)
    command = [str(DBT), *QUIETLY, *arguments, "--project-dir", folder, "--profiles-dir", folder]
    return command, dbt_environment(settings)


def dbt_environment(settings: Settings) -> dict[str, str]:
    """The environment of a dbt of this process."""
    return os.environ | settings.environment() | {PARENT_PID_ENV: str(os.getpid())}


@dataclass(frozen=True)
class Build:
    """What dbt is told to do, nothing where nothing has changed; the models that it visits, and the rows of the tables
    that it leaves as they are, by unique id; whether everything is built anew."""

    arguments: list[str]
    visited: Set[str]
    rows: Mapping[str, int]
    full: bool


@contextmanager
def planned_build(settings: Settings, graph: Graph, *, full: bool, whole: bool = True) -> Iterator[Build]:
    """What a build has to do: visit what changed sources can reach, of which reference data is none; or build anew,
    asked for (`full`) or with formulas, reference data or an engine that the warehouse was not built by.

    When a build of the `whole` project ends well, the warehouse bears its checksum and that of its sources, and what
    earlier projects left in it is gone."""
    project = dbt_sha256() + (" spark" if settings.engine == "spark" else "")
    with connect(settings.warehouse) as connection:
        connection.execute(
            """
            create schema if not exists build;
            create table if not exists build.project (sha256 varchar);
            create table if not exists build.source (node varchar, content varchar);
            create table if not exists build.spark_table (node varchar, folder varchar);
            create table if not exists build.model_dump (
                model varchar, dump_id varchar, look varchar, revision integer, period_end date
            )
            """
        )
        if settings.engine == "duckdb":
            connection.execute("delete from build.spark_table")
        written = connection.execute("select folder from build.spark_table").fetchall()
        full = full or not all(Path(folder).is_dir() for (folder,) in written)  # restored, or moved with its home
        full = full or connection.execute("select sha256 from build.project").fetchall() != [(project,)]
        if full:  # tables half of the one and half of the other project would pass for neither
            connection.execute("delete from build.project")
        contents = contents_of_sources(connection, graph)
        visited = graph.made if full or not whole else select(connection, graph, contents)
        rows = rows_of_tables(connection, graph, graph.made - visited)
    yield Build(_arguments(graph, visited, full=full, whole=whole), visited, rows, full)
    if whole:
        with connect(settings.warehouse) as connection:
            if full:
                drop_orphans(connection, settings.dbt_manifest)
                connection.execute("insert into build.project values (?)", [project])
            remember(connection, contents)


def _arguments(graph: Graph, visited: Set[str], *, full: bool, whole: bool) -> list[str]:
    if full:
        return [*DBT_BUILD, "--full-refresh"]
    if not whole:
        return [*DBT_BUILD]
    if visited == graph.made:
        return [*DBT_BUILD, *WITHOUT_REFERENCE_DATA]
    selected = [graph.models[name]["name"] for name in sorted(visited)]
    return [*DBT_BUILD, *WITHOUT_REFERENCE_DATA, "--select", *selected] if selected else []


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
    read = settings.dbt_target / "partial_parse.msgpack"  # of the present project: dbt reads what differs from it
    workdir = warehouse.parent.parent
    log = workdir / "logs"
    environment = dbt_environment(settings) | {
        "DBT_PROJECT_DIR": str(project),
        "DBT_PROFILES_DIR": str(project),
        "HRSS_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(workdir / f"{project.name}_target"),
        "DBT_LOG_PATH": str(log),
        **({"DBT_PARTIAL_PARSE_FILE_PATH": str(read)} if read.exists() else {}),
    }
    command = json.dumps([*QUIETLY, *DBT_VALUES])
    run = subprocess.run(
        [str(DBT), WAITING], input=command, env=environment, capture_output=True, text=True, check=False
    )
    if run.returncode != 0:
        raise build_failed(run.stdout, log / "dbt.log")
    *_, last = run.stdout.splitlines()
    tell_seconds(told(json.loads(last)) or 0.0)
