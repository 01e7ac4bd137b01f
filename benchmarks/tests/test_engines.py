"""What `benchmarks.engines` reads from Spark's event log, and what it concludes from what was measured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.engines import (
    DUCKDB,
    SPARK,
    Built,
    Exchange,
    Line,
    Size,
    exchanges,
    met,
    needed_executors,
    on_cluster,
    page,
)
from benchmarks.scale import Peaks

HASHES = "HashAggregate(keys=[_groupingexpression#7L], functions=[partial_count(1)])"


def _exchange(below: str, first: int) -> dict[str, Any]:
    """A shuffle of what a step makes, whose counters have these numbers."""
    step = {"nodeName": "HashAggregate", "simpleString": below, "metrics": [], "children": []}
    names = ("shuffle bytes written", "shuffle records written")
    return {
        "nodeName": "Exchange",
        "simpleString": "Exchange hashpartitioning(…)",
        "metrics": [{"name": name, "accumulatorId": first + number} for number, name in enumerate(names)],
        "children": [{"nodeName": "WholeStageCodegen (1)", "simpleString": "", "metrics": [], "children": [step]}],
    }


def _log() -> Iterator[str]:
    """A statement that makes a table, with a plan that was changed while it ran: one shuffle is of the first alone, one
    of both."""
    sql = "org.apache.spark.sql.execution.ui.SparkListenerSQL"
    keys, persons = _exchange(HASHES, 1), _exchange("HashAggregate(keys=[a#1, b#2], functions=[partial_count(1)])", 3)
    made = "(2) CreateDataSourceTableAsSelectCommand\nArguments: `spark_catalog`.`staging`.`stg_cards`, ErrorIfExists"
    never = _exchange(HASHES, 5)
    empty = {"nodeName": "Execute", "metrics": [], "children": []}
    counted = [{"ID": 1, "Value": "120"}, {"ID": 2, "Value": 10}, {"ID": 3, "Value": 300}, {"ID": 4, "Value": 5}]
    for event in (
        {"Event": f"{sql}ExecutionStart", "executionId": 1, "rootExecutionId": 1, "sparkPlanInfo": empty}
        | {"physicalPlanDescription": made},
        {"Event": f"{sql}ExecutionStart", "executionId": 2, "rootExecutionId": 1}
        | {"physicalPlanDescription": "…", "sparkPlanInfo": empty | {"children": [keys, persons, never]}},
        {"Event": f"{sql}AdaptiveExecutionUpdate", "executionId": 2, "physicalPlanDescription": "…"}
        | {"sparkPlanInfo": empty | {"children": [persons, persons]}},
        {"Event": "SparkListenerStageCompleted", "Stage Info": {"Accumulables": counted}},
        {"Event": "SparkListenerTaskEnd", "Task Metrics": {"Shuffle Write Metrics": {"Shuffle Bytes Written": 400}}},
        {"Event": "SparkListenerTaskEnd", "Task Metrics": {"Shuffle Write Metrics": {"Shuffle Bytes Written": 20}}},
    ):
        yield json.dumps(event)


def test_shuffles_are_told_by_model_and_the_search_for_keys_from_others() -> None:
    assert exchanges(_log()) == ([Exchange("stg_cards", 120, 10, True), Exchange("stg_cards", 300, 5, False)], 420)


def _sizes() -> list[Size]:
    """DuckDB: 10 s and 3 s a million rows; Spark 100 s and 6 s."""
    return [
        Size(
            share=rows / 1e8,
            rows=rows,
            landing=7,
            built=[
                Built(DUCKDB, 10 + 3e-6 * rows, Peaks(memory=900, disk=1, processors={1: 20})),
                Built(SPARK, 90 + 6e-6 * rows, Peaks(memory=900, disk=1, processors={1: 150, 2: 50})),
                Built(SPARK, 110 + 6e-6 * rows, Peaks(memory=900, disk=1, processors={1: 250})),
            ],
            exchanges=[Exchange("stg_cards", 12 * rows, rows, True), Exchange("stg_cards", 28 * rows, rows, False)],
            shuffled=40 * rows,
        )
        for rows in (1_000_000, 5_000_000, 20_000_000)
    ]


def test_a_line_is_what_does_not_grow_and_what_each_row_adds() -> None:
    line = Line.through(_sizes(), SPARK, "seconds")
    assert line.fixed == pytest.approx(100)
    assert line.each == pytest.approx(6e-6)
    assert Line.through(_sizes(), SPARK, "peaks.cpu_seconds").fixed == pytest.approx(225)


@pytest.mark.parametrize(
    ("spark", "said"),
    [
        (Line(100, 6e-6), "DuckDB is faster throughout on the same cores. They would nowhere."),
        (Line(100, 3e-6), "DuckDB is faster throughout on the same cores. They would nowhere."),
        (
            Line(100, 1e-6),
            "DuckDB is faster throughout on the same cores. Drawn further they would at 45.0 million rows",
        ),
        (Line(30, 1e-6), "The lines meet at 10.0 million rows."),
        (Line(5, 1e-6), "Spark is faster throughout on the same cores. They would nowhere."),
    ],
)
def test_where_the_engines_meet_is_said_plainly(spark: Line, said: str) -> None:
    assert said in met(Line(10, 3e-6), spark, 1_000_000, 20_000_000)


def test_a_cluster_divides_what_grows_alone() -> None:
    spark = Line(100, 7e-6)  # two cores: 14 s of cores a million rows
    assert on_cluster(spark, 5).fixed == 100
    assert on_cluster(spark, 5).each == pytest.approx(1e-6), "14 of 20 cores at work"
    assert needed_executors(spark, 3.5e9, 1) == 5, "49,000 s of cores in 3,500 s by 2.8 of each four"
    assert needed_executors(spark, 3.6e9, 1) == 6
    assert needed_executors(spark, 1e6, 1) == 1


def test_the_page_says_what_was_measured_and_what_follows() -> None:
    lines = page(_sizes()).splitlines()
    assert "| 0.2 | 20,000,000 | 7 | spark | 220 | 225 | 90,909 | 900 | 1.00 |" in lines
    assert "| spark | 100 | 6.00 | 225 | 0.00 |" in lines
    assert "| stg_cards | 20,000,000 | 240.0 | 12.0 | 800.0 |" in lines
    hubei = "| Hubei | 118 million | 6 min | 14 min | 1 | 1 | 5 GB | 1.4 GB | 52 |"
    assert hubei in lines
    assert "| 4 | 16 | 46.7 million |" in lines, "90 s by 3 s less 12 s by 11.2 cores at work"
