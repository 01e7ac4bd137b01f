"""Sentences on refused rows and warnings, and the full text that `hrss check` shows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from raw_landing.contract import Column, Contract
from raw_landing.messages.reasons import Problem
from raw_landing.messages.text import lines_text
from raw_landing.parsing.sheets import OTHER_UNIT
from raw_landing.parsing.xlsx_child.common import ERRORS, NO_VALUE
from raw_landing.regions import COUNTIES_OF_PROVINCE, load_regions, load_titles
from raw_landing.text import say

Words = tuple[str, str]
"""A sentence in Chinese and in English."""


def row_problem(
    reason: str,
    column: Column | None,
    contract: Contract,
    lines: Sequence[int],
    count: int,
    examples: Sequence[str | None],
) -> Problem:
    """The problem of the rows refused for one reason, in one column where it has one; `examples` are the cells of the
    first of them."""
    example = examples[0] if examples else None
    (what_zh, what_en), (remedy_zh, remedy_en) = _cell_words(reason, column, example) or _row_words(
        reason, column, contract
    )
    if reason == "unknown_region":
        for hint_zh, hint_en in dict.fromkeys(_region_hint(one) for one in examples if one):
            remedy_zh, remedy_en = remedy_zh + hint_zh, remedy_en + hint_en
    lines_zh, lines_en = lines_text(lines, count)
    zh, en = say(
        "refused_rows",
        lines_zh=lines_zh,
        lines_en=lines_en.capitalize(),
        column_zh=f"“{column.zh}”" if column else "",
        column_en=f"{column.name} " if column else "",
        what_zh=what_zh,
        what_en=what_en,
    )
    shown = None if example is None or column is None else masked(example, column)
    return Problem(reason, zh, en, tuple(lines), count, remedy_zh=remedy_zh, remedy_en=remedy_en, example=shown)


def _region_hint(text: str) -> Words:
    """What somebody may have meant by a region that is none."""
    text = text.strip(" \t\u3000'\"=")
    if text.startswith(COUNTIES_OF_PROVINCE):
        units = [one for code, one in load_regions().by_code.items() if code.startswith("4290")]
        return say(
            "counties_of_province",
            counties=COUNTIES_OF_PROVINCE,
            units_zh="、".join(f"{one.name_zh} {one.code}" for one in units),
            units_en=", ".join(f"{one.code} ({one.name_en})" for one in units),
        )
    if near := load_regions().near(text):
        return say("near_region", name=near.name_zh, code=near.code)
    return "", ""


def printable(text: str) -> str:
    """Text of a file, or its name, as it may be shown: nothing that moves a cursor or turns a line around."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text)


def fault_words(fault: str, contract: Contract) -> Words:
    """What is wrong with one row, by its fault ('reason:column'), with the reason's code."""
    reason, _, name = fault.partition(":")
    column = contract.by_name.get(name)
    (zh, en), _ = _row_words(reason, column, contract)
    return (
        (f"“{column.zh}”{zh} ({reason})", f"{name} {en} ({reason})")
        if column
        else (f"{zh} ({reason})", f"{en} ({reason})")
    )


def masked(text: str, column: Column) -> str:
    """A cell as it may be shown: nothing of a personal column but its length, no long run of digits of any other."""
    text = text.strip()
    if column.pii is not None:
        return "*" * min(len(text), 18)
    text = re.sub(r"[0-9０-９]{6,}", lambda run: run[0][:2] + "*" * (len(run[0]) - 2), text)
    text = "".join(one if one.isprintable() else " " for one in text)
    return text if len(text) <= 40 else text[:40] + "…"


def _cell_words(reason: str, column: Column | None, cell: str | None) -> tuple[Words, Words] | None:
    """What is wrong, and what to do, with a cell of a workbook that is no value although it looks like one."""
    cell = (cell or "").strip()
    if reason != "bad_type" or column is None:
        return None
    if cell.upper() in (*ERRORS, NO_VALUE):
        return say("error_value"), say("error_value.remedy")
    if cell.endswith(OTHER_UNIT):
        zh, en = say("unit_agreed")
        unit = {"unit_zh": column.unit or zh, "unit_en": column.unit or en}
        return say("shown_in_another_unit"), say("shown_in_another_unit.remedy", **unit)
    if column.type == "month" and cell.endswith("-10 ?)"):  # as sheets.py writes it
        return say("month_as_number"), say("month_as_number.remedy")
    return None


