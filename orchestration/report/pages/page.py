"""What all pages have in common: head, menu, style and script within the page, words in both languages."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from orchestration.rendering.render import render
from orchestration.report import tokens
from orchestration.report.view.briefing import briefing_path
from orchestration.report.view.source import Rows, Source
from orchestration.report.view.standing import Standing
from orchestration.report.words import Figure, full_width, label, number, plain, sentence
from orchestration.text import CHINESE, ENGLISH, LANGUAGES, Pair

ASSETS = Path(__file__).parents[1] / "assets"
FONTS = "fonts"
WEIGHTS = {"400": "NotoSansSC-Regular.woff2", "700": "NotoSansSC-Bold.woff2"}
"""The fonts of the pages, in a folder of the report; a page by itself does with those of its reader."""

MENU = (
    ("glance", "index.html"),
    ("indicators", "index.html#all"),
    ("units", "index.html#units"),
    ("tasks", "tasks.html"),
    ("systems", "systems.html"),
    ("quality", "quality.html"),
    ("change", "change.html"),
)
"""The pages in the menu, and where they are."""


@dataclass(frozen=True)
class Frame:
    """What every page of a release says of it."""

    release_id: str
    published: str
    data_until: Pair
    is_synthetic: bool


def frame(source: Source, data_until: Pair) -> Frame:
    """Of an open release."""
    return Frame(
        source.release.release_id, f"{source.published_at:%Y-%m-%d %H:%M}", data_until, source.release.is_synthetic
    )


def t(pair: Pair) -> Markup:
    """Both languages as HTML, of which the page shows one."""
    zh, en = pair
    if type(zh) is str:
        zh = full_width(zh)
    if zh == en:
        return escape(zh)
    return Markup(f'<span lang="{CHINESE.tag}">{escape(zh)}</span><span lang="{ENGLISH.tag}">{escape(en)}</span>')


def say(name: str, /, **values: object) -> Markup:
    """A sentence of the catalogue, in both languages."""
    return t(sentence(name, **values))


def say_both(name: str) -> str:
    """A sentence where there is room for a text alone, such as a label."""
    return " / ".join(plain(sentence(name)))


def page(template: str, frame: Frame, here: str, title: Pair, root: str = "", **content: Any) -> str:
    """A page of the report. `here`: its place in the menu; `root`: the way from its folder to that of the index."""
    return render(
        f"report_{template}.html",
        here=here,
        menu=MENU,
        root=root,
        title=plain(title),
        style=Markup(style(root)),
        script=Markup(script()),
        script_hash=_script_hash(),
        release_id=frame.release_id,
        published=frame.published,
        data_until=frame.data_until,
        is_synthetic=frame.is_synthetic,
        t=t,
        say=say,
        say_both=say_both,
        **content,
    )


@cache
def style(root: str) -> str:
    """The style sheet with the colours of both themes; what is printed has the light ones. `root`: the way to the
    folder of the fonts."""
    light, dark = tokens.variables(tokens.LIGHT), tokens.variables(tokens.DARK)
    text = (ASSETS / "report.css").read_text(encoding="utf-8")
    faces = "".join(
        f'@font-face{{font-family:"Noto Sans SC";font-weight:{weight};src:url({root}{FONTS}/{file})}}'
        for weight, file in WEIGHTS.items()
    )
    return (
        f"{faces}:root{{color-scheme:light dark;--none:var(--prior);{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
        f":root[data-theme=light]{{color-scheme:light;{light}}}"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n"
        + "\n".join(line.strip() for line in text.splitlines())
    )


@cache
def script() -> str:
    """The script of every page."""
    return (ASSETS / "report.js").read_text(encoding="utf-8")


@cache
def _script_hash() -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(script().encode()).digest()).decode()}"


def briefing_link(region_code: str, root: str = "") -> Markup:
    """The way to the briefing of a region, in each language to its own."""
    text = sentence("briefing_link")
    return Markup("").join(
        Markup('<a lang="{}" href="{}{}">{}</a>').format(
            language.tag, root, briefing_path(region_code, language), language.of(text)
        )
        for language in LANGUAGES
    )


def status_word(status: str, is_over: bool) -> Pair:
    """A status as the page says it: nothing is at risk once the plan is over."""
    return label("status_over" if is_over else "status", status)


def cell(one: Standing, is_over: bool) -> dict[str, Any]:
    """A cell of the heat map: its class, its status, what it says."""
    shown = one.state == "shown" and one.status in ("met", "on_track", "at_risk", "off_track")
    word = status_word(one.status, is_over) if one.state == "shown" else label("state", one.state)
    kind = one.status if shown else "hatch bordered" if one.state in ("withheld", "too_uncertain") else "hatch"
    if shown and one.is_provisional:
        kind, word = f"{kind} provisional", sentence("with_provisional", word=word)
    return {"kind": kind, "status": one.status if shown else "", "word": word, "region": one.region_code, "span": 1}


def against_target(one: Standing) -> dict[str, float | None]:
    """Where the bar or dot of a standing stands: shares of its width. A full bar is 130 % of a cumulative target; a dot
    may be 30 % of the target away from its middle, right being better."""
    if one.state != "shown" or one.actual is None or not one.target:
        return {"bar": None, "dot": None, "elapsed": None}
    if one.indicator.target_kind == "cumulative":
        elapsed = one.elapsed_share
        marked = elapsed if elapsed is not None and elapsed < 1 else None
        reached = max(0.0, min(one.actual / one.target / 1.3, 1.0))
        return {"bar": round(reached, 4), "dot": None, "elapsed": None if marked is None else round(marked / 1.3, 4)}
    at = 0.5 + max(-0.5, min((one.distance or 0.0) / 0.6, 0.5))
    return {
        "bar": None,
        "dot": round(at, 4),
        "dot_from": round(min(at, 0.5), 4),
        "dot_width": round(abs(at - 0.5), 4),
        "elapsed": None,
    }


def figure(measure: str, value: float, unit: str, *key: object) -> Figure:
    """A figure of the release with what it is: the measure, which is a column or made of several, and the keys."""
    return Figure(number(value, unit), value, "/".join((measure, *map(str, key))))


def data_table(name: str, rows: Rows, label_of: Pair) -> dict[str, Any]:
    """The rows of a query as the table behind a chart: columns as the release calls them, exact values beside those
    that are read."""
    return {
        "name": name,
        "sql": escape(rows.sql),
        "label": " / ".join(plain(label_of)),
        "head": rows.names,
        "figures": {
            column
            for at, column in enumerate(rows.names)
            if any(type(row[at]) in (int, float) for row in rows.rows[:20])
        },
        "rows": [[_cell(value) for value in row] for row in rows.rows],
    }


def _cell(value: Any) -> Any:
    if type(value) is float:
        return Markup(
            f'<data value="{value!r}">{value:,.6g}</data>'
            if abs(value) < 1e6
            else f'<data value="{value!r}">{value:,.0f}</data>'
        )
    if type(value) is int:
        return Markup(f'<data value="{value}">{value}</data>')
    return "" if value is None else str(value)


def doubts_of(rows: Rows) -> list[dict[str, Any]]:
    """What a table of doubtful records shows of each rule."""
    return [
        {
            "rule": (row.name_zh, row.name_en),
            "doubts": "–" if row.doubts is None else f"{row.doubts:,}",
            "withheld": row.doubts is None,
            "examined": f"{row.examined:,}",
        }
        for row in rows
    ]


def only_query(name: str, rows: Rows) -> dict[str, Any]:
    """The query alone, where the page shows all its rows already."""
    return {"name": name, "sql": escape(rows.sql), "head": None}
