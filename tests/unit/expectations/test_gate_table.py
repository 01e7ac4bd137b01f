"""docs/gates.md says what rules and tests say: every rule stands in it, with a breach that the tests plant."""

from __future__ import annotations

from orchestration.gate.run import all_suites
from tests.tools.gate_table import CONTENTS, PAGE, page, planted


def test_every_rule_has_a_breach() -> None:
    assert [rule for one in planted() for rule in one.missing] == []


def test_no_rule_is_left_out() -> None:
    shown = {f"{one.suite.name}.{rule.name}" for one in planted() for rule in one.suite.rules}
    shown |= {f"release_{one.suite.name}.{rule}" for one in planted() for rule in one.again}
    known = {f"{suite.name}.{rule.name}" for suite in all_suites() if suite.name != CONTENTS for rule in suite.rules}
    assert {name for name in shown if not name.startswith(CONTENTS)} == known


def test_the_page_is_what_rules_and_tests_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make generate`"
