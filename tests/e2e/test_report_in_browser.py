"""The pages in Chromium: no message, no request to elsewhere, nothing that axe-core calls serious, no overflow, in two
widths, themes and languages; the glance on one sheet of paper."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
# A newcomer need not have a browser; `.ci/run` installs one, and where CI has none these tests fail.
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="no Chromium on this machine (CI has one)"
)

SHOWN = (
    *("index.html", "indicator/arbitration_closure_rate.html", "unit/420900.html"),
    *("tasks.html", "systems.html", "quality.html", "change.html"),
)
SHOWN_AS = ((1440, "light", "zh"), (1440, "dark", "en"), (390, "light", "zh"), (390, "dark", "en"))
"""Width, theme, language: a theme changes colours alone, so that each language has its own."""
JUDGED = (SHOWN_AS[0], SHOWN_AS[-1])
"""Where axe-core looks, which takes it a second each: all widths, themes and languages are in it."""

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
VISIBLE = (
    "lang => [...document.querySelectorAll(`main [lang=${lang}]`)].filter(one => one.getClientRects().length).length"
)
AXE = "but => axe.run({exclude: but}, {preload: false, resultTypes: ['violations']})"
BUT = {"quality.html": ["tbody tr:nth-child(n+6)"]}
"""Where axe-core does not look: the rows of one form after the first five, of which there are hundreds."""


@pytest.fixture(scope="module")
def report(good_home: Path) -> Path:
    return (good_home / "published" / "current" / "report").resolve()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "CI has a Chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(bypass_csp=False)
    yield opened
    opened.close()


def address(report: Path, name: str, **state: str) -> str:
    return f"{(report / name).as_uri()}#{'&'.join(f'{key}={value}' for key, value in state.items())}"


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_is_sound_in_both_widths_themes_and_languages(report: Path, page: Page, name: str) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    for width, theme, language in SHOWN_AS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("about:blank")
        page.goto(address(report, name, lang=language, theme=theme))
        assert page.evaluate(OVERFLOW) == 0, (width, theme, language)
        hidden, shown = ("zh-CN", "en") if language == "en" else ("en", "zh-CN")
        assert page.evaluate(VISIBLE, hidden) == 0
        assert page.evaluate(VISIBLE, shown) > 3
        if (width, theme, language) not in JUDGED:
            continue
        page.evaluate(axe)
        found = page.evaluate(AXE, BUT.get(name, []))["violations"]
        serious = [
            (one["id"], one["nodes"][0]["html"][:160], one["nodes"][0]["failureSummary"][:200])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert not serious, (width, theme, language)
    assert not said
    folder = report.as_uri()
    assert {url for url in asked if url != "about:blank" and not url.startswith(folder)} == set()


def test_the_glance_prints_on_one_sheet(report: Path, page: Page, tmp_path: Path) -> None:
    page.goto(address(report, "index.html"))
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_without_script_the_page_is_whole_in_chinese(report: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address(report, "indicator/arbitration_closure_rate.html"))
    assert page.locator("main [lang=en]:visible").count() == 0
    assert page.locator("[data-counties]:visible").count() == 17 - 4, "all units that have counties"
    context.close()


def test_a_chart_is_walked_with_the_keyboard_and_an_address_can_be_sent(report: Path, page: Page) -> None:
    page.goto(address(report, "indicator/arbitration_closure_rate.html", lang="en", region="420500"))
    *_, oldest = [one.get_attribute("data-set-period") for one in page.locator("[data-set-period]").all()]
    assert oldest
    page.goto(address(report, "indicator/arbitration_closure_rate.html", lang="en", region="420500", period=oldest))
    assert [one.get_attribute("data-counties") for one in page.locator("[data-counties]:visible").all()] == ["420500"]
    assert [one.get_attribute("data-period") for one in page.locator("[data-period]:visible").all()] == [oldest]
    page.locator(".picture").nth(1).focus()
    said = []
    for key in ("End", "ArrowLeft", "Home"):
        page.keyboard.press(key)
        said.append(page.locator("#tip").inner_text())
    assert len(set(said)) == 3 and said[0].startswith("2025-12: ") and said[2].startswith("2025-01: ")
    page.keyboard.press("Escape")
    assert not page.locator("#tip").is_visible()
    page.locator("header nav a").first.click()
    page.wait_for_url("**/index.html#lang=en")
    assert page.locator("h1 [lang=en]").is_visible()


def test_the_table_behind_a_chart_is_saved_with_exact_figures(report: Path, page: Page) -> None:
    page.goto(address(report, "indicator/arbitration_closure_rate.html"))
    page.locator(".evidence summary").first.click()
    with page.expect_download() as download:
        page.locator("button.csv").first.click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    head, first, *_ = text.splitlines()
    assert head.startswith('"period_end","value"')
    shown = page.locator("table[data-query] td data").first.get_attribute("value")
    assert shown and f'"{shown}"' in first
