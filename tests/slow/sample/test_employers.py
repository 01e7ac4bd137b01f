"""The wave of arrears that the default sample plants among builders of 421100: each of them at high risk in its first
month, and the month told as unusual there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from raw_landing.database import connect
from tests.support.landed_sample import landed_sample
from tests.support.warehouse import create_warehouse, run_dbt

READ = ("inspection_case", "arbitration_case", "employment_registration")
MONTHS = [date(year, month, 1) for year in range(2020, 2025) for month in range(1, 13) if (year, month) <= (2024, 8)]
UNIT, BUILDERS, FIRST = "421100", "E", date(2024, 8, 31)


def _land(warehouse: Path) -> set[str]:
    """The rows of the years before the wave and of its first month, a dump of the province for each month. Whom the
    wave is planted for in that month."""
    with landed_sample(warehouse, READ, MONTHS) as sample:
        planted = sample.execute(
            """
            select employer_uscc from truth
            inner join (
                select case_no as key, employer_uscc from made.inspection_case
                union
                select case_no, employer_uscc from made.arbitration_case
            ) as filed using (key)
            where scenario = 'arrears_wave' and truth.month = ?
            """,
            [MONTHS[-1]],
        ).fetchall()
        return {uscc for (uscc,) in planted}


def test_builders_who_owe_wages_are_at_high_risk_and_their_month_is_red(models: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    create_warehouse(warehouse, date(2024, 9, 30), models=models)
    planted = _land(warehouse)
    assert len(planted) == 5
    built = run_dbt(warehouse, "build", "--select", "+fct_labour_risk", "--exclude-resource-type", "unit_test", "test")
    assert built.returncode == 0, built.stdout
    with connect(warehouse, read_only=True) as connection:
        risks = connection.execute(
            "select employer_uscc, risk_level, region_code, industry_code from restricted.employer_risk"
            " where period_end = ? and list_contains(?, employer_uscc)",
            [FIRST, sorted(planted)],
        ).fetchall()
        told = connection.execute(
            "select employers, employers_high, risk_level, is_suppressed from marts.fct_labour_risk"
            " where region_code = ? and industry_code = ? and period_end = ?",
            [UNIT, BUILDERS, FIRST],
        ).fetchall()
    assert {uscc for uscc, *_ in risks} == planted
    assert {level for _, level, _, _ in risks} <= {"orange", "red"}
    assert {(region, industry) for *_, region, industry in risks} == {(UNIT, BUILDERS)}
    assert told == [(6, 6, "red", False)]
