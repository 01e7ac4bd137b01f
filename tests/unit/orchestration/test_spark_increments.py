"""What Spark has to write of tables that it wrote before, and what of them stays. Builds nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.dbt_build import spark_increments
from orchestration.dbt_build.selection import Graph
from orchestration.dbt_build.spark_increments import Increment, folders, planned_for_spark, save_dumps
from orchestration.settings import Settings
from raw_landing.database import connect

ENROLMENT = "model.hrss.stg_pension__insurance_enrolment"
COUNTED = "model.hrss.int_insured_persons_counted"
CARDS = "model.hrss.stg_pension__social_card"
BUILT = {ENROLMENT, COUNTED, CARDS}


@pytest.fixture(scope="module")
def graph(models: Path) -> Graph:
    return Graph(json.loads((models / "dbt" / "target" / "manifest.json").read_text(encoding="utf-8")))


def test_what_follows_dumps_reads_nothing_else_that_a_night_changes(graph: Graph) -> None:
    """Else rows of unchanged dumps would not stay as they are."""

    def sources(name: str) -> set[str]:
        if name in graph.sources:
            return {graph.sources[name]["name"]}
        node = graph.manifest["nodes"][name]
        return (
            set[str]().union(*map(sources, node["depends_on"]["nodes"])) if node["resource_type"] == "model" else set()
        )

    follows = {name: node["config"]["meta"].get("follows") for name, node in graph.models.items()}
    assert {ENROLMENT, COUNTED} <= {name for name, extract in follows.items() if extract}
    assert {name: sources(name) - {"dump", extract} for name, extract in follows.items() if extract} == {
        name: set() for name, extract in follows.items() if extract
    }


@pytest.fixture
def settings(tmp_path: Path, graph: Graph) -> Settings:
    """A home of which Spark wrote three tables, of four dumps: two of May, one of June, one of July. Their files: May;
    May and June; July."""
    settings = Settings.of(home=tmp_path)
    with connect(settings.warehouse) as connection:
        connection.execute(
            """
            create schema build; create schema landed;
            create table build.spark_table (node varchar, folder varchar);
            create table build.model_dump (
                model varchar, dump_id varchar, look varchar, revision integer, period_end date
            );
            create table landed.dump (
                extract varchar, dump_id varchar, look varchar, revision integer, period_end date
            );
            insert into landed.dump values
                ('insurance_enrolment', 'may-1', 'first', 1, date '2025-05-31'),
                ('insurance_enrolment', 'may-2', 'first', 1, date '2025-05-31'),
                ('insurance_enrolment', 'june', 'first', 1, date '2025-06-30'),
                ('insurance_enrolment', 'july', 'first', 1, date '2025-07-31'),
                ('social_card', 'cards', 'first', 1, date '2025-07-31')
            """
        )
        for name in BUILT:
            folder = settings.spark_tables / "1" / graph.models[name]["alias"]
            folder.mkdir(parents=True)
            connection.execute("insert into build.spark_table values (?, ?)", [name, str(folder)])
            for file, dumps in {"a": ("may-1",), "b": ("may-2", "june"), "c": ("july",)}.items():
                rows = f"""
                    select dump_id, date_trunc('month', period_end)::date as month
                    from landed.dump
                    where dump_id in {(*dumps, "")}
                """
                connection.execute(f"copy ({rows}) to '{folder / file}.parquet' (format parquet)")
        save_dumps(connection, graph, BUILT)
    return settings


def _plan(
    settings: Settings, graph: Graph, change: str = "", *, full: bool = False
) -> tuple[set[str], dict[str, tuple[str, str]]]:
    """After a change of the active dumps: what Spark builds, and by model the names of files that stay and are cut."""
    with connect(settings.warehouse) as connection:
        connection.execute(change or "select 1")
    plan = planned_for_spark(settings, graph, BUILT, full=full)

    def names(files: tuple[Path, ...]) -> str:
        return "".join(sorted(file.stem for file in files))

    return set(plan.built), {name: (names(one.kept), names(one.cut)) for name, one in plan.increments.items()}


def test_a_table_of_unchanged_dumps_stands(settings: Settings, graph: Graph) -> None:
    assert _plan(settings, graph) == ({CARDS}, {}), "one row a key: whole, whatever dumps have changed"


@pytest.mark.parametrize(
    ("change", "by_dump", "by_month"),
    [
        ("update landed.dump set look = 'second' where dump_id = 'may-1'", ("bc", ""), ("c", "b")),
        ("update landed.dump set look = 'second' where dump_id = 'june'", ("ac", "b"), ("ac", "b")),
        ("delete from landed.dump where dump_id = 'july'", ("ab", ""), ("ab", "")),
        ("delete from landed.dump where dump_id = 'may-2'", ("ac", "b"), ("c", "b")),
        (
            "insert into landed.dump values ('insurance_enrolment', 'late', 'first', 1, date '2025-06-30')",
            ("abc", ""),
            ("ac", "b"),
        ),
        ("update landed.dump set revision = 2", None, None),
    ],
)
def test_files_without_a_changed_dump_stay_and_others_are_cut(
    settings: Settings,
    graph: Graph,
    change: str,
    by_dump: tuple[str, str] | None,
    by_month: tuple[str, str] | None,
) -> None:
    built, increments = _plan(settings, graph, change)
    assert built == BUILT
    assert increments == {name: files for name, files in ((ENROLMENT, by_dump), (COUNTED, by_month)) if files}


def test_a_dump_that_came_back_as_it_was_is_told_from_what_spark_wrote(settings: Settings, graph: Graph) -> None:
    """After a build of Spark's whose night failed later on."""
    with connect(settings.warehouse) as connection:
        connection.execute("update landed.dump set look = 'second' where dump_id = 'june'")
        save_dumps(connection, graph, BUILT)
    _, increments = _plan(settings, graph, "update landed.dump set look = 'first' where dump_id = 'june'")
    assert increments[ENROLMENT] == ("ac", "b")


def test_everything_is_written_whole_in_full_and_where_nothing_stands(settings: Settings, graph: Graph) -> None:
    assert _plan(settings, graph, "delete from landed.dump where dump_id = 'july'", full=True) == (BUILT, {})
    assert _plan(settings, graph, "delete from build.spark_table") == (BUILT, {})


def test_a_table_of_too_many_files_is_written_whole(
    settings: Settings, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = "delete from landed.dump where dump_id = 'july'"
    monkeypatch.setattr(spark_increments, "MOST_FILES", 2)
    assert _plan(settings, graph, change) == (BUILT, {})


def test_the_dumps_are_told_by_which_tables_differ(settings: Settings, graph: Graph) -> None:
    with connect(settings.warehouse) as connection:
        connection.execute("delete from landed.dump where dump_id = 'july'")
    plan = planned_for_spark(settings, graph, {ENROLMENT}, full=False)
    assert [(dump, str(end), active) for dump, end, active in plan.changed] == [("july", "2025-07-31", False)]
    folder = folders(settings)[ENROLMENT]
    assert plan.increments == {ENROLMENT: Increment((folder / "a.parquet", folder / "b.parquet"), ())}
