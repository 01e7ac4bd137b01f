"""Errors that stop a landing as a whole: the home or the landing folder cannot be used. What is wrong with one dump is
a receipt instead. Imports nothing heavy."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar


class UserError(Exception):
    """An error whose message is all that the user needs. `exit_code`: what the command line ends with."""

    exit_code: ClassVar[int] = 1


class LandingError(UserError):
    """Landing cannot go on. `path` is where, `cause` what is wrong there, `remedy` what to do; str() is all three."""

    def __init__(self, path: Path | str, cause: str, remedy: str) -> None:
        super().__init__(f"{path}: {cause}; {remedy}")
        self.path, self.cause, self.remedy = Path(path), cause, remedy


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


_CAUSES = {
    errno.ENOSPC: ("the disk is full", "free some space and run again: what was landed so far is kept"),
    errno.EDQUOT: ("the quota is used up", "free some space and run again: what was landed so far is kept"),
    errno.EROFS: ("the file system is read-only", "make it writable or choose another home"),
    errno.EACCES: ("permission denied", "give the user of the nightly job the right to read and write here"),
    errno.EPERM: ("permission denied", "give the user of the nightly job the right to read and write here"),
    errno.ENOTDIR: ("stands where a folder should be", "move it away or choose another home"),
    errno.EEXIST: ("stands where a folder should be", "move it away or choose another home"),
    errno.EIO: ("the disk does not answer", "check the disk, then run again"),
    errno.EMFILE: ("too many open files", "raise the limit of open files and run again"),
    errno.ENOMEM: ("not enough memory", "free some memory and run again"),
}
_LEDGER_REMEDY = (
    "run hrss refresh: it is made again from the archive, and the damaged file stays beside it as"
    " ledger.sqlite.replaced"
)
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
        raise HomeUnusable(home, *_CAUSES[errno.ENOMEM]) from error
    except OSError as error:
        cause, remedy = _CAUSES.get(error.errno or 0, (error.strerror or str(error), "mend it or choose another home"))
        raise HomeUnusable(error.filename2 or error.filename or home, cause, remedy) from error


def machine_errno(error: BaseException) -> int | None:
    """The errno of an error that is the machine's (disk, memory) and not the dump's, else None.

    DuckDB's errors carry it in words only; they are recognised by their type's name, since this module must not import
    DuckDB.
    """
    if isinstance(error, OSError) and error.errno in _CAUSES:
        return error.errno
    text = str(error).lower()
    if code := next((code for words, code in _DISK_WORDS.items() if words in text), None):
        return code
    is_memory = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException"
    return errno.ENOMEM if is_memory else None


def machine_trouble(code: int, path: Path) -> HomeUnusable:
    """The error for an errno that `machine_errno` found."""
    return HomeUnusable(path, *_CAUSES[code])


def _of_sqlite(error: sqlite3.DatabaseError, path: Path) -> LandingError:
    text = str(error)
    if "full" in text:
        return HomeUnusable(path, *_CAUSES[errno.ENOSPC])
    if "readonly" in text:
        return HomeUnusable(path, *_CAUSES[errno.EROFS])
    if "unable to open" in text:
        return HomeUnusable(path, *_CAUSES[errno.EACCES])
    if "locked" in text:
        return LedgerUnusable(path, "another run is writing to it", "wait for that run to end")
    return LedgerUnusable(path, f"the ledger cannot be read ({text})", _LEDGER_REMEDY)
