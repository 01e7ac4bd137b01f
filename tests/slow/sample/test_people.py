"""Nobody in the sample can exist, every number passes its check, and no doubt is there that was not planted."""

from __future__ import annotations

import pytest

from raw_landing.contract import load_contracts
from tests.slow.sample.samples import Sample

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WITH_PEOPLE = sorted(contract.extract for contract in load_contracts().values() if "id_number" in contract.by_name)


# What rules on doubtful records look for, written apart from them; one row is one doubt. Ages are differences of years.
DOUBTS = {
    "sex or birth date against the number": """
        FROM employment_registration
        WHERE (substr(id_number, 17, 1)::INT % 2 = 1) <> (sex = '1')
            OR substr(id_number, 7, 8) <> replace(birth_date, '-', '')
    """,
    "counted twice in a year": """
        SELECT id_number FROM employment_registration WHERE is_urban_new = '1'
        GROUP BY id_number, left(registered_on, 4) HAVING count(*) > 1
    """,
    "in two units": """
        SELECT id_number FROM insurance_enrolment
        GROUP BY id_number, dump_period, insurance_type HAVING count(DISTINCT left(region_code, 4)) > 1
    """,
    "resident and employee at once": """
        SELECT id_number FROM insurance_enrolment
        WHERE enrolment_status IN ('1', '2') AND insurance_type IN ('110', '120', '170')
        GROUP BY id_number, dump_period HAVING count(DISTINCT insurance_type = '170') > 1
    """,
    "insured as a child": """
        FROM insurance_enrolment WHERE left(first_enrolled_month, 4)::INT - substr(id_number, 7, 4)::INT < 16
    """,
    "unemployed and insured": """
        FROM unemployment_registration SEMI JOIN insurance_enrolment USING (id_number) WHERE cancelled_on IS NULL
    """,
    "paid too young or too old": """
        FROM pension_payment WHERE left(paid_month, 4)::INT - substr(id_number, 7, 4)::INT NOT BETWEEN 50 AND 100
    """,
    "paid and gone": """
        FROM pension_payment SEMI JOIN (
            SELECT id_number, occurred_on AS died_on FROM employment_attrition WHERE reason = '2'
            UNION ALL SELECT id_number, cancelled_on FROM unemployment_registration WHERE cancel_reason = '4'
        ) AS death ON death.id_number = pension_payment.id_number AND left(died_on, 7) < paid_month
    """,
    "trained twice": "SELECT id_number FROM training_record GROUP BY id_number HAVING count(DISTINCT training_no) > 1",
    "trained as a child": """
        FROM training_record WHERE left(completed_on, 4)::INT - substr(id_number, 7, 4)::INT < 16
    """,
    "certified before the training's end": """
        FROM skill_certificate SEMI JOIN training_record ON training_record.id_number = skill_certificate.id_number
            AND issued_on >= started_on AND issued_on < completed_on
    """,
    "certified on one day in two units": """
        SELECT id_number FROM skill_certificate
        GROUP BY id_number, issued_on HAVING count(DISTINCT left(region_code, 4)) > 1
    """,
    "certified as a child": """
        FROM skill_certificate WHERE left(issued_on, 4)::INT - substr(id_number, 7, 4)::INT < 16
    """,
    "two active cards": """
        SELECT id_number FROM social_card WHERE cancelled_on IS NULL GROUP BY id_number HAVING count(*) > 1
    """,
    "arbitration out of order or beyond 60 days": """
        FROM arbitration_case
        WHERE filed_on > accepted_on
            OR coalesce(closed_on, '2025-12-31')::DATE - accepted_on::DATE NOT BETWEEN 0 AND 60
    """,
    "mediation out of order": "FROM mediation_case WHERE closed_on < accepted_on",
    "inspection closed late": """
        FROM inspection_case WHERE closed_on::DATE - accepted_on::DATE NOT BETWEEN 0 AND 84
    """,
    "inspection overdue": """
        FROM inspection_case WHERE closed_on IS NULL AND accepted_on::DATE + 84 <= DATE '2025-12-31'
    """,
    "one number, two names": """
        SELECT id_number FROM (
            SELECT id_number, person_name FROM employment_registration
            UNION SELECT id_number, person_name FROM unemployment_registration
            UNION SELECT id_number, person_name FROM key_group_ledger
            UNION SELECT id_number, person_name FROM insurance_enrolment WHERE dump_period = '2025-12'
        ) GROUP BY id_number HAVING count(*) > 1
    """,
    "one code, two names": """
        SELECT employer_uscc FROM employment_registration GROUP BY ALL HAVING count(DISTINCT employer_name) > 1
    """,
    "recovered above owed": "FROM inspection_case WHERE wages_recovered::DOUBLE > wages_owed::DOUBLE",
}
PLANTED = {
    "sex or birth date against the number": 4,
    "counted twice in a year": 1,
    "in two units": 1,
    "resident and employee at once": 2,
    "unemployed and insured": 2,
    "paid too young or too old": 2,
    "paid and gone": 6,
    "trained twice": 2,
    "trained as a child": 2,
    "certified as a child": 2,
    "certified before the training's end": 2,
    "certified on one day in two units": 1,
    "two active cards": 2,
    "arbitration out of order or beyond 60 days": 111,  # of them 107 of the slow office
    "inspection overdue": 129,  # without them the closure rate would be 100 in every year
    "one number, two names": 2,
    "one code, two names": 2,
    "recovered above owed": 2,
}
RECHECKED = {"training_record": 1}


