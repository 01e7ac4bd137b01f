"""What examples may repeat: positions and codes, never what somebody wrote."""

from __future__ import annotations

from datetime import date

import pytest

from expectations.redaction import position, safe_error_text
from orchestration.gate.vocabulary import published_words

ID = "420106199001011234"


@pytest.mark.parametrize(
    ("value", "column", "shown"),
    [
        ("0123456789abcdef", "dump_id", "0123456789abcdef"),
        ("1234567890123456", "dump_id", "1234567890123456"),
        (17, "line_number", "17"),
        ("3,5,8", "line_numbers", "3,5,8"),
        ("3,5,… (12)", "line_numbers", "3,5,… (12)"),
        (date(2024, 3, 31), "period_end", "2024-03-31"),
        ("420100", "region_code", "420100"),
        ("urban_new_employment", "indicator_id", "urban_new_employment"),
        ("20260101-01", "release_id", "20260101-01"),
        (None, "unit_code", "–"),
        (["420100", "420200"], "units", "420100,420200"),
        ("城镇新增就业人数", "item", "城镇新增就业人数"),
    ],
)
def test_positions_and_codes_are_shown(value: object, column: str, shown: str) -> None:
    assert position(value, column, published_words()) == shown


@pytest.mark.parametrize("column", ["item", "region_code", "indicator_id", "dump_id"])
@pytest.mark.parametrize(
    "value",
    [
        "欧阳锋",
        f"欧阳锋 {ID}",
        "城镇新增就业人数 欧阳锋",
        "城镇新增就业人数欧阳锋",
        "Zhang San",
        "阿不都·热西提",
        "𠮷野",
        "Иван Петров",
        "",
    ],
)
def test_what_somebody_wrote_is_not(value: str, column: str) -> None:
    assert position(value, column, published_words()) == ("" if value == "" else "***")


@pytest.mark.parametrize("value", [ID, int(ID), "13800138000", 13800138000, "42010619900101123X"])
def test_numbers_of_persons_are_masked(value: object) -> None:
    for column in ("item", "dump_id", "region_code"):
        assert "1990" not in position(value, column, ()) and "138001" not in position(value, column, ())


def test_names_in_latin_letters_are_no_codes_where_somebody_writes() -> None:
    assert position("zhangsan", "item", published_words()) == "***"


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            "[UNRESOLVED_COLUMN.WITHOUT_SUGGESTION] A column with name `a` cannot be resolved. SQLSTATE: 42703\nFrom x",
            "[UNRESOLVED_COLUMN.WITHOUT_SUGGESTION] A column with name `a` cannot be resolved. SQLSTATE: 42703",
        ),
        ("[TABLE_OR_VIEW_NOT_FOUND] The table `t`", "[TABLE_OR_VIEW_NOT_FOUND] The table `t`"),
        (f"[CAST_INVALID_INPUT] The value '{ID}' cannot be cast", "E (its text is kept back: it may quote a row)"),
    ],
)
def test_of_sparks_errors_those_that_name_tables_and_columns_are_told(message: str, told: str) -> None:
    assert safe_error_text(message, "E") == told
