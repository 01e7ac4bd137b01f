"""Spark, asked the rules of the tables that it wrote, says what DuckDB says. Run by `make test-spark`."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from expectations.suites.staging import staging_suite
from orchestration.files import read_json
from orchestration.gate.run import gate_marts
from orchestration.run_record import GateRecord
from orchestration.settings import Settings
from raw_landing.contract import load_contracts
from raw_landing.database import connect
from tests.support.rule_violations import REPEATED_ROW, in_one_row, staging_breaches

WRITTEN = list(load_contracts().values())[::4]
"""By Spark: each breach costs it three queries. That it judges all tables is seen in test_same_numbers.py."""


@pytest.fixture
def broken(spark: None, good_warehouse: Path, tmp_path: Path) -> Settings:
    """A home of which Spark wrote some of staging; each rule of that is broken in a row of its own."""
    settings = Settings.of(home=tmp_path)
    shutil.copy(good_warehouse, settings.warehouse)
    build = settings.spark_tables / "build"
    with connect(settings.warehouse) as connection:
        connection.execute("create schema if not exists build")
        connection.execute("create table if not exists build.spark_table (node varchar, folder varchar)")
        for contract in WRITTEN:
            table = staging_suite(contract).table
            query = "select max(dump_id) from landed.dump where extract = ?"
            ((dump,),) = connection.execute(query, [contract.extract]).fetchall()
            for line, change in enumerate(staging_breaches(contract).values(), start=3):
                connection.execute(in_one_row(table, change, dump, line))
            connection.execute(REPEATED_ROW.format(table=table, dump=dump, line=2))
            folder = build / table
            folder.mkdir(parents=True)
            connection.execute(f"copy {table} to '{folder / 'rows.parquet'}' (format parquet)")
            connection.execute("insert into build.spark_table values (?, ?)", [table, str(folder)])
    return settings


def test_each_breach_of_staging_is_seen_by_spark_as_by_duckdb(broken: Settings) -> None:
    by_duckdb = {one.name: one for one in gate_marts(broken).results}
    by_spark = gate_marts(broken.model_copy(update={"engine": "spark"})).results

    asked = {one.name for one in by_spark if one.engine == "spark"}
    suites = [staging_suite(contract) for contract in WRITTEN]
    assert asked == {f"{suite.name}.{rule.name}" for suite in suites for rule in suite.rules}
    assert all(any(kind in name for name in asked) for kind in ("not_before", "after_birth"))
    assert {one.name: replace(one, engine="duckdb", kept_from=None) for one in by_spark} == by_duckdb
    assert all(one.unexpected_count == 1 and one.examples for one in by_spark if one.name in asked)
    assert any(one.dumps for one in by_spark if one.name in asked)

    record = read_json(broken.gate_record, GateRecord)["marts"]["rows"]
    assert {f"{row['suite']}.{row['expectation']}" for row in record if row["engine"] == "spark"} == asked
    kept = {f"{row['suite']}.{row['expectation']}" for row in record if row["kept_from"]}
    assert kept and not kept & asked
