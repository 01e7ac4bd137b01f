"""Publication: what is public leaves the gated warehouse for a new release folder, is checked there again and becomes
`current` in one step. Computes no figure and judges none."""

from __future__ import annotations

import json
import logging
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from expectations import ExpectedTable, content_of
from orchestration.attribution.attribution import Attribution
from orchestration.attribution.report import write_notes
from orchestration.dbt_build.catalogue import Table, own_tables, published_tables
from orchestration.dbt_build.formulas import write_formulas
from orchestration.exports.facts import title_en, title_zh
from orchestration.files import remove_folder, sha256, switch_link, switches_links
from orchestration.provenance import git_revision, made_by
from orchestration.release.log import BUILDING, MANIFEST, current_id, history, prune, reconcile, release_ids, sweep
from orchestration.release.vintages import newest_readable, write_changes, write_history, write_vintages
from orchestration.settings import WUHAN, Settings, today
from raw_landing.database import connect, literal
from raw_landing.errors import Told
from raw_landing.storage.store import sync

STORAGE_VERSION = "v1.2.0"  # the oldest that analysts' clients open; newer defaults they cannot
log = logging.getLogger("hrss")

RECORDED_PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "great-expectations")

FOLDER_MODE, FILE_MODE = 0o755, 0o444
"""Releases are for everybody on the machine, whatever the run's own mask; nobody changes them."""

Check = Callable[[Path, Mapping[str, ExpectedTable]], Sequence[dict[str, Any]]]
"""Judges the final file, given what its tables must be, and writes what it found beside it; returns its results or
raises."""

Export = Callable[[Path], None]
"""Adds to the folder of a release what else stands there beside the final file, while that is judged."""


class PublicationError(Told):
    """A release could not be made; `current` is as it was. The message names path, cause and remedy."""


class NoReadableRelease(PublicationError):
    """There are releases, but none is what was published: the history in them cannot be carried on."""


@dataclass(frozen=True)
class Release:
    """One publication, as it stands in marts.release and in its manifest."""

    release_id: str
    folder: Path
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


def next_release_id(settings: Settings, day: date) -> str:
    """YYYYMMDD-NN: the day in Hubei and the number of the release on that day, from 01; never one that was published,
    whether its folder is still kept or not."""
    prefix = f"{day:%Y%m%d}-"
    names = {*release_ids(settings), *(event["to"] or "" for event in history(settings))}
    taken = [int(name.removeprefix(prefix)) for name in names if name.startswith(prefix)]
    return f"{prefix}{max(taken, default=0) + 1:02d}"


