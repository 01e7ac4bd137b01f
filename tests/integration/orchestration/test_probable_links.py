"""Probable links weighed by splink: of the right people, for their owner alone, under pseudonyms."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from orchestration.errors import WrongUsage
from orchestration.restricted.probable_links import score_probable_links
from orchestration.settings import Settings
from raw_landing.database import connect

RIGHT, MISTYPED, OTHER = NUMBERS = ("420102198001010012", "420102198001010039", "420102199001010022")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings.of(home=tmp_path)
    with connect(settings.warehouse) as connection:
        for schema in ("landed", "staging", "intermediate", "marts"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            f"""
            create table landed.run as select date '2026-01-20' as as_of;
            create table marts.dim_parameter as
            select 'crosswalk_link_' || name as parameter_id, value, true as is_in_force
            from (values ('prior', 0.0001), ('name_m', 0.95), ('name_u', 0.001), ('born_on_m', 0.97),
                ('born_on_u', 0.0001), ('number_m', 0.6), ('number_u', 0.0001), ('threshold', 0.9)) as p (name, value);
            create table intermediate.int_person_link as
            select 'employed_insured' as source_pair, key as source_key, number as person_id, '420102' as region_code,
                date '2025-12-31' as period_end, score, 'e' as dump_id, line as line_number
            from (values ('mistyped', '{MISTYPED}', null, 1), ('found', '{RIGHT}', 1.0, 2),
                ('nobody', '{OTHER}', null, 3)) as p (key, number, score, line);
            create table staging.stg_employment__employment_registration as
            select 'e' as dump_id, line as line_number, name as person_name
            from (values (1, '甲一'), (2, '甲一'), (3, '丁')) as p (line, name);
            create table staging.stg_employment__unemployment_registration as
            from staging.stg_employment__employment_registration where false;
            create table staging.stg_pension__insurance_enrolment as
            select 'i' as dump_id, line as line_number, 'P' || line as person_no, '420102' as region_code,
                date '2025-12-31' as period_end, name as person_name, number as person_id
            from (values (1, '甲一', '{RIGHT}'), (2, '乙', '420102199001011236')) as p (line, name, number);
            create table intermediate.int_insured_employee as
            select dump_id, line_number, period_end from staging.stg_pension__insurance_enrolment
            """
        )
    return settings


def test_a_mistaken_number_is_linked_and_a_birthday_in_common_is_not(settings: Settings) -> None:
    pytest.importorskip("splink")
    assert score_probable_links(settings) == 1
    assert settings.probable_links.stat().st_mode & 0o777 == 0o600
    with connect(settings.probable_links, read_only=True) as connection:
        ((key, line, other, person, other_person, probability),) = connection.execute(
            "select source_key, line_number, other_source_key, person, other_person, match_probability"
            " from probable_link"
        ).fetchall()
    assert (key, line, other) == ("mistyped", 1, "P1") and probability > 0.99
    assert person != other_person and len(person) == len(other_person) == 64
    content = settings.probable_links.read_bytes()
    assert not [number for number in NUMBERS if number.encode() in content] and "甲一".encode() not in content


def test_where_nobody_is_sought_the_list_is_empty(settings: Settings) -> None:
    pytest.importorskip("splink")
    with connect(settings.warehouse) as connection:
        connection.execute("delete from intermediate.int_person_link where score is null")
    assert score_probable_links(settings) == 0


def test_without_splink_it_is_said_how_to_install_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(WrongUsage, match=r"requirements-linkage\.lock"):
        score_probable_links(settings)
    assert not settings.probable_links.exists()
