"""Every value ever published, with the releases that said so, carried on from release to release; and what was current
when. A row stands for a stretch of releases, so that a release adds what differs and no more. Computes no figure.

What a row means: one indicator, region and period was published with this value (NULL: suppressed, or a text) and this
numerator in each release from first_release_id to last_release_id. A rate that stayed while its count changed begins a
new row, too: suppression must know each count that stood open. A value that returns after another one begins a new row,
as does a row that vanished and comes back; no row covers a release in which there was none.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from expectations.suites.vintages import TOLERANCE, ordinal
from expectations.vocabulary import CELL
from orchestration.dbt_build.catalogue import CHANGE, PROGRESS, STATUS_CHANGE, WARNING_VINTAGE, WARNINGS, Table
from orchestration.release.folder import ReleaseFolder, schema_of
from orchestration.release.log import PUBLISHED, current_id, history, release_ids
from orchestration.release.verify import is_intact_database
from orchestration.settings import WUHAN, Settings
from orchestration.text import inline, written
from raw_landing.database import literal

log = logging.getLogger("hrss")

VALUE_COLUMNS = ("value", "value_text", "is_suppressed")
_KEPT = (*CELL, *VALUE_COLUMNS, "numerator")
_BEFORE = "release_before"
_COUNTS_DIFFER = "coalesce(abs(vintage.numerator - said.numerator) > 1e-9 * greatest(1000, abs(said.numerator)), false)"
"""SQL: whether the same value is of another count; sums of amounts may differ in their last bits."""
AS_OF = "indicator_as_of"
_AS_OF_COMMENT = written("release.as_of_macro")


def valid_in_release(release_id: str, vintage: str = "vintage") -> str:
    """SQL: whether a vintage was said in a release, an expression."""
    return (
        f"{ordinal(f'{vintage}.first_release_id')} <= {ordinal(release_id)} and ({vintage}.last_release_id is null"
        f" or {ordinal(f'{vintage}.last_release_id')} >= {ordinal(release_id)})"
    )


def differs(one: str, other: str) -> str:
    """SQL: whether two relations differ in the VALUE_COLUMNS; absence is not looked at. Means of the same months may
    differ in their last bits: that is no difference."""
    return (
        f"({one}.is_suppressed <> {other}.is_suppressed or {one}.value_text is distinct from {other}.value_text"
        f" or ({one}.value is null) <> ({other}.value is null)"
        f" or coalesce(abs({one}.value - {other}.value) > {TOLERANCE}, false))"
    )


def write_vintages(connection: duckdb.DuckDBPyConnection, settings: Settings, release_id: str) -> None:
    """Write fct_indicator_vintage into the release under way, attached as `public`, which holds its values already.

    The releases before it are read in the order of their ids, from the newest that has vintages on; a folder that
    cannot be read is passed over.
    """
    columns = ", ".join(_KEPT)
    connection.execute(
        f"""
        create or replace temp table vintage as
        select {columns}, ''::varchar as first_release_id, null::varchar as last_release_id
        from public.fct_indicator_value
        limit 0
        """
    )
    before = ""
    for known in reversed(list(_since_vintages(connection, settings))):
        with _attached(connection, known) as schema:
            if has_table(connection, _BEFORE, "fct_indicator_vintage"):
                connection.execute(f"insert into vintage by name from {schema}.fct_indicator_vintage")
            else:
                _append_release(connection, before, known.release_id, f"{schema}.fct_indicator_value")
        before = known.release_id
    _append_release(connection, before, release_id, "public.fct_indicator_value")
    connection.execute(
        f"""
        create table public.fct_indicator_vintage as
        select {columns}, first_release_id, last_release_id from vintage
        order by {", ".join(CELL)}, {ordinal("first_release_id")};
        drop table vintage
        """
    )


def write_history(
    connection: duckdb.DuckDBPyConnection, settings: Settings, release_id: str, published_at: datetime
) -> None:
    """Write release_history, and the macro that rests on it, into the release under way, attached as `public`."""
    became = [*_became_current(settings), (release_id, published_at)]
    listed = ", ".join(f"({literal(name)}, timestamp {literal(at)})" for name, at in became)
    connection.execute(f"create or replace temp table became as from (values {listed}) as t (release_id, current_from)")
    newest = newest_readable(connection, settings)
    if newest is not None:
        with _attached(connection, newest) as schema:
            known = (
                f"from {schema}.release_history"
                if has_table(connection, _BEFORE, "release_history")
                else f"select release_id, published_at as current_from from {schema}.release"
            )
            connection.execute(f"insert into became by name {known}")
    for event in history(settings):
        if "by" in event and event["event"] == PUBLISHED:  # until it was approved nobody was sent to it
            approved_at = datetime.fromisoformat(event["at"]).astimezone(WUHAN).replace(tzinfo=None)
            connection.execute(
                "delete from became where release_id = ? and current_from < ?", [event["to"], approved_at]
            )
    connection.execute(
        f"""
        create table public.release_history as
        select distinct release_id, current_from from became order by current_from, {ordinal("release_id")};
        drop table became
        """
    )
    # Names in a macro are looked up when it is called, in the caller's search path: found where the file was opened
    # itself, or after `use <name>`.
    connection.execute("use public")
    try:
        connection.execute(
            f"""
            create macro public.{AS_OF}(day) as table
            with
                standing as (
                    select release_id
                    from release_history
                    where current_from < cast(day as date) + interval 1 day
                    order by current_from desc, {ordinal("release_id")} desc
                    limit 1
                )
            select vintage.indicator_id, vintage.region_code, vintage.period_type, vintage.period_end, vintage.value,
                vintage.value_text, vintage.is_suppressed, standing.release_id
            from fct_indicator_vintage as vintage
            inner join standing on {valid_in_release("standing.release_id")}
            """
        )
        connection.execute(f"comment on macro table public.{AS_OF} is {literal(_AS_OF_COMMENT)}")
    finally:
        connection.execute("use memory")


def write_changes(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    release_id: str,
    previous_release_id: str | None,
    shares: Path | None,
) -> None:
    """Write fct_indicator_change into the release under way, attached as `public`: the `shares` of this release's
    differences (Parquet, the columns but for the two releases), and those of the releases before."""
    _carry_on(connection, settings, CHANGE)
    if shares is not None:
        connection.execute(
            f"insert into public.{CHANGE.name} by name select ? as release_id, ? as previous_release_id, *"
            f" from read_parquet({literal(shares)}) order by all",
            [release_id, previous_release_id],
        )


def write_status_changes(
    connection: duckdb.DuckDBPyConnection, settings: Settings, release_id: str, previous_release_id: str | None
) -> None:
    """Write fct_status_change into the release under way, attached as `public`: the plan statuses that differ from the
    release before, and what earlier releases said of theirs."""
    _carry_on(connection, settings, STATUS_CHANGE)
    if previous_release_id is None:
        return
    with _attached(connection, ReleaseFolder.of(settings, previous_release_id)) as schema:
        connection.execute(
            f"""
            insert into public.{STATUS_CHANGE.name} by name
            select
                ? as release_id, ? as previous_release_id, plan_id, indicator_id, region_code, period_end,
                old.status as old_status, new.status as new_status
            from {schema}.{PROGRESS} as old
            full join public.{PROGRESS} as new using (plan_id, indicator_id, region_code, period_end)
            where old.status is distinct from new.status
            order by all
            """,
            [release_id, previous_release_id],
        )


def write_warning_vintages(connection: duckdb.DuckDBPyConnection, settings: Settings, release_id: str) -> None:
    """Write fct_warning_vintage into the release under way, attached as `public`, which holds its warnings already:
    what each release said of each month, as fct_indicator_vintage has it of values."""
    _carry_on(connection, settings, WARNING_VINTAGE)
    newest = newest_readable(connection, settings)
    before = literal(newest.release_id if newest else "")
    same = """
        vintage.domain = said.domain and vintage.region_code = said.region_code
        and vintage.period_end = said.period_end and vintage.level is not distinct from said.level
        and round(vintage.score, 9) is not distinct from round(said.score, 9)
    """  # a mean may differ in its last bits
    connection.execute(
        f"""
        update public.{WARNING_VINTAGE.name} as vintage set last_release_id = {before}
        where last_release_id is null and not exists (select 1 from public.{WARNINGS} as said where {same});

        insert into public.{WARNING_VINTAGE.name} by name
        select domain, region_code, period_end, level, score, {literal(release_id)} as first_release_id
        from public.{WARNINGS} as said
        where not exists (
            select 1 from public.{WARNING_VINTAGE.name} as vintage where last_release_id is null and {same}
        )
        order by all
        """
    )


def _carry_on(connection: duckdb.DuckDBPyConnection, settings: Settings, table: Table) -> None:
    """Create a table of the release under way with the rows that the newest release has of it."""
    columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
    connection.execute(f"create table public.{table.name} ({columns})")
    newest = newest_readable(connection, settings)
    if newest is not None:
        with _attached(connection, newest) as schema:
            if has_table(connection, _BEFORE, table.name):
                connection.execute(f"insert into public.{table.name} by name from {schema}.{table.name} order by all")


def newest_readable(connection: duckdb.DuckDBPyConnection, settings: Settings) -> ReleaseFolder | None:
    """The newest release by its id whose file can be read."""
    return next(_readable(connection, settings), None)


def current_or_newest(connection: duckdb.DuckDBPyConnection, settings: Settings) -> ReleaseFolder | None:
    """The release that readers are sent to; where there is none that can be read, the newest that can."""
    readable = _readable(connection, settings, first=current_id(settings))
    return next(readable, None)


def _since_vintages(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Iterator[ReleaseFolder]:
    """The releases to carry on from, newest first, up to and with the newest that has vintages; else all."""
    for known in _readable(connection, settings):
        yield known
        with _attached(connection, known):
            if has_table(connection, _BEFORE, "fct_indicator_vintage"):
                return


def _readable(
    connection: duckdb.DuckDBPyConnection, settings: Settings, first: str | None = None
) -> Iterator[ReleaseFolder]:
    """Releases, the `first` named, then the newest first. One that cannot be opened, or is not what was
    published, is passed over, and the log says so."""
    names = release_ids(settings)[::-1]
    for name in sorted(names, key=lambda name: name != first):
        folder = ReleaseFolder.of(settings, name)
        if not is_intact_database(folder):
            log.warning("%s", inline("release.not_carried_on", release_id=name))
            continue
        try:
            with _attached(connection, folder):
                pass
        except duckdb.Error as error:
            log.warning("%s: %s", inline("release.not_carried_on", release_id=name), str(error).split("\n")[0])
        else:
            yield folder


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, folder: ReleaseFolder) -> Iterator[str]:
    """Attached, by the schema of its tables."""
    connection.execute(f"attach {literal(folder.marts)} as {_BEFORE} (read_only)")
    try:
        yield schema_of(connection, _BEFORE)
    finally:
        connection.execute(f"detach {_BEFORE}")


def has_table(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> bool:
    """Whether an attached release has a table: those of long ago have fewer."""
    query = "select 1 from duckdb_tables() where database_name = ? and table_name = ?"
    return connection.execute(query, [database, table]).fetchone() is not None


def _append_release(connection: duckdb.DuckDBPyConnection, before: str, release_id: str, values: str) -> None:
    """Add one release to the temporary table `vintage`, which stands as of the release `before`: what it no longer says
    ends there, what it says anew begins."""
    key, columns = ", ".join(CELL), ", ".join(_KEPT)
    connection.execute(
        f"""
        create or replace temp table unchanged as
        select {", ".join(f"vintage.{column}" for column in CELL)}
        from vintage
        inner join {values} as said using ({key})
        where vintage.last_release_id is null and not {differs("vintage", "said")} and not {_COUNTS_DIFFER};

        update vintage set last_release_id = {literal(before)}
        where last_release_id is null and ({key}) not in (select ({key}) from unchanged);

        insert into vintage
        select {columns}, {literal(release_id)}, null from {values} as said anti join unchanged using ({key});

        drop table unchanged
        """
    )


def _became_current(settings: Settings) -> Iterator[tuple[str, datetime]]:
    """What became current and when, by the record of publications and rollbacks."""
    for event in history(settings):
        if event["to"] and event["at"]:
            at = datetime.fromisoformat(event["at"]).astimezone(WUHAN)
            yield event["to"], at.replace(microsecond=0, tzinfo=None)
