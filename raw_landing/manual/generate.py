"""Renders the manual's pages from templates, words.yml and contracts. The same input gives the same bytes."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any, get_args

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from raw_landing.contract import Contract, load_contracts
from raw_landing.intake.identify import SUFFIXES
from raw_landing.manual.examples import examples, refusals, rejections
from raw_landing.messages.problems import note_words
from raw_landing.messages.reasons import DumpReason, RowReason
from raw_landing.messages.receipts import status_message
from raw_landing.parsing.cell_sql import FALSE, NULLS, TRUE
from raw_landing.parsing.receipt import SMALL_SAMPLE
from raw_landing.regions import load_regions

FOLDER = Path(__file__).parent
DOCS = FOLDER.parent.parent / "docs"

_REVISED = "arbitration/arbitration_case__2025-03__420100__r2.csv"


def pages() -> dict[str, str]:
    """Every page of the manual: its path below docs/, and its text. What is not written yet has no page."""
    environment = _environment()
    shown = {extract: example for extract, example in examples().items() if extract not in unwritten()}
    contracts = {extract: example.contract for extract, example in shown.items()}
    with tempfile.TemporaryDirectory(prefix="manual-") as folder:
        desk = Path(folder)
        made = {
            "landing.md": environment.get_template("landing.md.jinja").render(
                contracts=contracts,
                example=shown["arbitration_case"],
                verdict=shown["arbitration_case"].spoiled().judged(desk / "wrong"),
                units=[load_regions().by_code[code] for code in load_regions().units],
                rejections=rejections(desk),
                refusals=refusals(desk),
                dump_reasons=get_args(DumpReason),
                row_reasons=get_args(RowReason),
                notices=_notices(),
                notes=_notes(contracts["arbitration_case"]),
                suffixes=SUFFIXES,
                nulls=[one for one in NULLS if one],
                yes=TRUE,
                no=FALSE,
                small=SMALL_SAMPLE,
                share=Contract.model_fields["max_refused_share"].default,
            )
        }
        page = environment.get_template("extract.md.jinja")
        for extract, example in shown.items():
            made[f"landing/{extract}.md"] = page.render(
                example=example,
                contract=example.contract,
                wrong=example.spoiled(),
                unit=load_regions().by_code[example.identity.unit_code],
                right_verdict=example.judged(desk),
                verdict=example.spoiled().judged(desk / "wrong"),
            )
    return made


def unwritten() -> list[str]:
    """The extracts that the manual leaves out: without words in words.yml, or without an example."""
    return sorted(load_contracts().keys() - (_words()["extracts"].keys() & examples().keys()))


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load((FOLDER / "words.yml").read_text(encoding="utf-8"))
    return words


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["words"] = _words()
    environment.filters["cell"] = _cell
    environment.filters["code"] = _code
    environment.filters["english"] = _english
    return environment


def _cell(text: object) -> str:
    """Text as it can stand in a cell of a Markdown table."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("*", "\\*")


def _code(text: str) -> str:
    """Text as code in a cell of a Markdown table."""
    return "`" + text.replace("|", "\\|") + "`"


def _english(extract: str) -> str:
    """The name of an extract in words."""
    return extract.replace("_", " ").capitalize()


def _notices() -> dict[str, tuple[str, str]]:
    """What the receipt says of a dump because of others, in Chinese and in English."""
    plain: dict[str, Any] = {
        "superseding_dump": _REVISED,
        "superseding_withdrawn": False,
        "same_revision": False,
        "withdrawal": None,
    }
    return {
        "duplicate": status_message("", "", "duplicate", **plain),
        "superseded": status_message("", "", "superseded", **plain),
        "same_revision": status_message("", "", "superseded", **plain | {"same_revision": True}),
    }


def _notes(contract: Contract) -> list[tuple[str, str]]:
    """Warnings of a receipt, in words."""
    notes = (
        "unknown_column: column 7 (备注)",
        "missing_optional_column: filed_on",
        "mended_header: line 2",
        "hidden_sheet: 底稿",
        "unread_sheet: 汇总",
    )
    return [note_words(one, contract) for one in notes]
