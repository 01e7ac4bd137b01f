"""Charts over time, drawn by Vega at build time: lines with gaps, a path, a target, the fan of a forecast, columns.
Altair writes the template once; what is drawn is put into it as data, at a third of the cost. Knows no indicator."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

import altair as alt
import vl_convert

from orchestration.report import svg
from orchestration.report.tokens import HEIGHTS, NARROW, NUMERAL, SMALL, WIDE, var
from orchestration.text import Pair


@dataclass(frozen=True)
class Mark:
    """A figure and what it `says` when it is pointed at, if it can be. Without `y`, a gap that no line crosses.
    `numeral`: written above it, where there is room."""

    x: float
    y: float | None
    says: Pair | None = None
    numeral: str = ""
    provisional: bool = False


@dataclass(frozen=True)
class Interval:
    """A forecast figure with its intervals of 80 and 95 %."""

    x: float
    middle: float
    low80: float
    high80: float
    low95: float
    high95: float
    says: Pair


@dataclass(frozen=True)
class Level:
    """A level that holds from `start` to `end`: a target, or one of its years."""

    start: float
    end: float
    y: float


@dataclass(frozen=True)
class Column:
    """A narrow bar within a wide one, or one of them alone."""

    x: float
    part: float | None
    says: Pair
    whole: float | None = None
    provisional: bool = False


@dataclass(frozen=True)
class Chart:
    """What is drawn, over a number: a year, a month, the months since a day. `ticks` say what numbers are called, and
    span the chart together with what is drawn; `names` what stands at the right end of a line."""

    ticks: tuple[tuple[float, Pair], ...]
    actual: tuple[Mark, ...] = ()
    prior: tuple[Mark, ...] = ()
    path: tuple[Mark, ...] = ()
    forecast: tuple[Interval, ...] = ()
    target: tuple[Level, ...] = ()
    columns: tuple[Column, ...] = ()
    names: Mapping[str, Pair] = field(default_factory=dict)
    from_zero: bool = False


SERIES = {"actual": "accent", "prior": "prior", "path": "ink2", "forecast": "accent", "target": "target"}
"""What has a name at its end, and its colour."""

TOP, BOTTOM, ACROSS = 24, 26, 7.2
"""Pixels above and below the plot; of a digit or Latin letter, at most."""


def for_page(chart: Chart, small: bool = False) -> str:
    """The chart for a page: in both widths, of which the page shows one, or as one of many small ones."""
    widths = {"small": SMALL} if small else {"wide": WIDE, "narrow": NARROW}
    return "".join(svg.for_page(drawn(chart, width), kind) for kind, width in widths.items())


def drawn(chart: Chart, width: int, height: int | None = None) -> str:
    """The chart as Vega draws it: the same bytes for the same chart, on every machine, without a request."""
    template = _template()
    high = (height or HEIGHTS[width]) - TOP - BOTTOM
    steps = y_ticks(*_extent(chart), 2 if width == SMALL else 4)
    written = [_number(step, steps) for step in steps]
    left = math.ceil(ACROSS * max(map(len, written))) + 10
    right = max([_length(name) for name in chart.names.values()], default=0) + 14
    wide = width - left - right
    first, last = _span(chart)

    def down(y: float) -> float:
        return high * (steps[-1] - y) / (steps[-1] - steps[0])

    apart = wide / (last - first)
    ticks = list(dict(chart.ticks).items())
    shown = ticks[:: _every([(x, _length(name)) for x, name in ticks], apart)]
    signals = {
        "x_span": [first, last],
        "x_ticks": [x for x, _ in shown],
        "x_names": [svg.both(name) for _, name in shown],
        "y_span": [steps[0], steps[-1]],
        "y_ticks": steps,
        "y_names": written,
        "dot": 4 if len(chart.actual) > 24 else 12 if width == SMALL else 44,
        "bold_line": 1.5 if width == SMALL else 2,
        "right": wide + 8,
    }
    data = {
        "columns": list(_columns(chart)),
        "fan": [vars(one) | {"y": one.middle, "d": svg.mark("forecast", one.x, one.middle, one.says)}
                for one in chart.forecast],
        "target": [vars(one) for one in _joined(chart.target)],
        "names": list(_names(chart, high, down)),
        "numerals": list(_numerals(chart, apart)),
        **{series: list(_marks(series, getattr(chart, series))) for series in ("actual", "prior", "path")},
    }  # fmt: skip
    spec = template | {
        "width": wide,
        "height": high,
        "padding": {"left": left, "right": right, "top": TOP, "bottom": BOTTOM},
        "signals": [one | {"value": signals.get(one["name"], one.get("value"))} for one in template["signals"]],
        "data": [one | ({"values": data[one["name"]]} if one["name"] in data else {}) for one in template["data"]],
    }
    return vl_convert.vega_to_svg(spec, allowed_base_urls=[])


def y_ticks(low: float, high: float, count: int) -> list[float]:
    """At least `count` steps of 1, 2, 2.5 or 5 times a power of ten, as large as can be, that hold both ends."""
    apart = high - low if high - low > 1e-9 * abs(high) else 0.0  # less is the noise of sums
    rough = 1.2 * (apart or abs(high) or 1) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = max(power * size for size in (1, 2, 2.5, 5) if size == 1 or power * size <= rough)
    steps = range(math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9) + 1)
    if len(steps) == 1:
        steps = range(steps[0], steps[0] + 2)
    return [round(one * step, 10) for one in steps]


def _joined(levels: Sequence[Level]) -> list[Level]:
    """Levels of the same height that follow each other as one, so that its dashes run on."""
    joined: list[Level] = []
    for level in levels:
        if joined and (joined[-1].end, joined[-1].y) == (level.start, level.y):
            level = Level(joined.pop().start, level.end, level.y)
        joined.append(level)
    return joined


def _extent(chart: Chart) -> tuple[float, float]:
    heights = [y for series in (chart.actual, chart.prior, chart.path) for y in _heights(series)]
    heights += [level.y for level in chart.target]
    heights += [end for one in chart.forecast for end in (one.low95, one.high95)]
    heights += [bar for one in chart.columns for bar in (0.0, one.part, one.whole) if bar is not None]
    low, high = min(heights, default=0.0), max(heights, default=1.0)
    air = (high - low) / 20
    return 0.0 if chart.from_zero or 0 <= low <= air else low - air, high + air


def _span(chart: Chart) -> tuple[float, float]:
    along = [x for x, _ in chart.ticks]
    along += [mark.x for series in (chart.actual, chart.prior, chart.path, chart.forecast) for mark in series]
    along += [end for level in chart.target for end in (level.start, level.end)]
    edge = 0.5 if chart.columns or min(along) == max(along) else 0.0
    return min(along) - edge, max(along) + edge


def _marks(of: str, marks: Sequence[Mark]) -> Iterator[dict[str, Any]]:
    for mark in marks:
        described = "" if mark.y is None or not mark.says else svg.mark(of, mark.x, mark.y, mark.says)
        yield {"x": mark.x, "y": mark.y, "hollow": mark.provisional, "d": described}


def _columns(chart: Chart) -> Iterator[dict[str, Any]]:
    for one in chart.columns:
        for of, height, half in (("whole", one.whole, 0.38), ("column", one.part, 0.2 if one.whole else 0.32)):
            if height is not None:
                yield {
                    "left": one.x - half,
                    "right": one.x + half,
                    "y": height,
                    "colour": var("band" if of == "whole" else "accent"),
                    "hollow": one.provisional and of == "column",
                    "d": svg.mark(of, one.x, height, one.says),
                }


def _numerals(chart: Chart, apart: float) -> Iterator[dict[str, Any]]:
    """What stands above figures: all where all have room, else the last."""
    written = [mark for mark in chart.actual if mark.numeral and mark.y is not None]
    if _every([(mark.x, ACROSS * len(mark.numeral)) for mark in written], apart) > 1:
        written = written[-1:]
    for mark in written:
        yield {"x": mark.x, "y": mark.y, "text": mark.numeral}


def _names(chart: Chart, high: float, down: Callable[[float], float]) -> Iterator[dict[str, Any]]:
    """The names of the lines at the height of their ends, moved apart where they would meet."""
    ends = {of: heights[-1] for of in ("actual", "prior", "path") if (heights := _heights(getattr(chart, of)))}
    if chart.forecast:
        ends["forecast"] = chart.forecast[-1].middle
    if chart.target:
        ends["target"] = chart.target[-1].y
    placed = sorted((down(y), of) for of, y in ends.items() if of in chart.names)
    apart, lowest, heights = NUMERAL + 3, float(high), [y for y, _ in placed]
    for at in range(1, len(heights)):
        heights[at] = max(heights[at], heights[at - 1] + apart)
    for at in reversed(range(len(heights))):
        heights[at] = lowest = min(heights[at], lowest)
        lowest -= apart
    for (_, of), y in zip(placed, heights, strict=True):
        yield {"at": y, "text": svg.both(chart.names[of]), "colour": var(SERIES[of])}


def _heights(marks: Sequence[Mark]) -> list[float]:
    return [mark.y for mark in marks if mark.y is not None]


def _length(name: Pair) -> int:
    """Pixels that the longer of two words takes, at most."""
    return math.ceil(max(sum(NUMERAL if ord(sign) > 0x2000 else ACROSS for sign in word) for word in name))


def _every(words: Sequence[tuple[float, float]], apart: float) -> int:
    """Each how-manyth of words in a row has room, which have places and lengths; `apart`: pixels from 1 to 2."""
    nearest = min((after - before for (before, _), (after, _) in pairwise(words)), default=math.inf)
    return max(1, math.ceil((max((length for _, length in words), default=0) + 5) / (nearest * apart)))


def _number(value: float, steps: Sequence[float]) -> str:
    """A number at an axis: all with as many decimals as their step needs."""
    decimals = max(len(f"{step:.10f}".rstrip("0").partition(".")[2]) for step in steps)
    return f"{value:,.{decimals}f}".replace("-", "−")


@cache
def _template() -> dict[str, Any]:
    """All layers without data, as Vega has them."""
    along: dict[str, Any] = {"scale": _scale("x_span"), "axis": _axis("x", grid=False)}
    up: dict[str, Any] = {"scale": _scale("y_span"), "axis": _axis("y", grid=True)}
    x, y = alt.X("x:Q", **along), alt.Y("y:Q", **up)
    bold = alt.ExprRef("bold_line")
    text: dict[str, Any] = {"fontSize": NUMERAL, "fill": var("ink"), "aria": False}

    def of(series: str) -> Any:
        return alt.Chart(alt.NamedData(name=series))

    def line(series: str, colour: str, width: Any, dash: list[int] | None = None) -> Any:
        looks: dict[str, Any] = {
            "strokeWidth": width,
            "strokeDash": dash or alt.Undefined,
            "strokeJoin": "round",
            "aria": False,
        }
        return of(series).mark_line(stroke=var(colour), invalid="break-paths-filter-domains", **looks).encode(x=x, y=y)

    def points(series: str, colour: str, size: Any) -> Any:
        fill = alt.condition("datum.hollow", alt.value(var("bg")), alt.value(var(colour)))
        marks = of(series).mark_point(shape="circle", size=size, opacity=1, strokeWidth=1.5, stroke=var(colour))
        return marks.transform_filter("datum.d").encode(x=x, y=y, fill=fill, description="d:N")

    def band(low: str, high: str, opacity: float) -> Any:
        shade = of("fan").mark_area(fill=var("band"), opacity=opacity, aria=False)
        return shade.encode(x=x, y=alt.Y(f"{low}:Q", **up), y2=f"{high}:Q")

    columns = (
        of("columns")
        .mark_rect(strokeWidth=1.5)
        .encode(
            x=alt.X("left:Q", **along),
            x2="right:Q",
            y=y,
            y2=alt.datum(0),
            fill=alt.condition("datum.hollow", alt.value(var("bg")), alt.Fill("colour:N", scale=None)),
            stroke=alt.Stroke("colour:N", scale=None),
            description="d:N",
        )
    )
    target = of("target").mark_rule(stroke=var("target"), strokeWidth=1.5, strokeDash=[6, 4], aria=False)
    target = target.encode(x=alt.X("start:Q", **along), x2="end:Q", y=y)
    names = of("names").mark_text(align="left", baseline="middle", x=alt.ExprRef("right"), fontWeight="bold", **text)
    names = names.encode(y=alt.Y("at:Q", scale=None), text="text:N", fill=alt.Fill("colour:N", scale=None))
    numerals = of("numerals").mark_text(dy=-12, fontWeight="bold", **text).encode(x=x, y=y, text="text:N")
    halo = of("numerals").mark_text(dy=-12, fontWeight="bold", **text, stroke=var("bg"), strokeWidth=3)
    halo = halo.encode(x=x, y=y, text="text:N")
    layers = (
        columns,
        band("low95", "high95", 0.5),
        band("low80", "high80", 1),
        target,
        line("path", "ink2", 1.25, [8, 3, 2, 3]),
        points("path", "ink2", 4),
        line("prior", "prior", 1.5, [2, 3]),
        points("prior", "prior", 10),
        line("fan", "accent", 1.25, [4, 2]),
        points("fan", "accent", 10),
        line("actual", "accent", bold),
        points("actual", "accent", alt.ExprRef("dot")),
        names,
        halo,
        numerals,
    )
    signals = ("x_span", "x_ticks", "x_names", "y_span", "y_ticks", "y_names", "dot", "bold_line", "right")
    chart = alt.layer(*layers).add_params(*(alt.param(name=one, value=[0, 1]) for one in signals))
    chart = chart.configure(background="transparent", autosize=alt.AutoSizeParams(type="none"))
    chart = chart.configure_view(stroke=None)
    made: dict[str, Any] = vl_convert.vegalite_to_vega(chart.to_dict())
    return made


def _scale(span: str) -> alt.Scale:
    return alt.Scale(domain=alt.ExprRef(span), nice=False, zero=False)


def _axis(of: str, grid: bool) -> alt.Axis:
    return alt.Axis(
        values=alt.ExprRef(f"{of}_ticks"),
        labelExpr=f"{of}_names[indexof({of}_ticks, datum.value)]",
        title=None,
        grid=grid,
        gridColor=var("grid"),
        domain=not grid,
        domainColor=var("rule"),
        ticks=False,
        labelColor=var("ink2"),
        labelFontSize=NUMERAL,
        labelPadding=8,
        labelOverlap=False,
        labelLimit=0,
        labelFlush=False,
        aria=False,
    )
