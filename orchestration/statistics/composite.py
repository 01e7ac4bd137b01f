"""How far the ranks of a composite index hang on its weights: ranks under random weights around those that are set.

Weights are drawn from a Dirichlet distribution whose mean they are (OECD and JRC, Handbook on Constructing Composite
Indicators, 2008, step 7). All groups are ranked by the same draws, so that none depends on what else is ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    over the parts that are there. Without BLAS: the same on every machine, and such products are too small for its
    threads."""
    there = ~np.isnan(parts)
    sums, shares = (
        np.einsum("dc,rc->dr", weights, values) for values in (np.where(there, parts, 0), there.astype(float))
    )
    mean: Array = sums / shares
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
    codes = {name: np.unique(np.ma.getdata(component[name]), return_inverse=True)[1].ravel() for name in _ROW}
    in_order = np.lexsort([codes[name] for name in reversed(_ROW)])
    found: dict[str, list[NDArray[Any]]] = {name: [] for name in (*_KEY, *Standing.__dataclass_fields__)}
    for of_index in _apart(in_order, codes, ("index_id", "index_version")):
        components = len(np.unique(codes["component_id"][of_index]))
        drawn = draws.of(weight[of_index[:components]])
        for of_group in _apart(of_index, codes, ("period_end", "peer_group")):
            at = of_group.reshape(-1, components)
            for (form, aggregation), parts in forms.items():
                key = {name: np.ma.getdata(component[name])[at[:, 0]] for name in _ROW[:-1]}
                key |= {"form": np.full(len(at), form, object), "aggregation": np.full(len(at), aggregation, object)}
                stands = vars(standing(parts[at], weight[at[0]], drawn))
                for name, columns in found.items():
                    columns.append((key | stands)[name])
    return {name: np.concatenate(columns) if columns else np.array([]) for name, columns in found.items()}


_KEY = ("index_id", "index_version", "period_end", "form", "aggregation", "region_code")
_ROW = ("index_id", "index_version", "period_end", "peer_group", "region_code", "component_id")


def _apart(rows: Whole, codes: Mapping[str, Whole], names: Sequence[str]) -> list[Whole]:
    """Rows that are in order, apart where one of these columns changes."""
    changes = np.zeros(max(len(rows) - 1, 0), dtype=bool)
    for name in names:
        changes |= np.diff(codes[name][rows]) != 0
    return np.split(rows, np.flatnonzero(changes) + 1) if len(rows) else []
