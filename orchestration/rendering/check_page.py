"""The verdict of `hrss check` as one page that needs nothing but a browser: to be read, printed and sent back. Says
what the text says, in the same words; judges nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orchestration.files import replace_text
from orchestration.rendering.render import render
from orchestration.settings import WUHAN
from raw_landing.intake.check import DumpCheck
from raw_landing.messages.reasons import Problem


@dataclass(frozen=True)
class Words:
    """What a page says in one language."""

    lang: str
    title: str
    checked: str
    total: str
    fine: str
    partly: str
    rejected: str
    problem: str
    example: str
    remedy: str
    notes: str
    nothing: str
    footer: str

    def verdict(self, one: DumpCheck) -> str:
        """What becomes of a file as a whole."""
        return self.rejected if not one.accepted else self.partly if one.refused else self.fine

    def words_of(self, problem: Problem) -> tuple[str, str]:
        """What is wrong, and what to do about it."""
        return (problem.zh, problem.remedy_zh) if self.lang == "zh-CN" else (problem.en, problem.remedy_en)

    def notes_of(self, one: DumpCheck) -> list[str]:
        """The warnings."""
        return [zh if self.lang == "zh-CN" else en for zh, en in one.notes]

    def facts_of(self, one: DumpCheck) -> list[tuple[str, str]]:
        """What the file is and how many of its rows would load, by heading."""
        language = 0 if self.lang == "zh-CN" else 1
        return [(heading[language], value[language]) for heading, value in one.facts]


CHINESE = Words(
    "zh-CN",
    "报送文件检查结果",
    "检查时间",
    "个文件",
    "可以入库",
    "可以入库,部分行被退回",
    "整件退回",
    "问题",
    "例",
    "怎样改正",
    "提示",
    "没有需要改正的问题。",
    "检查不改动也不保存文件。个人信息已遮盖。请改正后重新导出整个文件报送。",
)
ENGLISH = Words(
    "en",
    "Check of dumps",
    "Checked at",
    "files",
    "good to load",
    "loads, some rows refused",
    "rejected whole",
    "Problem",
    "Like",
    "What to do",
    "Notes",
    "Nothing to mend.",
    "The check changes no file and keeps none. Personal data are masked. Mend what is listed and deliver it whole.",
)


def check_page(verdicts: Sequence[DumpCheck], at: datetime) -> str:
    """The page as HTML: Chinese first, then English. Whatever files hold is escaped; nothing is fetched or run."""
    return render(
        "check.html", verdicts=verdicts, languages=(CHINESE, ENGLISH), at=f"{at.astimezone(WUHAN):%Y-%m-%d %H:%M}"
    )


def write_check_page(path: Path, verdicts: Sequence[DumpCheck]) -> None:
    """Write the page, as a whole or not at all. Raises OSError."""
    replace_text(path, check_page(verdicts, datetime.now(WUHAN)))
