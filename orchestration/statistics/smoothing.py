"""Exponential smoothing of many series at once: ETS models of additive errors and the theta method.

Every array has a row per series and a column per period, from the series' first one on; nan stands where there is no
value, at the end for periods to come: what is expected of them is the forecast.

Hyndman, Koehler, Ord, Snyder, Forecasting with Exponential Smoothing (2008); Assimakopoulos, Nikolopoulos, The theta
model (2000), as Hyndman and Billah (2003) write it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Parameters:
    """Of one model a column, or of one model a series: how far level, trend and season follow an error, and how much of
    the trend remains from period to period."""

    level: Array
    trend: Array
    season: Array
    damping: Array
    has_trend: NDArray[np.bool_]
    has_season: NDArray[np.bool_]

    def of(self, models: Whole) -> Parameters:
        """The parameters of one model for each series."""
        return Parameters(*(getattr(self, name)[0, models][:, None] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Start:
    """What level, trend and seasons are before the first period, a row per series."""

    level: Array
    trend: Array
    season: Array


@cache
def ets_models(is_seasonal: bool) -> Parameters:
    """The models that are tried: ETS(A,N,N), (A,Ad,N) and, with seasons, (A,N,A), (A,Ad,A), each with parameters from a
    grid that keeps to their usual region (trend below level, season below 1 - level)."""
    levels, seasons = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9), (0.02, 0.1, 0.3)
    trends = [(0.0, 1.0, False), *((trend, damping, True) for trend, damping in product((0.02, 0.1, 0.3), (0.9, 0.98)))]
    found = [
        (level, trend, season, damping, has_trend, has_season)
        for level, (trend, damping, has_trend) in product(levels, trends)
        for season, has_season in [(0.0, False), *(((season, True) for season in seasons) if is_seasonal else ())]
        if trend < level and season <= 1 - level
    ]
    return Parameters(*(np.array(column)[None, :] for column in zip(*found, strict=True)))


@cache
def simple_models() -> Parameters:
    """Simple exponential smoothing, ETS(A,N,N), by a finer grid."""
    levels = np.arange(0.05, 1.0, 0.05)[None, :]
    none = np.zeros_like(levels)
    return Parameters(levels, none, none, none + 1, none > 0, none > 0)


def expected(values: Array, start: Start, models: Parameters, season: int) -> Array:
    """What each model expects of each period, from all before it. Without a value the model goes on as expected.
    Returns an array of periods, series and models."""
    shape = np.broadcast_shapes((len(values), 1), models.level.shape)
    trend = np.broadcast_to(np.where(models.has_trend, start.trend[:, None], 0.0), shape)
    level = start.level[:, None] - trend * (season + 1) / 2
    seasons = [np.where(models.has_season, start.season[:, [k]], 0.0) for k in range(season)]
    made = np.empty((values.shape[1], *shape))
    has_value = ~np.isnan(values)
    for period in range(values.shape[1]):
        level = level + models.damping * trend
        made[period] = level + seasons[period % season]
        error = np.where(has_value[:, [period]], values[:, [period]] - made[period], 0.0)
        level = level + models.level * error
        trend = models.damping * trend + models.trend * error
        seasons[period % season] = seasons[period % season] + models.season * error
    return made


def start_of(values: Array, season: int) -> Start:
    """Level, trend and seasons by the first two years (of yearly values: by the first two)."""
    short = max(0, 2 * season - values.shape[1])
    years = np.pad(values, ((0, 0), (0, short)), constant_values=np.nan)[:, : 2 * season]
    years = years.reshape(len(values), 2, season)
    means = _mean(years, 2)
    trend = np.nan_to_num((means[:, 1] - means[:, 0]) / season)
    course = trend[:, None, None] * (np.arange(season) - (season - 1) / 2)
    return Start(np.nan_to_num(means[:, 0]), trend, np.nan_to_num(_mean(years - means[:, :, None] - course, 1)))


def ets(values: Array, rows: Whole, lengths: Whole, ahead: int, season: int) -> Array:
    """The next `ahead` periods of the series `rows`, each known for its first `lengths` periods, by the ETS model whose
    AICc in these is least. Of what has been above 0 throughout, models of the logarithms are tried too: errors, trend
    and season are factors then. Whatever the length, the models of a series start from its first two years."""
    fits, made = [], []
    for logs in (False, True):
        scaled = _logs(values) if logs else values
        start, models = start_of(scaled, season), ets_models(season > 1)
        aicc = _aicc(scaled, rows, lengths, expected(scaled, start, models, season), season)
        if logs:  # of the values themselves, not of their logarithms
            aicc += 2 * np.nancumsum(scaled, axis=1)[rows, lengths - 1][:, None]
        best = np.argmin(aicc, axis=1)
        chosen = Start(start.level[rows], start.trend[rows], start.season[rows])
        path = expected(known(scaled, rows, lengths, ahead), chosen, models.of(best), season)[:, :, 0].T
        fits.append(aicc.min(axis=1))
        made.append(np.exp(after(path, lengths, ahead)) if logs else after(path, lengths, ahead))
    by_factor = (fits[1] < fits[0]) & _is_positive(known(values, rows, lengths, ahead))
    return np.where(by_factor[:, None], made[1], made[0])


def _aicc(values: Array, rows: Whole, lengths: Whole, made: Array, season: int) -> Array:
    """Akaike's criterion, corrected, of each row and model; infinite where there are too few values."""
    models = ets_models(season > 1)
    squares = np.nancumsum((values.T[:, :, None] - made) ** 2, axis=0)[lengths - 1, rows]
    count = np.cumsum(~np.isnan(values), axis=1)[rows, lengths - 1][:, None]
    free = 3 + models.has_trend * 3 + models.has_season * season  # with the starting states and the errors' variance
    degrees = count - free - 1
    fit = count * np.log(np.maximum(squares / np.maximum(count, 1), 1e-300)) + 2 * free
    return np.where(degrees > 0, fit + 2 * free * (free + 1) / np.maximum(degrees, 1), np.inf)


