"""What Vega draws, made fit for its reader: for a page, one picture that serves both languages and both themes, each
mark with its words; for print, one language and literal colours. Works on text; knows nothing of charts."""

from __future__ import annotations

import re
from html import escape

from orchestration.report import tokens
from orchestration.text import Language, Pair

BETWEEN = "\u241f"
"""Between the parts of what has one text in Vega: a Chinese and an English word, or those of a mark."""

WORDS = "="
"""Before words that stand as the hexadecimal digits of their text: Vega measures all that it writes, and what is in no
Latin font takes it four milliseconds each."""

_TEXT = re.compile(rf">{WORDS}([0-9a-f]+)</text>")
_MARK = re.compile(r' aria-label="([^"]*)"')
_NOT_SHOWN = re.compile(
    r' (?:(?:role|aria-(?!label)[a-z]+|pointer-events|version|xmlns:xlink|stroke-miterlimit|class)="[^"]*"'
    r'|opacity="1")(?=[ />])'
)
_EMPTY = re.compile(r'<path [^>]*\bd="(?:M0,0h0v0h0Z)?"[^>]*/>|<path d="[^"]*"/>|<g></g>|<g/>')
_PLACES = re.compile(r'(?<= d=")[^"]*|(?<= transform=")[^"]*|(?<= [xy]2=")[^"]*')
_LONG = re.compile(r"-?\d+\.\d{4,}")
_COLOUR = re.compile(r"var\(--([a-z0-9-]+)\)")
_FONT = re.compile(r' font-family="[^"]*"')


def both(words: Pair) -> str:
    """The text of a word that pages show in the language of the reader."""
    return words[0] if words[0] == words[1] and words[0].isascii() else WORDS + BETWEEN.join(words).encode().hex()


def mark(of: str, x: float, y: float, says: Pair) -> str:
    """The description of a mark: what it says, and its exact figures."""
    return BETWEEN.join((*says, repr(x), repr(y), of))


def for_page(svg: str, kind: str) -> str:
    """A picture to put into a page, as `class="chart kind"`. Hidden from screen readers, who have its label and table;
    words are pairs of `tspan`, colours CSS variables; a mark has its words, its figures and its series as data."""
    svg = _TEXT.sub(_tspans, _MARK.sub(_data, _FONT.sub("", _shortened(svg))))
    return svg.replace("<svg ", f'<svg class="chart {kind}" aria-hidden="true" ', 1)


def for_print(svg: str, language: Language) -> str:
    """A picture by itself in one language, in light colours."""
    svg = _TEXT.sub(lambda found: f">{_words(found)[language.position]}</text>", _MARK.sub("", _shortened(svg)))
    colours = {tokens.name(token)[2:]: colour for token, colour in tokens.LIGHT.items()}
    return _COLOUR.sub(lambda found: colours[found[1]], svg)


def _data(found: re.Match[str]) -> str:
    zh, en, x, y, of = found[1].split(BETWEEN)
    return f' class="mark" data-zh="{zh}" data-en="{en}" data-x="{x}" data-y="{y}" data-of="{of}"'


def _tspans(found: re.Match[str]) -> str:
    zh, en = _words(found)
    if zh == en:
        return f">{zh}</text>"
    return f'><tspan class="zh" lang="zh-CN">{zh}</tspan><tspan class="en" lang="en">{en}</tspan></text>'


def _words(found: re.Match[str]) -> Pair:
    zh, en = escape(bytes.fromhex(found[1]).decode(), quote=False).split(BETWEEN)
    return zh, en


def _shortened(svg: str) -> str:
    """Without what neither shows nor says anything, and without digits beyond a thousandth of a pixel."""
    svg = _MARK.sub(lambda found: found[0] if BETWEEN in found[1] else "", svg)
    svg = _NOT_SHOWN.sub("", svg)
    while svg != (shorter := _EMPTY.sub("", svg)):
        svg = shorter
    return _PLACES.sub(lambda found: _LONG.sub(_thousandth, found[0]), svg)


def _thousandth(found: re.Match[str]) -> str:
    return f"{float(found[0]):.3f}".rstrip("0").rstrip(".")
