"""Two releases compared: what differs, along which releases its causes add up, in which order it is told, and how."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.attribution.attribution import Attribution
from orchestration.attribution.diff import Comparison, Said, compare, predecessor
from orchestration.attribution.report import number, signed, write_diff_page, write_notes
from orchestration.dbt_build.catalogue import CHANGE, CORRECTIONS, RELEASE_HISTORY, VINTAGE
from orchestration.errors import WrongUsage
from orchestration.figure.query import open_release
from orchestration.release.folder import ReleaseFolder
from orchestration.release.state import ReleaseInputs
from raw_landing.ledger.records import Dump
from raw_landing.ledger.snapshot import DumpChange, Snapshot

R1, R2, R3, R4 = "20260301-01", "20260302-01", "20260303-01", "20260304-01"
BINDING, EXPECTED, TEXT = "basic_pension_coverage_rate", "urban_new_employment", "professional_talent_grade_ratio"
PROVINCE, WUHAN, COUNTY = "420000", "420100", "420106"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A release that remembers four: the third was made after the second was rolled back to the first."""
    folder = tmp_path / R4
    folder.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder / 'marts.duckdb'}' as public; use public")
        for table in (VINTAGE, CHANGE, RELEASE_HISTORY, CORRECTIONS):
            columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
            connection.execute(f"create table {table.name} ({columns})")
        connection.execute(
            f"""
            create table release as select '{R4}' as release_id, true as is_synthetic;
            create table dim_plan_indicator as from (values ('145', '7', '{BINDING}', 'binding'),
                ('145', '1', '{EXPECTED}', 'expected')) as t (plan_id, seq, indicator_id, attribute);
            create table dim_indicator as from (values ('{BINDING}', 1, '基本养老保险参保率', 'Coverage <b>', '%'),
                ('{EXPECTED}', 1, '城镇新增就业', 'New employment', '万人'), ('{TEXT}', 1, '比例', 'Ratio', null))
                as t (indicator_id, definition_version, name_zh, name_en, unit);
            create table dim_region as from (values ('{PROVINCE}', '湖北省', 'Hubei', 'province'),
                ('{WUHAN}', '武汉市', 'Wuhan', 'prefecture'), ('{COUNTY}', '武昌区', null, 'county'))
                as t (region_code, name_zh, name_en, level);
            create table fct_plan_progress as from (values
                ('145', '{EXPECTED}', '{PROVINCE}', date '2026-01-31', 'on_track'),
                ('145', '{EXPECTED}', '{PROVINCE}', date '2026-02-28', 'at_risk'),
                ('145', '{EXPECTED}', '{WUHAN}', date '2026-02-28', 'met'))
                as t (plan_id, indicator_id, region_code, period_end, status);
            create table fct_reporting_completeness as from (values
                ('mediation_case', '{WUHAN}', date '2026-01-31', true, false, 16),
                ('mediation_case', '{WUHAN}', date '2026-02-28', true, false, 4),
                ('mediation_case', '{WUHAN}', date '2025-12-31', true, true, 40),
                ('inspection_case', '{WUHAN}', date '2026-02-28', true, false, 0))
                as t (extract, unit_code, period_end, expected, received, days_late);
            create table dim_period as select 'month' as period_type, date '2026-01-31' as period_end,
                '2026年1月' as label_zh, 'January 2026' as label_en;
            insert into release_history values ('{R1}', '2026-03-01'), ('{R2}', '2026-03-02'),
                ('{R1}', '2026-03-02 12:00'),
                ('{R3}', '2026-03-03'), ('{R4}', '2026-03-04')
            """
        )
        for row in (
            (EXPECTED, WUHAN, 10, None, False, R1, R3),
            (EXPECTED, WUHAN, 15, None, False, R4, None),
            (EXPECTED, PROVINCE, 100, None, False, R1, R1),
            (EXPECTED, PROVINCE, 200, None, False, R2, R2),
            (EXPECTED, PROVINCE, 110, None, False, R3, R3),
            (EXPECTED, PROVINCE, 111, None, False, R4, None),
            (BINDING, COUNTY, 90, None, False, R1, R3),
            (BINDING, COUNTY, None, None, True, R4, None),
            (TEXT, PROVINCE, None, "1:4:5", False, R1, R3),
            (TEXT, PROVINCE, None, "1:4:6", False, R4, None),
            (BINDING, PROVINCE, 95, None, False, R1, None),
        ):
            connection.execute(
                "insert into fct_indicator_vintage select ?, ?, 'month', date '2026-01-31', ?, ?, ?, null, ?, ?", row
            )
        for row in (
            (R2, R1, EXPECTED, PROVINCE, "new", ["a"], 100),
            (R3, R1, EXPECTED, PROVINCE, "new", ["b"], 4),
            (R3, R1, EXPECTED, PROVINCE, "revised", ["c"], 6),
            (R4, R3, EXPECTED, PROVINCE, "revised", ["d"], 1),
            (R4, R3, EXPECTED, WUHAN, "code", [], 5),
            (R4, R3, BINDING, COUNTY, "revised", ["d"], None),
            (R4, R3, TEXT, PROVINCE, "corrected", ["e"], None),
        ):
            connection.execute(
                "insert into fct_indicator_change select ?, ?, ?, ?, 'month', date '2026-01-31', ?, ?, ?", row
            )
    return folder


