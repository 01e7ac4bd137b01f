"""The people of landed data and the final file: what is a name, and where its rows stand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from expectations import ExpectedTable, GateResult, RuleResult, privacy_suite, run_suites
from orchestration.gate.vocabulary import published_words
from raw_landing.contract import load_contracts
from raw_landing.database import connect
from tests.support.valid_warehouse import make_good_release

DUMP = "SELECT dump_id FROM landed.dump WHERE extract = 'employment_registration'"


Good = tuple[Path, Path, dict[str, ExpectedTable]]
"""Warehouse, file, what its tables must be."""


@pytest.fixture(scope="module")
def good(good_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Good:
    file = tmp_path_factory.mktemp("good") / "marts.duckdb"
    return good_warehouse, file, make_good_release(file, good_warehouse)


def judged(good: Good, folder: Path, landed: str, published: str = "SELECT 1") -> GateResult:
    """The suite of personal data, after a change of the warehouse and one of the file."""
    warehouse, file = (Path(shutil.copy(path, folder)) for path in good[:2])
    for path, sql in ((warehouse, landed), (file, published)):
        with connect(path) as connection:
            connection.execute(sql)
    with connect(file, read_only=True) as connection:
        columns = {
            table: {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE marts.{table}").fetchall()}
            for table in good[2]
        }
    suite = privacy_suite(columns, load_contracts().values(), published_words())
    return run_suites(file, [suite], warehouse=warehouse, examples=20, words=published_words())


def named(name: str, line: str = "line_number = 5") -> str:
    return f"UPDATE landed.employment_registration SET person_name = '{name}' WHERE {line}"


def said(text: str) -> str:
    return f"UPDATE marts.fct_landing_receipt SET message_zh = '{text}' WHERE status = 'rejected'"


def test_words_that_every_release_says_are_nobody(good: Good, tmp_path: Path) -> None:
    """Each of them in a row of its own, and all of them said."""
    words = sorted(word for word in published_words() if 2 <= len(word) <= 4 and "'" not in word)
    assert len(words) > 500 and "无数据" in words
    rows = ", ".join(f"('{word}')" for word in words)
    more = (
        "INSERT INTO landed.employment_registration SELECT one.* REPLACE (word AS person_name)"
        f" FROM (FROM landed.employment_registration LIMIT 1) AS one, (VALUES {rows}) AS said (word)"
    )
    assert judged(good, tmp_path, more, said(";".join(words))).failures == ()


def test_rows_of_a_name_are_told_by_dump_and_line(good: Good, tmp_path: Path) -> None:
    wrote = "UPDATE landed.statistical_report SET item = '培训 欧阳锋 人数' WHERE line_number IN (3, 4)"
    landed = f"{named('欧阳锋', 'line_number IN (5, 7)')}; {wrote}"
    (failure,) = judged(good, tmp_path, landed, said("填报人:欧阳锋")).failures
    with connect(good[0], read_only=True) as connection:
        (person,), (text,) = connection.execute(
            f"{DUMP} UNION ALL SELECT dump_id FROM landed.dump WHERE extract = 'statistical_report'"
        ).fetchall()
    assert failure.expectation == "no_landed_name" and not failure.can_be_accepted
    assert set(failure.examples) == {
        f"fct_landing_receipt:message_zh:name:employment_registration:person_name:{person}:5,7",
        f"fct_landing_receipt:message_zh:text:statistical_report:item:{text}:3,4",
    }
    assert "欧阳锋" not in f"{failure}{failure.as_row()}"


def test_of_many_rows_the_first_are_told_and_how_many(good: Good, tmp_path: Path) -> None:
    (failure,) = judged(good, tmp_path, named("欧阳锋", "true"), said("欧阳锋")).failures
    assert failure.examples[0].endswith(f":{','.join(map(str, range(2, 22)))},… (21)")


def test_rows_of_a_number_are_told_by_dump_and_line(good: Good, tmp_path: Path) -> None:
    (failure,) = judged(good, tmp_path, "SELECT 1", said("社保卡 K00000260")).failures
    assert failure.expectation == "no_landed_number"
    assert all(":number:social_card:card_no:" in one for one in failure.examples) and failure.examples
    assert "K00000260" not in repr(failure)


def test_an_employers_credit_code_is_found(good: Good, tmp_path: Path) -> None:
    code = "91420100MA4KABCD7X"
    landed = f"UPDATE landed.inspection_case SET employer_uscc = '{code}' WHERE line_number = 3"
    (failure,) = judged(good, tmp_path, landed, said(f"{code}欠薪")).failures
    assert failure.expectation == "no_landed_number" and not failure.can_be_accepted
    assert all(":number:inspection_case:employer_uscc:" in one for one in failure.examples) and failure.examples
    assert code not in repr(failure)


def test_what_is_told_never_stands_in_a_release() -> None:
    result = RuleResult(
        "release_privacy", "no_landed_name", "t", "规则", "rule", "critical", success=False, examples=("x",)
    )
    assert "examples" not in result.as_row()
