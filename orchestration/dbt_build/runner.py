"""Runs dbt as a child process: the command, what a night builds, the manifest of the project, what may be said of a
failure."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgpack

from expectations.redaction import mask_personal_numbers, safe_error_text
from orchestration.dbt_build.catalogue import VALUES
from orchestration.dbt_build.orphans import drop_orphans
from orchestration.dbt_build.process import PARENT_PID_ENV
from orchestration.files import read_json, sha256, write_json
from orchestration.home_access import make_home
from orchestration.progress import reporter
from orchestration.provenance import dbt_sha256
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.text import pair, two_lines
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


def parse_dbt(settings: Settings) -> Path:
    """Make the dbt manifest if there is none for this project as it stands; return its path. Raises BuildFailed."""
    return _manifest_of_dbt(settings, settings.dbt_target, "parse")


def compile_dbt(settings: Settings) -> Path:
    """The same with the SQL of every model as a full build runs it, whatever the warehouse holds. Raises
    BuildFailed."""
    return _manifest_of_dbt(settings, settings.dbt_compiled, "compile", "--no-introspect", HRSS_WAREHOUSE=":memory:")


def _manifest_of_dbt(settings: Settings, target: Path, *arguments: str, **variables: str) -> Path:
    """The manifest in `target`, made by a dbt command where it is not of this project as it stands."""
    manifest, mark = target / "manifest.json", target / "parsed.json"
    inputs = {"dbt_project": dbt_sha256()}
    marked = read_json(mark)
    _discard_torn(target / "partial_parse.msgpack")
    if manifest.exists() and marked.get("dbt_project") == inputs["dbt_project"]:
        if marked.get("manifest") == sha256(manifest):
            return manifest
        if "manifest" in marked:  # earlier versions left no checksum
            _note_torn(manifest)
    make_home(settings)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    target.mkdir(exist_ok=True)
    stage = reporter().stage("models", *pair("run.stage_models"))
    with stage, TemporaryDirectory(dir=target.parent, prefix=f"parsing-{os.getpid()}-") as folder:
        # Beside the goal: the web server's code and a refresh may parse at the same time.
        command, environment = dbt_command(settings, "--quiet", *arguments)
        environment |= {"DBT_TARGET_PATH": folder} | variables
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if run.returncode != 0:  # of the project alone: no row is read
            raise BuildFailed(mask_personal_numbers(f"dbt {arguments[0]}: {run.stdout}{run.stderr}"))
        # What dbt writes is not synced: a power cut may leave half a file, which its checksum tells.
        inputs["manifest"] = sha256(Path(folder) / manifest.name)
        for made in Path(folder).iterdir():
            if made.is_file():
                made.replace(target / made.name)
    write_json(mark, inputs)
    return manifest


def _discard_torn(file: Path) -> None:
    """Remove dbt's copy of what it has read, if it is no copy: dbt then reads its project anew."""
    if not file.is_file():
        return
    try:
        if isinstance(msgpack.unpackb(file.read_bytes(), strict_map_key=False), dict):
            return
    except (ValueError, msgpack.UnpackException, RecursionError):
        pass
    file.unlink(missing_ok=True)
    _note_torn(file)


def _note_torn(file: Path) -> None:
    reporter().note(*pair("run.manifest_damaged", file=file))


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
