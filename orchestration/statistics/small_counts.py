"""Which counts of a table with margins may be told, where those of a few are withheld: by regions and classes, and by
the parts that a count is made of. What is left of a told sum is nobody or not a few, and no withheld count of a few is
determined by all that is told, nor by what earlier releases told that is the same today.

Regions and classes partition what is counted. Cells are the edges of a graph: each joins its region with its class,
sums among them. An unknown cell that lies on a circle of unknown ones may be larger or smaller, while one that is a
bridge between two parts of the graph may not (Gusfield 1988). No count is negative: one of nobody can only be larger,
and a circle is gone round in the directions that are left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orchestration.statistics.circles import ALL, REST, Cell, Counts, bridges, movable, nodes, sides, with_margins
from orchestration.statistics.sums import Sums

Line = tuple[Cell, list[Cell]]
"""A sum and its parts."""

Earlier = Iterable[tuple[str, str, str, float]]
"""What earlier releases told: region, class, part, count."""

Splits = Sequence[tuple[str, tuple[str, ...], str | None]]
"""How a count is split, in this order: a name, its parts (what they leave over is one more), and the split that has to
be told for this one to be, of whose first part it is made."""

Table = tuple[str, Any]  # subject, period_end

_COUNT = ("region_code", "class_code", "part", "employers")

Figure = tuple[str | None, int, Cell]
"""A split (none: the count itself), the place of a part of it, and of which cell."""


def rest_of(split: str) -> str:
    """What the part is called that a split's parts leave over."""
    return f"rest of {split}"


def withheld(
    cells: Counts,
    whole: str,
    least: int,
    hidden: set[Cell] | None = None,
    spared: Collection[Cell] = (),
    known: Collection[Cell] = (),
) -> set[Cell]:
    """The cells that may not be told, `hidden` among them. Cells of nobody are told; others rather than those spared
    are withheld for the sake of a few; what is known hides nobody. Where nothing protects a few, all of their sums is
    withheld."""
    margins = _Margins(cells, whole, spared)
    hidden = {cell for cell in margins.size if cell[0] == REST or few(cells[cell], least)} | (hidden or set())
    while True:
        unknown, not_open = hidden.difference(known), hidden.union(known)
        more = margins.beside((line for line in margins.lines if _gives_away(line, unknown, cells, least)), not_open)
        if not more:
            stuck = bridges(unknown)
            more = set().union(*(margins.nearest(cell, unknown, not_open) for cell in stuck))
        if not more:
            beyond_help = {cell for cell in stuck if few(cells[cell], least)}
            return hidden.union(*(margins.cells_beside(cell) for cell in beyond_help))
        hidden |= more


class _Margins:
    """The sums of a table, and what is withheld first for the sake of others."""

    def __init__(self, cells: Counts, whole: str, spared: Collection[Cell]) -> None:
        self.size = {cell: sum(counts) for cell, counts in cells.items() if sum(counts) > 0}
        self.lines = _lines(self.size, whole)
        self._cells, self._whole, self._spared = cells, whole, spared

    def order(self, cell: Cell) -> tuple[Any, ...]:
        """The smallest part of a sum goes first, then the sum; what has nobody in a part, who could be fewer, last."""
        is_sum = cell[0] == self._whole or cell[1] == ALL
        return cell in self._spared, 0 in self._cells[cell], is_sum, self.size[cell], cell

    def cells_beside(self, cell: Cell) -> set[Cell]:
        """All of the sums that a cell is in, or is."""
        return {one for whole, parts in self.lines if cell == whole or cell in parts for one in (whole, *parts)}

    def beside(self, lines: Iterable[Line], not_open: Collection[Cell]) -> set[Cell]:
        """What to withhold besides in each of these sums."""
        open_cells = ([cell for cell in (whole, *parts) if cell not in not_open] for whole, parts in lines)
        return {min(one, key=self.order) for one in open_cells if one}

    def nearest(self, cell: Cell, unknown: Collection[Cell], not_open: Collection[Cell]) -> set[Cell]:
        """What to withhold for a cell that is determined: of its own sums, else of those that unknown cells lead to
        from it, first what joins the two sides that it parts. Nothing where all is."""
        if near := self.beside((line for line in self.lines if cell == line[0] or cell in line[1]), not_open):
            return {min(near, key=self.order)}
        one, other = sides(cell, unknown)
        ranked = []
        for far in self.size.keys() - not_open:
            row, column = nodes(far)
            joins = (row in one and column in other) or (row in other and column in one)
            if joins or not (one | other).isdisjoint((row, column)):
                ranked.append((not joins, self.order(far), far))
        return {min(ranked)[2]} if ranked else set()


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


