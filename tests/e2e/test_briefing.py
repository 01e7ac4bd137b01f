"""The progress briefings of the small sample's release, read back from the PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
import typst
from pypdf import PdfReader

from orchestration.figure.query import open_release
from orchestration.report.briefing import pdf, pdfs
from orchestration.report.pages import briefing as briefing_words
from orchestration.report.pages.briefing import said
from orchestration.report.pages.page import Frame
from orchestration.report.view.briefing import Briefing, briefings
from orchestration.report.view.glance import glance
from orchestration.report.view.source import PROVINCE, Source
from orchestration.report.words import number, short
from orchestration.text import CHINESE, ENGLISH

WUHAN, SHENNONGJIA = "420100", "429021"
ABOUT = Frame("20260120-01", "", ("", ""), True)


@pytest.fixture(scope="module")
def release(good_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_release(good_home / "published" / "current" / "marts.duckdb") as connection:
        yield connection


@pytest.fixture(scope="module")
def made(release: duckdb.DuckDBPyConnection) -> dict[str, Briefing]:
    source = Source(release)
    return {one.region.region_code: one for one in briefings(source, glance(source))}


def pages(made: bytes) -> list[str]:
    """The text of each page without blanks, which Typst also puts between Chinese and digits."""
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(made)).pages]


def test_every_sentence_is_used_and_in_both_languages() -> None:
    code = Path(briefing_words.__file__).read_text(encoding="utf-8")
    made = {f"place_{place}" for place in ("most", "fewest", "between")}
    made |= {name for name in briefing_words.SENTENCES if name.endswith("_now") and f'"{name[:-4]}"' in code}
    assert {name for name in briefing_words.SENTENCES if f'"{name}"' not in code} == made
    for zh, en in briefing_words.SENTENCES.values():
        assert sorted(re.findall(r"\{\w+\}", zh)) == sorted(re.findall(r"\{\w+\}", en))


def test_the_province_and_each_unit_have_one(made: dict[str, Briefing]) -> None:
    assert len(made) == 18
    assert PROVINCE in made


@pytest.mark.parametrize("region", [PROVINCE, WUHAN, SHENNONGJIA])
def test_two_accessible_pages_say_what_the_marts_say(
    release: duckdb.DuckDBPyConnection, made: dict[str, Briefing], region: str
) -> None:
    """UA-1 refuses a missing glyph and a picture without words."""
    rows = release.execute(
        """
        select progress.unit, actual, progress.target, goal.target = progress.target, progress.status
        from v_progress as progress
        inner join dim_plan_indicator as goal using (plan_id, indicator_id)
        where
            region_code = ? and plan_id = '145' and not is_withheld
            and coalesce(status_by_path, '') <> 'too_uncertain'
            and period_end = (
                select max(whole.period_end)
                from fct_plan_progress as whole
                where
                    whole.region_code = '420000' and whole.actual is not null
                    and whole.plan_id = progress.plan_id and whole.indicator_id = progress.indicator_id
            )
        """,
        [region],
    ).fetchall()
    shown = [row for row in rows if row[1] is not None and row[2] is not None]
    assert shown
    late = release.execute("select count(*) from v_overdue where ? in (unit_code, '420000')", [region]).fetchall()[0][0]
    kept = release.execute(
        "select count(*) from fct_plan_task where \"window\" = 'plan' and status like 'met%'"
    ).fetchall()
    for language, content in said(made[region], ABOUT):
        first, second = pages(pdf(content, "ua-1"))
        for unit, actual, target, is_as_set, _ in shown:
            goal = short(target) if is_as_set else number(target, unit)
            assert f"{goal}{number(actual, unit)}" in first
        assert first.startswith("合成数据" if language is CHINESE else "Syntheticdata")
        assert ABOUT.release_id in first
        assert ABOUT.release_id in second
        if late:
            assert (f"逾期未到{late}份" if language is CHINESE else f"Deliveriesoverdue:{late}") in second
        if region == PROVINCE:
            assert (f"项中兑现{kept[0][0]}项" if language is CHINESE else f"Commitments:{kept[0][0]}of") in second
        else:
            judged = [status for *_, status in shown if status in ("met", "on_track", "at_risk", "off_track")]
            counts = (len(judged), judged.count("met"))  # the plan of the small sample is over
            assert ("{}项指标达到{}项".format(*counts) if language is CHINESE else "{1}of{0}".format(*counts)) in first


def test_the_same_figures_are_the_same_bytes_and_keep_their_key(made: dict[str, Briefing]) -> None:
    one = made[WUHAN]
    first, again = (list(pdfs(one, ABOUT)) for _ in range(2))
    assert first == again
    assert [language for language, _ in first] == [CHINESE, ENGLISH]
    assert all(one.key.encode() in file for _, file in first), "by which the next release finds that it is the same"


def test_the_same_release_gives_the_same_keys(release: duckdb.DuckDBPyConnection, made: dict[str, Briefing]) -> None:
    for _ in range(3):
        source = Source(release)
        assert {one.region.region_code: one.key for one in briefings(source, glance(source))} == {
            code: one.key for code, one in made.items()
        }


def test_another_figure_is_another_key(made: dict[str, Briefing]) -> None:
    one = made[WUHAN]
    ranks = {key: SimpleNamespace(**vars(row) | {"rank": 99}) for key, row in one.more.ranks.items()}
    assert replace(one, more=replace(one.more, ranks=ranks)).key != one.key
    elsewhere = {key: row if key[1] == WUHAN else ranks[key] for key, row in one.more.ranks.items()}
    assert replace(one, more=replace(one.more, ranks=elsewhere)).key == one.key


def test_a_glyph_that_the_fonts_lack_is_refused(made: dict[str, Briefing]) -> None:
    _, content = next(said(made[WUHAN], ABOUT))
    with pytest.raises(typst.TypstError):
        pdf(content | {"lead": "\U00020bb7"}, "ua-1")


def test_what_is_withheld_or_too_uncertain_has_no_figure(made: dict[str, Briefing]) -> None:
    one = made[SHENNONGJIA]
    _, content = next(said(one, ABOUT))
    hidden = [
        row
        for row, standing in zip(content["rows"], one.standings, strict=True)
        if standing.state in ("withheld", "too_uncertain")
    ]
    assert hidden
    assert all((row["actual"], row["bar"], row["dot"], row["status"], row["more"][1]) == ("–", None, None, None, "–")
               for row in hidden)  # fmt: skip
