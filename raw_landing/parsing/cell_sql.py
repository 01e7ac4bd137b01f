"""What a record and its cells are worth: the SQL that sorts, cleans, types and judges many rows at once. Built from a
contract and a layout alone; no text of a dump ever becomes part of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from raw_landing.contract import Column, Contract
from raw_landing.database import identifier, literal
from raw_landing.parsing.decode import BREAK, FIELD
from raw_landing.parsing.header import Layout
from raw_landing.parsing.units import MEASURE, UNIT_LABEL
from raw_landing.regions import NATION, PROVINCE

MARKS_OF_HEADER = 4  # texts by which a line may be known as one of the header's: of all its lines, and of each

# What a record after the header is.
DATA, BLANK, SUBTOTAL, FOOTER, UNIT_LINE, HEADER_AGAIN = range(6)

NULLS = (
    *("", "-", "--", "—", "——", "…", "……", "/", "无"),
    *("NULL", "null", "Null", "\\N", "None", "none", "NONE", "nan", "NaN", "NAN", "N/A", "n/a", "N/a"),
    *("－", "－－", "／", "＼N", "N／A", "n／a"),  # of free text the letters alone become half-width
)
_LONGEST_NULL = max(len(one.encode()) for one in NULLS)
TRUE = ("1", "是", "Y", "TRUE", "√", "✓", "✔")
FALSE = ("0", "否", "N", "FALSE")
TICKS = "√✓✔"
PERCENT = ("%", "％", "百分比")
OWN_UNIT = ("市本级", "市直", "州本级", "州直", "林区本级", "林区直", "本级", "市辖区")  # the dump's unit itself
REGION_CHECKS = ("region", "region_or_nation")

# Blanks other than ASCII's, marks without width, full-width digits and letters, full-width signs of dates and numbers.
_BLANKS = "\u00a0\u3000\u2002\u2003\u2007\u2009\u202f"
_WIDTHLESS = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_LETTERS = "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))))
_SIGNS, _PLAIN_SIGNS = "．，－／：％＋−", ".,-/:%+-"
_FROM = _BLANKS + _LETTERS
_TO = " " * len(_BLANKS) + "".join(chr(ord(one) - 0xFEE0) for one in _LETTERS)
# What tells that such marks may occur: the beginnings of their UTF-8 forms.
WIDE_BYTES = (
    b"\xef\xbc",
    b"\xef\xbd",
    b"\xe3\x80\x80",
    b"\xc2\xa0",
    b"\xe2\x80",
    b"\xef\xbb\xbf",
    b"\xe2\x81",
    b"\xe2\x88",
)
# What a spreadsheet shows in place of a value that it could not compute.
_ERROR = (
    r"(?i:[#＃](?:N[/／]A|(?:REF|VALUE|DIV[/／][0０]|NULL|NUM|SPILL|CALC|FIELD|BLOCKED|CONNECT|BUSY|UNKNOWN|EXTERNAL|PYTHON)"
    r"[!！]|NAME[?？]|GETTING_DATA|ERROR|公式未计算[!！]|[#＃]+)|Err:\d+)"
)
ERROR_MARKS = ("#", "＃", "Err:")

# What tells that subtotals, footers or unit lines may occur, as text and as a pattern.
SPECIAL = ("计", "填", "审", "制", "单")

ANY_BLANK = f"[ \\t{_BLANKS}{_WIDTHLESS}]"
MARKS = " \t\",;|'=\x1a" + _BLANKS + _WIDTHLESS + BREAK + FIELD  # some programs end a file with 0x1A
_TOTALS = ("合计", "小计", "总计")
_FOOTER = "|".join(f"{ANY_BLANK}*".join(word) for word in ("填报人", "审核人", "填报日期", "制表"))
_FOOTER_PATTERN = (
    f"(?:{_FOOTER})(?:人|日期|时间|单位|机构)?(?:{ANY_BLANK}*[:：(（].*|{ANY_BLANK}.*)?"  # 制表, 制表人, 制表日期 …
)
_UNIT_PATTERN = (
    rf"[(（\[【]?{UNIT_LABEL}(?:[:：]+{MEASURE}(?:[、，,和及与;；].*)?[)）\]】]?|[(（\[【]{MEASURE}[)）\]】])"
)

_YEAR = r"([1-9]\d{3})"
_CLOCK = r"(?:上午|下午)? ?[0-2]?\d:[0-5]?\d(?::[0-5]?\d(?:\.\d+)?)?(?: ?[AaPp][Mm])?"
_DATE = (
    rf"{_YEAR}(?:-(\d{{1,2}})-|/(\d{{1,2}})/|\.(\d{{1,2}})\.|年 *(\d{{1,2}}) *月 *)"
    rf"(\d{{1,2}})(?: *日 *{_CLOCK}|(?: *日)?(?:[T ]+{_CLOCK})?)"
)
_COMPACT_DATE = rf"{_YEAR}(\d{{2}})(\d{{2}})(?:[T ]+{_CLOCK}|[T ]?\d{{6}})?"
_MONTH = rf"{_YEAR}(?:-(\d{{1,2}})|/(\d{{1,2}})|\.(\d{{1,2}})|年 *(\d{{1,2}}) *月|(\d{{2}}))"
_PLAIN_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
_GROUPED_NUMBER = r"[+-]?\d{1,3}(?:(?:,\d{3})+|(?: \d{3})+)(?:\.\d*)?"
_PLAIN_INTEGER = r"[+-]?\d+"
_GROUPED_INTEGER = r"[+-]?(?:\d+|\d{1,3}(?:(?:,\d{3})+|(?: \d{3})+))(?:\.0*)?"
_SCIENTIFIC = r"\d+(?:[.．]\d*)?[eE][+＋]?\d+"
_SCIENTIFIC_KEY = r"\d+[.．]\d*[eE][+＋-]?\d+|\d+[eE][+＋]0*[1-9]\d+"  # not 12E5, which a key may well be
_CHECK_WEIGHTS = "[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 0]::DOUBLE[]"


@dataclass(frozen=True)
class Traits:
    """What occurs anywhere in a dump. A trait that does not occur saves every cell the work of looking for it."""

    wide: bool = False  # full-width characters, blanks of other kinds, marks without width
    apostrophe: bool = False
    quoted: bool = False  # some records come with their fields taken apart
    padded: bool = False  # blanks stand around cells
    special: bool = False  # subtotals, footers, unit lines or the header again may occur
    errors: bool = False  # error values of a spreadsheet may occur
    ticks: frozenset[str] = frozenset()  # boolean columns that hold √


def is_wide(data: bytes) -> bool:
    """Whether marks of full width or without width may occur; a search for their first bytes alone is ten times as fast
    where there are none."""
    return any(lead in data and any(mark in data for mark in marks) for lead, marks in _WIDE_BY_LEAD)


def is_padded(data: bytes, delimiter: str, end: str) -> bool:
    """Whether blanks stand beside a delimiter or an end of a record. `data` are whole records, so that a blank at the
    beginning or the end of it stands beside one too, whether that is part of it or not."""
    beside = (delimiter.encode(), end.encode())
    return any(
        blank in data
        and (
            data.startswith(blank)
            or data.endswith(blank)
            or any(blank + mark in data or mark + blank in data for mark in beside)
        )
        for blank in (b" ", b"\t")
        if blank != delimiter.encode()
    )


_WIDE_BY_LEAD = [
    (lead, [mark for mark in WIDE_BYTES if mark.startswith(lead)]) for lead in sorted({mark[:1] for mark in WIDE_BYTES})
]


@dataclass(frozen=True)
class Frame:
    """What records are judged by. `dumps` (d, unit, first_day, last_day, headers, rows, mark_0 …, titles)
    and `regions` (written, code, unit) are names of relations."""

    dumps: str
    regions: str
    contract: Contract
    layout: Layout
    traits: Traits

    @property
    def present(self) -> list[Column]:
        """The contract's columns that the dumps have."""
        return [column for column in self.contract.columns if column.name in self.layout.columns]

    @property
    def fields(self) -> str:
        """The fields of a record, as a list."""
        split = f"string_split(line, {literal(self.layout.delimiter)})"
        if not self.traits.quoted:
            return split
        return f"CASE WHEN fields IS NULL THEN {split} ELSE string_split(fields, {literal(FIELD)}) END"


