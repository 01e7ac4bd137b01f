"""The blocks on services, key groups, the employment fund and service firms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from orchestration.report.pages.page import only_query
from orchestration.report.view.services import ServicesView, TableView
from orchestration.report.view.source import PROVINCE, Region, Rows
from orchestration.report.words import Figure, label, number, region_name, sentence, unless
from orchestration.text import Pair

NONE = "–"
HOTLINE = {
    "hotline_calls": "calls",
    "hotline_answer_rate": "answer_rate",
    "hotline_rated": "rated",
    "hotline_satisfaction_rate": "satisfaction_rate",
}
RATING = {
    "rating_handled": "handled",
    "rating_rated": "rated",
    "rating_satisfaction_rate": "satisfaction_rate",
    "rating_unsatisfied": "unsatisfied",
    "rating_in_time_rate": "in_time_rate",
}
HR_SERVICE = {
    "hr_service_firms": "firms",
    "hr_service_staff": "staff",
    "hr_service_turnover_wan": "turnover_wan",
    "hr_service_persons_placed": "persons_placed",
    "hr_service_turnover_yoy_pct": "turnover_yoy_pct",
}
"""What tables by region show, and the columns that it stands in."""


def services_block(view: ServicesView) -> dict[str, Any]:
    """The hotline and the ratings of services by unit."""
    hotline, ratings = list(view.hotline or ()), list(view.ratings or ())
    whole = [row for row in hotline if row.region_code == PROVINCE and row.answer_rate is not None]
    rated = [row for row in ratings if row.region_code == PROVINCE and row.satisfaction_rate is not None]
    if whole:
        title = sentence(
            "services_title",
            until=_month(whole[0]),
            rate=_figure("hotline_answer_rate", whole[0].answer_rate, whole[0]),
        )
    elif rated:
        title = sentence(
            "services_title_rated",
            until=_month(rated[0]),
            rate=_figure("rating_satisfaction_rate", rated[0].satisfaction_rate, rated[0]),
        )
    else:
        title = sentence("services_heading")
    return {
        "title": title,
        "tables": [
            *_table("hotline", view.hotline, view.regions, HOTLINE, when=_month(hotline[0]) if hotline else None),
            *_table("rating", view.ratings, view.regions, RATING, when=_month(ratings[0]) if ratings else None),
        ],
    }


def key_groups_block(view: TableView) -> dict[str, Any]:
    """The province's key groups."""
    rows = list(view.rows)
    homes = next((row for row in rows if row.households is not None), None)
    title = (
        sentence(
            "key_group_title",
            quarter=_quarter(homes.period_end),
            households=Figure(
                f"{homes.households:,.0f}", homes.households, f"key_group_households/{PROVINCE}/{homes.period_end}"
            ),
            target=f"{homes.households_target:,.0f}",
            unconfirmed=unless(view.is_confirmed),
        )
        if homes
        else sentence("key_groups_heading")
    )
    return {
        "title": title,
        "rows": [
            {
                "name": label("key_group", row.key_group),
                "provisional": row.maturity == "provisional",
                "persons": _of_group("persons", row.persons, row),
                "served": _of_group("served_share", row.served_share, row),
                "entered": _of_group("entered", row.entered, row),
                "employed": _of_group("employed_share", row.employed_share, row),
                "missing": label("employed_missing", row.employed_missing) if row.employed_missing else None,
            }
            for row in rows
        ],
        "evidence": only_query("key_groups", view.rows),
    }


def employment_fund_block(view: TableView) -> dict[str, Any]:
    """The employment fund, by programme of the province and by unit."""
    rows = list(view.rows)
    whole = next((row for row in rows if row.region_code == PROVINCE and row.programme == "*"), None)
    when = _quarter(rows[0].period_end)
    title = (
        sentence("fund_title", quarter=when, rate=_of_fund("fund_execution_rate", whole.execution_rate, whole))
        if whole is not None and whole.execution_rate is not None
        else sentence("employment_fund_heading")
    )

    def lines(chosen: Iterable[Any], name: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": name(row),
                "provisional": row.maturity == "provisional",
                "budget": _of_fund("fund_budget_wan", row.budget_wan, row),
                "paid": _of_fund("fund_paid_wan", row.paid_wan, row),
                "rate": _of_fund("fund_execution_rate", row.execution_rate, row),
                "growth": _of_fund("fund_change_yoy_pct", row.change_yoy_pct, row),
            }
            for row in chosen
        ]

    return {
        "title": title,
        "when": when,
        "programmes": lines(
            (row for row in rows if row.region_code == PROVINCE), lambda row: label("programme", row.programme)
        ),
        "units": lines(
            (row for row in rows if row.region_code != PROVINCE),
            lambda row: region_name(row.region_code, view.regions[row.region_code].name),
        ),
        "evidence": only_query("employment_fund", view.rows),
    }


def hr_service_block(view: TableView) -> dict[str, Any]:
    """Human-resources service firms by unit."""
    rows = list(view.rows)
    whole = next((row for row in rows if row.region_code == PROVINCE), None)
    year = rows[0].period_end.year
    title = (
        sentence("hr_service_title", year=year, firms=_figure("hr_service_firms", whole.firms, whole))
        if whole is not None and whole.firms is not None
        else sentence("hr_service_heading")
    )
    return {
        "title": title,
        "tables": _table("hr_service", view.rows, view.regions, HR_SERVICE, when=(str(year), str(year))),
    }


def _table(
    name: str, rows: Rows | None, regions: Mapping[str, Region], columns: Mapping[str, str], *, when: Pair | None
) -> list[dict[str, Any]]:
    """A table by region, where there are rows."""
    if not rows or when is None:
        return []
    return [
        {
            "heading": sentence(f"{name}_by_unit", when=when),
            "label": sentence(f"{name}_label"),
            "head": [sentence(measure) for measure in columns],
            "rows": [
                {
                    "name": region_name(row.region_code, regions[row.region_code].name),
                    "provisional": row.maturity == "provisional",
                    "withheld": getattr(row, "is_suppressed", False),
                    "cells": [_figure(measure, getattr(row, column), row) for measure, column in columns.items()],
                }
                for row in rows
            ],
            "evidence": only_query(name, rows),
        }
    ]


def _figure(measure: str, value: float | None, row: Any) -> Any:
    if value is None:
        return NONE
    text = number(value) if measure.endswith(("_rate", "_pct")) else f"{value:,.0f}"
    return Figure(text, value, f"{measure}/{row.region_code}/{row.period_end}")


def _of_group(measure: str, value: float | None, row: Any) -> Any:
    if value is None:
        return NONE
    text = number(value) if measure.endswith("_share") else f"{value:,.0f}"
    return Figure(text, value, f"key_group_{measure}/{row.key_group}/{PROVINCE}/{row.period_end}")


def _of_fund(measure: str, value: float | None, row: Any) -> Any:
    if value is None:
        return NONE
    text = number(value) if measure.endswith(("_rate", "_pct")) else f"{value:,.0f}"
    return Figure(text, value, f"{measure}/{row.programme}/{row.region_code}/{row.period_end}")


def _month(row: Any) -> Pair:
    return sentence("month_of", year=row.period_end.year, month=row.period_end.month)


def _quarter(day: Any) -> Pair:
    return sentence("quarter", year=day.year, quarter=(day.month + 2) // 3)
