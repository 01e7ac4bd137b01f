"""Early warning in numbers: the worked examples of the design, and what shocks and quiet years come to."""

from __future__ import annotations

import numpy as np
import pytest

from orchestration.statistics.warning import (
    NONE,
    Array,
    Baseline,
    Charts,
    Limits,
    cusum,
    ewma,
    insured_fall,
    layoff_level,
    measured_level,
    signals,
    standardized,
    z_level,
)

Z = Limits(2, 3, 4)
CHARTS = Charts()


def _equal_years(januaries: list[float], last: float) -> Array:
    """Years of 20,000, their Januaries as given, and one January more."""
    months = [[first, *[(20000 - first) / 11] * 11] for first in januaries]
    return np.array([[*np.concatenate(months), last]])


EXAMPLE = _equal_years([20000, 1760, 1780, 1765, 1720], 2000)
"""The first year is there for its sum alone."""


def test_z_of_the_worked_example() -> None:
    whole = standardized(EXAMPLE, EXAMPLE, EXAMPLE, Baseline(), is_share=False)
    assert whole.b[0, -1] == pytest.approx(1762.5)
    assert (whole.s[0, -1], whole.z[0, -1]) == (pytest.approx(49.55, abs=0.01), pytest.approx(4.79, abs=0.005))
    sampled = standardized(EXAMPLE, EXAMPLE, EXAMPLE / 10, Baseline(), is_share=False)
    assert (sampled.s[0, -1], sampled.z[0, -1]) == (pytest.approx(156.7, abs=0.05), pytest.approx(1.52, abs=0.005))
    assert list(Z.of(np.array([whole.z[0, -1], sampled.z[0, -1]]))) == [3, 0]


def test_a_year_is_brought_to_todays_level() -> None:
    """Registrations that double from one year to the next, with the same season: nothing is unusual."""
    season = 100 + 20 * np.arange(12)
    values = np.concatenate([season, 2 * season, 4 * season])[None, :].astype(float)
    found = standardized(values, values, values, Baseline(), is_share=False)
    assert found.b[0, 24:] == pytest.approx(values[0, 24:])
    assert found.z[0, 24:] == pytest.approx(0, abs=1e-9)
    assert np.isnan(found.z[0, :24]).all()  # under 24 months there is none


def test_a_red_month_enters_later_ones_as_what_was_usual() -> None:
    calm = np.full((1, 60), 400.0)
    shocked = calm.copy()
    shocked[0, 36] = 1200
    after, without = (standardized(one, one, one, Baseline(), is_share=False) for one in (shocked, calm))
    assert after.z[0, 36] >= 4
    np.testing.assert_allclose(after.b[0, 37:], without.b[0, 37:])


def test_few_are_not_judged_and_a_month_that_is_missing_ends_its_sums() -> None:
    few = np.full((1, 30), 4.0)
    found = standardized(few, few, few, Baseline(), is_share=False)
    assert np.isnan(found.z).all() and found.is_few[0, 24:].all()
    missing = np.full((1, 60), 400.0)
    missing[0, 30] = np.nan
    gone = np.isnan(standardized(missing, missing, missing, Baseline(), is_share=False).z[0])
    assert list(np.flatnonzero(gone[24:])) == list(range(6, 19))  # itself, and the twelve whose last year it is of


def test_a_share_has_the_error_of_its_denominator() -> None:
    """40 % of 10,000 that 1,000 rows stand for: sqrt(40 · 60 · 10 / 10,000 · (1 + 1.571/2))."""
    share, open_ = np.full((1, 37), 40.0), np.full((1, 37), 10000.0)
    share[0, -1] = 46
    found = standardized(share, open_, open_ / 10, Baseline(), is_share=True)
    assert found.s[0, -1] == pytest.approx(np.sqrt(40 * 60 * 10 / 10000 * (1 + np.pi / 4)), rel=1e-9)
    assert found.z[0, -1] == pytest.approx(6 / found.s[0, -1])


