"""The register of corrections: what it does to rows, what is on record of it, and which dumps it touches."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from expectations import landed_suites, run_suites
from raw_landing import corrections, fingerprint
from raw_landing.contract import load_contracts
from raw_landing.corrections import CorrectionError, load_corrections
from raw_landing.database import connect
from raw_landing.intake.inbox import pending
from raw_landing.regions import load_regions
from raw_landing.storage.landed_schema import refresh_landed_schema
from tests.support.inbox import World, body, name, without_journal

EXTRACT = "postdoc_intake"
MARCH, APRIL = name(EXTRACT), name(EXTRACT, "2024-04")
FIX = """
- id: fix-1
  extract: postdoc_intake
  key: {postdoc_no: B2}
  column: entered_on
  wrong: 2024-03-05
  right: 2024-03-15
  reason: 笔误
  authority: 省厅
  date: 2024-05-20
"""
DROP = """
- id: drop-1
  extract: postdoc_intake
  key: {postdoc_no: B3, unit_code: "420100"}
  column: station_name
  wrong: 站3
  drop: true
  reason: 重复
  authority: 省厅
  date: 2024-05-20
"""
Register = Callable[..., None]


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    """Writes a register of our own: the text of each extract's file."""
    folder = tmp_path / "corrections"
    folder.mkdir()
    monkeypatch.setattr(fingerprint, "CORRECTIONS", folder)

    def write(**files: str) -> None:
        for old in folder.glob("*.yml"):
            old.unlink()
        for extract, text in files.items():
            (folder / f"{extract}.yml").write_text(text, encoding="utf-8")
        load_corrections.cache_clear()

    yield write
    load_corrections.cache_clear()


def rows(world: World, query: str) -> list[tuple[Any, ...]]:
    with world.warehouse() as warehouse:
        return warehouse.execute(query).fetchall()


def entered(world: World) -> dict[str, str]:
    return dict(rows(world, f"SELECT postdoc_no, entered_on::VARCHAR FROM landed.{EXTRACT} ORDER BY ALL"))


def test_value_is_put_right_and_row_dropped_on_record(world: World, register: Register) -> None:
    register(postdoc_intake=FIX + DROP)
    world.deliver(MARCH, "标题\n" + body(EXTRACT, "2024-03", 1, 2, 3, 4))
    (receipt,) = world.land().receipts
    assert entered(world) == {"B1": "2024-03-05", "B2": "2024-03-15", "B4": "2024-03-05"}
    assert (receipt.rows_read, receipt.rows_loaded, receipt.rows_skipped) == (3, 3, 2)
    assert receipt.warnings[-2:] == ("corrected: 2", "dropped: 1")
    assert rows(world, "FROM quality.correction_applied ORDER BY line_number") == [
        ("fix-1", receipt.dump_id, 4, "entered_on", "2024-03-05", "2024-03-15", False),
        ("drop-1", receipt.dump_id, 5, "station_name", "站3", None, True),
    ]
    assert rows(world, "SELECT correction_id, key, authority, decided_on, active_rows FROM quality.correction") == [
        ("fix-1", '{"postdoc_no":"B2"}', "省厅", date(2024, 5, 20), 1),
        ("drop-1", '{"postdoc_no":"B3","unit_code":"420100"}', "省厅", date(2024, 5, 20), 1),
    ]
    assert world.files() >= world.named_files()


def test_nothing_is_written_where_nothing_is_corrected(world: World, register: Register) -> None:
    register(postdoc_intake=FIX.replace("2024-03-05", "2024-03-06") + DROP.replace("420100", "420200"))
    world.deliver(MARCH, body(EXTRACT, "2024-03", 1, 2, 3))
    (receipt,) = world.land().receipts
    assert receipt.rows_loaded == 3 and not any(warning.startswith("corrected") for warning in receipt.warnings)
    assert world.files() == world.named_files()
    assert rows(world, "SELECT correction_id, active_rows FROM quality.correction") == [("fix-1", 0), ("drop-1", 0)]


