"""The quality gates as blocking asset checks: one check per suite, on the table it judges. No rules here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import dagster as dg

from expectations import landed_suites, mart_suites
from expectations.gate import GateResult
from orchestration.defs.resources import Warehouse
from orchestration.settings import Settings
from orchestration.stages import gate_landed, gate_marts, require
from raw_landing.contract import load_contracts


def _checks(
    name: str, description: str, suites: Sequence[Any], judge: Callable[[Settings], GateResult]
) -> dg.AssetChecksDefinition:
    """One Dagster step for a stage's suites: Great Expectations is loaded and runs once."""

    @dg.multi_asset_check(
        name=name,
        description=description,
        specs=[
            dg.AssetCheckSpec(
                suite.name,
                asset=dg.AssetKey(suite.table.split(".")),
                description=f"{suite.title_zh} / {suite.title_en}",
                blocking=True,
            )
            for suite in suites
        ],
    )
    def gate(warehouse: Warehouse) -> Iterator[dg.AssetCheckResult]:
        result = judge(warehouse.settings)
        for suite in suites:
            own = [outcome for outcome in result.results if outcome.suite == suite.name]
            failed = [outcome for outcome in own if not outcome.success]
            critical = any(outcome.severity == "critical" for outcome in failed)
            yield dg.AssetCheckResult(
                check_name=suite.name,
                asset_key=dg.AssetKey(suite.table.split(".")),
                passed=not failed,
                severity=dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN,
                metadata={
                    "rules": len(own),
                    "failed": len(failed),
                    "elements": sum(outcome.element_count or 0 for outcome in own),
                    "unexpected": sum(outcome.unexpected_count or 0 for outcome in failed),
                    "failures": dg.MetadataValue.json([outcome.as_row() for outcome in failed]),
                    "record": dg.MetadataValue.path(warehouse.settings.gate_record),
                },
            )
        require(result)

    return gate


GATES = [
    _checks("gate_landed", "入库数据质量门 / gate on landed data", landed_suites(load_contracts()), gate_landed),
    _checks("gate_marts", "集市质量门 / gate on the marts", mart_suites(), gate_marts),
]
