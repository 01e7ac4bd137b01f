"""No count of a few employers follows from all that is told of a table, nor from what earlier releases told of it:
random tables, attacked by linear programming (tests/support/employer_attack.py)."""

from __future__ import annotations

import ast
import random
import re
import runpy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pytest

from orchestration.gate.baseline import OTHER_COUNTS
from orchestration.statistics.circles import ALL, REST, Cell, with_margins
from orchestration.statistics.small_counts import Splits, rest_of, told
from tests.support.employer_attack import follows
from tests.support.warehouse import DBT_PROJECT

WHOLE = "420000"
LEAST = 5
SIZES = ([0, 0, 1, 2, 4, 5, 6, 9, 30], [0, 0, 0, 0, 1, 2, 3, 7, 20])
Key = tuple[str, str, str]
Leaves = dict[Cell, dict[str, int]]


@dataclass(frozen=True)
class Kind:
    """How the counts of a table are split, and what is published of them: by part the disjoint ones it is made of."""

    splits: Splits
    made_of: Mapping[str, tuple[str, ...]]
    told_with: Mapping[str, str] = field(default_factory=dict)
    """Parts that are told where another one is: what it leaves over."""


RISK = Kind(
    (("high", ("high",), None), ("level", ("red", "orange"), "high")),
    {
        ALL: ("red", "orange", "yellow"),
        "high": ("red", "orange"),
        "red": ("red",),
        "orange": ("orange",),
        "yellow": ("yellow",),
    },
    {"yellow": "high"},
)
CREDIT = Kind(
    (("listed", ("listed",), None), ("repaired", ("repaired",), None)),
    {
        ALL: ("both", "listed_only", "repaired_only", "neither"),
        "listed": ("both", "listed_only"),
        "repaired": ("both", "repaired_only"),
    },
)


@dataclass(frozen=True)
class Release:
    kind: Kind
    leaves: Leaves
    opened: frozenset[tuple[Key, int]] = frozenset()
    """What earlier releases told."""

    @property
    def known(self) -> dict[Key, int]:
        """What of it is the same today."""
        return {key: count for key, count in self.opened if self.truth.get(key) == count}

    @cached_property
    def truth(self) -> dict[Key, int]:
        return {
            (*cell, part): count
            for part, atoms in self.kind.made_of.items()
            for cell, (count,) in with_margins(
                {leaf: (sum(of[atom] for atom in atoms),) for leaf, of in self.leaves.items()}, WHOLE
            ).items()
            if cell[0] != REST
        }

    @cached_property
    def told(self) -> dict[Key, int]:
        leaves = {
            leaf: {part: sum(of[atom] for atom in atoms) for part, atoms in self.kind.made_of.items()}
            for leaf, of in self.leaves.items()
        }
        earlier = [
            (region, name, rest_of(self.kind.told_with[part]) if part in self.kind.told_with else part, count)
            for (region, name, part), count in self.opened
        ]
        rows = list(told(leaves, WHOLE, LEAST, self.kind.splits, earlier=earlier))
        shown = {(region, name, part): count for region, name, part, count, is_told in rows if is_told}
        for part, beside in self.kind.told_with.items():
            shown |= {
                (region, name, part): self.truth[region, name, part]
                for region, name, each in list(shown)
                if each == beside and (region, name, ALL) in shown
            }
        return shown

    @property
    def small(self) -> list[Key]:
        """The counts of a few that nobody knows from before."""
        known = self.known
        return [key for key, count in self.truth.items() if 0 < count < LEAST and key not in known]

    def found(self, shown: Mapping[Key, int] | None = None) -> set[Key]:
        """The small counts that follow."""
        shown = self.told if shown is None else shown
        return follows(self.leaves, WHOLE, self.kind.made_of, {**self.known, **shown}, self.small)

    def next(self, leaves: Leaves, opened: Iterable[tuple[Key, int]]) -> Release:
        """Made of these counts, by one who knows what was told."""
        return Release(self.kind, leaves, frozenset(opened))


def _leaf(chance: random.Random, kind: Kind, sizes: list[int]) -> dict[str, int]:
    atoms = kind.made_of[ALL]
    likely = [chance.choice([0, 1, 1, 4]) for _ in atoms]
    found = dict.fromkeys(atoms, 0)
    for atom in chance.choices(atoms, likely if any(likely) else None, k=chance.choice(sizes)):
        found[atom] += 1
    return found


