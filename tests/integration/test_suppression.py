"""Small county figures stay hidden: an attacker who knows every published figure of a unit and its counties, and that
months add up to quarters, years to date and years and counties to their unit, recovers none of what is withheld; nor
does one who knows besides that counts are not negative recover a small figure. Whatever the threshold is set to."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from raw_landing.database import connect
from tests.support.warehouse import create_warehouse, run_dbt

SEED = 4207
THRESHOLDS = [5, 3, 10]
UNITS = {
    "420700": ["420702", "420703", "420704"],
    "421300": ["421303", "421321", "421381"],
    "420200": ["420202", "420203", "420204", "420205", "420222", "420281"],
}
FLOWS = ["subsidised_training", "skill_certificates", "postdoc_annual_intake", "third_generation_cards"]
STOCKS = ["unemployment_insurance_enrolment", "e_social_card_coverage_rate"]
SHARED = ["social_card_holders", "social_card_population_coverage_rate"]
EXTRACTS = ["training_record", "skill_certificate", "postdoc_intake", "insurance_enrolment", "social_card"]
YEARS = range(2016, 2026)
QUIET = "subsidised_training"  # a flow with years in which hardly anybody is counted
QUIET_YEARS = range(1950, 2010)
QUIET_UNIT = "420700"
COUNTS = [[0, 0, 0, 1, 3], [0, 2, 4, 5, 9], [0, 1, 6, 12, 40], [3, 30, 60, 90]]  # from empty to busy counties

# What asks for the threshold or follows from it, each after what it is made of.
SUPPRESSING = [
    ("intermediate", "int_suppression_cell"),
    ("intermediate", "int_suppression_cut"),
    ("intermediate", "int_suppression_further_cut"),
    ("intermediate", "int_suppression"),
    ("marts", "fct_indicator_value"),
    ("intermediate", "int_indicator_certainty"),
    ("marts", "fct_indicator_growth"),
]

FIRST_YEAR = 2016  # of the calendar that views have names for
MIXED_YEARS = [year for year in YEARS if year % 2]  # every other month of these was sampled more thinly
FRACTIONS = (0.5, 0.25)

VIEWS = ["int_reporting_break", "dim_indicator", "dim_region", "dim_period", "v_ranking", "v_indicator"]
CHANGES = ("change_in_a_year", "change_in_a_period", "growth_in_a_year", "growth_in_a_period")
TOLD = (
    *CHANGES,
    "value_a_year_before",
    "value_a_period_before",
    "share_of_province",
    "rank",
    "standard_error",
    "quality_grade",
)

PRIME = 2**61 - 1  # coefficients are small; ranks are computed exactly in the field of this order

Interval = tuple[str, date, range]
World = dict[tuple[str, int], int]


def _intervals(year: int, delivered: list[int]) -> list[Interval]:
    """The periods of a flow that are computed when these months are in: type, end, the months they hold."""
    months = [("month", month, range(month, month + 1)) for month in delivered]
    to_date = [("ytd", month, range(1, month + 1)) for month in delivered]
    quarters = [
        ("quarter", 3 * quarter, range(3 * quarter - 2, 3 * quarter + 1))
        for quarter in range(1, 5)
        if any((month - 1) // 3 + 1 == quarter for month in delivered)
    ]
    named = [*months, *quarters, *to_date, ("year", 12, range(1, 13))]
    return [(kind, _month_end(year, last), span) for kind, last, span in named]


def _month_end(year: int, month: int) -> date:
    return date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)


def _rows(indicator: str, region: str, cells: Iterable[tuple[str, date, int, float]]) -> list[tuple[Any, ...]]:
    facts = (1, 1, False, False, 1)
    return [
        (
            indicator,
            region,
            kind,
            _start(kind, end),
            end,
            float(n),
            None,
            float(n),
            None,
            n,
            *facts,
            n,
            square**0.5,
            None,
        )
        for kind, end, n, square in cells
    ]


def _squared(year: int, month: int) -> int:
    """What a row of a month adds to the square of the error of a flow: w(w - 1)."""
    weight = round(1 / _fraction(year, month))
    return weight * (weight - 1)


def _fraction(year: int, month: int) -> float:
    return FRACTIONS[month % 2 if year in MIXED_YEARS else 0]


def _start(kind: str, end: date) -> date:
    months = {"month": 1, "quarter": 3, "year": 12, "ytd": end.month}[kind]
    return date(end.year, end.month - months + 1, 1)


def _flow_rows(
    chance: random.Random, indicator: str, unit: str, year: int, months: list[int], counts: list[list[int]]
) -> list[tuple[Any, ...]]:
    delivered = sorted(chance.sample(range(1, 13), chance.choice(months)))
    monthly = {}
    for county in UNITS[unit]:
        likely = chance.choice(counts)
        monthly[county] = {month: chance.choice(likely) for month in delivered}
    monthly[unit] = {month: sum(monthly[county][month] for county in UNITS[unit]) for month in delivered}
    return [
        row
        for region, counts in monthly.items()
        for row in _rows(
            indicator,
            region,
            [
                (
                    kind,
                    end,
                    sum(counts.get(month, 0) for month in span),
                    sum(counts.get(month, 0) * _squared(year, month) for month in span),
                )
                for kind, end, span in _intervals(year, delivered)
            ],
        )
    ]


def _stock_rows(chance: random.Random, indicators: list[str], unit: str, year: int) -> list[tuple[Any, ...]]:
    rows = []
    for month in range(1, 13):
        likely = chance.choice(COUNTS)
        counts = {county: chance.choice(likely) for county in UNITS[unit]}
        counts[unit] = sum(counts.values())
        kinds = ["month"] + ["quarter"] * (month % 3 == 0) + ["year"] * (month == 12)
        for indicator, (region, count) in product(indicators, counts.items()):
            rows += _rows(indicator, region, [(kind, _month_end(year, month), count, 2 * count) for kind in kinds])
    return rows


@pytest.fixture(scope="module")
def warehouse(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random counts, and what the models make of them."""
    warehouse = tmp_path_factory.mktemp("suppression") / "warehouse.duckdb"
    create_warehouse(warehouse, date(2026, 6, 30), models=models)
    chance = random.Random(SEED)
    rows = []
    for unit, year in product(UNITS, YEARS):
        for indicator in FLOWS:
            rows += _flow_rows(chance, indicator, unit, year, [1, 2, 3, 5, 9, 12, 12], COUNTS)
        for indicators in [*([name] for name in STOCKS), SHARED]:
            rows += _stock_rows(chance, indicators, unit, year)
    for year in QUIET_YEARS:
        rows += _flow_rows(chance, QUIET, QUIET_UNIT, year, [1, 3, 4, 5, 5], [[0, 0, 0, 1], [0, 1, 2], [0, 0, 6]])
    _load(warehouse, rows)
    selected = [*(model for _, model in SUPPRESSING), *VIEWS, "int_definition", "+int_flow_period", "+int_stock_period"]
    built = run_dbt(
        warehouse,
        "build",
        "--select",
        *selected,
        "resource_type:seed",
        "--exclude-resource-type",
        "test",
        "unit_test",
    )
    assert built.returncode == 0, built.stdout
    return warehouse


