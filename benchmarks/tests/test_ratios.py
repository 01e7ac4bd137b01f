"""A ratio that got worse stops `make bench`; everything else goes on record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import ratios


@pytest.fixture(autouse=True)
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(ratios, "RECORD", tmp_path / "ratios.json")
    monkeypatch.setattr(ratios, "NOTED", tmp_path / "ratios.new.json")
    return tmp_path / "ratios.json"


def test_a_ratio_may_grow_by_a_fifth_and_no_more() -> None:
    assert ratios.worse({"a": 1.0, "b": 1.0, "gone": 1.0}, {"a": 1.2, "b": 1.21, "new": 9.0}) == [
        "b: 1.21, on record 1.00"
    ]


def test_what_got_worse_is_not_put_on_record_unless_accepted(record: Path) -> None:
    ratios.note("copy", 2.0)
    assert ratios.main(accept=False) == 0
    ratios.note("copy", 2.5)
    assert ratios.main(accept=False) == 1
    assert json.loads(record.read_text(encoding="utf-8")) == {"copy": 2.0}
    assert ratios.main(accept=True) == 0
    assert json.loads(record.read_text(encoding="utf-8")) == {"copy": 2.5}


def test_ratios_not_measured_this_time_stay_on_record(record: Path) -> None:
    for name in ("one", "other"):
        ratios.note(name, 1.0)
        assert ratios.main(accept=False) == 0
    assert json.loads(record.read_text(encoding="utf-8")) == {"one": 1.0, "other": 1.0}
