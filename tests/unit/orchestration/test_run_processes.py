"""A run whose process is gone is known as such and holds up no other."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from dagster._daemon.monitoring import execute_run_monitoring_iteration

from orchestration.dagster_runtime.instance import prepare_instance
from orchestration.dagster_runtime.run_processes import PROCESS, fail_dead_runs, is_alive, process_tag, put_on_timeline
from orchestration.settings import Settings

STARTING, STARTED, FAILURE = dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.FAILURE


def ended_process() -> str:
    """The tag of a process that was killed and waited for."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        tag = process_tag(child.pid)
        child.kill()
    return tag


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dg.DagsterInstance:
    """Dagster's record as the program configures it."""
    settings = Settings.of(home=tmp_path / "home")
    for variable, value in settings.environment().items():
        monkeypatch.setenv(variable, value)
    prepare_instance(settings)
    return dg.DagsterInstance.get()


def test_this_process_is_alive_and_a_killed_one_is_not() -> None:
    assert is_alive(process_tag())
    assert not is_alive(ended_process())


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux to tell processes of one id apart")
def test_same_id_is_not_the_same_process() -> None:
    pid, started, boot = process_tag().split()
    assert not is_alive(f"{pid} {int(started) - 1} {boot}"), "the id was given to another process"
    assert not is_alive(f"{pid} {started} another-boot"), "the machine was started again"
    assert not is_alive("") and not is_alive("x y z")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux to see what has ended")
def test_a_process_that_nobody_waited_for_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    tag = process_tag(child.pid)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended and is still listed
    assert not is_alive(tag) and not is_alive(process_tag(child.pid))
    child.communicate()


def test_dead_runs_fail_and_live_ones_go_on(instance: dg.DagsterInstance) -> None:
    dead = create_run_for_test(instance, status=STARTED, tags={PROCESS: ended_process()})
    live = create_run_for_test(instance, status=STARTED, tags={PROCESS: process_tag()})
    being_launched = create_run_for_test(instance, status=STARTING)
    assert fail_dead_runs(instance) == [dead.run_id]
    states = [instance.get_run_by_id(run.run_id) for run in (dead, live, being_launched)]
    assert [run.status for run in states if run] == [FAILURE, STARTED, STARTING]


def test_a_run_of_an_earlier_version_names_no_process_and_is_dead(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = create_run_for_test(instance, status=STARTED)
    monkeypatch.setattr("orchestration.dagster_runtime.run_processes.UNTAGGED_SECONDS", 0)
    assert fail_dead_runs(instance) == [run.run_id]


def test_the_daemon_finds_dead_runs_in_time(instance: dg.DagsterInstance) -> None:
    dead = create_run_for_test(instance, status=STARTED, tags={PROCESS: ended_process()})
    live = create_run_for_test(instance, status=STARTED, tags={PROCESS: process_tag()})
    assert instance.run_monitoring_enabled
    for seconds in (
        instance.run_monitoring_poll_interval_seconds,
        instance.run_monitoring_start_timeout_seconds,
        instance.run_monitoring_cancel_timeout_seconds,
    ):
        assert seconds + instance.run_monitoring_poll_interval_seconds <= 120
    with WorkspaceProcessContext(instance, EmptyWorkspaceTarget()) as context:
        assert list(execute_run_monitoring_iteration(context, logging.getLogger("a test"))) == [None, None]
    states = [instance.get_run_by_id(run.run_id) for run in (dead, live)]
    assert [run.status for run in states if run] == [FAILURE, STARTED]


def test_a_run_of_this_process_stands_on_the_timeline(instance: dg.DagsterInstance) -> None:
    """Dagster's page leaves out a run that names no code location and repository."""

    @dg.job(name="nightly_refresh")
    def job() -> None:
        pass

    put_on_timeline(instance)
    run = job.execute_in_process(instance=instance).dagster_run
    found = instance.get_run_by_id(run.run_id)
    assert found is not None and found.remote_job_origin is not None
    assert found.remote_job_origin.repository_origin.get_label() == "__repository__@orchestration.definitions"
    assert found.remote_job_origin.job_name == "nightly_refresh"
