"""What a rule and a suite are, and the short ways to write one down. No rule of the trade, no Great Expectations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from raw_landing.database import literal

Severity = Literal["critical", "warning", "info"]
CRITICAL: Severity = "critical"  # cannot be true, or must not be public: nothing is published
WARNING: Severity = "warning"  # should be looked at: published with the release
INFO: Severity = "info"  # worth knowing

Subject = Literal["key", "reference", "value", "total", "privacy", "completeness", "level", "history"]

REPEATED = "release_"
"""What stands before the name of a suite that is asked again of the final file."""

BESIDE = "warehouse"
"""The name under which the warehouse is attached beside a file that is judged."""

# Where rules come from. Laws by name only: their articles were renumbered.
SPEC_LANDING = "入库规范 / landing specification"
SPEC_INDICATORS = "指标口径 / indicator definitions"
SPEC_MARTS = "发布规范 / publication specification"
CONTRACT = "数据契约 / data contract"
PRIVACY_LAW = "《个人信息保护法》 / Personal Information Protection Law"
STATISTICS_LAW = "《统计法》保密义务 / Statistics Law, duty of confidentiality"
REGION_STANDARD = "GB/T 2260"
PLAN = "“十四五”规划专栏 / boxes of the five-year plans"

# Numbers of persons, standing alone: not inside a longer number, a hash or a fraction. Groups may be parted by a blank
# or a hyphen; a figure column writes .0 behind them, and one of more than 16 digits in powers of ten.
_ALONE = (r"(^|[^0-9A-Za-z.]|[^0-9]\.)", r"($|[^0-9A-Za-z.]|\.(?:0?(?:$|[^0-9])))")
_BIRTH = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
# An identity number (18 digits with a plausible date of birth, or 15) or a mobile number.
PERSONAL_NUMBER = (
    _ALONE[0] + r"(?:"
    rf"[1-9][0-9]{{5}}[ -]?(?:18|19|20)[0-9]{{2}}{_BIRTH}[ -]?[0-9]{{3}}[0-9Xx]"
    rf"|[1-9][0-9]{{7}}{_BIRTH}[0-9]{{3}}"
    r"|(?:\+?86[ -]?)?1[3-9][0-9](?:[0-9]{8}|[ -][0-9]{4}[ -][0-9]{4})"
    r"|[1-9]\.[0-9]{10,}e\+1[4-9]"
    r")" + _ALONE[1]
)
# What may be a bank card: 16 to 19 digits; it is one if they end in their check digit (Luhn, ISO/IEC 7812).
CARD = r"(?:^|[^0-9A-Za-z.])([0-9]{16,19}|[0-9]{4}(?:[ -][0-9]{4}){3}(?:[ -][0-9]{1,3})?)(?:\.0)?(?:$|[^0-9A-Za-z.])"
LONG_NUMBER = r"(?:^|[^0-9.])[0-9０-９][0-9０-９ -]{9}[0-9０-９]|e\+1[4-9]"
# A hash of 16 hex digits may have no letter, a file may have any size; release ids, long enough to be looked into on
# every row, are held to their form by rules of their own.
NOT_NUMBERS = ("dump_id", "bytes", "release_id", "previous_release_id", "first_release_id", "last_release_id")


def half_width(text: str) -> str:
    """SQL: full-width digits as plain ones."""
    return f"translate({text}, '０１２３４５６７８９Ｘ', '0123456789X')"


def holds_personal_number(text: str) -> str:
    """SQL: whether a text holds a person's number. Hardly any does: a cheap look comes first."""
    plain = half_width(text)
    return (
        f"CASE WHEN regexp_matches({text}, {sql_text(LONG_NUMBER)})"
        f" THEN regexp_matches({plain}, {sql_text(PERSONAL_NUMBER)}) OR {holds_card(plain)} ELSE false END"
    )


