"""The job `judging`: workers that judge the dumps of a landing beside the run that lands, each a step of its own, in
whatever Dagster's executor gives it: a process of this machine, a pod, a worker of Celery. The processes of the steps
load this module: it imports of the project what judging needs."""

import logging
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

from orchestration.dagster_runtime.bound_child import start_bound
from orchestration.dagster_runtime.run_processes import PROCESS, process_tag
from orchestration.defs.redaction import redacted
from orchestration.settings import Settings
from raw_landing.judging import Workers, work

log = logging.getLogger("hrss")


MODULE = "orchestration.defs.judging"
"""This module, also where it is the main program."""


def _executor(file: str) -> tuple[dg.ExecutorDefinition, Mapping[str, Any]]:
    """The executor that a file names (`executor: module.name`, `config:` as its documentation says); a process a step
    where there is none."""
    if not file:
        return dg.multiprocess_executor, {}
    chosen = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    module, _, name = chosen["executor"].rpartition(".")
    return getattr(import_module(module), name), chosen.get("config", {})


@dg.op(config_schema={"folder": str, "share": int})
def judge(context: dg.OpExecutionContext) -> None:
    """Judge what nobody has claimed of the plan in a folder."""
    config = context.op_config
    with redacted():
        done = work(Path(config["folder"]), share=config["share"])
    context.log.info("batches judged: %d", done)


def judging(workers: int, executor: str) -> dg.JobDefinition:
    """As many workers as are asked for, in the executor that a file names."""

    @dg.job(name="judging", executor_def=_executor(executor)[0])
    def of_workers() -> None:
        for number in range(workers):
            judge.alias(f"judge_{number}")()

    return of_workers


def workers_of(settings: Settings) -> Workers | None:
    """Who judges beside a landing with these settings; None where the landing does it alone."""
    number = settings.landing_workers
    if number == 1:
        return None
    return Workers(partial(_started, settings) if number else None, settings.lease_seconds)


@contextmanager
def _started(settings: Settings, folder: Path) -> Iterator[None]:
    """The workers, as a run of their own on Dagster's record, led by a process of its own: what its steps print goes
    nowhere. Waits for their end. That one failed is no reason not to land: what it had claimed, the landing judges."""
    asked = (str(folder), str(settings.landing_workers), str(settings.landing_executor or ""))
    nowhere = subprocess.DEVNULL
    with start_bound(MODULE, *asked, stdout=nowhere, stderr=nowhere) as child:
        yield
    if child.returncode:
        log.warning("judging: workers have failed; see the last run of the job `judging` on Dagster's page")


def main(folder: str, workers: int, executor: str) -> bool:
    """Run the job to its end; whether no worker failed."""
    config, share = ({"max_concurrent": workers}, workers) if not executor else (_executor(executor)[1], 1)
    own = {"config": {"folder": folder, "share": share}}
    asked: tuple[Any, ...] = (workers, executor)
    job = dg.build_reconstructable_job(MODULE, "judging", reconstructable_args=asked)
    with dg.DagsterInstance.get() as instance:
        return dg.execute_job(
            job,
            instance,
            run_config={
                "ops": {f"judge_{number}": own for number in range(workers)},
                "execution": {"config": config},
            },
            tags={PROCESS: process_tag()},
        ).success


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
