"""The restricted list of doubtful records: its key, and what happens where it cannot be written."""

from __future__ import annotations

import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from orchestration.audit_log import audit_entries
from orchestration.restricted.pseudonyms import rotate_key
from orchestration.restricted.work_list import WorkListUnusable, doubts_by_rule, doubts_of_rule, write_work_list
from orchestration.settings import Settings
from raw_landing.database import connect

NUMBER = "429900198005050010"


@pytest.fixture
def settings(good_warehouse: Path, tmp_path: Path) -> Settings:
    settings = Settings.of(home=tmp_path)
    shutil.copyfile(good_warehouse, settings.warehouse)
    with connect(settings.warehouse) as connection:
        connection.execute(f"""
            INSERT INTO intermediate.int_doubt
            SELECT 'under_16', extract, dump_id, line, '420702', period_end, '{NUMBER}'
            FROM landed.dump, range(2, 5) AS lines (line) WHERE extract = 'skill_certificate';
            INSERT INTO intermediate.int_doubt
            SELECT 'recovered_above_owed', extract, dump_id, 2, '420702', period_end, NULL
            FROM landed.dump WHERE extract = 'inspection_case';
        """)
    return settings


def test_a_person_keeps_the_pseudonym_from_run_to_run_and_under_no_other_key(settings: Settings) -> None:
    write_work_list(settings, "20250110-01")
    _, first = doubts_of_rule(settings, "under_16", 10)
    assert [one.line_number for one in first] == [2, 3, 4]
    assert len({one.person for one in first}) == 1
    write_work_list(settings, "20250110-02")
    assert doubts_of_rule(settings, "under_16", 10)[1] == first
    settings.pseudonym_key.unlink()
    write_work_list(settings, "20250110-03")
    _, other = doubts_of_rule(settings, "under_16", 10)
    assert {one.person for one in other}.isdisjoint({one.person for one in first})


def persons(settings: Settings) -> set[str]:
    return {str(one.person) for one in doubts_of_rule(settings, "under_16", 10)[1]}


def key_of_the_list(settings: Settings) -> str:
    with connect(settings.work_list, read_only=True) as connection:
        return str(connection.execute("select key_id from release").fetchall()[0][0])


def test_lists_under_former_keys_are_joined_to_the_newest_and_by_its_file_alone_nobody_is(settings: Settings) -> None:
    listed = []
    for release in ("20250110-01", "20250110-02", "20250110-03"):
        if listed:
            old, _ = rotate_key(settings, "密钥可能泄露")
            assert old.key_id == listed[-1][0]
            write_work_list(settings, "20250110-00")  # the night between
        write_work_list(settings, release)
        listed.append((key_of_the_list(settings), persons(settings)))
    assert len({key for key, _ in listed}) == 3 and len(set.union(*(known for _, known in listed))) == 3
    newest, (now,) = listed[-1]
    with connect(settings.pseudonym_map, read_only=True) as connection:
        rows = connection.execute("select key_id, person, key_id_now, person_now from former_pseudonym").fetchall()
    assert {(key, person) for key, person, *_ in rows if person in set.union(*(known for _, known in listed))} == {
        (key, person) for key, known in listed[:-1] for person in known
    }
    assert {(key, person) for _, was, key, person in rows if was in listed[0][1]} == {(newest, now)}
    for file in settings.work_list.parent.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600 and NUMBER.encode() not in file.read_bytes(), file
    assert listed[0][1].isdisjoint(re.findall("[0-9a-f]{64}", str(settings.work_list.read_bytes())))
    events = [entry for entry in audit_entries(settings) if entry["event"] == "pseudonym_key_rotated"]
    assert [(one["facts"]["before"], one["facts"]["now"]) for one in events] == [
        (before[0], after[0]) for before, after in pairwise(listed)
    ]


def test_a_rotation_that_died_halfway_has_changed_nothing(settings: Settings) -> None:
    write_work_list(settings, "20250110-01")
    first = persons(settings)
    shutil.copy(settings.pseudonym_key, settings.pseudonym_key.with_name(f"pseudonym-{key_of_the_list(settings)}.key"))
    write_work_list(settings, "20250110-02")
    assert persons(settings) == first and not settings.pseudonym_map.exists()
    rotate_key(settings, "again")
    write_work_list(settings, "20250110-03")
    assert persons(settings).isdisjoint(first) and settings.pseudonym_map.exists()


def test_restricted_tables_are_written_out_whole_with_persons_under_their_pseudonyms(settings: Settings) -> None:
    with connect(settings.warehouse) as connection:
        connection.execute(f"""
            CREATE SCHEMA restricted;
            CREATE TABLE restricted.fund_case AS SELECT 'c1' AS case_id, '{NUMBER}' AS person_id, 9200 AS amount
            UNION ALL SELECT 'c2', NULL, 1;
            COMMENT ON TABLE restricted.fund_case IS '线索 / cases';
            COMMENT ON COLUMN restricted.fund_case.person_id IS '个人 / the person';
        """)
    write_work_list(settings, "20250110-01")
    rotate_key(settings, "again")
    write_work_list(settings, "20250110-02")
    (person,) = persons(settings)
    with connect(settings.restricted_tables, read_only=True) as connection:
        cases = connection.execute("from fund_case order by case_id").fetchall()
        assert cases == [("c1", person, 9200), ("c2", None, 1)]
        said = "select comment from duckdb_tables() where table_name = 'fund_case' union all select comment"
        assert connection.execute(f"{said} from duckdb_columns() where column_name = 'person'").fetchall() == [
            ("线索 / cases",),
            ("个人 / the person",),
        ]
        assert connection.execute("select release_id from release").fetchall() == [("20250110-02",)]
    for file in settings.work_list.parent.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600 and NUMBER.encode() not in file.read_bytes(), file


def test_rules_are_told_with_their_doubts_most_first(settings: Settings) -> None:
    write_work_list(settings, "20250110-01")
    first, second, third, *_ = doubts_by_rule(settings)
    assert (first.rule_id, first.doubts, second.rule_id, second.doubts) == ("under_16", 3, "recovered_above_owed", 1)
    assert third.doubts == 0
    assert doubts_of_rule(settings, "recovered_above_owed", 10)[1][0].person is None
    assert len(doubts_of_rule(settings, "under_16", 2)[1]) == 2


def test_a_folder_that_is_open_to_others_is_closed_and_what_was_left_half_done_goes(settings: Settings) -> None:
    folder = settings.work_list.parent
    folder.mkdir(mode=0o755)
    (folder / ".part-doubts.duckdb").write_bytes(b"half")
    write_work_list(settings, "20250110-01")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in folder.iterdir()} == {"doubts.duckdb", "tables.duckdb", "pseudonym.key"}


def test_a_damaged_key_is_told_and_the_list_stays(settings: Settings) -> None:
    write_work_list(settings, "20250110-01")
    before = settings.work_list.read_bytes()
    settings.pseudonym_key.write_text("short")
    with pytest.raises(WorkListUnusable, match="key is damaged"):
        write_work_list(settings, "20250110-02")
    assert settings.work_list.read_bytes() == before


def test_a_place_that_cannot_be_written_is_told(settings: Settings) -> None:
    settings.work_list.parent.write_text("a file where the folder should be")
    with pytest.raises(WorkListUnusable, match="could not be written"):
        write_work_list(settings, "20250110-01")


def test_without_a_list_one_is_told_to_refresh(tmp_path: Path) -> None:
    with pytest.raises(WorkListUnusable, match="run hrss refresh first"):
        doubts_by_rule(Settings.of(home=tmp_path))