def _gives_away(line: Line, unknown: set[Cell], cells: Counts, least: int) -> bool:
    """Whether a sum that is told, or known, leaves a single unknown part over, or a few."""
    whole, parts = line
    left_over = [part for part in parts if part in unknown]
    if whole in unknown or not left_over:
        return False
    left = tuple(map(sum, zip(*(cells[part] for part in left_over), strict=True)))
    return len(left_over) == 1 or few(left, least)


class _Table:
    """The counts of one table, all that they are split into, and what is withheld of each."""

    def __init__(
        self, leaves: Mapping[Cell, Mapping[str, int]], whole: str, least: int, splits: Splits, earlier: Earlier
    ) -> None:
        self.whole, self.least, self.splits = whole, least, splits
        self.total = with_margins({cell: (parts.get(ALL, 0),) for cell, parts in leaves.items()}, whole)
        self.made = {
            name: with_margins({cell: _made(of, parts) for cell, of in leaves.items()}, whole)
            for name, parts, _ in splits
        }
        self.parts = {name: parts for name, parts, _ in splits}
        self.within = {after: name for name, _, after in splits if after is not None}
        """By split the one that its first part is split into."""
        self.hidden: dict[str | None, set[Cell]] = {}
        self.known: dict[str | None, set[Cell]] = {None: set(), **{name: set() for name in self.made}}
        """By split the cells of which an earlier release told a part as it is today; of none their counts."""
        places: dict[str, tuple[str | None, Counts, int]] = {ALL: (None, self.total, 0)} | {
            part: (name, self.made[name], place)
            for name, parts, _ in splits
            for place, part in enumerate((*parts, rest_of(name)))
        }
        for region, class_code, part, count in earlier:
            split, counts, place = places[part]
            if (cell := (region, class_code)) in counts and counts[cell][place] == count:
                self.known[split].add(cell)

    def withhold(self, spared: Collection[Cell]) -> None:
        """What sums alone give away; then, of the splits, what is told by all together."""
        more: dict[str, set[Cell]] = {name: set() for name in self.made}
        margins = {name: _Margins(cells, self.whole, spared) for name, cells in self.made.items()}
        while True:
            self.hidden = {
                None: withheld(self.total, self.whole, self.least, self._beside_known(None), spared, self.known[None])
            }
            for name, _, after in self.splits:
                hidden = self.hidden[after] | self._beside_known(name) | more[name]
                self.hidden[name] = withheld(self.made[name], self.whole, self.least, hidden, spared, self.known[name])
            found = False
            for split, _, cell in sorted(self._determined(), key=repr):
                for name in self.made if split is None else (split,):
                    unknown, known = self.hidden[name] - self.known[name], self.known[name]
                    far = margins[name].nearest(cell, unknown, self.hidden[name] | known | more[name])
                    found |= bool(far)
                    more[name] |= far
            if not found:
                return

    def _beside_known(self, split: str | None) -> set[Cell]:
        """The cells that would tell of a few beside a part of theirs that is known."""
        return {
            cell
            for name, _, after in self.splits
            if after == split
            for cell in self.known[name]
            if few(self.made[name][cell], self.least)
        }

    def _determined(self) -> set[Figure]:
        """The counts of a few that follow: of those that move round no circle with others, as a linear programme finds
        by all that is told and known."""
        asked = self._suspected()
        return _Followed(self).determined(asked) if asked else set()

    def _suspected(self) -> set[Figure]:
        """The counts of a few that no single circle moves."""
        unknown = self.hidden[None] - self.known[None]
        small = {cell for cell in unknown if cell[0] != REST and few(self.total[cell], self.least)}
        for chosen in self._kinds():
            small -= self._moved(small, chosen)
        return {(None, 0, cell) for cell in small}.union(
            *(self._exposed(name, after) for name, _, after in self.splits)
        )

    def _exposed(self, name: str, after: str | None) -> set[Figure]:
        """The same of a split. A part may grow at the cost of another one of the same cell, or as the whole cell
        does."""
        of, finest = self.made[name], self.made[self.within.get(name, name)]
        unknown, last = self.hidden[name] - self.known[name], len(self.parts[self.within.get(name, name)])
        need = {
            (cell, part)
            for cell in unknown
            if cell[0] != REST
            for part in range(len(self.parts[name]) + (after is None))  # what is left over is that of `after`
            if 0 < of[cell][part] < self.least
        }

        def part_of(kind: int) -> int:
            """The part that a finest one belongs to."""
            return kind if finest is of else int(kind == last)

        kinds = range(last + 1)
        for one, other in product(kinds, kinds):
            if need and part_of(one) < part_of(other):
                is_above = after is not None and other == last
                among = self.hidden[after] - self.known[after] if is_above else unknown
                falls, rises = ({cell for cell in among if finest[cell][kind]} for kind in (one, other))
                moved = movable({cell for cell, _ in need}, rises, falls, self.whole)
                need -= {(cell, part) for cell in moved for part in (part_of(one), part_of(other))}
        for chosen in self._kinds() if need else ():
            part = part_of(chosen[self.within.get(name, name)])
            need -= {(cell, part) for cell in self._moved({cell for cell, each in need if each == part}, chosen)}
        return {(name, part, cell) for cell, part in need}

    def _kinds(self) -> Iterator[dict[str, int]]:
        """What somebody who moves from cell to cell may be, by the finest splits."""
        finest = [name for name in self.made if name not in self.within]
        sizes = (range(len(self.parts[name]), -1, -1) for name in finest)
        return (dict(zip(finest, kinds, strict=True)) for kinds in product(*sizes))

    def _moved(self, asked: set[Cell], kinds: Mapping[str, int]) -> set[Cell]:
        """The cells of `asked` that may have one more, or one less, of these kinds."""
        if not asked:
            return set()
        unknown = self.hidden[None].difference(*self.known.values())
        falls = {cell for cell in unknown if all(self.made[name][cell][kind] for name, kind in kinds.items())}
        return movable(asked & unknown, unknown, falls, self.whole)


