"""What follows from published figures: an attacker who takes all that is said of a unit and its counties together, and
whether a withheld figure can have but one value. Reads no file and judges none.

He knows that the months of a flow add up to quarters, years to date and years, that counties add up to their unit (of
persons counted once in a region: that a unit has at most as many as its counties together, and at least as many as
each), that counts are not negative, that a part (of which ...) is at most its whole, and each figure that stood open in
an earlier release and is the same today. He does not use how the cells to withhold were chosen. Ranges are those of a
linear programme; a count whose range is narrower than one person is told."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from tests.support.warehouse import DBT_PROJECT

DRAWS = 12  # directions in which a unit's year is stretched before cells are asked for one by one

Term = tuple[str, str, int]
"""A count that is not made of others: family, county, month of the year (0 for what does not add up in time)."""


@dataclass(frozen=True)
class Indicator:
    """What of the registry says how figures hang together."""

    family: str
    whole: str
    """The family that it is a part of, or its own."""
    adds_up_in_time: bool
    adds_up_in_space: bool
    may_be_negative: bool


@cache
def personal_indicators() -> dict[str, Indicator]:
    """The indicators that count persons, by id."""
    with (DBT_PROJECT / "seeds" / "indicators.csv").open(encoding="utf-8") as file:
        rows = {row["indicator_id"]: row for row in csv.DictReader(file) if row["definition_version"] == "1"}
    return {
        name: Indicator(
            row["count_family"],
            rows[row["part_of"] or name]["count_family"],
            row["is_additive_in_time"] == "true",
            row["is_additive_in_space"] == "true" or row["measure_kind"] == "rate",
            row["may_be_negative"] == "true",
        )
        for name, row in rows.items()
        if row["is_person_based"] == "true"
    }


@dataclass
class Case:
    """Whatever can be put together: one unit with its counties, one year (or one day), a count and its parts."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    known: list[dict[str, Any]] = field(default_factory=list)


def cases(published: Iterable[dict[str, Any]], known: Iterable[dict[str, Any]] = ()) -> Iterator[Case]:
    """The published figures (indicator_id, region_code, level, parent_code, period_start, period_end, numerator: None
    where withheld), and those known from earlier releases, by what can be put together. Units and counties alone, and
    only where something is withheld."""
    found: dict[tuple[str, str, Any], Case] = {}
    for rows, place in ((published, "rows"), (known, "known")):
        for row in rows:
            indicator = personal_indicators().get(row["indicator_id"])
            if indicator and row["level"] in ("prefecture", "county"):
                unit = row["region_code"] if row["level"] == "prefecture" else row["parent_code"]
                span = row["period_end"].year if indicator.adds_up_in_time else row["period_end"]
                getattr(found.setdefault((indicator.whole, unit, span), Case()), place).append(row)
    return (case for case in found.values() if any(row["numerator"] is None for row in case.rows))


def told(case: Case) -> list[dict[str, Any]]:
    """The withheld rows of a case that can have but one value."""
    return _System(case).told()


