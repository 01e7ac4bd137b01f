"""The data dictionary is what contracts, project and lineage say, and part of a release; Dagster shows the lineage."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from orchestration.dbt_build.catalogue import own_tables, tables_of
from orchestration.dbt_build.lineage import lineage_of
from orchestration.dbt_build.manifest import compile_dbt
from orchestration.dictionary import Section, pages, sections
from orchestration.settings import PROJECT, Settings
from raw_landing.contract import load_contracts

DOCS = PROJECT / "docs" / "dictionary"


@pytest.fixture(scope="module")
def dictionary(good_home: Path) -> list[Section]:
    manifest = compile_dbt(Settings.of(home=good_home))  # the refresh has made it: nothing is compiled here
    return sections((*tables_of(manifest), *own_tables()), lineage_of(manifest))


def test_the_pages_are_what_the_project_makes(dictionary: list[Section]) -> None:
    made = pages(dictionary)
    assert {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} == set(made)
    stale = [name for name, text in made.items() if (DOCS / name).read_text(encoding="utf-8") != text]
    assert not stale, "run `make generate`"


def test_every_table_extract_and_column_is_in_it(dictionary: list[Section]) -> None:
    rows = {section.name: {cell for row in section.rows for cell in row[:2]} for section in dictionary}
    for contract in load_contracts().values():
        for column in contract.columns:
            assert {(column.zh,), (f"`{column.name}`",)} <= rows[contract.extract]
    for table in own_tables():
        assert {(f"`{column.name}`",) for column in table.columns} <= rows[table.name]


def test_a_column_shows_the_headers_and_item_codes_it_came_from(dictionary: list[Section]) -> None:
    by_name = {section.name: {row[0][-1]: row for row in section.rows} for section in dictionary}
    *_, taken, _ = by_name["fct_reported_value"]["`month_value`"]
    assert [
        line for line in map(str, taken) if line.startswith("人社统计快报 `statistical_report`:") and "`value`" in line
    ]
    indicators = {row[0][1]: row for row in dictionary[0].rows}
    *_, taken, decided = indicators["`urban_new_employment`"]
    assert any(line.startswith("就业登记 `employment_registration`:") and "行数 rows" in line for line in taken)
    assert any("新增" in line and "`is_urban_new`" in line and "(AAB301)" in line for line in decided)
    assert len(indicators) == 24
    for name, (*_, taken, _) in indicators.items():
        assert any("`:" in line for line in taken), name  # of an extract


def test_it_is_part_of_the_release_and_needs_no_network(good_home: Path, dictionary: list[Section]) -> None:
    text = (good_home / "published" / "current" / "dictionary.html").read_text("utf-8")
    assert "合成数据" in text and "SYNTHETIC" in text
    assert not re.search(r"src\s*=|https?://|@import|url\(", text)
    assert set(re.findall(r'href="([^"]*)"', text)) == {f"#{section.name}" for section in dictionary}
    plain = unescape(re.sub(r"<[^>]+>", "", text))
    for section in dictionary:
        for row in section.rows:
            for line in (line for cell in row for line in cell):
                for half in (line,) if isinstance(line, str) else line:
                    assert half.replace("`", "") in plain, half


def test_dagster_shows_the_lineage(good_home: Path, code_location: None) -> None:
    import dagster as dg

    from orchestration.defs.model_events import ORIGINS
    from tests.support.dagster_record import record_of

    with record_of(good_home) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["marts", "fct_reported_value"]))
    assert event is not None and event.asset_materialization is not None
    lineage = event.asset_materialization.metadata["dagster/column_lineage"].value
    assert isinstance(lineage, dg.TableColumnLineage)
    source = dg.AssetKey(["staging", "stg_planning__statistical_report"])
    assert dg.TableColumnDep(source, "value") in lineage.deps_by_column["month_value"]
    table = event.asset_materialization.metadata[ORIGINS]
    assert isinstance(table, dg.TableMetadataValue)
    rows = event.asset_materialization.metadata["dagster/row_count"].value
    assert isinstance(rows, int) and rows > 0
    (shown,) = (record.data for record in table.records if record.data["column"] == "month_value")
    assert "landed.statistical_report.value" in str(shown["taken_from"]).split(", ")
