"""The exports of a release, each read by a tool that is not ours and compared with the release's own file."""

from __future__ import annotations

import csv
import hashlib
import json
import logging
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.dbt_build.catalogue import own_tables, published_tables
from orchestration.exports import write_exports
from orchestration.exports.plain import MARK
from orchestration.release.folder import ReleaseFolder
from orchestration.settings import Settings
from raw_landing.database import connect, identifier

SOFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def release(good_home: Path) -> Path:
    return (good_home / "published" / "current").resolve()


@pytest.fixture(scope="module")
def exports(release: Path) -> Path:
    return release / "exports"


@pytest.fixture(scope="module")
def marts(release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as connection:
        connection.execute(f"attach '{release / 'marts.duckdb'}' as hubei (read_only); use hubei")
        yield connection


@pytest.fixture(scope="module")
def tables(release: Path) -> list[str]:
    return sorted(json.loads((release / "manifest.json").read_text("utf-8"))["tables"])


def _rows(marts: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return marts.execute(query).fetchall()


def test_the_manifest_lists_every_file(release: Path) -> None:
    listed = json.loads((release / "manifest.json").read_text("utf-8"))["files"]
    there = {path.relative_to(release).as_posix(): path for path in release.rglob("*") if path.is_file()}
    assert set(listed) == set(there) - {"manifest.json"}
    assert {"exports/indicators.xlsx", "exports/csv/release.csv", "exports/dataset.jsonld"} < set(listed)
    for name, said in listed.items():
        content = there[name].read_bytes()
        assert said == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}, name


def test_nobody_changes_an_export(exports: Path) -> None:
    for path in exports.rglob("*"):
        assert oct(path.stat().st_mode & 0o777) == ("0o755" if path.is_dir() else "0o444"), path


def test_the_same_release_gives_the_same_bytes(good_home: Path, release: Path, exports: Path, tmp_path: Path) -> None:
    settings = Settings.of(home=good_home)
    again = ReleaseFolder(tmp_path)
    shutil.copy(release / "marts.duckdb", again.marts)
    write_exports(again, (*published_tables(settings), *own_tables()))
    names = sorted(path.relative_to(exports) for path in exports.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(again.exports) for path in again.exports.rglob("*") if path.is_file())
    for name in names:
        assert (exports / name).read_bytes() == (again.exports / name).read_bytes(), name


def test_parquet_holds_the_tables(exports: Path, tables: list[str], marts: duckdb.DuckDBPyConnection) -> None:
    assert sorted(path.stem for path in (exports / "parquet").iterdir()) == tables
    for table in tables:
        file = f"'{exports / 'parquet' / table}.parquet'"
        assert _rows(marts, f"describe {table}") == _rows(marts, f"describe from {file}")
        for more, less in ((table, file), (file, table)):
            assert not _rows(marts, f"from {more} except all from {less}"), table
        metadata = dict(_rows(marts, f"select decode(key), decode(value) from parquet_kv_metadata({file})"))
        assert metadata["is_synthetic"] == "true"
        assert "合成数据" in metadata["title_zh"]


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def test_csv_holds_the_tables(exports: Path, tables: list[str], marts: duckdb.DuckDBPyConnection) -> None:
    assert sorted(path.stem for path in (exports / "csv").iterdir()) == tables
    for table in tables:
        path = exports / "csv" / f"{table}.csv"
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        columns = _rows(marts, f"describe {table}")
        assert header == [name for name, *_ in columns] + [MARK.name]
        assert all(row[-1] == "true" for row in rows)
        shown = ", ".join(
            f"strftime({identifier(name)}, '%Y-%m-%dT%H:%M:%S')"
            if kind == "TIMESTAMP"
            else f"to_json({identifier(name)})::varchar"
            if kind.endswith("[]")
            else f"{identifier(name)}::varchar"
            for name, kind, *_ in columns
        )
        texts = {at for at, (_, kind, *_) in enumerate(columns) if kind == "VARCHAR"}
        expected = [
            [_safe(cell or "") if at in texts else cell or "" for at, cell in enumerate(row)]
            for row in _rows(marts, f"select {shown} from {table}")
        ]
        assert sorted(row[:-1] for row in rows) == sorted(expected), table


def test_the_data_package_is_valid(exports: Path, tables: list[str]) -> None:
    from frictionless import Package

    package = Package(str(exports / "datapackage.json"))
    report = package.validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "type", "note"])[:5]
    assert sorted(resource.name for resource in package.resources) == tables
    descriptor = json.loads((exports / "datapackage.json").read_text("utf-8"))
    assert descriptor["is_synthetic"] is True
    assert descriptor["licenses"] and "合成数据" in descriptor["title"] and "SYNTHETIC" in descriptor["title"]
    for resource in descriptor["resources"]:
        content = (exports / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["schema"]["primaryKey"]
    keys = {
        (resource["name"], *key["fields"], key["reference"]["resource"])
        for resource in descriptor["resources"]
        for key in resource["schema"]["foreignKeys"]
    }
    assert {
        ("fct_indicator_value", "region_code", "dim_region"),
        ("fct_indicator_value", "indicator_id", "definition_version", "dim_indicator"),
        ("fct_indicator_value", "period_type", "period_end", "dim_period"),
        ("fct_plan_progress", "plan_id", "indicator_id", "dim_plan_indicator"),
        ("fct_reporting_completeness", "unit_code", "dim_region"),
        ("dim_region", "parent_code", ""),
    } <= keys


def test_the_data_package_is_proven_by_its_files(exports: Path, tmp_path: Path) -> None:
    """What the validator passes it also refuses: a region that is not there, a changed byte."""
    from frictionless import Package

    folder = Path(shutil.copytree(exports, tmp_path / "exports"))
    target = folder / "csv" / "fct_plan_progress.csv"
    target.chmod(0o644)
    target.write_text(target.read_text("utf-8-sig").replace(",420000,", ",999999,", 1), encoding="utf-8-sig")
    report = Package(str(folder / "datapackage.json")).validate()
    assert {"foreign-key", "hash-count"} <= {error.type for task in report.tasks for error in task.errors}


def test_the_workbook_is_as_officials_know_it(exports: Path, marts: duckdb.DuckDBPyConnection) -> None:
    import openpyxl

    book = openpyxl.load_workbook(exports / "indicators.xlsx")
    themes = ["就业与培训", "社会保险", "人才与技能", "劳动关系", "社保卡与服务"]
    by_theme = [name for theme in themes for name in (f"{theme}年表", theme)]
    progress = ["规划进展", "规划进展明细"]
    assert book.sheetnames == ["封面", "目录", *progress, "图表", *by_theme, "报送完整性", "质量", "指标口径", "说明"]
    assert "合成数据" in book.properties.title
    assert len(book["图表"]._charts) == 24  # every indicator that is a number, and the progress of the plan
    for name in book.sheetnames:
        sheet = book[name]
        assert any("合成数据" in str(cell.value) for row in sheet.iter_rows(max_row=4) for cell in row), name
        assert "SYNTHETIC" in sheet.oddHeader.center.text
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row), name
        if name not in ("封面", "目录", "图表", "说明") and not name.endswith("年表"):
            assert sheet.freeze_panes is not None and sheet.auto_filter.ref is not None, name
            assert sheet.cell(4, 1).value, name
    shown: dict[tuple[Any, ...], Any] = {}
    for theme in themes:
        headings, _, units, *rows = book[theme].iter_rows(min_row=4)
        for row in rows:
            for heading, unit, cell in list(zip(headings, units, row, strict=True))[4:]:
                if isinstance(cell.value, int | float):
                    shown[row[0].value, row[1].value, row[3].value.date(), heading.value, unit.value] = cell.value
                    assert cell.number_format.startswith("#,##0")
    expected = _rows(
        marts,
        """
        select r.name_zh,
            case period_type
                when 'month' then '当月' when 'quarter' then '当季' when 'ytd' then '本年累计' when 'year' then '全年'
                when 'r12' then '最近12个月'
            end,
            period_end, i.name_zh, i.unit, value
        from fct_indicator_value join dim_region r using (region_code) join dim_indicator i
        using (indicator_id, definition_version) where region_level <> 'county' and value is not null
        """,
    )
    assert shown == {tuple(key): pytest.approx(value, rel=1e-12) for *key, value in expected}


