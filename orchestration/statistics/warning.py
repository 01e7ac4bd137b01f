"""Early warning: how far a month lies above what is usual, whether small excesses add up, and which level that is.

Robust z against the same month of earlier years, with a scale that knows sampling; EWMA and CUSUM as in Montgomery,
Introduction to Statistical Quality Control; hard rules on rates, falls and layoffs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Columns = dict[str, NDArray[Any]]
"""A table: its columns by name."""

LEVELS = ("blue", "yellow", "orange", "red")
NONE = -1
"""No level: what was not judged."""

MAD_SCALE = 1.4826
"""What makes the median of absolute deviations a standard deviation, where they are normal."""

MEDIAN_VARIANCE = np.pi / 2
"""The variance of a median of n values in n-ths of their own: 1.571."""

NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class Baseline:
    """How the usual is found: from at most so many years, with a scale of at least this share of it, where at least so
    many rows are to be expected; from which z on a month enters later ones as what was usual."""

    years: int = 4
    least_scale: float = 0.02
    min_n: float = 5
    red: float = 4


@dataclass(frozen=True)
class Charts:
    """The weight of the newest z and the limit of EWMA in its standard deviations; slack and limit of CUSUM."""

    weight: float = 0.3
    ewma_limit: float = 2.7
    slack: float = 0.5
    cusum_limit: float = 4

    @property
    def ewma_alarm(self) -> float:
        """From here on the EWMA is an alarm."""
        return self.ewma_limit * float(np.sqrt(self.weight / (2 - self.weight)))


@dataclass(frozen=True)
class Limits:
    """From where on a level is yellow, orange, red; inf: never."""

    yellow: float
    orange: float
    red: float

    def of(self, values: Array, *, strict: bool = False) -> Whole:
        """The levels, NONE where there is no value; compared after rounding to 9 decimals, so that 1 - 0.9 is 0.1.
        `strict`: beyond the limit, not at it."""
        limits = np.array([self.yellow, self.orange, self.red])
        level = np.searchsorted(limits, values.round(9), side="left" if strict else "right")
        return np.where(np.isnan(values), NONE, level).astype(np.int64)


@dataclass(frozen=True)
class Standing:
    """What is usual (b), the scale (s) and the distance in scales (z) of each month; whether too few rows were to be
    expected. nan where a figure is missing."""

    b: Array
    s: Array
    z: Array
    is_few: NDArray[np.bool_]


def standardized(values: Array, weighted: Array, counted: Array, baseline: Baseline, *, is_share: bool) -> Standing:
    """The standing of series, a row each, of consecutive months (nan: not known).

    values: counts, or shares in per cent; weighted, counted: what the count, or the share's denominator, weighs and the
    rows that stand for it. A year is brought to today's level by the twelve months before it and before now."""
    usual = values.copy()
    b, s, z = (np.full_like(values, np.nan) for _ in range(3))
    is_few = np.zeros(values.shape, dtype=bool)
    for month in range(24, values.shape[1]):
        back = 12 * np.arange(1, min(baseline.years, month // 12 - 1) + 1)
        year_before = np.stack([usual[:, month - 12 - j : month - j].sum(axis=1) for j in back], axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = usual[:, month - 12 : month].sum(axis=1)[:, None] / np.where(year_before > 0, year_before, np.nan)
            years = usual[:, month - back] * ratio
            known = np.sum(~np.isnan(years), axis=1)
            b[:, month] = centre = _median(years)
            spread = MAD_SCALE * _median(np.abs(years - centre[:, None]))
            first = month - 12 - np.max(np.where(np.isnan(years), 0, back), axis=1)
            weight = _mean_weight(weighted, counted, first, month)
            error = 1 + MEDIAN_VARIANCE / known
            if is_share:
                share = np.clip(centre, 0, 100)
                root = np.sqrt(share * (100 - share) * weight / weighted[:, month] * error)
                expected = share / 100 * weighted[:, month] / weight
            else:
                root = np.sqrt(centre * weight * error)
                expected = centre / weight
            scale = np.fmax(np.fmax(spread, root), baseline.least_scale * centre)
            is_few[:, month] = expected < baseline.min_n
            judged = (expected >= baseline.min_n) & (scale > 0)
            s[:, month] = np.where(judged, scale, np.nan)
            z[:, month] = (values[:, month] - centre) / s[:, month]
        usual[:, month] = np.where(z[:, month].round(9) >= baseline.red, centre, usual[:, month])
    return Standing(b, s, z, is_few)


def _median(values: Array) -> Array:
    """By row, of those that are known."""
    found = np.full(len(values), np.nan)
    has = ~np.all(np.isnan(values), axis=1)
    found[has] = np.nanmedian(values[has], axis=1)
    return found


def _mean_weight(weighted: Array, counted: Array, first: Whole, month: int) -> Array:
    """What a row stands for on average, from each series' first month to this one."""
    within = np.arange(month + 1) >= first[:, None]
    rows = np.nansum(np.where(within, counted[:, : month + 1], 0), axis=1)
    found: Array = np.nansum(np.where(within, weighted[:, : month + 1], 0), axis=1) / np.where(rows > 0, rows, np.nan)
    return found


def ewma(z: Array, charts: Charts) -> Array:
    """The exponentially weighted mean of z by row: from 0 with the first z on; a month without one leaves it."""
    found = np.full_like(z, np.nan)
    mean, begun = np.zeros(len(z)), np.zeros(len(z), dtype=bool)
    for month in range(z.shape[1]):
        has = ~np.isnan(z[:, month])
        mean = np.where(has, charts.weight * z[:, month] + (1 - charts.weight) * mean, mean)
        begun |= has
        found[:, month] = np.where(begun, mean, np.nan)
    return found


def cusum(z: Array, charts: Charts) -> Array:
    """The cumulated excess of z over the slack by row: from 0 with the first z on, anew in the month after an alarm; a
    month without z leaves it."""
    found = np.full_like(z, np.nan)
    total, begun = np.zeros(len(z)), np.zeros(len(z), dtype=bool)
    for month in range(z.shape[1]):
        total = np.where(total >= charts.cusum_limit, 0.0, total)
        has = ~np.isnan(z[:, month])
        total = np.where(has, np.maximum(0, total + z[:, month] - charts.slack), total)
        begun |= has
        found[:, month] = np.where(begun, total, np.nan)
    return found


def z_level(z: Array, smoothed: Array, summed: Array, limits: Limits, charts: Charts) -> tuple[Whole, NDArray[Any]]:
    """The level of each month by its z; at least yellow where a chart alarms; and which of them it was."""
    level = limits.of(z)
    by_sum = (summed >= charts.cusum_limit) & (level == 0)
    by_mean = (smoothed >= charts.ewma_alarm) & (level == 0)
    because = np.where(level > 0, "z", np.where(by_mean, "ewma", np.where(by_sum, "cusum", "")))
    return np.where(by_mean | by_sum, 1, level), because.astype(object)


def insured_fall(
    insured: Array, error: Array, over_three: Limits, of_one: Limits, max_half_width: float
) -> tuple[Array, Whole, NDArray[Any]]:
    """The fall in per cent of each month that its level rests on, the level and why: over three months where it went
    down in each, unless that of the month is the worse one; else of the month. `error`: the standard error of what is
    counted; as in measured_level. Where the interval is too wide, nothing is judged."""
    one, half_of_one = _fall(insured, error, 1)
    three, half_of_three = _fall(insured, error, 3)
    down = np.full(insured.shape, False)
    down[:, 3:] = (one[:, 3:] > 0) & (one[:, 2:-1] > 0) & (one[:, 1:-2] > 0)
    three = np.where(down, three, np.nan)
    uncertain = half_of_one > max_half_width
    by_three, by_one = over_three.of(three - half_of_three), of_one.of(one - half_of_one)
    level = np.maximum(by_three, by_one)
    because = np.where(by_three > 0, np.where(by_three >= by_one, "first", "second"), "second")
    because = np.where(uncertain, "uncertain", np.where(level > 0, because, ""))
    level = np.where(uncertain | np.isnan(one), NONE, level)
    return np.where(down & (by_three >= by_one), three, one), level, because.astype(object)


def _fall(insured: Array, error: Array, months: int) -> tuple[Array, Array]:
    """The fall since so many months before, and the half-width of its 95 % interval."""
    found, half_width = (np.full_like(insured, np.nan) for _ in range(2))
    if insured.shape[1] > months:
        before = np.where(insured[:, :-months] > 0, insured[:, :-months], np.nan)
        found[:, months:] = 100 * (1 - insured[:, months:] / before)
        half_width[:, months:] = 100 * NORMAL_95 * np.hypot(error[:, months:], error[:, :-months]) / before
    return found, half_width


def layoff_level(enterprises: Array, largest: Array, many: Limits, one: Limits) -> Whole:
    """The level of a county's layoffs of 30 days: by enterprises that each cut many, or by one that cuts more than its
    limit."""
    return np.maximum(many.of(enterprises), one.of(largest, strict=True))


def measured_level(
    first: Array, second: Array, limits: Limits, of_second: Limits, errors: tuple[Array, Array]
) -> tuple[Whole, NDArray[Any]]:
    """The level of a measure, or of its change where that is the worse one, and which it was. What is sampled must be
    beyond a limit surely: by the lower end of its 95 % interval, of these standard errors."""
    by_first, by_second = limits.of(first - NORMAL_95 * errors[0]), of_second.of(second - NORMAL_95 * errors[1])
    level = np.maximum(by_first, by_second)
    because = np.where(level > 0, np.where(by_first >= by_second, "first", "second"), "")
    return level, because.astype(object)


def signals(series: Columns, definitions: Columns, parameters: Mapping[str, float]) -> Columns:
    """The signals of many regions. `series` has a row per value: signal_id, region_code, period_end, x, weighted,
    counted, second, error and second_error (standard errors), too_uncertain; `definitions` one per signal, as
    dim_warning_signal has it.

    Columns: signal_id, region_code, period_end, x, b, s, z, ewma, cusum, level (none: not judged) and because: which of
    z, ewma, cusum, first or second measure made it, or few, uncertain, history where nothing was judged."""
    charts = Charts(*(parameters[f"warning_{name}"] for name in ("ewma_weight", "ewma_limit", "slack", "cusum_limit")))
    made = [_judged({column: values[:0] for column, values in series.items()}, {}, charts, parameters)]
    for place, signal in enumerate(_text(definitions["signal_id"])):
        of_signal = _text(series["signal_id"]) == signal
        if of_signal.any():
            definition = {column: values[place] for column, values in definitions.items()}
            one = {column: values[of_signal] for column, values in series.items()}
            made.append(_judged(one, definition, charts, parameters))
    return {column: np.concatenate([table[column] for table in made]) for column in made[0]}


def _judged(one: Columns, definition: Mapping[str, Any], charts: Charts, parameters: Mapping[str, float]) -> Columns:
    """The rows of one signal."""
    codes, row = np.unique(_text(one["region_code"]), return_inverse=True)
    month: Whole = one["period_end"].astype("datetime64[M]").astype(np.int64)
    place = month - month.min() if len(month) else month
    shape = (len(codes), int(place.max(initial=-1)) + 1)

    def matrix(column: str) -> Array:
        found = np.full(shape, np.nan)
        found[row, place] = np.ma.filled(one[column].astype(np.float64), np.nan)
        return found

    x, nothing = matrix("x"), np.full(shape, np.nan)
    found = Standing(nothing, nothing, nothing, np.zeros(shape, dtype=bool))
    smoothed = summed = nothing
    level: Whole = np.full(shape, NONE)
    because: NDArray[Any] = np.full(shape, "", dtype=object)
    limits, second = _limits(definition), _limits(definition, "second_")
    kind, min_n = str(definition.get("kind")), float(definition.get("min_n") or 0)
    if kind in ("count", "share"):
        baseline = Baseline(int(parameters["warning_years"]), parameters["warning_least_scale"], min_n, limits.red)
        found = standardized(x, matrix("weighted"), matrix("counted"), baseline, is_share=kind == "share")
        smoothed, summed = ewma(found.z, charts), cusum(found.z, charts)
        level, because = z_level(found.z, smoothed, summed, limits, charts)
        because = np.where(level == NONE, np.where(found.is_few, "few", "history"), because)
    elif kind == "fall":
        x, level, because = insured_fall(x, matrix("error"), limits, second, parameters["max_half_width"])
        because = np.where((level == NONE) & (because == ""), "history", because)
    elif kind == "layoffs":
        level = layoff_level(x, matrix("second"), limits, second)
        because = np.where(level > 0, "first", "")
    elif kind == "measure":
        few, uncertain = matrix("counted") < min_n, matrix("too_uncertain") == 1
        errors = (matrix("error"), matrix("second_error"))
        level, because = measured_level(x, matrix("second"), limits, second, errors)
        because = np.where(few, "few", np.where(uncertain, "uncertain", because))
        level = np.where(few | uncertain, NONE, level)
        because = np.where((level == NONE) & (because == ""), "history", because)
    figures = {"x": x, "b": found.b, "s": found.s, "z": found.z, "ewma": smoothed, "cusum": summed}
    names = np.array([*LEVELS, None], dtype=object)
    return {
        **{column: one[column] for column in ("signal_id", "region_code", "period_end")},
        **{name: values[row, place] for name, values in figures.items()},
        "level": names[level[row, place]],
        "because": np.array([cause or None for cause in because[row, place]], dtype=object),
    }


def _limits(definition: Mapping[str, Any], which: str = "") -> Limits:
    found = [float(np.ma.filled(definition.get(which + name, np.nan), np.nan)) for name in LEVELS[1:]]
    return Limits(*(np.inf if np.isnan(limit) else limit for limit in found))


def _text(column: NDArray[Any]) -> NDArray[np.str_]:
    return np.asarray(column, dtype=np.str_)
