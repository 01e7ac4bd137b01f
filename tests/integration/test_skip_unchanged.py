"""What dbt keeps from the last run depends on everything that decides its contents: files of the project, variables,
options, reference data. Whatever is edited, a plain `dbt build` by hand gives the new values; a killed one leaves no
state that its table does not have."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from raw_landing.database import connect
from tests.support.warehouse import DBT_PROJECT, add_dump, create_warehouse, dbt_command, run_dbt

STAGED = "stg_arbitration__mediation_case"
RATE = "int_indicator__mediation_success_rate"
CHOSEN = ("--exclude-resource-type", "unit_test", "--select", f"+{RATE}", "+dim_region", "region_aliases")
WEIGHTS = f"select distinct weight from staging.{STAGED}"
RATES = f"select count(*) from intermediate.{RATE} where denominator > 0"
NAMES = "select name_zh from marts.dim_region where region_code = '420100'"

Rows = list[tuple[object, ...]]


class World:
    """A copy of the project and a warehouse that it was built into once."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "dbt_project"
        self.warehouse = folder / "warehouse.duckdb"
        shutil.copytree(DBT_PROJECT, self.project, ignore=shutil.ignore_patterns("target", "logs"))
        create_warehouse(self.warehouse, as_of=date(2024, 5, 31))
        with connect(self.warehouse) as connection:
            for month, outcome in ((1, "1"), (2, "2")):
                day = date(2024, month, 10)
                case = {"case_no": f"A{month}", "region_code": "420102", "organisation_kind": "1", "dispute_kind": "1"}
                case |= {"claimant_count": 1, "accepted_on": day, "closed_on": day, "outcome": outcome}
                add_dump(connection, "mediation_case", day, "420100", [case])
        assert self.build().returncode == 0

    def build(self, *arguments: str, chosen: Sequence[str] = CHOSEN) -> subprocess.CompletedProcess[str]:
        return run_dbt(self.warehouse, "build", *chosen, *arguments, project=self.project)

    def ask(self, query: str) -> Rows:
        with connect(self.warehouse, read_only=True) as connection:
            return connection.execute(query).fetchall()

    def unchanged(self) -> set[str]:
        """The models that the last run left as they stood."""
        results = json.loads((self.warehouse.parent / "target" / "run_results.json").read_text(encoding="utf-8"))
        return {one["unique_id"].rpartition(".")[2] for one in results["results"] if one["message"] == "UNCHANGED"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("project"))


@pytest.mark.parametrize(
    ("file", "before", "after", "query", "expected"),
    [
        pytest.param("macros/staging/landed_rows.sql", "1 / {{ relation", "2 / {{ relation", WEIGHTS, [(2.0,)], id="macro"),
        pytest.param("dbt_project.yml", "closed_outcomes: []", "closed_outcomes: [other]", RATES, [(0,)], id="variable"),
        pytest.param("seeds/regions.csv", "420100,武汉市", "420100,江城市", NAMES, [("江城市",)], id="seed"),
        pytest.param(
            "models/marts/reference/dim_region.sql",
            "\n    name_zh,",
            "\n    upper(name_en) as name_zh,",
            NAMES,
            [("WUHAN",)],
            id="model",
        ),
    ],
)
def test_an_edit_of_the_project_gives_new_values(
    world: World, file: str, before: str, after: str, query: str, expected: Rows
) -> None:
    path = world.project / file
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    assert world.ask(query) != expected
    path.write_text(text.replace(before, after), encoding="utf-8")
    try:
        run = world.build()
        assert run.returncode == 0, run.stdout
        assert world.ask(query) == expected
    finally:
        path.write_text(text, encoding="utf-8")


def test_a_variable_or_option_of_the_command_line_counts_for_its_run_alone(world: World) -> None:
    assert world.build().returncode == 0
    usual = world.ask(RATES)
    for argument, expected in ((("--vars", "closed_outcomes: [other]"), [(0,)]), (("--empty",), [(0,)]), ((), usual)):
        run = world.build(*argument)
        assert run.returncode == 0, run.stdout
        assert world.ask(RATES) == expected
    assert usual != [(0,)]


def test_reference_data_loaded_by_hand_reaches_what_reads_it(world: World) -> None:
    """`dbt run` after an edit of a seed reads the old rows; the next one, after `dbt seed`, must not take them for the new."""
    path = world.project / "seeds" / "regions.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("420100,武汉市", "420100,汉口市"), encoding="utf-8")
    try:
        for command in ("run", "seed", "run"):
            run = run_dbt(world.warehouse, command, "--select", "regions", "dim_region", project=world.project)
            assert run.returncode == 0, run.stdout
        assert world.ask(NAMES) == [("汉口市",)]
    finally:
        path.write_text(text, encoding="utf-8")


