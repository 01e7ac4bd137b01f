"""Homes with everything that is kept, and with several releases, for tests of what keeps them; addresses where they lay
what they have."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from orchestration.settings import Settings
from tests.conftest import Shared
from tests.support.at_address import s3_address, s3_server
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


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of an S3-compatible server."""
    with s3_server(tmp_path_factory.mktemp("moto")) as endpoint:
        yield endpoint


@pytest.fixture(params=["s3", "file", "memory"])
def address(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A folder where nothing is yet: of an S3-compatible server, of the local disk, of a store that replaces no file
    (and ends with this process)."""
    if request.param == "s3":
        yield s3_address(request.getfixturevalue("server"), f"b{abs(hash(tmp_path))}", monkeypatch)
    elif request.param == "file":
        yield f"file://{tmp_path}/share"
    else:
        yield f"memory://{tmp_path.name}/hrss"
        MemoryFileSystem.store.clear()
        MemoryFileSystem.pseudo_dirs[:] = [""]


@pytest.fixture
def silence(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address does not answer."""
    if address.startswith("file"):
        (tmp_path / "share").write_text("in the way")
    elif address.startswith("s3"):
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    else:

        def fails(*_: object, **__: object) -> NoReturn:
            raise ConnectionError

        for action in ("ls", "cat_file", "_open"):
            monkeypatch.setattr(MemoryFileSystem, action, fails)
