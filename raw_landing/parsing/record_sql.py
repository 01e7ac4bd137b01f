"""Builds the SQL that classifies the records of a dump (data, blank, subtotal, footer, unit line, header again) and
validates the data rows, many dumps at once. No text of a dump ever becomes part of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from raw_landing.contract import Column, Contract
from raw_landing.database import identifier, literal
from raw_landing.parsing import cell_sql as cells
from raw_landing.parsing.cell_sql import BLANKS, NULLS, REGION_CHECKS, WIDTHLESS, among, value
from raw_landing.parsing.content_flags import SPECIAL, TICKS, ContentFlags
from raw_landing.parsing.decode import BREAK, FIELD
from raw_landing.parsing.header import Layout
from raw_landing.parsing.units import MEASURE, UNIT_LABEL

MARKS_OF_HEADER = 4  # texts by which a line may be known as one of the header's: of all its lines, and of each

# What a record after the header is.
DATA, BLANK, SUBTOTAL, FOOTER, UNIT_LINE, HEADER_AGAIN = range(6)

ANY_BLANK = f"[ \\t{BLANKS}{WIDTHLESS}]"
MARKS = " \t\",;|'=\x1a" + BLANKS + WIDTHLESS + BREAK + FIELD  # some programs end a file with 0x1A
_TOTALS = ("合计", "小计", "总计")
_FOOTER = "|".join(f"{ANY_BLANK}*".join(word) for word in ("填报人", "审核人", "填报日期", "制表"))
_FOOTER_PATTERN = (
    f"(?:{_FOOTER})(?:人|日期|时间|单位|机构)?(?:{ANY_BLANK}*[:：(（].*|{ANY_BLANK}.*)?"  # 制表, 制表人, 制表日期 …
)
_UNIT_PATTERN = (
    rf"[(（\[【]?{UNIT_LABEL}(?:[:：]+{MEASURE}(?:[、，,和及与;；].*)?[)）\]】]?|[(（\[【]{MEASURE}[)）\]】])"
)


@dataclass(frozen=True)
class BatchContext:
    """What the records of a batch are validated by. `dumps` (d, unit, first_day, last_day, headers, rows, mark_0 …,
    titles) and `regions` (written, code, unit) are names of relations."""

    dumps: str
    regions: str
    contract: Contract
    layout: Layout
    flags: ContentFlags

    @property
    def present(self) -> list[Column]:
        """The contract's columns that the dumps have."""
        return [column for column in self.contract.columns if column.name in self.layout.columns]

    @property
    def fields(self) -> str:
        """The fields of a record, as a list."""
        split = f"string_split(line, {literal(self.layout.delimiter)})"
        if not self.flags.quoted:
            return split
        return f"CASE WHEN fields IS NULL THEN {split} ELSE string_split(fields, {literal(FIELD)}) END"


def validation_query(records: str, context: BatchContext) -> str:
    """The query that validates records, a relation of d, n, line, fields.

    Gives d (the dump), n (the line), kind, row_status ('loaded' or 'refused'; NULL of what is no data row), faults
    ('reason:column'), original (of refused rows) and fields (of refused rows, unit lines and footers), then the
    contract's columns, each named as `value` says.
    """
    at = dict(context.layout.positions)
    cleaned = ", ".join(
        f"{cells.cleaned_cell(f'g[{at[one.name]}]', one, context.flags)} AS {cells.raw_cell(one)}"
        for one in context.present
    )
    faults = [fault for one in context.present for fault in cells.cell_faults(one, context.contract, context.flags)]
    reasons = ", ".join(f"CASE WHEN {condition} THEN {literal(fault)} END" for condition, fault in faults)
    return f"""
WITH split AS (SELECT d, n, line, {context.fields} AS f FROM {records}),
sorted AS ({_sorted(context)}),
fitting AS (SELECT *, kind = {DATA} AND {_fits(context.layout)} AS fits FROM sorted),
cells AS (
  SELECT d, n, line, f, kind, fits, {cleaned}
  FROM (SELECT *, CASE WHEN fits THEN f END AS g FROM fitting)
),
typed AS ({_typing(context)}),
judged AS (
  SELECT *, CASE WHEN kind <> {DATA} THEN NULL WHEN fits AND NOT ({_any_bad(context)}) THEN 'loaded' ELSE 'refused' END
    AS row_status
  FROM typed
)
SELECT d, n, kind, row_status,
  CASE
    WHEN row_status <> 'refused' THEN NULL
    WHEN fits THEN list_filter([{reasons}], lambda one: one IS NOT NULL)
    ELSE ['field_count:']
  END AS faults,
  CASE WHEN row_status = 'refused' THEN replace(line, {literal(BREAK)}, chr(10)) END AS original,
  CASE WHEN row_status = 'refused' OR kind IN ({UNIT_LINE}, {FOOTER}) THEN f END AS fields,
  {_values(context)}
FROM judged"""


