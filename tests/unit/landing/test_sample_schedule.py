"""Which deliveries the sample has: all that are due, but for those planted as faulty. Makes no rows."""

from __future__ import annotations

import hashlib
from functools import cache

import pytest

from raw_landing import sample
from raw_landing.contract import Contract, load_contracts
from raw_landing.regions import load_regions

PERIODS = {
    "monthly": [f"{year}-{month:02d}" for year in range(2021, 2026) for month in range(1, 13)],
    "quarterly": [f"{year}-Q{quarter}" for year in range(2021, 2026) for quarter in range(1, 5)],
    "annual": [f"{year}" for year in range(2021, 2026)],
}
BEGUN = {
    "pension_payment": "2023-01",
    **dict.fromkeys(("layoff_report", "pension_ledger", "job_monitoring", "warning_response"), "2025-01"),
}
"""What was not delivered from 2021 on."""
SUPERVISION = {
    "death_register",
    "custody_register",
    "early_retirement",
    "benefit_change",
    "fund_case_result",
}
"""What fund supervision compares payments with: of the last quarter alone."""
UNITS_THEMSELVES_FROM = {"monthly": "2025-07", "quarterly": "2025-Q3", "annual": "2026"}


schedule = cache(sample.schedule)


def due(contract: Contract) -> set[tuple[str, str, str]]:
    """The deliveries of 2021 to 2025: the province for its units until June 2025."""
    found = set()
    for period in PERIODS[contract.cadence]:
        if period < BEGUN.get(contract.extract, ""):
            continue
        if contract.extract in SUPERVISION and period < "2025-10":
            continue
        is_by_units = contract.delivered_by == "units" and period >= UNITS_THEMSELVES_FROM[contract.cadence]
        found |= {(contract.extract, period, unit) for unit in (load_regions().units if is_by_units else ["420000"])}
    return found


@pytest.mark.parametrize("contract", load_contracts().values(), ids=lambda contract: contract.extract)
def test_every_due_delivery_of_2021_to_2025_is_there(contract: Contract) -> None:
    deliveries, _ = schedule("default", "none")
    own = {one for one in deliveries if one[0] == contract.extract}
    first = min(PERIODS[contract.cadence])
    assert {one for one in own if one[1] >= first} == due(contract)


def test_before_2021_nothing_is_left_out_of_what_was_begun() -> None:
    """The calendar runs from the first period delivered: from there on to 2020 no month or quarter may lack."""
    deliveries, _ = schedule("default")
    for extract, contract in load_contracts().items():
        before = sorted(period for name, period, _ in deliveries if name == extract and period < "2021")
        if contract.cadence == "monthly" and before:
            year, month = map(int, before[0].split("-"))
            assert len(before) == 12 * (2021 - year) + 1 - month, extract
        else:
            assert before in ([], ["2020"], ["2019", "2020"], ["2020-Q4"]), extract


def test_the_planted_faults_are_a_handful_of_due_deliveries() -> None:
    deliveries, faults = schedule("default")
    assert set(faults) < deliveries
    assert set(faults.values()) == {"missing", "refused", "late"}
    assert 6 <= len(faults) <= 20


def test_a_unit_stops_reporting_unless_no_scenario_is_wanted() -> None:
    with_it, without = (sample.schedule("default", scenario)[1] for scenario in ("all", "none"))
    months = ("2025-08", "2025-09", "2025-10")
    silent = {(name, month, "421300") for name in ("mediation_case", "professional_qualification") for month in months}
    assert with_it.keys() - without.keys() == silent
    assert sample.schedule("default", "silent_unit")[1] == with_it
    with pytest.raises(sample.UnknownScenarioError, match="plant_closure"):
        sample.schedule("default", "earthquake")


def test_a_unit_with_complete_dumps_sends_its_own_before_the_others_do() -> None:
    own = {one for one in schedule("default")[0] if one[2] == "429021" and one[1] < "2025-07"}
    assert {extract for extract, *_ in own} == {
        "employment_registration",
        "training_record",
        "unemployment_registration",
    } and {period for _, period, _ in own} == {"2025-04", "2025-05", "2025-06"}
    assert not {one for one in schedule("default", "none")[0] if one in own}


def test_bench_stays_as_it_was() -> None:
    """The benchmarks' figures on record are of these deliveries; tests/slow/sample holds some of their bytes."""
    deliveries, faults = schedule("bench")
    assert faults == {}
    lines = "\n".join("__".join(one) for one in sorted(deliveries))
    digest = hashlib.sha256(lines.encode()).hexdigest()
    assert len(deliveries) == 1981
    assert digest == "54be6136925a69415298a91bdd864270b63389a28441eb836bca742735439619"
