"""The one way to fill a template: pages (HTML) that need nothing but a browser, notes (Markdown) and XML. What goes
into HTML and XML is escaped; nothing is fetched or run. What a page says belongs in the module of that page."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from orchestration.text import LANGUAGES, Pair
from raw_landing.messages.problems import printable

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **content: Any) -> str:
    """A template of `templates/` with its content."""
    return _environment().get_template(template).render(content)


def render_page(template: str, named: Mapping[str, Pair], synthetic: Pair | None = None, **content: Any) -> str:
    """A page whose reader chooses the language: its block `words` stands once in each `language`, with the `words` that
    are `named`. `synthetic`: what says so, where the figures are no real ones."""
    return render(template, languages=LANGUAGES, named=named, synthetic=synthetic, **content)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html", "xml")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    environment.filters["coded"] = _coded
    return environment


def _coded(line: str) -> str:
    """A line as HTML, what stands between backticks as code."""
    return re.sub("`([^`]*)`", r"<code>\1</code>", html.escape(line))
