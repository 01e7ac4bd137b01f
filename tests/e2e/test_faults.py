"""Every kind of file of a home is harmed, and every stage killed: the night after it completes, and its marts are those
of an undisturbed one. What is harmed, and how, stands in tests/support/faults.py."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from pathlib import Path

import dagster as dg
import pytest

from orchestration.dagster_runtime.run_processes import UNDER_WAY
from orchestration.release.log import current_id, release_ids
from orchestration.release.verify import verify
from orchestration.settings import Settings
from tests.conftest import AS_OF
from tests.support.commands import hrss
from tests.support.comparison import differences
from tests.support.dagster_record import record_of
from tests.support.fault_injection import refresh_until
from tests.support.faults import LEDGER, MADE_AGAIN, PASSING, harm_of
from tests.support.processes import PROCESSES

PROJECT = Path(__file__).parents[2]
OF_PUBLICATION = {
    *("release", "release_history", "fct_quality_result", "fct_quality_summary", "fct_run_stage"),
    *("fct_indicator_vintage", "fct_indicator_change", "dim_formula"),
}
"""Tables that tell of releases, and so differ from one to the next."""

RELEASES = ("published/current/marts.duckdb", "published/current/manifest.json", "published/current/exports/**, *.html")

KILLS = (
    ("landing", 1, 0),
    ("gate", 1, 0),
    ("dbt", 1, 25),
    ("attribution", 1, 0),
    ("switched", 1, 0),
)
"""The stage, which of that name, and before which of its steps; the last when readers are sent to the new release and
nothing is on record."""


@pytest.fixture(scope="module")
def undisturbed(second_night: Path) -> Path:
    """A home with two releases."""
    return second_night / "home"


@pytest.fixture(scope="module")
def landing(second_night: Path) -> Path:
    return second_night / "landing"


def night(home: Path, landing: Path) -> str:
    said = hrss("refresh", "--landing", landing, "--home", home, "--as-of", AS_OF)
    assert "Traceback" not in said and not (home / "error.log").exists()
    return said


def marts(home: Path) -> set[str]:
    """The tables of the current release that are computed."""
    manifest = json.loads((Settings.of(home=home).current / "manifest.json").read_text(encoding="utf-8"))
    return set(manifest["tables"]) - OF_PUBLICATION


def assert_same_marts(home: Path, undisturbed: Path, said: object = "") -> None:
    assert marts(home) == marts(undisturbed)
    current, expected = (Settings.of(home=one).current / "marts.duckdb" for one in (home, undisturbed))
    assert differences(current, expected, sorted(f"main.{name}" for name in marts(home))) == {}, said


def test_every_kind_of_file_harmed_the_night_completes(undisturbed: Path, landing: Path, tmp_path: Path) -> None:
    """Of the two that the ledger is made again from, the ledger; tests/integration/landing harms the journal."""
    home = Path(shutil.copytree(undisturbed, tmp_path / "home", symlinks=True))
    settings = Settings.of(home=home)
    current = current_id(settings)
    harmed: dict[str, list[str]] = {}
    for number, kind in enumerate((*MADE_AGAIN, LEDGER[0])):
        files = [file for file in kind.files(home) if kind.name not in RELEASES or current in file.parts]
        assert files, f"nothing of the kind {kind.name}"
        for position, file in enumerate(files[:: max(1, len(files) // kind.most)][: kind.most]):
            harm = harm_of(number + position, file)
            harm(file)
            harmed.setdefault(kind.name, []).append(f"{harm.__name__}: {file.relative_to(home)}")
    for name in PASSING:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(b"half")
    said = night(home, landing)
    assert_same_marts(home, undisturbed, f"{harmed}\n{said}")
    assert current_id(settings) not in release_ids(Settings.of(home=undisturbed))
    assert verify(settings, str(current_id(settings))).is_intact
    assert "由存档重新读取" in said and re.search("dumps were gone or damaged; they are read again", said)
    assert not [name for name in PASSING if (home / name).exists()], said
    again = hrss("refresh", "--landing", landing, "--home", home, "--as-of", AS_OF)
    assert "Nothing new" in again, again


def test_killed_at_every_stage_the_next_run_completes_and_publishes_once(
    undisturbed: Path, landing: Path, tmp_path: Path
) -> None:
    """The home is one that was restored from a backup: it holds what nothing can make again, and all is to be made."""
    lost, home = shutil.copytree(undisturbed, tmp_path / "lost", symlinks=True), tmp_path / "home"
    said = hrss("backup", tmp_path / "backup", "--home", lost)
    assert "warehouse.duckdb (" in said and "all read back" in said
    shutil.rmtree(lost)
    assert "run hrss refresh" in hrss("restore", tmp_path / "backup", "--home", home)
    settings = Settings.of(home=home)
    before = release_ids(settings)
    assert before == release_ids(Settings.of(home=undisturbed))
    assert verify(settings, before[-1]).is_intact and not settings.warehouse.exists()
    died: set[str] = set()
    for stage, number, step in KILLS:
        process = PROCESSES.Process(
            target=refresh_until, args=(home, landing, AS_OF, stage, number, step, dict(os.environ))
        )
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL, stage
        assert len(release_ids(settings)) == len(before) + (stage == "switched")
        with record_of(home) as instance:
            (killed,) = instance.get_runs(dg.RunsFilter(statuses=UNDER_WAY))
            failed = {run.run_id for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]))}
        assert failed >= died, "the next one has noted that nobody works on them any more"
        died.add(killed.run_id)
    said = hrss("refresh", "--landing", landing, "--home", home, "--as-of", AS_OF)
    assert "without entering it on record" in said and "Nothing new" in said
    (made,) = set(release_ids(settings)) - set(before)
    assert current_id(settings) == made and verify(settings, made).is_intact
    assert_same_marts(home, undisturbed)


def test_the_page_of_reliability_lists_every_kind_that_is_harmed() -> None:
    page = (PROJECT / "docs" / "reliability.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    listed = {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}
    assert {kind.name for kind in (*MADE_AGAIN, *LEDGER)} <= listed
    assert len(rows) == len({row.split("|")[1] for row in rows})
