"""What CONTRIBUTING.md promises: a contract alone makes an extract, and its folder a source; a row of the seed, a model
and its YAML make an indicator; rows of seeds make a plan. All are added to a copy of the project and followed to a
release."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from orchestration.figure.query import open_release
from orchestration.settings import PROJECT
from orchestration.startup import PLAIN
from raw_landing.database import connect
from tests.conftest import AS_OF

SOURCE, EXTRACT, INDICATOR = "service", "job_fair_visit", "job_fair_visits"
CONTRACT = f"""
source: {SOURCE}
extract: {EXTRACT}
zh: 招聘会求职登记
load: events
cadence: monthly
period_column: visited_on
key: [visit_no]
columns:
  visit_no:      {{zh: 求职登记编号, type: string, required: true}}
  id_number:     {{zh: 公民身份号码, type: string, required: true, pii: number, check: id_number}}
  region_code:   {{zh: 行政区划代码, type: code, required: true, check: region}}
  visited_on:    {{zh: 登记日期, type: date, required: true}}
  is_employed:   {{zh: 达成意向标志, type: boolean, may_be_absent: true}}
"""
FACTS = {
    "indicator_id": INDICATOR,
    "definition_version": "1",
    "in_force_from": "1949-10-01",
    "name_zh": "招聘会求职人次",
    "name_en": "Visits to job fairs",
    "unit": "人",
    "measure_kind": "flow",
    "direction": "higher",
    "period_types": "month;quarter;ytd;year",
    "source_extracts": EXTRACT,
    "is_additive_in_time": "true",
    "is_additive_in_space": "true",
    "is_reported_in_month": "true",
    "may_be_negative": "false",
    "builds_up_in_year": "false",
    "is_person_based": "true",
    "count_family": INDICATOR,
    "formula_zh": "期内招聘会求职登记数",
    "formula_en": "Visits in the period",
    "series_number": "155.X1",
}
ROWS, ROWS_OF_PLAN = 30, 5
PLAN = {
    "plan_id": "155",
    "short_zh": "十五五",
    "name_zh": "“十五五”规划(虚构)",
    "name_en": "15th Five-Year Plan (invented)",
    "baseline_date": "2025-12-31",
    "start_date": "2026-01-01",
    "end_date": "2030-12-31",
    "midterm_on": "2028-06-30",
    "document": "虚构,供测试 / invented for this test",
}
ASKED = {name: FACTS[name] for name in ("indicator_id", "name_zh", "name_en", "unit", "measure_kind", "direction")} | {
    "plan_id": "155",
    "seq": "1",
    "target_kind": "cumulative",
    "attribute": "binding",
}
REVISED = "2026-01-15"
TASK = {
    "task_id": "X01",
    "place": "invented",
    "quote": "每年举办招聘会10场(虚构)",
    "cadence": "yearly",
    "target": "10",
    "unit": "场",
    "direction": "at_least",
    "basis": "annual",
    "starts_on": "2026-01-01",
    "due_on": "2030-12-31",
    "kind": "count",
    "plan_id": "155",
}


class Copy:
    """A copy of the project, with a landing folder and a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.project, self.landing, self.home = folder / "project", folder / "landing", folder / "home"
        for name in ("raw_landing", "orchestration", "expectations", "dbt_project"):
            left_out = shutil.ignore_patterns("inbox", "target", "logs", "__pycache__")
            shutil.copytree(PROJECT / name, self.project / name, ignore=left_out)
        for path in (*PROJECT.glob("requirements*.lock"), PROJECT / "pyproject.toml"):
            shutil.copy(path, self.project)

    def add_row(self, seed: str, facts: dict[str, str]) -> None:
        """Put a row into reference data; what it does not say is empty."""
        path = self.project / "dbt_project" / "seeds" / f"{seed}.csv"
        with path.open("r+", encoding="utf-8", newline="") as file:
            names = csv.DictReader(file).fieldnames or ()
            file.seek(0, os.SEEK_END)
            csv.DictWriter(file, names, lineterminator="\n").writerow(facts)

    def run(self, *command: str, **variables: str) -> str:
        """What Python prints in the copy. Fails where it fails."""
        environment = os.environ | {"PYTHONPATH": str(self.project), "COLUMNS": "120"} | variables
        run = subprocess.run(
            [sys.executable, *command], cwd=self.project, env=environment, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, f"{command}: {run.returncode}\n{run.stdout}\n{run.stderr}"
        return run.stdout

    def hrss(self, *arguments: str | Path, **variables: str) -> str:
        """What the command line of the copy prints."""
        program = "from orchestration.cli.entry import main; main()"
        return self.run("-c", program, *map(str, arguments), **variables)


def _dump(month: str, rows: int) -> str:
    """A month of visits in Wuhan, of people who cannot be."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    lines = ["visit_no,id_number,region_code,visited_on,is_employed"]
    for number in range(rows):
        body = f"42990019800101{number:03}"
        check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]
        lines.append(f"V{month}{number},{body}{check},420102,{month}-{number + 1:02},{number % 2}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    copy = Copy(tmp_path_factory.mktemp("additions"))
    contract = copy.project / "raw_landing" / "contracts" / SOURCE / f"{EXTRACT}.yml"
    contract.parent.mkdir()
    contract.write_text(CONTRACT, "utf-8")
    copy.add_row("indicators", FACTS)
    copy.add_row("plans", PLAN)
    copy.add_row("plan_indicators", ASKED | {"target": "500"})
    copy.add_row("plan_indicators", ASKED | {"target": "600", "in_force_from": REVISED})
    copy.add_row("plan_tasks", TASK)
    model = copy.project / "dbt_project" / "models" / "intermediate" / "indicator" / f"int_indicator__{INDICATOR}.sql"
    model.write_text(f'{{{{ event_count_indicator("{INDICATOR}", "{EXTRACT}", per=1) }}}}\n', "utf-8")
    described = {"name": model.stem, "description": "招聘会求职人次 / Visits to job fairs."}
    model.with_suffix(".yml").write_text(yaml.safe_dump({"version": 2, "models": [described]}), "utf-8")
    copy.run("-m", "orchestration.dbt_build.generate")
    return copy


@pytest.fixture(scope="module")
def release(copy: Copy) -> Path:
    """The release of a small sample and a dump of the new extract, written by hand: from nothing, with all start-up
    tricks off."""
    assert f"the sample has none yet of: {EXTRACT}" in copy.hrss(
        "sample", "--scale", "small", "--landing", copy.landing
    )
    folder = copy.landing / "inbox" / SOURCE
    folder.mkdir()
    for month, rows in (("2025-12", ROWS), ("2026-01", ROWS_OF_PLAN)):
        (folder / f"{EXTRACT}__{month}__420100.csv").write_text(_dump(month, rows), "utf-8")
    copy.hrss("refresh", "--landing", copy.landing, "--home", copy.home, "--as-of", AS_OF, **{PLAIN: "1"})
    return copy.home / "published" / "current"


def test_without_start_up_tricks_all_other_figures_are_the_same(release: Path, good_home: Path) -> None:
    rounded = ", ".join(f"printf('%.9e', {name}) as {name}" for name in ("numerator", "denominator", "value"))
    query = f"""
        select * replace ({rounded}) from fct_indicator_value where indicator_id <> '{INDICATOR}' order by all
    """
    figures = []
    for folder in (release, good_home / "published" / "current"):
        with open_release(folder / "marts.duckdb") as connection:
            figures.append(connection.execute(query).fetchall())
    assert len(figures[0]) > 1000 and figures[0] == figures[1]


def test_the_manual_says_what_it_leaves_out(copy: Copy) -> None:
    assert f"nothing is written yet of {EXTRACT}" in copy.run("-m", "raw_landing.manual")
    assert not (copy.project / "docs" / "landing" / f"{EXTRACT}.md").exists()


def test_the_extract_is_landed_staged_and_gated(release: Path, copy: Copy) -> None:
    with connect(copy.home / "warehouse.duckdb", read_only=True) as connection:
        staged = f"select count(*), count(distinct person_id), min(weight) from staging.stg_{SOURCE}__{EXTRACT}"
        assert connection.execute(staged).fetchone() == (
            ROWS + ROWS_OF_PLAN,
            ROWS,
            1,
        )
    with connect(release / "marts.duckdb", read_only=True) as connection:
        connection.execute("use marts")
        receipt = "select status, rows_loaded from fct_landing_receipt where extract = ? order by rows_loaded desc"
        assert connection.execute(receipt, [EXTRACT]).fetchall() == [("loaded", ROWS), ("loaded", ROWS_OF_PLAN)]
        gated = "select suite, bool_and(success) from fct_quality_result where suite in (?, ?) group by 1 order by 1"
        suites = [f"landed_{EXTRACT}", f"staging_{EXTRACT}"]
        assert connection.execute(gated, suites).fetchall() == [(suite, True) for suite in suites]


def test_the_indicator_is_published_exported_and_in_the_dictionary(release: Path, copy: Copy) -> None:
    with connect(release / "marts.duckdb", read_only=True) as connection:
        connection.execute("use marts")
        value = """
            select value, reporting_units_received, unit from fct_indicator_value
            where indicator_id = ? and region_code = ? and period_type = 'month' and period_end = '2025-12-31'
        """
        assert connection.execute(value, [INDICATOR, "420100"]).fetchone() == (ROWS, 1, "人")
        assert connection.execute(value, [INDICATOR, "420000"]).fetchone() == (ROWS, 1, "人")
    assert INDICATOR in (release / "exports" / "csv" / "fct_indicator_value.csv").read_text("utf-8")
    dictionary = (release / "dictionary.html").read_text("utf-8")
    assert FACTS["name_zh"] in dictionary and EXTRACT in dictionary


def test_the_figure_is_explained_to_its_rows(release: Path, copy: Copy) -> None:
    asked = ("explain", INDICATOR, "--region", "420100", "--period", "2025-12", "--home", copy.home)
    assert f"{EXTRACT}__2025-12__420100.csv" in copy.hrss(*asked)
    rows = re.findall(r"^[0-9a-f]{16},(\d+),1\.0,", copy.hrss(*asked, "--rows"), re.MULTILINE)
    assert [int(line) for line in rows] == list(range(2, ROWS + 2))


def test_a_plan_is_rows_of_reference_data(release: Path, copy: Copy) -> None:
    """A target that was revised in its first month, what the units are proposed, and the even steps to it."""
    with connect(release / "marts.duckdb", read_only=True) as connection:
        connection.execute("use marts")
        progress = """
            select region_code, period_end::varchar, actual, target, first_target, target_in_force_from::varchar, status
            from fct_plan_progress where plan_id = '155'
        """
        assert connection.execute(progress).fetchall() == [
            ("420000", "2026-01-31", ROWS_OF_PLAN, 600, 500, REVISED, "off_track")
        ]
        steps = """
            select region_code, list(target_value order by target_year), list(basis order by target_year)
            from fct_target where plan_id = '155' and region_code in ('420000', '420100', '420102', '420200')
            group by 1 order by 1
        """
        between = ["interpolated"] * 4
        assert connection.execute(steps).fetchall() == [
            ("420000", [120, 240, 360, 480, 600], [*between, "plan"]),
            ("420100", [120, 240, 360, 480, 600], [*between, "proposed"]),
            ("420102", [120, 240, 360, 480, 600], [*between, "proposed"]),
            ("420200", [0, 0, 0, 0, 0], [*between, "proposed"]),
        ]
        tasks = 'select "window", target, status from fct_plan_task where plan_id = ? order by all'
        assert connection.execute(tasks, ["155"]).fetchall() == [("2026", 10, "open"), ("plan", 10, "no_data")]
        forecast = """
            select region_code, period_end::varchar, horizon_end::varchar, target, method, round(forecast, 4), low80
            from fct_plan_forecast where plan_id = '155' order by horizon_end
        """
        pace = ROWS / 31  # of December, which alone is over; the plan has 365 days by the end of its first year
        assert connection.execute(forecast).fetchall() == [
            ("420000", "2025-12-31", "2026-12-31", 120, "linear_pace", round(365 * pace, 4), None),
            ("420000", "2025-12-31", "2030-12-31", 600, "linear_pace", round(1826 * pace, 4), None),
        ]
        named = "select plan_zh, plan_en, status_en from v_progress where plan_id = '155'"
        assert connection.execute(named).fetchall() == [(PLAN["name_zh"], PLAN["name_en"], "off track")]
    for table in ("fct_plan_progress", "fct_plan_forecast", "fct_target", "dim_plan_indicator"):
        assert "\n155," in (release / "exports" / "csv" / f"{table}.csv").read_text("utf-8")
    said = copy.hrss("progress", "--home", copy.home)  # of the newest plan
    assert PLAN["name_en"] in said and "600" in said and "forecast" in said
