"""Reads units of measure as people write them (in a line of their own, a title, a header, a row of units) and compares
them with the contract. No figure is ever scaled."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from raw_landing.contract import Contract
from raw_landing.messages.reasons import Problem
from raw_landing.messages.text import problem

_BASE = (
    r"(?:人次|人天|人月|人年|人|美元|港元|元|件|张|户|个|次|家|份|起|天|日|月|年|周岁|岁|本|项|名|例|宗|笔|台|套|所|批|条"
    r"|吨|小时|课时|学时)"
)
_SCALES = "十百千万亿"
MEASURE = rf"(?:(?:人民币)?[{_SCALES}]*{_BASE}(?:/[{_SCALES}]*{_BASE})*|[%％]|百分比|百分点|‰)"
UNIT_LABEL = "(?:计量|金额|数量|货币)?单位"
_BETWEEN = "[、，,和及与;；]"
_MEASURES = re.compile(rf"({MEASURE})((?:{_BETWEEN}{MEASURE})*)")
_UNIT = re.compile(r"单位(?:[:：]([^;；|()（）\[\]【】]+)|[(（\[【]([^;；|()（）\[\]【】]+)[)）\]】])")
_LIST = rf"{MEASURE}(?:{_BETWEEN}{MEASURE})*"
_ALONE = re.compile(rf"[(\[【]?(?:{UNIT_LABEL}[:(\[【]?)?({_LIST})[)\]】]{{0,2}}")
_AT_END = re.compile(rf"(.+?)[(\[【](?:{UNIT_LABEL}:?({_LIST})(?:[,;、].*)?|({_LIST}))[)\]】]")
_IN_WORDS = re.compile(rf"单位均?[为是系]({_LIST})|以({MEASURE})(?:为{UNIT_LABEL}|计)")
MAY_STATE_UNITS = "单.{0,2}位|以.*[为计]"  # of a note: a pattern that all of those hold
_IN_LABEL = re.compile(rf"{UNIT_LABEL}:?")
_SPANS = frozenset(("年", "月", "日", "天"))  # above a header they tell a period

Columns = Mapping[int, str | None]
"""The columns of a dump by position, from 1: the contract's name, None of a header that it does not know."""


@dataclass(frozen=True)
class Statement:
    """Units stated on a line: of certain columns of the contract, or of the dump as a whole (`columns` None)."""

    line: int
    units: tuple[str, ...]
    columns: tuple[str, ...] | None = None


def units_in(fields: Sequence[str]) -> list[str]:
    """The units of measure a unit line names (`单位:万人`, `单位(万人)`, also with the unit in the cell after); none
    where no measure follows (`单位:武汉市人社局`)."""
    found: list[str] = []
    cells = [cell for one in fields if (cell := _bare(one))]
    for cell, following in itertools.zip_longest(cells, cells[1:], fillvalue=""):
        text = _squeezed(cell)
        if text.endswith(("单位:", "单位")):
            stated = _squeezed(following)
            if ":" in text + stated[:1]:
                found += _stated(text.removesuffix(":") + ":" + stated.removeprefix(":"))
            continue
        found += _stated(text) or [unit for word in cell.split() for unit in _stated(_squeezed(word))]
    return found


@lru_cache(maxsize=4096)
def units_of_cell(text: str) -> tuple[str, ...]:
    """The units of a cell that holds nothing else: `万人`, `(万元)`, `单位:人、万元`."""
    found = _ALONE.fullmatch(_squeezed(text)) if len(text) < 100 else None
    return _names(found[1]) if found else ()


@lru_cache(maxsize=4096)
def parted(header: str) -> tuple[str, tuple[str, ...]]:
    """A header without the unit in brackets at its end, and that unit: `裁决金额(万元)`."""
    found = _AT_END.fullmatch(header) if len(header) <= 200 else None
    return (found[1], _names(found[2] or found[3])) if found else (header, ())


def is_unit_row(fields: Sequence[str]) -> bool:
    """Whether all filled cells are units, with or without the word 单位 before them."""
    filled = [text for one in fields if (text := _squeezed(_bare(one))) not in ("", "-", "--", "—", "/")]
    cells = [text for text in filled if not _IN_LABEL.fullmatch(text)]
    return bool(cells) and all(map(units_of_cell, cells))


def of_header(line: int, column: str, texts: Sequence[str]) -> Iterator[Statement]:
    """What a column's header states, in one line or two, or in the title of its group."""
    units = [unit for text in texts for unit in units_of_cell(text) or parted(_squeezed(_bare(text)))[1]]
    if units:
        yield Statement(line, tuple(units), (column,))


