"""Codes of the published tables as people read them, in Chinese and in English, so that the terminal, the workbook and
the statistical exchange say the same. No sentences."""

from __future__ import annotations

import csv
from functools import cache

from orchestration.settings import DBT_PROJECT

STATUS = {
    "met": ("已完成", "met"),
    "on_track": ("进度正常", "on track"),
    "at_risk": ("有风险", "at risk"),
    "off_track": ("滞后", "off track"),
    "no_data": ("无数据", "no data"),
    "not_assessed": ("不评估", "not assessed"),
}
PERIOD_TYPE = {
    "month": ("当月", "Month"),
    "quarter": ("当季", "Quarter"),
    "ytd": ("本年累计", "Year to date"),
    "year": ("全年", "Year"),
}
MATURITY = {
    "final": ("终数", "Final"),
    "provisional": ("初步数", "Provisional"),
}
TARGET_KIND = {
    "cumulative": ("规划期累计", "Cumulative"),
    "level": ("期末水平", "Level at the end"),
    "ceiling": ("上限", "Ceiling"),
    "annual_level": ("年度水平", "Level of each year"),
    "text": ("文字", "Text"),
}
ATTRIBUTE = {
    "expected": ("预期性", "Expected"),
    "binding": ("约束性", "Binding"),
}
SEVERITY = {
    "critical": ("阻断", "Critical"),
    "warning": ("提示", "Warning"),
    "info": ("告知", "Info"),
}


@cache
def plan_names() -> dict[str, tuple[str, str]]:
    """What the plans are called, by their ids."""
    with (DBT_PROJECT / "seeds" / "plans.csv").open(encoding="utf-8", newline="") as file:
        return {row["plan_id"]: (row["name_zh"], row["name_en"]) for row in csv.DictReader(file)}
