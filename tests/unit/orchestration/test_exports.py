"""Cells and keys of the exports that no sample happens to have."""

from __future__ import annotations

import csv
import hashlib
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.dbt_build.catalogue import Column, Table
from orchestration.exports import datapackage, dataset, plain
from orchestration.exports.facts import SYNTHETIC, Facts
from orchestration.exports.unchanged import Unchanged, unchanged_since
from orchestration.release.folder import ReleaseFolder

REGION = Table(
    "dim_region",
    "地区 / Regions",
    (Column("region_code", "VARCHAR", "代码 / Code"), Column("parent_code", "VARCHAR", "上级 / Parent")),
    ("region_code",),
    is_dimension=True,
)
CELLS = Table(
    "fct_cells",
    "单元格 / Cells",
    (
        Column("id", "INTEGER", "序号 / Number"),
        Column("unit_code", "VARCHAR", "单位 / Unit"),
        Column("text", "VARCHAR", "文字 / Text"),
        Column("value", "DOUBLE", "数值 / Value"),
        Column("texts", "VARCHAR[]", "多项 / Several"),
        Column("taken_at", "TIMESTAMP", "时间 / Time"),
    ),
    ("id",),
)


def facts(*, is_synthetic: bool) -> Facts:
    when = datetime(2026, 1, 20, 3)
    return Facts("20260120-01", when, date(2026, 1, 20), "abc", 1, 2, "0" * 64, is_synthetic, (CELLS, REGION))


def _unchanged(connection: duckdb.DuckDBPyConnection, folder: Path) -> Unchanged:
    """That nothing is as before: there is no release before."""
    return unchanged_since(connection, facts(is_synthetic=True), ReleaseFolder(folder), None)


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create table dim_region (region_code varchar, parent_code varchar)")
    connection.execute(
        "create table fct_cells"
        "(id integer, unit_code varchar, text varchar, value double, texts varchar[], taken_at timestamp)"
    )
    return connection


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("＝1+1", "'＝1+1"),
        ("1=1", "1=1"),
        ('a,"b"\n=c', 'a,"b"\n=c'),
        ("", ""),
    ],
)
def test_no_cell_of_text_is_a_formula(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, text: str, cell: str
) -> None:
    connection.execute("insert into fct_cells values (1, null, ?, -1.5, ['=a', '+b'], '2026-01-20 03:00')", [text])
    plain.write_csv(connection, facts(is_synthetic=True), tmp_path / "csv", _unchanged(connection, tmp_path))
    with (tmp_path / "csv" / "fct_cells.csv").open(encoding="utf-8-sig", newline="") as file:
        header, row = csv.reader(file)
    assert header == ["id", "unit_code", "text", "value", "texts", "taken_at", "is_synthetic_release"]
    assert row == ["1", "", cell, "-1.5", '["=a","+b"]', "2026-01-20T03:00:00", "true"]


def test_a_real_release_says_so(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    connection.execute("insert into fct_cells (id) values (1)")
    real = facts(is_synthetic=False)
    plain.write_csv(connection, real, tmp_path / "csv", _unchanged(connection, tmp_path))
    assert (tmp_path / "csv" / "fct_cells.csv").read_text("utf-8-sig").endswith(",false\n")
    datapackage.write(real, tmp_path)
    said = (tmp_path / "datapackage.json").read_text("utf-8")
    assert '"is_synthetic": false' in said and "other-closed" in said
    assert not any(text in said for text in SYNTHETIC)


def test_a_real_release_is_described_as_one(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    from rdflib import RDF, SDO, Graph, Literal

    connection.execute(
        """
        create table fct_indicator_value (period_start date, period_end date);
        create table fct_landing_receipt (extract varchar, status varchar);
        create table dim_indicator (
            indicator_id varchar, name_zh varchar, name_en varchar, unit varchar, formula_zh varchar,
            formula_en varchar, is_in_force boolean, definition_version integer
        )
        """
    )
    (tmp_path / "exports").mkdir()
    (tmp_path / "marts.duckdb").touch()
    dataset.write(connection, facts(is_synthetic=False), tmp_path / "exports", tmp_path / "marts.duckdb")
    file = tmp_path / "exports" / "dataset.jsonld"
    graph = Graph().parse(file, format="json-ld")
    (described,) = graph.subjects(RDF.type, SDO.Dataset)
    assert graph.value(described, SDO.creativeWorkStatus) == Literal("Published")
    checksum = hashlib.sha256((tmp_path / "marts.duckdb").read_bytes()).hexdigest()
    assert {str(text) for text in graph.objects(described, SDO.creditText)} == {
        f"引用:湖北省人社规划数据仓库发布版 20260120-01,sha256 {checksum}",
        f"cite: Hubei HRSS plan warehouse, release 20260120-01, sha256 {checksum}",
    }
    licence = graph.value(described, SDO.license)
    assert licence is not None and (licence, RDF.type, SDO.CreativeWork) in graph
    assert "未经许可不得转发" in str(graph.value(licence, SDO.name))
    assert not any(text in file.read_text("utf-8") for text in SYNTHETIC)


def test_a_table_without_rows_has_its_header(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    plain.write_csv(connection, facts(is_synthetic=True), tmp_path / "csv", _unchanged(connection, tmp_path))
    assert (tmp_path / "csv" / "dim_region.csv").read_bytes() == (
        b"\xef\xbb\xbfregion_code,parent_code,is_synthetic_release\n"
    )


def test_columns_refer_to_dimensions_under_their_name_or_in_a_role() -> None:
    tables = (CELLS, REGION)
    assert datapackage.foreign_keys(CELLS, tables) == [(("unit_code",), REGION)]
    assert datapackage.foreign_keys(REGION, tables) == [(("parent_code",), REGION)]
