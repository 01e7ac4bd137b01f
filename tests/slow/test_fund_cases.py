"""Fund supervision on what the default sample plants for it: every record of every rule and no other, its money, and
what answers to cases do to a rule's precision."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from raw_landing.contract import load_contracts
from raw_landing.database import connect
from tests.support.landed_sample import landed_sample
from tests.support.warehouse import add_dump, create_warehouse, run_dbt

READ = (
    *("pension_payment", "insurance_enrolment", "employment_attrition", "unemployment_registration", "pension_ledger"),
    *("death_register", "custody_register", "early_retirement", "benefit_change", "unemployment_benefit"),
    "fund_case_result",
)
MONTHS = [date(2025, month, 1) for month in (10, 11, 12)]


def _land(warehouse: Path) -> set[tuple[str, ...]]:
    """The rows of the last quarter, a dump of the province for each month. What was planted in them, by rule, extract
    and key."""
    with landed_sample(warehouse, READ, MONTHS) as sample:
        return set(sample.execute("select rule_id, extract, key from fund_truth").fetchall())


def _build(warehouse: Path) -> None:
    built = run_dbt(warehouse, "build", "--select", "+fund_case", "--exclude-resource-type", "unit_test", "test")
    assert built.returncode == 0, built.stdout


def _found(warehouse: Path) -> set[tuple[str, ...]]:
    keys = {
        extract: " || '/' || ".join(
            f"strftime({column}, '%Y-%m')" if column == "paid_month" else column for column in contract.key
        )
        for extract, contract in load_contracts().items()
        if extract in READ
    }
    with connect(warehouse, read_only=True) as connection:
        each = " union all ".join(
            f"select rule_id, extract, {key} from restricted.fund_finding"
            f" join landed.{extract} using (dump_id, line_number) where extract = '{extract}'"
            for extract, key in keys.items()
        )
        return set(connection.execute(each).fetchall())


def _explained_and_precision(warehouse: Path) -> tuple[int, float]:
    with connect(warehouse, read_only=True) as connection:
        ((explained, precision),) = connection.execute(
            "select count(*) filter (state = 'explained'), max(rule_precision) from restricted.fund_case"
            " where rule_id = 'pension_after_death'"
        ).fetchall()
    return explained, precision


def test_planted_cases_are_found_with_their_money_and_answers_count(models: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    create_warehouse(warehouse, date(2026, 1, 30), models=models)
    planted = _land(warehouse)
    assert len({rule for rule, *_ in planted}) == 12
    _build(warehouse)
    assert _found(warehouse) == planted

    with connect(warehouse, read_only=True) as connection:
        listed = connection.execute(
            "select rule_id, sum(amount) from restricted.fund_finding where extract = 'pension_payment' group by all"
        ).fetchall()
        paid = connection.execute(
            "select rule_id, sum(payment.amount)::decimal(18, 2) from restricted.fund_finding as finding"
            " join landed.pension_payment as payment using (dump_id, line_number)"
            " where extract = 'pension_payment' group by all"
        ).fetchall()
        in_cases = connection.execute("select sum(amount) from restricted.fund_case").fetchall()
        in_all = connection.execute("select sum(amount) from restricted.fund_finding").fetchall()
        unanswered = connection.execute(
            "select case_id from restricted.fund_case"
            " where rule_id = 'pension_after_death' and unit_code = '420600' and state = 'new'"
        ).fetchall()
    assert sorted(listed) == sorted(paid) and in_cases == in_all

    assert _explained_and_precision(warehouse) == (5, 7 / 12)
    answer = {"region_code": "420600", "state": "3", "handled_by": "社会保险管理处", "assigned_on": date(2025, 12, 1)}
    with connect(warehouse) as connection:
        answers = [answer | {"case_id": case, "closed_on": date(2025, 12, 20)} for (case,) in unanswered]
        add_dump(connection, "fund_case_result", MONTHS[-1], "420600", answers)
    _build(warehouse)
    explained, precision = _explained_and_precision(warehouse)
    assert (explained, precision) == (5 + len(unanswered), 7 / (12 + len(unanswered))) and unanswered
