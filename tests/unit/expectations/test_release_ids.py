"""Release ids are not searched for personal numbers: each column is held to its form, or looked up where one is."""

from __future__ import annotations

import pytest

from expectations import release_suites
from expectations.personal_numbers import NOT_NUMBERS
from expectations.rule import CRITICAL
from expectations.suites.release import COLUMNS

RULES = {(rule.table, rule.name) for suite in release_suites({}) for rule in suite.rules if rule.severity == CRITICAL}
IDS = [
    (f"marts.{table}", column)
    for table, columns in COLUMNS.items()
    for column in columns.split()
    if column in NOT_NUMBERS and column.endswith("release_id")
]


@pytest.mark.parametrize(("table", "column"), IDS)
def test_no_release_id_goes_unread(table: str, column: str) -> None:
    assert RULES & {(table, "id_well_formed"), (table, f"{column}_known")}


def test_the_form_itself_is_asked_where_all_are_looked_up() -> None:
    assert {("marts.release", "id_well_formed"), ("marts.release_history", "id_well_formed")} <= RULES
    assert len(IDS) >= 7
