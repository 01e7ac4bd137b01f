"""The blocks on employers at risk and on how employers are rated. No employer is named: none is in the release."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from orchestration.report.pages.page import only_query
from orchestration.report.pages.services import NONE
from orchestration.report.view.services import TableView
from orchestration.report.view.source import PROVINCE
from orchestration.report.words import Figure, label, month, number, region_name, sentence, unless
from orchestration.text import Pair

RISK = {
    "labour_employers": "employers",
    "labour_high": "employers_high",
    "labour_persons": "arrears_persons",
    "labour_yuan": "arrears_yuan",
}
CREDIT = {
    "credit_employers": "employers",
    "credit_rated_share": "rated_share",
    "credit_published": "published",
    "credit_repaired": "repaired",
    "credit_case_share": "case_share",
}
"""What the tables show, and the columns that it stands in."""


def labour_risk_block(view: TableView) -> dict[str, Any]:
    """Employers at risk: by unit, and of the province by industry."""
    whole = next((row for row in view.rows if row.region_code == PROVINCE and row.industry_code == "*"), None)
    when = month(next(iter(view.rows)).period_end)
    title = (
        sentence(
            "labour_risk_title",
            month=when,
            employers=_figure("labour_employers", whole.employers, whole, whole.industry_code),
            high=_figure("labour_high", whole.employers_high, whole, whole.industry_code),
            unconfirmed=unless(view.is_confirmed),
        )
        if whole is not None and whole.employers_high is not None
        else sentence("labour_risk_heading")
    )
    return {"title": title, "tables": _tables(view, "labour", "industry_code", RISK, when, ("labour_level", _level))}


def employer_credit_block(view: TableView) -> dict[str, Any]:
    """Ratings of employers: by unit, and of the province by grade."""
    whole = next((row for row in view.rows if row.region_code == PROVINCE and row.grade == "*"), None)
    year = str(next(iter(view.rows)).period_end.year)
    title = (
        sentence("employer_credit_title", year=year, employers=_figure("credit_employers", whole.employers, whole, "*"))
        if whole is not None and whole.employers is not None
        else sentence("employer_credit_heading")
    )
    return {"title": title, "tables": _tables(view, "credit", "grade", CREDIT, (year, year), None)}


def _tables(
    view: TableView,
    name: str,
    of: str,
    columns: Mapping[str, str],
    when: Pair,
    last: tuple[str, Callable[[Any], Any]] | None,
) -> list[dict[str, Any]]:
    """The table of the units, and that of the province by class."""
    head = [*columns, *([last[0]] if last else [])]

    def table(heading: str, rows: list[Any], called: Callable[[Any], Pair]) -> dict[str, Any]:
        return {
            "heading": sentence(heading, when=when),
            "label": sentence(f"{name}_label"),
            "head": [sentence(measure) for measure in head],
            "rows": [
                {
                    "name": called(row),
                    "provisional": row.maturity == "provisional",
                    "withheld": row.is_suppressed,
                    "cells": [
                        *(
                            _figure(measure, getattr(row, column), row, getattr(row, of))
                            for measure, column in columns.items()
                        ),
                        *([last[1](row)] if last else []),
                    ],
                }
                for row in rows
            ],
            "evidence": only_query(name, view.rows),
        }

    def unit(row: Any) -> Pair:
        return region_name(row.region_code, view.regions[row.region_code].name)

    classes = [row for row in view.rows if getattr(row, of) != "*"]
    tables = [table(f"{name}_by_unit", [row for row in view.rows if getattr(row, of) == "*"], unit)]
    if classes:
        tables.append(table(f"{name}_by_class", classes, lambda row: label(f"{name}_class", getattr(row, of))))
    return tables


def _level(row: Any) -> Any:
    return NONE if row.risk_level is None else label("labour_level", row.risk_level)


def _figure(measure: str, value: float | None, row: Any, name: str) -> Any:
    if value is None:
        return NONE
    text = number(value) if measure.endswith("_share") else f"{value:,.0f}"
    return Figure(text, value, f"{measure}/{row.region_code}/{name}/{row.period_end}")
