"""When an extract is due: what its contract may say, and what it may not."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from raw_landing.contract import CONTRACTS, Contract


def contract(extract: str, **said: object) -> Contract:
    path = next(CONTRACTS.glob(f"*/{extract}.yml"))
    return Contract.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) | said)


@pytest.mark.parametrize(
    ("extract", "period", "day"),
    [
        ("skill_certificate", "2023-04", date(2023, 4, 1)),
        ("labour_contract_report", "2023-Q3", date(2023, 7, 1)),
        ("target_allocation", "2022", date(2022, 1, 1)),
        ("skill_certificate", None, None),
    ],
)
def test_the_first_period_that_is_due_begins_on_a_day(extract: str, period: str | None, day: date | None) -> None:
    assert contract(extract, due_from=period).due_from_day == day


@pytest.mark.parametrize(
    ("extract", "period"),
    [("skill_certificate", "2023"), ("labour_contract_report", "2023-04"), ("target_allocation", "2022-Q1")],
)
def test_it_is_a_period_of_the_extracts_own_kind(extract: str, period: str) -> None:
    with pytest.raises(ValueError, match="due_from"):
        contract(extract, due_from=period)
