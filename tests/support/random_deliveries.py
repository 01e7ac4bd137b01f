"""A small province that delivers at random: what agencies and the province itself might send. No assertions."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from raw_landing.contract import Column, load_contracts
from tests.support.recomputation import Dump
from tests.support.warehouse import period_of

MONTHS = [date(2022 + month // 12, month % 12 + 1, 1) for month in range(30)]
REGIONS = {
    "420100": ["420100", "420102", "420103"],
    "420200": ["420200", "420202", "420203"],
    "429004": ["429004"],
}
EVERYWHERE = ["420000", *(code for codes in REGIONS.values() for code in codes)]
PEOPLE = ["420102198001010012", "420102198001020051", "42010319900307123x", "420202800101001", "420202198001010015"]
PEOPLE += ["420103850615432", "420103198506154322", " 420203197001010033", "420203700101003", "H12345678"]
EMPLOYERS = ["914299009000000173", "914299009000000334"]
FRACTIONS = [1.0, 1.0, 1.0, 0.5, 0.1, 0.4]
"""Of weights without a remainder: their sums are the same in any order, as identical tables must be."""

Maker = Callable[[random.Random, date, str], dict[str, Any]]


def _day(chance: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randrange((last - first).days + 1))


def _often(chance: random.Random, value: Any, share: float = 0.6) -> Any:
    return value if chance.random() < share else None


def _event(key: str, day: str, **others: Callable[[random.Random], Any]) -> Maker:
    def make(chance: random.Random, month: date, region: str) -> dict[str, Any]:
        start, end = period_of("monthly", month)
        number = f"{start:%y%m}-{chance.randrange(8)}" if chance.random() < 0.8 else f"repeated-{chance.randrange(3)}"
        return {
            key: number,
            "id_number": chance.choice(PEOPLE),
            "region_code": region,
            day: _day(chance, start, end),
            **{name: value(chance) for name, value in others.items()},
        }

    return make


def _state(key: str, since: str, until: str, **others: Callable[[random.Random], Any]) -> Maker:
    def make(chance: random.Random, month: date, region: str) -> dict[str, Any]:
        end = period_of("monthly", month)[1]
        return {
            key: f"{chance.randrange(60)}",
            "region_code": region,
            since: _day(chance, end - timedelta(days=chance.choice([25, 120, 500])), end),
            until: _often(chance, _day(chance, end - timedelta(days=chance.choice([25, 200])), end)),
            **{name: value(chance) for name, value in others.items()},
        }

    return make


def _report(**figures: tuple[int, int]) -> Maker:
    def make(chance: random.Random, _month: date, region: str) -> dict[str, Any]:
        drawn = {name: chance.randint(low, high) for name, (low, high) in figures.items()}
        return {"region_code": region, **drawn}

    return make


def _name(chance: random.Random) -> str | None:
    return chance.choice(["甲", "乙", "丙", None])


def _enrolment(chance: random.Random, _month: date, region: str) -> dict[str, Any]:
    return {
        "person_no": f"{chance.randrange(30)}",
        "id_number": chance.choice(PEOPLE),
        "region_code": region,
        "person_name": _name(chance),
        "insurance_type": chance.choice(["110", "120", "170", "210", "410", "410"]),
        "enrolment_status": chance.choice("00112244"[1:]),
    }


def _payment(chance: random.Random, month: date, region: str) -> dict[str, Any]:
    """Few numbers, so that months repeat them."""
    return {
        **_by_contract("pension_payment")(chance, month, region),
        "payment_no": f"{month:%y%m}-{chance.randrange(9)}" if chance.random() < 0.8 else f"{chance.randrange(3)}",
        "insurance_type": chance.choice(["110", "110", "170"]),
        "account_hash": chance.choice(["a", "b", None]),
    }


def _ledger_month(chance: random.Random, month: date, region: str) -> dict[str, Any]:
    """Contributions of the month, or of one before it."""
    return {
        **_by_contract("pension_ledger")(chance, month, region),
        "ledger_no": f"{month:%y%m}-{chance.randrange(9)}",
        "contribution_month": chance.choice([month, month, date(2021, chance.randint(1, 12), 1)]),
        "contribution_base": chance.choice([900, 5000, 90000]),
    }


def _case_result(chance: random.Random, month: date, region: str) -> dict[str, Any]:
    """Of cases that there may be: they are numbered by the records that are doubtful."""
    rule = chance.choice(["two_pensions", "shared_account"])
    number = f"{chance.choice(MONTHS):%y%m}-{chance.randrange(9)}"
    closed = _often(chance, month + timedelta(days=9))
    return {
        "case_id": f"F{hashlib.md5(f'{rule}/pension_payment/{number}'.encode()).hexdigest()[:19]}",
        "region_code": region,
        "state": chance.choice("2344") if closed else "1",
        "handled_by": "社会保险管理处",
        "assigned_on": month,
        "closed_on": closed,
        "recovered_on": closed and month + timedelta(days=20),
        "recovered_amount": closed and chance.randint(0, 160) / 4,
    }


def _person(chance: random.Random) -> str:
    return chance.choice(PEOPLE)


def _value(chance: random.Random, column: Column, month: date, region: str) -> Any:
    """A value that the contract's column allows."""
    end = period_of("monthly", month)[1]
    if column.check == "region":
        return region
    if column.check == "id_number":
        return _person(chance)
    if column.check == "industry_section":
        return chance.choice("ACI")
    drawn: dict[str, Callable[[], Any]] = {
        "code": lambda: chance.choice(list(column.values)),
        "date": lambda: _day(chance, end - timedelta(days=200), end),
        "month": lambda: month,
        "integer": lambda: chance.randint(1, 40),
        "decimal": lambda: chance.randint(1, 160) / 4,
        "boolean": lambda: chance.random() < 0.5,
        "string": lambda: f"{chance.randrange(30)}",
    }
    return drawn[column.type]()


