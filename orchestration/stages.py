"""The stages of the nightly job as plain functions: land, build, gate, publish. Knows no Dagster; an asset calls
one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from expectations import GateResult, Suite, landed_suites, mart_suites, release_suites, run_suites
from expectations.speech import masked, speakable
from orchestration.catalogue import own_tables, published_tables
from orchestration.changes import attribute
from orchestration.dbt_child import PARENT
from orchestration.dictionary import page, sections
from orchestration.exports import write_exports
from orchestration.files import read_json, write_json
from orchestration.inputs import code_sha256, dbt_sha256
from orchestration.lineage import lineage_of
from orchestration.progress import reporter
from orchestration.release import Release, publish
from orchestration.released import VALUES, State, files_in_use
from orchestration.settings import DBT_PROJECT, WUHAN, Settings
from orchestration.worklist import write_work_list
from raw_landing.contract import load_contracts
from raw_landing.database import connect, settings_with
from raw_landing.errors import Told
from raw_landing.inbox import pending
from raw_landing.reference import load_regions

if TYPE_CHECKING:
    from raw_landing.landing import Landed

DBT = Path(sys.executable).with_name("hrss-dbt")
DBT_BUILD = ("build", "--exclude-resource-type", "unit_test")
"""Formulas are proven by the unit tests before they are shipped; a night builds and tests data."""

DBT_VALUES = (*DBT_BUILD, "--exclude-resource-type", "test", "--select", f"+{VALUES}")
"""What a step between two releases needs."""

ATTRIBUTING = ".attributing-"
"""First letters of the folder of passing files in which changes are attributed."""


class GateRefused(Told):
    """A critical expectation failed: nothing is published. The message says which, how many rows, where to look."""

    exit_code = 3


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
    from raw_landing.landing import land as land_dumps
    from raw_landing.warehouse import sync

    with reporter().stage("landing", "入库登记", "landing dumps") as stage:
        landed = land_dumps(
            settings.landing,
            settings.home,
            extracts=options.extracts,
            period=options.period,
            again=options.again,
            keep=files_in_use(settings),
            progress=stage.dumps,
        )
        connection = connect(settings.warehouse)
        try:
            sync(connection, settings.home, as_of=as_of)
        finally:
            connection.close()
    return landed


def dbt_command(settings: Settings, *arguments: str, project: Path = DBT_PROJECT) -> tuple[list[str], dict[str, str]]:
    """The dbt command line and environment for this warehouse."""
    command = [str(DBT), *arguments]
    command += ["--project-dir", str(project), "--profiles-dir", str(project)]
    return command, os.environ | settings.environment() | {PARENT: str(os.getpid())}


@contextmanager
def build_arguments(settings: Settings, *, full: bool, whole: bool = True) -> Iterator[list[str]]:
    """What dbt is told to do: follow what changed; or build anew, asked for (`full`) or with formulas and reference
    data that the warehouse was not built by. When a build of the `whole` project ends well, the warehouse bears its
    checksum."""
    project = dbt_sha256()
    with connect(settings.warehouse) as connection:
        connection.execute("create schema if not exists staging")
        connection.execute("create table if not exists staging.built_by (dbt_project varchar)")
        full = full or connection.execute("select dbt_project from staging.built_by").fetchall() != [(project,)]
        if full:  # tables half of the one and half of the other project would pass for neither
            connection.execute("delete from staging.built_by")
    yield [*DBT_BUILD, *(["--full-refresh"] if full else [])]
    if full and whole:
        with connect(settings.warehouse) as connection:
            connection.execute("insert into staging.built_by values (?)", [project])


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
    folder = settings.dbt_target.with_name("compiled")
    return _manifest_of_dbt(settings, folder, "compile", "--no-introspect", HRSS_WAREHOUSE=":memory:")


def _manifest_of_dbt(settings: Settings, target: Path, *arguments: str, **variables: str) -> Path:
    """The manifest in `target`, made by a dbt command where it is not of this project as it stands."""
    manifest, mark = target / "manifest.json", target / "parsed.json"
    inputs = {"dbt_project": dbt_sha256()}
    if manifest.exists() and read_json(mark) == inputs:
        return manifest
    target.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    target.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix="parsing-") as folder:
        # Beside the goal: the web server's code and a refresh may parse at the same time.
        command, environment = dbt_command(settings, "--quiet", *arguments)
        environment |= {"DBT_TARGET_PATH": folder} | variables
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if run.returncode != 0:  # of the project alone: no row is read
            raise BuildFailed(masked(f"dbt {arguments[0]}: {run.stdout}{run.stderr}"))
        for made in Path(folder).iterdir():
            if made.is_file():
                made.replace(target / made.name)
    write_json(mark, inputs)
    return manifest


def suites_on_landed() -> tuple[Suite, ...]:
    """What must be true before dbt runs."""
    return landed_suites(load_contracts(), list(load_regions().by_code))


def suites_on_marts() -> tuple[Suite, ...]:
    """What must be true of what dbt built."""
    return mart_suites(load_contracts())


def gate_landed(settings: Settings, chosen: Collection[str] | None = None) -> GateResult:
    """Judge landed data, by all suites or the chosen ones. Does not raise on failures: see require."""
    return _gate(settings, "landed", "入库数据", "landed data", suites_on_landed(), chosen)


def gate_marts(settings: Settings, chosen: Collection[str] | None = None) -> GateResult:
    """Judge the warehouse's staging and marts, likewise."""
    return _gate(settings, "marts", "指标与集市", "marts", suites_on_marts(), chosen)


