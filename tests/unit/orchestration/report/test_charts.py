"""Charts are read back from what is drawn: figures, heights, words, gaps, colours."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from orchestration.report import tokens
from orchestration.report.charts import Chart, Column, Interval, Level, Mark, drawn, for_page, y_ticks
from orchestration.report.svg import for_print
from orchestration.text import CHINESE, ENGLISH

SVG = "{http://www.w3.org/2000/svg}"
YEARS = (2020, 2021, 2022, 2023)
RATES = (92.12, 92.44, None, 93.13)


def says(year: int) -> tuple[str, str]:
    return f"{year}年“<甲>&乙”", f'{year} "A" & <B>'


def rates(from_zero: bool = False) -> Chart:
    """Four years of a rate, one without a figure, one provisional, against a target of 90."""
    return Chart(
        ticks=tuple((year, (f"{year}年", str(year))) for year in YEARS),
        actual=tuple(
            Mark(year, rate, says(year), numeral=f"{rate:.1f}" if rate else "", provisional=year == 2021)
            for year, rate in zip(YEARS, RATES, strict=True)
        ),
        target=(Level(2021, 2023, 90.0),),
        names={"actual": ("全省", "Province"), "target": ("目标 ≥ 90", "target ≥ 90")},
        from_zero=from_zero,
    )


def pictures(chart: Chart, small: bool = False) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(f"<p>{for_page(chart, small)}</p>"))


def marks(picture: ElementTree.Element, of: str) -> list[ElementTree.Element]:
    return [one for one in picture.iter() if one.get("class") == "mark" and one.get("data-of") == of]


def place(mark: ElementTree.Element) -> tuple[float, float]:
    x, y = re.findall(r"-?[\d.]+", mark.attrib["transform"])
    return float(x), float(y)


def test_a_page_has_both_widths_and_hides_them_from_screen_readers() -> None:
    assert [(one.get("class"), one.get("width"), one.get("aria-hidden")) for one in pictures(rates())] == [
        ("chart wide", "560", "true"),
        ("chart narrow", "342", "true"),
    ]
    assert [one.get("class") for one in pictures(rates(), small=True)] == ["chart small"]


def test_marks_carry_their_exact_figures_and_words() -> None:
    for picture in pictures(rates()):
        found = [(one.get("data-x"), one.get("data-y"), one.get("data-zh"), one.get("data-en"))
                 for one in marks(picture, "actual")]  # fmt: skip
        assert found == [(str(x), repr(y), *says(x)) for x, y in zip(YEARS, RATES, strict=True) if y is not None]


def test_marks_stand_at_the_heights_of_their_figures() -> None:
    for picture in pictures(rates()):
        (left, low), (_, middle), (right, high) = map(place, marks(picture, "actual"))
        assert left == 0 < right
        assert (middle - low) / (high - low) == pytest.approx((92.44 - 92.12) / (93.13 - 92.12), abs=1e-4)


def test_no_line_crosses_a_gap() -> None:
    lines = [one.get("d", "") for one in pictures(rates())[0].iter(f"{SVG}path") if one.get("stroke-linejoin")]
    assert [re.sub(r"[\d.,-]+", "", line) for line in lines] == ["MLMZ"]


def test_a_target_that_stays_is_one_line_and_one_that_moves_has_steps() -> None:
    target = (Level(2019.5, 2020.5, 90.0), Level(2020.5, 2021.5, 90.0), Level(2021.5, 2022.5, 91.0))
    chart = Chart(ticks=((2020, ("", "")), (2022, ("", ""))), target=target)
    lines = [one for one in pictures(chart)[0].iter(f"{SVG}line") if one.get("stroke") == "var(--target)"]
    first, second = (float(one.attrib["x2"]) for one in lines)
    assert first == pytest.approx(2 * second, abs=0.01)


def test_a_single_year_has_a_chart() -> None:
    one = (Mark(2025, 93.4, says(2025)),)
    twice = ((2025, ("2025", "2025")), (2025, ("2025", "2025")))
    for picture in pictures(Chart(ticks=twice, actual=one), small=True) + pictures(Chart(ticks=twice[:1], actual=one)):
        assert [mark.get("data-y") for mark in marks(picture, "actual")] == ["93.4"]
        assert [text.text for text in picture.iter(f"{SVG}text")].count("2025") == 1


def test_a_provisional_figure_is_hollow() -> None:
    assert [one.get("fill") for one in marks(pictures(rates())[0], "actual")] == [
        "var(--accent)",
        "var(--bg)",
        "var(--accent)",
    ]


def test_every_word_stands_in_both_languages() -> None:
    words: dict[str, list[str | None]] = {language: [] for language in ("zh", "en")}
    for span in pictures(rates())[0].iter(f"{SVG}tspan"):
        words[span.attrib["class"]].append(span.text)
    assert words["en"] == ["2020", "2021", "2022", "2023", "Province", "target ≥ 90"]
    assert words["zh"] == ["2020年", "2021年", "2022年", "2023年", "全省", "目标 ≥ 90"]


def test_a_single_figure_is_drawn() -> None:
    for picture in pictures(Chart(ticks=((2024, ("2024", "2024")),), actual=(Mark(2024, 5.0, ("五", "five")),))):
        assert [one.get("data-y") for one in picture.iter(f"{SVG}path") if one.get("class") == "mark"] == ["5.0"]


def test_names_at_the_ends_of_lines_do_not_meet() -> None:
    ends = (Mark(2020, 1.0), Mark(2023, 5.0))
    chart = Chart(
        ticks=((2020, ("", "")), (2023, ("", ""))),
        actual=ends,
        prior=ends,
        path=ends,
        target=(Level(2020, 2023, 5.0),),
        names=dict.fromkeys(("actual", "prior", "path", "target"), ("名", "name")),
    )
    for picture in pictures(chart):
        heights = sorted(place(one)[1] for one in picture.iter(f"{SVG}text") if one.get("text-anchor") == "start")
        assert len(heights) == 4
        assert min(after - before for before, after in pairwise(heights)) >= tokens.NUMERAL


def test_numerals_without_room_give_way_to_the_last() -> None:
    def numerals(width: int, years: int) -> list[str | None]:
        actual = tuple(Mark(year, float(year), says(year), numeral=f"{year}.0") for year in range(years))
        chart = Chart(ticks=((0, ("", "")),), actual=actual)
        texts = ElementTree.fromstring(drawn(chart, width)).iter(f"{SVG}text")
        return [one.text for one in texts if one.get("font-weight") == "bold" and not one.get("stroke")]

    assert numerals(tokens.WIDE, 5) == ["0.0", "1.0", "2.0", "3.0", "4.0"]
    assert numerals(tokens.SMALL, 24) == ["23.0"]


def test_a_forecast_is_a_fan_of_two_bands_with_its_middle() -> None:
    fan = tuple(Interval(x, 10.0 * x, 9.0 * x, 11.0 * x, 8.0 * x, 12.0 * x, ("预测", "forecast")) for x in (1, 2))
    picture = pictures(Chart(ticks=((1, ("1月", "Jan")), (2, ("2月", "Feb"))), forecast=fan))[0]
    assert [one.get("data-y") for one in marks(picture, "forecast")] == ["10.0", "20.0"]
    assert [one.get("opacity") for one in picture.iter() if one.get("fill") == "var(--band)"] == ["0.5", None]


def test_a_column_stands_within_its_wide_one() -> None:
    months = (Column(1, 40.0, ("一", "one"), 80.0), Column(2, 50.0, ("二", "two"), 90.0, provisional=True))
    picture = pictures(Chart(ticks=((1, ("1", "1")), (2, ("2", "2"))), columns=months))[0]
    assert [one.get("data-y") for one in marks(picture, "whole")] == ["80.0", "90.0"]
    assert [(one.get("data-y"), one.get("fill")) for one in marks(picture, "column")] == [
        ("40.0", "var(--accent)"),
        ("50.0", "var(--bg)"),
    ]
    tall = {one.get("data-y"): re.findall(r"[\d.]+", one.get("d", "")) for one in picture.iter() if one.get("data-y")}
    assert float(tall["80.0"][3]) == pytest.approx(2 * float(tall["40.0"][3]), abs=0.01)


def test_only_colours_of_the_report_are_used() -> None:
    page = for_page(rates()) + for_page(rates(), small=True)
    assert not re.search(r"#[0-9a-fA-F]{3,6}\b|rgb|transparent", page)
    assert set(re.findall(r"var\(--([a-z0-9-]+)\)", page)) <= {tokens.name(one)[2:] for one in tokens.LIGHT}
    assert set(tokens.LIGHT) == set(tokens.DARK)


def test_print_has_one_language_and_literal_colours() -> None:
    for language, word in ((CHINESE, "全省"), (ENGLISH, "Province")):
        picture = for_print(drawn(rates(), tokens.WIDE), language)
        texts = [one.text for one in ElementTree.fromstring(picture).iter(f"{SVG}text")]
        assert word in texts
        assert ("全省" in texts) != ("Province" in texts)
        assert set(re.findall(r"#[0-9A-Fa-f]{6}", picture)) <= set(tokens.LIGHT.values())
        assert "var(" not in picture
        assert "tspan" not in picture


def test_the_same_chart_is_the_same_bytes_and_names_no_host() -> None:
    assert for_page(rates()) == for_page(rates())
    assert set(re.findall(r"https?://[^\"]*", for_page(rates()))) == {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize(
    ("low", "high", "count", "ticks"),
    [
        (0, 422, 4, [0, 100, 200, 300, 400, 500]),
        (89.83, 93.55, 4, [89, 90, 91, 92, 93, 94]),
        (0, 9350, 4, [0, 2500, 5000, 7500, 10000]),
        (-3, 3, 2, [-5, -2.5, 0, 2.5, 5]),
        (0.02, 0.09, 4, [0.02, 0.04, 0.06, 0.08, 0.1]),
        (5, 5, 4, [5, 6]),
        (0.3, 0.1 + 0.2, 4, [0.3, 0.35]),
    ],
)
def test_an_axis_has_round_steps(low: float, high: float, count: int, ticks: list[float]) -> None:
    assert y_ticks(low, high, count) == ticks


def test_an_axis_of_counts_starts_at_zero_where_asked() -> None:
    for from_zero, first in ((True, "0"), (False, "89")):
        texts = [one.text for one in pictures(rates(from_zero=from_zero))[0].iter(f"{SVG}text")]
        assert (first in texts) is True
