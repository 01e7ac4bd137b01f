"""The answer to a file that cannot be identified: fact by fact what was understood and what was not, what may be meant,
and the name it should have. Decides nothing; where names are looked into stands in near_names.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from raw_landing.contract import Cadence, Contract
from raw_landing.intake.near_names import Guess, Understood
from raw_landing.messages.reasons import Problem
from raw_landing.regions import NATION, Regions

STATISTICS = "statistical_report"  # the one extract that has figures of the nation

Period = tuple[Cadence, date, date]

CADENCES: dict[Cadence, tuple[str, str, str, str]] = {
    "monthly": ("月报", "monthly", "2024-03", "2024年3月"),
    "quarterly": ("季报", "quarterly", "2024-Q1", "2024年一季度"),
    "annual": ("年报", "annual", "2024", "2024年"),
}


_LIKE = ("劳动人事争议仲裁案件_武汉市_2024年3月.csv", "arbitration_case__2024-03__420100.csv")


def source_problem(zh: str, en: str, right: str | None = None) -> Problem:
    """The answer to a file in a folder where it cannot be; `right`: the source whose folder is its place."""
    folder = f" ({right}/)" if right else ""
    return Problem(
        "unidentified",
        f"无法识别该文件: {zh}。",
        f"The dump cannot be identified: {en}.",
        remedy_zh=f"请放入相应来源的文件夹{folder}, 或改正清单文件中的来源。",
        remedy_en=f"Put it in its source's folder{folder}, or mend the source in the manifest.",
    )


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
        zh += "; 但文件名各部分的顺序或分隔不合规定"
        en += "; but the parts of the name do not stand as agreed"
    what_zh = "、".join(one.name_zh for one in missing or said)
    what_en = " and ".join(", ".join(one.name_en for one in missing or said).rsplit(", ", 1))
    return _problem(zh, en, what_zh, what_en, _right_names(meant, period, unit, revision, near, regions, suffix))


def period_text(period: Period) -> str:
    """A period as YYYY-MM, YYYY-Qn or YYYY."""
    cadence, first, last = period
    return {
        "monthly": f"{first:%Y-%m}",
        "quarterly": f"{first:%Y}-Q{last.month // 3}",
        "annual": f"{first:%Y}",
    }[cadence]


def _problem(zh: str, en: str, what_zh: str, what_en: str, names: tuple[str, str] | None) -> Problem:
    if names is None:
        remedy_zh = f"请在文件名(如“{_LIKE[0]}”)或清单文件中写明{what_zh}, 并放入相应来源的文件夹。"
        remedy_en = (
            f"State the {what_en} in the name (like {_LIKE[1]}) or in the manifest, and put the dump in its source's"
            " folder."
        )
    else:
        remedy_zh = f"如是, 请将文件名改为“{names[0]}”, 或在清单文件中写明{what_zh}。"
        remedy_en = f"If so, rename it to {names[1]}, or state the {what_en} in the manifest."
    return Problem(
        "unidentified",
        f"无法识别该文件: {zh}。",
        f"The dump cannot be identified: {en}.",
        remedy_zh=remedy_zh,
        remedy_en=remedy_en,
    )


@dataclass(frozen=True)
class _Said:
    """What is said of one fact in both languages, and what the fact is called."""

    zh: str
    en: str
    name_zh: str
    name_en: str
    is_missing: bool = True


def _extract(contract: Contract | None, near: Guess) -> _Said:
    names = "数据种类", "extract"
    if contract is not None:
        return _Said(f"数据种类 {contract.zh}", f"extract {contract.extract}", *names, is_missing=False)
    if near.meant:
        return _Said(
            f"数据种类: 没有“{near.written}”, 是否为{_or_zh(near.meant)}",
            f"extract: {near.written} is not known, did you mean {_or_en(near.meant)}",
            *names,
        )
    return _Said("数据种类: 不知道是哪一种数据", "extract: it is not said which extract this is", *names)


def _unit(unit: str | None, contract: Contract | None, near: Guess, regions: Regions) -> _Said:
    names = "报送单位", "unit"
    if unit == NATION and contract is not None and contract.extract != STATISTICS:
        return _Said(f"报送单位: {NATION}(全国)只用于统计快报", f"unit: {NATION} is for {STATISTICS} only", *names)
    if unit is not None:
        name = regions.by_code[unit].name_zh
        return _Said(f"报送单位 {name}", f"unit {name}", *names, is_missing=False)
    if near.meant:
        return _Said(
            f"报送单位: “{near.written}”不是报送单位, 是否为{_or_zh(near.meant)}",
            f"unit: {near.written} is no reporting unit, did you mean {_or_en(near.meant)}",
            *names,
        )
    return _Said("报送单位: 未写明(应为市州或省本级)", "unit: no reporting unit can be told", *names)


def _period(period: Period | None, contract: Contract | None, near: Guess) -> _Said:
    names = "时期", "period"
    if period is not None and contract is not None and period[0] != contract.cadence:
        zh, en, example, example_zh = CADENCES[contract.cadence]
        return _Said(
            f"时期: {period_text(period)}, 但《{contract.zh}》是{zh}, 时期应写作 {example} 或 {example_zh}",
            f"period: {period_text(period)}, but {contract.extract} is {en}; its period is written like {example}",
            *names,
        )
    if period is not None:
        text = period_text(period)
        return _Said(f"时期 {text}", f"period {text}", *names, is_missing=False)
    if near.meant:
        return _Said(
            f"时期: “{near.written}”不合规定写法, 是否为{_or_zh(near.meant)}",
            f"period: {near.written} is not written as agreed, did you mean {_or_en(near.meant)}",
            *names,
        )
    return _Said("时期: 没有可用的所属时期", "period: no period can be told", *names)


def _revision(revision: int | None) -> _Said:
    names = "修订号", "revision"
    if revision is None:
        return _Said("修订号: 应为 1 以上的整数", "revision: it is no whole number from 1", *names)
    return _Said(f"修订号 {revision}", f"revision {revision}", *names, is_missing=False)


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


def _or_zh(names: tuple[str, ...]) -> str:
    return "或".join(f"“{name}”" for name in names)


def _or_en(names: tuple[str, ...]) -> str:
    return " or ".join(names)