def above_header(line: int, fields: Sequence[str], contract: Contract, columns: Columns) -> Iterator[Statement]:
    """What a line above the header states.

    A unit line, and a title that ends in a unit, speak of the dump; so does a cell that is a unit alone, unless it
    stands over a column of numbers.
    """
    if units := units_in(fields):
        yield Statement(line, tuple(units))
        return
    filled = [(at, text) for at, one in enumerate(fields, 1) if (text := _squeezed(_bare(one)))]
    ends = [at for at, _ in filled[1:]] + [max((len(fields), *columns), default=0) + 1]
    for (at, text), end in zip(filled, ends, strict=False):
        alone = units_of_cell(text)
        reach = range(at, at + 1) if alone else range(at, end) if len(filled) > 1 else ()
        stated = tuple(unit for unit in alone or parted(text)[1] if unit not in _SPANS)
        if stated:
            over = [name for place in reach if (name := _number(columns.get(place), contract))]
            yield Statement(line, stated, _spoken_of(over, stated, contract))
    yield from in_note(line, fields, contract)


def in_body(line: int, fields: Sequence[str], contract: Contract, columns: Columns) -> Iterator[Statement]:
    """What a unit line or a row of units below the header states. A cell of such a row speaks of its column; where none
    stands over a column of numbers, or one that was not agreed, they speak of the dump."""
    if not is_unit_row(fields):
        if units := units_in(fields):
            yield Statement(line, tuple(units))
        return
    filled = [(at, stated) for at, one in enumerate(fields, 1) if (stated := units_of_cell(_bare(one)))]
    for at, stated in filled:
        if name := _number(columns.get(at), contract):
            yield Statement(line, stated, (name,))
    if all(columns.get(at, "") is not None and not _number(columns.get(at), contract) for at, _ in filled):
        yield Statement(line, tuple(unit for _, stated in filled for unit in stated))


def in_note(line: int, fields: Sequence[str], contract: Contract) -> Iterator[Statement]:
    """What a note or a footer states in passing (`注:金额单位为亿元`, `以亿元计`).

    Only the contract's units, at whatever scale, count: a note may speak of anything.
    """
    words = [match[1] or match[2] for one in fields for match in _IN_WORDS.finditer(_squeezed(_bare(one)))]
    bases = {_unscaled(unit) for unit in contract.units_of_measure}
    units = (*units_in(fields), *(unit for stated in words for unit in _names(stated)))
    if stated := tuple(unit for unit in units if _unscaled(unit) in bases):
        yield Statement(line, stated)


def unit_problem(contract: Contract, statement: Statement) -> Problem | None:
    """The contradiction between what is stated and the contract, if there is one. Over a column for which the contract
    has no unit any unit agrees."""
    columns = None if statement.columns is None else [contract.by_name[name] for name in statement.columns]
    agreed = contract.units_of_measure if columns is None else frozenset(one.unit for one in columns if one.unit)
    if not agreed or agreed & set(statement.units):
        return None
    wanted, stated = "、".join(sorted(agreed)), "、".join(dict.fromkeys(statement.units))
    named = [one for one in columns or () if one.unit]
    of_zh = "".join(f"“{one.zh}”" for one in named)
    of_en = f" for {', '.join(one.name for one in named)}" if named else ""
    line = statement.line
    return problem("unit_contradiction", (line,), line=line, of_zh=of_zh, of_en=of_en, stated=stated, wanted=wanted)


def _spoken_of(over: Sequence[str], units: Sequence[str], contract: Contract) -> tuple[str, ...] | None:
    """Of which of the columns of numbers below it a unit speaks; None: of the dump. Where the contract has no unit for
    any of them, one of its units at some scale is taken to mean the others."""
    if any(contract.by_name[name].unit for name in over):
        return tuple(over)
    scaled = {_unscaled(unit) for unit in units} & {_unscaled(unit) for unit in contract.units_of_measure}
    return tuple(over) if over and not scaled else None


def _number(name: str | None, contract: Contract) -> str | None:
    """The column, if it is one of numbers."""
    column = contract.by_name.get(name or "")
    return column.name if column and column.type in ("integer", "decimal") else None


def _unscaled(unit: str) -> str:
    return unit.lstrip(_SCALES)


def _names(stated: str) -> tuple[str, ...]:
    return tuple("%" if one in ("百分比", "％") else one.removeprefix("人民币") for one in re.split(_BETWEEN, stated))


def _stated(text: str) -> list[str]:
    found: list[str] = []
    for match in _UNIT.finditer(text):
        words = match[1] or match[2]
        stated = _MEASURES.match(words)
        if stated and words[stated.end() :][:1] in ("", ",", "，"):
            found += _names(stated[0])
    return found


def _bare(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell[:200]).strip(" \t\n\"'=,;|*")


@lru_cache(maxsize=16384)
def _squeezed(text: str) -> str:
    """Half-width and without blanks or marks without width."""
    text = unicodedata.normalize("NFKC", text[:200])
    return "".join(one for one in text if not one.isspace() and unicodedata.category(one) not in ("Cf", "Cc"))
