"""Wrong usage of the command line, told in both languages: what the library found, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from orchestration.text import pair
from raw_landing.language import in_order


def usage_message(error: Any) -> str:
    """What is wrong, and what may have been meant. `error`: typer's UsageError."""
    told, usage = list(_told(error)), []
    if error.ctx is not None:
        usage.append(error.ctx.get_usage())
        told.append(pair("usage.help_named", command=error.ctx.command_path))
    zh, en = zip(*told, strict=True)
    return "\n".join([*usage, *in_order("".join(zh), " ".join(en))])


def _told(error: Any) -> Iterable[tuple[str, str]]:
    kind = type(error).__name__
    message = error.format_message()
    if kind == "NoSuchOption":
        yield pair("usage.option_unknown", name=error.option_name)
        yield from _near(error.possibilities or ())
    elif kind == "MissingParameter":
        yield pair("usage.parameter_missing", name=_name(error))
    elif kind == "BadParameter" and error.param is not None:
        message = error.message.removeprefix("Value error, ").rstrip(".")
        yield pair("usage.value_unfit", name=_name(error), message=message, kind=_takes(error))
    elif error.ctx is not None and message.startswith("No such command"):
        name = message.split("'")[1]
        yield pair("usage.command_unknown", name=name)
        yield from _near(get_close_matches(name, error.ctx.command.commands))
    else:
        yield pair("usage.wrong", message=message.rstrip("."))


def _near(names: Iterable[str]) -> Iterable[tuple[str, str]]:
    if found := sorted(names):
        yield pair("usage.near_named", names_zh="、".join(found), names_en=", ".join(found))


def _takes(error: Any) -> str:
    """What a parameter takes: words to choose from, numbers from one on, a kind of value."""
    kind = error.param.type_descriptor
    if kind.is_ranged:
        return f"≥ {kind.parameter_info.min}"
    return str(error.param.display_type(error.ctx)).strip("<>").replace("|", ", ")


def _name(error: Any) -> str:
    """How a parameter is written on the command line, or the variable that its value came from."""
    param = error.param
    source = error.ctx and error.ctx.get_parameter_source(param.name)
    if source is not None and source.name == "ENVIRONMENT":
        return str(param.envvar)
    return str(max(param.opts, key=len) if param.param_type_name == "option" else param.display_name_raw.upper())
