"""The report's own fonts have every character of its words, and may be passed on."""

from __future__ import annotations

import re

import pytest
from fontTools.ttLib import TTFont

from orchestration.settings import PROJECT
from tests.tools.fonts import AREAS, FONTS, GB2312, WEIGHTS, written

NO_SIGNS = {"\n", "\u00ad", "\u200b", "\ufeff"}
"""What is not drawn."""


def characters(file: str) -> set[str]:
    return {chr(code) for code in TTFont(FONTS / file).getBestCmap()}


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("kind", ["ttf", "woff2"])
def test_every_character_of_the_words_is_there(weight: str, kind: str) -> None:
    assert not set(written()) - NO_SIGNS - characters(f"NotoSansSC-{weight}.{kind}")


def test_the_words_are_looked_for_wherever_pages_take_them_from() -> None:
    packages = (PROJECT / "orchestration" / name for name in ("report", "rendering", "attribution"))
    code = "\n".join(path.read_text(encoding="utf-8") for package in packages for path in package.rglob("*.py"))
    assert set(re.findall(r"(?:pair|two_lines|inline|written|words)\(\s*\"([a-z]+)\.", code)) <= set(AREAS)


def test_print_can_write_names_of_places_nobody_has_named_yet() -> None:
    assert not set(GB2312) - {"\u3000"} - characters("NotoSansSC-Regular.ttf")


def test_the_fonts_are_small_and_their_licence_lies_beside_them() -> None:
    assert sum(path.stat().st_size for path in FONTS.glob("*.ttf")) <= 3_000_000
    assert sum(path.stat().st_size for path in FONTS.glob("*.woff2")) <= 500_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert "Reserved Font Name 'Source'" in TTFont(FONTS / "NotoSansSC-Regular.ttf")["name"].getDebugName(0)
    assert TTFont(FONTS / "NotoSansSC-Bold.ttf")["name"].getBestFamilyName() == "Noto Sans SC"
