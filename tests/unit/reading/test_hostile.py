"""Hostile input ends in a verdict within bounded time and memory; what the CSV reader loses silently is never lost."""

from __future__ import annotations

import gzip
import io
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from raw_landing import ParsedDump, read_dump
from raw_landing.contract import load_contracts
from raw_landing.intake.identify import Manifest
from raw_landing.parsing import decode
from raw_landing.parsing import xlsx as workbook

from .conftest import with_few_columns

Read = Callable[..., ParsedDump]
HEAD = "region_code,employed_persons\n"
CLEAN = HEAD + "420102,5\n420103,6\n"


def reasons(reading: ParsedDump) -> tuple[str, ...]:
    assert reading.rows.fetchall() == [] or not reading.receipt.reasons
    return reading.receipt.reasons


def test_nul_bytes(read: Read) -> None:
    reading = read(CLEAN + "420104,\0\n")
    assert reasons(reading) == ("hostile",)
    assert reading.receipt.problems[0].lines == (4,)
    assert "第 4 行含有空字符" in reading.receipt.message_zh
    assert "line 4 holds NUL" in reading.receipt.message_en


@pytest.mark.parametrize("packed", [False, True])
def test_one_endless_line(read: Read, packed: bool) -> None:
    content = CLEAN.encode() + b"x" * (40 << 20)
    reading = read(gzip.compress(content, 1) if packed else content)
    assert reasons(reading) == ("hostile",)
    assert "第 4 行过长" in reading.receipt.message_zh


def test_an_endless_line_is_never_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "sparse.csv"
    with path.open("wb") as file:
        file.write(CLEAN.encode() + b"x" * (3 << 20))
        file.truncate(10 << 30)
    with read_dump(path, load_contracts()["urban_employed_stock"]) as reading:
        assert reading.receipt.reasons == ("hostile",)


def test_a_gzip_bomb_of_short_lines(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "FREE", 1 << 20)
    assert reasons(read(gzip.compress(CLEAN.encode() + b"\n" * (8 << 20)))) == ("hostile",)


def test_a_damaged_gzip_file(read: Read) -> None:
    packed = gzip.compress(CLEAN.encode() * 1000)
    assert reasons(read(packed[:-20])) == ("undecodable",)
    assert reasons(read(packed[:5])) == ("undecodable",)
    assert reasons(read(packed + b"garbage")) == ("undecodable",)


def test_a_hundred_thousand_columns(read: Read) -> None:
    wide = "region_code,employed_persons," + ",".join(f"c{n}" for n in range(100_000))
    assert reasons(read(f"{wide}\n420102,5\n")) == ("hostile",)
    rows = "\n".join("420102,5" + ",x" * 100_000 for _ in range(20))
    assert reasons(read(f"{HEAD}{rows}\n")) == ("hostile",)


def test_the_thousands_of_empty_columns_of_a_spreadsheet_are_no_hostility(read: Read) -> None:
    text = "\n".join(line + "," * 16_000 for line in CLEAN.splitlines())
    assert read(text).receipt.rows_loaded == 2


def test_a_quote_that_never_closes_swallows_nothing(read: Read) -> None:
    lines = [f"K{n},420102,2024-03-05,1" for n in range(3_000)]
    lines[1] = 'K1,420102,"2024-03-05,1'
    reading = read("\n".join(["case_no,region_code,accepted_on,claimant_count", *lines]), "mediation_case")
    assert (reading.receipt.rows_read, reading.receipt.rows_loaded) == (3_000, 3_000)  # the quote is a stray
    lines[1] = 'K1,420102,"2024-03-05'
    reading = read("\n".join(["case_no,region_code,accepted_on,claimant_count", *lines]), "mediation_case")
    assert reading.refused.fetchall()[0][:2] == (3, ["field_count"])
    assert reading.receipt.rows_loaded == 2_999


def test_an_unbalanced_quote_in_the_header(read: Read) -> None:
    reading = read('region_code,"employed_persons\n420102,5\n420103,6\n')
    assert (reading.receipt.rows_read, reading.receipt.rows_loaded) == (2, 2)


def test_thousands_of_open_quotes_take_no_more_than_moments(read: Read) -> None:
    text = "case_no,region_code,accepted_on\n" + "".join(f'K{n},"420102\n' for n in range(20_000))
    assert reasons(read(text, "mediation_case")) == ("too_many_refused",)


