"""Periods as people write them on the command line."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.figure.resolve import Period, parse_period


@pytest.mark.parametrize(
    ("asked", "period"),
    [
        ("2024", Period("year", date(2024, 12, 31))),
        ("2024Q3", Period("quarter", date(2024, 9, 30))),
        ("2024-Q3", Period("quarter", date(2024, 9, 30))),
        ("2024年三季度", Period("quarter", date(2024, 9, 30))),
        ("2024-02", Period("month", date(2024, 2, 29))),
        ("2024年2月", Period("month", date(2024, 2, 29))),
        ("2024-02 ytd", Period("ytd", date(2024, 2, 29))),
        ("2024-02-YTD", Period("ytd", date(2024, 2, 29))),
        ("2024 ytd", None),
        ("2024Q3 ytd", None),
        ("2024-13", None),
        ("ytd", None),
        ("lately", None),
    ],
)
def test_a_period_is_what_is_written(asked: str, period: Period | None) -> None:
    assert parse_period(asked) == period


@pytest.mark.parametrize("written", ["2024", "2024Q3", "2024-07", "2024-07 ytd"])
def test_a_period_is_written_as_it_is_asked_for(written: str) -> None:
    assert str(parse_period(written)) == written
