"""The gate, stage by stage: which suites judge which file, what they said, who may pass all the same. Holds no rule and
runs none itself; what a release may be made from stands in the gate's record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from expectations import (
    Columns,
    ExpectedTable,
    GateResult,
    Rule,
    RuleResult,
    Suite,
    context,
    landed_suites,
    mart_suites,
    privacy_suite,
    release_suites,
    run_suites,
)
from orchestration.audit_log import audit
from orchestration.errors import WrongUsage
from orchestration.figure.query import open_release
from orchestration.files import read_json, replace_text, write_json
from orchestration.gate.acceptance import InvalidReason, validate_reason
from orchestration.gate.kept import keep_results, keys_of, keys_on_file, results_that_hold
from orchestration.gate.message import refusal
from orchestration.gate.on_spark import judge_on_spark, rules_on_spark
from orchestration.gate.page import quality_page
from orchestration.gate.vocabulary import published_words
from orchestration.lookup import find
from orchestration.progress import reporter
from orchestration.provenance import code_sha256
from orchestration.release.candidates import known_folder
from orchestration.release.folder import ReleaseFolder
from orchestration.release.vintages import current_or_newest
from orchestration.run_record import GateRecord
from orchestration.settings import WUHAN, Settings
from orchestration.text import inline, pair, two_lines
from raw_landing.contract import load_contracts
from raw_landing.database import OVER_MANY_COLUMNS, connect, settings_with
from raw_landing.errors import UserError
from raw_landing.intake.inbox import ledger_version
from raw_landing.regions import load_regions

if TYPE_CHECKING:
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext

NOTHING_ACCEPTED: Mapping[str, str] = MappingProxyType({})
LANDED, MARTS, RELEASE = "landed", "marts", "release"
"""The gate's stages, and the names of their Great Expectations checkpoints."""
ON_FILE = 12
"""Examples of a breach of the final file: whose rows it is that stop a release should be seen at once."""


class GateRefused(UserError):
    """A critical expectation failed: nothing is published. The message says which, how many rows, where to look."""

    exit_code = 3


def suites_on_landed() -> tuple[Suite, ...]:
    """What must be true before dbt runs."""
    return landed_suites(load_contracts(), list(load_regions().by_code))


def suites_on_marts() -> tuple[Suite, ...]:
    """What must be true of what dbt built."""
    return mart_suites(load_contracts())


def all_suites() -> tuple[Suite, ...]:
    """Every suite there is, those on a published file as they would be on an empty one: for their words."""
    on_file = (*release_suites({}), privacy_suite({}, load_contracts().values(), ()))
    return (*suites_on_landed(), *suites_on_marts(), *on_file)


def gate_context(settings: Settings, release_id: str | None = None) -> EphemeralDataContext:
    """The gate as a Great Expectations context: checkpoints `landed` and `marts` of the warehouse, or `release` of a
    release's file ("current" or its id). The file stays open. Raises WrongUsage where there is no such release."""
    duckdb = settings_with(settings.spill)
    if release_id is None:
        return context(settings.warehouse, {LANDED: suites_on_landed(), MARTS: suites_on_marts()}, duckdb)
    folder = release_folder(settings, release_id)
    suites = suites_on_file(settings, folder.marts, gated_of(folder))
    return context(folder.marts, {RELEASE: suites}, duckdb, people_of(settings))


def gate_landed(
    settings: Settings,
    chosen: Collection[str] | None = None,
    accepted: Mapping[str, str] = NOTHING_ACCEPTED,
    *,
    full: bool = False,
) -> GateResult:
    """Judge landed data, by all suites or the chosen ones, failures accepted by name (suite.rule: reason). Results that
    still hold are kept, unless in `full`. Does not raise on failures: see require."""
    return _gate(settings, LANDED, suites_on_landed(), chosen, accepted, full)


