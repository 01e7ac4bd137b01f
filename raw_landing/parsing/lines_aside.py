"""Recognises lines among the data that are no data: rows of units, page numbers, repeated titles, notes below the
table. They are looked for among refused rows only, which costs good dumps nothing."""

from __future__ import annotations

from pathlib import Path

import duckdb

from raw_landing.contract import Contract
from raw_landing.database import literal
from raw_landing.parsing.cell_sql import NULLS, value
from raw_landing.parsing.decode import BREAK
from raw_landing.parsing.record_sql import ANY_BLANK, DATA, FOOTER, MARKS, UNIT_LINE
from raw_landing.parsing.units import MEASURE, UNIT_LABEL

_OPEN, _CLOSE = "[(（\\[【]", "[)）\\]】]"
_BETWEEN = "[、，,和及与/／;；]"
_LABEL = f"{UNIT_LABEL}[:：]?"
_UNIT_CELL = f"{_OPEN}?(?:{UNIT_LABEL}(?:[:：]|{_OPEN})?)?{MEASURE}(?:{_BETWEEN}{MEASURE})*{_CLOSE}{{0,2}}"
_NUMBER = "(?:[0-9０-９]+|[一二三四五六七八九十百]+)"
_PAGES = f"[-—]*(?:[第共]{_NUMBER}页[,，、/／;；()（）—-]*)+"
_NUMBERED = f"(?:{ANY_BLANK}|{_NUMBER})*"
_NOTE = (
    f"[*＊※★☆(（\\[【]*(?:(?:注|备注|附注|说明)(?:{_NUMBERED}(?:[:：.．、,，;；)）\\]】(（].*)?|{ANY_BLANK}.*)"
    f"|(?:数据|资料)来源.*|打印{ANY_BLANK}*(?:时间|日期).*)"
)


def set_aside(
    db: duckdb.DuckDBPyConnection, table: str, contract: Contract, dumps: str, rows: Path | None = None
) -> None:
    """Reclassify refused rows of a validation table that are no data. `dumps` (d, titles) is a relation, `rows` a file
    of rows (line_number) that loaded and are not in the table.

    A note begins below the last row that holds any date, number, code or region where the contract has one, and reaches
    to the end.
    """
    if db.execute(f"SELECT 1 FROM {table} WHERE row_status = 'refused' LIMIT 1").fetchone() is None:
        return
    odd, no_data = f"{table}_odd", f"kind = {DATA} AND row_status = 'refused'"
    blanks, marks, nulls = literal(ANY_BLANK), literal(MARKS), ", ".join(map(literal, NULLS))
    db.execute(
        f"CREATE TEMP TABLE {odd} AS SELECT d, n, list_contains(titles, trim(original, {marks})) AS is_title,"
        f" regexp_full_match(array_to_string(squeezed, ''), {literal(_PAGES)}) AS is_page,"
        f" regexp_full_match(replace(filled[1], {literal(BREAK)}, ' '), {literal(_NOTE)}) AS is_note,"
        f" len(squeezed) > 0 AND list_bool_and(list_transform(squeezed, lambda one: regexp_full_match(one,"
        f" {literal(_UNIT_CELL)}))) AS is_unit"
        f" FROM (SELECT d, n, original, titles, filled, list_filter(list_transform(filled, lambda one:"
        f" regexp_replace(one, {blanks}, '', 'g')), lambda one: NOT regexp_full_match(one, {literal(_LABEL)}))"
        " AS squeezed"
        f" FROM (SELECT d, n, original, list_transform(titles, lambda one: trim(one, {marks})) AS titles,"
        f" list_filter(list_transform(fields, lambda one: trim(one, {marks})),"
        f" lambda one: NOT list_contains([{nulls}], one)) AS filled"
        f" FROM {table} JOIN {dumps} USING (d) WHERE {no_data}))"
    )
    for condition, kind in (("is_title OR is_page", FOOTER), ("is_unit", UNIT_LINE)):
        _rename(db, table, f"SELECT d, n FROM {odd} WHERE {condition}", kind)
    if db.execute(f"SELECT 1 FROM {odd} WHERE is_note LIMIT 1").fetchone() is not None:
        typed = [value(one.name) for one in contract.columns if one.type not in ("string", "boolean")]
        solid = " OR ".join(["row_status = 'loaded'", *(f"{one} IS NOT NULL" for one in typed)])
        loaded = f"(SELECT max(line_number) FROM read_parquet({literal(rows)}))" if rows else "NULL"
        last = f"greatest(max(n) FILTER ({solid}), {loaded})"
        last = f"SELECT d, {last} AS last FROM {table} WHERE kind = {DATA} GROUP BY d"
        first = (
            f"SELECT d, min(n) AS first FROM {odd} JOIN ({last}) USING (d) WHERE is_note AND n > coalesce(last, 0)"
            " GROUP BY d"
        )
        below = f"SELECT d, n FROM {table} JOIN ({first}) USING (d) WHERE {no_data} AND n >= first"
        _rename(db, table, below, FOOTER)
    db.execute(f"DROP TABLE {odd}")


def _rename(db: duckdb.DuckDBPyConnection, table: str, lines: str, kind: int) -> None:
    """Give some rows this kind, so that they are no data."""
    db.execute(
        f"UPDATE {table} SET kind = {kind}, row_status = NULL, faults = NULL, original = NULL FROM ({lines}) AS odd"
        f" WHERE {table}.d = odd.d AND {table}.n = odd.n"
    )
