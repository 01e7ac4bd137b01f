"""Real input: the ministry's published national figures, landed as an agency would send them, give back the months'
own values. The figures are no part of this project; HRSS_REAL_DATA names their folder."""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path

import pytest

from orchestration.figure.query import open_release
from tests.support.commands import hrss
from tests.support.publishing import give_models

FOLDER = os.environ.get("HRSS_REAL_DATA", "")
FIGURES = Path(FOLDER, "mohrss_national_monthly.csv")
YTD, PERIOD_END, MONTH = "本年累计", "期末", "当月"
ITEMS = {
    "emp_new": ("城镇新增就业", "万人", YTD),
    "emp_reemp": ("失业人员再就业", "万人", YTD),
    "emp_hard": ("就业困难人员就业", "万人", YTD),
    "unemp_survey": ("城镇调查失业率", "%", MONTH),
    "unemp_registered": ("城镇登记失业率", "%", PERIOD_END),
    "disp_cases": ("仲裁受理案件", "万件", YTD),
    "insp_wages": ("追发工资", "亿元", YTD),
    "pension_urban_insured": ("城镇职工基本养老保险参保", "万人", PERIOD_END),
    "ui_insured": ("失业保险参保", "万人", PERIOD_END),
}

pytestmark = pytest.mark.skipif(
    not FOLDER or not FIGURES.is_file(), reason="HRSS_REAL_DATA does not name the folder of the national figures"
)


@pytest.fixture(scope="module")
def figures() -> list[dict[str, str]]:
    with FIGURES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def home(models: Path, figures: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse refreshed from one GB18030 dump a month, each with a title line and a unit line."""
    folder = tmp_path_factory.mktemp("national")
    inbox = folder / "inbox" / "planning"
    inbox.mkdir(parents=True)
    for row in figures:
        year, month = row["period"].split("-")
        lines = [
            f"{year}年{int(month)}月人力资源和社会保障统计快报",
            "单位:万人",
            "行政区划代码,指标名称,口径,数值,计量单位,报表类型",
        ]
        lines += [
            f"000000,{item},{basis},{row[column]}{'%' if unit == '%' else ''},{unit},快报"
            for column, (item, unit, basis) in ITEMS.items()
            if row[column]
        ]
        dump = inbox / f"statistical_report__{row['period']}__000000.csv"
        dump.write_bytes("\r\n".join([*lines, ""]).encode("gb18030"))
    give_models(models, folder / "home")
    hrss("refresh", "--landing", folder, "--home", folder / "home", "--as-of", "2026-07-20")
    return folder / "home"


def test_every_dump_is_loaded(home: Path, figures: list[dict[str, str]]) -> None:
    with open_release(home / "published/current/marts.duckdb") as release:
        receipts = release.execute(
            "select status, encoding, count(*), sum(rows_loaded)::int, sum(rows_skipped)::int from fct_landing_receipt "
            "group by all"
        ).fetchall()
    rows = sum(bool(row[column]) for row in figures for column in ITEMS)
    assert receipts == [("loaded", "gb18030", len(figures), rows, 2 * len(figures))]


def test_months_own_values(home: Path, figures: list[dict[str, str]]) -> None:
    with open_release(home / "published/current/marts.duckdb") as release:
        published = {
            (item, day): (value, own)
            for item, day, value, own in release.execute(
                "select item, period_end, value, month_value from fct_reported_value where region_code = '000000'"
            ).fetchall()
        }
    by_month = {row["period"]: row for row in figures}
    seen = 0
    for column, (item, _, basis) in ITEMS.items():
        for period, row in by_month.items():
            if not row[column]:
                continue
            year, month = map(int, period.split("-"))
            following = date(year + month // 12, month % 12 + 1, 1)
            value, own = published[item, date.fromordinal(following.toordinal() - 1)]
            assert value == pytest.approx(float(row[column]))
            before = by_month.get(f"{year}-{month - 1:02d}", {}).get(column, "")
            if basis != YTD or (month > 1 and not before):
                assert own is None
            else:
                assert own == pytest.approx(float(row[column]) - (float(before) if month > 1 else 0))
                seen += 1
    assert seen > 200


def test_five_decembers(home: Path) -> None:
    with open_release(home / "published/current/marts.duckdb") as release:
        total = release.execute(
            "select sum(value) from fct_reported_value where item = '城镇新增就业' and month(period_end) = 12 "
            "and year(period_end) between 2021 and 2025"
        ).fetchone()
        months = release.execute(
            "select sum(month_value) from fct_reported_value where item = '城镇新增就业' "
            "and year(period_end) between 2021 and 2025"
        ).fetchone()
    assert total == pytest.approx((6242,))
    assert months == pytest.approx((6242,))