def fast_validation_query(lines: str, context: BatchContext) -> str:
    """The query for those of some lines that surely are data rows and surely load: n and the contract's columns, as in
    `validation_query`, which must validate the others.

    `lines` is a query for d, n, f1, f2, …, among which the header does not occur again.
    """
    at = dict(context.layout.positions)
    cleaned = ", ".join(
        f"{cells.cleaned_cell(f'f{at[one.name]}', one, context.flags)} AS {cells.raw_cell(one)}"
        for one in context.present
    )
    first = f"coalesce({', '.join(f'f{place}' for place in range(1, context.layout.widest + 1))})"
    odd = []
    if context.flags.special:  # no mark is ASCII
        special = " OR ".join(f"contains({first}, {literal(mark)})" for mark in SPECIAL)
        odd.append(f"CASE WHEN strlen({first}) = length({first}) THEN false ELSE {special} END")
    if not any(one.required and one.type != "string" for one in context.present):  # else a blank line lacks it
        odd.append(f"contains({literal(MARKS)}, left({first}, 1))")
    is_odd = " OR ".join(f"coalesce({condition}, true)" for condition in odd) or "false"
    return f"""
WITH cells AS (SELECT *, {is_odd} AS is_odd, {cleaned} FROM ({lines})),
typed AS ({_typing(context)})
SELECT n, {_values(context)} FROM typed WHERE NOT (is_odd OR {_any_bad(context)})"""


def ticks_query(records: str, context: BatchContext, columns: Iterable[str]) -> str:
    """The query that says of each of these columns whether its data rows hold a √."""
    at = dict(context.layout.positions)
    tests = ", ".join(
        f"coalesce(bool_or(regexp_matches(f[{at[column]}], '[{TICKS}]')), false) AS {identifier(column)}"
        for column in columns
    )
    return f"""
WITH split AS (SELECT d, n, line, {context.fields} AS f FROM {records}),
sorted AS ({_sorted(context)})
SELECT {tests} FROM sorted WHERE kind = {DATA} AND {_fits(context.layout)}"""


def _typing(context: BatchContext) -> str:
    """The query that adds to relation `cells` what the dump is, the region, and each cell as its column's type."""
    contract, layout, flags = context.contract, context.layout, context.flags
    typed = ", ".join(
        f"{cells.typed_cell(one, contract, layout, flags)} AS {value(one.name)}" for one in context.present
    )
    region = next((one for one in context.present if one.check in REGION_CHECKS), None)
    return f"""
  SELECT cells.*, dump.unit AS dump_unit, dump.first_day AS dump_first, dump.last_day AS dump_last,
    {"region.code" if region else "NULL"} AS region_found, {"region.unit" if region else "NULL"} AS region_unit, {typed}
  FROM cells JOIN {context.dumps} AS dump USING (d)
  {f"LEFT JOIN {context.regions} AS region ON region.written = {cells.written_region(region)}" if region else ""}"""


def _values(context: BatchContext) -> str:
    """The contract's columns, in its order."""
    return ", ".join(
        value(one.name) if one.name in context.layout.columns else f"NULL::{one.sql_type} AS {value(one.name)}"
        for one in context.contract.columns
    )


def _any_bad(context: BatchContext) -> str:
    """Whether any cell refuses its row."""
    conditions = cells.refusing_conditions(context.present, context.contract, context.flags)
    return " OR ".join(f"coalesce({condition}, false)" for condition in conditions) or "false"


