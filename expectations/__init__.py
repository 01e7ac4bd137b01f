"""The data quality rules, as suites, and the gate that runs them with Great Expectations. No SQL of the marts, no
Dagster. Importing this does not import Great Expectations; `context` and `run_suites` do.

Suites by stage: `landed_suites` on landed data and receipts, `mart_suites` on staging and marts, `release_suites` on
the final file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from expectations.results import GateResult, RuleResult
from expectations.rule import Rule, Suite
from expectations.runner import run_suites
from expectations.suites.assessment import assessment_suite
from expectations.suites.contract_like import ContractLike
from expectations.suites.crosswalk import crosswalk_suite
from expectations.suites.dimensions import dimension_suites
from expectations.suites.disputes import dispute_suites
from expectations.suites.doubts import doubt_suites
from expectations.suites.exchange import data_service_suite
from expectations.suites.filling import filling_suite
from expectations.suites.forecast import forecast_suites
from expectations.suites.funds import fund_suites
from expectations.suites.growth import growth_suite
from expectations.suites.indicators import indicator_suite
from expectations.suites.indices import index_suites
from expectations.suites.labour import labour_suites
from expectations.suites.landed import landed_suite, registry_suites
from expectations.suites.market import market_suites
from expectations.suites.path import path_suite
from expectations.suites.pensions import pension_suite
from expectations.suites.privacy import Columns, privacy_suite
from expectations.suites.progress import progress_suite
from expectations.suites.quality import quality_suites
from expectations.suites.readings import reading_suite
from expectations.suites.receipts import receipt_suites
from expectations.suites.reconciliation import reconciliation_suite
from expectations.suites.release import ExpectedTable, content_of, release_suites
from expectations.suites.reporting import reporting_suites
from expectations.suites.services import service_suites
from expectations.suites.sources import source_suites
from expectations.suites.staging import staging_suite
from expectations.suites.subjects import subject_suites
from expectations.suites.targets import target_suites
from expectations.suites.tasks import task_suite
from expectations.suites.wages import wage_suites
from expectations.suites.warning import warning_suites

if TYPE_CHECKING:
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext

__all__ = [
    "Columns",
    "ExpectedTable",
    "GateResult",
    "Rule",
    "RuleResult",
    "Suite",
    "content_of",
    "context",
    "landed_suites",
    "mart_suites",
    "privacy_suite",
    "release_suites",
    "run_suites",
]


def context(
    database: Path,
    checkpoints: Mapping[str, Iterable[Suite]],
    settings: Mapping[str, bool | str] = MappingProxyType({}),
    warehouse: Path | None = None,
) -> EphemeralDataContext:
    """A Great Expectations context on a database file (read-only) with these suites and, of each entry, a checkpoint:
    what the gate runs, to list and run by hand. `settings` are DuckDB's; `warehouse` is attached beside the file."""
    from expectations.engine import make_context

    return make_context(database, checkpoints, settings, warehouse)


def landed_suites(contracts: Mapping[str, ContractLike], regions: Collection[str]) -> tuple[Suite, ...]:
    """Suites on landed.* and quality.*, before dbt runs. `contracts` by extract; `regions`: the region codes in force
    (the nation's among them)."""
    return (
        *registry_suites(contracts.values()),
        *(landed_suite(contract, regions) for contract in contracts.values()),
        *receipt_suites(),
        filling_suite(contracts.values()),
    )


def mart_suites(contracts: Mapping[str, ContractLike]) -> tuple[Suite, ...]:
    """Suites on what dbt built: staging.* (one per contract) and marts.*."""
    return (
        *(staging_suite(contract) for contract in contracts.values()),
        *dimension_suites(),
        indicator_suite(),
        growth_suite(),
        *dispute_suites(),
        *market_suites(),
        *warning_suites(),
        *service_suites(),
        *subject_suites(),
        *fund_suites(),
        *wage_suites(),
        *labour_suites(),
        pension_suite(),
        *index_suites(),
        *source_suites(),
        progress_suite(),
        task_suite(),
        *target_suites(),
        path_suite(),
        *forecast_suites(),
        assessment_suite(),
        reading_suite(),
        *reporting_suites(),
        *quality_suites(),
        reconciliation_suite(),
        *doubt_suites(),
        data_service_suite(),
        crosswalk_suite(),
    )
