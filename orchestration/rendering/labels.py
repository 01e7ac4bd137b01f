"""Codes of the published tables as people read them, in Chinese and in English, so that the terminal, the workbook and
the statistical exchange say the same. No sentences."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache

from orchestration.settings import DBT_PROJECT
from orchestration.text import words

STATUS = words("labels.status")
PERIOD_TYPE = words("labels.period_type")
MATURITY = words("labels.maturity")
TARGET_KIND = words("labels.target_kind")
ATTRIBUTE = words("labels.attribute")
BASIS = words("labels.basis")
SEVERITY = words("labels.severity")


@cache
def plan_periods() -> dict[str, tuple[date, date]]:
    """The plans' first and last days, by their ids."""
    with (DBT_PROJECT / "seeds" / "plans.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["plan_id"]: (date.fromisoformat(row["start_date"]), date.fromisoformat(row["end_date"]))
            for row in csv.DictReader(file)
        }


@cache
def plan_names() -> dict[str, tuple[str, str]]:
    """What the plans are called, by their ids."""
    with (DBT_PROJECT / "seeds" / "plans.csv").open(encoding="utf-8", newline="") as file:
        return {row["plan_id"]: (row["name_zh"], row["name_en"]) for row in csv.DictReader(file)}
