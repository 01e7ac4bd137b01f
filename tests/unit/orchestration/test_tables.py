"""Tables fit the terminal without a broken word, or stand row by row."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from orchestration.cli.tables import figure, table

HEADINGS = ["指标\nindicator", "region_code", "值\nvalue"]
ROWS = [
    ("劳动人事争议仲裁结案率\nLabour dispute arbitration closure rate", "420000", "67.57"),
    ("城镇新增就业人数\nNew urban employment", "420100", "1,234,567.89"),
]


def shown(width: int | None) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width or 1 << 16, highlight=False).print(table(HEADINGS, ROWS, width, numbers=(2,)))
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("width", [140, 80, 60, 46])
def test_no_word_is_broken_and_no_line_is_too_wide(width: int) -> None:
    lines = shown(width)
    assert max(map(cell_len, lines)) <= width
    words = {word for line in lines for word in re.findall(r"[A-Za-z_]+|[\d,.]+", line)}
    for row in ROWS:
        assert set(re.findall(r"[A-Za-z]+|[\d,.]+", " ".join(row))) <= words


def test_where_words_do_not_fit_rows_stand_below_each_other() -> None:
    lines = shown(30)
    assert any(line.split() == ["region_code", "420100"] for line in lines)
    assert any(line.endswith("1,234,567.89") for line in lines)


def test_without_a_terminal_nothing_is_broken() -> None:
    lines = shown(None)
    assert len(lines) == 3 + 4 and any("Labour dispute arbitration closure rate" in line for line in lines)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (67.5675675, "67.57"),
        (4200.000000000001, "4,200"),
        (1234567.891, "1,234,567.89"),
        (0.001234, "0.00123"),
        (-0.5, "-0.50"),
        (0.0, "0"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_figures_have_sensible_decimals(value: float | None, text: str) -> None:
    assert figure(value) == text
