"""The record of simulated nights against the bounds that are stated, and as a section of docs/reliability.md."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.tools.year.machine import PARTS

PAGE = Path(__file__).parents[3] / "docs" / "reliability.md"
HEADING = "## A simulated year"
HARMED = "## A year harmed at random"
MB = 1e6

Night = dict[str, Any]

GROWTH = {
    **{"Dagster's record": 0.02, "dbt": 0.01, "kept state": 0.03, "rest": 0.02},
    **{"landed": 0.05, "archive": 0.1, "warehouse": 0.2, "newest release": 0.15, "releases": 1.5},
}
"""Megabytes by which a part may grow a night of the calendar, on average, once as much is kept as is to be kept: what
does not depend on what was delivered next to nothing, the others with it."""

MEMORY_SHARE = 1.1
"""What the last nights take in memory, of what those after the first did, at most."""


def read(record: Path) -> list[Night]:
    """The nights of a record."""
    return [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]


def with_deliveries(nights: Sequence[Night]) -> list[Night]:
    """Those that had something to do."""
    return [night for night in nights if night["dumps"]]


def breaches(nights: Sequence[Night], keep: int) -> Iterator[str]:
    """Bounds that the nights with deliveries after the first `keep` and two of them do not keep."""
    nights = with_deliveries(nights)
    full = nights[keep + 2 :]
    if len(full) < keep // 2:
        yield f"{len(full)} nights since as much is kept as is to be kept: too few to say"
        return
    for part, most in GROWTH.items():
        grown = (full[-1]["sizes"][part] - full[0]["sizes"][part]) / MB / (full[-1]["night"] - full[0]["night"])
        if grown > most:
            yield f"{part} grows by {grown:.2f} MB a night, more than {most}"
    last, first = (statistics.median(one["peak"] for one in some) for some in (full[-5:], nights[1:6]))
    if last > MEMORY_SHARE * first:
        yield f"{last / MB:.0f} MB of memory, {first / MB:.0f} MB at first"


def section(nights: Sequence[Night], keep: int) -> str:
    """The section of an undisturbed year."""
    worked = with_deliveries(nights)
    last = len(worked) - 1
    rows = [
        f"| {one['day']} | {one['night']} | {one['peak'] / MB:.0f} | "
        + " | ".join(f"{one['sizes'][part] / MB:.1f}" for part in (*PARTS, "newest release"))
        + " |"
        for number, one in enumerate(worked)
        if number in (0, 1, keep, keep + 2, last) or (number % 5 == 0 and keep + 2 < number < last - 1)
    ]
    found = list(breaches(nights, keep))
    kept_or_not = f"Not kept: {'; '.join(found)}." if found else "All kept."
    parts = (*PARTS, "newest release")
    return "\n".join(
        [
            HEADING,
            "",
            "`python -m tests.tools.year` runs a night a day on a small sample, the clock moved, without pages; not in",
            f"CI. Run: {len(nights) - 1} nights after the first load, {nights[1]['day']} to {nights[-1]['day']}.",
            f"Something was delivered on {len(worked) - 1} of them, {sum(one['dumps'] for one in worked[1:])} dumps in",
            "all; on the others `hrss refresh` found nothing new. Runs, releases and results kept in full:",
            f"{keep} (not 30), so that what is bounded shows it early. Megabytes:",
            "",
            f"| night of | number | memory at most | {' | '.join(parts)} |",
            f"|---|---:|---:|{'---:|' * len(parts)}",
            *rows,
            "",
            "Bounds, once as much is kept as is to be kept, in megabytes a night, on average:",
            f"{', '.join(f'{part} {most:g}' for part, most in GROWTH.items())}; memory at most",
            f"{MEMORY_SHARE:g} times that of the first nights. {kept_or_not}",
            "",
        ]
    )


def harmed_section(nights: Sequence[Night], *again: Sequence[Night]) -> str:
    """The section of a harmed year, and of its first nights `again` with other harm."""
    worked = with_deliveries(nights)[1:]
    every = [night for one in (nights, *again) for night in one]
    killed: dict[bool, int] = {
        delivered: sum(night.get("kills", 0) for night in every if bool(night["dumps"]) == delivered)
        for delivered in (True, False)
    }
    full, steps, runs = (sum(night.get(name, 0) for night in every) for name in ("full_disks", "steps", "runs"))
    damaged = sum(len(night.get("damaged", ())) for night in every)
    compared = sum("differences" in night for one in (nights, *again) for night in one[1:])
    is_same = not any(night.get("differences") for night in every)
    return "\n".join(
        [
            HARMED,
            "",
            "The same tool with `--chaos SEED --against UNDISTURBED` harms nights at random and holds each against the",
            f"same night of an undisturbed year. Run: {len(nights) - 1} nights, {nights[1]['day']} to",
            f"{nights[-1]['day']}, {len(worked)} of them with deliveries ({sum(night['dumps'] for night in worked)}",
            "dumps)" + "".join(f"; the first {len(one) - 1} a second time, harmed otherwise" for one in again) + ".",
            f"{sum(killed.values())} of {runs} runs were killed at any moment, {killed[True]} of them on",
            f"a night with deliveries; {full} were ended by a disk that was full; {damaged} files were damaged;",
            f"the clock stepped {steps} times within a run. On {compared} nights the undisturbed year made a release",
            "(a new month makes one too): the marts were",
            "its own each time, but for the moment of landing." if is_same else "compared, AND SOME DIFFERED.",
            "After each other night the release was the one before, whole.",
            "",
        ]
    )


def write(text: str) -> None:
    """Put a section into the page, in the place of the one of its heading."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(text.partition("\n")[0] + "\n")
    _, follows, after = rest.partition("\n## ")
    PAGE.write_text(f"{before.rstrip()}\n\n{text}{follows}{after}".rstrip() + "\n", encoding="utf-8")
