"""Which counts of few employers are withheld, and that no withheld one can be worked out from those told."""

from __future__ import annotations

import random

import numpy as np
import pytest

from orchestration.statistics.circles import ALL, REST, Cell, bridges, with_margins
from orchestration.statistics.small_counts import few, tables_told, told, withheld

WHOLE = "420000"
LEAST = 5


def _hidden(leaves: dict[Cell, int]) -> set[Cell]:
    return withheld(with_margins({cell: (count,) for cell, count in leaves.items()}, WHOLE), WHOLE, LEAST)


def _determined(cells: dict[Cell, tuple[int, ...]], hidden: set[Cell]) -> set[Cell]:
    """What all sums together tell of the withheld cells: independent of the search for bridges."""
    unknown = sorted(cell for cell in hidden if sum(cells[cell]) > 0)
    if not unknown:
        return set()
    at = {cell: place for place, cell in enumerate(unknown)}
    rows = []
    for kind, whole in ((0, ALL), (1, WHOLE)):
        for name in sorted({cell[kind] for cell in cells}):
            row = np.zeros(len(unknown))
            for cell in unknown:
                if cell[kind] == name:
                    row[at[cell]] = 1.0 if cell[1 - kind] != whole else -1.0
            rows.append(row)
    _, values, vectors = np.linalg.svd(np.array(rows))
    rank = int((values > 1e-9).sum())
    moves = np.abs(vectors[rank:]).max(axis=0, initial=0)
    return {cell for cell in unknown if moves[at[cell]] < 1e-9}


def test_one_withheld_cell_takes_others_along_and_sums_stay() -> None:
    leaves = {(region, name): 20 for region in ("420100", "420200", "420300") for name in "ABC"}
    leaves["420100", "C"] = 3
    leaves["420100", "B"], leaves["420200", "C"] = 9, 8
    hidden = _hidden(leaves)
    assert {("420100", "C"), ("420100", "B"), ("420200", "C")} <= hidden
    assert not [cell for cell in hidden if ALL in cell or WHOLE in cell]
    assert not _determined(with_margins({cell: (n,) for cell, n in leaves.items()}, WHOLE), hidden)


def test_what_is_in_no_unit_is_not_left_over() -> None:
    """Four employers of the province itself: of each class another cell goes, so that they hide among others."""
    leaves = {(region, "A"): 20 for region in ("420100", "420200")} | {(WHOLE, "A"): 4}
    hidden = _hidden(leaves)
    assert (REST, "A") in hidden and ("420100", "A") in hidden and ("420200", "A") not in hidden


def test_nobody_is_told_and_a_few_are_not() -> None:
    assert not few((0, 5), LEAST) and few((5, 1), LEAST) and few((4,), LEAST)
    hidden = _hidden({("420100", "A"): 0, ("420200", "A"): 6})
    assert not hidden


def test_a_cell_between_two_circles_is_a_bridge() -> None:
    circle = {(region, name) for region in "12" for name in "ab"}
    other = {(region, name) for region in "34" for name in "cd"}
    assert bridges(circle) == set()
    assert bridges(circle | other | {("1", "c")}) == {("1", "c")}


@pytest.mark.parametrize("seed", range(60))
def test_nothing_withheld_follows_from_random_tables(seed: int) -> None:
    chance = random.Random(seed)
    regions = [f"42{code}00" for code in range(10, 10 + chance.randint(1, 8))]
    leaves = {
        (region, name): {
            ALL: (n := chance.choice([0, 0, 1, 2, 4, 5, 6, 9, 30])),
            "high": (high := chance.randint(0, n)),
            "red": (red := chance.randint(0, high)),
            "orange": high - red,
        }
        for region in (*regions, *([WHOLE] if chance.random() < 0.5 else []))
        for name in "ABCDEF"[: chance.randint(1, 6)]
    }
    splits = (("high", ("high",), None), ("level", ("red", "orange"), "high"))
    rows = list(told(leaves, WHOLE, LEAST, splits))
    total = with_margins({cell: (parts[ALL],) for cell, parts in leaves.items()}, WHOLE)
    open_at = {part: {row[:2] for row in rows if row[2] == part and row[4]} for part in (ALL, "high", "red")}
    assert open_at["red"] <= open_at["high"] <= open_at[ALL]
    for part in (ALL, "high", "red"):
        hidden = {cell for cell, n in total.items() if n[0] > 0} - open_at[part]
        assert not _determined(total, hidden), part
        for region, name, _, count, _ in (row for row in rows if row[2] == part and row[4]):
            assert not 0 < count < LEAST, (region, name)
    # what a told sum leaves over of each part is nobody, or not a few
    for part, split in (("high", open_at["high"]), ("red", open_at["red"]), ("orange", open_at["red"])):
        cells = with_margins({cell: (parts[part],) for cell, parts in leaves.items()}, WHOLE)
        for kind, whole in ((0, ALL), (1, WHOLE)):
            for name in {cell[kind] for cell in cells}:
                line = {cell: n for cell, (n,) in cells.items() if cell[kind] == name}
                sums = [cell for cell in line if cell[1 - kind] == whole]
                if sums and sums[0] in split:
                    left = line[sums[0]] - sum(n for cell, n in line.items() if cell in split and cell != sums[0])
                    assert not 0 < left < LEAST


def test_tables_are_judged_each_by_itself() -> None:
    columns = ("subject", "period_end", "region_code", "class_code", "part", "employers", "least")
    rows = [
        ("risk", np.datetime64("2025-01-31"), "420100", "E", ALL, 5, LEAST),
        ("risk", np.datetime64("2025-01-31"), "420100", "E", "high", 5, LEAST),
        ("risk", np.datetime64("2025-02-28"), "420100", "E", ALL, 4, LEAST),
    ]
    found = tables_told(
        {name: np.array(column) for name, column in zip(columns, zip(*rows, strict=True), strict=True)},
        WHOLE,
        {"risk": (("high", ("high",), None),)},
    )
    assert found["is_told"].tolist() == [True] * 8 + [False] * 8
    assert set(found["region_code"]) == {"420100", WHOLE} and found["employers"].tolist()[:4] == [5] * 4
    empty = tables_told({name: np.array([]) for name in columns}, WHOLE, {})
    assert all(len(column) == 0 for column in empty.values())


def test_what_is_spared_is_told_rather_than_its_sum() -> None:
    """Six builders and four others of a unit: the six are told, and of two units the sums are not."""
    leaves = {("420100", "E"): (6,), ("420100", "F"): (4,), ("420200", "F"): (30,), ("420300", "F"): (40,)}
    cells = with_margins(leaves, WHOLE)
    assert ("420100", "E") in withheld(cells, WHOLE, LEAST)
    hidden = withheld(cells, WHOLE, LEAST, spared={("420100", "E")})
    assert ("420100", "E") not in hidden and ("420100", ALL) in hidden and not _determined(cells, hidden)