def test_new_correction_rereads_the_dumps_of_its_extract_only(world: World, register: Register) -> None:
    register()
    stock = name("urban_employed_stock", "2024-Q1")
    world.deliver(MARCH, body(EXTRACT, "2024-03", 1, 2))
    world.deliver(APRIL, body(EXTRACT, "2024-04", 5))
    world.deliver(stock, body("urban_employed_stock", "2024-Q1", 7))
    world.land()
    assert not pending(world.landing, world.home)
    register(postdoc_intake=FIX)
    assert pending(world.landing, world.home).stale == 2
    assert {one.path for one in world.land().receipts} == {MARCH, APRIL}
    assert entered(world)["B2"] == "2024-03-15"
    register()
    world.land()
    assert entered(world)["B2"] == "2024-03-05", "a correction taken out leaves nothing behind"
    assert rows(world, "FROM quality.correction_applied") == []
    world.land()
    assert world.files() == world.named_files()


def test_gate_warns_when_the_source_mended_itself(world: World, register: Register) -> None:
    register(postdoc_intake=FIX + DROP)
    world.deliver(MARCH, body(EXTRACT, "2024-03", 1, 2, 3))
    world.land()
    world.deliver(name(EXTRACT, revision=2), body(EXTRACT, "2024-03", 1, 2, 3).replace("B2,", "B9,"))
    world.land()
    counts = rows(world, "SELECT correction_id, active_rows FROM quality.correction")
    assert counts == [("fix-1", 0), ("drop-1", 1)], "only active dumps count"
    with connect(world.home / "warehouse.duckdb") as warehouse:
        refresh_landed_schema(warehouse, world.home, as_of=date(2024, 5, 20))
    suites = [
        suite
        for suite in landed_suites(load_contracts(), load_regions().by_code)
        if suite.name in ("quality_correction", "quality_correction_applied", f"landed_{EXTRACT}")
    ]
    (failure,) = run_suites(world.home / "warehouse.duckdb", suites).failures
    assert (failure.expectation, failure.severity, failure.examples) == ("still_needed", "warning", ("fix-1",))
    assert "来源已自行改正" in failure.description_zh and "mended itself" in failure.description_en


def test_all_kinds_of_values(world: World, register: Register) -> None:
    register(
        pension_payment="""
- {id: a, extract: pension_payment, key: {payment_no: "1"}, column: amount, wrong: 100.50, right: 99.5,
   reason: r, authority: a, date: 2024-05-20}
- {id: b, extract: pension_payment, key: {payment_no: "1"}, column: paid_month, wrong: "2024-03", right: "2024-03-01",
   reason: r, authority: a, date: 2024-05-20}
""".replace('right: "2024-03-01"', "drop: true").replace(
            'payment_no: "1"}, column: paid', 'payment_no: "2"}, column: paid'
        )
        + """
- {id: c, extract: pension_payment, key: {payment_no: "3"}, column: insurance_type, wrong: "110", right: "170",
   reason: "a ' quote", authority: a, date: 2024-05-20}
- {id: d, extract: pension_payment, key: {payment_no: "3"}, column: person_no, wrong: "X'); DROP", right: "X''",
   reason: r, authority: a, date: 2024-05-20}
"""
    )
    lines = [
        f"{n},{p},42010619900101{n:04},420102,110,2024-03,100.5" for n, p in ((1, "X"), (2, "X"), (3, "X'); DROP"))
    ]
    header = "payment_no,person_no,id_number,region_code,insurance_type,paid_month,amount"
    world.deliver("pension/pension_payment__2024-03__420100.csv", "\n".join([header, *lines]))
    (receipt,) = world.land().receipts
    assert receipt.warnings == ("missing_optional_column: account_hash", "corrected: 3", "dropped: 1")
    query = "SELECT payment_no, person_no, insurance_type, amount::DOUBLE FROM landed.pension_payment ORDER BY ALL"
    assert rows(world, query) == [("1", "X", "110", 99.5), ("3", "X''", "170", 100.5)]
    assert rows(world, "SELECT DISTINCT column_name FROM quality.correction_applied ORDER BY 1") == [
        ("amount",), ("insurance_type",), ("paid_month",), ("person_no",)
    ]  # fmt: skip


