"""The questions of docs/analyst-guide: each is one short query without a join, and the release of the small sample
answers it sensibly."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.figure.query import open_release

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = {"en": DOCS / "analyst-guide" / "README.md", "zh": DOCS / "analyst-guide" / "README.zh-CN.md"}
NOTEBOOK = DOCS / "analyst-guide" / "five_questions.py"
MARK = re.compile(r'aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="(?:bar|point)"')
QUESTION = re.compile(r"^(\d+)\. [^\n]+\n\n   ```sql\n(.*?)   ```$", re.MULTILINE | re.DOTALL)
CHANGES = (4, 5)  # of the first release there are none: test_diff asks v_change of the second

Rows = list[dict[str, Any]]


def questions(language: str) -> dict[int, str]:
    text = GUIDES[language].read_text(encoding="utf-8")
    return {int(number): textwrap.dedent(sql).strip() for number, sql in QUESTION.findall(text)}


@pytest.fixture(scope="module")
def release(good_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_release(good_home / "published" / "current" / "marts.duckdb") as connection:
        yield connection


def ask(release: duckdb.DuckDBPyConnection, number: int, language: str = "en") -> Rows:
    relation = release.sql(questions(language)[number])
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


@pytest.mark.parametrize("language", GUIDES)
@pytest.mark.parametrize("number", range(1, 21))
def test_one_short_query_answers(release: duckdb.DuckDBPyConnection, language: str, number: int) -> None:
    sql = questions(language)[number]
    assert "join" not in sql.casefold() and len(sql.splitlines()) <= 5 and sql.count("select") == 1
    (statement,) = release.extract_statements(sql)
    assert statement.type == duckdb.StatementType.SELECT
    rows = ask(release, number, language)
    assert bool(rows) is (number not in CHANGES)
    named = {name for row in rows for name in row if name.endswith(("_zh", "_en"))}
    assert all(name.endswith(f"_{language}") for name in named)


def test_both_languages_ask_the_same() -> None:
    english, chinese = (
        {number: re.sub(r"_(en|zh)\b", "", sql) for number, sql in questions(language).items()} for language in GUIDES
    )
    assert english == chinese


def test_the_answers_are_sensible(release: duckdb.DuckDBPyConnection) -> None:
    answers = {number: ask(release, number) for number in range(1, 21) if number not in CHANGES}
    assert all(row["gap"] is None or row["gap"] > 0 for row in answers[1])
    assert [row["period_en"] for row in answers[2]] == ["October 2025", "November 2025", "December 2025"]
    assert [row["rank"] for row in answers[3]] == list(range(1, 18))
    assert sum(row["rank_change"] for row in answers[3]) == 0  # who gains places takes them from others
    assert all(row["days_late"] > 0 for row in answers[6])
    assert sum(row["missing"] for row in answers[7]) == len(answers[6])
    assert all(
        re.match(r"[23] of 17 units are in; missing: Enshi", row["why_provisional_en"]) for row in answers[8][:5]
    )
    assert all(0 <= row["per_10000_residents"] < 10_000 for row in answers[9])
    assert [row["period_en"].split()[0] for row in answers[10]] == ["March", "June", "September", "December"] * 5
    assert len(answers[11]) == 19
    assert {row["region_en"] for row in answers[14]} <= counties_of_wuhan(release)
    assert {row["withheld_en"] for row in answers[15]} == {"withheld to protect persons"}
    assert round(sum(row["share_of_province"] for row in answers[16]), 6) == 100
    assert all(row["distance_to_target"] == pytest.approx(row["target"] - row["value"]) for row in answers[18])
    assert answers[20][0]["as_of"] == date(2026, 1, 20) and answers[20][0]["is_synthetic"]


def counties_of_wuhan(release: duckdb.DuckDBPyConnection) -> set[str]:
    rows = release.execute("select name_en from dim_region where parent_code = '420100'").fetchall()
    return {name for (name,) in rows}


def test_a_join_on_the_indicator_alone_repeats_figures(release: duckdb.DuckDBPyConnection) -> None:
    """The warning of the guide is true."""
    counted = "select count(*) from fct_indicator_value"
    of_one = "where indicator_id = 'arbitration_closure_rate'"
    (once,) = release.execute(f"{counted} {of_one}").fetchone() or (0,)
    joined = "inner join dim_indicator using (indicator_id"
    assert release.execute(f"{counted} {joined}) {of_one}").fetchone() == (2 * once,)
    assert release.execute(f"{counted} {joined}, definition_version) {of_one}").fetchone() == (once,)


def test_the_notebook_draws_the_figures_of_the_release(
    release: duckdb.DuckDBPyConnection, good_home: Path, tmp_path: Path
) -> None:
    marts = good_home / "published" / "current" / "marts.duckdb"
    subprocess.run(
        [sys.executable, NOTEBOOK, "--release", marts, "--save", tmp_path, "--language", "en"], check=True, cwd=tmp_path
    )
    drawn = {int(path.stem): MARK.findall(path.read_text(encoding="utf-8")) for path in tmp_path.glob("*.svg")}
    figures = {2: "value", 3: "value", 9: "per_10000_residents", 10: "actual", 18: "distance_to_target"}
    assert set(drawn) == set(figures)
    for number, column in figures.items():
        rows = [row for row in ask(release, number) if row[column] is not None]
        labels = [dict(part.split(": ", 1) for part in label.split("; ")) for label in drawn[number]]
        if number == 2:
            labels = [label for label in labels if label["line"] == "month"]
        name = next(name for name in rows[0] if name in ("region_en", "period_en"))
        seen = {label[name]: float(next(iter_numbers(label)).replace("−", "-")) for label in labels}
        assert seen == {row[name]: pytest.approx(row[column]) for row in rows}


def iter_numbers(label: dict[str, str]) -> Iterator[str]:
    """What of a mark's label is a number."""
    return (text for text in label.values() if re.fullmatch(r"[−-]?[\d.]+(?:e-?\d+)?", text))
