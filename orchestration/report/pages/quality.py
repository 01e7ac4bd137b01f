"""Data quality: quality.html of the report."""

from __future__ import annotations

from datetime import date
from typing import Any

from orchestration.report.pages.page import Frame, doubts_of, only_query, page
from orchestration.report.view.quality import QualityView
from orchestration.report.words import Figure, extract_name, number, region_name, sentence
from orchestration.text import words


def quality_page(view: QualityView, frame: Frame) -> str:
    """The page as HTML."""
    late = list(view.overdue)
    title = sentence(
        "quality_title",
        critical=Figure(str(view.gate.critical), view.gate.critical, "gate/critical"),
        warnings=Figure(str(view.gate.warnings), view.gate.warnings, "gate/warning"),
        late=Figure(str(len(late)), len(late), "overdue/all"),
    )
    severity = words("labels.severity")
    return page(
        "quality",
        frame,
        "quality",
        sentence("page_title", what=title, plan=sentence("menu_quality")),
        headline=title,
        **_deliveries(view),
        evidence_deliveries=only_query("deliveries", view.deliveries),
        late=[
            {
                "extract": extract_name(row.extract),
                "unit": (row.unit_zh, row.unit_en),
                "period": (row.period_zh, row.period_en),
                "due": str(row.due_on),
                "days": row.days_late,
            }
            for row in late
        ],
        evidence_late=only_query("late", view.overdue),
        refused=[
            {
                "path": row.path,
                "whole": row.status == "rejected",
                "rows": f"{row.rows_refused or 0:,}",
                "message": (row.message_zh or "–", row.message_en or "–"),
            }
            for row in view.refused
        ],
        evidence_refused=only_query("refused", view.refused),
        doubts=doubts_of(view.doubts),
        evidence_doubts=only_query("doubts", view.doubts),
        suites=list(view.suites),
        evidence_suites=only_query("suites", view.suites),
        failed=[
            {
                "rule": f"{row.suite}.{row.expectation}",
                "severity": severity[row.severity],
                "words": (row.description_zh, row.description_en),
                "count": f"{row.unexpected_count or 0:,}",
            }
            for row in view.failed
        ],
        evidence_failed=only_query("failed", view.failed),
        beyond=[
            {
                "item": row.item,
                "region": region_name(row.region_code, view.regions[row.region_code].name),
                "month": f"{row.period_end:%Y-%m}",
                "reported": number(row.reported, row.unit),
                "computed": number(row.computed, row.unit),
                "difference": number(row.difference, row.unit),
            }
            for row in view.beyond
        ],
        evidence_beyond=only_query("beyond", view.beyond),
    )


def _deliveries(view: QualityView) -> dict[str, Any]:
    """A table per extract: units by months; those with something missing first, and open."""
    rows = list(view.deliveries)
    months = sorted({row.month for row in rows})
    extracts: dict[str, dict[str, dict[date, Any]]] = {}
    for row in rows:
        extracts.setdefault(row.extract, {}).setdefault(row.unit_code, {})[row.month] = row
    tables = []
    for extract, units in extracts.items():
        columns = [one for one in months if any(one in found for found in units.values())]
        missing = sum(row.is_due and not row.received for found in units.values() for row in found.values())
        tables.append(
            {
                "name": extract_name(extract),
                "missing": missing,
                "months": [f"{one:%Y-%m}" for one in columns],
                "rows": [
                    {
                        "unit": region_name(unit, view.regions[unit].name),
                        "cells": [_cell(found.get(one)) for one in columns],
                    }
                    for unit, found in units.items()
                ],
            }
        )
    return {
        "extracts": sorted(tables, key=lambda one: -one["missing"]),
        "first_month": f"{months[0]:%Y-%m}" if months else "",
    }


def _cell(row: Any) -> tuple[str, str]:
    """Class and sign of a delivery."""
    if row is None:
        return "", ""
    if row.received:
        return "f", "●"
    return ("m", "○") if row.is_due else ("", "·")
