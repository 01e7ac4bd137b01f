"""The gate evaluates again what has changed and keeps the other results: what it says is what a full gate says."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from expectations import RuleResult
from orchestration.gate import kept, run
from orchestration.gate.kept import keys_of, warehouse_written
from orchestration.gate.run import GateRefused, gate_landed, gate_marts, gated_rows, require
from orchestration.settings import Settings
from raw_landing.contract import load_contracts
from raw_landing.database import connect
from tests.support.rule_violations import BREACHES, landed_breaches, staging_breaches

SOME = {"landed_dump", "landed_mediation_case", "fct_reporting_completeness", "fct_plan_progress", "fct_reconciliation"}
"""Suites for tests of what is kept, which need not be all."""
WARNS, STOPS = "fct_reporting_completeness.delivered_on_time", "fct_plan_progress.baseline_of_province_only"
LANDED = tuple(suite for suite in run.suites_on_landed() if suite.name in SOME)
MARTS = tuple(suite for suite in run.suites_on_marts() if suite.name in SOME)
READS = {f"{suite.name}.{rule.name}": rule.relations for suite in (*LANDED, *MARTS) for rule in suite.rules}


@pytest.fixture
def settings(gated: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home gated by some suites."""
    monkeypatch.setattr(run, "suites_on_landed", lambda: LANDED)
    monkeypatch.setattr(run, "suites_on_marts", lambda: MARTS)
    return gated


def change(settings: Settings, *statements: str) -> None:
    """As the nightly work changes the warehouse."""
    with warehouse_written(settings), connect(settings.warehouse) as connection:
        connection.execute("; ".join(statements))


def breach(rule: str) -> str:
    suite, name = rule.split(".")
    found = BREACHES[suite][name]
    return found if isinstance(found, str) else found[0]


def gate(settings: Settings, *, full: bool = False) -> dict[str, RuleResult]:
    """The results of both stages by full name, without where they come from."""
    results = gate_landed(settings, full=full).results + gate_marts(settings, full=full).results
    return {f"{one.suite}.{one.expectation}": one for one in results}


def evaluated(results: dict[str, RuleResult]) -> set[str]:
    return {name for name, one in results.items() if one.kept_from is None}


def test_an_unchanged_warehouse_is_not_looked_at_again(settings: Settings) -> None:
    first = json.loads(settings.gate_record.read_text(encoding="utf-8"))
    again = gate(settings)
    assert evaluated(again) == set()
    record = json.loads(settings.gate_record.read_text(encoding="utf-8"))
    for stage, suites in (("landed", LANDED), ("marts", MARTS)):
        assert (record[stage]["evaluated"], record[stage]["kept"]) == (0, sum(len(suite.rules) for suite in suites))
        assert {row["kept_from"] for row in record[stage]["rows"]} == {
            first[stage]["at"][:19].replace(" ", "T") + "+08:00"
        }
    assert len(gated_rows(settings)) == len(again), "a release has the results of all rules"
    assert evaluated(gate(settings, full=True)) == set(again)


def test_rules_that_read_what_changed_are_evaluated_again(settings: Settings) -> None:
    change(settings, "DELETE FROM marts.fct_reconciliation")
    assert evaluated(gate(settings)) == {name for name, read in READS.items() if "marts.fct_reconciliation" in read}
    change(settings, "UPDATE landed.run SET as_of = as_of + 1")
    assert evaluated(gate(settings)) == {name for name, read in READS.items() if "landed.run" in read}


def test_a_failure_that_is_kept_still_counts(settings: Settings) -> None:
    change(settings, breach(WARNS))
    first = gate(settings)[WARNS]
    kept_one = gate(settings)[WARNS]
    assert not first.success and first.kept_from is None and kept_one.kept_from is not None
    assert replace(kept_one, kept_from=None) == first
    change(settings, breach(STOPS))
    for _ in range(2):  # a critical failure is looked at again each time
        result = gate_landed(settings) + gate_marts(settings)
        assert STOPS in {one.name for one in result.critical if one.kept_from is None}
        with pytest.raises(GateRefused, match=STOPS):
            require(result)


def test_an_acceptance_holds_once(settings: Settings) -> None:
    change(settings, breach(STOPS))
    assert (gate_landed(settings) + gate_marts(settings, accepted={STOPS: "已核实"})).success
    assert not (gate_landed(settings) + gate_marts(settings)).success


def test_a_rule_that_changed_is_evaluated_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    changed, *others = MARTS
    first = replace(changed.rules[0], description_en="another sentence")
    suites = (replace(changed, rules=(first, *changed.rules[1:])), *others)
    monkeypatch.setattr(run, "suites_on_marts", lambda: suites)
    assert evaluated(gate(settings)) == {f"{changed.name}.{first.name}"}
    monkeypatch.setattr(kept, "code_sha256", lambda: "other code")
    assert len(evaluated(gate(settings))) == len(READS)


