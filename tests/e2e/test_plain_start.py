"""With all start-up tricks off, a refresh publishes the same figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.figure.query import open_release
from orchestration.release.folder import ReleaseFolder
from orchestration.settings import Settings
from orchestration.startup import PLAIN
from tests.conftest import AS_OF
from tests.support.commands import hrss


def test_a_plain_start_publishes_the_same(
    small_landing: Path, home: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = home()
    settings = Settings.of(home=own)
    before = ReleaseFolder.of(settings, ReleaseFolder.current(settings).release_id)
    monkeypatch.setenv(PLAIN, "1")
    hrss("refresh", "--landing", small_landing, "--home", own, "--as-of", AS_OF, "--full")
    after = ReleaseFolder.current(settings)
    assert after.release_id != before.release_id
    with open_release(after.marts) as connection:
        changed = connection.execute(
            "select * from fct_indicator_change where release_id = ?", [after.release_id]
        ).fetchall()
        checked = connection.execute(
            "select count(*) > 0 from fct_quality_result where release_id = ?", [after.release_id]
        ).fetchone()
    assert changed == [] and checked == (True,)
