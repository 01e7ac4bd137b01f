"""Which extract, period, reporting unit and revision a dump is, from its sidecar and its name (spec: landing, "Where
dumps arrive"). The only place that reads meaning out of a name. Never opens the dump itself."""

from __future__ import annotations

import json
import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from raw_landing.contract import Cadence, Contract
from raw_landing.messages.reasons import Problem, Unidentified
from raw_landing.regions import NATION, PROVINCE, Regions

MAX_MANIFEST_BYTES = 1 << 20
SUFFIXES = (".csv.gz", ".txt.gz", ".csv", ".txt", ".xlsx")

_QUARTERS = {"1": 1, "2": 2, "3": 3, "4": 4, "一": 1, "二": 2, "三": 3, "四": 4}
_PERIODS = (
    re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2})|年(?P<month2>\d{1,2})月|(?P<month3>\d{2}))"),
    re.compile(r"(?P<year>\d{4})(?:-?[Qq](?P<quarter>[1-4])|年第?(?P<quarter2>[1-4一二三四])季度)"),
    re.compile(r"(?P<year>\d{4})年?"),
)
_FOLDER = re.compile(r"[A-Za-z0-9_-]{1,39}")
_SIX_DIGITS = re.compile(r"(?<![0-9])[0-9]{4}-?[0-9]{2}(?![0-9])")
_CADENCES: dict[Cadence, tuple[str, str, str, str]] = {
    "monthly": ("月报", "monthly", "2024-03", "2024年3月"),
    "quarterly": ("季报", "quarterly", "2024-Q1", "2024年一季度"),
    "annual": ("年报", "annual", "2024", "2024年"),
}


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
    sampling_fraction: float | None = Field(default=None, gt=0, le=1, allow_inf_nan=False)
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
        problem = _manifest_problem("不是 UTF-8 编码, 请另存为 UTF-8", "is not in UTF-8; save it as UTF-8")
        raise Unidentified((problem,)) from error
    except (ValueError, RecursionError) as error:
        raise Unidentified((_manifest_problem("不是 JSON 对象", f"is not a JSON object ({error})"),)) from error
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        fields = sorted({str(item["loc"][0]) for item in error.errors() if item["loc"]})
        names = ", ".join(fields)
        problem = _manifest_problem(f"字段 {names} 的值不合规定", f"has a wrong value in: {names}")
        raise Unidentified((problem,)) from error


def _manifest_problem(zh: str, en: str) -> Problem:
    return Problem(
        "unidentified",
        f"清单文件(.manifest.json){zh}。",
        f"The manifest {en}.",
        remedy_zh="请改正清单文件, 或将其删除并按规定命名数据文件。",
        remedy_en="Mend the manifest, or remove it and name the dump as agreed.",
    )


def identify(
    relative_path: PurePosixPath,
    manifest: Manifest | None,
    contracts: Mapping[str, Contract],
    regions: Regions,
) -> Identity:
    """Tell what the dump at `relative_path` (relative to the inbox) is.

    Each fact comes from the first that states it: the manifest, the canonical name, the Chinese name.
    Raises Unidentified with every fact that is missing or does not hold.
    """
    named = _facts_of_name(relative_path.name, contracts)
    stated = manifest or Manifest()
    folder = relative_path.parts[0] if len(relative_path.parts) > 1 else None
    problems: list[Problem] = []

    contract = contracts.get(stated.extract or named.extract or "")
    if contract is None and stated.extract:
        contract = next((known for known in contracts.values() if known.zh == stated.extract), None)
    if contract is None:
        problems.append(_problem("不知道是哪一种数据", "it is not said which extract this is", "数据种类", "extract"))
    problems += _source_problems(folder, stated.source, contract, contracts)

    period = period_named(stated.period if stated.period is not None else named.period)
    if period is None:
        problems.append(_problem("没有可用的所属时期", "no period can be told", "时期", "period"))
    elif contract is not None and period[0] != contract.cadence:
        zh, en, example, example_zh = _CADENCES[contract.cadence]
        problems.append(
            _problem(
                f"《{contract.zh}》是{zh}, 时期应写作 {example} 或 {example_zh}",
                f"{contract.extract} is {en}; its period is written like {example}",
                "时期",
                "period",
            )
        )

    unit = regions.resolve(_plain(stated.unit if stated.unit is not None else named.unit or ""))
    if unit is None or unit not in (*regions.units, PROVINCE, NATION):
        problems.append(
            _problem("没有可用的报送单位(应为市州或省本级)", "no reporting unit can be told", "报送单位", "unit")
        )
    elif unit == NATION and contract is not None and contract.extract != "statistical_report":
        problems.append(
            _problem(
                "报送单位 000000(全国)只用于统计快报", "unit 000000 is for statistical_report only", "报送单位", "unit"
            )
        )

    revision = stated.revision if stated.revision is not None else named.revision
    if revision is None:
        problems.append(
            _problem("修订号应为 1 以上的整数", "a revision is a whole number from 1", "修订号", "revision")
        )

    if problems or contract is None or period is None or unit is None or revision is None:
        raise Unidentified(tuple(problems))
    return Identity(contract.source, contract.extract, period[1], period[2], unit, revision)


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


def _problem(zh: str, en: str, what_zh: str, what_en: str) -> Problem:
    return Problem(
        "unidentified",
        f"无法识别该文件: {zh}。",
        f"The dump cannot be identified: {en}.",
        remedy_zh=f"请在文件名(如“劳动人事争议仲裁案件_武汉市_2024年3月.csv”)或清单文件中写明{what_zh}, "
        "并放入相应来源的文件夹。",
        remedy_en=f"State the {what_en} in the name (like arbitration_case__2024-03__420100.csv) or in the manifest, "
        "and put the dump in its source's folder.",
    )


def _source_problems(
    folder: str | None, stated: str | None, contract: Contract | None, contracts: Mapping[str, Contract]
) -> list[Problem]:
    sources = {known.source for known in contracts.values()}
    if folder not in sources:
        return [_problem("文件不在任何来源的文件夹中", "it lies outside a source's folder", "来源", "source")]
    if (stated is not None and stated != folder) or (contract is not None and contract.source != folder):
        return [_problem("来源与所在文件夹不符", "its source contradicts the folder", "来源", "source")]
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
    name = _plain(name)
    suffix = next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), "")
    stem = name[: len(name) - len(suffix)]
    extract, *rest = stem.split("__")
    if extract in contracts and 2 <= len(rest) <= 3:
        return _Facts(extract, rest[1], rest[0], _revision(rest[2:], "r"))
    zh, *rest = stem.split("_")
    by_zh = {contract.zh: contract.extract for contract in contracts.values()}
    if zh in by_zh and 2 <= len(rest) <= 3:
        return _Facts(by_zh[zh], rest[0], rest[1], _revision(rest[2:], "修订"))
    return _Facts()


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
