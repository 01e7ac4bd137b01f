"""`hrss check`: what a bureau learns before it sends a file."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.commands import hrss

HEADER = "案号,行政区划代码,受理日期,结案日期,调解结果\n"
GOOD = HEADER + "A1,420102,2024-03-01,2024-03-09,调解成功\nA2,420103,2024-03-02,,\n"


def test_good_file_is_good_to_load(tmp_path: Path) -> None:
    file = tmp_path / "劳动人事争议调解案件_武汉市_2024年3月.csv"
    file.write_text(GOOD, encoding="gb18030")
    said = hrss("check", file)
    assert "可以入库" in said and "good to load" in said


def test_refused_rows_are_named_by_line_in_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "mediation_case__2024-03__420100.csv"
    file.write_text(GOOD + "A3,420102,03/04/2024,,\nA4,429004,2024-03-05,,\n", encoding="utf-8")
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
    file = tmp_path / "figures.csv"
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
