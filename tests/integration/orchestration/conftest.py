"""Homes with everything that is kept, and with several releases, for tests of what keeps them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.settings import Settings
from tests.conftest import Shared
from tests.support.inbox import World, body, name
from tests.support.publishing import publish_ungated


@pytest.fixture(scope="session")
def lived_in(small_home: Path, shared: Shared) -> Path:
    """A home with a landed dump, refused rows and a release, and its inbox. Not to be changed: see `world`."""

    def make(folder: Path) -> None:
        world = World(folder)
        world.inbox.mkdir(parents=True)
        shutil.copytree(small_home, world.home)
        publish_ungated(Settings.of(home=world.home))
        world.deliver(name("postdoc_intake"), body("postdoc_intake", "2024-03", 1, 2) + "B5,420106,站5,x\n")
        world.land()

    return shared("lived-in", make)


@pytest.fixture
def world(lived_in: Path, tmp_path: Path) -> World:
    """A copy of the home that was lived in, to be broken."""
    return World(Path(shutil.copytree(lived_in, tmp_path, symlinks=True, dirs_exist_ok=True)))


@pytest.fixture(scope="module")
def three(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three releases."""
    settings = Settings.of(home=shutil.copytree(small_home, tmp_path_factory.mktemp("three") / "home"))
    for _ in range(3):
        publish_ungated(settings)
    return settings.home
