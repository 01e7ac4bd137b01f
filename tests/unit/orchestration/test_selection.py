"""What a night visits is what its changed sources can reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from orchestration.dbt_build.selection import Graph, contents_of_sources, remember, rows_of_tables, select
from raw_landing.database import connect

DUMP, RUN, RECEIPT, CARD, CASE = (
    f"source.hrss.{name}" for name in ("landed.dump", "landed.run", "quality.receipt", "landed.card", "landed.case")
)
SOURCES = {DUMP: {}, RUN: {}, RECEIPT: {}, CARD: {"load": "upserts"}, CASE: {"load": "events"}}
MODELS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "stg_card": ((DUMP, CARD), {"follows": "card"}),
    "stg_case": ((DUMP, CASE), {"follows": "case"}),
    "counted": (("model.hrss.stg_card", DUMP), {"follows": "card"}),
    "delivery": ((DUMP,), {}),
    "today": ((RUN, "model.hrss.stg_case"), {}),
    "receipts": ((RECEIPT,), {}),
    "top": (("model.hrss.today", "model.hrss.pair"), {}),
    "pair": (("model.hrss.stg_card", "model.hrss.stg_case"), {}),
    "draft": ((RECEIPT, "model.hrss.top"), {}),
}
KINDS = {"pair": "view_if_changed", "draft": "ephemeral"}
MANIFEST: dict[str, Any] = {
    "sources": {
        source: {"schema": source.split(".")[2], "name": source.split(".")[3], "config": {"meta": meta}}
        for source, meta in SOURCES.items()
    },
    "nodes": {
        f"model.hrss.{name}": {
            "resource_type": "model",
            "schema": "built",
            "name": name,
            "alias": name,
            "depends_on": {"nodes": list(reads)},
            "config": {"meta": meta, "materialized": KINDS.get(name, "table_if_changed")},
        }
        for name, (reads, meta) in MODELS.items()
    },
}
GRAPH = Graph(MANIFEST)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse in which everything has just been built."""
    with connect() as connection:
        connection.execute(
            """
            create schema landed; create schema quality; create schema build; create schema built;
            create table build.source (node varchar, content varchar);
            create table landed.dump as
            select * from (values ('card', 'a', 1), ('card', 'b', 1), ('case', 'c', 1)) as dump(extract, dump_id, look);
            create table landed.run as select date '2024-05-31' as as_of;
            create table quality.receipt as select 'a' as dump_id;
            """
        )
        for name in MODELS.keys() - {"draft"}:
            connection.execute(f"create {'view' if name == 'pair' else 'table'} built.{name} as select 1 as one")
        remember(connection, contents_of_sources(connection, GRAPH))
        yield connection


def _selected(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {name.rpartition(".")[2] for name in select(connection, GRAPH, contents_of_sources(connection, GRAPH))}


@pytest.mark.parametrize(
    ("change", "reached"),
    [
        ("insert into landed.dump values ('card', 'd', 1)", {"stg_card", "counted", "delivery", "pair", "top"}),
        ("delete from landed.dump where dump_id = 'c'", {"stg_case", "delivery", "today", "pair", "top"}),
        ("update landed.dump set look = 2 where dump_id = 'c'", {"stg_case", "delivery", "today", "pair", "top"}),
        ("update landed.run set as_of = '2024-06-30'", {"today", "top"}),
        ("insert into quality.receipt values ('e')", {"receipts"}),
        ("insert into landed.dump values ('other', 'o', 1)", {"delivery"}),
    ],
    ids=["a dump", "withdrawn", "read anew", "the day", "a receipt", "an extract that one model reads with all dumps"],
)
def test_what_a_change_reaches(warehouse: duckdb.DuckDBPyConnection, change: str, reached: set[str]) -> None:
    warehouse.execute(change)
    assert _selected(warehouse) == reached


def test_a_night_without_changes_visits_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert _selected(warehouse) == set()


def test_a_source_whose_contents_are_not_known_counts_as_changed(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("alter table quality.receipt rename to kept; create view quality.receipt as from quality.kept")
    assert _selected(warehouse) == {"receipts"}


@pytest.mark.parametrize(
    "doubt", ["delete from build.source", "drop table built.stg_case"], ids=["no whole build", "a table is gone"]
)
def test_in_doubt_everything_is_visited(warehouse: duckdb.DuckDBPyConnection, doubt: str) -> None:
    warehouse.execute(doubt)
    assert _selected(warehouse) == MODELS.keys() - {"draft"}


def test_what_is_remembered_does_not_grow(warehouse: duckdb.DuckDBPyConnection) -> None:
    remember(warehouse, contents_of_sources(warehouse, GRAPH))
    assert warehouse.execute("select count(*), count(distinct node) from build.source").fetchall() == [(5, 5)]


def test_rows_are_those_of_tables(warehouse: duckdb.DuckDBPyConnection) -> None:
    names = {"model.hrss.stg_card", "model.hrss.pair"}
    assert rows_of_tables(warehouse, GRAPH, names) == {"model.hrss.stg_card": 1}
    assert rows_of_tables(warehouse, GRAPH, set()) == {}


def test_each_model_comes_after_what_it_reads() -> None:
    order = list(GRAPH.models)
    assert all(order.index(read) < order.index(name) for name in order for read in _reads(name))


def _reads(name: str) -> list[str]:
    return [read for read in GRAPH.models[name]["depends_on"]["nodes"] if read in GRAPH.models]
