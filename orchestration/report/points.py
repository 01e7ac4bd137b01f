"""The main points of an indicator in words: its level and growth, its units and path, what limits it. Each number bears
its series; sentences are chosen by what the figures say, and say no more."""

from __future__ import annotations

from types import SimpleNamespace

from orchestration.report.view.indicator import IndicatorView
from orchestration.report.view.source import PROVINCE
from orchestration.report.view.standing import is_good
from orchestration.report.words import (
    Figure,
    counted_in,
    counted_once,
    joined,
    label,
    listed,
    month,
    number,
    region_name,
    sentence,
    share,
    short,
    unless,
)
from orchestration.text import Pair


def headline(view: IndicatorView) -> Pair:
    """What it has come to, and whether that meets the target."""
    one, indicator = view.standing, view.indicator
    if one.actual is None or one.period_end is None:
        return sentence("headline_no_figure", name=indicator.name)
    reached = counted_in(progress_figure(view, "actual", one.actual), indicator.unit)
    end = one.period_end
    if indicator.target_kind == "cumulative":
        what = sentence("headline_cumulative", name=indicator.name, value=reached)
    elif end.month == 12 or indicator.target_kind == "annual_level":  # within a year that of the year before stands
        year = end.year if end.month == 12 else end.year - 1
        what = sentence("headline_level", name=indicator.name, year=year, value=reached)
    else:
        what = sentence("headline_level_by", name=indicator.name, month=month(end), value=reached)
    if one.target is None or one.status in ("no_data", "not_assessed"):
        return what
    goal = counted_once(target_figure(view), indicator.unit)
    if one.status == "met":
        kind = "ceiling" if indicator.direction == "lower" else "floor" if indicator.is_floor else "reached"
        return sentence(f"headline_{kind}", what=what, target=goal)
    if view.is_over:
        return sentence("headline_short" if one.status == "at_risk" else "headline_missed", what=what, target=goal)
    return sentence(f"headline_{one.status}", what=what, target=goal)


def points(view: IndicatorView) -> list[Pair]:
    """Three sentences or fewer, where there is nothing to say."""
    return [one for one in (_level(view), _units(view), _caution(view)) if one is not None]


def progress_figure(view: IndicatorView, measure: str, value: float) -> Figure:
    """A figure of the plan's progress."""
    one = view.standing
    return Figure(
        number(value, view.indicator.unit), value, f"{measure}/{one.indicator.indicator_id}/{PROVINCE}/{one.period_end}"
    )


def target_figure(view: IndicatorView) -> Figure:
    """The target of the plan's end, as it was set."""
    one = view.standing
    assert one.target is not None  # who asks has looked
    return Figure(short(one.target), one.target, f"target/{one.indicator.indicator_id}/{PROVINCE}/{one.period_end}")


def _level(view: IndicatorView) -> Pair | None:
    one, indicator = view.standing, view.indicator
    row = next((row for row in view.years if row.value is not None), None)
    if row is None:
        return None
    year, unit = row.period_end.year, indicator.unit
    figure = Figure(number(row.value, unit), row.value, f"value/{row.series_id}/{row.period_end}")
    value = counted_in(figure, unit)
    if indicator.target_kind == "cumulative" and one.target and one.actual is not None:
        done = one.actual / one.target
        key = f"{indicator.indicator_id}/{PROVINCE}/{one.period_end}"
        first = sentence(
            "point_cumulative",
            actual=counted_in(progress_figure(view, "actual", one.actual), unit),
            share=Figure(share(done), done, f"done/{key}"),
            target=counted_once(target_figure(view), unit),
            year=year,
            value=counted_once(figure, unit),
        )
    elif one.target is not None:
        gap = row.value - one.target
        name = "point_level" if gap else "point_level_exact"
        first = sentence(
            name,
            year=year,
            value=value,
            target=counted_once(target_figure(view), unit),
            **(
                {
                    "gap": _difference(view, abs(gap), f"gap/{row.series_id}/{row.period_end}"),
                    "side": sentence("above" if gap > 0 else "below"),
                }
                if gap
                else {}
            ),
        )
    else:
        first = sentence("point_value", year=year, value=value)
    return joined([first, _growth(view, year)], "")


def _difference(view: IndicatorView, value: float, series: str) -> Pair:
    """A difference of two figures: of rates in points."""
    unit = view.indicator.unit
    figure = Figure(number(value, unit), value, series)
    return sentence("percentage_points", figure=figure) if unit == "%" else counted_in(figure, unit)


