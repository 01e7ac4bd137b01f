"""Incidents: a message when one is opened, reminders, one when it is over; to each channel, whatever failed before."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from orchestration.alerts import check as looking
from orchestration.alerts.channels import Channel, Message
from orchestration.alerts.check import check, check_quietly
from orchestration.alerts.conditions import GIB, Condition, Findings, findings
from orchestration.alerts.incidents import Event, Incident, advance, read_incidents
from orchestration.alerts.messages import TEST, message_of, trial
from orchestration.files import write_json
from orchestration.pipeline.health import Health, State
from orchestration.scrub_record import Damage, ScrubRecord, scrubbed_since
from orchestration.settings import WUHAN, Settings
from orchestration.text import catalogue
from tests.support.messaging import WECOM_BYTES
from tests.support.second_user import NOBODY, by_root_only

NIGHT = datetime(2026, 11, 29, 2, 41, tzinfo=WUHAN)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = NIGHT.replace(hour=12)

FACTS: dict[str, dict[str, str | int]] = {
    "run_failed": {"why": "BuildFailed"},
    "run_interrupted": {},
    "run_died": {},
    "gate_refused": {"rules": ", ".join(["marts.county_counts_of_persons_are_suppressed"] * 3) + ", … (+123)"},
    "home_stale": {"hours": "36"},
    "inbox_unreachable": {},
    "approval_waits": {"release": "20261129-01"},
    "clock_wrong": {"now": "2026-11-29 02:41"},
    "release_damaged": {"release": "20261129-01"},
    "files_damaged": {"count": 1234},
    "release_old": {"release": "20261129-01", "days": 1234},
    "scrub_overdue": {"days": "14"},
    "disk_low": {"free": "9.9", "least": "10"},
    "exchange_mismatch": {"count": 123, "which": ", ".join(["plan_progress_quarterly 2025-Q4"] * 3)},
    "deliveries_late": {"count": 1234, "units": 103, "days": 1234},
    "warning_red": {"count": 123, "which": ", ".join(["420222"] * 3) + ", … (+120)"},
}
"""Values of each kind of incident, as long as they come."""


class Post:
    """What is sent, by channel; those in `down` take nothing."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.sent: list[tuple[str, str]] = []

    def send(self, messages: Mapping[Channel, list[Message]]) -> dict[Channel, list[str]]:
        results = {}
        for channel, of in messages.items():
            if not of:
                continue
            results[channel] = ["" if channel.name not in self.down else "HTTP 500" for _ in of]
            if channel.name not in self.down:
                self.sent += [(channel.name, one.title) for one in of]
        return results

    def told(self) -> list[tuple[str, str]]:
        """What was sent since it was asked last: channel, and what event it is of."""
        sent, self.sent = self.sent, []
        return [(name, re.findall(r"/ \[(.+?)\]", title)[0]) for name, title in sent]


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    post = Post()
    monkeypatch.setattr(looking, "send", post.send)
    return post


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch) -> list[Condition]:
    """What is wrong; a test changes it."""
    found: list[Condition] = []
    monkeypatch.setattr(looking, "findings", lambda *_: Findings(tuple(found), frozenset()))
    return found


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate({"home": tmp_path / "home", "alerts_to": "json://a json://b"})


def condition(kind: str = "run_failed", since: datetime = NIGHT, level: int = 0) -> Condition:
    return Condition(kind, since, FACTS[kind], level)


def test_an_incident_is_told_once_reminded_of_and_told_to_be_over(
    settings: Settings, post: Post, wrong: list[Condition]
) -> None:
    wrong.append(condition())
    assert len(check(settings, NIGHT).open) == 1
    assert post.told() == [("json-1", "new"), ("json-2", "new")]
    for hours in (1, 23):
        check(settings, NIGHT + hours * HOUR)
        assert post.told() == []
    check(settings, NIGHT + DAY)
    assert post.told() == [("json-1", "still open"), ("json-2", "still open")]
    check(settings, NIGHT + DAY + HOUR)
    assert post.told() == []
    wrong.clear()
    assert check(settings, NIGHT + DAY + 2 * HOUR).open == ()
    assert post.told() == [("json-1", "over"), ("json-2", "over")]
    assert read_incidents(settings) == []
    wrong.append(condition(since=NIGHT + 2 * DAY))
    check(settings, NIGHT + 2 * DAY)
    assert post.told() == [("json-1", "new"), ("json-2", "new")], "the next is one of its own"


