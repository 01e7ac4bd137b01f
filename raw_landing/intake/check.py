"""A dump judged on its own, before it is sent: what landing would say of it. Loads nothing and keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from raw_landing.contract import Contract, load_contracts
from raw_landing.intake.identify import Identity, Manifest, identify, read_manifest
from raw_landing.intake.inbox import MANIFEST
from raw_landing.messages.problems import full_text, note_words, printable
from raw_landing.messages.reasons import Unidentified
from raw_landing.parsing.reader import Receipt, read_dump
from raw_landing.regions import Regions, load_regions

INBOX = "inbox"


@dataclass(frozen=True)
class Verdict:
    """What landing would say of a file: its name, as it may be shown, the receipt, and what the file is, if that can be
    told."""

    name: str
    receipt: Receipt
    contract: Contract | None = None
    identity: Identity | None = None

    @property
    def accepted(self) -> bool:
        """Whether it would be loaded, if not every row."""
        return not self.receipt.reasons

    @property
    def refused(self) -> bool:
        """Whether anything would be refused."""
        return not self.accepted or self.receipt.rows_refused > 0

    @property
    def zh(self) -> str:
        """The words for the bureau."""
        return self._words[0]

    @property
    def en(self) -> str:
        """The same in English."""
        return self._words[1]

    @property
    def notes(self) -> list[tuple[str, str]]:
        """The warnings in words, each in Chinese and in English."""
        return [note_words(one, self.contract) for one in self.receipt.notes]

    @property
    def _words(self) -> tuple[str, str]:
        return full_text(self.name, self.receipt.problems, self.accepted, self.receipt.notes, self.contract)

    @property
    def text(self) -> str:
        """Both languages, as the terminal shows them."""
        return f"{self.zh}\n\n{self.en}\n"


def check_file(path: Path) -> Verdict:
    """Judge one file as landing would, with the manifest beside it if there is one.

    A file below `inbox/<source>/` is identified by that path; elsewhere its folder says nothing. Raises OSError when
    the file cannot be read.
    """
    contracts, regions = load_contracts(), load_regions()
    name = printable(path.name)
    sidecar = path.with_name(path.name + MANIFEST)
    try:
        manifest = read_manifest(sidecar) if sidecar.is_file() else None
        identity = _identify(path, manifest, contracts, regions)
    except Unidentified as error:
        return Verdict(name, Receipt(reasons=("unidentified",), problems=error.problems))
    contract = contracts[identity.extract]
    with read_dump(path, contract, identity=identity, manifest=manifest, regions=regions) as reading:
        return Verdict(name, reading.receipt, contract, identity)


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
