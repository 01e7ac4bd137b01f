"""Makes the result of a dump: counts lines and rows, and states the problems for which the dump is rejected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from raw_landing.contract import Column, Contract
from raw_landing.messages.reasons import Problem
from raw_landing.messages.text import problem
from raw_landing.near import nearest
from raw_landing.parsing import record_sql
from raw_landing.parsing.deduplicate import SET_ASIDE
from raw_landing.parsing.header import Layout, plain
from raw_landing.parsing.types import ParseResult, PreparedDump
from raw_landing.parsing.units import in_body, in_note, parted, unit_problem
from raw_landing.text import say

SHOWN_COLUMNS = 20  # unknown columns named on a receipt
SMALL_SAMPLE = 20  # data rows from which on the share of refused ones counts

# Problems of the header, with which rows cannot be validated.
_SPOILT = ("missing_column", "ambiguous_column")


def missing_columns(contract: Contract, columns: Sequence[str], layout: Layout | None) -> Problem:
    """The problem of a dump without these columns, or without any header."""
    names: dict[str, Any] = {
        "columns_zh": "、".join(contract.by_name[one].zh for one in columns),
        "columns_en": ", ".join(columns),
    }
    if layout is None:
        return problem("missing_header", code="missing_column", remedy="missing_column", **names)
    near = [
        say("near_header", at=at, text=text, name=name, zh=contract.by_name[name].zh)
        for at, text, name in _near_headers(contract, layout)
        if name in columns
    ]
    near_zh, near_en = "".join(zh for zh, _ in near) or "。", "".join(en for _, en in near)
    line = layout.header_line
    return problem("missing_column", (line,), line=line, near_zh=near_zh, near_en=near_en, **names)


def _near_headers(contract: Contract, layout: Layout) -> list[tuple[int, str, str]]:
    """Of the headers that the contract does not know those that differ from the name of an absent column in a few
    characters: position, header as it may be shown, column."""
    absent = {
        plain(text): one.name for one in contract.columns if one.name not in layout.columns for text in one.header_names
    }
    found = []
    for at, text in layout.unknown[:SHOWN_COLUMNS]:
        if alike := nearest(parted(plain(text))[0], absent):
            found.append((at, _shown(text), absent[alike]))
    return found


def _shown(header: str) -> str:
    """A header that was not agreed, as it may be shown: its beginning, digits masked."""
    return re.sub(r"\d", "*", plain(header))[:20]


def without_rows(dump: PreparedDump) -> ParseResult:
    """The result of a dump without rows to validate."""
    problems = list(dump.problems)
    manifest = dump.request.manifest
    zero = dump.is_blank and manifest is not None and manifest.rows == 0
    if not problems and dump.is_blank:
        if not zero:
            problems.append(problem("no_rows"))
    elif not problems:
        problems.append(missing_columns(dump.contract, dump.contract.obligatory, None))
    reasons = tuple(dict.fromkeys(one.code for one in problems))
    skipped = dump.lines if dump.is_blank else 0
    return ParseResult(
        encoding=dump.encoding,
        lines_read=dump.lines,
        lines_skipped=skipped,
        rows_skipped=skipped,
        reasons=reasons,
        warnings=dump.warnings,
        problems=tuple(problems),
        sheet=dump.sheet,
    )


def accepted_or_rejected(
    dump: PreparedDump,
    counts: dict[tuple[int, str | None], int],
    row_problems: list[Problem],
    units: list[tuple[int, int, tuple[str, ...]]],
) -> ParseResult:
    """The result of a dump whose rows were validated, from their counts by kind and status."""
    layout, contract, manifest = dump.layout, dump.contract, dump.request.manifest
    assert layout is not None
    loaded, refused, repeated = (
        counts.get((record_sql.DATA, row_status), 0) for row_status in ("loaded", "refused", "repeated")
    )
    header = layout.header_lines + counts.get((record_sql.HEADER_AGAIN, None), 0)
    skipped = layout.skipped_lines + sum(
        count for (kind, _), count in counts.items() if kind not in (record_sql.DATA, record_sql.HEADER_AGAIN)
    )
    breaks = layout.breaks + dump.breaks
    total = loaded + refused + repeated
    problems = list(dump.problems)
    below = (
        one
        for line, kind, fields in units
        for one in (
            in_note(line, fields, contract)
            if kind == record_sql.FOOTER
            else in_body(line, fields, contract, layout.by_position)
        )
    )
    problems += dict.fromkeys(one for statement in below if (one := unit_problem(contract, statement)))
    if header + skipped + breaks + total != dump.lines:
        problems.append(problem("lines_unaccounted", stated=dump.lines, found=header + skipped + breaks + total))
    if manifest is not None and manifest.rows is not None and manifest.rows != total:
        problems.append(problem("manifest_rows", code="manifest_mismatch", stated=manifest.rows, found=total))
    elif not total and (manifest is None or manifest.rows is None):
        problems.append(problem("no_rows"))
    if total and not any(one.code in _SPOILT for one in problems):
        share = contract.max_refused_share
        aside = sum(one.count for one in row_problems if one.code == SET_ASIDE)  # a decision, no fault
        if not loaded or (total >= SMALL_SAMPLE and refused - aside > share * total):
            values: dict[str, Any] = {"total": total, "refused": refused, "share": share}
            problems.append(
                problem("too_many_refused", **values)
                if loaded
                else problem("all_refused", code="too_many_refused", remedy="too_many_refused", **values)
            )
    reasons = tuple(dict.fromkeys(one.code for one in problems))
    if any(one.code in _SPOILT for one in problems):
        row_problems = []  # what the rows lack follows from the header
    row_problems.sort(key=lambda one: one.code != SET_ASIDE)  # what was decided by hand is always said
    return ParseResult(
        encoding=dump.encoding,
        delimiter=None if dump.is_workbook else layout.delimiter,
        lines_read=dump.lines,
        header_lines=header,
        lines_skipped=skipped,
        lines_in_quotes=breaks,
        rows_read=total,
        rows_loaded=0 if reasons else loaded,
        rows_refused=refused,
        rows_repeated=repeated,
        rows_skipped=skipped,
        reasons=reasons,
        warnings=_warnings(dump, layout),
        sheet=dump.sheet,
        unknown_headers=tuple(_shown(one) for _, one in layout.unknown[:SHOWN_COLUMNS]),
        problems=(*problems, *row_problems),
    )


def _warnings(dump: PreparedDump, layout: Layout) -> tuple[str, ...]:
    """The warnings of a dump. Of an unknown column only its position and what it may be: its header may hold
    anything."""
    contract = dump.contract
    missing = [one for one in contract.columns if one.may_be_absent and one.name not in layout.columns]
    near = {at: f", like {name}" for at, _, name in _near_headers(contract, layout)}
    return (
        *dump.warnings,
        *([f"mended_header: line {layout.header_line}"] if layout.is_mended else []),
        *(["no_header"] if not layout.header_lines else []),
        *(f"unknown_column: column {at}{near.get(at, '')}" for at, _ in layout.unknown[:SHOWN_COLUMNS]),
        *(f"missing_optional_column: {one.name}{_needed(one)}" for one in missing),
        *([f"replacement_character: line {dump.replaced}"] if dump.replaced else []),
    )


def _needed(column: Column) -> str:
    return f" (needed for {', '.join(column.needed_for)})" if column.needed_for else ""
