"""What `--help` and the shell's completion say: every command and option in both languages, nothing that is not
there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from orchestration.cli.help import add_help, help_texts
from orchestration.cli.main import app, main

HAN = re.compile(r"[\u4e00-\u9fff]")


def commands(command: Any, path: str = "hrss") -> Iterator[tuple[str, Any]]:
    """Every command with its path."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, name if path == "hrss" else f"{path} {name}")


def written() -> Iterator[tuple[str, dict[str, str]]]:
    """Every text of help.yml by its place."""
    for path, text in help_texts().items():
        if path in ("options", "panels"):
            yield from ((f"{path}: {name}", one) for name, one in text.items())
            continue
        yield path, text
        yield from ((f"{path}: {name}", one) for name, one in text.get("options", {}).items())


def test_every_command_and_option_is_explained_and_nothing_else() -> None:
    there = dict(commands(add_help(typer.main.get_command(app))))
    texts = {path: text for path, text in help_texts().items() if path not in ("options", "panels")}
    assert set(texts) == set(there)
    shared = set()
    for path, command in there.items():
        names, own = {param.name for param in command.params} | {"help"}, set(texts[path].get("options", {}))
        assert own <= names, path
        shared |= names - own
    assert shared == set(help_texts()["options"])


def test_every_text_is_in_both_languages() -> None:
    for place, text in written():
        assert HAN.search(text["zh"]) and not HAN.search(text["en"].replace("口径", "").replace("武汉", "")), place


@pytest.mark.parametrize(("shell", "first"), [("zh_CN.UTF-8", "中"), ("en_US.UTF-8", "Judge")])
def test_the_shells_language_is_first(
    shell: str, first: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", shell)
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    said = capsys.readouterr().out
    assert (said.index("按数据契约") < said.index("Judge dumps")) == (first == "中")
    assert "…" not in said, "no word is cut"


def completed(words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What bash offers for the last of some words."""
    monkeypatch.setenv("_HRSS_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    with pytest.raises(SystemExit):
        main([])
    return capsys.readouterr().out.split()


def test_the_shell_completes_commands_indicators_regions_and_releases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HRSS_HOME", str(tmp_path))
    for name in ("20260301-01", "20260302-01", "no_release"):
        (tmp_path / "published" / "releases" / name).mkdir(parents=True)

    def offered(words: str) -> list[str]:
        return completed(words, monkeypatch, capsys)

    assert offered("hrss pro") == ["progress"]
    assert offered("hrss explain mediation") == ["mediation_success_rate"]
    assert offered("hrss explain mediation_success_rate --region 武汉") == ["武汉市", "武汉城市圈"]
    assert "420100" in offered("hrss progress --region 4201")
    assert "420102" not in offered("hrss progress --region ")
    assert offered("hrss progress --plan 14") == ["145"]
    assert offered("hrss verify 2026") == ["20260302-01", "20260301-01"]
    assert offered("hrss diff lat") == ["latest"]
    assert offered("hrss query x --format j") == ["json"]
