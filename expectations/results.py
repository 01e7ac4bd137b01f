"""Results of a gate run: one per rule, and all of them with their messages. Decides what may be published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from expectations.rule import CRITICAL, Severity, Subject
from expectations.text import say

SHORT = 300  # characters of a query that may be typed


@dataclass(frozen=True, slots=True)
class DumpInBreach:
    """A dump whose rows break a rule, or that the figures in breach were made of. `rows`: those in breach or, where the
    rule is not about rows, all of the dump; `stands_for`: the same over its sampling fraction."""

    dump_id: str
    file: str  # its name; *** where that may name a person
    rows: int
    stands_for: float


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The result of one rule. Counts are None where it could not be evaluated (`error`); such a result is critical,
    whatever the rule's severity. `examples`: a few locators, without personal data."""

    suite: str
    expectation: str
    table: str
    description_zh: str
    description_en: str
    severity: Severity
    success: bool
    element_count: int | None = None
    unexpected_count: int | None = None
    observed_value: str = ""
    examples: tuple[str, ...] = ()
    error: str | None = None
    locate: str | None = None  # SQL that lists all locators
    subject: Subject = "value"
    indicators: tuple[tuple[str, int], ...] = ()  # breaches by indicator, where the rule is about indicators
    failing_keys: tuple[str, ...] | None = None  # what breaks it, as column=value; None where that is not recorded
    accepted_reason: str | None = None  # why the release may be made all the same
    dumps: tuple[DumpInBreach, ...] = ()  # of a critical failure those with most rows
    dumps_in_all: int = 0
    kept_from: str | None = None  # when an earlier run of the gate evaluated it; None: this one did
    engine: Literal["duckdb", "spark"] = "duckdb"  # that evaluated it
    on_file: bool = False  # of the final file, not of the warehouse
    repeats: str | None = None  # the suite whose rule is asked again on the final file

    @property
    def name(self) -> str:
        """suite.rule; the same for a rule that is evaluated again on the final file."""
        return f"{self.repeats or self.suite}.{self.expectation}"

    @property
    def can_be_accepted(self) -> bool:
        """Whether somebody may decide to publish in spite of it: a critical failure that was evaluated and that harms
        no person. What is true of the final file alone is ours to mend, and no acceptance names it."""
        evaluated = not self.success and self.severity == CRITICAL and self.error is None
        return evaluated and self.subject != "privacy" and (self.repeats is not None or not self.on_file)

    def as_row(self) -> dict[str, Any]:
        """The columns of marts.fct_quality_result without release_id, and the English description."""
        return {
            "suite": self.suite,
            "expectation": self.expectation,
            "description_zh": self.description_zh,
            "description_en": self.description_en,
            "severity": self.severity,
            "success": self.success,
            "element_count": self.element_count,
            "unexpected_count": self.unexpected_count,
            "observed_value": self.observed_value if self.error is None else self.error,
            "accepted_reason": self.accepted_reason,
            "failing_keys": self.failing_keys,
        }

    def as_record(self) -> dict[str, Any]:
        """The row with examples, breaches by indicator, the run and the engine that evaluated it, for pages and
        explanations."""
        return self.as_row() | {
            "examples": self.examples,
            "indicators": self.indicators,
            "kept_from": self.kept_from,
            "engine": self.engine,
        }


@dataclass(frozen=True, slots=True)
class GateResult:
    """The results of one gate run, in the order of the suites."""

    database: Path
    results: tuple[RuleResult, ...]

    @property
    def failures(self) -> tuple[RuleResult, ...]:
        """Failed rules, critical ones first."""
        failed = [result for result in self.results if not result.success]
        return tuple(sorted(failed, key=lambda result: ("critical", "warning", "info").index(result.severity)))

    @property
    def critical(self) -> tuple[RuleResult, ...]:
        """Critical failures without an acceptance: each stops publication."""
        return tuple(result for result in self.failures if result.severity == CRITICAL and not result.accepted_reason)

    @property
    def success(self) -> bool:
        """Whether it may be published."""
        return not self.critical

    def with_acceptances(self, reasons: Mapping[str, str]) -> GateResult:
        """A copy in which failures named by `reasons` (suite.rule: reason) are accepted, if they can be."""
        results = (
            replace(result, accepted_reason=reasons[result.name])
            if result.name in reasons and result.can_be_accepted
            else result
            for result in self.results
        )
        return GateResult(self.database, tuple(results))

    def __add__(self, other: GateResult) -> GateResult:
        """The results of two runs together, for instance of two stages; the database named is the second's."""
        return GateResult(other.database, self.results + other.results)

    def message(self) -> tuple[str, str]:
        """The message in Chinese and in English: failures that stop publication, else warnings; where to look. No
        personal data."""
        critical = len(self.critical)
        verdict = "results.refused" if critical else "results.passed"
        lines = [say(verdict, rules=len(self.results), critical=critical)]
        for one in self.critical or self.failures:
            lines += _told(one, self.database.name)
        zh, en = zip(*lines, strict=True)
        return "\n".join(zh), "\n".join(en)

    def as_rows(self) -> list[dict[str, Any]]:
        """One row per rule, as marts.fct_quality_result has them, but for the release's id."""
        return [result.as_row() for result in self.results]

    def as_records(self) -> list[dict[str, Any]]:
        """One record per rule."""
        return [result.as_record() for result in self.results]


def _told(one: RuleResult, database: str) -> Iterator[tuple[str, str]]:
    """A failure line by line: the rule, the breaches, the files they lead to, where to look."""
    yield say(
        "results.rule",
        severity=one.severity,
        name=f"{one.suite}.{one.expectation}",
        description_zh=one.description_zh,
        description_en=one.description_en,
    )
    if one.error is not None:
        yield say("results.not_evaluated", error=one.error)
    else:
        yield _joined(("  ", "  "), _count(one), _examples(one))
    for dump in one.dumps:
        yield say(
            "results.file",
            file=dump.file,
            dump_id=dump.dump_id,
            rows=f"{dump.rows:,}",
            weight=f"{dump.stands_for:,.0f}",
        )
    if more := one.dumps_in_all - len(one.dumps):
        yield say("results.more_files", more=more)
    yield say("results.explain", name=f"{one.suite}.{one.expectation}")
    yield _joined(say("results.look", database=database, table=one.table), _query(one))


def _joined(*parts: tuple[str, str]) -> tuple[str, str]:
    zh, en = zip(*parts, strict=True)
    return "".join(zh), "".join(en)


def _count(one: RuleResult) -> tuple[str, str]:
    if one.element_count is None:
        return one.observed_value, one.observed_value
    return say("results.breaches", unexpected=one.unexpected_count, examined=one.element_count)


def _examples(one: RuleResult) -> tuple[str, str]:
    return say("results.examples", examples=", ".join(one.examples)) if one.examples else ("", "")


def _query(one: RuleResult) -> tuple[str, str]:
    """The query, where it is short enough to be typed."""
    return say("results.query", query=one.locate) if one.locate and len(one.locate) <= SHORT else ("", "")
