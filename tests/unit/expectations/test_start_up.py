"""Modules that Great Expectations imports and we do not use are imported when something of them is asked for."""

from __future__ import annotations

import sys
import wave

import pytest

from expectations.lazy_imports import lazy_modules


def test_a_module_is_imported_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "wave")
    with lazy_modules("wave"):
        import wave as bound
    assert "wave" not in sys.modules
    assert bound.Error.__module__ == "wave"
    assert sys.modules["wave"] is not bound


def test_it_may_be_used_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "wave")
    with lazy_modules("wave"):
        import wave as bound

        assert issubclass(bound.Error, Exception)
    assert hasattr(sys.modules["wave"], "Wave_read")


def test_one_that_is_there_already_stays_as_it_is() -> None:
    with lazy_modules("wave"):
        assert sys.modules["wave"] is wave
    assert sys.modules["wave"] is wave
