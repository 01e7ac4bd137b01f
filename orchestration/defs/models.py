"""The dbt models as assets, built and tested by dbt in a child process."""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

import dagster as dg
from packaging.version import Version

from orchestration.dagster_runtime.instance import prepare_instance
from orchestration.dbt_build.database_time import told
from orchestration.dbt_build.manifest import parse_dbt
from orchestration.dbt_build.prepared import discard_prepared, run_prepared
from orchestration.dbt_build.process import PARENT_PID_ENV
from orchestration.dbt_build.runner import (
    DBT,
    QUIETLY,
    WITHOUT_ARTIFACTS,
    Build,
    build_failed,
    planned_build,
)
from orchestration.dbt_build.selection import Graph
from orchestration.dbt_build.spark import build_on_spark, sweep_folders
from orchestration.dbt_build.spark_increments import planned_for_spark
from orchestration.defs.model_events import unchanged, with_lineage, with_rows
from orchestration.defs.redaction import redacted
from orchestration.defs.resources import Warehouse
from orchestration.defs.specs import STATISTICS, in_both
from orchestration.files import read_json
from orchestration.gate.kept import warehouse_written
from orchestration.patience import patiently
from orchestration.pipeline.laid_files import as_spark_names_them
from orchestration.progress import Stage, Timed, reporter
from orchestration.release.public_tables import begin_copy
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.startup import block_import
from orchestration.text import pair, words
from raw_landing.database import connect
from raw_landing.database_time import tell_seconds
from raw_landing.storage.landed_schema import landed_files

with block_import("dbt"):  # it runs in a child process
    from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtCliResource, DbtProject, dbt_assets
    from dagster_dbt.errors import DagsterDbtCliRuntimeError

ENDED = ("LogModelResult", "LogSeedResult", "LogTestResult")
"""The events by which dbt tells that a node has ended."""

MANIFEST: dict[str, Any] = read_json(parse_dbt(Settings()))