def _among(expression: str, values: Iterable[str]) -> str:
    """Whether an expression is one of the values; not IN, of which the optimizer would make a join for each column."""
    return f"list_contains([{', '.join(literal(value) for value in values)}], {expression})"


def judgement(records: str, frame: Frame) -> str:
    """The query that judges records, a relation of d, n, line, fields.

    Gives d (the dump), n (the line), kind, fate ('loaded' or 'refused'; NULL of what is no data row), faults
    ('reason:column'), original (these of refused rows) and fields (of unit lines too), then the contract's columns,
    each named as `value` says.
    """
    at = dict(frame.layout.positions)
    cleaned = ", ".join(f"{_clean(f'g[{at[one.name]}]', one, frame.traits)} AS {_cell(one)}" for one in frame.present)
    faults = [fault for one in frame.present for fault in _faults(one, frame.contract, frame.traits)]
    reasons = ", ".join(f"CASE WHEN {condition} THEN {literal(fault)} END" for condition, fault in faults)
    return f"""
WITH split AS (SELECT d, n, line, {frame.fields} AS f FROM {records}),
sorted AS ({_sorted(frame)}),
fitting AS (SELECT *, kind = {DATA} AND {_fits(frame.layout)} AS fits FROM sorted),
cells AS (
  SELECT d, n, line, f, kind, fits, {cleaned}
  FROM (SELECT *, CASE WHEN fits THEN f END AS g FROM fitting)
),
typed AS ({_typing(frame)}),
judged AS (
  SELECT *, CASE WHEN kind <> {DATA} THEN NULL WHEN fits AND NOT ({_any_bad(frame)}) THEN 'loaded' ELSE 'refused' END
    AS fate
  FROM typed
)
SELECT d, n, kind, fate,
  CASE
    WHEN fate <> 'refused' THEN NULL
    WHEN fits THEN list_filter([{reasons}], lambda one: one IS NOT NULL)
    ELSE ['field_count:']
  END AS faults,
  CASE WHEN fate = 'refused' THEN replace(line, {literal(BREAK)}, chr(10)) END AS original,
  CASE WHEN fate = 'refused' OR kind = {UNIT_LINE} THEN f END AS fields,
  {_values(frame)}
FROM judged"""


