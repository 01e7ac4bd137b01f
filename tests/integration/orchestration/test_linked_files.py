"""A release's files that would be those of the release before are linked to them: the same bytes, on record, and
nothing that happens to one release harms another."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from orchestration.dbt_build.catalogue import own_tables, published_tables
from orchestration.exports import write_exports
from orchestration.exports.unchanged import Unchanged
from orchestration.files import remove_folder, sha256
from orchestration.gate.kept import warehouse_written
from orchestration.gate.run import gate_landed, gate_marts
from orchestration.pipeline import stages
from orchestration.pipeline.stages import release
from orchestration.release import publish as publication
from orchestration.release.folder import ReleaseFolder
from orchestration.release.publish import same_program_before
from orchestration.release.verify import verify
from orchestration.settings import Settings
from raw_landing.database import connect

ALWAYS_NEW = {"release", "release_history", "fct_quality_result", "fct_quality_summary", "fct_run_stage"}


@pytest.fixture(scope="module")
def home(gated_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Three releases: the second of the same warehouse, with the first pages, the third after one table has changed."""
    home = shutil.copytree(gated_home, tmp_path_factory.mktemp("linked") / "home")
    without_pages = Settings.of(home=home, landing=gated_home.parent / "landing")
    settings = without_pages.model_copy(update={"pages": True})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stages, "write_work_list", lambda *_: None)
        release(without_pages)
        release(settings)
        with warehouse_written(settings), connect(settings.warehouse) as connection:
            connection.execute("UPDATE marts.fct_data_doubt SET records_examined = records_examined + 1")
        gate_landed(settings)
        gate_marts(settings)
        release(settings)
    return settings


def releases(settings: Settings) -> list[ReleaseFolder]:
    return [ReleaseFolder(path) for path in sorted(settings.releases.iterdir())]


def linked(folder: ReleaseFolder) -> dict[str, str]:
    files = folder.read_manifest()["files"]
    return {name: said["linked_from"] for name, said in files.items() if "linked_from" in said}


def test_unchanged_tables_are_linked_to_the_release_that_wrote_them(home: Settings) -> None:
    first, second, third = releases(home)
    tables = {table.name for table in published_tables(home)} | {table.name for table in own_tables()}
    assert linked(first) == {}
    for later, changed in ((second, ALWAYS_NEW), (third, ALWAYS_NEW | {"fct_data_doubt"})):
        files = {f"exports/{kind}/{name}.{kind}" for name in tables - changed for kind in ("csv", "parquet")}
        exports = {name: by for name, by in linked(later).items() if not name.startswith("report/")}
        assert set(exports) == files | {"exports/sdmx/plan_indicators.csv"}
        assert set(exports.values()) == {first.release_id}
        for name, by in linked(later).items():
            assert (ReleaseFolder.of(home, by).path / name).samefile(later.path / name)
    assert "report/tasks.html" in linked(third), "a page that shows what it did"


def test_they_hold_what_would_have_been_written(home: Settings, tmp_path: Path) -> None:
    *_, third = releases(home)
    again = ReleaseFolder(tmp_path)
    shutil.copy(third.marts, again.marts)
    write_exports(again, (*published_tables(home), *own_tables()))
    for name in (one for one in linked(third) if not one.startswith("report/")):  # whose pages say who wrote them
        assert (again.path / name).read_bytes() == (third.path / name).read_bytes(), name


def test_verification_looks_at_them(home: Settings) -> None:
    for folder in releases(home):
        assert verify(home, folder.release_id).is_intact


def test_a_release_that_goes_harms_no_other(home: Settings, tmp_path: Path) -> None:
    settings = Settings.of(home=shutil.copytree(home.home, tmp_path / "home", symlinks=True))
    first, second, third = releases(settings)
    for name, by in linked(third).items():  # copytree has parted them
        (third.path / name).unlink()
        os.link(ReleaseFolder.of(settings, by).path / name, third.path / name)
    remove_folder(first.path)
    remove_folder(second.path)
    assert verify(settings, third.release_id).is_intact


@pytest.fixture
def unchanged(tmp_path: Path) -> Unchanged:
    """A release under way beside one with a file of a table that has not changed."""
    before, release = ReleaseFolder(tmp_path / "20260101-01"), ReleaseFolder(tmp_path / "20260101-02")
    for folder in (before, release):
        folder.exports.mkdir(parents=True)
    file = before.exports / "t.csv"
    file.write_text("a", encoding="utf-8")
    said = {"exports/t.csv": {"sha256": sha256(file)}, "exports/gone.csv": {"sha256": ""}}
    return Unchanged(release, before, frozenset({"t"}), said)


def test_what_may_not_be_linked_is_not(unchanged: Unchanged) -> None:
    folder = unchanged.release.exports
    assert not unchanged.link("other", folder / "t.csv")
    assert not unchanged.link("t", folder / "new.csv") and not unchanged.link("t", folder / "gone.csv")
    (unchanged.before.exports / "t.csv").write_text("b", encoding="utf-8")  # no more what was published
    assert not unchanged.link("t", folder / "t.csv")
    assert list(folder.iterdir()) == [] and unchanged.linked == {}


def test_where_links_fail_there_is_a_copy(unchanged: Unchanged, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(source: Path, goal: Path) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", link)
    path = unchanged.release.exports / "t.csv"
    assert unchanged.link("t", path)
    assert (path.read_text(encoding="utf-8"), path.stat().st_nlink) == ("a", 1)
    assert unchanged.linked == {"exports/t.csv": "20260101-01"}


def test_nothing_is_linked_to_what_another_program_wrote(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert same_program_before(home) is not None
    monkeypatch.setattr(publication, "build_fingerprint", lambda _: "another")
    assert same_program_before(home) is None
