"""The locators of breaches in the words of people: regions, indicators, extracts, doubts and dumps by their names."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

import duckdb

from orchestration.rendering.labels import BASIS, PERIOD_TYPE
from orchestration.settings import DBT_PROJECT
from orchestration.text import Pair
from raw_landing.contract import load_contracts
from raw_landing.regions import load_regions

_DUMPS = """
SELECT dump_id, extract, unit_code, strftime(period_start, '%Y-%m') FROM fct_landing_receipt WHERE extract IS NOT NULL
"""


@cache
def agreed_names() -> dict[str, Pair]:
    """What has its name whatever the release."""
    extracts = {name: (contract.zh, name.replace("_", " ").capitalize()) for name, contract in load_contracts().items()}
    known = load_regions()
    places = known.by_code | known.groups
    regions = {code: (region.name_zh, region.name_en or code) for code, region in places.items()}
    seeded: dict[str, Pair] = {}
    for seed in ("doubt_rules.csv", "indicators.csv"):
        with (DBT_PROJECT / "seeds" / seed).open(encoding="utf-8", newline="") as file:
            seeded |= {next(iter(row.values())): (row["name_zh"], row["name_en"]) for row in csv.DictReader(file)}
    return extracts | regions | seeded | BASIS | PERIOD_TYPE


def agreed_indicators() -> dict[str, tuple[str, str, bool]]:
    """Each indicator's names and whether a plan binds it, as long as no release says it."""
    seeds = DBT_PROJECT / "seeds"
    with (seeds / "plan_indicators.csv").open(encoding="utf-8", newline="") as file:
        binding = {row["indicator_id"] for row in csv.DictReader(file) if row["attribute"] == "binding"}
    with (seeds / "indicators.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["indicator_id"]: (row["name_zh"], row["name_en"], row["indicator_id"] in binding)
            for row in csv.DictReader(file)
        }


def names_in(connection: duckdb.DuckDBPyConnection) -> dict[str, Pair]:
    """The same, and dumps as a published file knows them: extract, unit and period."""
    dumps = {
        dump_id: in_words(":".join(part for part in parts if part), agreed_names())
        for dump_id, *parts in connection.execute(_DUMPS).fetchall()
    }
    return agreed_names() | dumps


def in_words(locator: str, named: Mapping[str, Pair]) -> Pair:
    """A locator, whose parts stand between colons; what has no name stands as it is."""
    pairs = [named.get(part, (part, part)) for part in locator.split(":")]
    zh, en = (" · ".join(pair[at] for pair in pairs) for at in (0, 1))
    return zh, en
