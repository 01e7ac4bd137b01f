"""Probable links of the crosswalk, weighed by splink (Fellegi and Sunter 1969): whose record of one source may be of
somebody insured under another number. A list to check by, for the owner of the machine alone; nothing is counted by it.
What is compared, and by which parameters, stands in dbt."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import duckdb

from orchestration.audit_log import audit
from orchestration.errors import WrongUsage
from orchestration.restricted import FILE_MODE, FOLDER_MODE
from orchestration.restricted.pseudonyms import current_key
from orchestration.settings import Settings
from orchestration.text import two_lines, written
from raw_landing.database import STORAGE_VERSION, connect, literal
from raw_landing.storage.store import sync

FACTS = ("name", "born_on", "number")
_NEAR = "damerau_levenshtein({0}_l, {0}_r) <= 2"
_SAME = {"name": "{0}_l = {0}_r", "born_on": "{0}_l = {0}_r", "number": _NEAR}
"""When two records agree in a fact. Their numbers differ: they agree where at most two digits were mistaken."""

_BLOCKS = ("name", "born_on")
"""Records are compared that are of one month and region and have one of these in common."""

# Whoever was looked up and not found by the number, and the insured of the same month and region who share a fact.
_RECORDS = """
    create table sought as
    select
        link.source_pair || '/' || link.source_key as unique_id, link.source_pair, link.source_key, link.region_code,
        link.period_end, person.person_name as name, substr(link.person_id, 7, 8) as born_on,
        link.person_id as number, link.dump_id, link.line_number
    from warehouse.intermediate.int_person_link as link
    inner join (
        select dump_id, line_number, person_name from warehouse.staging.stg_employment__employment_registration
        union all
        select dump_id, line_number, person_name from warehouse.staging.stg_employment__unemployment_registration
    ) as person using (dump_id, line_number)
    where link.score is null and link.source_pair <> 'trained_employed';

    create table insured as
    select
        dump_id || '/' || line_number as unique_id, null as source_pair, person_no as source_key, region_code,
        period_end, person_name as name, substr(person_id, 7, 8) as born_on, person_id as number, dump_id, line_number
    from warehouse.staging.stg_pension__insurance_enrolment
    where (dump_id, line_number) in (
            select (dump_id, line_number) from warehouse.intermediate.int_insured_employee
            where period_end in (select period_end from sought)
        )
        and (
            (region_code, period_end, person_name) in (select (region_code, period_end, name) from sought)
            or (region_code, period_end, substr(person_id, 7, 8))
            in (select (region_code, period_end, born_on) from sought)
        );
"""
_LIST = """
    create table restricted.release as
    select as_of, {key_id} as key_id from warehouse.landed.run;

    create table restricted.probable_link as
    select
        sought.source_pair, sought.period_end, sought.region_code, sought.source_key, {sought} as person,
        sought.dump_id, sought.line_number, insured.source_key as other_source_key, {insured} as other_person,
        insured.dump_id as other_dump_id, insured.line_number as other_line_number,
        round(scored.match_probability, 6) as match_probability
    from {scored} as scored
    inner join sought on sought.unique_id = scored.unique_id_l
    inner join insured on insured.unique_id = scored.unique_id_r
    order by all;

    comment on table restricted.probable_link is {comment};
"""


def score_probable_links(settings: Settings) -> int:
    """Write the list anew from what the warehouse holds; how many links are on it. Raises WrongUsage without splink or
    a warehouse, KeyDamaged, OSError, duckdb.Error."""
    if not settings.warehouse.is_file():
        raise WrongUsage(two_lines("figure.warehouse_missing", warehouse=settings.warehouse))
    try:
        from splink import Linker
        from splink.backends.duckdb import DuckDBAPI
    except ImportError as error:
        raise WrongUsage(two_lines("figure.splink_missing")) from error
    goal = settings.probable_links
    goal.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
    beside = goal.with_name(f".part-{goal.name}")
    beside.unlink(missing_ok=True)
    key = current_key(settings)
    with closing(connect(spill=settings.spill)) as connection:
        connection.execute(f"attach {literal(settings.warehouse)} as warehouse (read_only)")
        connection.execute(_RECORDS)
        scored = "(select null as unique_id_l, null as unique_id_r, null as match_probability where false)"
        if _is_filled(connection, "sought") and _is_filled(connection, "insured"):
            parameters = _parameters(connection)
            api = DuckDBAPI(connection=connection)
            # Unsorted, the two would be told apart by their order alone: the first is what is sought.
            linker = Linker([api.register("sought"), api.register("insured")], _model(parameters), log_level="ERROR")
            found = linker.inference.predict(threshold_match_probability=parameters["threshold"])
            scored = found.physical_name
        connection.execute(f"attach {literal(beside)} as restricted (storage_version '{STORAGE_VERSION}')")
        connection.execute(
            _LIST.format(
                key_id=literal(key.key_id),
                sought=key.sql(connection, "sought.number"),
                insured=key.sql(connection, "insured.number"),
                scored=scored,
                comment=literal(written("figure.probable_links_table")),
            )
        )
        links = connection.execute("select count(*) from restricted.probable_link").fetchone()
        connection.execute("detach restricted")
    beside.chmod(FILE_MODE)
    sync(beside)
    audit(settings, "probable_links_scored")
    beside.replace(goal)
    sync(goal.parent)
    assert links is not None
    return int(links[0])


def _is_filled(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return connection.execute(f"select 1 from {table} limit 1").fetchone() is not None


def _parameters(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Those in force, by the last words of their ids."""
    rows = connection.execute(
        "select replace(parameter_id, 'crosswalk_link_', ''), value from warehouse.marts.dim_parameter"
        " where is_in_force and parameter_id like 'crosswalk_link_%'"
    ).fetchall()
    return dict(rows)


def _model(parameters: dict[str, float]) -> dict[str, Any]:
    """Splink's model: how much each fact tells, if two records agree in it (m of one person, u of two)."""
    return {
        "link_type": "link_only",
        "sql_dialect": "duckdb",
        "probability_two_random_records_match": parameters["prior"],
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": f"l.period_end = r.period_end and l.region_code = r.region_code and l.{fact} = r.{fact}"}
            for fact in _BLOCKS
        ],
        "comparisons": [_comparison(fact, parameters[f"{fact}_m"], parameters[f"{fact}_u"]) for fact in FACTS],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
    }


def _comparison(fact: str, m: float, u: float) -> dict[str, Any]:
    return {
        "output_column_name": fact,
        "comparison_levels": [
            {"sql_condition": f"{fact}_l is null or {fact}_r is null", "label_for_charts": "-", "is_null_level": True},
            {
                "sql_condition": _SAME[fact].format(fact),
                "label_for_charts": "=",
                "m_probability": m,
                "u_probability": u,
            },
            {"sql_condition": "ELSE", "label_for_charts": "<>", "m_probability": 1 - m, "u_probability": 1 - u},
        ],
    }
