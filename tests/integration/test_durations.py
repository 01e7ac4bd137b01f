"""How long cases take: the model's curves held against SciPy's, and cases that weigh more than one."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from scipy import stats

from tests.support.durations import Case, durations

KNOWN_UNTIL = date(2024, 12, 31)


def _cases(chance: random.Random, unit: str, count: int, longest: int, weight: float = 1) -> list[Case]:
    """Cases of one unit and kind, accepted in 2024: some are open when the year ends, many take as long as others."""
    cases: list[Case] = []
    for _ in range(count):
        accepted_on = KNOWN_UNTIL - timedelta(days=chance.randrange(1, 366))
        closed_on = accepted_on + timedelta(days=chance.randrange(longest))
        is_open = closed_on > KNOWN_UNTIL or chance.random() < 0.1
        cases.append(("arbitration", unit, weight, "1", accepted_on, None if is_open else closed_on))
    return cases


def _lasted(cases: list[Case]) -> stats.CensoredData:
    days = [((closed_on or KNOWN_UNTIL) - accepted_on).days for *_, accepted_on, closed_on in cases]
    return stats.CensoredData.right_censored(days, [closed_on is None for *_, closed_on in cases])


@pytest.mark.filterwarnings("ignore:The confidence interval is undefined")
@pytest.mark.parametrize(("count", "longest"), [(8, 90), (60, 40), (400, 120), (3000, 300)])
def test_curves_and_limits_are_those_of_scipy(models: Path, count: int, longest: int) -> None:
    cases = _cases(random.Random(count), "420100", count, longest)
    outside = stats.ecdf(_lasted(cases)).sf
    limits = outside.confidence_interval(method="log-log")
    steps = durations(models, cases, KNOWN_UNTIL).execute(
        "FROM durations SELECT t, s, low95, high95 WHERE kind = '*' ORDER BY t"
    )
    by_day = {
        day: (share, low, high)
        for day, share, low, high in zip(
            outside.quantiles, outside.probabilities, limits.low.probabilities, limits.high.probabilities, strict=True
        )
    }
    found = steps.fetchall()
    assert len(found) > 3
    for day, share, low, high in found:
        expected = by_day[day]
        assert share == pytest.approx(expected[0], abs=1e-12)
        if share > 0:
            assert (low, high) == pytest.approx(expected[1:], abs=1e-12)
        else:
            assert low is None and high is None


def test_a_case_that_stands_for_more_weighs_more_but_tells_no_more(models: Path) -> None:
    """Of weight 10 all alike the curve and its limits stay; of one case of weight 3 and one of weight 1 that lasts on,
    a quarter is open, and the limits are those of one of two."""
    alike = _cases(random.Random(1), "420100", 60, 40)
    heavier = [(stage, "420200", 10.0, *rest) for stage, _, _, *rest in alike]
    begun = date(2024, 1, 1)
    mixed: list[Case] = [
        ("arbitration", "420300", 3, "1", begun, begun + timedelta(days=10)),
        ("arbitration", "420300", 1, "1", begun, None),
    ]
    found = durations(models, [*alike, *heavier, *mixed], KNOWN_UNTIL)
    curve = "FROM durations SELECT t, s, low95, high95, is_estimate WHERE kind = '*' AND region_code = ? ORDER BY t"
    light, heavy, few = (found.execute(curve, [unit]).fetchall() for unit in ("420100", "420200", "420300"))
    assert [row[:4] for row in light] == [pytest.approx(row[:4], abs=1e-12) for row in heavy]
    assert not any(row[4] for row in light) and all(row[4] for row in heavy)
    assert [row[:2] for row in few] == [(10, 0.25)]
    # 1.96 · sqrt(1 / (2 · 1)) / |ln 0.25| = 0.99973; 0.25 to the power of e^0.99973 and of e^-0.99973
    assert few[0][2:4] == pytest.approx((0.0231149, 0.6004158), abs=1e-7)