class HouseTranslator(DagsterDbtTranslator):
    """Groups the models by layer, says who answers for them, and tells of models and tests in both languages."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The layer: seeds, staging, intermediate, restricted or marts."""
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
        """As dagster-dbt has it, described. Not blocking: a test that fails fails dbt's build, and one of a model that
        is not visited says nothing."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec and spec._replace(description=_said_of_test(manifest["nodes"][unique_id]), blocking=False)


def _said_of_test(test: Mapping[str, Any]) -> str:
    """What a generic test asks for."""
    of = test["test_metadata"]
    values = {name: ", ".join(value) if isinstance(value, list) else value for name, value in of["kwargs"].items()}
    said = words("dagster.dbt_test")[of["name"]]
    return " / ".join(said).format(column=values.get("column_name"), **values)


@dbt_assets(manifest=MANIFEST, dagster_dbt_translator=HouseTranslator(), name="dbt_models")
def dbt_models(context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]) -> Iterator[Any]:
    """Seeds, staging, intermediate and marts, built and tested by dbt in a child process; of a night of everything,
    those that changed sources can reach. The others are told as they stand: gate and release rest on them."""
    settings = warehouse.settings
    prepare_instance(settings)  # dbt, a child, finds the warehouse in the environment
    with redacted():
        patiently(settings, lambda: connect(settings.warehouse).close())  # dbt does not wait for whoever has it open
        graph = Graph(read_json(parse_dbt(settings)))
    what = planned_build(settings, graph, full=warehouse.full, whole=not context.is_subset)
    writing = warehouse_written(settings)
    with writing, what as build:
        if settings.engine == "spark" and not context.is_subset:
            _grow(settings, graph, build)
        with reporter().stage("dbt", *pair("run.stage_dbt")) as stage:
            yield from with_lineage(_results(context, settings, graph, build, stage), settings)
    sweep_folders(settings)
    if not context.is_subset:
        begin_copy(settings)  # of which a release will be made, if the gate lets it pass


def _grow(settings: Settings, graph: Graph, build: Build) -> None:
    """Let Spark build what grows with persons and cases, of the models that are to be visited. Raises BuildFailed."""
    plan = planned_for_spark(settings, graph, build.visited, full=build.full)
    if not plan.built:
        return
    reporter().note(
        *pair("spark.built_anew", count=len(plan.built), of=len(graph.growing), by_dump=len(plan.increments))
    )
    files = patiently(settings, lambda: as_spark_names_them(settings, landed_files(settings.home)))
    with reporter().stage("spark", *pair("run.stage_spark")) as stage, redacted():
        for event in build_on_spark(settings, graph, plan, files):
            _follow(event, stage)


def _results(
    context: dg.AssetExecutionContext, settings: Settings, graph: Graph, build: Build, stage: Stage
) -> Iterator[Any]:
    """What stands as it was, then what dbt built and tested: each after what it is made of, as Dagster demands. dbt
    works while Dagster writes down what stands. Raises BuildFailed."""
    stands = _standing(graph, build) if not context.is_subset else iter(())
    if build.arguments:
        try:
            run = _part(build, context, settings) if context.is_subset else _whole(build, context, settings, graph)
            for message in run.stream_raw_events():
                yield from stands
                _follow(message.raw_event, stage)
                for event in message.to_default_asset_events(
                    run.manifest, run.dagster_dbt_translator, run.context, run.target_path
                ):
                    yield with_rows(event, message.raw_event)
        except DagsterDbtCliRuntimeError as error:
            raise build_failed(str(error), settings.dbt_log) from None  # its own text may quote a row
    else:
        discard_prepared(settings)
    yield from stands


def _standing(graph: Graph, build: Build) -> Iterator[dg.MaterializeResult[None]]:
    standing = graph.made - build.visited
    for name in graph.models:
        if name in standing:
            yield unchanged(graph.models[name], build.rows.get(name))


def _whole(build: Build, context: dg.AssetExecutionContext, settings: Settings, graph: Graph) -> DbtCliInvocation:
    """dbt, which has been loaded and has read the project beside landing."""
    arguments = [*QUIETLY, *WITHOUT_ARTIFACTS, *build.arguments]
    return DbtCliInvocation(
        process=patiently(settings, lambda: run_prepared(settings, arguments)),
        manifest=graph.manifest,
        dagster_dbt_translator=HouseTranslator(),
        project_dir=DBT_PROJECT,
        target_path=settings.dbt_target,
        raise_on_error=True,
        cli_version=Version(version("dbt-core")),
        context=context,
    )


def _part(build: Build, context: dg.AssetExecutionContext, settings: Settings) -> DbtCliInvocation:
    """dbt, for what somebody has chosen on Dagster's page."""
    os.environ[PARENT_PID_ENV] = str(os.getpid())
    dbt = DbtCliResource(
        project_dir=str(DBT_PROJECT),
        profiles_dir=str(DBT_PROJECT),
        dbt_executable=str(DBT),
        global_config_flags=[*QUIETLY, *WITHOUT_ARTIFACTS],
    )
    return dbt.cli(build.arguments, context=context, target_path=settings.dbt_target)


def _follow(event: Mapping[str, Any], stage: Stage) -> None:
    """Tell of each model and test that dbt begins; of those before it, the one beside it may still be under way. At the
    end, of how long the database was at work."""
    if event["info"]["name"] == "LogStartLine":
        node = event["data"]["node_info"]["node_name"]
        stage.step(event["data"]["index"] - 1, event["data"]["total"], node)
    elif event["info"]["name"] in ENDED:
        end = datetime.fromisoformat(event["info"]["ts"]).timestamp()
        name, status = event["data"]["node_info"]["node_name"], event["data"]["status"]
        stage.parts.append(Timed(name, end - event["data"]["execution_time"], end, status in ("error", "fail")))
    elif (seconds := told(event)) is not None:
        tell_seconds(seconds)
