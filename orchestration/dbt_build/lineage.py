"""Which columns a column is made of, read from the SQL that dbt compiled. Knows no table by name, writes only its
cache."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.files import read_json, write_json

if TYPE_CHECKING:
    from sqlglot.expressions import Expression
    from sqlglot.optimizer.scope import Scope

ROWS = "*"
"""The pseudo column of a relation that stands for its rows: what a count counts."""

VERSION = 2
"""Of the cache: raised when the same SQL is read differently."""

Ref = tuple[str, str]
"""A column: its relation with the schema (staging.stg_…) and its name, or ROWS."""


@dataclass(frozen=True)
class Made:
    """What a column is made of: columns whose content it takes up, and columns that decide which content that is
    (conditions; filters, joins and groups of what is summed or counted)."""

    taken: frozenset[Ref] = frozenset()
    decided: frozenset[Ref] = frozenset()

    def __or__(self, other: Made) -> Made:
        return Made(self.taken | other.taken, self.decided | other.decided)

    def deciding(self) -> Made:
        """The same as a condition."""
        return Made(frozenset(), self.taken | self.decided)

    def deciding_only(self) -> Made:
        """Only what decides."""
        return Made(frozenset(), self.decided)


NOTHING = Made()


@dataclass(frozen=True)
class Lineage:
    """By relation and column, what the columns of each model are made of, one step back."""

    steps: Mapping[str, Mapping[str, Made]]
    _origins: dict[Ref, Made] = field(default_factory=dict, repr=False, compare=False)

    def origins(self, ref: Ref) -> Made:
        """What a column is made of in the end, in columns that no model makes: landed ones, those of the ledger,
        reference data."""
        if ref not in self._origins:
            relation, column = ref
            if relation not in self.steps:
                return Made(frozenset((ref,)))
            step = self.steps[relation].get(column, NOTHING)
            taken = _all(self.origins(one) for one in step.taken)
            deciding = _all(Made(self.origins(one).taken) for one in step.decided)
            self._origins[ref] = taken | deciding.deciding()
        return self._origins[ref]


def lineage_of(manifest: Path) -> Lineage:
    """The lineage of the models of a dbt manifest with compiled code: worked out once for the same SQL, kept beside the
    manifest. Raises KeyError where a model was not compiled."""
    content = json.loads(manifest.read_text(encoding="utf-8"))
    models = {name: node for name, node in content["nodes"].items() if node["resource_type"] == "model"}
    code = json.dumps([VERSION, sorted((name, node["compiled_code"]) for name, node in models.items())])
    key, cache = hashlib.sha256(code.encode()).hexdigest(), manifest.with_name("lineage.json")
    kept = read_json(cache)
    if kept.get("key") == key:
        with suppress(AttributeError, KeyError, TypeError, ValueError):  # it is of another shape
            return Lineage(_from_json(kept["steps"]))
    known = {
        relation(node): list(node["columns"])
        for node in (*content["sources"].values(), *content["nodes"].values())
        if node["resource_type"] in ("source", "seed")
    }
    steps: dict[str, dict[str, Made]] = {}
    for node in _in_order(models):
        name = relation(node)
        if node.get("language") == "python":
            reads = [relation({**content["nodes"], **content["sources"]}[one]) for one in node["depends_on"]["nodes"]]
            steps[name] = _of_python(node["columns"], {one: known[one] for one in reads})
        else:
            steps[name] = _made(node["compiled_code"], known, name)
        known[name] = [column for column in steps[name] if column != ROWS]
    write_json(cache, {"key": key, "steps": _to_json(steps)})
    return Lineage(steps)


def _of_python(columns: Iterable[str], reads: Mapping[str, Iterable[str]]) -> dict[str, Made]:
    """Of a model in Python each described column is made of all that it reads."""
    everything = frozenset((name, column) for name, found in reads.items() for column in (ROWS, *found))
    return dict.fromkeys((ROWS, *columns), Made(everything))


def relation(node: Mapping[str, Any]) -> str:
    """The relation of a model, seed or source of the manifest."""
    return f"{node['schema']}.{node['name']}"


def _all(parts: Iterable[Made]) -> Made:
    together = NOTHING
    for part in parts:
        together |= part
    return together


def _in_order(models: Mapping[str, Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Models after those they read."""
    done: set[str] = set()

    def after_its_own(name: str) -> Iterator[Mapping[str, Any]]:
        if name in models and name not in done:
            done.add(name)
            for other in models[name]["depends_on"]["nodes"]:
                yield from after_its_own(other)
            yield models[name]

    for name in sorted(models):
        yield from after_its_own(name)


def _to_json(steps: Mapping[str, Mapping[str, Made]]) -> dict[str, dict[str, list[list[Ref]]]]:
    return {
        name: {column: [sorted(made.taken), sorted(made.decided)] for column, made in columns.items()}
        for name, columns in steps.items()
    }


def _from_json(kept: Mapping[str, Mapping[str, list[list[list[str]]]]]) -> dict[str, dict[str, Made]]:
    def refs(pairs: list[list[str]]) -> frozenset[Ref]:
        return frozenset((relation, column) for relation, column in pairs)

    return {
        name: {column: Made(refs(taken), refs(decided)) for column, (taken, decided) in columns.items()}
        for name, columns in kept.items()
    }


