"""From dumps to a published release and back to nothing to do, through the command line."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.redaction import holds_personal_number
from expectations.suites.release import VIEWS
from orchestration.figure.query import open_release
from orchestration.lock import writer_lock
from orchestration.settings import Settings
from raw_landing.database import connect
from tests.conftest import AS_OF
from tests.support.commands import can_be_offline, hrss
from tests.support.messaging import served

PROJECT = Path(__file__).parents[2]
TABLES = {
    "dim_indicator",
    "dim_plan_indicator",
    "dim_region",
    "dim_period",
    "fct_indicator_value",
    "fct_indicator_source",
    "fct_definition_value",
    "fct_plan_progress",
    "fct_reported_value",
    "fct_reporting_completeness",
    "fct_landing_receipt",
    "fct_reconciliation",
    "dim_data_service",
    "dim_doubt_rule",
    "fct_data_doubt",
    "fct_quality_result",
    "fct_quality_summary",
    "fct_run_stage",
    "dim_formula",
    "release",
}


@pytest.fixture(scope="module")
def current(good_home: Path) -> Path:
    return good_home / "published" / "current"


def test_receipts_name_what_the_release_calls_overdue(good_home: Path, current: Path) -> None:
    told = set()
    for file in (good_home / "outbox" / "receipts").glob("*/receipts.csv"):
        for row in csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")):
            if row[1] == "overdue":
                told.add((file.parent.name, row[2], row[5]))
    with open_release(current / "marts.duckdb") as release:
        overdue = release.execute(
            "select unit_code, extract, due_on::varchar from fct_reporting_completeness"
            " where expected and not received and days_late > 0 and due_on >= cast(? as date) - 366",
            [AS_OF],
        ).fetchall()
    assert told == set(overdue) and told


def test_receipts_hold_no_number_of_a_person(good_home: Path) -> None:
    said = "".join(file.read_text(encoding="utf-8") for file in (good_home / "outbox").rglob("*.*"))
    assert not holds_personal_number(said)
    with connect(good_home / "warehouse.duckdb", read_only=True) as warehouse:
        names = warehouse.execute("select distinct person_name from landed.employment_registration").fetchall()
    assert len(names) > 20 and not [name for (name,) in names if name and len(name) > 2 and name in said]


def test_release_is_whole_and_says_what_it_is(current: Path) -> None:
    manifest = json.loads((current / "manifest.json").read_text(encoding="utf-8"))
    assert {path.name for path in current.iterdir()} == {
        *("manifest.json", "marts.duckdb", "exports", "report", "quality.html", "dictionary.html"),
        *("release_notes.zh.md", "release_notes.en.md"),
    }
    assert current.is_symlink() and current.resolve().name == manifest["release_id"]
    for name, facts in manifest["files"].items():
        content = (current / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (facts["bytes"], facts["sha256"])
        assert (current / name).stat().st_mode & 0o222 == 0
    assert manifest["is_synthetic"] is True and "SYNTHETIC" in manifest["title_en"] and "合成" in manifest["title_zh"]
    assert manifest["final_checks"] and all(check["success"] for check in manifest["final_checks"])
    with open_release(current / "marts.duckdb") as release:
        columns = "release_id, as_of::varchar, dumps, is_synthetic, git_revision, inputs_sha256"
        row = release.execute(f"select {columns} from release").fetchone()
        assert row == (
            manifest["release_id"],
            AS_OF,
            len(manifest["dumps"]),
            True,
            manifest["git_revision"],
            hashlib.sha256("\n".join(sorted(dump["sha256"] for dump in manifest["dumps"])).encode()).hexdigest(),
        )
        counts = {table: release.execute(f"select count(*) from {table}").fetchone() for table in manifest["tables"]}
        assert {table: (rows,) for table, rows in manifest["tables"].items()} == counts


def test_all_tables_are_there_with_comments_in_both_languages(current: Path) -> None:
    with open_release(current / "marts.duckdb") as release:
        tables = dict(
            release.execute(
                "select table_name, comment from duckdb_tables() where database_name = current_database()"
                " union all select view_name, comment from duckdb_views()"
                " where database_name = current_database() and not internal"
            ).fetchall()
        )
        columns = release.execute(
            "select table_name, column_name, comment from duckdb_columns() where database_name = current_database()"
        ).fetchall()
    assert set(tables) >= TABLES | set(VIEWS)
    for table, comment in tables.items():
        assert comment and re.search(r"[\u4e00-\u9fff].* / .*[a-z]", comment, re.DOTALL), table
    for table, column, comment in columns:
        assert comment and re.search(r"[\u4e00-\u9fff].* / .*[a-z]", comment, re.DOTALL), f"{table}.{column}"


def test_a_province_of_which_three_units_have_delivered_is_published_as_provisional(current: Path) -> None:
    with open_release(current / "marts.duckdb") as release:
        province = release.execute("""
            select maturity, count(distinct indicator_id) from fct_indicator_value
            where region_code = '420000' and value is not null
                and reporting_units_received = 3 and reporting_units_expected > 3
            group by maturity
        """).fetchall()
        unit = release.execute("""
            select count(*) from fct_indicator_value
            where region_code = '420100' and reporting_units_received = 1 and maturity = 'final'
        """).fetchone()
        missing = release.execute("""
            select success, severity, unexpected_count > 0 from fct_quality_result
            where suite = 'fct_reporting_completeness' and expectation = 'delivered'
        """).fetchall()
    (only,) = province
    assert only[0] == "provisional" and only[1] >= 10
    assert unit is not None and unit[0] > 0, "what a unit has delivered wholly is final for that unit"
    assert missing == [(False, "warning", True)], "those that have not delivered are named"
    assert "fct_reporting_completeness.delivered" in (current / "quality.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("relation", [*VIEWS, "fct_plan_progress", "dim_population"])
def test_the_file_answers_by_its_path_and_under_any_name(current: Path, relation: str) -> None:
    file = current / "marts.duckdb"
    with duckdb.connect(str(file), read_only=True) as opened:
        columns = [opened.sql(f"from {name} limit 1").columns for name in (relation, f"marts.{relation}")]
    for name in ("marts", "hubei", "湖北"):
        with duckdb.connect() as session:
            session.execute(f"create table {relation} as select 1 as of_mine")
            session.execute(f"attach '{file}' as {name} (read_only)")
            columns.append(session.sql(f"from {name}.{relation} limit 1").columns)
            session.execute(f"use {name}")
            columns.append(session.sql(f"from {relation} limit 1").columns)
    assert columns == columns[:1] * 8


def test_file_is_written_for_old_clients(current: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{current / 'marts.duckdb'}' as published (read_only)")
        row = connection.execute("select tags from duckdb_databases() where database_name = 'published'").fetchone()
    assert row is not None and "v1.2.0" in str(row[0])


def test_only_the_release_is_for_everybody(good_home: Path) -> None:
    for path in good_home.rglob("*"):
        if path.is_symlink():
            continue
        relative = path.relative_to(good_home)
        mode = path.stat().st_mode & 0o777
        if relative.parts[0] == "published":
            own = {"history.jsonl": 0o600, "current.json": 0o644}  # written again; a release's files are not
            assert mode == (0o755 if path.is_dir() else own.get(relative.parts[1], 0o444)), relative
        elif relative.parts[0] != "refresh.lock" and len(relative.parts) == 1:
            assert mode & 0o077 == 0, relative


def test_what_each_stage_cost_is_on_record(good_home: Path) -> None:
    record = json.loads(Settings.of(home=good_home).run_record.read_text(encoding="utf-8"))
    profile = record["profile"]
    assert {"landing", "gate", "dbt", "publication", "whole"} <= set(profile)
    assert profile["dbt"]["cpu_seconds"] > 0
    for stage in set(profile) - {"whole"}:
        assert 0 < profile[stage]["database_seconds"] < profile[stage]["seconds"], stage
        assert profile[stage]["other_seconds"] > 0, stage
    assert profile["whole"]["seconds"] >= sum(record["seconds"].values()) - 0.1


def test_all_that_dbt_said_stands_in_its_log(good_home: Path) -> None:
    assert "fct_indicator_value" in Settings.of(home=good_home).dbt_log.read_text(encoding="utf-8")


def test_nothing_new_does_nothing_and_says_so(
    small_landing: Path, home: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = home()

    def state() -> dict[str, int]:
        return {
            str(path.relative_to(own)): path.lstat().st_mtime_ns
            for path in own.rglob("*")
            if path.is_file() and not path.name.startswith(("ledger.sqlite-", "refresh.lock", "alerts."))
        }

    before = state()
    with served(lambda _: (200, {})) as switch:
        monkeypatch.setenv("HRSS_HEARTBEAT_URL", f"{switch.origin}/ping/1")
        said = hrss("refresh", "--landing", small_landing, "--home", own, "--as-of", AS_OF)
    assert "Nothing new" in said and "没有新内容" in said
    assert {name for name, when in state().items() if before.get(name) != when} == {"heartbeat"}
    assert [asked.path for asked in switch.requests] == ["/ping/1"], "the sign of life"


def test_new_revision_is_published_beside_the_old_release(good_home: Path, second_night: Path, tmp_path: Path) -> None:
    said = (second_night / "said").read_text(encoding="utf-8")
    assert "1 new dumps" in said
    for begins in (r"landed\.\w", r"(?<![\w.])(stg|int|fct|dim)_\w", r"marts\.\w"):
        assert re.search(begins, said)  # steps of each gate and of dbt; a short one may pass between two looks
    assert "[import dagster]" in said and "[import dbt]" not in said, "dbt is left to its own process"
    own = Path(shutil.copytree(second_night / "home", tmp_path / "home", symlinks=True))
    old, new = (good_home / "published/current").resolve(), (own / "published/current").resolve()
    assert (new.parent / old.name).is_dir() and new.is_dir() and new.name != old.name
    assert new.name == f"{old.name[:-2]}{int(old.name[-2:]) + 1:02d}" or new.name[:8] > old.name[:8]
    (revised,) = (second_night / "landing/inbox/arbitration").rglob("*__r9.csv")
    with open_release(new / "marts.duckdb") as release:
        assert [row[0] for row in release.execute("select release_id from release").fetchall()] == [new.name, old.name]
        statuses = release.execute(
            "select revision, status from fct_landing_receipt where extract = 'labour_contract_report' "
            "and period_end = '2025-12-31' and unit_code = ? order by revision",
            [revised.stem.split("__")[2]],
        ).fetchall()
    assert statuses[-1] == (9, "loaded") and ("superseded" in {status for _, status in statuses})
    assert_published_formulas_give_published_figures(own)
    assert_kept_results_hold(own)


def test_the_log_tells_the_run_with_its_stages_and_dumps(second_night: Path) -> None:
    lines = [json.loads(line) for line in (second_night / "hrss.log").read_text(encoding="utf-8").splitlines()]
    said = [line for line in lines if "run" in line]
    (run,) = {line["run"] for line in said}
    assert all({"timestamp", "level", "event"} <= line.keys() for line in lines) and len(run) == 36
    ended = [line["stage"] for line in said if line["event"] == "stage ends"]
    assert ended == ["landing", "gate", "dbt", "gate", "attribution", "publication"]
    (dump,) = [line for line in said if line["event"] == "dump loaded"]
    assert dump["stage"] == "landing" and dump["dump"] and dump["rows_loaded"] > 0
    events = [line["event"] for line in said]
    assert events.index("run_started") < events.index("release_published") < events.index("run_ended")


def test_the_spans_are_those_of_the_run(second_night: Path) -> None:
    spans = [json.loads(line) for line in (second_night / "spans.jsonl").read_text(encoding="utf-8").splitlines()]
    kinds = Counter(span["attributes"]["hrss.kind"] for span in spans)
    assert kinds["run"] == 1 and kinds["stage"] == 6 and kinds["dbt node"] > 5 and kinds["gate table"] > 20
    by_id = {span["context"]["span_id"]: span for span in spans}
    for span in spans:
        above = by_id.get(span["parent_id"])
        assert (above is None) == (span["attributes"]["hrss.kind"] == "run"), span["name"]
        assert span["start_time"] <= span["end_time"]
        if above is not None:
            assert above["start_time"] <= span["end_time"] <= above["end_time"], span["name"]
    assert {span["attributes"]["hrss.outcome"] for span in spans} == {"published"}


def test_a_refresh_asks_no_other_machine(second_night: Path) -> None:
    said = (second_night / "said").read_text(encoding="utf-8")
    assert "[network" not in said, "the process itself looked for none"
    if not can_be_offline():
        pytest.skip("this machine allows no network namespaces: of the processes it started nothing is known")
    assert "[there is a route]" not in said, "there was none to be found, and it published"


def assert_kept_results_hold(home: Path) -> None:
    """What the gate did not evaluate again it would have found again; the manifest says what that is."""

    def gated() -> dict[str, dict[str, Any]]:
        stages = json.loads((home / "gate.json").read_text(encoding="utf-8")).values()
        return {f"{row['suite']}.{row['expectation']}": row for stage in stages for row in stage["rows"]}

    followed = gated()
    kept = {name for name, row in followed.items() if row.pop("kept_from")}
    manifest = json.loads((home / "published/current/manifest.json").read_text(encoding="utf-8"))
    on_file = {f"{row['suite']}.{row['expectation']}" for row in manifest["final_checks"] if row["kept_from"]}
    assert {name for names in manifest["results_kept"].values() for name in names} == kept | on_file
    assert "release_contents.dim_region_content" in on_file
    assert (
        not {"release_contents.nothing_else", "release_contents.release_content", "release_privacy.no_landed_name"}
        & on_file
    )
    assert {"landed_social_card.issued_on_present", "dim_region.one_row_per_key"} < kept
    assert not {"landed_dump.one_row_per_key", "landed_labour_contract_report.one_row_per_key"} & kept
    hrss("gate", "--full", "--home", home)
    full = gated()
    assert {row.pop("kept_from") for row in full.values()} == {None}
    assert followed == full
    hrss("gate", "current", "--home", home)


def assert_published_formulas_give_published_figures(home: Path) -> None:
    """Run every statement of dim_formula on the warehouse: it makes the model's table, and the published figures."""
    with connect(home / "warehouse.duckdb", read_only=True) as release:
        release.execute(f"attach '{home / 'published/current/marts.duckdb'}' as published (read_only)")
        formulas = release.execute(
            "select model, indicator_id, definition_version, sql from published.dim_formula"
        ).fetchall()
        assert len(formulas) > 40
        compared = 0
        for model, indicator, version, sql in formulas:
            assert "touched_key" not in sql and "changed_dump" not in sql, model
            table = release.execute(
                "select schema_name from duckdb_tables() where database_name = 'warehouse' and table_name = ?", [model]
            ).fetchone()
            if table is not None:  # the others are views
                mine, made = (
                    f"select columns(*)::varchar from ({sql})",
                    f"select columns(*)::varchar from {table[0]}.{model}",
                )
                for left, right in ((mine, made), (made, mine)):
                    assert release.execute(f"({left}) except all ({right}) limit 1").fetchall() == [], model
            if indicator is None:
                continue
            found = release.execute(
                f"""
                select count(*), count(*) filter (
                    not coalesce(abs(mine.value - said.value) <= 1e-9 * abs(said.value), false)
                )
                from published.fct_indicator_value as said
                left join ({sql}) as mine using (indicator_id, region_code, period_type, period_end)
                where said.indicator_id = ? and said.definition_version = ? and said.value is not null
                """,
                [indicator, version],
            ).fetchone()
            assert found is not None and found[1] == 0, (model, found)
            compared += found[0]
    assert compared > 1000