class _Followed:
    """What all that is told and known of a table leaves open of each leaf: its count, its parts."""

    def __init__(self, table: _Table) -> None:
        self._whole = table.whole
        self._leaves = [
            cell for cell, (count,) in table.total.items() if count and ALL not in cell and cell[0] != table.whole
        ]
        kinds = [(None, 0), *((name, place) for name, parts, _ in table.splits for place in range(len(parts)))]
        self._first = {kind: number * len(self._leaves) for number, kind in enumerate(kinds)}
        self._parts = {name: len(parts) for name, parts, _ in table.splits}
        self._after = {name: after for name, _, after in table.splits}
        self._sums = Sums(len(kinds) * len(self._leaves))
        for split, counts in ((None, table.total), *table.made.items()):
            for cell, of in counts.items():
                if cell[0] != REST and (cell not in table.hidden[split] or cell in table.known[split]):
                    for place in range(self._parts.get(split, 1) if split else 1):
                        self._sums.equal(self._terms(split, place, cell), of[place])
        for name, after in self._after.items():
            for leaf in self._leaves:
                parts = [one for place in range(self._parts[name]) for one in self._terms(name, place, leaf)]
                if after is None:
                    self._sums.at_most(parts, self._terms(None, 0, leaf))
                else:
                    self._sums.equal(parts, 0, self._terms(after, 0, leaf))

    def determined(self, asked: Iterable[Figure]) -> set[Figure]:
        return self._sums.determined({figure: self._line(*figure) for figure in asked})

    def _line(self, split: str | None, place: int, cell: Cell) -> tuple[list[int], list[int]]:
        if split is None or place < self._parts[split]:
            return self._terms(split, place, cell), []
        rest_beside = [one for each in range(self._parts[split]) for one in self._terms(split, each, cell)]
        return self._terms(None, 0, cell), rest_beside

    def _terms(self, split: str | None, place: int, cell: Cell) -> list[int]:
        """The numbers of what a count is the sum of."""
        region, name = cell
        return [
            self._first[split, place] + number
            for number, leaf in enumerate(self._leaves)
            if region in (self._whole, leaf[0]) and name in (ALL, leaf[1])
        ]


