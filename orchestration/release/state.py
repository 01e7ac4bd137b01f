"""What a release leaves behind so that the next one can be compared with it step by step: the dumps as they were read,
the day, the formulas. Stands under <home>/released/<release_id>/, for its owner only; published is nothing of it."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

from orchestration.dbt_build.catalogue import VALUES
from orchestration.files import read_json, remove_folder, sha256, write_json
from orchestration.release.candidates import candidate_ids
from orchestration.release.log import current_id, release_ids
from orchestration.settings import DBT_PROJECT, Settings
from raw_landing.database import connect
from raw_landing.ledger.snapshot import Snapshot
from raw_landing.storage.store import sync

DEFINITIONS = "indicators"  # the seed whose rows are definitions, not reference data
_NOT_KEPT = ("target", "logs", "__pycache__")


@dataclass(frozen=True)
class ReleaseInputs:
    """What the values of a release were computed from."""

    as_of: date
    formulas: str
    """The checksum of the models and macros that the values rest on, and of the seed of definitions."""
    reference: str
    """The checksum of the seeds that the values rest on, definitions excepted."""
    snapshot: Snapshot
    project: Path
    """The dbt project."""

    @classmethod
    def now(cls, settings: Settings) -> Self:
        """Of the warehouse as it stands. Raises LandingError, DatabaseUnusable."""
        with connect(settings.warehouse, read_only=True) as connection:
            row = connection.execute("select as_of from landed.run").fetchone()
        assert row is not None  # the gate has seen to it
        formulas, reference = checksums(settings.dbt_manifest)
        return cls(row[0], formulas, reference, Snapshot.take(settings.home), DBT_PROJECT)

    @classmethod
    def of(cls, settings: Settings, release_id: str) -> Self | None:
        """Of a release; None where it left nothing, or nothing that can be read."""
        folder = settings.released / release_id
        content = read_json(folder / "state.json")
        try:
            as_of, snapshot = date.fromisoformat(content["as_of"]), Snapshot.of(content["snapshot"])
            snapshot.files(settings.home)  # names of files can be made of it
            state = cls(as_of, content["formulas"], content["reference"], snapshot, folder / "project")
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        return state if state.project.is_dir() else None

    def keep(self, settings: Settings, release_id: str) -> None:
        """Leave it behind for a release. What is left of releases that are gone goes. Raises OSError."""
        settings.released.mkdir(mode=0o700, exist_ok=True)
        kept = [*release_ids(settings), *candidate_ids(settings)]
        for folder in settings.released.iterdir():
            if folder.name not in kept:
                remove_folder(folder)
        folder, building = settings.released / release_id, settings.released / f".building-{release_id}"
        shutil.copytree(self.project, building / "project", ignore=shutil.ignore_patterns(*_NOT_KEPT))
        write_json(
            building / "state.json",
            {
                "as_of": self.as_of,
                "formulas": self.formulas,
                "reference": self.reference,
                "snapshot": self.snapshot.content(),
            },
        )
        building.rename(folder)
        sync(settings.released)


def files_in_use(settings: Settings) -> set[Path]:
    """The landed files that the current release was made from, since the next one is compared with it, and those of
    the release that may become current by approval."""
    states = (ReleaseInputs.of(settings, one) for one in (current_id(settings), *candidate_ids(settings)) if one)
    return {file for state in states if state is not None for file in state.snapshot.files(settings.home)}


def checksums(manifest: Path) -> tuple[str, str]:
    """Of a dbt manifest: the checksum of the formulas that fct_indicator_value rests on, and of the seeds."""
    content = json.loads(manifest.read_text(encoding="utf-8"))
    nodes, macros = content["nodes"], content.get("macros", {})
    found = _ancestors([key for key, node in nodes.items() if node["name"] == VALUES], nodes, "nodes")
    named = [name for key in found for name in nodes[key].get("depends_on", {}).get("macros", [])]
    formulas, reference = hashlib.sha256(), hashlib.sha256()
    for key in sorted(found):
        is_reference = nodes[key]["resource_type"] == "seed" and nodes[key]["name"] != DEFINITIONS
        digest = reference if is_reference else formulas
        digest.update(f"{key}\0{nodes[key].get('checksum', {}).get('checksum')}\n".encode())
    for key in sorted(_ancestors(named, macros, "macros")):
        formulas.update(f"{key}\0{hashlib.sha256(macros[key]['macro_sql'].encode()).hexdigest()}\n".encode())
    formulas.update(sha256(DBT_PROJECT / "dbt_project.yml").encode())  # the parameters of definitions
    return formulas.hexdigest(), reference.hexdigest()


def _ancestors(keys: list[str], among: dict[str, Any], kind: str) -> set[str]:
    """These and all that they depend on."""
    found: set[str] = set()
    while keys:
        key = keys.pop()
        if key in among and key not in found:
            found.add(key)
            keys += among[key].get("depends_on", {}).get(kind, [])
    return found
