"""`hrss install`: units that systemd takes as they are, sandboxed, bounded, on time; files of others are left alone."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr

from orchestration.cli.main import main
from orchestration.errors import WrongUsage
from orchestration.operations import units
from orchestration.operations.units import NIGHTLY, SERVER, NotInstalled, Place, install, quoted, remove, unit_texts
from orchestration.settings import Settings
from tests.support.second_user import by_root_only

ACCOUNT = "daemon"  # an account that every machine has and that is not root
EXPOSURE = 20
"""The most that `systemd-analyze security` may find, of 100."""

by_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
KINDS = pytest.mark.parametrize("kind", [SERVER, NIGHTLY], ids=["server", "timer"])


def analyze(*words: str | Path, runtime: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"XDG_RUNTIME_DIR": str(runtime), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    return subprocess.run(
        ["systemd-analyze", *words], env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def place(folder: Path, account: str | None = None) -> Place:
    return Place(folder / "units", folder / "etc" / "hrss.env", account)


def written(folder: Path, kind: tuple[str, ...], account: str | None, settings: Settings) -> list[Path]:
    there = place(folder, account)
    there.units.mkdir(exist_ok=True)
    for name, text in unit_texts(settings, there, kind).items():
        (there.units / name).write_text(text, encoding="utf-8")
    return sorted(there.units.iterdir())


def a_home(folder: Path) -> Settings:
    return Settings.of(home=folder / "数据 home 100%h $HOME", landing=folder / 'inbox "of" all')


@by_systemd
@KINDS
@pytest.mark.parametrize("account", [None, ACCOUNT], ids=["user", "system"])
def test_systemd_takes_them(kind: tuple[str, ...], account: str | None, tmp_path: Path) -> None:
    files = written(tmp_path, kind, account, a_home(tmp_path))
    scope = "--system" if account else "--user"
    said = analyze(scope, "verify", "--man=no", "--recursive-errors=no", *files, runtime=tmp_path)
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


@by_systemd
def test_what_systemd_does_not_know_is_found(tmp_path: Path) -> None:
    file = next(one for one in written(tmp_path, SERVER, ACCOUNT, a_home(tmp_path)) if one.name == "hrss.service")
    file.write_text(file.read_text("utf-8").replace("KillMode=mixed", "KillModus=mixed"), encoding="utf-8")
    said = analyze("--system", "verify", "--man=no", "--recursive-errors=no", file, runtime=tmp_path)
    assert "KillModus" in said.stderr


@by_systemd
@KINDS
def test_the_machines_units_are_sandboxed(kind: tuple[str, ...], tmp_path: Path) -> None:
    services = [one for one in written(tmp_path, kind, ACCOUNT, a_home(tmp_path)) if one.suffix == ".service"]
    assert len(services) == len([name for name in kind if name.endswith(".service")])
    for file in services:
        said = analyze("security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", file, runtime=tmp_path)
        assert said.returncode == 0, said.stdout[-200:]
        text = file.read_text("utf-8")
        assert "\nRemoveIPC=" not in text, "it would remove a home below /dev/shm"
    assert f"ReadWritePaths={quoted(a_home(tmp_path).home)}\n" in text and "ProtectSystem=strict\n" in text


@by_systemd
@pytest.mark.parametrize(
    ("now", "following"),
    [
        ("2026-11-28 18:29:00 UTC", "2026-11-28 18:30:00 UTC"),
        ("2026-11-28 18:31:00 UTC", "2026-11-29 18:30:00 UTC"),
        ("2026-12-31 23:00:00 UTC", "2027-01-01 18:30:00 UTC"),
    ],
)
def test_the_timer_elapses_at_half_past_two_in_hubei(now: str, following: str, tmp_path: Path) -> None:
    text = unit_texts(a_home(tmp_path), place(tmp_path), NIGHTLY)["hrss-refresh.timer"]
    (calendar,) = (line.partition("=")[2] for line in text.splitlines() if line.startswith("OnCalendar="))
    said = analyze("calendar", f"--base-time={now}", calendar, runtime=tmp_path).stdout
    assert following in said
    assert "Persistent=true\n" in text, "a night that the machine was off for is made up for"
    assert "OnStartupSec=10min\n" in text, "and so is one whose run was cut off"


def test_the_sandbox_lets_it_write_where_settings_say(tmp_path: Path) -> None:
    elsewhere = {
        "outbox": tmp_path / "share",
        "log_file": tmp_path / "logs" / "hrss.jsonl",
        "metrics_file": tmp_path / "collector" / "hrss.prom",
        "traces": SecretStr(f"file:{tmp_path / 'logs' / 'spans.jsonl'}"),
    }
    within = {"outbox": tmp_path / "h" / "out"}
    for changed, folders in ((elsewhere, ["share", "logs", "collector"]), (within, []), ({}, [])):
        settings = Settings.of(home=tmp_path / "h").model_copy(update=changed)
        text = unit_texts(settings, place(tmp_path, ACCOUNT), NIGHTLY)["hrss-refresh.service"]
        found = [line.partition("=")[2] for line in text.splitlines() if line.startswith("ReadWritePaths=")]
        assert found == [str(tmp_path / "h"), *(f"-{tmp_path / name}" for name in folders)]


def test_what_the_units_say_of_limits_and_of_the_end(tmp_path: Path) -> None:
    settings = Settings.of(home=tmp_path / "h").model_copy(update={"max_run_hours": 2})
    server = unit_texts(settings, place(tmp_path), SERVER)["hrss.service"]
    nightly = unit_texts(settings, place(tmp_path), NIGHTLY)["hrss-refresh.service"]
    for text in (server, nightly):
        for line in ("MemoryMax=80%", "TasksMax=1024", "KillSignal=SIGTERM", "TimeoutStopSec=60s"):
            assert f"{line}\n" in text
        assert "SuccessExitStatus=143\n" in text and "UMask=0077\n" in text
        assert "ProtectSystem" not in text, "the manager of a user cannot do that"
    assert "TimeoutStartSec=16200s\n" in nightly, "two hours to wait, two to run, half an hour"
    assert " refresh --wait 120 --landing " in nightly
    assert "Restart=on-failure\nRestartPreventExitStatus=1 2 3 64\n" in nightly, "75 is tried again"
    assert "RestartPreventExitStatus=64\n" in server
    assert "StartLimitIntervalSec=0\n" in server, "it is never given up"


@by_systemd
@KINDS
def test_a_quarter_of_an_hour_never_passes_without_a_look(kind: tuple[str, ...], tmp_path: Path) -> None:
    texts = unit_texts(a_home(tmp_path), place(tmp_path), kind)
    (calendar,) = (line.partition("=")[2] for line in texts["hrss-alerts.timer"].splitlines() if "OnCalendar=" in line)
    said = analyze(
        "calendar", "--base-time=2026-11-28 18:29:00 UTC", "--iterations=3", calendar, runtime=tmp_path
    ).stdout
    assert all(f"18:{minute}:00" in said for minute in (37, 52)) and "19:07:00" in said
    assert " alerts check --landing " in texts["hrss-alerts.service"]


@by_systemd
def test_what_is_stored_is_compared_every_day_by_one_of_the_two(tmp_path: Path) -> None:
    texts = unit_texts(a_home(tmp_path), place(tmp_path), NIGHTLY)
    (calendar,) = (line.partition("=")[2] for line in texts["hrss-scrub.timer"].splitlines() if "OnCalendar=" in line)
    said = analyze("calendar", "--base-time=2026-11-28 18:29:00 UTC", calendar, runtime=tmp_path).stdout
    assert "2026-11-28 20:30:00 UTC" in said, "04:30 in Hubei, when the night's run is over"
    assert " scrub --share 1/7 --home " in texts["hrss-scrub.service"]
    assert not any("scrub" in name for name in SERVER), "there Dagster's schedule does it"


@pytest.mark.parametrize(
    ("path", "word", "line"),
    [
        ("/srv/hrss", "/srv/hrss", "/srv/hrss"),
        ("/a b", '"/a b"', "/a b"),
        ("/100%", "/100%%", "/100%%"),
        ("/$HOME x", '"/$$HOME x"', "/$HOME x"),
        ('/a"b\\c', '"/a\\"b\\\\c"', '/a"b\\c'),
        ("/数据", "/数据", "/数据"),
    ],
)
def test_a_path_is_one_word(path: str, word: str, line: str) -> None:
    assert quoted(Path(path)) == word and quoted(Path(path), bare=True) == line


def test_a_path_that_fits_on_no_line_is_refused() -> None:
    with pytest.raises(WrongUsage):
        quoted(Path("/a\nExecStartPre=/bin/sh"))


def test_protected_are_homes_of_people_unless_the_program_works_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "program_path", lambda: Path("/opt/hrss/bin/hrss"))
    monkeypatch.setattr("sys.base_prefix", "/usr")
    elsewhere = Settings.of(home="/srv/hrss", landing="/srv/inbox")
    at_home = Settings.of(home="/home/hrss/data", landing="/srv/inbox")
    for settings, said in ((elsewhere, "yes"), (at_home, "read-only")):
        assert f"ProtectHome={said}\n" in unit_texts(settings, place(tmp_path, ACCOUNT), SERVER)["hrss.service"]


def test_written_again_switched_and_removed(tmp_path: Path) -> None:
    settings, there = Settings.of(home=tmp_path / "home"), place(tmp_path)
    asked = {"HRSS_PORT": '30"01', "HRSS_HOME": "/x", "HRSS_PAGE_TOKEN": "secret", "PATH": ""}
    assert install(settings, there, SERVER, asked) == ["HRSS_PORT"]
    assert {file.name for file in there.units.iterdir()} == set(SERVER)
    text = there.environment.read_text("utf-8")
    assert text.splitlines()[1:] == ['HRSS_PORT="30\\"01"'], "places stand in the units, tokens nowhere"
    assert stat.S_IMODE(there.environment.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    there.environment.write_text("HRSS_MEMORY=8GiB\n", encoding="utf-8")
    there.environment.chmod(0o644)
    assert install(settings, there, SERVER, {}) is None
    install(settings, there, NIGHTLY, {})
    assert {file.name for file in there.units.iterdir()} == set(NIGHTLY), "the other kind is gone"
    assert there.environment.read_text("utf-8") == "HRSS_MEMORY=8GiB\n", "what the operator wrote stays"
    assert stat.S_IMODE(there.environment.stat().st_mode) == 0o600, "and is closed to others"
    (there.units / "other.service").touch()
    assert {file.name for file in remove(there, SERVER, NIGHTLY)} == set(NIGHTLY)
    assert [file.name for file in there.units.iterdir()] == ["other.service"]
    assert there.environment.exists() and settings.home.is_dir()
    assert remove(there, SERVER, NIGHTLY) == []


@pytest.mark.parametrize("linked", [False, True])
def test_a_unit_of_others_is_left_alone(linked: bool, tmp_path: Path) -> None:
    settings, there = Settings.of(home=tmp_path / "home"), place(tmp_path)
    there.units.mkdir()
    foreign = there.units / "hrss-refresh.timer"
    if linked:
        foreign.symlink_to("/dev/null")  # masked by the administrator
    else:
        foreign.write_text("[Timer]\nOnCalendar=daily\n", encoding="utf-8")
    for act in (lambda: install(settings, there, NIGHTLY, {}), lambda: remove(there, NIGHTLY)):
        with pytest.raises(NotInstalled, match=r"hrss-refresh\.timer"):
            act()
    assert list(there.units.iterdir()) == [foreign] and not settings.home.exists()


@by_root_only
def test_the_home_belongs_to_the_account(tmp_path: Path) -> None:
    settings, there = Settings.of(home=tmp_path / "home"), place(tmp_path, ACCOUNT)
    install(settings, there, SERVER, {})
    assert settings.home.owner() == ACCOUNT and f"User={ACCOUNT}\n" in (there.units / "hrss.service").read_text("utf-8")
    (tmp_path / "of root").mkdir()
    with pytest.raises(NotInstalled, match="of root"):
        install(Settings.of(home=tmp_path / "of root"), there, SERVER, {})


def test_where_systemd_runs_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = tmp_path / "said"
    tool = tmp_path / "bin" / "systemctl"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\necho "$@" >>"{said}"\ntest "$2" != disable -o ! -e "{tmp_path}/fail" || exit 1\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(units, "BOOTED", tmp_path)
    settings, there = Settings.of(home=tmp_path / "home"), place(tmp_path)
    install(settings, there, NIGHTLY, {})
    install(settings, there, SERVER, {})
    remove(there, SERVER, NIGHTLY)
    assert said.read_text().splitlines() == [
        "--user daemon-reload",
        "--user enable --now hrss-refresh.timer hrss-alerts.timer hrss-scrub.timer",
        "--user disable --now hrss-refresh.service hrss-refresh.timer hrss-alerts.service hrss-alerts.timer"
        " hrss-scrub.service hrss-scrub.timer",
        "--user daemon-reload",
        "--user daemon-reload",
        "--user enable --now hrss.service hrss-alerts.timer",
        "--user disable --now hrss.service hrss-alerts.service hrss-alerts.timer",
        "--user daemon-reload",
    ]
    install(settings, there, SERVER, {})
    said.unlink()
    install(settings, there, SERVER, {})
    assert "restart" not in said.read_text(), "nothing has changed"
    install(settings.model_copy(update={"outbox": tmp_path / "share"}), there, SERVER, {})
    assert "restart" not in said.read_text(), "a user's units know no sandbox of files"
    (there.units / "hrss.service").write_text(units.MARK + "of an earlier program\n", encoding="utf-8")
    install(settings, there, SERVER, {})
    assert said.read_text().splitlines()[-1] == "--user try-restart hrss.service"
    (tmp_path / "fail").touch()
    with pytest.raises(NotInstalled, match="systemctl --user disable"):
        remove(there, SERVER)
    assert (there.units / "hrss.service").exists(), "what could not be stopped is not removed"


def said_by(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["install", *arguments])
    return int(str(ended.value.code)), "".join(capsys.readouterr())


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(units, "BOOTED", tmp_path / "nothing")
    home = ["--home", str(tmp_path / "home")]
    own = tmp_path / "config" / "systemd" / "user"
    code, said = said_by(["--user", "--timer", "--print", *home], capsys)
    assert code == 0 and "OnCalendar=*-*-* 02:30:00 Asia/Shanghai" in said and not own.exists()
    code, said = said_by(["--user", "--timer", *home], capsys)
    assert (
        code == 0
        and "systemctl --user enable --now hrss-refresh.timer hrss-alerts.timer hrss-scrub.timer" in said
        and "enable-linger" in said
        and "HRSS_PAGES" in said  # what the tests' environment names
    )
    assert {file.name for file in own.iterdir()} == set(NIGHTLY)
    code, said = said_by(["--user", "--remove"], capsys)
    assert code == 0 and str(own / "hrss-refresh.timer") in said and not list(own.iterdir())
    assert said_by(["--user", "--remove"], capsys)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 64),
        (["--user", "--system"], 64),
        (["--user", "--as", ACCOUNT], 64),
        (["--system", "--print"], 64),
        (["--system", "--as", "root", "--print"], 64),
        (["--system", "--as", "no-such-account", "--print"], 64),
        (["--system", "--as", ACCOUNT, "--print"], 0),
    ],
)
def test_what_the_command_is_asked(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert said_by(arguments, capsys)[0] == code


def test_the_machines_units_need_root(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    code, said = said_by(["--system", "--as", ACCOUNT], capsys)
    assert code == 1 and "sudo" in said
