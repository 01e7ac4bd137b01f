"""Nothing unverified is published: for every suite, break one thing in a good warehouse, see the gate refuse and
`current` stay."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from expectations import ExpectedTable, GateResult, Suite, landed_suites, mart_suites, privacy_suite, release_suites
from orchestration.gate.run import (
    GateRefused,
    gate_landed,
    gate_marts,
    judge_file,
    judge_new_file,
    require,
    suites_on_file,
)
from orchestration.pipeline import stages
from orchestration.pipeline.stages import release
from orchestration.release import publish as publication
from orchestration.release.folder import ReleaseFolder
from orchestration.settings import Settings
from raw_landing.contract import load_contracts
from raw_landing.database import connect
from raw_landing.regions import load_regions
from tests.support.commands import hrss
from tests.support.messaging import served
from tests.support.rule_violations import BREACHES, RELEASE_BREACHES, landed_breaches, staging_breaches

CONTRACTS = load_contracts()
LANDED = {suite.name: suite for suite in landed_suites(CONTRACTS, load_regions().by_code)}
MARTS = {suite.name: suite for suite in mart_suites(CONTRACTS)}
RELEASE = {suite.name: suite for suite in (*release_suites({}), privacy_suite({}, CONTRACTS.values(), ()))}

DERIVED = {
    **{f"landed_{extract}": landed_breaches(contract) for extract, contract in CONTRACTS.items()},
    **{f"staging_{extract}": staging_breaches(contract) for extract, contract in CONTRACTS.items()},
}


def breach_of(suite: Suite) -> tuple[str, str] | None:
    """The suite's first critical rule that has a breach, and the SQL of it; None where there is none."""
    known = BREACHES.get(suite.name.removeprefix("release_"), {}) | RELEASE_BREACHES.get(suite.name, {})
    for rule in suite.rules:
        if rule.severity != "critical":
            continue
        if assignment := DERIVED.get(suite.name, {}).get(rule.name):
            line = f"line_number = (select min(line_number) from {rule.table})"
            return rule.name, f"update {rule.table} set {assignment} where {line}"
        if breach := known.get(rule.name):
            return rule.name, breach if isinstance(breach, str) else breach[0]
    return None


@pytest.fixture
def settings(good_warehouse: Path, tmp_path: Path) -> Settings:
    """A home with a warehouse to be broken and a release that must stay."""
    settings = Settings.of(home=tmp_path / "home")
    (settings.releases / "20260101-01").mkdir(parents=True)
    settings.current.symlink_to("releases/20260101-01")
    shutil.copy(good_warehouse, settings.warehouse)
    return settings


@dataclass(frozen=True)
class Published:
    """A home with a gated warehouse and a release of it, whose final file was judged against `gated`."""

    settings: Settings
    gated: Mapping[str, ExpectedTable]


@pytest.fixture(scope="module")
def published(gated_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    home = shutil.copytree(gated_home, tmp_path_factory.mktemp("published") / "home")
    settings = Settings.of(home=home, landing=gated_home.parent / "landing")
    judged: list[Mapping[str, ExpectedTable]] = []

    def judge(settings: Settings, file: Path, gated: Mapping[str, ExpectedTable], *rest: Any, full: bool) -> GateResult:
        judged.append(gated)
        return judge_new_file(settings, file, gated, *rest, full=full)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stages, "judge_new_file", judge)
        release(settings)
    return Published(settings, judged[0])


def break_file(file: Path, *changes: str) -> None:
    with connect() as connection:  # by the name that its tables go by
        connection.execute(f"attach '{file}' as marts; use marts; {'; '.join(changes)}")


