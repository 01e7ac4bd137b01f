"""Python's collector of cyclic garbage, kept from walking through what lasts."""

from __future__ import annotations

import atexit
import gc

CYCLES_FROM = 50_000
"""So many new containers before young objects are looked through (Python: 700), a few megabytes."""


def spare_what_lasts() -> None:
    """Look for cycles seldom, and not at all when the process ends. Dagster, dbt and Great Expectations make a million
    objects that live as long as the process; to walk through them again and again, and once more at the end, took a
    tenth of a night (docs.python.org/3/library/gc.html)."""
    gc.set_threshold(CYCLES_FROM, 20, 50)
    atexit.register(gc.freeze)
