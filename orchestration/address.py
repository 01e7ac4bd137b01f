"""A place named by an address (`s3://bucket/folder`, `file:///folder`) instead of a path, by way of fsspec. Files are
put there and never changed; one small file, put last and replaced in one step, says which of them count."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from orchestration.files import replace_text
from orchestration.text import two_lines
from raw_landing.errors import UserError
from raw_landing.storage.store import sync

IN_ONE_STEP = ("file", "s3")
"""Stores that replace a file in one step: by renaming, or because an object is there when it was sent whole. HDFS does
not: its rename refuses a name that is taken, and a file written over is empty meanwhile."""

OPEN, OWN = (0o755, 0o644), (0o700, 0o600)
"""Modes of folders and files on a disk, whatever the run's own mask: for whoever is let in to the folder of the
address; for its owner alone."""

_CHUNK = 1 << 20


class AddressUnusable(UserError):
    """What an address names cannot be written or read, or could not be replaced in one step."""


class AddressSilent(AddressUnusable):
    """The store did not answer, or refused: it may do later."""

    passes = True


@dataclass(frozen=True)
class Store:
    """The files below an address. Every method raises AddressSilent where the store fails."""

    address: str
    _system: Any
    _root: str
    is_local: bool
    _modes: tuple[int, int]

    @classmethod
    def at(cls, address: str, modes: tuple[int, int] = OPEN) -> Self:
        """The store of an address; what it must know besides (keys, endpoint) it takes from the environment, as its
        own documentation says. `modes`: OPEN or OWN. Raises AddressUnusable."""
        import fsspec
        from fsspec.implementations.local import LocalFileSystem

        protocol = address.partition("://")[0]
        if protocol not in IN_ONE_STEP:
            raise AddressUnusable(two_lines("address.not_in_one_step", address=address, known=", ".join(IN_ONE_STEP)))
        try:
            system, root = fsspec.url_to_fs(address, use_listings_cache=False, skip_instance_cache=True)
        except ImportError as error:
            raise AddressUnusable(two_lines("address.no_package", address=address, why=error)) from error
        except ValueError as error:
            raise AddressUnusable(two_lines("address.malformed", address=address, why=error)) from error
        return cls(address, system, root.rstrip("/"), isinstance(system, LocalFileSystem), modes)

    def _named(self, name: str) -> str:
        return f"{self._root}/{name}"

    def put(self, name: str, file: Path, sha256: str) -> None:
        """Send a file and read it back: what arrived is what was sent."""
        with self._answering():
            self._make_room(name)
            self._system.put_file(str(file), self._named(name))
            if self.is_local:
                arrived = Path(self._named(name))
                arrived.chmod(self._modes[1])
                sync(arrived)
                sync(arrived.parent)
        if self.sha256(name) != sha256:
            raise AddressSilent(two_lines("address.arrived_otherwise", address=self.address, name=name))

    def sha256(self, name: str, goal: Path | None = None) -> str | None:
        """The checksum of a file, in hex, which is read to its end and, if so asked, written to `goal` (raises OSError
        where the disk fails); None where there is none."""
        digest = hashlib.sha256()
        with goal.open("wb") if goal else nullcontext() as copy:
            with self._answering():
                try:
                    opened = self._system.open(self._named(name), "rb", cache_type="none")
                except FileNotFoundError:
                    return None
            with opened:
                while chunk := self._read(opened):
                    digest.update(chunk)
                    if copy:
                        copy.write(chunk)
        return digest.hexdigest()

    def _read(self, opened: Any) -> bytes:
        with self._answering():
            chunk: bytes = opened.read(_CHUNK)
        return chunk

    def replace(self, name: str, content: bytes) -> None:
        """Put a small file in the place of another; readers see the old one or the new one."""
        with self._answering():
            if self.is_local:  # fsspec writes beside it in /tmp, which may be another disk
                self._make_room(name)
                replace_text(Path(self._named(name)), content.decode(), mode=self._modes[1])
            else:
                self._system.pipe_file(self._named(name), content)

    def _make_room(self, name: str) -> None:
        """On a disk, the folders of a file."""
        if self.is_local:
            root = Path(self._root)
            for folder in reversed([one for one in Path(self._named(name)).parents if one.is_relative_to(root)]):
                if not folder.is_dir():
                    folder.mkdir(parents=True, exist_ok=True)
                    folder.chmod(self._modes[0])

    def read(self, name: str) -> bytes | None:
        """A small file; None where there is none."""
        with self._answering():
            try:
                content: bytes = self._system.cat_file(self._named(name))
            except FileNotFoundError:
                return None
        return content

    def folders(self, name: str, pattern: str) -> set[str]:
        """The names of the folders in a folder that match a regular expression as a whole."""
        with self._answering():
            try:
                found = self._system.ls(self._named(name), detail=False)
            except FileNotFoundError:
                return set()
        return {last for path in found if re.fullmatch(pattern, last := path.rstrip("/").rpartition("/")[2])}

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with what is in it; nothing where there is none."""
        with self._answering():
            if self._system.exists(self._named(name)):
                self._system.rm(self._named(name), recursive=True)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except UserError:
            raise
        except Exception as error:  # each store has errors of its own; they hold no content
            why = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
            raise AddressSilent(two_lines("address.silent", address=self.address, why=why)) from error
