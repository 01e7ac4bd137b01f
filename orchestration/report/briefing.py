"""The progress briefing (指标进度简报) of the province and of each reporting unit as PDF: two pages of A4, set by Typst
with the report's own fonts. Nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from orchestration.report.pages.briefing import said
from orchestration.report.pages.page import Frame
from orchestration.report.view.briefing import Briefing
from orchestration.text import Language

HERE = Path(__file__).parent


def pdfs(briefing: Briefing, about: Frame) -> Iterator[tuple[Language, bytes]]:
    """Set in each language: the same bytes for the same figures and words. Raises typst.TypstError."""
    for language, content in said(briefing, about):
        yield language, pdf(content)


def pdf(content: Mapping[str, Any], standard: Literal["ua-1"] | None = None) -> bytes:
    """What is said, set. `standard`: what the document must keep; `ua-1` refuses a missing glyph and a picture without
    words. Raises typst.TypstError."""
    made = _compiler().compile(
        format="pdf", sys_inputs={"content": json.dumps(content, ensure_ascii=False)}, pdf_standards=standard
    )
    if not isinstance(made, bytes):
        raise TypeError("one document was asked for")
    return made


@cache
def _compiler() -> typst.Compiler:
    fonts = HERE / "assets" / "fonts"
    return typst.Compiler(HERE / "briefing.typ", root=HERE, font_paths=[fonts], ignore_system_fonts=True)
