"""Rules and suites as knowledge: complete, unambiguous, and nothing personal in what they would show."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations import GateResult, Rule, RuleResult, Suite, landed_suites, mart_suites, privacy_suite, release_suites
from expectations.personal_numbers import PERSONAL_NUMBER
from expectations.results import DumpInBreach
from expectations.rule import CRITICAL, WARNING, Severity, Table
from expectations.suites.receipts import DUMP_REASONS, ROW_REASONS
from orchestration.dbt_build.catalogue import own_tables
from orchestration.gate.message import ON_PERSONS, refusal
from raw_landing.contract import load_contracts
from raw_landing.messages.reasons import DumpReason, RowReason
from raw_landing.regions import load_regions

CONTRACTS = load_contracts()
LANDED = landed_suites(CONTRACTS, load_regions().by_code)
SUITES = (*LANDED, *mart_suites(CONTRACTS), *release_suites({}))
TABLE = Table("marts.t", ("id",), "spec", called="表")


def test_import_is_light() -> None:
    check = "import sys, expectations; sys.exit('great_expectations' in sys.modules or 'sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_every_rule_speaks_both_languages_and_names_its_source() -> None:
    for suite in SUITES:
        for rule in suite.rules:
            assert re.search(r"[\u4e00-\u9fff]", rule.description_zh), rule.name
            assert re.search(r"[a-z]", rule.description_en), rule.name
            assert rule.source, rule.name


def test_suites_have_names_of_their_own() -> None:
    names = [suite.name for suite in SUITES]
    assert len(set(names)) == len(names)


def test_landed_and_staged_rows_are_shown_by_dump_and_line_only() -> None:
    personal = {column.name for contract in CONTRACTS.values() for column in contract.columns if column.pii}
    for suite in SUITES:
        for rule in suite.rules:
            assert not personal & set(rule.show), rule.name
            if rule.table.removeprefix("landed.") in CONTRACTS or rule.table.startswith("staging."):
                assert set(rule.show) <= {"dump_id", "line_number", "column_name"}


def test_a_rule_asked_again_of_the_final_file_goes_by_its_first_name() -> None:
    """Whoever accepts its failure accepts it on the file, too; a suite of the file alone has its own name."""
    first = {suite.name: {rule.name for rule in suite.rules} for suite in SUITES if not suite.on_file}
    release = release_suites({})
    repeated = [suite for suite in release if suite.repeats is not None]
    assert all(suite.on_file for suite in release) and 0 < len(repeated) < len(release)
    for suite in repeated:
        assert suite.name not in first and {rule.name for rule in suite.rules} <= first[suite.repeats or ""]
    alone = replace(_result("key"), suite="release_fct_run_stage", on_file=True)
    again = replace(alone, repeats="fct_run_stage")
    assert (alone.name, alone.can_be_accepted) == ("release_fct_run_stage.key", False)
    assert (again.name, again.can_be_accepted) == ("fct_run_stage.key", True)


def test_a_refusal_for_persons_names_that_way_on() -> None:
    """The rules on them are named in the advice as their suite has them."""
    file = [suite for suite in (*SUITES, privacy_suite({}, CONTRACTS.values(), ())) if suite.on_file]
    assert {f"{suite.name}.{rule.name}" for suite in file for rule in suite.rules} > set(ON_PERSONS)


def test_release_needs_no_other_schema() -> None:
    assert all(rule.is_of_marts_alone for suite in release_suites({}) for rule in suite.rules)


def test_every_required_column_and_code_list_of_a_contract_is_a_rule() -> None:
    for contract, suite in zip(CONTRACTS.values(), (s for s in LANDED if s.name[7:] in CONTRACTS), strict=True):
        names = {rule.name for rule in suite.rules}
        assert {f"{column}_present" for column in contract.required} <= names
        assert {f"{column.name}_in_list" for column in contract.columns if column.values} <= names


@pytest.mark.parametrize("form", [{}, {"where": "a", "query": "b"}])
def test_rule_has_exactly_one_form(form: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        Rule("name", "marts.t", CRITICAL, "中", "en", "spec", "value", where=form.get("where"), query=form.get("query"))


def test_suite_refuses_rules_that_stand_twice() -> None:
    rule = TABLE.key("id")
    with pytest.raises(ValueError, match="one_row_per_key"):
        Suite("s", "中", "en", (rule, rule))


@pytest.mark.parametrize(
    ("text", "personal"),
    [
        ("420106199001011234", True),
        ("证件42010619900101123x,见附件", True),
        ("420106900101123", True),
        ("联系电话 13800138000.", True),
        ("420106199013011234", False),  # no thirteenth month
        ("4201061990010112345", False),  # 19 digits
        ("a13800138000", False),  # inside a hash
        ("0.13800138000", False),  # a fraction
        ("13800138000.5", False),
        ("12800138000", False),
        ("2024-03-31 420100", False),
    ],
)
def test_personal_numbers_are_told_from_others(text: str, personal: bool) -> None:
    assert (re.search(PERSONAL_NUMBER, text) is not None) is personal


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["420106199001011234", "联系电话 13800138000.", "鄂A", "2024-03-31", None]),
            st.one_of(
                st.none(), st.sampled_from([13800138000.0, -13800138000.0, 4.2e17, 6222021234567894.0]), st.floats()
            ),
            st.one_of(st.none(), st.sampled_from([13800138000, 9_999_999_999]), st.integers(-(2**62), 2**62)),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_figures_are_looked_through_as_if_they_were_text(
    rows: list[tuple[str | None, float | None, int | None]],
) -> None:
    table = Table("t", ("word",), "spec", called="表")
    rules = [table.no_personal_number(), table.no_personal_number(("amount_paid", "number"))]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (word VARCHAR, amount_paid DOUBLE, number BIGINT)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
        counts = [connection.execute(f"SELECT count(*) FILTER ({rule.where}) FROM t").fetchone() for rule in rules]
    assert counts[0] == counts[1]


def test_a_number_in_a_figure_is_found() -> None:
    table = Table("t", ("word",), "spec", called="表")
    where = table.no_personal_number(("amount_paid",)).where
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT unnest([NULL, 13800138000.0, 12.5]) AS amount_paid, '-' AS word")
        assert connection.execute(f"SELECT amount_paid FROM t WHERE {where}").fetchall() == [(13800138000.0,)]


def test_bytes_of_any_number_are_no_personal_number() -> None:
    measured = {column.name for table in own_tables() for column in table.columns if "bytes" in column.description}
    assert measured >= {"bytes_read", "bytes_written"}
    for name in measured:
        where = Table("t", (name,), "spec", called="表").no_personal_number().where
        with duckdb.connect() as connection:
            found = connection.execute(
                f"SELECT noted FROM (SELECT 13800138000::BIGINT AS {name}, unnest(['-', '13800138000']) AS noted)"
                f" WHERE {where}"
            ).fetchall()
        assert found == [("13800138000",)], name


@pytest.mark.parametrize(
    ("rule", "row"),
    [
        ("fct_dispute_rate.shares_within_100", "'mediation_success' AS measure, {0} AS value"),
        (
            "fct_definition_value.terminations_within_100",
            "'arbitration_termination_rate' AS indicator_id, {0} AS value",
        ),
    ],
)
def test_all_of_them_are_100_however_the_quotient_was_rounded(rule: str, row: str) -> None:
    sampled = 13 / 0.3  # rows with the weight of a dump of which three tenths were sampled
    rounded = 100 * sampled / sampled
    assert rounded > 100
    (where,) = (one.where for suite in SUITES for one in suite.rules if f"{suite.name}.{one.name}" == rule)
    with duckdb.connect() as connection:
        found = [
            connection.execute(f"SELECT count(*) FROM (SELECT {row.format(value)}) WHERE {where}").fetchone()
            for value in (rounded, 100.001)
        ]
    assert found == [(0,), (1,)]


def _result(name: str, *, severity: Severity = CRITICAL, success: bool = False, error: str | None = None) -> RuleResult:
    counts = (None, None) if error else (100, 0 if success else 7)
    return RuleResult(
        "suite",
        name,
        "marts.t",
        f"规则{name}",
        f"rule {name}",
        severity,
        success,
        *counts,
        "7",
        ("a:1",),
        error,
    )


def test_message_says_which_rule_how_many_rows_examples_and_where() -> None:
    gate = GateResult(
        Path("/home/warehouse.duckdb"),
        (
            _result("fine", success=True),
            _result("odd", severity=WARNING),
            _result("wrong"),
            _result("ill", error="Binder"),
        ),
    )
    assert [failure.expectation for failure in gate.failures] == ["wrong", "ill", "odd"]
    assert [failure.expectation for failure in gate.critical] == ["wrong", "ill"]
    assert not gate.success
    for message in gate.message():
        for part in ("suite.wrong", "7", "100", "a:1", "marts.t", "warehouse.duckdb", "suite.ill", "Binder"):
            assert part in message
        assert "odd" not in message


def test_message_of_a_gate_that_lets_pass_tells_its_warnings() -> None:
    gate = GateResult(Path("warehouse.duckdb"), (_result("odd", severity=WARNING),))
    assert gate.success
    assert all("suite.odd" in message for message in gate.message())


def test_a_refusal_names_the_files_both_counts_and_the_ways_on() -> None:
    dumps = (DumpInBreach("d1", "card__2025-12__420100.csv", 3, 30.0), DumpInBreach("d2", "***", 1200, 1200.0))
    said = refusal(GateResult(Path("w.duckdb"), (replace(_result("wrong"), dumps=dumps, dumps_in_all=5),)))
    for part in (
        *("card__2025-12__420100.csv (d1): 3 rows, which stand for 30", "*** (d2): 1,200 rows", "and 3 more files"),
        *("card__2025-12__420100.csv(d1):3 行,按抽样比推算 30 行", "另有 3 份文件"),
        *("hrss gate --explain suite.wrong", "the next revision", "下一修订号", "hrss withdraw d1"),
        "hrss refresh --accept suite.wrong",
    ):
        assert part in said
    private = refusal(GateResult(Path("w.duckdb"), (replace(_result("wrong"), subject="privacy"),)))
    assert "--accept" not in private and "hrss withdraw" in private


def test_rows_have_the_columns_of_the_published_table() -> None:
    (row,) = GateResult(Path("w"), (_result("wrong"),)).as_rows()
    expected = "suite expectation description_zh severity success element_count unexpected_count observed_value"
    assert set(expected.split()) <= set(row)


def test_the_reasons_of_receipts_are_those_that_landing_gives_and_those_by_hand() -> None:
    assert set(DUMP_REASONS) == {*get_args(DumpReason), "withdrawn"}
    assert set(ROW_REASONS) == {*get_args(RowReason), "set_aside"}