@pytest.mark.parametrize(("suites", "judge"), [(LANDED, gate_landed), (MARTS, gate_marts)], ids=["landed", "marts"])
def test_every_suite_refuses(
    settings: Settings, suites: Mapping[str, Suite], judge: Callable[[Settings], GateResult]
) -> None:
    """One critical rule of each is broken: each is named."""
    breaches = {name: breach for name, suite in suites.items() if (breach := breach_of(suite))}
    refusal = refuses(settings, judge, [sql for _, sql in breaches.values()])
    for name, (rule, _) in breaches.items():
        assert f"{name}.{rule}:" in refusal


@pytest.mark.parametrize(
    ("name", "judge"), [("landed_mediation_case", gate_landed), ("fct_indicator_value", gate_marts)]
)
def test_one_broken_rule_is_enough(settings: Settings, name: str, judge: Callable[..., GateResult]) -> None:
    breach = breach_of((LANDED | MARTS)[name])
    assert breach is not None
    rule, sql = breach
    assert f"{name}.{rule}:" in refuses(settings, lambda settings: judge(settings, [name]), [sql])


def refuses(settings: Settings, judge: Callable[[Settings], GateResult], changes: Iterable[str]) -> str:
    """What the gate says of the warehouse after these changes. Nothing of it is published."""
    with connect(settings.warehouse) as connection:
        for sql in changes:
            connection.execute(sql)
    with pytest.raises(GateRefused) as refusal:
        require(judge(settings))
    with pytest.raises(GateRefused):  # whoever goes on all the same meets the gate's record
        release(settings)
    assert settings.current.readlink().name == "20260101-01"
    assert [path.name for path in settings.releases.iterdir()] == ["20260101-01"]
    return str(refusal.value)


WITHOUT_ROWS_HERE = (
    "release_fct_indicator_change",
    "release_fct_status_change",
    "release_dim_formula",
    "release_corrections_log",
    "release_fct_data_exchange",
)
"""Tables that have no row in the small release: a breach is a row that says nothing."""


def breach_of_file(name: str) -> tuple[str, str]:
    if name in WITHOUT_ROWS_HERE:
        return "required_present", f"insert into {RELEASE[name].table} default values"
    breach = breach_of(RELEASE[name])
    assert breach is not None
    return breach


def test_the_final_file_as_it_is_passes(published: Published) -> None:
    file = ReleaseFolder.current(published.settings).marts
    require(judge_file(published.settings, file, published.gated))


