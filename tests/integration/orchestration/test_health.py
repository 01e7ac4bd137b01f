"""`hrss status` as a watchman: each state by its exit code, as JSON and as Prometheus reads it."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from orchestration.cli.views.health import as_json
from orchestration.files import write_json
from orchestration.lock import Holder, holder, writer_lock
from orchestration.pipeline.health import Health, health
from orchestration.pipeline.metrics import write_metrics
from orchestration.pipeline.triggers import record_heartbeat
from orchestration.settings import WUHAN, Settings
from tests.support.publishing import publish_ungated

LONG = timedelta(hours=37)


@pytest.fixture
def settings(small_home: Path, tmp_path: Path) -> Settings:
    """A home with a release that a run has published."""
    settings = Settings.of(home=shutil.copytree(small_home, tmp_path / "home"))
    publish_ungated(settings)
    end(settings, "published")
    record_heartbeat(settings)
    return settings


def end(settings: Settings, outcome: str) -> None:
    """Leave on record how a run ended."""
    write_json(
        settings.run_record,
        {"outcome": outcome, "started_at": datetime.now(WUHAN), "seconds": {"landing": 2.5, "dbt": 20.0}},
    )


def damage(settings: Settings) -> None:
    file = settings.current / "marts.duckdb"
    file.chmod(0o644)
    content = bytearray(file.read_bytes())
    content[-5000] ^= 0xFF
    file.write_bytes(content)


def forget(settings: Settings) -> None:
    settings.heartbeat.unlink()


STATES: dict[str, tuple[Callable[[Settings], object], str, int, str]] = {
    "well": (lambda _: None, "well", 0, ""),
    "failed": (lambda settings: end(settings, "failed"), "failed", 1, "the last run failed"),
    "interrupted": (lambda settings: end(settings, "interrupted"), "failed", 1, "interrupted"),
    "dead while landing": (lambda settings: end(settings, "running"), "failed", 1, "dead"),
    "dead after landing": (lambda settings: end(settings, "landed"), "failed", 1, "dead"),
    "damaged": (damage, "failed", 1, "damaged"),
    "current lost": (lambda settings: settings.current.unlink(), "failed", 1, "damaged"),
    "the file beside the link lost": (lambda settings: settings.pointer.unlink(), "failed", 1, "disagree"),
    "refused": (lambda settings: end(settings, "refused"), "refused", 3, "the gate refused"),
    "never": (forget, "stale", 4, "no run has ended well yet"),
}


@pytest.mark.parametrize("which", STATES)
def test_each_state_has_its_exit_code_and_its_reason(settings: Settings, which: str) -> None:
    happens, state, code, reason = STATES[which]
    happens(settings)
    found = health(settings)
    assert (found.state, found.exit_code) == (state, code)
    assert [reason in en for _, en in found.reasons] == [True] * (state != "well")


def test_a_home_is_stale_when_no_run_has_ended_well_for_long(settings: Settings) -> None:
    now = datetime.now(WUHAN)
    assert health(settings, now + LONG - timedelta(hours=2)).state == "well"
    assert health(settings, now + LONG).state == "stale"
    assert health(settings.model_copy(update={"stale_hours": 48}), now + LONG).state == "well"
    end(settings, "refused")
    assert health(settings, now + LONG).state == "refused", "what is worse is told first"
    assert len(health(settings, now + LONG).reasons) == 2


def test_a_run_that_is_at_work_is_not_dead(settings: Settings) -> None:
    with writer_lock(settings, "a test"):
        end(settings, "running")
        assert holder(settings) == Holder(socket.gethostname(), os.getpid())
        assert (health(settings).state, health(settings).outcome) == ("well", "running")
    assert holder(settings) is None
    write_json(settings.lock_file.with_suffix(".json"), {"pid": 2**22 + 1})  # killed: its file stays
    assert health(settings).outcome == "dead"


def test_nothing_published_is_stale_not_damaged(tmp_path: Path) -> None:
    found = health(Settings.of(home=tmp_path / "home"))
    assert (found.state, found.release_id, found.release_age_seconds) == ("stale", None, None)


def numbers(health_: Health, path: Path) -> dict[tuple[str, str], float]:
    """What Prometheus reads of the file."""
    write_metrics(health_, path)
    families = text_string_to_metric_families(path.read_text(encoding="utf-8"))
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in families
        for sample in family.samples
    }


def test_prometheus_and_programs_read_the_same(settings: Settings, tmp_path: Path) -> None:
    end(settings, "refused")
    found = health(settings, datetime.now(WUHAN) + timedelta(hours=1))
    read = numbers(found, tmp_path / "hrss.prom")
    assert {of: value for (name, of), value in read.items() if name == "hrss_state"} == {
        "well": 0,
        "failed": 0,
        "refused": 1,
        "stale": 0,
    }
    assert read["hrss_stage_seconds", "dbt"] == 20 and read["hrss_stage_seconds", "landing"] == 2.5
    assert 3600 <= read["hrss_heartbeat_age_seconds", ""] < 3700
    assert 3600 <= read["hrss_release_age_seconds", ""] < 3700
    assert read["hrss_disk_free_bytes", ""] > 0 and read["hrss_release_rows", ""] >= 0
    said = json.loads(as_json(found))
    assert (said["state"], said["exit_code"], said["outcome"]) == ("refused", 3, "refused")
    assert said["release_id"] == found.release_id is not None
    assert said["reasons"][0].keys() == {"zh", "en"}
