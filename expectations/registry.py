"""The facts about indicators that rules follow from, read from their registry, dbt_project/seeds/indicators.csv."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

SEED = Path(__file__).parent.parent / "dbt_project" / "seeds" / "indicators.csv"


@cache
def registered() -> tuple[dict[str, str], ...]:
    """The rows of the registry, one for each version of an indicator's definition."""
    with SEED.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def indicators(**facts: str) -> tuple[str, ...]:
    """The indicators of which a version has all these facts, each once, in the order of the registry."""
    found = (row for row in registered() if all(row[name] == value for name, value in facts.items()))
    return tuple(dict.fromkeys(row["indicator_id"] for row in found))