def test_what_was_edited_while_dbt_read_it_is_kept_by_nobody(world: World) -> None:
    assert world.build().returncode == 0
    tomorrow = world.project / "macros" / "staging" / "landed_rows.sql"
    was = tomorrow.stat()
    os.utime(tomorrow, (was.st_atime, was.st_mtime + 86_400))
    for _ in range(2):
        assert world.build(chosen=("--select", "dim_region")).returncode == 0
        assert world.unchanged() == set()
    os.utime(tomorrow, (was.st_atime, was.st_mtime))
    for expected in (set(), {"dim_region"}):
        assert world.build(chosen=("--select", "dim_region")).returncode == 0
        assert world.unchanged() == expected


def test_what_reads_a_table_of_dbts_own_kind_is_built_every_time(world: World) -> None:
    """Nobody notes what dbt's `table` writes."""
    path = world.project / "models" / "intermediate" / "region" / "int_region_ancestry.sql"
    text = path.read_text(encoding="utf-8")
    path.write_text('{{ config(materialized="table") }}\n' + text, encoding="utf-8")
    try:
        for _ in range(2):
            assert world.build().returncode == 0
        assert RATE not in world.unchanged()
        assert {"dim_region", STAGED} <= world.unchanged()
    finally:
        path.write_text(text, encoding="utf-8")


def test_what_reads_a_view_is_kept_while_what_the_view_reads_is(world: World) -> None:
    chosen = ("--exclude-resource-type", "unit_test", "--select", "+int_doubt__insured_in_two_units", "region_aliases")
    for _ in range(2):
        assert world.build(chosen=chosen).returncode == 0
    assert "int_doubt__insured_in_two_units" in world.unchanged()
    assert "int_insurance_current" not in world.unchanged()  # dbt's own view
    assert world.build(chosen=("--select", "int_doubt__insured_in_two_units")).returncode == 0
    assert world.unchanged() == set()  # the view may be that of another project


def test_a_test_is_always_asked(world: World) -> None:
    assert world.build().returncode == 0
    with connect(world.warehouse) as connection:
        connection.execute("insert into marts.dim_region from marts.dim_region limit 1")
    try:
        for command in ("build", "test"):
            run = run_dbt(world.warehouse, command, "--select", "dim_region", project=world.project)
            assert run.returncode != 0, f"dbt {command} says that a table with two rows of one key has one of each"
        assert "dim_region" in world.unchanged() or command == "test"
    finally:
        with connect(world.warehouse) as connection:
            connection.execute("drop table marts.dim_region")


@pytest.mark.parametrize("inside", [True, False], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize("model", [STAGED, RATE])
def test_a_killed_run_leaves_no_state_that_its_table_does_not_have(world: World, model: str, inside: bool) -> None:
    assert world.build().returncode == 0
    before = {table: world.ask(f"from {table} order by all") for table in (f"staging.{STAGED}", f"intermediate.{RATE}")}
    edited = {
        world.project / "macros" / "staging" / "landed_rows.sql": ("1 / {{ relation", "2 / {{ relation"),
        world.project / "dbt_project.yml": (
            "    staging:\n",
            f"    {'staging' if model == STAGED else 'intermediate'}:\n"
            f"      {'arbitration' if model == STAGED else 'indicator'}:\n"
            f"        {model}:\n"
            f"          +post-hook: {{sql: '{ENDLESS}', transaction: {str(inside).lower()}}}\n"
            + ("" if model == STAGED else "    staging:\n"),
        ),
    }
    originals = {path: path.read_text(encoding="utf-8") for path in edited}
    for path, (old, new) in edited.items():
        path.write_text(originals[path].replace(old, new, 1), encoding="utf-8")
    command, environment = dbt_command(
        world.warehouse, "--log-level", "debug", "build", *CHOSEN, "--threads", "1", project=world.project
    )
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as run:
        assert run.stdout is not None
        said = []
        for line in run.stdout:
            said.append(line)
            if ENDLESS in line:
                os.killpg(run.pid, signal.SIGKILL)
                break
        run.stdout.read()
    assert run.returncode == -signal.SIGKILL, "".join(said[-40:])
    for path, text in originals.items():
        path.write_text(text, encoding="utf-8")
    assert world.build().returncode == 0
    assert {table: world.ask(f"from {table} order by all") for table in before} == before


ENDLESS = "select count(*) from range(10000000) as a, range(10000000) as b"
