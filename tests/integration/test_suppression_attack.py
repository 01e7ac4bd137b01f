"""What an attacker knows besides sums gives no small county figure away: what a whole and its part tell of each other
(of which ...), and what stood open in an earlier release. Random counts, suppressed by the models' own SQL, attacked by
linear programming (tests/support/suppression_attack.py)."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import Settings
from raw_landing.database import connect
from raw_landing.storage.landed_schema import RELATIONS
from tests.support.suppression_attack import Case, cases, personal_indicators, told
from tests.support.warehouse import DBT_PROJECT

SEED = 4207
UNITS = {
    "420700": ["420702", "420703", "420704"],
    "421300": ["421303", "421321", "421381"],
    "420200": ["420202", "420203", "420204", "420205", "420222"],
}
UNIT_OF = {county: unit for unit, counties in UNITS.items() for county in counties}
WHOLE_OF = {
    "migrant_worker_training": "subsidised_training",
    "senior_skill_certificates": "skill_certificates",
    "e_social_card_coverage_rate": "social_card_holders",
}
FLOWS = ["subsidised_training", "migrant_worker_training", "skill_certificates", "senior_skill_certificates"]
FLOWS += ["postdoc_annual_intake"]
STOCKS = ["social_card_holders", "e_social_card_coverage_rate", "unemployment_insurance_enrolment"]
STOCK_MONTHS = (1, 3)
YEARS = (2023,)
COUNTS = [[0, 0, 0, 1, 3], [0, 2, 4, 5, 9], [0, 1, 6, 12, 40], [3, 30, 60, 90], [0, 0, 0, 1], [0, 0, 6]]
SHARES = (0, 0.3, 0.7, 1)  # how many of a county's figure are of its part, person by person
REVISED = [0, 1, 2, 3, 6, 9, 15]

MODELS = ("int_suppression_cell", "int_suppression_cut", "int_suppression_further_cut", "int_suppression")

Monthly = dict[tuple[str, str, date], int]
Cell = tuple[str, str, str, date]
Row = dict[str, Any]


def _month_end(year: int, month: int) -> date:
    return date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)


def _draw(chance: random.Random) -> Monthly:
    """Counts by indicator, county and month; units are their sums."""
    counts: Monthly = {}
    for unit, year in product(UNITS, YEARS):
        delivered = {name: sorted(chance.sample(range(1, 13), chance.choice([3, 5, 9, 12]))) for name in FLOWS}
        for name in (*FLOWS, *STOCKS):
            for county in UNITS[unit]:
                likely, share = chance.choice(COUNTS), chance.choice(SHARES)
                for month in delivered.get(WHOLE_OF.get(name, name), STOCK_MONTHS):
                    end = _month_end(year, month)
                    if name in WHOLE_OF:
                        counted = sum(chance.random() < share for _ in range(counts[WHOLE_OF[name], county, end]))
                    else:
                        counted = chance.choice(likely)
                    counts[name, county, end] = counted
    return _with_units(counts)


def _with_units(counts: Monthly) -> Monthly:
    summed: defaultdict[tuple[str, str, date], int] = defaultdict(int)
    for (name, county, end), count in counts.items():
        summed[name, UNIT_OF[county], end] += count
    return counts | summed


def _revised(counts: Monthly, chance: random.Random) -> Monthly:
    """The same with one county's month in twelve counted anew; parts stay within their wholes."""
    fresh: Monthly = {}
    for (name, county, end), count in counts.items():
        if county in UNIT_OF and name not in WHOLE_OF:
            fresh[name, county, end] = chance.choice(REVISED) if chance.random() < 1 / 12 else count
    for (name, county, end), count in counts.items():
        if county in UNIT_OF and name in WHOLE_OF:
            fresh[name, county, end] = min(count, fresh[WHOLE_OF[name], county, end])
    return _with_units(fresh)


