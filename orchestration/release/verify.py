"""Whether a release is still what was published: its files, its tables, the chain of manifests it stands in. Reads, and
changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel

from orchestration.database_damage import is_whole
from orchestration.files import sha256
from orchestration.release.candidates import known_folder, unsigned
from orchestration.release.folder import ReleaseFolder, manifest_text, schema_of
from orchestration.release.log import PROPOSED, PUBLISHED, history
from orchestration.settings import Settings
from orchestration.text import inline, pair, two_lines, words
from raw_landing.database import connect, identifier, literal

MISSING, NONE = inline("release.missing"), inline("release.none")


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that is not as it was published."""

    zh: str
    en: str
    expected: object
    found: object

    @property
    def text(self) -> str:
        """One line: what, expected, found."""
        expected, found = (" ".join(words("release.discrepancy")[one]) for one in ("expected", "found"))
        return f"- {self.zh} / {self.en}: {expected} {self.expected}, {found} {self.found}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at and every discrepancy: numbers of files, tables and releases in the chain that agree."""

    release_id: str
    files: int
    tables: int
    chain: int
    discrepancies: tuple[Discrepancy, ...]

    @property
    def is_intact(self) -> bool:
        """Whether it is what was published."""
        return not self.discrepancies

    @property
    def text(self) -> str:
        """The report, in both languages."""
        if self.is_intact:
            return two_lines(
                "release.release_untouched",
                release_id=self.release_id,
                files=self.files,
                tables=self.tables,
                chain=self.chain,
            )
        head = two_lines("release.release_altered", release_id=self.release_id)
        return "\n".join([head, *(discrepancy.text for discrepancy in self.discrepancies)])


def verify(settings: Settings, release_id: str) -> Verification:
    """Compare a release with its manifest, its manifest with the record, and every manifest before it, as far as the
    folders are kept, with the hash that the one after it holds. Raises WrongUsage, HistoryDamaged, OSError."""
    return verify_folder(settings, known_folder(settings, release_id))


def verify_folder(settings: Settings, folder: ReleaseFolder) -> Verification:
    """The same of a release, or of a candidate, in its folder. Raises HistoryDamaged, OSError."""
    release_id = folder.release_id
    manifest = folder.read_manifest()
    if not manifest:
        discrepancy = Discrepancy(folder.manifest.name, "the manifest", "JSON", inline("release.manifest_damaged"))
        return Verification(release_id, 0, 0, 0, (discrepancy,))
    chain, broken = _chain(settings, manifest)
    discrepancies = (
        *_check_record(settings, folder, manifest),
        *_check_files(folder, manifest.get("files", {})),
        *_check_tables(settings, folder.marts, manifest.get("tables", {})),
        *broken,
    )
    return Verification(
        release_id, len(manifest.get("files", {})), len(manifest.get("tables", {})), chain, discrepancies
    )


def damaged_files(folder: ReleaseFolder) -> dict[str, str | None]:
    """The files of a release that are gone or not what was published, each with the checksum that it should have; of a
    manifest that cannot be read, None. Raises OSError."""
    listed = folder.read_manifest(_Manifest).get("files")
    if listed is None:
        return {folder.manifest.name: None}
    return {
        name: said["sha256"]
        for name, said in listed.items()
        if not (folder.path / name).is_file() or sha256(folder.path / name) != said["sha256"]
    }


def _check_record(settings: Settings, folder: ReleaseFolder, manifest: dict[str, Any]) -> Iterator[Discrepancy]:
    """Nothing within a folder vouches for its manifest: the record does, and the manifest of the release after it."""
    if manifest.get("release_id") != folder.release_id:
        yield Discrepancy(*pair("release.manifest_release"), folder.release_id, manifest.get("release_id"))
    recorded = {
        event["manifest_sha256"]
        for event in history(settings)
        if event["event"] == PUBLISHED and event["to"] == folder.release_id and event["manifest_sha256"]
    }
    found = sha256(folder.manifest)
    if recorded and found not in recorded:
        yield Discrepancy(*pair("release.manifest_checksum"), ", ".join(map(str, recorded)), found)
    proposed = {
        event["manifest_sha256"]
        for event in history(settings)
        if event["event"] == PROPOSED and event["from"] == folder.release_id
    }
    found = hashlib.sha256(manifest_text(unsigned(manifest)).encode()).hexdigest()
    if proposed and found not in proposed:
        yield Discrepancy(*pair("release.proposed_checksum"), ", ".join(map(str, proposed)), found)


def _check_files(folder: ReleaseFolder, listed: dict[str, dict[str, Any]]) -> Iterator[Discrepancy]:
    present = folder.files()
    for name in sorted((present.keys() | listed.keys()) - {folder.manifest.name}):
        expected = listed[name]["sha256"] if name in listed else NONE
        path = present.get(name)
        if path is None:
            found = MISSING
        elif path.is_symlink() or not path.is_file():
            found = inline("release.file_not_plain")
        else:
            found = sha256(path)
        if expected != found:
            yield Discrepancy(*pair("release.file_checksum", name=name), expected, found)


def _check_tables(settings: Settings, marts: Path, expected: dict[str, int]) -> Iterator[Discrepancy]:
    try:
        found = _count_rows(settings, marts)
    except duckdb.Error as error:
        yield Discrepancy(*pair("release.marts_readable", marts=marts.name), "–", str(error).splitlines()[0])
        return
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            yield Discrepancy(
                *pair("release.table_rows", name=name), expected.get(name, NONE), found.get(name, MISSING)
            )


def _count_rows(settings: Settings, marts: Path) -> dict[str, int]:
    """Rows by table, of whatever schema; those of the schema of published tables without its name."""
    with connect(spill=settings.spill) as connection:
        connection.execute(f"attach {literal(marts)} as published (read_only)")
        published = schema_of(connection, "published")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'published'"
        ).fetchall()
        counts = {}
        for schema, table in tables:
            row = connection.execute(
                f"select count(*) from published.{identifier(schema)}.{identifier(table)}"
            ).fetchone()
            counts[table if f"published.{schema}" == published else f"{schema}.{table}"] = row[0] if row else 0
        return counts


def _chain(settings: Settings, manifest: dict[str, Any]) -> tuple[int, list[Discrepancy]]:
    """How many releases hang together, from this one back; the first link that does not hold ends it."""
    length = 1
    while (before := manifest.get("previous_release_id")) and (expected := manifest.get("previous_manifest_sha256")):
        folder = ReleaseFolder.of(settings, before)
        if not folder.path.is_dir():
            break  # no longer kept
        found = sha256(folder.manifest) if folder.manifest.is_file() else MISSING
        if found != expected:
            zh, en = pair("release.previous_manifest_checksum", before=before)
            return length, [Discrepancy(f"{manifest['release_id']}:{zh}", en, expected, found)]
        manifest = folder.read_manifest()
        length += 1
    return length, []


def is_intact_database(folder: ReleaseFolder) -> bool:
    """Whether the manifest holds the checksum of the database; where the manifest is gone or damaged, whether the
    database can be read to its end (DuckDB keeps checksums of its blocks). Raises OSError."""
    if not folder.marts.is_file():
        return False
    said = folder.read_manifest(_Manifest).get("files", {}).get(folder.marts.name)
    return is_whole(folder.marts) if said is None else said["sha256"] == sha256(folder.marts)


class _File(BaseModel):
    sha256: str


class _Manifest(BaseModel):
    """What is read of a manifest here."""

    files: dict[str, _File] = {}
