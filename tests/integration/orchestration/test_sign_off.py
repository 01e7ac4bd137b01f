"""A release waits for a person: where it stands, what is decided of it, what is on record, what a night does."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from orchestration.audit_log import audit_entries
from orchestration.errors import WrongUsage
from orchestration.figure.query import open_release
from orchestration.gate.acceptance import InvalidReason
from orchestration.lock import writer_lock
from orchestration.pipeline.approval import ApprovalRefused, approve, reject
from orchestration.pipeline.health import health
from orchestration.pipeline.triggers import (
    last_run,
    pending_triggers,
    published_unrecorded,
    record_outcome,
    record_start,
    take_up,
)
from orchestration.release.candidates import CANDIDATE, candidate_folder, candidate_ids
from orchestration.release.log import PROPOSED, PUBLISHED, REJECTED, SUPERSEDED, current_event, current_id, history
from orchestration.release.log import release_ids as kept
from orchestration.release.rollback import roll_back
from orchestration.release.state import ReleaseInputs, files_in_use
from orchestration.release.verify import verify
from orchestration.settings import Settings
from tests.support.commands import hrss
from tests.support.publishing import publish_ungated

BY, NOTE = "王处长", "r"
DAY = date(2024, 5, 20)


@pytest.fixture(scope="module")
def published(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two releases, made before anybody had to sign."""
    settings = Settings.of(home=shutil.copytree(small_home, tmp_path_factory.mktemp("two") / "home"))
    for _ in range(2):
        publish_ungated(settings)
    return settings.home


@pytest.fixture
def settings(published: Path, tmp_path: Path) -> Settings:
    """A copy of it, with an empty inbox, in which releases wait for approval from now on."""
    settings = Settings.of(
        home=shutil.copytree(published, tmp_path / "home", symlinks=True), landing=tmp_path / "landing"
    )
    settings.inbox.mkdir(parents=True)
    return settings.model_copy(update={"sign_off": True})


def propose(settings: Settings) -> str:
    """A night that ends with a release that waits."""
    record_start(settings, DAY)
    release_id = publish_ungated(settings).release_id
    record_outcome(settings, CANDIDATE, candidate=release_id)
    return release_id


def events(settings: Settings, kind: str) -> list[str | None]:
    return [event["from"] for event in history(settings) if event["event"] == kind]


def test_a_candidate_waits_where_no_reader_is_sent(settings: Settings) -> None:
    before, public = current_id(settings), {path.name for path in settings.releases.iterdir()}
    release_id = propose(settings)
    assert current_id(settings) == before and {path.name for path in settings.releases.iterdir()} == public
    folder = candidate_folder(settings)
    assert folder is not None and folder.release_id == release_id and folder.marts.is_file()
    assert settings.candidates.stat().st_mode & 0o777 == 0o700
    assert folder.read_manifest()["previous_release_id"] == before
    last = current_event(history(settings))
    assert last is not None and last["to"] == before
    assert events(settings, PROPOSED) == [release_id]
    found = health(settings)
    assert (found.state, found.candidate) == ("well", release_id)
    assert "waits for approval" in found.reasons[-1][1]
    assert verify(settings, CANDIDATE).is_intact and verify(settings, release_id).release_id == release_id


def test_a_night_with_nothing_new_leaves_it_waiting(settings: Settings) -> None:
    propose(settings)
    assert pending_triggers(settings, DAY) == []
    assert pending_triggers(settings, date(2024, 6, 1)), "a month has turned"
    assert pending_triggers(settings.model_copy(update={"sign_off": False}), DAY), "nobody has to sign any more"


