"""The models' own unit tests: each formula against hand-computed rows (they stand in YAML beside the models)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.support.warehouse import DBT_PROJECT, create_warehouse, run_dbt


def test_every_formula_passes_its_unit_tests(models: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    create_warehouse(warehouse, date(2024, 6, 15), models=models)
    # The unit tests ask the warehouse for the types of columns, so the relations must be there, if only empty.
    kinds = (f"--resource-type={kind}" for kind in ("seed", "model", "unit_test"))
    tested = run_dbt(warehouse, "build", *kinds)
    assert tested.returncode == 0, tested.stdout

    tested_models = {name.split(".")[2] for name in tested.messages if name.startswith("unit_test.")}
    formulas = {
        path.stem
        for layer in ("intermediate", "restricted", "marts")
        for path in (DBT_PROJECT / "models" / layer).rglob("*.sql")
    }
    assert len([name for name in formulas if name.startswith("int_indicator__")]) == 31  # some have several versions
    # One only puts others together; the others read what publication alone writes (tests/e2e/test_diff.py).
    assert formulas - tested_models == {"int_indicator_unioned", "v_change", "v_citation", "v_indicator_quality"}
