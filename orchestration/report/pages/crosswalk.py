"""The block on sources compared with each other."""

from __future__ import annotations

from collections import Counter
from typing import Any

from orchestration.report.pages.page import only_query
from orchestration.report.view.crosswalk import CrosswalkView
from orchestration.report.words import Figure, label, number, region_name, sentence, unless
from orchestration.text import Pair

SHOWN = ("persons_a", "in_both", "share", "only_a", "probable")


def crosswalk_block(view: CrosswalkView) -> dict[str, Any]:
    """What the template shows: of each pair the regions of which something is told or withheld, and of how many others
    nothing can be said, and why."""
    rows = list(view.coverage)
    pairs = list(dict.fromkeys(row.source_pair for row in rows))
    return {
        "title": _title(rows, unless(view.is_confirmed)),
        "head": [sentence(f"crosswalk_{name}") for name in SHOWN],
        "pairs": [_pair(view, [row for row in rows if row.source_pair == pair]) for pair in pairs],
        "evidence": only_query("crosswalk", view.coverage),
    }


def _title(rows: list[Any], unconfirmed: Pair) -> Pair:
    told = [row for row in rows if row.source_pair == "employed_insured" and row.only_a is not None]
    if not told:
        return sentence("crosswalk_heading")
    row = told[0]
    return sentence(
        "crosswalk_title",
        month=_month(row.cohort_end),
        until=_month(row.period_end),
        region=region_name(row.region_code, row.region_code),
        persons=_figure("persons_a", row),
        missing=_figure("only_a", row),
        share=_figure("only_a_share", row),
        unconfirmed=unconfirmed,
    )


def _pair(view: CrosswalkView, rows: list[Any]) -> dict[str, Any]:
    others = Counter(row.missing for row in rows if row.missing is not None)
    return {
        "heading": sentence(
            "crosswalk_of",
            pair=label("crosswalk_pair", rows[0].source_pair),
            month=_month(rows[0].cohort_end),
            until=_month(rows[0].period_end),
        ),
        "rows": [
            {
                "name": region_name(row.region_code, view.regions[row.region_code].name),
                "withheld": row.is_suppressed,
                "cells": [_figure(name, row) for name in SHOWN],
            }
            for row in rows
            if row.missing is None
        ],
        "others": [
            sentence("crosswalk_missing", regions=f"{regions}", why=label("crosswalk_missing", why))
            for why, regions in sorted(others.items())
        ],
    }


def _figure(name: str, row: Any) -> Any:
    value = getattr(row, name)
    if value is None:
        return "–"
    text = number(value) if name.endswith("share") else f"{value:,.0f}"
    return Figure(text, value, f"crosswalk_{name}/{row.source_pair}/{row.region_code}/{row.period_end}")


def _month(day: Any) -> Pair:
    return sentence("month_of", year=day.year, month=day.month)
