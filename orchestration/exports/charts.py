"""The workbook's sheet of charts. The few figures that only charts need, such as the line of a target, stand below
them, where they are not printed. Knows no indicator and no query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from orchestration.exports.sheets import DARK, FIRST_HEAD_ROW, FONT, LINE, Sheet

ACROSS, WIDTH, ROWS, ON_A_PAGE = 2, 620, 16, 3
HEIGHT = 20 * ROWS
"""Charts side by side, and in pixels; a row that nobody set is 20 high. Rows of charts on a printed page."""

FIGURES_ROW = 500
"""Where the charts' own figures begin."""

TARGET, MET, MISSED = "#8C2057", "#5B9BC4", "#BD7B00"
LABEL = {"name": FONT, "size": 8, "color": "#FFFFFF"}

Range = tuple[int, int, int, int]
"""First row, first column, last row, last column."""


@dataclass(frozen=True)
class Series:
    """Values to draw: where they stand, what they are called, their colour; dashed ones are lines of a target."""

    sheet: str
    values: Range
    name: str = ""
    colour: str = DARK
    is_target: bool = False
    label: Literal["value", "name", ""] = ""


@dataclass(frozen=True)
class Chart:
    """A chart of series over categories."""

    title: str
    kind: Literal["column", "line", "bar"]
    categories: tuple[str, Range]
    series: tuple[Series, ...]


class Charts(Sheet):
    """Charts from the top, two side by side, bars across the whole width."""

    def figures(self, name: str, values: Sequence[float | None], colour: str = TARGET, **looks: Any) -> Series:
        """A row of figures that only a chart shows."""
        self.row = max(self.row, FIGURES_ROW)
        self.text(name)
        first = self.column
        for value in values:
            self.figure(value, "")
        row = self.row
        self.end_row()
        return Series(self.zh, (row, first, row, first + len(values) - 1), name, colour, **looks)

    def names(self, names: Sequence[str]) -> tuple[str, Range]:
        """A row of categories that only a chart shows."""
        self.row = max(self.row, FIGURES_ROW)
        row, first = self.row, 1
        self.text("", *names)
        self.end_row()
        return self.zh, (row, first, row, first + len(names) - 1)

    def chart(self, chart: Chart) -> None:
        """Put a chart beside or below the one before."""
        wide = chart.kind == "bar"
        made = self.book.file.add_chart({"type": chart.kind, **({"subtype": "stacked"} if wide else {})})
        lines = self.book.file.add_chart({"type": "line"})
        sheet, categories = chart.categories
        for one in chart.series:
            dashed = {"color": one.colour, "width": 1.5, "dash_type": "dash"}
            solid = {"color": one.colour, "width": 1.75}
            looks: dict[str, Any] = {"line": dashed if one.is_target else solid}
            if chart.kind != "line" and not one.is_target:
                looks = {"fill": {"color": one.colour}, "gap": 40}
            if one.label:
                shows = {"value": True, "num_format": "0%;;"} if one.label == "value" else {"series_name": True}
                looks["data_labels"] = {**shows, "font": LABEL, "position": "inside_base"}
            data = {"categories": [sheet, *categories], "values": [one.sheet, *one.values]}
            to = lines if one.is_target and chart.kind == "column" else made
            to.add_series(data | looks | ({"name": one.name} if one.name else {}))
        if lines.series:
            made.combine(lines)
        font, grid = {"name": FONT, "size": 8}, {"visible": True, "line": {"color": LINE}}
        made.set_title({"name": chart.title, "name_font": {"name": FONT, "size": 11, "bold": True}})
        made.show_blanks_as("span" if chart.kind == "line" and len(chart.series) == 1 else "gap")
        if wide:
            made.set_y_axis({"reverse": True, "num_font": font})
            made.set_x_axis({"num_format": "0%", "num_font": font, "major_gridlines": grid, "min": 0})
        else:
            days: dict[str, Any] = {"date_axis": True, "num_format": "yyyy-mm"} if chart.kind == "line" else {}
            made.set_x_axis({"num_font": font | {"rotation": -45}} | days)
            made.set_y_axis({"num_format": "#,##0.##", "num_font": font, "major_gridlines": grid})
        legend: dict[str, Any] = {"position": "bottom", "font": font} if len(chart.series) > 1 else {"none": True}
        made.set_legend(legend)
        width, height = WIDTH * (ACROSS if wide else 1), HEIGHT * (2 if wide else 1)
        made.set_size({"width": width - 15, "height": height - 15})
        down, across = divmod(self._charts, ACROSS)
        self.sheet.insert_chart(FIRST_HEAD_ROW, 0, made, {"x_offset": across * WIDTH, "y_offset": down * HEIGHT})
        self._charts += 2 * ACROSS if wide else 1
        last = FIRST_HEAD_ROW + ROWS * (self._charts // ACROSS + 1)
        self.sheet.print_area(0, 0, last, ACROSS * WIDTH // 64)
        self.sheet.set_print_scale(62)
        self.sheet.set_h_pagebreaks([FIRST_HEAD_ROW + ROWS * page for page in range(ON_A_PAGE, 40, ON_A_PAGE)])
