"""A package kept out of a process is as if it were not installed, for a while."""

from __future__ import annotations

import sys
import wave

import pytest

from orchestration.dagster_runtime.startup import kept_apart


def test_it_cannot_be_imported_within_and_can_be_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "wave")
    with kept_apart("wave"), pytest.raises(ImportError):
        import wave
    import wave

    assert wave.Error.__module__ == "wave"


def test_one_that_is_loaded_stays() -> None:
    with kept_apart("wave"):
        assert sys.modules["wave"] is wave
    assert sys.modules["wave"] is wave
