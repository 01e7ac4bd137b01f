"""`hrss quarantine`: refused rows seen, written out, mended and back as a new revision."""

from __future__ import annotations

import csv
import getpass
import json
from pathlib import Path

import pytest

from raw_landing.contract import load_contracts
from raw_landing.parsing.header import header_names, plain
from raw_landing.quarantine import MARK, refusals
from tests.support.commands import hrss
from tests.support.inbox import World

HEADER = "payment_no,person_no,id_number,region_code,insurance_type,paid_month,amount,经办人\n"
PATH = "pension/pension_payment__2024-03__420100.csv"
ID = "420106199001011{0:03d}"


def row(number: int, month: str = "2024-03", amount: str = "100.50", person: str | None = None) -> str:
    return f"{number:04d},{person or f'X{number}'},{ID.format(number)},420102,110,{month},{amount},王某\n"


BODY = (
    HEADER
    + "".join(row(number) for number in range(1, 101))
    + row(101, month="2024-04")
    + row(102, amount="=cmd|' /C calc'!A0")
    + row(103, person='"甲,""乙""\n丙"')
    + row(104, amount="many").replace("王某", "王某,多")
    + row(105, person="P1")
    + row(105, person="P2")
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.deliver(PATH, BODY, synthetic=True, sampling_fraction=0.5, submitted_by="某局", rows=106)
    world.land()
    return world


def rows_of(file: Path) -> list[dict[str, str]]:
    data = file.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_list_counts_rows_and_reasons(world: World) -> None:
    dump_id = world.receipts()[PATH].dump_id
    (found,) = refusals(world.home)
    assert (found.dump_id, found.path, found.status, found.rows) == (dump_id, PATH, "loaded", 5)
    assert found.reasons == {"bad_type": 1, "conflicting_key": 2, "field_count": 1, "out_of_period": 1}
    said = hrss("quarantine", "list", "--home", world.home)
    assert dump_id in said and "conflicting_key 2" in said
    world.deliver("pension/\u202egpj[red].csv", "x\n")
    world.land()
    assert "gpj" not in hrss("quarantine", "list", "--home", world.home)


def test_show_masks_what_is_personal(world: World) -> None:
    dump_id = world.receipts()[PATH].dump_id
    said = hrss("quarantine", "show", dump_id, "--home", world.home)
    assert "第 102 行" in said and "line 102" in said
    assert "out_of_period" in said and "不在本期之内" in said and "lies outside the period" in said
    assert "字段数与表头不一致" in said and "=cmd" in said
    assert ID.format(101) not in said and "王某" not in said
    revealed = hrss("quarantine", "show", dump_id, "--reveal", "--home", world.home)
    assert row(101, month="2024-04").strip() in revealed and "王某,多" in revealed


def test_export_has_the_refused_rows_only_and_says_so(world: World, tmp_path: Path) -> None:
    dump_id, file = world.receipts()[PATH].dump_id, tmp_path / "refused.csv"
    said = hrss("quarantine", "export", dump_id, "--out", file, "--home", world.home)
    assert "--whole" in said and "pension_payment__2024-03__420100__r2.csv" in said
    contract = load_contracts()["pension_payment"]
    rows = rows_of(file)
    assert list(rows[0]) == [*(column.zh for column in contract.columns), MARK]
    zh = {column.name: column.zh for column in contract.columns}
    assert [one[zh["payment_no"]] for one in rows] == ['="0101"', '="0102"', "", '="0105"', '="0105"']
    assert rows[0][zh["id_number"]] == f'="{ID.format(101)}"', "a spreadsheet must not round it"
    assert rows[0][zh["paid_month"]] == '="2024-04"'
    assert rows[1][zh["amount"]] == "'=cmd|' /C calc'!A0", "a spreadsheet must not run it"
    assert rows[0][MARK].startswith("第 102 行") and "out_of_period" in rows[0][MARK]
    assert "原文" in rows[2][MARK] and "王某,多" in rows[2][MARK]
    assert file.stat().st_mode & 0o077 == 0
    assert "exists" in hrss("quarantine", "export", dump_id, "--out", file, "--home", world.home, code=1)
    inbox = ("--out", world.inbox / "x.csv", "--landing", world.landing)
    hrss("quarantine", "export", dump_id, *inbox, "--home", world.home, code=64)
    assert not (world.inbox / "x.csv").exists()


def test_mended_file_comes_back_as_the_next_revision(world: World, tmp_path: Path) -> None:
    before = world.active_texts("pension_payment")
    out = tmp_path / "out"
    out.mkdir()
    dump_id = world.receipts()[PATH].dump_id
    said = hrss("quarantine", "export", dump_id, "--whole", "--out", out, "--home", world.home)
    file = out / "pension_payment__2024-03__420100__r2.csv"
    assert f"pension/{file.name}" in said and "106 rows, 5 of them refused" in said
    sidecar = Path(f"{file}.manifest.json")
    assert json.loads(sidecar.read_text()) == {"sampling_fraction": 0.5, "synthetic": True, "submitted_by": "某局"}

    zh = {column.name: column.zh for column in load_contracts()["pension_payment"].columns}
    rows = rows_of(file)
    marked = [one for one in rows if one[MARK]]
    assert len(rows) == 106 and len(marked) == 5
    marked[0][zh["paid_month"]] = "2024-03"
    marked[1][zh["amount"]] = "1"
    marked[2] |= {zh["payment_no"]: "0104", zh["person_no"]: "X104", zh["id_number"]: ID.format(104)}
    marked[2] |= {zh["region_code"]: "江岸区", zh["insurance_type"]: "110", zh["paid_month"]: "2024年3月"}
    marked[2] |= {zh["amount"]: "2"}
    marked[4][zh["payment_no"]] = "0106"
    with file.open("w", encoding="gb18030", newline="") as target:  # as a spreadsheet in Chinese saves it
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

    delivered = f"pension/{file.name}"
    world.deliver(delivered, file.read_bytes())
    world.deliver(f"{delivered}.manifest.json", sidecar.read_bytes())
    world.land()
    receipt = world.receipts()[delivered]
    assert world.statuses() == {PATH: "superseded", delivered: "loaded"}
    assert (receipt.rows_loaded, receipt.rows_refused, receipt.revision) == (106, 0, 2)
    assert (receipt.sampling_fraction, receipt.is_synthetic) == (0.5, True)
    assert any(warning.startswith("unknown_column") for warning in receipt.warnings)
    after = world.active_texts("pension_payment")
    assert [one for one in after if one in before] == before, "rows that were good come back as they were"
    assert {one[0] for one in after} == {f"{number:04d}" for number in range(1, 107)}


def test_rejected_dump_can_be_mended_too(world: World, tmp_path: Path) -> None:
    path = "pension/pension_payment__2024-02__420100.csv"
    good = "".join(row(number, month="2024-02") for number in range(1, 19))
    world.deliver(path, HEADER + good + "".join(row(number, month="2024-01") for number in (19, 20)))
    world.land()
    receipt = world.receipts()[path]
    assert (receipt.status, receipt.rows_refused) == ("rejected", 0)
    listed = {one.path: one for one in refusals(world.home)}
    assert (listed[path].rows, listed[path].reasons) == (2, {"out_of_period": 2})
    file = tmp_path / "whole.csv"
    hrss("quarantine", "export", receipt.dump_id, "--whole", "--out", file, "--home", world.home)
    mended = file.read_text(encoding="utf-8-sig").replace("2024-01", "2024-02")
    world.deliver(path.replace(".csv", "__r2.csv"), mended)
    world.land()
    assert world.receipts()[path.replace(".csv", "__r2.csv")].rows_loaded == 20


def test_what_there_is_not_is_said_in_one_sentence(world: World, tmp_path: Path) -> None:
    for command in (["show", "0" * 16], ["export", "0" * 16, "--out", tmp_path / "x.csv"]):
        said = hrss("quarantine", *command, "--home", world.home, code=64)
        assert "no receipt of this number" in said and len(said.splitlines()) == 2
    world.deliver("pension/nothing.csv", "x\n")
    world.land()
    nothing = world.receipts()["pension/nothing.csv"].dump_id
    assert "no row of it" in hrss("quarantine", "show", nothing, "--home", world.home, code=64)
    hrss("quarantine", code=64)


def test_no_contract_knows_the_mark() -> None:
    assert all(plain(MARK) not in header_names(contract) for contract in load_contracts().values())


def test_a_row_is_set_aside_listed_and_taken_back(world: World) -> None:
    dump_id = world.receipts()[PATH].dump_id
    lines = ("--line", "2", "--line", "3")
    said = hrss("quarantine", "add", dump_id, *lines, "--reason", "来函说明", "--home", world.home)
    assert "第 2, 3 行" in said and "line 2, 3" in said and "refused 7" in said and "hrss refresh" in said
    receipt = world.receipts()[PATH]
    assert receipt.rows_refused == 7 and "移入隔离区" in receipt.message_zh and "来函" not in receipt.message_zh
    said = hrss("quarantine", "list", "--home", world.home)
    assert "set_aside 2" in said and "来函说明" in said and getpass.getuser() in said
    said = hrss("quarantine", "show", dump_id, "--home", world.home)
    assert "line 2: was looked into" in said and ID.format(1) not in said
    said = hrss("quarantine", "take-back", dump_id, "--line", "2", "--reason", "核实无误", "--home", world.home)
    assert "Taken back" in said and world.receipts()[PATH].rows_refused == 6
    said = hrss("quarantine", "list", "--home", world.home)
    assert "核实无误" in said and "set_aside 1" in said


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["{}", "--line", "9999", "--reason", "r"], 1, "line 9999"),
        (["{}", "--line", "0", "--reason", "r"], 64, "--line"),
        (["{}", "--line", "2"], 64, "--reason"),
        (["{}", "--reason", "r"], 64, "--line"),
        (["{}", "--line", "2", "--reason", "见420106199001011234"], 64, "--reason"),
        (["0000000000000000", "--line", "2", "--reason", "r"], 64, "no receipt of this number"),
    ],
)
def test_what_cannot_be_set_aside_is_said(world: World, arguments: list[str], code: int, told: str) -> None:
    dump_id = world.receipts()[PATH].dump_id
    said = hrss("quarantine", "add", *(one.format(dump_id) for one in arguments), "--home", world.home, code=code)
    assert told in said and "Traceback" not in said
    assert world.receipts()[PATH].rows_refused == 5
