"""The dbt models as assets, built and tested by dbt in a child process."""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from orchestration.dagster_runtime.instance import prepare_instance
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
from orchestration.defs.specs import STATISTICS, in_both
from orchestration.gate.kept import warehouse_written
from orchestration.progress import Stage, reporter
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.startup import block_import, light_dbt_resource
from orchestration.text import pair, words, written

with block_import("dbt"):  # it runs in a child process
    from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets
    from dagster_dbt.errors import DagsterDbtCliRuntimeError

MANIFEST: dict[str, Any] = json.loads(parse_dbt(Settings()).read_bytes())

ORIGINS = written("dagster.origins")
"""The entry of a model's metadata that tells what its columns are made of."""


class HouseTranslator(DagsterDbtTranslator):
    """Groups the models by layer, says who answers for them, and tells of models and tests in both languages."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The layer: seeds, staging, intermediate or marts."""
        layer = dbt_resource_props["fqn"][1]
        return "reference" if dbt_resource_props["resource_type"] == "seed" else str(layer)

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """Whoever writes formulas."""
        return [STATISTICS]

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, str]:
        """The subject of the folder, and whether the table is published."""
        published = {"published": ""} if dbt_resource_props["config"]["meta"].get("published") else {}
        _, *folders, _ = dbt_resource_props["fqn"]
        return {"subject": folders[-1], **published} if len(folders) > 1 else published

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """The columns, and where the model is written down."""
        columns = [
            dg.TableColumn(name, column.get("data_type") or "?", in_both(column["description"], name))
            for name, column in dbt_resource_props["columns"].items()
        ]
        return {
            "file": dg.MetadataValue.path(DBT_PROJECT / dbt_resource_props["original_file_path"]),
            **({"dagster/column_schema": dg.TableSchema(columns)} if columns else {}),
        }

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """As dagster-dbt has it, described."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec and spec._replace(description=_said_of_test(manifest["nodes"][unique_id]))


def _said_of_test(test: Mapping[str, Any]) -> str:
    """What a generic test asks for."""
    of = test["test_metadata"]
    values = {name: ", ".join(value) if isinstance(value, list) else value for name, value in of["kwargs"].items()}
    said = words("dagster.dbt_test")[of["name"]]
    return " / ".join(said).format(column=values.get("column_name"), **values)


@dbt_assets(manifest=MANIFEST, dagster_dbt_translator=HouseTranslator(), name="dbt_models")
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
    writing = warehouse_written(settings)
    with reporter().stage("dbt", *pair("run.stage_dbt")) as stage, writing, what as arguments:
        try:
            run = dbt.cli(arguments, context=context, target_path=settings.dbt_target)
            for message in run.stream_raw_events():
                _follow(message.raw_event, stage)
                for event in message.to_default_asset_events(
                    run.manifest, run.dagster_dbt_translator, run.context, run.target_path
                ):
                    yield _told(event, lineage, message.raw_event)
        except DagsterDbtCliRuntimeError as error:
            raise build_failed(str(error), settings.dbt_log) from None  # its own text may quote a row


def _follow(event: Mapping[str, Any], stage: Stage) -> None:
    """Tell of each model and test that dbt begins; of those before it, the one beside it may still be under way."""
    if event["info"]["name"] == "LogStartLine":
        node = event["data"]["node_info"]["node_name"]
        stage.step(event["data"]["index"] - 1, event["data"]["total"], node)


def _told(event: Any, lineage: Lineage, said: Mapping[str, Any]) -> Any:
    """What dbt tells of a model, with its rows and the columns that its columns are made of; other events as they
    are."""
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
    rows = re.search(r" (\d+)$", said["data"].get("result_message") or said["data"]["status"])  # "OK 17", "INSERT 2"
    return event.with_metadata(
        {
            **event.metadata,
            **({} if rows is None else {"dagster/row_count": int(rows[1])}),
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
                dg.TableColumn("column", description=written("dagster.origins_column")),
                dg.TableColumn("taken_from", description=written("dagster.origins_taken_from")),
                dg.TableColumn("decided_by", description=written("dagster.origins_decided_by")),
            ]
        ),
    )
