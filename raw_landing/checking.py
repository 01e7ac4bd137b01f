"""A dump judged on its own, before it is sent: what landing would say of it. Loads nothing and keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from raw_landing.contract import Contract, load_contracts
from raw_landing.explain import full_text
from raw_landing.identify import Identity, Manifest, identify, read_manifest
from raw_landing.inbox import MANIFEST
from raw_landing.problem import Unidentified
from raw_landing.reading import read_dump
from raw_landing.reference import Regions, load_regions

INBOX = "inbox"


@dataclass(frozen=True)
class Verdict:
    """The words for the bureau, in Chinese and then in English, and whether anything would be refused."""

    zh: str
    en: str
    refused: bool

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
    sidecar = path.with_name(path.name + MANIFEST)
    try:
        manifest = read_manifest(sidecar) if sidecar.is_file() else None
        identity = _identify(path, manifest, contracts, regions)
    except Unidentified as error:
        return Verdict(*full_text(path.name, error.problems, False), refused=True)
    with read_dump(path, contracts[identity.extract], identity=identity, manifest=manifest, regions=regions) as reading:
        receipt = reading.receipt
    accepted = not receipt.reasons
    words = full_text(path.name, receipt.problems, accepted, receipt.notes)
    return Verdict(*words, refused=not accepted or receipt.rows_refused > 0)


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
