"""What a unit is told: what became of its dumps, what waits for it, what is due. Gathers, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration.settings import Settings
from orchestration.text import Pair, pair
from raw_landing.contract import load_contracts
from raw_landing.database import identifier, literal
from raw_landing.land import receipts_to_tell
from raw_landing.ledger.records import Receipt
from raw_landing.regions import NATION, PROVINCE, Regions, load_regions

RECENT_DAYS, OPEN_DAYS = 31, 366
"""So long a dump is told of after it landed; so far back periods end, or fall due, of which what is open is told."""

UNIDENTIFIED = "unidentified"
"""The folder of dumps of which nobody knows whose they are: the operator passes them on."""

DUE = Path(__file__).with_name("due.sql")


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that has not come: its period, its day, whether that is over; the province may make it instead."""

    extract: str
    period_start: date
    period_end: date
    due_on: date
    is_overdue: bool
    may_be_provinces: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A receipt, and whether it still waits for its sender."""

    receipt: Receipt
    is_open: bool


@dataclass
class UnitReceipts:
    """All that one unit is told."""

    code: str
    name: Pair
    dumps: list[Told] = field(default_factory=list)
    due: list[Due] = field(default_factory=list)

    @property
    def open(self) -> list[Told]:
        """What waits for the unit, the latest period first; rejected dumps before those of which rows were refused."""
        waiting = [one for one in self.dumps if one.is_open]
        waiting.sort(key=lambda one: one.receipt.period_end or date.max, reverse=True)
        return sorted(waiting, key=lambda one: one.receipt.status != "rejected")

    @property
    def overdue(self) -> list[Due]:
        """What has not come although its day is over."""
        return [one for one in self.due if one.is_overdue]

    @property
    def upcoming(self) -> list[Due]:
        """Of each extract what is due next."""
        return [one for one in self.due if not one.is_overdue]


def unit_receipts(connection: duckdb.DuckDBPyConnection, settings: Settings, as_of: date) -> list[UnitReceipts]:
    """What is told on a day to each reporting unit, to the province, and of dumps without a known sender, by the ledger
    and the warehouse that shows what is landed. Raises LandingError, duckdb.Error."""
    regions = load_regions()
    recent, open_since = as_of - timedelta(days=RECENT_DAYS), as_of - timedelta(days=OPEN_DAYS)
    senders = {code: UnitReceipts(code, _name(regions, code)) for code in (*regions.units, PROVINCE)}
    senders[UNIDENTIFIED] = UnitReceipts(UNIDENTIFIED, pair("outbox.unidentified"))
    for receipt, is_open in receipts_to_tell(settings.home, recent, open_since):
        code = receipt.unit_code if receipt.unit_code in regions.units else PROVINCE
        senders[code if receipt.unit_code else UNIDENTIFIED].dumps.append(Told(receipt, is_open))
    for unit_code, *facts in _due(connection, regions, as_of):
        senders[unit_code].due.append(Due(*facts))
    return list(senders.values())


def _name(regions: Regions, code: str) -> Pair:
    region = regions.by_code[code]
    return region.name_zh, region.name_en


def _due(connection: duckdb.DuckDBPyConnection, regions: Regions, as_of: date) -> list[tuple[Any, ...]]:
    """The rows of due.sql."""
    units = ", ".join(f"({literal(code)})" for code in regions.units)
    connection.execute(f"create or replace temp table unit as from (values {units}) as t (unit_code)")
    open_since = as_of - timedelta(days=OPEN_DAYS)
    _cover(connection, regions, open_since)
    named = {"nation": NATION, "province": PROVINCE, "as_of": as_of, "open_since": open_since}
    return connection.execute(DUE.read_text(encoding="utf-8"), named).fetchall()


def _cover(connection: duckdb.DuckDBPyConnection, regions: Regions, open_since: date) -> None:
    """Make the temporary table covered: for which units the province's dumps of the time that is looked at stand."""
    connection.execute(
        """
        create or replace temp table covered as
        select dump.dump_id, unit.unit_code
        from landed.dump
        cross join unit
        where dump.unit_code = ? and dump.is_zero
        """,
        [PROVINCE],
    )
    found = connection.execute(
        "select extract, list(dump_id) from landed.dump where unit_code = ? and period_end >= ? and not is_zero"
        " group by extract",
        [PROVINCE, open_since - timedelta(days=OPEN_DAYS)],
    ).fetchall()
    contracts = load_contracts()
    for extract, dumps in found:
        if contracts[extract].delivered_by == "units" and contracts[extract].has_region:
            connection.execute(
                f"""
                insert into covered
                select distinct rows.dump_id, belongs.unit_code
                from landed.{identifier(extract)} as rows
                inner join (values {_belonging(regions)}) as belongs (region_code, unit_code)
                    on rows.region_code = belongs.region_code
                where rows.dump_id in (select unnest(?))
                """,
                [dumps],
            )


def _belonging(regions: Regions) -> str:
    """SQL: the regions within units, each with its unit."""
    pairs: Iterable[tuple[str, str]] = (
        (code, code if code in regions.units else region.parent) for code, region in regions.by_code.items()
    )
    return ", ".join(f"({literal(code)}, {literal(unit)})" for code, unit in pairs if unit in regions.units)
