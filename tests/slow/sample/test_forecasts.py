"""Forecasts on the default sample: the intervals hold what came of months that were held out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from orchestration.statistics.forecast import METHODS, Depth, Group, Kind, windows
from tests.slow.sample.samples import Sample

YEARS = ("2021-01", "2026-01")
CUTS = ("2023-12", "2024-06", "2024-12", "2025-06")
FLOWS = {
    "employment_registration": "registered_on",
    "training_record": "completed_on",
    "skill_certificate": "issued_on",
    "professional_qualification": "issued_on",
    "mediation_case": "closed_on",
    "arbitration_case": "accepted_on",
    "inspection_case": "accepted_on",
    "unemployment_registration": "registered_on",
}
UNIT = "if(region_code LIKE '4290%', region_code, left(region_code, 4) || '00')"
STOCKS = ("210", "410", "110")
"""Insurance types, of which each month's snapshot is counted."""


@pytest.fixture(scope="module")
def series(default: Sample) -> dict[str, np.ndarray]:
    """What each unit has in each month of 2021 to 2025, by what is counted: a row per unit."""
    months = np.arange(*YEARS, dtype="datetime64[M]").astype(str)
    flows = " UNION ALL ".join(
        f"SELECT '{extract}' AS what, {UNIT} AS unit, left({day}, 7) AS month, 1 / f AS weight FROM {extract}"
        for extract, day in FLOWS.items()
    )
    found = default.rows.execute(
        f"""
        WITH counted AS ({flows}
            UNION ALL SELECT 'insured ' || insurance_type, {UNIT}, dump_period, 1 / f FROM insurance_enrolment
            WHERE insurance_type IN {STOCKS} AND enrolment_status IN ('1', '2'))
        SELECT what, unit, month, sum(weight) FROM counted
        WHERE month BETWEEN '2021-01' AND '2025-12' AND unit <> '420000' GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()
    place = {month: number for number, month in enumerate(months)}
    units = {unit: number for number, unit in enumerate(sorted({unit for _, unit, *_ in found}))}
    made = {what: np.full((len(units), len(months)), np.nan) for what, *_ in found}
    for what, unit, month, weight in found:
        made[what][units[unit], place[month]] = weight
    return made


def _held(values: np.ndarray, kind: Kind, cut: int) -> Iterator[bool]:
    """Whether the 80 % interval that is given for each month after the cut holds what came."""
    values = values[~np.isnan(values[:, :cut]).all(axis=1)]
    if not len(values):
        return
    known = values[:, :cut]
    lengths = np.array([np.flatnonzero(~np.isnan(row))[-1] + 1 for row in known])
    first = np.datetime64(YEARS[0], "M").astype(int)
    since = np.full(known.shape, np.datetime64(YEARS[0], "D").astype(int) - 1)
    group = Group(known, lengths, np.full(len(known), first), since)
    ahead = np.minimum(12, values.shape[1] - cut)
    found = windows(group, kind, Depth(24, 8), np.tile(np.arange(1, ahead + 1), (len(known), 1)))
    tested = ~found["is_end"] & (found["scale"] > 0)
    errors = {method: (found["actual"] - found[method])[tested] / found["scale"][tested] for method in METHODS}
    chosen = min(METHODS, key=lambda method: float(np.nanmedian(np.abs(errors[method]))))
    for place in np.flatnonzero(found["is_end"]):
        row, months = found["row"][place], int(found["months_ahead"][place])
        horizon = next(one for one in (3, 6, 12) if one >= months)
        pool = np.sort(errors[chosen][found["months_ahead"][tested] == horizon])
        pool = pool[~np.isnan(pool)]
        outside = (len(pool) + 1) // 10
        to_come = values[row, lengths[row] : lengths[row] + months]
        came = to_come.sum() if kind.is_sum else to_come[-1]
        if outside and not np.isnan(came):
            error = (came - found[chosen][place]) / found["scale"][place]
            yield bool(pool[outside - 1] <= error <= pool[len(pool) - outside])


def test_intervals_of_80_per_cent_hold_70_to_90_per_cent_of_what_came(series: dict[str, np.ndarray]) -> None:
    held = [
        one
        for what, values in series.items()
        for cut in CUTS
        for one in _held(values, Kind(1, is_sum=what in FLOWS, low=0), int(np.datetime64(cut, "M").astype(int)) - 611)
    ]
    assert len(held) > 5000
    assert 0.7 < np.mean(held) < 0.9
