"""The block on fund supervision."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from orchestration.report.pages.page import only_query
from orchestration.report.view.funds import SupervisionView
from orchestration.report.view.source import PROVINCE
from orchestration.report.words import Figure, number, region_name, sentence, unless
from orchestration.text import Pair

NONE = "–"


def supervision_block(view: SupervisionView) -> dict[str, Any]:
    """The province by rule, and the units."""
    rows = list(view.rows)
    whole = next((row for row in rows if row.rule == "*" and row.region_code == PROVINCE), None)
    month = rows[0].period_end
    when = sentence("month_of", year=month.year, month=month.month)
    title = (
        sentence(
            "supervision_title",
            when=when,
            persons=_figure("persons", whole),
            amount=_figure("amount_at_risk", whole),
            unconfirmed=unless(view.is_confirmed),
        )
        if whole is not None and whole.persons is not None
        else sentence("supervision_heading")
    )
    return {
        "title": title,
        "when": when,
        "rules": _lines((row for row in rows if row.region_code == PROVINCE), _rule),
        "units": _lines(
            (row for row in rows if row.region_code != PROVINCE),
            lambda row: region_name(row.region_code, view.regions[row.region_code].name),
        ),
        "evidence": only_query("supervision", view.rows),
    }


def _rule(row: Any) -> Pair:
    return sentence("supervision_all") if row.rule == "*" else (row.name_zh, row.name_en)


def _lines(rows: Iterable[Any], name: Callable[[Any], Pair]) -> list[dict[str, Any]]:
    return [
        {
            "name": name(row),
            "withheld": row.is_suppressed,
            "provisional": row.maturity == "provisional",
            "cells": [_figure(column, row) for column in ("examined", "found", "persons", "amount_at_risk")],
            "precision": _precision(row),
        }
        for row in rows
    ]


def _figure(column: str, row: Any) -> Any:
    value = getattr(row, column)
    if value is None:
        return NONE
    return Figure(f"{value:,.0f}", value, f"supervision_{column}/{row.rule}/{row.region_code}/{row.period_end}")


def _precision(row: Any) -> Any:
    if row.share_confirmed is None:
        return NONE
    share = 100 * row.share_confirmed
    return Figure(number(share), share, f"supervision_precision/{row.rule}/{row.region_code}")
