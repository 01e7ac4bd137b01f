"""What the release that readers have now holds, laid where the gate can see it: the dumps it was made from, its values,
and whether this code and these settings made it. Judges nothing."""

from __future__ import annotations

import duckdb

from orchestration.figure.query import attach_release
from orchestration.progress import reporter
from orchestration.provenance import build_fingerprint
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import current_id, release_ids
from orchestration.release.vintages import current_or_newest
from orchestration.settings import Settings
from orchestration.text import pair

BEFORE = "release_before"


def load_published_baseline(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Write quality.published_dump, published_value and published_run; empty where nothing is published yet. Where the
    current release is damaged, what they say is that of the newest that is whole.

    A copy of some columns, made anew each night: the gate opens one file. Raises DatabaseUnusable, duckdb.Error.
    """
    connection.execute("CREATE SCHEMA IF NOT EXISTS quality")
    if not release_ids(settings):
        connection.execute(_EMPTY)
        return
    current = current_id(settings)
    readable = current_or_newest(connection, settings)
    folder = readable or ReleaseFolder.current(settings)
    if readable and readable.release_id != current:
        none_zh, none_en = pair("release.none")
        reporter().note(
            *pair(
                "gate.current_release_damaged",
                detail=current or none_zh,
                release_id=readable.release_id,
                detail_2=current or none_en,
            ),
        )
    same = folder.read_manifest().get("made_by") == build_fingerprint(settings)
    schema = attach_release(connection, folder.marts, BEFORE)
    try:
        connection.execute(f"""
            CREATE OR REPLACE TABLE quality.published_dump AS
            SELECT dump_id, extract, period_start, period_end, unit_code, revision, rows_loaded, sampling_fraction
            FROM {schema}.fct_landing_receipt WHERE status = 'loaded';
            CREATE OR REPLACE TABLE quality.published_value AS
            SELECT indicator_id, region_code, period_type, period_start, period_end, numerator, denominator, value,
                value_text, is_suppressed
            FROM {schema}.fct_indicator_value;
            CREATE OR REPLACE TABLE quality.published_run AS
            SELECT release_id, as_of, {same} AS is_same_code FROM {schema}.release
            ORDER BY release_id DESC LIMIT 1;
        """)
    finally:
        connection.execute(f"DETACH {BEFORE}")


_EMPTY = """
CREATE OR REPLACE TABLE quality.published_dump (
    dump_id VARCHAR, extract VARCHAR, period_start DATE, period_end DATE, unit_code VARCHAR, revision INTEGER,
    rows_loaded BIGINT, sampling_fraction DOUBLE
);
CREATE OR REPLACE TABLE quality.published_value (
    indicator_id VARCHAR, region_code VARCHAR, period_type VARCHAR, period_start DATE, period_end DATE,
    numerator DOUBLE, denominator DOUBLE, value DOUBLE, value_text VARCHAR, is_suppressed BOOLEAN
);
CREATE OR REPLACE TABLE quality.published_run (release_id VARCHAR, as_of DATE, is_same_code BOOLEAN);
"""
