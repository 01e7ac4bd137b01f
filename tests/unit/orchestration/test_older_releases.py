"""A release that is too old for a command is told so, with the tables that it lacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.figure.assessment import plan_assessment
from orchestration.figure.calendar import planned_releases
from orchestration.figure.definitions import definition_versions, effects_on_plans
from orchestration.figure.resolve import ReleaseTooOld
from orchestration.settings import Settings

ASKED: dict[str, Callable[[Settings], object]] = {
    "fct_plan_assessment": lambda settings: plan_assessment(settings, "145", "420000", None),
    "fct_release_calendar": lambda settings: planned_releases(settings, 3),
    "fct_definition_value": lambda settings: definition_versions(settings, None),
    "fct_definition_progress": lambda settings: effects_on_plans(settings, "420000"),
}


@pytest.mark.parametrize("lacking", ASKED)
def test_what_it_lacks_is_named(tmp_path: Path, lacking: str) -> None:
    settings = Settings.of(home=tmp_path)
    folder = settings.releases / "20200101-01"
    folder.mkdir(parents=True)
    with duckdb.connect(folder / "marts.duckdb") as connection:
        connection.execute("create table release as select '20200101-01' as release_id")
    settings.current.symlink_to(folder.relative_to(settings.published))
    with pytest.raises(ReleaseTooOld, match=lacking):
        ASKED[lacking](settings)
