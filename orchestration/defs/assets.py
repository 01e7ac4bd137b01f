"""The assets: one per extract grouped by source, the dbt models, the release. Each calls a stage."""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg

from orchestration.dagster_runtime.instance import prepare_instance
from orchestration.dbt_build.catalogue import published_tables
from orchestration.dbt_build.lineage import ROWS, Lineage, Ref, lineage_of
from orchestration.dbt_build.manifest import compile_dbt, parse_dbt
from orchestration.dbt_build.process import PARENT_PID_ENV
from orchestration.dbt_build.runner import (
    DBT,
    QUIETLY,
    WITHOUT_ARTIFACTS,
    build_arguments,
    build_failed,
)
from orchestration.defs.redaction import redacted
from orchestration.defs.resources import Warehouse
from orchestration.pipeline.stages import LandOptions, land, release
from orchestration.pipeline.triggers import record_outcome, record_start
from orchestration.progress import Stage, reporter
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.startup import block_import, light_dbt_resource
from raw_landing.contract import load_contracts
from raw_landing.storage.landed_schema import RELATIONS

with block_import("dbt"):  # it runs in a child process
    from dagster_dbt import DagsterDbtTranslator, dbt_assets
    from dagster_dbt.errors import DagsterDbtCliRuntimeError

CONTRACTS = load_contracts()
LEDGER = tuple(relation.split(".") for relation in RELATIONS)

ORIGINS = "列的来源 / made of"
"""The entry of a model's metadata that tells what its columns are made of."""


class Reland(dg.Config):
    """Leave both alone for the nightly work: whatever is new."""

    again: bool = False
    """Land the chosen extracts once more, from the archive if need be."""
    period: str = ""
    """Only dumps of this month, quarter or year (2024-03, 2024-Q1, 2024)."""


@dg.multi_asset(
    name="landing",
    can_subset=True,
    specs=[
        *(
            dg.AssetSpec(
                ["landed", contract.extract],
                group_name=contract.source,
                description=f"{contract.zh} ({contract.load}, {contract.cadence})",
                kinds={"parquet"},
                metadata={"key": ", ".join(contract.key), "due_days": contract.due_days},
            )
            for contract in CONTRACTS.values()
        ),
        *(dg.AssetSpec(key, group_name="ledger", kinds={"duckdb"}) for key in LEDGER),
    ],
)
def landing(
    context: dg.AssetExecutionContext, config: Reland, warehouse: dg.ResourceParam[Warehouse]
) -> Iterator[dg.MaterializeResult[Any]]:
    """Land every new dump of the inbox; with `again`, the chosen extracts or month once more."""
    record_start(warehouse.settings, warehouse.day)
    selected = {key.path[-1] for key in context.selected_asset_keys} & set(CONTRACTS)
    chosen = None if len(selected) == len(CONTRACTS) else selected
    options = LandOptions(chosen, config.period or None, config.again or warehouse.full)
    with redacted():
        landed = land(warehouse.settings, warehouse.day, options)
    record_outcome(warehouse.settings, "landed")
    for key in context.selected_asset_keys:
        yield dg.MaterializeResult(asset_key=key, metadata=landed.metadata(key.path[-1]))


class HouseTranslator(DagsterDbtTranslator):
    """Groups the models by the layer and subject of their folder."""

    def get_group_name(self, dbt_resource_props: Any) -> str | None:
        """The layer: seeds, staging, intermediate or marts."""
        layer = dbt_resource_props["fqn"][1]
        return "reference" if dbt_resource_props["resource_type"] == "seed" else str(layer)


