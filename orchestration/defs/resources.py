"""What a Dagster run is given: the settings, the day it is for, and the right to write. No logic of stages."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import dagster as dg

from orchestration.lock import writer_lock
from orchestration.logs import bound, start_logging
from orchestration.patience import time_limit
from orchestration.pipeline.clock import day_of_run
from orchestration.pipeline.traces import export_run
from orchestration.settings import Settings
from orchestration.text import written


@dataclass(frozen=True)
class Warehouse:
    """The warehouse of this machine, as one run works on it."""

    settings: Settings
    day: date
    """The as-of date: one day for the whole run, also across midnight."""
    full: bool = False
    accepted: Mapping[str, str] = field(default_factory=dict)
    """Critical failures that this one run accepts: the rule's exact name (suite.rule) and the reason, which is
    published."""


@contextmanager
def held(warehouse: Warehouse, run_id: str) -> Iterator[Warehouse]:
    """Hold the writer's lock for as long as the run lasts: its steps share one process."""
    start_logging(warehouse.settings)
    try:
        limit, lock = time_limit(warehouse.settings), writer_lock(warehouse.settings, f"Dagster run {run_id}")
        with limit, lock, bound(run=run_id):
            yield warehouse
    finally:
        export_run(warehouse.settings, run_id)


@dg.resource(
    config_schema={"full": dg.Field(bool, default_value=False, description=written("dagster.warehouse_full"))},
    description=written("dagster.warehouse_of_this_machine"),
)
def own_warehouse(context: dg.InitResourceContext) -> Iterator[Warehouse]:
    """The warehouse of the environment's settings, today. A run's configuration names no place, no day and nothing to
    accept: whoever reaches Dagster's page can write one."""
    settings = Settings()
    own = Warehouse(settings, day_of_run(settings), full=context.resource_config["full"])
    with held(own, _run_id(context)) as warehouse:
        yield warehouse


def given_warehouse(warehouse: Warehouse) -> dg.ResourceDefinition:
    """The warehouse as the command line of this process named it."""

    @dg.resource
    def given(context: dg.InitResourceContext) -> Iterator[Warehouse]:
        with held(warehouse, _run_id(context)) as own:
            yield own

    return given


def _run_id(context: dg.InitResourceContext) -> str:
    return context.run.run_id if context.run else "?"
