"""What the gate found, as one page in both languages: what was checked, what failed, by how much, since when. Written
beside every release, and for the last run of the gate, also one that refused. Judges nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from expectations import Suite
from expectations.rule import RECHECKED
from expectations.suites.vintages import ordinal
from orchestration.figure.query import open_release
from orchestration.release.folder import ReleaseFolder
from orchestration.rendering.labels import SEVERITY
from orchestration.rendering.render import render

SEVERITIES = ("critical", "warning", "info")
COLOURS = {"critical": "rejected", "warning": "partly", "info": "fine"}


@dataclass(frozen=True)
class Breaches:
    """How often a rule fails for one indicator."""

    name_zh: str
    name_en: str
    is_binding: bool
    count: int


@dataclass(frozen=True)
class Result:
    """One rule's result, with what it was before."""

    suite: str
    rule: str
    description_zh: str
    description_en: str
    severity: str
    success: bool
    element_count: int | None
    unexpected_count: int | None
    observed_value: str
    accepted_reason: str | None
    examples: tuple[str, ...]
    indicators: tuple[Breaches, ...]
    since: str | None  # the release in which it began to fail and has failed ever since
    count_before: int | None  # in the release before

    @property
    def is_binding(self) -> bool:
        """Whether it fails for a binding indicator of a plan."""
        return any(one.is_binding for one in self.indicators)

    @property
    def colour(self) -> str:
        """How it is shown."""
        return COLOURS[self.severity]


@dataclass(frozen=True)
class Checked:
    """One suite and its results."""

    title_zh: str
    title_en: str
    results: tuple[Result, ...]

    @property
    def failed(self) -> int:
        """How many of its rules fail."""
        return sum(not one.success for one in self.results)

    @property
    def elements(self) -> int:
        """The rows looked at: those of the largest of its tables, since its rules look at the same."""
        return max((one.element_count or 0 for one in self.results), default=0)


@dataclass(frozen=True)
class Words:
    """What the page says in one language."""

    lang: str
    title: str
    as_of: str
    judged: str
    synthetic: str
    refused: str
    warned: str
    fine: str
    rules: str
    on_file: str
    held: str
    failures: str
    binding: str
    accepted: str
    how_many: str
    before: str
    since: str
    new: str
    examples: str
    nothing: str
    checked: str
    rules_unit: str
    failed_unit: str
    rows_unit: str
    of: str
    not_evaluated: str
    footer: str

    @property
    def _is_zh(self) -> bool:
        return self.lang == "zh-CN"

    def severity(self, severity: str) -> str:
        """A severity's name."""
        zh, en = SEVERITY[severity]
        return zh if self._is_zh else en

    def meaning(self, one: Result) -> str:
        """What the rule protects."""
        return one.description_zh if self._is_zh else one.description_en

    def suite(self, one: Checked) -> str:
        """The suite's title."""
        return one.title_zh if self._is_zh else one.title_en

    def name(self, one: Breaches) -> str:
        """The indicator's name."""
        return one.name_zh if self._is_zh else one.name_en

    def count(self, number: int | None) -> str:
        """A number of breaches."""
        return "–" if number is None else f"{number:,}"

    def by_how_much(self, one: Result) -> str:
        """The breaches among the rows looked at."""
        if one.unexpected_count is None:
            return f"{self.not_evaluated}: {one.observed_value}"
        parts = f"{self.count(one.unexpected_count)} {self.of} {self.count(one.element_count)}"
        share = one.unexpected_count / one.element_count if one.element_count else None
        if share is None or share > 1:  # of what is missing there may be more than rows
            return parts
        return f"{parts} ({share:.2%})" if share >= 0.0001 else f"{parts} (< 0.01%)"


CHINESE = Words(
    lang="zh-CN",
    title="数据质量检查",
    as_of="数据截至",
    judged="检查时间",
    synthetic="合成数据,非真实统计",
    refused="有关键规则未通过,不予发布",
    warned="可以发布;有需要关注的问题",
    fine="全部规则通过",
    rules="检查规则",
    on_file="其中发布文件 {} 条",
    held="通过",
    failures="未通过的规则(约束性指标在前)",
    binding="约束性指标",
    accepted="已核实并接受,仅对本版有效",
    how_many="不符记录",
    before="上一版",
    since="自哪一版起",
    new="本次新出现",
    examples="例如",
    nothing="没有未通过的规则。",
    checked="检查了什么",
    rules_unit="条规则",
    failed_unit="条未通过",
    rows_unit="行",
    of="/",
    not_evaluated="无法执行",
    footer="本页由检查结果生成,不含个人信息,离线可看。单条规则的详情:hrss gate --explain 规则集.规则",
)
ENGLISH = Words(
    lang="en",
    title="Data quality report",
    as_of="Data as of",
    judged="checked at",
    synthetic="SYNTHETIC DATA, no real statistics",
    refused="A critical rule failed: nothing is published",
    warned="Fit to be published; something deserves a look",
    fine="All rules hold",
    rules="Rules checked",
    on_file="{} of them on the published file",
    held="Hold",
    failures="What failed (binding indicators first)",
    binding="Binding indicator",
    accepted="Looked into and accepted, for this release only",
    how_many="Records in breach",
    before="Release before",
    since="Since release",
    new="new in this run",
    examples="For example",
    nothing="No rule failed.",
    checked="What was checked",
    rules_unit="rules",
    failed_unit="failed",
    rows_unit="rows",
    of="of",
    not_evaluated="could not be evaluated",
    footer="Made from the results; no personal data; readable offline. A rule in full: hrss gate --explain SUITE.RULE",
)


