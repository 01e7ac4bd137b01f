"""Figures as people read them, and sentences about them in both languages. A figure in a sentence says exactly what it
is: its value and the series that it comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from orchestration.text import CHINESE, ENGLISH, Pair, words
from raw_landing.contract import load_contracts

LABELS: Mapping[str, Mapping[str, Pair]] = {
    "climate_component": words("climate.component"),
    "climate_light": words("climate.light"),
    "counted": words("report.counted"),
    "crosswalk_missing": words("crosswalk.missing"),
    "crosswalk_pair": words("crosswalk.pair"),
    "employed_missing": words("services.employed_missing"),
    "forecast_method": words("report.forecast_method"),
    "index": words("indices.index"),
    "index_component": words("indices.component"),
    "index_missing": words("indices.missing"),
    "indicator_short": words("report.indicator_short"),
    "key_group": words("services.key_group"),
    "credit_class": words("labour.grade"),
    "labour_class": words("wages.industry") | words("labour.industry"),
    "labour_level": words("labour.level"),
    "peer_group": words("indices.peer_group"),
    "programme": words("services.programme"),
    "region_short": words("report.region_short"),
    "sentiment_question": words("climate.question"),
    "state": words("report.state"),
    "stage": words("report.stage"),
    "status": words("report.status"),
    "status_lead": words("report.status_lead"),
    "status_lead_over": words("report.status_lead") | words("report.status_lead_over"),
    "status_over": words("report.status") | words("report.status_over"),
    "subject_dimension": words("subjects.dimension"),
    "subject_value": words("subjects.value"),
    "task_status": words("report.task_status"),
    "topic": words("report.topic"),
    "unit": words("report.unit") | words("report.unit_whole"),
    "wage_industry": words("wages.industry"),
    "wage_level": words("wages.level"),
    "wage_post_grade": words("wages.post_grade"),
    "warning_answered": words("warning.answered"),
    "warning_level": words("warning.level"),
}
"""What codes are called on the pages."""

SENTENCES = {
    **words("report.sentence"),
    **words("climate.sentence"),
    **words("indices.sentence"),
    **words("services.sentence"),
    **words("subjects.sentence"),
    **words("wages.sentence"),
    **words("labour.sentence"),
    **words("pensions.sentence"),
    **words("warning.sentence"),
    **words("crosswalk.sentence"),
    **words("funds.sentence"),
}
_WHOLE = words("report.unit_whole")
"""Units in which nothing is divided."""

_FULL = str.maketrans(",:;()?!", "\uff0c\uff1a\uff1b\uff08\uff09\uff1f\uff01")
_PUNCTUATION = re.compile(r"[,:](?!\d)|(?<!\d)[,:]|[;()?!]")
_NO_TEXT = re.compile(r"(<[^>]*>|&[a-z#0-9]+;|\{\w*\})")


def full_width(text: str) -> str:
    """Chinese with the punctuation of Chinese, but for what stands between digits, in tags and in entities."""
    parts = _NO_TEXT.split(text)
    return "".join(
        part if at % 2 else _PUNCTUATION.sub(lambda found: found[0].translate(_FULL), part)
        for at, part in enumerate(parts)
    )


def decimals(unit: str, value: float) -> int:
    """How many decimals a figure has: rates two, what is counted none, others about four digits in all."""
    if unit in _WHOLE:
        return 0
    return 2 if unit == "%" or abs(value) < 100 else 1


def number(value: float, unit: str = "%") -> str:
    """A figure, with a true minus."""
    return f"{value:,.{decimals(unit, value)}f}".replace("-", "−")


def counted_in(figure: object, unit: str) -> Pair:
    """A figure with its unit, in a sentence."""
    zh, en = label("unit", unit)
    template = Markup("{}{}") if unit == "%" else Markup("{}\u00a0{}")
    return Markup("{}{}").format(figure, zh), template.format(figure, en)


def counted_once(figure: object, unit: str) -> Pair:
    """The same where the sentence has said the unit already, which English does not repeat."""
    zh, en = counted_in(figure, unit)
    return zh, en if unit == "%" else Markup("{}").format(figure)


def signed(value: float, unit: str = "%") -> str:
    """A difference, with its sign."""
    text = number(abs(value), unit)
    return text if not float(text.replace(",", "")) else f"{'+' if value > 0 else '−'}{text}"


def short(value: float) -> str:
    """A figure that was set, such as a target: as many digits as it has, two decimals at most."""
    text = f"{value:,.2f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def share(value: float) -> str:
    """A share of 1 in per cent."""
    rounded = f"{100 * value:.0f}%"
    if rounded == "100%" and value != 1:  # what is not all of it must not read so
        return f"{100 * value:.1f}%" if abs(value - 1) >= 0.0005 else ">99.9%" if value < 1 else ">100%"
    return "<1%" if rounded == "0%" and value > 0 else rounded


@dataclass(frozen=True)
class Figure:
    """A figure in a sentence or cell: what is read, the exact value, and where it stands in the release.

    `series`: `<measure>/<series or indicator>/<region>/<last day>`."""

    text: str
    value: float | int
    series: str

    def __html__(self) -> Markup:
        return Markup(f'<data value="{self.value!r}" data-series="{escape(self.series)}">{escape(self.text)}</data>')

    def __str__(self) -> str:
        return self.text


def sentence(name: str, /, **values: object) -> Pair:
    """A sentence of the catalogue in both languages, as HTML: values that are pairs give each language its half."""
    zh, en = SENTENCES[name]
    return (
        Markup(full_width(zh)).format(**{ident: _chinese(value) for ident, value in values.items()}),
        Markup(en).format(
            **{ident: ENGLISH.of(value) if type(value) is tuple else value for ident, value in values.items()}
        ),
    )


def _chinese(value: object) -> object:
    half = CHINESE.of(value) if type(value) is tuple else value
    return full_width(half) if type(half) is str else half


def unless(is_confirmed: bool) -> Pair:
    """What stands beside a figure that rests on proposed parameters, and beside no other."""
    return ("", "") if is_confirmed else sentence("unconfirmed")


def label(group: str, code: str, fallback: Pair | None = None) -> Pair:
    """What a code is called on the pages; where no word is known, the fallback, or the code itself."""
    zh, en = LABELS[group].get(code) or fallback or (code, code)
    return full_width(zh), en


def plain(pair: Pair) -> Pair:
    """Without tags, for labels and titles."""
    zh, en = pair
    return Markup(zh).striptags(), Markup(en).striptags()


def listed(pairs: Sequence[Pair]) -> Pair:
    """Several words in a row."""
    zh, en = [zh for zh, _ in pairs], [en for _, en in pairs]
    return "、".join(zh), " and ".join([", ".join(en[:-1]), en[-1]]) if len(en) > 1 else "".join(en)


def joined(pairs: Sequence[Pair], space: str = " ") -> Pair:
    """Sentences one after another; in English with a space between them."""
    return Markup("").join(zh for zh, _ in pairs), Markup(space).join(en for _, en in pairs)


def month(day: date) -> Pair:
    """The month in which a day lies."""
    return sentence("month", year=day.year, month=day.month, name=f"{day:%B}")


def counted(count: int) -> Pair:
    """A small number as a sentence has it."""
    return label("counted", str(count), (str(count), str(count)))


def region_name(region_code: str, full: Pair) -> Pair:
    """The name of a unit or group as tables and tiles have it."""
    return label("region_short", region_code, full)


def extract_name(extract: str) -> Pair:
    """What an extract is called."""
    contract = load_contracts().get(extract)
    return contract.zh if contract else extract, extract.replace("_", " ").capitalize()


def indicator_name(indicator_id: str, full: Pair) -> Pair:
    """The name of an indicator as tables have it."""
    return label("indicator_short", indicator_id, full)


def target_text(target: float | None, kind: str, direction: str, is_floor: bool) -> str:
    """A target with the sign that says how it is meant."""
    if target is None:
        return "–"
    sign = "≤ " if kind == "ceiling" or direction == "lower" else "≥ " if is_floor else ""
    return f"{sign}{short(target)}"


def totals(counts: Mapping[str, int], codes: Sequence[str]) -> int:
    """How many of some codes."""
    return sum(counts.get(code, 0) for code in codes)
