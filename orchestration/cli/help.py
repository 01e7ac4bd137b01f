"""What `--help` says, in both languages: the texts of help.yml, put into the commands. Imports nothing heavy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typer
import yaml

from raw_landing.language import in_order

HELP_OPTIONS = ["-h", "--help"]
PANEL = "rich_help_panel"
"""Where typer looks for the heading under which a command or an option stands."""


@cache
def help_texts() -> dict[str, Any]:
    """help.yml."""
    texts: dict[str, Any] = yaml.load(
        Path(__file__).with_name("help.yml").read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return texts


def add_help(command: Any, path: str = "") -> Any:
    """Put its texts into a command of the library and into all below it; the command itself. Raises KeyError where one
    has none."""
    texts = help_texts()
    own = texts[path or command.name]
    command.help = "\n\n".join(_both(own))
    command.short_help = "\n".join(text.partition("\n\n")[0] for text in _both(own))
    setattr(command, PANEL, _panel(own.get("panel", "commands")))
    help_option = command.get_help_option(typer.Context(command, help_option_names=HELP_OPTIONS))
    for param in (*command.params, help_option):
        param.help = "\n\n".join(_both(own.get("options", {}).get(param.name) or texts["options"][param.name]))
        setattr(param, PANEL, _panel(f"{param.param_type_name}s"))
        if getattr(param, "is_flag", False):
            param.display_type_rich = lambda ctx: None  # it takes no value
    for name, below in getattr(command, "commands", {}).items():
        add_help(below, f"{path} {name}".strip())
    return command


def _both(text: Mapping[str, str]) -> tuple[str, str]:
    """A text in both languages, a line a paragraph. The library breaks lines at blanks: Chinese gets one after each
    mark."""
    zh, en = (re.sub(r"(?<!\n)\n(?!\n)", " ", text[language]) for language in ("zh", "en"))
    return in_order(re.sub(r"([,;:。、])(?=[\u4e00-\u9fff])", r"\1 ", zh), en)


def _panel(name: str) -> str:
    return " / ".join(_both(help_texts()["panels"][name]))