def _made(of: Mapping[str, int], parts: tuple[str, ...]) -> tuple[int, ...]:
    counts = tuple(of.get(part, 0) for part in parts)
    return (*counts, of.get(ALL, 0) - sum(counts))


def told(
    leaves: Mapping[Cell, Mapping[str, int]],
    whole: str,
    least: int,
    splits: Splits,
    spared: Collection[Cell] = (),
    earlier: Earlier = (),
) -> Iterator[tuple[Any, ...]]:
    """Of a table, given by the counts of each leaf by part (ALL is the count itself): region, class, part, count and
    whether it may be told, of each cell and part."""
    table = _Table(leaves, whole, least, splits, earlier)
    table.withhold(spared)
    yield from _rows(table.total, (ALL,), table.hidden[None])
    for name, parts, _ in splits:
        yield from _rows(table.made[name], parts, table.hidden[name])


def _rows(cells: Counts, parts: tuple[str, ...], hidden: set[Cell]) -> Iterator[tuple[Any, ...]]:
    for cell, counts in sorted(cells.items()):
        if cell[0] != REST:
            for part, count in zip(parts, counts, strict=False):
                yield (*cell, part, count, cell not in hidden)


def by_table(rows: Mapping[str, NDArray[Any]]) -> dict[Table, Earlier]:
    """Rows of subject, period_end, region_code, class_code, part and employers by subject and period_end."""
    found: dict[Table, list[tuple[str, str, str, float]]] = defaultdict(list)
    lists = (rows[name].tolist() for name in ("subject", *_COUNT))
    for end, subject, *row in zip(rows["period_end"], *lists, strict=True):
        found[subject, end].append(tuple(row))
    return dict(found)


def tables_told(
    counts: Mapping[str, NDArray[Any]],
    whole: str,
    splits: Mapping[str, Splits],
    spared: Mapping[Table, Collection[Cell]] | None = None,
    earlier: Mapping[Table, Earlier] | None = None,
) -> dict[str, NDArray[Any]]:
    """The same of many tables. `counts` has a row per leaf and part: subject, period_end, region_code, class_code,
    part, employers, least; `splits` those of each subject; `spared` and `earlier` those of each table.

    Columns: subject, period_end, region_code, class_code, part, employers, is_told."""
    least = int(counts["least"][0]) if len(counts["least"]) else 0
    rows = []
    for table, leaves in _leaves(counts).items():
        beside = (spared or {}).get(table, ()), (earlier or {}).get(table, ())
        rows += [(*table, *row) for row in told(leaves, whole, least, splits[table[0]], *beside)]
    return _columns(rows)


def tables_counted(counts: Mapping[str, NDArray[Any]], whole: str, part: str) -> dict[str, NDArray[Any]]:
    """The same of one part, before anything is withheld."""
    chosen = {name: column[counts["part"] == part] for name, column in counts.items()}
    return _columns(
        [
            (*table, *cell, part, count, True)
            for table, leaves in _leaves(chosen).items()
            for cell, (count,) in with_margins({leaf: (of[part],) for leaf, of in leaves.items()}, whole).items()
            if cell[0] != REST
        ]
    )


def _leaves(counts: Mapping[str, NDArray[Any]]) -> dict[Table, dict[Cell, dict[str, int]]]:
    found: dict[Table, dict[Cell, dict[str, int]]] = {}
    for table, rows in by_table(counts).items():
        leaves = found[table] = defaultdict(dict)
        for region, name, part, count in rows:
            leaves[region, name][part] = leaves[region, name].get(part, 0) + int(count)
    return found


def _columns(rows: list[tuple[Any, ...]]) -> dict[str, NDArray[Any]]:
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
