"""Hashes of what the reading of a dump depends on besides dump and manifest (contract, regions, corrections, code): a
change of any reads the dumps again. Reads bytes only; imports neither YAML nor DuckDB."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).parent
_CONTRACTS = _PACKAGE / "contracts"
CORRECTIONS = _PACKAGE / "corrections"
_SEEDS = _PACKAGE.parent / "dbt_project" / "seeds"
_REFERENCE = ("regions.csv", "region_aliases.csv")
# What decides how a dump is read: the folder `parsing` with what is below it, and these.
READERS = (
    "parsing/**/*.py",
    "bounds.py",
    "contract.py",
    "corrections.py",
    "regions.py",
    "intake/identify.py",
    "messages/reasons.py",
)


@dataclass(frozen=True)
class Rules:
    """The hash of the rules each extract is read by; `everything` is for dumps whose extract is not known."""

    by_extract: dict[str, str]
    everything: str

    def of(self, extract: str | None) -> str:
        """The hash for a dump of this extract."""
        return self.by_extract.get(extract or "", self.everything)


def current_rules(
    contracts: Path = _CONTRACTS, seeds: Path = _SEEDS, package: Path = _PACKAGE, corrections: Path | None = None
) -> Rules:
    """The rules as they stand in the files now. About a millisecond.

    The corrections of an extract stand in a file of its name, so that a new one touches the dumps of that extract only.
    """
    corrections = CORRECTIONS if corrections is None else corrections
    common = hashlib.sha256()
    for path in (*(seeds / name for name in _REFERENCE), *_reader_modules(package)):
        _add(common, path)
    everything = common.copy()
    by_extract: dict[str, str] = {}
    for path in sorted(contracts.glob("*/*.yml")):
        one = common.copy()
        _add(one, path)
        _add(everything, path)
        if (own := corrections / path.name).is_file():
            _add(one, own)
        by_extract[path.stem] = one.hexdigest()
    return Rules(by_extract, everything.hexdigest())


def parts_of_rules() -> dict[str, str]:
    """The same by what changed, as one hash each: `reference` (the regions), `code` (contracts and modules).
    Corrections are compared by what they did: see corrections.py."""
    reference, code = hashlib.sha256(), hashlib.sha256()
    for name in _REFERENCE:
        _add(reference, _SEEDS / name)
    for path in (*_reader_modules(_PACKAGE), *sorted(_CONTRACTS.glob("*/*.yml"))):
        _add(code, path)
    return {"reference": reference.hexdigest(), "code": code.hexdigest()}


def read_key_of(manifest_sha256: str | None, rules: str, set_aside: Sequence[int] = ()) -> str:
    """The read key, eight hex digits: names one reading of a dump, with this manifest, by these rules, without the rows
    on these lines."""
    lines = f"\0{','.join(map(str, set_aside))}" if set_aside else ""
    return hashlib.sha256(f"{manifest_sha256 or ''}\0{rules}{lines}".encode()).hexdigest()[:8]


def _reader_modules(package: Path) -> list[Path]:
    return sorted(path for pattern in READERS for path in package.glob(pattern))


def _add(digest: hashlib._Hash, path: Path) -> None:
    content = path.read_bytes()
    digest.update(f"{path.name}\0{len(content)}\0".encode())
    digest.update(content)
