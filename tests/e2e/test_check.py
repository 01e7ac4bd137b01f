"""`hrss check`: what a bureau learns before it sends a file."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl

from raw_landing.land import land
from tests.support.commands import hrss

HEADER = "案号,行政区划代码,受理日期,结案日期,调解结果,调解组织类型,争议类型,涉及劳动者人数\n"
GOOD = HEADER + "A1,420102,2024-03-01,2024-03-09,调解成功,,,\nA2,420103,2024-03-02,,,,,\n"


def test_good_file_is_good_to_load(tmp_path: Path) -> None:
    file = tmp_path / "劳动人事争议调解案件_武汉市_2024年3月.csv"
    file.write_text(GOOD, encoding="gb18030")
    said = hrss("check", file)
    assert "可以入库" in said and "good to load" in said


def test_refused_rows_are_named_by_line_in_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "mediation_case__2024-03__420100.csv"
    file.write_text(GOOD + "A3,420102,03/04/2024,,,,,\nA4,429004,2024-03-05,,,,,\n", encoding="utf-8")
    said = hrss("check", file, code=2)
    assert "第 4 行" in said and "Line 4" in said and "受理日期" in said and "accepted_on" in said
    assert "第 5 行" in said and "Line 5" in said


def test_personal_text_is_masked(tmp_path: Path) -> None:
    file = tmp_path / "pension_payment__2024-03__420100.csv"
    rows = "".join(f"P{n},X{n},420102199001010{n:02d}X,420102,110,2024-03,100\n" for n in range(10, 30))
    file.write_text(
        "payment_no,person_no,id_number,region_code,insurance_type,paid_month,amount\n"
        + rows
        + "P31,X31,4.20102E+17,420102,110,2024-03,100\n",
        encoding="utf-8",
    )
    said = hrss("check", file, code=2)
    assert "22" in said and "4.20102E+17" not in said and "***" in said


def test_file_that_cannot_be_identified_says_why(tmp_path: Path) -> None:
    file = tmp_path / "zahlen.csv"
    file.write_text(GOOD, encoding="utf-8")
    said = hrss("check", file, code=2)
    assert "整件退回" in said and "which extract" in said
    manifest = {"extract": "mediation_case", "period": "2024-03", "unit": "武汉市"}
    Path(f"{file}.manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert "good to load" in hrss("check", file)


def test_folder_of_the_inbox_counts(tmp_path: Path) -> None:
    folder = tmp_path / "inbox" / "pension"
    folder.mkdir(parents=True)
    file = folder / "mediation_case__2024-03__420100.csv"
    file.write_text(GOOD, encoding="utf-8")
    hrss("check", file, code=2)


def test_what_the_file_was_taken_for_stands_before_the_verdict(tmp_path: Path) -> None:
    file = tmp_path / "劳动人事争议调解案件_武汉市_2024年3月_修订2.csv"
    file.write_text(GOOD + "A3,420102,03/04/2024,,\n", encoding="gb18030")
    said = hrss("check", file, code=2)
    zh, en = said.split("Checking")
    for fact in (
        "劳动人事争议调解案件",
        "武汉市",
        "2024-03",
        "修订号: 2",
        "gb18030",
        "数据行: 3; 可入库: 2; 被退回: 1",
    ):
        assert zh.index(fact) < zh.index("可以入库, 但部分行被退回")
    for fact in (
        "mediation_case",
        "Wuhan",
        "2024-03",
        "Revision: 2",
        "gb18030",
        "Data rows: 3; Would load: 2; Refused: 1",
    ):
        assert en.index(fact) < en.index("loads, but some rows are refused")


def test_a_workbook_names_the_sheet_that_was_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "三月"
    for line in GOOD.splitlines():
        sheet.append(line.split(","))
    file = tmp_path / "mediation_case__2024-03__420100.xlsx"
    book.save(file)
    said = hrss("check", file)
    assert "工作表: 三月" in said and "Sheet: 三月" in said


def test_json_says_the_same_to_machines(tmp_path: Path) -> None:
    good, bad = tmp_path / "mediation_case__2024-03__420100.csv", tmp_path / "调解案件_黄石市_2025年12月.csv"
    good.write_text(GOOD + "A3,420102,03/04/2024,,\n", encoding="utf-8")
    bad.write_text(GOOD, encoding="utf-8")
    first, second = json.loads(hrss("check", good, bad, "--json", "--home", tmp_path, code=2))
    assert (first["extract"], first["period"]) == ("mediation_case", "2024-03")
    assert (first["unit_code"], first["revision"], first["encoding"]) == ("420100", 1, "utf-8")
    assert (first["rows_read"], first["rows_loaded"], first["rows_refused"]) == (3, 2, 1)
    assert first["problems"][0]["lines"] == [4] and first["accepted"] and first["refused"]
    assert second["reasons"] == ["unidentified"] and second["extract"] is None
    assert "did you mean 劳动人事争议调解案件; unit 黄石市; period 2025-12" in second["problems"][0]["en"]
    assert not first["judged_against_home"]


def test_another_format_is_named_with_the_remedy(tmp_path: Path) -> None:
    suffixes = (".xls", ".ods", ".et", ".zip", ".rar", ".7z", ".ZIP")
    files = [tmp_path / f"arbitration_case__2024-03__42010{n}.csv{suffix}" for n, suffix in enumerate(suffixes)]
    for file in files:
        file.write_bytes(b"\xd0\xcf\x11\xe0")
    said = hrss("check", *files, code=2)
    for suffix in suffixes:
        assert f"({suffix.lower()})" in said
    assert said.count("另存为 .xlsx 或 .csv") == said.count("ave as .xlsx or .csv") == len(files)
    assert "无法识别" not in said


def test_status_names_what_waits_in_another_format(tmp_path: Path) -> None:
    folder = tmp_path / "landing" / "inbox" / "arbitration"
    folder.mkdir(parents=True)
    (folder / "arbitration_case__2024-03__420100.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    (folder / "情况说明.docx").write_bytes(b"PK")
    places = ("--landing", tmp_path / "landing", "--home", tmp_path / "home")
    said = hrss("status", *places, code=4)  # nothing is published
    assert "arbitration_case__2024-03__420100.xls" in said and "save as .xlsx or .csv" in said.lower()
    assert "另存为 .xlsx 或 .csv" in said and "docx" not in said
    assert land(tmp_path / "landing", tmp_path / "home").receipts == ()


def test_what_the_home_knows_is_said_beforehand(tmp_path: Path) -> None:
    inbox, home = tmp_path / "landing" / "inbox" / "arbitration", tmp_path / "home"
    inbox.mkdir(parents=True)
    rows = [f"A{n},420102,2024-03-01,2024-03-09,调解成功,,,\n" for n in range(200)]
    (inbox / "mediation_case__2024-03__420100.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    land(tmp_path / "landing", home)
    file = tmp_path / "mediation_case__2024-03__420100__r2.csv"
    file.write_text(HEADER + "".join(rows[:40]), encoding="utf-8")
    said = hrss("check", file, "--home", home)
    assert "40 (standing for 40) against 200 (standing for 200). The gate would stop it" in said
    assert "质量门会阻断发布" in said and "judged by the contract alone" not in said
    said = hrss("check", file, "--home", tmp_path / "nowhere")
    assert "judged by the contract alone" in said and "只按约定判断" in said
