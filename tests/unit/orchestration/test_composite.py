"""Ranks under random weights: the worked example of the design, ties, parts that are missing."""

from __future__ import annotations

import numpy as np
import pytest

from orchestration.statistics.composite import Draws, mean_of, standing, standings

WEIGHTS = np.array([0.35, 0.25, 0.15, 0.25])
EXAMPLE = np.array(
    [
        [(104 - 80) / 30, (2.92 - 5) / (2 - 5), (71.74 - 50) / 30, (102 - 80) / 30],
        [(96 - 80) / 30, (2.40 - 5) / (2 - 5), (66 - 50) / 30, (108 - 80) / 30],
    ]
)
DRAWS = Draws(5000, 20, 20211231)
NAMES = (
    *("index_id", "index_version", "period_end", "peer_group", "region_code", "component_id"),
    *("weight", "z", "points"),
)


def test_the_worked_example() -> None:
    arithmetic = 100 * mean_of(EXAMPLE, WEIGHTS[None, :])[0]
    geometric = 100 * np.exp(mean_of(np.log(EXAMPLE), WEIGHTS[None, :])[0])
    assert arithmetic.round(2).tolist() == [74.54, 71.67]
    assert geometric.round(2).tolist() == [74.42, 69.26]
    drawn = DRAWS.of(WEIGHTS)
    for parts, share in ((EXAMPLE, 0.721), (np.log(EXAMPLE), 0.854)):
        found = standing(parts, WEIGHTS, drawn)
        assert found.rank.tolist() == [1, 2]
        assert found.keeps == pytest.approx([share, share], abs=0.015)  # of 5,000 draws, twice their error
        assert (found.low.tolist(), found.high.tolist(), found.top.tolist()) == ([1, 1], [2, 2], [1, 1])


def test_draws_are_around_the_weights_and_the_same_each_time() -> None:
    drawn = DRAWS.of(WEIGHTS)
    assert drawn.tobytes() == DRAWS.of(WEIGHTS).tobytes()
    assert drawn.sum(axis=1) == pytest.approx(1)
    assert drawn.mean(axis=0) == pytest.approx(WEIGHTS, abs=0.005)
    assert drawn.std(axis=0) == pytest.approx(np.sqrt(WEIGHTS * (1 - WEIGHTS) / 21), abs=0.005)


def test_equal_regions_tie_and_share_the_lower_number() -> None:
    parts = np.array([[0.2, np.nan], [0.9, np.nan], [0.9, np.nan], [0.1, 0.1]])
    found = standing(parts, np.array([0.5, 0.5]), Draws(200, 20, 1).of(np.array([0.5, 0.5])))
    for ranks in (found.rank, found.low, found.high, found.middle):
        assert ranks.tolist() == [3, 1, 1, 4]
    assert found.keeps.tolist() == [1, 1, 1, 1]
    assert found.top.tolist() == [1, 1, 1, 0]


def test_intervals_hold_95_of_100_draws_and_ranks_are_those_of_a_plain_sort() -> None:
    generator = np.random.default_rng(7)
    parts, weights = generator.random((9, 5)), np.full(5, 0.2)
    parts[2, 3] = np.nan
    drawn = Draws(1000, 20, 1).of(weights)
    found = standing(parts, weights, drawn)
    there = ~np.isnan(parts)
    ranks = np.empty((1000, 9), int)
    for draw, weight in enumerate(drawn):
        value = [np.dot(weight[one], part[one]) / weight[one].sum() for part, one in zip(parts, there, strict=True)]
        ranks[draw] = [1 + sum(other > one for other in value) for one in value]
    assert found.low.tolist() == np.quantile(ranks, 0.025, axis=0, method="inverted_cdf").tolist()
    assert found.high.tolist() == np.quantile(ranks, 0.975, axis=0, method="inverted_cdf").tolist()
    assert found.middle.tolist() == np.quantile(ranks, 0.5, axis=0, method="inverted_cdf").tolist()
    assert found.keeps == pytest.approx((ranks == found.rank).mean(axis=0))
    assert found.top == pytest.approx((ranks <= 3).mean(axis=0))


def test_a_better_component_never_lowers_a_rank() -> None:
    generator = np.random.default_rng(3)
    parts, weights = generator.random((8, 4)), WEIGHTS
    drawn = Draws(500, 20, 1).of(weights)
    before = standing(parts, weights, drawn)
    parts[5, 2] += 0.3
    after = standing(parts, weights, drawn)
    for name in ("rank", "low", "high", "middle"):
        assert getattr(after, name)[5] <= getattr(before, name)[5]
    assert after.top[5] >= before.top[5]


def test_each_group_is_ranked_by_itself_by_the_same_draws() -> None:
    rows = [
        ("jobs", 1, day, group, region, name, weight, z, z)
        for day in (1, 2)
        for group, region, values in (("a", "r1", (0.2, 0.8)), ("a", "r2", (0.6, 0.5)), ("b", "r3", (0.1, np.nan)))
        for name, weight, z in zip(("x", "y"), (0.6, 0.4), values, strict=True)
    ]
    table = {name: np.array(column) for name, column in zip(NAMES, zip(*rows, strict=True), strict=True)}
    found = standings(table, Draws(300, 20, 5))
    which = list(
        zip(*(found[name].tolist() for name in ("period_end", "form", "aggregation", "region_code")), strict=True)
    )
    assert len(which) == len(set(which)) == 2 * 3 * 3
    ranks = dict(zip(which, found["rank"].tolist(), strict=True))
    assert [ranks[1, "index", "arithmetic", region] for region in ("r1", "r2", "r3")] == [2, 1, 1]
    keeps = dict(zip(which, found["keeps"].tolist(), strict=True))
    assert keeps[1, "index", "arithmetic", "r1"] == keeps[2, "index", "arithmetic", "r1"] < 1
    alone = {name: column[[row[3] == "a" and row[2] == 2 for row in rows]] for name, column in table.items()}
    again = standings(alone, Draws(300, 20, 5))
    assert again["keeps"].tolist() == [keep for key, keep in keeps.items() if key[0] == 2 and key[3] != "r3"]


def test_nothing_is_ranked_where_there_is_nothing() -> None:
    found = standings({name: np.array([]) for name in NAMES}, Draws(10, 20, 1))
    assert len(found["rank"]) == len(found["region_code"]) == 0
