"""What a published figure is made of: told from the release alone, and row by row where the warehouse is. Computes no
figure: it adds up what dumps and rows contribute, and whoever asks sees that this is the figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from expectations.runner import KEYS
from expectations.suites.sources import COUNTED, PARTS
from orchestration.figure.query import BATCH, has_column
from orchestration.figure.resolve import (
    release_with_tables,
    resolve_indicator,
    resolve_period,
    resolve_plan,
    resolve_region,
)
from orchestration.release.candidates import known_folder
from orchestration.settings import Settings
from orchestration.text import two_lines
from raw_landing.database import connect
from raw_landing.errors import UserError

NEEDED = ("fct_indicator_source", "fct_indicator_value", "dim_formula")


class WarehouseDiffers(UserError):
    """The warehouse here does not hold what the release was made from; the message says what to do."""


@dataclass(frozen=True)
class Contribution:
    """One dump and what it contributes, by part; nothing where the release must not tell it."""

    dump: dict[str, Any]
    amounts: dict[str, float]


@dataclass(frozen=True)
class Explanation:
    """All that a release says of one figure. Rows are dictionaries by the columns of their tables."""

    release: dict[str, Any]
    definition: dict[str, Any]
    versions: int
    region: dict[str, Any]
    period: dict[str, Any]
    value: dict[str, Any]
    plan: dict[str, Any] | None
    sha256: str | None
    """Of the release's database, as its manifest says it."""
    contributions: Sequence[Contribution]
    contributed_to: str
    """The region of the contributions: the unit above a county whose own the release must not tell."""
    results: Sequence[dict[str, Any]]
    doubts: Sequence[dict[str, Any]]
    models: Sequence[dict[str, Any]]

    def total(self, part: str) -> float:
        """What all dumps contribute to a part."""
        return sum(one.amounts.get(part, 0.0) for one in self.contributions)

    @property
    def parts(self) -> list[str]:
        """The parts that the figure has, in order."""
        return [part for part in PARTS if any(part in one.amounts for one in self.contributions)]


def explain(
    settings: Settings, *, indicator: str, region: str, period: str, plan: str | None = None, release: str | None = None
) -> Explanation:
    """Gather what a release says of a figure. Raises WrongUsage, ReleaseTooOld, DatabaseUnusable."""
    with release_with_tables(settings, release, NEEDED) as connection:
        indicator_id, region_code = resolve_indicator(connection, indicator), resolve_region(connection, region)
        meant = resolve_period(connection, period, indicator_id, region_code)
        (value,) = _rows(
            connection,
            """
            from fct_indicator_value where indicator_id = ? and region_code = ? and period_type = ? and period_end = ?
            """,
            [indicator_id, region_code, meant.type, meant.end],
        )
        version = [indicator_id, value["definition_version"]]
        definitions = _rows(connection, "from dim_indicator where indicator_id = ?", [indicator_id])
        definition = next(one for one in definitions if one["definition_version"] == version[1])
        (place,) = _rows(connection, "from dim_region where region_code = ?", [region_code])
        is_hidden = definition["is_person_based"] and place["level"] == "county"
        told_of = place["parent_code"] if is_hidden else region_code
        contributions = _contributions(connection, value | {"region_code": told_of})
        (made,) = _rows(connection, "from release order by published_at desc limit 1")
        return Explanation(
            release=made,
            definition=definition,
            versions=len(definitions),
            region=place,
            period=_rows(
                connection,
                "from dim_period where period_type = ? and period_end = ?",
                [value["period_type"], value["period_end"]],
            )[0],
            value=value,
            sha256=_sha256(settings, made["release_id"]),
            plan=None if plan is None else _progress(connection, resolve_plan(connection, plan), value),
            contributions=[Contribution(one.dump, {}) for one in contributions] if is_hidden else contributions,
            contributed_to=told_of,
            results=results_touching(
                connection, made["release_id"], definition["source_extracts"], value, contributions
            ),
            doubts=_doubts(connection, told_of, definition["source_extracts"], contributions),
            models=_models(connection, version),
        )


