"""The stages of the nightly job as plain functions: land, build, gate, publish. Knows no Dagster; an asset calls
one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb
import msgpack

from expectations import Gated
from expectations.redaction import masked, speakable
from orchestration.attribution.attribution import attribute
from orchestration.dbt_build.catalogue import own_tables, published_tables
from orchestration.dbt_build.lineage import lineage_of
from orchestration.dbt_build.orphans import drop_orphans
from orchestration.dbt_build.process import PARENT
from orchestration.dictionary import page, sections
from orchestration.exports import write_exports
from orchestration.files import read_json, sha256, write_json
from orchestration.gate.baseline import lay_out
from orchestration.gate.page import write_release_page
from orchestration.gate.run import accepted_in, all_suites, gated_rows, judge_file, mark_released, require
from orchestration.home_access import make_home
from orchestration.pipeline.damage import discard_warehouse, is_cut, is_unfit, is_whole
from orchestration.pipeline.leftovers import sweep
from orchestration.progress import reporter
from orchestration.provenance import dbt_sha256
from orchestration.release.publish import Release, enter, publish
from orchestration.release.state import VALUES, State, files_in_use
from orchestration.restricted.work_list import WorkListUnusable, write_work_list
from orchestration.settings import DBT_PROJECT, Settings
from raw_landing.database import DatabaseUnusable, connect
from raw_landing.errors import Told

if TYPE_CHECKING:
    from raw_landing.land import Landed

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

ATTRIBUTING = ".attributing-"
"""First letters of the folder of passing files in which changes are attributed."""


class BuildFailed(Told):
    """dbt could not read its project or build the warehouse; the message quotes no row."""


@dataclass(frozen=True)
class LandOptions:
    """What to land: everything new, or chosen dumps once more."""

    extracts: Collection[str] | None = None
    period: str | None = None
    again: bool = False


def land(settings: Settings, as_of: date, options: LandOptions) -> Landed:
    """Land what the inbox holds and show it to the warehouse. Raises LandingError."""
    from raw_landing.land import land as land_dumps

    sweep(settings)
    with reporter().stage("landing", "入库登记", "landing dumps") as stage:
        landed = land_dumps(
            settings.landing,
            settings.home,
            as_of=as_of,
            extracts=options.extracts,
            period=options.period,
            again=options.again,
            keep=files_in_use(settings),
            progress=stage.dumps,
        )
        if landed.restored:
            reporter().note(
                f"{len(landed.restored)} 个文件的入库数据缺失或损坏,已由存档重新读取",
                f"the rows of {len(landed.restored)} dumps were gone or damaged; they are read again from the archive",
            )
        try:
            _show(settings, as_of)
        except (DatabaseUnusable, duckdb.Error) as error:
            if not is_unfit(error):
                raise
            discard_warehouse(settings, speakable(str(error), type(error).__name__))
            _show(settings, as_of)
        with connect(settings.warehouse) as connection:
            lay_out(connection, settings)
    return landed


def _show(settings: Settings, as_of: date) -> None:
    """Show the warehouse what is landed."""
    from raw_landing.storage.landed_schema import sync

    connection = connect(settings.warehouse)
    if is_cut(connection, settings.warehouse):
        connection.close()
        discard_warehouse(settings, "it is too short for what it holds")
        connection = connect(settings.warehouse)
    try:
        sync(connection, settings.home, as_of=as_of, suppression_threshold=settings.suppression_threshold)
    finally:
        connection.close()


def dbt_command(settings: Settings, *arguments: str, project: Path | None = None) -> tuple[list[str], dict[str, str]]:
    """The dbt command line and environment for this warehouse, by this project or a copy of an earlier one."""
    folder = str(project or DBT_PROJECT)
    command = [str(DBT), *QUIETLY, *arguments, "--project-dir", folder, "--profiles-dir", folder]
    return command, os.environ | settings.environment() | {PARENT: str(os.getpid())}


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
            drop_orphans(connection, settings.dbt_target / "manifest.json")
            connection.execute("insert into build.project values (?)", [project])


def build_failed(said: str, log: Path) -> BuildFailed:
    """The failure that dbt's own words amount to: which models and tests, and why as far as that quotes no row."""
    found = dict.fromkeys(line for line in map(_told_of_dbt, said.splitlines()) if line)
    return BuildFailed(
        f"dbt 未能建成数据仓库,当前发布版未变;详情见 {log}(可能含个人信息)。\n"
        f"dbt could not build the warehouse, the current release stands; {log} has the details (it may quote a row).\n"
        + "\n".join(found)
    )


