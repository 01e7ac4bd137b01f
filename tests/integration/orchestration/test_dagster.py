"""Dagster's view of the house: what the web page shows, what starts the job, and what loading it costs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from raw_landing.contract import load_contracts

PROJECT = Path(__file__).parents[3]

DESCRIBE = """
import json, sys
from orchestration.definitions import defs
heavy = "great_expectations" in sys.modules
import dagster as dg
graph = defs.resolve_asset_graph()
schedule, sensor = defs.schedules[0], defs.sensors[0]
print("facts:" + json.dumps({
    "loads_great_expectations": heavy,
    "groups": {key.to_user_string(): graph.get(key).group_name for key in graph.get_all_asset_keys()},
    "parents": [key.to_user_string() for key in graph.get(dg.AssetKey("release")).parent_keys],
    "upstream": [key.to_user_string() for key in graph.get(
        dg.AssetKey(["staging", "stg_arbitration__mediation_case"])).parent_keys],
    "checks": [[key.asset_key.to_user_string(), graph.get_check_spec(key).blocking]
        for key in graph.asset_check_keys],
    "jobs": sorted(job.name for job in defs.resolve_all_job_defs()),
    "cron": [schedule.cron_schedule, schedule.execution_timezone, schedule.default_status.value],
    "sensor": [sensor.name, sensor.default_status.value],
    "one_process": defs.resolve_job_def("nightly_refresh").executor_def.name,
}))
"""


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    home = tmp_path_factory.mktemp("dagster")
    run = subprocess.run(
        [sys.executable, "-c", DESCRIBE],
        cwd=PROJECT,
        env={"HRSS_HOME": str(home), "HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    line = next(line for line in run.stdout.splitlines() if line.startswith("facts:"))
    return dict(json.loads(line.removeprefix("facts:")))


def test_code_location_loads_without_great_expectations(facts: dict[str, object]) -> None:
    assert facts["loads_great_expectations"] is False


def test_one_asset_per_extract_grouped_by_source(facts: dict[str, dict[str, str]]) -> None:
    for contract in load_contracts().values():
        assert facts["groups"][f"landed/{contract.extract}"] == contract.source


def test_models_follow_landed_extracts_and_the_release_follows_the_marts(facts: dict[str, list[str]]) -> None:
    assert "landed/mediation_case" in facts["upstream"]
    assert {"marts/fct_indicator_value", "marts/fct_plan_progress"} <= set(facts["parents"])


def test_gates_are_blocking_checks_on_every_landed_extract_and_mart(facts: dict[str, list[list[object]]]) -> None:
    checks = facts["checks"]
    gates = {asset for asset, blocking in checks if blocking}
    assert {f"landed/{extract}" for extract in load_contracts()} <= gates
    assert {"marts/fct_indicator_value", "marts/fct_plan_progress", "marts/dim_indicator"} <= gates


def test_job_schedule_and_sensor(facts: dict[str, object]) -> None:
    assert {"nightly_refresh", "reland"} <= set(facts["jobs"])  # type: ignore[call-overload]  # a list of names
    assert facts["cron"] == ["30 2 * * *", "Asia/Shanghai", "RUNNING"]
    assert facts["sensor"] == ["new_dumps", "RUNNING"]
    assert facts["one_process"] == "in_process"


def test_dg_check_defs_passes(tmp_path: Path) -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("dg"), "check", "defs"],
        cwd=PROJECT,
        env={"HRSS_HOME": str(tmp_path), "HOME": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