def test_the_cover_shows_where_the_plan_stands(exports: Path, marts: duckdb.DuckDBPyConnection) -> None:
    import openpyxl

    sheet = openpyxl.load_workbook(exports / "indicators.xlsx")["封面"]
    rows = [[cell.value for cell in row[:7]] for row in sheet.iter_rows(min_row=8) if row[2].value is not None]
    shown = {row[1]: (row[5], row[6]) for row in rows}
    assert len(shown) == 19 and sheet.sheet_properties.pageSetUpPr.fitToPage and not sheet.page_setup.fitToHeight
    assert next(row[4] for row in rows if row[1] == "城镇调查失业率") == "≤ 6", "a ceiling is read as one"
    assert next(row[4] for row in rows if row[1] == "劳动人事争议仲裁结案率") == "≥ 90"
    actual = dict(
        _rows(
            marts,
            """
            select planned.name_zh, actual from fct_plan_progress inner join dim_plan_indicator as planned
            using (plan_id, indicator_id) where plan_id = '145' and region_code = '420000'
            qualify period_end = max(period_end) over ()
            """,
        )
    )
    assert {name: value for name, (value, _) in shown.items()} == pytest.approx(actual)


def test_a_yearbooks_table_has_units_below_each_other_and_years_side_by_side(
    exports: Path, marts: duckdb.DuckDBPyConnection
) -> None:
    import openpyxl

    book = openpyxl.load_workbook(exports / "indicators.xlsx")
    found: dict[tuple[str, str, int], float] = {}
    for sheet in (book[name] for name in book.sheetnames if name.endswith("年表")):
        title, years = "", [0]
        for row in sheet.iter_rows(min_row=4, values_only=True):
            if caption := re.fullmatch(r"\d-\d (.+)\((\d+)—(\d+)年\)", str(row[0])):
                title = caption[1]
            elif row[0] == "地区":
                years = [int(year) for year in row[1:] if year]
            elif str(row[0]).startswith(("注:p", "资料来源:")):
                assert title
            elif row[0]:
                found |= {
                    (title, row[0], year): value
                    for year, value in zip(years, row[1:], strict=False)
                    if isinstance(value, int | float)
                }
    expected = _rows(
        marts,
        """
        select i.name_zh, r.name_zh, year(period_end), value
        from fct_indicator_value join dim_region r using (region_code) join dim_indicator i
        using (indicator_id, definition_version)
        where region_level <> 'county' and value is not null and period_type = 'year'
        """,
    )
    assert found == {(name, region, year): pytest.approx(value) for name, region, year, value in expected}