def _told_of_dbt(line: str) -> str | None:
    """What of a line may be repeated: the place, the number of breaches, the database's sentence."""
    if place := re.search(r"\w+ Error in \w+ \w+ \(\S+\)|Failure in test \w+ \(\S+\)|Got [0-9]+ results?\b", line):
        return place.group()
    if kind := re.search(r"\w+ Error(?=: )", line):
        return "  " + speakable(line, kind.group())
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
    stage = reporter().stage("models", "读取模型", "reading the models")
    with stage, TemporaryDirectory(dir=target.parent, prefix=f"parsing-{os.getpid()}-") as folder:
        # Beside the goal: the web server's code and a refresh may parse at the same time.
        command, environment = dbt_command(settings, "--quiet", *arguments)
        environment |= {"DBT_TARGET_PATH": folder} | variables
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if run.returncode != 0:  # of the project alone: no row is read
            raise BuildFailed(masked(f"dbt {arguments[0]}: {run.stdout}{run.stderr}"))
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
    reporter().note(f"{file}:已损坏,由 dbt 重新生成", f"{file} was damaged; dbt makes it anew")


def release(settings: Settings) -> Release:
    """Publish the gated warehouse.

    Raises GateRefused where the gate has not judged what would be published, or refuses its final file;
    PublicationError; WorkListUnusable, after publication.
    """
    rows = gated_rows(settings)

    compiled = compile_dbt(settings)  # the formulas that the release shows: those of a full build, whatever the night

    def check(file: Path, gated: Mapping[str, Gated]) -> list[dict[str, Any]]:
        result = judge_file(settings, file, gated, accepted_in(rows))
        require(result)
        write_release_page(file.parent, [*rows, *result.as_records()], all_suites())
        return result.as_rows()

    def export(folder: Path) -> None:
        tables = (*published_tables(settings), *own_tables())
        facts = write_exports(folder / "marts.duckdb", folder / "exports", tables)
        dictionary = sections(tables, lineage_of(compiled))
        text = page(dictionary, facts.release_id, facts.statement)
        (folder / "dictionary.html").write_text(text, encoding="utf-8")

    for left_over in settings.home.glob(f"{ATTRIBUTING}*"):
        shutil.rmtree(left_over)
    with TemporaryDirectory(dir=settings.home, prefix=ATTRIBUTING) as folder:
        with reporter().stage("attribution", "变动归因", "attributing changes"):
            attribution = attribute(settings, State.now(settings), Path(folder), partial(compute_values, settings))
        with reporter().stage("publication", "发布", "publication"):
            made = publish(settings, rows, check, export, attribution)
            write_work_list(settings, made.release_id)
    mark_released(settings, made.release_id)
    return made


def follow_publication(settings: Settings, release_id: str) -> bool:
    """Do what comes after a publication, for one whose run died before it could. Returns False where the warehouse that
    the release was made from is not there any more."""
    if not settings.warehouse.exists() or not is_whole(settings.warehouse):
        return False
    enter(settings)
    mark_released(settings, release_id)
    try:
        write_work_list(settings, release_id)
    except WorkListUnusable as error:  # it is made anew with the next release; the night goes on
        reporter().note(*str(error).split("\n", 1))
    return True


def compute_values(settings: Settings, project: Path, warehouse: Path) -> None:
    """Build what fct_indicator_value rests on, by a dbt project, in a passing warehouse. Raises BuildFailed."""
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
