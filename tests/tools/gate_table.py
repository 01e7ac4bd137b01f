"""docs/gates.md: every rule of the gate, what it protects, and the smallest breach that it is seen to detect.
`python -m tests.tools.gate_table` writes it anew. The breaches are planted, and seen, in
tests/integration/expectations/test_suites.py; nothing is planted here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from expectations import ExpectedTable, Rule, Suite, release_suites
from expectations.suites.release import CONTENTS
from orchestration.gate.run import all_suites
from orchestration.rendering.labels import SEVERITY
from orchestration.settings import PROJECT
from raw_landing.contract import load_contracts
from tests.support.rule_violations import (
    BREACHES,
    CONTENT_BREACHES,
    RELEASE_BREACHES,
    REPEATED_ROW,
    Breach,
    emptied_breach,
    in_one_row,
    landed_breaches,
    staging_breaches,
)

PAGE = PROJECT / "docs" / "gates.md"
BAR = r"\|"  # in a table, a bar parts cells wherever it stands
HEAD = """\
# 质量门的规则与检出 / Rules of the gate, and what they are seen to detect

由 `make generate` 根据规则与测试生成,请勿手改。每条规则:严重程度(阻断类未通过即不发布)、保护什么、依据、\
测试在一个完好的仓库中植入的最小错误,以及植入后未通过的规则——“仅此规则”表示恰好只有它。\
共 {rules} 条规则,均有植入的错误并被检出。

Made by `make generate` from the rules and the tests; not to be edited. Of each rule: its severity (a critical one that
fails stops publication), what it protects, where it comes from, the smallest breach that the tests plant in a good
warehouse, and what fails then: “alone” means this rule and no other. {rules} rules, each with a breach that it is seen
to detect (`tests/integration/expectations/test_suites.py`).

标 ↻ 的规则对发布文件再执行一次。/ A rule marked ↻ is asked again of the published file.

设 `HRSS_ENGINE=spark` 时,暂存层(`staging_…`)的规则由 Spark 检查。/ With `HRSS_ENGINE=spark` the rules of staging
(`staging_…`) are asked by Spark ([how](outgrowing.md)).
"""
TABLE = """
## `{suite.name}` {suite.title_zh} / {suite.title_en}

| 规则 rule | 严重程度 severity | 保护什么 what it protects | 依据 source | 植入的错误 breach | 检出 detected |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Planted:
    """A suite that stands on the page, and the breach of each of its rules."""

    suite: Suite
    breaches: dict[str, Breach]
    again: frozenset[str]  # the rules that are asked again of the published file

    @property
    def missing(self) -> list[str]:
        """The rules that no test breaks."""
        return [f"{self.suite.name}.{rule.name}" for rule in self.suite.rules if rule.name not in self.breaches]


def planted() -> list[Planted]:
    """Every suite with its breaches; one that repeats another's rules stands with that one."""
    suites = {suite.name: suite for suite in all_suites()}
    suites[CONTENTS] = _contents()
    found = []
    again = {suite.repeats: frozenset(rule.name for rule in suite.rules) for suite in suites.values()}
    for name, suite in suites.items():
        if suite.repeats is None:
            found.append(Planted(suite, _breaches(suite), again.get(name, frozenset())))
    return found


def page() -> str:
    """The page's text."""
    tables = planted()
    text = HEAD.format(rules=sum(len(one.suite.rules) for one in tables))
    return text + "".join(TABLE.format(suite=one.suite) + "".join(_lines(one)) for one in tables)


def _contents() -> Suite:
    """The rules on the contents of the published file, those of one table for all: {table}_rows."""
    table = "fct_indicator_value"
    (suite,) = (suite for suite in release_suites({table: ExpectedTable(0, ("value",), "0")}) if suite.name == CONTENTS)
    others = ("nothing_else", "only_allowed_columns")

    def for_all(rule: Rule) -> Rule:
        zh, en = (
            text.replace(table, "{table}").replace("(0)", "").strip()
            for text in (rule.description_zh, rule.description_en)
        )
        return replace(rule, name=rule.name.replace(table, "{table}"), description_zh=zh, description_en=en)

    rules = tuple(for_all(rule) for rule in suite.rules if rule.name in others or rule.name.startswith(table))
    return replace(suite, rules=rules)


def _breaches(suite: Suite) -> dict[str, Breach]:
    stage, _, extract = suite.name.partition("_")
    contract = load_contracts().get(extract)
    if contract is not None and stage in ("landed", "staging"):
        changes = landed_breaches(contract) if stage == "landed" else staging_breaches(contract)
        found: dict[str, str | Breach] = {rule: in_one_row(suite.table, change) for rule, change in changes.items()}
        repeated = REPEATED_ROW.format(table=suite.table, dump="…", line="…")
        found["one_row_per_key"] = (repeated, {"loaded_wholly"} if stage == "landed" else set())
        if stage == "landed":
            found["loaded_wholly"] = (repeated, {"one_row_per_key"})
            if emptied := emptied_breach(contract):
                found["usually_filled"] = emptied[1]
    else:
        found = BREACHES.get(suite.name, {}) | RELEASE_BREACHES.get(suite.name, {})
    if suite.name == CONTENTS:
        for change, rules in sorted(CONTENT_BREACHES, key=lambda one: -len(one[1])):  # so that the smallest is shown
            found |= {rule: (change, rules - {rule}) for rule in rules}
    return {rule: (one, set()) if isinstance(one, str) else one for rule, one in found.items()}


def _lines(one: Planted) -> Iterator[str]:
    for rule in one.suite.rules:
        sql, entailed = one.breaches[rule.name]
        severity_zh, severity_en = SEVERITY[rule.severity]
        cells = (
            f"`{rule.name}`{' ↻' if rule.name in one.again else ''}",
            f"{severity_zh} {severity_en}",
            f"{rule.description_zh}<br>{rule.description_en}",
            rule.source,
            f"`{sql}`",
            f"✓ {_with(entailed)}",
        )
        yield f"| {' | '.join(' '.join(cell.split()).replace('|', BAR) for cell in cells)} |\n"


def _with(entailed: Iterable[str]) -> str:
    names = ", ".join(f"`{name}`" for name in sorted(entailed))
    return f"连同 with {names}" if names else "仅此规则 alone"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
