"""How far the ranks of a composite index hang on its weights: ranks under random weights around those that are set.

Weights are drawn from a Dirichlet distribution whose mean they are (OECD and JRC, Handbook on Constructing Composite
Indicators, 2008, step 7). All groups are ranked by the same draws, so that none depends on what else is ranked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Columns = dict[str, NDArray[Any]]
"""A table: its columns by name."""

TOP = 3
"""Whether a region is among so many of the first."""
_TAIL = 0.025


@dataclass(frozen=True)
class Draws:
    """How many weights are drawn, how closely around those that are set, from which seed."""

    count: int
    concentration: float
    seed: int

    def of(self, weights: Array) -> Array:
        """Random weights, a draw a row; each adds up to 1."""
        return np.random.default_rng(self.seed).dirichlet(self.concentration * weights, self.count)


@dataclass(frozen=True)
class Standing:
    """Of regions: their rank (1 is best; equal ones share the lower number), between which ranks 95 % of the draws put
    them, the rank in the middle, in which share of the draws they keep their rank, or are among the first three."""

    rank: Whole
    low: Whole
    high: Whole
    middle: Whole
    keeps: Array
    top: Array


def mean_of(parts: Array, weights: Array) -> Array:
    """The weighted mean of each region's parts (a row each, nan: missing) by each row of weights, which are rescaled
    over the parts that are there."""
    there = ~np.isnan(parts)
    mean: Array = (weights @ np.where(there, parts, 0).T) / (weights @ there.T.astype(float))
    return mean


def standing(parts: Array, weights: Array, drawn: Array) -> Standing:
    """How regions stand by the weights that are set, and by those that are drawn."""
    rows, which, twins = np.unique(np.nan_to_num(parts, nan=np.inf), axis=0, return_inverse=True, return_counts=True)
    different = np.where(np.isinf(rows), np.nan, rows)
    value = mean_of(different, weights[None, :])[0].round(11)
    rank = 1 + (twins * (value > value[:, None])).sum(axis=1)
    order = np.argsort(-mean_of(different, drawn), axis=1)
    place = np.cumsum(twins[order], axis=1) - twins[order] + 1 if twins.max() > 1 else np.arange(1, len(twins) + 1)
    regions = len(parts)
    cells = (order * (regions + 1) + place).ravel()
    share = np.bincount(cells, minlength=len(twins) * (regions + 1)).reshape(-1, regions + 1) / len(drawn)
    so_far = np.cumsum(share, axis=1)

    def reaching(part: float) -> Whole:
        found: Whole = np.argmax(so_far >= part - 1e-9, axis=1)[of]
        return found

    of = which.ravel()
    return Standing(
        rank=rank[of],
        low=reaching(_TAIL),
        high=reaching(1 - _TAIL),
        middle=reaching(0.5),
        keeps=share[np.arange(len(twins)), rank][of],
        top=so_far[:, min(TOP, regions)][of],
    )


def standings(component: Columns, draws: Draws) -> Columns:
    """The standings of all regions that are ranked, by index, period and peer group, in each form and aggregation.

    `component` has a row per region, period and component, missing ones too: index_id, index_version, period_end,
    peer_group, region_code, component_id, weight; z and points, none where the component is missing."""
    weight, z, points = (np.ma.filled(component[name].astype(float), np.nan) for name in ("weight", "z", "points"))
    forms = {("score", "arithmetic"): points, ("index", "arithmetic"): z, ("index", "geometric"): np.log(z)}
    found: dict[str, list[Any]] = {name: [] for name in (*_KEY, *Standing.__dataclass_fields__)}
    for (index, version), groups in _rows(component).items():
        drawn = None
        for (period, _), rows in groups.items():
            at = np.array([[row for _, row in sorted(of.items())] for of in rows.values()])
            if drawn is None:
                drawn = draws.of(weight[at[0]])
            for (form, aggregation), parts in forms.items():
                stands = vars(standing(parts[at], weight[at[0]], drawn))
                for region in rows:
                    for name, value in zip(_KEY, (index, version, period, form, aggregation, region), strict=True):
                        found[name].append(value)
                for name, column in stands.items():
                    found[name].extend(column.tolist())
    return {name: np.array(values) for name, values in found.items()}


_KEY = ("index_id", "index_version", "period_end", "form", "aggregation", "region_code")


def _rows(component: Columns) -> dict[Any, dict[Any, dict[str, dict[str, int]]]]:
    """In which row each component stands, by index and version, by period and peer group, by region; in order."""
    found: dict[Any, dict[Any, dict[str, dict[str, int]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(dict)))
    names = ("index_id", "index_version", "period_end", "peer_group", "region_code", "component_id")
    keys = zip(*(component[name].tolist() for name in names), strict=True)
    for row, (index, version, period, group, region, name) in sorted(enumerate(keys), key=lambda one: one[1]):
        found[index, version][period, group][region][name] = row
    return found
