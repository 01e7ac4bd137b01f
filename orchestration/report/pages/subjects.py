"""The block of the subject cubes: each subject of the province over one dimension at a time."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from orchestration.report.pages.page import only_query
from orchestration.report.view.source import Rows
from orchestration.report.view.subjects import SubjectCubesView
from orchestration.report.words import LABELS, Figure, label, number, sentence
from orchestration.text import Pair


def subject_cubes_block(view: SubjectCubesView) -> dict[str, Any]:
    """A table for each subject."""
    first = next(iter(view.subjects.get("employment", ())), None)
    title = (
        sentence("subject_cubes_title", quarter=_quarter(first), n=_number("employment", first))
        if first is not None
        else sentence("subject_cubes_heading")
    )
    return {"title": title, "tables": [_table(subject, rows) for subject, rows in view.subjects.items()]}


def _table(subject: str, rows: Rows) -> dict[str, Any]:
    every = list(rows)
    return {
        "heading": sentence(f"subject_{subject}", quarter=_quarter(every[0])),
        "provisional": every[0].maturity == "provisional",
        "dimensions": [
            {"name": label("subject_dimension", name), "rows": [_row(subject, row) for row in values]}
            for name, values in groupby(every, key=lambda row: row.dimension)
        ],
        "evidence": only_query(f"subject_{subject}", rows),
    }


def _row(subject: str, row: Any) -> dict[str, Any]:
    return {
        "name": None if row.dimension == "all" else _value(row.dimension, row.code),
        "n": _number(subject, row),
        "share": Figure(number(row.share), row.share, _series("subject_share", subject, row)),
    }


def _number(subject: str, row: Any) -> Figure:
    return Figure(f"{row.n:,.0f}", row.n, _series("subject_n", subject, row))


def _series(measure: str, subject: str, row: Any) -> str:
    return f"{measure}/{subject}/{row.dimension}/{row.code}/{row.period_end}"


def _value(dimension: str, code: str) -> Pair:
    """What a value is called: bands of age and names of programmes are as they stand."""
    if dimension == "industry" and code in LABELS["wage_industry"]:
        return label("wage_industry", code)
    known = LABELS["subject_value"]
    return known.get(f"{dimension}.{code}") or (known["other"] if code == "other" else (code, code))


def _quarter(row: Any) -> Pair:
    return sentence("quarter", year=row.period_end.year, quarter=(row.period_end.month + 2) // 3)
