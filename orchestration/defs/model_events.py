"""What is told of a model, as Dagster shows it: its rows, and what its columns are made of."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg

from orchestration.dbt_build.lineage import ROWS, Lineage, Ref, lineage_of
from orchestration.dbt_build.manifest import compile_dbt, is_kept
from orchestration.defs.redaction import redacted
from orchestration.settings import Settings
from orchestration.text import written

ORIGINS = written("dagster.origins")
"""The entry of a model's metadata that tells what its columns are made of."""

UNCHANGED = written("dagster.unchanged")
"""The entry of a model's metadata that says: left as the last build made it."""

ROW_COUNT = "dagster/row_count"


def unchanged(model: Mapping[str, Any], rows: int | None) -> dg.MaterializeResult[None]:
    """A model that nothing which has changed can reach."""
    counted = {} if rows is None else {ROW_COUNT: rows}
    return dg.MaterializeResult(asset_key=[model["schema"], model["name"]], metadata={UNCHANGED: True, **counted})


def with_rows(event: Any, said: Mapping[str, Any]) -> Any:
    """An event of dbt's, that of a model with the rows of its table ("OK 17", "INSERT 2")."""
    if not isinstance(event, dg.Output):
        return event
    rows = re.search(r" (\d+)$", said["data"].get("result_message") or said["data"]["status"])
    return event if rows is None else event.with_metadata({**event.metadata, ROW_COUNT: int(rows[1])})


def with_lineage(events: Iterable[Any], settings: Settings) -> Iterator[Any]:
    """The events, those of models with what their columns are made of. At a first run that is not known yet, the models
    are still being compiled: what dbt tells meanwhile is told when dbt has ended."""
    held: list[Any] = []
    failure: Exception | None = None
    if not is_kept(settings.dbt_compiled):
        try:
            for event in events:
                held.append(event)  # noqa: PERF402 - what came before a failure is told, too
        except Exception as error:
            failure = error
    with redacted():
        lineage = lineage_of(compile_dbt(settings))
    yield from (_with_lineage(event, lineage) for event in held)
    if failure is not None:
        raise failure
    yield from (_with_lineage(event, lineage) for event in events)


def _with_lineage(event: Any, lineage: Lineage) -> Any:
    if isinstance(event, dg.Output):
        name = str(event.metadata["unique_id"].value).rpartition(".")[2]
        return event.with_metadata({**event.metadata, **_lineage_of(name, lineage)})
    if isinstance(event, dg.MaterializeResult):
        assert event.asset_key is not None
        return event._replace(metadata={**(event.metadata or {}), **_lineage_of(event.asset_key.path[-1], lineage)})
    return event


def _lineage_of(model: str, lineage: Lineage) -> dict[str, Any]:
    relation, columns = next((step for step in lineage.steps.items() if step[0].endswith(f".{model}")), (model, {}))
    sources = {column: made.taken or made.decided for column, made in columns.items() if column != ROWS}
    deps = {
        column: [
            dg.TableColumnDep(asset_key=dg.AssetKey(of.split(".")), column_name=source)
            for of, source in sorted(refs)
            if source != ROWS
        ]
        for column, refs in sources.items()
    }
    return {
        "dagster/column_lineage": dg.TableColumnLineage(deps),
        ORIGINS: _origins(lineage, relation, [column for column in columns if column != ROWS]),
    }


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
