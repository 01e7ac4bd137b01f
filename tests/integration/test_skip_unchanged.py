"""What dbt keeps from the last run depends on everything that decides its contents: files of the project, variables,
options, reference data. Whatever is edited, a plain `dbt build` by hand gives the new values; a killed one leaves no
state that its table does not have."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from orchestration.dbt_build.process import READ_AT_ENV
from raw_landing.database import connect
from tests.support.warehouse import DBT_PROJECT, DbtRun, add_dump, create_warehouse, dbt_command, run_dbt

STAGED = "stg_arbitration__mediation_case"
RATE = "int_indicator__mediation_success_rate"
THROUGH_A_VIEW = "int_doubt__insured_in_two_units"
MODELS = {STAGED, RATE, THROUGH_A_VIEW, "dim_region", "stg_pension__insurance_enrolment", "int_insurance_current"}
MODELS |= {"int_region_unit", "int_region_ancestry", "int_region_delivery", "int_region_expectation", "int_flow_period"}
MODELS |= {"int_definition"}
WEIGHTS = f"select distinct weight from staging.{STAGED}"
RATES = f"select count(*) from intermediate.{RATE} where denominator > 0"
NAMES = "select name_zh from marts.dim_region where region_code = '420100'"
ONE_ROW_PER_REGION = "select region_code from {{ ref('dim_region') }} group by region_code having count(*) > 1"
ENDLESS = "select count(*) from range(10000000) as a, range(10000000) as b"

Rows = list[tuple[object, ...]]


class World:
    """Some models of the project, their seeds and all its macros, and a warehouse that they were built into once."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "dbt_project"
        self.warehouse = folder / "warehouse.duckdb"
        shutil.copytree(DBT_PROJECT, self.project, ignore=shutil.ignore_patterns("target", "logs"))
        for path in (self.project / "models").rglob("*.*"):
            if path.stem not in {*MODELS, "sources", "ledger"}:
                path.unlink()
        for path in (self.project / "seeds").glob("*.csv"):
            if path.stem not in {"regions", "region_groups", "indicators"}:
                path.unlink()
        (self.project / "tests" / "one_row_per_region.sql").write_text(ONE_ROW_PER_REGION, encoding="utf-8")
        create_warehouse(self.warehouse, as_of=date(2024, 5, 31))
        with connect(self.warehouse) as connection:
            for month, outcome in ((1, "1"), (2, "2")):
                day = date(2024, month, 10)
                case = {"case_no": f"A{month}", "region_code": "420102", "organisation_kind": "1", "dispute_kind": "1"}
                case |= {"claimant_count": 1, "accepted_on": day, "closed_on": day, "outcome": outcome}
                add_dump(connection, "mediation_case", day, "420100", [case])
        self.build()

    def dbt(self, *arguments: str) -> DbtRun:
        return run_dbt(self.warehouse, *arguments, project=self.project)

    def build(self, *arguments: str) -> set[str]:
        """Build seeds and models; return the models that were left as they stood."""
        run = self.dbt("build", "--resource-type", "seed", "--resource-type", "model", *arguments)
        assert run.returncode == 0, run.stdout
        return run.unchanged

    def ask(self, query: str) -> Rows:
        with connect(self.warehouse, read_only=True) as connection:
            return connection.execute(query).fetchall()

    @contextmanager
    def edited(self, edits: Mapping[str, tuple[str, str]]) -> Iterator[None]:
        """Replace a text in each of these files of the project, for a while."""
        originals = {self.project / file: (self.project / file).read_text(encoding="utf-8") for file in edits}
        for (path, text), (before, after) in zip(originals.items(), edits.values(), strict=True):
            assert text.count(before) == 1
            path.write_text(text.replace(before, after), encoding="utf-8")
        try:
            yield
        finally:
            for path, text in originals.items():
                path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("project"))


