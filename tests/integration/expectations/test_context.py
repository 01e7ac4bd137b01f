"""The gate as Great Expectations objects: suites and checkpoints can be listed and run, and the gate runs the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from expectations import Suite, context, landed_suites, mart_suites, run_suites
from expectations.engine import ExpectNoUnexpectedRows, close, gx
from expectations.rule import CRITICAL, WARNING, Table
from raw_landing.contract import load_contracts
from raw_landing.database import connect
from raw_landing.regions import load_regions

T, OTHER = Table("marts.t", ("id",), "spec", called="表"), Table("marts.other", ("id",), "spec", called="另")
SUITES = (
    Suite(
        "one",
        "一",
        "one",
        (T.rows("few", WARNING, "少", "few", "id >= 5"), T.key("id"), T.rows("fine", CRITICAL, "好", "fine", "id < 0")),
    ),
    Suite("two", "二", "two", (T.required("id"), OTHER.query("none", CRITICAL, "无", "none", "FROM marts.other"))),
)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with connect(path) as connection:
        connection.execute("CREATE SCHEMA marts; CREATE TABLE marts.t AS SELECT range AS id FROM range(10)")
        connection.execute("CREATE TABLE marts.other AS SELECT range AS id FROM range(2)")
    return path


def test_the_projects_suites_can_be_listed(database: Path) -> None:
    contracts = load_contracts()
    stages = {"landed": landed_suites(contracts, load_regions().by_code), "marts": mart_suites(contracts)}
    made = context(database, stages)
    suites = list(made.suites.all())
    assert {type(one) for one in suites} == {gx.ExpectationSuite}
    assert {one.name.split(":")[0] for one in suites} == {suite.name for of in stages.values() for suite in of}
    assert sorted(one.meta["rule"] for suite in suites for one in suite.expectations if one.meta) == sorted(
        f"{suite.name}.{rule.name}" for of in stages.values() for suite in of for rule in suite.rules
    )
    definitions = list(made.validation_definitions.all())
    assert {type(one) for one in definitions} == {gx.ValidationDefinition}
    assert [one.name for one in definitions] == [one.name for one in suites]
    checkpoints = {one.name: one for one in made.checkpoints.all()}
    assert {type(one) for one in checkpoints.values()} == {gx.Checkpoint}
    assert list(checkpoints) == ["landed", "marts"]
    assert [one.name for of in checkpoints.values() for one in of.validation_definitions] == [
        one.name for one in suites
    ]
    close(made)


def test_a_checkpoint_finds_what_the_gate_finds(database: Path) -> None:
    made = context(database, {"all": SUITES})
    result = made.checkpoints.get("all").run()
    close(made)
    assert result.success is False
    found = {
        one.expectation_config.meta["rule"]: (one.success, one.result["element_count"], one.result["unexpected_count"])
        for suite in result.run_results.values()
        for one in suite.results
    }
    gate = run_suites(database, SUITES).results
    assert found == {one.name: (one.success, one.element_count, one.unexpected_count) for one in gate}
    assert found["one.few"] == (False, 10, 5) and found["two.none"] == (False, 2, 2)
    assert [suite.suite_name for suite in result.run_results.values()] == ["one", "two:marts.t", "two:marts.other"]


def test_conditions_of_a_table_are_counted_in_one_scan(database: Path) -> None:
    made = context(database, {"one": SUITES[:1]})
    statements: list[str] = []
    engine = made.data_sources.get("warehouse").get_execution_engine().engine
    sa.event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    made.checkpoints.get("one").run()
    close(made)
    assert sum("FILTER" in one for one in statements) == 1
    assert len(statements) == 2  # the key is a query of its own


def test_a_rule_can_be_added_and_run_by_hand(database: Path) -> None:
    made = context(database, {"all": SUITES})
    made.suites.get("one").add_expectation(ExpectNoUnexpectedRows(condition="id = 7", severity="warning"))
    results = made.validation_definitions.get("one").run().results
    close(made)
    assert [one.result["unexpected_count"] for one in results] == [5, 0, 0, 1]


def test_the_file_is_given_back(database: Path) -> None:
    made = context(database, {"all": SUITES})
    made.checkpoints.get("all").run()
    close(made)
    with connect(database) as connection:
        connection.execute("DROP TABLE marts.other")
