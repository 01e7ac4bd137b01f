"""What became of a dump: counts its lines and rows, and states the problems for which it is rejected whole."""

from __future__ import annotations

import re
from collections.abc import Sequence

from raw_landing.contract import Column, Contract
from raw_landing.messages.reasons import Problem
from raw_landing.near import nearest
from raw_landing.parsing import record_sql
from raw_landing.parsing.deduplicate import SET_ASIDE
from raw_landing.parsing.header import Layout, plain
from raw_landing.parsing.types import PreparedDump, Receipt
from raw_landing.parsing.units import in_body, parted, unit_problem

SHOWN_COLUMNS = 20  # unknown columns named on a receipt
SMALL_SAMPLE = 20  # data rows from which on the share of refused ones counts

# Problems of the header: with them the rows cannot be judged.
_SPOILT = ("missing_column", "ambiguous_column")


def sha256_mismatch() -> Problem:
    return Problem(
        "manifest_mismatch",
        "文件内容与清单文件中的 sha256 不一致。",
        "The content does not have the sha256 that its manifest states.",
        remedy_zh="文件可能在传输中损坏, 请重新报送文件和清单。",
        remedy_en="It may have been damaged on the way; deliver the dump and its manifest again.",
    )


def missing_columns(contract: Contract, columns: Sequence[str], layout: Layout | None) -> Problem:
    zh = "、".join(contract.by_name[one].zh for one in columns)
    line = layout.header_line if layout else None
    where_zh = f"第 {line} 行表头" if line else "未找到表头, "
    where_en = f"The header on line {line}" if line else "No header was found, which"
    near = [(at, text, name) for at, text, name in _near_headers(contract, layout) if name in columns] if layout else []
    near_zh = "".join(f", 第 {at} 列“{text}”是否即“{contract.by_name[name].zh}”?" for at, text, name in near)
    near_en = "".join(f" Is column {at} ({text}) meant to be {name}?" for at, text, name in near)
    return Problem(
        "missing_column",
        f"{where_zh}缺少约定的列: {zh}{near_zh or '。'}",
        f"{where_en} lacks agreed columns: {', '.join(columns)}.{near_en}",
        (line,) if line else (),
        remedy_zh="请按约定补充这些列(列名可用中文名、英文名或标准代码); 确无数据的列也要保留表头。",
        remedy_en="Add them, empty ones too; a column may bear its Chinese name, its English name or its item code.",
    )


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


def without_rows(dump: PreparedDump) -> Receipt:
    """The receipt of a dump that has no rows to judge."""
    problems = list(dump.problems)
    manifest = dump.request.manifest
    zero = dump.is_blank and manifest is not None and manifest.rows == 0
    if not problems and dump.is_blank:
        if not zero:
            problems.append(_no_rows())
    elif not problems:
        problems.append(missing_columns(dump.contract, dump.contract.obligatory, None))
    reasons = tuple(dict.fromkeys(problem.code for problem in problems))
    skipped = dump.lines if dump.is_blank else 0
    return Receipt(
        encoding=dump.encoding,
        lines_read=dump.lines,
        lines_skipped=skipped,
        rows_skipped=skipped,
        reasons=reasons,
        warnings=dump.warnings,
        problems=tuple(problems),
        sheet=dump.sheet,
    )


def _no_rows() -> Problem:
    return Problem(
        "no_rows",
        "文件中没有数据行。",
        "There is no data row.",
        remedy_zh='请核对导出结果; 本期确无数据的, 请在清单文件中写明 "rows": 0。',
        remedy_en='Check the export; if there is nothing to report, state "rows": 0 in the manifest.',
    )


def accepted_or_rejected(
    dump: PreparedDump,
    counts: dict[tuple[int, str | None], int],
    row_problems: list[Problem],
    units: list[tuple[int, tuple[str, ...]]],
) -> Receipt:
    """Weigh what was counted."""
    layout, contract, manifest = dump.layout, dump.contract, dump.request.manifest
    assert layout is not None
    loaded, refused, repeated = (counts.get((record_sql.DATA, fate), 0) for fate in ("loaded", "refused", "repeated"))
    header = layout.header_lines + counts.get((record_sql.HEADER_AGAIN, None), 0)
    skipped = layout.skipped_lines + sum(
        count for (kind, _), count in counts.items() if kind not in (record_sql.DATA, record_sql.HEADER_AGAIN)
    )
    breaks = layout.breaks + dump.breaks
    total = loaded + refused + repeated
    problems = list(dump.problems)
    below = (one for line, fields in units for one in in_body(line, fields, contract, layout.by_position))
    problems += dict.fromkeys(one for statement in below if (one := unit_problem(contract, statement)))
    if header + skipped + breaks + total != dump.lines:
        problems.append(_unaccounted(dump.lines, header + skipped + breaks + total))
    if manifest is not None and manifest.rows is not None and manifest.rows != total:
        problems.append(_mismatch_of_rows(manifest.rows, total))
    elif not total and (manifest is None or manifest.rows is None):
        problems.append(_no_rows())
    if total and not any(problem.code in _SPOILT for problem in problems):
        share = contract.max_refused_share
        aside = sum(problem.count for problem in row_problems if problem.code == SET_ASIDE)  # a decision, no fault
        if not loaded or (total >= SMALL_SAMPLE and refused - aside > share * total):
            problems.append(_too_many(refused, total, share, bool(loaded)))
    reasons = tuple(dict.fromkeys(problem.code for problem in problems))
    if any(problem.code in _SPOILT for problem in problems):
        row_problems = []  # what the rows lack follows from the header
    row_problems.sort(key=lambda problem: problem.code != SET_ASIDE)  # what was decided by hand is always said
    return Receipt(
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
    """What the receipt says of columns and of text; of an unknown column only where it stands and what it may be, since
    its header may hold anything."""
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


def _unaccounted(lines: int, found: int) -> Problem:
    return Problem(
        "lines_unaccounted",
        f"文件共 {lines} 行, 只能解释其中 {found} 行。",
        f"The file has {lines} lines, of which {found} are accounted for.",
        remedy_zh="请检查引号是否成对, 重新导出后报送。",
        remedy_en="Look for quotes that do not close, and export it anew.",
    )


def _mismatch_of_rows(stated: int, found: int) -> Problem:
    return Problem(
        "manifest_mismatch",
        f"清单文件写明 {stated} 行数据, 实际读到 {found} 行。",
        f"The manifest states {stated} data rows, there are {found}.",
        remedy_zh="请核对文件是否完整, 或改正清单文件中的 rows。",
        remedy_en="Check that the file is complete, or mend rows in the manifest.",
    )


def _too_many(refused: int, total: int, share: float, some: bool) -> Problem:
    zh = f"{total} 行数据中有 {refused} 行不合格" + (f", 超过 {share:.0%}。" if some else ", 没有一行可以入库。")
    en = f"{refused} of {total} data rows are refused, " + (
        f"more than {share:.0%}." if some else "none can be loaded."
    )
    return Problem(
        "too_many_refused",
        zh,
        en,
        remedy_zh="请按下列各条改正后重新报送整个文件。",
        remedy_en="Mend what is listed and deliver the whole dump again.",
    )