def test_dump_of_which_all_rows_are_dropped_stays_active(world: World, register: Register) -> None:
    register(postdoc_intake=DROP)
    world.deliver(MARCH, body(EXTRACT, "2024-03", 3))
    (receipt,) = world.land().receipts
    assert (receipt.status, receipt.rows_loaded, receipt.rows_read) == ("loaded", 0, 0)
    assert rows(world, "SELECT rows_loaded, is_zero FROM landed.dump") == [(0, False)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("extract: postdoc_intake", "extract: nothing", "extract: there is no contract"),
        ("extract: postdoc_intake", "extract: social_card", "card_no is missing"),
        ("{postdoc_no: B2}", "{postdoc_no: B2, who: me}", "key: who is of no key"),
        ("{postdoc_no: B2}", "{region_code: '420106'}", "key: postdoc_no is missing"),
        ("{postdoc_no: B2}", "{postdoc_no: 2}", "write postdoc_no in quotes"),
        ("column: entered_on", "column: left_on", "column: postdoc_intake has no left_on"),
        ("column: entered_on", "column: postdoc_no", "is not corrected; drop the row"),
        ("wrong: 2024-03-05", "wrong: 5.3.2024", "wrong: '5.3.2024' is no date"),
        ("  wrong: 2024-03-05\n", "", "fix-1: wrong: Field required"),
        ("right: 2024-03-15", "right: 2024-03-05", "right: it equals wrong"),
        ("right: 2024-03-15", "right: null", "right: entered_on is required"),
        ("right: 2024-03-15", "drop: false", "right, drop: one of the two"),
        ("right: 2024-03-15", "right: 2024-03-15\n  drop: true", "right, drop: one of the two"),
        ("reason: 笔误", "reason: ''", "fix-1: reason"),
        ("id: fix-1", "id: fix 1", "fix 1: id"),
        ("date: 2024-05-20", "date: 2024-05-20\n  by: me", "fix-1: by"),
        ("- id", "  id", "a list of corrections is wanted"),
        ("- id", "- - [", "not YAML"),
        ("\n- id", FIX + "- id", "id: it stands twice"),
        ("\n- id", FIX.replace("fix-1", "fix-2") + "- id", "fix-2 speaks of the same value"),
    ],
)
def test_errors_name_file_and_key(world: World, register: Register, old: str, new: str, told: str) -> None:
    assert old in FIX
    register(postdoc_intake=FIX.replace(old, new, 1))
    with pytest.raises(CorrectionError) as error:
        load_corrections()
    assert "postdoc_intake.yml: " in str(error.value) and told in str(error.value)
    with pytest.raises(CorrectionError):
        world.land()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ("wrong: 1, right: -1", "less than 0"),
        ("wrong: 1, right: 100000000000000000000", "is no integer"),
        ("wrong: 1.5, right: 1", "is no integer"),
        ("wrong: 1, right: true", "is no integer"),
        ("wrong: .nan, right: 1", "is no integer"),
    ],
)
def test_number_that_cannot_be_landed_is_an_error(register: Register, values: str, told: str) -> None:
    entry = (
        f"- {{id: a, extract: urban_employed_stock, key: {{region_code: '420102'}}, column: employed_persons, {values},"
    )
    register(urban_employed_stock=f"{entry} reason: r, authority: a, date: 2024-05-20}}")
    with pytest.raises(CorrectionError, match=told):
        load_corrections()


def test_register_of_the_house_holds_and_its_example_too(register: Register) -> None:
    folder = Path(corrections.__file__).parent / "corrections"
    load_corrections(folder)
    example = (folder / "README.md").read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    register(arbitration_case=example)
    (correction,) = load_corrections()["arbitration_case"]
    assert correction.values[-2:] == ("2024-03-31", "2024-03-13")


def test_ledger_of_an_earlier_program_is_brought_forward(world: World, register: Register) -> None:
    register()
    world.deliver(MARCH, body(EXTRACT, "2024-03", 1, 2))
    world.land()
    without_journal(world.home / "landed" / "ledger.sqlite")
    with sqlite3.connect(world.home / "landed" / "ledger.sqlite") as ledger:
        for column in ("rows_corrected", "is_path_public"):
            ledger.execute(f"ALTER TABLE dump DROP COLUMN {column}")
        ledger.execute("PRAGMA user_version = 1")
    for folder in ("journal", "ledger"):
        shutil.rmtree(world.home / "archive" / folder)
    register(postdoc_intake=FIX)
    world.land()
    assert entered(world)["B2"] == "2024-03-15"