def _by_contract(extract: str) -> Maker:
    """Each column drawn by its type; what is not required is there four times in five."""
    columns = load_contracts()[extract].columns

    def make(chance: random.Random, month: date, region: str) -> dict[str, Any]:
        return {
            column.name: _often(chance, _value(chance, column, month, region), 1 if column.required else 0.8)
            for column in columns
        }

    return make


def _benefit(chance: random.Random, month: date, region: str) -> dict[str, Any]:
    """Few numbers, so that months and units repeat them."""
    return {
        **_by_contract("unemployment_benefit")(chance, month, region),
        "benefit_no": f"{chance.randrange(4)}",
    }


def _layoff(chance: random.Random, month: date, region: str) -> dict[str, Any]:
    start, end = period_of("monthly", month)
    return {
        "enterprise_uscc": f"{chance.randrange(9)}",
        "region_code": region,
        "reported_on": chance.choice([start, start, _day(chance, start, end)]),
        "staff_before": chance.choice([60, 100, 400]),
        "staff_cut": chance.choice([10, 40, 60, 120, 260]),
    }


MAKERS: dict[str, Maker] = {
    "employment_registration": _event(
        "registration_no",
        "registered_on",
        is_urban_new=lambda chance: chance.random() < 0.7,
        person_name=_name,
        birth_date=lambda chance: _often(chance, date(1980, 1, 1)),
        employer_uscc=lambda chance: chance.choice(EMPLOYERS),
        employer_name=lambda chance: _often(chance, chance.choice("甲乙")),
        employment_form=lambda chance: chance.choice("1123"),
        new_employment_kind=lambda chance: chance.choice("1239"),
    ),
    "employment_attrition": _event("attrition_no", "occurred_on", reason=lambda chance: chance.choice("129")),
    "training_record": _event(
        "training_no",
        "completed_on",
        trainee_category=lambda chance: chance.choice("112"),
        subsidy_amount=lambda chance: chance.choice([0, 800, 1200.5]),
    ),
    "skill_certificate": _event(
        "certificate_no",
        "issued_on",
        certificate_kind=lambda _: "2",
        skill_level=lambda chance: chance.choice("ST12345"),
    ),
    "professional_qualification": _event("certificate_no", "issued_on", qualification_name=lambda _: "注册会计师"),
    "postdoc_intake": _event("postdoc_no", "entered_on"),
    "fund_entrustment": lambda chance, month, region: {
        "entrustment_no": f"{month:%y%m}-{chance.randrange(8)}",
        "region_code": region,
        "movement": chance.choice("112"),
        "amount_wan": chance.randint(0, 40000) / 4,
        "moved_on": _day(chance, *period_of("monthly", month)),
    },
    "unemployment_registration": _state("registration_no", "registered_on", "cancelled_on", id_number=_person),
    "social_card": lambda chance, month, region: {
        **_state("card_no", "issued_on", "cancelled_on", id_number=_person)(chance, month, region),
        "generation": chance.choice("123"),
        "e_card_claimed_on": _often(chance, _day(chance, date(2022, 1, 1), month)),
    },
    "mediation_case": _state(
        "case_no", "accepted_on", "closed_on", outcome=lambda chance: chance.choice(["1", "1", "2", None])
    ),
    "arbitration_case": _state(
        "case_no",
        "accepted_on",
        "closed_on",
        close_mode=lambda chance: chance.choice(["1", "1", "2", "3", "9", None]),
        is_final_award=lambda chance: chance.choice([True, False, None]),
        is_litigated=lambda chance: chance.choice([True, False, None]),
    ),
    "inspection_case": _state("case_no", "accepted_on", "closed_on"),
    "insurance_enrolment": _enrolment,
    "pension_payment": _payment,
    "pension_ledger": _ledger_month,
    "fund_case_result": _case_result,
    "unemployment_benefit": _benefit,
    "layoff_report": _layoff,
    "labour_force_survey": _report(employed_weighted=(0, 3000), unemployed_weighted=(0, 200)),
    "urban_employed_stock": _report(employed_persons=(0, 9)),
    "labour_contract_report": _report(employees_required=(0, 9), employees_signed=(0, 9)),
    "talent_stock_report": _report(
        professional_senior=(0, 4),
        professional_intermediate=(0, 9),
        professional_junior=(0, 9),
        high_skilled_total=(0, 9),
    ),
    "population_denominator": _report(
        statutory_pension_population=(1, 20), registered_population=(1, 20), resident_population=(1, 20)
    ),
    **{
        extract: _by_contract(extract)
        for extract in (
            "market_supply_demand",
            "market_sentiment",
            "wage_survey",
            "wage_policy",
            "employer_credit",
            "pension_level",
            "hotline_12333",
            "service_rating",
            "key_group_ledger",
            "employment_fund",
            "hr_service_report",
            "death_register",
            "custody_register",
            "early_retirement",
            "benefit_change",
            "job_monitoring",
            "warning_response",
        )
    },
}


def deliveries(seed: int) -> list[Dump]:
    """Dumps as agencies and the province might deliver them: months missing, units missing, both at once, zeros."""
    chance = random.Random(seed)
    dumps = []
    for extract, make in MAKERS.items():
        contract = load_contracts()[extract]
        for start, end in sorted({period_of(contract.cadence, month) for month in MONTHS}):
            for unit in ["420000", *REGIONS]:
                if chance.random() < (0.75 if unit == "420000" else 0.45):
                    continue
                if extract == "population_denominator" and (unit == "420000" or start.year == 2023):
                    continue
                regions = EVERYWHERE if unit == "420000" else REGIONS[unit]
                month = chance.choice([month for month in MONTHS if start <= month <= end])
                rows = [make(chance, month, chance.choice(regions)) for _ in range(chance.randrange(7))]
                unique = {tuple(row[column] for column in contract.key): row for row in rows}
                if not unique and contract.load == "report" and chance.random() < 0.8:
                    continue
                dumps.append(
                    Dump(
                        extract,
                        start,
                        end,
                        unit,
                        tuple(unique.values()),
                        revision=chance.randint(1, 3),
                        sampling_fraction=max(chance.choice(FRACTIONS), contract.min_sampling_fraction),
                    )
                )
    return dumps
