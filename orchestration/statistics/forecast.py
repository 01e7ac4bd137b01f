"""What a series will come to, and what would have been said of it at earlier dates: seasonal naive with drift, linear
pace, exponential smoothing (ETS) and the theta method.

Rolling origin as in Hyndman and Athanasopoulos, Forecasting: Principles and Practice (3rd ed., 5.10), errors by the
scale of Hyndman and Koehler (2006): the mean absolute difference from the year before, of what was known then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orchestration.statistics.smoothing import Array, Whole, after, ets, known, theta

METHODS = ("seasonal_naive", "linear_pace", "ets", "theta")
HORIZONS = (3, 6, 12)
"""Months ahead for which errors are kept."""

Columns = dict[str, NDArray[Any]]
"""A table: its columns by name."""


@dataclass(frozen=True)
class Kind:
    """What the series of one call have in common: months from one value to the next; whether what is asked for is the
    sum of the values to come or the last of them; between which bounds a value lies."""

    months: int
    is_sum: bool
    low: float = -np.inf
    high: float = np.inf

    @property
    def season(self) -> int:
        """Values in a year."""
        return 12 // self.months


@dataclass(frozen=True)
class Depth:
    """How far back the test goes: months that a forecast rests on at least; origins for each horizon, the newest."""

    min_months: int
    origins: int


@dataclass(frozen=True)
class Group:
    """Series of one kind, a row each: values from its first period on (nan: none), how many periods there are, the
    month of the first (since 1970), of each value the day before its pace counts from (since 1970; of sums alone)."""

    values: Array
    lengths: Whole
    first_month: Whole
    counts_from: Whole


def windows(group: Group, kind: Kind, depth: Depth, months_ahead: Whole) -> Columns:
    """The forecasts of each series by each method: made at the origins of the back-test for 3, 6 and 12 months, with
    what came of it (`actual`), and made at its end for the `months_ahead` of each row (0: none), with nan for it.

    Columns: row, origin (periods known), months_ahead, is_end, observed (months known), scale, actual and the METHODS;
    nan where a figure is missing. A figure of a sum is the sum of the periods after the origin."""
    row, origin, steps, is_end = _asked(group, kind, depth, months_ahead)
    places, place = np.unique(np.stack([row, origin]), axis=1, return_inverse=True)
    rows, lengths = places
    ahead = int(steps.max(initial=1))
    scale, seen = _scale(group.values, rows, lengths, kind.season)
    made = {
        "seasonal_naive": seasonal_naive(group.values, rows, lengths, ahead, kind.season),
        "linear_pace": linear_pace(group, rows, lengths, ahead, kind),
        "ets": ets(group.values, rows, lengths, ahead, kind.season),
        "theta": theta(group.values, rows, lengths, ahead, kind.season),
    }
    came = after(np.pad(group.values, ((0, 0), (0, ahead)), constant_values=np.nan)[rows], lengths, ahead)
    pick = (place.ravel(), steps - 1)
    found: Columns = {
        "row": row,
        "origin": origin,
        "months_ahead": steps * kind.months,
        "is_end": is_end,
        "observed": seen[pick[0]] * kind.months,
        "scale": scale[pick[0]],
        "actual": np.where(is_end, np.nan, _asked_of(came, kind)[pick]),
    }
    enough = seen[pick[0]] * kind.months >= depth.min_months
    for method, path in made.items():
        forecast = _asked_of(np.clip(path, kind.low, kind.high), kind)[pick]
        found[method] = forecast if method == "linear_pace" else np.where(enough, forecast, np.nan)
    return found


def seasonal_naive(values: Array, rows: Whole, lengths: Whole, ahead: int, season: int) -> Array:
    """The same period of the year before, and what a year has added on average."""
    seen = known(values, rows, lengths, ahead)
    change = seen[:, season:] - seen[:, :-season]
    counted = np.maximum(np.sum(~np.isnan(change), axis=1), 1)
    drift = np.nansum(change, axis=1) / counted
    for period in range(season, seen.shape[1]):
        gap = np.isnan(seen[:, period])
        seen[gap, period] = seen[gap, period - season] + drift[gap]
    return after(seen, lengths, ahead)


def linear_pace(group: Group, rows: Whole, lengths: Whole, ahead: int, kind: Kind) -> Array:
    """As fct_plan_progress projects: of sums what a day has added since the day that the pace counts from, of other
    values the straight line through the last one and that of a year before. Days of unknown months do not count."""
    seen = known(group.values, rows, lengths, ahead)
    steps, series = np.arange(1, ahead + 1), np.arange(len(rows))
    if not kind.is_sum:
        last = seen[series, lengths - 1]
        before = np.where(lengths > kind.season, seen[series, np.maximum(lengths - 1 - kind.season, 0)], np.nan)
        line: Array = last[:, None] + ((last - before) / kind.season)[:, None] * steps
        return line
    periods = np.arange(-1, seen.shape[1])  # with the one before the first, so that each has its days
    ends = _month_end(group.first_month[rows][:, None] + periods * kind.months)
    days = np.diff(ends, axis=1)
    counted = (ends[:, 1:] > group.counts_from[rows, lengths - 1][:, None]) & ~np.isnan(seen)
    added, gone = (np.sum(np.where(counted, one, 0.0), axis=1) for one in (seen, days))
    daily: Array = (added / np.maximum(gone, 1))[:, None] * after(days.astype(float), lengths, ahead)
    return np.where(np.any(counted, axis=1)[:, None], daily, np.nan)


def _asked(
    group: Group, kind: Kind, depth: Depth, months_ahead: Whole
) -> tuple[Whole, Whole, Whole, NDArray[np.bool_]]:
    """Row, origin, steps ahead of each forecast, and whether it is made at the series' end."""
    found = list(_origins(group, kind, depth))
    row, place = np.nonzero(months_ahead > 0)
    tested = np.array(found, dtype=np.int64).reshape(-1, 3)
    ends = np.stack([row, group.lengths[row], months_ahead[row, place] // kind.months], axis=1)
    is_end = np.r_[np.zeros(len(tested), bool), np.ones(len(ends), bool)]
    asked = np.concatenate([tested, ends])
    return asked[:, 0], asked[:, 1], asked[:, 2], is_end


def _origins(group: Group, kind: Kind, depth: Depth) -> Iterator[tuple[int, int, int]]:
    """Of each series and horizon the newest origins at which enough was known, and what came of it is known."""
    has_value = ~np.isnan(group.values)
    observed = np.pad(np.cumsum(has_value, axis=1), ((0, 0), (1, 0)))  # of the first 0, 1, 2 … periods
    for months in HORIZONS:
        steps, rest = divmod(months, kind.months)
        if rest or not steps:
            continue
        for row, length in enumerate(group.lengths):
            origins = np.arange(length - steps, 0, -1)
            first = origins if kind.is_sum else origins + steps - 1
            came = observed[row, origins + steps] - observed[row, first] == origins + steps - first
            enough = observed[row, origins] * kind.months >= depth.min_months
            for origin in origins[enough & came & has_value[row, origins - 1]][: depth.origins]:
                yield row, int(origin), steps


def _scale(values: Array, rows: Whole, lengths: Whole, season: int) -> tuple[Array, Whole]:
    """The scale of errors of what is known, nan where no two years are, and how many values are."""
    seen = known(values, rows, lengths, 0)
    change = np.abs(seen[:, season:] - seen[:, :-season])
    counted = np.sum(~np.isnan(change), axis=1)
    scale = np.where(counted > 0, np.nansum(change, axis=1) / np.maximum(counted, 1), np.nan)
    return scale, np.sum(~np.isnan(seen), axis=1)


def _asked_of(path: Array, kind: Kind) -> Array:
    return np.cumsum(path, axis=1) if kind.is_sum else path


def _month_end(month: Whole) -> Whole:
    """The last day of a month, in days since 1970."""
    return (month + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - 1


_KIND = ("indicator_id", "measure")
_EMPTY: Columns = {
    **{name: np.array([], dtype=object) for name in (*_KIND, "region_code")},
    "period_end": np.array([], dtype="datetime64[us]"),
    "months_ahead": np.array([], dtype=np.int64),
    "is_end": np.array([], dtype=bool),
    "observed": np.array([], dtype=np.int64),
    **{name: np.array([], dtype=float) for name in ("scale", "actual", *METHODS)},
}


def _text(column: NDArray[Any]) -> NDArray[np.str_]:
    return np.asarray(column, dtype=np.str_)


def _months(column: NDArray[Any]) -> Whole:
    return column.astype("datetime64[M]").astype(np.int64)


def _group(series: Columns, region: NDArray[Any]) -> Group:
    """The series of one kind as a matrix; `region` is the row of each value."""
    step = int(series["months"][0])
    month = _months(series["period_end"])
    first = np.full(region.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, region, month)
    place = (month - first[region]) // step
    lengths = np.zeros_like(first)
    np.maximum.at(lengths, region, place + 1)
    values = np.full((len(first), int(lengths.max())), np.nan)
    values[region, place] = np.ma.filled(series["value"], np.nan)
    counts_from = np.zeros(values.shape, dtype=np.int64)
    days = np.ma.filled(series["counts_from"], np.datetime64("NaT"))
    counts_from[region, place] = np.where(np.isnat(days), 0, days.astype("datetime64[D]").astype(np.int64))
    return Group(values, lengths, first, counts_from)


def windows_of(series: Columns, asked: Columns) -> Columns:
    """The windows of many series. `series` has a row per value: indicator_id, measure, region_code, months (from one
    value to the next), is_sum, low, high (bounds; null: none), period_end, counts_from, value, min_months, origins.
    `asked` has a row per forecast to be made at a series' end: indicator_id, measure, region_code, months_ahead and, of
    a sum that begins later, months_before.

    Columns: indicator_id, measure, region_code, period_end (the origin), months_ahead and the others of `windows`."""
    made = [_EMPTY]
    for indicator_id, measure in sorted(set(zip(*(_text(series[name]) for name in _KIND), strict=True))):
        of_kind, wanted_of_kind = (
            (_text(one["indicator_id"]) == indicator_id) & (_text(one["measure"]) == measure) for one in (series, asked)
        )
        one = {column: values[of_kind] for column, values in series.items()}
        codes, region = np.unique(_text(one["region_code"]), return_inverse=True)
        group = _group(one, region)
        kind = Kind(int(one["months"][0]), bool(one["is_sum"][0]), *_bounds(one))
        wanted_of_kind &= np.isin(_text(asked["region_code"]), codes)
        months = np.r_[
            *(np.ma.filled(asked[column][wanted_of_kind], 0) for column in ("months_ahead", "months_before"))
        ]
        wanted = np.zeros((len(codes), 1 + int(months.max(initial=0))), dtype=np.int64)
        wanted[np.tile(np.searchsorted(codes, _text(asked["region_code"][wanted_of_kind])), 2), months] = months
        found = windows(group, kind, Depth(int(one["min_months"][0]), int(one["origins"][0])), wanted)
        row, origin = found.pop("row"), found.pop("origin")
        ends = _month_end(group.first_month[row] + (origin - 1) * kind.months)
        keys = (indicator_id, measure, codes[row])
        names = {
            column: np.full(len(row), key, dtype=object)
            for column, key in zip((*_KIND, "region_code"), keys, strict=True)
        }
        made.append(names | {"period_end": ends.astype("datetime64[D]").astype("datetime64[us]")} | found)
    return {column: np.concatenate([table[column] for table in made]) for column in _EMPTY}


def _bounds(series: Columns) -> tuple[float, float]:
    low, high = (float(np.ma.filled(series[name], np.nan)[0]) for name in ("low", "high"))
    return (-np.inf if np.isnan(low) else low, np.inf if np.isnan(high) else high)
