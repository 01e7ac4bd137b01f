"""What CONTRIBUTING.md promises: a contract alone makes an extract, and its folder a source; a row of the seed, a model
and its YAML make an indicator. Both are added to a copy of the project and followed to a release."""

from __future__ import annotations

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
    "is_person_based": "true",
    "count_family": INDICATOR,
    "formula_zh": "期内招聘会求职登记数",
    "formula_en": "Visits in the period",
}
ROWS = 30


class Copy:
    """A copy of the project, with a landing folder and a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.project, self.landing, self.home = folder / "project", folder / "landing", folder / "home"
        for name in ("raw_landing", "orchestration", "expectations", "dbt_project"):
            left_out = shutil.ignore_patterns("inbox", "target", "logs", "__pycache__")
            shutil.copytree(PROJECT / name, self.project / name, ignore=left_out)
        for path in (*PROJECT.glob("requirements*.lock"), PROJECT / "pyproject.toml"):
            shutil.copy(path, self.project)

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


def _dump() -> str:
    """A month of visits in Wuhan, of people who cannot be."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    lines = ["visit_no,id_number,region_code,visited_on,is_employed"]
    for number in range(ROWS):
        body = f"42990019800101{number:03}"
        check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]
        lines.append(f"V{number},{body}{check},420102,2025-12-{number + 1:02},{number % 2}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    copy = Copy(tmp_path_factory.mktemp("additions"))
    contract = copy.project / "raw_landing" / "contracts" / SOURCE / f"{EXTRACT}.yml"
    contract.parent.mkdir()
    contract.write_text(CONTRACT, "utf-8")
    seed = copy.project / "dbt_project" / "seeds" / "indicators.csv"
    header, rows = seed.read_text("utf-8").split("\n", 1)
    seed.write_text(f"{header}\n{rows}{','.join(FACTS.get(name, '') for name in header.split(','))}\n", "utf-8")
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
    dump = copy.landing / "inbox" / SOURCE / f"{EXTRACT}__2025-12__420100.csv"
    dump.parent.mkdir()
    dump.write_text(_dump(), "utf-8")
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
        assert connection.execute(staged).fetchone() == (ROWS, ROWS, 1)
    with connect(release / "marts.duckdb", read_only=True) as connection:
        connection.execute("use marts")
        receipt = "select status, rows_loaded from fct_landing_receipt where extract = ?"
        assert connection.execute(receipt, [EXTRACT]).fetchall() == [("loaded", ROWS)]
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
