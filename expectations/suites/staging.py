"""What must be true of staged rows (staging.stg_<source>__<extract>): one state per key, with its weight.
Derived from the contracts; a row is named by its dump and line."""

from __future__ import annotations

from expectations.rule import CRITICAL, SPEC_INDICATORS, Suite, Table
from expectations.suites.landed import LINE, ContractLike

# Figures of a state at a period's end: the delivery is part of the key.
STATES = ("snapshot", "report")


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
        ),
    )
