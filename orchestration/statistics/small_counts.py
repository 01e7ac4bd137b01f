"""Which counts of a table with margins may be told, where those of a few are withheld: by regions and classes, and by
the parts that a count is made of. What is left of a told sum is nobody or not a few, and no withheld count is
determined by all sums taken together.

Regions and classes partition what is counted. Cells are the edges of a graph: each joins its region with its class,
sums among them. An unknown cell that lies on a circle of unknown ones may be larger or smaller, while one that is a
bridge between two parts of the graph may not (Gusfield 1988)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Cell = tuple[str, str]  # region, class
Counts = Mapping[Cell, tuple[int, ...]]
"""By cell what it is made of; the sum is the cell's count."""

Line = tuple[Cell, list[Cell]]
"""A sum and its parts."""

ALL = "*"
"""All classes together; as a part the count itself."""

REST = ""
"""What lies in the whole region and in none of its parts: it is never told itself."""

Splits = Sequence[tuple[str, tuple[str, ...], str | None]]
"""How a count is split, in this order: a name, its parts (what they leave over is one more), and the split that has to
be told for this one to be."""


def with_margins(leaves: Counts, whole: str) -> dict[Cell, tuple[int, ...]]:
    """The cells with those of all classes and of the whole region. A leaf of the whole region is the rest of it."""
    found: dict[Cell, tuple[int, ...]] = {}
    for (region, name), counts in leaves.items():
        own = REST if region == whole else region
        for cell in ((own, name), (own, ALL), (whole, name), (whole, ALL)):
            found[cell] = tuple(a + b for a, b in zip(found.get(cell, (0,) * len(counts)), counts, strict=True))
    return found


def withheld(
    cells: Counts, whole: str, least: int, hidden: set[Cell] | None = None, spared: Collection[Cell] = ()
) -> set[Cell]:
    """The cells that may not be told, `hidden` among them. Cells of nobody are told; others rather than those spared
    are withheld for the sake of a few."""
    size = {cell: sum(counts) for cell, counts in cells.items() if sum(counts) > 0}
    hidden = {cell for cell in size if cell[0] == REST or few(cells[cell], least)} | (hidden or set())
    lines = _lines(size, whole)

    def order(line: Line, cell: Cell) -> tuple[Any, ...]:
        """The smallest told part of a sum goes first, then the sum."""
        return cell in spared, cell == line[0], size[cell], cell

    def beside(found: Iterable[Line]) -> set[Cell]:
        """What to withhold besides in each of these sums."""
        open_cells = ([(line, cell) for cell in (line[0], *line[1]) if cell not in hidden] for line in found)
        return {min(one, key=lambda pair: order(*pair))[1] for one in open_cells if one}

    while True:
        more = beside(line for line in lines if _gives_away(line, hidden, cells, least))
        if not more:
            for cell in bridges(hidden):
                near = beside(line for line in lines if cell == line[0] or cell in line[1])
                more |= set(sorted(near, key=lambda one: (one in spared, size[one], one))[:1])
        if not more:
            return hidden
        hidden |= more


def few(counts: tuple[int, ...], least: int) -> bool:
    """Whether one of the counts is of somebody, but fewer than so many."""
    return any(0 < count < least for count in counts)


def _lines(size: Mapping[Cell, int], whole: str) -> list[Line]:
    rows, columns = defaultdict(list), defaultdict(list)
    for region, name in size:
        if name != ALL:
            rows[region].append((region, name))
        if region != whole:
            columns[name].append((region, name))
    return [((region, ALL), sorted(parts)) for region, parts in sorted(rows.items())] + [
        ((whole, name), sorted(parts)) for name, parts in sorted(columns.items())
    ]


def _gives_away(line: Line, hidden: set[Cell], cells: Counts, least: int) -> bool:
    """Whether a told sum leaves a single withheld part over, or a few."""
    whole, parts = line
    unknown = [part for part in parts if part in hidden]
    if whole in hidden or not unknown:
        return False
    left = tuple(map(sum, zip(*(cells[part] for part in unknown), strict=True)))
    return len(unknown) == 1 or few(left, least)


