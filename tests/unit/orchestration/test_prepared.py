"""dbt started ahead of its command: the right process gets the right command."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.dbt_build import prepared
from orchestration.dbt_build.prepared import discard_prepared, prepare_dbt, run_prepared
from orchestration.settings import Settings

TOLD = f"#!{sys.executable}\nimport os, sys\nprint(os.getpid(), sys.argv[1:], sys.stdin.readline().strip())\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A home, and in dbt's place a program that tells its number, its arguments and its command."""
    (tmp_path / "program").write_text(TOLD, encoding="utf-8")
    (tmp_path / "program").chmod(0o700)
    monkeypatch.setattr(prepared, "DBT", tmp_path / "program")
    settings = Settings.of(home=tmp_path)
    yield settings
    discard_prepared(settings)


def _told(settings: Settings) -> tuple[int, str]:
    with run_prepared(settings, ["build", "--select", "甲+"]) as process:
        assert process.stdout is not None
        number, _, rest = process.stdout.read().decode().partition(" ")
    return int(number), rest.strip()


def test_who_waits_gets_the_command(settings: Settings) -> None:
    prepare_dbt(settings)
    waiting = prepared._waiting[settings.home].process.pid
    told = r"""['--wait-for-command'] ["build", "--select", "\u7532+"]"""
    assert _told(settings) == (waiting, told)
    assert _told(settings)[1] == told  # nobody waits any more: another is started


def test_what_it_writes_is_its_owners_alone(settings: Settings) -> None:
    told = TOLD.replace("os.getpid()", "oct(os.umask(0))")
    (settings.home / "program").write_text(told, encoding="utf-8")
    prepare_dbt(settings)
    with run_prepared(settings, ["build"]) as process:
        assert process.stdout is not None
        assert process.stdout.read().split()[0] == b"0o77"


def test_who_has_read_another_project_does_not(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare_dbt(settings)
    waiting = prepared._waiting[settings.home].process
    monkeypatch.setattr(prepared, "dbt_sha256", lambda: "another")
    number, _ = _told(settings)
    assert number != waiting.pid
    assert waiting.returncode is not None, "it has ended"


def test_the_log_is_that_of_one_build(settings: Settings) -> None:
    before = settings.dbt_log.with_suffix(".before.log")
    for said in ("first", "second", "third"):
        settings.dbt_log.parent.mkdir(parents=True, exist_ok=True)
        settings.dbt_log.write_text(said, encoding="utf-8")
        _told(settings)
        assert not settings.dbt_log.exists() and before.read_text(encoding="utf-8") == said


def test_who_is_not_needed_ends(settings: Settings) -> None:
    prepare_dbt(settings)
    waiting = prepared._waiting[settings.home].process
    discard_prepared(settings)
    assert waiting.returncode is not None
    discard_prepared(settings)