def _made(sql: str, known: Mapping[str, list[str]], itself: str) -> dict[str, Made]:
    """What the columns and the rows of one query are made of. `itself` is what the query makes: a model built in
    increments also reads it, and is not made of itself."""
    from sqlglot import exp, parse_one
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    schema: dict[str, Any] = {}
    statement = parse_one(sql, dialect="duckdb")
    for table_read in statement.find_all(exp.Table):
        table_read.set("catalog", None)
        layer, table = table_read.db, table_read.name
        if (columns := known.get(f"{layer}.{table}")) is not None:
            schema.setdefault(layer, {})[table] = dict.fromkeys(columns, "unknown")
    scope = build_scope(qualify(statement, dialect="duckdb", schema=schema, validate_qualify_columns=False))
    assert scope is not None  # a model is a query
    reading = _Reading(itself)
    return {**reading.columns(scope), ROWS: reading.rows(scope)}


class _Reading:
    """Reads the scopes of one statement; a scope is a query with the tables that it sees."""

    def __init__(self, itself: str) -> None:
        self.itself = itself
        self._columns: dict[int, dict[str, Made]] = {}
        self._rows: dict[int, Made] = {}

    def columns(self, scope: Scope) -> dict[str, Made]:
        """By name, in their order. Of a union, the names are those of its first query."""
        if id(scope) not in self._columns:
            if scope.set_operation_scopes:
                first, second = (self.columns(one) for one in scope.set_operation_scopes)
                made = {name: one | other for (name, one), other in zip(first.items(), second.values(), strict=True)}
            else:
                selects = getattr(scope.expression, "selects", ())
                made = {one.alias_or_name: self._made(one, scope) for one in selects}
            self._columns[id(scope)] = made
        return self._columns[id(scope)]

    def rows(self, scope: Scope) -> Made:
        """What decides which rows a query has, and whose rows they are."""
        if id(scope) not in self._rows:
            if scope.set_operation_scopes:
                self._rows[id(scope)] = _all(self.rows(one) for one in scope.set_operation_scopes)
            else:
                narrowed = ("group", "having", "qualify", "distinct")
                clauses = [scope.expression.args[name] for name in narrowed if scope.expression.args.get(name)]
                conditions = _all(self._made(one, scope) for one in clauses)
                self._rows[id(scope)] = self._read(scope) | conditions.deciding()
        return self._rows[id(scope)]

    def _read(self, scope: Scope) -> Made:
        """The rows that a query reads, before it groups them."""
        from sqlglot import exp

        joins = scope.expression.args.get("joins") or ()
        clauses = (scope.expression.args.get("where"), *(join.args.get("on") for join in joins))
        read = _all(self._made(one, scope) for one in clauses if one is not None).deciding()
        joined = {join.alias_or_name for join in joins}
        for name, (_, source) in scope.selected_sources.items():
            rows = self._ref(source, ROWS) if isinstance(source, exp.Table) else self.rows(source)
            read |= rows.deciding() if name in joined else rows
        return read

    def _ref(self, table: Any, column: str) -> Made:
        """A column of a relation; nothing for what a function makes."""
        name = f"{table.db}.{table.name}"
        return NOTHING if not table.db or name == self.itself else Made(frozenset(((name, column),)))

    def _made(self, node: Expression, scope: Scope) -> Made:
        """What an expression is made of."""
        from sqlglot import exp

        if isinstance(node, exp.Column):
            return self._column(node, scope)
        if isinstance(node, exp.Query):
            return _all(self._value(one) for one in scope.subquery_scopes if one.expression is node.unnest())
        parts = [self._made(one, scope) for one in node.iter_expressions()]
        if isinstance(node, exp.If) or (isinstance(node, exp.Case) and node.this):  # a branch of CASE as well
            parts = [self._made(node.this, scope).deciding(), *parts[1:]]
        elif isinstance(node, exp.Filter | exp.Window):
            parts = [parts[0], *(part.deciding() for part in parts[1:])]
        elif isinstance(node, exp.AggFunc):
            read = self._read(scope)  # a count, or a sum of ones, is made of the rows themselves
            parts.append(read.deciding_only() if any(part.taken for part in parts) else read)
        return _all(parts)

    def _column(self, column: Any, scope: Scope | None) -> Made:
        """What a column is that a query names: of a table, of another query, or of an outer one."""
        from sqlglot import exp

        while scope is not None:
            source = scope.sources.get(column.table)
            if isinstance(source, exp.Table):
                return self._ref(source, column.name)
            if source is not None and isinstance(source.expression, exp.UDTF):
                return _all(self._made(one, scope) for one in source.expression.expressions)
            if source is not None:
                return self.columns(source).get(column.name, NOTHING)
            scope = scope.parent
        return NOTHING

    def _value(self, scope: Scope) -> Made:
        """What a query in an expression is made of: its columns, and what decides which row it is."""
        return _all(self.columns(scope).values()) | self.rows(scope).deciding_only()
