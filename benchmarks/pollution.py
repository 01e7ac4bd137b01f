"""What polluted files cost: those of the public benchmark Pollock (VLDB 2023), read by `read_dump` and scored as the
benchmark scores. `python -m benchmarks.pollution FOLDER` writes docs/pollution.md; FOLDER holds what the benchmark's
own program makes (csv/, clean/, parameters/) and its pollock_weights.json, none of which is ours to keep.

Scores are of ten: one for a verdict, three each (precision, recall, F1) for header, records and cells. The benchmark
evens out dates and prices before it compares; here texts are compared as they stand, which is never kinder.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from raw_landing import read_dump
from raw_landing.contract import Contract
from raw_landing.database import connect

PAGE = Path(__file__).parent.parent / "docs" / "pollution.md"
TEXT = Path(__file__).with_suffix(".md")
CLASSES = (  # by the beginning of a file's name, the first that fits
    ("row_more_sep_row0_", "one separator too many in the header"),
    ("row_more_sep_", "one separator too many in one row"),
    ("row_less_sep_row0_", "one separator missing in the header"),
    ("row_less_sep_", "one separator missing in one row"),
    ("row_extra_quote0_", "one quote too many in the header"),
    ("row_extra_quote", "one quote too many in one row"),
    ("row_field_delimiter_0_", "the header separated by blanks"),
    ("row_field_delimiter_", "one row separated by blanks"),
    ("file_record_delimiter_", "other line ends (LF, CR)"),
    ("file_field_delimiter_0x20.", "all separated by blanks"),
    ("file_field_delimiter_", "other separators (tab, semicolon, comma and blank)"),
    ("file_quotation_char_", "apostrophes for quotes"),
    ("file_escape_char_", "quotes in quotes escaped by a backslash, or not at all"),
    ("file_header_multirow_", "the header twice or thrice"),
    ("file_no_header", "no header"),
    ("file_multitable_", "a second table of fewer, as many or more columns"),
    ("file_preamble", "a title"),
    ("file_no_payload", "nothing"),
    ("file_header_only", "a header alone"),
    ("file_", "one row; no line end or two at the end"),
    ("source", "the clean file"),
)


@dataclass(frozen=True)
class Outcome:
    """One file: its score, and what became of its records."""

    name: str
    score: float
    weight: float
    read: int
    refused: int
    repeated: int
    reasons: tuple[str, ...]


def contract_of(names: Sequence[str], plain: Sequence[str]) -> Contract:
    """The table as agreed: text throughout, nothing required; headers as the benchmark hands them to every system."""
    columns = {
        f"column_{at}": {
            "zh": name, "aliases": [] if name == other else [other], "type": "string", "may_be_absent": True
        }
        for at, (name, other) in enumerate(zip(names, plain, strict=True))
    }  # fmt: skip
    return Contract.model_validate(
        {
            "source": "planning", "extract": "polluted", "zh": "polluted", "load": "report", "cadence": "annual",
            "key": list(columns), "max_refused_share": 1, "columns": columns,
        }
    )  # fmt: skip


def outcome(folder: Path, name: str, plain: Sequence[str], weight: float, db: duckdb.DuckDBPyConnection) -> Outcome:
    """Read one file and score what was loaded. Raises ValueError where a line or record is not accounted for."""
    parameters = json.loads((folder / "parameters" / f"{name}_parameters.json").read_text(encoding="utf-8"))
    headers = parameters["column_names"] if len(parameters["column_names"]) == len(plain) else plain
    with read_dump(folder / "csv" / name, contract_of(headers, plain), connection=db) as reading:
        receipt = reading.receipt
        rows = [[one or "" for one in row[1:]] for row in reading.rows.order("line_number").fetchall()]
        lines = receipt.header_lines + receipt.lines_skipped + receipt.lines_in_quotes + receipt.rows_read
        told = receipt.rows_loaded + receipt.rows_refused + receipt.rows_repeated
        if not receipt.reasons and (lines != receipt.lines_read or told != receipt.rows_read):
            raise ValueError(f"{name}: lines or records are not accounted for")
    if set(receipt.reasons) - {"no_rows"}:  # rejected; that there is nothing to load is a verdict like another
        found: list[list[str]] | None = None
    else:
        found = ([list(headers)] if receipt.header_lines else []) + rows
    with (folder / "clean" / name).open(encoding="utf-8-sig", newline="") as file:
        clean = list(csv.reader(file))
    return Outcome(
        name, score(clean, found), weight, receipt.rows_read, receipt.rows_refused, receipt.rows_repeated,
        receipt.reasons,
    )  # fmt: skip


def score(clean: list[list[str]], found: list[list[str]] | None) -> float:
    """Of ten, by header, records and cells; 0 where nothing was loaded that should have been."""
    if found is None:
        return 0.0
    if not clean:
        return 10.0
    header = agreement(clean[0], found[0] if found else [])
    records = agreement(map("".join, clean[1:]), map("".join, found[1:]))
    cells = agreement((one for row in clean for one in row), (one for row in found for one in row))
    return 1.0 + header + records + cells


def agreement(true: Iterable[str], found: Iterable[str]) -> float:
    """Precision, recall and F1 of two bags of texts, added up."""
    trues, founds = Counter(true), Counter(found)
    if not trues:
        return 3.0
    common = (trues & founds).total()
    if not common:
        return 0.0
    precision, recall = common / trues.total(), common / founds.total()
    return precision + recall + 2 * precision * recall / (precision + recall)


def table(outcomes: Sequence[Outcome]) -> str:
    """One line a class of pollution, worst first."""
    by_class: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        by_class[next(words for start, words in CLASSES if one.name.startswith(start))].append(one)
    lines = [
        f"| {words} | {len(some)} | {sum(one.score for one in some) / len(some):.4f} | {min(some_scores):.4f}"
        f" | {sum(one.read for one in some):,} | {sum(one.refused for one in some):,}"
        f" | {sum(one.repeated for one in some):,} | {sum(bool(set(one.reasons) - {'no_rows'}) for one in some)} |"
        for words, some in sorted(by_class.items(), key=lambda item: sum(one.score for one in item[1]) / len(item[1]))
        for some_scores in [[one.score for one in some]]
    ]
    head = "| pollution | files | mean score | least | records read | refused | repeated | files rejected |"
    return "\n".join([head, "|---|---:|---:|---:|---:|---:|---:|---:|", *lines])


def main(folder: Path) -> None:
    """Read and score all files, and write the page."""
    weights = json.loads((folder / "pollock_weights.json").read_text(encoding="utf-8"))
    with (folder / "clean" / "source.csv").open(encoding="utf-8", newline="") as file:
        plain = next(csv.reader(file))
    names = sorted(path.name for path in (folder / "csv").glob("*.csv"))
    with connect() as db:
        outcomes = [outcome(folder, name, plain, weights[name], db) for name in names]
    simple = sum(one.score for one in outcomes) / len(outcomes)
    weighted = sum(one.score * one.weight for one in outcomes) / sum(one.weight for one in outcomes)
    text = TEXT.read_text(encoding="utf-8")
    for mark, value in (
        ("files", f"{len(outcomes):,}"),
        ("simple", f"{simple:.3f}"),
        ("weighted", f"{weighted:.3f}"),
        ("table", table(outcomes)),
    ):
        text = text.replace(f"{{{{ {mark} }}}}", value)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
