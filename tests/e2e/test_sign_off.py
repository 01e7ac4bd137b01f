"""A night that is refused for one cell, goes on when its row is set aside, and then waits for a person: its release is
looked at, approved and on record, through the command line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.figure.query import open_release
from orchestration.release.candidates import candidate_folder
from orchestration.release.log import current_id
from orchestration.settings import Settings
from raw_landing.database import connect
from raw_landing.ledger.store import Ledger
from tests.conftest import AS_OF
from tests.support.commands import hrss
from tests.support.inbox import revise_contracts

NOBODY, SOMEBODY = "无数据", "欧阳锋"
REPORT = (
    "region_code,item,basis,value,unit,report_kind\n"
    "420106,城镇登记失业率,period_end,2.5,%,\n"
    "420106,{},period_end,1,人,\n"
)


@dataclass(frozen=True)
class Night:
    """A home whose release waits, and its landing folder; what was said by the refresh that was refused and by the one
    that was not; the ids of the dumps that hold a person's name: the registrations, and the report that repeats it."""

    home: Path
    landing: Path
    refused: str
    said: str
    registrations: str
    report: str


@pytest.fixture(scope="module", autouse=True)
def sign_off() -> Iterator[None]:
    """Nothing is published that nobody has signed."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HRSS_SIGN_OFF", "1")
        yield


@pytest.fixture(scope="module")
def night(small_landing: Path, good_home: Path, sign_off: None, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """Wuhan's labour contracts have come again, and so have its registrations and its report, with names. Not to be
    changed."""
    folder = tmp_path_factory.mktemp("night")
    home = Path(shutil.copytree(good_home, folder / "home", symlinks=True))
    landing = Path(shutil.copytree(small_landing, folder / "landing"))
    revise_contracts(landing, "420100", 9, 0.9)
    delivered = (deliver_names(landing), landing / "inbox/planning/statistical_report__2025-12__420100__r9.csv")
    delivered[1].write_text(REPORT.format(SOMEBODY), encoding="utf-8")
    refresh = ("refresh", "--landing", landing, "--home", home, "--as-of", AS_OF)
    refused = hrss(*refresh, code=3)
    with Ledger.open(home) as ledger:
        ids = {Path(one.path).name: one.dump_id for one in ledger.receipts()}
    registrations, report = (ids[file.name] for file in delivered)
    hrss("quarantine", "add", report, "--line", "3", "--reason", "指标名称填写有误", "--home", home)
    return Night(home, landing, refused, hrss(*refresh), registrations, report)


def deliver_names(landing: Path) -> Path:
    """Deliver Wuhan's registrations of the sample's last month anew, with other names in the first rows."""
    dump = next((landing / "inbox/employment").rglob("employment_registration__2025-12__420100*.csv"))
    text = dump.read_text(encoding="utf-8-sig")
    header, first, second, third, *rows = text.splitlines()
    at = header.split(",").index("person_name")
    changed = [
        ",".join([*(cells := row.split(","))[:at], name, *cells[at + 1 :]])
        for row, name in ((first, NOBODY), (second, SOMEBODY), (third, "年四季度"))
    ]
    revised = dump.with_name("employment_registration__2025-12__420100__r9.csv")
    revised.write_text("\n".join([header, *changed, *rows, ""]), encoding="utf-8")
    sidecar = Path(f"{dump}.manifest.json")
    if sidecar.exists():
        facts = json.loads(sidecar.read_text(encoding="utf-8"))
        kept = {key: facts[key] for key in ("sampling_fraction", "synthetic") if key in facts}
        Path(f"{revised}.manifest.json").write_text(json.dumps(kept), encoding="utf-8")
    return revised


def of_work_list(settings: Settings) -> list[tuple[str]]:
    """The release that the list of doubtful records is of."""
    with connect(settings.work_list, read_only=True) as work_list:
        return work_list.execute("select release_id from release").fetchall()


def test_one_cell_does_not_stop_the_province(night: Night) -> None:
    """A null word for a name is nobody; a name that a report repeats is refused with dump and line, and the report's
    row is set aside."""
    assert "privacy.no_landed_name" in night.refused and "hrss quarantine add" in night.refused
    assert f"name:employment_registration:person_name:{night.registrations}:3" in night.refused
    assert f"text:statistical_report:item:{night.report}:3" in night.refused
    assert SOMEBODY not in night.refused and NOBODY not in night.refused

    made = candidate_folder(Settings.of(home=night.home))
    assert made is not None
    with open_release(made.marts) as release:
        receipt = release.execute(
            "select rows_loaded, rows_refused, message_zh from fct_landing_receipt where dump_id = ?", [night.report]
        ).fetchone()
        items = release.execute("select count(*) from fct_reported_value where item = ?", [SOMEBODY]).fetchone()
        causes = release.execute("select distinct cause from fct_indicator_change").fetchall()
    assert receipt is not None and receipt[:2] == (1, 1) and "第 3 行" in receipt[2] and items == (0,)
    assert ("revised",) in causes and set(causes) <= {("revised",), ("new",)}


def test_a_night_waits_until_somebody_signs(night: Night, good_home: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(night.home, tmp_path / "home", symlinks=True))
    settings = Settings.of(landing=night.landing, home=own)
    first = str(current_id(Settings.of(home=good_home)))
    places = ("--home", own, "--landing", night.landing)
    (made,) = (path.name for path in settings.candidates.iterdir())
    assert f"release {made} waits for approval" in night.said and current_id(settings) == first
    assert json.loads((own / "last_run.json").read_text(encoding="utf-8"))["outcome"] == "candidate"

    said = hrss("refresh", *places, "--as-of", AS_OF)
    assert f"Nothing new: release {first} stays current" in said and "waits for approval" in said
    assert f"{made} waits for approval" in hrss("status", *places)
    assert of_work_list(settings) == [(first,)]
    said = hrss("diff", "candidate", "--home", own)
    assert "Enterprise labour contract signing rate" in said and first in said and made in said
    newest = "select max(release_id) as id from release"
    assert made in hrss("query", newest, "--release", "candidate", "--home", own)
    assert first in hrss("query", newest, "--home", own)
    assert made in hrss("verify", "candidate", "--home", own)
    hrss("gate", "candidate", "--home", own)
    assert "rollback" not in hrss("rollback", made, "--reason", "r", "--home", own, code=64), "it is no release yet"

    hrss("approve", "candidate", "--by", "王处长", "--note", "42010619900101001X", "--home", own, code=64)
    said = hrss("approve", made, "--by", "王处长", "--note", "数据已核对", "--home", own)
    assert f"Release {made} is untouched" in said and current_id(settings) == made
    assert made in hrss("query", newest, "--home", own)
    said = hrss("status", *places)
    assert "王处长" in said and "数据已核对" in said and "waits for approval" not in said
    assert of_work_list(settings) == [(made,)]
    assert made in (own / "gate.json").read_text(encoding="utf-8")
    hrss("audit", "--verify", "--home", own)
    hrss("reject", "candidate", "--by", "王处长", "--reason", "r", "--home", own, code=64)
    assert "Nothing new" in hrss("refresh", *places, "--as-of", AS_OF)
