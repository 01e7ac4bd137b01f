"""Notices of published errors: numbered, in every release since, never changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.figure.query import open_release
from orchestration.gate.acceptance import InvalidReason
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import release_ids
from orchestration.release.notices import NoticesDamaged, add_notice, notices
from orchestration.settings import Settings
from tests.support.commands import hrss
from tests.support.publishing import publish_ungated


@pytest.fixture
def settings(small_home: Path, tmp_path: Path) -> Settings:
    """A home with two releases."""
    settings = Settings.of(home=shutil.copytree(small_home, tmp_path / "home", symlinks=True))
    for _ in range(2):
        publish_ungated(settings)
    return settings


def published(settings: Settings) -> list[tuple[int, str, str, list[str]]]:
    with open_release(ReleaseFolder.current(settings).marts) as release:
        return release.execute(
            "select number, what, right_value, releases from corrections_log order by number"
        ).fetchall()


def test_a_notice_stands_in_every_release_since(settings: Settings) -> None:
    first, second = release_ids(settings)
    assert published(settings) == [] and "no notices" in hrss("notice", "list", "--home", settings.home)
    asked = ("全省调解成功率,2024 年", "--wrong", "61.2", "--right", "62.1", "--first", first, "--home")
    assert "notice 1 is entered" in hrss("notice", "add", *asked, settings.home)
    one = add_notice(settings, what="鄂州市技能证书", right="0.8", first=second)
    assert (one.number, one.releases, one.wrong_value) == (2, [second], None)
    publish_ungated(settings)
    expected = [(1, asked[0], "62.1", [first, second]), (2, "鄂州市技能证书", "0.8", [second])]
    assert published(settings) == expected
    told = ReleaseFolder.current(settings).notes("en").read_text(encoding="utf-8")
    assert f"- 1. {asked[0]}: 61.2 → 62.1 ({first}, {second})" in told
    listed = hrss("notice", "list", "--home", settings.home)
    assert (
        "notice 2: 0.8 instead of –" in listed
        and f"62.1 instead of 61.2, since {notices(settings)[0].wrong_since:%Y-%m-%d}" in listed
    )
    publish_ungated(settings)
    assert published(settings) == expected


def test_what_was_published_of_a_notice_never_changes(settings: Settings) -> None:
    (first, _) = release_ids(settings)
    add_notice(settings, what="one", right="2", first=first, last=first)
    publish_ungated(settings)
    kept = settings.notices.read_text(encoding="utf-8")

    settings.notices.unlink()  # lost: it goes on from the release before
    publish_ungated(settings)
    assert settings.notices.read_text(encoding="utf-8") == kept and len(published(settings)) == 1

    settings.notices.write_text(kept.replace('"2"', '"3"'), encoding="utf-8")
    with pytest.raises(NoticesDamaged, match="never changes"):
        publish_ungated(settings)
    assert published(settings)[0][2] == "2"
    settings.notices.write_text(kept.replace('"number": 1', '"number": 2'), encoding="utf-8")
    with pytest.raises(NoticesDamaged, match="gap"):
        add_notice(settings, what="another", right="1", first=first)


def test_a_notice_names_releases_that_were_published_and_no_person(settings: Settings) -> None:
    first, second = release_ids(settings)
    add = ("notice", "add", "x", "--right", "1", "--home", settings.home)
    hrss(*add, "--first", "20200101-01", code=64)
    assert "comes before" in hrss(*add, "--first", second, "--last", first, code=64)
    with pytest.raises(InvalidReason):
        add_notice(settings, what="420106199001011234", right="1", first=first)
    assert notices(settings) == []