def test_a_command_by_hand_publishes_nothing_unsigned(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The units of systemd have the setting from their file, a shell has not: the home keeps it."""
    before = current_id(settings)
    with monkeypatch.context() as unit:
        unit.setenv("HRSS_SIGN_OFF", "1")
        with writer_lock(Settings.of(home=settings.home), "the nightly unit"):
            pass
    propose(settings)
    by_hand = Settings.of(home=settings.home, landing=settings.landing)
    assert pending_triggers(by_hand, DAY) == [], "what waits goes on waiting"
    propose(by_hand)
    assert current_id(settings) == before and candidate_ids(settings)
    monkeypatch.setenv("HRSS_SIGN_OFF", "0")
    assert pending_triggers(Settings.of(home=settings.home, landing=settings.landing), DAY), "it was named"


def test_a_first_release_that_waits_has_none_to_be_compared_with(small_home: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(small_home, tmp_path / "home"))
    release_id = propose(Settings.of(home=home).model_copy(update={"sign_off": True}))
    for asked in (CANDIDATE, release_id):
        assert f"there is no release before {release_id}" in hrss("diff", asked, "--home", home, code=64)
    assert "published" in hrss("diff", "--home", home, code=1), "nothing is"


def test_approval_publishes_it_on_record(settings: Settings) -> None:
    before, release_id = current_id(settings), propose(settings)
    folder = candidate_folder(settings)
    assert folder is not None
    unsigned = folder.read_manifest()
    assert approve(settings, CANDIDATE, BY, NOTE).is_intact
    assert current_id(settings) == release_id and not candidate_ids(settings)
    manifest = json.loads((settings.current / "manifest.json").read_text(encoding="utf-8"))
    signed = manifest.pop("sign_off")
    assert manifest == unsigned and (signed["by"], signed["note"]) == (BY, NOTE)
    assert {path.stat().st_mode & 0o777 for path in settings.current.rglob("*.*")} == {0o444}
    last = history(settings)[-1]
    assert (last["event"], last["from"], last["to"], last["reason"]) == (PUBLISHED, before, release_id, NOTE)
    assert (last["by"], last["who"], last["at"]) == (BY, signed["login"], signed["at"])
    (told,) = (one for one in audit_entries(settings) if one["facts"].get("by") == BY)
    assert (told["event"], told["facts"]["release"]) == ("release_published", release_id)
    record = last_run(settings)
    assert (record["outcome"], record["published"]["release_id"]) == ("published", release_id)
    assert pending_triggers(settings, DAY) == [] and health(settings).candidate is None
    assert verify(settings, "current").is_intact
    publish_ungated(settings)
    assert verify(settings, CANDIDATE).chain == 4, "the next one quotes the signed manifest"


def test_a_release_is_current_from_its_approval_on(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    release_id = propose(settings)
    approve(settings, release_id, BY, NOTE)
    lines = [json.loads(line) for line in settings.history.read_text(encoding="utf-8").splitlines()]
    lines[-1]["at"] = "2099-01-01T10:00:00+08:00"
    settings.history.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    publish_ungated(settings)
    folder = candidate_folder(settings)
    assert folder is not None
    with open_release(folder.marts) as release:
        said = release.execute("select current_from::varchar from release_history where release_id = ?", [release_id])
        assert said.fetchall() == [("2099-01-01 10:00:00",)]


def altered_file(folder: Path) -> None:
    file = folder / "exports" / "release.txt"
    file.chmod(0o644)
    file.write_text("another", encoding="utf-8")


def altered_manifest(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["expectations_failed"] = 0
    manifest["accepted"] = ["nothing"]
    (folder / "manifest.json").chmod(0o644)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def lost_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


@pytest.mark.parametrize("alter", [altered_file, altered_manifest, lost_manifest])
def test_what_is_not_what_was_put_forward_is_not_published(settings: Settings, alter: Callable[[Path], None]) -> None:
    before = current_id(settings)
    alter(settings.candidates / propose(settings))
    with pytest.raises(ApprovalRefused, match="not what was published"):
        approve(settings, CANDIDATE, BY, NOTE)
    assert current_id(settings) == before and len(candidate_ids(settings)) == 1
    publish_ungated(settings)
    approve(settings, CANDIDATE, BY, NOTE)


def test_a_candidate_of_another_baseline_is_refused_and_made_anew(settings: Settings) -> None:
    first, _ = kept(settings)
    release_id = propose(settings)
    roll_back(settings, first, "r")
    with pytest.raises(ApprovalRefused, match=f"{first} is current now"):
        approve(settings, release_id, BY, NOTE)
    assert [one.en for one in pending_triggers(settings, DAY)] == [
        f"the candidate {release_id} was compared with another release than the current one"
    ]
    propose(settings)
    approve(settings, CANDIDATE, BY, NOTE)


def test_a_newer_candidate_takes_the_place_of_an_older_one(settings: Settings) -> None:
    older, newer = propose(settings), propose(settings)
    assert older != newer and candidate_ids(settings) == [newer]
    assert events(settings, SUPERSEDED) == [older] and not (settings.released / older).exists()
    with pytest.raises(WrongUsage, match=f"waiting: {newer}"):
        approve(settings, older, BY, NOTE)


def test_a_publication_without_signature_overtakes_what_waits(settings: Settings) -> None:
    release_id = propose(settings)
    published = publish_ungated(settings.model_copy(update={"sign_off": False})).release_id
    assert current_id(settings) == published != release_id
    assert events(settings, SUPERSEDED) == [release_id] and not candidate_ids(settings)


def test_what_is_rejected_is_gone_on_record_and_not_put_forward_again(settings: Settings) -> None:
    before, release_id = current_id(settings), propose(settings)
    reject(settings, release_id, BY, "r")
    assert current_id(settings) == before and not candidate_ids(settings)
    last = history(settings)[-1]
    assert (last["event"], last["from"], last["to"], last["by"]) == (REJECTED, release_id, None, BY)
    assert pending_triggers(settings, DAY) == [] and pending_triggers(settings, DAY, full=True)
    assert propose(settings) > release_id, "no id is used twice"
    with pytest.raises(WrongUsage):
        reject(settings, release_id, BY, "r")


def test_a_rejection_that_is_interrupted_is_completed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    release_id = propose(settings)
    with monkeypatch.context() as patched:
        patched.setattr("orchestration.release.candidates.drop", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            reject(settings, release_id, BY, "r")
    assert candidate_ids(settings) == [release_id]
    with pytest.raises(WrongUsage):
        approve(settings, release_id, BY, NOTE)
    assert not candidate_ids(settings) and events(settings, REJECTED) == [release_id]


def test_who_decides_is_said_and_no_number(settings: Settings) -> None:
    propose(settings)
    for by in ("", " \n", "张" * 61, "42010619900101001X"):
        with pytest.raises(InvalidReason):
            approve(settings, CANDIDATE, by, NOTE)
    with pytest.raises(InvalidReason):
        approve(settings, CANDIDATE, BY, " ")
    assert len(candidate_ids(settings)) == 1


def test_what_a_candidate_was_made_from_is_kept(settings: Settings) -> None:
    release_id = propose(settings)
    assert ReleaseInputs.of(settings, release_id) is not None
    state = settings.released / str(current_id(settings)) / "state.json"
    of_current = files_in_use(settings)
    state.unlink()
    assert files_in_use(settings) == of_current, "the candidate's own"


@pytest.mark.parametrize("outcome", ["refused", "failed", "landed"])
def test_a_run_since_then_keeps_its_outcome_and_is_not_taken_for_the_publisher(
    settings: Settings, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_id = propose(settings)
    proposed = (settings.candidates / release_id / "manifest.json").read_text(encoding="utf-8")
    record_start(settings, date.fromisoformat(json.loads(proposed)["as_of"]))
    record_outcome(settings, outcome)
    monkeypatch.setattr("orchestration.pipeline.stages.follow_publication", lambda *_: 1 / 0)
    approve(settings, release_id, BY, NOTE)
    record = last_run(settings)
    assert (record["outcome"], record["published"]["release_id"]) == (outcome, release_id)
    assert published_unrecorded(settings) is None
    take_up(settings)


def test_the_first_release_of_a_home_may_wait_too(small_home: Path, tmp_path: Path) -> None:
    home = Settings.of(home=shutil.copytree(small_home, tmp_path / "home"), landing=tmp_path / "landing")
    settings = home.model_copy(update={"sign_off": True})
    settings.inbox.mkdir(parents=True)
    release_id = propose(settings)
    assert current_id(settings) is None and pending_triggers(settings, DAY) == []
    approve(settings, CANDIDATE, BY, NOTE)
    assert current_id(settings) == release_id and verify(settings, "current").is_intact


def test_without_the_setting_nothing_waits(settings: Settings) -> None:
    release_id = publish_ungated(settings.model_copy(update={"sign_off": False})).release_id
    assert current_id(settings) == release_id and not settings.candidates.exists()
    assert "by" not in history(settings)[-1] and "sign_off" not in (settings.current / "manifest.json").read_text()
