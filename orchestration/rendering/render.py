"""Pages that need nothing but a browser: one look, one way to fill them. Whatever is filled in is escaped; nothing is
fetched or run. What a page says belongs in the module of that page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from raw_landing.messages.problems import printable

TEMPLATES = Path(__file__).parent / "templates"


def page(template: str, **content: Any) -> str:
    """A page as HTML."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    return environment.get_template(template).render(content)
