"""Whatever fails, what people read names rows by keys and positions: no name and no number of a person is in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path

import duckdb
import pytest

from expectations import GateResult
from orchestration.errors import redacted_traceback
from orchestration.gate.report import rule_report
from orchestration.gate.run import GateRefused, gate_landed, gate_marts, judge_file, require
from orchestration.settings import Settings
from raw_landing.database import connect
from raw_landing.errors import UserError
from tests.support.dagster_record import record_of
from tests.support.valid_warehouse import make_good_release

NAME, NUMBER = "欧阳锋", "420106199001011234"
BOTH = f"{NAME} {NUMBER}"  # a number alone is met by the same pattern
AS_OF = date(2026, 1, 20)


def plant(database: Path) -> None:
    """Put the name, and the name with the number, into every third row each of every column of text, in every
    schema."""
    with connect() as connection:
        connection.execute(f"ATTACH '{database}' AS planted; USE planted")
        columns = connection.execute(
            "SELECT schema_name, table_name, list(column_name) FROM duckdb_columns()"
            " WHERE database_name = 'planted' AND data_type = 'VARCHAR' AND NOT internal GROUP BY ALL"
        ).fetchall()
        assert {schema for schema, *_ in columns} & {"landed", "main"}
        for schema, table, names in columns:
            for row, text in ((0, BOTH), (1, NAME)):
                changes = ", ".join(f'"{name}" = $text' for name in names)
                connection.execute(f"UPDATE {schema}.{table} SET {changes} WHERE rowid % 3 = {row}", {"text": text})


def assert_silent(text: str) -> None:
    for word in (NAME, NUMBER, NUMBER[6:14]):
        assert word not in text, text[max(0, text.index(word) - 200) : text.index(word) + 100]


def assert_results_are_silent(result: GateResult) -> None:
    shown = [one for one in result.failures if one.examples]
    assert len(shown) > 20
    for one in result.results:
        assert_silent(json.dumps(asdict(one), ensure_ascii=False, default=str))  # as Dagster's record has it
    for told in result.message():
        assert_silent(told)
    with pytest.raises(GateRefused) as refusal:
        require(result)
    assert_silent(str(refusal.value))


def unforeseen(*_: object, **__: object) -> None:
    raise duckdb.ConversionException(f"Conversion Error: Could not convert string '{NAME} {NUMBER}' to INT32")


def foreseen(*_: object, **__: object) -> None:
    try:
        unforeseen()
    except duckdb.Error as error:
        raise UserError("入库失败 / landing failed") from error


@pytest.mark.parametrize("failure", [unforeseen, foreseen])
def test_dagsters_record_tells_no_person(
    failure: Callable[..., None], code_location: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.defs import landing
    from orchestration.defs.run import run_in_process

    settings = Settings.of(home=tmp_path / "home", landing=tmp_path / "landing")
    settings.inbox.mkdir(parents=True)
    for variable, value in settings.environment().items():
        monkeypatch.setenv(variable, value)  # taken back after the test: the run sets them
    monkeypatch.setattr(landing, "land", failure)
    with pytest.raises(duckdb.ConversionException if failure is unforeseen else UserError) as raised:
        run_in_process(settings, AS_OF, full=False)
    assert unforeseen.__name__ in redacted_traceback(raised.value)
    assert_silent(redacted_traceback(raised.value))
    with record_of(settings.home) as instance:
        (run,) = instance.get_run_records()
        events = "".join(str(entry) for entry in instance.all_logs(run.dagster_run.run_id))
    assert run.dagster_run.is_failure and unforeseen.__name__ in events, "where it failed is told"
    assert_silent(events)


def test_the_gate_tells_no_person(good_warehouse: Path, tmp_path: Path) -> None:
    settings = Settings.of(home=tmp_path, landing=tmp_path / "landing")
    settings.inbox.mkdir(parents=True)
    shutil.copy(good_warehouse, settings.warehouse)
    plant(settings.warehouse)
    assert_results_are_silent(gate_landed(settings))
    assert_results_are_silent(gate_marts(settings))
    for record in (settings.gate_record, settings.gate_page):
        assert_silent(record.read_text(encoding="utf-8"))


def test_hrss_gate_tells_no_person(good_warehouse: Path, tmp_path: Path) -> None:
    settings = Settings.of(home=tmp_path, landing=tmp_path / "landing")
    settings.inbox.mkdir(parents=True)
    shutil.copy(good_warehouse, settings.warehouse)
    plant(settings.warehouse)
    for rule in ("fct_reported_value.one_row_per_key", "landed_statistical_report.one_row_per_key"):
        text, passed = rule_report(settings, None, rule)
        assert not passed
        assert_silent(text)


def test_the_check_of_the_final_file_tells_no_person(good_warehouse: Path, tmp_path: Path) -> None:
    settings = Settings.of(home=tmp_path)
    shutil.copy(good_warehouse, settings.warehouse)
    file = tmp_path / "marts.duckdb"
    gated = make_good_release(file, settings.warehouse)
    plant(file)
    with connect(settings.warehouse) as connection:
        connection.execute(f"UPDATE landed.employment_registration SET person_name = '{NAME}' WHERE line_number = 5")
    assert_results_are_silent(judge_file(settings, file, gated))