def test_charts_of_the_worked_example() -> None:
    z = np.array([[0.2, 0.9, 1.4, 1.8, 2.1]])
    assert CHARTS.ewma_alarm == pytest.approx(1.134, abs=5e-4)
    np.testing.assert_allclose(ewma(z, CHARTS)[0], [0.06, 0.31, 0.64, 0.99, 1.32], atol=0.005)
    np.testing.assert_allclose(cusum(z, CHARTS)[0], [0, 0.4, 1.3, 2.6, 4.2], atol=1e-9)
    level, because = z_level(z, ewma(z, CHARTS), cusum(z, CHARTS), Z, CHARTS)
    assert list(level[0]) == [0, 0, 0, 0, 1]
    assert because[0, -1] == "z"  # 2.1 is yellow by itself
    level, because = z_level(np.minimum(z, 1.9), ewma(z, CHARTS), cusum(z, CHARTS), Z, CHARTS)
    assert level[0, -1] == 1 and because[0, -1] == "ewma"


def test_charts_wait_through_months_without_z_and_cusum_begins_anew() -> None:
    z = np.array([[np.nan, 3.0, np.nan, 2.0, 1.0, 1.0]])
    assert np.isnan(ewma(z, CHARTS)[0, 0]) and np.isnan(cusum(z, CHARTS)[0, 0])
    np.testing.assert_allclose(cusum(z, CHARTS)[0, 1:], [2.5, 2.5, 4.0, 0.5, 1.0])
    np.testing.assert_allclose(ewma(z, CHARTS)[0, 1:4], [0.9, 0.9, 1.23])


def test_a_fall_over_three_months_or_in_one() -> None:
    insured = np.array([[1000, 996, 993, 989, 989, 960, 1000, 955]], dtype=float)
    limits, of_one = Limits(1, 2, 4), Limits(np.inf, 2, 4)
    fall, level, because = insured_fall(insured, np.zeros_like(insured), limits, of_one, 10)
    assert fall[0, 3] == pytest.approx(1.1) and list(level[0]) == [NONE, 0, 0, 1, 0, 2, 0, 3]
    assert list(because[0, [3, 5, 7]]) == ["first", "second", "second"]
    _, sampled, why = insured_fall(insured, np.full_like(insured, 20.0), limits, of_one, 10)
    assert list(sampled[0, 5:]) == [0, 0, 0] and set(why[0, 5:]) == {""}  # within ± 5.6 points: no fall at all
    _, unsure, why = insured_fall(insured, np.full_like(insured, 63.0), limits, of_one, 10)
    assert set(unsure[0]) == {NONE} and set(why[0, 1:]) == {"uncertain"}


def test_the_fall_that_is_told_is_the_one_that_made_the_level() -> None:
    """Down three times, by 3 % in all and 2.9 % in the last month alone: what is sampled widens the first fall's
    interval, not the second's, which is the one beyond a limit."""
    insured = np.array([[1000, 999.5, 999, 970]])
    error = np.array([[9.0, 0.0, 0.0, 0.0]])
    fall, level, because = insured_fall(insured, error, Limits(1, 2, 4), Limits(np.inf, 2, 4), 10)
    assert (level[0, 3], because[0, 3]) == (2, "second")
    assert fall[0, 3] == pytest.approx(100 * 29 / 999)


def test_a_figure_at_a_limit_has_reached_it() -> None:
    """Whatever binary fractions make of it: 1 - 0.9 is less than 0.1 by 3e-17."""
    assert 1 - 0.9 < 0.1
    assert list(Limits(0.1, 0.2, 0.3).of(1 - np.array([0.9, 0.8, 0.7, 0.900001]))) == [1, 2, 3, 0]


def test_layoffs_by_the_rule_of_shandong() -> None:
    many, one = Limits(np.inf, 3, 5), Limits(np.inf, 100, 200)
    enterprises, largest = np.array([5, 4, 3, 1, 1, 2, 0]), np.array([60, 60, 60, 201, 200, 100, 0])
    assert list(layoff_level(enterprises.astype(float), largest.astype(float), many, one)) == [3, 2, 2, 3, 2, 0, 0]


