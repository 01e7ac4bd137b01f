"""The rules for which Great Expectations has an expectation of its own, on pandas batches: which they are, and the
program that runs them (`python -m benchmarks.gates.pandas_batches WAREHOUSE PLAN FOUND`)."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from expectations import Rule, Suite
from raw_landing.database import connect

KEY = re.compile(r"SELECT .+ FROM (?P<table>\S+) GROUP BY (?!ALL\b)(?P<columns>\w+(?:, \w+)*) HAVING count\(\*\) > 1")
"""The query of a rule that a key stands once, its columns named."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One expectation of a table: its class, the columns it needs, its arguments."""

    kind: str
    columns: tuple[str, ...]
    arguments: dict[str, Any]


def as_expectations(rule: Rule) -> list[Expected]:
    """What a rule is in Great Expectations' own words, which all must hold; nothing where they do not suffice: where a
    condition is more than columns compared with values or with each other, or a query more than a key's."""
    if rule.query is not None:
        key = KEY.fullmatch(rule.query)
        return _unique(key["columns"].split(", ")) if key is not None and key["table"] == rule.table else []
    import sqlglot
    from sqlglot import exp

    condition = sqlglot.parse_one(rule.where or "", dialect="duckdb")
    alternatives = condition.flatten() if isinstance(condition, exp.Or) else [condition]
    parts = [_expected(alternative) for alternative in alternatives]
    return [part for part in parts if part is not None] if None not in parts else []


def _unique(columns: list[str]) -> list[Expected]:
    if len(columns) == 1:
        return [Expected("ExpectColumnValuesToBeUnique", (columns[0],), {"column": columns[0]})]
    arguments = {"column_list": columns, "ignore_row_if": "never"}
    return [Expected("ExpectCompoundColumnsToBeUnique", tuple(columns), arguments)]


def _expected(unexpected: Any) -> Expected | None:
    """The expectation that no row satisfies a plain condition."""
    from sqlglot import exp

    match unexpected:
        case exp.Is(this=exp.Column(name=column), expression=exp.Null()):
            return Expected("ExpectColumnValuesToNotBeNull", (column,), {"column": column})
        case exp.Not(this=exp.In(this=exp.Column(name=column)) as listed) if _are_values(listed.expressions):
            arguments = {"column": column, "value_set": [value.to_py() for value in listed.expressions]}
            return Expected("ExpectColumnValuesToBeInSet", (column,), arguments)
        case exp.LT() | exp.LTE() | exp.GT() | exp.GTE() if isinstance(unexpected.this, exp.Column):
            return _in_order(unexpected)
    return None


def _in_order(unexpected: Any) -> Expected | None:
    from sqlglot import exp

    left, right = unexpected.this.name, unexpected.expression
    below, strict = isinstance(unexpected, exp.LT | exp.LTE), isinstance(unexpected, exp.LTE | exp.GTE)
    if isinstance(right, exp.Column):
        greater, lesser = (left, right.name) if below else (right.name, left)
        pair = {"column_A": greater, "column_B": lesser, "or_equal": not strict}
        return Expected(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            (greater, lesser),
            pair | {"ignore_row_if": "either_value_is_missing"},
        )
    if not _are_values([right]):
        return None
    end = "min" if below else "max"
    bounds = {f"{end}_value": right.to_py(), f"strict_{end}": strict}
    return Expected("ExpectColumnValuesToBeBetween", (left,), {"column": left} | bounds)


def _are_values(expressions: Iterable[Any]) -> bool:
    """Whether these are numbers and texts as they stand, and there is one."""
    from sqlglot import exp

    expressions = [one.this if isinstance(one, exp.Neg) else one for one in expressions]
    return bool(expressions) and all(isinstance(one, exp.Literal) for one in expressions)


def plan(suites: Iterable[Suite]) -> dict[str, dict[str, list[Expected]]]:
    """Table by table, the rules (suite.rule) that can be run so, and what each expects."""
    tables: dict[str, dict[str, list[Expected]]] = {}
    for suite in suites:
        for rule in suite.rules:
            if expected := as_expectations(rule):
                tables.setdefault(rule.table, {})[f"{suite.name}.{rule.name}"] = expected
    return tables


def write_plan(file: Path, tables: dict[str, dict[str, list[Expected]]]) -> None:
    """The plan for the program to read: it is not to spend its time on making one."""
    rules = {
        table: {rule: [asdict(one) for one in parts] for rule, parts in of.items()} for table, of in tables.items()
    }
    file.write_text(json.dumps(rules, ensure_ascii=False), encoding="utf-8")


def main(warehouse: str, plan_file: str, found_file: str) -> None:
    """Load each table's columns that are asked about, validate them in one suite, write down for each rule how many
    rows each of its expectations did not expect. Raises RuntimeError where one could not be evaluated."""
    import great_expectations as gx
    from great_expectations import expectations as builtin
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("warehouse")
    found: dict[str, list[int]] = {}
    with connect(warehouse, read_only=True) as connection:
        for table, rules in json.loads(Path(plan_file).read_text(encoding="utf-8")).items():
            columns = dict.fromkeys(column for parts in rules.values() for part in parts for column in part["columns"])
            frame = connection.execute(f"select {', '.join(columns)} from {table}").df()
            suite = gx.ExpectationSuite(
                name=table,
                expectations=[
                    getattr(builtin, part["kind"])(**part["arguments"], meta={"rule": rule, "part": number})
                    for rule, parts in rules.items()
                    for number, part in enumerate(parts)
                ],
            )
            whole = source.add_dataframe_asset(table).add_batch_definition_whole_dataframe("whole")
            results = whole.get_batch({"dataframe": frame}).validate(suite, result_format="BASIC").results
            for result in results:
                assert result.expectation_config is not None
                rule = result.expectation_config.meta["rule"]
                if "unexpected_count" not in result.result:
                    raise RuntimeError(f"{rule}: {result.exception_info}")
                found.setdefault(rule, []).append(result.result["unexpected_count"])
    Path(found_file).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
