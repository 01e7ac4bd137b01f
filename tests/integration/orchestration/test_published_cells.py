"""Suppression knows every county count of persons that stood open in any release: revised since, withheld since, taken
back by a rollback; and of a release that cannot be read, what the others remember."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.files import remove_folder
from orchestration.gate.baseline import load_published_baseline
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import release_ids
from orchestration.release.rollback import roll_back
from orchestration.settings import Settings
from raw_landing.database import connect
from tests.support.publishing import publish_ungated

COUNTY, UNIT = "420702", "420700"
Shown = set[tuple[str, str, float | None, float | None]]


@pytest.fixture
def settings(small_home: Path, tmp_path: Path) -> Settings:
    return Settings.of(home=shutil.copytree(small_home, tmp_path / "home"))


def _publish(settings: Settings, *figures: tuple[str, str, float | None], value: float | None = None) -> str:
    """A release with these figures alone: indicator, region, numerator (None: withheld); all of this value, or each of
    one that its numerator gives."""
    with connect(settings.warehouse) as connection:
        connection.execute("delete from marts.dim_region")
        connection.execute(
            "insert into marts.dim_region by name select ? as region_code, 'county' as level union all"
            " select ?, 'prefecture'",
            [COUNTY, UNIT],
        )
        one = connection.execute("from marts.fct_indicator_value limit 1")
        columns = [column[0] for column in one.description]
        shape = dict(zip(columns, one.fetchone() or (), strict=True))
        connection.execute("delete from marts.fct_indicator_value")
        for indicator, region, numerator in figures:
            row = shape | {
                "indicator_id": indicator,
                "region_code": region,
                "region_level": "county" if region == COUNTY else "prefecture",
                "numerator": numerator,
                "value": None if numerator is None else value or numerator / 10000,
                "value_text": None,
                "is_suppressed": numerator is None,
                "series_id": f"{indicator}.{region}",
            }
            marks = ", ".join("?" for _ in columns)
            connection.execute(
                f"insert into marts.fct_indicator_value values ({marks})", [row[column] for column in columns]
            )
    return publish_ungated(settings).release_id


def _shown(settings: Settings) -> Shown:
    with connect(settings.warehouse) as connection:
        load_published_baseline(connection, settings)
        columns = "indicator_id, region_code, value, numerator"
        rows = connection.execute(f"select {columns} from landed.published_cell").fetchall()
        assert len(rows) == len(set(rows))
        return set(rows)


def test_nothing_is_known_before_the_first_release(settings: Settings) -> None:
    assert _shown(settings) == set()


def test_persons_in_counties_are_known_with_every_value_that_stood_open(settings: Settings) -> None:
    _publish(
        settings,
        ("skill_certificates", COUNTY, 20.0),
        ("skill_certificates", UNIT, 90.0),
        ("mediation_success_rate", COUNTY, 7.0),
        ("social_card_holders", COUNTY, 8.0),
        ("third_generation_cards", COUNTY, None),
    )
    first = {("skill_certificates", COUNTY, 0.002, 20.0), ("social_card_holders", COUNTY, 0.0008, 8.0)}
    assert _shown(settings) == first
    _publish(settings, ("skill_certificates", COUNTY, 25.0), ("social_card_holders", COUNTY, None))
    assert _shown(settings) == first | {("skill_certificates", COUNTY, 0.0025, 25.0)}


def test_each_count_is_known_where_the_rate_stayed_the_same(settings: Settings) -> None:
    """All of 9 have a card, then all of 12."""
    for count in (9.0, 12.0, 12.0):
        _publish(settings, ("e_social_card_coverage_rate", COUNTY, count), value=100.0)
    assert _shown(settings) == {
        ("e_social_card_coverage_rate", COUNTY, 100.0, 9.0),
        ("e_social_card_coverage_rate", COUNTY, 100.0, 12.0),
    }
    with connect(ReleaseFolder.of(settings, release_ids(settings)[-1]).marts, read_only=True) as connection:
        stretches = "select numerator, last_release_id is null from fct_indicator_vintage order by 1"
        assert connection.execute(stretches).fetchall() == [(9.0, False), (12.0, True)]


def test_other_counts_are_known_as_any_release_told_them(settings: Settings) -> None:
    """Whatever a later one withholds or counts anew; with a warehouse made anew by the releases that are kept."""
    release = _publish(settings, ("skill_certificates", UNIT, 90.0))
    folder = ReleaseFolder.of(settings, release)
    day = "date '2024-12-31' as period_end"
    counted = f"from (values ('{COUNTY}', 20.0), ('{UNIT}', 9.0), ('{COUNTY}', null)) as rows (region_code, counted)"
    _alter(
        folder,
        f"create table fct_key_group as select region_code, '1' as key_group, {day}, counted as persons,"
        f" counted + 1 as served, null as households, counted + 2 as entered, null as employed {counted};"
        f" create table fct_hr_service as select region_code, {day}, counted as firms {counted};"
        f" create table fct_labour_risk as select region_code, 'E' as industry_code, {day}, counted as employers,"
        f" counted - 2 as employers_high, null as employers_red {counted};"
        f" create table fct_employer_credit as select region_code, '*' as grade, {day}, counted as employers,"
        f" 2 * counted as supervised, null as published, null as listed_arrears, null as repaired, null as with_case"
        f" {counted};"
        f" create table fct_fund_supervision as select 'two_pensions' as rule, region_code, {day},"
        " counted as persons, null as cases, counted + 1 as confirmed, null as explained, null as recovered"
        f" {counted}",
    )
    told = {
        *(
            (f"key_group_1:{name}", COUNTY, told, told)
            for name, told in (("persons", 20), ("served", 21), ("entered", 22))
        ),
        ("hr_service_firms:firms", UNIT, 9.0, 9.0),
        ("employer_risk_E:employers", UNIT, 9.0, 9.0),
        ("employer_risk_E:employers_high", UNIT, 7.0, 7.0),
        ("employer_credit_*:employers", UNIT, 9.0, 9.0),
        ("employer_credit_*:supervised", UNIT, 18.0, 18.0),
        ("fund_two_pensions:persons", UNIT, 9.0, 9.0),
        ("fund_case_two_pensions:confirmed", UNIT, 10.0, 10.0),
    }
    assert _shown(settings) == told
    second = ReleaseFolder.of(settings, _publish(settings, ("skill_certificates", UNIT, 90.0)))
    _alter(
        second,
        f"create table fct_hr_service as select '{UNIT}' as region_code, {day}, 8.0 as firms;"
        f" create table fct_fund_supervision as select 'two_pensions' as rule, '{UNIT}' as region_code, {day},"
        " 9.0 as persons, null as cases, null as confirmed, null as explained, null as recovered",
    )
    both = told | {("hr_service_firms:firms", UNIT, 8.0, 8.0)}
    assert _shown(settings) == both
    assert _shown(settings) == both  # no more of what is known
    shutil.rmtree(folder.path)
    assert _shown(settings) == both
    with connect(settings.warehouse) as connection:
        connection.execute("drop table quality.remembered_release; delete from landed.published_cell")
    assert _shown(settings) == {
        ("hr_service_firms:firms", UNIT, 8.0, 8.0),
        ("fund_two_pensions:persons", UNIT, 9.0, 9.0),
    }


def test_cells_of_cubes_are_known_by_their_dimensions(settings: Settings) -> None:
    """Those that could be withheld: counties', and over two dimensions units'."""
    release = _publish(settings, ("skill_certificates", UNIT, 90.0))
    rows = ", ".join(
        (
            *(f"('{COUNTY}', '*', '*', 30.0)", f"('{COUNTY}', '110', '*', 20.0)", f"('{COUNTY}', '170', '*', null)"),
            *(f"('{UNIT}', '110', '*', 70.0)", f"('{UNIT}', '110', '60-69', 50.0)"),
        )
    )
    _alter(
        ReleaseFolder.of(settings, release),
        "create table fct_subject_pension_payment as select region_code, date '2024-12-31' as period_end,"
        f" insurance_type, age_band, n from (values {rows}) as cell (region_code, insurance_type, age_band, n)",
    )
    assert _shown(settings) == {("subject_pension_payment:*=*:*=*", COUNTY, 30.0, 30.0)}
    with connect(settings.warehouse) as connection:
        columns = "region_code, dimension_1, key_1, dimension_2, key_2, n"
        told = connection.execute(f"select {columns} from landed.published_cell_pension_payment").fetchall()
        assert set(told) == {
            (COUNTY, "insurance_type", "110", "*", "*", 20.0),
            (UNIT, "insurance_type", "110", "age_band", "60-69", 50.0),
        }
        remove_folder(ReleaseFolder.of(settings, release).path)
        load_published_baseline(connection, settings)
        assert connection.execute("select count(*) from landed.published_cell_pension_payment").fetchone() == (0,)


def test_what_was_taken_back_stays_known(settings: Settings) -> None:
    first = _publish(settings, ("skill_certificates", COUNTY, 20.0))
    _publish(settings, ("skill_certificates", COUNTY, 25.0))
    roll_back(settings, first, "a wrong file was delivered and published")
    both = {("skill_certificates", COUNTY, 0.002, 20.0), ("skill_certificates", COUNTY, 0.0025, 25.0)}
    assert _shown(settings) == both


def test_of_a_damaged_release_the_one_before_speaks(settings: Settings) -> None:
    _publish(settings, ("skill_certificates", COUNTY, 20.0))
    second = _publish(settings, ("skill_certificates", COUNTY, 25.0))
    marts = ReleaseFolder.of(settings, second).marts
    marts.chmod(0o644)
    marts.write_bytes(b"no database")
    assert _shown(settings) == {("skill_certificates", COUNTY, 0.002, 20.0)}


def test_a_history_without_numerators_is_known_by_its_values(settings: Settings) -> None:
    """As releases had it before numerators were kept; and one that had no history at all."""
    release = _publish(settings, ("skill_certificates", COUNTY, 20.0))
    folder = ReleaseFolder.of(settings, release)
    _alter(folder, "alter table fct_indicator_vintage drop column numerator")
    assert _shown(settings) == {("skill_certificates", COUNTY, 0.002, None)}
    _alter(folder, "drop table fct_indicator_vintage")
    assert _shown(settings) == {("skill_certificates", COUNTY, 0.002, 20.0)}


def _alter(folder: ReleaseFolder, statement: str) -> None:
    """Change a release as another program would have made it, and forget its checksums."""
    folder.path.chmod(0o755)
    folder.marts.chmod(0o644)
    with connect(folder.marts) as connection:
        connection.execute(statement)
    folder.manifest.unlink(missing_ok=True)
