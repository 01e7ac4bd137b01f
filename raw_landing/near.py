"""Finds the known word that a misspelt one may mean."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

ALIKE = 0.6  # share of characters in common, of both words together, from which on a word is taken for another


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one; None where none differs in a few characters only."""
    found = difflib.get_close_matches(word, known, n=1, cutoff=ALIKE)
    return found[0] if found else None
