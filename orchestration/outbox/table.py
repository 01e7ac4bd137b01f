"""The receipts of a unit as rows of a file for spreadsheets: one for each problem, each other dump, each delivery that
is due. No cell of a dump stands in it: positions, columns and reasons."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

from orchestration.csv_cells import guarded
from orchestration.outbox.receipts import Due, Told, UnitReceipts
from orchestration.settings import WUHAN
from orchestration.text import Pair, words
from raw_landing.contract import load_contracts
from raw_landing.ledger.records import LOADED, REJECTED, WITHDRAWN, Receipt
from raw_landing.messages.reasons import Problem

BOM = "\ufeff"
"""By which Excel knows UTF-8."""


def extract_name(extract: str | None) -> Pair:
    """An extract as its bureau and as its contract calls it."""
    return (load_contracts()[extract].zh, extract.replace("_", " ")) if extract in load_contracts() else ("–", "–")


def period_text(first: date | None, last: date | None) -> str:
    """A period as names of dumps have it: 2024-03, 2024-Q1, 2024."""
    if first is None or last is None:
        return ""
    parts = {0: f"{first:%Y-%m}", 2: f"{first.year}-Q{last.month // 3}"}
    return parts.get(last.month - first.month, str(first.year))


def file_name(receipt: Receipt) -> str:
    """The path of a dump where its name says nothing but what was agreed; else nothing: it may name a person."""
    return receipt.path if receipt.path == receipt.public_path else ""


def state_of(told: Told) -> str:
    """What became of a dump: an id of the group of words `states`."""
    receipt = told.receipt
    if WITHDRAWN in receipt.reasons:
        return "withdrawn"
    if receipt.status == REJECTED:
        return "rejected" if told.is_open else "replaced"
    return "partly" if receipt.status == LOADED and receipt.rows_refused else receipt.status


def problems_of(told: Told) -> tuple[Problem, ...]:
    """What the unit is to mend in a dump."""
    return told.receipt.problems if told.is_open else ()


def csv_text(unit: UnitReceipts) -> str:
    """The file's content; it begins with the mark by which Excel knows the encoding."""
    columns, file = words("outbox.columns"), io.StringIO()
    writer = csv.DictWriter(file, columns, restval="", lineterminator="\r\n")
    writer.writerow({name: f"{zh} {en}" for name, (zh, en) in columns.items()})
    for row in (*(row for told in unit.dumps for row in _of_dump(told)), *map(_of_due, unit.due)):
        writer.writerow({name: guarded(value) for name, value in row.items()})
    return BOM + file.getvalue()


def _of_dump(told: Told) -> Iterator[dict[str, Any]]:
    receipt = told.receipt
    shared = _subject(state_of(told), receipt.extract, receipt.period_start, receipt.period_end) | {
        "file": file_name(receipt),
        "dump_id": receipt.dump_id,
        "sha256": receipt.sha256,
        "revision": receipt.revision,
        "landed_on": f"{receipt.landed_at.astimezone(WUHAN):%Y-%m-%d}",
        **{name: getattr(receipt, name) for name in ("rows_read", "rows_loaded", "rows_refused")},
    }
    problems = problems_of(told)
    for one in problems:
        yield shared | {
            "reason": one.code,
            "lines": " ".join(map(str, one.lines)),
            "count": one.count,
            "what_zh": one.zh,
            "what_en": one.en,
            "remedy_zh": one.remedy_zh,
            "remedy_en": one.remedy_en,
        }
    if not problems:
        yield shared | {
            "reason": " ".join(receipt.reasons),
            "what_zh": receipt.message_zh,
            "what_en": receipt.message_en,
        }


def _of_due(due: Due) -> dict[str, Any]:
    state = "overdue" if due.is_overdue else "due"
    either = words("pages.receipts")["either"] if due.may_be_provinces else ("", "")
    return _subject(state, due.extract, due.period_start, due.period_end) | {
        "due_on": due.due_on.isoformat(),
        "what_zh": either[0],
        "what_en": either[1],
    }


def _subject(state: str, extract: str | None, first: date | None, last: date | None) -> dict[str, Any]:
    zh, en = words("outbox.states")[state]
    return {
        "state_zh": zh,
        "state_en": en,
        "extract": extract,
        "extract_zh": extract_name(extract)[0],
        "period": period_text(first, last),
    }
