"""Files with one pollution each: what can be read truly loads, all else is refused and accounted for, and nothing is
loaded that was never written. The score is that of the public benchmark of polluted files: for header, records and
cells the precision, recall and F1 against the clean file, and one for not failing, so ten at best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from raw_landing import ParsedDump, read_dump
from raw_landing.contract import Contract

pytestmark = pytest.mark.slow

HEADER = ("day", "hour", "count", "article", "price", "kind", "description", "link", "remark")
COUNT = 84
QUOTED = (6, 8)  # columns whose cells stand in quotes
CONTRACT = Contract.model_validate(
    {
        "source": "planning",
        "extract": "polluted",
        "zh": "测试",
        "load": "report",
        "cadence": "annual",
        "key": ["article"],
        "max_refused_share": 1,
        "columns": {name: {"zh": f"{name}列", "type": "string", "may_be_absent": True} for name in HEADER},
    }
)


def cells(row: int) -> list[str]:
    """A row of the clean table: plain cells, and some with delimiters, quotes and line ends in them."""
    remark = ("plain", "a, b, and c", 'so-called "fine" ware', "first line\nsecond line", "it's, well; fine")[row % 5]
    return [
        f"2024-03-{row % 28 + 1:02d}", f"{row % 24}:15", str(row), f"A{row:03d}", f"{row}.50",
        "household"[: 3 + row % 6], f"item {row}, blue", f"http://example.org/{row}?a=1&b=2", remark,
    ]  # fmt: skip


CLEAN = [cells(row) for row in range(COUNT)]


@dataclass(frozen=True)
class Style:
    """How a record is written."""

    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None  # the quote itself, if none
    end: str = "\r\n"

    def cell(self, text: str, quoted: bool) -> str:
        escaped = text.replace(self.quote, (self.escape or self.quote) + self.quote)
        return f"{self.quote}{escaped}{self.quote}" if quoted else text

    def record(self, row: Iterable[str]) -> list[str]:
        """Cells and delimiters by turns, then the record's end."""
        parts: list[str] = []
        for at, text in enumerate(row):
            parts += [self.cell(text, at in QUOTED and text not in HEADER), self.delimiter]
        return [*parts[:-1], self.end]


@dataclass(frozen=True)
class Polluted:
    name: str
    content: bytes
    rows: tuple[int, ...] = tuple(range(COUNT))  # of the clean table, that it truly holds
    lost: int = 0  # records for which no reading is the only one; -1: at most one of the clean table
    repeated: int = 0
    tail: bool = True  # whether the last column holds anything


def table(style: Style = Style(), odd: dict[int, Style] | None = None) -> list[list[str]]:
    """The clean table as written, the header as record 0."""
    lines = [list(HEADER), *CLEAN]
    return [(odd or {}).get(number, style).record(line) for number, line in enumerate(lines)]


def text(records: list[list[str]]) -> str:
    return "".join("".join(parts) for parts in records)


def tailless(header: str) -> bytes:
    """The table with an empty last column, below a header as written."""
    records = [[*parts[:-2], parts[-1]] for parts in table()[1:]]
    return f"{header}\r\n{text(records)}".encode()


def whole_files() -> Iterator[Polluted]:
    plain = text(table())
    yield Polluted("clean", plain.encode())
    for encoding in ("utf-8-sig", "utf-16", "gb18030"):
        yield Polluted(f"encoding {encoding}", plain.encode(encoding))
    for delimiter in ";", "\t", "|", ", ":
        yield Polluted(f"delimiter {delimiter!r}", text(table(Style(delimiter=delimiter))).encode())
    for end in "\n", "\r":
        yield Polluted(f"record end {end!r}", text(table(Style(end=end))).encode())
    yield Polluted("single quotes", text(table(Style(quote="'"))).encode())
    yield Polluted("backslash", text(table(Style(escape="\\"))).encode())
    yield Polluted("no last end", plain.rstrip().encode())
    yield Polluted("two last ends", (plain + "\r\n").encode())
    yield Polluted("one row", text(table()[:2]).encode(), rows=(0,))
    for name, preamble in (("delimited", "Report,,,,,,,,\r\n"), ("bare", "Report\r\n")):
        yield Polluted(f"preamble {name}", (preamble * 3 + plain).encode())
        yield Polluted(f"preamble {name}, blank line", (preamble * 3 + "\r\n" + plain).encode())
    yield Polluted("footer", (plain + "\r\n填报人：x\r\n").encode())
    yield Polluted("header twice", text([table()[0], *table()]).encode())
    quoted = ",".join(f'"{name}"' for name in HEADER) + "\r\n"
    yield Polluted("header thrice", (text([table()[0]]) * 2 + quoted + text(table()[1:])).encode())
    yield Polluted("header again below", text([*table()[:9], table()[0], *table()[9:]]).encode())
    second = "\r\nyear,sum\r\n2024,5\r\n2025,6\r\n"
    yield Polluted("two tables", (plain + second).encode(), lost=3)
    again = plain.replace(",".join(HEADER), ",".join(f'"{name}"' for name in HEADER))
    yield Polluted("the same table twice", (plain + again).encode(), repeated=COUNT)
    yield Polluted("no header", text(table()[1:]).encode())


