"""What the gate is compared with runs the same rules, and a contestant that finds something else is noticed."""

from __future__ import annotations

import duckdb
import pytest

from benchmarks.gate import differing, differing_in_parts
from benchmarks.gates.dbt_tests import as_test
from benchmarks.gates.pandas_batches import as_expectations
from expectations import Rule
from expectations.rule import Table
from orchestration.gate.run import suites_on_landed, suites_on_marts

T = Table("marts.t", ("id",), "source", called="表")
RULES = [rule for suite in (*suites_on_landed(), *suites_on_marts()) for rule in suite.rules]


def where(condition: str) -> Rule:
    return T.rows("rule", "warning", "规则", "rule", condition)


def test_every_rule_can_be_a_dbt_test() -> None:
    for rule in RULES:
        text = as_test(rule)
        query = text.split("{% raw %}")[1].split("{% endraw %}")[0]
        assert len(duckdb.extract_statements(f"select count(*) from ({query}) as t")) == 1
        assert ("severity='error'" in text) == (rule.severity == "critical")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("a IS NULL OR b IS NULL", [{"column": "a"}, {"column": "b"}]),
        ("a NOT IN ('1', '2')", [{"column": "a", "value_set": ["1", "2"]}]),
        ("a < 1", [{"column": "a", "min_value": 1, "strict_min": False}]),
        ("a >= -2.5", [{"column": "a", "max_value": -2.5, "strict_max": True}]),
        ("a > b", [{"column_A": "b", "column_B": "a", "or_equal": True, "ignore_row_if": "either_value_is_missing"}]),
        ("a <= b", [{"column_A": "a", "column_B": "b", "or_equal": False, "ignore_row_if": "either_value_is_missing"}]),
        ("a NOT IN (SELECT b FROM u)", []),
        ("a IS NULL OR a + b > 1", []),
        ("a IS NULL AND b IS NULL", []),
        ("a IS NOT NULL", []),
        ("a < 1 + b", []),
    ],
)
def test_a_plain_condition_is_an_expectation_and_no_other_is(condition: str, expected: list[dict[str, object]]) -> None:
    found = [one.arguments for one in as_expectations(where(condition))]
    assert [{name: float(v) if name.endswith("_value") else v for name, v in one.items()} for one in found] == expected


def test_a_key_is_unique_columns() -> None:
    assert as_expectations(T.key("a"))[0].kind == "ExpectColumnValuesToBeUnique"
    assert as_expectations(T.key("a", "b", show=("c",)))[0].arguments["column_list"] == ["a", "b"]
    assert as_expectations(T.query("rule", "warning", "规则", "rule", "SELECT a FROM marts.u GROUP BY b")) == []
    unnamed = "SELECT a, b FROM marts.t GROUP BY ALL HAVING count(*) > 1"
    assert as_expectations(T.query("rule", "warning", "规则", "rule", unnamed)) == []


def test_a_contestant_that_finds_something_else_is_noticed() -> None:
    assert differing({"a": 1, "b": 0}, {"a": 1, "b": 0}) == []
    assert differing({"a": 1, "b": 0, "c": 0}, {"a": 2, "b": 0, "d": 0}) == ["a", "c", "d"]
    assert differing_in_parts({"a": 3, "key": 1}, {"a": [2, 3], "key": [4]}, {"key"}) == []
    assert differing_in_parts({"a": 1, "key": 0}, {"a": [2, 3], "key": [4]}, {"key"}) == ["a", "key"]
    assert differing_in_parts({"a": 6}, {"a": [2, 3], "b": [0]}, set()) == ["a", "b"]
