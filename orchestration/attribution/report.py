"""How two releases differ in words for people: as a page, and as the notes that a release carries in both languages.
What differs and why is found elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.attribution.attribution import Attribution
from orchestration.attribution.causes import CAUSES
from orchestration.attribution.diff import Comparison, Difference, Said, Share, compare
from orchestration.figure.query import open_release
from orchestration.files import replace_text
from orchestration.release.folder import ReleaseFolder
from orchestration.rendering.render import render
from raw_landing.contract import load_contracts
from raw_landing.regions import load_regions

ON_PAGE, IN_NOTES, DUMPS_NAMED = 2000, 40, 3


@dataclass(frozen=True)
class Words:
    """What a page or a note says in one language."""

    position: int  # of this language in a pair
    lang: str
    title: str
    heading: str
    synthetic: str
    made: str
    compared: str
    first: str
    nothing: str
    unexplained: str
    by_cause: str
    cause: str
    dumps: str
    values: str
    most: str
    columns: tuple[str, ...]
    more: str
    delivered: str
    definitions: str
    caveats: str
    footnote: str
    suppressed: str
    none: str

    def cause_of(self, cause: str) -> str:
        """What a cause is called."""
        return CAUSES[cause][self.position]

    def said(self, one: Said | None) -> str:
        """A value as it is shown."""
        if one is None:
            return self.none
        return self.suppressed if one.is_suppressed else one.text or number(one.value)

    def share(self, one: Share) -> str:
        """A cause and what it has of the difference."""
        dumps = ", ".join(one.dumps[:DUMPS_NAMED]) + (f" … ({len(one.dumps)})" if len(one.dumps) > DUMPS_NAMED else "")
        return f"{self.cause_of(one.cause)} {signed(one.delta)}{f' [{dumps}]' if dumps else ''}".strip()

    def cells(self, one: Difference) -> tuple[str, ...]:
        """A row of the table."""
        at = self.position
        name = f"{one.indicator[at]}{f' ({one.unit})' if one.unit else ''}"
        shares = "; ".join(self.share(share) for share in one.shares)
        values = (self.said(one.before), self.said(one.after), signed(one.delta))
        return (name, one.region[at], one.period[at], *values, shares)


CHINESE = Words(
    0,
    "zh-CN",
    "两版比较",
    "发布说明",
    "合成数据,非真实统计。",
    "发布时间",
    "与之比较的版次",
    "这是第一版,没有可比较的版次。",
    "没有指标值变动。",
    "后一版不是由前一版逐步变来,原因未知。",
    "变动原因",
    "原因",
    "报送文件",
    "指标值",
    "最主要的变动",
    ("指标", "地区", "时期", "原值", "现值", "差额", "原因与份额"),
    "其余 {} 个变动见 fct_indicator_change。",
    "有变动的报送文件",
    "口径有变动的指标",
    "未能分开的份额",
    "约束性指标在前,其次全省、市州、县,再按变动幅度;各原因按上列先后逐步重算,份额之和等于差额。"
    "出现或消失的值自零计。为保护个人信息隐去的值不计差额。",
    "隐去",
    "无",
)
ENGLISH = Words(
    1,
    "en",
    "Two releases compared",
    "Release notes",
    "SYNTHETIC DATA, no real statistics.",
    "Published",
    "Compared with",
    "This is the first release; there is none to compare it with.",
    "No value has changed.",
    "The later release was not made from the earlier one step by step: causes are not known.",
    "Why values changed",
    "Cause",
    "Dumps",
    "Values",
    "The changes that matter most",
    ("Indicator", "Region", "Period", "Before", "After", "Difference", "Causes and their shares"),
    "{} more changes stand in fct_indicator_change.",
    "Dumps that changed",
    "Indicators whose definition changed",
    "Shares that could not be told apart",
    "Binding indicators first, then province, units and counties, then by size. Causes are taken in the order above by "
    "recomputing step by step; shares sum to the difference. A value that appears or vanishes counts from or to 0. "
    "Values withheld to protect persons have no difference.",
    "withheld",
    "none",
)
LANGUAGES = (CHINESE, ENGLISH)


def number(value: float | None) -> str:
    """A figure with as many places as matter to a reader."""
    return "–" if value is None else f"{value:,.4f}".rstrip("0").rstrip(".")


def signed(value: float | None) -> str:
    """A difference; nothing where there is none to tell."""
    return "" if value is None else f"{value:+,.6f}".rstrip("0").rstrip(".")


def write_diff_page(path: Path, comparison: Comparison) -> None:
    """The comparison as a page that needs nothing but a browser, as a whole or not at all. Raises OSError."""
    replace_text(
        path, render("diff.html", languages=LANGUAGES, comparison=comparison, causes=in_order(comparison.causes))
    )


def write_notes(folder: ReleaseFolder, release_id: str, published_at: datetime, attribution: Attribution) -> None:
    """Write release_notes.zh.md and .en.md into the folder of a release under way."""
    comparison: Comparison | None = None
    with open_release(folder.marts) as connection:
        (is_synthetic,) = connection.execute("select bool_or(is_synthetic) from release").fetchone() or (False,)
        if attribution.previous_release_id is not None:
            comparison = compare(connection, attribution.previous_release_id, release_id, IN_NOTES)
    changed_dumps: dict[str, list[tuple[str, str]]] = {}
    for one in attribution.changed_dumps:
        changed_dumps.setdefault(one.cause, []).append(_named(one.dump))
    for words in LANGUAGES:
        text = render(
            "release_notes.md",
            words=words,
            release_id=release_id,
            is_synthetic=is_synthetic,
            at=f"{published_at:%Y-%m-%d %H:%M}",
            comparison=comparison,
            causes=in_order(comparison.causes if comparison else {}),
            changed_dumps={cause: changed_dumps[cause] for cause in CAUSES if cause in changed_dumps},
            most=IN_NOTES,
            definitions=attribution.definitions,
            caveats=[pair[words.position] for pair in attribution.caveats],
        )
        folder.notes(words.lang[:2]).write_text(text, encoding="utf-8")


def _named(dump: Any) -> tuple[str, str]:
    """A dump as officials know it: extract, unit, period and revision; its number on the receipt."""
    contract, unit = load_contracts().get(str(dump.extract)), load_regions().by_code.get(str(dump.unit_code))
    zh = (contract.zh if contract else dump.extract, unit.name_zh if unit else dump.unit_code, dump.period)
    en = (str(dump.extract).replace("_", " "), unit.name_en if unit else dump.unit_code, dump.period)
    number = f"r{dump.revision}, {dump.dump_id}"
    return f"{', '.join(map(str, zh))}, {number}", f"{', '.join(map(str, en))}, {number}"


def in_order(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Counts by cause in the order in which causes are attributed."""
    return [(cause, counts[cause]) for cause in CAUSES if cause in counts]