def _sha256(settings: Settings, release_id: str) -> str | None:
    folder = known_folder(settings, release_id)
    entry = folder.read_manifest().get("files", {}).get(folder.marts.name, {})
    return str(entry["sha256"]) if "sha256" in entry else None


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] | dict[str, Any] = ()
) -> list[dict[str, Any]]:
    cursor = connection.execute(query, parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _contributions(connection: duckdb.DuckDBPyConnection, value: dict[str, Any]) -> list[Contribution]:
    """The dumps of a figure, the largest share first."""
    rows = _rows(
        connection,
        f"""
        with contributed as (
            select dump_id, map_from_entries(list((part, amount))) as amounts
            from (
                select dump_id, part, sum(amount) as amount
                from fct_indicator_source
                cross join (
                    select $start::date as period_start, $end::date as period_end, $through::date as counted_through
                )
                where indicator_id = $indicator and definition_version = $version and region_code = $region
                    and {COUNTED}
                group by dump_id, part
                having abs(sum(amount)) > 1e-9  -- what came and went again leaves a trace in the last digits
            )
            group by dump_id
        )
        select amounts, receipt.*
        from contributed
        inner join fct_landing_receipt as receipt using (dump_id)
        where receipt.status = 'loaded'
        order by abs(coalesce(amounts['numerator'], amounts['senior'], 0)) desc, period_end, unit_code, extract
        """,
        {
            "start": value["period_start"],
            "end": value["period_end"],
            "through": value["counted_through"],
            "indicator": value["indicator_id"],
            "version": value["definition_version"],
            "region": value["region_code"],
        },
    )
    return [Contribution(row, row.pop("amounts")) for row in rows]


def _progress(connection: duckdb.DuckDBPyConnection, plan: str, value: dict[str, Any]) -> dict[str, Any] | None:
    rows = _rows(
        connection,
        "from fct_plan_progress where plan_id = ? and indicator_id = ? and region_code = ? and period_end = ?",
        [plan, value["indicator_id"], value["region_code"], value["period_end"]],
    )
    return rows[0] if rows else None


def results_touching(
    connection: duckdb.DuckDBPyConnection,
    release_id: str,
    extracts: Sequence[str],
    value: dict[str, Any],
    contributions: Sequence[Contribution],
) -> list[dict[str, Any]]:
    """The results of the gate that touched the figure: of the rules that held, those on its extracts and tables; of the
    others, those whose breaches are of its dumps, of the figure itself, or of a delivery that it waits for. Where it is
    not recorded what breaks a rule (as in older releases), it is taken to touch every figure of its extracts."""
    suites = [f"{stage}_{extract}" for stage in ("landed", "staging") for extract in extracts]
    suites += ["dim_indicator", "dim_region", "dim_period", "fct_indicator_value", "fct_indicator_source"]
    recorded = has_column(connection, "fct_quality_result", "failing_keys")
    wholes = "parent_code, group_code" if has_column(connection, "dim_region", "group_code") else "parent_code"
    parts = ", ".join(f"nullif(regexp_extract(key, '\\b{name}=(\\S+)', 1), '') as key_{name}" for name in KEYS)
    return _rows(
        connection,
        f"""
        with recursive
            result as (
                select * replace ({"failing_keys" if recorded else "null::varchar[]"} as failing_keys)
                from (select {"*" if recorded else "*, null as failing_keys"} from fct_quality_result)
                where release_id = $release
            ),
            below as (
                select $region as region_code
                union
                select dim_region.region_code
                from below inner join dim_region on below.region_code in ({wholes})
            ),
            breach as (
                select suite, expectation, {parts}
                from (select suite, expectation, unnest(failing_keys) as key from result where not success)
            ),
            touching as (
                select distinct suite, expectation
                from breach
                where (list_contains($dumps, key_dump_id) or key_dump_id is null)
                    and (key_indicator_id = $indicator or key_indicator_id is null)
                    and (list_contains($extracts, key_extract) or key_extract is null)
                    and (key_period_type = $type or key_period_type is null)
                    and (key_period_end::date between $start and $end or key_period_end is null)
                    and case
                        when key_indicator_id is not null then coalesce(key_region_code, $region) = $region
                        when coalesce(key_region_code, key_unit_code) is not null then
                            coalesce(key_region_code, key_unit_code) in (from below)
                        else true
                    end
                    and coalesce(key_dump_id, key_indicator_id, key_extract) is not null
            )
        select result.*
        from result
        left join touching using (suite, expectation)
        where case
            when success or failing_keys is null then list_contains($suites, suite)
            else touching.suite is not null
        end
        order by success, suite, expectation
        """,
        {
            "release": release_id,
            "suites": suites,
            "extracts": list(extracts),
            "dumps": [one.dump["dump_id"] for one in contributions],
            "indicator": value["indicator_id"],
            "region": value["region_code"],
            "type": value["period_type"],
            "start": value["period_start"],
            "end": value["period_end"],
        },
    )


def _doubts(
    connection: duckdb.DuckDBPyConnection, region: str, extracts: Sequence[str], contributions: Sequence[Contribution]
) -> list[dict[str, Any]]:
    """Doubtful records of the region in the periods of the dumps that contribute, by rule; None where their number is
    withheld."""
    days = sorted({one.dump["period_end"] for one in contributions})
    return _rows(
        connection,
        """
        select
            rule_id, name_zh, name_en, case when bool_and(doubts is not null) then sum(doubts)::bigint end as doubts,
            sum(records_examined)::bigint as records
        from fct_data_doubt inner join dim_doubt_rule using (rule_id)
        where region_code = ? and list_has_any(extracts, ?) and list_contains(?::date[], period_end)
        group by all having bool_or(doubts is distinct from 0) order by doubts desc nulls last, rule_id
        """,
        [region, extracts, days],
    )


def _models(connection: duckdb.DuckDBPyConnection, version: Sequence[Any]) -> list[dict[str, Any]]:
    """The indicator's compiled SQL, then that of the models below it."""
    return _rows(
        connection,
        """
        with recursive below as (
            select model, 0 as depth from dim_formula where indicator_id = ? and definition_version = ?
            union
            select unnest(reads), depth + 1 from below inner join dim_formula using (model)
        )
        select model, sql from (select model, min(depth) as depth from below group by model)
        inner join dim_formula using (model)
        order by depth, model
        """,
        version,
    )


def contributing_rows(settings: Settings, told: Explanation) -> Iterator[tuple[Any, ...]]:
    """The rows of a figure: first the names of the columns (dump_id, line_number and the parts), then each row with
    what it contributes to the parts, weighed. Raises WarehouseDiffers, DatabaseUnusable."""
    connection = connect(settings.warehouse, read_only=True)
    try:
        _require_same_inputs(connection, told.release)
        value = told.value
        parts = PARTS[2:] if told.definition["measure_kind"] == "ratio_text" else PARTS[:2]
        sums = (f"coalesce(sum(effect * weight) filter (where part = '{part}'), 0) as {part}" for part in parts)
        cursor = connection.execute(
            f"""
            select dump_id, line_number, {", ".join(sums)}
            from intermediate.int_indicator_rows
            cross join (
                select $start::date as period_start, $end::date as period_end, $through::date as counted_through
            )
            where indicator_id = $indicator and definition_version = $version and {COUNTED} and (
                region_code = $region or counts_in_parents and region_code in (
                    select region_code from intermediate.int_region_ancestry where belongs_to = $region
                )
            )
            group by dump_id, line_number
            having {" or ".join(f"{part} <> 0" for part in parts)}
            order by dump_id, line_number
            """,
            {
                "start": value["period_start"],
                "end": value["period_end"],
                "through": value["counted_through"],
                "indicator": value["indicator_id"],
                "version": value["definition_version"],
                "region": value["region_code"],
            },
        )
        yield ("dump_id", "line_number", *parts)
        while rows := cursor.fetchmany(BATCH):
            yield from rows
    finally:
        connection.close()


def _require_same_inputs(connection: duckdb.DuckDBPyConnection, release: dict[str, Any]) -> None:
    row = connection.execute(
        """
        select sha256(coalesce(string_agg(sha256, chr(10) order by sha256), '')), (select as_of from landed.run)
        from landed.dump
        """
    ).fetchone()
    if row != (release["inputs_sha256"], release["as_of"]):
        raise WarehouseDiffers(two_lines("figure.warehouse_moved_on", release_id=release["release_id"]))
