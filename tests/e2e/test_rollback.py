"""A release proven, readers sent back to the one before, on record, and left there while nothing is new."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from orchestration.pipeline.stages import release
from orchestration.release.log import current_id
from orchestration.settings import Settings
from tests.conftest import AS_OF
from tests.support.commands import hrss


def test_rollback_from_end_to_end(small_landing: Path, home: Callable[[], Path]) -> None:
    own = home()
    settings = Settings.of(landing=small_landing, home=own)
    first = str(current_id(settings))
    second = release(settings).release_id
    said = hrss("verify", "--home", own)
    assert second in said and "a chain of 2 releases holds" in said
    said = hrss("rollback", first, "--reason", "六月数据有误", "--home", own)
    assert f"Release {first} is untouched" in said
    assert first in hrss("query", "select max(release_id) from release", "--home", own)
    status = hrss("status", "--home", own, "--landing", small_landing)
    assert f"已从 {second} 回退" in status and "六月数据有误" in status
    said = hrss("refresh", "--home", own, "--landing", small_landing, "--as-of", AS_OF)
    assert f"Nothing new: release {first} stays current" in said
