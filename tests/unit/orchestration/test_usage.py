"""Wrong usage ends with 64, and says what is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.cli.main import main


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["refresh", "--no-such-option"],
        ["refresh", "--as-of", "31.3.2024"],
        ["query"],
        ["query", "select 1", "--format", "yaml"],
        ["check", "/no/such/file.csv"],
    ],
)
def test_wrong_usage(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HRSS_HOME", str(tmp_path))
    monkeypatch.setenv("HRSS_LANDING", str(tmp_path))
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 64


def test_help_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["refresh", "--help"])
    assert end.value.code == 0
    assert "Exit codes" in capsys.readouterr().out


def test_querying_before_the_first_release_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["query", "select 1", "--home", str(tmp_path)])
    assert end.value.code == 1
    assert "run hrss refresh first" in capsys.readouterr().err


def test_refresh_without_an_inbox_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["refresh", "--landing", str(tmp_path), "--home", str(tmp_path / "home")])
    assert end.value.code == 1
    assert "hrss sample" in capsys.readouterr().err
