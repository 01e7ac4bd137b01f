"""What `hrss scrub` remembers: when it looked at which file, what it found damaged. Read by whoever says how a home
stands."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from orchestration.files import read_json
from orchestration.run_record import Moment
from orchestration.settings import WUHAN, Settings

Kind = Literal["original", "rows", "ledger", "release"]
"""Of what is looked at: by what it can be put right."""


class Damage(BaseModel):
    """Something found damaged or gone, and how it stood then."""

    kind: Kind
    since: Moment
    size: int | None
    mtime_ns: int | None


class ScrubRecord(BaseModel):
    """scrub.json; names are below the home."""

    looks: dict[str, dict[str, Any]] = {}
    """By name: `at`, and of what can only be compared with itself `size`, `mtime_ns`, `sha256` and `rows`."""
    damaged: dict[str, Damage] = {}


def scrub_record(settings: Settings) -> ScrubRecord:
    """What is remembered; nothing where there is no record or a damaged one. Raises OSError."""
    return ScrubRecord.model_validate(read_json(settings.scrub_record, ScrubRecord))


def scrubbed_since(settings: Settings) -> datetime | None:
    """Since when everything that was ever looked at has been looked at again; None where nothing was. Raises
    OSError."""
    moments = [str(look["at"]) for look in scrub_record(settings).looks.values() if "at" in look]
    try:
        return datetime.fromisoformat(min(moments)).astimezone(WUHAN)
    except ValueError:  # also where there is none
        return None


def open_damage(settings: Settings) -> dict[str, Damage]:
    """What was found damaged and stands as it did then: what was written since may be whole. Raises OSError."""
    found = scrub_record(settings).damaged
    return {name: one for name, one in found.items() if stands(settings.home / name, one)}


def stands(path: Path, damage: Damage) -> bool:
    """Whether a file, or its being gone, is as it was when it was found damaged."""
    return how_it_stands(path) in ((damage.size, damage.mtime_ns), (None, None))


def how_it_stands(path: Path) -> tuple[int | None, int | None]:
    """Size and time of a file or folder; None where there is none."""
    try:
        facts = path.stat()
    except OSError:
        return None, None
    return facts.st_size, facts.st_mtime_ns
