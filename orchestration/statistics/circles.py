"""A table with margins, and circles of unknown cells in it: which may be larger or smaller while every sum stays as it
is told. Cells are the edges of a graph that joins each region with each class, sums among them (Gusfield 1988)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet

Cell = tuple[str, str]  # region, class
Node = tuple[str, str]

Counts = Mapping[Cell, tuple[int, ...]]
"""By cell what it is made of; the sum is the cell's count."""

ALL = "*"
"""All classes together."""

REST = ""
"""What lies in the whole region and in none of its parts: it is never told itself."""


def with_margins(leaves: Counts, whole: str) -> dict[Cell, tuple[int, ...]]:
    """The cells with those of all classes and of the whole region. A leaf of the whole region is the rest of it."""
    found: dict[Cell, list[int]] = {}
    for (region, name), counts in leaves.items():
        own = REST if region == whole else region
        places = [place for place, count in enumerate(counts) if count]
        for cell in ((own, name), (own, ALL), (whole, name), (whole, ALL)):
            sums = found.get(cell)
            if sums is None:
                sums = found[cell] = [0] * len(counts)
            for place in places:
                sums[place] += counts[place]
    return {cell: tuple(sums) for cell, sums in found.items()}


def movable(asked: Iterable[Cell], may_rise: AbstractSet[Cell], may_fall: AbstractSet[Cell], whole: str) -> set[Cell]:
    """The cells of `asked` that lie on a circle, gone round in a direction in which each cell rises or falls as it
    may: within what leads to each other all but bridges do (Boesch and Tindell 1980). `whole`: the region that all
    others add up to."""
    out: dict[Node, list[Node]] = defaultdict(list)
    for cells, is_rise in ((may_rise, True), (may_fall, False)):
        for cell in cells:
            tail, head = _arc(cell, whole)[:: 1 if is_rise else -1]
            out[tail].append(head)
    component = _components(out)
    within = {cell for cell in may_rise | may_fall if len({component.get(node, node) for node in nodes(cell)}) == 1}
    return within.intersection(asked) - bridges(within)


def _components(out: dict[Node, list[Node]]) -> dict[Node, Node]:
    """By node one that stands for all that lead to it and that it leads to (Tarjan 1972)."""
    order: dict[Node, int] = {}
    low: dict[Node, int] = {}
    found: dict[Node, Node] = {}
    open_nodes: list[Node] = []

    def visit(node: Node) -> None:
        order[node] = low[node] = len(order)
        open_nodes.append(node)
        for other in out.get(node, ()):
            if other not in order:
                visit(other)
            if other not in found:
                low[node] = min(low[node], low[other])
        if low[node] == order[node]:
            while node not in found:
                found[open_nodes.pop()] = node

    for node in list(out):
        if node not in order:
            visit(node)
    return found


def _arc(cell: Cell, whole: str) -> tuple[Node, Node]:
    """From where to where one more goes: from its region to its class, on to the whole's region and back by the sums,
    so that at every node as much comes as goes where sums are right."""
    region, name = nodes(cell)
    return (region, name) if (cell[0] == whole) == (cell[1] == ALL) else (name, region)


def _reached(out: dict[Node, list[tuple[Node, Cell]]], start: Node, without: Cell) -> set[Node]:
    seen, ahead = {start}, [start]
    while ahead:
        for other, cell in out[ahead.pop()]:
            if cell != without and other not in seen:
                seen.add(other)
                ahead.append(other)
    return seen


def nodes(cell: Cell) -> tuple[Node, Node]:
    """What a cell joins: its region and its class."""
    return ("region", cell[0]), ("class", cell[1])


def sides(cell: Cell, unknown: Collection[Cell]) -> tuple[set[Node], set[Node]]:
    """What unknown cells join to a cell's region, and what to its class, without the cell itself."""
    out: dict[Node, list[tuple[Node, Cell]]] = defaultdict(list)
    for other in unknown:
        row, column = nodes(other)
        out[row].append((column, other))
        out[column].append((row, other))
    row, column = nodes(cell)
    return _reached(out, row, cell), _reached(out, column, cell)


def bridges(hidden: Collection[Cell]) -> set[Cell]:
    """The cells that lie on no circle, in whichever direction (Tarjan 1974)."""
    near: dict[Node, list[tuple[Node, Cell]]] = defaultdict(list)
    for cell in sorted(hidden):
        row, column = nodes(cell)
        near[row].append((column, cell))
        near[column].append((row, cell))
    order: dict[Node, int] = {}
    low: dict[Node, int] = {}
    found = set()

    def visit(node: Node, by: Cell | None) -> None:
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