def compared(folder: Path, first: str, last: str, limit: int = 9) -> Comparison:
    with open_release(folder / "marts.duckdb") as connection:
        return compare(connection, first, last, limit)


def told(comparison: Comparison) -> dict[tuple[str, str], dict[str, tuple[float | None, tuple[str, ...]]]]:
    return {
        (one.indicator[1], one.region[0]): {share.cause: (share.delta, share.dumps) for share in one.shares}
        for one in comparison.differences
    }


def test_causes_add_up_along_the_releases_that_followed_each_other(folder: Path) -> None:
    """The rolled back one is none of them."""
    comparison = compared(folder, R1, R4)
    assert told(comparison) == {
        ("Coverage <b>", "武昌区"): {"revised": (None, ("d",))},
        ("New employment", "湖北省"): {"new": (4, ("b",)), "revised": (7, ("c", "d"))},
        ("Ratio", "湖北省"): {"corrected": (None, ("e",))},
        ("New employment", "武汉市"): {"code": (5, ())},
    }
    assert [one.delta for one in comparison.differences] == [None, 11, None, 5]
    assert (comparison.values, comparison.is_explained) == (4, True)
    assert comparison.causes == {"new": 1, "revised": 2, "corrected": 1, "code": 1}
    hidden = comparison.differences[0]
    assert (hidden.is_binding, hidden.before, hidden.after) == (True, Said(90, None, False), Said(None, None, True))


def test_backwards_shares_change_their_sign(folder: Path) -> None:
    shares = told(compared(folder, R4, R3))
    assert shares["New employment", "湖北省"] == {"revised": (-1, ("d",))}


def test_without_a_way_from_one_to_the_other_no_cause_is_told(folder: Path) -> None:
    comparison = compared(folder, R2, R3)
    assert (comparison.is_explained, comparison.causes) == (False, {})
    assert [(one.delta, one.shares) for one in comparison.differences] == [(-90, ())]


def test_what_is_left_out_is_counted(folder: Path) -> None:
    comparison = compared(folder, R1, R4, 1)
    assert (len(comparison.differences), comparison.values) == (1, 4)


def test_the_one_before_is_the_one_that_was_current(folder: Path) -> None:
    with open_release(folder / "marts.duckdb") as connection:
        assert [predecessor(connection, one) for one in (R1, R2, R3, R4)] == [None, R1, R1, R3]
        with pytest.raises(WrongUsage, match="20250101-01"):
            predecessor(connection, "20250101-01")


