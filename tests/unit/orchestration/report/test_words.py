"""Words of the pages: numbers, punctuation, states, sentences of the catalogue; by hand."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestration.report.pages.page import against_target, cell, t
from orchestration.report.pages.tiles import PLACES, class_of, classes
from orchestration.report.view.indicator import finished
from orchestration.report.view.source import Indicator
from orchestration.report.view.standing import Standing, State, state_of
from orchestration.report.words import (
    LABELS,
    SENTENCES,
    Figure,
    counted_in,
    full_width,
    listed,
    number,
    sentence,
    share,
    short,
    signed,
    target_text,
)
from orchestration.statistics.forecast import METHODS
from orchestration.text import words
from raw_landing.regions import load_regions

PACKAGE = Path(__file__).parents[4] / "orchestration"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (93.384, "%", "93.38"),
        (421.2, "万人", "421.2"),
        (23.41, "万人次", "23.41"),
        (6137.0, "万人", "6,137.0"),
        (1085.0, "人", "1,085"),
        (-0.5, "%", "−0.50"),
    ],
)
def test_a_figure_has_the_digits_of_its_unit(value: float, unit: str, text: str) -> None:
    assert number(value, unit) == text


def test_a_difference_has_its_sign_and_nothing_has_none() -> None:
    assert [signed(value) for value in (0.21, -3.0, 0.001)] == ["+0.21", "−3.00", "0.00"]


def test_a_target_has_the_digits_it_was_set_with() -> None:
    assert [short(value) for value in (350.0, 94.9278, 0.5, 6140.0, 100.0)] == ["350", "94.93", "0.5", "6,140", "100"]
    assert target_text(6.0, "ceiling", "lower", False) == "≤ 6"
    assert target_text(90.0, "level", "higher", True) == "≥ 90"
    assert target_text(350.0, "cumulative", "higher", False) == "350"
    assert target_text(None, "text", "none", False) == "–"


def test_a_share_reads_as_all_or_nothing_only_where_it_is() -> None:
    shares = (0.0, 0.001, 0.004, 0.5, 0.994, 0.996, 0.99999, 1.0, 1.00001, 1.004)
    assert [share(value) for value in shares] == [
        *("0%", "<1%", "<1%", "50%", "99%", "99.6%", ">99.9%", "100%", ">100%", "100.4%"),
    ]


def test_chinese_has_its_own_punctuation_but_not_within_numbers_and_tags() -> None:
    assert full_width("达到1,085人(约束性),08:17发布;完?") == "达到1,085人（约束性），08:17发布；完？"
    assert full_width('<data value="1" class="a;b">1</data>,{name}&lt;x') == (
        '<data value="1" class="a;b">1</data>，{name}&lt;x'
    )


def test_a_sentence_gives_each_language_its_half_and_escapes_what_it_is_given() -> None:
    zh, en = sentence("doubt_line", name=("甲<b>", "A<b>"), doubt=("存疑,待查", "unsure"))
    assert (zh, en) == ("甲&lt;b&gt;：存疑，待查。", "A&lt;b&gt;: unsure.")
    figure = Figure("12", 12, "count/met/145/2025-12-31")
    zh, _ = sentence("lead_part", count=figure, word=("未达到", "missed"), named=("", ""))
    assert zh == '<data value="12" data-series="count/met/145/2025-12-31">12</data>项未达到'


@pytest.mark.parametrize(
    ("value", "is_suppressed", "too_uncertain", "state"),
    [
        (1.0, False, False, "shown"),
        (1.0, False, None, "shown"),
        (None, False, False, "not_delivered"),
        (None, False, None, "not_delivered"),
        (None, False, True, "too_uncertain"),
        (1.0, False, True, "too_uncertain"),
        (None, True, None, "withheld"),
    ],
)
def test_a_figure_that_is_not_shown_says_why(
    value: float | None, is_suppressed: bool, too_uncertain: bool | None, state: State
) -> None:
    row = SimpleNamespace(value=value, is_suppressed=is_suppressed, too_uncertain=too_uncertain)
    assert state_of(row) == state


def test_a_pair_is_shown_once_where_both_are_alike() -> None:
    assert t(("2025", "2025")) == "2025"
    assert t(("目标", "Target")) == '<span lang="zh-CN">目标</span><span lang="en">Target</span>'


def test_words_in_a_row() -> None:
    assert listed([("甲", "A"), ("乙", "B"), ("丙", "C")]) == ("甲、乙、丙", "A, B and C")
    assert counted_in("5", "%") == ("5%", "5%")
    assert counted_in("5", "万人") == ("5万人", "5\u00a0×10k persons")


def test_every_sentence_of_the_pages_is_used_and_every_one_named_is_there() -> None:
    code = "".join(path.read_text("utf-8") for path in sorted((PACKAGE / "report").rglob("*.py")))
    code += "".join(path.read_text("utf-8") for path in (PACKAGE / "rendering/templates").glob("report_*.html"))
    named = set(re.findall(r'"(\w+)"', code))
    patterns = {re.sub(r"\{[^}]*\}", r"\\w+", one) for one in re.findall(r'f"(\w*\{[^"]*\}\w*)"', code)}
    patterns |= {r"menu_\w+"}
    telling = [one for one in patterns if re.search(r"[a-z_]{3}", one.replace(r"\w+", ""))]
    made = {name for name in SENTENCES if any(re.fullmatch(one, name) for one in telling)}
    assert set(SENTENCES) <= named | made
    said = set(re.findall(r'(?:say|say_both|sentence)\(\s*"(\w+)"(?! \+)', code))
    assert said <= set(SENTENCES)


def test_every_unit_has_a_tile_and_a_short_name() -> None:
    units = {code for code, region in load_regions().by_code.items() if region.level == "prefecture"}
    assert set(PLACES) == units and len(set(PLACES.values())) == 17
    assert units < set(LABELS["region_short"])


def test_classes_hold_about_as_many_each_and_one_value_is_of_one_class() -> None:
    bounds = classes([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 0)
    assert bounds == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert [class_of(value, bounds, 0) for value in (1.0, 3.0, 6.0)] == [1, 3, 5]
    assert classes([7.0, 7.0, 7.0], 1) == [7.0] and class_of(7.0, [7.0], 1) == 3


def test_a_year_that_is_not_over_is_held_against_nothing() -> None:
    years = [SimpleNamespace(period_end=date(year, 12, 31), value=value) for year, value in YEARS]
    assert [row.period_end.year for row in finished(years, date(2025, 7, 31))] == [2022, 2024]
    assert [row.period_end.year for row in finished(years, date(2025, 12, 31))] == [2022, 2024, 2025]
    assert finished(years, None) == []


def test_every_method_of_a_forecast_has_a_name() -> None:
    assert set(LABELS["forecast_method"]) == set(METHODS)


YEARS = ((2025, 55.27), (2024, 85.2), (2023, None), (2022, 82.0))


def _indicator(kind: str = "level", direction: str = "higher", baseline: float | None = None) -> Indicator:
    name = ("指标", "Indicator")
    return Indicator("x", "1", name, "%", False, kind, direction, "rate", baseline, 90.0, None, None)


def _standing(
    indicator: Indicator, state: State = "shown", actual: float | None = 93.0, provisional: bool = False
) -> Standing:
    day = date(2025, 12, 31)
    return Standing(indicator, "420100", state, day, 90.0, actual, "met", elapsed_share=1.0, is_provisional=provisional)


def test_a_bar_is_a_share_of_a_cumulative_target_and_a_dot_a_distance() -> None:
    cumulative = _standing(_indicator("cumulative"), actual=90.0)
    assert against_target(cumulative) == {"bar": round(1 / 1.3, 4), "dot": None, "elapsed": None}
    level = against_target(
        _standing(_indicator(), actual=99.0)
    )  # a tenth above: a sixth of the width right of the middle
    assert level["dot"] == round(0.5 + 0.1 / 0.6, 4) and level["bar"] is None
    ceiling = against_target(_standing(_indicator("ceiling", "lower"), actual=99.0))
    assert ceiling["dot"] == round(0.5 - 0.1 / 0.6, 4)
    assert against_target(_standing(_indicator(), "withheld", None))["dot"] is None


@pytest.mark.parametrize("state", ["withheld", "too_uncertain", "not_delivered", "province_only"])
def test_what_is_not_shown_has_no_status_and_says_why(state: State) -> None:
    shown = cell(_standing(_indicator(), state, None), True)
    assert shown["status"] == "" and shown["kind"].startswith("hatch")
    assert shown["word"] == words("report.state")[state]


def test_a_provisional_cell_is_framed_and_says_so() -> None:
    shown = cell(_standing(_indicator(), provisional=True), True)
    assert shown["kind"] == "met provisional" and shown["word"] == ("已达到，初步数", "Met, provisional")


def test_after_the_plan_nothing_is_at_risk() -> None:
    assert set(LABELS["status_over"]) == set(LABELS["status"])
    assert LABELS["status_over"]["at_risk"][1] == "Narrowly short" and LABELS["status"]["at_risk"][1] == "At risk"


def test_a_target_at_or_below_the_baseline_is_a_floor() -> None:
    assert _indicator(baseline=92.12).is_floor and not _indicator(baseline=80.0).is_floor
    assert not _indicator("ceiling", "lower", 92.0).is_floor and not _indicator().is_floor