def quality_page(
    rows: Sequence[Mapping[str, Any]],
    suites: Sequence[Suite],
    history: Path | None,
    *,
    subject: str,
    as_of: date,
    at: datetime,
    is_synthetic: bool,
) -> str:
    """The page for rows of the gate's record. `history`: the published file whose fct_quality_result and dimensions are
    asked; none before the first release. `subject`: the release's id, or what else was judged."""
    past, names = _past(history, subject) if history is not None else ({}, {})
    results = [_result(row, past, names) for row in rows]
    failed = sorted(
        (one for one in results if not one.success),
        key=lambda one: (not one.is_binding, SEVERITIES.index(one.severity), one.rule),
    )
    titles = {suite.name: suite for suite in suites}
    return render(
        "quality.html",
        languages=(CHINESE, ENGLISH),
        subject=subject,
        as_of=as_of,
        at=f"{at:%Y-%m-%d %H:%M}",
        is_synthetic=is_synthetic,
        results=results,
        on_file=sum(one.suite.startswith(RECHECKED) for one in results),
        failed=failed,
        refused=any(one.severity == "critical" and not one.accepted_reason for one in failed),
        counts=[(severity, sum(one.severity == severity for one in failed)) for severity in SEVERITIES],
        suites=[
            Checked(suite.title_zh, suite.title_en, tuple(one for one in results if one.suite == name))
            for name, suite in titles.items()
        ],
    )


def write_release_page(folder: ReleaseFolder, rows: Sequence[Mapping[str, Any]], suites: Sequence[Suite]) -> None:
    """Write the page into a release's folder, where its final file is."""
    connection = open_release(folder.marts)
    try:
        facts = connection.execute(
            "SELECT release_id, as_of, published_at, is_synthetic FROM release"
            f" ORDER BY {ordinal('release_id')} DESC LIMIT 1"
        ).fetchone()
    finally:
        connection.close()
    assert facts is not None  # every release describes itself
    release_id, as_of, at, is_synthetic = facts
    content = quality_page(
        rows, suites, folder.marts, subject=release_id, as_of=as_of, at=at, is_synthetic=is_synthetic
    )
    folder.quality.write_text(content, encoding="utf-8")


_SINCE = f"""
WITH result AS (
    SELECT *, suite || '.' || expectation AS rule, {ordinal("release_id")} AS number FROM fct_quality_result
),
held AS (SELECT rule, max(number) AS number FROM result WHERE success GROUP BY rule)
SELECT result.rule,
    arg_min(result.release_id, result.number) FILTER (WHERE NOT success AND result.number > coalesce(held.number, '')),
    arg_max(result.unexpected_count, result.number) FILTER (WHERE result.release_id <> $subject)
FROM result LEFT JOIN held USING (rule)
GROUP BY result.rule
"""
_NAMES = """
SELECT indicator_id, any_value(indicator.name_zh), any_value(indicator.name_en),
    coalesce(bool_or(plan.attribute = 'binding'), false)
FROM dim_indicator AS indicator LEFT JOIN dim_plan_indicator AS plan USING (indicator_id)
GROUP BY indicator_id
"""

Past = dict[str, tuple[str | None, int | None]]
Names = dict[str, tuple[str, str, bool]]


def _past(file: Path, subject: str) -> tuple[Past, Names]:
    """Since when each rule fails and how often it did before, and the indicators' names and whether they bind."""
    connection = open_release(file)
    try:
        past = {
            rule: (since, count) for rule, since, count in connection.execute(_SINCE, {"subject": subject}).fetchall()
        }
        names = {one: (zh, en, binds) for one, zh, en, binds in connection.execute(_NAMES).fetchall()}
    finally:
        connection.close()
    return past, names


def _result(row: Mapping[str, Any], past: Past, names: Names) -> Result:
    rule = f"{row['suite']}.{row['expectation']}"
    since, before = past.get(rule, (None, None))
    found = []
    for indicator, count in row.get("indicators", ()):
        zh, en, binds = names.get(indicator, (indicator, indicator, False))
        found.append(Breaches(zh, en, binds, count))
    return Result(
        suite=row["suite"],
        rule=rule,
        description_zh=row["description_zh"],
        description_en=row["description_en"],
        severity=row["severity"],
        success=row["success"],
        element_count=row["element_count"],
        unexpected_count=row["unexpected_count"],
        observed_value=row["observed_value"],
        accepted_reason=row["accepted_reason"],
        examples=tuple(row.get("examples", ())),
        indicators=tuple(sorted(found, key=lambda one: (not one.is_binding, -one.count))),
        since=None if row["success"] else since,
        count_before=before,
    )
