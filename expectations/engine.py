"""Great Expectations, made to compute inside DuckDB. The one module that imports it, and seconds with it.

Conditions on a table's rows become a metric of ours that Great Expectations bundles: one scan counts all of them. A
query of unexpected rows is only counted (`UnexpectedRowsExpectation` also fetches rows, whose values must not leave).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read on import: nothing calls home

import sqlalchemy as sa

from expectations.lazy_imports import imported_later
from expectations.redaction import position, speakable
from expectations.rule import BESIDE, Rule, sql_text
from raw_landing.database import identifier

with imported_later("altair", "scipy.stats"):
    import great_expectations as gx
    from great_expectations import expectations as builtin
    from great_expectations.core.expectation_suite import ExpectationSuite
    from great_expectations.core.metric_domain_types import MetricDomainTypes
    from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.expectations.expectation import BatchExpectation
    from great_expectations.expectations.metrics.metric_provider import metric_partial, metric_value
    from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
    from great_expectations.validator.metric_configuration import MetricConfiguration
    from great_expectations.validator.validator import ValidationDependencies

SCHEMAS = ("landed", "quality", "reference", "staging", "intermediate", "marts")


class _RowsWhere(TableMetricProvider):
    metric_name = "hrss.rows_where"
    value_keys = ("condition",)

    @metric_partial(
        engine=SqlAlchemyExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _sqlalchemy(cls, metric_domain_kwargs: Any, metric_value_kwargs: Any, **_: Any) -> Any:  # noqa: N805 - as GX asks
        condition = metric_value_kwargs["condition"]
        return sa.literal_column(f"count(*) FILTER (WHERE {condition})"), metric_domain_kwargs, {}


class _RowsOfQuery(TableMetricProvider):
    metric_name = "hrss.rows_of_query"
    value_keys = ("query",)

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, execution_engine: Any, metric_value_kwargs: Any, **_: Any) -> int:  # noqa: N805 - as GX asks
        return int(_fetch(execution_engine, f"SELECT count(*) FROM ({metric_value_kwargs['query']}) AS t")[0][0])


class _NoUnexpectedRows(BatchExpectation):
    """An expectation that one metric of ours counts no row, of as many as the batch has."""

    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id",)

    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: Any = None
    ) -> ValidationDependencies:
        """The metrics, named straight: found out by Great Expectations they cost more than most rules do to run."""
        arguments = {key: getattr(self, key) for key in self.success_keys}
        metrics = {
            name: MetricConfiguration(name, {"batch_id": self.batch_id}, {} if name == "table.row_count" else arguments)
            for name in self.metric_dependencies
        }
        return ValidationDependencies(metrics, result_format={"result_format": "BASIC"})

    def _validate(
        self, metrics: dict[Any, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        counted = next(value for name, value in metrics.items() if name != "table.row_count")
        return {
            "success": counted == 0,
            "result": {"element_count": metrics["table.row_count"], "unexpected_count": counted},
        }


class ExpectNoRowsWhere(_NoUnexpectedRows):
    """No row of the batch satisfies `condition` (SQL on its columns)."""

    condition: str
    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.row_count", "hrss.rows_where")
    success_keys: ClassVar[tuple[str, ...]] = ("condition",)


class ExpectQueryFindsNoRows(_NoUnexpectedRows):
    """`query` (any SQL; braces are just braces) finds no row."""

    query: str
    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.row_count", "hrss.rows_of_query")
    success_keys: ClassVar[tuple[str, ...]] = ("query",)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What Great Expectations found for one rule; `error` where it could not be evaluated."""

    success: bool
    element_count: int | None = None
    unexpected_count: int | None = None
    observed_value: str = ""
    examples: tuple[str, ...] = ()
    error: str | None = None
    indicators: tuple[tuple[str, int], ...] = ()


