"""The full month of the province, at a tiny share: how many of whom there are, that nobody is real, and that landing
has nothing to say against it."""

from __future__ import annotations

import errno
import hashlib
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from raw_landing import read_dump
from raw_landing.contract import load_contracts
from raw_landing.database import connect
from raw_landing.intake.identify import identify, read_manifest
from raw_landing.progress import Progress
from raw_landing.regions import load_regions
from raw_landing.sample import write_sample, writing
from raw_landing.sample.generate import DEFAULT_SEED, SCALES, make
from tests.slow.sample.samples import MANIFEST

SHARE = 0.0002
TINY = replace(SCALES["province"], thinning=SHARE)
MONTH = date(2025, 12, 1)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("province")
    told: list[Progress] = []
    summary = write_sample(folder, scale=TINY, progress=told.append)
    assert told[-1].done == told[-1].total and told[-1].share == pytest.approx(1, abs=0.01)
    assert [one.rows for one in told] == sorted(one.rows for one in told)
    assert summary.dumps > told[-1].total
    return folder


@pytest.fixture(scope="module")
def rows(out: Path) -> duckdb.DuckDBPyConnection:
    """What landing makes of the month's dumps of people and cards; it refuses nothing."""
    connection = connect()
    contracts, regions = load_contracts(), load_regions()
    for extract in ("insurance_enrolment", "social_card"):
        contract = contracts[extract]
        readings = []
        for path in month_of(out, extract):
            manifest = read_manifest(path.with_name(path.name + MANIFEST))
            identity = identify(path.relative_to(out), manifest, contracts, regions)
            reading = read_dump(path, contract, identity=identity, manifest=manifest, connection=connection)
            receipt = reading.receipt
            assert (receipt.reasons, receipt.rows_refused, receipt.rows_repeated) == ((), 0, 0), path.name
            readings.append(reading.rows.project(f"'{identity.unit_code}' AS unit_code, *"))
        union = readings[0]
        for one in readings[1:]:
            union = union.union(one)
        union.to_table(extract)
    return connection


def month_of(out: Path, extract: str) -> list[Path]:
    return sorted(out.glob(f"*/{extract}/{extract}__2025-12__*.csv"))


def test_no_dump_is_that_of_another_period(out: Path) -> None:
    """The gate refuses a new dump that is byte for byte an earlier one: an old file sent under another name."""
    seen: dict[bytes, list[Path]] = {}
    for path in sorted(out.rglob("*.csv")):
        content = path.read_bytes()
        if content.count(b"\n") > 20:
            seen.setdefault(hashlib.sha256(content).digest(), []).append(path)
    assert len(seen) > 100
    assert [names for names in seen.values() if len(names) > 1] == []


def test_everybody_has_a_row(rows: duckdb.DuckDBPyConnection) -> None:
    insured = rows.execute(
        "SELECT CASE WHEN insurance_type < '200' THEN 'pension' ELSE insurance_type END AS kind, count(*),"
        " count(DISTINCT id_number), count(DISTINCT person_no) FROM insurance_enrolment GROUP BY kind ORDER BY kind"
    ).fetchall()
    assert insured == [
        ("210", *[round(6_510_000 * SHARE)] * 3),
        ("410", *[round(7_500_000 * SHARE)] * 3),
        ("pension", *[round(41_150_000 * SHARE)] * 3),
    ]
    cards = rows.execute(
        "SELECT count(*), count(DISTINCT card_no), count(DISTINCT id_number), count(cancelled_on),"
        " count(e_card_claimed_on), count(*) FILTER (generation = '3') FROM social_card"
    ).fetchone()
    assert cards is not None
    assert cards[:3] == (round(60_850_000 * SHARE),) * 3
    assert cards[3:] == (0, round(41_830_000 * SHARE), round(10_460_000 * SHARE))


def test_somebody_is_insured_three_times_as_an_employee(rows: duckdb.DuckDBPyConnection) -> None:
    found = rows.execute(
        "SELECT count(*), count(*) FILTER"
        " (kinds[2:] <> ['210', '410'] OR kinds[1] = '170' OR any_retired OR employers <> 1)"
        " FROM (SELECT list_sort(list(insurance_type)) AS kinds, bool_or(is_retired) AS any_retired,"
        "  count(DISTINCT employer_uscc) AS employers FROM insurance_enrolment GROUP BY person_no HAVING count(*) = 3)"
    ).fetchone()
    assert found == (round(6_510_000 * SHARE), 0)