@pytest.fixture(scope="module", params=THRESHOLDS, ids=lambda threshold: f"below_{threshold}")
def published(request: pytest.FixtureRequest, warehouse: Path) -> list[dict[str, Any]]:
    """What is published of them at one threshold, beside what was counted and whether that is small. It takes dbt
    seconds to start, so that its SQL is run again without it."""
    with connect(warehouse) as connection:
        connection.execute("update landed.run set suppression_threshold = ?", [request.param])
        for schema, model in SUPPRESSING:
            (compiled,) = (warehouse.parent / "target" / "compiled").rglob(f"{model}.sql")
            sql = compiled.read_text(encoding="utf-8")
            connection.execute(f"create or replace table {schema}.{model} as {sql}")
        relation = connection.sql(
            f"""
            select published.*, {", ".join(f"told.{column}" for column in TOLD)},
                counted.observations, regions.level, regions.parent_code,
                regions.level = 'county' and counted.observations between 1 and {request.param - 1} as is_small
            from marts.fct_indicator_value as published
            join intermediate.int_indicator_unioned as counted
                using (indicator_id, region_code, period_type, period_end)
            join reference.regions as regions using (region_code)
            left join marts.v_indicator as told using (indicator_id, region_code, period_type, period_end)
            """
        )
        return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def _load(warehouse: Path, rows: list[tuple[Any, ...]]) -> None:
    with connect(warehouse) as connection:
        connection.execute(
            """
            create schema intermediate;
            create schema marts;
            create table marts.fct_plan_progress (
                plan_id varchar, indicator_id varchar, region_code varchar, period_end date, target double, gap double
            );
            create table intermediate.int_suppression_count (
                count_family varchar, unit_code varchar, region_code varchar, period_type varchar, period_end date,
                observations bigint, fewest bigint, is_known boolean
            );
            create table marts.dim_population (region_code varchar, year integer, resident_population double);
            create table marts.fct_reporting_completeness (
                extract varchar, unit_code varchar, period_end date, expected boolean, received boolean
            );
            """
        )
        connection.execute(
            """
            create table intermediate.int_indicator_unioned (
                indicator_id varchar, region_code varchar, period_type varchar, period_start date, period_end date,
                numerator double, denominator double, value double, value_text varchar, observations bigint,
                units_received bigint, units_expected bigint, is_incomplete boolean, is_estimate boolean,
                definition_version integer, sample_rows bigint, standard_error double, half_width double
            )
            """
        )
        dumps = [
            (f"{extract}-{unit}-{start}", extract, unit, start, _month_end(year, month), _fraction(year, month))
            for extract, unit, year, month in product(EXTRACTS, UNITS, YEARS, range(1, 13))
            for start in [date(year, month, 1)]
        ]
        names = "dump_id, extract, unit_code, period_start, period_end, sampling_fraction"
        connection.execute(
            f"insert into landed.dump ({names}) select {', '.join('unnest(?)' for _ in dumps[0])}",
            [list(column) for column in zip(*dumps, strict=True)],
        )
        lists = ", ".join("unnest(?)" for _ in rows[0])
        connection.execute(
            f"insert into intermediate.int_indicator_unioned select {lists}",
            [list(column) for column in zip(*rows, strict=True)],
        )


