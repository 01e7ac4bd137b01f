"""Extracts that nobody has ever delivered: their tables are there and empty, their page says so, nothing is late and no
rule fails for it."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from orchestration.release.folder import ReleaseFolder
from orchestration.report.pages.systems import SUBJECTS
from raw_landing.database import connect

TABLES = {
    "market_supply_demand": ("fct_market_supply_demand", "fct_climate_component", "fct_climate_index"),
    "market_sentiment": ("fct_market_sentiment",),
    "wage_survey": ("fct_wage_price", "fct_wage_floor"),
    "wage_policy": (),
    "pension_level": ("fct_pension_level",),
    "hotline_12333": ("fct_hotline",),
    "service_rating": ("fct_service_rating",),
    "key_group_ledger": ("fct_key_group",),
    "employment_fund": ("fct_employment_fund",),
    "hr_service_report": ("fct_hr_service",),
    "employer_credit": ("fct_employer_credit",),
    "job_monitoring": (),
    "layoff_report": (),
    "unemployment_benefit": (),
    "warning_response": ("fct_warning_response",),
    "death_register": (),
    "custody_register": (),
    "pension_ledger": (),
    "early_retirement": (),
    "benefit_change": (),
    "fund_case_result": (),
}
"""By extract, the tables that are made of it."""

OF_WHAT_IS_DELIVERED = ("crosswalk", "indices", "labour_risk", "subject_cubes", "supervision")
"""Subjects that need no extract of their own."""


@pytest.fixture(scope="module")
def release(good_home: Path) -> ReleaseFolder:
    return ReleaseFolder((good_home / "published/current").resolve())


def test_what_nobody_delivers_is_empty_and_not_late(release: ReleaseFolder) -> None:
    with connect(release.marts, read_only=True) as connection:
        for extract, tables in TABLES.items():
            for table in tables:
                assert connection.execute(f"select count(*) from {table}").fetchone() == (0,)
            assert connection.execute(
                "select count(*) from fct_reporting_completeness where extract = ?", [extract]
            ).fetchone() == (0,)
        suites = list(chain.from_iterable(TABLES.values()))
        failed = connection.execute(
            "select suite from fct_quality_result where not success and suite = any(?)", [suites]
        ).fetchall()
        assert failed == []


def test_the_page_says_so(release: ReleaseFolder) -> None:
    page = (release.path / "report/systems.html").read_text(encoding="utf-8")
    for subject in SUBJECTS:
        if subject.name in OF_WHAT_IS_DELIVERED:
            continue
        shown = re.search(rf'<section id="{subject.name}">(.*?)</section>', page, re.S)
        assert shown and "未接入" in shown[1] and ("<table" not in shown[1] or subject.name == "warning")


def test_a_signal_without_its_extract_has_no_row(release: ReleaseFolder) -> None:
    """Its thresholds are there, and the page says of it that it is not connected; others are judged all the same."""
    with connect(release.marts, read_only=True) as connection:
        found = {name for (name,) in connection.execute("select distinct signal_id from fct_warning_signal").fetchall()}
    assert not found & {"job_loss_rate", "mass_layoff", "benefit_claims"} and "new_unemployed" in found


def test_a_rule_without_its_data_has_no_row(release: ReleaseFolder) -> None:
    """Of payments all is looked through; without registers nothing is said to have been."""
    with connect(release.marts, read_only=True) as connection:
        rules = connection.execute("select distinct rule from fct_fund_supervision order by all").fetchall()
    assert {rule for (rule,) in rules} == {
        *("*", "mass_enrolment", "paid_in_two_units", "pension_after_death", "pension_age", "shared_account"),
        "two_pensions",
    }
