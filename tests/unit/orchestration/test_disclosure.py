"""Which cells of a survey's tables may be told, and that nothing withheld can be worked out from what is."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from orchestration.statistics.disclosure import EVERYBODY, Cell, Limits, Margins, cells_told, told

LIMITS = Limits(30, 5, 0.5)
PROVINCE = "420000"


def _margins(table: dict[tuple[str, str], list[int]]) -> Margins:
    """Of one dimension: the persons of every enterprise, by region and class; no enterprise is in two of them."""
    margins = Margins()
    for (region, code), enterprises in table.items():
        for k, persons in enumerate(enterprises):
            enterprise = f"{region}/{code}/{k}"
            margins.add((region, EVERYBODY), EVERYBODY, PROVINCE, enterprise, persons)
            margins.add((region, ("industry", code)), EVERYBODY, PROVINCE, enterprise, persons)
    return margins


def _told(table: dict[tuple[str, str], list[int]]) -> set[tuple[str, str]]:
    return {(region, code) for region, (_, code) in told(_margins(table), LIMITS)}


MANY = [10] * 10


@pytest.mark.parametrize(
    ("persons", "allowed"),
    [
        ([6, 6, 6, 6, 6], True),
        ([5, 6, 6, 6, 6], False),  # 29 persons
        ([10, 10, 10, 10], False),  # four enterprises
        ([24, 6, 6, 6, 7], True),  # 24 of 49
        ([25, 6, 6, 6, 7], False),  # half of 50
    ],
)
def test_a_cell_needs_persons_enterprises_and_none_that_predominates(persons: list[int], allowed: bool) -> None:
    assert LIMITS.allow(Counter({str(k): n for k, n in enumerate(persons)})) is allowed


def test_what_is_withheld_alone_takes_the_smallest_of_its_row_and_of_its_column_along() -> None:
    """Of 420100 class C is too small. The rest of 420100 beside A, and of the province's C, must not give it away."""
    table = {(region, code): MANY for region in ("420100", "420200", "420300") for code in "ABC"}
    table["420100", "C"] = [3, 4]
    table["420100", "B"] = [9] * 10
    table["420200", "C"] = [8] * 10
    open_cells = _told(table)
    assert {("420100", "C"), ("420100", "B"), ("420200", "C")}.isdisjoint(open_cells)
    assert ("420100", "*") in open_cells and (PROVINCE, "C") in open_cells and ("420300", "C") in open_cells


def test_a_class_is_withheld_with_the_classes_in_it() -> None:
    margins = Margins()
    for code, above, staff in (("*", "*", 200), ("6", "*", 20), ("618", "6", 15), ("2", "*", 180)):
        name = EVERYBODY if code == "*" else ("occupation", code)
        class_above = EVERYBODY if above == "*" else ("occupation", above)
        for k in range(10):
            margins.add(("420100", name), class_above, PROVINCE, f"e{k}", staff // 10)
    # class 6 has 20 persons: it goes, and class 2 with it, which would leave it over
    assert told(margins, LIMITS) == {("420100", EVERYBODY), (PROVINCE, EVERYBODY)}


def test_who_belongs_to_no_part_is_not_left_over() -> None:
    """Four persons of no unit, and as many of no section: the smallest part goes, so that they hide among others."""
    margins = _margins({(region, code): MANY for region in ("420100", "420200") for code in "AB"})
    for k in range(4):
        margins.add((PROVINCE, EVERYBODY), EVERYBODY, PROVINCE, f"p{k}", 1)
    open_cells = told(margins, LIMITS)
    assert ("420100", EVERYBODY) not in open_cells and ("420200", EVERYBODY) in open_cells
    assert len({("420000", ("industry", code)) for code in "AB"} & open_cells) == 1


def test_a_bridge_is_not_told_by_all_sums_together() -> None:
    """Two blocks of withheld cells that one more cell joins: the rows of a block less its columns are that cell, though
    every row and every column leaves over enough."""
    codes, regions = "ABCDEFGH", [f"4202{k:02}" for k in range(8)]
    table = {(region, code): MANY for region in regions for code in codes}
    blocks = [(r, c) for r in (0, 1) for c in (0, 1)] + [(r, c) for r in (2, 3) for c in (2, 3)]
    for r, c in blocks:
        table[regions[r], codes[c]] = [4] * 7  # 28 persons each: two together may be told
    table[regions[1], codes[2]] = [1, 1]  # the bridge
    open_cells = _told(table)
    assert not _worked_out(_margins(table), open_cells)


@pytest.mark.parametrize("seed", range(12))
def test_nothing_withheld_can_be_worked_out_from_random_tables(seed: int) -> None:
    draw = random.Random(seed)
    table = {
        (f"42{unit:02}00", code): [draw.choice((1, 2, 5, 9, 20)) for _ in range(draw.randrange(1, 14))]
        for unit in range(1, draw.randrange(3, 9))
        for code in "ABCDEF"[: draw.randrange(2, 7)]
        if draw.random() < 0.8
    }
    margins = _margins(table)
    open_cells = _told(table)
    assert not _worked_out(margins, open_cells)
    for (whole, _), parts in margins.sums.items():  # nor may any one sum leave over what must not be told
        if whole in told(margins, LIMITS):
            rest = margins.rest(whole, [part for part in parts if (part[0], part[1][1]) in open_cells])
            assert not rest or LIMITS.allow(rest)


def _worked_out(margins: Margins, open_cells: set[tuple[str, str]]) -> list[Cell]:
    """The secret cells that are a linear combination of what is told, in terms of the cells of regions and classes."""
    atoms = [cell for cell in sorted(margins.persons) if cell[0] != PROVINCE and cell[1] != EVERYBODY]

    def holds(cell: Cell) -> list[float]:
        return [float(cell[0] in (PROVINCE, a[0]) and cell[1] in (EVERYBODY, a[1])) for a in atoms]

    known = np.array([holds(cell) for cell in margins.persons if (cell[0], cell[1][1]) in open_cells])
    if not known.size:
        return []
    secret = [cell for cell in margins.persons if not LIMITS.allow(margins.persons[cell])]
    found = []
    for cell in secret:
        wanted = np.array(holds(cell))
        best = np.linalg.lstsq(known.T, wanted, rcond=None)[0]
        if np.abs(known.T @ best - wanted).max() < 1e-9:
            found.append(cell)
    return found


def test_cells_are_told_by_period_with_the_whole_region() -> None:
    rows = [
        (end, "420100", dimension, code, "*", f"e{k}", persons)
        for end, persons in (("2023-12-31", 7), ("2024-12-31", 5))
        for dimension, code in (("all", "*"), ("industry", "C"))
        for k in range(5)
    ]
    names = ("period_end", "region_code", "dimension", "class_code", "class_above", "enterprise_uscc", "persons")
    columns = {
        name: np.array(values, dtype=object) for name, values in zip(names, zip(*rows, strict=True), strict=True)
    }
    columns["period_end"] = columns["period_end"].astype("datetime64[D]")
    for name, value in (("least_persons", 30), ("least_enterprises", 5), ("largest_share", 0.5)):
        columns[name] = np.full(len(rows), value)
    found = cells_told(columns, PROVINCE)
    assert list(found["region_code"]) == [PROVINCE, PROVINCE, "420100", "420100"] * 2
    assert list(found["class_code"]) == ["*", "C"] * 4
    assert list(found["is_told"]) == [True] * 4 + [False] * 4  # 35 persons in 2023, 25 in 2024
    assert not cells_told({name: values[:0] for name, values in columns.items()}, PROVINCE)["is_told"].size
