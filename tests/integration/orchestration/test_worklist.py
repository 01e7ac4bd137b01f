"""The restricted list of doubtful records: its key, and what happens where it cannot be written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

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
    assert {path.name for path in folder.iterdir()} == {"doubts.duckdb", "pseudonym.key"}


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
