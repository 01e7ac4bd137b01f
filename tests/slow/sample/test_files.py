"""What lies in the folder: enough, not too much, labelled, the same for the same seed."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from raw_landing.contract import load_contracts
from raw_landing.regions import load_regions
from raw_landing.sample import UnknownScaleError, schedule, write_sample
from raw_landing.sample.dirty_variants import DISGUISES
from raw_landing.sample.writing import DELIVERIES
from tests.slow.sample.samples import MANIFEST, Sample, dumps


def sidecar(dump: Path) -> dict[str, object]:
    facts = json.loads(dump.with_name(dump.name + MANIFEST).read_text(encoding="utf-8"))
    assert isinstance(facts, dict)
    return facts


def contents(out: Path) -> dict[str, str]:
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in out.rglob("*")
        if path.is_file()
    }


def test_stays_within_its_bounds(default: Sample) -> None:
    files = [path for path in default.summary.out.rglob("*") if path.is_file()]
    assert len(files) == default.summary.files <= 6000
    assert sum(path.stat().st_size for path in files) == default.summary.bytes <= 300e6
    assert len(dumps(default.summary.out)) == default.summary.dumps


def test_the_last_six_months_come_unit_by_unit(default: Sample) -> None:
    units, faults = set(load_regions().units), schedule("default")[1]
    for contract in load_contracts().values():
        folder = default.summary.out / contract.source / contract.extract
        sent: dict[str, set[str]] = {}
        for path in folder.glob("*.csv"):
            _, period, unit = path.stem.split("__")[:3]
            sent.setdefault(period, set()).add(unit)
        assert sent, contract.extract
        for (extract, period, unit), fault in faults.items():
            if extract == contract.extract and fault == "missing":
                sent[period].add(unit)
        if contract.delivered_by == "units":
            recent = (
                [f"2025-{month:02d}" for month in range(7, 13)]
                if contract.cadence == "monthly"
                else ["2025-Q3", "2025-Q4"]
            )
            assert {period for period, by in sent.items() if by == units} == set(recent), contract.extract
        # A unit whose dumps are complete sends its own somewhat earlier.
        assert all(by in ({"420000"}, {"420000", "429021"}, units) for by in sent.values()), contract.extract


def test_every_dump_says_that_it_is_synthetic(small: Path) -> None:
    for dump in dumps(small):
        facts = sidecar(dump)
        assert facts["synthetic"] is True
        assert "合成数据" in str(facts["submitted_by"])


def test_sidecars_tell_the_truth(small: Path) -> None:
    checked = 0
    for dump in dumps(small):
        facts = sidecar(dump)
        if "sha256" not in facts:
            continue
        data = dump.read_bytes()
        assert facts["sha256"] == hashlib.sha256(data).hexdigest()
        assert facts["rows"] == data.count(b"\n") - 1
        checked += 1
    assert checked > 100


def test_small_has_every_extract_with_the_columns_of_its_contract(small: Path) -> None:
    scheduled = {extract for extract, _, _ in schedule("small")[0]}  # some are in the default scale alone
    assert len(scheduled) > 20
    for contract in load_contracts().values():
        if contract.extract not in scheduled:
            continue
        clean = sorted((small / contract.source / contract.extract).glob("*.csv"))
        assert clean, contract.extract
        for dump in clean:
            with dump.open(encoding="utf-8") as file:
                assert file.readline().rstrip("\n").split(",") == list(contract.by_name)


def test_small_holds_its_dirty_and_repeated_dumps(small: Path) -> None:
    found = {path.name for path in small.rglob("*/dirty/*")}
    assert {disguise.file_name for disguise in DISGUISES.values()} <= found
    assert len(list(small.rglob("*/repeated/*.csv"))) == 2


def test_the_same_seed_leaves_what_is_there_alone_another_does_not(small: Path, tmp_path: Path) -> None:
    """The same bytes, and not even written again: else the next refresh would look at every dump once more."""
    out = Path(shutil.copytree(small, tmp_path / "inbox"))
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    write_sample(out, scale="small")
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before
    write_sample(tmp_path / "other", scale="small", seed=7)
    assert contents(tmp_path / "other") != contents(out)


def test_bench_keeps_its_bytes(tmp_path: Path) -> None:
    """What benchmarks measure on is what they were first measured on: bench.sha256 has a checksum per extract of the
    checksums of its files."""
    write_sample(tmp_path, scale="bench")
    lines: dict[str, str] = {}
    for path, sha256 in sorted(contents(tmp_path).items()):
        extract = path.rsplit("/", path.count("/") - 1)[0]
        lines[extract] = lines.get(extract, "") + f"{sha256}  {path}\n"
    found = "".join(f"{hashlib.sha256(of.encode()).hexdigest()}  {extract}\n" for extract, of in lines.items())
    assert found == (Path(__file__).parent / "bench.sha256").read_text(encoding="utf-8")


def test_planted_deliveries_are_listed_beside_the_dumps(default: Sample) -> None:
    told = json.loads((default.summary.out / DELIVERIES).read_text(encoding="utf-8"))
    assert told["synthetic"] is True
    faults = {(one["extract"], one["period"], one["unit"]): one["fault"] for one in told["deliveries"]}
    assert faults == schedule("default")[1]
    for (extract, period, unit), fault in faults.items():
        contract = load_contracts()[extract]
        dump = default.summary.out / contract.source / extract / f"{extract}__{period}__{unit}.csv"
        assert dump.exists() == (fault != "missing")
        if fault == "refused":
            assert sidecar(dump)["rows"] == dump.read_bytes().count(b"\n")
        if fault == "late":
            due_on = last_day(period) + timedelta(days=contract.due_days)
            assert date.fromisoformat(str(sidecar(dump)["as_of"])) > due_on


def last_day(period: str) -> date:
    year, part = period.split("-")
    month = 3 * int(part[1]) if part.startswith("Q") else int(part)
    return date(int(year) + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def test_an_unknown_scale_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownScaleError, match="bench, default, province, small"):
        write_sample(tmp_path, scale="galaxy")
    assert not list(tmp_path.iterdir())
