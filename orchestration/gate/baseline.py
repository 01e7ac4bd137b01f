"""What the release that readers have now holds, laid where the gate can see it: the dumps it was made from, its values,
and whether this code and these settings made it; and what all releases showed of persons in counties, laid where
suppression can see it. Judges nothing."""

from __future__ import annotations

import duckdb

from expectations.registry import indicators
from expectations.sql import sql_list
from expectations.suites.subjects import CUBES
from orchestration.figure.query import attach_release
from orchestration.progress import reporter
from orchestration.provenance import build_fingerprint
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import current_id, release_ids
from orchestration.release.verify import is_intact_database
from orchestration.release.vintages import current_or_newest, has_table, newest_readable
from orchestration.settings import Settings
from orchestration.text import pair
from raw_landing.storage.landed_schema import PUBLISHED, create_published_cells

BEFORE = "release_before"


def load_published_baseline(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Write quality.published_dump, published_value and published_run, and landed.published_cell; empty where nothing
    is published yet. Where the current release is damaged, what the former say is that of the newest that is whole; of
    indicators the latter is what the newest remembers, and so all that was published up to it, taken back since or not.
    Of other counts it keeps what each release told, of a warehouse made anew the releases that are kept.

    A copy of some columns, made anew each night: the gate opens one file. Raises DatabaseUnusable, duckdb.Error.
    """
    connection.execute("CREATE SCHEMA IF NOT EXISTS quality")
    create_published_cells(connection)
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
    is_newest = readable is not None and readable.release_id == release_ids(settings)[-1]
    newest = readable if is_newest else newest_readable(connection, settings)
    _load_published_cells(connection, newest)
    _remember_other_counts(connection, settings, newest)


OF_GROUPS = ("persons", "served", "households", "entered", "employed")
OF_CROSSWALK = ("persons_a", "persons_b", "in_both", "only_a")
OF_CASES = ("cases", "confirmed", "explained", "recovered")
AT_RISK = ("employers", "employers_high", "employers_red", "employers_orange", "employers_yellow")
RATED = ("employers", "supervised", "published", "listed_arrears", "repaired", "with_case")
COUNTIES, UNITS, ALL_BUT_COUNTIES = ("county",), ("prefecture",), ("province", "prefecture")
OTHER_COUNTS = (
    ("fct_key_group", "'key_group_' || key_group", OF_GROUPS, COUNTIES),
    ("fct_hr_service", "'hr_service_firms'", ("firms",), UNITS),
    ("fct_fund_supervision", "'fund_' || rule", ("persons",), ALL_BUT_COUNTIES),
    ("fct_fund_supervision", "'fund_case_' || rule", OF_CASES, ALL_BUT_COUNTIES),
    ("fct_crosswalk_coverage", "'crosswalk_persons_' || source_pair", OF_CROSSWALK, UNITS),
    ("fct_crosswalk_coverage", "'crosswalk_probable_' || source_pair", ("probable",), UNITS),
    ("fct_index_component", "'index_' || component_id", ("numerator", "denominator"), COUNTIES),
    ("fct_labour_risk", "'employer_risk_' || industry_code", AT_RISK, ALL_BUT_COUNTIES),
    ("fct_employer_credit", "'employer_credit_' || grade", RATED, ALL_BUT_COUNTIES),
)
"""Tables of other counts that are withheld (int_suppression_count, int_employer_told): the family, its counts, the
levels that any of it is withheld at."""


def _load_published_cells(connection: duckdb.DuckDBPyConnection, newest: ReleaseFolder | None) -> None:
    """Write into landed.published_cell every count of persons in a county that stood open in a release, with each of
    its values, and into landed.published_cell_* what the newest release tells of each cube. A release that remembers
    nothing of those before it speaks for itself."""
    connection.execute(f"DELETE FROM landed.published_cell WHERE NOT ({_IS_REMEMBERED})")
    for subject in CUBES:
        connection.execute(f"DELETE FROM landed.published_cell_{subject}")
    if newest is None:
        return
    schema = attach_release(connection, newest.marts, BEFORE)
    try:
        remembers = has_table(connection, BEFORE, "fct_indicator_vintage")
        said = f"{schema}.{'fct_indicator_vintage' if remembers else 'fct_indicator_value'}"
        columns = "indicator_id, region_code, period_type, period_end, value"
        kept = connection.sql(f"FROM {said}").columns
        numerator = ", numerator" if "numerator" in kept else ""
        connection.execute(f"""
            INSERT INTO landed.published_cell BY NAME
            SELECT DISTINCT {columns}{numerator} FROM {said}
            WHERE value IS NOT NULL AND indicator_id IN ({sql_list(indicators(is_person_based="true"))})
                AND region_code IN (SELECT region_code FROM {schema}.dim_region WHERE level = 'county')
        """)
        for subject, dimensions in CUBES.items():
            if has_table(connection, BEFORE, f"fct_subject_{subject}"):
                connection.execute(_told_of_cube(schema, subject, dimensions))
    finally:
        connection.execute(f"DETACH {BEFORE}")


_IS_REMEMBERED = "contains(indicator_id, ':') AND NOT starts_with(indicator_id, 'subject_')"
"""SQL: whether a row of landed.published_cell is one of OTHER_COUNTS."""


def _remember_other_counts(
    connection: duckdb.DuckDBPyConnection, settings: Settings, newest: ReleaseFolder | None
) -> None:
    """Add to landed.published_cell what each release told of OTHER_COUNTS that was not read yet. A count that was told
    once is known for good, however many releases ago. A release that cannot be read is when it can; `newest` can."""
    connection.execute("CREATE TABLE IF NOT EXISTS quality.remembered_release (release_id VARCHAR)")
    read = {name for (name,) in connection.execute("FROM quality.remembered_release").fetchall()}
    for release_id in release_ids(settings):
        folder = ReleaseFolder.of(settings, release_id)
        is_whole = newest is not None and release_id == newest.release_id
        if release_id in read or not (is_whole or is_intact_database(folder)):
            continue
        schema = attach_release(connection, folder.marts, BEFORE)
        try:
            connection.begin()
            for table, family, counts, levels in OTHER_COUNTS:
                has = connection.sql(f"FROM {schema}.{table}").columns if has_table(connection, BEFORE, table) else ()
                for count in (name for name in counts if name in has):
                    connection.execute(f"""
                        INSERT INTO landed.published_cell BY NAME
                        SELECT {family} || ':{count}' AS indicator_id, region_code, period_end, {count} AS value,
                            {count} AS numerator
                        FROM {schema}.{table} AS told
                        WHERE {count} IS NOT NULL
                            AND region_code IN
                                (SELECT region_code FROM {schema}.dim_region WHERE level IN ({sql_list(levels)}))
                            AND NOT EXISTS (
                                SELECT 1 FROM landed.published_cell AS known
                                WHERE known.indicator_id = {family} || ':{count}'
                                    AND known.region_code = told.region_code AND known.period_end = told.period_end
                                    AND known.numerator = told.{count}
                            )
                    """)
            connection.execute("INSERT INTO quality.remembered_release VALUES (?)", [release_id])
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            connection.execute(f"DETACH {BEFORE}")


def _told_of_cube(schema: str, subject: str, dimensions: tuple[str, ...]) -> str:
    """Insert the cells of a subject cube that could be withheld and were told, each by the dimensions that it is over;
    the row of all among the other counts."""

    def first_of(order: tuple[str, ...], value: str) -> str:
        cases = " ".join(f"WHEN {name} <> '*' THEN {value.format(name)}" for name in order)
        return f"CASE {cases} ELSE '*' END"

    last_first = dimensions[::-1]
    return f"""
        INSERT INTO landed.published_cell_{subject} BY NAME
        SELECT region_code, period_end, dimension_1, key_1, n,
            CASE last_one WHEN dimension_1 THEN '*' ELSE last_one END AS dimension_2,
            CASE last_one WHEN dimension_1 THEN '*' ELSE last_key END AS key_2
        FROM (
            SELECT region_code, period_end, n, level,
                {first_of(dimensions, "'{0}'")} AS dimension_1, {first_of(dimensions, "{0}")} AS key_1,
                {first_of(last_first, "'{0}'")} AS last_one, {first_of(last_first, "{0}")} AS last_key
            FROM {schema}.fct_subject_{subject} JOIN {schema}.dim_region USING (region_code)
            WHERE n IS NOT NULL
        )
        WHERE (level = 'county' AND dimension_1 <> '*')
            OR (level IN ('prefecture', 'city_group') AND dimension_1 <> last_one);
        INSERT INTO landed.published_cell BY NAME
        SELECT 'subject_{subject}:*=*:*=*' AS indicator_id, region_code, period_end, n AS value, n AS numerator
        FROM {schema}.fct_subject_{subject} JOIN {schema}.dim_region USING (region_code)
        WHERE n IS NOT NULL AND level = 'county' AND {" AND ".join(f"{name} = '*'" for name in dimensions)}
    """


_NOTHING_TOLD = "; ".join(f"DELETE FROM {name}" for name in PUBLISHED)

_EMPTY = f"""
{_NOTHING_TOLD};
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
