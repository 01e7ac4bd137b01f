"""The release as an asset."""

from datetime import timedelta
from typing import Any

import dagster as dg

from orchestration.dagster_runtime.release_pages import link_to_page
from orchestration.dbt_build.catalogue import own_tables, published_tables
from orchestration.defs.redaction import redacted
from orchestration.defs.resources import Warehouse
from orchestration.defs.specs import PLANNING
from orchestration.pipeline.stages import release_patiently
from orchestration.pipeline.triggers import record_outcome
from orchestration.progress import reporter
from orchestration.release.candidates import CANDIDATE
from orchestration.settings import Settings
from orchestration.text import written

PUBLISHED = published_tables(Settings())


@dg.asset(
    name="release",
    group_name="publication",
    description=written("dagster.release_public_tables"),
    deps=[dg.AssetKey(["marts", table.name]) for table in PUBLISHED],
    kinds={"duckdb"},
    owners=[PLANNING],
    tags={"published": ""},
    freshness_policy=dg.FreshnessPolicy.time_window(timedelta(hours=36)),
    metadata={
        "dagster/column_schema": dg.TableSchema(
            [dg.TableColumn(table.name, "TABLE", table.description) for table in (*PUBLISHED, *own_tables())]
        )
    },
)
def published_release(warehouse: dg.ResourceParam[Warehouse]) -> dg.MaterializeResult[Any]:
    """The public tables as a new release folder, checked there and switched to `current` in one step."""
    with redacted():
        made = release_patiently(warehouse.settings, full=warehouse.full)
    waits = warehouse.settings.sign_off
    if waits:
        record_outcome(warehouse.settings, CANDIDATE, candidate=made.release_id)
    else:
        record_outcome(warehouse.settings, "published", release_id=made.release_id)
    manifest = made.folder.read_manifest()
    return dg.MaterializeResult(
        metadata={
            "release_id": made.release_id,
            "folder": dg.MetadataValue.path(made.folder.path),
            **{
                name: dg.MetadataValue.url(link_to_page(made.release_id, page))
                for name, page in (("report", "report/index.html"), ("quality", "quality.html"))
                if not waits and (made.folder.path / page).is_file()  # the pages of releases alone are served
            },
            **({"waits_for_approval": True} if waits else {}),
            "dumps": made.dumps,
            "rows": made.rows,
            "dagster/row_count": sum(manifest["tables"].values()),
            "expectations_failed": made.expectations_failed,
            "is_synthetic": made.is_synthetic,
            "tables": dg.MetadataValue.json(manifest["tables"]),
            "profile": dg.MetadataValue.json(reporter().profile),
        }
    )
