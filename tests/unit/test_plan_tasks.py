"""The register of commitments against the plan's own words: every number of boxes 3 to 12 is a commitment, and every
commitment there is a number of its box."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.support.warehouse import DBT_PROJECT

BOXES = Path(__file__).parents[1] / "support" / "plan_boxes.zh.txt"
CHINESE = {"一": 1, "三": 3, "五": 5}
# A number with what it counts: 250, 1-2 (the smaller one), 各1次 (of each of two), 三大平台, 五统一, 每年…一批, 一届.
NUMBER = re.compile(r"(各)?(\d+)(?:-\d+)?|([三五])(?=大平台|统一)|(?<=每年认定|每年选树)(一)(?=批)|(一)(?=届)")
# What is asked without a number: an event each year, five systems by their names.
UNNUMBERED = {"P06", "P25", "P43"}


def tasks() -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds" / "plan_tasks.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def printed() -> Iterator[tuple[str, int]]:
    """Each number of the boxes, with its place as the register writes it."""
    box = ""
    for line in BOXES.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            box = line[2:]
            continue
        item, _, text = line.rpartition(". ") if not line[0].isdigit() else line.partition(". ")
        for each, digits, *others in NUMBER.findall(text):
            number = int(digits) if digits else CHINESE[next(filter(None, others))]
            yield from [(f"box {box} item {item}", number)] * (2 if each else 1)


def test_every_number_of_the_boxes_is_a_commitment_and_the_other_way_round() -> None:
    registered = Counter(
        (task["place"], int(task["target"]))
        for task in tasks()
        if task["place"].startswith("box") and task["kind"] == "count" and task["task_id"] not in UNNUMBERED
    )
    assert len(set(printed())) > 25
    assert Counter(printed()) == registered


def test_what_is_asked_in_words_stands_in_its_place_too() -> None:
    words = BOXES.read_text(encoding="utf-8")
    for task in tasks():
        if task["parent_task"] == "P38":
            assert task["quote"].partition(":")[2] in words, task["task_id"]
    named = {task["task_id"]: task for task in tasks()}
    assert named.keys() >= UNNUMBERED
    assert sum(task["kind"] == "milestone" for task in named.values()) == 9
    assert int(named["P38"]["target"]) == sum(task["parent_task"] == "P38" for task in named.values())


def test_ids_go_on_where_they_ended_and_rough_figures_have_a_tolerance() -> None:
    ids = [task["task_id"] for task in tasks()]
    expected = [f"P{n:02}" for n in range(1, 58) if n != 36]
    expected[35:35] = ["P36a", "P36b"]
    assert ids == expected
    for task in tasks():
        assert ("左右" in task["quote"]) == (task["direction"] == "about") == bool(task["tolerance"]), task["task_id"]
        assert (task["basis"] == "annual") == (task["cadence"] == "yearly"), task["task_id"]
        assert task["starts_on"] < task["due_on"]
