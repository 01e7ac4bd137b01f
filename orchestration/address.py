"""A place named by an address (`s3://bucket/folder`, `hdfs://node/folder`, `file:///folder`) instead of a path, by way
of fsspec. Files are put there and never changed; one small file, put last, says which of them count: replaced in one
step where the store can, else written under a new name each time."""

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

IN_ONE_STEP = ("file", "local", "s3", "s3a")
"""Stores that replace a file in one step: by renaming, or because an object is there when it was sent whole. HDFS does
not: its rename refuses a name that is taken, and a file written over is empty meanwhile. Of all others it is not known.
"""

OPEN, OWN = (0o755, 0o644), (0o700, 0o600)
"""Modes of folders and files on a disk, whatever the run's own mask: for whoever is let in to the folder of the
address; for its owner alone."""

_CHUNK = 1 << 20


class AddressUnusable(UserError):
    """What an address names cannot be written or read."""


class AddressSilent(AddressUnusable):
    """The store did not answer, or refused: it may do later."""

    passes = True


@dataclass(frozen=True)
class AtAddress:
    """Files that Spark's Python processes read by fsspec: their addresses, by what one task reads."""

    tasks: list[list[str]]


@dataclass(frozen=True)
class Store:
    """The files below an address. Every method raises AddressSilent where the store fails."""

    address: str
    _system: Any
    _root: str
    is_local: bool
    _in_one_step: bool
    _modes: tuple[int, int]

    @classmethod
    def at(cls, address: str, modes: tuple[int, int] = OPEN) -> Self:
        """The store of an address; what it must know besides (keys, endpoint) it takes from the environment, as its
        own documentation says. `modes`: OPEN or OWN. Raises AddressUnusable."""
        import fsspec
        from fsspec.implementations.local import LocalFileSystem

        protocol = address.partition("://")[0]
        try:
            if not _can_remove(fsspec.get_filesystem_class(protocol)):
                raise AddressUnusable(two_lines("address.not_written", address=address))
            system, root = fsspec.url_to_fs(address, skip_instance_cache=True)
        except UserError:
            raise
        except ImportError as error:
            raise AddressUnusable(two_lines("address.no_package", address=address, why=error)) from error
        except OSError as error:  # some stores are connected to at once
            raise _silent(address, error) from error
        except Exception as error:
            raise AddressUnusable(two_lines("address.malformed", address=address, why=error)) from error
        is_local = isinstance(system, LocalFileSystem)
        return cls(address, system, root.rstrip("/"), is_local, protocol in IN_ONE_STEP, modes)

    def _named(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

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
        """Put a small file in the place of another; readers see the old one or the new one. Where a store cannot, it
        gets a new name, of the next number and the checksum of its content (`list.json.0000000007.<16 digits>`), and
        the one before stays for whoever has just looked. Such a file is read, replaced and dropped by these methods
        alone, and stands in no folder."""
        if self._in_one_step:
            with self._answering():
                if self.is_local:  # fsspec writes beside it in /tmp, which may be another disk
                    self._make_room(name)
                    replace_text(Path(self._named(name)), content.decode(), mode=self._modes[1])
                else:
                    self._system.pipe_file(self._named(name), content)
            return
        before, _ = self._newest(name)
        names = self._written(name)
        number = int(names[0].split(".")[-2]) + 1 if names else 1
        new = f"{name}.{number:010}.{_digits(content)}"
        with self._answering():
            self._system.makedirs(self._root, exist_ok=True)
            self._system.pipe_file(self._named(new), content)
        if self._content(new) != content:
            raise AddressSilent(two_lines("address.arrived_otherwise", address=self.address, name=name))
        for old in {*names} - {before}:
            self.remove(old)

    def read(self, name: str) -> bytes | None:
        """A small file that is replaced; None where there is none."""
        return self._content(name) if self._in_one_step else self._newest(name)[1]

    def drop(self, name: str) -> None:
        """Remove a small file that is replaced."""
        for one in [name] if self._in_one_step else reversed(self._written(name)):  # the newest last: it counts
            self.remove(one)

    def _newest(self, name: str) -> tuple[str, bytes] | tuple[None, None]:
        """The one that counts of what was written under this name with a number: its whole name, and what is in it. One
        that was broken off is passed over."""
        for one in self._written(name):
            content = self._content(one)
            if content is None:
                why = FileNotFoundError(one)  # whoever writes there has removed it since
                raise _silent(self.address, why)
            if one.endswith(_digits(content)):
                return one, content
        return None, None

    def _written(self, name: str) -> list[str]:
        """The names under which a small file was written, the newest first."""
        return sorted(self.names("", re.escape(name) + r"\.[0-9]{10}\.[0-9a-f]{16}"), reverse=True)

    def _make_room(self, name: str) -> None:
        """On a disk, the folders of a file."""
        if self.is_local:
            root = Path(self._root)
            for folder in reversed([one for one in Path(self._named(name)).parents if one.is_relative_to(root)]):
                if not folder.is_dir():
                    folder.mkdir(parents=True, exist_ok=True)
                    folder.chmod(self._modes[0])

    def _content(self, name: str) -> bytes | None:
        with self._answering():
            try:
                content: bytes = self._system.cat_file(self._named(name))
            except FileNotFoundError:
                return None
        return content

    def names(self, folder: str, pattern: str) -> set[str]:
        """The names of what is in a folder that match a regular expression as a whole."""
        with self._answering():
            self._system.invalidate_cache()
            try:
                found = self._system.ls(self._named(folder), detail=False)
            except FileNotFoundError:
                return set()
        return {last for path in found if re.fullmatch(pattern, last := path.rstrip("/").rpartition("/")[2])}

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with what is in it; nothing where there is none."""
        with self._answering():
            self._system.invalidate_cache()
            if self._system.exists(self._named(name)):
                self._system.rm(self._named(name), recursive=True)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except UserError:
            raise
        except NotImplementedError as error:  # fsspec raises it for what a store has no way to do: no later try helps
            raise AddressUnusable(two_lines("address.not_written", address=self.address)) from error
        except Exception as error:  # each store has errors of its own
            raise _silent(self.address, error) from error


def _can_remove(kind: type[Any]) -> bool:
    """Whether files can be removed from a kind of store: those that can only be read (http, zip) have no way to. What
    can be removed could be written."""
    from fsspec.asyn import AsyncFileSystem
    from fsspec.spec import AbstractFileSystem

    own = [one for one in kind.__mro__ if one not in (AsyncFileSystem, AbstractFileSystem)]
    return any(name in vars(one) for one in own for name in ("rm", "_rm", "rm_file", "_rm_file"))


def _digits(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _silent(address: str, error: Exception) -> AddressSilent:
    """What a store's error, which holds no content, is told as."""
    why = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return AddressSilent(two_lines("address.silent", address=address, why=why))
