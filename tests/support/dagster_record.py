"""Dagster's record of a home, for tests that look into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from orchestration.settings import Settings


@contextmanager
def record_of(home: Path) -> Iterator[dg.DagsterInstance]:
    """The instance of a home, which DAGSTER_HOME names as long as it is open."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DAGSTER_HOME", str(Settings.of(home=home).dagster_home))
        with dg.DagsterInstance.get() as instance:
            yield instance