def plain_judgement(lines: str, frame: Frame) -> str:
    """The query for those of some lines that surely are data rows and surely load: n and the contract's columns, as
    `judgement` gives them, which must say what becomes of the others.

    `lines` is a query for d, n, f1, f2, …, among which the header does not come again.
    """
    at = dict(frame.layout.positions)
    cleaned = ", ".join(f"{_clean(f'f{at[one.name]}', one, frame.traits)} AS {_cell(one)}" for one in frame.present)
    first = f"coalesce({', '.join(f'f{place}' for place in range(1, frame.layout.widest + 1))})"
    odd = []
    if frame.traits.special:  # no mark is ASCII
        special = " OR ".join(f"contains({first}, {literal(mark)})" for mark in SPECIAL)
        odd.append(f"CASE WHEN strlen({first}) = length({first}) THEN false ELSE {special} END")
    if not any(one.required and one.type != "string" for one in frame.present):  # else a blank line lacks it
        odd.append(f"contains({literal(MARKS)}, left({first}, 1))")
    is_odd = " OR ".join(f"coalesce({condition}, true)" for condition in odd) or "false"
    return f"""
WITH cells AS (SELECT *, {is_odd} AS is_odd, {cleaned} FROM ({lines})),
typed AS ({_typing(frame)})
SELECT n, {_values(frame)} FROM typed WHERE NOT (is_odd OR {_any_bad(frame)})"""


def ticks(records: str, frame: Frame, columns: Iterable[str]) -> str:
    """The query that says of each of these columns whether a √ stands in its data rows."""
    at = dict(frame.layout.positions)
    tests = ", ".join(
        f"coalesce(bool_or(regexp_matches(f[{at[column]}], '[{TICKS}]')), false) AS {identifier(column)}"
        for column in columns
    )
    return f"""
WITH split AS (SELECT d, n, line, {frame.fields} AS f FROM {records}),
sorted AS ({_sorted(frame)})
SELECT {tests} FROM sorted WHERE kind = {DATA} AND {_fits(frame.layout)}"""


