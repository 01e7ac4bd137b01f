"""Workbooks for tests, their XML written by hand: any quoting, prefix and strictness, cells with or without names."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_RELATION = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


@dataclass(frozen=True)
class Xml:
    """The element of a cell as it is written: attributes beside its place, and what stands inside."""

    inside: str
    attributes: str = ""


Cell = str | int | float | None | Xml
Table = Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Hand:
    """How the XML is written."""

    quote: str = '"'
    prefix: str = ""
    strict: bool = False
    named: bool = True  # rows and cells say where they stand
    reversed: bool = False  # the attributes of cells
    declaration: str = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


HANDS = {
    "double quotes": Hand(),
    "single quotes": Hand(quote="'"),
    "prefix": Hand(prefix="x:"),
    "prefix, single quotes": Hand(prefix="ss:", quote="'"),
    "strict": Hand(strict=True),
    "strict, prefix, single quotes": Hand(strict=True, prefix="x:", quote="'"),
    "nameless cells": Hand(named=False),
    "attributes the other way round": Hand(reversed=True),
    "no declaration": Hand(declaration=""),
}


def number(value: object, style: int = 0, formula: str = "") -> Xml:
    """A number as it is stored, in that style, as the result of a formula if one is given."""
    return Xml(f"{f'<f>{escape(formula)}</f>' if formula else ''}<v>{value}</v>", f' s="{style}"')


def write(
    sheets: Mapping[str, Table],
    hand: Hand = HANDS["double quotes"],
    *,
    formats: Sequence[str] = (),
    is_1904: bool = False,
    states: Mapping[str, str] | None = None,
    more: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A workbook. `formats` are the codes of styles 1, 2, …; `states` tells which sheets are hidden; `more` are parts
    beside the others, or in their place."""
    relation = _STRICT_RELATION if hand.strict else _RELATION
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" state="{(states or {}).get(name, "visible")}" r:id="r{at}"/>'
        for at, name in enumerate(names, 1)
    )
    date1904 = ' date1904="1"' if is_1904 else ""
    codes = enumerate(map(escaped, formats), 164)
    styles = "".join(f'<numFmt numFmtId="{at}" formatCode="{code}"/>' for at, code in codes)
    xfs = "".join(f'<xf numFmtId="{at}"/>' for at in (0, *range(164, 164 + len(formats))))
    parts: dict[str, str | bytes] = {
        "_rels/.rels": _relations(hand, [("r1", f"{relation}/officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _part(hand, "workbook", f"<workbookPr{date1904}/><sheets>{listed}</sheets>", relation),
        "xl/_rels/workbook.xml.rels": _relations(
            hand,
            [
                *((f"r{at}", f"{relation}/worksheet", f"worksheets/sheet{at}.xml") for at in range(1, len(names) + 1)),
                ("rs", f"{relation}/styles", "/xl/styles.xml"),
            ],
        ),
        "xl/styles.xml": _part(hand, "styleSheet", f"<numFmts>{styles}</numFmts><cellXfs>{xfs}</cellXfs>"),
        **{
            f"xl/worksheets/sheet{at}.xml": _part(hand, "worksheet", f"<sheetData>{_rows(table, hand)}</sheetData>")
            for at, table in enumerate(sheets.values(), 1)
        },
        **(more or {}),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def _rows(table: Table, hand: Hand) -> str:
    rows = []
    for y, row in enumerate(table, 1):
        cells = "".join(_cell(cell, f"{_letters(x)}{y}", hand) for x, cell in enumerate(row, 1))
        rows.append(f'<row r="{y}">{cells}</row>' if hand.named else f"<row>{cells}</row>")
    return "".join(rows)


def _letters(column: int) -> str:
    return chr(64 + column) if column <= 26 else _letters((column - 1) // 26) + _letters((column - 1) % 26 + 1)


def _cell(cell: Cell, place: str, hand: Hand) -> str:
    if cell is None:
        return "" if hand.named else "<c/>"
    if isinstance(cell, str):
        cell = Xml(f"<is><t>{escaped(cell)}</t></is>", ' t="inlineStr"')
    elif not isinstance(cell, Xml):
        cell = Xml(f"<v>{cell}</v>")
    named = f' r="{place}"' if hand.named else ""
    attributes = f"{cell.attributes}{named}" if hand.reversed else f"{named}{cell.attributes}"
    return f"<c{attributes}>{cell.inside}</c>"


def _part(hand: Hand, root: str, inside: str, relation: str = "") -> str:
    space = f' xmlns{":" + hand.prefix[:-1] if hand.prefix else ""}="{STRICT if hand.strict else TRANSITIONAL}"'
    space += f' xmlns:r="{relation}"' if relation else ""
    return _written(hand, f"<{root}{space}>{inside}</{root}>")


def escaped(text: str) -> str:
    """Text as it can stand in XML of any quoting."""
    return escape(text, {'"': "&quot;", "'": "&apos;"})


def _relations(hand: Hand, relations: Sequence[tuple[str, str, str]]) -> str:
    inside = "".join(f'<Relationship Id="{one}" Type="{kind}" Target="{to}"/>' for one, kind, to in relations)
    return hand.declaration + f'<Relationships xmlns="{_PACKAGE}">{inside}</Relationships>'


def _written(hand: Hand, text: str) -> str:
    if hand.prefix:
        text = text.replace("</", "\0").replace("<", f"<{hand.prefix}").replace("\0", f"</{hand.prefix}")
    return hand.declaration + text.replace('"', hand.quote)