def theta(values: Array, rows: Whole, lengths: Whole, ahead: int, season: int) -> Array:
    """The same by the theta method: simple exponential smoothing and half the slope of the straight line, of what is
    left when the seasons of the classical decomposition are taken out: factors of what has been above 0 throughout, of
    others terms of a sum."""
    seen = known(values, rows, lengths, ahead)
    periods = np.arange(seen.shape[1])
    by_factor = _is_positive(seen)[:, None]
    factors = np.exp(seasons_of(_logs(seen), season))[:, periods % season]
    terms = seasons_of(seen, season)[:, periods % season]
    plain = np.where(by_factor, seen / factors, seen - terms)
    models = simple_models()
    first = Start(np.nan_to_num(plain[:, 0]), np.zeros(len(plain)), np.zeros((len(plain), 1)))
    errors = plain[:, : values.shape[1]].T[:, :, None] - expected(plain[:, : values.shape[1]], first, models, 1)
    best = models.of(np.argmin(np.nansum(errors**2, axis=0), axis=1))
    smooth = after(expected(plain, first, best, 1)[:, :, 0].T, lengths, ahead)
    steps, alpha = np.arange(ahead)[None, :], best.level
    path = smooth + slope_of(plain)[:, None] / 2 * (steps + (1 - (1 - alpha) ** lengths[:, None]) / alpha)
    return np.where(by_factor, path * after(factors, lengths, ahead), path + after(terms, lengths, ahead))


def _logs(values: Array) -> Array:
    """Logarithms; nan of what is not above 0."""
    return np.log(np.where(values > 0, values, np.nan))


def _is_positive(seen: Array) -> NDArray[np.bool_]:
    """Of each row whether all its values are above 0."""
    found: NDArray[np.bool_] = np.all(np.isnan(seen) | (seen > 0), axis=1)
    return found


def seasons_of(values: Array, season: int) -> Array:
    """Additive seasons that sum to 0: the mean distance of each month (quarter) from the centred mean of a year."""
    if season == 1 or values.shape[1] <= season:
        return np.zeros((len(values), season))
    weights = np.r_[0.5, np.ones(season - 1), 0.5] / season
    half = season // 2
    course = np.lib.stride_tricks.sliding_window_view(values, season + 1, axis=1) @ weights
    distance = np.full((len(values), -(-values.shape[1] // season) * season), np.nan)
    distance[:, half : half + course.shape[1]] = values[:, half:-half] - course
    found = np.nan_to_num(_mean(distance.reshape(len(values), distance.shape[1] // season, season), 1))
    centred: Array = found - found.mean(axis=1, keepdims=True)
    return centred


def slope_of(values: Array) -> Array:
    """The slope per period of the straight line of least squares."""
    periods = np.where(np.isnan(values), np.nan, np.arange(values.shape[1]))
    distance = periods - _mean(periods, 1)[:, None]
    spread = np.nansum(distance**2, axis=1)
    slope: Array = np.nansum(distance * values, axis=1) / np.where(spread > 0, spread, 1.0)
    return slope


def known(values: Array, rows: Whole, lengths: Whole, ahead: int) -> Array:
    """The series `rows`, with nan from their `lengths` on and for `ahead` periods more."""
    seen = np.pad(values, ((0, 0), (0, ahead)), constant_values=np.nan)[rows]
    seen[np.arange(seen.shape[1])[None, :] >= lengths[:, None]] = np.nan
    return seen


def after(values: Array, lengths: Whole, ahead: int) -> Array:
    """Of each row the `ahead` columns after its first `lengths`."""
    found: Array = np.take_along_axis(values, lengths[:, None] + np.arange(ahead)[None, :], axis=1)
    return found


def _mean(values: Array, axis: int) -> Array:
    """The mean of what there is; nan where there is nothing."""
    count = np.sum(~np.isnan(values), axis=axis)
    return np.where(count > 0, np.nansum(values, axis=axis) / np.maximum(count, 1), np.nan)
