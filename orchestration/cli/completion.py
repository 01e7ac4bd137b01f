"""What the shell offers when TAB is pressed: indicators, regions, plans, releases. Imports nothing heavy, opens no
database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer

Offers = Iterator[tuple[str, str]]
"""A word and what it means. The library leaves out those that do not begin with what was typed."""


def complete_indicators() -> Offers:
    """Every indicator by id, Chinese and English name."""
    import csv

    from raw_landing.regions import SEEDS

    with (SEEDS / "indicators.csv").open(encoding="utf-8", newline="") as file:
        found = {row["indicator_id"]: (row["name_zh"], row["name_en"]) for row in csv.DictReader(file)}
    for key, (zh, en) in found.items():
        yield from ((key, f"{zh} / {en}"), (zh, key), (en, key))


def complete_regions(incomplete: str) -> Offers:
    """Every region by code and name; before anything is typed, the province, its units and city groups by code."""
    from raw_landing.regions import load_regions

    known = load_regions()
    for code, region in (known.by_code | known.groups).items():
        if incomplete or region.level != "county":
            yield code, region.name_zh
        if incomplete:
            yield from ((name, code) for name in (region.name_zh, region.name_en) if name)


def complete_plans() -> Offers:
    """Every plan."""
    from orchestration.rendering.labels import plan_names

    for plan, (zh, en) in plan_names().items():
        yield plan, f"{zh} / {en}"


def complete_releases(ctx: typer.Context) -> Offers:
    """The releases that are kept, newest first, after the names that move with them."""
    from orchestration.release.candidates import CANDIDATE, candidate_ids
    from orchestration.release.log import CURRENT, LATEST, release_ids
    from orchestration.settings import Settings

    home: Path | None = ctx.params.get("home")
    settings = Settings.of(home=home)
    ids = release_ids(settings)
    if candidate_ids(settings):
        yield CANDIDATE, ""
    yield from ((name, "") for name in (CURRENT, LATEST, *reversed(ids)) if ids)