def _figures(counts: Monthly) -> Iterable[tuple[Cell, date, int]]:
    """Cell, first day and count of all periods that are computed."""
    series: defaultdict[tuple[str, str, int], dict[int, int]] = defaultdict(dict)
    for (name, region, end), count in counts.items():
        series[name, region, end.year][end.month] = count
    for (name, region, year), months in series.items():
        if name in STOCKS:
            for month, count in months.items():
                for kind in ("month", "quarter")[: 1 + (month % 3 == 0)]:
                    yield (name, region, kind, _month_end(year, month)), date(year, month, 1), count
            continue
        quarters = sorted({(month + 2) // 3 for month in months})
        spans = [
            *(("month", month, month) for month in months),
            *(("quarter", 3 * quarter - 2, 3 * quarter) for quarter in quarters),
            *(("ytd", 1, month) for month in months),
            ("year", 1, 12),
        ]
        for kind, first, last in spans:
            count = sum(months.get(month, 0) for month in range(first, last + 1))
            yield (name, region, kind, _month_end(year, last)), date(year, first, 1), count


def _columns(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


@dataclass
class Warehouse:
    """The tables that suppression reads, and the compiled models."""

    connection: Any
    sql: dict[str, str]

    def suppress(self, counts: Monthly, known: Iterable[tuple[Any, ...]] = ()) -> list[Row]:
        """What is published of the counts, where these cells stood open in earlier releases: (cell, numerator)."""
        run = self.connection.execute
        figures = list(_figures(counts))
        run("delete from intermediate.int_indicator_unioned; delete from landed.published_cell")
        run(
            "insert into intermediate.int_indicator_unioned by name select unnest(?) as indicator_id,"
            " unnest(?) as region_code, unnest(?) as period_type, unnest(?) as period_end, unnest(?) as period_start,"
            " unnest(?) as observations, observations as numerator, observations as value, 1 as definition_version",
            _columns([(*cell, start, count) for cell, start, count in figures]),
        )
        if rows := [(*cell, float(count)) for cell, count in known]:
            lists = "unnest(?), unnest(?), unnest(?), unnest(?), null, unnest(?)"
            run(f"insert into landed.published_cell select {lists}", _columns(rows))
        for model in MODELS:
            run(f"create or replace table intermediate.{model} as {self.sql[model]}")
        hidden = {tuple(row[:4]) for row in run("from intermediate.int_suppression").fetchall()}
        return self._published(figures, hidden)

    def without_further_cuts(self, counts: Monthly) -> list[Row]:
        """What would be published by the cuts of sums alone; after `suppress`."""
        empty = "select * from intermediate.int_suppression_further_cut limit 0"
        self.connection.execute(f"create or replace table intermediate.int_suppression_further_cut as {empty}")
        self.connection.execute(
            f"create or replace table intermediate.int_suppression as {self.sql['int_suppression']}"
        )
        hidden = {tuple(row[:4]) for row in self.connection.execute("from intermediate.int_suppression").fetchall()}
        return self._published(list(_figures(counts)), hidden)

    @staticmethod
    def _published(figures: list[tuple[Cell, date, int]], hidden: set[Any]) -> list[Row]:
        sums: defaultdict[tuple[str, str, str, date], int] = defaultdict(int)
        for (name, region, kind, end), _, count in figures:
            if region in UNIT_OF:
                sums[name, UNIT_OF[region], kind, end] += count
        return [
            {
                "indicator_id": cell[0],
                "region_code": cell[1],
                "level": "county" if cell[1] in UNIT_OF else "prefecture",
                "parent_code": UNIT_OF.get(cell[1], "420000"),
                "period_type": cell[2],
                "period_start": start,
                "period_end": cell[3],
                "numerator": None if cell in hidden else count,
                "truth": count,
                "is_small": cell[1] in UNIT_OF and 1 <= count < 5,
                "sum_of_counties": sums.get(cell),
            }
            for cell, start, count in figures
        ]


@pytest.fixture(scope="module")
def warehouse(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterable[Warehouse]:
    compiled = json.loads((Settings.of(home=models).dbt_compiled / "manifest.json").read_text(encoding="utf-8"))
    sql = {model: compiled["nodes"][f"model.hrss.{model}"]["compiled_code"] for model in MODELS}
    with connect(tmp_path_factory.mktemp("attack") / "warehouse.duckdb") as connection:
        run = connection.execute
        run("create schema landed; create schema reference; create schema intermediate")
        run("create table landed.run as select 5 as suppression_threshold")
        columns = ", ".join(f"{name} {kind}" for name, kind in RELATIONS["landed.published_cell"].items())
        run(f"create table landed.published_cell ({columns})")
        run(
            "create table intermediate.int_indicator_unioned (indicator_id varchar, region_code varchar,"
            " period_type varchar, period_start date, period_end date, observations bigint, numerator double,"
            " value double, definition_version integer)"
        )
        run(
            "create table intermediate.int_suppression_count (count_family varchar, unit_code varchar,"
            " region_code varchar, period_type varchar, period_end date, observations bigint, fewest bigint,"
            " is_known boolean)"
        )
        types = "types = {'definition_version': 'integer', 'in_force_from': 'date'}"
        run(f"create table reference.indicators as from read_csv('{DBT_PROJECT}/seeds/indicators.csv', {types})")
        regions = [(county, "county", unit) for county, unit in UNIT_OF.items()]
        regions += [(unit, "prefecture", "420000") for unit in UNITS]
        run("create table reference.regions (region_code varchar, level varchar, parent_code varchar)")
        connection.executemany("insert into reference.regions values (?, ?, ?)", regions)
        yield Warehouse(connection, sql)


def _cell(row: Row) -> Cell:
    return row["indicator_id"], row["region_code"], row["period_type"], row["period_end"]


def _told(published: list[Row], known: Iterable[Row] = ()) -> list[Row]:
    """The withheld figures that follow, but for those that are known themselves."""
    return [row for case in cases(published, known) for row in _told_of(case)]


def _told_of(case: Case) -> list[Row]:
    out_already = {_cell(row) for row in case.known}
    return [row for row in told(case) if _cell(row) not in out_already]


def _hidden(published: list[Row]) -> set[Cell]:
    return {_cell(row) for row in published if row["numerator"] is None}


def _opened(published: list[Row]) -> list[tuple[Cell, int]]:
    return [
        (_cell(row), row["truth"]) for row in published if row["level"] == "county" and row["numerator"] is not None
    ]


def _known(published: list[Row], opened: Iterable[tuple[Cell, int]]) -> list[Row]:
    """What of an earlier release's open figures is the same today."""
    said = set(opened)
    return [row | {"numerator": row["truth"]} for row in published if (_cell(row), row["truth"]) in said]


@pytest.fixture(scope="module")
def counts() -> Monthly:
    return _draw(random.Random(SEED))


@pytest.fixture(scope="module")
def first(warehouse: Warehouse, counts: Monthly) -> dict[str, list[Row]]:
    """A first release, and the same by sums alone."""
    published = warehouse.suppress(counts)
    return {"published": published, "by_sums": warehouse.without_further_cuts(counts)}


@pytest.fixture(scope="module")
def second(warehouse: Warehouse, counts: Monthly, first: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """A second release, in which some figures differ; what is known of it by the first; and the same by one who forgot
    the first."""
    later = _revised(counts, random.Random(SEED))
    opened = _opened(first["published"])
    published = warehouse.suppress(later, opened)
    again = warehouse.suppress(later, [*opened, *_opened(published)])
    return {
        "published": published,
        "again": again,
        "forgetful": warehouse.suppress(later),
        "known": _known(published, opened),
    }


def test_no_small_figure_follows_from_its_whole_or_its_part(first: dict[str, list[Row]]) -> None:
    published = first["published"]
    small = [row for row in published if row["is_small"]]
    assert len(small) > 200
    assert all(row["numerator"] is None for row in small)
    found = _told(published)
    assert not [row for row in found if row["is_small"]]
    assert {row["truth"] for row in found} <= {0}  # within a run: that a county had nobody there
    assert len(found) < len(_hidden(published)) / 100


def test_by_sums_alone_small_figures_follow_from_wholes_and_parts(first: dict[str, list[Row]]) -> None:
    """The test above can fail."""
    assert len([row for row in _told(first["by_sums"]) if row["is_small"]]) >= 10


def test_more_is_withheld_only_where_something_follows(first: dict[str, list[Row]]) -> None:
    """A unit's year in which nothing follows is left as it is, but for the few where only three counties together could
    move."""
    more = _hidden(first["published"]) - _hidden(first["by_sums"])
    assert more
    needless = attacked = 0
    for case in cases(first["by_sums"]):
        if any(_cell(row) in more for row in case.rows):
            attacked += 1
            needless += not told(case)
    assert needless <= attacked / 5


def test_a_figure_that_stood_open_hides_nobody(second: dict[str, list[Row]]) -> None:
    """What still follows by an earlier release's figures would follow if no county figure were published now; and there
    none is, of that count in that unit."""
    beyond_help = 0
    for case in cases(second["published"], second["known"]):
        small = [row for row in _told_of(case) if row["is_small"]]
        if not small:
            continue
        blank = [row | {"numerator": None} if row["level"] == "county" else row for row in case.rows]
        anyway = {_cell(row) for row in told(Case(blank, case.known))}
        for row in small:
            beyond_help += 1
            assert _cell(row) in anyway
            same_count = [other for other in case.rows if other["indicator_id"] == row["indicator_id"]]
            assert not [other for other in same_count if other["level"] == "county" and other["numerator"]]
    assert beyond_help


def test_one_who_forgets_earlier_releases_gives_small_figures_away(second: dict[str, list[Row]]) -> None:
    """The test above can fail."""
    kept = [row for row in _told(second["published"], second["known"]) if row["is_small"]]
    lost = [row for row in _told(second["forgetful"], second["known"]) if row["is_small"]]
    assert len(lost) >= len(kept) + 3


def test_what_is_opened_later_tells_of_earlier_releases(
    first: dict[str, list[Row]], second: dict[str, list[Row]]
) -> None:
    """Not closed, but measured (decision 19): where a small figure grew, what was withheld for it stands open, and who
    kept the earlier release and takes it for the same has the figure that was small then."""
    published = first["published"]
    small = [row for row in published if row["is_small"]]
    told_now = {_cell(row) for row in _told(published) if row["is_small"]}
    later = [row for row in _told(published, _known(published, _opened(second["published"]))) if row["is_small"]]
    assert not told_now
    assert 0 < len(later) < len(small) / 50


def test_what_is_withheld_stays_so_when_it_is_published_again(second: dict[str, list[Row]]) -> None:
    """The same figures in the next release, which knows of this one."""
    assert _hidden(second["again"]) == _hidden(second["published"])


def test_the_attack_finds_what_sums_tell() -> None:
    """By hand: one county of two withheld is the unit less the other; of two withheld neither follows; that of a whole
    of 4 with a part of 4 does."""

    def row(indicator: str, region: str, numerator: int | None) -> Row:
        is_county = region in UNIT_OF
        return {
            "indicator_id": indicator,
            "region_code": region,
            "level": "county" if is_county else "prefecture",
            "parent_code": UNIT_OF.get(region, "420000"),
            "period_type": "month",
            "period_start": date(2024, 1, 1),
            "period_end": date(2024, 1, 31),
            "numerator": numerator,
            "sum_of_counties": None if is_county else numerator,
        }

    holders, e_cards = "social_card_holders", "e_social_card_coverage_rate"
    unit = row(holders, "420700", 9)
    alone = [unit, row(holders, "420702", None), row(holders, "420703", 6), row(holders, "420704", 0)]
    assert told(Case(alone)) == [alone[1]]
    two = [unit, row(holders, "420702", None), row(holders, "420703", None), row(holders, "420704", 0)]
    assert told(Case(two)) == []
    known = [row(holders, "420703", 6)]
    assert told(Case(two, known)) == two[1:3]
    with_parts = [*two, row(e_cards, "420700", 9), row(e_cards, "420702", 3), row(e_cards, "420703", 6)]
    assert told(Case(with_parts)) == two[1:3]
    assert personal_indicators()[e_cards].whole == personal_indicators()[holders].family
