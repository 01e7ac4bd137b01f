"""Months of the default sample as rows that count, without landing them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from raw_landing.contract import load_contracts
from raw_landing.database import connect, literal
from raw_landing.sample.generate import DEFAULT_SEED, SCALES, make
from tests.support.warehouse import add_dump


@contextmanager
def landed_sample(
    warehouse: Path, extracts: Sequence[str], months: Sequence[date]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Put the rows of these months, each by its first day, into the warehouse, a dump of the province for each extract
    and month; gives the sample, with what was planted in it."""
    contracts = load_contracts()
    with connect(warehouse) as connection:
        dumps = [
            (extract, month, add_dump(connection, extract, month, "420000", []))
            for extract in extracts
            for month in months
        ]
    with connect() as sample:
        make(sample, seed=DEFAULT_SEED, scale=SCALES["default"])
        sample.execute(f"attach {literal(warehouse)} as warehouse")
        for extract, month, dump_id in dumps:
            sample.execute(
                f"""
                insert into warehouse.landed.{extract} by name
                select ? as dump_id, '420000' as unit_code, ?::date as period_start, last_day(?) as period_end,
                    1 as revision, 1.0 as sampling_fraction, row_number() over () + 1 as line_number,
                    {", ".join(contracts[extract].by_name)}
                from made.{extract} where month = ?
                """,
                [dump_id, month, month, month],
            )
        yield sample