def value(column: str) -> str:
    """The typed value of a column among the others of a judgement, whatever the column is called."""
    return identifier(f"v {column}")


def _cell(column: Column) -> str:
    return identifier(f"c {column.name}")


def _typing(frame: Frame) -> str:
    """The query that adds to relation `cells` what the dump is, the region, and each cell as its column's type."""
    contract, layout, traits = frame.contract, frame.layout, frame.traits
    typed = ", ".join(f"{_typed(one, contract, layout, traits)} AS {value(one.name)}" for one in frame.present)
    region = next((one for one in frame.present if one.check in REGION_CHECKS), None)
    return f"""
  SELECT cells.*, dump.unit AS dump_unit, dump.first_day AS dump_first, dump.last_day AS dump_last,
    {"region.code" if region else "NULL"} AS region_found, {"region.unit" if region else "NULL"} AS region_unit, {typed}
  FROM cells JOIN {frame.dumps} AS dump USING (d)
  {f"LEFT JOIN {frame.regions} AS region ON region.written = {_region_written(region)}" if region else ""}"""


def _values(frame: Frame) -> str:
    """The contract's columns, in its order."""
    return ", ".join(
        value(one.name) if one.name in frame.layout.columns else f"NULL::{one.sql_type} AS {value(one.name)}"
        for one in frame.contract.columns
    )


def _any_bad(frame: Frame) -> str:
    """Whether any cell refuses its row."""
    conditions = _bad(frame.present, frame.contract, frame.traits)
    return " OR ".join(f"coalesce({condition}, false)" for condition in conditions) or "false"


def _sorted(frame: Frame) -> str:
    """The query that says of each record what it is."""
    marks = literal(MARKS)
    blank = f"line IS NULL OR regexp_full_match(line, {literal(f'[{MARKS}]*')})"  # fails at once where it is none
    if not frame.traits.special:
        return f"SELECT d, n, line, f, CASE WHEN {blank} THEN {BLANK} ELSE {DATA} END AS kind FROM split"
    at = dict(frame.layout.positions)
    trimmed = {key: f"coalesce(trim(f[{at[key]}], {marks}), '')" for key in frame.contract.key if key in at}
    keys = " AND ".join(f"(place = {at[key]} OR {_among(cell, NULLS)})" for key, cell in trimmed.items())
    blanks = literal(ANY_BLANK)
    squeezed = f"regexp_replace(regexp_replace(trim(f[place], {marks}), {blanks}, '', 'g'), '[:：]$', '')"
    unit = f"regexp_replace(trim(array_to_string(f[place:], ''), {marks}), {blanks}, '', 'g')"
    below = (
        "filled = 1 OR (filled = 2 AND first IN ('单位', '计量单位', '金额单位') AND regexp_matches(f[place], '[:：]'))"
    )
    edge = literal(" \t" + _BLANKS + _WIDTHLESS)
    trimmed_line = f"rtrim(array_to_string(list_transform(f, lambda one: trim(one, {edge})), '{FIELD}'), '{FIELD}')"
    marked = " OR ".join(f"contains(line, dump.mark_{at})" for at in range(MARKS_OF_HEADER))
    again = f"list_contains(dump.rows, {trimmed_line}) OR list_contains(dump.headers, trim(line, {edge}))"
    total = "|".join(_TOTALS)
    maybe = " OR ".join(f"contains(line, {literal(mark)})" for mark in SPECIAL)
    return f"""
  SELECT d, n, line, f, CASE
      WHEN {blank} THEN {BLANK}
      WHEN list_contains(dump.headers, line) THEN {HEADER_AGAIN}
      WHEN ({marked}) AND ({again}) THEN {HEADER_AGAIN}
      WHEN place IS NULL THEN {DATA}
      WHEN {_among("first", _TOTALS)} OR region.code IS NOT NULL THEN {SUBTOTAL}
      WHEN regexp_full_match(first, '.*(?:{total})') AND {keys or "true"} THEN {SUBTOTAL}
      WHEN regexp_full_match(trim(f[place], {marks}), {literal(_FOOTER_PATTERN)}) THEN {FOOTER}
      WHEN ({below}) AND regexp_full_match({unit}, {literal(_UNIT_PATTERN)}) THEN {UNIT_LINE}
      ELSE {DATA}
    END AS kind
  FROM (
    SELECT *, {squeezed} AS first
    FROM (
      SELECT *, list_position(flags, true) AS place, len(list_filter(flags, lambda one: one)) AS filled
      FROM (
        SELECT *, CASE WHEN {maybe}
          THEN list_transform(f, lambda one: trim(one, {marks}) <> '') END AS flags
        FROM split
      )
    )
  ) JOIN {frame.dumps} AS dump USING (d)
  LEFT JOIN {frame.regions} AS region ON region.written = regexp_extract(first, '^(.+)(?:{total})$', 1)"""


