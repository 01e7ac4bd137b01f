"""What the dictionary says, as sections of one table each, and how a section looks in Markdown and in HTML."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.dbt_build.catalogue import Table
from orchestration.dbt_build.lineage import NOTHING, ROWS, Lineage, Made, Ref
from orchestration.rendering.render import render, render_page
from orchestration.settings import DBT_PROJECT
from orchestration.text import Pair, split, words
from raw_landing.contract import Column, Contract, load_contracts

LANDED = "landed."
NAMED = words("pages.dictionary")
PERSONAL = words("pages.dictionary_personal")
FIGURES = ("numerator", "denominator", "value", "value_text")

Cell = tuple[str | Pair, ...]
"""The lines of a cell, in both languages where they differ; what stands between backticks is code."""


@dataclass(frozen=True)
class Section:
    """One table of the dictionary: its page below docs/dictionary, its titles, what it is, its rows."""

    path: str
    name: str
    title: Pair
    headings: tuple[Pair, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class _Indicator:
    indicator_id: str
    lines: Cell
    formula: Cell
    made: Made


def sections(tables: Sequence[Table], lineage: Lineage) -> list[Section]:
    """The whole dictionary: indicators, published tables, extracts."""
    indicators = list(_indicators(lineage))
    found = [
        Section(
            "indicators.md",
            "indicators",
            NAMED["indicators"],
            tuple(words("pages.dictionary_indicators").values()),
            tuple((one.lines, one.formula, *_both(one.made)) for one in indicators),
        )
    ]
    found += [_of_table(table, lineage) for table in sorted(tables, key=lambda table: table.name)]
    used = _used(tables, lineage)
    return found + [_of_extract(contract, indicators, used) for contract in load_contracts().values()]


def pages(dictionary: Sequence[Section]) -> dict[str, str]:
    """docs/dictionary: the text of each page by its path."""
    index = render("dictionary_index.md", named=NAMED, sections=dictionary)
    return {"README.md": index} | {section.path: _markdown(section) for section in dictionary}


def page(dictionary: Sequence[Section], release_id: str, synthetic: Pair | None) -> str:
    """The dictionary as one page that needs no network: all sections and a search over their rows. `synthetic` says
    that the release is, where it is."""
    parts = [
        (title, [section for section in dictionary if section.path.startswith(part)])
        for part, title in words("pages.dictionary_parts").items()
    ]
    return render_page("dictionary.html", NAMED, parts=parts, release_id=release_id, synthetic=synthetic)


def _markdown(section: Section) -> str:
    up = "../" * section.path.count("/")
    lines = [
        "<!-- Made by `make generate`; do not edit. -->",
        f"# {' / '.join(section.title)}",
        "",
        f"`{section.name}` · [{' / '.join(NAMED['title'])}]({up}README.md)",
        "",
        "| " + " | ".join(map(" / ".join, section.headings)) + " |",
        "|" + "---|" * len(section.headings),
    ]
    for row in section.rows:
        cells = ("<br>".join(" ".join(line.split()).replace("|", "\\|") for line in _lines(cell)) for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _lines(cell: Cell) -> Iterator[str]:
    """Those of both languages, one after the other."""
    for line in cell:
        yield from (line,) if isinstance(line, str) else dict.fromkeys(line)


def _indicators(lineage: Lineage) -> Iterator[_Indicator]:
    """Each indicator by the definition in force, and what its figures are made of."""
    with (DBT_PROJECT / "seeds" / "indicators.csv").open(encoding="utf-8", newline="") as file:
        defined = {row["indicator_id"]: row for row in csv.DictReader(file) if row["in_force_from"]}
    for indicator_id, row in sorted(defined.items()):
        made = NOTHING
        for figure in FIGURES:
            made |= lineage.origins((f"intermediate.int_indicator__{indicator_id}", figure))
        titles = ((row["name_zh"], row["name_en"]), f"`{indicator_id}`", row["unit"])
        yield _Indicator(indicator_id, titles, ((row["formula_zh"], row["formula_en"]),), made)


def _of_table(table: Table, lineage: Lineage) -> Section:
    relation = f"marts.{table.name}"
    rows: list[tuple[Cell, ...]] = []
    for column in table.columns:
        if relation in lineage.steps:
            made = _both(lineage.origins((relation, column.name)))
        else:
            made = (NAMED["by_publication"],), ()
        rows.append(((f"`{column.name}`",), (column.type.lower(),), (split(column.description),), *made))
    headings = tuple(words("pages.dictionary_table").values())
    return Section(f"tables/{table.name}.md", table.name, split(table.description), headings, tuple(rows))


def _of_extract(contract: Contract, indicators: Iterable[_Indicator], used: dict[Ref, list[str]]) -> Section:
    relation = f"{LANDED}{contract.extract}"
    rows: list[tuple[Cell, ...]] = []
    for name in (ROWS, *(column.name for column in contract.columns)):
        ref = (relation, name)
        users = tuple(
            f"`{one.indicator_id}`"
            for one in indicators
            if ref in one.made.taken or (ref in one.made.decided and name != ROWS)
        )
        published = tuple(f"`{column}`" for column in used.get(ref, ()))
        column = contract.by_name.get(name)
        if column is None:
            described: tuple[Cell, ...] = ((NAMED["row_count"],), (), (), (), ())
        else:
            others = tuple(column.aliases)
            personal = (PERSONAL[column.pii],) if column.pii else ()
            described = ((column.zh,), (f"`{name}`",), others, (_type(column),), personal)
        rows.append((*described, users, published))
    title_en = contract.extract.replace("_", " ").capitalize()
    path = f"extracts/{contract.extract}.md"
    headings = tuple(words("pages.dictionary_extract").values())
    return Section(path, contract.extract, (contract.zh, title_en), headings, tuple(rows))


def _type(column: Column) -> str:
    return f"{column.type}, {column.unit}" if column.unit else column.type


def _used(tables: Sequence[Table], lineage: Lineage) -> dict[Ref, list[str]]:
    """Columns of published tables by the landed column whose content they take up."""
    found: dict[Ref, list[str]] = {}
    for table in sorted(tables, key=lambda table: table.name):
        for column in () if table.is_view else table.columns:
            if f"marts.{table.name}" in lineage.steps:
                for ref in lineage.origins((f"marts.{table.name}", column.name)).taken:
                    found.setdefault(ref, []).append(f"{table.name}.{column.name}")
    return found


def _both(made: Made) -> tuple[Cell, Cell]:
    """What is taken up, and what decides, as far as an agency wrote it."""
    contracts = load_contracts()
    written = {(f"{LANDED}{one.extract}", column.name) for one in contracts.values() for column in one.columns}
    return tuple(_sources(made.taken)), tuple(_sources((made.decided - made.taken) & written))


def _sources(refs: Iterable[Ref]) -> Iterator[str | Pair]:
    """A line per extract with its headers and item codes, then a line for what comes from no agency."""
    named: dict[str, list[str]] = {}
    others: list[str] = []
    contracts = {f"{LANDED}{extract}": contract for extract, contract in load_contracts().items()}
    for relation, name in sorted(refs):
        contract = contracts.get(relation)
        if contract is None or name not in (ROWS, *contract.by_name):
            others.append(f"`{relation}`" if name == ROWS else f"`{relation}.{name}`")
        elif name == ROWS:
            named.setdefault(contract.extract, []).append(" ".join(NAMED["rows"]))
        else:
            column = contract.by_name[name]
            aliases = f"({'、'.join(column.aliases)})" if column.aliases else ""
            named.setdefault(contract.extract, []).append(f"{column.zh} `{name}`{aliases}")
    for extract, columns in named.items():
        yield f"{contracts[f'{LANDED}{extract}'].zh} `{extract}`:{'、'.join(columns)}"
    if others:
        yield NAMED["others"]
        yield ", ".join(others)


def write_pages(dictionary: Sequence[Section], folder: Path) -> None:
    """Write every page that differs, and remove pages of what is no more."""
    made = pages(dictionary)
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not (path.is_file() and path.read_bytes() == text.encode()):
            path.write_bytes(text.encode())
    for path in folder.rglob("*.md"):
        if path.relative_to(folder).as_posix() not in made:
            path.unlink()
