"""Extracts that nobody has ever delivered: their tables are there and empty, their page says so, nothing is late and no
rule fails for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orchestration.release.folder import ReleaseFolder
from raw_landing.database import connect

TABLES = {
    "hotline_12333": "fct_hotline",
    "service_rating": "fct_service_rating",
    "key_group_ledger": "fct_key_group",
    "employment_fund": "fct_employment_fund",
    "hr_service_report": "fct_hr_service",
}
SUBJECTS = ("services", "key_groups", "employment_fund", "hr_service")


@pytest.fixture(scope="module")
def release(good_home: Path) -> ReleaseFolder:
    return ReleaseFolder((good_home / "published/current").resolve())


def test_what_nobody_delivers_is_empty_and_not_late(release: ReleaseFolder) -> None:
    with connect(release.marts, read_only=True) as connection:
        for extract, table in TABLES.items():
            assert connection.execute(f"select count(*) from {table}").fetchone() == (0,)
            assert connection.execute(
                "select count(*) from fct_reporting_completeness where extract = ?", [extract]
            ).fetchone() == (0,)
        failed = connection.execute(
            "select suite from fct_quality_result where not success and suite = any(?)", [list(TABLES.values())]
        ).fetchall()
        assert failed == []


def test_the_page_says_so(release: ReleaseFolder) -> None:
    page = (release.path / "report/systems.html").read_text(encoding="utf-8")
    for subject in SUBJECTS:
        shown = re.search(rf'<section id="{subject}">(.*?)</section>', page, re.S)
        assert shown and "未接入" in shown[1] and "<table" not in shown[1]