class Sums:
    """Equations and bounds on counts that are not made of others, and the ranges that they leave."""

    def __init__(self) -> None:
        self.terms: dict[Any, int] = {}
        self.equal: list[tuple[Mapping[Any, float], float]] = []
        self.at_most: list[tuple[Mapping[Any, float], float]] = []
        self.free: set[Any] = set()
        """Terms that may be negative."""

    def determined(self, asked: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Of these sums of terms those that can have but one value."""
        self._scale = max((abs(value) for _, value in self.equal), default=1.0) or 1.0
        unsure = dict.fromkeys(asked)
        ranges = {terms: [np.inf, -np.inf] for terms in unsure}
        chance = np.random.default_rng(len(self.terms))
        for _ in range(DRAWS):
            if not unsure:
                return []
            self._narrow(self._extreme(chance.standard_normal(len(self.terms))), unsure, ranges)
        for terms in list(unsure):
            if terms in unsure:
                goal = np.zeros(len(self.terms))
                goal[[self.terms[term] for term in terms]] = 1.0
                for sign in (1.0, -1.0):
                    self._narrow(self._extreme(sign * goal), unsure, ranges)
        return list(unsure)

    def _narrow(
        self, world: Any, unsure: dict[tuple[Any, ...], Any], ranges: dict[tuple[Any, ...], list[float]]
    ) -> None:
        """Leave out of `unsure` what is a person apart in this world and in one before it."""
        for terms in list(unsure):
            value = sum(world[self.terms[term]] for term in terms)
            low, high = ranges[terms] = [min(ranges[terms][0], value), max(ranges[terms][1], value)]
            if high - low > 1 - 1e-4:
                del unsure[terms]

    def _extreme(self, goal: Any) -> Any:
        far = 10 * self._scale
        solved = linprog(
            goal,
            A_ub=self._matrix(self.at_most),
            b_ub=[value for _, value in self.at_most] or None,
            A_eq=self._matrix(self.equal),
            b_eq=[value for _, value in self.equal] or None,
            bounds=[(-far if term in self.free else 0.0, far) for term in self.terms],
            method="highs",
            options={"presolve": False},  # it calls some of these infeasible
        )
        assert solved.status == 0, solved.message
        return solved.x

    def _matrix(self, lines: list[tuple[Mapping[Any, float], float]]) -> csr_matrix | None:
        if not lines:
            return None
        entries = [
            (coefficient, number, self.terms[term])
            for number, (terms, _) in enumerate(lines)
            for term, coefficient in terms.items()
        ]
        values, rows, columns = zip(*entries, strict=True)
        return csr_matrix((values, (rows, columns)), shape=(len(lines), len(self.terms)))


class _System(Sums):
    """The equations and bounds of a case."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case
        self.counties = sorted({row["region_code"] for row in case.rows if row["level"] == "county"})
        self.families = {personal_indicators()[row["indicator_id"]] for row in case.rows}
        for row in (*case.rows, *case.known):
            self._terms(row)  # what nobody publishes is a count as well
        for row in (*case.rows, *case.known):
            if row["numerator"] is not None:
                self._learn(row)
        for indicator in self.families:
            if indicator.whole != indicator.family:
                self._bound_by_whole(indicator)
        free = {indicator.family for indicator in self.families if indicator.may_be_negative}
        self.free = {term for term in self.terms if term[0] in free}

    def _terms(self, row: Mapping[str, Any]) -> dict[Term, float]:
        indicator = personal_indicators()[row["indicator_id"]]
        regions = [row["region_code"]] if row["level"] == "county" else self.counties
        months = _months(row["period_start"], row["period_end"]) if indicator.adds_up_in_time else [0]
        terms: dict[Term, float] = {(indicator.family, region, month): 1.0 for region in regions for month in months}
        for term in terms:
            self.terms.setdefault(term, len(self.terms))
        return terms

    def _learn(self, row: Mapping[str, Any]) -> None:
        terms, value = self._terms(row), float(row["numerator"])
        if row["level"] == "county":
            self.equal.append((terms, value))
            return
        self.equal.append((terms, float(row["sum_of_counties"])))
        if row["period_start"].month == 1 and not personal_indicators()[row["indicator_id"]].adds_up_in_space:
            for county in self.counties:  # later in the year a county's first may be no first of the unit
                self.at_most.append(({term: 1.0 for term in terms if term[1] == county}, value))

    def _bound_by_whole(self, part: Indicator) -> None:
        for family, county, month in list(self.terms):
            if family == part.family and (part.whole, county, month) in self.terms:
                self.at_most.append(({(family, county, month): 1.0, (part.whole, county, month): -1.0}, 0.0))

    def told(self) -> list[dict[str, Any]]:
        asked: dict[tuple[Term, ...], list[dict[str, Any]]] = {}
        for row in self.case.rows:
            if row["numerator"] is None:
                asked.setdefault(tuple(self._terms(row)), []).append(row)
        return [row for terms in self.determined(asked) for row in asked[terms]]


def _months(first: date, last: date) -> range:
    return range(first.month, last.month + 1)
