"""The fixture every test of landing begins with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.inbox import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty inbox and no home yet."""
    world = World(tmp_path)
    world.inbox.mkdir(parents=True)
    return world
