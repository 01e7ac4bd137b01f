"""A small warehouse, refreshed once a session from synthetic dumps, for tests from end to end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.commands import hrss

AS_OF = "2026-01-20"

# In CI a test draws the same examples each time, so that a failure belongs to the change that it is seen at;
# `pytest --hypothesis-profile random` draws others each time, there as elsewhere.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("random", derandomize=False)
settings.load_profile("repeatable" if os.environ.get("CI") else "random")


@pytest.fixture(scope="session")
def small_landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A landing folder with the small sample in its inbox. Not to be changed."""
    folder = tmp_path_factory.mktemp("landing")
    hrss("sample", "--scale", "small", "--landing", folder)
    return folder


@pytest.fixture(scope="session")
def good_home(small_landing: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a refresh of the small sample that published. Not to be changed: see `home`."""
    folder = tmp_path_factory.mktemp("good") / "home"
    hrss("refresh", "--landing", small_landing, "--home", folder, "--as-of", AS_OF)
    return folder


@pytest.fixture
def home(good_home: Path, tmp_path: Path) -> Callable[[], Path]:
    """Makes copies of the good home, to be broken. Landed files are shared by path: they are immutable."""

    def copy() -> Path:
        return Path(shutil.copytree(good_home, tmp_path / "home", symlinks=True))

    return copy
