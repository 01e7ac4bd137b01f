"""Publication: what is public leaves the gated warehouse for a new release folder, is checked there again and becomes
`current` in one step. Computes no figure and judges none."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from expectations import ExpectedTable, content_of
from orchestration.attribution.attribution import Attribution
from orchestration.attribution.report import write_notes
from orchestration.dbt_build.catalogue import Table, own_tables, published_tables, published_views
from orchestration.dbt_build.formulas import write_formulas
from orchestration.files import remove_folder, switch_link, switches_links
from orchestration.outbox.services import exchanges, services
from orchestration.provenance import build_fingerprint
from orchestration.release.candidates import candidate_ids, enter_candidates
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import current_id, day_and_number, newest_id, prune, reconcile, release_ids, sweep
from orchestration.release.manifest import write_manifest
from orchestration.release.notices import write_notices
from orchestration.release.own_tables import Release, count_own_rows, describe, write_own_tables
from orchestration.release.public_tables import copy_tables
from orchestration.release.verify import is_intact_database
from orchestration.release.views import write_views
from orchestration.release.vintages import (
    newest_readable,
    write_changes,
    write_history,
    write_status_changes,
    write_vintages,
    write_warning_vintages,
)
from orchestration.settings import Settings, today
from orchestration.text import inline, two_lines
from raw_landing.database import connect, identifier, literal
from raw_landing.errors import UserError
from raw_landing.storage.store import sync

log = logging.getLogger("hrss")

FOLDER_MODE, FILE_MODE = 0o755, 0o444
"""Releases are for everybody on the machine, whatever the run's own mask; nobody changes them."""

Check = Callable[[ReleaseFolder, Mapping[str, ExpectedTable]], Sequence[dict[str, Any]]]
"""Judges the final file, given what its tables must be, and writes what it found beside it; returns its results or
raises."""

Export = Callable[[ReleaseFolder], Mapping[str, str]]
"""Adds to the folder of a release what else stands there beside the final file, while that is judged. Returns by name
the release that wrote a file, of those that are links to a file of the release before."""


class PublicationError(UserError):
    """A release could not be made; `current` is as it was. The message names path, cause and remedy."""


class NoReadableRelease(PublicationError):
    """There are releases, but none is what was published: the history in them cannot be carried on."""


def next_release_id(settings: Settings, day: date) -> str:
    """YYYYMMDD-NN: the day in Hubei and the number of the release on that day, from 01; after every one that was
    published or put forward, whether its folder is still kept or not. Where the clock went back, the day is that of the
    newest."""
    newest_day, number = day_and_number(newest_id(settings) or "0-0")
    today = f"{day:%Y%m%d}"
    return f"{today}-01" if today > newest_day else f"{newest_day}-{number + 1:02d}"


def publish(
    settings: Settings, gate_rows: Sequence[dict[str, Any]], check: Check, export: Export, attribution: Attribution
) -> Release:
    """Make the gated warehouse's public tables the current release, or one that waits for approval.

    `gate_rows` are the gate's results, rows of fct_quality_result but for the release_id; `check` judges the final
    file, `export` writes what stands beside it; `attribution` says why values differ from those of the release before.
    Raises PublicationError, HistoryDamaged, NoReadableRelease, or what `check` and `export` raise; then nothing of the
    new release remains, unless only the last sync failed.
    """
    try:
        release = _publish(settings, gate_rows, check, export, attribution)
    except (OSError, duckdb.Error) as error:
        where, why = settings.releases, str(error).splitlines()[0]
        if isinstance(error, OSError):
            where, why = error.filename or where, error.strerror or why
        raise PublicationError(
            two_lines("release.publication_failed", current=current_id(settings), where=where, why=why)
        ) from error
    except BrokenExecutor as error:
        raise PublicationError(two_lines("release.process_killed", current=current_id(settings))) from error
    enter(settings)
    return release


def enter(settings: Settings) -> None:
    """Enter the current release, and the one that waits for approval, in the record and remove what is too old. They
    stand, whether that goes well or not: the next publication makes up for it."""
    try:
        reconcile(settings)
        enter_candidates(settings)
        prune(settings)
    except OSError as error:
        log.warning("%s", inline("release.not_entered", release_id=current_id(settings), error=error))


