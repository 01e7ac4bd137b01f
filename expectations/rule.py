"""Rule, Suite, and Table with its shorthands for writing rules. Imports no Great Expectations."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from expectations.personal_numbers import NOT_NUMBERS, SMALLEST, holds_personal_number
from expectations.sql import sql_list
from expectations.text import both, say

Severity = Literal["critical", "warning", "info"]
CRITICAL: Severity = "critical"  # cannot be true, or must not be public: nothing is published
WARNING: Severity = "warning"  # should be looked at: published with the release
INFO: Severity = "info"  # worth knowing

Subject = Literal["key", "reference", "value", "total", "privacy", "completeness", "level", "history"]

WAREHOUSE_ALIAS = "warehouse"
"""The database name under which the warehouse is attached when another file is checked."""

_RELATION = re.compile(r"\b(?:landed|quality|reference|staging|intermediate|restricted|marts)\.\w+")

# Where rules come from. Laws by name only: their articles were renumbered.
SPEC_LANDING = both("origins.landing")
SPEC_INDICATORS = both("origins.indicators")
SPEC_MARTS = both("origins.marts")
CONTRACT = both("origins.contract")
PRIVACY_LAW = both("origins.privacy_law")
STATISTICS_LAW = both("origins.statistics_law")
REGION_STANDARD = "GB/T 2260"
PLAN = both("origins.plan")


def relations_named(sql: str) -> frozenset[str]:
    """The tables and views, with their schemas, that an SQL text names."""
    return frozenset(_RELATION.findall(sql))


@dataclass(frozen=True, slots=True)
class Rule:
    """A data quality rule of one table, in both languages, and the SQL of the rows that break it.

    Exactly one of `where` (a condition on the table's rows; one scan counts all conditions of a table), `query` (SQL
    of the unexpected rows) and `builtin` (name and arguments of a Great Expectations class) is given. `show` names the
    columns an example may show: locators, never personal data.
    """

    name: str
    table: str
    severity: Severity
    description_zh: str
    description_en: str
    source: str
    subject: Subject
    where: str | None = None
    query: str | None = None
    builtin: tuple[str, Mapping[str, Any]] | None = None
    show: tuple[str, ...] = ()
    locators: str | None = None  # SQL of the examples, where the breaches themselves name no row

    def __post_init__(self) -> None:
        if sum(form is not None for form in (self.where, self.query, self.builtin)) != 1:
            raise ValueError(f"{self.table}: {self.name}: needs exactly one of where, query and builtin")

    @property
    def relations(self) -> frozenset[str]:
        """The tables and views that it may read, with their schemas: those that its SQL names."""
        return relations_named(f"{self.table} {self.where} {self.query} {self.locators}")

    @property
    def is_of_marts_alone(self) -> bool:
        """Whether it can run on the published file, which has the schema marts only."""
        return all(name.startswith("marts.") for name in self.relations)

    @property
    def unexpected_rows(self) -> str | None:
        """SQL of the locators of unexpected rows; None where the rule is not about rows."""
        if self.locators is not None:
            return self.locators
        if self.builtin is not None or not self.show:
            return None
        rows = self.table if self.query is None else f"({self.query}) AS unexpected"
        condition = "" if self.where is None else f" WHERE {self.where}"
        return f"SELECT {', '.join(self.show)} FROM {rows}{condition}"


@dataclass(frozen=True, slots=True)
class Suite:
    """Rules of one table or subject. Raises ValueError for no rule or two of one name.

    `on_file`: evaluated on the final file, not on the warehouse. `repeats`: the suite of which these are rules, asked
    again.
    """

    name: str
    title_zh: str
    title_en: str
    rules: tuple[Rule, ...]
    on_file: bool = False
    repeats: str | None = None

    @property
    def table(self) -> str:
        """The table it is about, or the first of them."""
        return self.rules[0].table

    def without(self, names: Collection[str]) -> Suite | None:
        """The suite without rules of these full names (suite.rule); None where no rule is left."""
        rules = tuple(rule for rule in self.rules if f"{self.name}.{rule.name}" not in names)
        return replace(self, rules=rules) if rules else None

    def __post_init__(self) -> None:
        names = [rule.name for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice or not names:
            raise ValueError(f"{self.name}: rules that stand twice: {twice}" if twice else f"{self.name}: no rule")


def title(name: str) -> str:
    """What a table, or what else a rule refers to, is called in Chinese. Raises KeyError."""
    return say(f"tables.{name}")[0]


@dataclass(frozen=True, slots=True)
class Table:
    """Shorthands for writing the rules of one table; `show`: the locator columns that examples show."""

    name: str
    show: tuple[str, ...]
    source: str
    prefix: str = field(default="")
    called: str | None = None  # in Chinese, where the catalogue of tables does not know it

    @property
    def title_zh(self) -> str:
        """What it is called in Chinese."""
        return self.called or title(self.name)

    def rows(
        self,
        name: str,
        severity: Severity,
        zh: str,
        en: str,
        where: str,
        *,
        subject: Subject = "value",
        source: str | None = None,
    ) -> Rule:
        """No row satisfies `where`. A NULL condition is not satisfied: add IS NULL where NULL is wrong."""
        return Rule(
            self.prefix + name, self.name, severity, zh, en, source or self.source, subject, where=where, show=self.show
        )

    def query(
        self,
        name: str,
        severity: Severity,
        zh: str,
        en: str,
        query: str,
        *,
        show: tuple[str, ...] | None = None,
        subject: Subject = "value",
        source: str | None = None,
    ) -> Rule:
        """`query` finds no row."""
        return Rule(
            self.prefix + name,
            self.name,
            severity,
            zh,
            en,
            source or self.source,
            subject,
            query=query,
            show=self.show if show is None else show,
        )

    def key(self, *columns: str, show: tuple[str, ...] | None = None, name: str = "one_row_per_key") -> Rule:
        """One row per value of `columns`. Examples show the key or, where it is personal, columns `show` of one row."""
        key = ", ".join(columns)
        shown = columns if show is None else show
        picked = "" if show is None else "".join(f", min_by({column}, {show[0]}) AS {column}" for column in show)
        query = f"SELECT {key}{picked} FROM {self.name} GROUP BY {key} HAVING count(*) > 1"
        return self.query(
            name,
            CRITICAL,
            *say("table.one_row_per_key", title_zh=self.title_zh, columns_zh="、".join(columns), columns_en=key),
            query,
            show=shown,
            subject="key",
        )

    def required(self, *columns: str, name: str = "required_present") -> Rule:
        """None of `columns` is NULL."""
        return self.rows(
            name,
            CRITICAL,
            *say(
                "table.required_present",
                title_zh=self.title_zh,
                columns_zh="、".join(columns),
                columns_en=", ".join(columns),
            ),
            " OR ".join(f"{column} IS NULL" for column in columns),
        )

    def one_of(self, column: str, values: Iterable[str], *, name: str | None = None) -> Rule:
        """A value of `column` is in the list, or NULL."""
        values = tuple(values)
        return self.rows(
            name or f"{column}_in_list",
            CRITICAL,
            *say(
                "table.one_of",
                title_zh=self.title_zh,
                column=column,
                values_zh="、".join(values),
                values_en=", ".join(values),
            ),
            f"{column} NOT IN ({sql_list(values)})",
        )

    def reference(
        self, column: str, to: str, to_column: str, *, what: str | None = None, source: str | None = None
    ) -> Rule:
        """A value of `column` is found in `to`, or NULL; `what`: what that is called, if not as the table."""
        return self.rows(
            f"{column}_known",
            CRITICAL,
            *say("table.reference", title_zh=self.title_zh, column=column, what_zh=title(what or to), to=to),
            f"{column} IS NOT NULL AND {column} NOT IN (SELECT {to_column} FROM {to} WHERE {to_column} IS NOT NULL)",
            subject="reference",
            source=source,
        )

    def no_personal_number(self, figures: Iterable[str] = ()) -> Rule:
        """No column of any type holds an identity, mobile or bank card number. `figures`: columns of numbers; to
        write them as text costs most, and is done only on rows where one is large enough to be such a number."""
        figures = tuple(figures)
        columns = f"COLUMNS(lambda name: name NOT IN ({sql_list((*NOT_NUMBERS, *figures))}))"
        # COLUMNS may stand in an expression only once: its text is handed on in a list
        texts = f"concat_ws(chr(10), *{columns})"
        if figures:
            sizes = ", ".join(f"abs({name})" for name in figures)
            texts += (
                f" || CASE WHEN greatest({sizes}) >= {SMALLEST}"
                f" THEN chr(10) || concat_ws(chr(10), {', '.join(figures)}) ELSE '' END"
            )
        return self.rows(
            "no_personal_number",
            CRITICAL,
            *say("table.no_personal_number", title_zh=self.title_zh),
            f"list_contains(list_transform([{texts}], lambda row: {holds_personal_number('row')}), true)",
            subject="privacy",
            source=PRIVACY_LAW,
        )
