"""What the composite indices tell of counties gives no small figure of a subject cube away, nor one of their own.

Who was placed in work and who was registered as unemployed over twelve months, quarter after quarter, beside the cubes
of the employed and the unemployed and the registered rate: random persons, suppressed by the models' own SQL, attacked
by linear programming (tests/support/suppression_attack.py)."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import Settings
from raw_landing.database import connect
from raw_landing.storage.landed_schema import PUBLISHED, RELATIONS
from tests.support.suppression_attack import Sums
from tests.support.warehouse import DBT_PROJECT

SEED = 823
UNITS = {
    "420700": ["420702", "420703", "420704"],
    "421300": ["421303", "421321", "421381", "421382"],
    "421100": ["421102", "421121", "421122"],
}
QUARTERS = range(9)
"""Of 2022 on; the last five end a year that is told whole."""
LAST = QUARTERS[-1]
NEVER = LAST + 1
KINDS = ("1", "2", "3")
SMALL = 5
PERSONS = ([0, 0, 1, 3], [0, 2, 4, 6], [5, 6, 9, 20], [8, 12, 30], [0, 0, 0, 12])
"""How many of a kind a county has in a quarter, from empty to busy ones."""
BUSY, SHARES = [15, 25, 40], (0, 0.8, 0.95)
"""In units a share of the kinds and counties is busy."""

MEASURES = {"reemployed": ("2", None), "hard_to_employ_placed": ("3", True)}
"""The kind of new employment that each counts, and among whom."""
CUBES = ("employment", "unemployment")
MODELS = (
    *("int_subject_period", "int_index_count", "int_subject_employment", "int_subject_unemployment"),
    "int_suppression_count",
    *("int_suppression_cell", "int_suppression_cut", "int_suppression_further_cut", "int_suppression"),
    "int_count_suppression",
    *(f"{model}_{cube}" for model in ("int_subject_suppression", "fct_subject") for cube in CUBES),
    "int_index_suppression",
)
CELL = "region_code varchar, period_end date, dimension_1 varchar, key_1 varchar, dimension_2 varchar, key_2 varchar"
EMPTY = {
    **{
        f"intermediate.int_subject_{subject}": f"{CELL}, n double, observations bigint, fewest bigint"
        for subject in ("insurance", "training", "certificates", "pension_payment")
    },
    "intermediate.int_key_group": "key_group varchar, region_code varchar, period_end date, persons bigint,"
    " served bigint, households bigint, entered bigint, employed bigint",
    "intermediate.int_hr_service_aggregated": "region_code varchar, period_end date, firms double",
    "intermediate.int_crosswalk": "source_pair varchar, region_code varchar, period_end date, missing varchar,"
    " persons_a bigint, persons_b bigint, in_both bigint, probable bigint",
    "intermediate.int_fund_tally": "rule_id varchar, region_code varchar, period_end date, persons bigint,"
    " fewest_beside bigint, cases bigint, confirmed bigint, explained bigint, recovered bigint",
    "staging.stg_employment__employment_attrition": "region_code varchar, occurred_on date, weight double",
    "staging.stg_employment__employment_registration": "region_code varchar, person_id varchar, sex varchar,"
    " industry_code varchar, employment_form varchar, new_employment_kind varchar, is_urban_new boolean,"
    " registered_on date, weight double",
    "staging.stg_employment__unemployment_registration": "region_code varchar, person_id varchar,"
    " is_hard_to_employ boolean, registered_on date, cancelled_on date, cancel_reason varchar, weight double",
    "intermediate.int_indicator_unioned": "indicator_id varchar, region_code varchar, period_type varchar,"
    " period_end date, observations bigint, numerator double, value double, definition_version integer",
}

Term = tuple[Any, ...]
"""A count that is not made of others: ("new", county, quarter, kind), or ("registered", county, hard to employ, quarter
of coming, quarter of going)."""
Figure = tuple[str, tuple[Term, ...]]
"""What a figure is of (a region) and the counts that it is the sum of."""


def _end(quarter: int) -> date:
    year, place = divmod(quarter, 4)
    return date(2022 + (place == 3) + year, 1 + 3 * (place + 1) % 12, 1) - timedelta(1)


def _start(quarter: int) -> date:
    return _end(quarter - 1) + timedelta(1)


def _draw(chance: random.Random) -> Counter[Term]:
    """Persons of every county, those of some of them few."""
    persons: Counter[Term] = Counter()
    share_of = {unit: chance.choice(SHARES) for unit in UNITS}
    for unit, county in ((unit, county) for unit, counties in UNITS.items() for county in counties):

        def some(share: float = share_of[unit]) -> list[int]:
            return BUSY if chance.random() < share else chance.choice(PERSONS)

        likely = {kind: some() for kind in KINDS}
        for quarter, kind in product(QUARTERS, KINDS):
            persons["new", county, quarter, kind] += chance.choice(likely[kind])
        likely_of = {hard: some() for hard in (True, False)}
        for quarter, hard in product(QUARTERS, (True, False)):
            for _ in range(chance.choice(likely_of[hard])):
                gone = chance.choice([quarter, quarter + 1, quarter + 2, quarter + 4, NEVER])
                persons["registered", county, hard, quarter, min(gone, NEVER)] += 1
    return +persons


def _new(counties: Iterable[str], quarters: Iterable[int], kinds: Iterable[str] = KINDS) -> tuple[Term, ...]:
    return tuple(("new", *one) for one in product(counties, quarters, kinds))


def _registered(
    counties: Iterable[str], came_by: int, not_gone_before: int, hard: Iterable[bool] = (True, False), still: int = -1
) -> tuple[Term, ...]:
    """Who came by a quarter and was there in another; `still`: and was open at that quarter's end."""
    return tuple(
        ("registered", county, one, came, gone)
        for county, one in product(counties, hard)
        for came in range(came_by + 1)
        for gone in range(max(came, not_gone_before, still + 1), NEVER + 1)
    )


