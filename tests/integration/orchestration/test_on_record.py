"""What a person decides, or carries out of the home, is on record before it is done: what cannot be put there is not
done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.audit_log import audit_entries
from orchestration.cli.quarantine import export_rows
from orchestration.cli.setting_aside import set_rows_aside, take_rows_back
from orchestration.operations.backup import take_backup
from orchestration.operations.restore import LATEST, restore
from orchestration.release.log import release_ids
from orchestration.release.notices import add_notice, notices
from orchestration.release.withdraw import withdraw_dump
from orchestration.restricted.pseudonyms import rotate_key
from orchestration.settings import Settings
from raw_landing.errors import LandingError
from raw_landing.land import receipts
from raw_landing.quarantine import register
from tests.support.inbox import World, body, name

EXTRACT = "postdoc_intake"


@pytest.fixture
def settings(world: World) -> Settings:
    """A home with two dumps, a key, a row that was set aside, and a backup."""
    settings = Settings.of(home=world.home, landing=world.landing)
    settings.pseudonym_key.parent.mkdir(mode=0o700)
    settings.pseudonym_key.write_text("ab" * 32)
    set_rows_aside(settings, dump_of(settings), [2], "wrong")
    world.deliver(name(EXTRACT, "2024-04"), body(EXTRACT, "2024-04", 4, 5))
    world.land()
    take_backup(settings, backups(settings), keep=0, wait_minutes=0)
    return settings


def dump_of(settings: Settings, month: str = "2024-03") -> str:
    return next(one.dump_id for one in receipts(settings.home) if one.path == name(EXTRACT, month))


def backups(settings: Settings) -> Path:
    return settings.home.with_name("backups")


def exported(settings: Settings) -> Path:
    return settings.home.with_name("exported.csv")


DEEDS: dict[str, Callable[[Settings], object]] = {
    "dump_withdrawn": lambda settings: withdraw_dump(settings, dump_of(settings), "wrong"),
    "rows_set_aside": lambda settings: set_rows_aside(settings, dump_of(settings, "2024-04"), [3], "wrong"),
    "rows_taken_back": lambda settings: take_rows_back(settings, dump_of(settings), [2], "right"),
    "quarantine_exported": lambda settings: export_rows(
        dump_of(settings), exported(settings), settings.landing, settings.home
    ),
    "notice_added": lambda settings: add_notice(settings, what="wrong", right="5", first=release_ids(settings)[0]),
    "pseudonym_key_rotated": lambda settings: rotate_key(settings, "leaked"),
    "backup_taken": lambda settings: take_backup(settings, backups(settings), keep=1, wait_minutes=0),
    "home_restored": lambda settings: restore(settings, backups(settings), LATEST, set_aside=True),
}


def state(settings: Settings) -> tuple[object, ...]:
    """All that they change."""
    beside = sorted(path.name for path in settings.home.parent.iterdir())
    listed = sorted(path.name for path in backups(settings).glob("snapshots/*"))
    key = settings.pseudonym_key.read_text()
    return receipts(settings.home), register(settings.home), notices(settings), key, listed, beside


@pytest.mark.parametrize("event", DEEDS)
def test_what_cannot_be_put_on_record_is_not_done(
    settings: Settings, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Settings) -> None:
        raise OSError("the log cannot be written to")

    before, told = state(settings), [one["event"] for one in audit_entries(settings)].count(event)
    with monkeypatch.context() as unwritable:
        unwritable.setattr("orchestration.audit_log.make_home", refuse)
        with pytest.raises((OSError, LandingError)):
            DEEDS[event](settings)
    assert state(settings) == before
    DEEDS[event](settings)
    assert state(settings) != before
    assert [one["event"] for one in audit_entries(settings)].count(event) == told + 1
