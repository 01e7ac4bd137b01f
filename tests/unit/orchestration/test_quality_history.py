"""What a release carries on of the quality results of releases before it: the newest whole, of others what is on record
for ever, since when a rule fails, and the counts."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.progress import LogReporter, report_to, reporter
from orchestration.release.folder import ReleaseFolder
from orchestration.release.own_tables import Release, write_own_tables
from orchestration.settings import Settings
from raw_landing.database import connect

KEEP = 2

Outcome = bool | str
"""Whether a rule held; the reason why its failure was accepted."""


def result(rule: str, outcome: Outcome) -> dict[str, Any]:
    accepted = outcome if isinstance(outcome, str) else None
    return {
        **{"suite": "some", "expectation": rule, "description_zh": "规则", "description_en": "rule"},
        **{"severity": "critical" if accepted else "warning", "success": outcome is True, "element_count": 1},
        **{"unexpected_count": 0, "observed_value": "", "accepted_reason": accepted, "failing_keys": None},
    }


def publish(folder: Path, number: int, before: Path | None, **outcomes: Outcome) -> Path:
    """The file of a release with the tables that publication writes, after the one `before`."""
    rows = [result(rule, outcome) for rule, outcome in outcomes.items()]
    name = f"202601{number:02}-01"
    release = Release(
        release_id=name,
        folder=ReleaseFolder(folder),
        published_at=datetime(2026, 1, number),
        as_of=date(2026, 1, number),
        git_revision="",
        dumps=1,
        rows=1,
        expectations_evaluated=len(rows),
        expectations_failed=sum(not row["success"] for row in rows),
        inputs_sha256="",
        is_synthetic=True,
        suppression_threshold=5,
    )
    file = folder / f"{number}.duckdb"
    with connect() as connection:
        connection.execute(f"attach '{file}' as public")
        if before is not None:
            connection.execute(f"attach '{before}' as before (read_only)")
        write_own_tables(connection, release, rows, [], KEEP)
    return file


def told(file: Path, table: str, columns: str) -> list[Any]:
    with connect(file, read_only=True) as connection:
        return connection.execute(f"select {columns} from {table} order by all").fetchall()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Five nights of a rule that holds, one that fails from the second on, one that fails now and then and was accepted
    once."""
    nights: tuple[dict[str, Outcome], ...] = (
        {"holds": True, "fails": True, "at_times": False},
        {"holds": True, "fails": False, "at_times": "known"},
        {"holds": True, "fails": False, "at_times": True},
        {"holds": True, "fails": False, "at_times": True},
        {"holds": True, "fails": False, "at_times": False},
    )
    made: list[Path] = []
    for number, outcomes in enumerate(nights, 1):
        made.append(publish(tmp_path, number, made[-1] if made else None, **outcomes))
    return made


def test_the_newest_releases_stand_in_full_of_others_what_counts(files: list[Path]) -> None:
    day = "substr(release_id, 8, 1)::int, expectation, success, accepted_reason"
    assert told(files[-1], "fct_quality_result", day) == [
        (2, "at_times", False, "known"),
        (2, "fails", False, None),
        *((4, rule, success, None) for rule, success in (("at_times", True), ("fails", False), ("holds", True))),
        *((5, rule, success, None) for rule, success in (("at_times", False), ("fails", False), ("holds", True))),
    ], "accepted once; failing since then; the two newest"
    assert len(told(files[1], "fct_quality_result", day)) == 6


def test_every_release_is_counted(files: list[Path]) -> None:
    assert told(files[-1], "fct_quality_summary", "release_id, severity, evaluated, failed, accepted") == [
        ("20260101-01", "warning", 3, 1, 0),
        ("20260102-01", "critical", 1, 1, 1),
        ("20260102-01", "warning", 2, 1, 0),
        ("20260103-01", "warning", 3, 1, 0),
        ("20260104-01", "warning", 3, 1, 0),
        ("20260105-01", "warning", 3, 2, 0),
    ]
    assert len(told(files[-1], "release", "release_id")) == len(files)


def test_a_release_of_a_time_without_counts_is_counted_when_it_is_carried_on(files: list[Path], tmp_path: Path) -> None:
    with connect(files[1]) as connection:
        connection.execute("drop table fct_quality_summary")
    after = publish(tmp_path, 9, files[1], holds=True)
    assert told(after, "fct_quality_summary", "release_id, evaluated") == [
        ("20260101-01", 3),
        ("20260102-01", 1),
        ("20260102-01", 2),
        ("20260109-01", 1),
    ]


def test_a_rule_that_fails_no_more_or_is_gone_leaves_nothing_behind(files: list[Path], tmp_path: Path) -> None:
    mended = publish(tmp_path, 6, files[-1], holds=True, fails=True)
    later = publish(tmp_path, 7, mended, holds=True, fails=True)
    assert told(later, "fct_quality_result", "substr(release_id, 8, 1)::int, expectation") == [
        (2, "at_times"),
        *((night, rule) for night in (6, 7) for rule in ("fails", "holds")),
    ], "the accepted failure is on record for ever"


def test_how_many_stand_in_full_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HRSS_KEEP_RESULTS", "7")
    assert Settings().keep_results == 7


def test_every_release_tells_what_its_stages_took(tmp_path: Path) -> None:
    report_to(LogReporter())
    with reporter().stage("landing", "入库", "landing"):
        reporter().dumps["landing"] = 3
    first = publish(tmp_path, 1, None, holds=True)
    report_to(LogReporter())
    for stage in ("landing", "gate", "gate"):
        with reporter().stage(stage, "阶段", "stage"):
            pass
    second = publish(tmp_path, 2, first, holds=True)
    report_to(LogReporter())
    assert told(second, "fct_run_stage", "release_id, stage, dumps, seconds >= 0 and bytes_read >= 0") == [
        ("20260101-01", "landing", 3, True),
        ("20260102-01", "gate", None, True),
        ("20260102-01", "landing", None, True),
    ]
