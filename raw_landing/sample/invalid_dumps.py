"""Dumps that must be rejected whole, for every reason but `lines_unaccounted`, which no file is known to cause. They
revise dumps of the last months, so that a rejection that failed would change a figure."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime

import xlsxwriter

PERSON = "429999199001010015"  # right check digit, nobody's number


@dataclass(frozen=True)
class Impossible:
    """A file, what its sidecar says beside that it is synthetic, and the reason code it is rejected with."""

    source: str
    file_name: str
    data: bytes
    reason: str
    facts: dict[str, object] = field(default_factory=dict)


def _attrition(count: int, wrong: int) -> str:
    rows = [
        f"X2025{n:05d},{PERSON},420600,{'退休' if n >= wrong else '失踪'},2025-12-{1 + n % 28:02d}"
        for n in range(count)
    ]
    return "\n".join(["减员编号,公民身份号码,行政区划代码,减员原因,减员日期", *rows, ""])


def _workbook(*sheets: str) -> bytes:
    """A workbook that has the table, a row long, on each of its sheets."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2025, 10, 9)})
        for number, name in enumerate(sheets):
            sheet = book.add_worksheet(name)
            for place, row in enumerate((CONTRACT_HEADER, ("420600", 120 + number, 118))):
                sheet.write_row(place, 0, row)
    return target.getvalue()


CONTRACT_HEADER = ("行政区划代码", "应签劳动合同人数", "已签劳动合同人数")
_MEDIATION = "案号,行政区划代码,调解组织类型,争议类型,涉及劳动者人数,受理日期,结案日期,调解结果\n"
CERTIFICATE_HEADER = "certificate_no,id_number,region_code,certificate_kind,skill_level,issued_on\n"

IMPOSSIBLE = (
    Impossible("arbitration", "情况说明.csv", "说明\n本月数据下周报送\n".encode(), "unidentified"),
    Impossible(
        "arbitration",
        "mediation_case__2025-12__420602.csv",
        b"case_no,region_code,accepted_on\nX1,420602,2025-12-01\n",
        "unidentified",  # a county is no reporting unit
    ),
    Impossible(
        "arbitration",
        "arbitration_case__2025-12__420600__r2.csv",
        "案号,行政区划代码,结案日期\nX1,420600,2025-12-20\n".encode("gb18030"),
        "missing_column",
    ),
    Impossible(
        "arbitration",
        "mediation_case__2099-12__420600.csv",
        (_MEDIATION + "X1,420600,1,1,1,2099-12-01,,\n").encode(),
        "future_period",
    ),
    Impossible(
        "arbitration",
        "mediation_case__1925-12__420600.csv",
        (_MEDIATION + "X1,420600,1,1,1,1925-12-01,,\n").encode(),
        "period_too_early",
    ),
    Impossible(
        "arbitration",
        "mediation_case__2025-12__420600__r2.csv",
        (_MEDIATION + "X1,420600,1,1,1,2025-12-01,2025-12-20,1\n").encode(),
        "fraction_out_of_range",
        {"sampling_fraction": 0.000001},
    ),
    Impossible(
        "employment",
        "training_record__2025-12__420600__r2.csv",
        (
            "培训记录编号,身份证号,社会保障号码,行政区划代码,培训对象,结业日期,补贴金额\n"
            f"X1,{PERSON},{PERSON},420600,1,2025-12-05,800\n"
        ).encode(),
        "ambiguous_column",
    ),
    Impossible(
        "arbitration",
        "labour_contract_report__2025-Q3__420600__r2.xlsx",
        _workbook("襄城区", "樊城区"),
        "ambiguous_sheet",
    ),
    Impossible(
        "talent",
        "skill_certificate__2025-11__420600__r2.csv",
        CERTIFICATE_HEADER.encode() + b"X1," + PERSON.encode() + b",420600,1,3,2025-11-05\xff\x80\xff\n",
        "undecodable",
    ),
    Impossible(
        "talent",
        "skill_certificate__2025-12__420600__r2.csv",
        f"{CERTIFICATE_HEADER}X1,{PERSON},420600,1,3,2025-12-05\n".encode(),
        "manifest_mismatch",
        {"rows": 2},
    ),
    Impossible(
        "pension",
        "pension_payment__2025-12__420600__r2.csv",
        b"payment_no,person_no,id_number,region_code,insurance_type,paid_month,amount\n",
        "no_rows",
    ),
    Impossible(
        "employment",
        "employment_attrition__2025-12__420600__r2.csv",
        _attrition(40, 9).encode(),
        "too_many_refused",
    ),
    Impossible(
        "employment",
        "城镇从业人员期末数_襄阳市_2025年四季度_修订2.csv",
        "城镇从业人员期末数\n单位:万人\n行政区划代码,期末城镇从业人员数\n420600,158\n".encode("gb18030"),
        "unit_contradiction",
    ),
    Impossible(
        "talent",
        "professional_qualification__2025-12__420600__r2.csv",
        "证书编号,公民身份号码,行政区划代码,资格名称,发证日期\n".encode() + bytes(4096),
        "hostile",  # a disk that failed: nothing but NUL
    ),
)
