"""The audit log: whatever is changed, removed, put in or cut off is found; a writer that dies breaks nothing."""

from __future__ import annotations

import ast
import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.audit_log import TORN, audit, audit_entries, audit_head, verify_audit
from orchestration.cli.main import main
from orchestration.outbox.services import RECEIVED, SENT
from orchestration.release.log import AUDITED
from orchestration.restricted.pseudonyms import ROTATED
from orchestration.settings import KEPT_EVENT, Settings
from orchestration.text import words

PACKAGE = Path(__file__).parents[3] / "orchestration"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a log of six events."""
    settings = Settings.of(home=tmp_path / "home")
    for number in range(1, 7):
        audit(settings, "run_started", number=number)
    return settings


def lines(settings: Settings) -> list[bytes]:
    return settings.audit_log.read_bytes().splitlines()


def put(settings: Settings, content: list[bytes]) -> None:
    settings.audit_log.write_bytes(b"".join(line + b"\n" for line in content))


def test_a_log_is_whole_and_its_owners_alone(settings: Settings) -> None:
    verdict = verify_audit(settings)
    assert verdict.is_whole and (verdict.lines, verdict.torn) == (6, 0)
    assert settings.audit_log.stat().st_mode & 0o777 == 0o600
    assert [entry["facts"]["number"] for entry in audit_entries(settings)] == [1, 2, 3, 4, 5, 6]
    for line in lines(settings):
        entry = json.loads(line)
        canonical = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert line == canonical.encode() and entry["who"]


CHANGES: dict[str, tuple[Callable[[list[bytes]], list[bytes]], int]] = {
    "changed": (lambda said: [*said[:2], said[2].replace(b'"number":3', b'"number":9'), *said[3:]], 4),
    "removed": (lambda said: [*said[:2], *said[3:]], 3),
    "the first removed": (lambda said: said[1:], 1),
    "put in": (lambda said: [*said[:3], said[2], *said[3:]], 4),
    "swapped": (lambda said: [said[0], said[2], said[1], *said[3:]], 2),
    "made unreadable": (lambda said: [*said[:2], b"\xff{", *said[3:]], 3),
    "made another line of JSON": (lambda said: [*said[:2], b"[]", *said[3:]], 3),
    "put in at the end, unreadable": (lambda said: [*said, b"nonsense"], 7),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_first_line_that_does_not_follow_is_named(settings: Settings, change: str) -> None:
    harm, first = CHANGES[change]
    put(settings, harm(lines(settings)))
    assert verify_audit(settings).broken_at == first
    if change != "put in at the end, unreadable":  # that is what a writer which died has left
        audit(settings, "run_started")
        assert verify_audit(settings).broken_at == first


def test_what_is_cut_off_is_found_by_those_who_quote_the_last_line(settings: Settings) -> None:
    manifest = settings.releases / "20260301-01" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"audit": audit_head(settings)}), encoding="utf-8")
    audit(settings, "run_ended")
    assert verify_audit(settings).is_whole
    put(settings, lines(settings)[:6])
    assert verify_audit(settings).is_whole
    put(settings, lines(settings)[:5])
    assert verify_audit(settings).missing == "20260301-01"
    audit(settings, "run_ended")
    assert verify_audit(settings).missing == "20260301-01"
    settings.audit_log.unlink()
    assert verify_audit(settings).missing == "20260301-01"


def test_a_line_whose_writer_died_is_closed_by_the_next(settings: Settings) -> None:
    whole = settings.audit_log.read_bytes()
    last = lines(settings)[-1]
    start = len(whole) - len(last) - 1
    for end in range(start + 1, len(whole)):
        settings.audit_log.write_bytes(whole[:end])
        assert verify_audit(settings).is_whole
        audit(settings, "run_started", number=7)
        verdict, entries = verify_audit(settings), list(audit_entries(settings))
        is_cut = end < len(whole) - 1
        assert verdict.is_whole and verdict.torn == is_cut, whole[start:end]
        assert (TORN in {entry["event"] for entry in entries}) == is_cut
        assert entries[-1]["facts"] == {"number": 7}


def test_a_line_torn_while_another_was_closed_is_closed_with_it(settings: Settings) -> None:
    for _ in range(3):
        with settings.audit_log.open("ab") as log:
            log.write(b'\n{"n":8,"at')
    audit(settings, "run_started")
    assert verify_audit(settings).is_whole and verify_audit(settings).torn == 4  # one of them empty
    put(settings, [line for line in lines(settings) if not line.startswith(b'{"n":8,"at') or line.endswith(b"}")])
    assert verify_audit(settings).broken_at == 7


def add_fifty(home: Path) -> None:
    for number in range(50):
        audit(Settings.of(home=home), "run_started", number=number)


def test_processes_do_not_fork_the_chain(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=add_fifty, args=(tmp_path,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    verdict = verify_audit(Settings.of(home=tmp_path))
    assert verdict.is_whole and verdict.lines == 200


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int | str | None, str]:
    with pytest.raises(SystemExit) as end:
        main(["audit", *map(str, arguments)])
    return end.value.code, capsys.readouterr().out


def test_the_command_shows_and_verifies(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    audit(settings, "dump_withdrawn", dump_id="d1", reason="重复报送")
    home = ("--home", settings.home)
    code, said = run(capsys, "--limit", "2", *home)
    assert code == 0 and len(said.splitlines()) == 2
    assert "dump_id=d1 reason=重复报送" in said.splitlines()[0] and "撤回文件" in said.splitlines()[0]
    code, said = run(capsys, "--event", "run_started", "--json", *home)
    assert [json.loads(line)["facts"]["number"] for line in said.splitlines()] == [6, 5, 4, 3, 2, 1]
    assert run(capsys, "--since", "2999-01-01", *home) == (0, "")
    code, said = run(capsys, "--verify", *home)
    assert code == 0 and str(audit_head(settings)["sha256"]) in said  # type: ignore[index]
    put(settings, lines(settings)[1:])
    code, said = run(capsys, "--verify", *home)
    assert code == 1 and "Line 1 of" in said


CALLED = ("audit", "_decide", "partial")
"""What an event is put on record by."""


def test_every_event_has_its_words_and_no_other_has() -> None:
    used = {TORN, KEPT_EVENT, ROTATED, SENT, RECEIVED, *AUDITED.values()}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLED:
                used |= {str(one.value) for one in node.args if isinstance(one, ast.Constant) and "_" in str(one.value)}
    assert used == set(words("audit.events"))
