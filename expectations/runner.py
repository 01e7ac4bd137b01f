"""Runs suites on a database file, or on Spark's tables, and turns Great Expectations' results into ours: redacted
examples, errors that quote no row. Holds no rule; imports Great Expectations (seconds) only when it runs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from expectations.redaction import position, safe_error_text
from expectations.results import DumpInBreach, GateResult, RuleResult
from expectations.rule import CRITICAL, Rule, Suite

EXAMPLES = 3
KEYS = ("dump_id", "indicator_id", "extract", "unit_code", "region_code", "period_type", "period_end")
"""The columns by which a breach is told to touch a figure or not."""
MOST_KEYS = 2000
"""With more breaches than that, it is not recorded which: nearly everything is touched."""
RESULT_FORMAT = {"result_format": "BASIC"}
IN_ORDER = "ORDER BY ALL NULLS LAST"


def run_suites(
    database: Path,
    suites: Iterable[Suite],
    settings: Mapping[str, bool | str] = MappingProxyType({}),
    *,
    warehouse: Path | None = None,
    examples: int = EXAMPLES,
    words: Collection[str] = frozenset(),
    step: Callable[[int, int, str], None] = lambda done, total, table: None,
) -> GateResult:
    """Run `suites` on `database` (opened read-only; nobody may hold it open for writing) with DuckDB's `settings`: the
    validation definitions that a checkpoint of theirs holds (expectations.context).

    `warehouse` is attached for suites that compare the file with it. `words`: what examples may repeat besides numbers,
    days and codes. `step` is called as each table begins: how many are done, of how many, its name. Every rule has a
    result, in order: one that raised or did not run has failed, critically.
    Raises FileNotFoundError if there is no database, ValueError if two suites have one name.
    """
    suites = tuple(suites)
    if not database.is_file():
        raise FileNotFoundError(f"no database to check: {database}")
    if len({suite.name for suite in suites}) != len(suites):
        raise ValueError("two suites have one name")
    if not suites:
        return GateResult(database, ())
    from expectations import engine

    results = _run(lambda: engine.open_database(database, suites, settings, warehouse), suites, examples, words, step)
    return GateResult(database, results)


def run_on_spark(
    suites: Sequence[Suite],
    *,
    words: Collection[str] = frozenset(),
    step: Callable[[int, int, str], None] = lambda done, total, table: None,
) -> tuple[RuleResult, ...]:
    """The same on the tables of this process's Spark session, for rules whose SQL both engines understand. Raises
    nothing for what a rule does."""
    from expectations import engine

    results = _run(lambda: engine.open_spark(suites), suites, EXAMPLES, words, step)
    return tuple(replace(one, engine="spark") for one in results)


def _run(
    open_context: Callable[[], Any],
    suites: Sequence[Suite],
    examples: int,
    words: Collection[str],
    step: Callable[[int, int, str], None],
) -> tuple[RuleResult, ...]:
    from expectations import engine

    tables = list(dict.fromkeys(rule.table for suite in suites for rule in suite.rules))
    begun: list[str] = []

    def begin(table: str) -> None:
        if table not in begun:
            step(len(begun), len(tables), table)
            begun.append(table)

    with engine.quiet(), engine.progress(begin):
        context = open_context()
        try:
            found = _results(engine.validation_definitions(context, suites))
            evidence = _Evidence(context.data_sources.get(engine.DATA_SOURCE).get_execution_engine(), examples, words)
            return tuple(
                _rule_result(suite, rule, found.get(f"{suite.name}.{rule.name}"), evidence)
                for suite in suites
                for rule in suite.rules
            )
        finally:
            engine.close(context)


@dataclass(frozen=True, slots=True)
class _Found:
    """Great Expectations' result of one rule; `error` where it could not be evaluated."""

    success: bool = False
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


def _results(definitions: Iterable[Any]) -> dict[str, _Found]:
    """The results of validation definitions by rule (suite.rule); never raises for what a rule does.

    Each suite is validated on its batch. `Checkpoint.run` finds the same at twice the cost: it compares everything with
    its stored copy and stores the results.
    """
    found: dict[str, _Found] = {}
    for definition in definitions:
        try:
            results = _validated(definition)
        except Exception as error:  # the file itself cannot be read: none of the suite's rules was evaluated
            failed = _Found(error=safe_error_text(str(error), type(error).__name__))
            found |= {one.meta["rule"]: failed for one in definition.suite.expectations}
        else:
            found |= {one.expectation_config.meta["rule"]: _found(one) for one in results}
    return found


def _validated(definition: Any) -> list[Any]:
    """The results of a suite, those with errors evaluated anew, each alone: one broken rule spoils the scan that it
    shares."""
    from expectations import engine

    batch = engine.batch(definition)
    results = list(batch.validate(definition.suite, result_format=RESULT_FORMAT).results)
    if len(results) == 1 or not any(map(_error, results)):
        return results
    expectations = {one.meta["rule"]: one for one in definition.suite.expectations}
    return [
        batch.validate(expectations[one.expectation_config.meta["rule"]]) if _error(one) else one for one in results
    ]


def _found(result: Any) -> _Found:
    return _Found(bool(result.success), result.result, _error(result))


