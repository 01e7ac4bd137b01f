"""The parts of an indicator's page on how its figures came about: growth, definitions, doubts, vintages, quality."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from markupsafe import escape

from orchestration.report.pages.page import doubts_of, only_query, t
from orchestration.report.view.indicator import IndicatorView
from orchestration.report.view.source import Rows
from orchestration.report.words import counted_in, listed, number, plain, sentence, signed
from orchestration.text import Pair, words


def tables(view: IndicatorView) -> dict[str, Any]:
    ident, unit, definition = view.indicator.indicator_id, view.indicator.unit, view.definition
    versions = sorted({row.definition_version for row in view.versions})
    by_year: dict[int, dict[int, float | None]] = {}
    for row in view.versions:
        by_year.setdefault(row.period_end.year, {})[row.definition_version] = row.value
    in_force = next((row.definition_version for row in view.formula if row.is_in_force), 0)
    newest_year = max(by_year, default=None)
    versions_title = sentence("versions_one")
    if len(versions) > 1 and newest_year is not None:
        values = by_year[newest_year]
        own = values.get(in_force)
        others = [value for one in versions if one != in_force and (value := values.get(one)) is not None]
        if others and own is not None:
            versions_title = sentence(
                "versions_title",
                other=listed([counted_in(number(one, unit), unit) for one in others]),
                own=counted_in(number(own, unit), unit),
                year=newest_year,
            )
    return {
        "growth": [
            {
                "year": row.period_end.year,
                "value": number(row.value, unit) if row.value is not None else "–",
                "change": _change(view, row),
                "grade": row.quality_grade or "",
                "is_break": bool(row.break_flag),
            }
            for row in view.growth
        ],
        "evidence_growth": only_query(f"{ident}.growth", view.growth),
        "versions_title": versions_title,
        "versions": versions,
        "in_force": in_force,
        "version_rows": [
            {"year": year, "values": [_number(values.get(one), unit) for one in versions]}
            for year, values in by_year.items()
        ],
        "formulas": [
            {
                "version": row.definition_version,
                "words": (row.formula_zh, row.formula_en),
                "is_in_force": row.is_in_force,
                "sql": escape(row.sql) if row.sql else None,
            }
            for row in view.formula
        ],
        "evidence_versions": only_query(f"{ident}.versions", view.versions),
        "doubts": doubts_of(view.doubts),
        "evidence_doubts": only_query(f"{ident}.doubts", view.doubts),
        "revisions": _revisions(view.revisions, unit),
        "is_first_release": view.is_first_release,
        "evidence_revisions": only_query(f"{ident}.vintages", view.revisions),
        "sources": ", ".join(definition.source_extracts),
        "series_number": definition.series_number or "",
        "is_person_based": definition.is_person_based,
        "quality": [_quality_row(row, unit) for row in view.quality],
        "evidence_quality": only_query(f"{ident}.quality", view.quality),
    }


def _change(view: IndicatorView, row: SimpleNamespace) -> Any:
    if row.change_yoy is None:
        return "–"
    if row.change_yoy_pct is not None:
        return (
            f"{'+' if row.change_yoy_pct > 0 else '−' if row.change_yoy_pct < 0 else ''}{abs(row.change_yoy_pct):.1f}%"
        )
    figure = signed(row.change_yoy, view.indicator.unit)
    return t(sentence("percentage_points", figure=figure)) if view.indicator.unit == "%" else figure


def _revisions(rows: Rows, unit: str) -> list[dict[str, Any]]:
    return [
        {
            "period": plain(label_of_period(row.period_type, row.period_end)),
            "value": row.value_text or (number(row.value, unit) if row.value is not None else "–"),
            "releases": f"{row.first_release_id} – {row.last_release_id}",
        }
        for row in rows
    ]


def label_of_period(period_type: str, period_end: Any) -> Pair:
    """A period by its kind and last day."""
    kind = words("labels.period_type")[period_type]
    return sentence("period", kind=kind, year=period_end.year, month=period_end.month)


def _quality_row(row: SimpleNamespace, unit: str) -> dict[str, Any]:
    def percent(value: float | None) -> str:
        return "–" if value is None else f"{100 * value:.1f}%"

    return {
        "year": row.year,
        "late": "–" if row.median_days_late is None else f"{row.median_days_late:.0f}",
        "provisional": percent(row.share_provisional),
        "revision": "–" if row.mean_absolute_revision is None else number(row.mean_absolute_revision, unit),
        "estimates": percent(row.share_estimates),
        "cv": percent(row.median_cv),
        "reconciled": percent(row.share_reconciled),
    }


def _number(value: float | None, unit: str) -> str:
    return "–" if value is None else number(value, unit)
