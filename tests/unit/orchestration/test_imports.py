"""What is expensive to import is not imported by what must start quickly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HEAVY = (
    "dagster",
    "dbt",
    "great_expectations",
    "pandas",
    "duckdb",
    "pydantic",
    "rich.table",
    "altair",
    "vl_convert",
    "typst",
)


def imported(statement: str) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.split())


@pytest.mark.parametrize("heavy", HEAVY)
def test_command_line_is_light(heavy: str) -> None:
    assert heavy not in imported("import orchestration.cli.main")


def test_deciding_that_nothing_is_new_needs_no_engine() -> None:
    assert not {"dagster", "dbt", "great_expectations", "pandas"} & imported("import orchestration.pipeline.triggers")


def test_opening_a_database_imports_no_pandas() -> None:
    assert "pandas" not in imported("from raw_landing.database import connect; connect()")


def test_opening_a_release_imports_no_pandas(tmp_path: Path) -> None:
    marts = tmp_path / "marts.duckdb"
    made = (
        "from raw_landing.database import connect; from pathlib import Path; from orchestration.figure.query import *"
    )
    assert "pandas" not in imported(f"{made}; connect({str(marts)!r}).close(); open_release(Path({str(marts)!r}))")


def test_expectations_do_not_import_their_engine() -> None:
    assert "great_expectations" not in imported("import expectations")


def test_the_engine_leaves_out_charts_and_statistics() -> None:
    assert not {"altair", "scipy.stats"} & imported("import expectations.engine")
