"""A home that is lost but for what it laid at an address publishes the same numbers."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import AS_OF
from tests.e2e.test_faults import assert_same_marts
from tests.support.commands import hrss


def test_a_home_of_what_was_at_the_address_publishes_the_same(
    good_home: Path, small_landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, home, empty = tmp_path / "lost", tmp_path / "home", tmp_path / "landing"
    shutil.copytree(good_home, lost, symlinks=True)
    address = f"file://{tmp_path}/share"
    monkeypatch.setenv("HRSS_STORE_AT", address)
    assert "Nothing new" in hrss("refresh", "--landing", small_landing, "--home", lost, "--as-of", AS_OF)
    shutil.rmtree(lost)
    (empty / "inbox").mkdir(parents=True)  # agencies have taken away what they delivered
    refused = hrss("refresh", "--landing", empty, "--home", home, "--as-of", AS_OF, code=1)
    assert f"run hrss restore {address} --home {home}" in refused
    assert "Now run hrss refresh" in hrss("restore", address, "--home", home)
    said = hrss("refresh", "--landing", empty, "--home", home, "--as-of", AS_OF)
    assert "dumps were gone or damaged" not in said
    assert_same_marts(home, good_home, said)
