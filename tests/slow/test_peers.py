"""What benchmarks compare computes the same: a comparison that finds a difference ends after minutes, without a
table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import benchmarks.floor.__main__ as script
from benchmarks.peers import ours
from benchmarks.sample import write_sound
from benchmarks.whole import disagreeing
from raw_landing.sample.generate import Scale
from tests.support.publishing import give_models


def test_the_script_and_our_path_to_the_figures_agree(models: Path, tmp_path: Path) -> None:
    home, computed = tmp_path / "home", tmp_path / "script.duckdb"
    write_sound(tmp_path / "inbox", Scale(thinning=0.02, since=date(2024, 12, 1), units=("420100",)))
    script.main(str(tmp_path / "inbox"), str(computed))
    home.mkdir()
    give_models(models, home)
    ours.main(tmp_path, home)
    assert disagreeing(computed, home / "warehouse.duckdb") == 0
