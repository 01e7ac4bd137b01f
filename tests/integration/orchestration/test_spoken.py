"""Whatever fails, what people read names rows by keys and positions: no name and no number of a person is in it."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from expectations import GateResult
from orchestration.gate.report import rule_report
from orchestration.gate.run import GateRefused, gate_landed, gate_marts, judge_file, require
from orchestration.settings import Settings
from raw_landing.database import connect
from tests.support.valid_warehouse import make_good_release, make_good_warehouse

NAME, NUMBER = "欧阳锋", "420106199001011234"
PLANTS = {
    "name": NAME,
    "both": f"{NAME} {NUMBER}",
    "number": NUMBER,
}
LANGUAGES = ("message_zh", "message_en")


def plant(database: Path, text: str) -> None:
    """Put a text into every second row of every column of text, in every schema."""
    with connect() as connection:  # under another name: in marts.duckdb, marts.t would be ambiguous
        connection.execute(f"ATTACH '{database}' AS planted; USE planted")
        columns = connection.execute(
            "SELECT schema_name, table_name, list(column_name) FROM duckdb_columns()"
            " WHERE database_name = 'planted' AND data_type = 'VARCHAR' AND NOT internal GROUP BY ALL"
        ).fetchall()
        assert {schema for schema, *_ in columns} & {"landed", "marts"}
        for schema, table, names in columns:
            changes = ", ".join(f'"{name}" = $text' for name in names)
            connection.execute(f"UPDATE {schema}.{table} SET {changes} WHERE rowid % 2 = 0", {"text": text})


def assert_silent(text: str) -> None:
    for word in (NAME, NUMBER, NUMBER[6:14]):
        assert word not in text, text[max(0, text.index(word) - 200) : text.index(word) + 100]


def assert_results_are_silent(result: GateResult) -> None:
    shown = [one for one in result.failures if one.examples]
    assert len(shown) > 20
    for one in result.results:
        assert_silent(json.dumps(asdict(one), ensure_ascii=False, default=str))  # as Dagster's record has it
    for language in LANGUAGES:
        assert_silent(getattr(result, language)())
    with pytest.raises(GateRefused) as refusal:
        require(result)
    assert_silent(str(refusal.value))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    make_good_warehouse(folder / "warehouse.duckdb")
    return folder


@pytest.mark.parametrize("kind", PLANTS)
def test_the_gate_tells_no_person(good: Path, tmp_path: Path, kind: str) -> None:
    settings = Settings.of(home=tmp_path, landing=tmp_path / "landing")
    settings.inbox.mkdir(parents=True)
    shutil.copy(good / "warehouse.duckdb", settings.warehouse)
    plant(settings.warehouse, PLANTS[kind])
    assert_results_are_silent(gate_landed(settings))
    assert_results_are_silent(gate_marts(settings))
    for record in (settings.gate_record, settings.gate_page):
        assert_silent(record.read_text(encoding="utf-8"))


def test_hrss_gate_tells_no_person(good: Path, tmp_path: Path) -> None:
    settings = Settings.of(home=tmp_path, landing=tmp_path / "landing")
    settings.inbox.mkdir(parents=True)
    shutil.copy(good / "warehouse.duckdb", settings.warehouse)
    plant(settings.warehouse, PLANTS["both"])
    for rule in ("fct_reported_value.one_row_per_key", "landed_statistical_report.one_row_per_key"):
        text, passed = rule_report(settings, None, rule)
        assert not passed
        assert_silent(text)


def test_the_check_of_the_final_file_tells_no_person(good: Path, tmp_path: Path) -> None:
    settings = Settings.of(home=tmp_path)
    shutil.copy(good / "warehouse.duckdb", settings.warehouse)
    file = tmp_path / "marts.duckdb"
    gated = make_good_release(file, settings.warehouse)
    plant(file, PLANTS["both"])
    with connect(settings.warehouse) as connection:
        connection.execute(f"UPDATE landed.employment_registration SET person_name = '{NAME}' WHERE line_number = 5")
    assert_results_are_silent(judge_file(settings, file, gated))