def _fits(layout: Layout) -> str:
    """Whether a record has as many fields as the header, empty surplus aside."""
    low, high = layout.narrowest, layout.widest
    surplus = literal(" \t\"'" + _BLANKS + _WIDTHLESS + BREAK)
    return f"len(f) >= {low} AND (len(f) <= {high} OR trim(array_to_string(f[{high + 1}:], ''), {surplus}) = '')"


def _clean(field: str, column: Column, traits: Traits) -> str:
    """A field without what is only form."""
    free = column.type == "string"
    if traits.quoted:
        field = f"replace({field}, {literal(BREAK)}, {'chr(10)' if free else literal(' ')})"
    if traits.wide:
        source, target = (_FROM, _TO) if free else (_FROM + _SIGNS, _TO + _PLAIN_SIGNS)
        narrow = f"translate({field}, {literal(source + _WIDTHLESS)}, {literal(target)})"
        field = f"CASE WHEN length({field}) < strlen({field}) THEN {narrow} ELSE {field} END"
    if traits.padded or traits.wide or traits.quoted:
        field = f"trim({field}, {literal(' ' + chr(9) + chr(10))})"
    if traits.apostrophe:
        field = f"regexp_replace({field}, '^'' *((?s:.*?))''?$', '\\1')"  # a pair of them are quotes
    return field


def _is_null(column: Column) -> str:
    return _among(_cell(column), NULLS)


def _region_written(column: Column) -> str:
    cell = _cell(column)
    bare = f"replace({cell}, ' ', '')"
    return (
        f"CASE WHEN strlen({cell}) = 6 AND {cell} < ':' THEN {cell}"
        f" WHEN regexp_full_match({bare}, '\\d{{12}}(?:\\.0*)?|\\d{{6}}\\.0*') THEN substr({bare}, 1, 6)"
        f" WHEN {_among(bare, OWN_UNIT)} AND dump.unit NOT IN ('{NATION}', '{PROVINCE}') THEN dump.unit"
        f" ELSE {bare} END"
    )


