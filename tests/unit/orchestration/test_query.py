"""`hrss query`: rows as table, CSV or JSON; nothing can be written."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import duckdb
import pytest

from orchestration.cli.views.rows import limits, write_results
from orchestration.csv_cells import guarded_sql
from orchestration.errors import WrongUsage
from orchestration.figure.query import QueryFailed, query_release
from orchestration.settings import PROJECT
from raw_landing.database import literal


@pytest.fixture(params=["main", "marts"], ids=["", "as_made_before"])
def marts(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A release of now, and one of when tables stood in schema marts."""
    path = tmp_path / "marts.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create schema if not exists {request.param}; use marts.{request.param}")
        connection.execute(
            "create table dim_region as "
            "select '420100' as region_code, '武汉市' as name_zh, date '2024-01-31' as day, null as nothing"
        )
    return path


def run(marts: Path, sql: str, form: str, limit: int | None = None) -> str:
    out = io.StringIO()
    shown, read = limits(limit, form, out)
    write_results(query_release(marts, sql, read), form, out, shown)
    return out.getvalue()


def test_csv(marts: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(marts, "select * from dim_region", "csv"))))
    assert rows == [{"region_code": "420100", "name_zh": "武汉市", "day": "2024-01-31", "nothing": ""}]


def test_json(marts: Path) -> None:
    rows = json.loads(run(marts, "select * from marts.dim_region", "json"))
    assert rows == [{"region_code": "420100", "name_zh": "武汉市", "day": "2024-01-31", "nothing": None}]


def test_table(marts: Path) -> None:
    assert "武汉市" in run(marts, "select name_zh from dim_region", "table")


@pytest.mark.parametrize(
    "sql",
    [
        "drop table dim_region",
        "copy dim_region to '{}/stolen.csv'",
        "from read_csv('/etc/passwd')",
        "set enable_external_access = true; from read_csv('/etc/passwd')",
        "attach '{}/other.duckdb'",
        "attach ':memory:' as other",
        "copy (select 1) to '{}/marts.duckdb.wal'",
        "copy (select 1) to '{}/marts.duckdb' (use_tmp_file false)",
        "explain analyze copy (select 1) to '{}/marts.duckdb.wal'",
        "explain (analyze, format json) COPY (select 1) to '{}/marts.duckdb.wal'",
        "prepare p as copy (select 1) to '{}/marts.duckdb.wal'; execute p",
        "copy from database marts to memory",
        "export database '{}/marts.duckdb.wal'",
        "import database '{}'",
        "call enable_logging(storage = 'file', storage_path = '{}/marts.duckdb.wal')",
        "from read_text('/etc/passwd')",
        "from sniff_csv('/etc/passwd')",
        "from glob('/etc/*')",
        "from read_csv('https://127.0.0.1/x')",
        "install httpfs",
        "load httpfs",
        "set lock_configuration = false",
        "reset enable_external_access",
        "set autoinstall_known_extensions = true",
        "set temp_directory = '{}'",
        "pragma enable_external_access = true",
        "create secret (type s3)",
        "insert into dim_region select * from dim_region",
    ],
)
def test_nothing_is_written_and_no_other_file_is_read(marts: Path, sql: str) -> None:
    before = marts.read_bytes()
    with pytest.raises((QueryFailed, WrongUsage)):
        run(marts, sql.format(marts.parent), "csv")
    assert [path.name for path in marts.parent.iterdir()] == ["marts.duckdb"] and marts.read_bytes() == before


