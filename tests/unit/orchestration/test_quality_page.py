"""The quality page: offline, in both languages, the gravest first, and since when something fails."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from expectations import Suite
from expectations.rule import WARNING, Rule
from orchestration.gate.page import quality_page
from raw_landing.database import connect

SUITE = Suite("fct_t", "表", "table t", (Rule("key", "marts.t", WARNING, "主键", "key", "spec", "key", where="false"),))
RELEASES = ("20260101-99", "20260101-100", "20260102-01", "20260103-01")
NOW = RELEASES[-1]
FAILED = {
    "of_old": (False, False, False, False),
    "come_back": (False, True, False, False),  # -100 comes after -99
    "just_now": (True, True, True, False),
}
"""Whether a rule held in each release, the newest last."""


def row(rule: str, *, success: bool = False, severity: str = WARNING, **other: Any) -> dict[str, Any]:
    """A result as the gate records it."""
    return {
        "suite": "fct_t",
        "expectation": rule,
        "description_zh": f"规则{rule}的含义",
        "description_en": f"what {rule} means",
        "severity": severity,
        "success": success,
        "element_count": 200,
        "unexpected_count": 0 if success else 7,
        "observed_value": "",
        "accepted_reason": None,
        **other,
    }


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published file with the results of four releases and two indicators, one of which binds."""
    file = tmp_path_factory.mktemp("release") / "marts.duckdb"
    with connect() as connection:
        connection.execute(f"ATTACH '{file}' AS release; CREATE SCHEMA release.marts; USE release.marts")
        connection.execute(
            "CREATE TABLE fct_quality_result (release_id VARCHAR, suite VARCHAR, expectation VARCHAR, success BOOLEAN,"
            " unexpected_count BIGINT)"
        )
        connection.executemany(
            "INSERT INTO fct_quality_result VALUES (?, 'fct_t', ?, ?, ?)",
            [
                (release_id, rule, held, 0 if held else 30 + position)
                for rule, results in FAILED.items()
                for position, (release_id, held) in enumerate(zip(RELEASES, results, strict=True))
            ],
        )
        connection.execute("""
            CREATE TABLE dim_indicator AS FROM (VALUES ('free', '预期指标', 'Free'), ('bound', '约束指标', 'Bound'))
                AS t (indicator_id, name_zh, name_en);
            CREATE TABLE dim_plan_indicator AS FROM (VALUES ('free', 'expected'), ('bound', 'binding'))
                AS t (indicator_id, attribute);
            CREATE TABLE fct_landing_receipt AS FROM (VALUES
                ('0123456789abcdef', 'mediation_case', '420100', DATE '2025-11-01')
            ) AS t (dump_id, extract, unit_code, period_start)
        """)
    return file


def made(rows: list[dict[str, Any]], history: Path | None = None) -> str:
    return quality_page(
        rows,
        [SUITE, replace(SUITE, name="again", on_file=True, repeats="fct_t")],
        history,
        subject=NOW,
        as_of=date(2026, 1, 3),
        at=datetime(2026, 1, 3, 4, 5),
        is_synthetic=True,
    )


