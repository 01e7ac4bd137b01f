"""Every rule of every suite: on a good warehouse it holds; its smallest breach is seen by it and by no other rule."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from expectations import ExpectedTable, Suite, landed_suites, mart_suites, privacy_suite, release_suites, run_suites
from expectations.suites.release import COLUMNS, VIEWS
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
from tests.support.rules_in_place import Breakable, Found
from tests.support.valid_warehouse import make_good_release

EMPTIED = "usually_filled"
LANDED = {suite.name: suite for suite in landed_suites(load_contracts(), load_regions().by_code)}
MARTS = {suite.name: suite for suite in mart_suites(load_contracts())}
SUITES = LANDED | MARTS


@pytest.fixture(scope="module")
def release(good_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, ExpectedTable]]:
    warehouse = shutil.copy(good_warehouse, tmp_path_factory.mktemp("good") / "warehouse.duckdb")
    path = warehouse.with_name("marts.duckdb")
    return path, make_good_release(path, warehouse)


@pytest.fixture(scope="module")
def suites_of_release(release: tuple[Path, dict[str, ExpectedTable]]) -> tuple[Suite, ...]:
    return release_suites_of(*release)


def release_suites_of(path: Path, gated: dict[str, ExpectedTable]) -> tuple[Suite, ...]:
    """What judges the good release: its contents, and the people of the good warehouse."""
    with connect() as connection:
        connection.execute(f"ATTACH '{path}' AS file (READ_ONLY)")
        types = {
            table: {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE file.{table}").fetchall()}
            for table in gated
        }
    return (*release_suites(gated), privacy_suite(types, load_contracts().values(), load_regions().words))


@pytest.fixture(scope="module")
def warehouse(good_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breakable]:
    """The good warehouse, to be broken."""
    with closing(Breakable(good_warehouse, tmp_path_factory.mktemp("warehouse"))) as breakable:
        yield breakable


@pytest.fixture(scope="module")
def published(
    release: tuple[Path, dict[str, ExpectedTable]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Breakable]:
    """The good release, to be broken."""
    path, folder = release[0], tmp_path_factory.mktemp("release")
    with closing(Breakable(path, folder, path.with_name("warehouse.duckdb"))) as breakable:
        yield breakable


def _broken(good: Path, folder: Path, sql: str) -> Path:
    """A copy of the file with a breach, for the gate itself."""
    path = shutil.copy(good, folder / good.name)
    with connect(path) as connection:
        connection.execute(sql)
    return path


def _check(database: Breakable, suite: Suite, rule: str, breach: str | Breach) -> None:
    """The rule sees the breach, no other does but those that cannot help it, and each can say where."""
    sql, entailed = (breach, set[str]()) if isinstance(breach, str) else breach
    with database.broken(sql):
        failures = database.failures(suite)
    assert set(failures) == {rule} | entailed
    shown = {one.name for one in suite.rules if one.name in failures and one.unexpected_rows is not None}
    assert {name for name, found in failures.items() if found.examples} == shown


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


def test_good_release_passes(
    release: tuple[Path, dict[str, ExpectedTable]], suites_of_release: tuple[Suite, ...]
) -> None:
    path, _ = release
    assert run_suites(path, suites_of_release, warehouse=path.with_name("warehouse.duckdb")).failures == ()


def test_every_rule_has_a_breach() -> None:
    derived = {f"{stage}_{extract}" for stage in ("landed", "staging") for extract in load_contracts()}
    rules = {name: {rule.name for rule in suite.rules} for name, suite in SUITES.items() if name not in derived}
    assert {suite: set(breaches) for suite, breaches in BREACHES.items()} == rules


def _each_sees_its_own_line(
    warehouse: Breakable, suite: Suite, extract: str, breaches: dict[str, str], of_dumps: set[str]
) -> None:
    """Break each rule in a line of its own, and repeat a key besides: each names its line and no other; the rules
    `of_dumps` name the dump."""
    row = warehouse.connection.execute("SELECT max(dump_id) FROM landed.dump WHERE extract = ?", [extract]).fetchone()
    assert row is not None
    dump = row[0]
    changes = [in_one_row(suite.table, change, dump, line) for line, change in enumerate(breaches.values(), start=3)]
    changes.append(REPEATED_ROW.format(table=suite.table, dump=dump, line=2))
    expected = {rule: Found(1, (f"{dump}:{line}",)) for line, rule in enumerate(breaches, start=3)}
    expected |= {"one_row_per_key": Found(1, (f"{dump}:2",))} | dict.fromkeys(of_dumps, Found(1, (dump,)))
    with warehouse.broken("; ".join(changes)):
        assert warehouse.failures(suite) == expected
    assert len(suite.rules) == len(expected) + (EMPTIED in {rule.name for rule in suite.rules})  # that has its own test


@pytest.mark.parametrize("extract", sorted(load_contracts()))
def test_landed_suite_sees_each_breach(warehouse: Breakable, extract: str) -> None:
    breaches = landed_breaches(load_contracts()[extract])
    _each_sees_its_own_line(warehouse, SUITES[f"landed_{extract}"], extract, breaches, {"loaded_wholly"})


@pytest.mark.parametrize("extract", sorted(load_contracts()))
def test_landed_suite_sees_an_emptied_column(warehouse: Breakable, extract: str) -> None:
    breach, suite = emptied_breach(load_contracts()[extract]), SUITES[f"landed_{extract}"]
    assert (breach is None) is (EMPTIED not in {rule.name for rule in suite.rules})
    if breach is not None:
        column, sql = breach
        with warehouse.broken(sql):
            assert warehouse.failures(suite) == {EMPTIED: Found(1, (f"emptied:{column}",))}
        assert [rule.severity for rule in suite.rules if rule.name == EMPTIED] == ["warning"]


@pytest.mark.parametrize("extract", sorted(load_contracts()))
def test_staging_suite_sees_each_breach(warehouse: Breakable, extract: str) -> None:
    breaches = staging_breaches(load_contracts()[extract])
    _each_sees_its_own_line(warehouse, SUITES[f"staging_{extract}"], extract, breaches, set())


@pytest.mark.parametrize(("suite", "rule"), [(suite, rule) for suite in BREACHES for rule in BREACHES[suite]])
def test_suite_sees_breach(warehouse: Breakable, suite: str, rule: str) -> None:
    _check(warehouse, SUITES[suite], rule, BREACHES[suite][rule])


@pytest.mark.parametrize(
    ("suite", "rule"), [(suite, rule) for suite in RELEASE_BREACHES for rule in RELEASE_BREACHES[suite]]
)
def test_release_sees_breach(suites_of_release: tuple[Suite, ...], published: Breakable, suite: str, rule: str) -> None:
    suites = {known.name: known for known in suites_of_release}
    _check(published, suites[suite], rule, RELEASE_BREACHES[suite][rule])


def test_release_sees_every_breach_of_keys_references_and_privacy(
    release: tuple[Path, dict[str, ExpectedTable]], published: Breakable
) -> None:
    for suite in release_suites(release[1]):
        for rule in suite.rules:
            origin = suite.name.removeprefix("release_")
            if origin in BREACHES and suite.name not in RELEASE_BREACHES:
                _check(published, suite, rule.name, _without_warehouse(BREACHES[origin][rule.name], suite))


def test_the_gate_finds_in_a_broken_warehouse_what_the_rules_find(
    warehouse: Breakable, good_warehouse: Path, tmp_path: Path
) -> None:
    """A breach in each suite, all at once: Great Expectations counts and shows the same rows as the rules' own SQL."""
    breaches = "; ".join(
        breach if isinstance(breach, str) else breach[0] for of in BREACHES.values() for breach in list(of.values())[:1]
    )
    with warehouse.broken(breaches):
        expected = {name: warehouse.failures(suite) for name, suite in SUITES.items()}
    assert {name for name, failures in expected.items() if failures} >= set(BREACHES)
    result = run_suites(_broken(good_warehouse, tmp_path, breaches), SUITES.values())
    found: dict[str, dict[str, Found]] = {name: {} for name in SUITES}
    for one in result.failures:
        assert one.error is None and one.unexpected_count is not None
        found[one.suite][one.expectation] = Found(one.unexpected_count, one.examples)
        severity = next(rule.severity for rule in SUITES[one.suite].rules if rule.name == one.expectation)
        assert one.severity == severity
        assert all(one.expectation in message for message in result.message())
    assert found == expected
    assert not result.success


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
    broken = _broken(path, tmp_path, "; ".join(changes))
    contents = next(suite for suite in release_suites(gated) if suite.name == "release_contents")
    failed = {failure.expectation for failure in run_suites(broken, [contents]).critical}
    assert failed == {rule.format(table=table) for rule in seen_by for table in COLUMNS}


def test_release_misses_a_view(release: tuple[Path, dict[str, ExpectedTable]], tmp_path: Path) -> None:
    path, gated = release
    broken = _broken(path, tmp_path, "; ".join(f"DROP VIEW marts.{view}" for view in VIEWS))
    contents = next(suite for suite in release_suites(gated) if suite.name == "release_contents")
    failed = {failure.expectation for failure in run_suites(broken, [contents]).critical}
    assert failed == {f"{view}_columns" for view in VIEWS}


def test_release_scans_tables_it_does_not_know(release: tuple[Path, dict[str, ExpectedTable]], tmp_path: Path) -> None:
    path, gated = release
    later = _broken(path, tmp_path, "CREATE TABLE marts.fct_later AS SELECT 13800138000 AS phone")
    result = run_suites(later, release_suites(gated | {"fct_later": ExpectedTable(1)}))
    assert [failure.expectation for failure in result.critical] == ["fct_later_no_personal_number"]
