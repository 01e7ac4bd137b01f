"""Columns that are missing: which of them reject a dump, and what is said of the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from raw_landing import ParsedDump
from raw_landing.contract import load_contracts
from raw_landing.intake.identify import Manifest

Read = Callable[..., ParsedDump]


def test_every_column_that_may_not_be_absent_rejects_the_dump(read: Read) -> None:
    for extract, contract in load_contracts().items():
        names = [one.zh for one in contract.columns]
        for column in contract.columns:
            head = ",".join(name for name in names if name != column.zh)
            receipt = read(f"{head}\n", extract, whole=True, manifest=Manifest(rows=0)).receipt
            assert receipt.reasons == (() if column.may_be_absent else ("missing_column",)), (extract, column.name)
            if column.may_be_absent:
                assert any(one.startswith(f"missing_optional_column: {column.name}") for one in receipt.warnings)
            else:
                assert column.zh in receipt.message_zh
                assert column.name in receipt.message_en


@pytest.mark.parametrize(
    ("header", "column"),
    [("结案日", "结案日期"), ("结案曰期", "结案日期"), ("close_on", "结案日期"), ("结案 日期1", "结案日期")],
)
def test_a_missing_column_is_told_with_the_header_nearest_to_it(read: Read, header: str, column: str) -> None:
    names = [one.zh for one in load_contracts()["arbitration_case"].columns]
    head = ",".join(header if name == column else name for name in names)
    receipt = read(f"{head}\n", "arbitration_case", whole=True, manifest=Manifest(rows=0)).receipt
    assert receipt.reasons == ("missing_column",)
    assert column in receipt.message_zh
    assert header.replace(" ", "").replace("1", "*").replace("_", "") in receipt.message_zh
    assert "closed_on" in receipt.message_en


def test_an_unknown_header_like_an_absent_column_is_named_with_it(read: Read) -> None:
    names = [one.zh for one in load_contracts()["training_record"].columns]
    head = ",".join("开班曰期" if name == "开班日期" else name for name in names)
    receipt = read(f"{head}\n", "training_record", whole=True, manifest=Manifest(rows=0)).receipt
    at = names.index("开班日期") + 1
    assert f"unknown_column: column {at}, like started_on" in receipt.warnings
    zh, en = receipt.text("x.csv")
    assert "是否即" in zh
    assert "Did you mean started_on?" in en


def test_what_cannot_be_computed_without_an_absent_column_is_said(read: Read) -> None:
    names = [one.zh for one in load_contracts()["employment_registration"].columns if one.name != "birth_date"]
    reading = read(",".join(names) + "\n", "employment_registration", whole=True, manifest=Manifest(rows=0))
    assert "missing_optional_column: birth_date (needed for identity_facts)" in reading.receipt.warnings
