"""What the progress briefing of a region says, in words and figures, for Typst to set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from orchestration.report import tokens
from orchestration.report.charts import Chart, Level, Mark, drawn
from orchestration.report.pages.findings import bare, headline, lead, map_title, notices, now, shades
from orchestration.report.pages.page import Frame, against_target, status_word
from orchestration.report.pages.tiles import placed
from orchestration.report.svg import for_print
from orchestration.report.view.briefing import Briefing, BriefingView
from orchestration.report.view.source import PROVINCE
from orchestration.report.view.standing import Standing, furthest
from orchestration.report.words import (
    counted_in,
    full_width,
    indicator_name,
    label,
    month,
    number,
    plain,
    region_name,
    sentence,
    short,
    target_text,
)
from orchestration.text import CHINESE, ENGLISH, LANGUAGES, Language, Pair, words

SENTENCES = words("briefing.sentence")
CHARTS, LATE, TASKS = {True: 4, False: 6}, {True: 5, False: 12}, 9
"""How many charts, late deliveries and missed commitments have room: of the province, of a unit."""

HEIGHTS = {True: 220, False: 172}
"""Of a chart."""

WIDTHS = {
    (True, CHINESE): [46, 20, 18, 15, "1fr", 32, 18],
    (True, ENGLISH): [53, 17, 16, 22, "1fr", 29, 17],
    (False, CHINESE): [46, 18, 16, 15, "1fr", 32, 16, 17],
    (False, ENGLISH): [53, 16, 14, 22, "1fr", 29, 14, 15],
}
"""The columns of the table in millimetres, of the province and of a unit."""

STATUSES = ("met", "on_track", "at_risk", "off_track")
TASK_LENGTH = 46
"""Characters of a commitment that are quoted."""


@dataclass(frozen=True)
class _Picture:
    title: Pair
    sub: Pair
    alt: Pair
    drawn: str


def said(of: Briefing, about: Frame) -> Iterator[tuple[Language, dict[str, Any]]]:
    """What the briefing says, in each language. `about`: the release that it is written for."""
    pictures = [_picture(of, one) for one in _drawn(of)]
    for language in LANGUAGES:
        charts = [
            {
                "title": language.of(one.title),
                "sub": language.of(one.sub),
                "alt": language.of(one.alt),
                "svg": for_print(one.drawn, language),
            }
            for one in pictures
        ]
        yield language, content(of, about, language) | {"charts": charts}


def told(name: str, /, **values: object) -> Pair:
    """A sentence of the briefing, as text; values that are pairs give each language its half."""
    zh, en = SENTENCES[name]
    halves = [
        {key: plain(value)[at] if type(value) is tuple else value for key, value in values.items()} for at in (0, 1)
    ]
    return full_width(zh.format(**halves[0])), en.format(**halves[1])


def content(of: Briefing, about: Frame, language: Language) -> dict[str, Any]:
    """The words and figures of a briefing but its charts, in one language."""
    view, region, is_province, standings = of.view, of.region, of.is_province, of.standings

    def say_one(name: str, /, **values: object) -> str:
        return language.of(told(name, **values))

    def one_of(pair: Pair) -> str:
        return language.of(plain(pair))

    until = month(view.standings.period_end)
    title, opening = _headline(of)
    shown = _drawn(of)
    head = [sentence(one) for one in ("indicator", "target", "actual")] + [
        ("", ""),
        sentence("against_target"),
        sentence("status"),
    ]
    if is_province:
        head.append(told(now("units_met", view.standings.is_over)))
    else:
        head += [told("province"), told("rank", year=view.standings.period_end.year)]
    return {
        "key": of.key,
        "lang": language.tag[:2],
        "region": "cn" if language is CHINESE else "gb",
        "colours": dict(tokens.LIGHT),
        "title": say_one("title", region=region.name),
        "synthetic": one_of(sentence("synthetic")) if about.is_synthetic else None,
        "subject": say_one(
            "subject",
            region=region.name,
            plan=view.plan.name,
            first=view.plan.starts_on.year,
            last=view.plan.ends_on.year,
        ),
        "headline": one_of(title),
        "lead": one_of(opening),
        "notices": [one_of(one) for one in notices(view)] if is_province else [],
        "segments": _segments(of, one_of),
        "head": [one_of(one) for one in head],
        "widths": WIDTHS[is_province, language],
        "aligns": ["left", "right", "right", "left", "left", "left", "right", "right"][: len(head)],
        "rows": [_row(of, one, one_of) for one in standings],
        "table_note": say_one("table_note", month=until),
        "doubts": [
            one_of(sentence("doubt_line", name=_name(one), doubt=one.indicator.doubt))
            for one in standings
            if one.indicator.doubt and is_province
        ],
        "charts_title": say_one("charts" if any(one.is_missed for one in shown) else "charts_met"),
        "tile_size": 7.5 if language is CHINESE else 6.2,
        "map": _map(of, one_of),
        "lists": [
            *([_tasks(of.more, language)] if is_province and of.more.tasks.judged else []),
            _late(of.more.late.get(region.region_code, []), is_province, language),
        ],
        "notes_title": say_one("notes"),
        "notes": [say_one("note_targets"), say_one("note_provisional")],
        "footer": say_one("footer", release=about.release_id, month=until),
        "page": say_one("page", page="{page}", pages="{pages}"),
    }


def _name(one: Standing) -> Pair:
    zh, en = bare(indicator_name(one.indicator.indicator_id, one.indicator.name))
    return zh, f"{en[:1].upper()}{en[1:]}"


def _target(one: Standing) -> str:
    """The target with its sign: the plan's as it was set, a unit's as figures are."""
    indicator = one.indicator
    text = target_text(one.target, indicator.target_kind, indicator.direction, indicator.is_floor)
    if one.target is None or one.target == indicator.target:
        return text
    return text.replace(short(one.target), number(one.target, indicator.unit))


def _segments(of: Briefing, one_of: Callable[[Pair], str]) -> list[dict[str, Any]]:
    """How many of a status; of the province, those that the plan numbers, as in the headline."""
    counted = [one for one in of.standings if one.indicator.is_numbered or not of.is_province]
    counts = Counter(one.status for one in counted if one.state == "shown")
    return [
        {"status": status, "count": counts[status], "word": one_of(status_word(status, of.view.standings.is_over))}
        for status in STATUSES
        if counts[status]
    ]


def _headline(of: Briefing) -> tuple[Pair, Pair]:
    view, region, over = of.view, of.region, of.view.standings.is_over
    if of.is_province:
        return plain(headline(view)), plain(lead(view))
    missed, judged = view.missed[region.region_code]
    title = told(now("headline_unit", over), region=region.name, total=judged, met=judged - missed)
    if not judged:
        return title, told("lead_no_figure")
    if not missed:
        return title, told(now("lead_all_met", over))
    counts = sorted((count for count, _ in view.missed.values()), reverse=True)
    place = "most" if missed == counts[0] else "fewest" if missed == counts[-1] else "between"
    standing = told(f"place_{place}", place=counts.index(missed) + 1, units=len(counts))
    known = furthest(of.standings)
    if not known:  # statuses alone: no figure has a target to be held against
        return title, told(now("lead_missed", over), missed=missed, place=standing)
    return title, told(now("lead_unit", over), name=_name(known[0]), missed=missed, place=standing)


def _drawn(of: Briefing) -> list[Standing]:
    """Those whose course is drawn: the furthest behind of those that have one."""

    def has_course(one: Standing) -> bool:
        key = (one.indicator.indicator_id, one.region_code)
        return one.indicator.target_kind == "cumulative" or bool(of.more.years.get(key))

    return [one for one in furthest(of.standings) if has_course(one)][: CHARTS[of.is_province]]


def _row(of: Briefing, one: Standing, one_of: Callable[[Pair], str]) -> dict[str, Any]:
    indicator, is_shown = one.indicator, one.state == "shown" and one.actual is not None
    view, place = of.view, against_target(one)
    ident = indicator.indicator_id
    if of.is_province:
        met, judged = view.met_units[ident]
        beside = [f"{met}/{judged}" if judged else "–"]
    else:
        whole, rank = view.standings.of[ident, PROVINCE], of.more.ranks.get((ident, one.region_code))
        beside = [
            "–" if whole.actual is None else number(whole.actual, indicator.unit),
            "–" if rank is None or not is_shown else f"{rank.rank}/{rank.units_ranked}",
        ]
    return {
        "name": one_of(indicator_name(ident, indicator.name)),
        "binding": one_of(sentence("binding")) if indicator.is_binding else None,
        "target": _target(one),
        "actual": number(one.actual, indicator.unit) if is_shown and one.actual is not None else "–",
        "unit": one_of(label("unit", indicator.unit)),
        "bar": place["bar"],
        "dot": place["dot"],
        "elapsed": place["elapsed"],
        "provisional": one.is_provisional,
        "status": one.status if is_shown and one.status in STATUSES else None,
        "word": one_of(status_word(one.status, view.standings.is_over) if is_shown else label("state", one.state)),
        "more": beside,
    }


def _picture(of: Briefing, one: Standing) -> _Picture:
    """The course since the plan began of what is cumulative, else the years."""
    indicator, key = one.indicator, (one.indicator.indicator_id, one.region_code)
    view, more = of.view, of.more
    first, last = view.plan.starts_on.year, view.plan.ends_on.year
    title = told(
        "chart_value",
        name=_name(one),
        value=counted_in(number(one.actual or 0.0, indicator.unit), indicator.unit),
        target=f"{_target(one)}{indicator.unit if indicator.unit == '%' else ''}",
    )
    goal, path = plain(sentence("line_target")), plain(sentence("line_path"))
    if indicator.target_kind == "cumulative":
        rows = more.courses.get(key, [])
        chart = Chart(
            ticks=tuple((12.0 * at, (str(first + at), str(first + at))) for at in range(last - first + 2)),
            actual=tuple(Mark(float(row.month), row.actual) for row in rows),
            path=tuple(Mark(float(row.month), row.expected_value) for row in rows),
            target=(Level(0.0, 12.0 * (last - first + 1), one.target or 0.0),),
            names={"target": goal, "path": path},
            from_zero=True,
        )
    else:
        rows = more.years.get(key, [])
        chart = Chart(
            ticks=tuple((float(row.year), (str(row.year), str(row.year))) for row in rows),
            actual=(
                Mark(rows[0].year - 0.5, None),  # room for numerals
                *(
                    Mark(
                        float(row.year),
                        row.value,
                        ("", ""),
                        "" if row.value is None else number(row.value, indicator.unit),
                        row.is_provisional,
                    )
                    for row in rows
                ),
                Mark(rows[-1].year + 0.5, None),
            ),
            target=tuple(
                Level(row.year - 0.5, row.year + 0.5, row.target_value) for row in rows if row.target_value is not None
            ),
            names={"target": goal},
        )
        first = rows[0].year
    form = "chart_course" if indicator.target_kind == "cumulative" else "chart_years"
    return _Picture(
        title,
        told(form, unit=label("unit", indicator.unit)),
        told("chart_alt", title=title, first=first, last=last),
        drawn(chart, tokens.NARROW, HEIGHTS[of.is_province]),
    )


def _map(of: Briefing, one_of: Callable[[Pair], str]) -> dict[str, Any]:
    view, region, over = of.view, of.region, of.view.standings.is_over
    shade = shades(view)
    tiles = []
    for unit in view.units:
        missed, _ = view.missed[unit.region_code]
        place = placed(unit.region_code)
        tiles.append(
            {
                "column": place["column"] - 1,
                "row": place["row"] - 1,
                "name": one_of(region_name(unit.region_code, unit.name)),
                "figure": str(missed),
                "shade": shade[missed],
                "here": unit.region_code == region.region_code,
            }
        )
    tiles.sort(key=lambda one: (one["row"], one["column"], one["here"]))
    if of.is_province:
        title = map_title(view)
    else:
        missed, judged = view.missed[region.region_code]
        title = told(
            now("map_here", over), region=region_name(region.region_code, region.name), missed=missed, judged=judged
        )
    listing = ", ".join(f"{one['name']} {one['figure']}" for one in tiles)
    return {
        "title": one_of(plain(title)),
        "sub": one_of(told(now("map_sub", over))),
        "alt": one_of(told(now("map_alt", over), list=listing)),
        "tiles": tiles,
    }


def _late(rows: list[SimpleNamespace], is_province: bool, language: Language) -> dict[str, Any]:
    room = LATE[is_province]
    lines = [
        told(
            "late_line_of" if is_province else "late_line",
            unit=(row.unit_zh, row.unit_en),
            extract=(row.extract_zh, row.extract_en),
            period=(row.period_zh, row.period_en),
            due=row.due_on,
            days=row.days_late,
        )
        for row in rows[:room]
    ]
    return {
        "lang": language.tag[:2],
        "title": language.of(told("late", count=len(rows)) if rows else told("late_none")),
        "lines": [language.of(one) for one in lines],
        "more": language.of(told("late_more", count=len(rows) - room)) if len(rows) > room else None,
    }


def _tasks(more: BriefingView, language: Language) -> dict[str, Any]:
    """The commitments that were missed, as the plan has them, in Chinese."""
    rows = list(more.missed_tasks)
    lines = []
    for row in rows[:TASKS]:
        quote = row.quote if len(row.quote) <= TASK_LENGTH else f"{row.quote[:TASK_LENGTH]}…"
        if row.done is None:
            lines.append(told("task_years", quote=quote, due=row.years_due, met=row.years_met or 0))
        else:
            lines.append(told("task_done", quote=quote, done=short(row.done), unit=row.unit))
    left = len(rows) - len(lines)
    return {
        "lang": CHINESE.tag[:2],
        "title": language.of(told("tasks", judged=more.tasks.judged, kept=more.tasks.kept)),
        "lines": [CHINESE.of(one) for one in lines],
        "more": language.of(told("task_more", count=left)) if left else None,
    }
