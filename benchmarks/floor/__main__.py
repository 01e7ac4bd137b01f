"""Runs indicators.sql: `python -m benchmarks.floor INBOX DATABASE`. A new database file; nothing else is written."""

from __future__ import annotations

import sys
from pathlib import Path

from raw_landing.database import connect
from raw_landing.regions import SEEDS


def main(inbox: str, database: str) -> None:
    """Compute table `indicator` (indicator_id, region_code, period_type, period_end, numerator, denominator, value,
    value_text) in the database."""
    with connect(Path(database)) as connection:
        connection.execute("set variable inbox = ?", [inbox])
        connection.execute("set variable regions = ?", [str(SEEDS / "regions.csv")])
        connection.execute(Path(__file__).with_name("indicators.sql").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(*sys.argv[1:])