@pytest.mark.parametrize("piece", ['"a,', '"a"b,', ' "', '""a,"', '="', '"a""'])
def test_one_line_of_broken_quotes_takes_no_longer_than_its_length(read: Read, piece: str) -> None:
    start = time.process_time()
    reading = read(CLEAN + piece * (1_000_000 // len(piece) - 1) + "\n420104,7\n")
    assert reading.receipt.rows_loaded in (0, 3)  # 0: it has thousands of columns
    assert time.process_time() - start < 10


def test_masses_of_quotes_that_stay_open_take_no_longer_than_their_length(read: Read) -> None:
    start = time.process_time()
    lines = [f'K{n},"a' if n % 90 == 0 else f'K{n},""' + '""' * 500 for n in range(20_000)]
    assert reasons(read(HEAD + "\n".join(lines))) == ("too_many_refused",)
    assert time.process_time() - start < 20


def test_a_long_line_is_a_refused_row_not_a_lost_one(read: Read) -> None:
    reading = read(f"{CLEAN}420104,{'x' * 900_000}\n420105,7\n")
    assert [row[:2] for row in reading.refused.fetchall()] == [(4, ["bad_type"])]
    assert reading.receipt.rows_loaded == 3


def test_lines_that_do_not_add_up_reject_the_dump(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    from raw_landing.parsing import csv_records as records

    honest = records.RecordParser.normalised
    monkeypatch.setattr(records.RecordParser, "normalised", lambda *a, **k: honest(*a, **k)[:-1])
    reading = read(CLEAN)
    assert reasons(reading) == ("lines_unaccounted",)
    assert "3" in reading.receipt.message_zh


@pytest.mark.parametrize("mark", ["\x1d", "\x1e", "\x1f"])
def test_our_own_separators_in_a_dump_do_no_harm(read: Read, mark: str) -> None:
    reading = read(f"{HEAD}420102{mark},5\n4201{mark}03,6\n")
    assert reading.rows.fetchall()[0][:2] == (2, "420102")
    assert reading.receipt.rows_read == 2


def test_no_cell_and_no_name_becomes_sql(tmp_path: Path) -> None:
    folder = tmp_path / "a[1]*'; DROP TABLE x; --"
    folder.mkdir()
    path = folder / "'; ATTACH 'x' --\n\u202e😀.csv"
    evil = "x'); DROP TABLE t; --"
    path.write_text(f'case_no,"{evil}",region_code,accepted_on\n{evil},{evil},420102,2024-03-05\n', encoding="utf-8")
    with read_dump(path, with_few_columns(load_contracts()["mediation_case"]), workdir=folder) as reading:
        assert reading.rows.fetchall()[0][1] == evil
        assert evil not in str(reading.receipt.problems)


def test_a_pipe_is_no_dump(tmp_path: Path) -> None:
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    with read_dump(path, load_contracts()["mediation_case"]) as reading:
        assert reading.receipt.reasons == ("hostile",)


def _book(**parts: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["region_code", "employed_persons"])
    book.active.append(["420102", 5])
    target = io.BytesIO()
    book.save(target)
    if parts:
        with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
    return target.getvalue()


def test_workbooks_that_are_none(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reasons(read(_book())) == ()
    assert reasons(read(_book()[:-100])) == ("undecodable",)
    assert reasons(read(b"PK\x03\x04 nothing of the kind")) == ("undecodable",)
    assert reasons(read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)) == ("undecodable",)
    assert reasons(read(_book(**{"xl/externalLinks/externalLink1.xml": "<a/>"}))) == ("hostile",)
    assert reasons(
        read(_book(**{"xl/more.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'}))
    ) == ("hostile",)
    monkeypatch.setattr(workbook, "FREE", 1 << 16)
    assert reasons(read(_book(**{"xl/media/bomb.bin": "\0" * (8 << 20)}))) == ("hostile",)


def test_everything_wrong_at_once_is_said_at_once(read: Read) -> None:
    reading = read("单位：万人\nAAB301,行政区划代码\n420102,5\n", manifest=Manifest(rows=9, sha256="0" * 64))
    assert set(reading.receipt.reasons) == {
        "unit_contradiction",
        "ambiguous_column",
        "missing_column",
        "manifest_mismatch",
    }
