"""A machine whose clock stands elsewhere, for one test: what the project asks for the time is answered otherwise."""

from __future__ import annotations

import importlib
from datetime import datetime, tzinfo
from typing import Any

import pytest

ASKING = (
    "orchestration.settings",
    "orchestration.lock",
    "orchestration.pipeline.clock",
    "orchestration.pipeline.triggers",
    "orchestration.pipeline.health",
    "orchestration.release.log",
    "orchestration.defs.job",
)
"""Modules that ask what time it is."""


def set_clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """The clock stands at this moment, until it is set again."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.fromtimestamp(now.timestamp(), tz)

    for name in ASKING:
        module = importlib.import_module(name)
        if hasattr(module, "datetime"):
            monkeypatch.setattr(module, "datetime", Clock)
