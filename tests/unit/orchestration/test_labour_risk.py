"""How unusual the number of employers at high risk is."""

from __future__ import annotations

import numpy as np
import pytest

from orchestration.statistics.labour_risk import standing, unusual, with_standing
from orchestration.statistics.warning import Baseline

BASELINE = Baseline(min_n=0)


def test_the_first_few_after_years_of_nobody_are_unusual() -> None:
    """From the 25th month on; a scale is at least one employer: five more than none are five scales."""
    values = np.array([[0.0] * 24 + [5.0], [20.0] * 24 + [24.0], [np.nan] + [0.0] * 23 + [5.0]])
    b, z = standing(values, BASELINE, 1)
    assert (b[0, 24], z[0, 24]) == (0, 5) and np.isnan(z[0, :24]).all()
    # b = 20, of one year: sqrt(20 · (1 + 1.571)) = 7.171
    assert (b[1, 24], z[1, 24]) == (20, pytest.approx(4 / 7.1708, abs=1e-4))
    assert np.isnan(z[2, 24]), "a month that nobody knows is no month of nobody"


def test_what_rests_on_withheld_counts_is_not_told() -> None:
    months = np.arange("2023-01", "2025-02", dtype="datetime64[M]")
    ends = ((months + 1).astype("datetime64[D]") - 1).astype("datetime64[us]")
    regions = np.repeat(np.array(["420000", "420100"], dtype=object), len(ends))
    told = {
        "subject": np.array(["risk"] * len(regions), dtype=object),
        "part": np.array(["high"] * len(regions), dtype=object),
        "region_code": regions,
        "class_code": np.array(["*"] * len(regions), dtype=object),
        "period_end": np.tile(ends, 2),
        "employers": np.array(([20] * 24 + [60]) + ([4] * 24 + [30])),
        "is_told": np.array([True] * 25 + [False] * 24 + [True]),
    }
    known = {(region, end) for region in ("420000", "420100") for end in ends}
    found = with_standing(told, known, BASELINE, 1)
    assert found["z"][24] > 4 and found["z_told"][24] == found["z"][24] and found["expected"][24] == 20
    assert found["z"][49] > 4 and np.isnan(found["z_told"][49]) and np.isnan(found["expected"][49])
    assert unusual(found, 4) == {("risk", ends[24]): {("420000", "*"), ("420100", "*")}}
    unknown = with_standing(told, known - {("420100", ends[24])}, BASELINE, 1)
    assert np.isnan(unknown["z"][49])