class Knowledge:
    """Sums of unknowns that an attacker knows, as a reduced basis over a prime field."""

    def __init__(self) -> None:
        self._basis: dict[Any, dict[Any, int]] = {}

    def _reduced(self, terms: Iterable[Any] | Mapping[Any, int]) -> dict[Any, int]:
        row = dict(terms) if isinstance(terms, Mapping) else dict.fromkeys(terms, 1)
        for pivot, known in self._basis.items():
            if factor := row.get(pivot, 0):
                for unknown, coefficient in known.items():
                    value = (row.get(unknown, 0) - factor * coefficient) % PRIME
                    if value:
                        row[unknown] = value
                    else:
                        row.pop(unknown, None)
        return row

    def learn(self, terms: Iterable[Any] | Mapping[Any, int]) -> None:
        """Take in the sum of these unknowns, each as often as `terms` says where it says so."""
        row = self._reduced(terms)
        if row:
            pivot, coefficient = next(iter(row.items()))
            inverse = pow(coefficient, -1, PRIME)
            self._basis[pivot] = {unknown: value * inverse % PRIME for unknown, value in row.items()}

    def tells(self, terms: Iterable[Any]) -> bool:
        """Whether the sum of these unknowns follows from what is known."""
        return not self._reduced(terms)


def _terms(row: dict[str, Any]) -> list[tuple[str, int]]:
    """The unknowns whose sum a county's figure is: its months for a flow, the one day's figure for a stock."""
    if row["indicator_id"] in FLOWS:
        return [(row["region_code"], month) for month in range(row["period_start"].month, row["period_end"].month + 1)]
    return [(row["region_code"], row["period_end"].month)]


def _cases(published: list[dict[str, Any]]) -> dict[tuple[str, str, int], list[dict[str, Any]]]:
    """What an attacker can combine: one count, one unit with its counties, one year."""
    cases: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
    for row in published:
        count = SHARED[0] if row["indicator_id"] in SHARED else row["indicator_id"]
        unit = row["region_code"] if row["level"] == "prefecture" else row["parent_code"]
        cases.setdefault((count, unit, row["period_end"].year), []).append(row)
    return cases