def test_a_channel_that_fails_is_told_later_in_the_newest_form(
    settings: Settings, post: Post, wrong: list[Condition], caplog: pytest.LogCaptureFixture
) -> None:
    wrong.append(condition())
    post.down = {"json-2"}
    assert check(settings, NIGHT).unsent == (("json-2", "HTTP 500"),)
    assert post.told() == [("json-1", "new")] and "json-2" in caplog.text
    check(settings, NIGHT + HOUR)
    assert post.told() == []
    post.down = set()
    check(settings, NIGHT + 2 * HOUR)
    assert post.told() == [("json-2", "new")]
    wrong.clear()
    post.down = {"json-1"}
    check(settings, NIGHT + 3 * HOUR)
    assert post.told() == [("json-2", "over")]
    post.down = set()
    check(settings, NIGHT + 4 * HOUR)
    assert post.told() == [("json-1", "over")] and read_incidents(settings) == []


def test_another_address_in_the_place_of_one_is_told_what_is_open(
    settings: Settings, post: Post, wrong: list[Condition]
) -> None:
    def with_channels(addresses: str) -> Settings:
        return Settings.model_validate({"home": settings.home, "alerts_to": addresses})

    wrong.append(condition())
    check(settings, NIGHT)
    assert post.told() == [("json-1", "new"), ("json-2", "new")]
    check(with_channels("json://c json://b"), NIGHT + HOUR)
    assert post.told() == [("json-1", "new")], "it replaces one that is not read any more"
    check(with_channels("json://d json://c json://b"), NIGHT + 2 * HOUR)
    assert post.told() == [("json-1", "new")], "it was put before the others"
    said = settings.alerts_record.read_text(encoding="utf-8")
    assert "//" not in said, "no address stands there"


def test_a_channel_that_never_answers_is_given_up_after_a_week(
    settings: Settings, post: Post, wrong: list[Condition]
) -> None:
    wrong.append(condition())
    post.down = {"json-1"}
    check(settings, NIGHT)
    wrong.clear()
    for days in range(1, 7):
        assert check(settings, NIGHT + days * DAY).unsent == (("json-1", "HTTP 500"),)
        assert len(read_incidents(settings)) == 1
    check(settings, NIGHT + 8 * DAY)
    assert read_incidents(settings) == []


def test_without_channels_nothing_is_sent_and_all_is_on_record(
    settings: Settings, post: Post, wrong: list[Condition]
) -> None:
    quiet = settings.model_copy(update={"alerts_to": ()})
    wrong.append(condition())
    checked = check(quiet, NIGHT)
    assert (checked.sent, checked.unsent, post.told()) == (0, (), [])
    assert [one.kind for one in read_incidents(quiet)] == ["run_failed"]
    check(settings, NIGHT + DAY)
    assert post.told() == [("json-1", "new"), ("json-2", "new")], "who is named later is told what is open"
    wrong.clear()
    check(quiet, NIGHT + 2 * DAY)
    assert read_incidents(quiet) == []


def test_late_deliveries_are_told_again_when_they_are_more_else_weekly(
    settings: Settings, post: Post, wrong: list[Condition]
) -> None:
    one = settings.model_copy(update={"alerts_to": settings.alerts_to[:1]})
    wrong.append(condition("deliveries_late", level=5))
    for now, level, events in (
        (NIGHT, 5, ["new"]),
        (NIGHT + DAY, 5, []),
        (NIGHT + 2 * DAY, 6, ["still open"]),
        (NIGHT + 3 * DAY, 6, []),
        (NIGHT + 4 * DAY, 3, []),
        (NIGHT + 9 * DAY, 3, ["still open"]),
    ):
        wrong[:] = [condition("deliveries_late", level=level)]
        check(one, now)
        assert [event for _, event in post.told()] == events, now


def test_what_is_over_before_it_was_time_to_tell_is_never_told(
    settings: Settings, post: Post, wrong: list[Condition]
) -> None:
    wrong.append(Condition("home_stale", NIGHT, FACTS["home_stale"], told_after=36 * HOUR))
    assert check(settings, NIGHT).open == ()
    wrong.clear()
    check(settings, NIGHT + DAY)
    assert post.told() == [] and read_incidents(settings) == []
    wrong.append(Condition("home_stale", NIGHT + DAY, FACTS["home_stale"], told_after=36 * HOUR))
    check(settings, NIGHT + DAY)
    wrong[:] = [Condition("home_stale", NIGHT + 3 * DAY, FACTS["home_stale"], told_after=36 * HOUR)]
    check(settings, NIGHT + 3 * DAY)
    assert [event for _, event in post.told()] == ["new", "new"], "it is counted from when it was found"


