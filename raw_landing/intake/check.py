"""Checks one file before it is sent, as landing would: what it is identified as, and what its receipt would say. Loads
and keeps nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from raw_landing.contract import Contract, load_contracts
from raw_landing.database import connect
from raw_landing.intake.identify import Identity, Manifest, identify, period_of, read_manifest
from raw_landing.intake.inbox import MANIFEST, other_format
from raw_landing.messages.problems import Words, full_text, note_words, printable
from raw_landing.messages.reasons import Problem, Unidentified
from raw_landing.messages.receipts import other_format_problem
from raw_landing.parsing.reader import read_dump
from raw_landing.parsing.types import ParseResult
from raw_landing.regions import Regions, load_regions
from raw_landing.temporary import temporary_folder
from raw_landing.text import say

INBOX = "inbox"

HEADINGS = (
    *("extract", "unit", "period", "revision", "encoding", "sheet", "sampling_fraction"),
    *("rows_read", "rows_loaded", "rows_refused", "rows_repeated"),
)
"""What is told of a file that was identified, in both languages: see DumpCheck.facts."""


@dataclass(frozen=True)
class DumpCheck:
    """What landing would say of a file: its name as it may be shown, the receipt, and its identity if it has one."""

    name: str
    receipt: ParseResult
    contract: Contract | None = None
    identity: Identity | None = None
    sampling_fraction: float = 1.0
    sha256: str = ""
    at_home: Sequence[Words] | None = None
    """What the gate of a home would say of it; None where no home was asked."""

    @property
    def accepted(self) -> bool:
        """Whether it would be loaded, if not every row."""
        return not self.receipt.reasons

    @property
    def refused(self) -> bool:
        """Whether anything would be refused."""
        return not self.accepted or self.receipt.rows_refused > 0

    @property
    def facts(self) -> list[tuple[Words, Words]]:
        """What the file was taken for and how many of its rows would load: heading and value, in both languages."""
        if self.contract is None or self.identity is None:
            return []
        unit, receipt = load_regions().by_code[self.identity.unit_code], self.receipt
        fraction = "" if self.sampling_fraction == 1 else f"{self.sampling_fraction:g}"
        counts = (receipt.rows_read, receipt.rows_loaded, receipt.rows_refused, receipt.rows_repeated)
        values: list[Words] = [
            (f"{self.contract.zh} {self.contract.extract}", self.contract.extract),
            (f"{unit.name_zh} {unit.code}", f"{unit.name_en} {unit.code}"),
            *((one, one) for one in (period_of(self.identity), str(self.identity.revision))),
            *((one, one) for one in (receipt.encoding or "", printable(receipt.sheet or ""), fraction)),
            *((f"{count:,}", f"{count:,}") for count in counts),
        ]
        return [(say(f"heading.{one}"), value) for one, value in zip(HEADINGS, values, strict=True) if value[0]]

    @property
    def zh(self) -> str:
        """The words for the bureau."""
        return self._text(0)

    @property
    def en(self) -> str:
        """The same in English."""
        return self._text(1)

    @property
    def notes(self) -> list[Words]:
        """The warnings in words: the receipt's, then those of a home."""
        return [*(note_words(one, self.contract) for one in self.receipt.notes), *(self.at_home or ())]

    @property
    def text(self) -> str:
        """Both languages, as the terminal shows them: identity, counts, problems."""
        return f"{self.zh}\n\n{self.en}\n"

    @property
    def record(self) -> dict[str, Any]:
        """The same for machines. Cells of personal columns are masked here, too."""
        known, receipt = self.identity, self.receipt
        return {
            "file": self.name,
            "accepted": self.accepted,
            "refused": self.refused,
            "source": known and known.source,
            "extract": known and known.extract,
            "period": known and period_of(known),
            "period_start": known and known.period_start.isoformat(),
            "period_end": known and known.period_end.isoformat(),
            "unit_code": known and known.unit_code,
            "revision": known and known.revision,
            "sampling_fraction": known and self.sampling_fraction,
            "encoding": receipt.encoding,
            "delimiter": receipt.delimiter,
            "sheet": receipt.sheet,
            **{name: getattr(receipt, name) for name in _COUNTS},
            "reasons": receipt.reasons,
            "warnings": receipt.warnings,
            "problems": [{name: getattr(one, name) for name in _OF_PROBLEM} for one in receipt.problems],
            "notes": [{"zh": zh, "en": en} for zh, en in self.notes],
            "judged_against_home": self.at_home is not None,
        }

    def _text(self, language: int) -> str:
        words = full_text(self.name, self.receipt.problems, self.accepted, self.receipt.notes, self.contract)[language]
        facts = [f"{heading[language]}: {value[language]}" for heading, value in self.facts]
        told = [f"  {'; '.join(part)}" for part in (facts[:-4], facts[-4:]) if part]
        notes = [say("check_note", note_zh=zh, note_en=en)[language] for zh, en in self.at_home or ()]
        return "\n".join([say("check_lead", file=self.name)[language], *told, words, *(f"  {one}" for one in notes)])


_COUNTS = ("rows_read", "rows_loaded", "rows_refused", "rows_repeated", "rows_skipped")
_OF_PROBLEM = ("code", "zh", "en", "lines", "count", "remedy_zh", "remedy_en", "example")


def check_file(path: Path, as_of: date | None = None) -> DumpCheck:
    """Check one file as a landing that reports on the day `as_of` (today if None) would, with the manifest beside it if
    there is one.

    A file below `inbox/<source>/` is identified by that path; elsewhere its folder is ignored. Raises OSError when the
    file cannot be read.
    """
    contracts, regions = load_contracts(), load_regions()
    name = printable(path.name)
    if (suffix := other_format(path.name)) is not None:
        return _rejected(name, (other_format_problem(suffix),))
    sidecar = path.with_name(path.name + MANIFEST)
    try:
        manifest = read_manifest(sidecar) if sidecar.is_file() else None
        identity = _identify(path, manifest, contracts, regions)
    except Unidentified as error:
        return _rejected(name, error.problems)
    contract = contracts[identity.extract]
    fraction = manifest.sampling_fraction if manifest else None
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    with (
        temporary_folder() as folder,
        connect(spill=folder / "spill") as connection,
        read_dump(
            path,
            contract,
            identity=identity,
            manifest=manifest,
            as_of=as_of,
            regions=regions,
            connection=connection,
            workdir=folder,
        ) as reading,
    ):
        return DumpCheck(name, reading.receipt, contract, identity, fraction or 1.0, sha256)


def _rejected(name: str, problems: tuple[Problem, ...]) -> DumpCheck:
    return DumpCheck(name, ParseResult(reasons=tuple(dict.fromkeys(one.code for one in problems)), problems=problems))


def _identify(path: Path, manifest: Manifest | None, contracts: dict[str, Contract], regions: Regions) -> Identity:
    """As in the inbox; elsewhere as in the folder of the source that suits the file best."""
    absolute = path.absolute()
    for folder in absolute.parents:
        if folder.name == INBOX:
            return identify(PurePosixPath(absolute.relative_to(folder).as_posix()), manifest, contracts, regions)
    failures: list[Unidentified] = []
    for source in sorted({contract.source for contract in contracts.values()}):
        try:
            return identify(PurePosixPath(source, path.name), manifest, contracts, regions)
        except Unidentified as error:
            failures.append(error)
    raise min(failures, key=lambda failure: len(failure.problems))
