"""Files of the release before that this release would write again byte for byte: they get a second name instead. That
holds for what is written from one table alone, by the same program with the same settings."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from expectations import content_of
from orchestration.dbt_build.catalogue import Table
from orchestration.exports.facts import Facts
from orchestration.figure.query import attach_release
from orchestration.files import sha256
from orchestration.release.folder import ReleaseFolder
from raw_landing.database import identifier

BEFORE = "release_before"


@dataclass(frozen=True)
class Unchanged:
    """What of a release is as in the release before; by name, once they are linked, the release that wrote a file."""

    release: ReleaseFolder
    before: ReleaseFolder
    tables: frozenset[str]
    files: Mapping[str, Mapping[str, Any]]
    """What the manifest of the release before says of its files."""
    linked: dict[str, str] = field(default_factory=dict)

    def link(self, table: str, path: Path) -> bool:
        """Make a file of a table that has not changed; False where it must be written: it has, or the file is not what
        was published. Raises OSError."""
        name = path.relative_to(self.release.path).as_posix()
        written_by = link_published(self.before, self.files, name, path) if table in self.tables else None
        if written_by is not None:
            self.linked[name] = written_by
        return written_by is not None


def link_published(before: ReleaseFolder, files: Mapping[str, Mapping[str, Any]], name: str, goal: Path) -> str | None:
    """Make a file of the one of that `name` in the release before, whose manifest says `files`; returns the release
    that wrote it, None where it must be written: it is not there, or not what was published. Raises OSError."""
    said, source = files.get(name), before.path / name
    if said is None or not source.is_file() or sha256(source) != said["sha256"]:
        return None
    _link(source, goal)
    written_by: str = said.get("linked_from", before.release_id)
    return written_by


def _link(source: Path, goal: Path) -> None:
    """A second name for a file of ours; a copy of another's, whose mode we could not set, and where links fail."""
    if source.stat().st_uid == os.geteuid():
        try:
            os.link(source, goal)
        except OSError:
            goal.unlink(missing_ok=True)
        else:
            return
    shutil.copyfile(source, goal)


def unchanged_since(
    connection: duckdb.DuckDBPyConnection, facts: Facts, release: ReleaseFolder, before: ReleaseFolder | None
) -> Unchanged:
    """Compare the tables of the open `release` with those of the one `before`. Raises DatabaseUnusable, OSError."""
    if before is None:
        return Unchanged(release, release, frozenset(), {})
    manifest = before.read_manifest()
    if manifest.get("is_synthetic") != facts.is_synthetic:  # which every file says
        return Unchanged(release, before, frozenset(), {})
    schema = attach_release(connection, before.marts, BEFORE)
    try:
        same = frozenset(table.name for table in facts.tables if _is_same(connection, table, schema))
    finally:
        connection.execute(f"detach {BEFORE}")
    return Unchanged(release, before, same, manifest.get("files", {}))


def _is_same(connection: duckdb.DuckDBPyConnection, table: Table, before: str) -> bool:
    """Whether both hold the same rows in the same columns; a view's are those that its tables give now."""
    held = f"select count(*), {content_of(column.name for column in table.columns)} from"
    name = identifier(table.name)
    try:
        found = connection.execute(f"{held} {name} union all {held} {before}.{name}").fetchall()
    except duckdb.Error:  # there was no such table, or it had other columns
        return False
    return found[0] == found[1]
