"""How two releases differ in words for people: as a page, and as the notes that a release carries in both languages.
What differs and why is found elsewhere."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.attribution.attribution import Attribution
from orchestration.attribution.causes import CAUSES
from orchestration.attribution.diff import Comparison, Difference, Said, Share, compare
from orchestration.attribution.headlines import has_tables, headlines
from orchestration.figure.query import open_release
from orchestration.files import replace_text
from orchestration.release.folder import ReleaseFolder
from orchestration.rendering.render import render, render_page
from orchestration.text import LANGUAGES, Language, pair, words
from raw_landing.contract import load_contracts
from raw_landing.regions import load_regions

ON_PAGE, IN_NOTES, DUMPS_NAMED = 2000, 40, 3

_NOTED = """
    select number, what, coalesce(wrong_value, '–'), right_value, array_to_string(releases, ', ')
    from corrections_log order by number
"""

WORDS, COLUMNS = words("pages.difference"), words("pages.difference_columns")


def cells(language: Language, one: Difference) -> tuple[str, ...]:
    """A row of the table of differences."""
    name = f"{language.of(one.indicator)}{f' ({one.unit})' if one.unit else ''}"
    shares = "; ".join(_share(language, share) for share in one.shares)
    values = (_said(language, one.before), _said(language, one.after), signed(one.delta))
    return (name, language.of(one.region), language.of(one.period), *values, shares)


def _said(language: Language, one: Said | None) -> str:
    """A value as it is shown."""
    if one is None:
        return language.of(WORDS["none"])
    return language.of(WORDS["suppressed"]) if one.is_suppressed else one.text or number(one.value)


def _share(language: Language, one: Share) -> str:
    """A cause and what it has of the difference."""
    dumps = ", ".join(one.dumps[:DUMPS_NAMED]) + (f" … ({len(one.dumps)})" if len(one.dumps) > DUMPS_NAMED else "")
    return f"{language.of(CAUSES[one.cause])} {signed(one.delta)}{f' [{dumps}]' if dumps else ''}".strip()


def number(value: float | None) -> str:
    """A figure with as many places as matter to a reader."""
    return "–" if value is None else f"{value:,.4f}".rstrip("0").rstrip(".")


def signed(value: float | None) -> str:
    """A difference; nothing where there is none to tell."""
    return "" if value is None else f"{value:+,.6f}".rstrip("0").rstrip(".")


def write_diff_page(path: Path, comparison: Comparison) -> None:
    """The comparison as a page that needs nothing but a browser, as a whole or not at all. Raises OSError."""
    synthetic = pair("release.synthetic_data") if comparison.is_synthetic else None
    replace_text(path, render_page("diff.html", WORDS, synthetic, **_compared(comparison)))


def write_notes(folder: ReleaseFolder, release_id: str, published_at: datetime, attribution: Attribution) -> None:
    """Write release_notes.zh.md and .en.md into the folder of a release under way."""
    comparison: Comparison | None = None
    with open_release(folder.marts) as connection:
        (is_synthetic,) = connection.execute("select bool_or(is_synthetic) from release").fetchone() or (False,)
        if attribution.previous_release_id is not None:
            comparison = compare(connection, attribution.previous_release_id, release_id, IN_NOTES)
        before = attribution.previous_release_id and ReleaseFolder(folder.path.parent / attribution.previous_release_id)
        noted = connection.execute(_NOTED).fetchall()
        first = headlines(connection, before.marts if before else None, attribution.changed_dumps)
    told = _notices_told(before.marts) if before else 0
    changed_dumps: dict[str, list[tuple[str, str]]] = {}
    for one in attribution.changed_dumps:
        changed_dumps.setdefault(one.cause, []).append(_named(one.dump))
    for language in LANGUAGES:
        text = render(
            "release_notes.md",
            language=language,
            words=language.each(WORDS),
            release_id=release_id,
            synthetic=pair("release.synthetic_data") if is_synthetic else None,
            at=f"{published_at:%Y-%m-%d %H:%M}",
            headlines=first,
            notices=noted[told:],
            **_compared(comparison),
            changed_dumps={cause: changed_dumps[cause] for cause in CAUSES if cause in changed_dumps},
            most=IN_NOTES,
            definitions=attribution.definitions,
            caveats=[language.of(caveat) for caveat in attribution.caveats],
        )
        folder.notes(language.tag[:2]).write_text(text, encoding="utf-8")


def _notices_told(marts: Path) -> int:
    """How many notices of published errors a release before has told; those after them are new. None where it is not
    kept."""
    if not marts.is_file():
        return 0
    with open_release(marts) as connection:
        return len(connection.execute(_NOTED).fetchall()) if has_tables(connection, "corrections_log") else 0


def _compared(comparison: Comparison | None) -> dict[str, Any]:
    """What the templates show of a comparison."""
    return {
        "comparison": comparison,
        "causes": in_order(comparison.causes if comparison else {}),
        "cause_names": CAUSES,
        "columns": tuple(COLUMNS.values()),
        "cells": cells,
    }


def _named(dump: Any) -> tuple[str, str]:
    """A dump as officials know it: extract, unit, period and revision; its number on the receipt."""
    contract, unit = load_contracts().get(str(dump.extract)), load_regions().by_code.get(str(dump.unit_code))
    zh = (contract.zh if contract else dump.extract, unit.name_zh if unit else dump.unit_code, dump.period)
    en = (str(dump.extract).replace("_", " "), unit.name_en if unit else dump.unit_code, dump.period)
    number = f"r{dump.revision}, {dump.dump_id}"
    return f"{', '.join(map(str, zh))}, {number}", f"{', '.join(map(str, en))}, {number}"


def in_order(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Counts by cause in the order in which causes are attributed."""
    return [(cause, counts[cause]) for cause in CAUSES if cause in counts]
