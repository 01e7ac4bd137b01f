"""The deliberate oddities do what they are there for: dirty dumps read to the rows of clean ones, impossible ones are
rejected with the reason they are made for."""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePosixPath

import pytest

from raw_landing.contract import load_contracts
from raw_landing.intake.identify import identify, read_manifest
from raw_landing.messages.reasons import Unidentified
from raw_landing.parsing.reader import read_dump
from raw_landing.parsing.types import ParseResult
from raw_landing.regions import load_regions
from raw_landing.sample import write_sample
from raw_landing.sample.dirty_variants import DISGUISES, Disguise
from raw_landing.sample.invalid_dumps import IMPOSSIBLE, Impossible
from tests.slow.sample.samples import MANIFEST


def read(inbox: Path, dump: Path) -> tuple[Counter[tuple[object, ...]], ParseResult, tuple[str, str]]:
    """Rows without their line numbers, the receipt, and the unit and last day found."""
    manifest = read_manifest(dump.with_name(dump.name + MANIFEST))
    place = PurePosixPath(dump.relative_to(inbox).as_posix())
    identity = identify(place, manifest, load_contracts(), load_regions())
    contract = load_contracts()[identity.extract]
    with read_dump(dump, contract, identity=identity, manifest=manifest) as reading:
        rows = Counter(tuple(row[1:]) for row in reading.rows.fetchall())
        return rows, reading.receipt, (identity.unit_code, identity.period_end.isoformat())


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small sample without disguises."""
    out = tmp_path_factory.mktemp("clean")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("raw_landing.sample.writing.DISGUISES", {})
        write_sample(out, scale="small")
    return out


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=lambda disguise: disguise.dress.__name__)
def test_a_dirty_dump_reads_to_the_rows_of_the_clean_one(small: Path, clean: Path, disguise: Disguise) -> None:
    source = load_contracts()[disguise.extract].source
    dirty_rows, receipt, found = read(small, small / source / disguise.extract / "dirty" / disguise.file_name)
    plain = clean / source / disguise.extract / f"{disguise.extract}__{disguise.period}__{disguise.unit}.csv"
    clean_rows, _, wanted = read(clean, plain)
    assert not receipt.reasons
    assert found == wanted
    assert dirty_rows == clean_rows
    assert clean_rows


def test_some_rows_of_the_dirty_dumps_are_refused_and_some_repeated(small: Path) -> None:
    receipts = [read(small, path)[1] for path in small.rglob("*/dirty/*") if not path.name.endswith(MANIFEST)]
    assert len(receipts) == len(DISGUISES)
    assert sum(receipt.rows_refused for receipt in receipts) > 0
    assert sum(receipt.rows_repeated for receipt in receipts) == 3
    assert {receipt.encoding for receipt in receipts} == {"utf-8", "utf-8-sig", "utf-16", "gb18030"}


@pytest.mark.parametrize("dump", IMPOSSIBLE, ids=lambda dump: dump.file_name)
def test_an_impossible_dump_is_rejected_with_its_reason(small: Path, dump: Impossible) -> None:
    path = small / dump.source / "impossible" / dump.file_name
    if dump.reason == "unidentified":
        with pytest.raises(Unidentified):
            read(small, path)
    else:
        rows, receipt, _ = read(small, path)
        assert receipt.reasons == (dump.reason,)
        assert not rows