def odd_headers() -> Iterator[Polluted]:
    """Broken separators and quotes in the header, above rows that end in an empty field."""
    yield Polluted("a header separated by blanks", tailless(" ".join(HEADER)), tail=False)
    for column in range(len(HEADER)):
        for name, odd in (("quote", '"' + HEADER[column]), ("delimiter before", "," + HEADER[column])):
            header = ",".join((*HEADER[:column], odd, *HEADER[column + 1 :]))
            yield Polluted(f"one more {name} in the header, column {column}", tailless(header), tail=False)
        if column:
            header = ",".join(HEADER[:column]) + ",".join(HEADER[column:])
            yield Polluted(f"no delimiter in the header before column {column}", tailless(header), tail=False)


def odd_rows() -> Iterator[Polluted]:
    for row in (0, 1, 2, 5, 7, COUNT):
        for name, style in (
            ("semicolons", Style(delimiter=";")),
            ("tabs", Style(delimiter="\t")),
            ("comma and space", Style(delimiter=", ")),
            ("single quotes", Style(quote="'")),
            ("backslash", Style(escape="\\")),
            ("other end", Style(end="\n")),
        ):
            yield Polluted(f"{name} in row {row}", text(table(odd={row: style})).encode())


def odd_cells() -> Iterator[Polluted]:
    for row in range(1, COUNT + 1, 11):
        one = 1 if "\n" not in CLEAN[row - 1][-1] else -1  # one record, or the two that it falls apart into
        for column in range(len(HEADER)):
            records = table()
            records[row][2 * column] = '"' + records[row][2 * column]
            yield Polluted(f"extra quote in row {row}, column {column}", text(records).encode(), lost=-1)
            if column:
                records = table()
                del records[row][2 * column - 1]
                yield Polluted(f"no delimiter in row {row} before column {column}", text(records).encode(), lost=one)
            records = table()
            records[row][2 * column] += ","
            last = column == len(HEADER) - 1
            yield Polluted(
                f"one more delimiter in row {row} after column {column}", text(records).encode(), lost=0 if last else 1
            )


def odd_cells_by_kind() -> dict[str, list[Polluted]]:
    kinds: dict[str, list[Polluted]] = {}
    for polluted in odd_cells():
        kinds.setdefault(polluted.name.split(" in ")[0], []).append(polluted)
    return kinds


def score(polluted: Polluted, reading: ParsedDump) -> float:
    """Ten for a file that loads as the clean one would."""
    if reading.receipt.reasons:
        return 0.0
    loaded = [row[1:] for row in reading.rows.fetchall()]
    true = [row for at, row in enumerate(true_rows(polluted)) if at in polluted.rows]
    return (
        4.0
        + _agreement(Counter(true), Counter(loaded))
        + _agreement(Counter(one for row in true for one in row), Counter(one for row in loaded for one in row))
    )


def true_rows(polluted: Polluted) -> list[tuple[str | None, ...]]:
    """The rows of the clean table as they load."""
    return [tuple(one or None for one in (row if polluted.tail else [*row[:-1], ""])) for row in CLEAN]


def _agreement(true: Counter[object], loaded: Counter[object]) -> float:
    common = (true & loaded).total()
    if not common:
        return 0.0
    precision, recall = common / loaded.total(), common / true.total()
    return precision + recall + 2 * precision * recall / (precision + recall)


def judged(polluted: Polluted, folder: Path, connection: duckdb.DuckDBPyConnection) -> float:
    """The score, once it is sure that lines add up and nothing was invented."""
    path = folder / "polluted.csv"
    path.write_bytes(polluted.content)
    with read_dump(path, CONTRACT, connection=connection) as reading:
        receipt = reading.receipt
        assert receipt.reasons == (), (polluted.name, receipt)
        parts = receipt.header_lines + receipt.lines_skipped + receipt.lines_in_quotes + receipt.rows_read
        assert parts == receipt.lines_read, polluted.name
        assert receipt.rows_loaded + receipt.rows_refused + polluted.repeated == receipt.rows_read, polluted.name
        true = set(true_rows(polluted))
        invented = [row[1:] for row in reading.rows.fetchall() if row[1:] not in true]
        assert invented == [], polluted.name
        if polluted.lost >= 0:
            assert receipt.rows_refused == polluted.lost, (polluted.name, reading.refused.fetchall())
        return score(polluted, reading)


