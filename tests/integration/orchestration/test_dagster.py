"""Dagster's view of the house: what the web page shows, what starts the job, and what loading it costs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestration.files import sha256
from orchestration.gate.run import suites_on_landed, suites_on_marts
from raw_landing.contract import load_contracts
from tests.support.faults import cut
from tests.support.publishing import give_models

PROJECT = Path(__file__).parents[3]

DESCRIBE = """
import json, sys
from orchestration.definitions import defs
loaded = {name: name in sys.modules for name in ("great_expectations", "dbt")}
import dagster as dg
graph = defs.resolve_asset_graph()
schedule = defs.schedules[0]
print("facts:" + json.dumps({
    "loaded": loaded,
    "groups": {key.to_user_string(): graph.get(key).group_name for key in graph.get_all_asset_keys()},
    "parents": sorted(key.to_user_string() for key in graph.get(dg.AssetKey("release")).parent_keys),
    "upstream": sorted(key.to_user_string() for key in graph.get(
        dg.AssetKey(["staging", "stg_arbitration__mediation_case"])).parent_keys),
    "checks": sorted([key.asset_key.to_user_string(), graph.get_check_spec(key).blocking]
        for key in graph.asset_check_keys),
    "jobs": sorted(job.name for job in defs.resolve_all_job_defs()),
    "cron": [schedule.cron_schedule, schedule.execution_timezone, schedule.default_status.value],
    "sensors": {sensor.name: sensor.default_status.value for sensor in defs.sensors},
    "described": {key.to_user_string(): graph.get(key).description or "" for key in graph.get_all_asset_keys()},
    "owned": sorted(key.to_user_string() for key in graph.get_all_asset_keys() if graph.get(key).owners),
    "columns": sorted(key.to_user_string() for key in graph.get_all_asset_keys()
        if "dagster/column_schema" in graph.get(key).metadata),
    "said_of_checks": {f"{key.asset_key.to_user_string()} {key.name}": graph.get_check_spec(key).description or ""
        for key in graph.asset_check_keys},
    "fresh": sorted(key.to_user_string() for key in graph.get_all_asset_keys() if graph.get(key).freshness_policy),
    "nightly": sorted(key.to_user_string() for key in
        defs.resolve_job_def("nightly_refresh").asset_layer.executable_asset_keys),
    "one_process": defs.resolve_job_def("nightly_refresh").executor_def.name,
}))
"""


def described(home: Path, before: str = "") -> dict[str, Any]:
    """What DESCRIBE prints, told in a process that does something `before`."""
    run = subprocess.run(
        [sys.executable, "-c", before + DESCRIBE],
        cwd=PROJECT,
        env={"HRSS_HOME": str(home), "HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    line = next(line for line in run.stdout.splitlines() if line.startswith("facts:"))
    return dict(json.loads(line.removeprefix("facts:")))


@pytest.fixture(scope="module")
def place(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the models are read."""
    place = tmp_path_factory.mktemp("dagster")
    give_models(models, place)
    return place


@pytest.fixture(scope="module")
def facts(place: Path) -> dict[str, Any]:
    return described(place)


def test_code_location_loads_without_great_expectations_and_dbt(facts: dict[str, Any]) -> None:
    assert facts["loaded"] == {"great_expectations": False, "dbt": False}


def test_it_is_the_same_where_dbt_is_loaded(facts: dict[str, Any], place: Path) -> None:
    with_dbt = described(place, "import dbt.version, dbt.adapters.base.impl\n")
    assert with_dbt.pop("loaded")["dbt"]
    assert with_dbt == {name: fact for name, fact in facts.items() if name != "loaded"}


def test_it_is_the_same_where_what_dbt_made_is_torn(facts: dict[str, Any], place: Path) -> None:
    """As `hrss serve` loads it: with half a manifest there was no schedule and no sensor."""
    cut(place / "dbt" / "target" / "manifest.json")
    cut(place / "dbt" / "target" / "partial_parse.msgpack")
    assert described(place) == facts
    mark = json.loads((place / "dbt" / "target" / "parsed.json").read_text())
    assert mark["manifest"] == sha256(place / "dbt" / "target" / "manifest.json")


def test_one_asset_per_extract_grouped_by_source(facts: dict[str, Any]) -> None:
    for contract in load_contracts().values():
        assert facts["groups"][f"landed/{contract.extract}"] == contract.source


def test_models_follow_landed_extracts_and_the_release_follows_the_marts(facts: dict[str, Any]) -> None:
    assert "landed/mediation_case" in facts["upstream"]
    assert {"marts/fct_indicator_value", "marts/fct_plan_progress"} <= set(facts["parents"])


def test_gates_are_blocking_checks_on_every_landed_extract_and_mart(facts: dict[str, Any]) -> None:
    checks = facts["checks"]
    gates = {asset for asset, blocking in checks if blocking}
    assert {f"landed/{extract}" for extract in load_contracts()} <= gates
    assert {"marts/fct_indicator_value", "marts/fct_plan_progress", "marts/dim_indicator"} <= gates
    made = {
        "ledger",
        "staging",
        "intermediate",
        "reference",
        "marts",
        *(contract.source for contract in load_contracts().values()),
    }
    others = {asset: facts["groups"].get(asset) for asset in gates if facts["groups"].get(asset) not in made}
    assert others == {}, "a check on what no asset makes is left out of the job"


def test_a_critical_rule_is_a_check_and_what_only_warns_is_one_for_a_suite(facts: dict[str, Any]) -> None:
    rules = [(suite, rule) for suite in (*suites_on_landed(), *suites_on_marts()) for rule in suite.rules]
    critical = {(rule.table, rule.name) for _, rule in rules if rule.severity == "critical"}
    others = {(rule.table, suite.name) for suite, rule in rules if rule.severity != "critical"}
    shown = {tuple(check.replace("/", ".").split()) for check in facts["said_of_checks"]}
    assert len(critical) > 500 and critical | others <= shown


def test_all_is_described_in_both_languages_and_has_an_owner(facts: dict[str, Any]) -> None:
    described = facts["described"] | facts["said_of_checks"]
    assert [name for name, said in described.items() if " / " not in said] == []
    assert set(facts["owned"]) == set(facts["described"])
    layers = ("deliveries/", "landed/", "quality/", "reference/", "staging/", "marts/", "release")
    assert {name for name in facts["described"] if name.startswith(layers)} <= set(facts["columns"])


def test_deliveries_and_the_release_have_a_day_to_be_there(facts: dict[str, Any]) -> None:
    assert facts["fresh"] == sorted(["release", *(f"deliveries/{extract}" for extract in load_contracts())])


def test_job_schedule_and_sensors(facts: dict[str, Any]) -> None:
    assert "nightly_refresh" in facts["jobs"]
    assert set(facts["described"]) - set(facts["nightly"]) == {f"deliveries/{extract}" for extract in load_contracts()}
    assert facts["cron"] == ["30 2 * * *", "Asia/Shanghai", "RUNNING"]
    sensors = ["new_dumps", "missed_night", "tell_of_good_runs", "tell_of_failed_runs"]
    assert facts["sensors"] == dict.fromkeys(sensors, "RUNNING")
    assert facts["one_process"] == "in_process"


def test_dg_check_defs_passes(models: Path, tmp_path: Path) -> None:
    give_models(models, tmp_path)
    run = subprocess.run(
        [Path(sys.executable).with_name("dg"), "check", "defs"],
        cwd=PROJECT,
        env={"HRSS_HOME": str(tmp_path), "HOME": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