def test_what_cannot_be_said_now_is_neither_opened_nor_closed() -> None:
    before = advance([], Findings((condition(), condition("disk_low")), frozenset()), NIGHT)
    after = advance(before, Findings((), frozenset({"run_failed"})), NIGHT + HOUR)
    assert [one.closed_at for one in after] == [None, NIGHT + HOUR]
    assert before[1].closed_at is None, "what was on record stays as it was"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"incidents": [{"kind": 1}]}', "\xff"])
def test_a_damaged_record_counts_as_none(settings: Settings, post: Post, wrong: list[Condition], content: str) -> None:
    settings.home.mkdir(mode=0o700)
    settings.alerts_record.write_text(content, encoding="latin-1")
    wrong.append(condition())
    check(settings, NIGHT)
    assert post.told() == [("json-1", "new"), ("json-2", "new")]
    assert settings.alerts_record.stat().st_mode & 0o077 == settings.alerts_lock.stat().st_mode & 0o077 == 0
    assert len(read_incidents(settings)) == 1


@by_root_only
def test_the_home_of_another_account_is_left_alone(
    settings: Settings, post: Post, wrong: list[Condition], caplog: pytest.LogCaptureFixture
) -> None:
    settings.home.mkdir(mode=0o700)
    os.chown(settings.home, NOBODY, NOBODY)
    wrong.append(condition())
    check_quietly(settings)
    assert list(settings.home.iterdir()) == [] and post.told() == [] and str(NOBODY) in caplog.text


