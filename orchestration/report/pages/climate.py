"""The block on the climate of the labour market."""

from __future__ import annotations

from typing import Any

from orchestration.report.pages.page import data_table, only_query
from orchestration.report.view.climate import ClimateView
from orchestration.report.view.source import PROVINCE, Rows
from orchestration.report.words import Figure, label, plain, region_name, sentence, signed, unless
from orchestration.text import Pair

COMPONENTS = ("ratio", "vacancies", "new_employment", "unemployed")
"""What the index is made of, in the order of its formula."""


def climate_block(view: ClimateView) -> dict[str, Any]:
    """What the template shows: the index by unit with its light and its components, its course, the ratio of vacancies
    to seekers, what firms answered."""
    indices, ratios, answers = list(view.indices or ()), list(view.ratios or ()), list(view.answers or ())
    return {
        "title": _title(view, indices, ratios),
        "component_names": [label("climate_component", code) for code in COMPONENTS],
        "indices": _indices(view, indices),
        "index_quarter": _quarter(indices[0].period_end) if indices else None,
        "evidence_indices": only_query("climate", view.indices) if view.indices else None,
        "evidence_components": data_table("climate.components", view.components, sentence("climate_components"))
        if view.components
        else None,
        "course": _course(view.course) if view.course and len(view.course.rows) > 1 else None,
        "ratios": [
            {
                "name": _name(view, row.region_code),
                "vacancies": _count("market_vacancies", row.vacancies, row),
                "seekers": _count("market_seekers", row.seekers, row),
                "ratio": _ratio(row),
                "provisional": row.maturity == "provisional",
            }
            for row in ratios
        ],
        "ratio_quarter": _quarter(ratios[0].period_end) if ratios else None,
        "evidence_ratios": only_query("market.ratio", view.ratios) if view.ratios else None,
        "answers": [
            {
                "question": label("sentiment_question", row.question),
                "answers": Figure(f"{row.answers:,.0f}", row.answers, _series("sentiment_answers", row.question, row)),
                "index": _points("sentiment_index", row.diffusion_index, row),
                "balance": _points("sentiment_balance", row.balance, row),
            }
            for row in answers
        ],
        "answers_month": f"{answers[0].period_end:%Y-%m}" if answers else "",
        "evidence_answers": only_query("market.answers", view.answers) if view.answers else None,
    }


def _title(view: ClimateView, indices: list[Any], ratios: list[Any]) -> Pair:
    """The finding: the province's index, else its ratio of vacancies to seekers."""
    whole = [row for row in indices if row.region_code == PROVINCE and row.index_value is not None]
    if whole and whole[0].light:
        return sentence(
            "climate_title",
            quarter=_quarter(whole[0].period_end),
            index=_index(whole[0]),
            light=label("climate_light", whole[0].light),
            unconfirmed=unless(view.is_confirmed),
        )
    market = [row for row in ratios if row.region_code == PROVINCE and row.ratio is not None]
    if market:
        return sentence("climate_title_ratio", quarter=_quarter(market[0].period_end), ratio=_ratio(market[0]))
    return sentence("climate_heading")


def _indices(view: ClimateView, rows: list[Any]) -> list[dict[str, Any]]:
    made_of: dict[str, dict[str, Any]] = {}
    for row in view.components or ():
        made_of.setdefault(row.region_code, {})[row.component] = row
    return [
        {
            "name": _name(view, row.region_code),
            "index": _index(row) if row.index_value is not None and not row.too_uncertain else "–",
            "light": _light(row),
            "provisional": row.maturity == "provisional",
            "components": [_contribution(made_of.get(row.region_code, {}).get(code)) for code in COMPONENTS],
        }
        for row in rows
    ]


def _light(row: Any) -> Pair:
    if row.too_uncertain:
        return label("state", "too_uncertain")
    return label("climate_light", row.light) if row.light else ("–", "–")


def _index(row: Any) -> Figure:
    return Figure(_tenths(row.index_value), row.index_value, f"climate_index/{row.region_code}/{row.period_end}")


def _contribution(row: Any) -> Any:
    """In hundredths of a logarithm, which add up."""
    if row is None or row.contribution is None:
        return "–"
    series = f"climate_contribution/{row.component}/{row.region_code}/{row.period_end}"
    return Figure(signed(100 * row.contribution), row.contribution, series)


def _ratio(row: Any) -> Any:
    if row.ratio is None:
        return "–"
    return Figure(f"{row.ratio:.2f}", row.ratio, f"market_ratio/{row.region_code}/{row.period_end}")


def _count(measure: str, value: float | None, row: Any) -> Any:
    return "–" if value is None else Figure(f"{value:,.0f}", value, f"{measure}/{row.region_code}/{row.period_end}")


def _points(measure: str, value: float | None, row: Any) -> Any:
    return "–" if value is None else Figure(_tenths(value), value, _series(measure, row.question, row))


def _tenths(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


def _series(measure: str, question: str, row: Any) -> str:
    return f"{measure}/{question}/{PROVINCE}/{row.period_end}"


def _name(view: ClimateView, code: str) -> Pair:
    return region_name(code, view.regions[code].name)


def _quarter(day: Any) -> Pair:
    return sentence("quarter", year=day.year, quarter=(day.month + 2) // 3)


def _course(rows: Rows) -> dict[str, Any]:
    """The province's index by quarter, with 100 as the level of the base year."""
    from orchestration.report.charts import Chart, Level, Mark
    from orchestration.report.pages.drawing import picture

    found = list(rows)
    first = found[0].period_end

    def at(day: Any) -> float:
        return float((day.year - first.year) * 12 + day.month - first.month)

    marks: list[Mark] = []
    for row in found:
        x = at(row.period_end)
        if marks and x - marks[-1].x > 3:  # no line is drawn over a quarter that is not there
            marks.append(Mark(marks[-1].x + 3, None))
        says = sentence("climate_mark", quarter=_quarter(row.period_end), index=_tenths(row.index_value))
        marks.append(Mark(x, row.index_value, plain(says), "", row.maturity == "provisional"))
    chart = Chart(
        ticks=tuple(
            (at(row.period_end), (f"{row.period_end:%Y-%m}",) * 2)
            for place, row in enumerate(found)
            if row.period_end.month == 12 or place in (0, len(found) - 1)
        ),
        actual=tuple(marks),
        target=(Level(0.0, at(found[-1].period_end), 100.0),),
        names={"target": plain(sentence("climate_base"))},
    )
    title = sentence("climate_course")
    return {"title": title, "picture": picture(chart, title), "evidence": data_table("climate.course", rows, title)}
