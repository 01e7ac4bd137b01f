"""The fast way and the other give the same rows, refusals and receipt; whatever is odd takes the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from raw_landing.contract import Contract, load_contracts
from raw_landing.database import AS_WRITTEN, setting
from raw_landing.intake.identify import Identity, Manifest
from raw_landing.parsing import decode, evaluate, prepare
from raw_landing.parsing import reader as reading
from raw_landing.parsing import streaming as plain
from raw_landing.parsing.evaluate import Session
from raw_landing.parsing.reader import read_dumps
from raw_landing.parsing.types import Request
from raw_landing.regions import load_regions

from .conftest import with_few_columns
from .disguises import identity_of, value, written

CONTRACTS = dict(load_contracts())
CONTRACTS["mediation_case"] = with_few_columns(CONTRACTS["mediation_case"])
HEAD = "case_no,region_code,accepted_on,claimant_count,note\n"
WUHAN = Identity("arbitration", "mediation_case", date(2024, 3, 1), date(2024, 3, 31), "420100", 1)


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few lines are a large dump here, of many chunks."""
    monkeypatch.setattr(prepare, "SMALL", 1)
    monkeypatch.setattr(prepare, "HEAD_LINES", 4)
    monkeypatch.setattr(plain, "HEAD_LINES", 4)
    monkeypatch.setattr(plain, "EDGE", 2)
    monkeypatch.setattr(decode, "CHUNK", 700)


def both_ways(
    data: bytes, contract: Contract, connection: duckdb.DuckDBPyConnection, **known: Any
) -> tuple[dict[str, Any], bool]:
    """What is read of a dump, the same both ways, and whether the fast one was taken to its end."""
    found: list[dict[str, Any]] = []
    fast = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "dump.csv"
        path.write_bytes(data)
        held = Session(connection, load_regions())
        for quickly in (True, False):
            request = Request(path, contract, **known)
            prepared = reading.prepare_dumps([request], workdir=Path(folder), quickly=quickly)
            (one,) = reading._read(prepared, held, Path(folder))
            with one:
                fast.append(one.is_streamed)
                found.append(
                    {
                        "receipt": one.receipt,
                        "rows": sorted(one.rows.fetchall()),
                        "refused": sorted(one.refused.fetchall()),
                        "cells": sorted(one.refused_cells().fetchall()) if one.receipt.rows_refused else [],
                    }
                )
    assert found[0] == found[1]
    assert not fast[1]
    return found[0], fast[0]


SOFT = (
    "x",
    "",
    "无",
    "2024-02-30",
    "４２０１０２",
    " 5",
    "单某",
    "合计",
    "填报人:甲",
    "（武汉）",
    "-1",
    "·",
    "4.2E+17",
    "\\N",
    "#N/A",
    "＃REF！",
    "1.0",
    "6.22848E+18",
    "nan",
    "市本级",
    "\ufffd",
    "\f5",
)
HARD = ('a"b', "'5", "√", '"5"', "\x1f", "\0", "a\rb")