_TYPES = ("date", "month", "integer", "decimal", "boolean")


def _row_words(reason: str, column: Column | None, contract: Contract) -> tuple[Words, Words]:
    """What is wrong with a row that is refused for this reason, and what to do."""
    kind = column.type if column and column.type in _TYPES else "other"
    type_zh, type_en = say(f"type.{kind}")
    codes = "、".join(f"{code} {label}" for code, label in column.values.items()) if column else ""
    values = {
        "type_zh": type_zh,
        "type_en": type_en,
        "codes": codes,
        "least": f"{column.min:g}" if column and column.min is not None else "",
        "keys_zh": "、".join(contract.by_name[key].zh for key in contract.key),
        "keys_en": ", ".join(contract.key),
    }
    if reason == "unknown_code" and not codes:
        return say("row.unknown_code"), say("unknown_industry.remedy")
    return say(f"row.{reason}", **values), say(f"row.{reason}.remedy", **values)


_UNKNOWN_COLUMN = re.compile(r"column (\d+)(?:, like (\w+))?(?: \((.*)\))?", re.DOTALL)


def note_words(note: str, contract: Contract | None) -> Words:
    """A warning of the receipt in words; one that has none stands as it is."""
    kind, _, what = note.partition(": ")
    if kind == "missing_optional_column":
        name = what.partition(" ")[0]
        column = contract.by_name.get(name) if contract else None
        lost_zh = lost_en = ""
        if column and column.needed_for:
            titles = [load_titles().get(one, (one, one)) for one in column.needed_for]
            listed = {"titles_zh": "、".join(zh for zh, _ in titles), "titles_en": ", ".join(en for _, en in titles)}
            lost_zh, lost_en = say("lost_figures", **listed)
        zh = column.zh if column else name
        return say("missing_optional_column", zh=zh, name=name, lost_zh=lost_zh, lost_en=lost_en)
    if kind == "replacement_character":
        return say("replacement_character", line=what.removeprefix("line "))
    if kind == "mended_header":
        return say("mended_header", line=what.removeprefix("line "))
    if kind == "no_header":
        return say("no_header")
    if kind == "hidden_sheet":
        return say("hidden_sheet", sheet=what)
    if kind == "unread_sheet":
        return say("unread_sheet", sheet=what)
    if kind == "unknown_column" and (found := _UNKNOWN_COLUMN.fullmatch(what)):
        at, like, header = found.groups()
        named_zh, named_en = say("unknown_column_named", header=header) if header else ("", "")
        column = contract.by_name.get(like) if contract and like else None
        meant = {"zh": column.zh if column else like, "name": like}
        meant_zh, meant_en = say("unknown_column_meant", **meant) if like else ("", "")
        return say("unknown_column", at=at, named_zh=named_zh, named_en=named_en, meant_zh=meant_zh, meant_en=meant_en)
    return note, note


def full_text(
    name: str,
    problems: Sequence[Problem],
    accepted: bool,
    warnings: Sequence[str] = (),
    contract: Contract | None = None,
) -> Words:
    """All that is to be said of one dump: whether it loads, problems, lines, remedies, warnings."""
    if not accepted:
        title = say("check_rejected", file=name)
    elif problems:
        title = say("check_accepted_in_part", file=name)
    else:
        title = say("check_accepted", file=name)
    zh, en = [title[0]], [title[1]]
    for number, one in enumerate(problems, 1):
        like_zh, like_en = say("check_example", example=one.example) if one.example else ("", "")
        zh.append(f"  {number}. {one.zh}{like_zh}{one.remedy_zh}")
        en.append(f"  {number}. {one.en}{like_en} {one.remedy_en}".rstrip())
    for note_zh, note_en in (note_words(one, contract) for one in warnings):
        lead_zh, lead_en = say("check_note", note_zh=note_zh, note_en=note_en)
        zh.append(f"  {lead_zh}")
        en.append(f"  {lead_en}")
    return "\n".join(zh), "\n".join(en)
