"""Dumps as agencies damage them, and what is true of each: which of its records a right reader loads, and how many it
must refuse. Every kind is the delivery of another unit, which delivers nothing else of this extract."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from raw_landing.contract import load_contracts
from raw_landing.regions import load_regions
from raw_landing.sample.generate import SCALES

EXTRACT, PERIOD, PERIOD_END, RECORDS = "training_record", "2025-12", date(2025, 12, 31), 40
STRANGER = "429021"
"""A unit that has rows of its own in the small sample."""

HARMLESS = "rows sent twice"
"""The kind that no contestant fails on."""

HEADER = (
    "training_no", "id_number", "region_code", "trainee_category", "programme", "started_on", "completed_on",
    "subsidy_amount", "fund_source",
)  # fmt: skip
FULL_WIDTH = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
Rows = list[list[str]]
Dress = Callable[[Rows], bytes]


@dataclass(frozen=True)
class Damage:
    """One kind: its name, how 40 good rows become bytes, how many of them are to be refused, and the other unit for
    which they would be counted."""

    name: str
    dress: Dress
    refused: int = 0
    elsewhere: str = ""


@dataclass(frozen=True)
class Damaged:
    """One dump: what was done to it, by whom it was sent, and the keys of the records that count."""

    damage: Damage
    unit: str
    data: bytes
    true: frozenset[str]

    @property
    def file_name(self) -> str:
        """As agreed with agencies."""
        return f"{EXTRACT}__{PERIOD}__{self.unit}.csv"


def text(rows: Rows, header: tuple[str, ...] = HEADER) -> str:
    """Lines of a CSV file; cells that need quotes bring them."""
    return "".join(",".join(row) + "\n" for row in (header, *rows))


def each(name: str, change: Callable[[str], str], *, of: slice = slice(None)) -> Dress:
    """One column, written otherwise."""
    at = HEADER.index(name)

    def dress(rows: Rows) -> bytes:
        for row in rows[of]:
            row[at] = change(row[at])
        return text(rows).encode()

    return dress


def chinese_day(day: str) -> str:
    """2025-12-03 as 2025年12月3日."""
    year, month, number = day.split("-")
    return f"{year}年{int(month)}月{int(number)}日"


def as_text(rows: Rows) -> bytes:
    """What a spreadsheet does to keep leading zeros."""
    return text([["'" + cell for cell in row[:3]] + row[3:] for row in rows]).encode()


def in_chinese(rows: Rows) -> bytes:
    """The contract's Chinese names for headers."""
    names = load_contracts()[EXTRACT].by_name
    return text(rows, tuple(names[name].zh for name in HEADER)).encode()


def truncated(rows: Rows) -> bytes:
    """The transfer broke off in the last line."""
    return text(rows).encode().rsplit(b",", 6)[0]


def subtotal(rows: Rows) -> bytes:
    """A line that adds up the others."""
    total = sum(float(row[HEADER.index("subsidy_amount")]) for row in rows)
    return (text(rows) + f"合计,,,,,,,{total:.2f},\n").encode()


def repeated(rows: Rows) -> bytes:
    """Three rows sent twice, one of them with a blank that the first had not."""
    again = [list(row) for row in rows[:3]]
    again[0][0] += " "
    return text([*rows, *again]).encode()


KINDS = (
    Damage("GB18030", lambda rows: text(rows).encode("gb18030")),
    Damage("Chinese headers", in_chinese),
    Damage("a title above the header", lambda rows: ("2025年12月补贴性培训\n" + text(rows)).encode()),
    Damage("a total below the rows", subtotal),
    Damage("full-width digits in amounts", each("subsidy_amount", lambda cell: cell.translate(FULL_WIDTH))),
    Damage("thousands separators", each("subsidy_amount", lambda cell: f'"{float(cell):,.2f}"')),
    Damage("days as 2025年12月3日", each("completed_on", chinese_day)),
    Damage("a line break in quotes", each("programme", lambda cell: f'"{cell}\n(线上)"', of=slice(5, 8))),
    Damage("a last line broken off", truncated, refused=1),
    Damage("rows sent twice", repeated),
    Damage("codes with a leading '", as_text),
    Damage("a region of another unit", each("region_code", lambda _: STRANGER, of=slice(1)), 1, STRANGER),
)


def records(unit: str) -> Rows:
    """Forty good rows of a unit: subsidised trainings of migrant workers, all in one month."""
    regions = load_regions()
    region = next((code for code, one in regions.by_code.items() if one.parent == unit), unit)
    return [
        [
            f"D{unit}{number:03}", f"42991119900101{number + 101:03}7", region, "1", "育婴员", "2025-11-20",
            f"2025-12-{number % 28 + 1:02}", f"{1200 + 7 * number}.00", "1",
        ]
        for number in range(RECORDS)
    ]  # fmt: skip


def damaged() -> list[Damaged]:
    """A dump of each kind, of units that the small sample leaves out."""
    free = [unit for unit in load_regions().units if unit not in SCALES["small"].units]
    dumps = []
    for kind, unit in zip(KINDS, free, strict=False):
        keys = [row[0] for row in records(unit)]
        wrong = {0: [], 1: keys[-1:] if kind.dress is truncated else keys[:1]}[kind.refused]
        dumps.append(Damaged(kind, unit, kind.dress(records(unit)), frozenset(keys) - set(wrong)))
    return dumps


def write(inbox: Path, dumps: list[Damaged]) -> None:
    """Add damaged dumps, each with a manifest that says what it is and nothing of its rows."""
    contract = load_contracts()[EXTRACT]
    for dump in dumps:
        path = inbox / contract.source / EXTRACT / dump.file_name
        facts = {"source": contract.source, "extract": EXTRACT, "period": PERIOD, "unit": dump.unit, "synthetic": True}
        path.with_name(f"{path.name}.manifest.json").write_text(json.dumps(facts), encoding="utf-8")
        path.write_bytes(dump.data)
