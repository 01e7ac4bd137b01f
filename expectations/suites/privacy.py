"""What must not be in the final file: the people of landed data. Their names and numbers are looked for where they
stand, in the restricted warehouse that is attached beside the file; no list of them is made, and none is shown. What
counts as a name is not decided here."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from expectations.personal_numbers import NOT_NUMBERS, half_width
from expectations.rule import CRITICAL, PRIVACY_LAW, WAREHOUSE_ALIAS, Suite, Table
from expectations.sql import sql_list
from expectations.suites.contract_like import ContractLike
from expectations.text import say
from raw_landing.database import identifier, literal

Columns = Mapping[str, Mapping[str, str]]
"""Of every table (without schema) the columns and their DuckDB types."""

# A name is compared with whole words, never with parts of them: a person called 东风 is not found in 东风汽车公司.
# Words end at signs, digits and letters, and at the labels that officials write before or after a name.
_LABELS = r"姓名|填报人|审核人|联系人|经办人|负责人|申请人|举报人|法定代表人|同志|先生|女士"
_WORD_ENDS = rf"[^\p{{Han}}·]+|{_LABELS}"
_NAME = r"\p{Han}{2,4}|\p{Han}+·[\p{Han}·]+"
_NUMBER_ENDS = r"[^0-9A-Za-z]+"
# card, personal and identity numbers (a shorter one may be any figure), and credit codes
_NUMBER = r"[A-Za-z]{0,2}[0-9]{8,20}[A-Za-z]?|[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}"
_FIGURES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "FLOAT", "DECIMAL")
LINES = 20  # of a dump, as an example names them
LARGE = "1e8"  # a figure column's values below this have fewer digits than any person's number


def personal_columns(contracts: Iterable[ContractLike]) -> dict[str, tuple[str, ...]]:
    """The landed columns that identify a person directly: `names` and `numbers`, as extract.column."""
    told = [(column.pii, f"{contract.extract}.{column.name}") for contract in contracts for column in contract.columns]
    return {f"{kind}s": tuple(name for pii, name in told if pii == kind) for kind in ("name", "number")}


def employer_columns(contracts: Iterable[ContractLike]) -> tuple[str, ...]:
    """The landed columns that name an employer by its credit code, as extract.column: no release has one."""
    return tuple(
        f"{contract.extract}.{column.name}"
        for contract in contracts
        for column in contract.columns
        if column.check == "uscc" and column.pii is None
    )


def words_of(text: str) -> set[str]:
    """The words of a text that may be names, taken apart as the columns of a release are."""
    return {word for word in re.split(rf"[^\u4e00-\u9fff·]+|{_LABELS}", text) if 2 <= len(word) <= 4 or "·" in word}


def people_called(words: Collection[str], contracts: Iterable[ContractLike]) -> str:
    """SQL on the warehouse: a row if anybody in landed data is called by one of `words`."""
    columns = (name.split(".") for name in personal_columns(contracts)["names"])
    people = " UNION ALL ".join(f"SELECT {column} AS word FROM landed.{extract}" for extract, column in columns)
    return f"SELECT 1 FROM ({people}) WHERE word IN ({sql_list(words)}) LIMIT 1"


def privacy_suite(columns: Columns, contracts: Iterable[ContractLike], words: Iterable[str]) -> Suite:
    """The suite of the whole file. `words`: what is no person's name though somebody may bear it, or it stands where a
    name should. Its examples are for the machine itself: published table and column, `name` or `number` (the row that
    holds it as a person's) or `text` (a row whose text it came from), extract, column, dump, its lines."""
    contracts = tuple(contracts)
    landed = personal_columns(contracts)
    landed["numbers"] += employer_columns(contracts)
    texts = _free_texts(contracts)
    file = Table("information_schema.tables", ("table_name", "column_name"), PRIVACY_LAW)
    names = _told(_words(columns), _NAME, words)
    numbers = _told(_numbers(columns), _NUMBER, ())
    return Suite(
        "release_privacy",
        *say("privacy.suite_release_privacy"),
        (
            replace(
                file.query(
                    "no_landed_name",
                    CRITICAL,
                    *say("privacy.no_landed_name"),
                    _found(names, landed["names"]),
                    subject="privacy",
                ),
                locators=_located(names, {"name": landed["names"], "text": texts}, _WORD_ENDS),
            ),
            replace(
                file.query(
                    "no_landed_number",
                    CRITICAL,
                    *say("privacy.no_landed_number"),
                    _found(numbers, landed["numbers"]),
                    subject="privacy",
                ),
                locators=_located(numbers, {"number": landed["numbers"], "text": texts}, _NUMBER_ENDS),
            ),
        ),
        on_file=True,
    )


def _free_texts(contracts: Iterable[ContractLike]) -> tuple[str, ...]:
    """The landed columns that hold whatever somebody wrote, as extract.column."""
    return tuple(
        f"{contract.extract}.{column.name}"
        for contract in contracts
        for column in contract.columns
        if column.type == "string" and column.pii is None and column.check is None
    )


def _told(texts: str, form: str, words: Iterable[str]) -> str:
    """SQL: of the words of `texts` (table_name, column_name, word) those that have the form; few have it at all. What
    is known is joined: DuckDB would repeat a list in the condition for each column of the file."""
    known = sql_list(words) or "''"
    return (
        f"told AS MATERIALIZED (SELECT DISTINCT table_name, column_name, word FROM ({texts}) AS texts"
        f" ANTI JOIN (SELECT unnest([{known}]) AS word) AS known USING (word)"
        f" WHERE regexp_full_match(word, {literal(form)}))"
    )


def _found(told: str, landed: Iterable[str]) -> str:
    """SQL: table and column of the words told that stand in a landed column of persons. Landed rows are looked through
    once, against those few."""
    return (
        f"WITH {told} SELECT DISTINCT told.table_name, told.column_name"
        f" FROM ({_cells(landed)}) AS person JOIN told USING (word)"
    )


def _located(told: str, landed: Mapping[str, Iterable[str]], ends: str) -> str:
    """SQL: for each such word the landed rows that it may have come from, a row per dump, with the first of their
    lines. Asked only where there are any."""
    (held_as, persons), (_, texts) = landed.items()
    return f"""
WITH {told},
person AS MATERIALIZED (SELECT told.*, held.* EXCLUDE (word) FROM ({_cells(persons)}) AS held JOIN told USING (word)),
sought AS (SELECT DISTINCT table_name, column_name, word FROM person),
written AS (
    SELECT sought.*, held.* EXCLUDE (word) FROM ({_cells(texts)}) AS held
    JOIN sought ON contains(held.word, sought.word)
        AND (trim(held.word) = sought.word
            OR list_contains(string_split_regex({half_width("held.word")}, {literal(ends)}), sought.word))
),
row_found AS (
    SELECT '{held_as}' AS held_as, * FROM person UNION ALL SELECT 'text', * FROM written
)
SELECT table_name, column_name, held_as, extract, landed_column, dump_id,
    array_to_string(list(line_number ORDER BY line_number)[:{LINES}], ',')
        || CASE WHEN count(*) > {LINES} THEN ',… (' || count(*) || ')' ELSE '' END AS line_numbers
FROM (SELECT DISTINCT * EXCLUDE (word) FROM row_found) AS found
GROUP BY ALL
"""


def _cells(landed: Iterable[str]) -> str:
    """SQL: the cells of landed columns (extract.column), each with where it stands."""
    return " UNION ALL ".join(
        f"SELECT {literal(extract)} AS extract, {literal(column)} AS landed_column, dump_id, line_number,"
        f" {column} AS word FROM {WAREHOUSE_ALIAS}.landed.{extract}"
        for extract, column in (name.split(".") for name in landed)
    )


def _words(columns: Columns) -> str:
    return _split(columns, _WORD_ENDS)


def _numbers(columns: Columns) -> str:
    return f"{_split(columns, _NUMBER_ENDS)} UNION ALL {_each_cell(columns, _FIGURES, _whole)}"


def _split(columns: Columns, ends: str) -> str:
    """SQL: the distinct texts of a release, whole and taken apart at `ends`."""
    told = {
        table: {name: kind for name, kind in types.items() if name not in NOT_NUMBERS}
        for table, types in columns.items()
    }
    return (
        f"SELECT table_name, column_name, unnest(list_append(string_split_regex(word, {literal(ends)}), word)) AS word"
        f" FROM (SELECT table_name, column_name, {half_width('trim(word)')} AS word"
        f" FROM ({_each_cell(told, ('VARCHAR',), str)}))"
    )


def _whole(figure: str) -> str:
    """SQL: a figure of as many digits as a person's number has, as text; NULL for others."""
    return (
        f"CASE WHEN abs({figure}) BETWEEN {LARGE} AND 1e38 AND {figure} = trunc({figure})"
        f" THEN CAST(CAST({figure} AS HUGEINT) AS VARCHAR) END"
    )


def _each_cell(columns: Columns, kinds: tuple[str, ...], word: Callable[[str], str]) -> str:
    """SQL: table, column and the distinct words of the columns of some types, which may be lists of them. Each table is
    scanned once for all its columns: planning a scan for each of a thousand takes DuckDB seconds."""
    queries: list[str] = []
    for table, types in columns.items():
        found = {name: kind.endswith("[]") for name, kind in types.items() if kind.startswith(kinds)}
        single = [name for name, is_list in found.items() if not is_list]
        cells = ", ".join(word(identifier(name)) for name in single)
        scan = f"SELECT unnest([{sql_list(single)}]) AS column_name, unnest([{cells}]) AS word FROM marts.{{}}"
        scans = [scan] if single else []
        scans += (
            f"SELECT {literal(name)} AS column_name, {word('cell')} AS word"
            f" FROM (SELECT unnest({identifier(name)}) AS cell FROM marts.{{}})"
            for name, is_list in found.items()
            if is_list
        )
        queries += (
            f"SELECT DISTINCT {literal(table)} AS table_name, column_name, word"
            f" FROM ({scan.format(identifier(table))}) WHERE word IS NOT NULL"
            for scan in scans
        )
    return " UNION ALL ".join(queries) or "SELECT '' AS table_name, '' AS column_name, '' AS word WHERE false"
