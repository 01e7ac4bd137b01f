"""The report's fonts, cut from Noto Sans SC: `python -m tests.tools.fonts FOLDER`, where FOLDER holds what
`npm pack @expo-google-fonts/noto-sans-sc@0.4.3` unpacks to. To be run again when `test_fonts` misses a character."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from fontTools import subset

from orchestration.settings import PROJECT

FONTS = PROJECT / "orchestration/report/assets/fonts"
WEIGHTS = {"Regular": "400Regular/NotoSansSC_400Regular.ttf", "Bold": "700Bold/NotoSansSC_700Bold.ttf"}
AREAS = (
    *("attribution", "briefing", "climate", "exports", "labels", "pages", "pensions", "release", "report"),
    *("crosswalk", "funds", "indices", "labour", "services", "subjects", "wages", "warning"),
)
"""The sentences that pages say; the others are for terminals and messages."""
WRITTEN = (
    *(f"orchestration/text/{area}.yml" for area in AREAS),
    "dbt_project/seeds/*.csv",
    "raw_landing/contracts/**/*.yml",
)
"""Where the words of the report stand."""

ELSEWHERE = (
    "docs/**/*.md",
    "orchestration/text/*.yml",
    "dbt_project/models/**/*.yml",
    "expectations/text/*.yml",
    "raw_landing/**/*.yml",
)
"""Where the words stand that may well be said there next."""

GB2312 = "".join(
    bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF)
)
SIGNS = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0·×÷±–—‘’“”…−≈≠≤≥→↑↓▲●○✓，：；（）？！、。《》"


def written(patterns: tuple[str, ...] = WRITTEN) -> str:
    """Every character of the report's words, once."""
    texts = (path.read_text(encoding="utf-8") for pattern in patterns for path in sorted(PROJECT.glob(pattern)))
    return "".join(sorted(set().union(SIGNS, *texts)))


def cut(source: Path, characters: str, target: Path) -> None:
    """Write a font of some characters, as the name of the file says."""
    options = subset.Options(hinting=False, notdef_outline=True, flavor="woff2" if target.suffix == ".woff2" else None)
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    font["head"].modified = font["head"].created  # the same bytes whenever it is made
    font.recalcTimestamp = False
    subset.save_font(font, str(target), options)


def main(package: Path) -> None:
    """Cut all: for print with GB 2312, in which any place is written; bold, and for pages, with the project's words."""
    words = written(WRITTEN + ELSEWHERE)
    for weight, source in WEIGHTS.items():
        cut(package / source, words + GB2312 if weight == "Regular" else words, FONTS / f"NotoSansSC-{weight}.ttf")
        cut(package / source, words, FONTS / f"NotoSansSC-{weight}.woff2")
    shutil.copyfile(package / "LICENSE_FONT", FONTS / "OFL.txt")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
