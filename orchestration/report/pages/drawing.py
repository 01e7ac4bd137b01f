"""The charts of the pages: figures of a view as what `charts` draws, with what is said when a mark is pointed at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from orchestration.report.charts import Chart, Column, Interval, Level, Mark, for_page
from orchestration.report.view.indicator import IndicatorView
from orchestration.report.words import SENTENCES, counted_in, number, plain, sentence
from orchestration.text import Pair

_NOTHING = ("", "")


@dataclass(frozen=True)
class Picture:
    """A chart in a page, and what it says to whoever cannot see it."""

    svg: Markup
    says: Pair


def picture(chart: Chart, says: Pair, small: bool = False) -> Picture:
    """Draw it."""
    return Picture(Markup(for_page(chart, small)), plain(says))


def months(name: str = "month_short") -> tuple[tuple[float, Pair], ...]:
    """The twelve months as an axis has them."""
    zh, _ = SENTENCES[name]
    return tuple((float(at), (zh.format(month=at), str(at))) for at in range(1, 13))


def _says(when: Pair, value: float, unit: str, is_provisional: bool = False) -> Pair:
    name = "mark_provisional" if is_provisional else "mark"
    return plain(sentence(name, when=when, value=counted_in(number(value, unit), unit)))


def _year(year: int) -> Pair:
    return plain(sentence("year", year=year))


def trend(view: IndicatorView) -> Chart | None:
    """The years, and the target of each."""
    unit = view.indicator.unit
    rows = view.finished_years
    if not rows:
        return None
    marks = [
        Mark(
            float(row.period_end.year),
            row.value,
            _says(_year(row.period_end.year), row.value, unit, row.maturity == "provisional"),
            number(row.value, unit),
            row.maturity == "provisional",
        )
        for row in rows
    ]
    first, last = rows[0].period_end.year, rows[-1].period_end.year
    targets = [row for row in view.targets if row.target is not None]
    return Chart(
        ticks=tuple((float(at), (str(at), str(at))) for at in range(first, last + 1)),
        actual=(
            Mark(first - 0.5, None, _NOTHING),
            *_with_gaps(marks),
            Mark(last + 0.5, None, _NOTHING),
        ),  # room for numerals
        target=tuple(Level(row.target_year - 0.5, row.target_year + 0.5, row.target) for row in targets),
        names={"target": plain(sentence("line_target"))} if targets else {},
    )


def _with_gaps(marks: Iterable[Mark]) -> Iterable[Mark]:
    """No line is drawn over a year that is not there."""
    before = None
    for mark in marks:
        if before is not None and mark.x - before > 1:
            yield Mark(before + 1, None, _NOTHING)
        yield mark
        before = mark.x


def within(view: IndicatorView) -> Chart | None:
    """The newest year by month, the year before, the path."""
    if view.within_year is None or view.basis == "year":
        return None
    unit, year = view.indicator.unit, view.within_year

    def when(of: int, month: int) -> Pair:
        return plain(sentence("month_of", year=of, month=month))

    rows = list(view.within)
    this = [
        Mark(
            float(row.month),
            row.value,
            _says(when(year, row.month), row.value, unit, row.maturity == "provisional")
            if row.value is not None
            else _NOTHING,
            "",
            row.maturity == "provisional",
        )
        for row in rows
    ]
    before = [
        Mark(
            float(row.month),
            row.year_before,
            _says(when(year - 1, row.month), row.year_before, unit) if row.year_before is not None else _NOTHING,
        )
        for row in rows
    ]
    path = [
        Mark(
            float(row.month),
            row.expected,
            plain(sentence("mark_path", when=when(year, row.month), value=counted_in(number(row.expected, unit), unit)))
            if row.expected is not None
            else _NOTHING,
        )
        for row in rows
    ]
    if view.basis == "quarter":
        this, before, path = this[2::3], before[2::3], path[2::3]
    names = {"actual": (str(year), str(year))}
    if any(mark.y is not None for mark in before):
        names["prior"] = (str(year - 1), str(year - 1))
    if any(mark.y is not None for mark in path):
        names["path"] = plain(sentence("line_path"))
    return Chart(ticks=months(), actual=_ended(this), prior=_ended(before), path=_ended(path), names=names)


def _ended(marks: list[Mark]) -> tuple[Mark, ...]:
    """Without what is missing at the ends; nothing where all is."""
    while marks and marks[-1].y is None:
        marks = marks[:-1]
    while marks and marks[0].y is None:
        marks = marks[1:]
    return tuple(marks)


def forecast(view: IndicatorView) -> Chart | None:
    """The fan of the newest forecast, by the months of its horizons, from what was reached."""
    if not view.forecast:
        return None
    unit, rows = view.indicator.unit, list(view.forecast)
    start = rows[0].period_end

    def x(day: Any) -> float:
        return float((day.year - start.year) * 12 + day.month - start.month)

    def at(day: Any) -> Pair:
        return plain(sentence("month_of", year=day.year, month=day.month))

    fan = []
    for row in rows:
        if row.low80 is None:  # not drawn: it would look certain
            continue
        low80, high80 = row.low80, row.high80
        low95, high95 = (low80, high80) if row.low95 is None else (row.low95, row.high95)
        says = sentence("mark_forecast", when=at(row.horizon_end), value=counted_in(number(row.forecast, unit), unit))
        fan.append(Interval(x(row.horizon_end), row.forecast, low80, high80, low95, high95, plain(says)))
    if not fan:
        return None
    reached = view.standing.actual
    actual: tuple[Mark, ...] = ()
    if reached is not None:
        says = _says(at(start), reached, unit)
        actual = (Mark(0.0, reached, says),)
        fan.insert(0, Interval(0.0, reached, reached, reached, reached, reached, says))
    target = view.standing.target
    return Chart(
        ticks=tuple({x(day): at(day) for day in (start, *(row.horizon_end for row in rows))}.items()),
        actual=actual,
        forecast=tuple(fan),
        target=(Level(0.0, fan[-1].x, target),) if target is not None else (),
        names={"target": plain(sentence("line_target")), "forecast": plain(sentence("line_forecast"))},
    )


def parts(view: IndicatorView) -> Chart | None:
    """By month, the numerator within the denominator of a rate, or what was added."""
    kind = view.indicator.measure_kind
    if not view.parts or kind not in ("rate", "flow"):
        return None
    rows = list(view.parts)
    is_rate = kind == "rate" and any(row.denominator for row in rows)

    def says(row: Any) -> Pair:
        when = plain(sentence("month_of", year=row.period_end.year, month=row.period_end.month))
        if is_rate and row.denominator:
            return plain(
                sentence("mark_parts", when=when, part=f"{row.numerator:,.0f}", whole=f"{row.denominator:,.0f}")
            )
        return _says(when, row.value, view.indicator.unit)

    columns = [
        Column(
            float(row.period_end.month),
            row.numerator if is_rate else row.value,
            says(row),
            row.denominator if is_rate else None,
            row.maturity == "provisional",
        )
        for row in rows
        if (row.numerator if is_rate else row.value) is not None and (not is_rate or row.denominator is not None)
    ]
    return Chart(ticks=months(), columns=tuple(columns), from_zero=True) if columns else None
