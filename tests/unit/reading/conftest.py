"""What the tests of reading share: one connection, the contracts, and a way to read what stands in a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from raw_landing import Reading, read_dump
from raw_landing.contract import Contract, load_contracts
from raw_landing.database import connect


@pytest.fixture(scope="session")
def contracts() -> dict[str, Contract]:
    return load_contracts()


@pytest.fixture(scope="session")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as opened:
        yield opened


@pytest.fixture
def read(
    tmp_path: Path, contracts: dict[str, Contract], connection: duckdb.DuckDBPyConnection
) -> Iterator[Callable[..., Reading]]:
    """Read a text or bytes as a dump of an extract; close it after the test."""
    opened: list[Reading] = []

    def _read(content: str | bytes, extract: str = "urban_employed_stock", **known: Any) -> Reading:
        path = tmp_path / f"{len(opened)}.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        reading = read_dump(path, contracts[extract], connection=connection, workdir=tmp_path, **known)
        opened.append(reading)
        return reading

    yield _read
    for reading in opened:
        reading.close()