@st.composite
def large(draw: st.DrawFn, contract: Contract) -> bytes:
    """A dump of some twenty rows, most of them clean; some odd lines and cells, some of which need the other way."""
    delimiter = draw(st.sampled_from(",\t;|"))
    columns = [
        one for one in draw(st.permutations(contract.columns)) if not one.may_be_absent or draw(st.integers(0, 4))
    ]
    headers = [draw(st.sampled_from(one.header_names)) for one in columns] + draw(
        st.sampled_from(([], ["不明"]))  # a column that the contract does not know
    )
    lines = []
    style = draw(st.sampled_from(("plain", "plain", "written")))
    for index in range(draw(st.integers(12, 24))):
        row = {one.name: draw(value(contract, one, index)) for one in contract.columns}
        texts = (draw(written(one, row, False)) if style == "written" else _plainly(row[one.name]) for one in columns)
        cells = [text if delimiter not in text and "\n" not in text else "甲" for text in texts]
        lines.append(cells + ["无"] * (len(headers) - len(columns)))
    for _ in range(draw(st.integers(0, 3))):
        line = draw(st.sampled_from(lines))
        line[draw(st.integers(0, len(line) - 1))] = draw(st.sampled_from(SOFT))
    for _ in range(draw(st.sampled_from((0, 0, 1, 2)))):  # repeated rows, and rows of one key that differ
        lines.insert(draw(st.integers(0, len(lines))), list(draw(st.sampled_from(lines))))
    if draw(st.integers(0, 3)) == 0:
        line = draw(st.sampled_from(lines))
        line[draw(st.integers(0, len(line) - 1))] = draw(st.sampled_from(HARD))
    if draw(st.integers(0, 3)) == 0:
        first = lines[0]
        marked = ["\ufeff" + headers[0], *headers[1:]]
        units = ["(万人)" if one.type in ("integer", "decimal") else "" for one in columns]
        aside = (["湖北省2024年报表"], ["第1页", "共2页"], ["注：甲"], ["2.乙", "丙"], marked, units)
        odd = (
            *aside,
            [],
            ["合计", "9"],
            ["填报人：甲"],
            ["单位:武汉"],
            headers,
            [*first, ""],
            [*first, "", ""],
            first[:-1],
        )
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(odd)))
    lines += draw(st.sampled_from(([], [], [["注：1.甲"], ["2.乙", "丙", "丁"]], [["数据来源:统计局"], lines[0]])))
    title = draw(st.sampled_from(([], [["湖北省2024年报表"]])))
    line_end = draw(st.sampled_from(("\n", "\r\n")))
    text = line_end.join(delimiter.join(line) for line in [*title, headers, *lines])
    return (text + draw(st.sampled_from(("", line_end)))).encode(draw(st.sampled_from(plain.ENCODINGS)))


def _plainly(fact: Any) -> str:
    if isinstance(fact, bool):
        return str(int(fact))
    return "" if fact is None else str(fact).replace('"', "").replace("\n", "")


