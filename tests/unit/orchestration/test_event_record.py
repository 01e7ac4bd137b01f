"""What the record of events holds of a run, beside what Dagster's own storage holds of the same run."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from orchestration.dagster_runtime.event_record import EventRecord
from orchestration.dagster_runtime.instance import prepare_instance
from orchestration.settings import Settings

STEP_OUTPUT = dg.DagsterEventType.STEP_OUTPUT.value
MONTHS = dg.StaticPartitionsDefinition(["2025-01", "2025-02", "2025-03"])


@dg.asset(partitions_def=MONTHS)
def deliveries() -> dg.MaterializeResult[None]:
    """Several partitions in one run: Dagster hands their events over at once."""
    return dg.MaterializeResult(metadata={"rows": 7}, tags={"of": "sample"})


@dg.multi_asset(specs=[dg.AssetSpec("first"), dg.AssetSpec("second", deps=["first"])])
def models() -> Iterator[dg.MaterializeResult[None]]:
    """Two assets of one step."""
    yield dg.MaterializeResult("first", metadata={"rows": 3})
    yield dg.MaterializeResult("second")


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec("holds", asset="first", blocking=True),
        dg.AssetCheckSpec("broken", asset="second"),
    ]
)
def gate() -> Iterator[dg.AssetCheckResult]:
    """One check that passes, one that warns."""
    yield dg.AssetCheckResult(check_name="holds", asset_key="first", passed=True)
    yield dg.AssetCheckResult(
        check_name="broken", asset_key="second", passed=False, severity=dg.AssetCheckSeverity.WARN
    )


@dg.asset(deps=["first"])
def release() -> None:
    """Fails where it is asked to."""
    if os.environ.get("RELEASE_FAILS"):
        raise ValueError


DEFS = dg.Definitions(
    assets=[deliveries, models, release],
    asset_checks=[gate],
    jobs=[
        dg.define_asset_job("nightly", dg.AssetSelection.assets("first", "second", "release")),
        dg.define_asset_job("landing", dg.AssetSelection.assets("deliveries")),
    ],
)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """A home's instance, as `hrss refresh` has it."""
    settings = Settings.of(home=tmp_path / "home")
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "2")  # smaller than the batches: the rest must come, too
    prepare_instance(settings)
    with dg.DagsterInstance.get() as instance:
        assert type(instance.event_log_storage) is EventRecord
        yield instance


@pytest.fixture
def dagsters(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        assert type(instance.event_log_storage) is SqliteEventLogStorage
        yield instance


def run_all(instance: dg.DagsterInstance) -> list[str]:
    """The ids of a run of each job."""
    span = {"dagster/asset_partition_range_start": "2025-01", "dagster/asset_partition_range_end": "2025-03"}
    runs = (
        DEFS.resolve_job_def("landing").execute_in_process(instance=instance, tags=span),
        DEFS.resolve_job_def("nightly").execute_in_process(instance=instance),
    )
    assert all(run.success for run in runs)
    return [run.run_id for run in runs]


def events(instance: dg.DagsterInstance, run_id: str) -> Counter[tuple[str | None, str | None]]:
    return Counter(
        (event.dagster_event_type and event.dagster_event_type.value, event.step_key)
        for event in instance.all_logs(run_id)
    )


def told(instance: dg.DagsterInstance) -> list[object]:
    """What the page asks of all runs."""
    found: list[object] = [instance.get_materialized_partitions(dg.AssetKey("deliveries"))]
    for name in ("deliveries", "first", "second", "release"):
        made = instance.get_latest_materialization_event(dg.AssetKey(name))
        assert made is not None
        assert made.asset_materialization is not None
        record = instance.get_asset_records([dg.AssetKey(name)])[0].asset_entry
        found += [name, made.step_key, made.asset_materialization.metadata, made.asset_materialization.partition]
        found += [record.last_run_id == made.run_id, "of" in made.asset_materialization.tags]
    keys = [dg.AssetCheckKey(dg.AssetKey("first"), "holds"), dg.AssetCheckKey(dg.AssetKey("second"), "broken")]
    for key in keys:
        (check,) = instance.event_log_storage.get_asset_check_execution_history(key, limit=5)
        evaluation = check.event and check.event.asset_check_evaluation
        assert evaluation
        found += [check.status, evaluation.passed, evaluation.severity, bool(evaluation.target_materialization_data)]
    return found


def test_all_is_on_record_but_that_a_step_yielded_an_output(
    own: dg.DagsterInstance, dagsters: dg.DagsterInstance
) -> None:
    here, there = ([events(instance, run_id) for run_id in run_all(instance)] for instance in (own, dagsters))
    assert any(kind == STEP_OUTPUT for run in there for kind, _ in run)
    assert here == [Counter({one: count for one, count in run.items() if one[0] != STEP_OUTPUT}) for run in there]
    assert told(own) == told(dagsters)


def test_what_failed_is_run_again_from_the_failure(own: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster reads from the record what had gone well."""
    monkeypatch.setenv("RELEASE_FAILS", "1")
    failed = DEFS.resolve_job_def("nightly").execute_in_process(instance=own, raise_on_error=False)
    assert not failed.success
    monkeypatch.delenv("RELEASE_FAILS")
    options = dg.ReexecutionOptions.from_failure(failed.run_id, own)
    with dg.execute_job(
        dg.reconstructable(job), instance=own, reexecution_options=options, raise_on_error=True
    ) as again:
        assert again.success
    kinds = events(own, again.run_id)
    assert [step for (kind, step), _ in kinds.items() if kind == dg.DagsterEventType.STEP_SUCCESS.value] == ["release"]


def job() -> dg.JobDefinition:
    """The job, for Dagster to make anew."""
    return DEFS.resolve_job_def("nightly")


def test_other_threads_keep_their_own_connection(own: dg.DagsterInstance) -> None:
    """The page is answered by several: what one writes is not what another reads in."""
    storage, held = own.event_log_storage, object()
    assert isinstance(storage, EventRecord)
    found: list[bool] = []

    def read() -> None:
        with storage.index_connection() as connection:
            found.append(connection is held)

    storage._of_thread.index = held
    read()
    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    del storage._of_thread.index
    assert found == [True, False]
