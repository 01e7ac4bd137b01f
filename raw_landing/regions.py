"""The regions of Hubei for landing: codes, names, levels, former codes and names; and the titles of indicators and
record checks. Read from the warehouse's seeds."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from raw_landing.near import nearest

SEEDS = Path(__file__).parent.parent / "dbt_project" / "seeds"
NATION, PROVINCE = "000000", "420000"
COUNTIES_OF_PROVINCE = "429000"  # the heading over four units in GB/T 2260, no region


@dataclass(frozen=True)
class Region:
    """One row of regions.csv: a nation, province, prefecture (reporting unit), county or city group."""

    code: str
    name_zh: str
    name_en: str
    level: str
    parent: str


@dataclass(frozen=True)
class Regions:
    """The regions that dumps may name, by code, with those that other codes and names stand for: older ones, those of
    a unit's own level, short ones (GB/T 2260 and its changes). City groups, which no dump names, stand apart."""

    by_code: dict[str, Region]
    aliases: dict[str, str]
    groups: dict[str, Region] = field(default_factory=dict)

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

    def near(self, text: str) -> Region | None:
        """The region whose name, present or other, is most like this text; None where none is much like it."""
        names = self.by_name | {alias: code for alias, code in self.aliases.items() if not alias.isdigit()}
        found = nearest(text, names)
        return self.by_code[names[found]] if found else None

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
        regions = [
            Region(row["region_code"], row["name_zh"], row["name_en"], row["level"], row["parent_code"])
            for row in csv.DictReader(file)
        ]
    with (folder / "region_aliases.csv").open(encoding="utf-8", newline="") as file:
        aliases = {row["alias_code"]: row["region_code"] for row in csv.DictReader(file)}
    by_code = {region.code: region for region in regions if region.level != "city_group"}
    return Regions(by_code, aliases, {region.code: region for region in regions if region.code not in by_code})


@lru_cache(maxsize=4)
def load_titles(folder: Path = SEEDS) -> dict[str, tuple[str, str]]:
    """The titles of indicators and record checks, by id, in Chinese and in English."""
    titles: dict[str, tuple[str, str]] = {}
    for file_name, key in (("indicators.csv", "indicator_id"), ("doubt_rules.csv", "rule_id")):
        with (folder / file_name).open(encoding="utf-8", newline="") as file:
            titles |= {row[key]: (row["name_zh"], row["name_en"]) for row in csv.DictReader(file)}
    return titles
