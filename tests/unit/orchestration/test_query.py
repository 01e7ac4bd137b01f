"""`hrss query`: rows as table, CSV or JSON; nothing can be written."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest

from orchestration.csv_cells import guarded_sql
from orchestration.errors import WrongUsage
from orchestration.figure.query import QueryFailed, run_query
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


def run(marts: Path, sql: str, form: str) -> str:
    out = io.StringIO()
    run_query(marts, sql, form, out)
    return out.getvalue()


def test_csv(marts: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(marts, "select * from dim_region", "csv"))))
    assert rows == [{"region_code": "420100", "name_zh": "武汉市", "day": "2024-01-31", "nothing": ""}]


def test_json(marts: Path) -> None:
    rows = json.loads(run(marts, "select * from marts.dim_region", "json"))
    assert rows == [{"region_code": "420100", "name_zh": "武汉市", "day": "2024-01-31", "nothing": None}]


def test_table(marts: Path) -> None:
    assert "武汉市" in run(marts, "select name_zh from dim_region", "table")


@pytest.mark.parametrize("sql", ["drop table dim_region", "copy dim_region to '{}/stolen.csv'"])
def test_nothing_is_written(marts: Path, sql: str) -> None:
    with pytest.raises(QueryFailed):
        run(marts, sql.format(marts.parent), "csv")
    assert [path.name for path in marts.parent.iterdir()] == ["marts.duckdb"]


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
    run_query(marts, "select range as n from range(25000)", "json", out)
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
