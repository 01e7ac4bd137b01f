"""The regions of Hubei as landing needs them: codes, names, levels and the codes they used to have.
The tables themselves are the warehouse's seeds; here they are only read."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

SEEDS = Path(__file__).parent.parent / "dbt_project" / "seeds"
NATION, PROVINCE = "000000", "420000"


@dataclass(frozen=True)
class Region:
    """One row of regions.csv: a nation, province, prefecture (reporting unit) or county."""

    code: str
    name_zh: str
    name_en: str
    level: str
    parent: str


@dataclass(frozen=True)
class Regions:
    """All regions by code, with the aliases that older or unit-level codes stand for (GB/T 2260 and its changes)."""

    by_code: dict[str, Region]
    aliases: dict[str, str]

    @cached_property
    def units(self) -> tuple[str, ...]:
        """Codes of the 17 reporting units."""
        return tuple(code for code, region in self.by_code.items() if region.level == "prefecture")

    @cached_property
    def by_name(self) -> dict[str, str]:
        """Codes by Chinese name. Names are unique among the regions of Hubei; a test holds that."""
        return {region.name_zh: code for code, region in self.by_code.items()}

    @cached_property
    def words(self) -> frozenset[str]:
        """Every Chinese name of a region, whole and without the word for its kind: 武汉市, 武汉."""
        return frozenset(name for region in self.by_code.values() for name in (region.name_zh, region.name_zh[:-1]))

    def resolve(self, text: str) -> str | None:
        """The current code of a code (also 12 digits), an alias or a Chinese name; None if unknown."""
        text = text.strip()
        if text in self.by_name:
            return self.by_name[text]
        code = text[:6] if len(text) == 12 and text.isascii() and text.isdigit() else text
        code = self.aliases.get(code, code)
        return code if code in self.by_code else None


@lru_cache(maxsize=4)
def load_regions(folder: Path = SEEDS) -> Regions:
    """Read regions.csv and region_aliases.csv from the folder of seeds."""
    with (folder / "regions.csv").open(encoding="utf-8", newline="") as file:
        by_code = {
            row["region_code"]: Region(
                row["region_code"], row["name_zh"], row["name_en"], row["level"], row["parent_code"]
            )
            for row in csv.DictReader(file)
        }
    with (folder / "region_aliases.csv").open(encoding="utf-8", newline="") as file:
        aliases = {row["alias_code"]: row["region_code"] for row in csv.DictReader(file)}
    return Regions(by_code, aliases)
