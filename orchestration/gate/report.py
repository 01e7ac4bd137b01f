"""`hrss gate`: what the gate says of the warehouse or of a release, and one rule in full. Judges by the gate's own
functions; decides nothing."""

from __future__ import annotations

from dataclasses import replace

from expectations import GateResult, Rule, RuleResult, Suite, run_suites
from orchestration.gate.message import refusal
from orchestration.gate.run import (
    find_rule,
    gate_release,
    gate_warehouse,
    gated_of,
    people_of,
    release_folder,
    suites_on_file,
    suites_on_landed,
    suites_on_marts,
)
from orchestration.gate.vocabulary import published_words
from orchestration.lock import writer_lock
from orchestration.settings import Settings
from orchestration.text import inline, words
from raw_landing.database import settings_with

FACTS = words("gate.rule_facts")
LOCATORS = 20
"""How many breaches an explanation names."""


def run_report(settings: Settings, release: str | None, *, full: bool = False) -> tuple[str, bool]:
    """What the gate says, in both languages, and whether nothing critical fails. Of the warehouse, results that still
    hold are kept, unless in `full`. Raises WrongUsage, Busy."""
    if release is not None:
        result = gate_release(settings, release)
    else:
        with writer_lock(settings, "hrss gate"):
            result = gate_warehouse(settings, full=full)
    accepted = [f"- {one.name}: {one.accepted_reason}" for one in result.results if one.accepted_reason]
    told = [inline("gate.accepted_heading"), *accepted] if accepted else []
    return "\n".join([refusal(result), *told]), result.success


def rule_report(settings: Settings, release: str | None, name: str) -> tuple[str, bool]:
    """One rule of the warehouse, or of a release: its words, source and SQL, and what fails now. Whether it lets pass:
    it holds or only warns. Raises WrongUsage, Busy."""
    if release is None:
        suite, rule = find_rule((*suites_on_landed(), *suites_on_marts()), name)
        with writer_lock(settings, "hrss gate"):
            result = run_suites(
                settings.warehouse,
                [replace(suite, rules=(rule,))],
                _duckdb(settings),
                examples=LOCATORS,
                words=published_words(),
            )
    else:
        folder = release_folder(settings, release)
        suite, rule = find_rule(suites_on_file(settings, folder.marts, gated_of(folder)), name)
        result = run_suites(
            folder.marts,
            [replace(suite, rules=(rule,))],
            _duckdb(settings),
            warehouse=people_of(settings),
            examples=LOCATORS,
            words=published_words(),
        )
    return "\n".join([*_rule(suite, rule), "", *_found(result, result.results[0])]), result.success


def _duckdb(settings: Settings) -> dict[str, bool | str]:
    return settings_with(settings.spill)


def _rule(suite: Suite, rule: Rule) -> list[str]:
    accepting = (
        inline("gate.failure_stops_nothing")
        if rule.severity != "critical"
        else inline("gate.failure_not_acceptable")
        if rule.subject == "privacy"
        else f"hrss refresh --accept {suite.name}.{rule.name} --reason …"
    )
    lines = [
        f"{suite.name}.{rule.name}",
        _fact("suite", f"{suite.title_zh} / {suite.title_en}"),
        _fact("table", rule.table),
        _fact("severity", f"{rule.severity} ({accepting})"),
        *map(": ".join, zip(FACTS["meaning"], (rule.description_zh, rule.description_en), strict=True)),
        _fact("source", rule.source),
    ]
    if rule.builtin is not None:
        name, arguments = rule.builtin
        told = ", ".join(f"{key} = {value}" for key, value in arguments.items())
        return [*lines, _fact("check", f"Great Expectations {name}: {told}")]
    rows = rule.query if rule.query is not None else f"SELECT * FROM {rule.table}\nWHERE {rule.where}"
    return [
        *lines,
        inline("gate.breach_query"),
        rows,
    ]


def _fact(name: str, told: str) -> str:
    return f"{' '.join(FACTS[name])}: {told}"


def _found(result: GateResult, outcome: RuleResult) -> list[str]:
    if outcome.error is not None:
        return [inline("gate.rule_not_evaluated", error=outcome.error)]
    if outcome.success:
        return [inline("gate.rule_holds", database=result.database.name)]
    lines = [
        inline(
            "gate.rule_fails",
            breaches=outcome.unexpected_count,
            rows=outcome.element_count,
            database=result.database.name,
        )
    ]
    lines += [f"  {indicator}: {count}" for indicator, count in outcome.indicators]
    lines += [f"  {example}" for example in outcome.examples]
    if len(outcome.examples) == LOCATORS:
        lines.append(inline("gate.locators_cut", locators=LOCATORS))
    return lines