def _cube(counties: list[str], quarter: int) -> Iterator[tuple[str, str, str, tuple[Term, ...]]]:
    """Subject, dimension, value and counts of the cells over one dimension, and of all."""
    yield "employment", "*", "*", _new(counties, [quarter])
    for kind in KINDS:
        yield "employment", "new_employment_kind", kind, _new(counties, [quarter], [kind])
    yield "unemployment", "*", "*", _registered(counties, quarter, quarter)
    for value, hard in (("yes", True), ("no", False)):
        yield "unemployment", "hard_to_employ", value, _registered(counties, quarter, quarter, [hard])
    still = _registered(counties, quarter, quarter, still=quarter)
    yield "unemployment", "cancel_reason", "open", still
    there = _registered(counties, quarter, quarter)
    yield "unemployment", "cancel_reason", "1", tuple(term for term in there if term not in set(still))


@dataclass
class Release:
    """What is told besides the indices and by them, of counties and units; what is told of nobody and of few."""

    cubes: list[Figure]
    indices: list[Figure]
    small: list[Figure]
    """The others among them that are of few, whoever publishes them."""


@dataclass
class Warehouse:
    """The tables that the models read, and the compiled models."""

    connection: Any
    sql: dict[str, str]

    def release(self, persons: Counter[Term], hidden_by: str = "int_index_suppression") -> Release:
        """`hidden_by`: the table of the indices' counts that are withheld."""
        run = self.connection.execute
        for table in EMPTY:
            run(f"delete from {table}")
        for (name, county, *rest), count in persons.items():
            if name == "new":
                quarter, kind = rest
                run(
                    "insert into staging.stg_employment__employment_registration"
                    " select ?, 'p', '1', 'A', '1', ?, true, ?, 1 from range(?)",
                    [county, kind, _start(quarter) + timedelta(9), count],
                )
            else:
                hard, came, gone = rest
                run(
                    "insert into staging.stg_employment__unemployment_registration"
                    " select ?, 'p', ?, ?, ?, '1', 1 from range(?)",
                    [county, hard, _start(came) + timedelta(9), _end(gone) if gone != NEVER else None, count],
                )
        for region, counties in _regions():
            for quarter in QUARTERS:
                still = sum(persons[term] for term in _registered(counties, quarter, quarter, still=quarter))
                run(
                    "insert into intermediate.int_indicator_unioned"
                    " values ('urban_registered_unemployment_rate', ?, 'quarter', ?, ?, ?, ?, 1)",
                    [region, _end(quarter), still, float(still), float(still)],
                )
        for model in MODELS:
            schema = "marts" if model.startswith("fct_") else "intermediate"
            run(f"create or replace table {schema}.{model} as {self.sql[model]}")
        return self._release(persons, hidden_by)

    def _release(self, persons: Counter[Term], hidden_by: str) -> Release:
        run = self.connection.execute
        hidden = {
            (cube, *cell)
            for cube in CUBES
            for cell in run(
                "select region_code, period_end, dimension_1, key_1"
                f" from intermediate.int_subject_suppression_{cube} where dimension_2 = '*'"
            ).fetchall()
        }
        rates = set(run("select region_code, period_end from intermediate.int_suppression").fetchall())
        told = set(
            run(
                f"""
                select measure, region_code, period_end from intermediate.int_index_count
                except
                select {"measure" if hidden_by == "int_index_suppression" else "substr(count_family, 7)"},
                    region_code, period_end
                from intermediate.{hidden_by}
                """
            ).fetchall()
        )
        found = Release([], [], [])

        def put(region: str, terms: tuple[Term, ...], is_told: bool, among: list[Figure]) -> None:
            if is_told:
                among.append((region, terms))
            elif 0 < sum(persons[term] for term in terms) < SMALL:
                found.small.append((region, terms))

        for region, counties in _regions():
            for quarter in QUARTERS:
                end = _end(quarter)
                for subject, dimension, value, terms in _cube(counties, quarter):
                    names = {("*", "*"), (dimension, value), (dimension, "withheld")}
                    is_told = not any((subject, region, end, *name) in hidden for name in names)
                    put(region, terms, is_told, found.cubes)
                if (region, end) not in rates:
                    put(region, _registered(counties, quarter, quarter, still=quarter), True, found.cubes)
                if quarter < 4:
                    continue
                for measure, (kind, hard) in MEASURES.items():
                    among = [True] if hard else [True, False]
                    for terms in (
                        _new(counties, range(quarter - 3, quarter + 1), [kind]),
                        _registered(counties, quarter, quarter - 3, among),
                    ):
                        put(region, terms, (measure, region, end) in told, found.indices)
                for hard in (True, False):  # nobody publishes who went before the last quarter
                    there = set(_registered(counties, quarter, quarter, [hard]))
                    gone = (term for term in _registered(counties, quarter, quarter - 3, [hard]) if term not in there)
                    put(region, tuple(gone), False, [])
        return found


