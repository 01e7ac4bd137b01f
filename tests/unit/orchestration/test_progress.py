"""What a run remembers of its stages: their costs, those of children among them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time

import pytest

from orchestration.cli import console
from orchestration.cli.console import ConsoleReporter
from orchestration.dbt_build.database_time import DatabaseTime, told
from orchestration.progress import Cost, Run, Stage, Steps
from raw_landing.database_time import tell_seconds
from raw_landing.progress import Progress


class Quiet:
    """A reporter that shows nothing and remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []

    def open(self, name: str, zh: str, en: str) -> Stage:
        return Stage(name, zh, en)

    def close(self, stage: Stage, seconds: float) -> None:
        self.told.append((stage.name, seconds))


def test_costs_add_up() -> None:
    one, other = Cost(1.5, 1.25, 512, 1024), Cost(0.25, 0.5, 0, 512)
    assert one + other == Cost(1.75, 1.75, 512, 1536)
    assert one + other - other == one


def test_a_stage_costs_what_its_children_cost() -> None:
    run = Run(Quiet())
    with run.stage("build", "计算", "building"):
        subprocess.run([sys.executable, "-c", "sum(range(10**6))"], check=True)
    cost = run.costs["build"]
    assert cost.cpu_seconds > 0  # waiting costs none: these are the child's
    assert run.profile["build"]["cpu_seconds"] == cost.cpu_seconds
    assert run.profile["whole"]["cpu_seconds"] >= cost.cpu_seconds


def test_a_stage_that_comes_twice_or_fails_is_counted() -> None:
    quiet = Quiet()
    run = Run(quiet)
    with run.stage("gate", "质量门", "gate"):
        pass
    with pytest.raises(ValueError), run.stage("gate", "质量门", "gate"):
        raise ValueError
    assert [name for name, _ in quiet.told] == ["gate", "gate"]
    assert list(run.costs) == ["gate"]
    assert set(run.profile) == {"gate", "whole"}
    assert set(run.profile["gate"]) - set(run.profile["whole"]) == {"database_seconds", "other_seconds"}
    assert set(run.profile["whole"]) == {"seconds", "cpu_seconds", "bytes_read", "bytes_written"}


def test_what_a_database_did_of_it_is_told_apart() -> None:
    run = Run(Quiet())
    for seconds in (0.05, 0.1):
        with run.stage("build", "计算", "building"):
            time.sleep(seconds)
            tell_seconds(seconds)
    profile = run.profile["build"]
    assert profile["database_seconds"] == pytest.approx(0.15, abs=0.01)
    assert profile["other_seconds"] == pytest.approx(profile["seconds"] - profile["database_seconds"])


def test_a_statement_across_two_stages_counts_in_each_for_what_it_ran_there() -> None:
    run = Run(Quiet())
    with run.stage("dbt", "计算", "building"):
        time.sleep(0.02)
    with run.stage("gate", "质量门", "gate"):
        tell_seconds(60.0)  # most of which was before
        time.sleep(0.02)
    gate = run.profile["gate"]
    assert 0 <= gate["database_seconds"] <= gate["seconds"] and gate["other_seconds"] > 0
    assert run.profile["dbt"]["database_seconds"] == 0.0


def test_dbt_tells_in_its_last_line_how_long_statements_ran() -> None:
    database = DatabaseTime()
    database.spans = [(4.0, 5.0), (0.0, 2.0), (1.0, 3.0), (1.5, 1.75)]
    assert told(json.loads(database.as_event())) == 4.0


def test_the_time_left_follows_from_the_steps_done() -> None:
    assert Steps(done=1, total=4, begins="marts.fct_case", seconds=2.0).left == 6.0
    assert Steps(done=0, total=4, begins="marts.fct_case", seconds=0.0).left is None


def test_no_time_left_is_told_from_next_to_nothing() -> None:
    early, later = (Progress(1, 2375, 734, share, 12.7, "a.csv") for share in (0.0004, 0.25))
    assert early.left is None and later.left == pytest.approx(38.1)


def test_steps_are_counted_from_the_first_that_begins() -> None:
    told: list[Steps] = []

    class Counting(Stage):
        def steps(self, steps: Steps) -> None:
            told.append(steps)

    stage = Counting("dbt", "计算指标", "building the marts")
    stage.step(0, 2, "one")
    stage.step(1, 2, "other")
    assert [(one.done, one.total, one.begins) for one in told] == [(0, 2, "one"), (1, 2, "other")]
    assert told[0].seconds == 0.0 <= told[1].seconds


def test_where_there_is_no_terminal_every_stage_tells_its_steps_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "SECONDS_BETWEEN_LINES", 5.0)
    to = io.StringIO()
    with ConsoleReporter(to) as reporter:
        for name in ("dbt", "gate"):
            stage = reporter.open(name, "计算指标", "building the marts")
            for seconds in (1.0, 6.0, 7.0):
                stage.steps(Steps(done=3, total=12, begins=f"{name}_step", seconds=seconds))
            reporter.close(stage, 8.0)
    assert to.getvalue().splitlines() == [
        "  3/12 步 steps, dbt_step, 剩余约 left about 18 s",
        "✓ 计算指标 / building the marts: 8.0 s",
        "  3/12 步 steps, gate_step, 剩余约 left about 18 s",
        "✓ 计算指标 / building the marts: 8.0 s",
    ]
