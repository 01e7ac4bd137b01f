"""Dagster's code location: everything it may see, in one place."""

from __future__ import annotations

import dagster as dg

from orchestration.defs.assets import dbt_models, landing, published_release
from orchestration.defs.gates import GATES
from orchestration.defs.job import every_night, new_dumps, nightly_refresh, reland
from orchestration.defs.resources import own_warehouse

defs = dg.Definitions(
    assets=[landing, dbt_models, published_release],
    asset_checks=GATES,
    jobs=[nightly_refresh, reland],
    schedules=[every_night],
    sensors=[new_dumps],
    resources={"warehouse": own_warehouse},
)