def test_nothing_is_kept_of_a_warehouse_that_somebody_else_has_written(settings: Settings) -> None:
    with connect(settings.warehouse) as connection:
        connection.execute("CREATE TABLE marts.mine (a INTEGER)")
    assert len(evaluated(gate(settings))) == len(READS)
    with pytest.raises(ZeroDivisionError), warehouse_written(settings), connect(settings.warehouse) as connection:
        connection.execute("DROP TABLE marts.mine")
        raise ZeroDivisionError
    assert len(evaluated(gate(settings))) == len(READS)
    settings.gate_kept.write_text("{", encoding="utf-8")
    assert len(evaluated(gate(settings))) == len(READS)


def test_what_cannot_be_read_is_evaluated(settings: Settings) -> None:
    change(settings, "DROP TABLE marts.fct_reconciliation")
    for _ in range(2):
        results = gate(settings)
        assert evaluated(results) == {name for name, read in READS.items() if "marts.fct_reconciliation" in read}
        assert all(not results[name].success for name in evaluated(results))


def test_an_extract_is_known_by_its_active_dumps(tmp_path: Path) -> None:
    settings = Settings.of(home=tmp_path)
    with connect(settings.warehouse) as connection:
        connection.execute(
            """
            CREATE SCHEMA landed; CREATE TABLE packed AS SELECT 1 AS a;
            CREATE TABLE landed.extract AS SELECT unnest(['social_card', 'postdoc_intake']) AS extract;
            CREATE TABLE landed.dump AS SELECT 'd1' AS dump_id, 'social_card' AS extract, 'first' AS look;
            CREATE VIEW landed.social_card AS FROM packed; CREATE VIEW landed.postdoc_intake AS FROM packed
            """
        )
    names = {"social_card": "landed_social_card.key", "postdoc_intake": "landed_postdoc_intake.key"}
    suites = [
        replace(suite, rules=(replace(suite.rules[0], name="key"),))
        for suite in run.suites_on_landed()
        if suite.name.removeprefix("landed_") in names
    ]

    def after(statement: str) -> dict[str, bool]:
        before = keys_of(settings, suites)
        with connect(settings.warehouse) as connection:
            connection.execute(statement)
        now = keys_of(settings, suites)
        return {extract: before[name] != now[name] for extract, name in names.items()}

    assert after("UPDATE landed.dump SET look = 'second'") == {"social_card": True, "postdoc_intake": False}
    assert after("INSERT INTO landed.dump VALUES ('d2', 'postdoc_intake', 'first')") == {
        "social_card": False,
        "postdoc_intake": True,
    }
    assert after("CREATE TABLE another (a INTEGER)") == {"social_card": False, "postdoc_intake": False}
    card, intake = names.values()
    assert keys_of(settings, suites)[card] != keys_of(settings, suites, {card})[card], "another engine asks anew"
    assert keys_of(settings, suites)[intake] == keys_of(settings, suites, {card})[intake]


def test_after_random_changes_it_says_what_a_full_gate_says(gated: Settings, good_warehouse: Path) -> None:
    chance = random.Random(16)
    broken = [breach(f"{suite}.{rule}") for suite, rules in BREACHES.items() for rule in rules]
    for contract in load_contracts().values():
        for table, assignments in (
            (f"landed.{contract.extract}", landed_breaches(contract)),
            (f"staging.stg_{contract.source}__{contract.extract}", staging_breaches(contract)),
        ):
            broken += [f"UPDATE {table} SET {one} WHERE rowid = 0" for one in assignments.values()]
    with connect(good_warehouse, read_only=True) as connection:
        tables = connection.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
    looked_at = []
    for _ in range(2):
        mended = [name for (name,) in tables if chance.random() < 0.2]
        with warehouse_written(gated), connect(gated.warehouse) as connection:
            connection.execute(f"ATTACH '{good_warehouse}' AS good (READ_ONLY)")
            for name in mended:
                connection.execute(f"DELETE FROM {name}; INSERT INTO {name} FROM good.{name}")
            for statement in chance.sample(broken, 4):
                connection.execute(statement)
        followed = gate(gated)
        looked_at.append(len(evaluated(followed)))
        chain = shutil.copy(gated.gate_kept, gated.home / "chain.json")
        full = gate(gated, full=True)
        assert evaluated(full) == set(full)
        assert {name: replace(one, kept_from=None) for name, one in followed.items()} == full
        shutil.copy(chain, gated.gate_kept)
    assert all(0 < number < len(full) for number in looked_at)
