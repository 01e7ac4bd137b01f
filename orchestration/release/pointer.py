"""`published/current.json`: the same as the link `current` says, for readers that follow no link, such as Windows over
a share. The link decides; the file follows it."""

from __future__ import annotations

import json

from orchestration.files import read_json, replace_text
from orchestration.release.folder import ReleaseFolder
from orchestration.settings import Settings

FILE_MODE = 0o644
"""Whoever may enter `published/` may read it."""


def write_pointer(settings: Settings, current: str | None) -> None:
    """Make the file name the release that readers are sent to, in one step; without one there is none. Raises
    OSError."""
    if pointer_agrees(settings, current):
        return
    if current is None:
        settings.pointer.unlink()
    else:
        text = json.dumps(_content(settings, current), ensure_ascii=False, indent=1)
        replace_text(settings.pointer, f"{text}\n", mode=FILE_MODE)


def pointer_agrees(settings: Settings, current: str | None) -> bool:
    """Whether the file names the release that readers are sent to. Where its manifest is damaged, the checksum that
    the file holds stands. Raises OSError."""
    if current is None:
        return not settings.pointer.exists()
    found, right = read_json(settings.pointer), _content(settings, current)
    return found == right if right["sha256"] else found | {"sha256": None} == right


def _content(settings: Settings, release_id: str) -> dict[str, str | None]:
    """Paths are relative to the folder of the file itself; the checksum is the manifest's."""
    folder = ReleaseFolder.of(settings, release_id)
    marts = folder.marts.relative_to(settings.published)
    return {
        "release_id": release_id,
        "folder": marts.parent.as_posix(),
        "marts": marts.as_posix(),
        "sha256": folder.read_manifest().get("files", {}).get(folder.marts.name, {}).get("sha256"),
    }