def _publish(
    settings: Settings, gate_rows: Sequence[dict[str, Any]], check: Check, export: Export, attribution: Attribution
) -> Release:
    for parent in (settings.published, settings.releases):
        parent.mkdir(exist_ok=True)
        parent.chmod(FOLDER_MODE)
        sync(parent.parent)
    if not switches_links(settings.published):
        raise PublicationError(two_lines("release.link_not_replaceable", published=settings.published))
    if settings.sign_off:
        settings.candidates.mkdir(mode=0o700, exist_ok=True)
    sweep(settings)
    reconcile(settings)
    enter_candidates(settings)
    release_id = next_release_id(settings, today())
    building, folder = ReleaseFolder.building(settings, release_id), ReleaseFolder.made(settings, release_id)
    building.path.mkdir()
    try:
        release, gated = _build(settings, release_id, building.marts, gate_rows, attribution)
        with ThreadPoolExecutor(max_workers=1) as beside:  # both only read the finished file
            exported = beside.submit(export, building)
            final_checks = check(building, gated)
        linked = exported.result()
        write_notes(building, release_id, release.published_at, attribution)
        write_manifest(settings, release, building, gated, gate_rows, final_checks, linked)
        for path in (*building.path.rglob("*"), building.path):
            path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
            sync(path)
        attribution.now.keep(settings, release_id)
        building.path.rename(folder.path)
        sync(folder.path.parent)
        if not settings.sign_off:
            switch_link(settings.current, folder.path)
    finally:
        for path in (building.path, folder.path):  # nobody was sent there; what stays is swept by the next run
            if path.exists() and path.name not in (current_id(settings), *candidate_ids(settings)):
                with suppress(OSError):
                    remove_folder(path)
    return release


def _build(
    settings: Settings,
    release_id: str,
    target: Path,
    gate_rows: Sequence[dict[str, Any]],
    attribution: Attribution,
) -> tuple[Release, dict[str, ExpectedTable]]:
    """Copy the public tables with their comments and write the two tables that only publication knows."""
    copy_tables(settings, target)
    connection = connect(spill=settings.spill)
    try:
        connection.execute(f"attach {literal(target)} as public")
        connection.execute(f"attach {literal(settings.warehouse)} as warehouse (read_only)")
        release = describe(connection, settings, release_id, gate_rows)
        write_vintages(connection, settings, release_id)
        write_history(connection, settings, release_id, release.published_at)
        write_changes(connection, settings, release_id, attribution.previous_release_id, attribution.changes)
        write_status_changes(connection, settings, release_id, attribution.previous_release_id)
        write_warning_vintages(connection, settings, release_id)
        write_formulas(connection, settings.dbt_compiled)
        _attach_before(connection, settings)
        exchanged = exchanges(settings, services(connection, "public"), release.as_of)
        write_own_tables(connection, release, gate_rows, exchanged, settings.keep_results)
        write_notices(connection, settings)
        write_views(connection, settings.dbt_compiled, published_views(settings))
        tables = (*published_tables(settings), *published_views(settings), *own_tables())
        comments = "; ".join(comment for table in tables for comment in _comments(table))
        connection.execute(f"begin; {comments}; commit")
        gated = _gated(connection, settings)
        connection.execute("checkpoint public")
        connection.execute("detach public")
    finally:
        connection.close()
    if target.with_name(f"{target.name}.wal").exists():
        raise PublicationError(two_lines("release.not_closed", target=target))
    return release, gated


def same_program_before(settings: Settings) -> ReleaseFolder | None:
    """The current release, if this program with these settings made it and its database is what was published."""
    before = ReleaseFolder.current(settings)
    is_same = before.read_manifest().get("made_by") == build_fingerprint(settings)
    return before if is_same and is_intact_database(before) else None


def _attach_before(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Open the newest release, current or rolled back: history goes on where it was left. Raises NoReadableRelease."""
    newest = newest_readable(connection, settings)
    if newest is not None:
        connection.execute(f"attach {literal(newest.marts)} as before (read_only)")
    elif release_ids(settings):
        raise NoReadableRelease(two_lines("release.releases_all_damaged", releases=settings.releases))


def _comments(table: Table) -> Iterator[str]:
    """The statements that carry the descriptions into the file, where a person browsing it sees them."""
    name = f"public.{identifier(table.name)}"
    kind = "view" if table.is_view else "table"
    yield f"comment on {kind} {name} is {literal(table.description)}"
    for column in table.columns:
        yield f"comment on column {name}.{identifier(column.name)} is {literal(column.description)}"


def _gated(connection: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, ExpectedTable]:
    """What the release's tables must be, told by what they were made from, not by themselves."""
    gated = {}
    for table in published_tables(settings):
        columns = tuple(column.name for column in table.columns)
        row = connection.execute(
            f"select count(*), {content_of(columns)} from warehouse.marts.{identifier(table.name)}"
        ).fetchone()
        assert row is not None  # an aggregate without groups has one row
        gated[table.name] = ExpectedTable(row[0], columns, row[1])
    for table in own_tables():
        columns = tuple(column.name for column in table.columns)
        gated[table.name] = ExpectedTable(count_own_rows(connection, table.name), columns)
    return gated
