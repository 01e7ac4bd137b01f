"""The boundary between the two engines, in the build and in the gate, and what is refused where Spark cannot run.
Builds nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.dbt_build import spark_ready
from orchestration.dbt_build.selection import Graph
from orchestration.dbt_build.spark import needed
from orchestration.dbt_build.spark_ready import SparkMissing, require_java, require_spark
from orchestration.gate import on_spark
from orchestration.gate.on_spark import SparkFailed, judge_on_spark, rules_on_spark
from orchestration.gate.run import suites_on_marts
from orchestration.settings import Settings
from raw_landing.database import connect

CARDS = "staging.stg_pension__social_card"


@pytest.fixture(scope="module")
def graph(models: Path) -> Graph:
    return Graph(json.loads((models / "dbt" / "target" / "manifest.json").read_text(encoding="utf-8")))


def _java(folder: Path, said: str) -> str:
    """A Java home whose `java -version` says this."""
    java = folder / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{said}' >&2\n", encoding="utf-8")
    java.chmod(0o755)
    return str(folder)


@pytest.mark.parametrize("said", ['openjdk version "17.0.19" 2026-04-21', 'java version "21" 2023-09-19'])
def test_a_java_that_spark_runs_on_is_taken(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", _java(tmp_path, said))
    require_java()


@pytest.mark.parametrize(("said", "named"), [('openjdk version "11.0.2" 2019-01-15', "11"), ("no Java at all", "—")])
def test_another_java_is_refused_in_both_languages(
    said: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", _java(tmp_path, said))
    with pytest.raises(SparkMissing, match=rf"(?s)Spark 需要 Java 17 或 21.*{named}.*needs Java 17 or 21.*{named}"):
        require_java()


def test_no_java_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(SparkMissing):
        require_java()


def test_a_server_elsewhere_needs_no_java_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    monkeypatch.setattr(spark_ready, "PYTHON", tmp_path)
    with pytest.raises(SparkMissing, match="Java"):
        require_spark()
    monkeypatch.setenv("SPARK_REMOTE", "sc://spark.example:15002")
    require_spark()
    monkeypatch.setattr(spark_ready, "PYTHON", tmp_path / "not installed")
    with pytest.raises(SparkMissing, match="make setup-spark"):
        require_spark()


def test_what_grows_is_sql_and_reads_nothing_that_spark_cannot_build(graph: Graph) -> None:
    names = {graph.models[name]["name"] for name in graph.growing}
    assert {"int_insured_persons_counted", "int_doubt", "int_fund_tally", "stg_pension__social_card"} <= names
    assert not {"int_employer_told", "int_insurance_current", "fct_indicator_value", "int_suppression_cell"} & names
    built, _ = needed(graph, graph.growing)
    assert graph.growing <= built
    assert {graph.models[name]["language"] for name in built} == {"sql"}
    assert not any(graph.models[name]["schema"] == "marts" for name in built)


def test_a_table_that_nothing_has_changed_is_read_where_it_stands(graph: Graph) -> None:
    cards, persons = "model.hrss.stg_pension__social_card", "model.hrss.int_social_card_holders_counted"
    built, read = needed(graph, {persons})
    assert persons in built
    assert cards in read - built
    assert "model.hrss.int_region_ancestry" in built, "what is small is built again"
    built, read = needed(graph, {persons, cards})
    assert {persons, cards} <= built
    assert "source.hrss.landed.social_card" in read


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home of which Spark wrote one table."""
    settings = Settings.of(home=tmp_path).model_copy(update={"engine": "spark"})
    settings.spark_tables.mkdir()
    with connect(settings.warehouse) as connection:
        connection.execute(
            f"""
            create schema build; create schema landed; create schema quality;
            create table build.spark_table as select 'cards' as node, '{settings.spark_tables}/1/{CARDS}' as folder;
            create table landed.dump (dump_id varchar, rows_loaded bigint, sampling_fraction double);
            create table quality.landing_receipt (dump_id varchar, path varchar)
            """
        )
    return settings


def test_spark_is_asked_the_rules_that_read_its_tables_and_nothing_else(settings: Settings) -> None:
    asked = rules_on_spark(settings, suites_on_marts())
    assert {name.split(".")[0] for name in asked} == {"staging_social_card"}
    assert "staging_social_card.one_row_per_key" in asked


@pytest.mark.parametrize("engine", ["duckdb", "thrift", "nothing built"])
def test_else_duckdb_is_asked_everything(settings: Settings, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if engine == "duckdb":
        settings = settings.model_copy(update={"engine": engine})
    elif engine == "thrift":
        monkeypatch.setenv("HRSS_SPARK_METHOD", engine)
    else:
        with connect(settings.warehouse) as connection:
            connection.execute("drop table build.spark_table")
    assert rules_on_spark(settings, suites_on_marts()) == frozenset()


@pytest.mark.parametrize("said", ["echo it broke; exit 1", "echo it broke"])
def test_a_spark_that_answers_nothing_lets_nothing_pass(
    settings: Settings, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python"
    python.write_text(f"""#!/bin/sh\necho '{{"step": [0, 1, "{CARDS}"]}}'\n{said}\n""", encoding="utf-8")
    python.chmod(0o755)
    monkeypatch.setattr(spark_ready, "PYTHON", python)
    monkeypatch.setattr(on_spark, "require_spark", lambda: None)
    suites, steps = [suite for suite in suites_on_marts() if suite.table == CARDS], list[tuple[int, int, str]]()
    with pytest.raises(SparkFailed, match=r"gate\.log"):
        judge_on_spark(settings, suites, (), lambda *step: steps.append(step))
    assert steps == [(0, 1, CARDS)]
    assert "it broke" in (settings.dbt_target.with_name("spark") / "gate.log").read_text(encoding="utf-8")
    assert list(settings.spark_tables.iterdir()) == []