def test_notes_lead_with_what_is_new_what_changed_status_and_what_is_late(folder: Path, tmp_path: Path) -> None:
    before = tmp_path / R3
    before.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{before / 'marts.duckdb'}' as public; use public")
        connection.execute(
            f"""
            create table fct_plan_progress as from (values
                ('145', '{EXPECTED}', '{PROVINCE}', date '2026-01-31', 'on_track'),
                ('145', '{EXPECTED}', '{WUHAN}', date '2026-01-31', 'met'))
                as t (plan_id, indicator_id, region_code, period_end, status)
            """
        )
    now = ReleaseInputs(datetime(2026, 3, 4).date(), "", "", Snapshot((), {}, frozenset(), {}, frozenset()), tmp_path)
    dump = Dump(
        dump_id="d", path="", sha256="", size=0, manifest=None, manifest_sha256=None, rules=None, look="",
        accepted=True, extract="mediation_case", period_start="2026-02-01", period_end="2026-02-28",
        unit_code=PROVINCE, revision=1,
    )  # fmt: skip
    attribution = Attribution(now, R3, None, (DumpChange("new", None, (dump, "")),))
    write_notes(ReleaseFolder(folder), R4, datetime(2026, 3, 4, 3), attribution)
    zh, en = ((folder / f"release_notes.{one}.md").read_text(encoding="utf-8") for one in ("zh", "en"))
    new, status, late, causes = (
        en.index(f"## {one}") for one in ("New", "Status changed", "Late", "Why values changed")
    )
    assert new < status < late < causes
    assert "- mediation case: 1 dumps, the newest of 2026-02" in en[new:status]
    assert en[status:late].count("→") == 1 and "New employment · Hubei: on track → at risk" in en[status:late]
    assert "- mediation case: 2 deliveries of 1 units, since 2026-01-31, 16 days late at most" in en[late:causes]
    assert "inspection" not in en[late:causes] and "进度正常 → 有风险" in zh
    (before / "marts.duckdb").unlink()  # no longer kept
    write_notes(ReleaseFolder(folder), R4, datetime(2026, 3, 4, 3), attribution)
    assert "→" not in (folder / "release_notes.en.md").read_text(encoding="utf-8")[:late]


def test_page_holds_both_languages_and_runs_nothing(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "diff.html"
    write_diff_page(page, compared(folder, R1, R4))
    html = page.read_text(encoding="utf-8")
    assert "基本养老保险参保率" in html and "Coverage &lt;b&gt;" in html and "Coverage <b>" not in html
    assert "修订 +7 [c, d]" in html and "revised dumps +7 [c, d]" in html and "隐去" in html and "withheld" in html
    assert "合成数据,非真实统计" in html and "SYNTHETIC DATA, no real statistics" in html
    assert not re.search(r'<script|src=|href="[^#]', html)


def test_notes_tell_it_in_both_languages(folder: Path, tmp_path: Path) -> None:
    snapshot = Snapshot((), {}, frozenset(), {}, frozenset())
    now = ReleaseInputs(datetime(2026, 3, 4).date(), "", "", snapshot, tmp_path)
    caveats = (("两者未能分开", "the two could not be told apart"),)
    attribution = Attribution(now, R3, None, (), (EXPECTED,), caveats)
    write_notes(ReleaseFolder(folder), R4, datetime(2026, 3, 4, 3), attribution)
    zh = (folder / "release_notes.zh.md").read_text(encoding="utf-8")
    en = (folder / "release_notes.en.md").read_text(encoding="utf-8")
    assert "| 城镇新增就业 (万人) | 湖北省 | 2026年1月 | 110 | 111 | +1 | 修订 +1 [d] |" in zh
    assert "| New employment (万人) | Hubei | January 2026 | 110 | 111 | +1 | revised dumps +1 [d] |" in en
    assert "合成数据" in zh and "SYNTHETIC" in en and R3 in zh and "2026-03-04 03:00" in en
    assert "- 两者未能分开" in zh and "- the two could not be told apart" in en and f"- {EXPECTED}" in en
    write_notes(ReleaseFolder(folder), R4, datetime(2026, 3, 4, 3), Attribution(now))
    assert "first release" in (folder / "release_notes.en.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("value", "written", "with_sign"), [(None, "–", ""), (0.5, "0.5", "+0.5"), (1234567.0, "1,234,567", "+1,234,567")]
)
def test_figures(value: float | None, written: str, with_sign: str) -> None:
    assert (number(value), signed(value)) == (written, with_sign)
