"""Which process works on a Dagster run, whether it lives, and what becomes of a run whose process is gone."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from signal import SIGTERM
from typing import TYPE_CHECKING, Any, Self

from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.launcher.base import CheckRunHealthResult, LaunchRunContext, RunLauncher, WorkerStatus
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.storage.dagster_run import DagsterRun, DagsterRunStatus, RunsFilter
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClass, serialize_value
from dagster._serdes.config_class import ConfigurableClassData

from orchestration.dagster_runtime.bound_child import start_bound
from orchestration.dagster_runtime.instance import LOCATION
from orchestration.text import written

if TYPE_CHECKING:
    from dagster import DagsterInstance, JobDefinition

PROCESS = "hrss/process"
"""The tag of a run that names the process which works on it."""

UNDER_WAY = (
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
)
UNTAGGED_SECONDS = 120
"""A run that is being launched has no process for a moment."""

ENDED = "ended"
GONE = written("run.process_gone")


def process_tag(pid: int | None = None) -> str:
    """What tells a process (default: this one) from every other, also after a restart of the machine: its id, the
    moment it started as the system counts it, and the start of the system itself."""
    pid = pid or os.getpid()
    return f"{pid} {_started(pid)} {_boot()}"


def is_alive(tag: str) -> bool:
    """Whether the process of a tag still runs. One that has ended and was not waited for does not."""
    pid, _, _ = tag.partition(" ")
    return pid.isdecimal() and _exists(int(pid)) and _started(int(pid)) != ENDED and process_tag(int(pid)) == tag


def fail_dead_runs(instance: DagsterInstance) -> list[str]:
    """Mark the runs as failed whose process is gone, so that they hold up no other; return their ids."""
    failed = []
    for record in instance.get_run_records(RunsFilter(statuses=UNDER_WAY)):
        run = record.dagster_run
        tag = run.tags.get(PROCESS)
        if tag is None and time.time() - record.create_timestamp.timestamp() < UNTAGGED_SECONDS:
            continue
        if tag is None or not is_alive(tag):
            instance.report_run_failed(run, GONE)
            failed.append(run.run_id)
    return failed


def put_on_timeline(instance: DagsterInstance) -> None:
    """Let the runs that this process makes without Dagster's daemon stand on the page's timeline, beside those of the
    schedule: it leaves out a run that names no code location, and `execute_in_process` has no parameter for it."""
    create = instance.create_run_for_job
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(LOCATION), SINGLETON_REPOSITORY_NAME)

    def create_of_location(job_def: JobDefinition, **options: Any) -> DagsterRun:
        return create(job_def, remote_job_origin=RemoteJobOrigin(repository, job_def.name), **options)

    vars(instance)["create_run_for_job"] = create_of_location


class OwnRunLauncher(RunLauncher, ConfigurableClass):
    """Runs each run in a child process that ends with this one, and knows when it is gone. (Dagster's default launcher
    cannot tell: a run whose process died would stay under way, and the next ones queued, until somebody looks.)"""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        self._children: list[subprocess.Popen[bytes]] = []
        super().__init__()  # type: ignore[no-untyped-call]  # Dagster's

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """What the instance's configuration says of this launcher."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Nothing to configure."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> Self:
        """As Dagster makes it."""
        return cls(inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Start the process and note which it is."""
        run, origin = context.dagster_run, context.job_code_origin
        assert origin is not None  # of every run of a code location
        self._children = [child for child in self._children if child.poll() is None]
        wanted = serialize_value(ExecuteRunArgs(origin, run.run_id, self._instance.get_ref()))
        child = start_bound("dagster", "api", "execute_run", wanted)
        self._children.append(child)
        self._instance.add_run_tags(run.run_id, {PROCESS: process_tag(child.pid)})

    def terminate(self, run_id: str) -> bool:
        """Ask the run's process to end, which it does in order; False where there is none."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        tag = run.tags.get(PROCESS, "")
        if not is_alive(tag):
            return False
        with suppress(ProcessLookupError):
            os.kill(int(tag.split()[0]), SIGTERM)
        return True

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Dagster's daemon asks for each run under way, every `poll_interval_seconds`."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether the run's process is there; if not, the daemon marks the run as failed."""
        if is_alive(run.tags.get(PROCESS, "")):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.FAILED, GONE)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _started(pid: int) -> str:
    """The moment a process started, in ticks since the system did (proc(5)); always the same where the system does not
    say."""
    if not Path("/proc/self/stat").exists():
        return "-"
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return ENDED
    return ENDED if state in "ZX" else fields[18]


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return "-"