def _attacker(unit: str, rows: list[dict[str, Any]]) -> Knowledge:
    """Knows every published figure, that what was not delivered holds nothing, every region's population (a published
    rate tells its count) and the fractions of all dumps: the square of a published error is a sum of its months, each
    as often as w(w - 1). Growth, shares and ranks are made of published figures, and tell nothing else."""
    knowledge = Knowledge()
    seen = {month for row in rows if row["period_type"] == "month" for month in [row["period_end"].month]}
    for row in rows:
        if row["value"] is None:
            continue
        counties = UNITS[unit] if row["region_code"] == unit else [row["region_code"]]
        knowledge.learn(
            [term for county in counties for term in _terms({**row, "region_code": county}) if term[1] in seen]
        )
        if row["standard_error"] is not None and row["indicator_id"] in FLOWS:
            year = row["period_end"].year
            knowledge.learn(
                {
                    term: _squared(year, term[1])
                    for county in counties
                    for term in _terms({**row, "region_code": county})
                    if term[1] in seen
                }
            )
    return knowledge


def test_every_small_county_figure_is_withheld(published: list[dict[str, Any]]) -> None:
    small = [row for row in published if row["is_small"]]
    assert len(small) > 1000
    assert all(row["is_suppressed"] for row in small)
    for row in published:
        withheld = (row["numerator"], row["denominator"], row["value"], row["value_text"])
        assert not row["is_suppressed"] or withheld == (None, None, None, None)


def test_the_view_tells_nothing_of_what_is_withheld(published: list[dict[str, Any]]) -> None:
    """No share, change or rank of a withheld figure; no change against one, by which a later or longer period would
    tell it; what is told of a figure follows from figures that are published."""
    figures = {_cell(row, row["period_end"]): row for row in published}
    changes = 0
    for row in published:
        if row["is_suppressed"]:
            assert {row[column] for column in TOLD if not column.startswith("value_")} == {None}, row
        if row["level"] == "county":
            assert row["rank"] is None
        for span, months in (("year", 12), ("period", {"month": 1, "quarter": 3}.get(row["period_type"]))):
            before = months and figures.get(_cell(row, _months_before(row["period_end"], months)))
            known = before["value"] if before else None
            if row["period_end"].year >= FIRST_YEAR:
                assert row[f"value_a_{span}_before"] == known
            if (change := row[f"change_in_a_{span}"]) is not None:
                changes += 1
                assert change == row["value"] - known
    assert changes > 5000


def _cell(row: dict[str, Any], period_end: date) -> tuple[Any, ...]:
    return row["indicator_id"], row["region_code"], row["period_type"], period_end


