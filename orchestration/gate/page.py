"""What the gate found, as one page in both languages: what was checked, what failed, by how much, since when. Written
beside every release, and for the last run of the gate, also one that refused. Judges nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from expectations import Suite
from expectations.suites.vintages import ordinal
from orchestration.figure.query import open_release
from orchestration.gate.locators import agreed_indicators, agreed_names, in_words, names_in
from orchestration.release.folder import ReleaseFolder
from orchestration.rendering.labels import SEVERITY
from orchestration.rendering.render import render_page
from orchestration.text import Pair, pair, words
from raw_landing.database import literal

SEVERITIES = ("critical", "warning", "info")
COLOURS = {"critical": "rejected", "warning": "partly", "info": "fine"}


@dataclass(frozen=True)
class Breaches:
    """How often a rule fails for one indicator."""

    name: Pair
    is_binding: bool
    count: int


@dataclass(frozen=True)
class Result:
    """One rule's result, with what it was before."""

    suite: str
    rule: str
    description: Pair
    severity: str
    success: bool
    element_count: int | None
    unexpected_count: int | None
    observed_value: str
    accepted_reason: str | None
    examples: tuple[Pair, ...]
    indicators: tuple[Breaches, ...]
    since: str | None  # the release in which it began to fail and has failed ever since
    count_before: int | None  # in the release before

    @property
    def is_binding(self) -> bool:
        """Whether it fails for a binding indicator of a plan."""
        return any(one.is_binding for one in self.indicators)

    @property
    def share(self) -> str:
        """The share of the rows looked at that are in breach, if it is one: of what is missing there may be more."""
        share = self.unexpected_count / self.element_count if self.unexpected_count and self.element_count else 2
        return "" if share > 1 else f"({share:.2%})" if share >= 0.0001 else "(< 0.01%)"

    @property
    def colour(self) -> str:
        """How it is shown."""
        return COLOURS[self.severity]


@dataclass(frozen=True)
class Checked:
    """One suite and its results."""

    title: Pair
    results: tuple[Result, ...]

    @property
    def failed(self) -> int:
        """How many of its rules fail."""
        return sum(not one.success for one in self.results)

    @property
    def elements(self) -> int:
        """The rows looked at: those of the largest of its tables, since its rules look at the same."""
        return max((one.element_count or 0 for one in self.results), default=0)


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
    past, names, keys = _past(history, subject) if history is not None else ({}, agreed_indicators(), agreed_names())
    results = [_result(row, past, names, keys) for row in rows]
    failed = sorted(
        (one for one in results if not one.success),
        key=lambda one: (not one.is_binding, SEVERITIES.index(one.severity), one.rule),
    )
    titles = {suite.name: suite for suite in suites}
    on_file = {suite.name for suite in suites if suite.on_file}
    return render_page(
        "quality.html",
        words("pages.quality"),
        synthetic=pair("release.synthetic_data") if is_synthetic else None,
        severities=SEVERITY,
        subject=subject,
        as_of=as_of,
        at=f"{at:%Y-%m-%d %H:%M}",
        results=results,
        on_file=sum(one.suite in on_file for one in results),
        failed=failed,
        refused=any(one.severity == "critical" and not one.accepted_reason for one in failed),
        counts=[(severity, sum(one.severity == severity for one in failed)) for severity in SEVERITIES],
        suites=[
            Checked((suite.title_zh, suite.title_en), tuple(one for one in results if one.suite == name))
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
    arg_max(result.unexpected_count, result.number) FILTER (WHERE result.release_id <> {{subject}})
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


def _past(file: Path, subject: str) -> tuple[Past, Names, dict[str, Pair]]:
    """Since when each rule fails and how often it did before, the indicators' names and whether they bind, and what
    keys are called."""
    connection = open_release(file)
    try:
        past = {
            rule: (since, count)
            for rule, since, count in connection.execute(_SINCE.format(subject=literal(subject))).fetchall()
        }
        names = {one: (zh, en, binds) for one, zh, en, binds in connection.execute(_NAMES).fetchall()}
        keys = names_in(connection)
    finally:
        connection.close()
    return past, names, keys


def _result(row: Mapping[str, Any], past: Past, names: Names, keys: Mapping[str, Pair]) -> Result:
    rule = f"{row['suite']}.{row['expectation']}"
    since, before = past.get(rule, (None, None))
    found = []
    for indicator, count in row.get("indicators", ()):
        zh, en, binds = names.get(indicator, (indicator, indicator, False))
        found.append(Breaches((zh, en), binds, count))
    return Result(
        suite=row["suite"],
        rule=rule,
        description=(row["description_zh"], row["description_en"]),
        severity=row["severity"],
        success=row["success"],
        element_count=row["element_count"],
        unexpected_count=row["unexpected_count"],
        observed_value=row["observed_value"],
        accepted_reason=row["accepted_reason"],
        examples=tuple(in_words(one, keys) for one in row.get("examples", ())),
        indicators=tuple(sorted(found, key=lambda one: (not one.is_binding, -one.count))),
        since=None if row["success"] else since,
        count_before=before,
    )
