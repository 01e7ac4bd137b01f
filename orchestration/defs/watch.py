"""What follows each run that Dagster has on record, also one whose process died: whoever is to be told is told."""

import dagster as dg

from orchestration.alerts.check import after_run
from orchestration.defs.job import nightly_refresh
from orchestration.settings import Settings
from orchestration.text import written

SECONDS_BETWEEN = 30


@dg.run_status_sensor(
    name="tell_of_good_runs",
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[nightly_refresh],
    minimum_interval_seconds=SECONDS_BETWEEN,
    description=written("dagster.tells_of_good_runs"),
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def tell_of_good_runs() -> None:
    """Incidents that are over, and the sign of life."""
    after_run(Settings(), ended_well=True)


@dg.run_failure_sensor(
    name="tell_of_failed_runs",
    monitored_jobs=[nightly_refresh],
    minimum_interval_seconds=SECONDS_BETWEEN,
    description=written("dagster.tells_of_failed_runs"),
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def tell_of_failed_runs() -> None:
    """That a run failed, was refused or died."""
    after_run(Settings(), ended_well=False)
