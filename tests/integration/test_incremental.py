"""Rule 4 of the house: what follows changed dumps ends as a full build does, whatever came and went in between."""

from __future__ import annotations

import json
import random
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from orchestration.dbt_build.runner import WITHOUT_REFERENCE_DATA
from orchestration.dbt_build.selection import Graph, contents_of_sources, remember, select
from raw_landing.contract import load_contracts
from raw_landing.database import connect
from tests.support.comparison import differences
from tests.support.random_deliveries import MAKERS, deliveries
from tests.support.recomputation import Dump
from tests.support.warehouse import DbtRun, add_dumps, create_warehouse, run_dbt

NOT_DELIVERED = {f"stg_{c.source}__{c.extract}" for c in load_contracts().values() if c.extract not in MAKERS}
WITHOUT_TESTS = ("--exclude-resource-type", "test")
"""Data is tested after the third night and after the full build: what is asked in between is which models are built."""
SCHEMAS = ("staging", "intermediate", "restricted", "marts")
Looked = tuple[Dump, str]


def _nights(seed: int, number: int) -> list[list[Looked]]:
    """What is active night after night: dumps come and go, and some are read anew, with rows missing. On the last night
    every extract has rows: of an annual one only a few dumps are drawn."""
    chance = random.Random(seed)
    pool = deliveries(seed)
    nights, looks = [], dict.fromkeys(range(len(pool)), "first")
    for night in range(number):
        for index in chance.sample(range(len(pool)), len(pool) // 5):
            if pool[index].rows[1:]:
                pool[index] = replace(pool[index], rows=pool[index].rows[:-1])
                looks[index] = f"look {night}"
        picked = [(dump, looks[index]) for index, dump in enumerate(pool) if chance.random() < 0.7]
        if night == number - 1:
            there = {dump.extract for dump, _ in picked if dump.rows}
            missing = [index for index, dump in enumerate(pool) if dump.rows and dump.extract not in there]
            picked += [(pool[index], looks[index]) for index in missing]
        one_per_place = {(dump.extract, dump.start, dump.unit): (dump, look) for dump, look in picked}
        nights.append(list(one_per_place.values()))
    return nights


def _show(warehouse: Path, active: list[Looked]) -> None:
    """Let landing show these dumps and no others."""
    with connect(warehouse) as connection:
        for table in ("dump", *load_contracts()):
            connection.execute(f"delete from landed.{table}")
        add_dumps(connection, active)


def _build(warehouse: Path, *arguments: str) -> DbtRun:
    return run_dbt(warehouse, "build", "--exclude-resource-type", "unit_test", *arguments)


def _tables(warehouse: Path) -> set[str]:
    with connect(warehouse, read_only=True) as connection:
        found = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        return {name for (name,) in found if name.partition(".")[0] in SCHEMAS}


@pytest.fixture(scope="module")
def warehouse(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse on its third night, each built on the one before."""
    warehouse = tmp_path_factory.mktemp("incremental") / "warehouse.duckdb"
    create_warehouse(warehouse, as_of=date(2024, 5, 31), models=models)
    for night, active in enumerate(_nights(seed=3, number=3)):
        _show(warehouse, active)
        if night == 1:  # killed in the middle: what it did must not pass for what the next one would do
            with connect(warehouse) as connection:
                connection.execute("alter table landed.mediation_case rename outcome to gone")
            assert _build(warehouse, *WITHOUT_TESTS).returncode != 0
            with connect(warehouse) as connection:
                connection.execute("alter table landed.mediation_case rename gone to outcome")
        else:
            assert _build(warehouse, *(() if night else WITHOUT_TESTS)).returncode == 0
    return warehouse


def test_a_night_without_changes_makes_nothing_anew(warehouse: Path) -> None:
    mark = "update staging.stg_pension__social_card set card_no = 'kept ' || card_no"
    with connect(warehouse) as connection:  # a mark that building anew would wipe out
        connection.execute(mark)
    run = _build(warehouse, *WITHOUT_TESTS)
    assert run.returncode == 0, run.stdout
    with connect(warehouse) as connection:
        found = connection.execute("select bool_and(card_no like 'kept %') from staging.stg_pension__social_card")
        assert found.fetchone() == (True,)
        connection.execute("update staging.stg_pension__social_card set card_no = substr(card_no, 6)")
        models = connection.execute("select node from build.model_state where node like 'model.%'").fetchall()
    assert {node.rpartition(".")[2] for (node,) in models} - run.unchanged == {"fct_landing_receipt"}


def test_an_identical_table_skips_what_reads_it(warehouse: Path) -> None:
    with connect(warehouse) as connection:  # read anew, to the same rows
        connection.execute("update landed.dump set look = 'anew' where extract = 'mediation_case'")
    run = _build(warehouse, *WITHOUT_TESTS)
    assert run.returncode == 0, run.stdout
    assert "stg_arbitration__mediation_case" not in run.unchanged
    assert "int_indicator__mediation_success_rate" not in run.unchanged
    assert {"int_indicator_unioned", "fct_indicator_value", "stg_pension__social_card"} <= run.unchanged


def test_a_night_visits_what_its_changes_reach(warehouse: Path, models: Path) -> None:
    """What it leaves out must be as a full build makes it: the test below compares all tables."""
    graph = Graph(json.loads((models / "dbt" / "target" / "manifest.json").read_text(encoding="utf-8")))
    with connect(warehouse) as connection:
        remember(connection, contents_of_sources(connection, graph))
        connection.execute("update landed.run set as_of = as_of + interval 1 month")
        connection.execute("update landed.dump set look = 'shorter' where extract = 'social_card'")
        connection.execute(
            "delete from landed.social_card where line_number = (select max(line_number) from landed.social_card)"
        )
        selected = select(connection, graph, contents_of_sources(connection, graph))
    names = {graph.models[name]["name"] for name in selected}
    assert {"stg_pension__social_card", "int_plan_month", "fct_indicator_value", "int_insurance_current"} <= names
    assert not {"stg_arbitration__mediation_case", "stg_pension__insurance_enrolment"} & names
    run = _build(warehouse, *WITHOUT_TESTS, *WITHOUT_REFERENCE_DATA, "--select", *names)
    assert run.returncode == 0, run.stdout
    with connect(warehouse) as connection:  # dbt has written: only a whole build may say that everything is current
        assert select(connection, graph, contents_of_sources(connection, graph)) == graph.made


def test_what_holds_everybody_is_put_down_nowhere(warehouse: Path) -> None:
    """Common tables that DuckDB keeps for a second reader, which of a province's cards fill the disk."""

    def kept(query: str) -> set[str]:
        with connect(warehouse, read_only=True) as connection:
            rows = connection.execute(f"explain (format json) {query}").fetchall()
        return set(re.findall(r'"CTE Name": "(\w+)"', rows[0][1]))

    holders = next((warehouse.parent / "target" / "compiled").rglob("int_social_card_holders_counted.sql"))
    assert kept(holders.read_text(encoding="utf-8")) <= {"several", "shared_card", "shared_stretch"}  # of few
    assert kept("from intermediate.int_insurance_current") <= {"run"}


def test_nights_that_follow_changes_end_as_a_full_build(warehouse: Path, tmp_path: Path) -> None:
    followed = Path(shutil.copy(warehouse, tmp_path / "followed.duckdb"))
    with connect(warehouse, read_only=True) as connection:
        again = "select node from build.model_state group by node having count(*) > 1"
        assert connection.execute(again).fetchall() == []  # what is remembered does not grow with the nights
    run = _build(warehouse, "--full-refresh")
    assert run.returncode == 0, run.stdout
    assert run.unchanged == set()
    tables = _tables(warehouse)
    assert _tables(followed) == tables
    assert differences(followed, warehouse, sorted(tables)) == {}
    with connect(warehouse, read_only=True) as connection:
        empty = {
            name
            for name in tables
            if name.startswith("staging.stg_") and not connection.execute(f"from {name} limit 1").fetchall()
        }
    assert {name.partition(".")[2] for name in empty} <= NOT_DELIVERED


def test_reference_data_and_its_tests_are_all_that_a_night_leaves_out(warehouse: Path) -> None:
    """They are built and tested again whenever the project has changed, of which they are a part."""
    everything, kept = _listed(warehouse), _listed(warehouse, *WITHOUT_REFERENCE_DATA)
    assert kept.items() < everything.items()
    assert {name for name in everything if name not in kept} == {
        name
        for name, of in everything.items()
        if name.startswith("seed.") or (name.startswith("test.") and all(one.startswith("seed.") for one in of))
    }


def _listed(warehouse: Path, *arguments: str) -> dict[str, tuple[str, ...]]:
    """What a build would be of, each with what it depends on."""
    keys = ("--output", "json", "--output-keys", "unique_id depends_on")
    said = run_dbt(warehouse, "--quiet", "ls", "--exclude-resource-type", "unit_test", *keys, *arguments).stdout
    listed = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    return {one["unique_id"]: tuple(one.get("depends_on", {}).get("nodes", ())) for one in listed}
