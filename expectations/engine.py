"""The suites as Great Expectations objects, computed inside DuckDB or, of tables that Spark wrote, inside Spark. The
one module that imports Great Expectations, and seconds with it.

1.24 has no DuckDB data source: the SQL one works with the engine arguments below. Its own column expectations cost more
here (see docs/great_expectations.md), so that conditions on rows are `ExpectNoUnexpectedRows`.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read on import: nothing calls home

import sqlalchemy as sa

from expectations.lazy_imports import lazy_modules
from expectations.rule import WAREHOUSE_ALIAS, Rule, Suite
from raw_landing.database import identifier, literal
from raw_landing.database_time import statement, tell

with lazy_modules("altair", "jsonschema", "scipy.stats"):
    import great_expectations as gx
    from great_expectations import expectations as builtin
    from great_expectations.core.metric_domain_types import MetricDomainTypes
    from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.execution_engine.sparkdf_execution_engine import SparkDFExecutionEngine
    from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.expectations.expectation import BatchExpectation
    from great_expectations.expectations.metrics.metric_provider import metric_partial, metric_value
    from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
    from great_expectations.validator.metric_configuration import MetricConfiguration
    from great_expectations.validator.validator import ValidationDependencies

DATA_SOURCE = "warehouse"
WHOLE_TABLE = "whole table"
NO_SETTINGS: Mapping[str, bool | str] = MappingProxyType({})

_on_table: ContextVar[Callable[[str], None]] = ContextVar("on_table", default=lambda table: None)


class _RowsWhere(TableMetricProvider):
    metric_name = "hrss.rows_where"
    value_keys = ("condition",)

    @metric_partial(
        engine=SqlAlchemyExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _sqlalchemy(cls, metric_domain_kwargs: Any, metric_value_kwargs: Any, **_: Any) -> Any:  # noqa: N805 - as GX asks
        return sa.literal_column(_counted(metric_value_kwargs)), metric_domain_kwargs, {}

    @metric_partial(
        engine=SparkDFExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _spark(cls, metric_domain_kwargs: Any, metric_value_kwargs: Any, **_: Any) -> Any:  # noqa: N805 - as GX asks
        from pyspark.sql.functions import expr

        return expr(_counted(metric_value_kwargs)), metric_domain_kwargs, {}


def _counted(metric_value_kwargs: Any) -> str:
    return f"count(*) FILTER (WHERE {metric_value_kwargs['condition']})"


class _RowsOfQuery(TableMetricProvider):
    metric_name = "hrss.rows_of_query"
    value_keys = ("query",)

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, execution_engine: Any, metric_value_kwargs: Any, **_: Any) -> int:  # noqa: N805 - as GX asks
        return _rows(execution_engine, metric_value_kwargs)

    @metric_value(engine=SparkDFExecutionEngine)
    def _spark(cls, execution_engine: Any, metric_value_kwargs: Any, **_: Any) -> int:  # noqa: N805 - as GX asks
        return _rows(execution_engine, metric_value_kwargs)


def _rows(execution_engine: Any, metric_value_kwargs: Any) -> int:
    ((rows,),) = (
        row.values() for row in fetch(execution_engine, f"SELECT count(*) FROM ({metric_value_kwargs['query']}) AS t")
    )
    return int(rows)


class ExpectNoUnexpectedRows(BatchExpectation):
    """No row of the table satisfies `condition`, or `query` finds no row. Exactly one of the two is given.

    Both are the engine's SQL as it stands (no `{batch}`, braces are braces). All conditions on a table are counted in
    one scan. The result holds counts (`element_count`, `unexpected_count`) and no values: rows may be personal data.
    """

    condition: str | None = None
    query: str | None = None
    success_keys: ClassVar[tuple[str, ...]] = ("condition", "query")
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id",)

    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: Any = None
    ) -> ValidationDependencies:
        """The metrics, named directly: Great Expectations' own search for them costs more than most rules."""
        if self.meta and "table" in self.meta:
            _on_table.get()(self.meta["table"])
        domain = {"batch_id": self.batch_id}
        counted = (
            MetricConfiguration("hrss.rows_where", domain, {"condition": self.condition})
            if self.condition is not None
            else MetricConfiguration("hrss.rows_of_query", domain, {"query": self.query})
        )
        metrics = {"unexpected": counted, "table.row_count": MetricConfiguration("table.row_count", domain, {})}
        return ValidationDependencies(metrics, result_format={"result_format": "BASIC"})

    def _validate(
        self, metrics: dict[Any, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        unexpected = metrics["unexpected"]
        return {
            "success": unexpected == 0,
            "result": {
                "element_count": metrics["table.row_count"],
                "unexpected_count": unexpected,
                "observed_value": unexpected,
            },
        }

    def __eq__(self, other: object) -> bool:
        """A run compares every expectation with its stored copy some eight times; not all fields need be looked at."""
        return isinstance(other, ExpectNoUnexpectedRows) and (
            (self.id, self.condition, self.query, self.severity, self.meta, self.description)
            == (other.id, other.condition, other.query, other.severity, other.meta, other.description)
        )

    __hash__ = BatchExpectation.__hash__


def make_context(
    database: Path,
    checkpoints: Mapping[str, Iterable[Suite]],
    settings: Mapping[str, bool | str] = NO_SETTINGS,
    warehouse: Path | None = None,
) -> EphemeralDataContext:
    """An ephemeral context on a database file, read-only: a checkpoint per entry of `checkpoints`, and what
    `validation_definitions` makes of its suites.

    `settings` are DuckDB's; `warehouse` is attached beside the file, as database `warehouse`. The file stays open until
    `close`.
    """
    suites = {name: tuple(of) for name, of in checkpoints.items()}
    context = open_database(database, (suite for of in suites.values() for suite in of), settings, warehouse)
    for name, of in suites.items():
        definitions = list(validation_definitions(context, of))
        for definition in definitions:
            context.suites.add(definition.suite)
            context.validation_definitions.add(definition)
        context.checkpoints.add(
            gx.Checkpoint(name=name, validation_definitions=definitions, result_format={"result_format": "BASIC"})
        )
    return context


def open_database(
    database: Path,
    suites: Iterable[Suite],
    settings: Mapping[str, bool | str] = NO_SETTINGS,
    warehouse: Path | None = None,
) -> EphemeralDataContext:
    """An ephemeral context on a database file, as `make_context` says, with the tables of `suites` and none of their
    rules: to keep each in the context's stores takes as long as to evaluate it."""
    context = _empty_context()
    source = context.data_sources.add_sql(
        DATA_SOURCE,
        connection_string="duckdb://",
        # Without these three the connection is given back, and its result lost, before the rows are read.
        kwargs={  # type: ignore[call-arg]  # the stub does not know it
            "isolation_level": "AUTOCOMMIT",
            "skip_autocommit_rollback": True,
            "pool_reset_on_return": None,
        },
        # At once: each later one would write the whole project down again.
        assets=[_asset(table, type="query", query=f"SELECT * FROM {table}") for table in _tables(suites)],
    )
    for engine in _engines(source):
        engine.dispose()  # a connection made before the listener is there does not see the file
        sa.event.listen(engine, "connect", lambda connection, _: _prepare(connection, database, settings, warehouse))
        sa.event.listen(engine, "before_cursor_execute", _begins)
        sa.event.listen(engine, "after_cursor_execute", _has_ended)
    return context


def open_spark(suites: Iterable[Suite]) -> EphemeralDataContext:
    """The same on the tables of this process's Spark session, which has them by the names that rules give them."""
    context = _empty_context()
    context.data_sources.add_spark(
        DATA_SOURCE,
        persist=False,  # a table is read once or twice, and may be larger than the memory of all executors
        # The stub does not know that a data source can be made with its assets.
        assets=[_asset(table, type="dataframe") for table in _tables(suites)],  # type: ignore[call-arg]
    )
    return context


def batch(definition: Any) -> Any:
    """The rows that a validation definition is about."""
    engine = definition.data_source.get_execution_engine()
    if isinstance(engine, SparkDFExecutionEngine):
        return definition.batch_definition.get_batch({"dataframe": engine.spark.table(definition.asset.name)})
    return definition.batch_definition.get_batch()


def validation_definitions(context: EphemeralDataContext, suites: Iterable[Suite]) -> Iterator[Any]:
    """For each suite and table a `gx.ValidationDefinition` with its `gx.ExpectationSuite`, not added to the context.

    They are named like the suite, where it has rules on several tables `suite:table`. An expectation's `meta` has its
    `table` and the rule's full name (`rule`: suite.rule).
    """
    source = context.data_sources.get(DATA_SOURCE)
    for suite in suites:
        for table in dict.fromkeys(rule.table for rule in suite.rules):
            rules = [rule for rule in suite.rules if rule.table == table]
            name = suite.name if len(rules) == len(suite.rules) else f"{suite.name}:{table}"
            expected = gx.ExpectationSuite(
                name=name,
                expectations=[expectation(suite, rule) for rule in rules],
                meta={"title_zh": suite.title_zh, "title_en": suite.title_en},
            )
            data = source.get_asset(table).get_batch_definition(WHOLE_TABLE)
            yield gx.ValidationDefinition(name=name, data=data, suite=expected)


def close(context: EphemeralDataContext) -> None:
    """Give the file back: until then nobody can open it for writing. Spark has none open."""
    source = context.data_sources.get(DATA_SOURCE)
    for engine in _engines(source) if isinstance(source.get_execution_engine(), SqlAlchemyExecutionEngine) else ():
        engine.dispose()


@contextmanager
def quiet() -> Iterator[None]:
    """Within it Great Expectations logs nothing: its lines and tracebacks quote rows."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextmanager
def progress(on_table: Callable[[str], None]) -> Iterator[None]:
    """Within it, `on_table` is told each table whose rules are being evaluated."""
    token = _on_table.set(on_table)
    try:
        yield
    finally:
        _on_table.reset(token)


def fetch(engine: Any, query: str) -> list[dict[str, Any]]:
    """The rows of SQL as it stands: no parameter is looked for in it. `engine`: a data source's execution engine."""
    if isinstance(engine, SparkDFExecutionEngine):
        return [row.asDict() for row in engine.spark.sql(query).collect()]
    with engine.get_connection() as connection:
        return [dict(row._mapping) for row in connection.exec_driver_sql(query).fetchall()]


def has_table(engine: Any, schema: str, table: str) -> bool:
    """Whether the data that `engine` reads have this table."""
    if isinstance(engine, SparkDFExecutionEngine):
        return bool(engine.spark.catalog.tableExists(f"{schema}.{table}"))
    named = f"schema_name = {literal(schema)} AND table_name = {literal(table)}"
    return bool(fetch(engine, f"SELECT 1 FROM duckdb_tables() WHERE {named}"))


def expectation(suite: Suite, rule: Rule) -> Any:
    """A rule as a Great Expectations expectation."""
    common: dict[str, Any] = {
        "meta": {"rule": f"{suite.name}.{rule.name}", "table": rule.table},
        "severity": rule.severity,
        "description": f"{rule.description_zh} / {rule.description_en}",
    }
    if rule.builtin is None:
        return ExpectNoUnexpectedRows(condition=rule.where, query=rule.query, **common)
    name, arguments = rule.builtin
    return getattr(builtin, name)(**arguments, **common)


def _empty_context() -> EphemeralDataContext:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _tables(suites: Iterable[Suite]) -> Iterable[str]:
    return dict.fromkeys(rule.table for suite in suites for rule in suite.rules)


def _asset(table: str, **kind: str) -> dict[str, Any]:
    return {"name": table, "batch_definitions": [{"name": WHOLE_TABLE, "partitioner": None}], **kind}


def _engines(source: Any) -> tuple[sa.Engine, sa.Engine]:
    return source.get_engine(), source.get_execution_engine().engine


def _begins(connection: sa.Connection, *_: Any) -> None:
    connection.info["begin"] = time.time()


def _has_ended(connection: sa.Connection, *_: Any) -> None:
    """A statement that fails is not told, nor is the time of fetching: there is next to nothing to fetch."""
    tell([(connection.info["begin"], time.time())])


@statement()
def _prepare(connection: Any, database: Path, settings: Mapping[str, bool | str], warehouse: Path | None) -> None:
    """Set a new connection up and attach the file read-only: under its own name, which views may use; as `marts` where
    its tables stand in the default schema, as those of a release do."""
    for setting, value in settings.items():
        connection.execute(f"SET {setting} = {literal(str(value))}")
    file, name = literal(str(database.resolve())), database.stem
    connection.execute(f"ATTACH {file} AS {identifier(name)} (READ_ONLY)")
    schemas = connection.execute(
        f"SELECT schema_name FROM duckdb_schemas() WHERE database_name = {literal(name)} AND NOT internal"
    ).fetchall()
    known_as = "marts" if not schemas else name
    if (name,) in schemas:  # a release of old: `marts.t` would mean a database or a schema
        known_as = "published"
    if known_as != name:
        connection.execute(f"DETACH {identifier(name)}; ATTACH {file} AS {known_as} (READ_ONLY)")
    connection.execute(f"USE {identifier(known_as)}")
    if warehouse is not None:
        connection.execute(f"ATTACH {literal(str(warehouse.resolve()))} AS {WAREHOUSE_ALIAS} (READ_ONLY)")
