"""The quality gates as asset checks: one per critical rule, one per suite and table for rules that stop nothing. No
rules here."""

from collections.abc import Callable, Collection, Iterator, Sequence

import dagster as dg

from expectations import GateResult, Rule, RuleResult, Suite
from expectations.rule import CRITICAL
from orchestration.defs.redaction import redacted
from orchestration.defs.resources import Warehouse
from orchestration.gate.run import gate_landed, gate_marts, require, suites_on_landed, suites_on_marts
from orchestration.patience import patiently
from orchestration.settings import Settings
from orchestration.text import written

Judge = Callable[..., GateResult]
SEVERITIES = {True: dg.AssetCheckSeverity.ERROR, False: dg.AssetCheckSeverity.WARN}
"""Of failures, by whether one of them stops the release."""

Shown = tuple[str, str]
"""A check: its table and its name."""


def _shown(suite: Suite, rule: Rule) -> Shown:
    """The check by which a rule is shown."""
    return rule.table, rule.name if rule.severity == CRITICAL else suite.name


def _specs(suites: Sequence[Suite]) -> Iterator[dg.AssetCheckSpec]:
    for suite in suites:
        others: dict[str, int] = {}
        for rule in suite.rules:
            if rule.severity != CRITICAL:
                others[rule.table] = others.get(rule.table, 0) + 1
                continue
            yield dg.AssetCheckSpec(
                rule.name,
                asset=rule.table.split("."),
                description=f"{rule.description_zh} / {rule.description_en}",
                blocking=True,
                metadata={"rule": f"{suite.name}.{rule.name}", "source": rule.source},
            )
        title = f"{suite.title_zh} / {suite.title_en}"
        for table, count in others.items():
            said = written("dagster.the_rest_of_a_suite", title=title, count=count)
            yield dg.AssetCheckSpec(suite.name, asset=table.split("."), description=said)


def _checks(name: str, description: str, suites: Sequence[Suite], judge: Judge) -> dg.AssetChecksDefinition:
    """One Dagster step for a stage's suites: Great Expectations is loaded and runs once."""
    shown = {(suite.name, rule.name): _shown(suite, rule) for suite in suites for rule in suite.rules}

    @dg.multi_asset_check(name=name, description=description, can_subset=True, specs=list(_specs(suites)))
    def gate(
        context: dg.AssetCheckExecutionContext, warehouse: dg.ResourceParam[Warehouse]
    ) -> Iterator[dg.AssetCheckResult]:
        chosen = {(".".join(key.asset_key.path), key.name) for key in context.selected_asset_check_keys}
        with redacted():
            suites_chosen = {suite for (suite, _), check in shown.items() if check in chosen}
            settings, accepted, full = warehouse.settings, warehouse.accepted, warehouse.full
            result = patiently(settings, lambda: judge(settings, suites_chosen, accepted, full=full))
        found: dict[Shown, list[RuleResult]] = {}
        for rule in result.results:
            found.setdefault(shown[rule.suite, rule.expectation], []).append(rule)
        for table, check in sorted(chosen):
            yield check_result(table, check, found[table, check], result.critical, warehouse.settings)
        require(result)

    return gate


def check_result(
    table: str, check: str, rules: Sequence[RuleResult], critical: Collection[RuleResult], settings: Settings
) -> dg.AssetCheckResult:
    """What was found, so that it can be read where it is listed: only what stops the release is an error."""
    failed = [rule for rule in rules if not rule.success]
    more: dict[str, str | dg.MetadataValue] = {
        "examples": "; ".join(example for rule in failed for example in rule.examples),
        "page": dg.MetadataValue.path(settings.gate_page),
    }
    return dg.AssetCheckResult(
        check_name=check,
        asset_key=table.split("."),
        passed=not failed,
        severity=SEVERITIES[any(rule in critical for rule in failed)],
        description="\n".join(map(_said, failed)) or None,
        metadata={"examined": max(rule.element_count or 0 for rule in rules), **(more if failed else {})},
    )


def _said(rule: RuleResult) -> str:
    counts = (
        written("dagster.rule_not_evaluated", error=rule.error)
        if rule.error is not None
        else written("dagster.rule_broken", count=rule.unexpected_count, examined=rule.element_count)
    )
    return f"{rule.name}: {rule.description_zh} / {rule.description_en}: {counts}"


GATES = [
    _checks("gate_landed", written("dagster.gate_landed"), suites_on_landed(), gate_landed),
    _checks("gate_marts", written("dagster.gate_marts"), suites_on_marts(), gate_marts),
]
