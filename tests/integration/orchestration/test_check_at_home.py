"""What a home adds to the verdict on a file: its earlier deliveries, and the release that readers have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.cli.check_at_home import judged_at_home
from orchestration.settings import Settings
from raw_landing.intake.check import check_file
from tests.support.inbox import World, with_all_columns
from tests.support.valid_warehouse import make_good_release

CASES = "案号,行政区划代码,受理日期,结案日期,调解结果\n"
INSURED = "个人编号,社会保障号码,行政区划代码,险种类型,参保状态,离退休标志\n"


class Home:
    """A landing folder, its home, and files to be checked against them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.world = folder, World(folder)
        self.settings = Settings.of(landing=self.world.landing, home=self.world.home)

    def deliver(self, name: str, text: str, **manifest: object) -> None:
        """Let a file arrive and land."""
        self.world.deliver(name, text, **manifest)
        assert [one.status for one in self.world.land().receipts] == ["loaded"]

    def said(self, name: str, text: str, **manifest: object) -> list[str]:
        """What the home says of a file that has not been sent, in English; every sentence also stands in Chinese."""
        file = self.folder / "ready" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        if manifest:
            file.with_name(f"{file.name}.manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        verdict = judged_at_home(self.settings, check_file(file))
        assert verdict.at_home is not None
        assert all(zh in verdict.zh and en in verdict.en for zh, en in verdict.at_home)
        return [en for _, en in verdict.at_home]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def cases(number: int, month: str = "2024-03") -> str:
    rows = "".join(f"A{n},420702,{month}-01,{month}-09,1\n" for n in range(number))
    return with_all_columns("mediation_case", CASES + rows)


def insured(number: int) -> str:
    rows = "".join(f"P{n},42070219900101{n:04},420702,110,1,0\n" for n in range(number))
    return with_all_columns("insurance_enrolment", INSURED + rows)


@pytest.mark.parametrize(
    ("before", "now", "fraction", "verdict"),
    [
        (200, 120, 1, None),
        (200, 99, 1, "The gate would stop it"),
        (99, 20, 1, None),  # a handful may shrink
        (200, 60, 0.25, "Make sure of the sampling fraction"),  # few, but they stand for 240
        (200, 20, 0.25, "standing for 80) against 200 (standing for 200). The gate would stop it"),
    ],
)
def test_far_fewer_rows_than_the_revision_before(
    home: Home, before: int, now: int, fraction: float, verdict: str | None
) -> None:
    home.deliver("arbitration/mediation_case__2024-03__420700.csv", cases(before))
    said = home.said("mediation_case__2024-03__420700__r2.csv", cases(now), sampling_fraction=fraction)
    assert [verdict in one for one in said] == ([True] if verdict else []), said


def test_far_fewer_rows_than_the_snapshot_of_the_month_before(home: Home) -> None:
    home.deliver("pension/insurance_enrolment__2024-02__420700.csv", insured(150))
    assert "the period before" in home.said("insurance_enrolment__2024-03__420700.csv", insured(50))[0]
    assert home.said("insurance_enrolment__2024-03__420600.csv", insured(50).replace(",420702,", ",420602,")) == []


def test_a_revision_that_would_not_count(home: Home) -> None:
    home.deliver("arbitration/mediation_case__2024-03__420700__r3.csv", cases(10))
    (older,) = home.said("mediation_case__2024-03__420700__r2.csv", cases(9))
    assert "would not count" in older and "send revision 4" in older
    (other,) = home.said("mediation_case__2024-03__420700__r3.csv", cases(9))
    assert "send revision 4" in other
    (known,) = home.said("mediation_case__2024-03__420700__r3.csv", cases(10))
    assert "was received before" in known
    assert home.said("mediation_case__2024-03__420700__r4.csv", cases(9)) == []


def test_the_same_bytes_for_another_period(home: Home) -> None:
    home.deliver("arbitration/mediation_case__2024-03__420700.csv", cases(10))
    (said,) = home.said("mediation_case__2024-04__420700.csv", cases(10))
    assert "The same bytes were delivered for 2024-03-01" in said


def test_nothing_is_asked_of_what_is_rejected(home: Home) -> None:
    home.deliver("arbitration/mediation_case__2024-03__420700.csv", cases(200))
    assert home.said("mediation_case__2024-03__420700__r2.csv", "案号\nA1\n") == []


def test_a_month_that_was_final(home: Home, good_warehouse: Path) -> None:
    home.deliver("arbitration/mediation_case__2024-11__420700.csv", cases(10, "2024-11"))
    folder = home.settings.releases / "20250110-01"
    folder.mkdir(parents=True)
    make_good_release(folder / "marts.duckdb", good_warehouse)
    home.settings.current.parent.mkdir(exist_ok=True)
    home.settings.current.symlink_to(folder)
    (said,) = home.said("mediation_case__2024-11__420700__r2.csv", cases(9, "2024-11"))
    assert "published as final" in said and "Labour dispute mediation success rate" in said
    assert home.said("mediation_case__2024-11__420600__r2.csv", cases(9, "2024-11").replace("420702", "420602")) == []