def gate_marts(
    settings: Settings,
    chosen: Collection[str] | None = None,
    accepted: Mapping[str, str] = NOTHING_ACCEPTED,
    *,
    full: bool = False,
) -> GateResult:
    """Judge the warehouse's staging and marts, likewise."""
    return _gate(settings, MARTS, suites_on_marts(), chosen, accepted, full)


def _gate(
    settings: Settings,
    stage: str,
    suites: Sequence[Suite],
    chosen: Collection[str] | None,
    accepted: Mapping[str, str],
    full: bool,
) -> GateResult:
    picked = [suite for suite in suites if chosen is None or suite.name in chosen]
    zh, en = pair("gate.stage_landed") if stage == LANDED else pair("gate.stage_marts")
    with reporter().stage("gate", *pair("gate.stage_title", value=zh, value_2=en)) as under_way:
        on_spark = rules_on_spark(settings, picked)
        judge = partial(_judge, settings, picked, on_spark, under_way.step)
        if len(picked) < len(suites):  # a part of the gate is no gate: it leaves no record that a release could rest on
            return judge({}).with_acceptances(accepted)
        at = datetime.now(WUHAN)
        keys = keys_of(settings, picked, on_spark)
        held = {} if full else results_that_hold(settings, stage, keys)
        judged = judge(held)
        keep_results(settings, stage, keys, judged.results, at.isoformat(timespec="seconds"))
        result = judged.with_acceptances(accepted)
        message_zh, message_en = result.message()
        said: dict[str, Any] = {
            "at": at,
            "judged": _judged(settings)[stage],
            "passed": result.success,
            "message_zh": message_zh,
            "message_en": message_en,
            "evaluated": len(result.results) - len(held),
            "kept": len(held),
            "rows": result.as_records(),
        }
        for rule, reason in accepted_in(said["rows"]).items():
            audit(settings, "failure_accepted", rule=rule, reason=reason)
        record = read_json(settings.gate_record, GateRecord) | {stage: said}
        write_json(settings.gate_record, record)
        if stage == MARTS or not result.success:  # the last word
            _write_page(settings, [row for said in record.values() for row in said["rows"]])
    return result


def _judge(
    settings: Settings,
    suites: Sequence[Suite],
    on_spark: Collection[str],
    step: Callable[[int, int, str], None],
    held: Mapping[str, RuleResult],
) -> GateResult:
    """The results of all rules, in order: those that hold as they are, the others evaluated."""
    due = _without(suites, held)
    judged = run_suites(
        settings.warehouse, _without(due, on_spark), settings_with(settings.spill), words=published_words(), step=step
    )
    if asked := _without(due, {f"{suite.name}.{rule.name}" for suite in due for rule in suite.rules} - set(on_spark)):
        reporter().note(*pair("spark.asked", count=sum(len(suite.rules) for suite in asked)))
        judged += GateResult(judged.database, judge_on_spark(settings, asked, published_words(), step))
    return _together(suites, judged, held)


def _without(suites: Iterable[Suite], names: Collection[str]) -> list[Suite]:
    return [left for suite in suites if (left := suite.without(names)) is not None]


def _together(suites: Iterable[Suite], judged: GateResult, held: Mapping[str, RuleResult]) -> GateResult:
    found = {**held, **{f"{one.suite}.{one.expectation}": one for one in judged.results}}
    return GateResult(
        judged.database, tuple(found[f"{suite.name}.{rule.name}"] for suite in suites for rule in suite.rules)
    )


def _write_page(settings: Settings, rows: Sequence[Mapping[str, Any]]) -> None:
    """What the gate said last, for people to read: also where it refused and no release was made."""
    connection = connect(settings.warehouse, read_only=True)
    try:
        as_of, is_synthetic = connection.execute("SELECT as_of, is_synthetic FROM landed.run").fetchone() or (
            None,
            None,
        )
        before = current_or_newest(connection, settings)
    finally:
        connection.close()
    content = quality_page(
        rows,
        (*suites_on_landed(), *suites_on_marts()),
        before.marts if before else None,
        subject="hrss gate",
        as_of=as_of,
        at=datetime.now(WUHAN),
        is_synthetic=bool(is_synthetic),
    )
    replace_text(settings.gate_page, content)


