"""What protects persons and readers is a setting of the home: whoever works on it without naming it has it, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.audit_log import audit_entries
from orchestration.files import write_json
from orchestration.lock import writer_lock
from orchestration.progress import LogReporter, report_to
from orchestration.settings import KEPT, KEPT_EVENT, PLACES, Settings

STRONG = {
    "HRSS_SIGN_OFF": "1",
    "HRSS_SUPPRESSION_THRESHOLD": "10",
    "HRSS_PUBLISHED_ACCESS": "group",
    "HRSS_KEEP_RELEASES": "0",
    "HRSS_LEASE_SECONDS": "60",
}


def run(home: Path, monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    """A command that writes, in a process with these variables; afterwards they are gone."""
    with monkeypatch.context() as process:
        for name, value in environment.items():
            process.setenv(name, value)
        settings = Settings.of(home=home)
        with writer_lock(settings, "a test"):
            pass
    return settings


def noted(home: Path) -> list[dict[str, object]]:
    entries = audit_entries(Settings.of(home=home))
    return [entry["facts"]["settings"] for entry in entries if entry["event"] == KEPT_EVENT]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_what_a_run_is_told_holds_for_whoever_names_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(home, monkeypatch, **STRONG)
    assert home.stat().st_mode & 0o777 == 0o710
    later = run(home, monkeypatch)
    assert (later.sign_off, later.suppression_threshold, later.keep_releases) == (True, 10, 0)
    assert (later.published_access, later.lease_seconds) == ("group", 60)
    assert home.stat().st_mode & 0o777 == 0o710, "a backup by cron locks no reader out"
    assert noted(home) == [{name.removeprefix("HRSS_").lower(): getattr(later, name[5:].lower()) for name in STRONG}]
    assert later.kept_settings.stat().st_mode & 0o777 == 0o600


class Notes(LogReporter):
    """What is said."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def note(self, zh: str, en: str) -> None:
        self.said += [zh, en]


def test_to_weaken_one_it_must_be_named_and_that_is_on_record(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(home, monkeypatch, HRSS_SIGN_OFF="1", HRSS_SUPPRESSION_THRESHOLD="10")
    notes = Notes()
    report_to(notes)
    try:
        assert not run(home, monkeypatch, HRSS_SIGN_OFF="0").sign_off
    finally:
        report_to(LogReporter())
    later = Settings.of(home=home)
    assert (later.sign_off, later.suppression_threshold) == (False, 10)
    assert noted(home)[-1] == {"suppression_threshold": 10}
    assert [said for said in notes.said if "HRSS_SIGN_OFF=False" in said] == notes.said != []


def test_who_only_looks_notes_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(home, monkeypatch, HRSS_SIGN_OFF="1")
    monkeypatch.setenv("HRSS_SIGN_OFF", "0")
    assert not Settings.of(home=home).sign_off
    monkeypatch.delenv("HRSS_SIGN_OFF")
    assert Settings.of(home=home).sign_off


def test_another_home_has_its_own(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run(home, monkeypatch, HRSS_SIGN_OFF="1")
    assert not Settings.of(home=tmp_path / "other").sign_off
    monkeypatch.setenv("HRSS_HOME", str(home))
    assert Settings().sign_off, "where the environment names the home"


@pytest.mark.parametrize("content", [None, b"", b'{"home": "/x", "sett', b"\xff{not}", b"[]", b'{"settings": 3}'])
def test_a_lost_or_damaged_record_is_made_again_of_the_audit_log(
    home: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    file = run(home, monkeypatch, HRSS_SIGN_OFF="1", HRSS_KEEP_RESTRICTED_DAYS="30").kept_settings
    before = file.read_bytes()
    file.unlink() if content is None else file.write_bytes(content)
    assert run(home, monkeypatch).sign_off
    assert file.read_bytes() == before
    assert len(noted(home)) == 1


def test_places_hold_where_the_home_stands_alone(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A copy, such as a backup that is tried out, writes to nobody's share and tells nobody."""
    places = {f"HRSS_{name.upper()}": str(tmp_path / name) for name in PLACES}
    places |= {name: f"file://{tmp_path}/{name}" for name in ("HRSS_RELEASES_AT", "HRSS_STORE_AT")}
    run(home, monkeypatch, HRSS_SIGN_OFF="1", **places)
    assert Settings.of(home=home).outbox == tmp_path / "outbox"
    copy = home.rename(tmp_path / "copy")
    later = run(copy, monkeypatch)
    assert later.sign_off and later.outbox is None and later.alerts_file is None and later.releases_at is None
    assert later.store_at is None


def test_nothing_secret_is_kept_and_all_is_a_setting() -> None:
    assert set(PLACES) < set(KEPT) <= Settings.model_fields.keys()
    assert {"keep_releases", "keep_results", "keep_runs", "keep_originals_months"} < set(KEPT)
    assert not {"alerts_to", "heartbeat_url", "traces", "landing", "home"} & set(KEPT)


def test_what_no_setting_of_this_program_is_called_is_left_out(home: Path) -> None:
    settings = Settings.of(home=home)
    write_json(settings.kept_settings, {"home": str(home), "settings": {"sign_off": True, "of_tomorrow": 1}})
    assert Settings.of(home=home).sign_off


def test_an_empty_place_is_none(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run(home, monkeypatch, HRSS_OUTBOX=str(tmp_path / "share"))
    assert run(home, monkeypatch, HRSS_OUTBOX="").outbox is None
    assert Settings.of(home=home).outbox is None