def bridges(hidden: set[Cell]) -> set[Cell]:
    """The cells that are determined: those that lie on no circle of cells, each of which shares a region or a class
    with the next (Tarjan 1974)."""
    near: dict[tuple[str, str], list[tuple[tuple[str, str], Cell]]] = defaultdict(list)
    for cell in sorted(hidden):
        row, column = ("region", cell[0]), ("class", cell[1])
        near[row].append((column, cell))
        near[column].append((row, cell))
    order: dict[tuple[str, str], int] = {}
    low: dict[tuple[str, str], int] = {}
    found = set()

    def visit(node: tuple[str, str], by: Cell | None) -> None:
        order[node] = low[node] = len(order)
        for other, cell in near[node]:
            if cell == by:
                continue
            if other not in order:
                visit(other, cell)
                low[node] = min(low[node], low[other])
                if low[other] > order[node]:
                    found.add(cell)
            else:
                low[node] = min(low[node], order[other])

    for node in list(near):
        if node not in order:
            visit(node, None)
    return found


def told(
    leaves: Mapping[Cell, Mapping[str, int]],
    whole: str,
    least: int,
    splits: Splits,
    spared: Collection[Cell] = (),
) -> Iterator[tuple[Any, ...]]:
    """Of a table, given by the counts of each leaf by part (ALL is the count itself): region, class, part, count and
    whether it may be told, of each cell and part."""
    total = with_margins({cell: (parts.get(ALL, 0),) for cell, parts in leaves.items()}, whole)
    hidden: dict[str | None, set[Cell]] = {None: withheld(total, whole, least, spared=spared)}
    yield from _rows(total, (ALL,), hidden[None])
    for name, parts, after in splits:
        made = {
            cell: (*(of.get(part, 0) for part in parts), of.get(ALL, 0) - sum(of.get(part, 0) for part in parts))
            for cell, of in leaves.items()
        }
        cells = with_margins(made, whole)
        hidden[name] = withheld(cells, whole, least, hidden[after], spared)
        yield from _rows(cells, parts, hidden[name])


def _rows(cells: Counts, parts: tuple[str, ...], hidden: set[Cell]) -> Iterator[tuple[Any, ...]]:
    for cell, counts in sorted(cells.items()):
        if cell[0] != REST:
            for part, count in zip(parts, counts, strict=False):
                yield (*cell, part, count, cell not in hidden)


def tables_told(
    counts: Mapping[str, NDArray[Any]],
    whole: str,
    splits: Mapping[str, Splits],
    spared: Mapping[Any, Collection[Cell]] | None = None,
) -> dict[str, NDArray[Any]]:
    """The same of many tables. `counts` has a row per leaf and part: subject, period_end, region_code, class_code,
    part, employers, least; `splits` those of each subject; `spared` those of subject and period_end.

    Columns: subject, period_end, region_code, class_code, part, employers, is_told."""
    names = ("subject", "period_end", "region_code", "class_code", "part", "employers")
    tables: dict[Any, dict[Cell, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for subject, end, region, name, part, count in zip(*(counts[column] for column in names), strict=True):
        of = tables[subject, end][region, name]
        of[part] = of.get(part, 0) + int(count)
    least = int(counts["least"][0]) if len(counts["least"]) else 0
    rows = [
        (subject, end, *row)
        for (subject, end), leaves in tables.items()
        for row in told(leaves, whole, least, splits[subject], (spared or {}).get((subject, end), ()))
    ]
    subjects, ends, regions, classes, parts, employers, is_told = zip(*rows, strict=True) if rows else ((),) * 7
    return {
        "subject": np.array(subjects, dtype=object),
        "period_end": np.array(ends, dtype="datetime64[us]"),
        "region_code": np.array(regions, dtype=object),
        "class_code": np.array(classes, dtype=object),
        "part": np.array(parts, dtype=object),
        "employers": np.array(employers, dtype=np.int64),
        "is_told": np.array(is_told, dtype=bool),
    }
