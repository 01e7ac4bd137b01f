"""What changed since the release before: change.html."""

from __future__ import annotations

from typing import Any

from orchestration.report.pages.page import Frame, only_query, page
from orchestration.report.view.change import ChangeView
from orchestration.report.words import Figure, indicator_name, number, region_name, sentence, signed
from orchestration.text import words


def change_page(view: ChangeView, frame: Frame) -> str:
    """The page as HTML."""
    if view.is_first:
        title = sentence("first_release")
    elif not view.figures and not view.statuses:
        title = sentence("nothing_changed")
    else:
        title = sentence(
            "changed",
            figures=Figure(f"{view.figures:,}", view.figures, "changes/figures"),
            statuses=Figure(str(view.statuses), view.statuses, "changes/statuses"),
        )
    causes = words("labels.cause")
    return page(
        "change",
        frame,
        "change",
        sentence("page_title", what=title, plan=sentence("menu_change")),
        headline=title,
        previous=view.previous,
        causes=[
            {"word": causes.get(row.cause, (row.cause, row.cause)), "figures": f"{row.figures:,}"}
            for row in view.causes
        ],
        changes=[_change(row) for row in view.changes],
        left_out=max(0, view.figures - len(view.changes.rows)),
        evidence_changes=only_query("changes", view.changes),
    )


def _change(row: Any) -> dict[str, Any]:
    has_status = row.old_status_zh != row.new_status_zh
    return {
        "indicator": indicator_name(row.indicator_id, (row.indicator_zh, row.indicator_en)),
        "id": row.indicator_id,
        "region": region_name(row.region_code, (row.region_zh, row.region_en)),
        "period": (row.period_zh, row.period_en),
        "old": _value(row, row.old_value, row.old_text),
        "new": _value(row, row.new_value, row.new_text),
        "difference": signed(row.difference, row.unit) if row.difference is not None else "–",
        "cause": (row.causes_zh or "–", row.causes_en or "–"),
        "status": (
            (row.old_status_zh or "–", row.old_status_en or "–"),
            (row.new_status_zh or "–", row.new_status_en or "–"),
        )
        if has_status
        else None,
    }


def _value(row: Any, value: float | None, text: str | None) -> Any:
    if row.is_withheld:
        return row.withheld_zh, row.withheld_en
    shown = text or ("–" if value is None else number(value, row.unit))
    return shown, shown