def test_a_file_of_addresses_that_is_open_to_others_keeps_nobody_else_from_being_told(
    settings: Settings, post: Post, wrong: list[Condition], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "addresses"
    file.write_text("json://c", encoding="utf-8")
    file.chmod(0o644)
    wrong.append(condition())
    check_quietly(settings.model_copy(update={"alerts_file": file}))
    assert [name for name, _ in post.told()] == ["json-1", "json-2"]
    assert "chmod 600" in caplog.text


def test_nothing_that_goes_wrong_fails_a_night(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(looking, "findings", lambda *_: 1 // 0)
    check_quietly(settings)
    assert "ZeroDivisionError" in caplog.text


def seen(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    run: Mapping[str, object] | None = None,
    open_kinds: tuple[str, ...] = (),
    has_inbox: bool = True,
    **health: object,
) -> Findings:
    """What is found in a home of such a health, whose last run left such a record."""
    settings = Settings(home=tmp_path, landing=tmp_path)
    if has_inbox:
        settings.inbox.mkdir(exist_ok=True)
    state: State = "well"
    usual = {"outcome": "published", "release_id": "20261129-01", "seconds_since_heartbeat": 60.0}
    usual |= {"candidate": None, "candidate_age_seconds": None}
    usual |= {"release_age_seconds": 60.0, "scrub_age_seconds": 60.0, "disk_free_bytes": 100 * GIB}
    found = Health(state, (), **(usual | health))  # type: ignore[arg-type]
    monkeypatch.setattr("orchestration.alerts.conditions.health", lambda *_: found)
    write_json(settings.run_record, run or {"outcome": found.outcome, "finished_at": NIGHT})
    return findings(settings, open_kinds, NIGHT + HOUR)


def test_a_home_that_is_well_has_no_incident(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert seen(tmp_path, monkeypatch) == Findings((), frozenset())


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [("failed", "run_failed"), ("interrupted", "run_interrupted"), ("dead", "run_died"), ("refused", "gate_refused")],
)
def test_how_a_run_ended_is_an_incident_since_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: str, kind: str
) -> None:
    run = {"outcome": outcome, "started_at": NIGHT, "finished_at": NIGHT, "why": "BuildFailed"}
    found = seen(tmp_path, monkeypatch, outcome=outcome, run=run)
    assert [(one.kind, one.since) for one in found.conditions] == [(kind, NIGHT)]


def test_a_run_at_work_leaves_open_how_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = frozenset({"run_failed", "run_interrupted", "run_died", "gate_refused"})
    assert seen(tmp_path, monkeypatch, outcome="running") == Findings((), runs)
    again = {"outcome": "failed", "finished_at": NIGHT + HOUR / 2, "again": True}
    assert seen(tmp_path, monkeypatch, outcome="failed", run=again) == Findings((), runs), "another begins at once"
    never = again | {"finished_at": NIGHT - HOUR}
    assert [one.kind for one in seen(tmp_path, monkeypatch, outcome="failed", run=never).conditions] == ["run_failed"]


def test_a_refusal_names_the_critical_rules_that_nobody_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rule(
        name: str, severity: str = "critical", success: bool = False, accepted: str | None = None
    ) -> dict[str, object]:
        said = {"suite": "marts", "expectation": name, "severity": severity, "success": success}
        return said | {"unexpected_count": 1, "description_zh": "张三", "accepted_reason": accepted}

    rows = [rule("a"), rule("b", accepted="because"), rule("c", "warning"), rule("d", success=True)]
    rows += [rule(name) for name in "efg"]
    write_json(tmp_path / "gate.json", {"marts": {"judged": [], "passed": False, "rows": rows}})
    found = seen(tmp_path, monkeypatch, outcome="refused")
    assert found.conditions[0].facts == {"rules": "marts.a, marts.e, marts.f, … (+1)"}


def test_a_disk_that_was_low_is_so_until_a_tenth_more_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_low(free: float, *open_kinds: str) -> bool:
        found = seen(tmp_path, monkeypatch, disk_free_bytes=int(free * GIB), open_kinds=open_kinds)
        return [one.kind for one in found.conditions] == ["disk_low"]

    assert (is_low(9.9), is_low(10.1)) == (True, False)
    assert (is_low(10.9, "disk_low"), is_low(11.1, "disk_low")) == (True, False)


def test_stale_damaged_late_and_unreachable_are_incidents_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = {"late_deliveries": 7, "late_units": 2, "most_days_late": 9}
    found = seen(tmp_path, monkeypatch, seconds_since_heartbeat=37 * 3600.0, is_damaged=True, **late)
    assert [one.kind for one in found.conditions] == ["release_damaged", "home_stale", "deliveries_late"]
    assert found.conditions[1].since == NIGHT + HOUR - 37 * HOUR
    assert (found.conditions[2].facts, found.conditions[2].level) == ({"count": 7, "units": 2, "days": 9}, 7)
    gone = seen(tmp_path / "gone", monkeypatch, has_inbox=False)
    assert [one.kind for one in gone.conditions] == ["inbox_unreachable"]
    never = seen(tmp_path, monkeypatch, seconds_since_heartbeat=None)
    assert [(one.kind, one.told_after) for one in never.conditions] == [("home_stale", 36 * HOUR)]


def test_red_warnings_are_an_incident_since_the_first_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    red = {"red_warnings": 4, "red_regions": "420200 420202 420300 420500", "red_since": "2026-03-01"}
    (one,) = seen(tmp_path, monkeypatch, **red).conditions
    assert (one.kind, one.level, f"{one.since:%Y-%m-%d}") == ("warning_red", 4, "2026-03-01")
    assert one.facts == {"count": 4, "which": "420200, 420202, 420300, … (+1)"}
    assert seen(tmp_path, monkeypatch, red_warnings=0).conditions == ()


def test_files_that_scrubbing_found_damaged_are_an_incident_since_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.of(home=tmp_path)
    damaged = [Damage(kind="original", since=moment.isoformat(), size=None, mtime_ns=None) for moment in (NIGHT, NOON)]
    record = ScrubRecord(damaged={f"archive/{number}": one for number, one in enumerate(damaged)})
    write_json(settings.scrub_record, record.model_dump())
    (found,) = seen(tmp_path, monkeypatch).conditions
    assert (found.kind, found.since, found.facts, found.level) == ("files_damaged", NIGHT, {"count": 2}, 2)


def test_a_release_older_than_is_allowed_is_told_whatever_the_nights_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert seen(tmp_path, monkeypatch, release_age_seconds=31 * 86400.0) == Findings((), frozenset()), "a month passed"
    (old,) = seen(tmp_path, monkeypatch, release_age_seconds=33 * 86400.0).conditions
    assert (old.kind, old.since, old.facts["days"]) == ("release_old", NIGHT + HOUR - DAY, 33)
    monkeypatch.setenv("HRSS_RELEASE_HOURS", "0")
    assert seen(tmp_path, monkeypatch, release_age_seconds=99 * 86400.0).conditions == ()


def test_that_nothing_compares_kept_files_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert seen(tmp_path, monkeypatch, scrub_age_seconds=13 * 86400.0).conditions == ()
    (found,) = seen(tmp_path, monkeypatch, scrub_age_seconds=15 * 86400.0).conditions
    assert (found.kind, found.since) == ("scrub_overdue", NIGHT + HOUR - DAY)
    (never,) = seen(tmp_path, monkeypatch, scrub_age_seconds=None).conditions
    assert (never.kind, never.told_after) == ("scrub_overdue", 14 * DAY)
    monkeypatch.setenv("HRSS_SCRUB_DAYS", "0")
    assert seen(tmp_path, monkeypatch, scrub_age_seconds=None).conditions == ()


def test_what_was_looked_at_longest_ago_counts(tmp_path: Path) -> None:
    settings = Settings.of(home=tmp_path)
    assert scrubbed_since(settings) is None
    looks = {"a": {"at": NOON.isoformat()}, "b": {"at": NIGHT.isoformat()}}
    write_json(settings.scrub_record, {"looks": looks, "damaged": {}})
    assert scrubbed_since(settings) == NIGHT


@pytest.mark.parametrize(
    ("outcome", "undecided"),
    [
        ("refused", []),
        ("failed", ["gate_refused"]),
        ("interrupted", ["run_failed", "gate_refused"]),
        ("dead", ["run_interrupted", "run_failed", "gate_refused"]),
        ("none", ["run_died", "run_interrupted", "run_failed", "gate_refused"]),
        ("candidate", []),
    ],
)
def test_what_lies_beyond_where_a_run_ended_is_not_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: str, undecided: list[str]
) -> None:
    run = {"outcome": outcome, "started_at": NIGHT, "finished_at": NIGHT}
    assert seen(tmp_path, monkeypatch, outcome=outcome, run=run).undecided == set(undecided)


def test_a_release_that_waits_for_approval_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = seen(tmp_path, monkeypatch, candidate="20261129-01", candidate_age_seconds=7200.0)
    assert [(one.kind, one.since) for one in found.conditions] == [("approval_waits", NIGHT - HOUR)]


def test_where_the_clock_is_wrong_nobody_says_how_long_ago_anything_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = {"outcome": "published", "started_at": NIGHT + 2 * DAY}
    found = seen(tmp_path, monkeypatch, seconds_since_heartbeat=400 * 86400.0, run=run)
    assert [one.kind for one in found.conditions] == ["clock_wrong"] and found.undecided == {"home_stale"}


def test_every_kind_has_its_words() -> None:
    words = catalogue("alerts")
    assert set(FACTS) == set(words["what"]) == set(words["to_do"]) == set(words["titles"]) - {TEST}
    assert set(get_args(Event)) == set(words["events"]) - {TEST}


@pytest.mark.parametrize("kind", FACTS)
@pytest.mark.parametrize("event", get_args(Event))
def test_a_message_says_what_since_when_what_to_do_and_where_it_is_explained(kind: str, event: Event) -> None:
    incident = Incident(kind=kind, since=NIGHT, facts=FACTS[kind], told_from=NIGHT, closed_at=NIGHT + HOUR)
    message = message_of(incident, event)
    chinese, english, reference = message.body.split("\n\n")
    for half in (chinese, english):
        assert all(str(value) in half for value in FACTS[kind].values()) and "2026-11-29 02:41" in half
        assert ("2026-11-29 03:41" in half) == (event == "closed")
    assert len(chinese.split("\n")) == len(english.split("\n")) == 3
    assert re.search(r"[\u4e00-\u9fff]", chinese) and not re.search(r"[\u4e00-\u9fff]", english)
    assert f"{kind}-20261129-0241" in reference and "hrss" in reference, "the key word that a robot may ask for"
    assert f"docs/runbooks.zh-CN.md#{kind}" in reference and f"docs/runbooks.md#{kind}" in reference
    assert len(f"{message.title}\r\n{message.body}".encode()) + 64 <= WECOM_BYTES, "and the longest name of a host"


def test_a_message_that_only_tries_says_so() -> None:
    assert trial().title == "[测试] 测试通知 / [test] test message"