def _typed(column: Column, contract: Contract, layout: Layout, traits: Traits) -> str:
    """The cell as its column's type; NULL where it is empty or is no such value."""
    cell = _cell(column)
    if column.type == "date":
        return _date(cell)
    if column.type == "month":
        return (
            f"CASE WHEN regexp_full_match({cell}, '[1-9]\\d\\d\\d-\\d\\d') THEN TRY_CAST({cell} || '-01' AS DATE)"
            f" WHEN regexp_full_match({cell}, {literal(_MONTH)})"
            f" THEN TRY_CAST(regexp_replace({cell}, {literal(_MONTH)}, '\\1-\\2\\3\\4\\5\\6-01') AS DATE)"
            f" ELSE CAST(date_trunc('month', {_date(cell, serial=False)}) AS DATE) END"
        )
    if column.type == "integer":
        return (
            f"CASE WHEN regexp_full_match({cell}, {literal(_PLAIN_INTEGER)}) THEN TRY_CAST({cell} AS BIGINT)"
            f" WHEN regexp_full_match({cell}, {literal(_GROUPED_INTEGER)})"
            f" THEN TRY_CAST(regexp_replace(translate({cell}, ', ', ''), '\\.0*$', '') AS BIGINT) END"
        )
    if column.type == "decimal":
        return _decimal(cell, column, contract, layout)
    if column.type == "boolean":
        upper = f"upper({cell})"
        empty = f" WHEN {_is_null(column)} THEN false" if column.name in traits.ticks else ""
        return (
            f"CASE {cell} WHEN '1' THEN true WHEN '0' THEN false ELSE CASE WHEN {_among(upper, TRUE)} THEN true"
            f" WHEN {_among(upper, FALSE)} THEN false WHEN regexp_full_match({cell}, '[01]\\.0*') THEN {cell} >= '1'"
            f"{empty} END END"
        )
    if column.check in REGION_CHECKS:
        return (
            f"CASE WHEN region.code <> '{NATION}' THEN region.code END" if column.check == "region" else "region.code"
        )
    if column.check == "industry_section":
        return f"CASE WHEN regexp_full_match({cell}, '[A-Ta-t]\\d*') THEN upper(substr({cell}, 1, 1)) END"
    if column.type == "code":
        labels = " ".join(f"WHEN {literal(label)} THEN {literal(code)}" for code, label in column.values.items())
        upper = f" WHEN {_among(f'upper({cell})', column.values)} THEN upper({cell})" if _has_letters(column) else ""
        whole = f"regexp_extract({cell}, '^(\\d+)\\.0*$', 1)"
        other = f"CASE {cell} {labels} ELSE CASE WHEN {_among(whole, column.values)} THEN {whole} END END"
        return f"CASE WHEN {_among(cell, column.values)} THEN {cell}{upper} ELSE {other} END"
    text = cell
    if column.check == "id_number":  # few end in a small x, and a copy of each costs more than the question
        text = f"CASE WHEN contains({cell}, 'x') THEN replace({cell}, 'x', 'X') ELSE {cell} END"
    return f"CASE WHEN strlen({cell}) > {_LONGEST_NULL} THEN {text} WHEN NOT {_is_null(column)} THEN {text} END"


def _has_letters(column: Column) -> bool:
    """Whether the codes of a column have capital letters, which may be written small."""
    return any(code != code.lower() for code in column.values)


def _date(cell: str, *, serial: bool = True) -> str:
    """A day, its time of day dropped. A spreadsheet's serial counts from 1899-12-30."""
    days = (
        f" WHEN regexp_full_match({cell}, '[2-6]\\d{{4}}(?:\\.\\d+)?')"
        f" AND TRY_CAST({cell} AS DOUBLE) BETWEEN 20000 AND 60000.9999999999"
        f" THEN DATE '1899-12-30' + TRY_CAST(substr({cell}, 1, 5) AS INTEGER)"
    )
    return (
        f"CASE WHEN regexp_full_match({cell}, '[1-9]\\d\\d\\d-\\d\\d-\\d\\d')"
        f" THEN TRY_CAST({cell} AS DATE)"
        f" WHEN regexp_full_match({cell}, {literal(_DATE)})"
        f" THEN TRY_CAST(regexp_replace({cell}, {literal(_DATE)}, '\\1-\\2\\3\\4\\5-\\6') AS DATE)"
        f" WHEN regexp_full_match({cell}, {literal(_COMPACT_DATE)})"
        f" THEN TRY_CAST(regexp_replace({cell}, {literal(_COMPACT_DATE)}, '\\1-\\2-\\3') AS DATE)"
        f"{days if serial else ''} END"
    )


def _decimal(cell: str, column: Column, contract: Contract, layout: Layout) -> str:
    """A number; a percent sign is dropped only where the column or the row is in percent."""
    percent = ""
    unit = next((one for one in contract.columns if one.zh == "计量单位" and one.name in layout.columns), None)
    if column.unit == "%" or unit is not None:
        stated = "true" if column.unit == "%" or unit is None else _among(_cell(unit), PERCENT)
        number = f"trim(rtrim({cell}, '%'))"
        percent = (
            f" WHEN {cell} LIKE '%\\%' ESCAPE '\\' AND {stated}"
            f" AND regexp_full_match({number}, {literal(f'{_PLAIN_NUMBER}|{_GROUPED_NUMBER}')})"
            f" THEN TRY_CAST(translate({number}, ', ', '') AS {column.sql_type})"
        )
    return (
        # Text to a decimal of 64 bits and then to a wide one is two hundred times as fast as straight to a wide one.
        f"CASE WHEN regexp_full_match({cell}, '[+-]?\\d{{1,11}}(?:\\.\\d{{0,6}})?')"
        f" THEN CAST(TRY_CAST({cell} AS DECIMAL(18, 6)) AS {column.sql_type})"
        f" WHEN regexp_full_match({cell}, {literal(_PLAIN_NUMBER)}) THEN TRY_CAST({cell} AS {column.sql_type})"
        f" WHEN regexp_full_match({cell}, {literal(_GROUPED_NUMBER)})"
        f" THEN TRY_CAST(translate({cell}, ', ', '') AS {column.sql_type}){percent} END"
    )


