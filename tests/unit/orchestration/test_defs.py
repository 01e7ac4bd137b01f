"""What Dagster is told of deliveries, landed data and rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from expectations import RuleResult
from orchestration.defs.gates import check_result
from orchestration.defs.specs import CONTRACTS, PARTITIONS, due_policy, landed_specs, partition_of, period_of
from orchestration.settings import Settings

RULE = {
    "suite": "landed_mediation_case",
    "expectation": "one_row_per_key",
    "table": "landed.mediation_case",
    "description_zh": "每个主键只有一行",
    "description_en": "one row per key",
    "severity": "critical",
}


@pytest.mark.parametrize(
    ("cadence", "due_days", "deadline", "days"),
    [
        ("monthly", 15, "0 0 16 * *", 15),  # January is due until the end of 15 February
        ("quarterly", 25, "0 0 26 1,4,7,10 *", 25),
        ("quarterly", 40, "0 0 10 2,5,8,11 *", 40),  # 31 days of January and 9 more
        ("annual", 60, "0 0 2 3 *", 60),  # 1 March is the 60th day
    ],
)
def test_a_source_is_late_after_the_day_it_is_due(cadence: str, due_days: int, deadline: str, days: int) -> None:
    contract = next(iter(CONTRACTS.values())).model_copy(update={"cadence": cadence, "due_days": due_days})
    policy = due_policy(contract)
    assert isinstance(policy, dg.FreshnessPolicy)
    said: Any = policy
    assert (said.deadline_cron, said.lower_bound_delta.days, said.timezone) == (deadline, days, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("cadence", "first_day", "partition", "period"),
    [
        ("monthly", date(2024, 3, 1), "2024-03", "2024-03"),
        ("quarterly", date(2024, 10, 1), "2024-10", "2024-Q4"),
        ("annual", date(2024, 1, 1), "2024", "2024"),
    ],
)
def test_a_period_is_a_partition(cadence: Any, first_day: date, partition: str, period: str) -> None:
    assert partition_of(cadence, first_day) == partition
    assert PARTITIONS[cadence].has_partition_key(partition)
    assert period_of(cadence, partition) == period


def test_a_landed_extract_tells_of_its_contract_and_columns() -> None:
    specs = {spec.key.path[-1]: spec for spec in landed_specs()}
    for contract in CONTRACTS.values():
        spec = specs[contract.extract]
        file: Any = spec.metadata["contract"]
        assert Path(file.path).is_file() and f"team:{contract.source}" in spec.owners
        schema: Any = spec.metadata["dagster/column_schema"]
        described = {column.name: column.description for column in schema.columns}
        assert {column.name for column in contract.columns} < described.keys()
        assert all(" / " in said for said in described.values()), contract.extract


def shown(*rules: RuleResult, stops: tuple[RuleResult, ...] = ()) -> dg.AssetCheckResult:
    return check_result("landed.mediation_case", "x", rules, stops, Settings())


def test_what_fails_is_read_where_it_is_listed() -> None:
    failed = RuleResult(**RULE, success=False, element_count=500, unexpected_count=3, examples=("case_no=A1",))
    found = shown(failed, stops=(failed,))
    assert not found.passed and found.severity == dg.AssetCheckSeverity.ERROR
    assert "landed_mediation_case.one_row_per_key: 每个主键只有一行 / one row per key" in str(found.description)
    assert "3 of 500" in str(found.description)
    assert found.metadata["examples"].value == "case_no=A1"


def test_a_warning_is_shown_as_a_warning() -> None:
    held = RuleResult(**RULE, success=True, element_count=500, unexpected_count=0)
    warned = RuleResult(**RULE | {"severity": "warning"}, success=False, element_count=7, unexpected_count=1)
    found = shown(held, warned)
    assert not found.passed and found.severity == dg.AssetCheckSeverity.WARN
    assert found.metadata["examined"].value == 500
    assert shown(held).passed and shown(held).description is None


def test_a_rule_that_could_not_be_evaluated_says_why() -> None:
    broken = RuleResult(**RULE, success=False, error="Binder Error")
    found = shown(broken, stops=(broken,))
    assert found.severity == dg.AssetCheckSeverity.ERROR and "Binder Error" in str(found.description)