def publish(
    settings: Settings, gate_rows: Sequence[dict[str, Any]], check: Check, export: Export, attribution: Attribution
) -> Release:
    """Make the gated warehouse's public tables the current release.

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
            f"发布失败,当前版为 {current_id(settings)}:{where}:{why}。请检查磁盘空间与权限后重新运行 hrss refresh。\n"
            f"Publication failed, {current_id(settings)} is the current release: {where}: {why}. "
            f"Check free space and permissions, then run hrss refresh again."
        ) from error
    enter(settings)
    return release


def enter(settings: Settings) -> None:
    """Enter the current release in the record and remove what is too old. It stands, whether that goes well or not: the
    next publication makes up for it."""
    try:
        reconcile(settings)
        prune(settings)
    except OSError as error:
        log.warning(
            "%s is published, but could not be entered or old ones not removed: %s", current_id(settings), error
        )


def _publish(
    settings: Settings, gate_rows: Sequence[dict[str, Any]], check: Check, export: Export, attribution: Attribution
) -> Release:
    for folder in (settings.published, settings.releases):
        folder.mkdir(exist_ok=True)
        folder.chmod(FOLDER_MODE)
        sync(folder.parent)
    if not switches_links(settings.published):
        raise PublicationError(
            f"发布失败:{settings.published} 所在的文件系统不能一步替换符号链接,读者可能读到半个版本。"
            f"请用 --home 或 HRSS_HOME 指定本地文件系统(如 ext4、xfs、APFS)上的文件夹。\n"
            f"Not published: the file system of {settings.published} cannot replace a symbolic link in one step: "
            f"readers might meet half a release. Name a folder on a local file system (ext4, xfs, APFS) with --home or "
            f"HRSS_HOME."
        )
    sweep(settings)
    reconcile(settings)
    release_id = next_release_id(settings, today())
    building, folder = settings.releases / f"{BUILDING}{release_id}", settings.releases / release_id
    building.mkdir()
    try:
        release, gated = _build(settings, release_id, building / "marts.duckdb", gate_rows, attribution)
        with ThreadPoolExecutor(max_workers=1) as beside:  # both only read the finished file
            exported = beside.submit(export, building)
            final_checks = check(building / "marts.duckdb", gated)
        exported.result()
        write_notes(building, release_id, release.published_at, attribution)
        _write_manifest(settings, release, building, gated, gate_rows, final_checks)
        for path in (*building.rglob("*"), building):
            path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
            sync(path)
        attribution.now.keep(settings, release_id)
        building.rename(folder)
        sync(settings.releases)
        switch_link(settings.current, folder)
    finally:
        for path in (building, folder):  # whole or not, nobody was sent there; what stays is swept by the next run
            if path.exists() and current_id(settings) != path.name:
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
    connection = connect(spill=settings.spill)
    try:
        connection.execute(f"attach {literal(target)} as public (storage_version '{STORAGE_VERSION}')")
        connection.execute(f"attach {literal(settings.warehouse)} as warehouse (read_only)")
        connection.execute("begin; create schema public.marts")  # at once: each commit waits for the disk
        for table in published_tables(settings):
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            connection.execute(
                f'create table public.marts."{table.name}" as '
                f'select {columns} from warehouse.marts."{table.name}" order by all'
            )
        connection.execute("commit")
        release = _describe(connection, settings, release_id, gate_rows)
        write_vintages(connection, settings, release_id)
        write_history(connection, settings, release_id, release.published_at)
        write_changes(connection, settings, release_id, attribution.previous_release_id, attribution.changes)
        write_formulas(connection, settings.dbt_compiled)
        _write_own_tables(connection, settings, release, gate_rows)
        tables = (*published_tables(settings), *own_tables())
        comments = "; ".join(comment for table in tables for comment in _comments(table))
        connection.execute(f"begin; {comments}; commit")
        gated = _gated(connection, settings, gate_rows)
        connection.execute("checkpoint public")
        connection.execute("detach public")
    finally:
        connection.close()
    if target.with_name(f"{target.name}.wal").exists():
        raise PublicationError(f"Not published: {target} was not closed cleanly (a .wal file is left).")
    return release, gated


def _describe(
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
        folder=settings.releases / release_id,
        published_at=datetime.now(WUHAN).replace(microsecond=0, tzinfo=None),
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


def _write_own_tables(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    release: Release,
    gate_rows: Sequence[dict[str, Any]],
) -> None:
    """marts.release and marts.fct_quality_result: this release first, then those published before it."""
    contents: dict[str, list[dict[str, Any]]] = {
        "release": [{column.name: getattr(release, column.name) for column in _columns("release")}],
        "fct_quality_result": [{"release_id": release.release_id} | row for row in gate_rows],
    }
    _attach_before(connection, settings)
    for name, rows in contents.items():
        columns = _columns(name)
        names = ", ".join(column.name for column in columns)
        types = json.dumps([{column.name: column.type for column in columns}])
        kept = ", ".join(column for column in _columns_before(connection, name) if column in names.split(", "))
        history = f"union all by name select {kept} from before.marts.{name}" if kept else ""
        connection.execute(
            f"""
            create table public.marts.{name} as
            select {names}
            from (
                select unnest(from_json(?::json, '{types}'), max_depth := 2)
                {history}
            )
            order by release_id desc
            """,
            [json.dumps(rows, default=str)],
        )


def _attach_before(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Open the newest release, current or rolled back: history goes on where it was left. Raises NoReadableRelease."""
    newest = newest_readable(connection, settings)
    if newest is not None:
        connection.execute(f"attach {literal(newest[1])} as before (read_only)")
    elif release_ids(settings):
        raise NoReadableRelease(
            f"{settings.releases}: 现存各版均非原样,版次历史无法延续;请从备份恢复其中最新一版,或移走该文件夹"
            f"(历史将从头开始)。\n"
            f"{settings.releases}: no release there is what was published, so that its history cannot be carried on. "
            f"Restore the newest from a copy, or move the folder away (history begins anew)."
        )


