"""Of the few persons that a rule of fund supervision found nothing follows from what is published: other units and the
province, other rules and all together, the doubtful records that a rule is about, what earlier releases told. Random
persons, each in some rules at once, suppressed by the models' own SQL, attacked by linear programming."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import Settings
from raw_landing.database import connect
from raw_landing.storage.landed_schema import RELATIONS
from tests.support.suppression_attack import Sums

SEED = 4207
MONTH = date(2024, 3, 31)
PROVINCE = "420000"
UNITS = [f"42{code}00" for code in range(10, 16)]
RULES = "abc"
ALL = "*"
SETS = ["".join(one) for size in (1, 2, 3) for one in combinations(RULES, size)]
"""By which rules somebody is found at once."""
OUTCOMES = ("open", "explained", "confirmed", "recovered")
SIZES = ([0, 0, 0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 1, 2], [2, 5, 9])
LEAST = 5

MODELS = (
    *("intermediate.int_suppression_count", "intermediate.int_suppression_cell", "intermediate.int_suppression_cut"),
    *("intermediate.int_suppression_further_cut", "intermediate.int_count_suppression", "marts.fct_fund_supervision"),
    "marts.fct_data_doubt",
)
FIGURE = "region_code varchar, period_end date"
CUBE = f"{FIGURE}, dimension_1 varchar, key_1 varchar, n double, observations bigint, fewest bigint"
OTHERS = {
    "int_key_group": f"key_group varchar, {FIGURE}, persons bigint, served bigint, households bigint, entered bigint,"
    " employed bigint",
    "int_hr_service_aggregated": f"{FIGURE}, firms bigint",
    "int_crosswalk": f"source_pair varchar, {FIGURE}, missing varchar, persons_a bigint, persons_b bigint,"
    " in_both bigint, probable bigint",
    "int_index_count": f"measure varchar, {FIGURE}, numerator double, denominator double, numerator_rows bigint,"
    " denominator_rows bigint, open_rows bigint, came_rows bigint, went_rows bigint, gone_rows bigint,"
    " other_rows bigint, other_gone_rows bigint",
    "int_subject_period": f"subject varchar, {FIGURE}",
    **{f"int_subject_{subject}": CUBE for subject in ("unemployment", "training", "pension_payment", "insurance")},
    "int_indicator_unioned": "indicator_id varchar, region_code varchar, period_type varchar, period_end date,"
    " observations bigint, numerator double, value double, definition_version integer",
}

Persons = Counter[tuple[str, str, int]]
"""By unit, rules and outcome of the cases: so many persons. Each has a sum of money of its own."""
Key = tuple[str, str, str]
"""Rule, region, figure."""


def _draw(chance: random.Random) -> Persons:
    found: Persons = Counter()
    for unit in UNITS:
        for rules in SETS:
            likely = chance.choice(SIZES)
            for outcome in range(len(OUTCOMES)):
                found[unit, rules, outcome] = chance.choice(likely)
    return +found


def _revised(persons: Persons, chance: random.Random) -> Persons:
    """Two units count anew."""
    fresh = _draw(chance)
    anew = chance.sample(UNITS, 2)
    return +Counter({key: (fresh if key[0] in anew else persons)[key] for key in {*fresh, *persons}})


def _figures(persons: Persons) -> dict[Key, int]:
    """All that could be told."""
    figures: Counter[Key] = Counter({(rule, region, "persons"): 0 for rule in (*RULES, ALL) for region in _regions()})
    for (unit, rules, outcome), count in persons.items():
        for region in (unit, PROVINCE):
            for rule, times in ((ALL, len(rules)), *((rule, 1) for rule in rules)):
                figures[rule, region, "persons"] += count
                figures[rule, region, "cases"] += count * times
                for each in _counted_as(outcome):
                    figures[rule, region, each] += count * times
    return dict(figures)


def _regions() -> list[str]:
    return [*UNITS, PROVINCE]


def _counted_as(outcome: int) -> tuple[str, ...]:
    return {"explained": ("explained",), "confirmed": ("confirmed",), "recovered": ("confirmed", "recovered")}.get(
        OUTCOMES[outcome], ()
    )


@dataclass
class Release:
    truth: dict[Key, int]
    told: dict[Key, int]
    known: dict[Key, int]

    def found(self, told: dict[Key, int] | None = None) -> set[Key]:
        """The small counts that follow and were not known; of the cases those that are open, or confirmed and not
        recovered, too."""
        told = {**self.known, **(self.told if told is None else told)}
        sums = Sums()
        terms = [(unit, rules) for unit in UNITS for rules in SETS]
        terms += [(unit, rule, each) for unit in UNITS for rule in RULES for each in range(len(OUTCOMES))]
        for term in terms:
            sums.terms[term] = len(sums.terms)
        for key, count in told.items():
            sums.equal.append((dict.fromkeys(_terms(*key), 1.0), float(count)))
        for unit in UNITS:
            for rule in RULES:  # a case is of somebody who was found
                cases = dict.fromkeys(_terms(rule, unit, "cases"), 1.0)
                sums.at_most.append((cases | dict.fromkeys(_terms(rule, unit, "persons"), -1.0), 0.0))
        small = {_terms(*key): key for key, count in self.truth.items() if 0 < count < LEAST and key not in self.known}
        return {small[one] for one in sums.determined(small)}


def _terms(rule: str, region: str, figure: str) -> tuple[Any, ...]:
    units = [region] if region != PROVINCE else UNITS
    if figure == "persons":
        return tuple((unit, rules) for unit in units for rules in SETS if rule == ALL or rule in rules)
    kinds = [each for each in range(len(OUTCOMES)) if figure == "cases" or figure in _counted_as(each)]
    return tuple((unit, one, each) for unit in units for one in (RULES if rule == ALL else rule) for each in kinds)


@dataclass
class Warehouse:
    connection: Any
    sql: dict[str, str]

    def release(self, persons: Persons, opened: Iterable[tuple[Key, int]] = ()) -> Release:
        """What is published of these persons by one who knows what was told."""
        run, truth, opened = self.connection.execute, _figures(persons), set(opened)
        run("delete from intermediate.int_fund_tally; delete from landed.published_cell")
        run("delete from intermediate.int_doubt")
        for (unit, rules, _), count in persons.items():
            for rule in rules:
                run(
                    "insert into intermediate.int_doubt by name select ? as rule_id, ? as region_code,"
                    " ? as period_end from range(?)",
                    [rule, unit, MONTH, count],
                )
        for rule in (*RULES, ALL):
            for region in _regions():
                figures = {name: truth.get((rule, region, name), 0) for name in ("persons", "cases", *OUTCOMES[1:])}
                beside = [truth[ALL, region, "persons"] - truth[one, region, "persons"] for one in RULES]
                run(
                    "insert into intermediate.int_fund_tally by name select ? as rule_id, ? as region_code,"
                    " ? as period_end, ? as persons, ? as cases, ? as explained, ? as confirmed, ? as recovered,"
                    " ? as fewest_beside, persons as found, 100 * persons as amount, 900 as examined,"
                    " 50 * recovered as recovered_amount, true as is_complete, false as is_estimate",
                    [
                        rule,
                        region,
                        MONTH,
                        *figures.values(),
                        min(filter(None, beside), default=None) if rule == ALL else None,
                    ],
                )
        for (rule, region, figure), count in opened:
            family = f"fund_{'' if figure == 'persons' else 'case_'}{rule}:{figure}"
            run(
                "insert into landed.published_cell by name"
                " select ? as indicator_id, ? as region_code, ? as period_end, ? as numerator",
                [family, region, MONTH, count],
            )
        for model in MODELS:
            run(f"create or replace table {model} as {self.sql[model]}")
        rows = run(
            "select rule, region_code, persons, cases, explained, confirmed, recovered from marts.fct_fund_supervision"
        ).fetchall()
        names = ("persons", "cases", *OUTCOMES[1:])
        told = {
            (rule, region, name): count
            for rule, region, *counts in rows
            for name, count in zip(names, counts, strict=True)
            if count is not None
        }
        doubts = run("select rule_id, region_code, doubts from marts.fct_data_doubt").fetchall()
        told |= {(rule, region, "persons"): count for rule, region, count in doubts if count is not None}
        known = {key: count for key, count in opened if truth.get(key, 0) == count}
        return Release(truth, told, known)


@pytest.fixture(scope="module")
def warehouse(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    nodes = json.loads((Settings.of(home=models).dbt_compiled / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    sql = {model: nodes[f"model.hrss.{model.partition('.')[2]}"]["compiled_code"] for model in MODELS}
    with closing(connect(tmp_path_factory.mktemp("attack") / "warehouse.duckdb")) as connection:
        yield make_warehouse(connection, sql)


def make_warehouse(connection: Any, sql: dict[str, str]) -> Warehouse:
    run = connection.execute
    run("create schema landed; create schema reference; create schema intermediate; create schema marts")
    run(f"create table landed.run as select {LEAST} as suppression_threshold")
    columns = ", ".join(f"{name} {kind}" for name, kind in RELATIONS["landed.published_cell"].items())
    run(f"create table landed.published_cell ({columns})")
    for name, columns in OTHERS.items():
        run(f"create table intermediate.{name} ({columns})")
    run(
        "create table reference.indicators (indicator_id varchar, count_family varchar, part_of varchar,"
        " definition_version integer, is_person_based boolean, in_force_from date, is_additive_in_time boolean)"
    )
    run("create table reference.regions (region_code varchar, level varchar, parent_code varchar)")
    connection.executemany(
        "insert into reference.regions values (?, ?, ?)",
        [(PROVINCE, "province", "000000"), *((unit, "prefecture", PROVINCE) for unit in UNITS)],
    )
    counts = ", ".join(
        f"{name} bigint"
        for name in ("examined", "found", "persons", "fewest_beside", "cases", "confirmed", "explained", "recovered")
    )
    run(
        f"create table intermediate.int_fund_tally (rule_id varchar, {FIGURE}, {counts}, amount decimal(28, 2),"
        " recovered_amount decimal(28, 2), median_days_to_close double, is_complete boolean, is_estimate boolean)"
    )
    run(f"create table intermediate.int_doubt (rule_id varchar, {FIGURE})")
    run(f"create table intermediate.int_doubt_examined (rule_id varchar, {FIGURE}, records bigint)")
    run(
        "create table intermediate.int_region_ancestry"
        " (region_code varchar, belongs_to varchar, belongs_to_level varchar)"
    )
    run("create table reference.doubt_rules (rule_id varchar, severity varchar, extracts varchar)")
    run("create table reference.fund_rules (rule_id varchar, records varchar)")
    for rule in RULES:
        run("insert into reference.doubt_rules values (?, 'warning', 'pension_payment')", [rule])
        run("insert into reference.fund_rules values (?, 'pension_payment')", [rule])
    for unit in UNITS:
        run(
            "insert into intermediate.int_region_ancestry values ($1, $1, 'prefecture'), ($1, $2, 'province')",
            [unit, PROVINCE],
        )
        for rule in RULES:
            run("insert into intermediate.int_doubt_examined values (?, ?, ?, 900)", [rule, unit, MONTH])
    return Warehouse(connection, sql)


def test_no_few_follow_from_other_units_and_rules(warehouse: Warehouse) -> None:
    small = 0
    for seed in range(30):
        release = warehouse.release(_draw(random.Random(SEED + seed)))
        assert not [key for key, count in release.told.items() if 0 < count < LEAST]
        assert not release.found(), seed
        small += sum(0 < count < LEAST for count in release.truth.values())
    assert small > 400


def test_what_earlier_releases_told_gives_nobody_away(warehouse: Warehouse) -> None:
    """What follows in a later release would do so if it told nothing at all."""
    small = beyond_help = 0
    for seed in range(12):
        persons = _draw(random.Random(SEED + seed))
        release = warehouse.release(persons)
        opened = {*release.told.items()}
        for later in range(2):
            persons = _revised(persons, random.Random(seed * 7 + later))
            release = warehouse.release(persons, opened)
            opened |= {*release.told.items()}
            found = release.found()
            assert found <= release.found({}), (seed, later)
            small += sum(0 < count < LEAST for count in release.truth.values())
            beyond_help += len(found)
    assert small > 300 and beyond_help < small / 20


def test_one_who_forgets_earlier_releases_gives_a_few_away(warehouse: Warehouse) -> None:
    """The test above can fail."""
    lost = 0
    for seed in range(8):
        persons = _draw(random.Random(SEED + seed))
        opened = {*warehouse.release(persons).told.items()}
        persons = _revised(persons, random.Random(seed * 7))
        forgetful = warehouse.release(persons)
        known = {key: count for key, count in opened if forgetful.truth.get(key, 0) == count}
        lost += len(Release(forgetful.truth, forgetful.told, known).found())
    assert lost >= 2


def test_the_attack_finds_what_sums_and_rules_tell() -> None:
    """By hand: of one unit alone withheld the province tells; where all together are 3 more than a rule told, and no
    other rule found anybody but one, that one found 3 at least, and no more than it could have."""
    truth = dict.fromkeys(((rule, unit, "persons") for rule in RULES for unit in UNITS), 0)
    truth |= {("a", UNITS[0], "persons"): 3, ("a", UNITS[1], "persons"): 9, ("a", PROVINCE, "persons"): 12}
    told = {key: count for key, count in truth.items() if key != ("a", UNITS[0], "persons")}
    assert Release(truth, told, {}).found() == {("a", UNITS[0], "persons")}
    del told["a", PROVINCE, "persons"]
    assert Release(truth, told, {}).found() == set()
    beside = {(ALL, UNITS[0], "persons"): 3}
    assert Release(truth, told, beside).found() == {("a", UNITS[0], "persons")}
