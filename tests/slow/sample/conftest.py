"""The samples that the tests of this folder look at, each written once for all workers. Not to be changed."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from raw_landing.database import connect
from raw_landing.sample import Planted, write_sample
from raw_landing.sample.generate import planted_in
from raw_landing.sample.writing import write_truth
from tests.conftest import Shared
from tests.slow.sample.samples import Sample, read_back


@pytest.fixture(scope="session")
def small(small_landing: Path) -> Path:
    """The inbox of the small sample."""
    return small_landing / "inbox"


@pytest.fixture(scope="session")
def default(shared: Shared) -> Iterator[Sample]:
    """The default sample with its dirty dumps left clean, so that it can be read back without landing them."""

    def make(folder: Path) -> None:
        sown: list[Planted] = []  # while the rows are there: to make them anew takes as long as to write them

        def note(connection: duckdb.DuckDBPyConnection, truth: Path) -> None:
            sown.append(planted_in(connection))
            write_truth(connection, truth)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("raw_landing.sample.writing.DISGUISES", {})
            patch.setattr("raw_landing.sample.generate.write_truth", note)
            summary = write_sample(folder / "inbox")
        with connect(folder / "rows.duckdb") as rows:
            read_back(rows, summary.out)
        (folder / "summary").write_bytes(pickle.dumps((summary, *sown)))

    folder = shared("default", make)
    with closing(connect(folder / "rows.duckdb", read_only=True)) as rows:
        summary, sown = pickle.loads((folder / "summary").read_bytes())
        yield Sample(summary, sown, rows)
