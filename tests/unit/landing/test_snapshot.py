"""What counts as the same rows when two readings of one dump are compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from raw_landing.database import connect
from raw_landing.ledger.snapshot import _same

ROWS = "SELECT i AS line_number, 'case ' || i AS case_no FROM range(10) AS made (i)"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (f"{ROWS} ORDER BY i DESC", True),
        (f"{ROWS} WHERE i > 0", False),
        (f"{ROWS} UNION ALL {ROWS}", False),
        ("SELECT i AS line_number, 'case ' || (9 - i) AS case_no FROM range(10) AS made (i)", False),
    ],
)
def test_the_same_rows_in_another_order(tmp_path: Path, other: str, same: bool) -> None:
    with connect() as connection:
        for name, query in (("one", ROWS), ("other", other)):
            connection.execute(f"COPY ({query}) TO '{tmp_path / name}' (FORMAT parquet)")
    assert _same(tmp_path / "one", tmp_path / "other") == same
    assert not _same(tmp_path / "one", tmp_path / "absent")
    assert _same(tmp_path / "absent", tmp_path / "absent too")
