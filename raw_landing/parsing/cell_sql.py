"""Builds the SQL that cleans, types and validates one cell, from a contract and a layout alone: no text of a dump ever
becomes part of it."""

from __future__ import annotations

from collections.abc import Iterable

from raw_landing.contract import Column, Contract
from raw_landing.database import identifier, literal
from raw_landing.parsing.content_flags import ContentFlags
from raw_landing.parsing.decode import BREAK
from raw_landing.parsing.header import Layout
from raw_landing.regions import NATION, PROVINCE

NULLS = (
    *("", "-", "--", "—", "——", "…", "……", "/", "无"),
    *("NULL", "null", "Null", "\\N", "None", "none", "NONE", "nan", "NaN", "NAN", "N/A", "n/a", "N/a"),
    *("－", "－－", "／", "＼N", "N／A", "n／a"),  # of free text the letters alone become half-width
)
_LONGEST_NULL = max(len(one.encode()) for one in NULLS)
TRUE = ("1", "是", "Y", "TRUE", "√", "✓", "✔")
FALSE = ("0", "否", "N", "FALSE")
PERCENT = ("%", "％", "百分比")
OWN_UNIT = ("市本级", "市直", "州本级", "州直", "林区本级", "林区直", "本级", "市辖区")  # the dump's unit itself
REGION_CHECKS = ("region", "region_or_nation")

# Blanks other than ASCII's, marks without width, full-width digits and letters, full-width signs of dates and numbers.
BLANKS = "\u00a0\u3000\u2002\u2003\u2007\u2009\u202f"
WIDTHLESS = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_LETTERS = "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))))
_SIGNS, _PLAIN_SIGNS = "．，－／：％＋−", ".,-/:%+-"
_FROM = BLANKS + _LETTERS
_TO = " " * len(BLANKS) + "".join(chr(ord(one) - 0xFEE0) for one in _LETTERS)
# What a spreadsheet shows in place of a value that it could not compute.
_ERROR = (
    r"(?i:[#＃](?:N[/／]A|(?:REF|VALUE|DIV[/／][0０]|NULL|NUM|SPILL|CALC|FIELD|BLOCKED|CONNECT|BUSY|UNKNOWN|EXTERNAL|PYTHON)"
    r"[!！]|NAME[?？]|GETTING_DATA|ERROR|公式未计算[!！]|[#＃]+)|Err:\d+)"
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


def among(expression: str, values: Iterable[str]) -> str:
    """Whether an expression is one of the values; not IN, of which the optimizer would make a join for each column."""
    return f"list_contains([{', '.join(literal(value) for value in values)}], {expression})"


def value(column: str) -> str:
    """The name of a column's typed value in a validation query, whatever the column is called."""
    return identifier(f"v {column}")


def raw_cell(column: Column) -> str:
    return identifier(f"c {column.name}")


def cleaned_cell(field: str, column: Column, flags: ContentFlags) -> str:
    """The SQL of a field without what is only form (blanks, full-width signs, quotes)."""
    free = column.type == "string"
    if flags.quoted:
        field = f"replace({field}, {literal(BREAK)}, {'chr(10)' if free else literal(' ')})"
    if flags.wide:
        source, target = (_FROM, _TO) if free else (_FROM + _SIGNS, _TO + _PLAIN_SIGNS)
        narrow = f"translate({field}, {literal(source + WIDTHLESS)}, {literal(target)})"
        field = f"CASE WHEN length({field}) < strlen({field}) THEN {narrow} ELSE {field} END"
    if flags.padded or flags.wide or flags.quoted:
        field = f"trim({field}, {literal(' ' + chr(9) + chr(10))})"
    if flags.apostrophe:
        field = f"regexp_replace({field}, '^'' *((?s:.*?))''?$', '\\1')"  # a pair of them are quotes
    return field


def is_null(column: Column) -> str:
    return among(raw_cell(column), NULLS)


def written_region(column: Column) -> str:
    cell = raw_cell(column)
    bare = f"replace({cell}, ' ', '')"
    return (
        f"CASE WHEN strlen({cell}) = 6 AND {cell} < ':' THEN {cell}"
        f" WHEN regexp_full_match({bare}, '\\d{{12}}(?:\\.0*)?|\\d{{6}}\\.0*') THEN substr({bare}, 1, 6)"
        f" WHEN {among(bare, OWN_UNIT)} AND dump.unit NOT IN ('{NATION}', '{PROVINCE}') THEN dump.unit"
        f" ELSE {bare} END"
    )


def typed_cell(column: Column, contract: Contract, layout: Layout, flags: ContentFlags) -> str:
    """The SQL of a cell as its column's type; NULL where it is empty or no such value."""
    cell = raw_cell(column)
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
        empty = f" WHEN {is_null(column)} THEN false" if column.name in flags.ticks else ""
        return (
            f"CASE {cell} WHEN '1' THEN true WHEN '0' THEN false ELSE CASE WHEN {among(upper, TRUE)} THEN true"
            f" WHEN {among(upper, FALSE)} THEN false WHEN regexp_full_match({cell}, '[01]\\.0*') THEN {cell} >= '1'"
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
        upper = f" WHEN {among(f'upper({cell})', column.values)} THEN upper({cell})" if _has_letters(column) else ""
        whole = f"regexp_extract({cell}, '^(\\d+)\\.0*$', 1)"
        other = f"CASE {cell} {labels} ELSE CASE WHEN {among(whole, column.values)} THEN {whole} END END"
        return f"CASE WHEN {among(cell, column.values)} THEN {cell}{upper} ELSE {other} END"
    text = cell
    if column.check == "id_number":  # few end in a small x, and a copy of each costs more than the question
        text = f"CASE WHEN contains({cell}, 'x') THEN replace({cell}, 'x', 'X') ELSE {cell} END"
    return f"CASE WHEN strlen({cell}) > {_LONGEST_NULL} THEN {text} WHEN NOT {is_null(column)} THEN {text} END"


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
        stated = "true" if column.unit == "%" or unit is None else among(raw_cell(unit), PERCENT)
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


def refusing_conditions(columns: Iterable[Column], contract: Contract, flags: ContentFlags) -> list[str]:
    """The conditions of `cell_faults` in a shorter form, which only says whether there is any fault."""
    conditions = []
    for column in columns:
        typed = value(column.name)
        if column.type == "string" and flags.errors:
            conditions.append(_is_error(column))
        if column.required:
            conditions.append(f"{typed} IS NULL")
        elif column.type != "string":
            conditions.append(f"CASE WHEN {typed} IS NULL THEN NOT {is_null(column)} ELSE false END")
        told = ("missing_required", "bad_type", "unknown_code", "unknown_region")
        conditions += [
            condition
            for condition, fault in cell_faults(column, contract, flags)
            if fault.partition(":")[0] not in told
        ]
    return conditions


def cell_faults(column: Column, contract: Contract, flags: ContentFlags) -> list[tuple[str, str]]:
    """The conditions under which a cell refuses its row, each with 'reason:column'."""
    cell, typed, empty = raw_cell(column), value(column.name), is_null(column)
    error = _is_error(column) if flags.errors else "false"
    faults = []
    if column.required and column.name not in flags.ticks:
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
    if flags.errors and column.type in ("string", "code"):
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
    return f"regexp_full_match({raw_cell(column)}, {literal(_ERROR)})"
