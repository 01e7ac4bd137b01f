"""Homes with everything that is kept, and with several releases, for tests of what keeps them; addresses where they lay
what they have."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import fsspec
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


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of a server."""
    pytest.importorskip("moto")
    pytest.importorskip("s3fs")
    said = tmp_path_factory.mktemp("moto") / "said"
    with said.open("w") as log:
        code = "from moto.server import main; main(['-H', '127.0.0.1', '-p', '0'])"
        child = subprocess.Popen([sys.executable, "-c", code], stdout=log, stderr=log)
    try:
        until = time.monotonic() + 60
        while " on http://127.0.0.1:" not in said.read_text():
            assert child.poll() is None and time.monotonic() < until, said.read_text()
            time.sleep(0.05)
        endpoint = "http://127.0.0.1:" + said.read_text().split(" on http://127.0.0.1:")[1].split()[0]
        yield endpoint
    finally:
        child.kill()
        child.wait()


@pytest.fixture(params=["s3", "file"])
def address(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder of an S3-compatible server or of the local disk, where nothing is yet."""
    if request.param == "file":
        return f"file://{tmp_path}/share"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", request.getfixturevalue("server"))
    bucket = f"b{abs(hash(tmp_path))}"
    fsspec.filesystem("s3", skip_instance_cache=True).mkdir(bucket)
    return f"s3://{bucket}/hrss"


@pytest.fixture
def silence(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address does not answer."""
    if address.startswith("file"):
        (tmp_path / "share").write_text("in the way")
    else:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
