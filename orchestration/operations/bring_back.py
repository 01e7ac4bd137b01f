"""`hrss restore ADDRESS`: what a home lacks of the files at its address (HRSS_STORE_AT) comes back, each compared with
its checksum; a new home gets all of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from orchestration.address import OWN, AddressUnusable, Store
from orchestration.audit_log import audit
from orchestration.files import sha256
from orchestration.lock import writer_lock
from orchestration.operations.restore import RestoreRefused
from orchestration.pipeline.laid_files import LIST, LaidFile, LaidList, each, needed, note_lists
from orchestration.settings import Settings
from orchestration.text import two_lines
from raw_landing.land import restore_ledger
from raw_landing.storage.store import LandingStore, StagedFile, commit_files


@dataclass(frozen=True)
class BroughtBack:
    """What came."""

    files: int
    bytes: int
    damaged: list[str]
    """Names of what did not: gone or damaged there."""


def bring_back(settings: Settings, address: str) -> BroughtBack:
    """Fetch what the home lacks or has damaged: first of the ledger's journal, then what that needs. What a home that
    is ahead of the address has removed since does not come back. From then on the home lays its files at this address.

    Raises AddressUnusable, RestoreRefused, where nothing was changed; Busy, HomeNotOurs, LandingError, OSError.
    """
    store, home = Store.at(address, OWN), LandingStore(settings.home.absolute())
    content = store.read(LIST)
    if content is None:
        raise AddressUnusable(two_lines("address.no_list", address=address))
    listed = LaidList.of(content, address).files
    journal = {name: one for name, one in listed.items() if (home.root / name).parent == home.journal}
    with writer_lock(settings, "hrss restore"):
        home.prepare()
        for name, one in journal.items():
            if (home.root / name).is_file() and not _stands(home.root / name, one):
                raise RestoreRefused(two_lines("address.other_past", address=address, home=settings.home, name=name))
        own = max((path.name for path in home.journal.glob("*.jsonl")), default="")
        ahead = {name: one for name, one in journal.items() if (home.root / name).name > own}
        staged, damaged = _fetch(store, home, ahead)
        if damaged:
            raise AddressUnusable(two_lines("address.journal_damaged", address=address, first=damaged[0]))
        audit(settings, "files_brought_back", address=address)
        commit_files(staged)
        restore_ledger(settings.home)
        names = {path.relative_to(home.root).as_posix() for path in needed(settings)} & (listed.keys() - journal.keys())
        lacking = {name: listed[name] for name in names if not _stands(home.root / name, listed[name])}
        staged, damaged = _fetch(store, home, lacking)
        commit_files(staged)
        note_lists(settings, address, content)
    sizes = [one.bytes for name, one in (ahead | lacking).items() if name not in damaged]
    return BroughtBack(len(sizes), sum(sizes), damaged)


def _stands(path: Path, one: LaidFile) -> bool:
    return path.is_file() and sha256(path) == one.sha256


def _fetch(store: Store, home: LandingStore, files: dict[str, LaidFile]) -> tuple[list[StagedFile], list[str]]:
    """Write files beside their goals; and the names of those that are gone or damaged there. Raises AddressSilent."""
    staged, damaged = list[StagedFile](), list[str]()

    def fetch(name: str) -> None:
        file, one = home.stage(home.root / name), files[name]
        if store.sha256(one.at, file.part) == one.sha256:
            os.utime(file.part, ns=(one.mtime_ns, one.mtime_ns))  # it stands as it was laid: it is not sent again
            staged.append(file)
        else:
            file.part.unlink()
            damaged.append(name)

    each(fetch, files)
    return staged, sorted(damaged)
