"""How a sheet of the workbook looks: fonts, headings, number formats, charts. Knows no indicator and no query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from orchestration.exports.facts import SYNTHETIC, Facts
from orchestration.text import Pair, pair, words, written

FONT, _ = pair("workbook.font")
DARK, LIGHT, LINE = "#1F4E79", "#DCE6F1", "#B8CCE4"
COLOURS = {"met": "#C6EFCE", "on_track": "#E2F0D9", "at_risk": "#FFEB9C", "off_track": "#FFC7CE"}
"""Cells of a status; others are left white."""

WHOLE_NUMBERS = {zh for zh, _ in words("workbook.whole_numbers").values()}
"""Units of measure without decimal places; others have two."""

HEAD_ROWS = 3
FIRST_HEAD_ROW = 3
LINE_HEIGHT = 14.0  # points
BATCH = 2_000


AnySheet = TypeVar("AnySheet", bound="Sheet")


@dataclass(frozen=True)
class Heading:
    """A column: its names, its unit of measure and its width in characters."""

    zh: str
    en: str
    unit: str = ""
    width: int = 14


def headings(names: dict[str, Pair], units: dict[str, str] | None = None, /, **widths: int) -> list[Heading]:
    """The headings that have these names, each with its width and, where it has one, its unit of measure."""
    return [Heading(*names[one], (units or {}).get(one, ""), width) for one, width in widths.items()]


class Book:
    """The workbook; as a context manager it is written when the block ends."""

    def __init__(self, path: Path, facts: Facts) -> None:
        self.facts = facts
        self.sheets: list[Sheet] = []
        self.file = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "strings_to_formulas": False, "tmpdir": str(path.parent)}
        )
        self.file.set_properties(
            {
                "title": facts.title[0],
                "subject": facts.title[1],
                "comments": f"{facts.release_id}" + (" ".join(("", *SYNTHETIC)) if facts.is_synthetic else ""),
                "created": facts.published_at,
            }
        )
        self._formats: dict[frozenset[tuple[str, Any]], Format] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.file.close()

    def format(self, **properties: Any) -> Format:
        """A cell format; the same properties give the same one."""
        key = frozenset(properties.items())
        if key not in self._formats:
            looks = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
            self._formats[key] = self.file.add_format(looks | properties)
        return self._formats[key]

    def contents(self) -> Contents:
        """The first sheet, to be filled when the others are known."""
        return Contents(self)

    def sheet(self, title: Pair, note: str = "") -> Sheet:
        """A new sheet with its title."""
        return self.add(Sheet(self, title, note))

    def add(self, sheet: AnySheet) -> AnySheet:
        """A sheet that is named in the contents."""
        self.sheets.append(sheet)
        return sheet


def _page(sheet: Worksheet, facts: Facts) -> None:
    """A4, landscape, as wide as the page; each printed page says what it is."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4)
    mark = "&K9C0006" + " ".join(SYNTHETIC) if facts.is_synthetic else ""
    sheet.set_header(f"&L{facts.release_id}&C{mark}")
    sheet.set_footer("&L&A&R&P / &N")
    sheet.hide_gridlines(2)


def _lines(text: str, width: int) -> int:
    """About how many lines a text takes in a column: a Chinese character is as wide as two digits."""
    return ceil(sum(2 if character > "\u2e7f" else 1 for character in text) * 1.1 / width)


