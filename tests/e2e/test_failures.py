"""Whatever is damaged, in use or not there: a message and an exit code, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.cli.main import main
from orchestration.dbt_build import manifest
from orchestration.settings import Settings
from tests.support.commands import hrss

REFRESH = ["refresh", "--as-of", "2026-03-01"]
"""In another month than the good home's: there is something to do."""

GARBAGE = b"not what it was" * 1000


def nothing(home: Path) -> None:
    """Leave the home as it is."""


def damaged(name: str) -> Callable[[Path], None]:
    def damage(home: Path) -> None:
        file = (home / name).resolve()
        file.chmod(0o644)
        file.write_bytes(GARBAGE)

    return damage


def damaged_within(home: Path) -> None:
    """A release whose head is whole."""
    file = (home / "published/current/marts.duckdb").resolve()
    file.chmod(0o644)
    with file.open("r+b") as marts:
        marts.seek(12_288)  # behind the three headers
        marts.write(b"\xff" * (file.stat().st_size - 12_288))


def without_manifest(home: Path) -> None:
    (home / "published/current/manifest.json").unlink()


@pytest.mark.parametrize(
    ("breakage", "arguments", "code", "told"),
    [
        (damaged("published/current/marts.duckdb"), ["progress"], 1, "send readers to another release (hrss rollback)"),
        (damaged("published/current/marts.duckdb"), ["status"], 1, "send readers to another release (hrss rollback)"),
        (
            damaged("published/current/marts.duckdb"),
            ["query", "from release"],
            1,
            "send readers to another release (hrss rollback)",
        ),
        (damaged_within, ["progress"], 1, "marts.duckdb"),
        (damaged_within, ["status"], 1, "marts.duckdb"),
        (damaged("last_run.json"), ["status"], 0, "last run: –"),
        (damaged("gate.json"), ["status"], 0, "current release"),
        (without_manifest, ["status"], 0, "manifest.json of the current release is missing"),
        (nothing, ["progress", "--region", "999"], 64, "There is no region"),
        (nothing, ["progress", "--plan", "155"], 64, "Did you mean 145"),
        (nothing, ["query", "--format", "csv", ""], 64, "no statement"),
        (nothing, ["query", "select from where"], 64, "Parser Error"),
    ],
)
def test_told(
    small_landing: Path,
    home: Callable[[], Path],
    breakage: Callable[[Path], None],
    arguments: list[str],
    code: int,
    told: str,
) -> None:
    own = home()
    breakage(own)
    places = ["--home", own] + (["--landing", small_landing] if arguments[0] in ("refresh", "status") else [])
    said = hrss(*arguments, *places, code=code)
    assert told in said and "Traceback" not in said
    assert not (own / "error.log").exists()


def test_open_warehouse_is_named_with_the_process_that_holds_it(small_landing: Path, home: Callable[[], Path]) -> None:
    own = home()
    hold = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    child = subprocess.Popen(
        [sys.executable, "-c", hold, own / "warehouse.duckdb"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None and child.stdout.readline() == "held\n"
        said = hrss(*REFRESH, "--landing", small_landing, "--home", own, code=75)
    finally:
        child.communicate("")
    assert f"in use by process {child.pid}" in said and "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "told"),
    [
        (["status"], {"HRSS_PORT": "abc"}, 64, "HRSS_PORT"),
        (["serve"], {"HRSS_PORT": "abc"}, 64, "HRSS_PORT"),
        (["sample", "--scale", "small", "--out", "/proc/nope"], {}, 1, "/proc/nope"),
        (["sample", "--scale", "huge"], {}, 64, "huge"),
    ],
)
def test_told_without_a_home(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    variables: dict[str, str],
    code: int,
    told: str,
) -> None:
    for name, value in ({"HRSS_HOME": str(tmp_path), "HRSS_LANDING": str(tmp_path)} | variables).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == code and told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_unreadable_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mediation_case__2024-03__420100.csv"
    if os.getuid():
        file.touch(mode=0)
    else:
        file.symlink_to("/proc/self/mem")  # nobody reads its beginning, not even root
    said = hrss("check", file, code=1)
    assert "mediation_case" in said or "Input/output error" in said
    assert "Traceback" not in said


def test_broken_dbt_project_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: [", encoding="utf-8")
    monkeypatch.setattr(manifest, "DBT_PROJECT", tmp_path)
    monkeypatch.setattr(manifest, "INSTALLED", tmp_path / "none")  # which was read of the real one
    for name, value in Settings.of(home=tmp_path / "home").environment().items():
        monkeypatch.setenv(name, value)  # and put back afterwards
    with pytest.raises(SystemExit) as end:
        main(["serve", "--home", str(tmp_path / "home")])
    assert end.value.code == 1 and "dbt parse" in capsys.readouterr().err
