"""`hrss gate`: judges again, explains a rule, and says by its exit code whether anything critical fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from expectations import Suite, run_suites
from orchestration.cli.main import main
from orchestration.gate.run import find_rule, suites_on_landed, suites_on_marts
from orchestration.settings import Settings
from raw_landing.database import connect
from tests.support.rule_violations import BREACHES

STOPS, WARNS = "fct_plan_progress.baseline_of_province_only", "fct_reporting_completeness.delivered_on_time"


@pytest.fixture(scope="module")
def broken(gated_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home that was gated, and of which one critical rule and one warning fail since."""
    copy = shutil.copytree(gated_home, tmp_path_factory.mktemp("broken") / "home")
    settings = Settings.of(home=copy, landing=gated_home.parent / "landing")
    (settings.home / "landed").mkdir(exist_ok=True)
    with connect(settings.warehouse) as connection:
        for rule in (STOPS, WARNS):
            suite, name = rule.split(".")
            breach = BREACHES[suite][name]
            connection.execute(breach if isinstance(breach, str) else breach[0])
    return settings


def gate(settings: Settings, *arguments: str) -> int | str | None:
    """The exit code of `hrss gate`."""
    with pytest.raises(SystemExit) as end:
        main(["gate", *arguments, "--home", str(settings.home), "--landing", str(settings.landing)])
    return end.value.code


def test_a_critical_failure_ends_with_3_and_names_the_rule(broken: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    assert gate(broken) == 3
    said = "".join(capfd.readouterr())
    assert STOPS in said and "Traceback" not in said


@pytest.mark.parametrize(
    ("rule", "code", "told"),
    [
        (STOPS, 3, f"hrss refresh --accept {STOPS}"),
        (WARNS, 0, "stops no release"),
        ("fct_plan_progress.text_not_assessed", 0, "holds: warehouse.duckdb"),
        ("fct_plan_progress.nothing", 64, "There is no rule"),
        ("one_row_per_key", 64, "More than one rule is called"),
    ],
)
def test_a_rule_is_explained(
    broken: Settings, capfd: pytest.CaptureFixture[str], rule: str, code: int, told: str
) -> None:
    assert gate(broken, "--explain", rule) == code
    assert told in "".join(capfd.readouterr())


def test_a_release_that_is_not_there_is_wrong_usage(broken: Settings) -> None:
    assert gate(broken, "20000101-01") == 64


def test_a_failure_names_the_files_that_it_leads_to(good_warehouse: Path, tmp_path: Path) -> None:
    """Rows by their own dump, a dump by itself, a figure by the dumps of its month; with what they stand for."""
    file = tmp_path / "warehouse.duckdb"
    shutil.copy(good_warehouse, file)
    with connect(file) as connection:
        (dump, rows), *_ = connection.execute(
            "SELECT dump_id, rows_loaded FROM landed.dump WHERE extract = 'mediation_case' AND rows_loaded > 1"
        ).fetchall()
        connection.execute(
            f"""
            UPDATE landed.dump SET sampling_fraction = 0.1, period_start = period_end + 1 WHERE dump_id = '{dump}';
            UPDATE landed.mediation_case SET outcome = '#' WHERE rowid IN (
                SELECT rowid FROM landed.mediation_case WHERE dump_id = '{dump}' LIMIT 2
            );
            DELETE FROM marts.fct_indicator_source;
            INSERT INTO marts.fct_indicator_source BY NAME
            SELECT indicator_id, 1 AS definition_version, region_code, '{dump}' AS dump_id, 'numerator' AS part,
                'within' AS counts, period_end AS counted_on, 1.0 AS amount
            FROM marts.fct_indicator_value WHERE value IS NOT NULL LIMIT 1;
            INSERT INTO marts.fct_indicator_value
            SELECT value.* FROM marts.fct_indicator_value AS value
            SEMI JOIN marts.fct_indicator_source AS source
                ON value.indicator_id = source.indicator_id AND value.region_code = source.region_code
                AND value.period_end = source.counted_on
            """
        )
    expected = {
        "landed_mediation_case.outcome_in_list": (2, 20.0),
        "landed_dump.period_in_order": (rows, 10.0 * rows),
        "fct_indicator_value.one_row_per_key": (rows, 10.0 * rows),
    }
    suites = []
    for name in expected:
        suite, rule = find_rule((*suites_on_landed(), *suites_on_marts()), name)
        suites.append(Suite(suite.name, suite.title_zh, suite.title_en, (rule,)))
    results = run_suites(file, suites).results
    for result, (number, weighted) in zip(results, expected.values(), strict=True):
        assert len(result.dumps) == 1, result
        (found,) = result.dumps
        assert (found.dump_id, found.file, found.rows) == (dump, f"{dump}.csv", number)
        assert found.stands_for == pytest.approx(weighted) and result.dumps_in_all == 1