def _judged(settings: Settings) -> dict[str, list[int | str]]:
    """What each stage of the gate judges, and by which rules, as both stand now: the ledger's version, the state of the
    warehouse's file, the checksum of the code."""
    file, code = settings.warehouse.stat(), code_sha256()
    return {
        LANDED: [code, ledger_version(settings.home)],
        MARTS: [code, file.st_size, file.st_mtime_ns],
    }


def require(result: GateResult) -> None:
    """Raise GateRefused if a critical expectation failed that nobody accepted."""
    if result.critical:
        raise GateRefused(refusal(result))


def gated_rows(settings: Settings) -> list[dict[str, Any]]:
    """The results that a release of the warehouse as it stands now may rest on. Raises GateRefused where the gate has
    not let it pass, or let it pass with acceptances that an earlier release has used."""
    record = read_json(settings.gate_record, GateRecord)
    for stage, judged in _judged(settings).items():
        if not record.get(stage, {}).get("passed") or record[stage]["judged"] != judged:
            raise GateRefused(two_lines("gate.gate_not_passed", stage=stage))
    rows = [row for stage in (LANDED, MARTS) for row in record[stage]["rows"]]
    used = record[MARTS].get("released")
    if used and accepted_in(rows):
        raise GateRefused(two_lines("gate.acceptance_used", used=used))
    return rows


def mark_released(settings: Settings, release_id: str) -> None:
    """Remember which release used what the gate said."""
    record = read_json(settings.gate_record, GateRecord)
    if MARTS in record:
        record[MARTS]["released"] = release_id
        write_json(settings.gate_record, record)


