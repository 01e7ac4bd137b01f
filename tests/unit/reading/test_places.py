"""Names of places: former, short, wrong ones, and a unit by itself."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from raw_landing import ParsedDump
from raw_landing.intake.identify import Identity
from raw_landing.regions import SEEDS, load_regions

Read = Callable[..., ParsedDump]
STOCK = "行政区划代码,期末城镇从业人员数\n"
WUHAN = Identity("employment", "urban_employed_stock", date(2024, 1, 1), date(2024, 3, 31), "420100", 1)


def values(reading: ParsedDump, *columns: str) -> list[tuple[object, ...]]:
    assert reading.receipt.reasons == (), reading.receipt
    return reading.rows.order("line_number").select(*columns).fetchall()


def refused(reading: ParsedDump) -> list[tuple[int, list[str]]]:
    return [row[:2] for row in reading.refused.order("line_number").fetchall()]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("监利县", "421088"),
        ("京山县", "420882"),
        ("郧县", "420304"),
        ("襄樊市", "420600"),
        ("襄樊", "420600"),
        ("襄阳区", "420607"),
        ("襄阳县", "420607"),
        ("宜昌县", "420506"),
        ("石灰窑区", "420203"),
        ("监利", "421088"),
        ("武汉", "420100"),
        ("江岸", "420102"),
        ("襄阳", "420600"),
        ("恩施州", "422800"),
        ("神农架", "429021"),
        ("长阳", "420528"),
        ("武汉市本级", "420100"),
        ("黄石市直", "420200"),
        ("恩施州直", "422800"),
        ("省本级", "420000"),
        ("420101", "420100"),
        ("421301", "421300"),
        ("420521", "420506"),
        ("监 利 县", "421088"),
        ("420101000000", "420100"),
    ],
)
def test_other_names_of_places(read: Read, written: str, code: str) -> None:
    assert values(read(f"{STOCK}{written},5\n"), "region_code") == [(code,)]


@pytest.mark.parametrize("written", ["市本级", "市直", "市辖区"])
def test_a_unit_itself_is_the_unit_of_the_dump(read: Read, written: str) -> None:
    assert values(read(f"{STOCK}{written},5\n", identity=WUHAN), "region_code") == [("420100",)]
    province = Identity(*list(vars(WUHAN).values())[:4], "420000", 1)
    for known in ({"identity": province}, {}):
        assert refused(read(f"{STOCK}{written},5\n420102,5\n", **known)) == [(2, ["unknown_region"])]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("黄坡区", "黄陂区"),
        ("武昌县", "武昌区"),
        ("江岸新区", "江岸区"),
        ("武汉市江岸区", "江岸区"),
        ("429000", "429004"),
        ("429000000000", "429021"),
        ("429000.0", "429006"),
    ],
)
def test_a_wrong_name_of_a_place_is_answered_with_what_was_meant(read: Read, written: str, meant: str) -> None:
    reading = read(f"{STOCK}{written},5\n420102,5\n")
    assert refused(reading) == [(2, ["unknown_region"])]
    (problem,) = reading.receipt.problems
    assert meant in problem.remedy_zh
    assert meant in problem.remedy_en


def test_a_name_that_two_places_bear_is_unknown(read: Read) -> None:
    assert refused(read(f"{STOCK}荆州,5\n420102,5\n")) == [(2, ["unknown_region"])]


def test_city_groups_share_out_the_units_and_no_dump_names_one() -> None:
    with (Path(SEEDS) / "region_groups.csv").open(encoding="utf-8", newline="") as file:
        members = [(row["group_id"], row["region_code"]) for row in csv.DictReader(file)]
    regions = load_regions()
    assert sorted(unit for _, unit in members) == sorted(regions.units)
    assert {group: sum(one == group for one, _ in members) for group in regions.groups} == {
        "G01": 9,
        "G02": 4,
        "G03": 4,
    }
    assert [one.level for one in regions.groups.values()] == ["city_group"] * 3
    assert all(regions.resolve(name) is None for code, one in regions.groups.items() for name in (code, one.name_zh))


def test_every_other_name_has_its_source_and_means_one_place() -> None:
    with (Path(SEEDS) / "region_aliases.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    regions = load_regions()
    assert len({row["alias_code"] for row in rows}) == len(rows)
    assert all(row["source"] and row["reason"] for row in rows)
    assert {row["region_code"] for row in rows} <= set(regions.by_code)
    bare: dict[str, set[str]] = {}
    for code, one in regions.by_code.items():
        bare.setdefault(one.name_zh.rstrip("市县区"), set()).add(code)
    aliases = {row["alias_code"]: row["region_code"] for row in rows}
    for word, codes in bare.items():
        if word in aliases and len(codes) > 1:
            pytest.fail(f"{word} is borne by {codes}")