def holds_card(text: str) -> str:
    """SQL: whether a text holds a bank card's number (Luhn: from the right, every second digit is doubled)."""
    digit = "CAST(substr(number, length(number) - place, 1) AS INTEGER)"
    doubled = f"CASE WHEN place % 2 = 1 THEN 2 * {digit} - CASE WHEN {digit} > 4 THEN 9 ELSE 0 END ELSE {digit} END"
    total = f"list_sum(list_transform(range(length(number)), lambda place: {doubled}))"
    found = f"regexp_extract_all({text}, {sql_text(CARD)}, 1)"
    numbers = f"list_transform({found}, lambda one: regexp_replace(one, '[ -]', '', 'g'))"
    return (
        f"CASE WHEN regexp_matches({text}, {sql_text(CARD)})"
        f" THEN len(list_filter({numbers}, lambda number: {total} % 10 = 0)) > 0 ELSE false END"
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence that must be true of one table, and how to find the rows for which it is not.

    Exactly one of `where` (a condition on the table's own rows; all of a table are counted in one scan), `query` (SQL
    of the unexpected rows) and `builtin` (a Great Expectations class and its arguments) is given. `show` names the
    columns an example may show: locators, never what a row says about a person.
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
    def is_of_marts_alone(self) -> bool:
        """Whether it can be evaluated on the published file, which has no schema but marts."""
        return re.search(r"\b(landed|quality|staging|intermediate|reference)\.", f"{self.where} {self.query}") is None

    @property
    def unexpected_rows(self) -> str | None:
        """SQL of the unexpected rows, showing locators only; None where the rule is not about rows."""
        if self.locators is not None:
            return self.locators
        if self.builtin is not None or not self.show:
            return None
        rows = self.table if self.query is None else f"({self.query}) AS unexpected"
        condition = "" if self.where is None else f" WHERE {self.where}"
        return f"SELECT {', '.join(self.show)} FROM {rows}{condition}"


@dataclass(frozen=True, slots=True)
class Suite:
    """What must be true of one table or subject."""

    name: str
    title_zh: str
    title_en: str
    rules: tuple[Rule, ...]

    @property
    def table(self) -> str:
        """The table it is about, or the first of them."""
        return self.rules[0].table

    def __post_init__(self) -> None:
        names = [rule.name for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice or not names:
            raise ValueError(f"{self.name}: rules that stand twice: {twice}" if twice else f"{self.name}: no rule")


sql_text = literal
"""A text as SQL literal."""


def sql_list(values: Iterable[str]) -> str:
    """Texts as the inside of an SQL list."""
    return ", ".join(sql_text(value) for value in values)


@dataclass(frozen=True, slots=True)
class Table:
    """A table that rules are written about: makes each rule one line, with the locators that its examples show."""

    name: str
    title_zh: str
    show: tuple[str, ...]
    source: str
    prefix: str = field(default="")

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
        """No row satisfies `where`. (A condition that is NULL is not satisfied: say so where NULL is wrong.)"""
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
        """One row per value of `columns`. Examples show the key; where it is personal, `show` of one of its rows."""
        key = ", ".join(columns)
        shown = columns if show is None else show
        picked = "" if show is None else "".join(f", arg_min({column}, {show[0]}) AS {column}" for column in show)
        query = f"SELECT {key}{picked} FROM {self.name} GROUP BY {key} HAVING count(*) > 1"
        return self.query(
            name,
            CRITICAL,
            f"{self.title_zh}:每个主键({'、'.join(columns)})只有一行",
            f"one row per key ({key})",
            query,
            show=shown,
            subject="key",
        )

    def required(self, *columns: str, name: str = "required_present") -> Rule:
        """None of `columns` is NULL."""
        return self.rows(
            name,
            CRITICAL,
            f"{self.title_zh}:必填列({'、'.join(columns)})不为空",
            f"required columns ({', '.join(columns)}) are filled",
            " OR ".join(f"{column} IS NULL" for column in columns),
        )

    def one_of(self, column: str, values: Iterable[str], *, name: str | None = None) -> Rule:
        """A value of `column`, where there is one, is in the list."""
        values = tuple(values)
        return self.rows(
            name or f"{column}_in_list",
            CRITICAL,
            f"{self.title_zh}:{column} 在代码表内({'、'.join(values)})",
            f"{column} is one of {', '.join(values)}",
            f"{column} NOT IN ({sql_list(values)})",
        )

    def reference(self, column: str, to: str, to_column: str, *, what_zh: str, source: str | None = None) -> Rule:
        """A value of `column`, where there is one, stands in `to`."""
        return self.rows(
            f"{column}_known",
            CRITICAL,
            f"{self.title_zh}:{column} 指向存在的{what_zh}",
            f"{column} refers to a row of {to}",
            f"{column} IS NOT NULL AND {column} NOT IN (SELECT {to_column} FROM {to} WHERE {to_column} IS NOT NULL)",
            subject="reference",
            source=source,
        )

    def no_personal_number(self) -> Rule:
        """No column, of whatever type, holds an identity, mobile or bank card number."""
        columns = f"COLUMNS(lambda name: name NOT IN ({sql_list(NOT_NUMBERS)}))"
        text = f"concat_ws(chr(10), *{columns})"
        return self.rows(
            "no_personal_number",
            CRITICAL,
            f"{self.title_zh}:任何列都不得出现公民身份号码、手机号码或银行卡号",
            "no column holds an identity number, a mobile number or a bank card's",
            # COLUMNS may stand in an expression only once: its text is handed on in a list
            f"list_contains(list_transform([{text}], lambda row: {holds_personal_number('row')}), true)",
            subject="privacy",
            source=PRIVACY_LAW,
        )
