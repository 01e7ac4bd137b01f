"""How long Dagster's record of runs is kept: the newest runs whole; of older ones the last that its page shows of each
asset. Dagster itself keeps all of it for ever, some megabytes a night."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as db
from dagster import DagsterEventType
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, AssetEventTagsTable
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable as EventsTable
from dagster._core.storage.runs.schema import RunTagsTable
from dagster._core.storage.tags import RUN_KEY_TAG, SENSOR_NAME_TAG

from orchestration.text import inline

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from orchestration.settings import Settings

DAYS = 30
"""Of what belongs to no run: ticks of schedule and sensor, events that they report."""

FREE_SHARE = 0.25
"""A database of which so much is empty gives the space back."""

INDEX, NO_RUN = "index", ""
"""Names of Dagster's databases of events beside those of single runs."""

OF_ASSETS = (
    DagsterEventType.ASSET_MATERIALIZATION,
    DagsterEventType.ASSET_OBSERVATION,
    DagsterEventType.FRESHNESS_STATE_EVALUATION,
    DagsterEventType.FRESHNESS_STATE_CHANGE,
)
"""What the page shows of an asset is the last of each."""

log = logging.getLogger("hrss")


def forget_old_runs(instance: DagsterInstance, settings: Settings) -> int:
    """Remove the runs beyond the number to be kept, and return how many. Stays: a run that has not ended; the last one
    that each sensor asked for, since its key must not start another; of each asset, partition and check the last event.

    What cannot be done now, the next run does; the log says so.
    """
    if settings.keep_runs == 0:
        return 0
    try:
        kept, old = _kept_and_old(instance, settings.keep_runs)
        _forget_runs(instance, old)
        _forget_events(instance, kept)
        _forget_ticks(instance)
        runs = settings.dagster_home / "history" / "runs"
        for file in _of_no_run(runs, kept):
            file.unlink(missing_ok=True)
        for file in (runs / f"{INDEX}.db", runs.with_suffix(".db"), settings.dagster_home / "schedules/schedules.db"):
            _give_back(file)
    except (db.exc.SQLAlchemyError, OSError) as error:
        log.warning("%s: %s", inline("run.old_runs_stay"), str(error).split("\n", 1)[0])
        return 0
    return len(old)


def _kept_and_old(instance: DagsterInstance, keep: int) -> tuple[set[str], list[str]]:
    newest_first = instance.get_run_records()
    asked_for = {  # oldest first: of each sensor the last
        one.dagster_run.tags.get(SENSOR_NAME_TAG): one.dagster_run.run_id
        for one in reversed(newest_first)
        if RUN_KEY_TAG in one.dagster_run.tags
    }
    old = [
        one.dagster_run.run_id
        for one in newest_first[keep:]
        if one.dagster_run.is_finished and one.dagster_run.run_id not in asked_for.values()
    ]
    return {one.dagster_run.run_id for one in newest_first} - set(old), old


def _forget_runs(instance: DagsterInstance, runs: Collection[str]) -> None:
    storage: Any = instance.run_storage
    for run_id in runs:  # not `instance.delete_run`: the last event of an asset or a partition would go with it
        storage.delete_run(run_id)
    with storage.connect() as connection:  # which leaves a run's tags behind
        runs_left = db.select(db.text("run_id")).select_from(db.text("runs"))
        connection.execute(db.delete(RunTagsTable).where(RunTagsTable.c.run_id.not_in(runs_left)))


def _forget_events(instance: DagsterInstance, kept: Collection[str]) -> None:
    storage: Any = instance.event_log_storage
    events, checks = EventsTable.c, AssetCheckExecutionsTable.c
    kinds = (events.dagster_event_type, events.asset_key, events.partition)
    last = db.select(db.func.max(events.id)).where(events.dagster_event_type.in_(OF_ASSETS)).group_by(*kinds)
    before = db.func.datetime("now", f"-{DAYS} days")
    of_no_run = db.and_(events.run_id == NO_RUN, events.timestamp < before)
    of_old_run = db.and_(events.run_id != NO_RUN, events.run_id.not_in(kept))
    with storage.index_connection() as connection:
        connection.execute(db.delete(EventsTable).where(db.or_(of_no_run, of_old_run), events.id.not_in(last)))
        left = db.select(events.id)
        connection.execute(db.delete(AssetEventTagsTable).where(AssetEventTagsTable.c.event_id.not_in(left)))
        last_check = db.select(db.func.max(checks.id)).group_by(checks.asset_key, checks.check_name, checks.partition)
        connection.execute(
            db.delete(AssetCheckExecutionsTable).where(checks.run_id.not_in(kept), checks.id.not_in(last_check))
        )
    with storage.run_connection(NO_RUN) as connection:
        connection.execute(db.delete(EventsTable).where(events.timestamp < before))


def _forget_ticks(instance: DagsterInstance) -> None:
    for state in instance.all_instigator_state():
        instance.purge_ticks(state.instigator_origin_id, state.selector_id, before=time.time() - DAYS * 86400)


def _of_no_run(folder: Path, kept: Collection[str]) -> Iterator[Path]:
    """The databases of events of runs that are not on record."""
    for file in folder.glob("?*.db*"):
        if file.name.split(".")[0] not in {INDEX, NO_RUN, *kept}:
            yield file


def _give_back(file: Path) -> None:
    """Let the file system have what is free in a database, where that is much."""
    engine = db.create_engine(f"sqlite:///{file}", isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            pages, free = (
                connection.execute(db.text(f"PRAGMA {name}")).scalar_one() for name in ("page_count", "freelist_count")
            )
            if free > FREE_SHARE * pages:
                connection.execute(db.text("VACUUM"))
                connection.execute(db.text("PRAGMA wal_checkpoint(TRUNCATE)"))
    finally:
        engine.dispose()
