"""What sums of counts, which are not negative, leave open of others: by linear programmes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Asked = TypeVar("Asked", bound=Hashable)
Line = tuple[Sequence[int], Sequence[int]]
"""The counts of a sum, by number, and those of a sum that is taken off."""

_DRAWS = 4  # directions that all counts are stretched in, before one is stretched by itself
_SLACK = 1e-4  # of a count: what a solver may be off


class Sums:
    """What is known of so many counts."""

    def __init__(self, counts: int) -> None:
        self._counts = counts
        self._equal: list[Line] = []
        self._values: list[float] = []
        self._at_most: list[Line] = []

    def equal(self, terms: Sequence[int], value: float, less: Sequence[int] = ()) -> None:
        """A sum, less another one, is of this value."""
        self._equal.append((terms, less))
        self._values.append(value)

    def at_most(self, terms: Sequence[int], whole: Sequence[int]) -> None:
        """A sum is at most another one."""
        self._at_most.append((terms, whole))

    def determined(self, asked: Mapping[Asked, Line]) -> set[Asked]:
        """Of these sums those that cannot be of two values that are one apart."""
        left, low, high = set(asked), dict.fromkeys(asked, np.inf), dict.fromkeys(asked, -np.inf)

        def stretch(goal: NDArray[np.float64]) -> None:
            """Leave out what is one apart in the counts that go farthest this way and in any before."""
            counts = self._farthest(goal)
            for one in list(left):
                value = counts[list(asked[one][0])].sum() - counts[list(asked[one][1])].sum()
                low[one], high[one] = min(low[one], value), max(high[one], value)
                if high[one] - low[one] > 1 - _SLACK:
                    left.remove(one)

        chance = np.random.default_rng(0)
        for _ in range(_DRAWS):
            if left:
                stretch(chance.standard_normal(self._counts))
        for one in sorted(left, key=repr):
            for sign in (1.0, -1.0):
                if one in left:
                    goal = np.zeros(self._counts)
                    goal[list(asked[one][0])] = sign
                    goal[list(asked[one][1])] = -sign
                    stretch(goal)
        return left

    def _farthest(self, goal: NDArray[np.float64]) -> NDArray[np.float64]:
        from scipy.optimize import linprog  # slow to import, and seldom asked

        found = linprog(
            goal,
            A_ub=self._matrix(self._at_most),
            b_ub=np.zeros(len(self._at_most)) if self._at_most else None,
            A_eq=self._matrix(self._equal),
            b_eq=self._values or None,
            bounds=(0, 10 * (1 + max(self._values, default=0))),
            method="highs",
            options={"presolve": False},
        )
        if not found.success:
            raise ArithmeticError(found.message)
        return np.asarray(found.x)

    def _matrix(self, lines: Sequence[Line]) -> object:
        from scipy.sparse import csr_matrix

        entries = [
            (value, row, column)
            for row, line in enumerate(lines)
            for value, columns in zip((1.0, -1.0), line, strict=True)
            for column in columns
        ]
        if not lines:
            return None
        values, rows, columns = zip(*entries, strict=True) if entries else ((), (), ())
        return csr_matrix((values, (rows, columns)), shape=(len(lines), self._counts))
