"""Finds what a person names among what there is: by key, by name, by a short name, however it is
spaced and capitalised. What is not there is told with what comes nearest."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from orchestration.errors import WrongUsage
from orchestration.text import pair
from raw_landing.language import in_order

NEAR, LISTED = 4, 10
"""How many near misses are named, and how many of all there is, where none is near."""
ALIKE = 0.55
"""Share of characters in common from which on a name is near."""

Names = Mapping[str, Sequence[str]]
"""What there is by its key, each with its names: the Chinese one first, the English one last."""


def find(kind: tuple[str, str], asked: str, names: Names, short: Mapping[str, str] | None = None) -> str:
    """The key of what is asked for. `kind`: what it is, in both languages; `short`: other spellings and the keys that
    they mean. Raises WrongUsage."""
    spelled: dict[str, dict[str, None]] = {}
    for key, spellings in names.items():
        for spelling in (key, *filter(None, spellings)):
            spelled.setdefault(_plain(spelling), {})[key] = None
    for spelling, key in (short or {}).items():
        spelled.setdefault(_plain(spelling), {key: None})
    found = spelled.get(_plain(asked), {})
    if len(found) == 1:
        return next(iter(found))
    raise WrongUsage("\n".join(in_order(*_refusal(kind, asked, names, list(found), _near(_plain(asked), spelled)))))


def _refusal(kind: tuple[str, str], asked: str, names: Names, found: list[str], near: list[str]) -> tuple[str, str]:
    """Why nothing is found, and what may have been meant."""
    kind_zh, kind_en = kind
    if found:
        zh, en = _labels(found, names)
        return pair("lookup.several", kind_zh=kind_zh, kind_en=kind_en, asked=asked, keys_zh=zh, keys_en=en)
    if near:
        zh, en = _labels(near, names)
        return pair("lookup.unknown_near", kind_zh=kind_zh, kind_en=kind_en, asked=asked, keys_zh=zh, keys_en=en)
    zh, en = _labels(list(names), names, LISTED) if names else pair("lookup.none")
    return pair("lookup.unknown_among", kind_zh=kind_zh, kind_en=kind_en, asked=asked, keys_zh=zh, keys_en=en)


def _plain(text: str) -> str:
    """Letters and digits alone, small, full-width ones as usual."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _near(asked: str, spelled: Mapping[str, Iterable[str]]) -> list[str]:
    """The keys of the spellings that hold what is asked for, shortest first, else of those most like it."""
    holding = sorted((one for one in spelled if asked and asked in one), key=len)
    alike = get_close_matches(asked, spelled, n=NEAR, cutoff=ALIKE)
    return list(dict.fromkeys(key for one in (*holding, *alike) for key in spelled[one]))[:NEAR]


def _labels(keys: Iterable[str], names: Names, most: int = NEAR) -> tuple[str, str]:
    chosen = list(keys)
    more = " …" if len(chosen) > most else ""
    zh, en = ([_label(key, names[key][at] if names[key] else "") for key in chosen[:most]] for at in (0, -1))
    return "、".join(zh) + more, ", ".join(en) + more


def _label(key: str, name: str) -> str:
    return f"{key} ({name})" if name and name not in key else key
