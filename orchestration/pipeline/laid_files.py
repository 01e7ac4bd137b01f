"""Landed files, originals and the ledger's journal at an address (HRSS_STORE_AT): a copy of those that the home needs,
each under a name that holds its checksum, so that none is written over, and `list.json`, put last, which says which of
them count. The home stays what runs work on."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Annotated, TypeVar

from pydantic import BaseModel, RootModel, StringConstraints, ValidationError

from orchestration.address import OWN, AddressUnusable, AtAddress, Store
from orchestration.files import read_json, sha256, write_json
from orchestration.release.state import files_in_use
from orchestration.settings import Settings
from orchestration.text import two_lines
from raw_landing.land import Needed, needed_files
from raw_landing.storage.rows_kept import looks_whole
from raw_landing.storage.store import is_original

LIST = "list.json"
UNSETTLED = "unsettled.json"
"""Names of what is being sent or removed: that much the next call clears up if one is broken off."""

SPARK_STORE = "HRSS_SPARK_STORE"
"""The variable that says what Spark calls the address (s3a://…), or that its Python processes read it (BY_FSSPEC).
Without it Spark reads landed files in the home."""

BY_FSSPEC = "fsspec"

A_TASK, A_FILE = 128 << 20, 4 << 20
"""Bytes that a task of Spark reads, and that a file counts as at least: as Spark's own reader has it
(spark.sql.files.maxPartitionBytes, openCostInBytes)."""

Name = Annotated[str, StringConstraints(pattern=r"^(archive|landed|quarantine)(/[\w-][\w.-]*){1,2}$")]
"""Of a file, in the home and at the address: whoever may write there leads nobody out of these folders."""

SIDE_BY_SIDE = 8  # files: most of what a small one costs is waiting for the store

log = logging.getLogger("hrss")
M = TypeVar("M", bound=BaseModel)


class AddressForeign(AddressUnusable):
    """What an address holds is not what this home laid there: to replace it could lose it."""


class LaidFile(BaseModel):
    """A file of the home at an address: its name there, how it stood in the home, the relation that its rows count
    in."""

    at: Name
    sha256: str
    bytes: int
    mtime_ns: int
    relation: str | None = None

    def stood(self, facts: os.stat_result) -> bool:
        """Whether a file of the home is as it was when it was laid."""
        return (facts.st_size, facts.st_mtime_ns) == (self.bytes, self.mtime_ns)


class LaidList(BaseModel):
    """`list.json`: the files that count, by their names in the home."""

    form: int = 1
    files: dict[Name, LaidFile] = {}

    @classmethod
    def of(cls, content: bytes | None, address: str) -> LaidList:
        """The list of an address. Raises AddressUnusable."""
        return _read(cls, content or b"{}", address, LIST)

    def content(self) -> bytes:
        """As it is written."""
        return json.dumps(self.model_dump(exclude_none=True), sort_keys=True, indent=0).encode()


class Unsettled(RootModel[set[Name]]):
    """`unsettled.json`."""


class LaidRecord(RootModel[dict[str, list[str]]]):
    """By address, the checksums of the lists that the home laid there last."""


def follow(settings: Settings) -> LaidList:
    """Bring the address up to the home: files that it lacks, each read back after it was sent; then the list; then the
    removal of files that the home needs no longer. What costs is what changed. Whatever breaks it off, readers have the
    list before, and the next call does the rest. The caller holds the writer's lock.

    Raises AddressForeign, AddressUnusable, LandingError, OSError.
    """
    if settings.store_at is None:
        return LaidList()
    store = Store.at(settings.store_at, OWN)
    content = store.read(LIST)
    if content is not None and _checksum(content) not in _laid(settings):
        said = two_lines("address.of_another_home", address=settings.store_at, home=settings.home)
        raise AddressForeign(said)
    before = LaidList.of(content, settings.store_at)
    wanted = LaidList(files=_wanted(settings, before))
    names, known = ({one.at: name for name, one in of.files.items()} for of in (wanted, before))
    left = _read(Unsettled, store.read(UNSETTLED) or b"[]", settings.store_at, UNSETTLED).root
    unsettled = left | (names.keys() ^ known.keys())
    if unsettled != left:
        store.replace(UNSETTLED, json.dumps(sorted(unsettled)).encode())

    def send(at: str) -> None:
        said = wanted.files[names[at]].sha256
        if at not in left or store.sha256(at) != said:
            store.put(at, settings.home / names[at], said)

    each(send, names.keys() - known.keys())
    if wanted != before:
        note_lists(settings, settings.store_at, content, wanted.content())
        store.replace(LIST, wanted.content())
        log.info("%s: %d files sent, %d count", settings.store_at, len(names.keys() - known.keys()), len(names))
    each(store.remove, unsettled - names.keys())
    if unsettled:
        store.drop(UNSETTLED)
    return wanted


def follow_if_it_answers(settings: Settings) -> None:
    """The same, where what is to be done besides does not rest on it: the log says why not. Raises AddressForeign."""
    try:
        follow(settings)
    except AddressForeign:
        raise
    except AddressUnusable as error:
        log.warning("%s", error)


def note_lists(settings: Settings, address: str, *contents: bytes | None) -> None:
    """Note in the home which lists at an address are its own: the one that stands there, and one about to be laid."""
    checksums = [_checksum(content) for content in contents if content is not None]
    noted = read_json(settings.laid_record, LaidRecord)
    write_json(settings.laid_record, noted | {address.rstrip("/"): checksums})


def as_spark_names_them(
    settings: Settings, extracts: Mapping[str, Iterable[Path]]
) -> dict[str, Iterable[Path] | str | AtAddress]:
    """The files of the rows of extracts, by relation, where Spark reads them: in the home or, at the address, as one
    pattern that matches no others, or each. Raises AddressUnusable: it must have all of them."""
    spark_names = os.environ.get(SPARK_STORE)
    if settings.store_at is None or not spark_names:
        return dict(extracts)
    laid, found = follow(settings).files, dict[str, Iterable[Path] | str | AtAddress]()
    for relation, files in extracts.items():
        names = [file.relative_to(settings.home).as_posix() for file in files]
        if lacking := [name for name in names if name not in laid]:
            raise AddressUnusable(two_lines("address.not_listed", address=settings.store_at, name=lacking[0]))
        if spark_names == BY_FSSPEC:
            found[relation] = _by_tasks(settings.store_at, [laid[name] for name in names]) if names else []
            continue
        ats = [PurePosixPath(laid[name].at) for name in names]
        pattern = "{" + ",".join(at.name for at in ats) + "}"
        found[relation] = f"{spark_names.rstrip('/')}/{ats[0].parent}/{pattern}" if ats else []
    return found


def _by_tasks(address: str, files: Iterable[LaidFile]) -> AtAddress:
    """The addresses of files, in order, as many to a task as it reads."""
    tasks, left = list[list[str]](), 0
    for one in files:
        counts = max(one.bytes, A_FILE)
        if counts > left:
            tasks.append([])
            left = A_TASK
        tasks[-1].append(f"{address.rstrip('/')}/{one.at}")
        left -= counts
    return AtAddress(tasks)


def needed(settings: Settings) -> dict[Path, Needed]:
    """The files of the home that belong at the address, and why. Raises LandingError."""
    return dict.fromkeys(files_in_use(settings), Needed()) | needed_files(settings.home)


def _read(shape: type[M], content: bytes, address: str, name: str) -> M:
    try:
        return shape.model_validate_json(content)
    except ValidationError as error:
        raise AddressUnusable(two_lines("address.list_damaged", address=address, name=name)) from error


def _wanted(settings: Settings, before: LaidList) -> dict[str, LaidFile]:
    """What is to count there. A file that the home has lost, or that was damaged since, stays as it is there."""
    found = {}
    for path, need in sorted(needed(settings).items()):
        name = path.relative_to(settings.home).as_posix()
        known, facts = before.files.get(name), path.stat() if path.is_file() else None
        is_same = known is not None and (facts is None or need.is_journal or known.stood(facts))
        if facts and not is_same and _is_whole(path, need):
            digest, inner = sha256(path), PurePosixPath(name)
            found[name] = LaidFile(
                at=inner.with_name(f"{inner.stem}.{digest[:16]}{inner.suffix}").as_posix(),
                sha256=digest,
                bytes=facts.st_size,
                mtime_ns=facts.st_mtime_ns,
                relation=need.relation,
            )
        elif known:
            found[name] = known.model_copy(update={"relation": need.relation})
    return found


def _is_whole(path: Path, need: Needed) -> bool:
    if need.original:
        return is_original(path, need.original)
    return need.is_journal or looks_whole(path)


def _laid(settings: Settings) -> list[str]:
    """The checksums of the lists that this home laid last at its address."""
    noted: list[str] = read_json(settings.laid_record, LaidRecord).get((settings.store_at or "").rstrip("/"), [])
    return noted


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def each(call: Callable[[str], None], names: Iterable[str]) -> None:
    """Call it of each name, some side by side; the first error ends it."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for _ in pool.map(call, sorted(names)):
            pass
