"""What follows from a subject cube: an attacker who takes all its published cells of a quarter together, in every
region, with what the indicators tell, and whether a withheld cell can have but one value. He knows that every person
has one value of each dimension, one county and one month, and that a table which is not withheld whole has a 0 where it
has no row. He does not use how the cells to withhold were chosen. Reads no file and judges none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from tests.support.suppression_attack import Sums

Person = tuple[str, ...]
"""What a count that is not made of others is of: its county, its month, its value of each dimension."""
Cell = tuple[str, tuple[tuple[str, str], ...]]
"""A region and its values of at most two dimensions."""

WITHHELD = "withheld"


@dataclass(frozen=True)
class World:
    """The regions and what there is to be counted in them."""

    whole: str
    """The region that all counties are in."""
    counties_of: Mapping[str, Sequence[str]]
    """Of every region the counties that it is made of; of a county itself."""
    months: Sequence[str]
    values: Mapping[str, Sequence[str]]
    """The values of each dimension."""

    def persons(
        self, region: str, values: Iterable[tuple[str, str]] = (), month: str | None = None
    ) -> tuple[Person, ...]:
        """The counts that a figure is the sum of."""
        wanted = dict(values)
        found: list[Person] = [
            (county, each) for county in self.counties_of[region] for each in ([month] if month else self.months)
        ]
        for dimension, possible in self.values.items():
            chosen = [wanted[dimension]] if dimension in wanted else possible
            found = [(*person, value) for person in found for value in chosen]
        return tuple(found)

    def tables(self, region: str) -> Iterator[tuple[str, ...]]:
        """The dimensions of each table of a region's cube: one in a county, two above."""
        for size in (0, 1) if self.counties_of[region] == [region] else (0, 1, 2):
            yield from combinations(self.values, size)


@dataclass
class CubeCase:
    """All that is published of a quarter: the told cells, the cells that are withheld, the tables that are withheld
    whole (the empty table: everything of the region), and figures of indicators, each with its counts."""

    told: dict[Cell, float]
    hidden: set[Cell]
    withheld: set[tuple[str, tuple[str, ...]]]
    figures: list[tuple[tuple[Person, ...], float]]


def follows(world: World, case: CubeCase, asked: Iterable[Cell]) -> set[Cell]:
    """The cells of `asked` that can have but one value."""
    of_terms = {world.persons(*cell): cell for cell in asked}
    if not of_terms:
        return set()
    sums = Sums()
    for person in world.persons(world.whole):
        sums.terms[person] = len(sums.terms)
    for terms, value in case.figures:
        sums.equal.append((dict.fromkeys(terms, 1.0), value))
    for cell, value in _said(world, case):
        sums.equal.append((dict.fromkeys(world.persons(*cell), 1.0), value))
    return {of_terms[terms] for terms in sums.determined(of_terms)}


def _said(world: World, case: CubeCase) -> Iterator[tuple[Cell, float]]:
    for region in world.counties_of:
        if (region, ()) in case.withheld:
            continue
        for table in world.tables(region):
            if (region, table) not in case.withheld:
                for cell in cells(world, region, table):
                    if cell not in case.hidden:
                        yield cell, case.told.get(cell, 0.0)


def cells(world: World, region: str, table: tuple[str, ...]) -> list[Cell]:
    """All cells of a table of a region."""
    found: list[tuple[tuple[str, str], ...]] = [()]
    for dimension in table:
        found = [(*one, (dimension, value)) for one in found for value in world.values[dimension]]
    return [(region, one) for one in found]
