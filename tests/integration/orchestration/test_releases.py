"""Releases that are kept: proven untouched or not, made current again on record, removed when there are enough."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration import files
from orchestration.cli import main as cli
from orchestration.errors import WrongUsage
from orchestration.figure.query import open_release
from orchestration.files import REMOVING, switch_link
from orchestration.gate.acceptance import InvalidReason
from orchestration.lock import Busy, writer_lock
from orchestration.pipeline.triggers import pending_triggers, record_outcome, record_start, take_up
from orchestration.release.log import (
    BUILDING,
    PRUNED,
    PUBLISHED,
    ROLLED_BACK,
    UNRECORDED_LINK,
    HistoryDamaged,
    current_id,
    history,
)
from orchestration.release.log import release_ids as kept
from orchestration.release.publish import NoReadableRelease, PublicationError
from orchestration.release.rollback import RollbackRefused, roll_back
from orchestration.release.verify import verify
from orchestration.settings import Settings
from raw_landing.database import connect
from tests.support.publishing import publish_ungated


@pytest.fixture
def settings(three: Path, tmp_path: Path) -> Settings:
    """A copy of it, with an empty inbox."""
    settings = Settings.of(home=shutil.copytree(three, tmp_path / "home", symlinks=True), landing=tmp_path / "landing")
    settings.inbox.mkdir(parents=True)
    return settings


def replaced(file: Path, content: bytes) -> None:
    file.chmod(0o644)
    file.write_bytes(content)


def changed_row(folder: Path) -> None:
    (folder / "marts.duckdb").chmod(0o644)
    with connect() as connection:
        connection.execute(f"attach '{folder / 'marts.duckdb'}' as broken")
        connection.execute("delete from broken.dim_region where rowid = (select min(rowid) from broken.dim_region)")


def changed_manifest(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    replaced(folder / "manifest.json", json.dumps(manifest | {"git_revision": "other"}).encode())


BREAKAGES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "a row": (changed_row, ["sha256 of the file marts.duckdb", "rows of table dim_region: expected 20, found 19"]),
    "the bytes": (
        lambda folder: replaced(folder / "marts.duckdb", b"garbage" * 9000),
        ["sha256 of the file marts.duckdb", "marts.duckdb can be read"],
    ),
    "a file more": (lambda folder: (folder / "extra.csv").write_text("x"), ["sha256 of the file extra.csv"]),
    "a link more": (lambda folder: (folder / "also").symlink_to("marts.duckdb"), ["sha256 of the file also"]),
    "a file less": (lambda folder: (folder / "marts.duckdb").unlink(), ["sha256 of the file marts.duckdb"]),
    "the manifest": (changed_manifest, ["sha256 of the manifest"]),
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), ["missing or damaged"]),
    "no JSON": (lambda folder: replaced(folder / "manifest.json", b"{"), ["missing or damaged"]),
}


def test_untouched_release_is_proven_with_all_before_it(settings: Settings) -> None:
    first, second, third = kept(settings)
    for length, release_id in enumerate((first, second, third), start=1):
        verdict = verify(settings, release_id)
        assert (verdict.is_intact, verdict.files, verdict.tables, verdict.chain) == (True, 4, 17, length)
        assert "未被改动" in verdict.text and "is untouched" in verdict.text


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_whatever_was_touched_is_named(settings: Settings, breakage: str, capsys: pytest.CaptureFixture[str]) -> None:
    touch, told = BREAKAGES[breakage]
    touch(settings.current.resolve())
    with pytest.raises(SystemExit) as end:
        cli.main(["verify", "--home", str(settings.home)])
    said = capsys.readouterr().out
    assert end.value.code == 1 and "已被改动" in said and "is not what was published" in said
    for what in told:
        assert what in said.replace("应为 ", "").replace("实为 ", "")
    assert "expected" in said and "found" in said


def test_a_manifest_before_it_that_was_touched_breaks_the_chain(settings: Settings) -> None:
    first, second, third = kept(settings)
    changed_manifest(settings.releases / first)
    settings.history.unlink()  # which says the same of each manifest
    assert verify(settings, first).is_intact, "nothing within a folder vouches for its manifest"
    (breach,) = verify(settings, third).discrepancies
    assert first in breach.text and second in breach.text and breach.expected != breach.found


def test_chain_goes_as_far_as_folders_are_kept(settings: Settings) -> None:
    first, _, third = kept(settings)
    shutil.rmtree(settings.releases / first)
    assert (verify(settings, third).is_intact, verify(settings, third).chain) == (True, 2)


@pytest.mark.parametrize("command", [["verify"], ["rollback", "--reason", "r"]])
def test_unknown_release_is_wrong_usage(
    settings: Settings, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main([*command, "20200101-01", "--home", str(settings.home)])
    said = capsys.readouterr().err
    assert end.value.code == 64 and any(release in said for release in kept(settings)), "the likest, by their days"


def test_every_publication_is_on_record(settings: Settings) -> None:
    ids = kept(settings)
    events = history(settings)
    assert [(event["event"], event["from"], event["to"]) for event in events] == [
        (PUBLISHED, before, after) for before, after in zip([None, *ids], ids, strict=False)
    ]
    assert all(event["at"] and event["who"] for event in events)


def test_rollback_sends_readers_to_the_older_release_on_record(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    first, _, third = kept(settings)
    with open_release(settings.current / "marts.duckdb") as reader:
        with pytest.raises(SystemExit) as end:
            cli.main(["rollback", first, "--reason", "六月数据有误", "--home", str(settings.home)])
        assert end.value.code == 0 and first in capsys.readouterr().out
        assert reader.execute("select max(release_id) from release").fetchone() == (third,)
    assert current_id(settings) == first
    with open_release(settings.current / "marts.duckdb") as reader:
        assert reader.execute("select max(release_id) from release").fetchone() == (first,)
    last = history(settings)[-1]
    assert (last["event"], last["from"], last["to"], last["reason"]) == (ROLLED_BACK, third, first, "六月数据有误")
    assert last["who"] and last["at"]
    assert pointed_at(settings) == first


def pointed_at(settings: Settings) -> str:
    """The release that readers over a share are sent to."""
    told: dict[str, str] = json.loads(settings.pointer.read_text(encoding="utf-8"))
    return told["release_id"]


def test_the_file_beside_the_link_follows_it(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, third = kept(settings)
    assert pointed_at(settings) == third and settings.pointer.stat().st_mode & 0o777 == 0o644
    before = os.umask(0o077)
    try:
        roll_back(settings, first, "r")
    finally:
        os.umask(before)
    assert settings.pointer.stat().st_mode & 0o777 == 0o644, "readers may read it, whatever the mask of the run"
    for harm in (lambda: settings.pointer.unlink(), lambda: settings.pointer.write_text("{"), lambda: None):
        harm()
        switch_link(settings.current, settings.releases / second)  # and here the run dies
        with pytest.raises(SystemExit) as end:
            cli.main(["verify", "--home", str(settings.home)])
        assert end.value.code == 1 and "current.json" in capsys.readouterr().out
        take_up(settings)
        assert pointed_at(settings) == second
        switch_link(settings.current, settings.releases / first)
        take_up(settings)
        assert pointed_at(settings) == first
    with pytest.raises(SystemExit) as end:
        cli.main(["verify", "--home", str(settings.home)])
    assert end.value.code == 0
    with writer_lock(settings, "a test"):
        take_up(settings)  # asks for no lock where all agrees


def test_a_damaged_manifest_takes_no_checksum_from_readers(settings: Settings) -> None:
    said = settings.pointer.read_text(encoding="utf-8")
    replaced(settings.current / "manifest.json", b"{")
    take_up(settings)
    assert settings.pointer.read_text(encoding="utf-8") == said and json.loads(said)["sha256"]


@pytest.mark.parametrize("page", ["analyst.md", "analyst.zh-CN.md"])
def test_the_recipe_reads_a_share_without_links(settings: Settings, page: str, tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / page).read_text(encoding="utf-8")
    (recipe,) = (code for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "current.json" in code)
    share, copy = tmp_path / "share", tmp_path / "copy"
    shutil.copytree(settings.published, share, ignore=shutil.ignore_patterns("current"))
    copy.mkdir()
    recipe = recipe.replace(r"\\server\hrss", str(share)).replace(r"C:\hrss", str(copy))
    assert str(share) in recipe and str(copy) in recipe
    for _ in range(2):  # the second time it has the file already
        found: dict[str, Any] = {}
        exec(recipe, found)
        assert found["release"].sql("select max(release_id) from release").fetchone() == (kept(settings)[-1],)
        found["release"].close()
    assert [path.name for path in copy.iterdir()] == [f"{kept(settings)[-1]}.duckdb"]


def test_rollback_is_refused(settings: Settings) -> None:
    first, second, third = kept(settings)
    with pytest.raises(WrongUsage, match="current already"):
        roll_back(settings, third, "r")
    with pytest.raises(InvalidReason):
        roll_back(settings, first, " ")
    changed_row(settings.releases / second)
    with pytest.raises(RollbackRefused, match="rows of table dim_region"):
        roll_back(settings, second, "r")
    with writer_lock(settings, "a test"), pytest.raises(Busy):
        roll_back(settings, first, "r")
    assert current_id(settings) == third and history(settings)[-1]["event"] == PUBLISHED


def test_after_a_rollback_nothing_new_publishes_nothing(settings: Settings) -> None:
    day = date(2025, 1, 10)
    record_start(settings, day)
    record_outcome(settings, "published", release_id=kept(settings)[-1])
    roll_back(settings, kept(settings)[0], "r")
    assert pending_triggers(settings, day) == []
    (settings.inbox / "talent").mkdir()
    (settings.inbox / "talent" / "postdoc_intake__2024-03__420100.csv").write_text("new", encoding="utf-8")
    assert [reason.en for reason in pending_triggers(settings, day)] == ["1 new dumps or manifests"]


def test_publication_after_a_rollback_carries_on_the_history_of_the_newest(settings: Settings) -> None:
    ids = kept(settings)
    roll_back(settings, ids[0], "r")
    new = publish_ungated(settings).release_id
    with open_release(settings.current / "marts.duckdb") as release:
        assert release.execute("select release_id from release").fetchall() == [(one,) for one in (new, *ids[::-1])]
    manifest = json.loads((settings.current / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["previous_release_id"] == ids[0]
    assert verify(settings, new).chain == 2, "it follows the release that was current"
    last = history(settings)[-1]
    assert (last["event"], last["from"], last["to"]) == (PUBLISHED, ids[0], new)


def test_newest_release_that_is_damaged_is_passed_over(settings: Settings) -> None:
    ids = kept(settings)
    replaced((settings.current / "marts.duckdb").resolve(), b"garbage")
    publish_ungated(settings)
    with open_release(settings.current / "marts.duckdb") as release:
        assert ids[-1] not in {row[0] for row in release.execute("select release_id from release").fetchall()}
        assert {row[0] for row in release.execute("select release_id from release").fetchall()} >= set(ids[:-1])


@pytest.mark.parametrize("kept_bytes", [0.5, 0.9, 0.99])
def test_release_whose_manifest_and_file_are_damaged_is_passed_over(settings: Settings, kept_bytes: float) -> None:
    """No manifest vouches for it, its header can be read, and its end is gone."""
    ids = kept(settings)
    marts = (settings.current / "marts.duckdb").resolve()
    whole = marts.read_bytes()
    replaced(marts, whole[: int(len(whole) * kept_bytes)])
    replaced(marts.with_name("manifest.json"), b"{")
    publish_ungated(settings)
    with open_release(settings.current / "marts.duckdb") as release:
        carried_on = {row[0] for row in release.execute("select release_id from release").fetchall()}
    assert ids[-1] not in carried_on and carried_on >= set(ids[:-1])


def test_release_whose_manifest_alone_is_damaged_is_carried_on(settings: Settings) -> None:
    ids = kept(settings)
    replaced((settings.current / "marts.duckdb").resolve().with_name("manifest.json"), b"{")
    publish_ungated(settings)
    with open_release(settings.current / "marts.duckdb") as release:
        assert {row[0] for row in release.execute("select release_id from release").fetchall()} >= set(ids)


def test_history_never_begins_anew_in_silence(settings: Settings) -> None:
    before = current_id(settings)
    for release_id in kept(settings):
        replaced(settings.releases / release_id / "marts.duckdb", b"garbage")
    with pytest.raises(NoReadableRelease):
        publish_ungated(settings)
    assert current_id(settings) == before


def test_old_folders_are_removed_on_record_and_never_a_linked_one(settings: Settings) -> None:
    ids = kept(settings)
    (settings.published / "annual").symlink_to(f"releases/{ids[0]}")
    settings = settings.model_copy(update={"keep_releases": 2})
    ids.append(publish_ungated(settings).release_id)
    assert kept(settings) == [ids[0], ids[2], ids[3]]
    assert [event["from"] for event in history(settings) if event["event"] == PRUNED] == [ids[1]]
    roll_back(settings, ids[2], "r")
    settings = settings.model_copy(update={"keep_releases": 1})
    ids.append(publish_ungated(settings).release_id)
    assert kept(settings) == [ids[0], ids[4]]
    with open_release(settings.current / "marts.duckdb") as release:
        assert release.execute("select count(*) from release").fetchone() == (5,)


def test_all_folders_are_kept_when_told_so(settings: Settings) -> None:
    everything = settings.model_copy(update={"keep_releases": 0})
    publish_ungated(everything)
    assert len(kept(settings)) == 4


def test_number_of_a_removed_release_is_not_given_again(settings: Settings) -> None:
    last = kept(settings)[-1]
    shutil.rmtree(settings.releases / last)
    settings.current.unlink()
    assert publish_ungated(settings).release_id not in (last, *kept(settings)[:-1])


def test_link_set_by_hand_is_noted(settings: Settings) -> None:
    first, _, third = kept(settings)
    settings.current.unlink()
    settings.current.symlink_to(f"releases/{first}")
    new = publish_ungated(settings).release_id
    moves = [(event["event"], event["from"], event["to"]) for event in history(settings)[3:]]
    assert moves == [(UNRECORDED_LINK, third, first), (PUBLISHED, first, new)]


def test_lost_record_begins_anew_from_the_folders(settings: Settings) -> None:
    settings.history.unlink()
    ids = [*kept(settings), publish_ungated(settings).release_id]
    assert [event["to"] for event in history(settings)] == ids


def test_damaged_record_is_set_aside_and_goes_on_from_what_can_be_read(settings: Settings) -> None:
    ids = kept(settings)
    first = settings.history.read_text(encoding="utf-8").splitlines(keepends=True)[0]
    settings.history.write_text(f"{first}{{\n", encoding="utf-8")
    with pytest.raises(HistoryDamaged, match="from a copy"):
        history(settings)
    new = publish_ungated(settings).release_id
    assert [event["to"] for event in history(settings)] == [*ids, new]
    assert settings.history.read_text(encoding="utf-8").startswith(first)
    (aside,) = settings.published.glob("history.jsonl.damaged-*")
    assert aside.read_text(encoding="utf-8") == f"{first}{{\n"


def test_what_a_dead_run_left_is_swept(settings: Settings) -> None:
    ids = kept(settings)
    for name in (f"{BUILDING}20250101-01", f"{REMOVING}20250101-02"):
        (settings.releases / name).mkdir()
    (settings.published / ".current.1.tmp").symlink_to("releases")
    shutil.copytree(settings.current.resolve(), settings.releases / "20991231-01")  # whole, but nobody was sent there
    new = publish_ungated(settings).release_id
    assert sorted(path.name for path in settings.releases.iterdir()) == [*ids, new]
    names = ["current", "current.json", "history.jsonl", "releases"]
    assert sorted(path.name for path in settings.published.iterdir()) == names


@pytest.mark.parametrize(
    ("call", "code"), [("symlink", errno.EPERM), ("symlink", errno.EOPNOTSUPP), ("replace", errno.EEXIST)]
)
def test_file_system_without_atomic_links_is_refused_before_building(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    def cannot(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, call, cannot)
    monkeypatch.setattr("orchestration.release.publish._build", None)
    before = current_id(settings)
    with pytest.raises(PublicationError, match="cannot replace a symbolic link in one step"):
        publish_ungated(settings)
    assert current_id(settings) == before
    assert not list(settings.published.glob(f"{files.PROBE}*"))


def test_links_that_do_not_move_are_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "switch_link", lambda link, target: None)
    with pytest.raises(PublicationError, match="symbolic link"):
        publish_ungated(settings)
