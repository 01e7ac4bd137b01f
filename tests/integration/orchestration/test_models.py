"""The models are read once, by a child process in the background; what it made is taken up by every home of the same
project."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from orchestration.dbt_build import manifest, runner
from orchestration.dbt_build.manifest import begin_reading, compile_dbt, is_kept, parse_dbt
from orchestration.dbt_build.runner import compute_values
from orchestration.provenance import dbt_sha256
from orchestration.settings import DBT_PROJECT, Settings
from tests.support.warehouse import create_warehouse, run_dbt


def test_both_manifests_are_whole_and_nothing_else_is_left(models: Path) -> None:
    settings = Settings.of(home=models)
    assert is_kept(settings.dbt_target) and is_kept(settings.dbt_compiled)
    parsed, compiled = (
        {node["name"]: node for node in json.loads(made.read_text("utf-8"))["nodes"].values()}
        for made in (parse_dbt(settings), compile_dbt(settings))
    )
    assert parsed.keys() == compiled.keys()
    assert all("compiled_code" in node for node in compiled.values() if node["resource_type"] == "model")
    assert settings.dbt_compiled.joinpath("lineage.json").is_file()
    assert {path.name for path in (models / "dbt").iterdir()} == {"target", "compiled", "logs"}
    assert not settings.warehouse.exists(), "models are compiled on an empty warehouse of their own"


def test_what_is_kept_is_not_read_again(models: Path) -> None:
    settings = Settings.of(home=models)
    before = [(file, file.stat().st_mtime_ns) for file in sorted((models / "dbt").rglob("*.json"))]
    begin_reading(settings)
    parse_dbt(settings)
    compile_dbt(settings)
    assert [(file, file.stat().st_mtime_ns) for file in sorted((models / "dbt").rglob("*.json"))] == before


def test_a_new_home_takes_up_what_the_installation_read(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.of(home=tmp_path / "home")
    monkeypatch.setattr(manifest, "INSTALLED", models)
    begin_reading(settings)
    assert not manifest._readers.get(settings.home), "no child reads"
    for made in (parse_dbt(settings), compile_dbt(settings)):
        assert made.read_bytes() == (models / made.relative_to(settings.home)).read_bytes()
    assert settings.dbt_compiled.joinpath("lineage.json").is_file()
    assert {path.name for path in (settings.home / "dbt").iterdir()} == {"target", "compiled"}


@pytest.mark.parametrize("spoilt", ["manifest.json", "parsed.json"])
def test_what_the_installation_read_of_another_project_is_left(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt: str
) -> None:
    installed, settings = tmp_path / "installed", Settings.of(home=tmp_path / "home")
    shutil.copytree(models / "dbt", installed / "dbt")
    for target in ("target", "compiled"):
        file = installed / "dbt" / target / spoilt
        file.write_text(file.read_text(encoding="utf-8").replace(dbt_sha256(), "0" * 64) + " ", encoding="utf-8")
    monkeypatch.setattr(manifest, "INSTALLED", installed)
    asked: list[Settings] = []
    monkeypatch.setattr(manifest, "_reader", asked.append)
    begin_reading(settings)
    assert asked == [settings]
    assert not is_kept(settings.dbt_target) and not is_kept(settings.dbt_compiled)


def test_dbt_takes_up_what_was_read_for_another_home(models: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    create_warehouse(warehouse, date(2024, 5, 31), models=models)
    run = run_dbt(warehouse, "parse")
    assert run.returncode == 0 and "partial parsing" not in run.stdout, run.stdout


def test_a_copy_of_the_project_is_not_read_wholly(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = tmp_path / "earlier" / "project"
    shutil.copytree(DBT_PROJECT, copied, ignore=shutil.ignore_patterns("target", "logs"))
    warehouse = tmp_path / "step_0" / "warehouse.duckdb"
    warehouse.parent.mkdir()
    create_warehouse(warehouse, date(2024, 5, 31))
    monkeypatch.setattr(runner, "DBT_VALUES", ("parse",))
    compute_values(Settings.of(home=models), copied, warehouse)
    said = (tmp_path / "logs" / "dbt.log").read_text(encoding="utf-8")
    assert "Running with dbt" in said and "partial parsing" not in said, said
