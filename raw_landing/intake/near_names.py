"""Guesses what a badly named file may mean, for the answer to the agency only; never used to load a file. Repeats of a
name only what a known name has too: it may hold a person's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

from raw_landing.contract import Contract
from raw_landing.regions import NATION, PROVINCE, Regions

CLOSE, CLOSEST = 0.4, 0.05  # similarity (difflib) from which on a name is asked after, and how far behind the best
MOST = 3  # names asked after at once

_QUARTERS = {"一": "1", "二": "2", "三": "3", "四": "4"}
_PERIOD = re.compile(
    r"(?<![0-9])(?P<year>(?:19|20)[0-9]{2})(?:"
    r"[-年./_ ]?[Qq](?P<quarter>[1-4])|[-年./_ ]?第?(?P<quarter_zh>[1-4一二三四])季度?"
    r"|[-年./_ ]?(?P<month>1[0-2]|0?[1-9])(?:月份?)?|年度?)?(?![0-9])"
)
_REVISION = re.compile(r"(?:修订|[rR])([1-9][0-9]{0,8})")
_BETWEEN = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Guess:
    """One fact in a name: `known`, or what may be `meant` by what is `written`, of which only what it shares with a
    known name is shown."""

    known: str | None = None
    written: str = ""
    meant: tuple[str, ...] = ()


@dataclass(frozen=True)
class Understood:
    """What is understood of a name: extract (by its Chinese name or its own), unit (a code), period (YYYY-MM, YYYY-Qn,
    YYYY), revision (1 unless one is named)."""

    extract: Guess
    unit: Guess
    period: Guess
    revision: int = 1


def understand(stem: str, contracts: Mapping[str, Contract], regions: Regions) -> Understood:
    """Look in a name without its suffix for extract, unit, period and revision, in any order and with any
    separators."""
    found = _PERIOD.search(stem)
    period = Guess() if found is None else guess_period(found[0])
    rest = stem if found is None else f"{stem[: found.start()]}_{stem[found.end() :]}"
    parts = [part for part in _BETWEEN.split(rest) if part]
    revisions = [int(match[1]) for part in parts if (match := _REVISION.fullmatch(part))]
    parts = [part for part in parts if not _REVISION.fullmatch(part)]
    unit, place = _guess_unit(parts, regions)
    if place:
        parts = [part for one in parts if (part := one.replace(place, "", 1))]
    extract = max((guess_extract(one, contracts) for one in ("_".join(parts), *parts)), key=_certainty, default=Guess())
    return Understood(extract, unit, period, *revisions[:1])


def guess_extract(written: str, contracts: Mapping[str, Contract]) -> Guess:
    """The extract of this name, or those that may be meant: of which it is a part, which are a part of it, or like
    it."""
    written = written.strip("_")
    names = [name for contract in contracts.values() for name in (contract.zh, contract.extract)]
    if written in names:
        return Guess(written)
    wider = [name for name in names if len(written) > 1 and written in name]
    narrower = sorted((name for name in names if name in written), key=len, reverse=True)
    meant = wider if 0 < len(wider) <= MOST else narrower[:1] or _closest(written, names)
    return Guess(None, _shared(written, meant[0]), tuple(meant)) if meant else Guess()


def guess_unit(written: str, regions: Regions) -> Guess:
    """The unit (a code) of this name, or the name that may be meant."""
    return _guess_unit([part for part in _BETWEEN.split(written) if part], regions)[0]


def guess_period(written: str) -> Guess:
    """The period that is written here in a way that may be not the agreed one."""
    found = _PERIOD.fullmatch(written)
    if found is None:
        return Guess()
    quarter = found["quarter"] or _QUARTERS.get(found["quarter_zh"] or "", found["quarter_zh"])
    rest = f"-Q{quarter}" if quarter else f"-{int(found['month']):02}" if found["month"] else ""
    return Guess(None, found[0], (found["year"] + rest,))


def _closest(written: str, names: Iterable[str]) -> list[str]:
    near = get_close_matches(written, names, MOST, CLOSE)
    likeness = [SequenceMatcher(None, name, written).ratio() for name in near]
    return [name for name, ratio in zip(near, likeness, strict=True) if ratio >= likeness[0] - CLOSEST]


def _certainty(guess: Guess) -> tuple[bool, float]:
    likeness = SequenceMatcher(None, guess.written, guess.meant[0]).ratio() if guess.meant else 0.0
    return guess.known is not None, likeness


def _guess_unit(parts: Iterable[str], regions: Regions) -> tuple[Guess, str]:
    """The unit that one of the parts names, and the text that does."""
    parts = list(parts)
    can_deliver = (*regions.units, PROVINCE, NATION)
    for part in parts:
        if (code := regions.resolve(part)) in can_deliver:
            return Guess(code), part
    by_name = {regions.by_code[code].name_zh: code for code in can_deliver}
    for name in by_name:  # units before the province: 湖北省黄石市 is 黄石市
        if any(name in part for part in parts):
            return Guess(by_name[name]), name
    for name, code in regions.by_name.items():  # a county, which delivers by its unit
        for part in parts:
            if code not in can_deliver and (name in part or regions.resolve(part) == code):
                place = name if name in part else part
                return Guess(None, place, (regions.by_code[regions.by_code[code].parent].name_zh,)), place
    for part in parts:
        for name in by_name:
            if name[:2] in part:
                shared = part[part.index(name[:2]) :][: SequenceMatcher(None, part, name).find_longest_match().size]
                return Guess(None, shared, (name,)), shared
        if near := get_close_matches(part, by_name, 1, 0.6):
            return Guess(None, _shared(part, near[0]), (near[0],)), part
    return Guess(), ""


def _shared(written: str, known: str) -> str:
    """What is written, without what a known name has not: runs of that become a star."""
    shown, end = "", 0
    for block in SequenceMatcher(None, written, known, autojunk=False).get_matching_blocks():
        shown += ("*" if block.a > end else "") + written[block.a : block.a + block.size]
        end = block.a + block.size
    return shown
