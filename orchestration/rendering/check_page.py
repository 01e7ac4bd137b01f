"""The verdict of `hrss check` as one page that needs nothing but a browser: to be read, printed and sent back. Says
what the text says, in the same words; judges nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from orchestration.files import replace_text
from orchestration.rendering.render import render_page
from orchestration.settings import WUHAN
from orchestration.text import words
from raw_landing.intake.check import DumpCheck


def check_page(verdicts: Sequence[DumpCheck], at: datetime) -> str:
    """The page as HTML: Chinese first, then English. Whatever files hold is escaped; nothing is fetched or run."""
    return render_page(
        "check.html", words("pages.check"), verdicts=verdicts, at=f"{at.astimezone(WUHAN):%Y-%m-%d %H:%M}"
    )


def write_check_page(path: Path, verdicts: Sequence[DumpCheck]) -> None:
    """Write the page, as a whole or not at all. Raises OSError."""
    replace_text(path, check_page(verdicts, datetime.now(WUHAN)))
