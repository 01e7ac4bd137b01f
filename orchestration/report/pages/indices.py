"""The block on the composite indices."""

from __future__ import annotations

from typing import Any

from orchestration.report.pages.page import data_table, only_query
from orchestration.report.view.indices import IndicesView
from orchestration.report.view.source import PROVINCE
from orchestration.report.words import Figure, label, region_name, sentence, share, short, signed, unless
from orchestration.text import Pair

NONE = "–"


def indices_block(view: IndicesView) -> dict[str, Any]:
    """What the template shows: of each index the units with their ranks and how far these hang on the weights, and of
    the province what makes it."""
    rows = list(view.indices)
    quarter = sentence("quarter", year=rows[0].period_end.year, quarter=(rows[0].period_end.month + 2) // 3)
    return {
        "title": _title(view, rows, quarter),
        "quarter": quarter,
        "indices": [
            {
                "name": label("index", index),
                "rows": [_row(view, row) for row in rows if row.index_id == index],
                "parts": [
                    _part(part) for part in view.components if (part.index_id, part.region_code) == (index, PROVINCE)
                ],
            }
            for index in dict.fromkeys(row.index_id for row in rows)
        ],
        "evidence_indices": only_query("indices", view.indices),
        "evidence_components": data_table("indices.components", view.components, sentence("index_components")),
    }


def _title(view: IndicesView, rows: list[Any], quarter: Pair) -> Pair:
    whole = {row.index_id: row for row in rows if row.region_code == PROVINCE and row.value is not None}
    if len(whole) < 2:
        return sentence("indices_heading")
    return sentence(
        "indices_title",
        quarter=quarter,
        employment=_figure("composite_index", whole["employment"].value, whole["employment"]),
        insurance=_figure("composite_index", whole["insurance"].value, whole["insurance"]),
        unconfirmed=unless(all(row.is_confirmed for row in whole.values())),
    )


def _row(view: IndicesView, row: Any) -> dict[str, Any]:
    places = None if row.rank is None else max(row.peers_n - 1, 1)
    missing = (row.missing_components or "").split(";") if row.missing_components else []
    return {
        "name": region_name(row.region_code, view.regions[row.region_code].name),
        "peers": label("peer_group", row.peer_group) if row.peer_group else None,
        "provisional": row.maturity == "provisional",
        "uncertain": row.too_uncertain,
        "index": _figure("composite_index", row.value, row),
        "score": _figure("composite_score", row.score, row),
        "change": _figure("composite_change", row.change_yoy, row, signed),
        "rank": _figure("composite_rank", row.rank, row, str),
        # said beside the rank where other weights would often have made it another
        "keeps": _figure("composite_keeps", row.keeps_rank_share, row, share)
        if row.rank is not None and row.keeps_rank_share < view.keeps_rank
        else None,
        "at": (row.rank - 1) / places if places else None,
        "low": (row.rank_low95 - 1) / places if places else None,
        "width": (row.rank_high95 - row.rank_low95) / places if places else None,
        "interval": f"{row.rank_low95}–{row.rank_high95} / {row.peers_n}" if places else "",
        "weakest": label("index_component", row.weakest_component) if row.weakest_component else ("", ""),
        "missing": [label("index_component", name) for name in missing],
    }


def _part(part: Any) -> dict[str, Any]:
    return {
        "name": label("index_component", part.component_id),
        "value": _of_part("index_value", part.value, part),
        "goals": f"{short(part.goal_low)}–{short(part.goal_high)}",
        "z": part.z,
        "weight": _of_part("index_weight", part.weight, part, share),
        "contribution": _of_part("index_contribution", part.contribution, part),
        "change": _of_part("index_contribution_change", part.contribution_change, part, signed),
        "missing": label("index_missing", part.missing) if part.missing else None,
    }


def _figure(name: str, value: float | None, row: Any, written: Any = None) -> Any:
    series = f"{name}/{row.index_id}/{row.region_code}/{row.period_end}"
    return NONE if value is None else Figure((written or _hundredths)(value), value, series)


def _of_part(name: str, value: float | None, part: Any, written: Any = None) -> Any:
    series = f"{name}/{part.index_id}/{part.component_id}/{part.region_code}/{part.period_end}"
    return NONE if value is None else Figure((written or _hundredths)(value), value, series)


def _hundredths(value: float) -> str:
    return f"{value:,.2f}".replace("-", "−")