@pytest.mark.slow
@pytest.mark.parametrize("extract", sorted(CONTRACTS))
@settings(deadline=None, max_examples=4, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_both_ways_lead_to_the_same(extract: str, data: st.DataObject, connection: duckdb.DuckDBPyConnection) -> None:
    share = data.draw(st.sampled_from((0.05, 1.0)))
    contract = CONTRACTS[extract].model_copy(update={"max_refused_share": share})
    content = data.draw(large(contract))
    stated = data.draw(st.sampled_from((None, Manifest(rows=12), Manifest(rows=20))))
    both_ways(content, contract, connection, identity=identity_of(contract), manifest=stated)


def body(count: int = 60) -> list[str]:
    return [f"鄂劳仲{n:04},42010{2 + n % 6},2024-03-{1 + n % 28:02},{1 + n % 9},甲方{n}" for n in range(count)]


@pytest.fixture
def compare(connection: duckdb.DuckDBPyConnection) -> Callable[..., tuple[dict[str, Any], bool]]:
    def _compare(lines: list[str], encoding: str = "utf-8", **known: Any) -> tuple[dict[str, Any], bool]:
        contract = CONTRACTS["mediation_case"].model_copy(update={"max_refused_share": 0.5})
        text = HEAD + "".join(f"{line}\n" for line in lines)
        return both_ways(text.encode(encoding), contract, connection, identity=WUHAN, **known)

    return _compare


Compare = Callable[..., tuple[dict[str, Any], bool]]


@pytest.mark.parametrize("encoding", plain.ENCODINGS)
def test_a_clean_dump_takes_the_fast_way(compare: Compare, encoding: str) -> None:
    found, fast = compare(body(), encoding=encoding)
    assert fast
    assert found["receipt"].encoding == encoding
    assert [row[:2] for row in found["rows"]] == [(n + 2, f"鄂劳仲{n:04}") for n in range(60)]


@pytest.mark.parametrize(
    ("line", "refused", "skipped"),
    [
        ("A,420102,2024-02-30,1,", 1, 0),
        ("A,420202,2024-03-01,1,", 1, 0),
        ("合计,420102,2024-03-01,1,", 0, 1),
        ("合计,,,1,", 0, 1),
        ("填报人:甲,,,,", 0, 1),
        ("单仲1号,420102,2024-03-01,1,设计院", 0, 0),
        ("Ａ１,４２０１０２,2024年3月1日,１,　（武汉）", 0, 0),
        (",,,,", 0, 1),
        (" ,420102,2024-03-01,1,", 1, 0),
    ],
)
def test_what_may_stand_among_plain_lines(compare: Compare, line: str, refused: int, skipped: int) -> None:
    lines = body()
    lines.insert(30, line)
    found, fast = compare(lines)
    receipt = found["receipt"]
    assert fast
    assert (receipt.rows_refused, receipt.rows_skipped) == (refused, skipped)
    assert receipt.rows_loaded == 61 - refused - skipped
    assert [row[::2] for row in found["refused"]] == [(32, line)] * refused


@pytest.mark.parametrize(
    "line",
    [
        'A,420102,2024-03-01,1,"甲"',
        'A,420102,2024-03-01,1,"甲\n乙"',
        "'A,420102,2024-03-01,1,",
        "A,420102,2024-03-01",
        "A,420102,2024-03-01,1,,x",
        "A;420102;2024-03-01;1;",
        "A,420102,2024-03-01,1,\r甲",
        "A,420102,2024-03-01,1\x1d,",
        "A,420102,2024-03-01,√,",
        "",
        HEAD.rstrip(),
        "A,420102,2024-03-01,1," + "甲" * 30_000,
        "A\0,420102,2024-03-01,1,",
    ],
)
def test_whatever_is_odd_takes_the_other_way(compare: Compare, line: str) -> None:
    lines = body()
    for at in (2, 59):  # at either end it may be anything
        compare([*lines[:at], line, *lines[at:]])
    _, fast = compare([*lines[:30], line, *lines[30:]])
    assert not fast


@pytest.mark.parametrize("unknown", ["", ",不明"])
@pytest.mark.parametrize("late", [b"\xff", b"\xed\xa0\x80", b"\xc0\x80", "甲".encode("gb18030")])
def test_bytes_that_are_no_text_are_found_in_every_field(
    unknown: str, late: bytes, connection: duckdb.DuckDBPyConnection
) -> None:
    lines = [f"{line}{',x' if unknown else ''}".encode() for line in body()]
    lines[40] = lines[40][:-1] + late
    data = b"\n".join([(HEAD.rstrip() + unknown).encode(), *lines])
    found, fast = both_ways(data, CONTRACTS["mediation_case"], connection, identity=WUHAN)
    assert not fast
    assert found["receipt"].reasons or found["receipt"].encoding == "gb18030"


def padded_at_chunks(lines: list[str], blank: str) -> list[str]:
    """The lines of a dump, a blank before each that begins in one chunk and ends in the next: it comes first there."""
    size, padded = 0, []
    for line in lines:
        spans = size // decode.CHUNK < (size + len(line.encode()) - 1) // decode.CHUNK
        padded.append(blank + line if spans else line)
        size += len(padded[-1].encode())
    return padded


@pytest.mark.parametrize(
    ("blank", "delimiter"),
    [(blank, mark) for blank in (" ", "\t", "\u00a0", "\u3000", "\ufeff") for mark in ",\t;|" if blank != mark],
)
def test_a_blank_at_the_first_line_of_a_chunk_is_seen(
    connection: duckdb.DuckDBPyConnection, blank: str, delimiter: str
) -> None:
    lines = [f"{line}\n".replace(",", delimiter) for line in [HEAD.rstrip(), *body()]]
    padded = padded_at_chunks(lines, blank)
    assert sum(line.startswith(blank) for line in padded) > 2
    found, fast = both_ways("".join(padded).encode(), CONTRACTS["mediation_case"], connection, identity=WUHAN)
    assert fast
    assert [row[1] for row in found["rows"]] == [f"鄂劳仲{n:04}" for n in range(60)]


def test_a_dump_of_90_000_rows_padded_at_the_first_line_of_each_mebibyte(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was found, with the sizes as they are: each such case counted twice after its next delivery."""
    for module, name, size in ((prepare, "SMALL", 2 << 20), (plain, "EDGE", 200), (decode, "CHUNK", 1 << 20)):
        monkeypatch.setattr(module, name, size)
    head = HEAD.replace(",note", "")
    lines = padded_at_chunks([head, *(f"案{n:07}号,420102,2024-03-05,1\n" for n in range(90_000))], " ")
    found, fast = both_ways("".join(lines).encode(), CONTRACTS["mediation_case"], connection, identity=WUHAN)
    assert fast
    assert found["receipt"].rows_loaded == 90_000
    assert {row[1][:1] for row in found["rows"]} == {"案"}


def test_a_mark_in_a_record_that_began_in_an_earlier_block_is_seen(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """What occurs is noted of the records put down, not of the block that completes the last of them."""
    path, contract = tmp_path / "dump.csv", CONTRACTS["plan_task_report"]
    text = "task_id,done_value,note\n" + "".join(f"R{n:03},1,x\n" for n in range(60))
    path.write_text(text + 'W,２,"\u3000甲\n' + "plain\n" * 90 + '"\n', encoding="utf-8")
    with read_dumps([Request(path, contract)], connection=connection)[0] as one:
        assert one.receipt.rows_refused == 0, one.receipt
        assert one.rows.filter("task_id = 'W'").select("done_value").fetchall() == [(2,)]


def test_rows_of_one_key_far_apart(compare: Compare) -> None:
    lines = body()
    lines += [lines[3], lines[30], lines[31].replace(",5,", ",6,"), *body(70)[60:]]
    found, fast = compare(lines)
    receipt = found["receipt"]
    assert fast
    assert (receipt.rows_repeated, receipt.rows_refused) == (2, 2)
    assert [row[:2] for row in found["refused"]] == [(33, ["conflicting_key"]), (64, ["conflicting_key"])]


def test_a_rejected_dump_leaves_no_row(compare: Compare) -> None:
    found, fast = compare(body(), manifest=Manifest(rows=59))
    assert fast
    assert (found["receipt"].reasons, found["rows"]) == (("manifest_mismatch",), [])


def test_rows_are_saved_as_asked_for(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    path, goal = tmp_path / "dump.csv", tmp_path / "rows.parquet"
    path.write_text(HEAD + "\n".join(body()), encoding="utf-8")
    request = Request(path, CONTRACTS["mediation_case"], WUHAN, facts={"dump_id": "'x'"})
    for small in (1, 1 << 20):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(prepare, "SMALL", small)
            (one,) = read_dumps([request], connection=connection, workdir=tmp_path)
            with one:
                assert one.is_streamed == (small == 1)
                expected = sorted(one.rows.project("'x', *").fetchall())
                one.save(goal)
        found = connection.read_parquet(str(goal))
        assert found.columns[:3] == ["dump_id", "line_number", "case_no"]
        assert sorted(found.fetchall()) == expected
    assert sorted(one.name for one in tmp_path.iterdir()) == ["dump.csv", "rows.parquet"]


def test_no_row_is_kept_in_memory_for_a_join(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """DuckDB took the dump for the smaller side, which cost twice the time, and memory that grew with the dump."""
    path = tmp_path / "dump.csv"
    path.write_text(HEAD + "\n".join(body()), encoding="utf-8")
    plans: list[str] = []

    class Watched(plain.StreamLoader):
        def _write(self, query: str) -> None:
            with setting(self.db, **AS_WRITTEN):
                plans.extend(row[1] for row in self.db.execute(f"EXPLAIN (FORMAT json) {query}").fetchall())
            super()._write(query)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate, "StreamLoader", Watched)
        (one,) = read_dumps([Request(path, CONTRACTS["mediation_case"], WUHAN)], connection=connection)
        with one:
            assert one.is_streamed
    joins = [node for plan in plans for node in _nodes(json.loads(plan)) if node["name"].strip() == "HASH_JOIN"]
    assert joins
    for join in joins:
        probed, kept = (["READ_CSV" in one["name"] for one in _nodes([side])] for side in join["children"])
        assert any(probed)
        assert not any(kept)


def _nodes(plan: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [node for one in plan for node in (one, *_nodes(one["children"]))]
