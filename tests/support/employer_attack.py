"""What follows from counts of employers by region and class, told with their sums and by the parts that they are made
of: an attacker who takes all that is told of a table together, and what earlier releases told of it, and whether a
withheld count can have but one value. He knows that regions and classes partition what is counted, that parts and the
rest make up a count, that no count is negative. He does not use how the cells to withhold were chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from orchestration.statistics.circles import ALL, REST, Cell
from tests.support.suppression_attack import Sums

Told = Mapping[tuple[str, str, str], int]
"""What is told: region, class, part; the count. Parts are those that a count is made of, by `made_of`."""


def follows(
    leaves: Iterable[Cell],
    whole: str,
    made_of: Mapping[str, Sequence[str]],
    told: Told,
    asked: Iterable[tuple[str, str, str]],
) -> set[tuple[str, str, str]]:
    """The counts of `asked` that can have but one value. `made_of`: of each part the disjoint ones that it is the sum
    of; that of ALL are all there are."""
    own = sorted({(REST if region == whole else region, name) for region, name in leaves})

    def terms(region: str, name: str, part: str) -> tuple[tuple[str, str, str], ...]:
        return tuple(
            (*cell, one)
            for cell in own
            if region in (whole, cell[0]) and name in (ALL, cell[1])
            for one in made_of[part]
        )

    sums = Sums()
    for cell in own:
        for one in made_of[ALL]:
            sums.terms[*cell, one] = len(sums.terms)
    for key, count in told.items():
        sums.equal.append((dict.fromkeys(terms(*key), 1.0), float(count)))
    of_terms = {terms(*key): key for key in asked}
    return {of_terms[one] for one in sums.determined(of_terms)} if of_terms else set()
