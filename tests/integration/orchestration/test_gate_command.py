"""`hrss gate`: judges again, explains a rule, and says by its exit code whether anything critical fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.cli.main import main
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
