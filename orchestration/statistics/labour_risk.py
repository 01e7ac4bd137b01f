"""How far the number of employers at high risk lies above what is usual for a region and an industry, by the method of
early warning (warning.py)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from orchestration.statistics.warning import Array, Baseline, standardized

Columns = dict[str, NDArray[Any]]
Key = tuple[str, str]  # region, class

HIGH = ("risk", "high")
"""Subject and part of the counts that are judged."""


def standing(values: Array, baseline: Baseline, least_scale: float) -> tuple[Array, Array]:
    """What is usual (b) and the distance from it in scales (z), of series of consecutive months (nan: not known), a row
    each. A scale is at least so many employers; where a month had none in all years before, none are usual."""
    found = standardized(values, np.ones_like(values), np.ones_like(values), baseline, is_share=False)
    known = np.cumsum(~np.isnan(values), axis=1)
    months = np.arange(1, values.shape[1] + 1)
    b = np.where(np.isnan(found.b) & (known == months) & (months > 24), 0.0, found.b)
    return b, (values - b) / np.fmax(found.s, least_scale)


def with_standing(told: Columns, known: set[tuple[str, Any]], baseline: Baseline, least_scale: float) -> Columns:
    """The cells with what is usual of the counts that are judged: z, and z_told, which is z where it rests on told
    counts alone, with the same b (expected). `known`: regions and months of which the count is whole."""
    judged = (told["subject"] == HIGH[0]) & (told["part"] == HIGH[1])
    z, z_told, expected = (np.full(len(judged), np.nan) for _ in range(3))
    if judged.any():
        month = told["period_end"].astype("datetime64[M]").astype(np.int64)
        first, last = int(month[judged].min()), int(month[judged].max())
        keys = sorted({*zip(told["region_code"][judged], told["class_code"][judged], strict=True)})
        at = {key: row for row, key in enumerate(keys)}
        rows_of: dict[str, list[int]] = {}
        for (region, _), row in at.items():
            rows_of.setdefault(region, []).append(row)
        values = np.full((len(keys), last - first + 1), np.nan)
        for region, end in known:
            when = int(np.datetime64(end, "M").astype(np.int64)) - first
            if 0 <= when < values.shape[1]:
                values[rows_of.get(region, []), when] = 0
        open_values = values.copy()
        rows = np.array([at[key] for key in zip(told["region_code"][judged], told["class_code"][judged], strict=True)])
        places = month[judged] - first
        count = np.where(np.isnan(values[rows, places]), np.nan, told["employers"][judged])
        values[rows, places] = count
        open_values[rows, places] = np.where(told["is_told"][judged], count, np.nan)
        b, of_all = standing(values, baseline, least_scale)
        open_b, of_told = standing(open_values, baseline, least_scale)
        same = np.isclose(of_all, of_told) & np.isclose(b, open_b)
        z[judged] = of_all[rows, places]
        z_told[judged] = np.where(same, of_told, np.nan)[rows, places]
        expected[judged] = np.where(same, open_b, np.nan)[rows, places]
    return {**told, "z": z, "z_told": z_told, "expected": expected}


def unusual(found: Columns, least_z: float) -> dict[tuple[str, Any], set[Key]]:
    """By subject and period, the cells that are as far above what is usual."""
    cells: dict[tuple[str, Any], set[Key]] = {}
    for place in np.flatnonzero(np.nan_to_num(found["z"]) >= least_z):
        table = found["subject"][place], found["period_end"][place]
        cells.setdefault(table, set()).add((found["region_code"][place], found["class_code"][place]))
    return cells
