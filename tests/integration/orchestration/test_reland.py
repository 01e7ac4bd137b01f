"""A delivered month, landed again through Dagster as its web page does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from orchestration.pipeline.triggers import pending_triggers
from orchestration.settings import Settings, today
from raw_landing.database import connect
from raw_landing.land import receipts

EXTRACT = "mediation_case"


def test_one_extract_and_month_are_landed_again(
    small_landing: Path, code_location: None, home: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.of(landing=small_landing, home=home())
    for variable, value in settings.environment().items():
        monkeypatch.setenv(variable, value)
    from orchestration.definitions import defs

    def rows() -> list[tuple[object, ...]]:
        with connect(settings.warehouse, read_only=True) as connection:
            return connection.execute(f"from landed.{EXTRACT} order by all").fetchall()

    rows_before, release = rows(), settings.current.resolve()
    loaded = [one for one in receipts(settings.home) if (one.extract, one.status) == (EXTRACT, "loaded")]
    month = max(str(one.period_start)[:7] for one in loaded)
    wanted = {one.dump_id for one in loaded if str(one.period_start).startswith(month)}
    with dg.DagsterInstance.ephemeral() as instance:
        asset = dg.AssetKey(["deliveries", EXTRACT])
        job = defs.resolve_implicit_job_def_def_for_assets([asset])
        assert job is not None
        run = job.execute_in_process(asset_selection=[asset], partition_key=month, instance=instance)
    assert run.success
    made, landed = run.asset_materializations_for_node("deliveries_monthly")
    assert (made.asset_key, made.partition) == (asset, month)
    assert landed.asset_key == dg.AssetKey(["landed", EXTRACT])
    assert 0 < len(wanted) < len(loaded) and made.metadata["dumps_loaded"].value == len(wanted)
    assert rows() == rows_before and settings.current.resolve() == release
    assert "the last refresh did not publish" in {reason.en for reason in pending_triggers(settings, today())}
