"""Which of the dumps of one identity counts: the rule by itself."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raw_landing.ledger.status import Place, Standing, places

ACTIVE, REJECTED = Place("loaded"), Place("rejected")


def one(dump_id: str, content: str, revision: int = 1, *, turn: int, withdrawn: bool = False) -> Standing:
    return Standing(dump_id, content, revision, turn, withdrawn)


CASES = {
    "alone": ([one("a", "x", turn=1)], {"a": ACTIVE}),
    "a later revision takes over": (
        [one("a", "x", 1, turn=1), one("b", "y", 2, turn=2)],
        {"a": Place("superseded", "b"), "b": ACTIVE},
    ),
    "a late older revision is superseded at once": (
        [one("a", "x", 2, turn=1), one("b", "y", 1, turn=2)],
        {"a": ACTIVE, "b": Place("superseded", "a")},
    ),
    "the same content under another name": (
        [one("a", "x", turn=1), one("b", "x", turn=2)],
        {"a": ACTIVE, "b": Place("duplicate", "a")},
    ),
    "a duplicate of what was superseded": (
        [one("a", "x", 1, turn=1), one("b", "y", 2, turn=2), one("c", "x", 1, turn=3)],
        {"a": Place("superseded", "b"), "b": ACTIVE, "c": Place("duplicate", "a")},
    ),
    "a later revision counts though its content is known": (
        [one("a", "x", 1, turn=1), one("b", "x", 2, turn=2)],
        {"a": Place("superseded", "b"), "b": ACTIVE},
    ),
    "back to the first content by a third revision": (
        [one("a", "x", 1, turn=1), one("b", "y", 2, turn=2), one("c", "x", 3, turn=3)],
        {"a": Place("superseded", "c"), "b": Place("superseded", "c"), "c": ACTIVE},
    ),
    "two contents of one revision: the greater counts": (
        [one("a", "y", turn=1), one("b", "x", turn=2)],
        {"a": ACTIVE, "b": Place("superseded", "a", same_revision=True)},
    ),
    "two contents of a revision that is superseded": (
        [one("a", "y", 1, turn=1), one("b", "x", 1, turn=2), one("c", "z", 2, turn=3)],
        {"a": Place("superseded", "c"), "b": Place("superseded", "a", same_revision=True), "c": ACTIVE},
    ),
    "withdrawn: the revision before counts again": (
        [one("a", "x", 1, turn=1), one("b", "y", 2, turn=2, withdrawn=True)],
        {"a": ACTIVE, "b": REJECTED},
    ),
    "what was withdrawn does not come back under another name": (
        [one("a", "x", turn=1, withdrawn=True), one("b", "x", turn=2)],
        {"a": REJECTED, "b": Place("duplicate", "a")},
    ),
    "a withdrawn duplicate changes nothing else": (
        [one("a", "x", turn=1), one("b", "x", turn=2, withdrawn=True)],
        {"a": ACTIVE, "b": REJECTED},
    ),
    "none": ([], {}),
}


@pytest.mark.parametrize(("standings", "expected"), CASES.values(), ids=CASES.keys())
def test_the_place_of_each_dump(standings: list[Standing], expected: dict[str, Place]) -> None:
    for order in itertools.permutations(standings):
        assert places(order) == expected


@given(
    st.lists(
        st.tuples(st.sampled_from("xyz"), st.integers(1, 3), st.booleans()),
        max_size=8,
    )
)
def test_there_is_one_active_dump_and_every_dump_has_a_place(dumps: list[tuple[str, int, bool]]) -> None:
    standings = [
        Standing(str(turn), content, revision, turn, withdrawn)
        for turn, (content, revision, withdrawn) in enumerate(dumps)
    ]
    found = places(standings)
    assert set(found) == {standing.dump_id for standing in standings}
    firsts = {(one.revision, one.sha256): one for one in reversed(standings)}
    live = [key for key, first in firsts.items() if not first.withdrawn]
    loaded = [standing for standing in standings if found[standing.dump_id].status == "loaded"]
    assert [(standing.revision, standing.sha256) for standing in loaded] == ([max(live)] if live else [])
    assert all((found[one.dump_id].status == "rejected") == one.withdrawn for one in standings)
