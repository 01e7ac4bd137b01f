"""The assets of landing: what agencies delivered, by period, and the landed rows that models are made from."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

import dagster as dg

from orchestration.defs.judging import workers_of
from orchestration.defs.models import MANIFEST
from orchestration.defs.redaction import redacted
from orchestration.defs.resources import Warehouse
from orchestration.defs.specs import (
    CONTRACTS,
    DELIVERIES,
    LANDED,
    PARTITIONS,
    delivery_specs,
    landed_specs,
    ledger_specs,
    partition_of,
    period_of,
)
from orchestration.patience import patiently
from orchestration.pipeline.stages import LandOptions, land, landed_rows
from orchestration.pipeline.triggers import record_outcome, record_start
from raw_landing.contract import Cadence
from raw_landing.land import Landed
from raw_landing.ledger.records import LOADED


@dg.multi_asset(name="landing", can_subset=True, specs=[*landed_specs(), *ledger_specs(MANIFEST)])
def landing(
    context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
) -> Iterator[dg.MaterializeResult[Any] | dg.AssetMaterialization]:
    """Land every new dump of the inbox."""
    selected = {key.path[-1] for key in context.selected_asset_keys} & set(CONTRACTS)
    landed = _land(warehouse, LandOptions(None if len(selected) == len(CONTRACTS) else selected, again=warehouse.full))
    for (extract, first_day), figures in delivered(landed).items():
        partition = partition_of(CONTRACTS[extract].cadence, first_day)
        yield dg.AssetMaterialization([DELIVERIES, extract], partition=partition, metadata=figures)
    rows = landed_rows(warehouse.settings)
    for key in context.selected_asset_keys:
        counted = {"dagster/row_count": rows[".".join(key.path)]}
        yield dg.MaterializeResult(asset_key=key, metadata=landed.metadata(key.path[-1]) | counted)


def _deliveries_of(cadence: Cadence) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=f"{DELIVERIES}_{cadence}",
        can_subset=True,
        specs=delivery_specs(cadence),
        backfill_policy=dg.BackfillPolicy.multi_run(),
    )
    def deliveries(
        context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetMaterialization]:
        """Land the chosen extracts of one period once more, from the archive if need be."""
        extracts = {key.path[-1] for key in context.selected_asset_keys}
        landed = _land(warehouse, LandOptions(extracts, period_of(cadence, context.partition_key), again=True))
        for extract in sorted(extracts):
            figures = landed.metadata(extract)
            yield dg.MaterializeResult(asset_key=[DELIVERIES, extract], metadata=figures)
            yield dg.AssetMaterialization([LANDED, extract], metadata=figures)

    return deliveries


def _land(warehouse: Warehouse, options: LandOptions) -> Landed:
    record_start(warehouse.settings, warehouse.day)
    with redacted():
        workers = workers_of(warehouse.settings)
        landed = patiently(warehouse.settings, lambda: land(warehouse.settings, warehouse.day, options, workers))
    record_outcome(warehouse.settings, "landed")
    return landed


def delivered(landed: Landed) -> dict[tuple[str, date], dict[str, int]]:
    """How many dumps a run loaded, and their rows, by extract and first day of the period."""
    found: dict[tuple[str, date], dict[str, int]] = {}
    for receipt in landed.receipts:
        if receipt.status == LOADED and receipt.extract in CONTRACTS and receipt.period_start:
            figures = found.setdefault((receipt.extract, receipt.period_start), {"dumps": 0, "rows_loaded": 0})
            figures["dumps"] += 1
            figures["rows_loaded"] += receipt.rows_loaded
    return found


def assets() -> Collection[dg.AssetsDefinition]:
    """All of them."""
    return [landing, *(_deliveries_of(cadence) for cadence in PARTITIONS)]