def test_what_the_final_file_breaks_is_not_published(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the gate let pass is broken in the copy, against every suite: each is asked, and nothing is published."""
    settings = published.settings
    before = settings.current.readlink()
    breaches = {name: breach_of_file(name) for name in RELEASE}
    build = publication._build

    def build_and_break(settings: Settings, release_id: str, file: Path, *rest: Any) -> Any:
        built = build(settings, release_id, file, *rest)
        break_file(file, *(sql for _, sql in breaches.values()))
        return built

    monkeypatch.setattr(publication, "_build", build_and_break)
    with pytest.raises(GateRefused) as refusal:
        release(settings)
    for name, (rule, _) in breaches.items():
        assert f"{name}.{rule}:" in str(refusal.value)
    assert refusal.value.exit_code == 3
    assert settings.current.readlink() == before
    assert [path.name for path in settings.releases.iterdir()] == [before.name]


WHOLE_FILE = {
    "release_contents.nothing_else",
    "release_contents.only_allowed_columns",
    "release_privacy.no_landed_name",
    "release_privacy.no_landed_number",
    "release_release_history.as_of_says_what_is_published",  # by a function, whose result for every day is unknown
}


@pytest.mark.parametrize(
    ("change", "reaches"),
    [
        ("select 1", None),
        ("update fct_plan_task set task_id = task_id || '?' where rowid = 0", "fct_plan_task"),
        ("alter table fct_plan_task rename task_id to task", ""),  # rules may read any column: all are asked
    ],
    ids=["nothing", "a_row", "a_column"],
)
def test_of_a_new_file_rules_are_asked_that_a_change_can_reach(
    published: Published, tmp_path: Path, change: str, reaches: str | None
) -> None:
    settings = Settings.of(home=shutil.copytree(published.settings.home, tmp_path / "home", symlinks=True))
    file = tmp_path / "marts.duckdb"
    shutil.copy(ReleaseFolder.current(settings).marts, file)
    file.chmod(0o600)
    judge_new_file(settings, file, published.gated)
    break_file(file, change)
    result = judge_new_file(settings, file, published.gated)
    rules = {
        f"{suite.name}.{rule.name}": rule
        for suite in suites_on_file(settings, file, published.gated)
        for rule in suite.rules
    }
    reached = {name for name, rule in rules.items() if reaches is not None and reaches in " ".join(rule.relations)}
    assert {f"{one.suite}.{one.expectation}" for one in result.results if one.kept_from is None} == WHOLE_FILE | reached
    whole = judge_file(settings, file, published.gated)
    assert tuple(replace(one, kept_from=None) for one in result.results) == whole.results
    if reaches is None:
        assert not any(one.kept_from for one in judge_new_file(settings, file, published.gated, full=True).results)


def test_every_suite_that_can_refuse_is_seen_to_refuse() -> None:
    suites = LANDED | MARTS | RELEASE
    can_refuse = {name for name, suite in suites.items() if any(rule.severity == "critical" for rule in suite.rules)}
    assert {name for name, suite in suites.items() if breach_of(suite)} == can_refuse
    assert set(RELEASE) <= can_refuse, "the check of the final file has nothing that only warns"


def break_landed_row(home: Path, extract: str, column: str, value: str) -> None:
    """Change one column of one landed row behind the ledger's back: what no dump can do."""
    rows = f'packed."landed.{extract}"'
    with connect(Settings.of(home=home).warehouse) as connection:
        connection.execute(
            f"update {rows} set {column} = {value} where rowid = (select min(rowid) from {rows})",
        )


def test_refused_refresh_ends_with_3_and_says_where_to_look(
    small_landing: Path, home: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = home()
    before = (own / "published/current").resolve()
    break_landed_row(own, "mediation_case", "region_code", "'999999'")
    receipts = own / "outbox" / "receipts" / "420100" / "receipts.html"
    receipts.unlink()
    with served(lambda _: (200, {})) as told:
        monkeypatch.setenv("HRSS_ALERTS_TO", f"json://127.0.0.1:{told.port}")
        for _ in range(2):  # refused again until something changes
            said = hrss("refresh", "--landing", small_landing, "--home", own, "--as-of", "2026-02-20", code=3)
            assert "landed_mediation_case" in said and "landed.mediation_case" in said and "Traceback" not in said
            assert (own / "published/current").resolve() == before
            record = json.loads((own / "last_run.json").read_text(encoding="utf-8"))
            assert (record["outcome"], record["published"]["release_id"]) == ("refused", before.name)
    assert "2026-02-20" in receipts.read_text(encoding="utf-8"), "the units hear of their dumps all the same"
    assert "landed_mediation_case" in hrss("status", "--landing", small_landing, "--home", own, code=3)
    refusals = [one.json for one in told.taken if "质量门未放行" in one.json["title"]]
    assert len(refusals) == 1, "one incident, one message"
    assert "landed_mediation_case." in refusals[0]["message"] and "999999" not in refusals[0]["message"]


def test_release_without_a_gate_is_refused(home: Callable[[], Path], small_landing: Path) -> None:
    """The release alone, as the web page can start it: on a warehouse that has changed since the gate let pass."""
    settings = Settings.of(landing=small_landing, home=home())
    before = settings.current.resolve()
    with connect(settings.warehouse) as connection:
        connection.execute("update marts.fct_indicator_value set value = value + 1")
    with pytest.raises(GateRefused, match=r"gate \(marts\)"):
        release(settings)
    gate_landed(settings, ["landed_mediation_case"])  # a part of the gate changes nothing
    with pytest.raises(GateRefused):
        release(settings)
    assert settings.current.resolve() == before
