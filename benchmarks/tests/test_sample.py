"""The sample as benchmarks want it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from benchmarks.sample import write_sound
from raw_landing.sample.generate import Scale


def test_sound_sample_has_rows_and_nothing_odd(tmp_path: Path) -> None:
    """Of some extracts no sample is made: they are passed over."""
    rows = write_sound(tmp_path, Scale(thinning=0.02, since=date(2025, 12, 1), units=("420100",)))
    written = list(tmp_path.glob("*/*/*.csv"))
    assert rows and len({path.parent.name for path in written}) >= 20
    assert not [*tmp_path.rglob("dirty"), *tmp_path.rglob("repeated")]
    assert rows == sum(len(path.read_bytes().splitlines()) - 1 for path in written)