class Evaluator:
    """One ephemeral context on one database file, opened read-only. Use as returned by `open_database`."""

    def __init__(self, context: Any, source: Any, words: Collection[str]) -> None:
        self._context = context
        self._source = source
        self._words = words  # that examples may repeat

    def evaluate(self, table: str, rules: Sequence[Rule], examples: int) -> list[Outcome]:
        """The outcomes of a table's rules, in their order, with so many examples; never raises for what a rule does."""
        outcomes = self._validate(table, rules, examples)
        if len(rules) > 1:  # one broken rule spoils the scan it shares: let each of those speak for itself
            outcomes = [
                self._validate(table, [rule], examples)[0] if outcome.error else outcome
                for rule, outcome in zip(rules, outcomes, strict=True)
            ]
        return outcomes

    def _validate(self, table: str, rules: Sequence[Rule], examples: int) -> list[Outcome]:
        suite = ExpectationSuite(name=table, expectations=[_expectation(rule, n) for n, rule in enumerate(rules)])
        try:
            found = self._batch(table).validate(suite).results
        except Exception as error:  # whatever a rule does is its outcome, and stops the release
            return [Outcome(success=False, error=speakable(str(error), type(error).__name__))] * len(rules)
        by_rule = {result.expectation_config.meta["rule"]: result for result in found}
        return [self._outcome(rule, by_rule.get(n), examples) for n, rule in enumerate(rules)]

    def _batch(self, table: str) -> Any:
        assets = {asset.name: asset for asset in self._source.assets}
        asset = assets.get(table) or self._source.add_query_asset(table, query=f"SELECT * FROM {table}")
        return asset.get_batch(asset.build_batch_request())

    def _outcome(self, rule: Rule, result: Any, most: int) -> Outcome:
        if result is None:
            return Outcome(success=False, error="did not run")
        error = _raised(result.exception_info)
        if error is not None:
            return Outcome(success=False, error=error)
        found = result.result
        if rule.builtin is not None:
            observed = str(found.get("observed_value"))
            return Outcome(bool(result.success), found.get("element_count"), int(not result.success), observed)
        total, unexpected = int(found["element_count"]), int(found["unexpected_count"])
        try:
            examples = self._examples(rule, most) if unexpected else ()
            indicators = self._indicators(rule) if unexpected else ()
        except Exception as error_of_examples:
            return Outcome(success=False, error=speakable(str(error_of_examples), type(error_of_examples).__name__))
        return Outcome(bool(result.success), total, unexpected, str(unexpected), examples, indicators=indicators)

    def _indicators(self, rule: Rule) -> tuple[tuple[str, int], ...]:
        """How many breaches each indicator has, where the rule is about indicators."""
        if rule.unexpected_rows is None or "indicator_id" not in rule.show:
            return ()
        query = f"SELECT indicator_id, count(*) FROM ({rule.unexpected_rows}) AS t GROUP BY ALL ORDER BY 2 DESC, 1"
        rows = _fetch(self._source.get_execution_engine(), query)
        return tuple((position(indicator, "indicator_id", self._words), int(count)) for indicator, count in rows)

    def _examples(self, rule: Rule, most: int) -> tuple[str, ...]:
        if rule.unexpected_rows is None:
            return ()
        query = f"SELECT DISTINCT * FROM ({rule.unexpected_rows}) AS t ORDER BY ALL LIMIT {most}"
        rows = _fetch(self._source.get_execution_engine(), query)
        return tuple(
            ":".join(position(value, column, self._words) for column, value in row._mapping.items()) for row in rows
        )


@contextmanager
def open_database(
    database: Path, settings: Mapping[str, bool | str], beside: Path | None = None, words: Collection[str] = ()
) -> Iterator[Evaluator]:
    """Great Expectations on `database`, read with these `settings`, the warehouse `beside` it; examples repeat codes
    and these `words`. Quiet, since its log lines and tracebacks quote rows."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        source = context.data_sources.add_sql(
            "warehouse",
            connection_string="duckdb://",
            kwargs=_engine_arguments(),  # type: ignore[call-arg]  # the stub forgets it
        )
        engines = (source.get_engine(), source.get_execution_engine().engine)
        for engine in engines:
            engine.dispose()  # a connection made before it could be told of the file
            sa.event.listen(engine, "connect", lambda connection, _: _prepare(connection, database, settings, beside))
        try:
            yield Evaluator(context, source, words)
        finally:  # both keep a connection: the file could not be opened for writing after us
            for engine in engines:
                engine.dispose()
    finally:
        logger.setLevel(level)


def _engine_arguments() -> dict[str, Any]:
    return {
        # 1.24 does not know DuckDB: without these three the connection is given back, and its result lost, before the
        # rows are read.
        "isolation_level": "AUTOCOMMIT",
        "skip_autocommit_rollback": True,
        "pool_reset_on_return": None,
    }


def _prepare(connection: Any, database: Path, settings: Mapping[str, bool | str], beside: Path | None) -> None:
    """Make a new connection compute as asked and show it the file, read-only. Under its own name, which views may use,
    but where that is also the name of a schema: DuckDB would not know which of the two `marts` in `marts.t` is."""
    for setting, value in settings.items():
        connection.execute(f"SET {setting} = {sql_text(str(value))}")
    name = database.stem if database.stem not in SCHEMAS else "published"
    connection.execute(f"ATTACH {sql_text(str(database.resolve()))} AS {identifier(name)} (READ_ONLY)")
    connection.execute(f"USE {identifier(name)}")
    if beside is not None:
        connection.execute(f"ATTACH {sql_text(str(beside.resolve()))} AS {BESIDE} (READ_ONLY)")


def _expectation(rule: Rule, number: int) -> Any:
    common: dict[str, Any] = {
        "meta": {"rule": number},
        "severity": rule.severity,
        "description": f"{rule.description_zh} / {rule.description_en}",
    }
    if rule.where is not None:
        return ExpectNoRowsWhere(condition=rule.where, **common)
    if rule.query is not None:
        return ExpectQueryFindsNoRows(query=rule.query, **common)
    assert rule.builtin is not None
    name, arguments = rule.builtin
    return getattr(builtin, name)(**arguments, **common)


def _fetch(engine: Any, query: str) -> list[Any]:
    """Run SQL as it stands: no parameter is looked for in it."""
    with engine.get_connection() as connection:
        return list(connection.exec_driver_sql(query).fetchall())


def _raised(info: Mapping[str, Any]) -> str | None:
    """The error in a result's exception_info, which is either one error or one per metric."""
    errors = [info] if "raised_exception" in info else list(info.values())
    raised = [error for error in errors if error["raised_exception"]]
    return speakable(str(raised[0]["exception_message"]), "error") if raised else None