def _gate(
    settings: Settings, stage: str, zh: str, en: str, suites: Sequence[Suite], chosen: Collection[str] | None
) -> GateResult:
    picked = [suite for suite in suites if chosen is None or suite.name in chosen]
    with reporter().stage("gate", f"质量门:{zh}", f"quality gate: {en}"):
        result = run_suites(settings.warehouse, picked, settings_with(settings.spill))
    if len(picked) == len(suites):  # a part of the gate is no gate: it leaves no record that a release could rest on
        said = {
            "at": datetime.now(WUHAN),
            "judged": _judged(settings)[stage],
            "passed": result.success,
            "message_zh": result.message_zh(),
            "message_en": result.message_en(),
            "rows": result.as_rows(),
        }
        write_json(settings.gate_record, read_json(settings.gate_record) | {stage: said})
    return result


def _judged(settings: Settings) -> dict[str, list[int | str]]:
    """What each stage of the gate judges, and by which rules, as both stand now: the ledger's version, the state of the
    warehouse's file, the checksum of the code."""
    file, code = settings.warehouse.stat(), code_sha256()
    return {
        "landed": [code, pending(settings.landing, settings.home).ledger_version],
        "marts": [code, file.st_size, file.st_mtime_ns],
    }


def require(result: GateResult) -> None:
    """Raise GateRefused if a critical expectation failed."""
    if result.critical:
        raise GateRefused(f"{result.message_zh()}\n{result.message_en()}")


def release(settings: Settings) -> Release:
    """Publish the gated warehouse.

    Raises GateRefused where the gate has not judged what would be published, or refuses its final file;
    PublicationError; WorkListUnusable, after publication.
    """

    def check(file: Path, counts: dict[str, int]) -> list[dict[str, Any]]:
        result = run_suites(file, release_suites(counts), settings_with(settings.spill))
        require(result)
        return result.as_rows()

    def export(folder: Path) -> None:
        tables = (*published_tables(settings), *own_tables())
        facts = write_exports(folder / "marts.duckdb", folder / "exports", tables)
        dictionary = sections(tables, lineage_of(compile_dbt(settings)))
        text = page(dictionary, facts.release_id, facts.statement)
        (folder / "dictionary.html").write_text(text, encoding="utf-8")

    record = read_json(settings.gate_record)
    for stage, judged in _judged(settings).items():
        if not record.get(stage, {}).get("passed") or record[stage]["judged"] != judged:
            raise GateRefused(
                f"质量门({stage})未对现有数据放行,不予发布;请运行 hrss refresh 或整个 nightly_refresh 任务。\n"
                f"The gate ({stage}) has not let pass what the warehouse holds now: nothing is published. "
                f"Run hrss refresh, or the whole job nightly_refresh."
            )
    rows = [row for stage in ("landed", "marts") for row in record[stage]["rows"]]
    for left_over in settings.home.glob(f"{ATTRIBUTING}*"):
        shutil.rmtree(left_over)
    with TemporaryDirectory(dir=settings.home, prefix=ATTRIBUTING) as folder:
        with reporter().stage("attribution", "变动归因", "attributing changes"):
            attribution = attribute(settings, State.now(settings), Path(folder), partial(compute_values, settings))
        with reporter().stage("publication", "发布", "publication"):
            made = publish(settings, rows, check, export, attribution)
            write_work_list(settings, made.release_id)
    return made


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
