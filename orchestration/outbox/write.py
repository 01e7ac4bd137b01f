"""Lays the receipts of each unit into its folder of the outbox: a page and a table, each replaced as a whole, and only
when it says something else. Decides nothing of what they say."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.files import replace_text, write_json
from orchestration.outbox.folders import let_in, make_folder
from orchestration.outbox.receipts import UNIDENTIFIED, Due, Told, UnitReceipts, unit_receipts
from orchestration.outbox.table import csv_text, extract_name, file_name, period_text, problems_of, state_of
from orchestration.rendering.render import render_page
from orchestration.settings import WUHAN, Settings
from orchestration.text import Pair, inline, pair, words
from raw_landing.database import connect
from raw_landing.ledger.records import Receipt

PAGE, TABLE = "receipts.html", "receipts.csv"
MOST = 40
"""So many dumps to mend are set out on the page; the table has all."""

_UPDATED = re.compile(r'<time datetime="([0-9-]{10})">')

log = logging.getLogger("hrss")


@dataclass(frozen=True)
class Delivered:
    """The dumps of one extract that became the same, on one line of the page."""

    extract: Pair
    state: Pair
    dumps: int
    periods: str
    rows_loaded: int
    rows_refused: int
    landed_on: str


@dataclass(frozen=True)
class Lacking:
    """The periods of one extract that have not come, and the first day of theirs."""

    extract: Pair
    periods: str
    due_on: date
    may_be_provinces: bool


def write_receipts(settings: Settings, as_of: date) -> list[UnitReceipts]:
    """Bring the outbox up to what is landed and due on a day, and leave on record how much is overdue; return what it
    says. Where the outbox cannot be written the log says so, once, and nothing else stops. Raises LandingError,
    duckdb.Error, OSError."""
    with connect(settings.warehouse, read_only=True) as connection:
        units = unit_receipts(connection, settings, as_of)
    _record_overdue(settings, units, as_of)
    failures: list[OSError] = []
    for unit in units:
        if unit.code != UNIDENTIFIED or unit.dumps or (settings.receipts / unit.code).is_dir():
            try:
                _lay(settings, unit, as_of)
            except OSError as error:
                failures.append(error)
    for first in failures[:1]:
        where, why = first.filename or settings.receipts, first.strerror or first
        log.warning("%s", inline("outbox.not_written", where=where, why=why))
    return units


def _record_overdue(settings: Settings, units: Iterable[UnitReceipts], as_of: date) -> None:
    days = [(unit.code, (as_of - one.due_on).days) for unit in units for one in unit.overdue]
    counts = {
        "deliveries": len(days),
        "units": len(dict(days)),
        "most_days": max((late for _, late in days), default=0),
    }
    write_json(settings.overdue_record, {"as_of": as_of, **counts})


def _lay(settings: Settings, unit: UnitReceipts, as_of: date) -> None:
    folder = make_folder(settings, settings.receipts / unit.code)
    table, page = csv_text(unit), folder / PAGE
    before = _read(page)
    dated = _UPDATED.search(before)
    same_page = dated is not None and page_text(unit, dated[1]) == before
    if not same_page or _read(folder / TABLE) != table:
        replace_text(folder / TABLE, table, mode=0o600)
        replace_text(page, page_text(unit, as_of.isoformat()), mode=0o600)
    for name in (TABLE, PAGE):
        let_in(settings, folder / name)


def _read(path: Path) -> str:
    """A file's text; nothing where it is gone or damaged."""
    with suppress(FileNotFoundError, UnicodeDecodeError):
        return path.read_bytes().decode()
    return ""


def page_text(unit: UnitReceipts, updated: str) -> str:
    """The page of a unit as HTML. `updated`: the day of the last change, which it shows."""
    waiting = unit.open
    return render_page(
        "receipts.html",
        words("pages.receipts"),
        pair("release.synthetic_data") if any(told.receipt.is_synthetic for told in unit.dumps) else None,
        unit=unit,
        updated=updated,
        states=words("outbox.states"),
        waiting=[(told, extract_name(told.receipt.extract), state_of(told)) for told in waiting[:MOST]],
        not_shown=max(0, len(waiting) - MOST),
        overdue=list(_lacking(unit.overdue)),
        upcoming=list(_lacking(unit.upcoming)),
        delivered=list(_delivered(unit.dumps)),
        period=_period,
        file_name=file_name,
        problems=problems_of,
    )


def _period(receipt: Receipt) -> str:
    return period_text(receipt.period_start, receipt.period_end)


def _lacking(due: Iterable[Due]) -> Iterable[Lacking]:
    """By extract, in the order of their days."""
    grouped: dict[str, list[Due]] = {}
    for one in due:
        grouped.setdefault(one.extract, []).append(one)
    for extract, found in grouped.items():
        periods = [period_text(one.period_start, one.period_end) for one in found]
        yield Lacking(extract_name(extract), ", ".join(periods), found[0].due_on, found[0].may_be_provinces)


def _delivered(dumps: Iterable[Told]) -> Iterable[Delivered]:
    """By extract and state, with the periods from the first to the last."""
    grouped: dict[tuple[str, str], list[Receipt]] = {}
    for told in dumps:
        grouped.setdefault((told.receipt.extract or "", state_of(told)), []).append(told.receipt)
    for (extract, state), found in sorted(grouped.items()):
        periods = sorted(filter(None, map(_period, found)))
        yield Delivered(
            extract_name(extract),
            words("outbox.states")[state],
            len(found),
            " – ".join(dict.fromkeys((periods[0], periods[-1]))) if periods else "–",
            sum(one.rows_loaded for one in found),
            sum(one.rows_refused for one in found),
            f"{max(one.landed_at for one in found).astimezone(WUHAN):%Y-%m-%d}",
        )


def counts(unit: UnitReceipts) -> Counter[str]:
    """How many dumps wait for the unit, by state, and how many deliveries are overdue."""
    return Counter(state_of(told) for told in unit.open) + Counter(overdue=len(unit.overdue))