def _sorted(context: BatchContext) -> str:
    """The query that says of each record what it is."""
    blank = f"line IS NULL OR regexp_full_match(line, {literal(f'[{MARKS}]*')})"  # fails at once where it is none
    cases = [(blank, BLANK)]
    source = "split"
    if context.flags.special:
        source = _first_filled(context)
        cases += _below_the_data(context)
    if context.flags.again:
        source += f" JOIN {context.dumps} AS dump USING (d)"
        cases[1:1] = _header_again()
    kind = " ".join(f"WHEN {condition} THEN {what}" for condition, what in cases)
    return f"SELECT d, n, line, f, CASE {kind} ELSE {DATA} END AS kind FROM {source}"


def _header_again() -> list[tuple[str, int]]:
    """The conditions under which a record is a line of the header."""
    edge = literal(" \t" + BLANKS + WIDTHLESS)
    trimmed = f"rtrim(array_to_string(list_transform(f, lambda one: trim(one, {edge})), '{FIELD}'), '{FIELD}')"
    marked = " OR ".join(f"contains(line, dump.mark_{at})" for at in range(MARKS_OF_HEADER))
    again = f"list_contains(dump.rows, {trimmed}) OR list_contains(dump.headers, trim(line, {edge}))"
    return [("list_contains(dump.headers, line)", HEADER_AGAIN), (f"({marked}) AND ({again})", HEADER_AGAIN)]


def _first_filled(context: BatchContext) -> str:
    """The records with the `place` of the first field that is not blank, its text as `first`, how many fields are
    `filled` and the region of a subtotal. All are NULL where the first field tells that it is a row of data."""
    marks, blanks = literal(MARKS), literal(ANY_BLANK)
    squeezed = f"regexp_replace(regexp_replace(trim(f[place], {marks}), {blanks}, '', 'g'), '[:：]$', '')"
    anywhere, in_first = (
        " OR ".join(f"contains({text}, {literal(mark)})" for mark in SPECIAL) for text in ("line", "f[1]")
    )
    maybe = (
        f"CASE WHEN contains({marks}, left(f[1], 1)) THEN {anywhere}"
        f" WHEN strlen(f[1]) = length(f[1]) THEN false ELSE {in_first} END"  # no mark is ASCII
    )
    return f"""(
    SELECT *, {squeezed} AS first
    FROM (
      SELECT *, list_position(flags, true) AS place, len(list_filter(flags, lambda one: one)) AS filled
      FROM (
        SELECT *, CASE WHEN {maybe} THEN list_transform(f, lambda one: trim(one, {marks}) <> '') END AS flags
        FROM split
      )
    )
  )
  LEFT JOIN {context.regions} AS region
    ON region.written = regexp_extract(first, '^(.+)(?:{"|".join(_TOTALS)})$', 1)"""


def _below_the_data(context: BatchContext) -> list[tuple[str, int]]:
    """The conditions under which a record is a subtotal, a footer or a unit line."""
    marks, blanks = literal(MARKS), literal(ANY_BLANK)
    at = dict(context.layout.positions)
    trimmed = {key: f"coalesce(trim(f[{at[key]}], {marks}), '')" for key in context.contract.key if key in at}
    keys = " AND ".join(f"(place = {at[key]} OR {among(cell, NULLS)})" for key, cell in trimmed.items())
    unit = f"regexp_replace(trim(array_to_string(f[place:], ''), {marks}), {blanks}, '', 'g')"
    below = (
        "filled = 1 OR (filled = 2 AND first IN ('单位', '计量单位', '金额单位') AND regexp_matches(f[place], '[:：]'))"
    )
    return [
        ("place IS NULL", DATA),
        (f"{among('first', _TOTALS)} OR region.code IS NOT NULL", SUBTOTAL),
        (f"regexp_full_match(first, '.*(?:{'|'.join(_TOTALS)})') AND {keys or 'true'}", SUBTOTAL),
        (f"regexp_full_match(trim(f[place], {marks}), {literal(_FOOTER_PATTERN)})", FOOTER),
        (f"({below}) AND regexp_full_match({unit}, {literal(_UNIT_PATTERN)})", UNIT_LINE),
    ]


def _fits(layout: Layout) -> str:
    """Whether a record has as many fields as the header, empty surplus aside."""
    low, high = layout.narrowest, layout.widest
    surplus = literal(" \t\"'" + BLANKS + WIDTHLESS + BREAK)
    return f"len(f) >= {low} AND (len(f) <= {high} OR trim(array_to_string(f[{high + 1}:], ''), {surplus}) = '')"
