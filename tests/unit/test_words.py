"""No words for people in Python: a translator needs none. What stands there in Chinese is recognised, not said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.settings import PROJECT

HAN = re.compile(r"[\u4e00-\u9fff]")
PACKAGES = ("orchestration", "raw_landing", "expectations")

RECOGNISED = {
    "raw_landing/parsing": "what agencies write: totals, footers, units, yes and no, nothing",
    "raw_landing/intake/identify.py": "how names of files tell periods and revisions",
    "raw_landing/intake/near_names.py": "the same, written otherwise",
    "raw_landing/intake/unidentified.py": "names of files and periods as they are agreed",
    "raw_landing/person_names.py": "words that are no person's name",
    "raw_landing/sample": "synthetic dumps as agencies might write them",
    "raw_landing/manual/examples.py": "the same, in the manual",
    "raw_landing/manual/generate.py": "headers in the manual's examples",
    "expectations/suites/privacy.py": "labels that officials write before or after a name",
    "expectations/suites/indicators/facts.py": "a unit of measure as the seeds have it",
    "orchestration/figure/resolve.py": "names of regions as people shorten them",
    "orchestration/interruption.py": "said while nothing has been imported yet",
    "orchestration/cli/entry.py": "said where the catalogues may be missing",
}
"""Where Chinese may stand in Python, and why."""


def chinese(path: Path) -> Iterator[str]:
    """The texts of a module that hold Chinese, but for docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    for node in texts:
        if id(node) not in docstrings and HAN.search(str(node.value)):
            yield f"{path.relative_to(PROJECT)}:{node.lineno}: {str(node.value)[:40]}"


@pytest.mark.parametrize("package", PACKAGES)
def test_words_for_people_stand_in_catalogues(package: str) -> None:
    paths = [path for path in sorted((PROJECT / package).rglob("*.py")) if not _reason(path)]
    assert [text for path in paths for text in chinese(path)] == []


def test_every_exception_is_one() -> None:
    for name in RECOGNISED:
        paths = (PROJECT / name).rglob("*.py") if (PROJECT / name).is_dir() else [PROJECT / name]
        assert any(text for path in paths for text in chinese(path)), name


def _reason(path: Path) -> str | None:
    name = path.relative_to(PROJECT).as_posix()
    return next((reason for place, reason in RECOGNISED.items() if name == place or name.startswith(f"{place}/")), None)
