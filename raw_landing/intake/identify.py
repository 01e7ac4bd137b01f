"""Identifies a dump (extract, period, reporting unit, revision) from its manifest and its name (spec: landing, "Where
dumps arrive"). The only place that reads meaning out of a name; never opens the dump."""

from __future__ import annotations

import json
import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from raw_landing.contract import Cadence, Contract
from raw_landing.intake.near_names import guess_extract, guess_period, guess_unit, understand
from raw_landing.intake.unidentified import STATISTICS, answer, period_text, source_problem
from raw_landing.messages.reasons import Problem, Unidentified
from raw_landing.messages.text import problem
from raw_landing.regions import NATION, PROVINCE, Regions
from raw_landing.text import say

MAX_MANIFEST_BYTES = 1 << 20
SUFFIXES = (".csv.gz", ".txt.gz", ".tsv.gz", ".csv", ".txt", ".tsv", ".xlsx")

_QUARTERS = {"1": 1, "2": 2, "3": 3, "4": 4, "一": 1, "二": 2, "三": 3, "四": 4}
_PERIODS = (
    re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2})|年(?P<month2>\d{1,2})月|(?P<month3>\d{2}))"),
    re.compile(r"(?P<year>\d{4})(?:-?[Qq](?P<quarter>[1-4])|年第?(?P<quarter2>[1-4一二三四])季度)"),
    re.compile(r"(?P<year>\d{4})年?"),
)
_FOLDER = re.compile(r"[A-Za-z0-9_-]{1,39}")
_SIX_DIGITS = re.compile(r"(?<![0-9])[0-9]{4}-?[0-9]{2}(?![0-9])")


class Manifest(BaseModel):
    """The sidecar `<file>.manifest.json`: every field may be left out, unknown ones are kept. What it states wins."""

    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True, str_strip_whitespace=True)

    source: str | None = None
    extract: str | None = None
    period: str | None = None
    unit: str | None = None
    revision: int | None = Field(default=None, ge=1, le=2**31 - 1)
    rows: int | None = Field(default=None, ge=0)
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-fA-F]{64}$")
    encoding: str | None = None
    as_of: date | None = None
    sampling_fraction: float | None = Field(default=None, allow_inf_nan=False)  # its bounds are the contract's
    synthetic: bool | None = None
    submitted_by: str | None = Field(default=None, max_length=200)

    @field_validator("revision", "rows", "sampling_fraction", mode="before")
    @classmethod
    def _no_truth_as_number(cls, value: object) -> object:
        if isinstance(value, bool):
            raise ValueError("a number is wanted")
        return value


@dataclass(frozen=True)
class Identity:
    """What a dump is: extract, first and last day of its period, reporting unit, revision."""

    source: str
    extract: str
    period_start: date
    period_end: date
    unit_code: str
    revision: int


def period_of(identity: Identity) -> str:
    """The period as YYYY-MM, YYYY-Qn or YYYY."""
    months = identity.period_end.month - identity.period_start.month
    cadence: Cadence = "annual" if months > 2 else "quarterly" if months else "monthly"
    return period_text((cadence, identity.period_start, identity.period_end))


def read_manifest(path: Path) -> Manifest:
    """Read a sidecar. Raises Unidentified when it is not a JSON object or a field has the wrong type."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_MANIFEST_BYTES + 1)
        if len(raw) > MAX_MANIFEST_BYTES:
            raise ValueError("longer than 1 MiB")
        data: Any = json.loads(raw.decode("utf-8-sig"))
        if not isinstance(data, dict):
            raise ValueError("not a JSON object")
    except UnicodeDecodeError as error:
        raise Unidentified((_manifest_problem("manifest_not_utf8"),)) from error
    except (ValueError, RecursionError) as error:
        raise Unidentified((_manifest_problem("manifest_not_json", error=error),)) from error
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        fields = sorted({str(item["loc"][0]) for item in error.errors() if item["loc"]})
        wrong = _manifest_problem("manifest_wrong_value", names=", ".join(fields))
        raise Unidentified((wrong,)) from error


def _manifest_problem(identifier: str, **values: object) -> Problem:
    what_zh, what_en = say(identifier, **values)
    return problem("manifest", code="unidentified", what_zh=what_zh, what_en=what_en)


def identify(
    relative_path: PurePosixPath,
    manifest: Manifest | None,
    contracts: Mapping[str, Contract],
    regions: Regions,
) -> Identity:
    """Identify the dump at `relative_path` (relative to the inbox).

    Each fact comes from the first source that states it: the manifest, the canonical name, the Chinese name. Raises
    Unidentified with every fact that is missing or wrong.
    """
    named = _facts_of_name(relative_path.name, contracts)
    stated = manifest or Manifest()
    folder = relative_path.parts[0] if len(relative_path.parts) > 1 else None

    contract = contracts.get(stated.extract or named.extract or "")
    if contract is None and stated.extract:
        contract = next((known for known in contracts.values() if known.zh == stated.extract), None)
    period = period_named(stated.period if stated.period is not None else named.period)
    unit = regions.resolve(_plain(stated.unit if stated.unit is not None else named.unit or ""))
    revision = stated.revision if stated.revision is not None else named.revision
    problems = _source_problems(folder, stated.source, contract, contracts)
    if (
        contract is None
        or period is None
        or unit is None
        or revision is None
        or period[0] != contract.cadence
        or unit not in (*regions.units, PROVINCE, NATION)
        or (unit == NATION and contract.extract != STATISTICS)
    ):
        told = _answer(relative_path.name, stated, contract, period, unit, revision, contracts, regions)
        raise Unidentified((told, *problems))
    if problems:
        raise Unidentified(tuple(problems))
    return Identity(contract.source, contract.extract, period[1], period[2], unit, revision)


def _answer(
    name: str,
    stated: Manifest,
    contract: Contract | None,
    period: tuple[Cadence, date, date] | None,
    unit: str | None,
    revision: int | None,
    contracts: Mapping[str, Contract],
    regions: Regions,
) -> Problem:
    """The problem of a dump that is not identified, with what may have been meant."""
    stem, suffix = _cut(_plain(name))
    near = understand(stem, contracts, regions)
    if stated.extract is not None:
        near = replace(near, extract=guess_extract(_plain(stated.extract), contracts))
    if stated.unit is not None:
        near = replace(near, unit=guess_unit(_plain(stated.unit), regions))
    if stated.period is not None:
        near = replace(near, period=guess_period(_plain(stated.period)))
    if contract is None and near.extract.known is not None:
        contract = next(one for one in contracts.values() if near.extract.known in (one.extract, one.zh))
    if unit not in (*regions.units, PROVINCE, NATION):
        unit = near.unit.known
    meant_period = period_named(near.period.meant[0]) if near.period.meant else None
    if contract and period and meant_period and period[0] != contract.cadence == meant_period[0]:
        period, revision = None, revision or near.revision  # 2025_12, say, which the name holds as two parts
    if revision is not None and stated.revision is None:
        revision = max(revision, near.revision)
    meant = contract  # for the name it should have
    if contract is None and len(near.extract.meant) == 1:
        meant = next(one for one in contracts.values() if near.extract.meant[0] in (one.extract, one.zh))
    return answer(contract, meant, period or period_named(near.period.written), unit, revision, near, regions, suffix)


def is_public_path(relative_path: PurePosixPath, contracts: Mapping[str, Contract], regions: Regions) -> bool:
    """Whether a dump's path may be published: its name tells all of what it is and nothing else, and so do the folders
    between. Any other may hold a person's name or number."""
    try:
        identify(relative_path, None, contracts, regions)
    except Unidentified:
        return False
    name, folders = relative_path.name, relative_path.parts[1:-1]
    unit = _plain(_facts_of_name(name, contracts).unit or "")
    # Of a code of 12 digits only the first six were asked for.
    is_exact = unit in regions.by_name or len(unit) == 6 or unit.endswith("000000")
    return is_exact and name.isprintable() and all(_is_public_folder(one, regions) for one in folders)


