"""The manual says what the code does: it is made anew here, and its examples are judged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, get_args

import pytest
import yaml

from raw_landing.contract import load_contracts
from raw_landing.intake.identify import identify
from raw_landing.manual import DOCS, pages
from raw_landing.manual.examples import EXAMPLES, Example, examples, refusals, rejections
from raw_landing.manual.generate import unwritten
from raw_landing.messages.reasons import DumpReason, RowReason
from raw_landing.regions import load_regions

pytestmark = pytest.mark.slow

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SHOWN = examples()


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages()


def test_the_manual_is_what_the_contracts_make(made: dict[str, str]) -> None:
    kept = {
        path.relative_to(DOCS).as_posix()
        for path in (DOCS / "landing.md", *DOCS.glob("landing/**/*"))
        if path.is_file()
    }
    assert kept == set(made)
    stale = [name for name, text in made.items() if (DOCS / name).read_text(encoding="utf-8") != text]
    assert not stale, "run `make generate`"


def test_every_extract_of_which_something_is_written_has_a_page_and_an_example(made: dict[str, str]) -> None:
    written = [extract for extract in load_contracts() if extract not in unwritten()]
    assert set(made) == {"landing.md", *(f"landing/{extract}.md" for extract in written)}
    assert list(SHOWN) == written and len(list(EXAMPLES.glob("*/*.csv"))) == len(SHOWN)


def test_a_page_names_every_header_and_every_code(made: dict[str, str]) -> None:
    for extract, example in SHOWN.items():
        for column in example.contract.columns:
            for text in (*column.header_names, *column.values, *column.values.values()):
                assert made[f"landing/{extract}.md"].count(text) >= 2, (extract, text)  # once in each language


def test_nothing_of_the_machine_stands_in_it(made: dict[str, str]) -> None:
    for name, text in made.items():
        assert "/tmp" not in text, name
        assert str(DOCS.parent) not in text, name


def test_links_lead_somewhere(made: dict[str, str]) -> None:
    anchors = {
        name: {
            re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-")
            for title in re.findall(r"^#+ (.*)$", text, re.M)
        }
        for name, text in made.items()
    }
    for name, text in made.items():
        for path, _, anchor in (link.partition("#") for link in re.findall(r"\]\(([^)]*)\)", text)):
            target = (DOCS / name).parent / path if path else DOCS / name
            assert target.exists(), (name, path)
            if anchor:
                assert anchor in anchors[target.resolve().relative_to(DOCS.resolve()).as_posix()], (name, path, anchor)


@pytest.mark.parametrize("example", SHOWN.values(), ids=list(SHOWN))
def test_an_example_lands_wholly(example: Example, tmp_path: Path) -> None:
    assert example.text.encode() == (EXAMPLES / example.contract.source / example.name).read_bytes()
    verdict = example.judged(tmp_path)
    assert verdict.receipt.rows_loaded == verdict.receipt.rows_read == len(example.rows)
    assert not verdict.refused
    assert not verdict.receipt.problems
    assert not verdict.receipt.warnings


@pytest.mark.parametrize("example", SHOWN.values(), ids=list(SHOWN))
def test_every_name_shown_says_what_the_dump_is(example: Example, made: dict[str, str]) -> None:
    stem, stem_zh = example.name.removesuffix(".csv"), example.name_zh.removesuffix(".csv")
    names = {f"{stem}.csv": 1, f"{stem_zh}.csv": 1, f"{stem}__r2.csv": 2, f"{stem_zh}_修订2.csv": 2}
    for name, revision in names.items():
        assert f"\n{name}\n" in made[f"landing/{example.contract.extract}.md"]
        found = identify(PurePosixPath(example.contract.source, name), None, load_contracts(), load_regions())
        assert found == replace(example.identity, revision=revision)


@pytest.mark.parametrize("example", SHOWN.values(), ids=list(SHOWN))
def test_an_example_lands_by_its_manifest_alone(example: Example, tmp_path: Path) -> None:
    verdict = example.judged(tmp_path, "未命名.csv", manifest=True)
    assert not verdict.refused
    assert verdict.identity == example.identity


@pytest.mark.parametrize("example", SHOWN.values(), ids=list(SHOWN))
def test_a_spoiled_example_comes_back_by_the_row(example: Example, tmp_path: Path) -> None:
    spoiled = example.spoiled()
    changed = sum(before != after for before, after in zip(example.rows, spoiled.rows, strict=True))
    verdict = spoiled.judged(tmp_path)
    assert verdict.accepted
    assert 1 <= changed == verdict.receipt.rows_refused == len(verdict.receipt.problems)
    assert verdict.receipt.rows_loaded == len(example.rows) - changed


def test_people_of_the_examples_are_nobody() -> None:
    found = 0
    for example in SHOWN.values():
        for at, column in enumerate(example.contract.columns):
            for row in example.rows:
                if column.check == "id_number":
                    found += 1
                    body, last = row[at][:17], row[at][17:]
                    assert body.startswith("4299")
                    assert (
                        last
                        == "10X98765432"[sum(int(digit) * by for digit, by in zip(body, WEIGHTS, strict=True)) % 11]
                    )
                if column.name == "person_name":
                    assert row[at].startswith("合成")
    assert found > 20


def test_every_reason_is_shown_as_the_code_says_it(tmp_path: Path, made: dict[str, str]) -> None:
    dumps, rows = rejections(tmp_path), refusals(tmp_path)
    assert set(dumps) == set(get_args(DumpReason)) - {"lines_unaccounted"}
    assert set(rows) == set(get_args(RowReason))
    for reason in (*get_args(DumpReason), *get_args(RowReason)):
        assert made["landing.md"].count(f"| `{reason}` |") == 2
    for problem in (*dumps.values(), *rows.values()):
        assert problem.zh in made["landing.md"]
        assert problem.remedy_en in made["landing.md"]


def test_every_word_has_both_languages() -> None:
    words = yaml.safe_load((EXAMPLES.parent / "words.yml").read_text(encoding="utf-8"))

    def leaves(tree: Any) -> Iterator[Any]:
        for one in tree.values() if isinstance(tree, dict) else ():
            yield from leaves(one) if isinstance(one, dict) else [one]

    assert all(isinstance(one, str) and one for one in leaves(words))  # an unquoted comma would leave a null
    assert set(words["extracts"]) <= set(load_contracts())
    for group in words.values():
        for one in group.values():
            assert {"en", "zh"} <= set(one) or {"holds_zh", "holds_en", "replaces_zh", "replaces_en"} <= set(one)