@pytest.mark.parametrize("page", ["analyst.md", "analyst.zh-CN.md"])
def test_the_recipe_for_clients_of_ones_own_closes_them(marts: Path, page: str) -> None:
    found = re.findall(r"```python\n(.*?)```", (PROJECT / "docs" / page).read_text(encoding="utf-8"), re.DOTALL)
    (code,) = (one for one in found if "lock_configuration" in one)
    opened: dict[str, duckdb.DuckDBPyConnection] = {}
    exec(code.replace("data/published/current/marts.duckdb", str(marts)), opened)
    with opened["marts"] as connection:
        for sql in (
            "from read_csv('/etc/passwd')",
            f"attach '{marts.parent}/other.duckdb'",
            f"copy (select 1) to '{marts.parent}/other.csv'",
            "install httpfs",
            "set enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(sql)


@pytest.mark.parametrize("form", ["table", "csv", "json"])
@pytest.mark.parametrize("sql", ["", " ;", "-- nothing"])
def test_no_statement_is_wrong_usage(marts: Path, sql: str, form: str) -> None:
    with pytest.raises(WrongUsage):
        run(marts, sql, form)


def test_json_without_rows_is_an_empty_array(marts: Path) -> None:
    assert json.loads(run(marts, "select * from dim_region where false", "json")) == []


def test_json_is_written_as_rows_come(marts: Path) -> None:
    class Piecewise(io.StringIO):
        longest = 0

        def write(self, text: str) -> int:
            self.longest = max(self.longest, len(text))
            return super().write(text)

    out = Piecewise()
    write_results(query_release(marts, "select range as n from range(25000)"), "json", out, None)
    assert [row["n"] for row in json.loads(out.getvalue())] == list(range(25000)) and out.longest < 100


CELLS = {
    "=1+1": "'=1+1",
    "+49": "'+49",
    "-x": "'-x",
    "@SUM(A1)": "'@SUM(A1)",
    "＝1": "'＝1",
    " =1": "' =1",
    "\u3000@x": "'\u3000@x",
    "\ufeff=x": "'\ufeff=x",
    "\tx": "'\tx",
    "\r=x": "'\r=x",
    "武\x1b[2J汉": "武\ufffd[2J汉",
    "\x07x\x7f\x9b": "\ufffdx\ufffd\ufffd",
    "txt\u202efdp": "txt\ufffdfdp",
    "two\nlines\tand more": "two\nlines\tand more",
    "a=b-c": "a=b-c",
    "武汉市": "武汉市",
    "": "",
}


@pytest.mark.parametrize(("text", "cell"), CELLS.items())
def test_no_cell_of_text_is_run_or_moves_the_cursor(marts: Path, text: str, cell: str) -> None:
    sql = f"select {literal(text)} as a, {literal(text)} as b, -5 as n, [{literal(text)}] as l"
    out = io.StringIO(run(marts, sql, "csv"), newline="")
    (row,) = csv.DictReader(out)
    assert (row["a"], row["b"], row["n"]) == (cell, cell, "-5")
    assert not row["l"].startswith(tuple("=+-@\t\r\n")) and "\x1b" not in row["l"]
    with duckdb.connect() as connection:  # as the exports write it
        assert connection.execute(f"select {guarded_sql('t')} from (select ? as t)", [text]).fetchone() == (cell,)


def test_no_heading_is_run(marts: Path) -> None:
    assert run(marts, 'select 1 as "=cmd|x"', "csv").startswith("'=cmd")


def test_each_statement_shows_its_result(marts: Path) -> None:
    sql = "select 1 as a; set threads = 1; select 2 as b; create temp table t as select 3 as c; from t"
    with pytest.raises(QueryFailed, match="locked"):
        run(marts, sql, "csv")
    assert run(marts, sql.replace("set threads = 1;", ""), "csv") == "a\n1\n\nb\n2\n\nc\n3\n"
    assert [json.loads(one) for one in run(marts, "select 1 as a; select 2 as a", "json").split("\n\n")] == [
        [{"a": 1}],
        [{"a": 2}],
    ]


def test_in_a_pipe_a_table_has_all_rows_in_full_width(marts: Path) -> None:
    lines = run(marts, f"select range as n, '{'x' * 300}' as wide from range(12000)", "table").splitlines()
    assert len(lines) == 12000 + 2 * 2  # two batches with headings
    assert lines[2].split() == ["0", "x" * 300] and all(line == line.rstrip() for line in lines)


def test_the_limit_is_kept_and_told(marts: Path) -> None:
    assert run(marts, "select range as n from range(9)", "csv", 2) == "n\n0\n1\n"
    *shown, told = run(marts, "select range as n from range(9)", "table", 2).splitlines()
    assert [line.strip() for line in shown[2:]] == ["0", "1"] and "--limit 0 shows all" in told
    assert "--limit" not in run(marts, "select range as n from range(2)", "table", 2)
    assert "no rows" in run(marts, "select 1 as n where false", "table")


def test_a_table_has_sensible_decimals_and_csv_and_json_all(marts: Path) -> None:
    sql = "select unnest([200 / 3, 2.0, 0.001234, null])::double as rate, unnest([5.0, 7, 1e-12 + 8])::double as n"
    rows = [line.split() for line in run(marts, sql, "table").splitlines()[2:]]
    assert rows == [["66.67", "5"], ["2.00", "7"], ["0.00123", "8"], []]
    assert "66.66666666666667" in run(marts, sql, "csv") and "66.66666666666667" in run(marts, sql, "json")


@pytest.mark.parametrize("sql", ["from no_such_table", "select no_such_column from dim_region", "selekt 1"])
def test_what_is_not_there_is_wrong_usage(marts: Path, sql: str) -> None:
    with pytest.raises(WrongUsage, match="show tables"):
        run(marts, sql, "table")
