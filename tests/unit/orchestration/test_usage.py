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
        ["doubts", "show", "rule", "--limit", "0"],
        ["verify", "20260101-01"],
        ["gate", "latest"],
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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["qerry"], "没有命令“qerry”。您要找的是不是:query?用法见 hrss --help。"),
        (["qerry"], "There is no command “qerry”. Did you mean query? hrss --help explains it."),
        (["progress", "--regoin", "x"], "There is no option --regoin. Did you mean --region?"),
        (["query"], "SQL is missing. hrss query --help explains it."),
        (["query", "select 1", "--format", "yaml"], "--format 的值不对,应为 table, csv, json。"),
        (["doubts", "show", "rule", "--limit", "0"], "--limit 的值不对,应为 ≥ 1。"),
        (["refresh", "--as-of", "31.3.2024"], "--as-of 31.3.2024: is no day; write it as 2024-03-31."),
    ],
)
def test_wrong_usage_is_told_in_both_languages(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HRSS_HOME", str(tmp_path))
    with pytest.raises(SystemExit):
        main(arguments)
    assert said in capsys.readouterr().err