def _regions() -> list[tuple[str, list[str]]]:
    return [*UNITS.items(), *((county, [county]) for counties in UNITS.values() for county in counties)]


@pytest.fixture(scope="module")
def warehouse(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterable[Warehouse]:
    compiled = json.loads((Settings.of(home=models).dbt_compiled / "manifest.json").read_text(encoding="utf-8"))
    sql = {model: compiled["nodes"][f"model.hrss.{model}"]["compiled_code"] for model in MODELS}
    with connect(tmp_path_factory.mktemp("attack") / "warehouse.duckdb") as connection:
        yield _make_warehouse(connection, sql)


def _make_warehouse(connection: Any, sql: dict[str, str]) -> Warehouse:
    run = connection.execute
    for schema in ("landed", "reference", "intermediate", "staging", "marts"):
        run(f"create schema {schema}")
    run("create table landed.run as select date '2024-05-20' as as_of, 5 as suppression_threshold")
    for relation in PUBLISHED:
        columns = ", ".join(f"{name} {kind}" for name, kind in RELATIONS[relation].items())
        run(f"create table {relation} ({columns})")
    for table, columns in EMPTY.items():
        run(f"create table {table} ({columns})")
    seeds = {"indicators": "'definition_version': 'integer', 'in_force_from': 'date'", "parameters": ""}
    for seed, types in seeds.items():
        run(
            f"create table reference.{seed} as"
            f" from read_csv('{DBT_PROJECT}/seeds/{seed}.csv'{f', types = {{{types}}}' if types else ''})"
        )
    regions = [("420000", "province", "000000"), ("G01", "city_group", None)]
    regions += [(unit, "prefecture", "420000") for unit in UNITS]
    regions += [(county, "county", unit) for unit, counties in UNITS.items() for county in counties]
    run("create table reference.regions (region_code varchar, level varchar, parent_code varchar)")
    connection.executemany("insert into reference.regions values (?, ?, ?)", regions)
    run("create table reference.region_groups (group_id varchar, region_code varchar)")
    connection.executemany("insert into reference.region_groups values ('G01', ?)", [(unit,) for unit in UNITS])
    run(
        """
        create table intermediate.int_region_ancestry as
        select region_code, region_code as belongs_to, level as belongs_to_level from reference.regions
        union all select region_code, parent_code, 'prefecture' from reference.regions where level = 'county'
        union all select region_code, belongs_to, above.level from reference.regions as one
            cross join (values ('420000', 'province'), ('G01', 'city_group')) as above (belongs_to, level)
            where one.level in ('county', 'prefecture');
        create table intermediate.int_region_delivery as
        select extract, region_code, month::date as period_start, last_day(month::date) as period_end,
            1 as units_received, 1 as units_expected, false as is_estimate
        from reference.regions cross join (values ('employment_registration'), ('unemployment_registration'))
            as extracts (extract)
        cross join (select unnest(range(date '2022-01-01', date '2024-04-01', interval 1 month)) as month);
        create table intermediate.int_stock_period as
        select extract, region_code, 'quarter' as period_type, date_trunc('quarter', period_end)::date as period_start,
            period_end, units_received, units_expected
        from intermediate.int_region_delivery where month(period_end) in (3, 6, 9, 12);
        create table intermediate.int_flow_period as
        select *, period_end as counted_through, 3 as months_in_period from intermediate.int_stock_period
        """
    )
    return Warehouse(connection, sql)


def _follow(release: Release, told: Iterable[Figure], asked: Iterable[Figure], persons: Iterable[Term]) -> set[Figure]:
    """The figures of `asked` that can have but one value, by what is told of their unit and its counties."""
    found: set[Figure] = set()
    asked, told, persons = list(asked), list(told), Counter(dict(persons))
    for unit, counties in UNITS.items():
        here = {unit, *counties}
        wanted = {terms: region for region, terms in asked if region in here}
        if not wanted:
            continue
        sums = Sums()
        for term in (*_new(counties, QUARTERS), *_registered(counties, LAST, 0)):
            sums.terms[term] = len(sums.terms)
        for terms in {terms for region, terms in told if region in here}:
            sums.equal.append((dict.fromkeys(terms, 1.0), float(sum(persons[term] for term in terms))))
        found |= {(wanted[terms], terms) for terms in sums.determined(wanted)}
    return found


@pytest.fixture(scope="module")
def drawn() -> list[Counter[Term]]:
    return [_draw(random.Random(SEED + n)) for n in range(3)]


def _given_away(warehouse: Warehouse, persons: Counter[Term], hidden_by: str) -> tuple[int, set[Figure]]:
    """How many small figures are withheld, and which of them follow that would not by the indices of units alone."""
    release = warehouse.release(persons, hidden_by)
    of_units = [figure for figure in release.indices if figure[0] in UNITS]
    found = _follow(release, [*release.cubes, *release.indices], release.small, persons.items())
    return len(release.small), found - _follow(release, [*release.cubes, *of_units], found, persons.items())


def test_no_small_figure_follows_from_the_indices(warehouse: Warehouse, drawn: list[Counter[Term]]) -> None:
    attacked = 0
    for persons in drawn:
        small, found = _given_away(warehouse, persons, "int_index_suppression")
        attacked += small
        assert not found, found
    assert attacked > 100


def test_small_figures_follow_where_the_indices_are_withheld_by_themselves(
    warehouse: Warehouse, drawn: list[Counter[Term]]
) -> None:
    """Without regard to the cubes' quarters the attacker wins: the test above can fail."""
    found = [_given_away(warehouse, persons, "int_count_suppression")[1] for persons in drawn]
    assert sum(map(len, found)) > 5


def test_something_is_told_of_counties(warehouse: Warehouse, drawn: list[Counter[Term]]) -> None:
    told = sum(region not in UNITS for persons in drawn for region, _ in warehouse.release(persons).indices)
    assert told > 100