def _error(result: Any) -> str | None:
    """The error in a result's exception_info, which is either one error or one per metric."""
    info = result.exception_info
    errors = [info] if "raised_exception" in info else list(info.values())
    raised = [error for error in errors if error["raised_exception"]]
    return safe_error_text(str(raised[0]["exception_message"]), "error") if raised else None


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Which rows break a rule, as far as it may be told: locators without personal data. In SQL that DuckDB and Spark
    both understand."""

    execution_engine: Any
    most: int
    words: Collection[str]

    def examples(self, rule: Rule) -> tuple[str, ...]:
        """So many locators."""
        if rule.unexpected_rows is None:
            return ()
        query = f"SELECT DISTINCT * FROM ({rule.unexpected_rows}) AS t {IN_ORDER} LIMIT {self.most}"
        return tuple(
            ":".join(position(value, column, self.words) for column, value in row.items()) for row in self._fetch(query)
        )

    def indicators(self, rule: Rule) -> tuple[tuple[str, int], ...]:
        """How many breaches each indicator has, where the rule is about indicators."""
        if rule.unexpected_rows is None or "indicator_id" not in rule.show:
            return ()
        query = f"SELECT indicator_id, count(*) FROM ({rule.unexpected_rows}) AS t GROUP BY ALL ORDER BY 2 DESC, 1"
        rows = (row.values() for row in self._fetch(query))
        return tuple((position(indicator, "indicator_id", self.words), int(count)) for indicator, count in rows)

    def keys(self, rule: Rule) -> tuple[str, ...] | None:
        """What breaks the rule: the values of its KEYS; None where it has none, or too many break it."""
        columns = [column for column in KEYS if column in rule.show]
        if rule.unexpected_rows is None or rule.locators is not None or not columns:
            return None
        listed = ", ".join(columns)
        rows = self._fetch(
            f"SELECT DISTINCT {listed} FROM ({rule.unexpected_rows}) AS t {IN_ORDER} LIMIT {MOST_KEYS + 1}"
        )
        if len(rows) > MOST_KEYS:
            return None
        return tuple(
            " ".join(
                f"{column}={position(value, column, self.words)}" for column, value in row.items() if value is not None
            )
            for row in rows
        )

    def dumps(self, rule: Rule) -> tuple[tuple[DumpInBreach, ...], int]:
        """The dumps that a breach of the warehouse leads to, those with most rows, and how many there are."""
        from expectations.engine import has_table

        found = _dumps_of(rule)
        if found is None or not has_table(self.execution_engine, "quality", "landing_receipt"):
            return (), 0
        rows = self._fetch(
            f"""
            SELECT dump_id, coalesce(max(receipt.path), '') AS path,
                max(coalesce(found.in_breach, dump.rows_loaded)) AS number,
                max(coalesce(found.in_breach, dump.rows_loaded) / dump.sampling_fraction) AS stands_for,
                count(*) OVER () AS dumps
            FROM ({found}) AS found
            INNER JOIN landed.dump AS dump USING (dump_id)
            LEFT JOIN (SELECT dump_id, path FROM quality.landing_receipt) AS receipt USING (dump_id)
            GROUP BY dump_id ORDER BY number DESC, dump_id LIMIT {self.most}
            """
        )
        shown = tuple(
            DumpInBreach(
                position(row["dump_id"], "dump_id", self.words),
                position(PurePosixPath(row["path"]).name, "file", self.words),
                int(row["number"]),
                float(row["stands_for"]),
            )
            for row in rows
        )
        return shown, int(rows[0]["dumps"]) if rows else 0

    def _fetch(self, query: str) -> list[dict[str, Any]]:
        from expectations.engine import fetch

        return fetch(self.execution_engine, query)


def _dumps_of(rule: Rule) -> str | None:
    """SQL: the dumps (dump_id, in_breach) of the rows, dumps or figures in breach; None where the rule shows none."""
    rows, shown = rule.unexpected_rows, set(rule.show)
    if rows is None:
        return None
    if {"dump_id", "line_number"} <= shown:
        return f"SELECT dump_id, count(*) AS in_breach FROM ({rows}) AS t GROUP BY dump_id"
    if "dump_id" in shown:
        return f"SELECT DISTINCT dump_id, NULL::BIGINT AS in_breach FROM ({rows}) AS t"
    if {"indicator_id", "region_code", "period_end"} <= shown:
        return (
            f"SELECT DISTINCT source.dump_id, NULL::BIGINT AS in_breach FROM ({rows}) AS cell"
            " INNER JOIN marts.fct_indicator_source AS source USING (indicator_id, region_code)"
            " WHERE date_trunc('month', source.counted_on) = date_trunc('month', cell.period_end)"
        )
    return None


def _rule_result(suite: Suite, rule: Rule, found: _Found | None, evidence: _Evidence) -> RuleResult:
    outcome: dict[str, Any] = {"success": False}
    error = "did not run" if found is None else found.error
    if found is not None and error is None:
        unexpected = int(not found.success) if rule.builtin is not None else int(found.result["unexpected_count"])
        try:
            outcome = {
                "success": found.success,
                "element_count": found.result.get("element_count"),
                "unexpected_count": unexpected,
                "observed_value": str(found.result.get("observed_value")),
                "examples": evidence.examples(rule) if unexpected else (),
                "indicators": evidence.indicators(rule) if unexpected else (),
                "failing_keys": evidence.keys(rule) if unexpected else (),
            }
            if unexpected and rule.severity == CRITICAL:
                outcome["dumps"], outcome["dumps_in_all"] = evidence.dumps(rule)
        except Exception as raised:
            error = safe_error_text(str(raised), type(raised).__name__)
    return RuleResult(
        suite=suite.name,
        expectation=rule.name,
        table=rule.table,
        description_zh=rule.description_zh,
        description_en=rule.description_en,
        severity=rule.severity if error is None else CRITICAL,
        error=error,
        locate=rule.unexpected_rows,
        subject=rule.subject,
        on_file=suite.on_file,
        repeats=suite.repeats,
        **outcome,
    )