@pytest.mark.parametrize("polluted", [*whole_files(), *odd_rows(), *odd_headers()], ids=lambda one: one.name)
def test_a_pollution_that_leaves_one_reading_loses_nothing(
    polluted: Polluted, tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    assert judged(polluted, tmp_path, connection) == pytest.approx(10)


def test_a_pollution_of_one_cell_costs_one_record_at_most(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    found = {kind: [judged(one, tmp_path, connection) for one in some] for kind, some in odd_cells_by_kind().items()}
    least = 10 - 4 / COUNT
    assert all(score >= least for scores in found.values() for score in scores)
    assert sum(found["extra quote"]) / len(found["extra quote"]) > 9.98
    every = [score for scores in found.values() for score in scores]
    assert sum(every) / len(every) > 9.96


@pytest.mark.parametrize(
    "line",
    [
        'A,"1,2"x,5',  # the quoted field goes on: 1 and 2"x, or 1,2x
        'A"1,2",5',  # is the delimiter before the quote lost?
        "A;b,c;d",
        "A;b|c;d|e",
    ],
)
def test_what_may_be_read_in_several_ways_is_refused(
    line: str, tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    contract = CONTRACT.model_copy(update={"columns": CONTRACT.columns[3:6]})
    path = tmp_path / "polluted.csv"
    path.write_text(f"article,price,kind\n{line}\nB,1,x\n", encoding="utf-8")
    with read_dump(path, contract, connection=connection) as reading:
        assert reading.refused.fetchall() == [(2, ["field_count"], line)]
        assert [row[1] for row in reading.rows.fetchall()] == ["B"]


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        (['A,"b,c'], [("A", "b", "c")]),  # the quote never closes
        (['A,"b,"c,d"'], [("A", "b", "c,d")]),
        (["A;b;c"], [("A", "b", "c")]),
        (["A|'b|c"], [("A", "b", "c")]),
        (["'A','b,c','d'"], [("A", "b,c", "d")]),
        (["A,'b,''c''',d"], [("A", "b,'c'", "d")]),
        (["A,b,'c", "d'"], [("A", "b", "c\nd")]),
        (['A,"b\\"c, d",e'], [("A", 'b"c, d', "e")]),
    ],
)
def test_what_may_be_read_in_one_way_loads(
    lines: list[str], rows: list[tuple[str, ...]], tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    contract = CONTRACT.model_copy(update={"columns": CONTRACT.columns[3:6]})
    path = tmp_path / "polluted.csv"
    path.write_text("\n".join(["article,price,kind", *lines, "B,1,x", ""]), encoding="utf-8")
    with read_dump(path, contract, connection=connection) as reading:
        assert [row[1:] for row in reading.rows.order("line_number").fetchall()] == [*rows, ("B", "1", "x")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("article,,price,kind\nA,1,x\nB,2,y\n", "too_many_refused"),  # a delimiter too many, or rows that lack a field?
        ("articleprice,kind\nA,x\nB,y\n", None),  # no more than an unknown column
        ("articlepricekind\nA,1,x\nB,2,y\n", "missing_column"),
        ("article price of it kind\nA,1,x\nB,2,y\n", "missing_column"),  # not every word is a name
    ],
)
def test_a_header_is_mended_in_one_way_or_not_at_all(
    text: str, reason: str | None, tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    contract = CONTRACT.model_copy(update={"columns": CONTRACT.columns[3:6]})
    path = tmp_path / "polluted.csv"
    path.write_text(text, encoding="utf-8")
    with read_dump(path, contract, connection=connection) as reading:
        assert reading.receipt.reasons == ((reason,) if reason else ())
        assert not any(one.startswith("mended_header") for one in reading.receipt.warnings)


def test_the_names_of_two_columns_without_a_delimiter(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    contract = CONTRACT.model_copy(update={"columns": CONTRACT.columns[3:5]})
    path = tmp_path / "polluted.csv"
    path.write_text("articleprice\nA,1\nB,2\n", encoding="utf-8")
    with read_dump(path, contract, connection=connection) as reading:
        assert reading.rows.order("line_number").fetchall() == [(2, "A", "1"), (3, "B", "2")]


def test_a_mended_header_is_told(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    contract = CONTRACT.model_copy(update={"columns": CONTRACT.columns[3:6]})
    path = tmp_path / "polluted.csv"
    path.write_text("Report\narticleprice,kind\nA,1,x\n", encoding="utf-8")
    with read_dump(path, contract, connection=connection) as reading:
        assert reading.receipt.warnings == ("mended_header: line 2",)
        assert "第 2 行表头的分隔符有误" in reading.receipt.text("polluted.csv")[0]


def test_rows_whose_key_is_partly_empty_are_compared_too(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    contract = CONTRACT.model_copy(update={"columns": CONTRACT.columns[3:6], "key": ("article", "kind")})
    path = tmp_path / "polluted.csv"
    path.write_text("article,price,kind\nA,1,\nA,1,\nB,1,\nB,2,\nC,1,x\n", encoding="utf-8")
    with read_dump(path, contract, connection=connection) as reading:
        assert (reading.receipt.rows_repeated, reading.receipt.rows_loaded) == (1, 2)
        assert [row[:2] for row in reading.refused.fetchall()] == [(4, ["conflicting_key"]), (5, ["conflicting_key"])]