class Contents:
    """The sheet that opens: what this is, and where to find what."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.sheet = book.file.add_worksheet(pair("workbook.contents_title")[0])
        _page(self.sheet, book.facts)

    def fill(self, sheets: Sequence[Sheet]) -> None:
        """Write the titles of the other sheets with links to them."""
        facts, of = self.book.facts, self.book.format
        self.sheet.set_column(0, 0, 6)
        self.sheet.set_column(1, 1, 30)
        self.sheet.set_column(2, 2, 46)
        self.sheet.set_row(0, 30)
        zh, en = pair("workbook.contents_heading")
        self.sheet.write_string(0, 0, zh, of(font_size=18, bold=True, font_color=DARK))
        self.sheet.write_string(1, 0, en, of())
        if facts.is_synthetic:
            self.sheet.write_string(2, 0, facts.statement, of(bold=True, font_color="#C00000", font_size=14))
        published = f"{facts.published_at:%Y-%m-%d %H:%M}"
        state = written(
            "workbook.contents_release", release_id=facts.release_id, as_of=facts.as_of, published=published
        )
        self.sheet.write_string(3, 0, state, of())
        head = of(bold=True, bg_color=DARK, font_color="white", border=1, border_color=LINE, align="center")
        (seq, _), sheet_names = words("workbook.contents_columns").values()
        for column, text in enumerate((seq, *sheet_names)):
            self.sheet.write_string(5, column, text, head)
        cell = of(border=1, border_color=LINE)
        link = of(border=1, border_color=LINE, font_color="#0563C1", underline=1)
        for row, sheet in enumerate(sheets, start=6):
            self.sheet.write_number(row, 0, row - 5, of(border=1, border_color=LINE, align="center"))
            self.sheet.write_url(row, 1, f"internal:'{sheet.zh}'!A1", link, sheet.zh)
            self.sheet.write_string(row, 2, sheet.en, cell)


class Sheet:
    """A sheet that is written from top to bottom, a cell after the other."""

    def __init__(self, book: Book, title: Pair, note: str = "", heading: Pair | None = None) -> None:
        self.book, (self.zh, self.en) = book, title
        self.sheet = book.file.add_worksheet(self.zh)
        self.row = self.first_row = FIRST_HEAD_ROW + HEAD_ROWS
        self.column = 0
        self._widths: list[int] = []
        self._lines = 1
        self._charts = 0
        _page(self.sheet, book.facts)
        zh, en = heading or title
        if book.facts.is_synthetic:
            zh, en = f"{zh}({SYNTHETIC[0]})", f"{en} ({SYNTHETIC[1]})"
        self.sheet.set_row(0, 26)
        self.sheet.write_string(0, 0, zh, book.format(font_size=16, bold=True, font_color=DARK))
        self.sheet.write_string(1, 0, en, book.format(bold=True))
        self.sheet.write(2, 0, note or None, book.format(font_color="#595959"))

    def head(self, headings: Sequence[Heading], frozen: int) -> None:
        """The three rows of headings: Chinese, English, unit. They stay in sight with the first `frozen` columns."""
        looks = {"bold": True, "bg_color": DARK, "font_color": "white", "align": "center", "text_wrap": True}
        zh = self.book.format(**looks, border=1, border_color=LINE)
        en = self.book.format(**looks | {"bold": False, "font_size": 8}, border=1, border_color=LINE)
        unit = self.book.format(bg_color=LIGHT, align="center", border=1, border_color=LINE, font_size=9)
        self._widths = [heading.width for heading in headings]
        for column, heading in enumerate(headings):
            self.sheet.set_column(column, column, heading.width)
        for offset, (form, height) in enumerate(((zh, 44), (en, 36), (unit, 18))):
            self.sheet.set_row(FIRST_HEAD_ROW + offset, height)
            for column, heading in enumerate(headings):
                text = (heading.zh, heading.en, heading.unit)[offset] or None  # an empty string is a cell to some
                self.sheet.write(FIRST_HEAD_ROW + offset, column, text, form)
        self.sheet.freeze_panes(self.row, frozen)
        self.sheet.repeat_rows(FIRST_HEAD_ROW, self.row - 1)

    def portrait(self, *widths: float, pages: int = 0) -> None:
        """Upright, with columns of these widths, in characters; on so many pages, or on as many as it takes."""
        self.sheet.set_portrait()
        self.sheet.fit_to_pages(1, pages)
        self.row = FIRST_HEAD_ROW
        self._widths = [ceil(width) for width in widths]
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def line(self, text: str, **looks: Any) -> None:
        """A line across the page, without borders."""
        self.sheet.write_string(self.row, 0, text, self.book.format(**looks))
        self.row += 1

    def caption(self, text: str, beside: str) -> None:
        """What a table is called, with its unit at the right."""
        last = len(self._widths) - 1
        self.sheet.set_row(self.row, 20)
        self.sheet.write_string(self.row, 0, text, self.book.format(bold=True, font_size=11))
        self.sheet.write_string(self.row, last, beside, self.book.format(align="right", font_size=9))
        self.row += 1

    def columns(self, *names: str) -> None:
        """A row of headings."""
        form = self.book.format(
            bold=True, bg_color=LIGHT, align="center", text_wrap=True, border=1, border_color=LINE, font_size=9
        )
        for column, name in enumerate(names):
            self.sheet.write_string(self.row, column, name, form)
        self.row += 1

    def print_rows(self, last: int) -> None:
        """Print the rows up to this one; the others are for the screen."""
        self.sheet.print_area(0, 0, last, len(self._widths) - 1)

    def rows(self, cursor: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a batch at a time; the filter covers them when they are written."""
        while batch := cursor.fetchmany(BATCH):
            yield from batch
        self.filter()

    def filter(self) -> None:
        """Let a reader filter the rows that are written."""
        first = self.first_row
        self.sheet.autofilter(first - 1, 0, max(self.row - 1, first), len(self._widths) - 1)

    def text(self, *texts: str | None, wrap: bool = False, **looks: Any) -> None:
        """Cells of text, never of formulas; the row becomes as high as those that wrap."""
        form = self.book.format(border=1, border_color=LINE, text_wrap=wrap, **looks)
        for text in texts:
            if wrap and text:
                self._lines = max(self._lines, _lines(text, self._widths[self.column]))
            if text is None or text == "":
                self._write(self.sheet.write_blank, None, form)
            else:
                self._write(self.sheet.write_string, text, form)

    def figure(self, value: float | str | None, unit: str, mark: str = "") -> None:
        """A number in its unit, with the letters that qualify it beside it; the number stays a number."""
        looks = {"border": 1, "border_color": LINE, "align": "right"}
        if isinstance(value, str):
            self._write(self.sheet.write_string, value, self.book.format(**looks))
        elif value is None:
            form = self.book.format(**looks, font_color="#7F7F7F")
            self._write(self.sheet.write_string, mark, form) if mark else self._write(
                self.sheet.write_blank, None, form
            )
        else:
            places = 0 if unit in WHOLE_NUMBERS else 2
            number = "#,##0" + ("." + "0" * places if places else "")
            looks |= {"italic": True, "font_color": "#44546A"} if "p" in mark else {}
            beside = f'" {mark}"' if mark else "_ _e"
            self._write(self.sheet.write_number, value, self.book.format(**looks, num_format=f"{number}{beside}"))

    def share(self, value: float | None) -> None:
        """A share of one, as a percentage."""
        form = self.book.format(border=1, border_color=LINE, num_format="0.0%")
        if value is None:
            self._write(self.sheet.write_blank, None, form)
        else:
            self._write(self.sheet.write_number, value, form)

    def day(self, value: date | None) -> None:
        """A date."""
        form = self.book.format(border=1, border_color=LINE, num_format="yyyy-mm-dd", align="center")
        self._write(self.sheet.write_blank if value is None else self.sheet.write_datetime, value, form)

    def status(self, text: str, status: str) -> None:
        """A word in the colour of a status."""
        colour = {"bg_color": COLOURS[status]} if status in COLOURS else {}
        self._write(
            self.sheet.write_string, text, self.book.format(border=1, border_color=LINE, align="center", **colour)
        )

    def end_row(self) -> None:
        """Go to the beginning of the next row."""
        if self._lines > 1:
            self.sheet.set_row(self.row, LINE_HEIGHT * self._lines)
        self._lines = 1
        self.row, self.column = self.row + 1, 0

    def lines(self, lines: Sequence[tuple[str, ...]]) -> None:
        """Sentences, Chinese beside English."""
        form = self.book.format(text_wrap=True, valign="top")
        self.sheet.set_column(0, 1, 70)
        for row, texts in enumerate(lines, start=FIRST_HEAD_ROW):
            self.sheet.set_row(row, 32)
            for column, text in enumerate(texts):
                self.sheet.write_string(row, column, text, form)

    def scale(self, first_column: int, last_column: int) -> None:
        """Colour shares from red over yellow to green."""
        first = FIRST_HEAD_ROW + HEAD_ROWS
        looks = {"type": "3_color_scale", "min_color": "#F8696B", "mid_color": "#FFEB84", "max_color": "#63BE7B"}
        bounds = {
            "min_type": "num",
            "mid_type": "num",
            "max_type": "num",
            "min_value": 0,
            "mid_value": 0.5,
            "max_value": 1,
        }
        self.sheet.conditional_format(first, first_column, max(self.row - 1, first), last_column, looks | bounds)

    def _write(self, how: Any, what: Any, form: Format) -> None:
        how(self.row, self.column, what, form)
        self.column += 1
