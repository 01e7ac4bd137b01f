"""The rules on forecasts, column by column: an interval beside its forecast, a withheld row with any figure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from expectations.suites.forecast import FIGURES, forecast_suites
from tests.support.rules_in_place import Breakable

SUITE = next(forecast_suites())


@pytest.fixture(scope="module")
def warehouse(good_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breakable]:
    with closing(Breakable(good_warehouse, tmp_path_factory.mktemp("forecasts"))) as breakable:
        yield breakable


def _broken_by(warehouse: Breakable, change: str) -> set[str]:
    with warehouse.broken(f"UPDATE marts.fct_plan_forecast SET {change}"):
        return set(warehouse.failures(SUITE))


@pytest.mark.parametrize(
    ("change", "is_nested"),
    [
        ("low80 = forecast, high80 = forecast", True),
        ("low80 = forecast + 0.5", False),
        ("high80 = forecast - 0.5", False),
        ("low95 = low80 + 0.5", False),
        ("high95 = high80 - 0.5", False),
        ("low95 = NULL", False),
    ],
)
def test_an_interval_holds_its_forecast_and_the_narrower_one(
    warehouse: Breakable, change: str, is_nested: bool
) -> None:
    assert _broken_by(warehouse, change) == (set() if is_nested else {"intervals_nested"})


@pytest.mark.parametrize(
    ("change", "stands"),
    [
        ("target = NULL, probability_of_target = NULL", True),
        ("target = NULL", False),
        ("probability_of_target = NULL", False),
        ("low80 = NULL, high80 = NULL, low95 = NULL, high95 = NULL, probability_of_target = NULL", True),
        ("low80 = NULL, high80 = NULL, low95 = NULL, high95 = NULL", False),
    ],
)
def test_a_probability_is_of_an_interval_and_a_target(warehouse: Breakable, change: str, stands: bool) -> None:
    assert _broken_by(warehouse, change) == (set() if stands else {"interval_needs_errors"})


@pytest.mark.parametrize("figure", FIGURES)
def test_a_withheld_row_has_no_figure_at_all(warehouse: Breakable, figure: str) -> None:
    """Neither an interval, nor a probability, nor a limit alone."""
    others = ", ".join(f"{column} = NULL" for column in FIGURES if column != figure)
    assert "withheld_not_forecast" in _broken_by(warehouse, f"is_suppressed = true, {others}")
    assert "withheld_not_forecast" not in _broken_by(warehouse, f"is_suppressed = true, {others}, {figure} = NULL")


def test_every_figure_is_among_them(warehouse: Breakable) -> None:
    columns = warehouse.connection.execute("DESCRIBE marts.fct_plan_forecast").fetchall()
    doubles = {name for name, kind, *_ in columns if kind == "DOUBLE"}
    assert set(FIGURES) == doubles - {"target"}
