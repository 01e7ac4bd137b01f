"""A release's folder: the names of its files and what its manifest says. Writes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from orchestration.files import read_json
from orchestration.settings import Settings
from raw_landing.database import literal

if TYPE_CHECKING:
    import duckdb
    from pydantic import BaseModel

BUILDING = ".building-"
"""First letters of the folder's name until it is whole."""


@dataclass(frozen=True)
class ReleaseFolder:
    """One release as a folder of files; `path` may be the link `current`."""

    path: Path

    @classmethod
    def of(cls, settings: Settings, release_id: str) -> Self:
        """Of a release by its id, whether it is kept or not."""
        return cls(settings.releases / release_id)

    @classmethod
    def candidate(cls, settings: Settings, release_id: str) -> Self:
        """Of a release that waits for approval."""
        return cls(settings.candidates / release_id)

    @classmethod
    def made(cls, settings: Settings, release_id: str) -> Self:
        """Of a release that a run has made: it waits for approval first, if settings say so."""
        return cls.candidate(settings, release_id) if settings.sign_off else cls.of(settings, release_id)

    @classmethod
    def building(cls, settings: Settings, release_id: str) -> Self:
        """Of a release under way, beside its goal."""
        return cls(cls.made(settings, release_id).path.with_name(f"{BUILDING}{release_id}"))

    @classmethod
    def current(cls, settings: Settings) -> Self:
        """Of the release that readers are sent to, by the link."""
        return cls(settings.current)

    @property
    def release_id(self) -> str:
        """The id; of the link `current`, that of the release it leads to."""
        return self.path.resolve().name.removeprefix(BUILDING)

    @property
    def marts(self) -> Path:
        """The published database."""
        return self.path / "marts.duckdb"

    @property
    def manifest(self) -> Path:
        """Checksums of all files, rows of all tables, dumps and versions."""
        return self.path / "manifest.json"

    @property
    def exports(self) -> Path:
        """The folder of the other formats."""
        return self.path / "exports"

    @property
    def report(self) -> Path:
        """The folder of the pages to look at; `index.html` is the first."""
        return self.path / "report"

    @property
    def dictionary(self) -> Path:
        """The data dictionary as a page."""
        return self.path / "dictionary.html"

    @property
    def quality(self) -> Path:
        """What the gate found, as a page."""
        return self.path / "quality.html"

    def notes(self, language: str) -> Path:
        """The release notes in a language (zh, en)."""
        return self.path / f"release_notes.{language}.md"

    def read_manifest(self, shape: type[BaseModel] | None = None) -> dict[str, Any]:
        """The manifest's content; empty where it is missing, damaged or not of the `shape`. Raises OSError."""
        return read_json(self.manifest, shape)

    def files(self) -> dict[str, Path]:
        """Every file and link below the folder by its relative name, in order."""
        found = (path for path in sorted(self.path.rglob("*")) if path.is_symlink() or not path.is_dir())
        return {path.relative_to(self.path).as_posix(): path for path in found}


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """A manifest as its file holds it: read and written again it is the same to the byte."""
    return json.dumps(manifest, ensure_ascii=False, indent=1, default=str) + "\n"


def schema_of(connection: duckdb.DuckDBPyConnection, database: str) -> str:
    """The schema of the tables of an attached release, with the database's name: the default one, `main`; `marts` in
    releases of long ago."""
    query = f"select 1 from duckdb_schemas() where database_name = {literal(database)} and schema_name = 'marts'"
    return f"{database}.marts" if connection.execute(query).fetchone() else f"{database}.main"
