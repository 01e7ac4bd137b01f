"""Results of the gate that still hold. A rule is evaluated again when itself, the code, the engine that is asked or
what it reads has changed, and where that cannot be told; a critical failure always. The file of kept results is trusted
as long as nobody but the nightly work has written the warehouse since."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel

from expectations import RuleResult, Suite
from expectations.rule import CRITICAL, relations_named
from orchestration.dbt_build.fingerprints import content_of_rows, content_of_tables
from orchestration.figure.query import open_release
from orchestration.files import read_json, write_json
from orchestration.provenance import code_sha256
from orchestration.settings import Settings
from raw_landing.database import DatabaseUnusable, connect

State = tuple[int, int]
"""Of the warehouse's file: size, and time of the last change in nanoseconds."""

NOWHERE: State = (0, 0)


class KeptResult(BaseModel):
    """A result, the key under which it holds, and when the gate evaluated it."""

    key: str
    evaluated_at: str
    result: RuleResult


class KeptResults(BaseModel):
    """By stage and full name of the rule; `warehouse` is the state of the file as the nightly work left it."""

    warehouse: State = NOWHERE
    stages: dict[str, dict[str, KeptResult]] = {}


def _load(settings: Settings) -> KeptResults:
    kept = KeptResults.model_validate(read_json(settings.gate_kept, KeptResults))
    return kept if kept.warehouse == _state(settings) else KeptResults()


def _state(settings: Settings) -> State:
    if not settings.warehouse.exists():
        return NOWHERE
    file = settings.warehouse.stat()
    return file.st_size, file.st_mtime_ns


def _save(settings: Settings, kept: KeptResults) -> None:
    now = kept.model_copy(update={"warehouse": _state(settings)})
    write_json(settings.gate_kept, now.model_dump(mode="json"), indent=None)


@contextmanager
def warehouse_written(settings: Settings) -> Iterator[None]:
    """Within it the nightly work writes the warehouse: what is kept stays so. Where the work fails, or somebody else
    has written the file before, nothing is kept."""
    kept = _load(settings)
    yield
    _save(settings, kept)


def results_that_hold(settings: Settings, stage: str, keys: Mapping[str, str]) -> dict[str, RuleResult]:
    """The kept results of a stage by the full name of the rule, of those whose keys are these."""
    kept = _load(settings).stages.get(stage, {})
    return {
        name: replace(one.result, kept_from=one.evaluated_at)
        for name, one in kept.items()
        if keys.get(name) == one.key and (one.result.success or one.result.severity != CRITICAL)
    }


def keep_results(
    settings: Settings, stage: str, keys: Mapping[str, str], results: Iterable[RuleResult], at: str
) -> None:
    """Keep all results of a stage, those of rules without a key excepted."""
    named = ((f"{one.suite}.{one.expectation}", one) for one in results)
    kept = {
        name: KeptResult(
            key=keys[name],
            evaluated_at=one.kept_from or at,
            result=replace(one, kept_from=None, accepted_reason=None),
        )
        for name, one in named
        if name in keys and one.error is None
    }
    before = _load(settings)
    _save(settings, before.model_copy(update={"stages": before.stages | {stage: kept}}))


def keys_of(settings: Settings, suites: Sequence[Suite], on_spark: Collection[str] = frozenset()) -> dict[str, str]:
    """By full name of the rule, a checksum of all that decides its result: the rule, the code, the engine, the contents
    of what it reads in the warehouse. Without an entry where that cannot be told. `on_spark`: the rules that Spark is
    asked."""
    try:
        with connect(settings.warehouse, read_only=True) as connection:
            return _keys(suites, lambda read: _contents(connection, read), lambda rule: rule in on_spark)
    except (DatabaseUnusable, duckdb.Error):  # the gate says what is wrong with it
        return {}


def keys_on_file(file: Path, suites: Sequence[Suite]) -> dict[str, str]:
    """The same of rules on a final file: what they read is known by its columns and by all its rows, which are read for
    it. Without an entry for a rule of the file as a whole, or one that compares it with another database."""
    try:
        with closing(open_release(file)) as connection:
            columns = _content_of_rows(connection, "information_schema.columns")
            keys = _keys(suites, lambda read: _contents_on_file(connection, read), lambda _: columns)
    except (DatabaseUnusable, duckdb.Error):
        return {}
    of_file = {f"{suite.name}.{rule.name}" for suite in suites for rule in suite.rules if not rule.relations}
    return {name: key for name, key in keys.items() if name not in of_file}


def _keys(
    suites: Sequence[Suite], contents_of: Callable[[set[str]], Mapping[str, str]], besides: Callable[[str], Any]
) -> dict[str, str]:
    """`contents_of`: what stands for the contents of relations; `besides`: what else decides the result of a rule."""
    rules = {f"{suite.name}.{rule.name}": rule for suite in suites for rule in suite.rules}
    contents = contents_of({name for rule in rules.values() for name in rule.relations})
    code = code_sha256()
    return {
        name: _checksum(code, besides(name), rule, *(f"{one}={contents[one]}" for one in sorted(rule.relations)))
        for name, rule in rules.items()
        if contents.keys() >= rule.relations
    }


def _contents_on_file(connection: duckdb.DuckDBPyConnection, relations: Iterable[str]) -> dict[str, str]:
    return {one: said for one in relations if (said := _content_of_rows(connection, one)) is not None}


def _checksum(*parts: Any) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def _contents(connection: duckdb.DuckDBPyConnection, relations: Iterable[str]) -> dict[str, str]:
    """What stands for the contents of each relation: of an extract its active dumps, as they were read; of a table that
    dbt built what dbt noted; of a view of dbt's its text and what that reads; of others their rows. Without an entry
    for what cannot be read."""
    extracts = connection.execute(
        """
        SELECT 'landed.' || registered.extract, count(dump.dump_id) || ':' || coalesce(sum(hash(dump)), 0)
        FROM landed.extract AS registered
        INNER JOIN duckdb_views() AS relation
            ON relation.schema_name = 'landed' AND relation.view_name = registered.extract
        LEFT JOIN landed.dump AS dump ON dump.extract = registered.extract
        GROUP BY ALL
        """
    ).fetchall()
    views = dict(
        connection.execute(
            "SELECT schema_name || '.' || view_name, sql FROM duckdb_views()"
            " WHERE schema_name IN ('staging', 'intermediate', 'restricted', 'marts')"
        ).fetchall()
    )
    found: dict[str, str | None] = dict(extracts) | dict(content_of_tables(connection))

    def content(relation: str) -> str | None:
        if relation not in found:
            if (text := views.get(relation)) is None:
                found[relation] = _content_of_rows(connection, relation)
            else:
                parts = [content(one) for one in sorted(relations_named(text) - {relation})]
                found[relation] = None if None in parts else _checksum(text, *parts)
        return found[relation]

    return {relation: said for relation in relations if (said := content(relation)) is not None}


def _content_of_rows(connection: duckdb.DuckDBPyConnection, relation: str) -> str | None:
    try:
        return content_of_rows(connection, relation)
    except duckdb.Error:
        return None
