"""Which of the dumps of one identity counts: the rule by itself."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raw_landing.ledger.status import AcceptedDump, DumpStatus, resolve_statuses

ACTIVE, REJECTED = DumpStatus("loaded"), DumpStatus("rejected")


def one(dump_id: str, content: str, revision: int = 1, *, arrival_order: int, withdrawn: bool = False) -> AcceptedDump:
    return AcceptedDump(dump_id, content, revision, arrival_order, withdrawn)


CASES = {
    "alone": ([one("a", "x", arrival_order=1)], {"a": ACTIVE}),
    "a later revision takes over": (
        [one("a", "x", 1, arrival_order=1), one("b", "y", 2, arrival_order=2)],
        {"a": DumpStatus("superseded", "b"), "b": ACTIVE},
    ),
    "a late older revision is superseded at once": (
        [one("a", "x", 2, arrival_order=1), one("b", "y", 1, arrival_order=2)],
        {"a": ACTIVE, "b": DumpStatus("superseded", "a")},
    ),
    "the same content under another name": (
        [one("a", "x", arrival_order=1), one("b", "x", arrival_order=2)],
        {"a": ACTIVE, "b": DumpStatus("duplicate", "a")},
    ),
    "a duplicate of what was superseded": (
        [one("a", "x", 1, arrival_order=1), one("b", "y", 2, arrival_order=2), one("c", "x", 1, arrival_order=3)],
        {"a": DumpStatus("superseded", "b"), "b": ACTIVE, "c": DumpStatus("duplicate", "a")},
    ),
    "a later revision counts though its content is known": (
        [one("a", "x", 1, arrival_order=1), one("b", "x", 2, arrival_order=2)],
        {"a": DumpStatus("superseded", "b"), "b": ACTIVE},
    ),
    "back to the first content by a third revision": (
        [one("a", "x", 1, arrival_order=1), one("b", "y", 2, arrival_order=2), one("c", "x", 3, arrival_order=3)],
        {"a": DumpStatus("superseded", "c"), "b": DumpStatus("superseded", "c"), "c": ACTIVE},
    ),
    "two contents of one revision: the greater counts": (
        [one("a", "y", arrival_order=1), one("b", "x", arrival_order=2)],
        {"a": ACTIVE, "b": DumpStatus("superseded", "a", same_revision=True)},
    ),
    "two contents of a revision that is superseded": (
        [one("a", "y", 1, arrival_order=1), one("b", "x", 1, arrival_order=2), one("c", "z", 2, arrival_order=3)],
        {"a": DumpStatus("superseded", "c"), "b": DumpStatus("superseded", "a", same_revision=True), "c": ACTIVE},
    ),
    "withdrawn: the revision before counts again": (
        [one("a", "x", 1, arrival_order=1), one("b", "y", 2, arrival_order=2, withdrawn=True)],
        {"a": ACTIVE, "b": REJECTED},
    ),
    "what was withdrawn does not come back under another name": (
        [one("a", "x", arrival_order=1, withdrawn=True), one("b", "x", arrival_order=2)],
        {"a": REJECTED, "b": DumpStatus("duplicate", "a")},
    ),
    "a withdrawn duplicate changes nothing else": (
        [one("a", "x", arrival_order=1), one("b", "x", arrival_order=2, withdrawn=True)],
        {"a": ACTIVE, "b": REJECTED},
    ),
    "none": ([], {}),
}


@pytest.mark.parametrize(("accepted", "expected"), CASES.values(), ids=CASES.keys())
def test_the_place_of_each_dump(accepted: list[AcceptedDump], expected: dict[str, DumpStatus]) -> None:
    for order in itertools.permutations(accepted):
        assert resolve_statuses(order) == expected


@given(
    st.lists(
        st.tuples(st.sampled_from("xyz"), st.integers(1, 3), st.booleans()),
        max_size=8,
    )
)
def test_there_is_one_active_dump_and_every_dump_has_a_place(dumps: list[tuple[str, int, bool]]) -> None:
    accepted = [
        AcceptedDump(str(arrival_order), content, revision, arrival_order, withdrawn)
        for arrival_order, (content, revision, withdrawn) in enumerate(dumps)
    ]
    found = resolve_statuses(accepted)
    assert set(found) == {standing.dump_id for standing in accepted}
    firsts = {(one.revision, one.sha256): one for one in reversed(accepted)}
    live = [key for key, first in firsts.items() if not first.withdrawn]
    loaded = [standing for standing in accepted if found[standing.dump_id].status == "loaded"]
    assert [(standing.revision, standing.sha256) for standing in loaded] == ([max(live)] if live else [])
    assert all((found[one.dump_id].status == "rejected") == one.withdrawn for one in accepted)
