"""What a contract says an absent column is needed for is what the models compute from it."""

from __future__ import annotations

import re
from pathlib import Path

from raw_landing.contract import load_contracts
from raw_landing.regions import load_titles

MODELS = Path(__file__).parents[3] / "dbt_project" / "models" / "intermediate"


def test_what_a_column_is_needed_for_reads_it() -> None:
    titles = load_titles()
    for contract in load_contracts().values():
        staging = f"stg_{contract.source}__{contract.extract}"
        for column in contract.columns:
            for what in column.needed_for:
                assert what in titles, (contract.extract, column.name)
                models = list(MODELS.rglob(f"*__{what}.sql"))
                assert len(models) == 1, what
                sql = models[0].read_text(encoding="utf-8")
                assert re.search(rf"\b{column.name}\b", sql) or column.check == "uscc", (what, column.name)
                assert staging in sql or contract.extract in sql, (what, contract.extract)


def test_a_column_that_may_be_absent_and_is_read_says_for_what() -> None:
    unsaid = []
    for contract in load_contracts().values():
        names = {column.name for column in contract.columns if column.may_be_absent and not column.needed_for}
        for path in sorted(MODELS.rglob("*.sql")):
            sql = path.read_text(encoding="utf-8")
            if f"stg_{contract.source}__{contract.extract}" in sql:
                unsaid += [(path.stem, name) for name in sorted(names) if re.search(rf"\b{name}\b", sql)]
    # One takes the day of completion where that of the beginning is not known, one counts `unknown`, two have no value,
    # one weights every answer alike, one says of a rule that it is not connected, one takes whoever is registered for
    # an employee, one lists the employers that are named, one knows no industry, one counts nobody as listed, of three
    # dimensions it is `other`.
    assert set(unsaid) <= {
        ("int_doubt__under_16", "started_on"),
        ("int_dispute_case", "channel"),
        ("int_fund_tally", "account_hash"),
        ("int_dispute_case", "is_online"),
        ("int_employer_link", "employer_uscc"),
        ("int_key_group", "household_no"),
        ("int_person_link", "employment_form"),
        ("int_employer_industry", "industry_code"),
        ("int_employer_count", "is_listed_arrears"),
        ("int_market_answer", "staff_weight"),
        ("int_subject_employment", "employment_form"),
        ("int_subject_employment", "industry_code"),
        ("int_subject_training", "fund_source"),
    }
