"""What a damaged record of releases has lost: it stops no night, moves no reader and costs no release."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.pipeline.triggers import take_up
from orchestration.release.log import (
    PUBLISHED,
    ROLLED_BACK,
    current_event,
    current_id,
    history,
    reconcile,
    release_ids,
)
from orchestration.release.rollback import roll_back
from orchestration.release.verify import verify
from orchestration.settings import Settings
from tests.support.faults import HARMS, gone


@pytest.fixture
def settings(three: Path, tmp_path: Path) -> Settings:
    """A copy of it."""
    return Settings.of(home=shutil.copytree(three, tmp_path / "home", symlinks=True))


def lose_publication(record: Path, release_id: str) -> None:
    """The line of a publication is torn."""
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    (line,) = (one for one in lines if '"published"' in one and f'"to": "{release_id}"' in one)
    record.write_text("".join(one if one != line else f"{one[:40]}\n" for one in lines), encoding="utf-8")


def lose_end(record: Path, release_id: str) -> None:
    """A publication and all after it are torn."""
    text = record.read_text(encoding="utf-8")
    record.write_text(text[: text.index(f'"to": "{release_id}"')], encoding="utf-8")


@pytest.mark.parametrize("is_signed", [False, True])
@pytest.mark.parametrize("lose", [lose_publication, lose_end, lambda record, _: gone(record)])
def test_what_a_damaged_record_has_lost_moves_no_reader_and_removes_no_release(
    settings: Settings, lose: Callable[[Path, str], None], is_signed: bool
) -> None:
    """The newest one was taken back, and the line of its publication is lost."""
    ids = release_ids(settings)
    roll_back(settings, ids[1], "the third is wrong")
    if is_signed:
        manifest = settings.releases / ids[2] / "manifest.json"
        sign_off = {"by": "A", "login": "a", "at": "2026-01-02T09:00:00+08:00", "note": "n"}
        signed = json.dumps(json.loads(manifest.read_text(encoding="utf-8")) | {"sign_off": sign_off})
        manifest.chmod(0o644)
        manifest.write_text(signed, encoding="utf-8")
    lose(settings.history, ids[2])
    take_up(settings)
    reconcile(settings)
    assert release_ids(settings) == ids and current_id(settings) == ids[1]
    assert {event["to"] for event in history(settings) if event["event"] == PUBLISHED} == set(ids)
    last = current_event(history(settings))
    assert last is not None and last["to"] == ids[1]
    assert (last["event"] == ROLLED_BACK) is (lose is lose_publication), "it stays the last word where it can be read"


@pytest.mark.parametrize("harm", HARMS)
def test_a_night_sets_a_damaged_record_aside_before_anything_else(
    settings: Settings, harm: Callable[[Path], None]
) -> None:
    ids = release_ids(settings)
    harm(settings.history)
    take_up(settings)
    history(settings)
    reconcile(settings)
    assert [event["to"] for event in history(settings)] == ids and current_id(settings) == ids[-1]
    assert verify(settings, ids[-1]).is_intact
