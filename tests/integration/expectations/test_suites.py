"""Every rule of every suite: on a good warehouse it holds; its smallest breach is seen by it and by no other rule."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from expectations import ExpectedTable, Suite, landed_suites, mart_suites, privacy_suite, release_suites, run_suites
from expectations.suites.release import COLUMNS
from raw_landing.contract import load_contracts
from raw_landing.database import connect
from raw_landing.regions import load_regions
from tests.support.rule_violations import (
    BREACHES,
    CONTENT_BREACHES,
    RELEASE_BREACHES,
    REPEATED_ROW,
    Breach,
    emptied_breach,
    in_one_row,
    landed_breaches,
    staging_breaches,
)
from tests.support.valid_warehouse import make_good_release

EMPTIED = "usually_filled"
LANDED = {suite.name: suite for suite in landed_suites(load_contracts(), load_regions().by_code)}
MARTS = {suite.name: suite for suite in mart_suites(load_contracts())}
SUITES = LANDED | MARTS


@pytest.fixture(scope="module")
def release(good_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, ExpectedTable]]:
    warehouse = shutil.copy(good_warehouse, tmp_path_factory.mktemp("good") / "warehouse.duckdb")
    path = warehouse.with_name("marts.duckdb")  # as it is published: the file's name is its schema's
    return path, make_good_release(path, warehouse)


def release_suites_of(path: Path, gated: dict[str, ExpectedTable]) -> tuple[Suite, ...]:
    """What judges the good release: its contents, and the people of the good warehouse."""
    with connect() as connection:
        connection.execute(f"ATTACH '{path}' AS file (READ_ONLY)")
        types = {
            table: {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE file.marts.{table}").fetchall()}
            for table in gated
        }
    return (*release_suites(gated), privacy_suite(types, load_contracts().values(), load_regions().words))


def _broken(good: Path, folder: Path, breach: str | Breach) -> tuple[Path, set[str]]:
    sql, entailed = (breach, set[str]()) if isinstance(breach, str) else breach
    path = shutil.copy(good, folder / good.name)
    with connect() as connection:  # under another name: in marts.duckdb, marts.t would be ambiguous
        connection.execute(f"ATTACH '{path}' AS broken; USE broken; {sql}")
    return path, entailed


def _check(good: Path, folder: Path, suite: Suite, rule: str, breach: str | Breach) -> None:
    path, entailed = _broken(good, folder, breach)
    result = run_suites(
        path, [suite], warehouse=None if good.stem == "warehouse" else good.with_name("warehouse.duckdb")
    )
    assert {failure.expectation for failure in result.failures} == {rule} | entailed
    failure = next(failure for failure in result.failures if failure.expectation == rule)
    assert failure.error is None
    severity = next(known.severity for known in suite.rules if known.name == rule)
    assert failure.severity == severity
    assert result.success is not (severity == "critical" or bool(entailed))
    assert rule in result.message_zh() and rule in result.message_en()


def test_ytd_gaps_are_found_without_comparing_all_rows_with_all_rows(good_warehouse: Path) -> None:
    """DuckDB does that, at the square of the history, for an outer join on more than equalities."""
    rule = next(rule for rule in MARTS["fct_indicator_value"].rules if rule.name == "not_recoverable_from_ytd")
    with connect(good_warehouse, read_only=True) as connection:
        (plan,) = connection.execute(f"EXPLAIN {rule.query}").fetchall()
    assert "BLOCKWISE_NL_JOIN" not in plan[1]


@pytest.mark.parametrize("suites", [LANDED, MARTS], ids=["landed", "marts"])
def test_good_warehouse_passes(good_warehouse: Path, suites: dict[str, Suite]) -> None:
    told: list[tuple[int, int, str]] = []
    result = run_suites(good_warehouse, suites.values(), step=lambda *step: told.append(step))
    assert result.failures == ()
    tables = dict.fromkeys(rule.table for suite in suites.values() for rule in suite.rules)
    assert told == [(done, len(tables), table) for done, table in enumerate(tables)]
    assert len(result.results) == sum(len(suite.rules) for suite in suites.values())


def test_good_release_passes(release: tuple[Path, dict[str, ExpectedTable]]) -> None:
    path, gated = release
    suites = release_suites_of(path, gated)
    assert run_suites(path, suites, warehouse=path.with_name("warehouse.duckdb")).failures == ()


def test_every_rule_has_a_breach() -> None:
    derived = {f"{stage}_{extract}" for stage in ("landed", "staging") for extract in load_contracts()}
    rules = {name: {rule.name for rule in suite.rules} for name, suite in SUITES.items() if name not in derived}
    assert {suite: set(breaches) for suite, breaches in BREACHES.items()} == rules


def _each_sees_its_own_line(
    good: Path, folder: Path, suite: Suite, extract: str, breaches: dict[str, str], of_dumps: set[str]
) -> None:
    """Break each rule in a line of its own, and repeat a key besides: each names its line and no other; the rules
    `of_dumps` name the dump."""
    with connect(good, read_only=True) as connection:
        row = connection.execute("SELECT max(dump_id) FROM landed.dump WHERE extract = ?", [extract]).fetchone()
    assert row is not None
    dump = row[0]
    changes = [in_one_row(suite.table, change, dump, line) for line, change in enumerate(breaches.values(), start=3)]
    changes.append(REPEATED_ROW.format(table=suite.table, dump=dump, line=2))
    path, _ = _broken(good, folder, "; ".join(changes))
    expected = {rule: (f"{dump}:{line}",) for line, rule in enumerate(breaches, start=3)}
    expected |= {"one_row_per_key": (f"{dump}:2",)} | dict.fromkeys(of_dumps, (dump,))
    result = run_suites(path, [suite])
    assert {failure.expectation: failure.examples for failure in result.failures} == expected
    assert len(suite.rules) == len(expected) + (EMPTIED in {rule.name for rule in suite.rules})  # that has its own test
    assert [(rule.name, rule.severity) for rule in suite.rules if rule.name in expected] == [
        (failure.expectation, failure.severity) for failure in result.results if not failure.success
    ]
    assert {failure.unexpected_count for failure in result.failures} == {1}


@pytest.mark.parametrize("extract", sorted(load_contracts()))
def test_landed_suite_sees_each_breach(good_warehouse: Path, tmp_path: Path, extract: str) -> None:
    breaches = landed_breaches(load_contracts()[extract])
    _each_sees_its_own_line(good_warehouse, tmp_path, SUITES[f"landed_{extract}"], extract, breaches, {"loaded_wholly"})


@pytest.mark.parametrize("extract", sorted(load_contracts()))
def test_landed_suite_sees_an_emptied_column(good_warehouse: Path, tmp_path: Path, extract: str) -> None:
    breach, suite = emptied_breach(load_contracts()[extract]), SUITES[f"landed_{extract}"]
    assert (breach is None) is (EMPTIED not in {rule.name for rule in suite.rules})
    if breach is not None:
        column, sql = breach
        path, _ = _broken(good_warehouse, tmp_path, sql)
        (failure,) = run_suites(path, [suite]).failures
        assert (failure.expectation, failure.severity) == (EMPTIED, "warning")
        assert failure.examples == (f"emptied:{column}",)


@pytest.mark.parametrize("extract", sorted(load_contracts()))
def test_staging_suite_sees_each_breach(good_warehouse: Path, tmp_path: Path, extract: str) -> None:
    breaches = staging_breaches(load_contracts()[extract])
    _each_sees_its_own_line(good_warehouse, tmp_path, SUITES[f"staging_{extract}"], extract, breaches, set())


@pytest.mark.parametrize(("suite", "rule"), [(suite, rule) for suite in BREACHES for rule in BREACHES[suite]])
def test_suite_sees_breach(good_warehouse: Path, tmp_path: Path, suite: str, rule: str) -> None:
    _check(good_warehouse, tmp_path, SUITES[suite], rule, BREACHES[suite][rule])


@pytest.mark.parametrize(
    ("suite", "rule"), [(suite, rule) for suite in RELEASE_BREACHES for rule in RELEASE_BREACHES[suite]]
)
def test_release_sees_breach(
    release: tuple[Path, dict[str, ExpectedTable]], tmp_path: Path, suite: str, rule: str
) -> None:
    path, gated = release
    suites = {known.name: known for known in release_suites_of(path, gated)}
    _check(path, tmp_path, suites[suite], rule, RELEASE_BREACHES[suite][rule])


def test_release_sees_every_breach_of_keys_references_and_privacy(
    release: tuple[Path, dict[str, ExpectedTable]], tmp_path: Path
) -> None:
    path, gated = release
    for suite in release_suites(gated):
        for rule in suite.rules:
            origin = suite.name.removeprefix("release_")
            if origin in BREACHES and suite.name not in RELEASE_BREACHES:
                _check(path, tmp_path, suite, rule.name, _without_warehouse(BREACHES[origin][rule.name], suite))


def _without_warehouse(breach: str | Breach, suite: Suite) -> Breach:
    """A breach, and what it entails among the rules that a release repeats."""
    sql, entailed = (breach, set[str]()) if isinstance(breach, str) else breach
    return sql, entailed & {rule.name for rule in suite.rules}


@pytest.mark.parametrize(("change", "seen_by"), CONTENT_BREACHES)
def test_release_misses_column_row_and_table(
    release: tuple[Path, dict[str, ExpectedTable]], tmp_path: Path, change: str, seen_by: set[str]
) -> None:
    path, gated = release
    changes = [
        change.format(table=table, first=columns.split()[0], column=columns.split()[-1])
        for table, columns in COLUMNS.items()
    ]
    broken, _ = _broken(path, tmp_path, "; ".join(changes))
    contents = next(suite for suite in release_suites(gated) if suite.name == "release_contents")
    failed = {failure.expectation for failure in run_suites(broken, [contents]).critical}
    assert failed == {rule.format(table=table) for rule in seen_by for table in COLUMNS}


def test_release_scans_tables_it_does_not_know(release: tuple[Path, dict[str, ExpectedTable]], tmp_path: Path) -> None:
    path, gated = release
    later, _ = _broken(path, tmp_path, "CREATE TABLE marts.fct_later AS SELECT 13800138000 AS phone")
    result = run_suites(later, release_suites(gated | {"fct_later": ExpectedTable(1)}))
    assert [failure.expectation for failure in result.critical] == ["fct_later_no_personal_number"]
