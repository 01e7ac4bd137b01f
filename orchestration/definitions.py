"""Dagster's code location: everything it may see, in one place."""

from __future__ import annotations

import dagster as dg

from orchestration.defs.gates import GATES
from orchestration.defs.job import every_night, missed_night, new_dumps, nightly_refresh
from orchestration.defs.landing import assets
from orchestration.defs.models import dbt_models
from orchestration.defs.publication import published_release
from orchestration.defs.resources import own_warehouse
from orchestration.defs.upkeep import scrub_every_night, scrub_files
from orchestration.defs.watch import tell_of_failed_runs, tell_of_good_runs

defs = dg.Definitions(
    assets=[*assets(), dbt_models, published_release],
    asset_checks=GATES,
    jobs=[nightly_refresh, scrub_files],
    schedules=[every_night, scrub_every_night],
    sensors=[new_dumps, missed_night, tell_of_good_runs, tell_of_failed_runs],
    executor=dg.in_process_executor,
    resources={"warehouse": own_warehouse},
)
