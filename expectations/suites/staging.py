"""What must be true of staged rows (staging.stg_<source>__<extract>): one state per key, with its weight.
Derived from the contracts; a row is named by its dump and line."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.rule import CRITICAL, SPEC_INDICATORS, WARNING, Rule, Suite, Table
from expectations.suites.contract_like import ContractLike
from expectations.suites.landed import LINE

# Figures of a state at a period's end: the delivery is part of the key.
STATES = ("snapshot", "report")

# Days that follow each other, extract by extract. A record that says otherwise is doubtful, not impossible: somebody
# mistyped a day of a case that took place.
DAYS_IN_ORDER: dict[str, tuple[tuple[str, str], ...]] = {
    "arbitration_case": (("filed_on", "accepted_on"), ("accepted_on", "closed_on")),
    "inspection_case": (("received_on", "accepted_on"), ("accepted_on", "closed_on")),
    "mediation_case": (("accepted_on", "closed_on"),),
    "training_record": (("started_on", "completed_on"),),
    "unemployment_registration": (("unemployed_on", "registered_on"), ("registered_on", "cancelled_on")),
    "social_card": (("issued_on", "cancelled_on"), ("issued_on", "e_card_claimed_on")),
    "employment_registration": (("birth_date", "registered_on"),),
}
# Nobody is insured, employed, trained, certified or paid before birth, by the date in the identity number.
AFTER_BIRTH = {
    "employment_attrition": "occurred_on",
    "employment_registration": "registered_on",
    "insurance_enrolment": "first_enrolled_month",
    "pension_payment": "paid_month",
    "postdoc_intake": "entered_on",
    "professional_qualification": "issued_on",
    "skill_certificate": "issued_on",
    "social_card": "issued_on",
    "training_record": "completed_on",
    "unemployment_registration": "registered_on",
}


def staging_suite(contract: ContractLike) -> Suite:
    """The suite of one extract's staging table."""
    table = Table(f"staging.stg_{contract.source}__{contract.extract}", contract.zh, LINE, SPEC_INDICATORS)
    key = (*contract.key, "period_end", "unit_code") if contract.load in STATES else contract.key
    return Suite(
        f"staging_{contract.extract}",
        f"整理:{contract.zh}",
        f"staging: {contract.extract}",
        (
            table.key(*key, show=LINE),
            table.required(*key, "dump_id", "line_number", name="key_present"),
            table.rows(
                "weight_at_least_1",
                CRITICAL,
                "权数为抽样比例的倒数,不小于 1",
                "the weight is one over the sampling fraction, so at least 1",
                "NOT coalesce(weight >= 1 AND abs(weight * sampling_fraction - 1) < 1e-9, false)",
            ),
            *_days(table, contract),
        ),
    )


def _days(table: Table, contract: ContractLike) -> Iterator[Rule]:
    zh = {column.name: column.zh for column in contract.columns}
    for earlier, later in DAYS_IN_ORDER.get(contract.extract, ()):
        yield table.rows(
            f"{later}_not_before_{earlier}",
            WARNING,
            f"{contract.zh}:{zh[later]}不早于{zh[earlier]}",
            f"{later} is not before {earlier}",
            f"{later} < {earlier}",
        )
    if day := AFTER_BIRTH.get(contract.extract):
        yield table.rows(
            f"{day}_after_birth",
            WARNING,
            f"{contract.zh}:{zh[day]}晚于公民身份号码所含的出生日期",
            f"{day} is after the date of birth in the identity number",
            f"length(person_id) = 18 AND try_cast(substr(person_id, 7, 8) AS INTEGER)"
            f" >= 10000 * year({day}) + 100 * month({day}) + day({day})",
            source="GB 11643",
        )
