"""Which layout a home has: `<home>/layout.json`. What leads from one to the next stands in pipeline/layouts."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from orchestration.files import read_json, write_json
from orchestration.settings import WUHAN, Settings
from orchestration.text import two_lines
from raw_landing.errors import UserError

LAYOUT = 4
"""The one that this program writes. It grows when an older program would go wrong with what this one writes, or when
something that stands in a home must be changed once."""


class NewerHome(UserError):
    """A newer program has written to the home; nothing was changed."""


class _Record(BaseModel):
    layout: int


def noted_layout(settings: Settings) -> int | None:
    """What stands on record; None where nothing does, or nothing that can be read. Raises OSError."""
    found = read_json(settings.layout_record, _Record)
    return found.get("layout")


def note_layout(settings: Settings, layout: int) -> None:
    """Put on record that a home has a layout. Raises OSError."""
    now = datetime.now(WUHAN).isoformat(timespec="seconds")
    write_json(settings.layout_record, {"layout": layout, "since": now})


def refuse_newer(settings: Settings) -> None:
    """Raise NewerHome for a home that this program does not know how to read."""
    layout = noted_layout(settings)
    if layout is not None and layout > LAYOUT:
        raise NewerHome(two_lines("run.home_of_newer_program", home=settings.home, layout=layout, known=LAYOUT))
