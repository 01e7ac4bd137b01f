"""The answer to a file that cannot be identified: each fact as understood or not, what may be meant, and the name it
should have. Guesses are made in near_names.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from raw_landing.contract import Cadence, Contract
from raw_landing.intake.near_names import Guess, Understood
from raw_landing.messages.reasons import Problem
from raw_landing.messages.text import problem
from raw_landing.regions import NATION, Regions
from raw_landing.text import say

STATISTICS = "statistical_report"  # the one extract that has figures of the nation

Period = tuple[Cadence, date, date]

EXAMPLES: dict[Cadence, tuple[str, str]] = {
    "monthly": ("2024-03", "2024年3月"),
    "quarterly": ("2024-Q1", "2024年一季度"),
    "annual": ("2024", "2024年"),
}


def source_problem(identifier: str, right: str | None = None) -> Problem:
    """The problem of a file in the wrong folder; `right`: the source whose folder is its place."""
    what_zh, what_en = say(identifier)
    folder = f" ({right}/)" if right else ""
    return problem("unidentified", remedy="source", what_zh=what_zh, what_en=what_en, folder=folder)


def answer(
    contract: Contract | None,
    meant: Contract | None,
    period: Period | None,
    unit: str | None,
    revision: int | None,
    near: Understood,
    regions: Regions,
    suffix: str,
) -> Problem:
    """What was understood, what was not, and what may be meant by it; `meant` is the contract, if it is known or can
    be one only."""
    said = [
        _extract(contract, near.extract),
        _unit(unit, contract, near.unit, regions),
        _period(period, contract, near.period),
        *([] if revision == 1 else [_revision(revision)]),
    ]
    zh, en = "; ".join(one.zh for one in said), "; ".join(one.en for one in said)
    missing = [one for one in said if one.is_missing]
    if not missing:
        zh, en = say("name_disordered", facts_zh=zh, facts_en=en)
    names = [say(f"fact.{one.fact}") for one in missing or said]
    values: dict[str, Any] = {
        "what_zh": zh,
        "what_en": en,
        "facts_zh": "、".join(one for one, _ in names),
        "facts_en": " and ".join(", ".join(one for _, one in names).rsplit(", ", 1)),
    }
    right = _right_names(meant, period, unit, revision, near, regions, suffix)
    if right is None:
        return problem("unidentified", **values)
    return problem("unidentified", remedy="unidentified_meant", name_zh=right[0], name_en=right[1], **values)


def period_text(period: Period) -> str:
    """A period as YYYY-MM, YYYY-Qn or YYYY."""
    cadence, first, last = period
    return {
        "monthly": f"{first:%Y-%m}",
        "quarterly": f"{first:%Y}-Q{last.month // 3}",
        "annual": f"{first:%Y}",
    }[cadence]


@dataclass(frozen=True)
class _Said:
    """What is said of one fact (extract, unit, period, revision), in both languages."""

    fact: str
    zh: str
    en: str
    is_missing: bool = True


def _extract(contract: Contract | None, near: Guess) -> _Said:
    if contract is not None:
        known = say("extract_known", zh=contract.zh, extract=contract.extract)
        return _Said("extract", *known, is_missing=False)
    if near.meant:
        return _Said("extract", *say("extract_meant", **_guess(near)))
    return _Said("extract", *say("extract_unknown"))


def _unit(unit: str | None, contract: Contract | None, near: Guess, regions: Regions) -> _Said:
    if unit == NATION and contract is not None and contract.extract != STATISTICS:
        return _Said("unit", *say("unit_nation", nation=NATION, extract=STATISTICS))
    if unit is not None:
        return _Said("unit", *say("unit_known", name=regions.by_code[unit].name_zh), is_missing=False)
    if near.meant:
        return _Said("unit", *say("unit_meant", **_guess(near)))
    return _Said("unit", *say("unit_unknown"))


def _period(period: Period | None, contract: Contract | None, near: Guess) -> _Said:
    if period is not None and contract is not None and period[0] != contract.cadence:
        zh, en = say(f"cadence.{contract.cadence}")
        example, example_zh = EXAMPLES[contract.cadence]
        values = {"cadence_zh": zh, "cadence_en": en, "example": example, "example_zh": example_zh}
        values |= {"period": period_text(period), "zh": contract.zh, "extract": contract.extract}
        return _Said("period", *say("period_of_other_cadence", **values))
    if period is not None:
        return _Said("period", *say("period_known", period=period_text(period)), is_missing=False)
    if near.meant:
        return _Said("period", *say("period_meant", **_guess(near)))
    return _Said("period", *say("period_unknown"))


def _revision(revision: int | None) -> _Said:
    if revision is None:
        return _Said("revision", *say("revision_wrong"))
    return _Said("revision", *say("revision_known", revision=revision), is_missing=False)


def _guess(near: Guess) -> dict[str, str | None]:
    """What was written, and what may be meant by it, in both languages."""
    meant_zh = "或".join(f"“{name}”" for name in near.meant)
    return {"written": near.written, "meant_zh": meant_zh, "meant_en": " or ".join(near.meant)}


def _right_names(
    contract: Contract | None,
    period: Period | None,
    unit: str | None,
    revision: int | None,
    near: Understood,
    regions: Regions,
    suffix: str,
) -> tuple[str, str] | None:
    """The agreed names in Chinese and in English, where all that they say is known or may be one thing only."""
    code = unit or (regions.by_name.get(near.unit.meant[0]) if near.unit.meant else None)
    text = period_text(period) if period else near.period.meant[0] if near.period.meant else None
    if contract is None or code is None or text is None or revision is None:
        return None
    if (period is not None and period[0] != contract.cadence) or (code == NATION and contract.extract != STATISTICS):
        return None
    more_zh, more_en = (f"_修订{revision}", f"__r{revision}") if revision > 1 else ("", "")
    return (
        f"{contract.zh}_{regions.by_code[code].name_zh}_{text}{more_zh}{suffix}",
        f"{contract.extract}__{text}__{code}{more_en}{suffix}",
    )
