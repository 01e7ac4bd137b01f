"""What the tests of reading share: one connection, the contracts, and a way to read what stands in a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from raw_landing import ParsedDump, read_dump
from raw_landing.contract import Contract, load_contracts
from raw_landing.database import connect


@pytest.fixture(scope="session")
def contracts() -> dict[str, Contract]:
    return load_contracts()


def with_few_columns(contract: Contract) -> Contract:
    """The contract as if every column could be absent whose cells may be empty: a test shows only what it is about."""
    columns = [
        one.model_dump() | {"may_be_absent": not one.required, "needed_for": () if one.required else one.needed_for}
        for one in contract.columns
    ]
    return Contract.model_validate(contract.model_dump() | {"columns": columns})


@pytest.fixture(scope="session")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as opened:
        yield opened


@pytest.fixture
def read(
    tmp_path: Path, contracts: dict[str, Contract], connection: duckdb.DuckDBPyConnection
) -> Iterator[Callable[..., ParsedDump]]:
    """Read a text or bytes as a dump of an extract, which may have few columns unless it is `whole`; close it after the
    test."""
    opened: list[ParsedDump] = []
    lenient: dict[str, Contract] = {}

    def _read(
        content: str | bytes, extract: str = "urban_employed_stock", *, whole: bool = False, **known: Any
    ) -> ParsedDump:
        path = tmp_path / f"{len(opened)}{known.pop('suffix', '.csv')}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        contract = contracts[extract]
        if not whole:
            contract = lenient.get(extract) or lenient.setdefault(extract, with_few_columns(contract))
        reading = read_dump(path, contract, connection=connection, workdir=tmp_path, **known)
        opened.append(reading)
        return reading

    yield _read
    for reading in opened:
        reading.close()