def _bad(columns: Iterable[Column], contract: Contract, traits: Traits) -> list[str]:
    """The conditions of `_faults` in a shorter form, which says only whether there is any."""
    conditions = []
    for column in columns:
        typed = value(column.name)
        if column.type == "string" and traits.errors:
            conditions.append(_is_error(column))
        if column.required:
            conditions.append(f"{typed} IS NULL")
        elif column.type != "string":
            conditions.append(f"CASE WHEN {typed} IS NULL THEN NOT {_is_null(column)} ELSE false END")
        told = ("missing_required", "bad_type", "unknown_code", "unknown_region")
        conditions += [
            condition for condition, fault in _faults(column, contract, traits) if fault.partition(":")[0] not in told
        ]
    return conditions


def _faults(column: Column, contract: Contract, traits: Traits) -> list[tuple[str, str]]:
    """The conditions under which a cell refuses its row, each with 'reason:column'."""
    cell, typed, empty = _cell(column), value(column.name), _is_null(column)
    error = _is_error(column) if traits.errors else "false"
    faults = []
    if column.required and column.name not in traits.ticks:
        faults.append((empty, "missing_required"))
    if column.check in REGION_CHECKS:
        faults += [
            (f"{typed} IS NULL AND NOT {empty} AND NOT {error}", "unknown_region"),
            (
                f"dump_unit <> region_unit AND dump_unit <> '{NATION}'"
                f" AND (dump_unit <> '{PROVINCE}' OR region_found = '{NATION}') AND {typed} IS NOT NULL",
                "foreign_region",
            ),
        ]
    elif column.type == "code":
        faults.append((f"{typed} IS NULL AND NOT {empty} AND NOT {error}", "unknown_code"))
    elif column.type != "string":
        faults.append((f"{typed} IS NULL AND NOT {empty}", "bad_type"))
    if traits.errors and column.type in ("string", "code"):
        faults.append((error, "bad_type"))
    if column.min is not None:
        faults.append((f"{typed} < {column.min!r}", "out_of_range"))
    if column.name == contract.period_column:
        faults.append((f"{typed} NOT BETWEEN dump_first AND dump_last", "out_of_period"))
    if column.check == "id_number":
        faults.append((_damaged(cell), "damaged_id"))
    elif column.type == "string" and column.name in contract.key:
        faults.append((_scientific(cell, _SCIENTIFIC_KEY), "damaged_id"))
    return [(condition, f"{reason}:{column.name}") for condition, reason in faults]


def _damaged(cell: str) -> str:
    """Whether a spreadsheet destroyed an identity number: scientific notation, or 18 digits that end in 000 although
    the check digit (GB 11643, ISO 7064 MOD 11-2) is not 0."""
    return (
        f"CASE WHEN ends_with({cell}, '000') AND length({cell}) = 18 AND regexp_full_match({cell}, '\\d+')"
        f" THEN list_dot_product(TRY_CAST(string_split({cell}, '') AS DOUBLE[]), {_CHECK_WEIGHTS}) % 11 <> 1"
        f" ELSE {_scientific(cell, _SCIENTIFIC)} END"
    )


def _scientific(cell: str, pattern: str) -> str:
    """Whether a spreadsheet turned a long number into scientific notation."""
    return (
        f"CASE WHEN {cell} < ':' AND (contains({cell}, 'E') OR contains({cell}, 'e'))"  # it begins with a digit
        f" THEN regexp_full_match({cell}, {literal(pattern)}) ELSE false END"
    )


def _is_error(column: Column) -> str:
    """Whether a cell holds an error value of a spreadsheet: a broken cell is not an empty one."""
    return f"regexp_full_match({_cell(column)}, {literal(_ERROR)})"