def test_the_worse_of_a_rate_and_its_rise_counts() -> None:
    rate, rise = np.array([4.0, 3.0, 4.6, 3.9, np.nan]), np.array([0.1, 0.8, np.nan, 0.29, np.nan])
    limits, of_rise, exact = Limits(4, 4.5, 5), Limits(0.3, 0.5, 0.8), np.zeros(5)
    level, because = measured_level(rate, rise, limits, of_rise, (exact, exact))
    assert list(level) == [1, 3, 2, 0, NONE] and list(because) == ["first", "second", "first", "", ""]
    sampled, _ = measured_level(rate, rise, limits, of_rise, (exact + 0.1, exact + 0.2))
    assert list(sampled) == [0, 1, 1, 0, NONE]  # 4.0 may be 3.8, 0.8 may be 0.41, 4.6 may be 4.4


PARAMETERS = {
    "warning_years": 4.0,
    "warning_least_scale": 0.02,
    "warning_ewma_weight": 0.3,
    "warning_ewma_limit": 2.7,
    "warning_slack": 0.5,
    "warning_cusum_limit": 4.0,
    "max_half_width": 10.0,
}
COUNT = {
    "signal_id": ["new_unemployed"],
    "kind": ["count"],
    "min_n": [5.0],
    **{name: [limit] for name, limit in (("yellow", 2.0), ("orange", 3.0), ("red", 4.0))},
    **{f"second_{name}": [np.nan] for name in ("yellow", "orange", "red")},
}


def _signals(counts: Array, weight: float) -> dict[str, np.ndarray]:
    """Of regions, a row each, from January 2020 on."""
    regions, months = counts.shape
    ends = np.datetime64("2020-02") + np.arange(months) - np.timedelta64(0, "M")
    series = {
        "signal_id": np.full(counts.size, "new_unemployed", dtype=object),
        "region_code": np.repeat([f"{region:06}" for region in range(regions)], months).astype(object),
        "period_end": np.tile(ends.astype("datetime64[D]") - 1, regions).astype("datetime64[us]"),
        "x": (counts * weight).ravel(),
        "weighted": (counts * weight).ravel(),
        "counted": counts.ravel(),
        **{name: np.full(counts.size, np.nan) for name in ("second", "error", "second_error")},
        "too_uncertain": np.zeros(counts.size, dtype=bool),
    }
    definitions = {name: np.array(values, dtype=object if name == "kind" else None) for name, values in COUNT.items()}
    found = signals(series, definitions, PARAMETERS)
    return {name: column.reshape(regions, months) for name, column in found.items()}


def _seasonal(chance: np.random.Generator, mean: Array, months: int = 72) -> Array:
    season = 1 + 0.25 * np.sin(2 * np.pi * np.arange(months) / 12)
    trend = 1.02 ** (np.arange(months) / 12)
    return chance.poisson(mean[:, None] * season * trend).astype(float)


@pytest.mark.parametrize("seed", range(12))
def test_a_planted_closure_is_red_in_its_first_month_and_quiet_years_stay_quiet(seed: int) -> None:
    """17 units of 20 to 450 sampled registrations a month, fifty persons each: registrations that rise by 180 % for
    three months in one of them; false alarms are counted by episodes of orange or worse."""
    chance = np.random.default_rng(seed)
    counts = _seasonal(chance, np.geomspace(20, 450, 17))
    quiet = _signals(counts, 50)
    judged = quiet["level"] != np.array(None)
    orange = np.isin(quiet["level"], ["orange", "red"])
    episodes = np.sum(orange[:, 1:] & ~orange[:, :-1])
    assert episodes <= judged.sum() / 12  # one a region and year
    assert episodes <= 0.2 * judged.sum() / 12  # and in fact far fewer
    shocked = counts.copy()
    unit, first = 6, 62
    shocked[unit, first : first + 3] = np.round(shocked[unit, first : first + 3] * 2.8)
    found = _signals(shocked, 50)
    assert list(found["level"][unit, first : first + 3]) == ["red"] * 3
    before = np.s_[:, :first]
    for name in ("b", "s", "z", "ewma", "cusum"):  # nothing that comes later changes what was said
        np.testing.assert_array_equal(found[name][before], quiet[name][before])
    assert (found["level"][before] == quiet["level"][before]).all()


def test_no_series_gives_no_signals() -> None:
    found = _signals(np.zeros((0, 0)), 1)
    assert all(column.size == 0 for column in found.values())
