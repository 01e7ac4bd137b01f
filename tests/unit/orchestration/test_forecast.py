"""Forecasts and their back-test, on series computed by hand and held against statsmodels."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.statistics import forecast, smoothing
from orchestration.statistics.forecast import Columns, Depth, Group, Kind, windows, windows_of

JANUARY_2020 = 600
"""Months since 1970."""
DAY_BEFORE_2021 = (np.datetime64("2020-12-31") - np.datetime64("1970-01-01")).astype(int)
DEPTH = Depth(min_months=24, origins=8)
VALUE, SUM = Kind(1, is_sum=False), Kind(1, is_sum=True)
COURSE = np.array([5.0, 4, 9, 11, 12, 14, 12, 11, 12, 14, 15, 13])


def _group(*series: np.ndarray, first_month: int = JANUARY_2020) -> Group:
    values = np.full((len(series), max(map(len, series))), np.nan)
    for row, one in enumerate(series):
        values[row, : len(one)] = one
    before = np.datetime64(first_month, "M").astype("datetime64[D]").astype(int) - 1
    return Group(
        values,
        np.array([len(one) for one in series]),
        np.full(len(series), first_month),
        np.full(values.shape, before),
    )


def _windows(group: Group, kind: Kind, *ahead: int) -> Columns:
    return windows(group, kind, DEPTH, np.tile(ahead, (len(group.values), 1)).astype(np.int64))


def _at_end(found: Columns, method: str) -> list[float]:
    return list(found[method][found["is_end"]])


@pytest.mark.parametrize("kind", [VALUE, SUM, Kind(3, is_sum=False), Kind(12, is_sum=False)])
@settings(deadline=None, max_examples=25)
@given(constant=st.floats(-1e6, 1e6), years=st.integers(3, 6))
def test_what_never_changes_goes_on_so(kind: Kind, constant: float, years: int) -> None:
    found = _windows(_group(np.full(years * kind.season, constant)), kind, 12)
    expected = constant * 12 if kind.is_sum else constant
    for method in ("seasonal_naive", "ets", "theta") + (() if kind.is_sum else ("linear_pace",)):
        assert _at_end(found, method) == pytest.approx([expected], rel=1e-9, abs=1e-9)
    assert np.all(found["scale"][found["is_end"]] == 0)


def test_a_course_that_returns_is_gone_on_with_and_has_no_scale() -> None:
    found = _windows(_group(np.tile(COURSE, 4)), VALUE, *range(1, 13))
    assert _at_end(found, "seasonal_naive") == list(COURSE)
    assert _at_end(found, "theta") == pytest.approx(list(COURSE))
    assert not found["scale"].any()


def test_seasonal_naive_adds_what_a_year_has_added_on_average() -> None:
    """Years of 1, 2 and 4: a year has added 1 and 2, 1.5 on average; the fifth year is 4 + 1.5, the sixth 4 + 3."""
    found = _windows(_group(np.repeat([1.0, 2, 4], 12)), VALUE, 1, 13)
    assert _at_end(found, "seasonal_naive") == [5.5, 7.0]
    assert _at_end(found, "linear_pace") == pytest.approx([4 + 2 / 12, 4 + 2 / 12 * 13])
    assert list(found["scale"][found["is_end"]]) == [1.5, 1.5]


def test_linear_pace_of_a_sum_goes_by_days_since_the_plan_began() -> None:
    """Of 2020 nothing counts; January and February 2021 have brought 59 in 59 days, so March and April bring 61."""
    group = _group(np.array([9.0] * 12 + [31, 28]))
    group.counts_from[:] = np.where(np.arange(14) < 12, 0, DAY_BEFORE_2021)
    assert _at_end(_windows(group, SUM, 2), "linear_pace") == pytest.approx([61])


def test_days_of_a_month_that_is_not_known_are_not_counted_in_a_pace() -> None:
    """One a day in January, March and April 2021, February is missing: one a day to come."""
    group = _group(np.array([31, np.nan, 31, 30]), first_month=JANUARY_2020 + 12)
    assert _at_end(_windows(group, SUM, 1, 2), "linear_pace") == pytest.approx([31, 61])


def test_a_short_series_has_its_pace_alone_and_no_errors() -> None:
    found = _windows(_group(np.arange(23.0)), VALUE, 12)
    assert found["is_end"].all()
    assert _at_end(found, "linear_pace") == pytest.approx([34])
    assert np.isnan(np.r_[*(_at_end(found, method) for method in ("seasonal_naive", "ets", "theta"))]).all()
    nothing = _windows(_group(np.arange(12.0)), VALUE, 12)
    assert np.isnan(_at_end(nothing, "linear_pace")).all(), "there is no value of a year before"


@pytest.mark.parametrize("months", [1, 2, 11, 12, 13])
def test_the_first_months_of_a_series_are_forecast_by_their_pace(months: int) -> None:
    """One a day, whatever the length."""
    days = np.diff(np.arange(600, 601 + months).astype("datetime64[M]").astype("datetime64[D]").astype(int))
    for ahead in ((), (1,)):
        found = _windows(_group(days.astype(float)), SUM, *ahead)
        assert len(found["origin"]) == len(ahead)
        following = np.datetime64(600 + months + 1, "M").astype("datetime64[D]") - np.datetime64(600 + months, "M")
        assert _at_end(found, "linear_pace") == pytest.approx([following.astype(int)] * len(ahead))


def test_the_back_test_takes_the_newest_origins_with_two_years_known() -> None:
    found = _windows(_group(np.arange(38.0)), VALUE, 1)
    tested = {months: found["origin"][~found["is_end"] & (found["months_ahead"] == months)] for months in (3, 6, 12)}
    assert [list(tested[months]) for months in (3, 6)] == [list(range(35, 27, -1)), list(range(32, 24, -1))]
    assert list(tested[12]) == [26, 25, 24]
    came = found["actual"][~found["is_end"] & (found["months_ahead"] == 12)]
    assert list(came) == [37, 36, 35]


def test_quarters_and_years_are_tested_at_the_horizons_that_they_have() -> None:
    quarters = _windows(_group(np.arange(20.0)), Kind(3, is_sum=False), 12)
    assert set(quarters["months_ahead"][~quarters["is_end"]]) == {3, 6, 12}
    assert list(quarters["origin"][quarters["months_ahead"] == 12])[:2] == [16, 15]
    years = _windows(_group(np.arange(5.0)), Kind(12, is_sum=False), 12)
    assert list(years["origin"][~years["is_end"]]) == [4, 3, 2]
    assert set(years["months_ahead"]) == {12}


def test_a_gap_is_no_value_and_no_error_is_taken_over_it() -> None:
    series = np.tile(COURSE, 5)
    series[50] = np.nan
    values, sums = _windows(_group(series), VALUE, 12), _windows(_group(series), SUM, 12)
    assert 50 not in (values["origin"] + values["months_ahead"] - 1)[~values["is_end"]]
    assert 51 not in values["origin"]
    first, last = sums["origin"][~sums["is_end"]], (sums["origin"] + sums["months_ahead"])[~sums["is_end"]]
    assert not np.any((first <= 50) & (last > 50))
    assert _at_end(values, "ets") == pytest.approx([COURSE[11]])
    assert values["observed"][values["is_end"]] == 59


def test_what_comes_later_changes_no_earlier_forecast() -> None:
    rng = np.random.default_rng(4207)
    series = np.tile(COURSE, 5) * rng.uniform(0.8, 1.2, 60)
    later = series.copy()
    later[46:] = -later[46:]
    before, after = (_windows(_group(one), VALUE, 1) for one in (series, later))
    early = ~before["is_end"] & (before["origin"] <= 46)
    assert early.sum() > 3
    for method in forecast.METHODS:
        assert np.array_equal(before[method][early], after[method][early]), method


def test_bounds_hold_for_each_period_of_a_forecast() -> None:
    falling = np.linspace(60, 1, 60)
    found = _windows(_group(falling), Kind(1, is_sum=False, low=0, high=100), 12)
    assert all(0 <= _at_end(found, method)[0] <= 100 for method in forecast.METHODS)
    assert _at_end(found, "seasonal_naive") == [0]


def test_ets_is_that_of_statsmodels() -> None:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    rng = np.random.default_rng(4207)
    values = (np.tile(COURSE, 4) + np.arange(48) / 4 + rng.normal(0, 1, 48))[None, :]
    models, start = smoothing.ets_models(True), smoothing.start_of(values, 12)
    chosen = int(np.flatnonzero(models.has_trend[0] & models.has_season[0])[7])
    made = smoothing.expected(np.pad(values, ((0, 0), (0, 12)), constant_values=np.nan), start, models, 12)[
        :, 0, chosen
    ]
    theirs = ETSModel(
        values[0],
        trend="add",
        damped_trend=True,
        seasonal="add",
        seasonal_periods=12,
        initialization_method="known",
        initial_level=start.level[0] - start.trend[0] * 13 / 2,
        initial_trend=start.trend[0],
        initial_seasonal=start.season[0],
    )
    names = ("level", "trend", "season", "damping")
    fitted = theirs.smooth([getattr(models, name)[0, chosen] for name in names])
    assert made[:48] == pytest.approx(np.asarray(fitted.fittedvalues))
    assert made[48:] == pytest.approx(np.asarray(fitted.forecast(12)))


@pytest.mark.parametrize(("lift", "seasons"), [(9, "multiplicative"), (-9, "additive")])
def test_theta_is_that_of_statsmodels(lift: float, seasons: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its smoothing parameter, at which the start is forgotten; additive where the series goes below 0. Ours takes
    factors by their logarithms, theirs as they are."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    rng = np.random.default_rng(4207)
    values = (np.tile(COURSE, 5) + lift + np.cumsum(rng.normal(0.1, 1, 60)))[None, :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = ThetaModel(values[0], period=12, use_test=False, method=seasons).fit()
        theirs = np.asarray(fit.forecast(12, theta=2))
    alpha = fit.params["alpha"]
    assert alpha > 0.3
    only = smoothing.Parameters(*(np.array([[x]]) for x in (alpha, 0.0, 0.0, 1.0, False, False)))
    monkeypatch.setattr(smoothing, "simple_models", lambda: only)
    ours = smoothing.theta(values, np.array([0]), np.array([60]), 12, 12)[0]
    assert ours == pytest.approx(theirs, rel=1e-6 if seasons == "additive" else 0.01)


def test_factors_are_found_where_seasons_are_factors() -> None:
    """Each year is 0.9 of the one before, month by month: only factors go on exactly."""
    series = np.concatenate([COURSE * 0.9**year for year in range(5)])
    found = _windows(_group(series), VALUE, *range(1, 13))
    assert _at_end(found, "ets") == pytest.approx(list(COURSE * 0.9**5), rel=0.03)
    assert _at_end(found, "seasonal_naive") != pytest.approx(list(COURSE * 0.9**5), rel=0.03)


def test_tables_are_grouped_by_indicator_and_measure() -> None:
    ends = np.arange("2020-01", "2023-01", dtype="datetime64[M]").astype("datetime64[D]").astype("datetime64[us]")
    regions = {"420100": np.arange(36.0), "420200": np.arange(36.0) + 100}
    count = len(ends) * len(regions)
    series = {
        "indicator_id": np.full(count, "rate", dtype=object),
        "measure": np.full(count, "value", dtype=object),
        "region_code": np.repeat(np.array(list(regions), dtype=object), len(ends)),
        "months": np.ones(count, dtype=np.int32),
        "is_sum": np.zeros(count, dtype=bool),
        "low": np.ma.masked_all(count),
        "high": np.full(count, 120.0),
        "period_end": np.tile(ends, 2),
        "counts_from": np.ma.masked_all(count, dtype="datetime64[us]"),
        "value": np.concatenate(list(regions.values())),
        "min_months": np.full(count, 24),
        "origins": np.full(count, 8),
    }
    asked = {
        "indicator_id": np.array(["rate", "rate", "other"], dtype=object),
        "measure": np.array(["value"] * 3, dtype=object),
        "region_code": np.array(["420100", "420200", "420100"], dtype=object),
        "months_ahead": np.ma.array([1, 2, 0], mask=[False, False, True]),
        "months_before": np.array([0, 1, 0]),
    }
    found = windows_of(series, asked)
    at_end = found["is_end"]
    assert list(zip(found["region_code"][at_end], found["months_ahead"][at_end], strict=True)) == [
        ("420100", 1),
        ("420200", 1),
        ("420200", 2),
    ]
    assert list(found["linear_pace"][at_end]) == [36, 120, 120], "136 and 137 lie above what there can be"
    assert set(found["period_end"][at_end].astype("datetime64[D]").astype(str)) == {"2022-12-31"}
    nothing = windows_of({name: column[:0] for name, column in series.items()}, asked)
    assert {name: len(column) for name, column in nothing.items()} == dict.fromkeys(found, 0)
