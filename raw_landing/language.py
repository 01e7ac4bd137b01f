"""Which of the two languages comes first: that of the shell. What is written down for others has Chinese first
always."""

from __future__ import annotations

import os

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order in which they count (POSIX.1-2017, 8.2)."""


def is_english_first() -> bool:
    """Whether the shell speaks another language than Chinese. Where it names none (unset, C, POSIX), Chinese is
    first."""
    chosen = next(filter(None, map(os.environ.get, VARIABLES)), "")
    language = chosen.partition(".")[0].lower()
    return language not in ("", "c", "posix") and not language.startswith("zh")


def in_order(zh: str, en: str) -> tuple[str, str]:
    """Both texts, that of the shell's language first."""
    return (en, zh) if is_english_first() else (zh, en)
