"""A critical failure can be accepted by name, with a reason, for one release; it stands on record for ever. What
protects a person cannot."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from orchestration.errors import WrongUsage
from orchestration.figure.query import open_release
from orchestration.gate.run import GateRefused, acceptances, gate_marts, gate_release, require
from orchestration.pipeline.stages import release
from orchestration.settings import Settings
from raw_landing.database import connect
from tests.support.rule_violations import BREACHES

RULE = "fct_plan_progress.baseline_of_province_only"
RECHECKED = "dim_plan_indicator.one_row_per_place"  # the final file is asked again
REASON = "省发改委来函确认"


@pytest.fixture
def settings(gated: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("orchestration.pipeline.stages.write_work_list", lambda *_: None)
    return gated


def break_rule(settings: Settings, rule: str) -> None:
    suite, name = rule.split(".")
    breach = BREACHES[suite][name]
    with connect(settings.warehouse) as connection:
        connection.execute(breach if isinstance(breach, str) else breach[0])


def judged_again(settings: Settings, accepted: dict[str, str]) -> None:
    require(gate_marts(settings, accepted=accepted))


def test_accepted_failures_are_published_and_stand_on_record(settings: Settings) -> None:
    rules = [RULE, RECHECKED]
    for rule in rules:
        break_rule(settings, rule)
    for accepted, named in (({}, RECHECKED), ({RECHECKED: REASON}, RULE)):
        with pytest.raises(GateRefused, match=f"--accept {named}"):
            judged_again(settings, accepted)
    judged_again(settings, acceptances(settings, rules, [REASON]))
    made = release(settings)
    manifest = json.loads(made.folder.manifest.read_text(encoding="utf-8"))
    assert {(one["rule"], one["reason"]) for one in manifest["accepted"]} == {(rule, REASON) for rule in rules}
    assert made.folder.quality.read_text(encoding="utf-8").count(REASON) >= len(rules)
    assert gate_release(settings, made.release_id).success, "the release stays as it was judged"

    with pytest.raises(GateRefused, match="one release"):
        release(settings)

    with connect(settings.warehouse) as connection:  # one is mended
        connection.execute("UPDATE marts.fct_plan_progress SET baseline = NULL WHERE region_code <> '420000'")
    judged_again(settings, {RECHECKED: REASON})
    later = release(settings)
    with closing(open_release(later.folder.marts)) as connection:
        rows = connection.execute(
            "SELECT suite || '.' || expectation, release_id, success, accepted_reason FROM fct_quality_result"
            " WHERE suite || '.' || expectation IN (?, ?) ORDER BY release_id",
            rules,
        ).fetchall()
    for rule, now in ((RULE, (later.release_id, True, None)), (RECHECKED, (later.release_id, False, REASON))):
        told = [row[1:] for row in rows if row[0] == rule]
        assert told[-2:] == [(made.release_id, False, REASON), now]


@pytest.mark.parametrize(
    ("rules", "reasons", "told"),
    [
        (["baseline_of_province_only"], [REASON], "There is no rule"),
        (["fct_plan_progress.*"], [REASON], "There is no rule"),
        (["fct_reporting_completeness.delivered"], [REASON], "stops no release"),
        (["fct_indicator_value.small_counts_suppressed"], [REASON], "protects a person"),
        ([RULE], [], "--reason"),
        ([], [REASON], "--accept"),
        ([RULE], [" "], "say why"),
        ([RULE], ["经 13800138000 电话核实"], "it is published"),
        ([RULE], ["卡号 6222021234567890128"], "it is published"),
    ],
)
def test_what_cannot_be_accepted(tmp_path: Path, rules: list[str], reasons: list[str], told: str) -> None:
    with pytest.raises(WrongUsage, match=told):
        acceptances(Settings.of(home=tmp_path), rules, reasons)


def test_a_reason_names_nobody_of_landed_data(settings: Settings) -> None:
    with pytest.raises(WrongUsage, match="no name"):
        acceptances(settings, [RULE], ["联系人王小明,已核实"])
    assert acceptances(settings, [RULE], ["随县已核实"]) == {RULE: "随县已核实"}, "a region is no person"


def test_a_privacy_rule_refuses_although_it_is_named(settings: Settings) -> None:
    rule = "fct_landing_receipt.unidentified_path_hashed"
    break_rule(settings, rule)
    with pytest.raises(GateRefused, match="unidentified_path_hashed"):
        judged_again(settings, {rule: REASON})