def _growth(view: IndicatorView, year: int) -> Pair:
    row = next((row for row in view.growth if row.period_end.year == year), None)
    if row is None or row.change_yoy is None:
        return sentence("growth_none", before=year - 1)
    key = f"{view.indicator.indicator_id}/{PROVINCE}/{row.period_end}"
    side = sentence("up" if row.change_yoy > 0 else "down" if row.change_yoy < 0 else "level")
    if row.change_yoy_pct is not None:
        figure = Figure(f"{abs(row.change_yoy_pct):.1f}%", abs(row.change_yoy_pct), f"change_yoy_pct/{key}")
        return sentence("growth", before=year - 1, side=side, change=figure)
    return sentence(
        "growth", before=year - 1, side=side, change=_difference(view, abs(row.change_yoy), f"change_yoy/{key}")
    )


def _units(view: IndicatorView) -> Pair | None:
    judged = [one for one in view.by_unit if one.state == "shown"]
    parts = []
    if not judged:
        parts.append(sentence("units_none"))
    else:
        good = sum(is_good(one.status, view.is_over) for one in judged)
        key = f"{view.indicator.indicator_id}/{view.standing.period_end}"
        units = Figure(str(len(judged)), len(judged), f"units_judged/{key}")
        parts.append(
            sentence("units_all" if view.is_over else "units_all_now", units=units)
            if good == len(judged)
            else sentence(
                "units_judged" if view.is_over else "units_judged_now",
                units=units,
                met=Figure(str(good), good, f"units_{'met' if view.is_over else 'good'}/{key}"),
            )
        )
        ranked = [row for row in newest(view) if row.rank is not None]
        if len(ranked) > 1:
            best, worst = ranked[0], ranked[-1]
            parts.append(sentence("units_range", **_end(view, "best", best), **_end(view, "worst", worst)))
    one = view.standing
    if not view.is_over and one.expected is not None and one.status_by_path:
        parts.append(
            sentence(
                "point_path",
                expected=counted_in(progress_figure(view, "expected", one.expected), view.indicator.unit),
                status=label("status", one.status_by_path),
                unconfirmed=unless(view.is_path_confirmed),
            )
        )
    return joined(parts)


def _end(view: IndicatorView, which: str, row: SimpleNamespace) -> dict[str, Pair]:
    unit = view.indicator.unit
    figure = Figure(number(row.value, unit), row.value, f"value/{row.series_id}/{row.period_end}")
    return {
        which: region_name(row.region_code, view.regions[row.region_code].name),
        f"{which}_value": counted_once(figure, unit),
    }


def newest(view: IndicatorView) -> list[SimpleNamespace]:
    """The ranking of the newest year."""
    rows = list(view.ranking)
    return [row for row in rows if row.year == rows[0].year]


def _caution(view: IndicatorView) -> Pair | None:
    parts = []
    row = next((row for row in view.years if row.value is not None), None)
    if row is not None and row.is_estimate:
        growth = next((one for one in view.growth if one.period_end == row.period_end), None)
        if growth is not None and growth.standard_error:
            key = f"{view.indicator.indicator_id}/{PROVINCE}/{row.period_end}"
            parts.append(
                sentence(
                    "caution_estimate",
                    error=_difference(view, growth.standard_error, f"standard_error/{key}"),
                    grade=growth.quality_grade,
                    unconfirmed=unless(view.are_grades_confirmed),
                )
            )
        else:
            parts.append(sentence("caution_estimate_alone"))
    uncertain = [one.region_code for one in newest(view) if one.too_uncertain] if view.ranking else []
    if 0 < len(uncertain) <= 3:
        names = listed([region_name(code, view.regions[code].name) for code in uncertain])
        parts.append(sentence("caution_uncertain", names=names))
    elif uncertain:
        parts.append(sentence("caution_uncertain_many", count=len(uncertain)))
    if row is not None and row.maturity == "provisional":
        series = f"{row.series_id}/{row.period_end}"
        received, expected = row.reporting_units_received, row.reporting_units_expected
        parts.append(
            sentence(
                "caution_provisional",
                year=row.period_end.year,
                received=Figure(str(received), received, f"units_received/{series}"),
                expected=Figure(str(expected), expected, f"units_expected/{series}"),
            )
            if expected and received is not None and received < expected
            else sentence("caution_incomplete", year=row.period_end.year)
        )
    if view.indicator.doubt:
        parts.append(sentence("caution_doubt", doubt=view.indicator.doubt))
    if not parts:
        return sentence("caution_none", year=row.period_end.year) if row is not None else None
    return joined(parts)