def test_charts_show_targets_and_whether_levels_are_met(exports: Path) -> None:
    """A level, a floor or a ceiling has no share that could be drawn as a bar: it is met or not."""
    import openpyxl

    sheet = openpyxl.load_workbook(exports / "indicators.xlsx")["图表"]
    figures = {row[0]: row[1:] for row in sheet.iter_rows(min_row=501, values_only=True)}
    names = next(row for row in sheet.iter_rows(min_row=501, max_row=501, values_only=True))[1:20]
    bars = {
        name: tuple(figures[series][at] for series in ("累计完成率", "达到", "尚未达到"))
        for at, name in enumerate(names)
    }
    assert len(bars) == 19
    for name, (share, met, missed) in bars.items():
        assert sum(value is not None for value in (share, met, missed)) == 1, name
    assert bars["城镇调查失业率"] == (None, 1, None), "5 % below a ceiling of 6 %"
    lines = [name for name in figures if name and "规划目标" in str(name)]
    assert any("均摊" in name for name in lines) and len(lines) >= 2


@pytest.mark.filterwarnings("ignore:Unable to read chart")  # openpyxl reads no chart that LibreOffice wrote
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed: the workbook was opened by openpyxl only")
def test_libreoffice_opens_the_workbook(exports: Path, tmp_path: Path) -> None:
    """Opened and saved by LibreOffice, every cell and every chart is still there."""
    import openpyxl

    command = [str(SOFFICE), "--headless", "--norestore", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"]
    command += ["--convert-to", "xlsx", "--outdir", str(tmp_path / "saved"), str(exports / "indicators.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    files = [folder / "indicators.xlsx" for folder in (exports, tmp_path / "saved")]
    charts = [
        {name for name in zipfile.ZipFile(file).namelist() if name.startswith("xl/charts/chart")} for file in files
    ]
    assert len(charts[0]) == len(charts[1]) == 24
    ours, saved = (openpyxl.load_workbook(file) for file in files)
    assert saved.sheetnames == ours.sheetnames
    for name in ours.sheetnames:
        assert _cells(saved[name]) == _cells(ours[name]), name


def _cells(sheet: Any) -> dict[str, Any]:
    """What stands in each cell; numbers to the 12 digits that every spreadsheet keeps."""
    values = {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None}
    return {name: float(f"{value:.12g}") if isinstance(value, float) else value for name, value in values.items()}


def test_sdmx_is_read_back(exports: Path, marts: duckdb.DuckDBPyConnection, caplog: pytest.LogCaptureFixture) -> None:
    import sdmx

    caplog.set_level(logging.ERROR)
    message = sdmx.read_sdmx(exports / "sdmx" / "plan_indicators.structure.xml")
    assert message.header.test, "synthetic data is a test to a statistical system"
    flow = message.dataflow["PLAN_INDICATORS"]
    assert flow.structure is message.structure["PLAN_INDICATORS"]
    codes = {name: set(codelist.items) for name, codelist in message.codelist.items()}
    for name, query in {
        "CL_INDICATOR": "select indicator_id from dim_indicator",
        "CL_REGION": "select region_code from dim_region",
        "CL_PERIOD_TYPE": "select period_type from dim_period",
        "CL_MATURITY": "select maturity from fct_indicator_value",
    }.items():
        assert {code for (code,) in _rows(marts, query)} <= codes[name]
    wuhan = message.codelist["CL_REGION"]["420100"].name.localizations
    assert wuhan == {"zh": "武汉市", "en": "Wuhan"}

    data = sdmx.read_sdmx(exports / "sdmx" / "plan_indicators.csv", structure=flow)
    (dataset,) = data.data
    dimensions = [dimension.id for dimension in flow.structure.dimensions]
    assert dimensions == ["PERIOD_TYPE", "INDICATOR", "REF_AREA", "TIME_PERIOD"]
    read = set()
    for observation in dataset.obs:
        key = {name: observation.dimension.values[name].value for name in dimensions}
        said = {name: attribute.value for name, attribute in observation.attached_attribute.items()}
        assert key["REF_AREA"] in codes["CL_REGION"] and key["INDICATOR"] in codes["CL_INDICATOR"]
        assert said["OBS_STATUS"] in codes["CL_OBS_STATUS"] and said["CONF_STATUS"] in codes["CL_CONF_STATUS"]
        assert said["IS_SYNTHETIC"] == "true"
        read.add((*key.values(), observation.value, said["OBS_STATUS"], said["CONF_STATUS"], said["MATURITY"]))
    assert len(dataset.obs) == len(read)
    assert read == set(
        _rows(
            marts,
            """
            select period_type, indicator_id, region_code,
                case period_type when 'year' then strftime(period_end, '%Y')
                    when 'quarter' then strftime(period_end, '%Y-Q') || quarter(period_end)
                    else strftime(period_end, '%Y-%m') end,
                coalesce(value::varchar, ''),
                case when is_suppressed then 'Q' when is_estimate then 'E' when maturity <> 'final' then 'P'
                    else 'A' end,
                case when is_suppressed then 'C' else 'F' end, maturity
            from fct_indicator_value
            """,
        )
    )
    assert {"Q", "E", "A"} <= {status for *_, status, _, _ in read}


def test_the_structure_message_follows_the_standards_schema(exports: Path) -> None:
    from pysdmx.io import read_sdmx

    message = read_sdmx(exports / "sdmx" / "plan_indicators.structure.xml", validate=True)
    (structure,) = message.get_data_structure_definitions()
    assert structure.id == "PLAN_INDICATORS"


def test_the_dataset_is_described_for_catalogues(
    exports: Path, release: Path, marts: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rdflib import RDF, SDO, Graph, Literal, URIRef
    from rdflib.term import Node

    monkeypatch.setattr("socket.socket", None)  # nothing is fetched to understand it
    file = exports / "dataset.jsonld"
    graph = Graph().parse(file, format="json-ld", publicID=file.as_uri())

    def texts(subject: Node, predicate: URIRef) -> dict[str, str]:
        said = {text.language: str(text) for text in graph.objects(subject, predicate) if isinstance(text, Literal)}
        assert set(said) == {"zh-CN", "en"}, predicate
        return said

    sources = set(graph.objects(None, SDO.isBasedOn))
    (dataset,) = set(graph.subjects(RDF.type, SDO.Dataset)) - sources
    assert len(sources) == 22
    for predicate in (SDO.name, SDO.description):
        said = texts(dataset, predicate)
        assert "合成数据" in said["zh-CN"] and "SYNTHETIC DATA" in said["en"]
    assert graph.value(dataset, SDO.creativeWorkStatus) == Literal("Synthetic")
    assert graph.value(dataset, SDO.identifier) == graph.value(dataset, SDO.version) == Literal(release.name)
    assert graph.value(dataset, SDO.license) == URIRef("https://opensource.org/license/mit")

    ((published, first, last),) = _rows(
        marts,
        """
        select (select max(published_at) from release), min(period_start)::varchar, max(period_end)::varchar
        from fct_indicator_value
        """,
    )
    shown = graph.value(dataset, SDO.datePublished)
    assert isinstance(shown, Literal)
    assert shown.toPython() == published.replace(tzinfo=timezone(timedelta(hours=8)))
    assert graph.value(dataset, SDO.temporalCoverage) == Literal(f"{first}/{last}")
    place = graph.value(dataset, SDO.spatialCoverage)
    assert place is not None and (place, RDF.type, SDO.Place) in graph
    assert texts(place, SDO.name) == {"zh-CN": "湖北省", "en": "Hubei Province"}

    variables = {
        str(graph.value(variable, SDO.propertyID)): texts(variable, SDO.name)
        for variable in graph.objects(dataset, SDO.variableMeasured)
    }
    assert variables == {
        indicator: {"zh-CN": zh, "en": en}
        for indicator, zh, en in _rows(
            marts,
            """
            select distinct indicator_id, name_zh, name_en from dim_indicator
            where is_in_force or indicator_id not in (select indicator_id from dim_indicator where is_in_force)
            """,
        )
    }

    listed = json.loads((release / "manifest.json").read_text("utf-8"))["files"]
    exported = [name for name in listed if name.startswith("exports/") and name != "exports/dataset.jsonld"]
    downloads = list(graph.objects(dataset, SDO.distribution))
    assert all((download, RDF.type, SDO.DataDownload) in graph for download in downloads)
    assert sorted(
        (str(graph.value(download, SDO.contentUrl)), str(graph.value(download, SDO.sha256))) for download in downloads
    ) == sorted(((release / name).as_uri(), listed[name]["sha256"]) for name in ("marts.duckdb", *exported))