def shown(text: str) -> list[str]:
    """The rules that failed, in the order of the page; each language has its own part."""
    rules = re.findall(r'<p class="rule">fct_t\.(\w+)</p>', text)
    chinese, english = rules[: len(rules) // 2], rules[len(rules) // 2 :]
    assert chinese == english
    return chinese


def test_it_loads_nothing_and_runs_nothing() -> None:
    text = made([row("odd", examples=["<script>alert(1)</script>"])])
    assert not re.search(r"src\s*=|href=\"[^#]|https?://|@import|url\(|<script|<link|<iframe", text)
    assert "default-src 'none'" in text
    assert "&lt;script&gt;" in text


def test_it_speaks_both_languages_and_says_that_data_is_synthetic() -> None:
    text = made([row("odd"), row("fine", success=True)])
    for part in ("规则odd的含义", "what odd means", "规则fine的含义", "what fine means", "合成数据", "SYNTHETIC"):
        assert part in text
    assert 'lang="zh-CN"' in text and 'lang="en"' in text
    assert text.count("7 / 200 (3.50%)") == 1 and text.count("7 of 200 (3.50%)") == 1


def test_what_failed_comes_first_binding_indicators_before_all(history: Path) -> None:
    text = made(
        [
            row("fine", success=True),
            row("worth_knowing", severity="info"),
            row("odd", indicators=[("free", 3)]),
            row("wrong", severity="critical"),
            row("binding", indicators=[("free", 6), ("bound", 1)]),
        ],
        history,
    )
    assert shown(text) == ["binding", "wrong", "odd", "worth_knowing"]
    assert text.index("what binding means") < text.index("what fine means")
    assert text.index("约束指标 1") < text.index("预期指标 6"), "of several indicators the binding ones first"
    assert "A critical rule failed: nothing is published" in text


def test_before_the_first_release_indicators_have_their_names_too() -> None:
    text = made(
        [
            row("odd", severity="warning", indicators=[("urban_new_employment", 3)]),
            row("binding", severity="warning", indicators=[("unemployment_insurance_enrolment", 1)]),
        ]
    )
    assert shown(text) == ["binding", "odd"]
    assert "城镇新增就业人数 3" in text and "New urban employment 3" in text


def test_it_says_since_which_release_a_rule_fails_and_how_often_before(history: Path) -> None:
    text = made([row(rule) for rule in FAILED], history)
    said = {
        rule: re.findall(r"<dd>([^<]*)</dd>", article)
        for rule, article in re.findall(r'<p class="rule">fct_t\.(\w+)</p>(.*?)</article>', text, re.DOTALL)
    }
    assert {rule: facts[1:] for rule, facts in said.items()} == {
        "of_old": ["32", RELEASES[0]],
        "come_back": ["32", RELEASES[2]],
        "just_now": ["0", NOW],
    }


def test_examples_are_told_by_their_names(history: Path) -> None:
    text = made([row("odd", examples=["0123456789abcdef:12", "mediation_case:420117:month:2025-10-31"])], history)
    assert "<li>劳动人事争议调解案件 · 武汉市 · 2025-11 · 12</li>" in text
    assert "<li>Mediation case · Wuhan · 2025-11 · 12</li>" in text
    assert "<li>劳动人事争议调解案件 · 新洲区 · 当月 · 2025-10-31</li>" in text
    text = made([row("odd", examples=["420100:2025-11-30:period_end"])], history)
    assert "<li>武汉市 · 2025-11-30 · 期末</li>" in text and "<li>Wuhan · 2025-11-30 · End of the period</li>" in text


def test_the_list_of_contents_leads_to_each_failure_in_its_language() -> None:
    text = made([row("odd"), row("even")])
    assert set(re.findall(r'href="#([^"]*)"', text)) <= set(re.findall(r' id="([^"]*)"', text))
    assert text.count('href="#zh-2"') == text.count('href="#en-2"') == 1


def test_before_the_first_release_a_failure_is_new() -> None:
    text = made([row("odd")])
    assert "本次新出现" in text and "new in this run" in text


def test_an_accepted_failure_is_shown_with_its_reason_and_refuses_nothing() -> None:
    text = made([row("wrong", severity="critical", accepted_reason="来函确认")])
    assert "来函确认" in text and "Fit to be published" in text


def test_a_rule_that_could_not_be_evaluated_says_why() -> None:
    text = made([row("ill", severity="critical", unexpected_count=None, observed_value="Binder Error")])
    assert "could not be evaluated: Binder Error" in text and "无法执行: Binder Error" in text


def test_where_nothing_fails_it_says_so() -> None:
    text = made([row("fine", success=True)])
    assert shown(text) == []
    assert "All rules hold" in text and "全部规则通过" in text


def test_of_the_rules_it_says_how_many_judged_the_published_file() -> None:
    """The terminal counts those that the release rests on, without them."""
    again = row("fine", success=True) | {"suite": "again"}
    text = made([row("fine", success=True), row("odd"), again])
    assert "3 <small>其中发布文件 1 条</small>" in text and "3 <small>1 of them on the published file</small>" in text
    assert "on the published file" not in made([row("fine", success=True)])
