"""Which cells of a table with margins may be told, where a cell is a region's employees of one class and the employees
belong to enterprises: those of enough persons in enough enterprises, none of which has too large a share, and only so
many of them that no other cell can be worked out.

A cell is withheld with all that it is made of. Besides, of every whole that is told, what its told parts leave over is
a set of persons that might itself be told, or nobody; and no cell that may not be told is determined by all sums taken
together. Counts and sums of pay add up alike, so what holds for the one holds for the other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]
Class = tuple[str, str]  # dimension, code
Cell = tuple[str, Class]  # region, class
EVERYBODY: Class = ("all", "*")

_ZERO = 1e-9  # of eigenvalues of a matrix of -1, 0 and 1


@dataclass(frozen=True)
class Limits:
    """What a cell needs in order to be told: persons, enterprises; no enterprise has this share of the persons."""

    persons: float
    enterprises: float
    share: float

    def allow(self, persons_of: Mapping[str, int]) -> bool:
        """Whether persons in such numbers by enterprise may be told."""
        persons = sum(persons_of.values())
        return (
            persons >= self.persons
            and len(persons_of) >= self.enterprises
            and max(persons_of.values()) < self.share * persons
        )


@dataclass
class Margins:
    """Persons by cell and enterprise, and the sums: of one cell, the cells that it is made of (not always wholly)."""

    persons: dict[Cell, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    sums: dict[tuple[Cell, str], set[Cell]] = field(default_factory=lambda: defaultdict(set))

    def add(self, cell: Cell, above: Class, whole_region: str, enterprise: str, persons: int) -> None:
        """Add persons of a region to it and to the region that it is a part of (itself, where it is that). `above`: the
        class that the cell's is a part of."""
        region, name = cell
        for one in {cell, (whole_region, name)}:
            self.persons[one][enterprise] += persons
            if name != EVERYBODY:
                self.sums[(one[0], above), name[0]].add(one)
        if region != whole_region:
            self.sums[(whole_region, name), "region"].add(cell)

    def size(self, cell: Cell) -> tuple[int, Cell]:
        """The order in which cells are withheld beside others: the fewest persons first."""
        return self.persons[cell].total(), cell

    def rest(self, whole: Cell, parts: Iterable[Cell]) -> Counter[str]:
        """The persons of a cell that none of the parts has."""
        left = Counter(self.persons[whole])
        for part in parts:
            left.subtract(self.persons[part])
        return +left


def told(margins: Margins, limits: Limits) -> set[Cell]:
    """The cells that may be told beside each other."""
    open_cells = {cell for cell, persons in margins.persons.items() if limits.allow(persons)}
    while True:
        open_cells = _below_open(margins, open_cells)
        more = _left_over(margins, limits, open_cells) or _determined(margins, limits, open_cells)
        if not more:
            return open_cells
        open_cells -= more


def _below_open(margins: Margins, open_cells: set[Cell]) -> set[Cell]:
    """The cells of which every whole is open, too."""
    while hidden := {
        part for (whole, _), parts in margins.sums.items() if whole not in open_cells for part in parts & open_cells
    }:
        open_cells = open_cells - hidden
    return open_cells


def _left_over(margins: Margins, limits: Limits, open_cells: set[Cell]) -> set[Cell]:
    """The smallest open part of every open whole whose other persons may not be told."""
    found = set()
    for (whole, _), parts in margins.sums.items():
        if whole in open_cells:
            known = parts & open_cells
            rest = margins.rest(whole, known)
            if rest and not limits.allow(rest):
                found.add(min(known, key=margins.size))
    return found


@dataclass(eq=False)
class _Equations:
    """Sums with something unknown in them that hang together: the unknowns with their persons, and what is open."""

    rows: list[dict[Any, int]] = field(default_factory=list)
    persons: dict[Any, Counter[str]] = field(default_factory=dict)
    open_parts: set[Cell] = field(default_factory=set)
    open_wholes: set[Cell] = field(default_factory=set)


def _determined(margins: Margins, limits: Limits, open_cells: set[Cell]) -> set[Cell]:
    """What to withhold besides, where all sums together determine what may not be told."""
    found = set()
    for equations in _equations(margins, open_cells):
        unknown = list(equations.persons)
        secret = [k for k, name in enumerate(unknown) if not limits.allow(equations.persons[name])]
        at = {name: k for k, name in enumerate(unknown)}
        matrix = np.zeros((len(equations.rows), len(unknown)))
        for row, signs in enumerate(equations.rows):
            for name, sign in signs.items():
                matrix[row, at[name]] = sign
        values, vectors = np.linalg.eigh(matrix.T @ matrix)
        moves = np.abs(vectors[:, values < _ZERO]).max(axis=1, initial=0)
        if secret and moves[secret].min() < _ZERO**0.5:
            found.add(min(equations.open_parts or equations.open_wholes, key=margins.size))
    return found


def _equations(margins: Margins, open_cells: set[Cell]) -> list[_Equations]:
    groups: list[_Equations] = []
    group_of: dict[Any, _Equations] = {}
    for (whole, kind), parts in sorted(margins.sums.items()):
        signs: dict[Any, int] = {part: -1 for part in sorted(parts) if part not in open_cells}
        if whole not in open_cells:
            signs[whole] = 1
        persons = {name: margins.persons[name] for name in signs}
        if rest := margins.rest(whole, parts):
            signs[whole, kind], persons[whole, kind] = -1, rest
        if not signs:
            continue
        one = _Equations([signs], persons, parts & open_cells, {whole} & open_cells)
        for other in {id(group_of[name]): group_of[name] for name in signs if name in group_of}.values():
            one.rows += other.rows
            one.persons |= other.persons
            one.open_parts |= other.open_parts
            one.open_wholes |= other.open_wholes
            groups.remove(other)
        groups.append(one)
        group_of |= dict.fromkeys(one.persons, one)
    return groups


def cells_told(persons: Columns, whole_region: str) -> dict[str, NDArray[Any]]:
    """Which cells may be told of each period. `persons` has a row per region, class and enterprise: period_end,
    region_code, dimension, class_code, class_above (a code of the dimension, or `*`), enterprise_uscc, persons, and in
    each row the limits: least_persons, least_enterprises, largest_share. Everybody: dimension `all`, class `*`.

    Columns: period_end, region_code, dimension, class_code, is_told; of the whole region, too."""
    tables: dict[Any, Margins] = defaultdict(Margins)
    names = ("period_end", "region_code", "dimension", "class_code", "class_above", "enterprise_uscc", "persons")
    for end, region, dimension, code, above, enterprise, count in zip(*(persons[n] for n in names), strict=True):
        class_above = EVERYBODY if above == EVERYBODY[1] else (dimension, above)
        tables[end].add((region, (dimension, code)), class_above, whole_region, enterprise, int(count))
    rows: list[tuple[Any, ...]] = []
    for end, margins in tables.items():
        limits = Limits(*(float(persons[n][0]) for n in ("least_persons", "least_enterprises", "largest_share")))
        open_cells = told(margins, limits)
        rows += [(end, cell[0], *cell[1], cell in open_cells) for cell in sorted(margins.persons)]
    ends, *texts, is_told = zip(*rows, strict=True) if rows else ((),) * 5
    return {
        "period_end": np.array(ends, dtype="datetime64[us]"),
        **{name: np.array(text, dtype=object) for name, text in zip(names[1:4], texts, strict=True)},
        "is_told": np.array(is_told, dtype=bool),
    }
