"""`hrss warehouse`: reads only, is on record, and shows nobody's name or number unless it is told to; `hrss shell`."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path

import pytest

from orchestration.cli.main import main
from orchestration.errors import WrongUsage
from orchestration.figure.query import QueryFailed
from orchestration.restricted.warehouse import query_warehouse
from orchestration.settings import Settings
from raw_landing.database import connect

NAME, NUMBER = "欧阳锋", "420106199001011234"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A warehouse with one person in it: a table of landed files, one of staging, a refused row."""
    settings = Settings.of(home=tmp_path)
    (tmp_path / "landed").mkdir()
    with connect() as connection:
        connection.execute(
            f"copy (select '{NAME}' as person_name, '{NUMBER}' as id_number, date '1990-01-01' as birth_date,"
            f" '420100' as unit_code) to '{tmp_path / 'landed' / 'one.parquet'}'"
        )
    with connect(settings.warehouse) as connection:
        connection.execute(
            f"""
            create schema landed; create schema staging; create schema quality;
            create view landed.employment_registration as from read_parquet('{tmp_path / "landed" / "one.parquet"}');
            create table staging.stg_employment as
            select person_name, id_number as person_id, 'x' as nobody, hash(id_number) as person_hash
            from landed.employment_registration;
            create table quality.quarantine as select 'd1' as dump_id, '{NAME},{NUMBER}' as original;
            """
        )
    return settings


def rows(settings: Settings, sql: str, *, reveal: bool = False) -> list[tuple[object, ...]]:
    return [
        row for result in query_warehouse(settings, sql, reveal=reveal) for batch in result.batches for row in batch
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "from landed.employment_registration",
        "select person_name as x, upper(id_number) as y from landed.employment_registration",
        "select a.id_number, b.* from landed.employment_registration as a, staging.stg_employment as b",
        "from quality.quarantine",
        "select string_agg(person_id, ',') from staging.stg_employment",
    ],
)
def test_persons_are_masked_whatever_columns_are_called(settings: Settings, sql: str) -> None:
    shown = str(rows(settings, sql))
    assert NAME not in shown and NUMBER not in shown and "1990" not in shown
    assert "420100" in str(rows(settings, "select unit_code from landed.employment_registration"))


def test_masked_persons_can_be_joined_and_counted(settings: Settings) -> None:
    joined = "from landed.employment_registration inner join staging.stg_employment on id_number = person_id"
    assert rows(settings, f"select count(*), count(distinct person_id) {joined}") == [(1, 1)]


def test_persons_are_shown_on_demand_and_everything_is_on_record(settings: Settings) -> None:
    sql = "select person_name, id_number from landed.employment_registration"
    assert rows(settings, sql, reveal=True) == [(NAME, NUMBER)]
    with pytest.raises(WrongUsage):
        rows(settings, "drop table staging.stg_employment")
    log = settings.home / "restricted" / "warehouse_queries.jsonl"
    told = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [(one["statement"], one["revealed"]) for one in told] == [
        (sql, True),
        ("drop table staging.stg_employment", False),
    ]
    assert all(one["who"] and one["at"] for one in told)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600 and stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_what_cannot_be_put_on_record_is_not_run(settings: Settings) -> None:
    (settings.home / "restricted").write_text("no folder", encoding="utf-8")
    with pytest.raises(OSError):
        rows(settings, "select 1")


@pytest.mark.parametrize("reveal", [True, False])
@pytest.mark.parametrize(
    "sql",
    [
        "copy staging.stg_employment to '{home}/landed/stolen.csv'",
        "explain analyze copy staging.stg_employment to '{home}/landed/stolen.csv'",
        "explain analyze copy (select 1) to '{home}/warehouse.duckdb.wal'",
        "update staging.stg_employment set person_name = 'x'",
        "set enable_external_access = true",
        "attach '{home}/other.duckdb'",
        "from read_csv('/etc/passwd')",
        "select 1; from '/etc/passwd'",
    ],
)
def test_nothing_is_written_and_no_other_file_is_read(settings: Settings, sql: str, reveal: bool) -> None:
    with pytest.raises((WrongUsage, QueryFailed)):
        rows(settings, sql.format(home=settings.home), reveal=reveal)
    assert sorted(path.name for path in (settings.home / "landed").iterdir()) == ["one.parquet"]
    assert not settings.warehouse.with_name("warehouse.duckdb.wal").exists()


@pytest.mark.parametrize(
    "sql",
    [
        "from read_parquet('{home}/landed/one.parquet')",
        "from '{home}/landed/one.parquet'",
        'from "{home}/landed/one.parquet"',
        'from quality.quarantine, "{home}/landed/one.parquet"',
        "from warehouse_unmasked.staging.stg_employment",
        "from query('from ware' || 'house_unmasked.staging.stg_employment')",
        "from query_table(['ware' || 'house_unmasked.staging.stg_employment'])",
        "from \"query\"('from ware' || 'house_unmasked.staging.stg_employment')",
    ],
)
def test_masks_are_not_gone_round(settings: Settings, sql: str) -> None:
    with pytest.raises((WrongUsage, QueryFailed)):
        rows(settings, sql.format(home=settings.home))


@pytest.mark.parametrize("reveal", [True, False])
def test_what_is_no_statement_is_wrong_usage(settings: Settings, reveal: bool) -> None:
    with pytest.raises(WrongUsage):
        rows(settings, "selekt 1", reveal=reveal)


def test_all_tables_are_listed(settings: Settings) -> None:
    listed = {name for _, _, name, *_ in rows(settings, "show all tables")}
    assert listed == {"employment_registration", "stg_employment", "quarantine"}


def test_where_there_is_no_warehouse_it_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["warehouse", "select 1", "--home", str(tmp_path)])
    assert end.value.code == 64 and "run hrss refresh first" in capsys.readouterr().err


def test_the_shell_runs_statements_over_several_lines_and_goes_on_after_a_wrong_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    release = tmp_path / "published" / "releases" / "20260301-01"
    release.mkdir(parents=True)
    with connect(release / "marts.duckdb") as connection:
        connection.execute("create table dim_region as select '武汉市' as name_zh")
    (tmp_path / "published" / "current").symlink_to(release)
    typed = (
        "select name_zh\nfrom dim_region;",
        "from nowhere;",
        "set enable_external_access = true;",
        "create table t as select 1;",
        "select 1 as a; select 2 as b",
    )
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(typed)))
    with pytest.raises(SystemExit) as end:
        main(["shell", "--home", str(tmp_path)])
    said = capsys.readouterr()
    assert end.value.code == 0
    assert [word for word in said.out.split() if "─" not in word] == ["name_zh", "武汉市", "a", "1", "b", "2"]
    assert "nowhere" in said.err and "locked" in said.err and "read-only" in said.err


def test_a_hash_by_which_numbers_could_be_tried_is_masked(settings: Settings) -> None:
    ((shown,),) = rows(settings, "select person_hash from staging.stg_employment")
    ((stands,),) = rows(settings, "select person_hash::varchar from staging.stg_employment", reveal=True)
    assert len(str(shown)) == 12 and str(shown) != stands
