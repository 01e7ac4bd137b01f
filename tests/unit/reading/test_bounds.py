"""Periods and sampling fractions that no dump may have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from raw_landing import ParsedDump
from raw_landing.intake.identify import Identity, Manifest

Read = Callable[..., ParsedDump]
STOCK = "行政区划代码,期末城镇从业人员数\n"
STOCK_ROWS = "420106,12\n420102,13\n"


@pytest.mark.parametrize(
    ("first", "last", "as_of", "reasons"),
    [
        (date(2024, 4, 1), date(2024, 6, 30), date(2024, 3, 31), ("future_period",)),
        (date(2024, 4, 1), date(2024, 6, 30), date(2024, 4, 1), ()),
        (date(2099, 1, 1), date(2099, 3, 31), None, ("future_period",)),
        (date(2014, 10, 1), date(2014, 12, 31), None, ("period_too_early",)),
        (date(1900, 1, 1), date(1900, 3, 31), None, ("period_too_early",)),
        (date(2015, 1, 1), date(2015, 3, 31), None, ()),
    ],
)
def test_periods_that_no_dump_is_of(
    read: Read, first: date, last: date, as_of: date | None, reasons: tuple[str, ...]
) -> None:
    identity = Identity("employment", "urban_employed_stock", first, last, "420100", 1)
    receipt = read(STOCK + STOCK_ROWS, identity=identity, as_of=as_of).receipt
    assert receipt.reasons == reasons
    assert receipt.rows_loaded == (0 if reasons else 2)


@pytest.mark.parametrize("fraction", [1e-6, 0, -0.5, 1.0001, 9e-5, 100])
def test_a_sampling_fraction_out_of_range(read: Read, fraction: float) -> None:
    reading = read(STOCK + STOCK_ROWS, manifest=Manifest(sampling_fraction=fraction))
    assert reading.receipt.reasons == ("fraction_out_of_range",)
    assert reading.rows.fetchall() == []


@pytest.mark.parametrize("fraction", [1, 0.1, 0.0001])
def test_a_sampling_fraction_within_range(read: Read, fraction: float) -> None:
    assert read(STOCK + STOCK_ROWS, manifest=Manifest(sampling_fraction=fraction)).receipt.rows_loaded == 2
