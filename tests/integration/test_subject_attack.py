"""No small cell of a subject cube follows from what is published: the cube's other cells in all regions, indicators of
the same persons, what an earlier release told. Random persons, suppressed by the models' own SQL, attacked by linear
programming (tests/support/subject_attack.py)."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import Settings
from raw_landing.database import connect
from raw_landing.storage.landed_schema import RELATIONS
from tests.support.subject_attack import WITHHELD, Cell, CubeCase, World, cells, follows
from tests.support.warehouse import DBT_PROJECT

SEED = 1912
QUARTER = date(2024, 3, 31)
PROVINCE = "420000"
UNITS_OF = {"G01": ["420700", "420200", "421100"], "G02": ["420300", "421300"], "G03": ["420500", "421000"]}
COUNTIES_OF = {unit: [f"{unit[:4]}{n:02}" for n in (2, 3, 4)] for units in UNITS_OF.values() for unit in units}
ABOVE = {unit: group for group, units in UNITS_OF.items() for unit in units}
MONTHS = ("1", "2")
VALUES = {"trainee_category": ("1", "2", "3"), "programme": ("p", "q", "r"), "fund_source": ("1", "2")}
SIZES = (4, 12, 30, 60, 120)
"""How many persons a county has, about."""

INDICATORS = {"subsidised_training": (), "migrant_worker_training": (("trainee_category", "1"),)}
MODELS = (
    *("int_suppression_cell", "int_suppression_cut", "int_suppression_further_cut", "int_suppression"),
    *("int_count_suppression", "int_subject_suppression_training"),
)
SUBJECTS = ("employment", "unemployment", "insurance", "training", "certificates", "pension_payment")
CELL = "region_code varchar, period_end date, dimension_1 varchar, key_1 varchar, dimension_2 varchar, key_2 varchar"

Persons = Counter[tuple[str, ...]]  # county, month, a value of each dimension

WORLD = World(
    PROVINCE,
    {
        PROVINCE: [county for counties in COUNTIES_OF.values() for county in counties],
        **{group: [county for unit in units for county in COUNTIES_OF[unit]] for group, units in UNITS_OF.items()},
        **COUNTIES_OF,
        **{county: [county] for counties in COUNTIES_OF.values() for county in counties},
    },
    MONTHS,
    VALUES,
)
IS_COUNTY = {region for region, counties in WORLD.counties_of.items() if counties == [region]}


def _draw(chance: random.Random) -> Persons:
    """Persons whose values depend on their county, and some of which are rare."""
    persons: Persons = Counter()
    for county in WORLD.counties_of[PROVINCE]:
        likely = {name: [chance.choice([1, 1, 4, 12]) for _ in values] for name, values in VALUES.items()}
        for _ in range(chance.choice(SIZES)):
            values = [chance.choices(VALUES[name], likely[name])[0] for name in VALUES]
            persons[(county, chance.choice(MONTHS), *values)] += 1
    return persons


def _count(persons: Persons, cell: Cell, month: str | None = None) -> int:
    return sum(persons[one] for one in WORLD.persons(*cell, month=month))


def _all_cells() -> Iterator[Cell]:
    for region in WORLD.counties_of:
        for table in WORLD.tables(region):
            yield from cells(WORLD, region, table)


def _named(cell: Cell) -> tuple[str, str, str, str, str]:
    pairs = [*cell[1], ("*", "*"), ("*", "*")][:2]
    return (cell[0], *pairs[0], *pairs[1])


@dataclass
class Release:
    case: CubeCase
    true: dict[Cell, int]

    @property
    def small(self) -> set[Cell]:
        return {
            cell
            for cell, count in self.true.items()
            if 1 <= count < 5 and (cell[0] in IS_COUNTY or (len(cell[1]) == 2 and cell[0] != PROVINCE))
        }


@dataclass
class Warehouse:
    """The tables that suppression reads, and the compiled models."""

    connection: Any
    sql: dict[str, str]

    def release(self, persons: Persons, known: Iterable[tuple[Cell, int]] = ()) -> Release:
        run = self.connection.execute
        true = {cell: _count(persons, cell) for cell in _all_cells()}
        run("delete from intermediate.int_indicator_unioned; delete from landed.published_cell")
        run("delete from landed.published_cell_training")
        run("delete from intermediate.int_subject_training")
        for (region, one, key_one, two, key_two), count in ((_named(cell), count) for cell, count in true.items()):
            if count:
                run(
                    "insert into intermediate.int_subject_training values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [region, QUARTER, one, key_one, two, key_two, float(count), count, count],
                )
        for region, one, key_one, two, key_two, count in ((*_named(cell), count) for cell, count in known):
            run(
                "insert into landed.published_cell_training values (?, ?, ?, ?, ?, ?, ?)",
                [region, QUARTER, one, key_one, two, key_two, float(count)],
            )
            if one == "*":
                run(
                    "insert into landed.published_cell by name select 'subject_training:*=*:*=*' as indicator_id,"
                    " ? as region_code, ? as period_end, ? as value, ? as numerator",
                    [region, QUARTER, float(count), float(count)],
                )
        figures = self._indicators(persons)
        for model in MODELS:
            run(f"create or replace table intermediate.{model} as {self.sql[model]}")
        return Release(self._case(true, figures), true)

    def _indicators(self, persons: Persons) -> list[tuple[str, str, str, date, str | None, int]]:
        found = []
        for name, values in INDICATORS.items():
            for region in (*COUNTIES_OF, *IS_COUNTY):
                for kind, end, month in (
                    ("month", date(2024, 1, 31), "1"),
                    ("month", date(2024, 2, 29), "2"),
                    ("quarter", QUARTER, None),
                ):
                    found.append((name, region, kind, end, month, _count(persons, (region, values), month)))
        for name, region, kind, end, _, count in found:
            self.connection.execute(
                "insert into intermediate.int_indicator_unioned values (?, ?, ?, ?, ?, ?, ?, 1)",
                [name, region, kind, end, count, float(count), float(count)],
            )
        return found

    def _case(self, true: dict[Cell, int], figures: list[Any]) -> CubeCase:
        run = self.connection.execute
        said = {tuple(row[:4]) for row in run("from intermediate.int_suppression").fetchall()}
        case = CubeCase({}, set(), set(), [])
        for name, region, kind, end, month, count in figures:
            if (name, region, kind, end) not in said:
                case.figures.append((WORLD.persons(region, INDICATORS[name], month), count))
        for region, *name in run(
            "select region_code, dimension_1, key_1, dimension_2, key_2"
            " from intermediate.int_subject_suppression_training"
        ).fetchall():
            values = tuple((name[n], name[n + 1]) for n in (0, 2) if name[n] != "*")
            if not values or WITHHELD in (name[1], name[3]):
                case.withheld.add((region, tuple(dimension for dimension, _ in values)))
            else:
                case.hidden.add((region, values))
        case.told = {cell: count for cell, count in true.items() if _is_told(case, cell)}
        return case


def _is_told(case: CubeCase, cell: Cell) -> bool:
    table = tuple(dimension for dimension, _ in cell[1])
    return cell not in case.hidden and not {(cell[0], ()), (cell[0], table)} & case.withheld


@pytest.fixture(scope="module")
def warehouse(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterable[Warehouse]:
    compiled = json.loads((Settings.of(home=models).dbt_compiled / "manifest.json").read_text(encoding="utf-8"))
    sql = {model: compiled["nodes"][f"model.hrss.{model}"]["compiled_code"] for model in MODELS}
    with connect(tmp_path_factory.mktemp("attack") / "warehouse.duckdb") as connection:
        yield make_warehouse(connection, sql)


def make_warehouse(connection: Any, sql: dict[str, str]) -> Warehouse:
    run = connection.execute
    run("create schema landed; create schema reference; create schema intermediate")
    run("create table landed.run as select 5 as suppression_threshold")
    for relation in ("landed.published_cell", "landed.published_cell_training"):
        columns = ", ".join(f"{name} {kind}" for name, kind in RELATIONS[relation].items())
        run(f"create table {relation} ({columns})")
    run("create table intermediate.int_subject_period as select 5 as suppression_threshold")
    run(
        "create table intermediate.int_indicator_unioned (indicator_id varchar, region_code varchar,"
        " period_type varchar, period_end date, observations bigint, numerator double,"
        " value double, definition_version integer)"
    )
    run(
        "create table intermediate.int_suppression_count (count_family varchar, unit_code varchar,"
        " region_code varchar, period_type varchar, period_end date, observations bigint, fewest bigint,"
        " is_known boolean)"
    )
    for subject in SUBJECTS:
        run(f"create table intermediate.int_subject_{subject} ({CELL}, n double, observations bigint, fewest bigint)")
    types = "types = {'definition_version': 'integer', 'in_force_from': 'date'}"
    run(f"create table reference.indicators as from read_csv('{DBT_PROJECT}/seeds/indicators.csv', {types})")
    regions = [(PROVINCE, "province", "000000"), *((group, "city_group", None) for group in UNITS_OF)]
    regions += [(unit, "prefecture", PROVINCE) for unit in COUNTIES_OF]
    regions += [(county, "county", unit) for unit, counties in COUNTIES_OF.items() for county in counties]
    run("create table reference.regions (region_code varchar, level varchar, parent_code varchar)")
    connection.executemany("insert into reference.regions values (?, ?, ?)", regions)
    run("create table reference.region_groups (group_id varchar, region_code varchar)")
    connection.executemany("insert into reference.region_groups values (?, ?)", [(g, u) for u, g in ABOVE.items()])
    return Warehouse(connection, sql)


def _small_and_hidden(release: Release) -> list[Cell]:
    return [cell for cell in release.small if cell not in release.case.told]


def _known(release: Release, opened: Iterable[tuple[Cell, int]]) -> CubeCase:
    """What one who kept an earlier release takes for the same, and it is."""
    same = [(cell, count) for cell, count in opened if release.true[cell] == count]
    figures = [*release.case.figures, *((WORLD.persons(*cell), float(count)) for cell, count in same)]
    return CubeCase(release.case.told, release.case.hidden, release.case.withheld, figures)


def _blank(case: CubeCase) -> CubeCase:
    """The same with nothing told that may be withheld."""
    tables = {
        (region, table)
        for region in WORLD.counties_of
        for table in WORLD.tables(region)
        if region != PROVINCE and (len(table) == 2 or (region in IS_COUNTY and table))
    }
    return CubeCase(case.told, set(), case.withheld | tables, case.figures)


def _opened(release: Release) -> list[tuple[Cell, int]]:
    """What a next release finds of this one in landed.published_cell."""
    return [
        (cell, int(count))
        for cell, count in release.case.told.items()
        if count and (cell[0] in IS_COUNTY or (cell[0] != PROVINCE and len(cell[1]) == 2))
    ]


@pytest.fixture(scope="module")
def releases(warehouse: Warehouse) -> list[Release]:
    return [warehouse.release(_draw(random.Random(SEED + n))) for n in range(6)]


def test_no_small_cell_follows(releases: list[Release]) -> None:
    """Neither from the other cells of the cube nor from indicators. What follows of a small cell of a unit would do so
    if no cell over two dimensions and none of a county were told: units' and the province's own figures are."""
    small = [cell for release in releases for cell in _small_and_hidden(release)]
    assert len(small) > 400
    assert all(cell not in release.case.told for release in releases for cell in release.small)
    for release in releases:
        found = follows(WORLD, release.case, _small_and_hidden(release))
        assert found == follows(WORLD, _blank(release.case), found)


def test_small_cells_follow_where_they_alone_are_withheld(releases: list[Release]) -> None:
    """The test above can fail."""
    release = releases[0]
    alone = CubeCase({}, release.small, set(), release.case.figures)
    alone.told = {cell: count for cell, count in release.true.items() if _is_told(alone, cell)}
    assert len(follows(WORLD, alone, release.small)) > 10


def test_something_is_told(releases: list[Release]) -> None:
    """Of units' cells over two dimensions and counties' over one."""
    for table_of, over in ((set(COUNTIES_OF), 2), (IS_COUNTY, 1)):
        cells_of = [
            cell in release.case.told
            for release in releases
            for cell, count in release.true.items()
            if count and cell[0] in table_of and len(cell[1]) == over
        ]
        assert sum(cells_of) > len(cells_of) / 5


def test_a_margin_is_withheld_where_its_indicator_is(releases: list[Release], warehouse: Warehouse) -> None:
    for release in releases:
        told = {terms for terms, _ in release.case.figures}
        for county in IS_COUNTY:
            for values in INDICATORS.values():
                if WORLD.persons(county, values) not in told:
                    assert (county, values) not in release.case.told


def test_what_an_earlier_release_told_hides_nobody(warehouse: Warehouse) -> None:
    """A revision adds a few persons; who kept the release before knows what did not change. What follows then would
    follow if nothing were told now."""
    chance = random.Random(SEED)
    beyond_help = attacked = 0
    for n in range(4):
        persons = _draw(random.Random(SEED + n))
        before = _opened(warehouse.release(persons))
        later = Counter(persons)
        for person in chance.sample(sorted(persons), 6):
            later[person] = chance.choice([0, persons[person] + 1])
        release = warehouse.release(+later, before)
        case = _known(release, before)
        asked = [cell for cell in _small_and_hidden(release) if (cell, release.true[cell]) not in set(before)]
        found = follows(WORLD, case, asked)
        attacked += len(asked)
        beyond_help += len(found)
        assert len(found - follows(WORLD, _blank(case), found)) <= len(asked) / 50
    assert attacked > 200 and beyond_help < attacked / 20


def test_what_is_withheld_stays_so_when_it_is_published_again(warehouse: Warehouse) -> None:
    """The same persons in the next release, which knows of this one."""
    persons = _draw(random.Random(SEED))
    first = warehouse.release(persons)
    again = warehouse.release(persons, _opened(first))
    assert (again.case.hidden, again.case.withheld) == (first.case.hidden, first.case.withheld)


def test_the_attack_finds_what_sums_tell() -> None:
    """By hand: of a county's three programmes two are withheld, beside a county of which none is; then each follows
    from the unit's. Of two counties, nothing does."""
    world = World("u", {"u": ["a", "b"], "a": ["a"], "b": ["b"]}, ("1",), {"programme": ("p", "q", "r")})
    every = [
        cell for region in ("u", "a", "b") for table in world.tables(region) for cell in cells(world, region, table)
    ]

    def hidden(*regions: str) -> CubeCase:
        out = {(region, (("programme", value),)) for region in regions for value in ("p", "q")}
        told = {cell: 2.0 * len(world.persons(*cell)) for cell in every if cell not in out}
        return CubeCase(told, out, set(), [])

    assert follows(world, hidden("a"), hidden("a").hidden) == hidden("a").hidden
    assert follows(world, hidden("a", "b"), hidden("a", "b").hidden) == set()