def _months_before(month_end: date, months: int) -> date:
    number = month_end.year * 12 + month_end.month - 1 - months
    return _month_end(number // 12, number % 12 + 1)


def test_units_are_never_withheld(published: list[dict[str, Any]]) -> None:
    assert not [row for row in published if row["level"] == "prefecture" and row["is_suppressed"]]


def test_nothing_withheld_can_be_recovered_from_totals(published: list[dict[str, Any]]) -> None:
    attacked = 0
    for (_, unit, _), rows in _cases(published).items():
        knowledge = _attacker(unit, rows)
        seen = {row["period_end"].month for row in rows if row["period_type"] == "month"}
        for row in rows:
            if row["is_suppressed"]:
                attacked += 1
                terms = [term for term in _terms(row) if term[1] in seen]
                assert not knowledge.tells(terms), row
    assert attacked > 5000


def _worlds(rows: list[dict[str, Any]]) -> Iterator[World]:
    """Every change of at most one person per county and month that leaves all counts non-negative and all that is
    published as it is."""
    unit_months = [row for row in rows if row["period_type"] == "month" and row["level"] == "prefecture"]
    months = sorted(row["period_end"].month for row in unit_months)
    counties = [row for row in rows if row["level"] == "county"]
    counted = {(row["region_code"], row["period_end"].month): row for row in counties if row["period_type"] == "month"}
    shown = [[term for term in _terms(row) if term[1] in months] for row in counties if not row["is_suppressed"]]
    moves = [
        [
            dict(zip(((county, month) for county in UNITS[QUIET_UNIT]), steps, strict=True))
            for steps in product((-1, 0, 1), repeat=len(UNITS[QUIET_UNIT]))
            if sum(steps) == 0
            and all(
                counted[county, month]["observations"] + step >= 0
                and (step == 0 or counted[county, month]["is_suppressed"])
                for county, step in zip(UNITS[QUIET_UNIT], steps, strict=True)
            )
        ]
        for month in months
    ]
    for chosen in product(*moves):
        world = {term: step for move in chosen for term, step in move.items()}
        if all(sum(world[term] for term in terms) == 0 for terms in shown):
            yield world


def _undecided(rows: list[dict[str, Any]]) -> tuple[int, list[dict[str, Any]]]:
    """How many small figures a unit's year has, and those that are the same in every world."""
    small = [row for row in rows if row["is_small"]]
    fixed = list(small)
    for world in _worlds(rows):
        fixed = [row for row in fixed if sum(world.get(term, 0) for term in _terms(row)) == 0]
        if not fixed:
            break
    return len(small), fixed


def test_no_small_figure_follows_from_counts_not_being_negative(published: list[dict[str, Any]]) -> None:
    """For every small figure there is another world with the same publications and another figure: no reasoning,
    linear or not, tells them apart."""
    attacked = 0
    for (indicator, unit, year), rows in _cases(published).items():
        if (indicator, unit) == (QUIET, QUIET_UNIT) and year in QUIET_YEARS:
            small, fixed = _undecided(rows)
            attacked += small
            assert not fixed, fixed
    assert attacked > 300


def test_a_figure_may_follow_from_counts_not_being_negative(published: list[dict[str, Any]]) -> None:
    """Where only small figures are withheld it does: the test above can fail."""
    recovered = 0
    for (indicator, unit, year), rows in _cases(published).items():
        if (indicator, unit) == (QUIET, QUIET_UNIT) and year in QUIET_YEARS:
            naive = [row | {"is_suppressed": row["is_small"]} for row in rows]
            recovered += len(_undecided(naive)[1])
    assert recovered > 100


def test_the_attack_succeeds_where_only_small_figures_are_withheld(published: list[dict[str, Any]]) -> None:
    """Without the further cells the attacker wins: the test above can fail."""
    recovered = 0
    for (_, unit, _), rows in _cases(published).items():
        naive = [row | {"value": None if row["is_small"] else 1.0} for row in rows]
        knowledge = _attacker(unit, naive)
        recovered += sum(knowledge.tells(_terms(row)) for row in naive if row["value"] is None)
    assert recovered > 1000


def test_an_error_would_tell_the_month_that_is_withheld(published: list[dict[str, Any]]) -> None:
    """Where months of several fractions are added up, their error is another equation: the test above can fail. Of such
    years no county's error is published, of the others it is."""
    recovered = told = 0
    for (indicator, unit, year), rows in _cases(published).items():
        if indicator not in FLOWS or year not in YEARS:
            continue
        shown = [row for row in rows if row["level"] == "county" and row["standard_error"] is not None]
        assert not shown or year not in MIXED_YEARS
        told += len(shown)
        naive = [row | {"standard_error": None if row["is_suppressed"] else 1.0} for row in rows]
        knowledge = _attacker(unit, naive)
        recovered += sum(knowledge.tells(_terms(row)) for row in rows if row["is_suppressed"])
    assert recovered > 50
    assert told > 100


def test_a_rate_would_tell_the_count_that_is_withheld(published: list[dict[str, Any]]) -> None:
    """Where the rate of a withheld count is shown, the attacker multiplies it by the population: the test above can
    fail."""
    recovered = 0
    for (count, unit, _), rows in _cases(published).items():
        if count == SHARED[0]:
            knowledge = _attacker(
                unit, [row | {"value": 1.0} if row["indicator_id"] == SHARED[1] else row for row in rows]
            )
            recovered += sum(knowledge.tells(_terms(row)) for row in rows if row["is_suppressed"])
    assert recovered > 100


def test_indicators_of_one_count_hide_the_same(published: list[dict[str, Any]]) -> None:
    hidden = {
        name: {
            (row["region_code"], row["period_type"], row["period_end"])
            for row in published
            if row["indicator_id"] == name and row["is_suppressed"]
        }
        for name in SHARED
    }
    assert hidden[SHARED[0]]
    assert hidden[SHARED[0]] == hidden[SHARED[1]]


def test_a_year_of_busy_counties_is_published_whole(published: list[dict[str, Any]]) -> None:
    """Nothing is withheld without need: where no figure of a unit's year is small, all are there."""
    whole = 0
    for rows in _cases(published).values():
        if not any(row["is_small"] for row in rows):
            whole += 1
            assert not any(row["is_suppressed"] for row in rows)
    assert whole
