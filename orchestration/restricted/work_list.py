"""The restricted list of doubtful records, for whoever mends them: where each stands, and whose it is by a keyed
pseudonym; and the tables of the warehouse's schema `restricted`. For their owner only, written after the gate let pass,
never published. What stands in them, and why, is dbt's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration.audit_log import audit
from orchestration.lookup import find
from orchestration.restricted import FILE_MODE, FOLDER_MODE
from orchestration.restricted.pseudonyms import KeyDamaged, PseudonymKey, current_key, write_mapping
from orchestration.restricted.tables import copy_tables, numbers_of_tables
from orchestration.settings import Settings
from orchestration.text import pair, two_lines, written
from raw_landing.database import STORAGE_VERSION, connect, explain_open_error, literal
from raw_landing.errors import UserError
from raw_landing.storage.store import sync

_PART = ".part-"  # first letters of a file that is not finished
_NUMBERS = "select person_id as number from warehouse.intermediate.int_doubt where person_id is not null"

_RELEASE = """
    create table restricted.release as
    select {release_id} as release_id, as_of, {key_id} as key_id from warehouse.landed.run;
"""
_DOUBTS = """
    create table restricted.doubt_rule as from warehouse.marts.dim_doubt_rule order by rule_id;

    create table restricted.doubt as
    select
        doubt.rule_id, rule.severity, doubt.extract, doubt.dump_id, doubt.line_number, receipt.path,
        doubt.region_code, doubt.period_end,
        {person} as person
    from warehouse.intermediate.int_doubt as doubt
    inner join warehouse.marts.dim_doubt_rule as rule using (rule_id)
    left join warehouse.quality.landing_receipt as receipt using (dump_id)
    order by all;
"""
_COMMENTS = {
    "table restricted.doubt": written("figure.work_list_table"),
    "column restricted.doubt.path": written("figure.work_list_path"),
    "column restricted.doubt.line_number": written("figure.work_list_line"),
    "column restricted.doubt.person": written("figure.work_list_person"),
    "table restricted.doubt_rule": written("figure.work_list_rules"),
}
_COMMENTS_OF_RELEASE = {
    "table restricted.release": written("figure.work_list_release"),
    "column restricted.release.key_id": written("figure.work_list_key"),
}


class WorkListUnusable(UserError):
    """The list cannot be written, or its key is damaged; the message says where, why and what to do."""


@dataclass(frozen=True)
class RuleDoubts:
    """A rule and how many records it doubts."""

    rule_id: str
    severity: str
    name_zh: str
    name_en: str
    doubts: int


@dataclass(frozen=True)
class Doubt:
    """A doubtful record: where it stands, and the pseudonym of whom it is about."""

    path: str
    line_number: int
    extract: str
    region_code: str
    period_end: date
    person: str | None


def write_work_list(settings: Settings, release_id: str) -> None:
    """Replace the list, and the restricted tables beside it, as a whole by what the warehouse holds now. Raises
    WorkListUnusable."""
    folder = settings.work_list.parent
    try:
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        folder.chmod(FOLDER_MODE)
        for left_over in folder.glob(f"{_PART}*"):
            left_over.unlink()
        key = current_key(settings)
        with _replaced(settings, settings.work_list, release_id, key) as connection:
            connection.execute(_DOUBTS.format(person=key.sql(connection, "doubt.person_id")))
            _comment(connection, _COMMENTS)
        with _replaced(settings, settings.restricted_tables, release_id, key) as connection:
            copy_tables(connection, key)
            numbers = " union ".join([_NUMBERS, *numbers_of_tables(connection)])
        write_mapping(settings, numbers)
    except KeyDamaged as error:
        raise WorkListUnusable(str(error)) from error
    except (OSError, duckdb.Error) as error:
        raise WorkListUnusable(two_lines("figure.work_list_unwritable", goal=folder, error=error)) from error


def doubts_by_rule(settings: Settings) -> list[RuleDoubts]:
    """Every rule with the number of its doubts, most first. Raises WorkListUnusable, DatabaseUnusable."""
    with _open(settings) as connection:
        rows = connection.execute(
            "select rule_id, rule.severity, name_zh, name_en, count(doubt.dump_id) as doubts"
            " from doubt_rule as rule left join doubt using (rule_id) group by all order by doubts desc, rule_id"
        ).fetchall()
    return [RuleDoubts(*row) for row in rows]


def doubts_of_rule(settings: Settings, rule_id: str, limit: int) -> tuple[RuleDoubts, list[Doubt]]:
    """A rule and its first doubts, by dump and line. Raises WrongUsage, WorkListUnusable, DatabaseUnusable."""
    rules = {rule.rule_id: rule for rule in doubts_by_rule(settings)}
    names = {known: (rule.name_zh, rule.name_en) for known, rule in rules.items()}
    rule_id = find(pair("lookup.rule"), rule_id, names)
    with _open(settings) as connection:
        rows = connection.execute(
            "select coalesce(path, dump_id), line_number, extract, region_code, period_end, person"
            " from doubt where rule_id = ? order by all limit ?",
            [rule_id, limit],
        ).fetchall()
    return rules[rule_id], [Doubt(*row) for row in rows]


@contextmanager
def _replaced(
    settings: Settings, goal: Path, release_id: str, key: PseudonymKey
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A file that takes the place of `goal` once its tables are written: open as `restricted`, beside the warehouse."""
    beside = goal.with_name(_PART + goal.name)
    connection = connect(spill=settings.spill)
    try:
        connection.execute(f"attach {literal(beside)} as restricted (storage_version '{STORAGE_VERSION}')")
        connection.execute(f"attach {literal(settings.warehouse)} as warehouse (read_only)")
        connection.execute(_RELEASE.format(release_id=literal(release_id), key_id=literal(key.key_id)))
        _comment(connection, _COMMENTS_OF_RELEASE)
        yield connection
        connection.execute("detach restricted")
    finally:
        connection.close()
    beside.chmod(FILE_MODE)
    sync(beside)
    audit(settings, "work_list_written", release=release_id, file=goal.name)
    beside.replace(goal)
    sync(goal.parent)


def _comment(connection: duckdb.DuckDBPyConnection, comments: Mapping[str, str]) -> None:
    for what, text in comments.items():
        connection.execute(f"comment on {what} is {literal(text)}")


def _open(settings: Settings) -> duckdb.DuckDBPyConnection:
    if not settings.work_list.exists():
        raise WorkListUnusable(two_lines("figure.work_list_missing", work_list=settings.work_list))
    with explain_open_error(settings.work_list, lambda: pair("figure.work_list_unreadable")):
        return connect(settings.work_list, read_only=True)