def accepted_in(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The failures that were accepted among rows of fct_quality_result: suite.rule and reason."""
    return {f"{row['suite']}.{row['expectation']}": row["accepted_reason"] for row in rows if row["accepted_reason"]}


def judge_file(
    settings: Settings, file: Path, gated: Mapping[str, ExpectedTable], accepted: Mapping[str, str] = NOTHING_ACCEPTED
) -> GateResult:
    """Judge a published file, or one about to be: whole, nothing else in it, nobody's name or number. The people are
    those of the warehouse; without one, their names are not looked for."""
    return _judge_file(settings, file, suites_on_file(settings, file, gated), {}).with_acceptances(accepted)


def judge_new_file(
    settings: Settings,
    file: Path,
    gated: Mapping[str, ExpectedTable],
    accepted: Mapping[str, str] = NOTHING_ACCEPTED,
    *,
    full: bool = False,
) -> GateResult:
    """The same of the file of a release that is being made: of tables whose columns and rows are those of the file
    before, the results are kept, unless in `full`."""
    suites = suites_on_file(settings, file, gated)
    keys = keys_on_file(file, suites)
    held = {} if full else results_that_hold(settings, RELEASE, keys)
    judged = _judge_file(settings, file, suites, held)
    keep_results(settings, RELEASE, keys, judged.results, datetime.now(WUHAN).isoformat(timespec="seconds"))
    return judged.with_acceptances(accepted)


def _judge_file(settings: Settings, file: Path, suites: Sequence[Suite], held: Mapping[str, RuleResult]) -> GateResult:
    judged = run_suites(
        file,
        _without(suites, held),
        settings_with(settings.spill) | OVER_MANY_COLUMNS,
        warehouse=people_of(settings),
        examples=ON_FILE,
        words=published_words(),
    )
    return _together(suites, judged, held)


def suites_on_file(settings: Settings, file: Path, gated: Mapping[str, ExpectedTable]) -> tuple[Suite, ...]:
    """What must be true of a published file."""
    suites = release_suites(gated)
    if people_of(settings) is not None:
        suites += (privacy_suite(_columns_of(file), load_contracts().values(), sorted(published_words())),)
    return suites


def people_of(settings: Settings) -> Path | None:
    """The warehouse, in which the people stand that no release may name; None where there is none."""
    return settings.warehouse if settings.warehouse.is_file() else None


def _columns_of(file: Path) -> Columns:
    """What is in the tables of a published file, whatever it should be; its views hold no more."""
    connection = open_release(file)
    try:
        rows = connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns()"
            " WHERE database_name = current_database()"
            " AND table_name NOT IN (SELECT view_name FROM duckdb_views()) ORDER BY ALL"
        ).fetchall()
    finally:
        connection.close()
    columns: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        columns.setdefault(table, {})[column] = kind
    return columns


def gate_warehouse(settings: Settings, *, full: bool = False) -> GateResult:
    """Both stages of the gate on the warehouse as it stands."""
    return gate_landed(settings, full=full) + gate_marts(settings, full=full)


def gate_release(settings: Settings, release_id: str) -> GateResult:
    """The gate of the final file once more, on any release: against what its manifest says was gated, and against the
    people of the warehouse as it stands now. Raises WrongUsage."""
    folder = release_folder(settings, release_id)
    with reporter().stage("gate", *pair("gate.release_stage_title", release_id=folder.release_id)):
        return judge_file(settings, folder.marts, gated_of(folder), _accepted_of(folder))


def release_folder(settings: Settings, release_id: str) -> ReleaseFolder:
    """The folder of a release that is kept or waits for approval. Raises WrongUsage where there is none."""
    return known_folder(settings, release_id)


def gated_of(folder: ReleaseFolder) -> dict[str, ExpectedTable]:
    """What a release's manifest says its tables are. The content's number is not asked: another version of DuckDB would
    count it otherwise; the manifest has the file's checksum."""
    manifest = folder.read_manifest()
    columns = manifest.get("columns", {})
    return {
        table: ExpectedTable(rows, tuple(columns[table]) if table in columns else None)
        for table, rows in manifest.get("tables", {}).items()
    }


def _accepted_of(folder: ReleaseFolder) -> dict[str, str]:
    return {one["rule"]: one["reason"] for one in folder.read_manifest().get("accepted", [])}


def acceptances(settings: Settings, rules: Sequence[str], reasons: Sequence[str]) -> dict[str, str]:
    """What the command line accepts, checked: each rule by its exact name, each with its reason (one reason may serve
    all). Raises WrongUsage for a rule that does not exist, stops no release or protects a person, or a reason unfit."""
    if not rules and not reasons:
        return {}
    if len(reasons) not in (1, len(rules)) or not rules:
        raise WrongUsage(inline("gate.acceptance_without_reason"))
    known = {
        f"{suite.name}.{rule.name}": rule for suite in (*suites_on_landed(), *suites_on_marts()) for rule in suite.rules
    }
    rules = [find(pair("lookup.rule"), name, dict.fromkeys(known, ())) for name in rules]
    for name in rules:
        rule = known[name]
        if rule.severity != "critical":
            raise WrongUsage(inline("gate.warning_needs_no_acceptance", name=name))
        if rule.subject == "privacy":
            raise WrongUsage(inline("gate.privacy_rule_not_acceptable", name=name))
    try:
        fit = [validate_reason(settings, reason) for reason in reasons]
    except InvalidReason as error:
        raise WrongUsage(f"--reason: {error}") from None
    return dict(zip(rules, fit * len(rules) if len(fit) == 1 else fit, strict=True))


def find_rule(suites: Iterable[Suite], name: str) -> tuple[Suite, Rule]:
    """A rule by its full name (suite.rule), or by its own where only one suite has it. Raises WrongUsage."""
    rules = {f"{suite.name}.{rule.name}": (suite, rule) for suite in suites for rule in suite.rules}
    return rules[find(pair("lookup.rule"), name, {key: (rule.name,) for key, (_, rule) in rules.items()})]