@pytest.mark.parametrize(
    ("model", "inside"),
    [
        pytest.param(f"staging/arbitration/{STAGED}", True, id="before the commit"),
        pytest.param(f"intermediate/indicator/{RATE}", False, id="after the commit"),
    ],
)
def test_a_killed_run_leaves_no_state_that_its_table_does_not_have(world: World, model: str, inside: bool) -> None:
    contents = {
        table: world.ask(f"from {table} order by all") for table in (f"staging.{STAGED}", f"intermediate.{RATE}")
    }
    hook = f'{{{{ config(post_hook={{"sql": "{ENDLESS}", "transaction": {inside}}}) }}}}'
    edits = {
        "macros/staging/landed_rows.sql": ("1 / {{ relation", "2 / {{ relation"),
        f"models/{model}.sql": ("with\n", f"{hook}\nwith\n"),
    }
    with world.edited(edits):
        command, environment = dbt_command(
            world.warehouse, "--log-level", "debug", "run", "--threads", "1", project=world.project
        )
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            said = list(itertools.takewhile(lambda line: ENDLESS not in line, run.stdout))
            run.kill()
        assert run.returncode == -signal.SIGKILL, "".join(said[-40:])
    world.build()
    assert {table: world.ask(f"from {table} order by all") for table in contents} == contents


@pytest.mark.parametrize(
    ("file", "before", "after", "query", "expected"),
    [
        pytest.param(
            "macros/staging/landed_rows.sql", "1 / {{ relation", "2 / {{ relation", WEIGHTS, [(2.0,)], id="macro"
        ),
        pytest.param(
            "dbt_project.yml", "closed_outcomes: []", "closed_outcomes: [other]", RATES, [(0,)], id="variable"
        ),
        pytest.param("seeds/regions.csv", "420100,武汉市", "420100,江城市", NAMES, [("江城市",)], id="seed"),
        pytest.param(
            "models/marts/reference/dim_region.sql",
            "\n    with_unit.name_zh,",
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
    assert world.ask(query) != expected
    with world.edited({file: (before, after)}):
        world.build()
        assert world.ask(query) == expected


def test_a_variable_or_option_of_the_command_line_counts_for_its_run_alone(world: World) -> None:
    for argument, has_rates in ((("--vars", "closed_outcomes: [other]"), False), ((), True), (("--empty",), False)):
        world.build(*argument)
        assert (world.ask(RATES) != [(0,)]) is has_rates


def test_reference_data_loaded_by_hand_reaches_what_reads_it(world: World) -> None:
    """`dbt run` after an edit of a seed reads the old rows, which the next, after `dbt seed`, must not take for the
    new."""
    with world.edited({"seeds/regions.csv": ("420100,武汉市", "420100,汉口市")}):
        for command in ("run", "seed", "run"):
            run = world.dbt(command, "--select", "regions", "dim_region")
            assert run.returncode == 0, run.stdout
        assert world.ask(NAMES) == [("汉口市",)]


def test_what_was_edited_while_dbt_read_it_is_kept_by_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    macros = world.project / "macros" / "staging" / "landed_rows.sql"
    was = macros.stat()
    for later, kept in ((86_400, set()), (0, set()), (0, {"dim_region"})):  # seconds
        os.utime(macros, (was.st_atime, was.st_mtime + later))
        assert world.build("--select", "regions", "dim_region") == kept
    monkeypatch.setenv(READ_AT_ENV, "2020-01-01T00:00:00+08:00")  # by a dbt that has waited for its command since
    assert world.build("--select", "regions", "dim_region") == set()


def test_what_dbts_own_materializations_write_is_known_to_nobody(world: World) -> None:
    """What reads dbt's `table` is built every time; what reads a `view_if_changed`, if what the view reads has changed
    or the view is of another project."""
    file = "models/intermediate/region/int_region_ancestry.sql"
    with world.edited({file: ("with\n", '{{ config(materialized="table") }}\nwith\n')}):
        world.build()
        assert world.build() == MODELS - {"int_region_ancestry", "int_region_delivery", RATE}
        assert world.build("--select", THROUGH_A_VIEW) == {THROUGH_A_VIEW}
    for _ in range(2):
        assert world.build("--select", THROUGH_A_VIEW) == set()


def test_a_test_is_always_asked(world: World) -> None:
    world.build()
    with connect(world.warehouse) as connection:
        connection.execute("insert into marts.dim_region from marts.dim_region limit 1")
    for command in ("test", "build"):
        run = world.dbt(command, "--select", "dim_region", "--exclude-resource-type", "unit_test")
        assert run.returncode != 0
    assert run.unchanged == {"dim_region"}
    with connect(world.warehouse) as connection:
        connection.execute("drop table marts.dim_region")
