"""What must be true between the release that readers have and the one to come: deliveries do not shrink to a fraction,
and the past does not change by itself. SQL only; the suites give it names."""

from __future__ import annotations

from expectations.vocabulary import CELL, PROVINCE, VALUES, differs

# A delivery that shrank below this share of the one it follows is stopped, where that one was no handful of rows.
SHARE, MANY = 0.5, 100

# What of an active dump decides a figure. A sidecar that arrives later changes a dump without changing its id.
_DUMP = "dump_id, extract, period_start, period_end, unit_code, revision, rows_loaded, sampling_fraction"
NEW_DUMPS = f"SELECT {_DUMP} FROM landed.dump EXCEPT SELECT {_DUMP} FROM quality.published_dump"
"""SQL: the dumps that are active now and were not part of the current release as they are now."""

_GONE_DUMPS = f"SELECT {_DUMP} FROM quality.published_dump EXCEPT SELECT {_DUMP} FROM landed.dump"


def _shrunk(followed: str) -> str:
    """New dumps much smaller than the newest of the dumps that `followed` (a FROM clause on `new` and `before`) joins
    to them. Rows of sampled dumps count for what they stand for."""
    return f"""
WITH new AS ({NEW_DUMPS}),
pair AS (
    SELECT new.dump_id, new.rows_loaded / new.sampling_fraction AS rows_now, before.rows_loaded AS delivered_before,
        before.rows_loaded / before.sampling_fraction AS rows_before
    FROM {followed}
    QUALIFY row_number() OVER (
        PARTITION BY new.dump_id ORDER BY before.period_end DESC, before.revision DESC, before.dump_id
    ) = 1
)
SELECT dump_id FROM pair WHERE delivered_before >= {MANY} AND rows_now < {SHARE} * rows_before
"""


SHRUNK_REVISIONS = _shrunk(
    "new JOIN quality.landing_receipt AS before ON before.status = 'superseded' AND before.extract = new.extract"
    " AND before.period_start = new.period_start AND before.period_end = new.period_end"
    " AND before.unit_code = new.unit_code AND before.revision <= new.revision"
)
SHRUNK_SNAPSHOTS = _shrunk(
    "new JOIN landed.extract AS registry ON registry.extract = new.extract AND registry.load = 'snapshot'"
    " JOIN landed.dump AS before ON before.extract = new.extract AND before.unit_code = new.unit_code"
    " AND before.period_end < new.period_end"
)


# One content under two periods of an extract: of dumps with rows, somebody sent an old file again under a new name.
# (Dumps of a header alone are all alike.)
FEWEST_ROWS = 20


def sent_for_another_period(*, is_stopped: bool) -> str:
    """New dumps of so many rows that chance is out of the question; or all others."""
    condition = f"dump.rows_loaded >= {FEWEST_ROWS} AND dump.dump_id IN (SELECT dump_id FROM ({NEW_DUMPS}))"
    return f"""
SELECT dump.dump_id, other.dump_id AS same_as FROM landed.dump AS dump
JOIN landed.dump AS other ON other.sha256 = dump.sha256 AND other.extract = dump.extract
    AND (other.period_start, other.period_end) <> (dump.period_start, dump.period_end)
WHERE dump.rows_loaded > 0 AND {"" if is_stopped else "NOT "}({condition})
"""


def _unlike(column: str) -> str:
    return f"(before.{column} IS NULL) <> (now.{column} IS NULL) OR {differs(f'before.{column}', f'now.{column}')}"


def changed_history(*, same_code: bool) -> str:
    """Values of periods that were over when the current release was made and that differ from it, although no dump that
    they could come from was added, revised or withdrawn since; by the same code and settings as then, or by others.

    A row of events or upserts may take its key from any unit, and an upsert changes months long past; a snapshot tells
    of its own month and unit only, a report (population) also of the years after it.
    """
    return f"""
WITH touched AS (({NEW_DUMPS}) UNION ALL ({_GONE_DUMPS})),
release AS (
    SELECT least(as_of, (SELECT as_of FROM landed.run)) AS day FROM quality.published_run
    WHERE is_same_code = {same_code}
),
changed AS (
    SELECT {", ".join(f"coalesce(before.{column}, now.{column}) AS {column}" for column in (*CELL, "period_start"))}
    FROM (SELECT * FROM quality.published_value WHERE period_end < (SELECT day FROM release)) AS before
    FULL JOIN (SELECT * FROM {VALUES} WHERE period_end < (SELECT day FROM release)) AS now
        USING ({", ".join(CELL)})
    WHERE before.indicator_id IS NULL OR now.indicator_id IS NULL OR before.is_suppressed <> now.is_suppressed
        OR before.value_text IS DISTINCT FROM now.value_text
        OR {" OR ".join(map(_unlike, ("numerator", "denominator", "value")))}
)
SELECT changed.* FROM changed
JOIN marts.dim_region AS region USING (region_code)
WHERE NOT EXISTS (
    SELECT 1 FROM touched JOIN landed.extract AS registry USING (extract)
    JOIN (SELECT indicator_id, unnest(source_extracts) AS extract FROM marts.dim_indicator) AS source USING (extract)
    WHERE source.indicator_id = changed.indicator_id
        AND (registry.load IN ('events', 'upsert') OR touched.unit_code NOT IN (
                SELECT region_code FROM marts.dim_region WHERE level = 'prefecture')
            OR changed.region_code IN ('{PROVINCE}', touched.unit_code) OR region.parent_code = touched.unit_code
            OR (changed.region_code, touched.unit_code) IN (
                SELECT (group_code, region_code) FROM marts.dim_region WHERE group_code IS NOT NULL))
        AND (registry.load <> 'snapshot'
            OR touched.period_end BETWEEN changed.period_start AND changed.period_end)
        AND (registry.load <> 'report' OR touched.period_start <= changed.period_end)
)
"""
