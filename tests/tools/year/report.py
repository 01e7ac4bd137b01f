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


def section(nights: Sequence[Night], keep: int, harmed: Sequence[Night]) -> str:
    """The section, of undisturbed nights and of harmed ones."""
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
    kills, full, steps, runs = (
        sum(one.get(name, 0) for one in harmed) for name in ("kills", "full_disks", "steps", "runs")
    )
    damaged = sum(len(one.get("damaged", ())) for one in harmed)
    compared = [one for one in harmed if "differences" in one and "runs" in one]
    kept_or_not = f"Not kept: {'; '.join(found)}." if found else "All kept."
    parts = (*PARTS, "newest release")
    is_same = not any(one["differences"] for one in compared)
    lines = [
        HEADING,
        "",
        "`python -m tests.tools.year` runs a night a day on a small sample, the clock moved, without pages; not in CI.",
        f"Run: {len(nights) - 1} nights after the first load, {nights[1]['day']} to {nights[-1]['day']}. Something was",
        f"delivered on {len(worked) - 1} of them, {sum(one['dumps'] for one in worked[1:])} dumps in",
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
    if harmed:
        lines += [
            "The same year harmed at random (`--chaos SEED --against UNDISTURBED`): to its night",
            f"{harmed[-1]['night']}, {len(compared)} nights harmed, with {runs} runs, {kills} of them killed at any",
            f"moment, {full} ended by a disk that was full, {damaged} files damaged, {steps} steps of the clock within",
            "a run. After each of these nights the marts were those of the undisturbed one, but for the"
            if is_same
            else "a run. Some of these nights had other marts, apart from the",
            "moment of landing.",
            "",
        ]
    return "\n".join(lines)


def write(nights: Sequence[Night], keep: int, harmed: Sequence[Night]) -> None:
    """Put the section into the page, in the place of the one before."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(HEADING)
    _, follows, after = rest.partition("\n## ")
    PAGE.write_text(
        f"{before.rstrip()}\n\n{section(nights, keep, harmed)}{follows}{after}".rstrip() + "\n", encoding="utf-8"
    )
