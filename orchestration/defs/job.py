"""The one job, its schedule and its sensor."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta

import dagster as dg

from orchestration.alerts.check import after_run, before_run, noted_if_not_begun
from orchestration.dagster_runtime.retention import forget_old_runs
from orchestration.defs.redaction import unredacted
from orchestration.defs.specs import DELIVERIES, TIMEZONE
from orchestration.errors import is_disk_full
from orchestration.gate.run import GateRefused
from orchestration.lock import Busy, holder, writer_lock
from orchestration.pipeline.clock import ClockImplausible, day_of_run, last_night, missed
from orchestration.pipeline.damage import discard_damaged
from orchestration.pipeline.triggers import last_run, pending_triggers, record_outcome, rest, take_up
from orchestration.provenance import code_sha256
from orchestration.release.log import current_id
from orchestration.settings import WUHAN, Settings
from orchestration.text import written
from raw_landing.errors import InboxUnreachable
from raw_landing.intake.inbox import pending

RETRY_SECONDS = 60
LATE = timedelta(minutes=10)
"""A tick of 02:30 that comes later is one that the daemon makes up for."""

UNFINISHED = [*(dg.DagsterRunStatus[name] for name in ("QUEUED", "NOT_STARTED", "STARTING", "STARTED", "CANCELING"))]
"""Of runs that are on their way or at work."""


def remember(settings: Settings, error: BaseException | None) -> None:
    """Leave on record that a run was refused by the gate or failed."""
    outcome = "refused" if isinstance(error, GateRefused) and not is_disk_full(error) else "failed"
    record_outcome(settings, outcome, why=type(error).__name__)


@dg.failure_hook(required_resource_keys={"warehouse"})
def remember_failure(context: dg.HookContext) -> None:
    """Leave on record that a run which Dagster started was refused by the gate or failed."""
    remember_to_run_again(context.resources.warehouse.settings, unredacted(context.op_exception))


def remember_to_run_again(settings: Settings, error: BaseException | None) -> None:
    """The same; where what the run rests on was damaged, that is thrown away, and the sensor starts another."""
    remember(settings, error)
    if error is not None and discard_damaged(settings, error):
        record_outcome(settings, "failed", why=type(error).__name__, again=True)


nightly_refresh = dg.define_asset_job(
    "nightly_refresh",
    selection=dg.AssetSelection.all() - dg.AssetSelection.key_prefixes(DELIVERIES),
    description=written("dagster.from_dumps_to_release"),
    hooks={remember_failure},
    tags={"dagster/max_runtime": str(int(Settings().max_run_hours * 3600))},
)


@dg.schedule(
    job=nightly_refresh,
    cron_schedule="30 2 * * *",
    execution_timezone=TIMEZONE,
    description=written("dagster.every_night_at"),
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def every_night(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """At 02:30 in Hubei, if there is anything to do. A tick that comes late is left to `missed_night`."""
    if datetime.now(WUHAN) - context.scheduled_execution_time > LATE:
        return dg.SkipReason(written("dagster.tick_late"))
    return _of_the_night(context.instance)


@dg.sensor(
    job=nightly_refresh,
    minimum_interval_seconds=RETRY_SECONDS,
    description=written("dagster.night_missed"),
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def missed_night(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Makes up for the last night, if no run has begun since (the machine was off, another run held the home), or the
    one that has begun has died: once for each of the two."""
    night = last_night(datetime.now(WUHAN) - LATE)
    why = missed(Settings(), night)
    if why is None:
        return dg.SkipReason(written("dagster.night_not_missed"))
    if context.instance.get_runs_count(dg.RunsFilter(job_name=nightly_refresh.name, statuses=UNFINISHED)):
        return dg.SkipReason(written("dagster.run_on_its_way"))
    asked = _of_the_night(context.instance)
    return asked if isinstance(asked, dg.SkipReason) else asked._replace(run_key=f"{night:%Y-%m-%d} {why}")


def _probe_lock(settings: Settings) -> None:
    """Raises Busy where a run that began now would fail, and its key with it."""
    try:
        with writer_lock(settings, "Dagster", wait=False):
            pass
    except Busy:
        if holder(settings) is not None:  # else of another machine that may be dead: a run waits and finds out
            raise


def _of_the_night(instance: dg.DagsterInstance) -> dg.RunRequest | dg.SkipReason:
    """A run, if there is anything to do and nobody else is at work; else the sign of life of a quiet night."""
    settings = Settings()
    forget_old_runs(instance, settings)
    before_run(settings)
    try:
        with noted_if_not_begun(settings):
            take_up(settings)
            _probe_lock(settings)
            day = day_of_run(settings)
            reasons = pending_triggers(settings, day)
    except (Busy, ClockImplausible) as error:
        return dg.SkipReason(str(error))
    except InboxUnreachable as error:  # the run waits for it and, if it does not come, fails where people look
        return dg.RunRequest(tags={"hrss/reason": str(error).splitlines()[0]})
    except Exception:
        after_run(settings, ended_well=False)
        raise
    if not reasons:
        rest(settings, day)
        if (release := current_id(settings)) is not None:
            said = {"release_id": release, "checked": written("dagster.up_to_date")}
            instance.report_runless_asset_event(dg.AssetMaterialization("release", metadata=said))
        after_run(settings, ended_well=True)
        return dg.SkipReason(written("dagster.nothing_new"))
    return dg.RunRequest(tags={"hrss/reason": "; ".join(reason.en for reason in reasons)})


@dg.sensor(
    job=nightly_refresh,
    minimum_interval_seconds=RETRY_SECONDS,
    description=written("dagster.new_dumps_arrived"),
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def new_dumps(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Starts the job when new dumps have arrived and have stopped growing; those that still grow are left to the run
    after it. A file dated in the future has stopped when two ticks see it alike."""
    settings = Settings()
    last = last_run(settings)
    if last.get("again"):
        return dg.RunRequest(run_key=f"again {last['finished_at']}")
    waiting = pending(settings.landing, settings.home)
    before = json.loads(context.cursor or "{}")
    ahead = {file.path: list(file.file_stat) for file in waiting.ahead}
    context.update_cursor(json.dumps(ahead))
    still = replace(waiting, new=tuple(file for file in waiting.new if ahead.get(file.path) == before.get(file.path)))
    if growing := len(waiting.growing) + len(waiting.new) - len(still.new):
        context.log.info("%s (%d)", written("dagster.still_being_written"), growing)
    if not still.new:
        return dg.SkipReason(written("dagster.still_being_written") if growing else written("dagster.no_new_dumps"))
    try:
        _probe_lock(settings)
        day_of_run(settings)
    except (Busy, ClockImplausible) as error:
        return dg.SkipReason(str(error))
    seen = f"{code_sha256()} {still.fingerprint} {waiting.ledger_version}"
    return dg.RunRequest(run_key=hashlib.sha256(seen.encode()).hexdigest())
