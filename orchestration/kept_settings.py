"""The settings that stay with a home, `<home>/settings.json`: what protects persons and readers holds for each process
that works on it, also for one that is started by hand."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import Any

from orchestration.audit_log import audit
from orchestration.files import write_json
from orchestration.progress import reporter
from orchestration.settings import KEPT, KEPT_EVENT, Settings, kept_by
from orchestration.text import pair


def keep_settings(settings: Settings) -> None:
    """Note what the environment of this process names of them, where it is not what the home keeps: on record, and
    said. The caller holds the right to write. Raises OSError."""
    kept = kept_by(settings.home)
    variables = {name.upper() for name in os.environ}
    named = {name for name in KEPT if variable(name) in variables}
    wanted = kept | settings.model_dump(mode="json", include=named)
    wanted = {name: wanted[name] for name in KEPT if name in wanted and wanted[name] != default(name)}
    content = {"home": str(settings.home), "settings": wanted}
    if wanted != kept:
        audit(settings, KEPT_EVENT, **content, before=kept)
        changed = [name for name in KEPT if wanted.get(name) != kept.get(name)]
        said = ", ".join(f"{variable(name)}={wanted.get(name, default(name))}" for name in changed)
        reporter().note(*pair("run.settings_kept", settings=said))
    with suppress(OSError, ValueError, RecursionError):
        if json.loads(settings.kept_settings.read_text(encoding="utf-8")) == content:
            return
    write_json(settings.kept_settings, content)


def variable(name: str) -> str:
    """What a setting is called in the environment."""
    return f"HRSS_{name.upper()}"


def default(name: str) -> Any:
    """What holds where nobody names a setting."""
    return Settings.model_fields[name].default