def _columns_before(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """What the release before has of a table's columns: none when there is no such release; fewer when it is older."""
    rows = connection.execute(
        "select column_name from duckdb_columns() where database_name = 'before' and table_name = ?", [table]
    ).fetchall()
    return [name for (name,) in rows]


def _columns(name: str) -> tuple[Any, ...]:
    return next(table.columns for table in own_tables() if table.name == name)


def _comments(table: Table) -> Iterator[str]:
    """The statements that carry the descriptions into the file, where a person browsing it sees them."""
    name = f'public.marts."{table.name}"'
    yield f"comment on table {name} is {literal(table.description)}"
    for column in table.columns:
        yield f'comment on column {name}."{column.name}" is {literal(column.description)}'


def _gated(
    connection: duckdb.DuckDBPyConnection, settings: Settings, gate_rows: Sequence[dict[str, Any]]
) -> dict[str, ExpectedTable]:
    """What the release's tables must be, told by what they were made from, not by themselves."""
    gated = {}
    for table in published_tables(settings):
        columns = tuple(column.name for column in table.columns)
        row = connection.execute(
            f'select count(*), {content_of(columns)} from warehouse.marts."{table.name}"'
        ).fetchone()
        assert row is not None  # an aggregate without groups has one row
        gated[table.name] = ExpectedTable(row[0], columns, row[1])
    for table in own_tables():
        columns = tuple(column.name for column in table.columns)
        gated[table.name] = ExpectedTable(_own_rows(connection, table.name, gate_rows), columns)
    return gated


def _own_rows(connection: duckdb.DuckDBPyConnection, table: str, gate_rows: Sequence[dict[str, Any]]) -> int:
    """The rows that a table which only publication writes must have: this release's, and what is carried on."""
    own = {"release": 1, "fct_quality_result": len(gate_rows)}.get(table)
    if own is None:  # its history may lie in several releases: its suite judges it
        return _count(connection, f"public.marts.{table}")
    return own + (_count(connection, f"before.marts.{table}") if _columns_before(connection, table) else 0)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


def _write_manifest(
    settings: Settings,
    release: Release,
    folder: Path,
    gated: Mapping[str, ExpectedTable],
    gate_rows: Sequence[dict[str, Any]],
    final_checks: Sequence[dict[str, Any]],
) -> None:
    """manifest.json: checksum of every file, the dumps it is made from, versions, checks of the final copy."""
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
    before = settings.current / MANIFEST
    manifest = {
        "release_id": release.release_id,
        "title_zh": title_zh(release.is_synthetic),
        "title_en": title_en(release.is_synthetic),
        "is_synthetic": release.is_synthetic,
        "published_at": release.published_at.replace(tzinfo=WUHAN).isoformat(),
        "as_of": release.as_of,
        "previous_release_id": current_id(settings),
        "previous_manifest_sha256": sha256(before) if before.is_file() else None,
        "git_revision": release.git_revision,
        "made_by": made_by(settings),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in RECORDED_PACKAGES},
        "inputs_sha256": release.inputs_sha256,
        "files": {
            path.relative_to(folder).as_posix(): {"sha256": sha256(path), "bytes": path.stat().st_size}
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
        "tables": {name: table.rows for name, table in gated.items()},
        "columns": {name: table.columns for name, table in gated.items()},
        "expectations_evaluated": release.expectations_evaluated,
        "expectations_failed": release.expectations_failed,
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
            {key: row[key] for key in row if key not in ("examples", "indicators")} for row in final_checks
        ],
        "dumps": dumps,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, default=str)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