def test_second_writer_is_refused(small_landing: Path, home: Callable[[], Path]) -> None:
    own = home()
    with writer_lock(Settings.of(home=own), "a test"):
        said = hrss("refresh", "--landing", small_landing, "--home", own, "--as-of", "2026-03-01", code=75)
    assert "started by a test" in said and "Traceback" not in said


def test_status_and_progress_are_shown(small_landing: Path, good_home: Path) -> None:
    said = hrss("status", "--landing", small_landing, "--home", good_home)
    assert "published" in said and "receipts" in said and "Traceback" not in said
    assert "正常 / well" in said
    seen = json.loads(hrss("status", "--home", good_home, "--json"))
    release = (good_home / "published/current").resolve().name
    assert (seen["state"], seen["outcome"], seen["release_id"]) == ("well", "published", release)
    assert seen["late_deliveries"] > 0 and seen["refused_dumps"] > 0 and seen["stage_seconds"]["dbt"] > 0
    assert "✗ arbitration/impossible/情况说明.csv" in said, "on the machine itself the real path is shown"
    said = hrss("progress", "--home", good_home)
    assert "城镇新增就业人数" in said and "New urban employment" in said
    assert "13th" in hrss("progress", "--home", good_home, "--plan", "135")


def test_assess_grades_every_target_on_a_day(good_home: Path) -> None:
    said = hrss("assess", "--home", good_home, "--as-of", "2026-01-05")
    assert "2025-12-31" in said, "the last month's end up to that day"
    assert said.index("失业保险参保人数") < said.index("城镇新增就业人数"), "those that bind come first"
    assert "目标低于基期值 746" in said and "possibly a misprint" in said
    with open_release(good_home / "published" / "current" / "marts.duckdb") as connection:
        grades = connection.execute("""
            select count(*), bool_and(grade_en is not null), list_distinct(list(grade_zh)) from v_plan_assessment
            where plan_id = '145' and region_code = '420000' and assessment = 'final'
        """).fetchall()
    assert grades[0][:2] == (19, True) and all(grade in said for grade in grades[0][2])
    assert "2026-13-01" in hrss("assess", "--home", good_home, "--as-of", "2026-13-01", code=64)


def test_query_in_three_forms(good_home: Path) -> None:
    sql = "select region_code, name_zh from dim_region where region_code = '420100'"
    assert "武汉市" in hrss("query", sql, "--home", good_home)
    rows = list(csv.DictReader(io.StringIO(hrss("query", sql, "--home", good_home, "--format", "csv"))))
    assert rows == [{"region_code": "420100", "name_zh": "武汉市"}]
    assert json.loads(hrss("query", sql, "--home", good_home, "--format", "json")) == rows
    assert "Traceback" not in hrss("query", "select * from no_such_table", "--home", good_home, code=64)


@pytest.mark.parametrize("page", ["analyst.md", "analyst.zh-CN.md"])
def test_examples_for_analysts_run(current: Path, page: str) -> None:
    blocks = re.findall(r"```sql\n(.*?)```", (PROJECT / "docs" / page).read_text(encoding="utf-8"), re.DOTALL)
    examples = [block for block in blocks if "attach " not in block]
    assert len(examples) == 6
    with open_release(current / "marts.duckdb") as release:
        for example in examples:
            assert release.execute(example).description
