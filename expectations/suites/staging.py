"""What must be true of staged rows (staging.stg_<source>__<extract>): one state per key, with its weight.
Derived from the contracts; a row is named by its dump and line."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.rule import CRITICAL, SPEC_INDICATORS, WARNING, Rule, Suite, Table
from expectations.suites.contract_like import ContractLike
from expectations.suites.landed import LINE
from expectations.text import say

# Figures of a state at a period's end: the delivery is part of the key.
STATES = ("snapshot", "report")


def staging_suite(contract: ContractLike) -> Suite:
    """The suite of one extract's staging table."""
    table = Table(f"staging.stg_{contract.source}__{contract.extract}", LINE, SPEC_INDICATORS, called=contract.zh)
    key = (*contract.key, "period_end", "unit_code") if contract.load in STATES else contract.key
    return Suite(
        f"staging_{contract.extract}",
        *say("staging.suite_staging", contract_zh=contract.zh, extract=contract.extract),
        (
            table.key(*key, show=LINE),
            table.required(*key, "dump_id", "line_number", name="key_present"),
            table.rows(
                "weight_at_least_1",
                CRITICAL,
                *say("staging.weight_at_least_1"),
                "NOT coalesce(weight >= 1 AND abs(weight * sampling_fraction - 1) < 1e-9, false)",
            ),
            *_days(table, contract),
        ),
    )


def _days(table: Table, contract: ContractLike) -> Iterator[Rule]:
    zh = {column.name: column.zh for column in contract.columns}
    # A record that says otherwise is doubtful, not impossible: somebody mistyped a day of a case that took place.
    for column in contract.columns:
        day, earlier = column.name, column.not_before
        if earlier is not None:
            yield table.rows(
                f"{day}_not_before_{earlier}",
                WARNING,
                *say(
                    "staging.not_before",
                    contract_zh=contract.zh,
                    column_zh=column.zh,
                    zh_earlier=zh[earlier],
                    day=day,
                    earlier=earlier,
                ),
                f"{day} < {earlier}",
            )
        if column.after_birth:
            yield table.rows(
                f"{day}_after_birth",
                WARNING,
                *say("staging.after_birth", contract_zh=contract.zh, column_zh=column.zh, day=day),
                f"length(person_id) = 18 AND try_cast(substr(person_id, 7, 8) AS INTEGER)"
                f" >= 10000 * year({day}) + 100 * month({day}) + day({day})",
                source="GB 11643",
            )
