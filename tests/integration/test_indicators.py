"""The models end to end: a small province delivered at random, against a recomputation in plain Python."""

from __future__ import annotations

import math
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from raw_landing.database import connect
from tests.support.random_deliveries import deliveries
from tests.support.recomputation import Key, Recomputation, Value
from tests.support.warehouse import add_dumps, create_warehouse, run_dbt

AS_OF = date(2024, 5, 31)  # the last day of a month that is therefore not over; a dump for June is in already
SEED = 20240531


@pytest.fixture(scope="module")
def computed_and_recomputed(
    models: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[Key, Value], dict[Key, Value]]:
    warehouse = tmp_path_factory.mktemp("indicators") / "warehouse.duckdb"
    dumps = deliveries(seed=SEED)
    create_warehouse(warehouse, AS_OF, models=models)
    with connect(warehouse) as connection:
        add_dumps(connection, ((dump, "first") for dump in dumps))
    run = run_dbt(
        warehouse, "build", "--select", "+int_indicator_unioned", "--resource-type", "seed", "--resource-type", "model"
    )
    assert run.returncode == 0, run.stdout
    with connect(warehouse, read_only=True) as connection:
        rows = connection.execute(
            """select indicator_id || case when definition_version > 1 then '__v' || definition_version else '' end,
                   region_code, period_type, period_end, period_start, numerator, denominator, value,
                   value_text, observations, units_received, units_expected, is_incomplete, is_estimate
               from intermediate.int_indicator_unioned
               where not (indicator_id = 'arbitration_closure_rate' and definition_version = 2)"""
        ).fetchall()
    computed = {(row[0], row[1], row[2], row[3]): Value(*row[4:]) for row in rows}
    assert len(computed) == len(rows), "an indicator has two rows of one region and period"
    return computed, Recomputation(dumps, AS_OF).run()


def test_same_rows(computed_and_recomputed: tuple[dict[Key, Value], dict[Key, Value]]) -> None:
    computed, recomputed = computed_and_recomputed
    missing = sorted(recomputed.keys() - computed.keys())
    surplus = sorted(computed.keys() - recomputed.keys())
    assert (missing, surplus) == ([], [])


@pytest.mark.parametrize("part", [field.name for field in fields(Value)])
def test_same_values(computed_and_recomputed: tuple[dict[Key, Value], dict[Key, Value]], part: str) -> None:
    computed, recomputed = computed_and_recomputed
    different = {
        key: (getattr(computed[key], part), getattr(recomputed[key], part))
        for key in sorted(computed.keys() & recomputed.keys())
        if not _equal(getattr(computed[key], part), getattr(recomputed[key], part))
    }
    assert different == {}


def test_every_indicator_and_case_is_exercised(
    computed_and_recomputed: tuple[dict[Key, Value], dict[Key, Value]],
) -> None:
    _, recomputed = computed_and_recomputed
    assert len({indicator for indicator, *_ in recomputed}) == 30
    assert {kind for _, _, kind, _ in recomputed} == {"month", "quarter", "ytd", "year", "r12"}
    values = list(recomputed.values())
    assert any(value.is_incomplete for value in values)
    assert any(value.is_estimate for value in values)
    assert any(value.units_received == 0 for value in values)
    assert any(value.numerator == 0 for value in values)


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, int | float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    return bool(left == right)
