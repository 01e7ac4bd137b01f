"""The samples that the tests of this folder look at, each written once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from raw_landing.sample import SampleSummary, write_sample
from tests.slow.sample.samples import Sample, read_back


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    return write_sample(tmp_path_factory.mktemp("small"), scale="small")


@pytest.fixture(scope="session")
def default(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """The default sample with its dirty dumps left clean, so that it can be read back without landing them."""
    out = tmp_path_factory.mktemp("default")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("raw_landing.sample.writing.DISGUISES", {})
        summary = write_sample(out)
    with closing(read_back(out)) as rows:
        yield Sample(summary, rows)