def genuine(sample: Sample, extract: str, *rules: str) -> str:
    """A condition that leaves out the rows planted for rules."""
    keys = [key for rule, planted_in, _, key in sample.planted.doubts if rule in rules and planted_in == extract]
    (column, *_) = load_contracts()[extract].key
    return f"{column} NOT IN ({', '.join(repr(key) for key in keys)})" if keys else "true"


@pytest.mark.parametrize("extract", WITH_PEOPLE)
def test_identity_numbers_are_right_and_nobodys(default: Sample, extract: str) -> None:
    others = genuine(default, extract, "identity_number", "under_16", "pension_age")
    numbers = default.rows.execute(
        f"SELECT DISTINCT id_number FROM {extract} WHERE {others} ORDER BY hash(id_number) LIMIT 500"
    ).fetchall()
    for (number,) in numbers:
        assert number[:4] == "4299"
        total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
        assert number[17] == "10X98765432"[total % 11]
        earliest = 1930 if extract == "key_group_ledger" else 1945  # the elderly among the key groups
        assert earliest <= int(number[6:10]) <= 2005


def test_credit_codes_are_right(default: Sample) -> None:
    others = genuine(default, "inspection_case", "credit_code")
    codes = default.rows.execute(
        f"SELECT DISTINCT employer_uscc FROM inspection_case WHERE {others} LIMIT 300"
    ).fetchall()
    for (code,) in codes:
        total = sum(LETTERS.index(letter) * pow(3, place, 31) for place, letter in enumerate(code[:17]))
        assert code[17] == LETTERS[-total % 31]
        assert code[2:8] == "429900"


@pytest.mark.parametrize("doubt", sorted(DOUBTS))
def test_no_doubt_but_the_planted(default: Sample, doubt: str) -> None:
    assert default.figure(f"SELECT count(*) FROM ({DOUBTS[doubt]})") == PLANTED.get(doubt, 0)


@pytest.mark.parametrize("extract", sorted(load_contracts()))
def test_a_key_stands_once(default: Sample, extract: str) -> None:
    contract = load_contracts()[extract]
    of_dump = ["dump_period", "dump_unit"] if contract.load in ("snapshot", "report") else []
    key = ", ".join([*contract.key, *of_dump])
    repeated = default.figure(f"SELECT count(*) - count(DISTINCT ({key})) FROM {extract}")
    assert repeated == RECHECKED.get(extract, 0)
