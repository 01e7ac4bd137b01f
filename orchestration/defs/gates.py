"""The quality gates as blocking asset checks: one check per suite and table. No rules here."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict

import dagster as dg

from expectations import GateResult, Suite
from orchestration.defs.redaction import redacted
from orchestration.defs.resources import Warehouse
from orchestration.gate.run import gate_landed, gate_marts, require, suites_on_landed, suites_on_marts
from orchestration.settings import Settings


def _checks(
    name: str,
    description: str,
    suites: Sequence[Suite],
    judge: Callable[[Settings, Collection[str], Mapping[str, str]], GateResult],
) -> dg.AssetChecksDefinition:
    """One Dagster step for a stage's suites: Great Expectations is loaded and runs once."""

    judged = sorted({(suite.name, rule.table) for suite in suites for rule in suite.rules})
    titles = {suite.name: f"{suite.title_zh} / {suite.title_en}" for suite in suites}

    @dg.multi_asset_check(
        name=name,
        description=description,
        can_subset=True,
        specs=[
            dg.AssetCheckSpec(suite, asset=table.split("."), description=titles[suite], blocking=True)
            for suite, table in judged
        ],
    )
    def gate(
        context: dg.AssetCheckExecutionContext, warehouse: dg.ResourceParam[Warehouse]
    ) -> Iterator[dg.AssetCheckResult]:
        chosen = {(key.name, ".".join(key.asset_key.path)) for key in context.selected_asset_check_keys}
        with redacted():
            result = judge(warehouse.settings, {suite for suite, _ in chosen}, warehouse.accepted)
        for suite, table in sorted(chosen):
            own = [rule for rule in result.results if (rule.suite, rule.table) == (suite, table)]
            failed = [rule for rule in own if not rule.success]
            critical = any(rule in result.critical for rule in failed)
            yield dg.AssetCheckResult(
                check_name=suite,
                asset_key=table.split("."),
                passed=not failed,
                severity=dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN,
                metadata={
                    "rules": len(own),
                    "failed": len(failed),
                    "elements": sum(rule.element_count or 0 for rule in own),
                    "unexpected": sum(rule.unexpected_count or 0 for rule in failed),
                    "failures": dg.MetadataValue.json([asdict(rule) for rule in failed]),
                    "record": dg.MetadataValue.path(warehouse.settings.gate_record),
                    "page": dg.MetadataValue.path(warehouse.settings.gate_page),
                },
            )
        require(result)

    return gate


GATES = [
    _checks("gate_landed", "入库数据质量门 / gate on landed data", suites_on_landed(), gate_landed),
    _checks("gate_marts", "集市质量门 / gate on the marts", suites_on_marts(), gate_marts),
]
