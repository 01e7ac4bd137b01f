"""Our own gate on chosen rules alone, to be compared with those who can run no others
(`python -m benchmarks.gates.ours WAREHOUSE NAMES FOUND`; names: suite.rule, one a line)."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from expectations import Suite, run_suites
from orchestration.gate.run import suites_on_landed, suites_on_marts
from raw_landing.database import SETTINGS


def chosen(suites: tuple[Suite, ...], names: set[str]) -> list[Suite]:
    """The suites with nothing but the rules of these names."""
    kept = [(suite, [rule for rule in suite.rules if f"{suite.name}.{rule.name}" in names]) for suite in suites]
    return [replace(suite, rules=tuple(rules)) for suite, rules in kept if rules]


def main(warehouse: str, names_file: str, found_file: str) -> None:
    """Run them as the nightly job runs all, and write down how many rows each found."""
    names = set(Path(names_file).read_text(encoding="utf-8").splitlines())
    found: dict[str, int | None] = {}
    for suites in (suites_on_landed(), suites_on_marts()):
        for result in run_suites(Path(warehouse), chosen(suites, names), SETTINGS).results:
            found[result.name] = result.unexpected_count
    Path(found_file).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