def _draw(seed: int, kind: Kind) -> Release:
    chance = random.Random(seed)
    regions = [f"42{code}00" for code in range(10, 10 + chance.randint(2, 8))]
    regions += [WHOLE] if chance.random() < 0.5 else []
    names, sizes = "ABCDEF"[: chance.randint(1, 6)], chance.choice(SIZES)
    return Release(kind, {(region, name): _leaf(chance, kind, sizes) for region in regions for name in names})


def _revised(seed: int, leaves: Leaves, kind: Kind) -> Leaves:
    """One leaf in ten, and one at least, is counted anew."""
    chance = random.Random(seed)
    anew = chance.sample(sorted(leaves), 1 + len(leaves) // 10)
    return leaves | {leaf: _leaf(chance, kind, SIZES[0]) for leaf in anew}


@pytest.mark.parametrize("kind", [RISK, CREDIT], ids=["risk", "credit"])
def test_no_count_of_a_few_follows(kind: Kind) -> None:
    small = told_counts = 0
    for seed in range(150):
        release = _draw(seed, kind)
        assert all(release.truth[key] == count for key, count in release.told.items())
        assert not release.told.keys() & set(release.small)
        assert not release.found(), seed
        small += len(release.small)
        told_counts += sum(count > 0 for count in release.told.values())
    assert small > 2000 and told_counts > 1000


@pytest.mark.parametrize("kind", [RISK, CREDIT], ids=["risk", "credit"])
def test_what_earlier_releases_told_gives_nobody_away(kind: Kind) -> None:
    """Three releases one after the other. What follows in a later one would do so if it told nothing at all."""
    beyond_help = small = 0
    for seed in range(60):
        release = _draw(seed, kind)
        opened = {*release.told.items()}
        for later in range(2):
            release = release.next(_revised(seed * 7 + later, release.leaves, kind), opened)
            opened |= {*release.told.items()}
            found = release.found()
            assert found == release.found({}), (seed, later)
            small, beyond_help = small + len(release.small), beyond_help + len(found)
    assert small > 2000 and beyond_help < small / 50


def test_one_who_forgets_earlier_releases_gives_a_few_away() -> None:
    """The test above can fail."""
    lost = 0
    for seed in range(20):
        first = _draw(seed, RISK)
        second = first.next(_revised(seed * 7, first.leaves, RISK), first.told.items())
        forgetful = Release(RISK, second.leaves).told
        lost += len(second.found(forgetful)) - len(second.found())
    assert lost > 5


def test_the_same_counts_told_again_are_withheld_the_same() -> None:
    """The next release knows what this one told."""
    for seed in range(40):
        first = _draw(seed, RISK)
        second = first.next(_revised(seed, first.leaves, RISK), first.told.items())
        again = second.next(second.leaves, {*first.told.items(), *second.told.items()})
        assert again.told == second.told


def test_the_attack_finds_what_sums_tell() -> None:
    """By hand: of two units' builders one is withheld beside their sum; of two, nothing follows; nor does an earlier
    release tell it, until it tells the other one."""
    counts = {("420100", "E", ALL): 3, ("420200", "E", ALL): 9, (WHOLE, "E", ALL): 12}
    leaves = [("420100", "E"), ("420200", "E")]
    made_of = {ALL: ("one",)}
    asked = [("420100", "E", ALL)]
    assert follows(leaves, WHOLE, made_of, {key: counts[key] for key in counts if key not in asked}, asked) == {*asked}
    whole = {(WHOLE, "E", ALL): 12}
    assert follows(leaves, WHOLE, made_of, whole, asked) == set()
    assert follows(leaves, WHOLE, made_of, {**whole, ("420200", "E", ALL): 9}, asked) == {*asked}


def test_suppression_knows_each_count_of_employers_that_is_remembered() -> None:
    """By the names that baseline.py lays into landed.published_cell, each with a part that there is."""
    model = (DBT_PROJECT / "models/intermediate/labour/int_employer_earlier.sql").read_text(encoding="utf-8")
    # without a match the test fails here, as it should
    told = ast.literal_eval(re.search(r"{% set told = (.+?) %}", model, re.DOTALL)[1])  # type: ignore[index]
    remembered = {table: {*counts} for table, _, counts, _ in OTHER_COUNTS}
    assert {*told["risk"]} == remembered["fct_labour_risk"]
    assert {*told["credit"], *told["supervised"]} == remembered["fct_employer_credit"]
    splits = runpy.run_path(str(DBT_PROJECT / "models/intermediate/labour/int_employer_told.py"))["SPLITS"]
    for subject, parts in told.items():
        there_are = {ALL} | {part for _, of, _ in splits[subject] for part in of}
        assert {*parts.values()} <= there_are | {rest_of(name) for name, _, _ in splits[subject]}
