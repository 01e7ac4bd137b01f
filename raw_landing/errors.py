"""Errors that stop a landing as a whole: the home or the landing folder cannot be used. What is wrong with one dump is
a receipt instead. Imports nothing heavy."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from raw_landing.language import in_order
from raw_landing.text import say


class UserError(Exception):
    """An error whose message is all that the user needs. `exit_code`: what the command line ends with. `passes`:
    whether the same may go well a little later, with nobody doing anything."""

    exit_code: ClassVar[int] = 1
    passes: ClassVar[bool] = False


class LandingError(UserError):
    """Landing cannot go on. `path` is where; `trouble` names what is wrong there and what to do, as the catalogue says
    it with `values`; str() is all three in both languages."""

    def __init__(self, path: Path | str, trouble: str, **values: object) -> None:
        cause, remedy = say(f"trouble.{trouble}", **values), say(f"trouble.{trouble}.remedy", **values)
        zh, en = f"{path}: {cause[0]};{remedy[0]}", f"{path}: {cause[1]}; {remedy[1]}"
        super().__init__("\n".join(in_order(zh, en)))
        self.path, self.trouble = Path(path), trouble


class InboxUnreachable(LandingError):
    """There is no inbox to look at."""


class HomeUnusable(LandingError):
    """The home cannot be read or written, or its disk is full."""


class LedgerUnusable(LandingError):
    """The ledger is damaged, in use, or of a newer program."""


class ArchiveDamaged(LandingError):
    """The original bytes of a dump that must be read again are gone or changed."""


class ArchiveUnexplained(LandingError):
    """Archive or landed files hold what the ledger does not know: it is older than they are."""


class UnknownDump(LandingError):
    """No receipt, or none that can be withdrawn, has this dump_id: wrong usage."""

    exit_code = 64


_TROUBLES = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "quota_used",
    errno.EROFS: "read_only",
    errno.EACCES: "not_permitted",
    errno.EPERM: "not_permitted",
    errno.ENOTDIR: "no_folder",
    errno.EEXIST: "no_folder",
    errno.EIO: "disk_silent",
    errno.EMFILE: "too_many_files",
    errno.ENOMEM: "memory_short",
}
_DISK_WORDS = {
    "no space left": errno.ENOSPC,
    "disk is full": errno.ENOSPC,  # SQLite's words
    "max_temp_directory_size": errno.ENOSPC,  # DuckDB's, when what it puts down would fill the disk
    "disk quota": errno.EDQUOT,
    "read-only file system": errno.EROFS,
}


@contextmanager
def as_landing_error(home: Path) -> Iterator[None]:
    """Turn errors of the system into a LandingError about the home."""
    try:
        yield
    except LandingError:
        raise
    except sqlite3.DatabaseError as error:
        raise _of_sqlite(error, home / "landed" / "ledger.sqlite") from error
    except MemoryError as error:
        raise HomeUnusable(home, _TROUBLES[errno.ENOMEM]) from error
    except OSError as error:
        path = error.filename2 or error.filename or home
        if trouble := _TROUBLES.get(error.errno or 0):
            raise HomeUnusable(path, trouble) from error
        raise HomeUnusable(path, "system_error", why=error.strerror or str(error)) from error


def machine_errno(error: BaseException) -> int | None:
    """The errno of an error that is the machine's (disk, memory) and not the dump's, else None.

    DuckDB's errors carry it in words only; they are recognised by their type's name, since this module must not import
    DuckDB.
    """
    if isinstance(error, OSError) and error.errno in _TROUBLES:
        return error.errno
    text = str(error).lower()
    if code := next((code for words, code in _DISK_WORDS.items() if words in text), None):
        return code
    is_memory = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException"
    return errno.ENOMEM if is_memory else None


def machine_trouble(code: int, path: Path) -> HomeUnusable:
    """The error for an errno that `machine_errno` found."""
    return HomeUnusable(path, _TROUBLES[code])


def _of_sqlite(error: sqlite3.DatabaseError, path: Path) -> LandingError:
    text = str(error)
    if "full" in text:
        return HomeUnusable(path, _TROUBLES[errno.ENOSPC])
    if "readonly" in text:
        return HomeUnusable(path, _TROUBLES[errno.EROFS])
    if "unable to open" in text:
        return HomeUnusable(path, _TROUBLES[errno.EACCES])
    if "locked" in text:
        return LedgerUnusable(path, "ledger_locked")
    return LedgerUnusable(path, "ledger_unreadable", why=text)