@dbt_assets(manifest=parse_dbt(Settings()), dagster_dbt_translator=HouseTranslator(), name="dbt_models")
def dbt_models(context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]) -> Iterator[Any]:
    """Seeds, staging, intermediate and marts, built and tested by dbt in a child process."""
    settings = warehouse.settings
    prepare_instance(settings)  # dbt, a child, finds the warehouse in the environment
    os.environ[PARENT_PID_ENV] = str(os.getpid())
    parse_dbt(settings)
    dbt = light_dbt_resource()(
        project_dir=str(DBT_PROJECT),
        profiles_dir=str(DBT_PROJECT),
        dbt_executable=str(DBT),
        global_config_flags=[*QUIETLY, *WITHOUT_ARTIFACTS],
    )
    with redacted():
        lineage = lineage_of(compile_dbt(settings))
    what = build_arguments(settings, full=warehouse.full, whole=not context.is_subset)
    with reporter().stage("dbt", "计算指标", "building the marts") as stage, what as arguments:
        try:
            run = dbt.cli(arguments, context=context, target_path=settings.dbt_target)
            for message in run.stream_raw_events():
                _follow(message.raw_event, stage)
                for event in message.to_default_asset_events(
                    run.manifest, run.dagster_dbt_translator, run.context, run.target_path
                ):
                    yield _with_lineage(event, lineage)
        except DagsterDbtCliRuntimeError as error:
            raise build_failed(str(error), settings.dbt_log) from None  # its own text may quote a row


def _follow(event: Mapping[str, Any], stage: Stage) -> None:
    """Tell of each model and test that dbt begins; of those before it, the one beside it may still be under way."""
    if event["info"]["name"] == "LogStartLine":
        node = event["data"]["node_info"]["node_name"]
        stage.step(event["data"]["index"] - 1, event["data"]["total"], node)


def _with_lineage(event: Any, lineage: Lineage) -> Any:
    """What dbt tells of a model, with the columns that its columns are made of; other events as they are."""
    if not isinstance(event, dg.Output):
        return event
    name = str(event.metadata["unique_id"].value).rpartition(".")[2]
    relation, columns = next((step for step in lineage.steps.items() if step[0].endswith(f".{name}")), (name, {}))
    sources = {column: made.taken or made.decided for column, made in columns.items() if column != ROWS}
    deps = {
        column: [
            dg.TableColumnDep(asset_key=dg.AssetKey(of.split(".")), column_name=source)
            for of, source in sorted(refs)
            if source != ROWS
        ]
        for column, refs in sources.items()
    }
    return event.with_metadata(
        {
            **event.metadata,
            "dagster/column_lineage": dg.TableColumnLineage(deps),
            ORIGINS: _origins(lineage, relation, [column for column in columns if column != ROWS]),
        }
    )


def _origins(lineage: Lineage, relation: str, columns: Iterable[str]) -> dg.TableMetadataValue:
    """What each column is made of in the end, as a table to look at: Dagster's own page of the lineage of columns is
    not in its open edition."""

    def named(refs: frozenset[Ref]) -> str:
        return ", ".join(f"{of}.{source}".removesuffix(f".{ROWS}") for of, source in sorted(refs))

    made = {column: lineage.origins((relation, column)) for column in columns}
    return dg.TableMetadataValue(
        records=[
            dg.TableRecord({"column": column, "taken_from": named(one.taken), "decided_by": named(one.decided)})
            for column, one in made.items()
        ],
        schema=dg.TableSchema(
            [
                dg.TableColumn("column", description="列 / column"),
                dg.TableColumn("taken_from", description="取自 / columns whose content goes into it"),
                dg.TableColumn("decided_by", description="取决于 / columns that decide which content that is"),
            ]
        ),
    )


@dg.asset(
    name="release",
    group_name="publication",
    deps=[dg.AssetKey(["marts", table.name]) for table in published_tables(Settings())],
    kinds={"duckdb"},
)
def published_release(warehouse: dg.ResourceParam[Warehouse]) -> dg.MaterializeResult[Any]:
    """The public tables as a new release folder, checked there and switched to `current` in one step."""
    with redacted():
        made = release(warehouse.settings)
    record_outcome(warehouse.settings, "published", release_id=made.release_id)
    manifest = made.folder.read_manifest()
    return dg.MaterializeResult(
        metadata={
            "release_id": made.release_id,
            "folder": dg.MetadataValue.path(made.folder.path),
            "quality": dg.MetadataValue.path(made.folder.quality),
            "dumps": made.dumps,
            "rows": made.rows,
            "expectations_failed": made.expectations_failed,
            "is_synthetic": made.is_synthetic,
            "tables": dg.MetadataValue.json(manifest["tables"]),
            "profile": dg.MetadataValue.json(reporter().profile),
        }
    )
