"""The tables that only publication can write, `release` and the two of quality: this release's rows and those of the
releases before it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from expectations.suites.vintages import ordinal
from orchestration.dbt_build.catalogue import DATA_EXCHANGE, RUN_STAGE, own_tables
from orchestration.outbox.services import Exchange
from orchestration.progress import reporter
from orchestration.provenance import git_revision
from orchestration.release.folder import ReleaseFolder, schema_of
from orchestration.release.log import moment
from orchestration.settings import Settings


@dataclass(frozen=True)
class Release:
    """One publication, as it stands in table `release` and in its manifest."""

    release_id: str
    folder: ReleaseFolder
    published_at: datetime  # in Asia/Shanghai, without a zone: clients without zone data can read it
    as_of: date
    git_revision: str
    dumps: int
    rows: int
    expectations_evaluated: int
    expectations_failed: int
    inputs_sha256: str
    is_synthetic: bool
    suppression_threshold: int


def describe(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    release_id: str,
    gate_rows: Sequence[dict[str, Any]],
) -> Release:
    """The facts of the release: what it was made from and what the gate found."""
    row = connection.execute(
        """
        select
            (select as_of from warehouse.landed.run),
            (select is_synthetic from warehouse.landed.run),
            (select suppression_threshold from warehouse.landed.run),
            count(*),
            coalesce(sum(rows_loaded), 0)::bigint,
            sha256(coalesce(string_agg(sha256, chr(10) order by sha256), ''))
        from warehouse.landed.dump
        """
    ).fetchone()
    assert row is not None  # an aggregate without groups has one row
    as_of, is_synthetic, threshold, dumps, rows, inputs = row
    return Release(
        release_id=release_id,
        folder=ReleaseFolder.made(settings, release_id),
        published_at=moment(settings).replace(tzinfo=None),
        as_of=as_of,
        git_revision=git_revision(),
        dumps=dumps,
        rows=rows,
        expectations_evaluated=len(gate_rows),
        expectations_failed=sum(not result["success"] for result in gate_rows),
        inputs_sha256=inputs,
        is_synthetic=bool(is_synthetic),
        suppression_threshold=threshold,
    )


def write_own_tables(
    connection: duckdb.DuckDBPyConnection,
    release: Release,
    gate_rows: Sequence[dict[str, Any]],
    exchanged: Sequence[Exchange],
    keep_results: int,
) -> None:
    """`release`, `fct_run_stage`, `fct_quality_result` and `fct_quality_summary`: this release first, then those
    published before it, which the newest release, attached as `before`, holds. `fct_data_exchange`: as it stands.

    Results of releases beyond the newest `keep_results` stay if they were accepted, or tell since when a rule fails
    that still does; of the others the counts by suite and severity.
    """
    contents: dict[str, list[dict[str, Any]]] = {
        "release": [{column.name: getattr(release, column.name) for column in _columns("release")}],
        "fct_quality_result": [{"release_id": release.release_id} | row for row in gate_rows],
        RUN_STAGE.name: [
            {"release_id": release.release_id, "stage": stage, "dumps": reporter().dumps.get(stage), **asdict(cost)}
            for stage, cost in reporter().costs.items()
        ],
    }
    for name, rows in contents.items():
        columns = ", ".join(column.name for column in _columns(name))
        kept = ", ".join(column for column in _columns_before(connection, name) if column in columns.split(", "))
        history = f"union all by name select {kept} from {schema_of(connection, 'before')}.{name}" if kept else ""
        _create(connection, f"temp table own_{name}", name, rows, history)
    now = [asdict(one) for one in exchanged]
    _create(connection, f"table public.{DATA_EXCHANGE.name}", DATA_EXCHANGE.name, now, "order by all")
    connection.execute("create table public.release as from own_release order by release_id desc")
    connection.execute(
        f"create table public.{RUN_STAGE.name} as from own_{RUN_STAGE.name} order by release_id desc, stage"
    )
    _write_summary(connection)
    connection.execute(
        f"""
        create table public.fct_quality_result as
        with
            newest as (
                select release_id from public.release order by {ordinal("release_id")} desc limit {keep_results}
            ),
            rule as (
                select suite, expectation, max({ordinal("release_id")}) filter (where success) as held
                from own_fct_quality_result
                group by all
                having bool_or(release_id = ? and not success)
            ),
            failing as (
                select suite, expectation, arg_min(release_id, {ordinal("release_id")}) as release_id
                from own_fct_quality_result
                inner join rule using (suite, expectation)
                where {ordinal("release_id")} > coalesce(held, '')
                group by all
            )
        from own_fct_quality_result
        where
            release_id in (from newest)
            or accepted_reason is not null
            or (suite, expectation, release_id) in (select (suite, expectation, release_id) from failing)
        order by release_id desc
        """,
        [release.release_id],
    )


def _create(
    connection: duckdb.DuckDBPyConnection, made: str, name: str, rows: Sequence[dict[str, Any]], more: str
) -> None:
    """Make a table of rows with the columns that `name` is to have, and of what `more` adds to them."""
    columns = _columns(name)
    types = json.dumps([{column.name: column.type for column in columns}])
    connection.execute(
        f"""
        create {made} as
        select {", ".join(column.name for column in columns)}
        from (select unnest(from_json(?::json, '{types}'), max_depth := 2) {more})
        """,
        [json.dumps(rows, default=str)],
    )


def _write_summary(connection: duckdb.DuckDBPyConnection) -> None:
    """`fct_quality_summary`: counted where results are whole, else as the release before says."""
    is_there = bool(_columns_before(connection, "fct_quality_summary"))
    before = f"{schema_of(connection, 'before')}.fct_quality_summary" if is_there else ""
    connection.execute(
        f"""
        create table public.fct_quality_summary as
        select
            release_id, suite, severity, count(*) as evaluated, count(*) filter (where not success) as failed,
            count(accepted_reason) as accepted
        from own_fct_quality_result
        {f"where release_id not in (select release_id from {before})" if before else ""}
        group by all
        {f"union all by name from {before}" if before else ""}
        order by release_id desc, suite, severity
        """
    )


def _columns_before(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """What the release before has of a table's columns: none when there is no such release; fewer when it is older."""
    rows = connection.execute(
        "select column_name from duckdb_columns() where database_name = 'before' and table_name = ?", [table]
    ).fetchall()
    return [name for (name,) in rows]


def _columns(name: str) -> tuple[Any, ...]:
    return next(table.columns for table in own_tables() if table.name == name)


def count_own_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """The rows that a table which only publication writes must have: this release's, and what is carried on."""
    if table != "release":  # not all of its history is carried on, or from several releases: its suite judges it
        return _count(connection, f"public.{table}")
    return 1 + (
        _count(connection, f"{schema_of(connection, 'before')}.{table}") if _columns_before(connection, table) else 0
    )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])
