"""Whoever opens DuckDB opens it with the same settings: we, dbt, and the gate through Great Expectations. What does not
fit in memory is put down in the home."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
import yaml
from jinja2 import Template

from expectations import Suite
from expectations.rule import CRITICAL, Table
from orchestration.gate import run as gate
from orchestration.gate.run import gate_marts
from orchestration.pipeline.stages import release
from orchestration.settings import DBT_PROJECT, Settings
from raw_landing.database import OVER_MANY_COLUMNS, SETTINGS, STORAGE_VERSION, connect, literal, settings_with
from raw_landing.limits import DEFAULT, memory_limit


def in_force(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    rows = connection.execute("select name, value from duckdb_settings()").fetchall()
    return dict(rows)


def as_text(settings: dict[str, bool | str]) -> dict[str, str]:
    """As DuckDB tells them: of a limit of memory one decimal."""
    with duckdb.connect() as connection:
        for name, value in settings.items():
            connection.execute(f"set {name} = {literal(value)}")
        told = in_force(connection)
    return {name: told[name] for name in settings}


def rendered(value: bool | str) -> bool | str:
    """A value of the profile, of which dbt renders texts."""
    return Template(value).render(env_var=os.environ.get) if isinstance(value, str) else value


def other_than(settings: dict[str, bool | str]) -> tuple[Suite]:
    """A suite that fails where the gate's own connection has other settings."""
    wanted = ", ".join(f"('{name}', '{value}')" for name, value in as_text(settings).items())
    query = (
        f"SELECT name FROM duckdb_settings() JOIN (VALUES {wanted}) AS wanted (name, wish) USING (name)"
        " WHERE value <> wish"
    )
    return (
        Suite(
            "suite",
            "规则",
            "rules",
            (Table("marts.dim_region", "地区", (), "spec").query("same", CRITICAL, "同", "same", query),),
        ),
    )


@pytest.mark.parametrize("name", SETTINGS)
def test_file_and_memory_are_opened_alike(tmp_path: Path, name: str) -> None:
    spill = tmp_path / "spill"
    with connect(tmp_path / "file.duckdb") as file, connect() as memory, connect(spill=spill) as spilling:
        values = {in_force(connection)[name] for connection in (file, memory, spilling)}
        assert values == {as_text(SETTINGS)[name]}
        assert in_force(spilling)["temp_directory"] == str(spill)
        assert in_force(file)["temp_directory"] == f"{tmp_path}/file.duckdb.tmp"


def test_a_new_file_has_the_format_of_releases(tmp_path: Path) -> None:
    with connect(tmp_path / "warehouse.duckdb") as connection:
        found = connection.execute(
            "select tags['storage_version'] from duckdb_databases() where not internal"
        ).fetchall()
    assert [version.rstrip("+") for (version,) in found] == [STORAGE_VERSION]


def test_dbt_has_the_same() -> None:
    profile = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    for target in profile["hrss"]["outputs"].values():
        if target["type"] == "duckdb":
            settings = target["config_options"] | target["settings"]
            assert {name: rendered(value) for name, value in settings.items()} == SETTINGS


@pytest.mark.parametrize("place", [None, 1, 4998])
def test_a_column_of_rare_texts_is_a_column_of_texts(place: int | None) -> None:
    """What Python models hand over: arrays of numpy, of which one of texts may have few, or none."""
    because = np.full(5000, None, dtype=object)
    if place is not None:
        because[place] = "rule"
    with connect() as connection:
        connection.register("made", {"because": because, "n": np.arange(5000)})
        found = connection.execute("select typeof(because), count(because), sum(n) from made group by 1").fetchall()
    assert found == [("VARCHAR", int(place is not None), 4999 * 5000 // 2)]


def test_the_gate_has_the_same(gated: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    suites = other_than(settings_with(gated.spill))
    monkeypatch.setattr(gate, "suites_on_marts", lambda: suites)
    assert gate_marts(gated).failures == ()
    monkeypatch.setattr(gate, "suites_on_marts", lambda: other_than(SETTINGS | {"TimeZone": "UTC"}))
    assert not gate_marts(gated).success, "the suite can fail"


def test_a_release_is_built_and_judged_with_them_and_spills_in_the_home(
    gated: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate_marts(gated)
    opened = []

    def seen(*arguments: Any, **named: Any) -> duckdb.DuckDBPyConnection:
        connection = connect(*arguments, **named)
        opened.append(in_force(connection))
        return connection

    monkeypatch.setattr("orchestration.release.publish.connect", seen)
    over_many_columns = settings_with(gated.spill) | OVER_MANY_COLUMNS
    monkeypatch.setattr(gate, "suites_on_file", lambda *_: other_than(over_many_columns))
    release(gated)
    assert opened and all(Path(one["temp_directory"]).is_relative_to(gated.home) for one in opened)
    assert not gated.spill.exists(), "nothing of it stays"


def test_memory_is_bounded_as_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HRSS_MEMORY", raising=False)
    assert memory_limit() == DEFAULT == Settings().memory
    monkeypatch.setenv("HRSS_MEMORY", "1.5 GiB")
    assert memory_limit() == "1.5 GiB" == Settings().memory
    with duckdb.connect(config={"memory_limit": memory_limit()}) as connection:
        assert in_force(connection)["memory_limit"] == "1.5 GiB"
    monkeypatch.setenv("HRSS_MEMORY", "half of it")
    with pytest.raises(ValueError, match="pattern"):
        Settings()
