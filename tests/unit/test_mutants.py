"""The edits by which the models are tried, and the page that says who noticed. Nothing is judged here: that is what
`make mutants` does."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from orchestration.gate.run import all_suites
from tests.support.warehouse import DBT_PROJECT
from tests.tools.mutants import BAR, DATA_TEST, DRIFT, EQUAL, PAGE, RULE, SURVIVED, UNIT_TEST, Judged, recorded
from tests.tools.mutation import EQUIVALENT, mutants_of, picked

AT_LEAST = 60
ASKED_AGAIN = "make mutants FILES={}"


@pytest.mark.parametrize(
    ("line", "edits"),
    [
        ("where a.day >= b.day", {"where a.day > b.day", ""}),
        ("and a.is_open", {"or a.is_open", ""}),
        ("and kind = '1'", {"and kind <> '1'", "or kind = '1'", ""}),
        ("a + b as c,", {"a - b as c,"}),
        ("- a as c,", {"+ a as c,"}),
        ("select *", set()),
        ("2 * a as c,", {"2 / a as c,", "3 * a as c,"}),
        ("then 0", {"then 1"}),
        ("round(a, 9) as b,", set()),
        ("left join a on b.x = a.x", {"inner join a on b.x = a.x"}),
        ("inner join a on b.x = a.x", {"left join a on b.x = a.x"}),
        ("select distinct a", {"select a"}),
        ("count(distinct a) as b,", {"count(a) as b,"}),
        ("union all", {"union"}),
        ("union", {"union all"}),
        ("sum(a) as b,", {"max(a) as b,"}),
        ("min(a) as b,", {"max(a) as b,"}),
        ("a is null as b,", {"a is not null as b,"}),
        ("a is not null as b,", {"a is null as b,"}),
        ("not a as b,", {"a as b,"}),
        ("false as a,", {"true as a,"}),
        ("order by a desc", {"order by a asc"}),
        ("a between b and c as d,", set()),
        ("'union all' as a,", set()),
        ("-- where a.day >= b.day", set()),
        ("{# where a.day >= b.day #}", set()),
        ("{{ 'union all' if not loop.last }}", set()),
        ('{{ landed_rows("x", load="events") }}', {'{{ landed_rows("x", load="upsert") }}'}),
    ],
)
def test_a_line_is_edited_in_these_ways(line: str, edits: set[str]) -> None:
    text = f"select a\nfrom b\n    {line}\n"
    made = mutants_of("x.sql", text)
    assert {mutant.after for mutant in made} == edits
    assert {mutant.before for mutant in made} <= {line}
    for mutant in made:
        edited = [text_line.strip() for text_line in mutant.apply(text).splitlines()]
        assert edited == ["select a", "from b", *([mutant.after] if mutant.after else [])]


def test_a_line_that_stands_twice_is_left_alone() -> None:
    assert not mutants_of("x.sql", "union all\nselect a\nunion all\n")


def test_another_engines_macros_are_left_alone() -> None:
    assert not mutants_of("x.sql", "{% macro default__x(a) -%} {{ a }} + 2 {%- endmacro %}\n")


def test_the_same_are_picked_again() -> None:
    assert picked() == picked()


@pytest.fixture(scope="module")
def rows() -> list[Judged]:
    """What the page says."""
    return recorded()


def test_the_page_has_enough_of_them_spread_over_all_layers(rows: list[Judged]) -> None:
    noticed = [row for row in rows if not row.verdict.startswith((EQUAL, SURVIVED))]
    assert len(noticed) >= AT_LEAST
    layers = Counter(re.match(r"macros|models/\w+", row.file)[0] for row in noticed)
    assert set(layers) == {"macros", "models/intermediate", "models/marts", "models/restricted"}, "staging is generated"


def test_the_page_counts_its_rows(rows: list[Judged]) -> None:
    said = dict(re.findall(r"^\| ([^|`]+) \| (\d+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    verdicts = (UNIT_TEST, DATA_TEST, RULE, EQUAL, SURVIVED)
    counted = {verdict: sum(row.verdict.startswith(verdict) for row in rows) for verdict in verdicts}
    assert {verdict: int(said[verdict]) for verdict in verdicts} == counted
    assert sum(counted.values()) == len(rows)


def test_every_line_on_the_page_still_stands_in_its_file(rows: list[Judged]) -> None:
    stale = set()
    for row in rows:
        path = DBT_PROJECT / row.file
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        if row.before not in map(str.strip, lines):
            stale.add(row.file)
    assert not stale, ASKED_AGAIN.format(" ".join(sorted(stale)))


def test_whoever_noticed_still_looks(rows: list[Judged]) -> None:
    tests = DRIFT.read_text(encoding="utf-8") + "".join(
        path.read_text(encoding="utf-8") for path in DBT_PROJECT.rglob("*.yml")
    )
    rules = {f"{suite.name}.{rule.name}" for suite in all_suites() for rule in suite.rules}
    gone = set()
    for row in rows:
        who, _, name = row.verdict.rstrip("`").partition(" `")
        if (who == UNIT_TEST and not re.search(rf"\b{name}\b", tests)) or (who == RULE and name not in rules):
            gone.add(row.file)
    assert not gone, ASKED_AGAIN.format(" ".join(sorted(gone)))


def test_every_reason_is_of_an_edit_on_the_page(rows: list[Judged]) -> None:
    said = {row.verdict.partition(": ")[2] for row in rows if row.verdict.startswith(EQUAL)}
    assert said == set(EQUIVALENT.values())


def test_a_row_reads_as_it_was_written() -> None:
    row = Judged("models/x.sql", "a || b as c,", "", f"{UNIT_TEST} `x`")
    assert BAR[1] in row.line()
    assert row.line().count(" | ") == 3
