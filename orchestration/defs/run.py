"""The nightly job, run in this process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path

import dagster as dg

from orchestration.dagster_runtime.instance import prepare_instance
from orchestration.dagster_runtime.retention import forget_old_runs
from orchestration.dagster_runtime.run_processes import PROCESS, fail_dead_runs, process_tag, put_on_timeline
from orchestration.defs.job import remember
from orchestration.defs.redaction import RedactedError
from orchestration.defs.resources import Warehouse, given_warehouse
from orchestration.files import read_json
from orchestration.gate.run import NOTHING_ACCEPTED
from orchestration.lock import Busy
from orchestration.pipeline.clock import day_of_run
from orchestration.pipeline.triggers import record_outcome
from orchestration.settings import Settings
from orchestration.startup import fast_dagster_storage
from raw_landing.errors import UserError


def run_in_process(
    settings: Settings, as_of: date | None, *, full: bool, accepted: Mapping[str, str] = NOTHING_ACCEPTED
) -> None:
    """Run `nightly_refresh` here and now, on record in the warehouse's own Dagster instance.

    Raises what the failing stage raised.
    """
    prepare_instance(settings)
    from orchestration.definitions import defs

    warehouse = Warehouse(settings, as_of or day_of_run(settings), full, accepted)
    failure: BaseException | None = None
    # What Dagster and dbt print goes nowhere here: it stands in their logs, the terminal shows progress.
    with (
        Path(os.devnull).open("w") as nowhere,
        redirect_stdout(nowhere),
        fast_dagster_storage(),
        dg.DagsterInstance.get() as instance,
    ):
        fail_dead_runs(instance)
        forget_old_runs(instance, settings)
        put_on_timeline(instance)
        try:
            defs.resolve_job_def("nightly_refresh").execute_in_process(
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                resources={"warehouse": given_warehouse(warehouse)},
                instance=instance,
                tags={"hrss/started_by": "hrss refresh", PROCESS: process_tag()},
            )
        except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
            if read_json(settings.run_record).get("outcome") in ("running", "landed"):
                record_outcome(settings, "interrupted")
            raise
        except RedactedError as stands_for:
            failure = stands_for.error
        except Busy:
            raise  # what is on record is the other run's
        except UserError as error:
            remember(settings, error)  # an error that is raised here comes before Dagster's hooks
            raise
    if failure is not None:
        raise failure
