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
        connection.execute(f"attach '{before.marts}' as earlier (read_only)")
        for table in ("fct_indicator_value", "fct_plan_progress", "fct_data_doubt"):
            for one, other in ((table, f"earlier.marts.{table}"), (f"earlier.marts.{table}", table)):
                assert not connection.execute(f"from {one} except all from {other}").fetchall(), table
