"""What must be true before anything is published, as suites, and the one gate that runs them. No SQL of the marts, no
Dagster. Importing this does not import Great Expectations; running the gate does.

Suites by stage: `landed_suites` on landed data and receipts, `mart_suites` on staging and marts, `release_suites` on
the final file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from expectations.rule import Rule, Suite
from expectations.runner import GateResult, RuleResult, run_suites
from expectations.suites.contract_like import ContractLike
from expectations.suites.dimensions import dimension_suites
from expectations.suites.doubts import doubt_suites
from expectations.suites.filling import filling_suite
from expectations.suites.indicators import indicator_suite
from expectations.suites.landed import landed_suite, registry_suites
from expectations.suites.privacy import Columns, privacy_suite
from expectations.suites.progress import progress_suite
from expectations.suites.receipts import receipt_suites
from expectations.suites.reconciliation import reconciliation_suite
from expectations.suites.release import Gated, content_of, release_suites
from expectations.suites.reporting import reporting_suites
from expectations.suites.sources import source_suites
from expectations.suites.staging import staging_suite

__all__ = [
    "Columns",
    "GateResult",
    "Gated",
    "Rule",
    "RuleResult",
    "Suite",
    "content_of",
    "landed_suites",
    "mart_suites",
    "privacy_suite",
    "release_suites",
    "run_suites",
]


def landed_suites(contracts: Mapping[str, ContractLike], regions: Collection[str]) -> tuple[Suite, ...]:
    """Suites on landed.* and quality.*, before dbt runs. `contracts` by extract; `regions`: the region codes in force
    (the nation's among them)."""
    return (
        *registry_suites(contracts.values()),
        *(landed_suite(contract, regions) for contract in contracts.values()),
        *receipt_suites(),
        filling_suite(),
    )


def mart_suites(contracts: Mapping[str, ContractLike]) -> tuple[Suite, ...]:
    """Suites on what dbt built: staging.* (one per contract) and marts.*."""
    return (
        *(staging_suite(contract) for contract in contracts.values()),
        *dimension_suites(),
        indicator_suite(),
        *source_suites(),
        progress_suite(),
        *reporting_suites(),
        reconciliation_suite(),
        *doubt_suites(),
    )