def test_numbers_are_right_and_nobodys(rows: duckdb.DuckDBPyConnection) -> None:
    for extract in ("insurance_enrolment", "social_card"):
        for (number,) in rows.execute(f"SELECT DISTINCT id_number FROM {extract}").fetchall():
            assert number.startswith("4299") and len(number) == 18
            assert date(1945, 1, 1) <= date(int(number[6:10]), int(number[10:12]), int(number[12:14])) < MONTH
            weights = [2 ** (17 - place) % 11 for place in range(17)]
            assert "10X98765432"[sum(w * int(d) for w, d in zip(weights, number, strict=False)) % 11] == number[17]


def test_nothing_happens_before_birth_or_after_the_month(rows: duckdb.DuckDBPyConnection) -> None:
    for extract, days in {
        "insurance_enrolment": ("first_enrolled_month",),
        "social_card": ("issued_on", "e_card_claimed_on"),
    }.items():
        for day in days:
            wrong = rows.execute(
                f"SELECT count(*) FROM {extract}"
                f" WHERE {day} > DATE '2025-12-31' OR {day} <= strptime(substr(id_number, 7, 8), '%Y%m%d')"
            ).fetchone()
            assert wrong == (0,), day


def test_units_are_peopled_by_their_shares(rows: duckdb.DuckDBPyConnection) -> None:
    shares = dict(
        rows.execute(
            "SELECT unit_code, count(*) / sum(count(*)) OVER () FROM insurance_enrolment GROUP BY unit_code"
        ).fetchall()
    )
    assert len(shares) == 17
    assert shares["420100"] == pytest.approx(916 / 6159.8, rel=0.01)


def test_half_of_the_units_write_gb18030(out: Path) -> None:
    for contract in load_contracts().values():
        if contract.delivered_by != "units" or contract.cadence != "monthly":
            continue
        if contract.extract == "unemployment_benefit":  # is planted alone, and so thin a province has none
            continue
        old = set()
        for path in month_of(out, contract.extract):
            try:
                path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                header, *_ = path.read_text(encoding="gb18030").split("\n")
                assert header == ",".join(column.zh for column in contract.columns)
                old.add(path.stem.split("__")[2])
        assert old == set(sorted(load_regions().units)[::2]), contract.extract
    assert len(month_of(out, "insurance_enrolment")) == len(month_of(out, "social_card")) == 17


def test_the_months_flows_are_whole() -> None:
    """And a case never changes its weight, nor a card."""
    with connect() as connection:
        make(connection, seed=DEFAULT_SEED, scale=TINY)
        fractions = dict(
            connection.execute(
                "SELECT extract, max(fraction) FROM delivery WHERE is_full GROUP BY extract HAVING max(fraction) < 1"
            ).fetchall()
        )
        least = 0.0001  # that contracts allow
        sampled = {"pension_payment": least, "unemployment_registration": least}
        assert {extract: fraction for extract, fraction in fractions.items() if fraction != SHARE} == sampled
        assert (
            connection.execute(
                "SELECT extract FROM delivery INNER JOIN extract USING (extract) WHERE load = 'upsert'"
                " GROUP BY extract HAVING count(DISTINCT fraction) > 1"
            ).fetchall()
            == []
        )
        flows = dict(
            connection.execute(
                "SELECT measure, sum(n / fraction) FROM quota WHERE month = ? GROUP BY measure", [MONTH]
            ).fetchall()
        )
    for measure, total in {
        "new_registration": 75_000 + 12_000,
        "training": 45_000,
        "skill_certificate": 15_000,
        "arbitration": 5_000,
        "mediation_closed": 12_000,
    }.items():
        assert flows[measure] == pytest.approx(total, abs=1 / SHARE), measure


def test_the_same_seed_writes_the_same_bytes_another_does_not(out: Path, tmp_path: Path) -> None:
    def contents(folder: Path) -> dict[str, str]:
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for extract in ("insurance_enrolment", "social_card")
            for path in month_of(folder, extract)
        }

    write_sample(tmp_path / "again", scale=TINY)
    assert contents(tmp_path / "again") == contents(out)
    assert not list(out.rglob(".*")), "nothing that passes stays"
    write_sample(tmp_path / "other", scale=TINY, seed=7)
    assert not contents(tmp_path / "other").items() & contents(out).items()


def test_where_writing_fails_nothing_is_left_that_fills_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(path: Path) -> None:
        path.with_name(f"{path.name}.gb18030").write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    killed = tmp_path / "pension" / "insurance_enrolment" / f"{writing.PASSING}before"
    killed.mkdir(parents=True)
    (killed / "half.csv").write_text("half", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(writing, "_recode", is_full)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            write_sample(tmp_path, scale=TINY)
    assert list(tmp_path.rglob(".*")) == []