def _is_public_folder(name: str, regions: Regions) -> bool:
    """Short and plain, with fewer digits than a number of a person has, periods and reporting units aside."""

    def unless_known(match: re.Match[str]) -> str:
        return "" if match[0] in (*regions.units, PROVINCE, NATION) or period_named(match[0]) else match[0]

    digits = re.findall("[0-9]", _SIX_DIGITS.sub(unless_known, name))
    return _FOLDER.fullmatch(name) is not None and len(digits) < 5


def _source_problems(
    folder: str | None, stated: str | None, contract: Contract | None, contracts: Mapping[str, Contract]
) -> list[Problem]:
    sources = {known.source for known in contracts.values()}
    if folder not in sources:
        return [source_problem("outside_source")]
    if (stated is not None and stated != folder) or (contract is not None and contract.source != folder):
        right = contract.source if contract is not None and stated in (None, folder) else stated
        return [source_problem("source_contradicts_folder", right)]
    return []


@dataclass(frozen=True)
class _Facts:
    """What a name states, as written; revision is None where one is written that is none."""

    extract: str | None = None
    unit: str | None = None
    period: str | None = None
    revision: int | None = 1


def _plain(text: str) -> str:
    """Half-width, composed, without blanks around."""
    return unicodedata.normalize("NFKC", text).strip()


def _facts_of_name(name: str, contracts: Mapping[str, Contract]) -> _Facts:
    stem, _ = _cut(_plain(name))
    extract, *rest = stem.split("__")
    if extract in contracts and 2 <= len(rest) <= 3:
        return _Facts(extract, rest[1], rest[0], _revision(rest[2:], "r"))
    zh, *rest = stem.split("_")
    by_zh = {contract.zh: contract.extract for contract in contracts.values()}
    if zh in by_zh and 2 <= len(rest) <= 3:
        return _Facts(by_zh[zh], rest[0], rest[1], _revision(rest[2:], "修订"))
    return _Facts()


def _cut(name: str) -> tuple[str, str]:
    """A name without its suffix, and that."""
    suffix = next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), "")
    return name[: len(name) - len(suffix)], suffix


def _revision(parts: list[str], mark: str) -> int | None:
    if not parts:
        return 1
    match = re.fullmatch(re.escape(mark) + r"([0-9]{1,9})", parts[0].strip())
    return (int(match[1]) or None) if match else None


@lru_cache(maxsize=4096)
def period_named(text: str | None) -> tuple[Cadence, date, date] | None:
    """Cadence, first and last day of a period in any of its spellings; None if it is none."""
    plain = re.sub(r"\s", "", _plain(text or ""))
    if not plain.isprintable():
        return None
    month, quarter, year = (pattern.fullmatch(plain) for pattern in _PERIODS)
    found = month or quarter or year
    if found is None or not 1900 <= int(found["year"]) <= 2200:
        return None
    y = int(found["year"])
    if month:
        m = int(month["month"] or month["month2"] or month["month3"])
        return ("monthly", date(y, m, 1), date(y, m, monthrange(y, m)[1])) if 1 <= m <= 12 else None
    if quarter:
        last = 3 * _QUARTERS[quarter["quarter"] or quarter["quarter2"]]
        return "quarterly", date(y, last - 2, 1), date(y, last, monthrange(y, last)[1])
    return "annual", date(y, 1, 1), date(y, 12, 31)
