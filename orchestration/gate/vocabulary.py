"""The words that every release says by itself, whoever is in the data: none of them is a person's name."""

from __future__ import annotations

from functools import cache

from expectations import landed_suites, mart_suites, privacy_suite, release_suites
from raw_landing.contract import load_contracts
from raw_landing.person_names import no_names, words


@cache
def published_words() -> frozenset[str]:
    """What is no person's name: as landing has it, and the words of the gate's rules."""
    contracts = load_contracts()
    suites = (
        *landed_suites(contracts, ()),
        *mart_suites(contracts),
        *release_suites({}),
        privacy_suite({}, contracts.values(), ()),
    )
    texts = [suite.title_zh for suite in suites]
    texts += [f"{rule.description_zh} {rule.source}" for suite in suites for rule in suite.rules]
    return no_names().union(*map(words, texts))
