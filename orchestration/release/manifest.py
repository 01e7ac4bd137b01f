"""The manifest of a release: what it was made from, and the checksums by which one can tell that it is unchanged."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from expectations import ExpectedTable
from orchestration.audit_log import audit_head
from orchestration.exports.facts import title
from orchestration.files import sha256
from orchestration.provenance import build_fingerprint
from orchestration.release.folder import ReleaseFolder, manifest_text
from orchestration.release.log import current_id
from orchestration.release.own_tables import Release
from orchestration.settings import WUHAN, Settings
from raw_landing.database import connect

RECORDED_PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "great-expectations")


def write_manifest(
    settings: Settings,
    release: Release,
    folder: ReleaseFolder,
    gated: Mapping[str, ExpectedTable],
    gate_rows: Sequence[dict[str, Any]],
    final_checks: Sequence[dict[str, Any]],
    linked: Mapping[str, str],
) -> None:
    """manifest.json: checksum of every file, the dumps it is made from, versions, checks of the final copy. `linked`:
    by name the release that wrote a file, of those that are linked from the release before."""
    connection = connect(settings.warehouse, read_only=True)
    try:
        cursor = connection.execute(
            """
            select dump_id, sha256, extract, period_start, period_end, unit_code, revision, rows_loaded
            from landed.dump order by dump_id
            """
        )
        names = [column[0] for column in cursor.description]
        dumps = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    finally:
        connection.close()
    before = ReleaseFolder.current(settings).manifest
    title_zh, title_en = title(release.is_synthetic)
    manifest = {
        "release_id": release.release_id,
        "title_zh": title_zh,
        "title_en": title_en,
        "is_synthetic": release.is_synthetic,
        "published_at": release.published_at.replace(tzinfo=WUHAN).isoformat(),
        "as_of": release.as_of,
        "previous_release_id": current_id(settings),
        "previous_manifest_sha256": sha256(before) if before.is_file() else None,
        "git_revision": release.git_revision,
        "made_by": build_fingerprint(settings),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in RECORDED_PACKAGES},
        "inputs_sha256": release.inputs_sha256,
        "audit": audit_head(settings),
        "files": {
            name: {"sha256": sha256(path), "bytes": path.stat().st_size}
            | ({"linked_from": linked[name]} if name in linked else {})
            for name, path in folder.files().items()
        },
        "tables": {name: table.rows for name, table in gated.items()},
        "columns": {name: table.columns for name, table in gated.items()},
        "expectations_evaluated": release.expectations_evaluated,
        "expectations_failed": release.expectations_failed,
        "results_kept": _kept((*gate_rows, *final_checks)),
        "accepted": [
            {
                "rule": f"{row['suite']}.{row['expectation']}",
                "description_zh": row["description_zh"],
                "description_en": row["description_en"],
                "unexpected_count": row["unexpected_count"],
                "reason": row["accepted_reason"],
            }
            for row in gate_rows
            if row["accepted_reason"]
        ],
        "final_checks": [
            {key: row[key] for key in row if key not in ("engine", "examples", "failing_keys", "indicators")}
            for row in final_checks
        ],
        "dumps": dumps,
    }
    folder.manifest.write_text(manifest_text(manifest), encoding="utf-8")


def _kept(gate_rows: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """By when an earlier run of the gate evaluated them, the rules whose results still held: what they are of has not
    changed since."""
    kept: dict[str, list[str]] = {}
    for row in gate_rows:
        if row.get("kept_from"):
            kept.setdefault(row["kept_from"], []).append(f"{row['suite']}.{row['expectation']}")
    return dict(sorted(kept.items()))
