"""Dumps are judged by the steps of a Dagster job, in its multiprocess executor or the one that a file names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from orchestration.dagster_runtime.instance import prepare_instance
from orchestration.defs.judging import workers_of
from orchestration.lock import writer_lock
from orchestration.pipeline import stages
from orchestration.settings import Settings
from raw_landing import landing_run
from tests.support.inbox import PERIODS, World, body, name


def filled(root: Path) -> World:
    world = World(root)
    for period in PERIODS["monthly"]:
        for revision in range(1, 7):
            world.deliver(name("postdoc_intake", period, revision=revision), body("postdoc_intake", period, revision))
    return world


def test_workers_are_steps_of_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing_run, "BATCH_DUMPS", 2)
    monkeypatch.setenv("HRSS_LANDING_WORKERS", "2")
    chosen = tmp_path / "executor.yaml"
    chosen.write_text("executor: dagster.multiprocess_executor\nconfig: {max_concurrent: 1}\n")
    for number, executor in enumerate(("", str(chosen))):
        world = filled(tmp_path / str(number))
        monkeypatch.setenv("HRSS_LANDING_EXECUTOR", executor)
        settings = Settings.of(landing=world.landing, home=world.home)
        prepare_instance(settings)
        with writer_lock(settings, "test"):
            landed = stages.land(settings, date(2024, 5, 20), stages.LandOptions(), workers_of(settings))
        assert landed.by_status == {"loaded": 2, "superseded": 10}
        with dg.DagsterInstance.get() as instance:
            (run,) = instance.get_runs()
            assert (run.job_name, run.status) == ("judging", dg.DagsterRunStatus.SUCCESS)
            steps = {one.step_key for one in instance.get_run_step_stats(run.run_id)}
            assert steps == {"judge_0", "judge_1"}
            said = [one.message for one in instance.all_logs(run.run_id) if one.message.startswith("batches")]
        assert len(said) == 2


def test_one_process_is_the_default() -> None:
    assert workers_of(Settings()) is None
