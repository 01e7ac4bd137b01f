"""What a run remembers of its stages: their costs, those of children among them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from orchestration.progress import Cost, Run, Stage


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
    assert set(run.profile["gate"]) == {"seconds", "cpu_seconds", "bytes_read", "bytes_written"}
