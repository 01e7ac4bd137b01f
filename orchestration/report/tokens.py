"""The colours and sizes of the report, in one place: pages have them as CSS variables, printed charts as literals.
Contrasts and the distances between colours for the colour-blind were measured when they were chosen."""

from __future__ import annotations

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "bg": "#FFFFFF",
    "surface": "#F4F6F8",
    "ink": "#14202B",
    "ink2": "#4B5A67",
    "rule": "#D3DAE0",
    "grid": "#E3E8EC",
    "accent": "#0B5A8A",
    "link": "#0B5A8A",
    "prior": "#6F7E8B",
    "target": "#8C2057",
    "band": "#B9D3E4",
    "met": "#0B5A8A",
    "on_track": "#5B9BC4",
    "at_risk": "#BD7B00",
    "off_track": "#B3341F",
    "q1": "#E1EDF5",
    "q2": "#B5D2E6",
    "q3": "#79AFD3",
    "q4": "#2C71A3",
    "q5": "#0A466F",
    "warnbg": "#FFF4DC",
    "warnink": "#5A3E00",
}
"""On paper and on a light page, by token. `q1` to `q5` are the classes of a map, light to dark."""

DARK: Mapping[str, str] = {
    "bg": "#0F161C",
    "surface": "#18222B",
    "ink": "#E9EEF2",
    "ink2": "#AEBBC6",
    "rule": "#3A4854",
    "grid": "#26323C",
    "accent": "#7CC0EE",
    "link": "#7CC0EE",
    "prior": "#8A99A6",
    "target": "#FFB0D0",
    "band": "#234B66",
    "met": "#6DB7E8",
    "on_track": "#3F7FA8",
    "at_risk": "#F0B840",
    "off_track": "#FF8A73",
    "q1": "#1A303F",
    "q2": "#204A63",
    "q3": "#296787",
    "q4": "#62AAD6",
    "q5": "#AEDCF9",
    "warnbg": "#3A2E10",
    "warnink": "#FFE2A0",
}

FONT = "Noto Sans SC"
NUMERAL = 12
"""Pixels: the writing in charts, on pages the smallest there is."""

WIDE, NARROW, SMALL = 560, 342, 264
"""Widths of a chart in pixels: in a column of the page, on a telephone, as one of many."""

HEIGHTS: Mapping[int, int] = {WIDE: 250, NARROW: 220, SMALL: 132}


def name(token: str) -> str:
    """The CSS variable of a token."""
    return f"--{token.replace('_', '-')}"


def var(token: str) -> str:
    """A colour as a style sheet or an SVG names it."""
    return f"var({name(token)})"


def variables(theme: Mapping[str, str]) -> str:
    """The declarations of a theme's CSS variables."""
    return ";".join(f"{name(token)}:{colour}" for token, colour in theme.items())
