"""What went wrong, as a sentence and an exit code: failures made to be read are told, all others leave a traceback in a
log. Knows no command and no stage; imports nothing heavy."""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from orchestration.text import inline, two_lines
from raw_landing.errors import UserError, machine_errno

DAMAGED = ("IOException", "SerializationException", "InternalException", "FatalException", "OutOfMemoryException")
"""What DuckDB raises when a file or the machine fails it; its other errors are mistakes in SQL."""


SPEAKING_OF_CODE = (
    *(UserError, OSError, AttributeError, NameError, ImportError, TypeError, IndexError),
    *(NotImplementedError, RecursionError, AssertionError, KeyboardInterrupt, SystemExit),
)
"""Errors whose text names places, files and parts of the program; others may quote a cell (no int: '…')."""

DISK_FULL = two_lines("run.disk_full")

MOST_LOG_BYTES = 1 << 20
"""A log longer than this is begun anew, the one before is kept: two of this length at most."""


class WrongUsage(UserError):
    """What was asked for does not exist or cannot be asked."""

    exit_code = 64


def user_message(error: BaseException) -> tuple[str, int] | None:
    """The message and exit code of the outermost failure that has a message for people; None if there is none. A full
    disk is told as such, whoever met it."""
    if not is_disk_full(error):
        return _user_message(error)
    said = _user_message(error)
    return "\n".join([*([said[0]] if said else []), DISK_FULL]), 1


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, or what it was raised from, is that nothing more can be written."""
    return any(machine_errno(cause) in (errno.ENOSPC, errno.EDQUOT) for cause in causes(error))


def _user_message(error: BaseException) -> tuple[str, int] | None:
    for cause in causes(error):
        if isinstance(cause, UserError):
            return str(cause), cause.exit_code
        if isinstance(cause, OSError) and cause.strerror:
            return f"{cause.filename or ''}: {cause.strerror}".removeprefix(": "), 1
        if _is_damage(cause):
            return str(cause).splitlines()[0], 1
    return None


def log_traceback(error: BaseException, file: Path) -> str:
    """Add the traceback of an unexpected error to `file`, which is its owner's alone; return the sentence that says so.
    Where it cannot be written, the sentence carries the traceback. Neither quotes what was being read. A long file is
    begun anew (`<name>.before.log` is the one before)."""
    name = type(error).__name__
    text = redacted_traceback(error)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and file.stat().st_size > MOST_LOG_BYTES:
            file.replace(file.with_suffix(".before.log"))
        file.touch(mode=0o600)
        with file.open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now().astimezone().isoformat(timespec='seconds')}\n{text}\n")
    except OSError:
        return inline("run.unexpected_error_unlogged", name=name, text=text)
    return two_lines("run.unexpected_error", name=name, file=file)


def redacted_traceback(error: BaseException) -> str:
    """How Python shows an error and what it came from, but for texts that may quote a row: of those, only where."""
    return "".join(_traceback(error))


def may_quote_rows(error: BaseException) -> bool:
    """Whether the text of an error, or of one that it came from, may quote what was being read."""
    return not all(isinstance(one, SPEAKING_OF_CODE) for one in _chain(error))


def _traceback(error: BaseException) -> Iterator[str]:
    from expectations.redaction import mask_personal_numbers, safe_error_text

    for one in reversed(_chain(error)):
        kind = type(one).__name__
        said = mask_personal_numbers(str(one)) if isinstance(one, SPEAKING_OF_CODE) else safe_error_text(str(one), kind)
        yield from ("Traceback (most recent call last):\n", *traceback.format_tb(one.__traceback__))
        yield f"{kind}: {said}\n\n"


def _chain(error: BaseException) -> list[BaseException]:
    """The error and those that Python shows with it, outermost first."""
    chain: list[BaseException] = []
    met: BaseException | None = error
    while met is not None and met not in chain:
        chain.append(met)
        met = met.__cause__ or (None if met.__suppress_context__ else met.__context__)
    return chain


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it was raised from, outermost first."""
    while error is not None:
        yield error
        error = error.__cause__


def _is_damage(error: BaseException) -> bool:
    duckdb = sys.modules.get("duckdb")  # an error of DuckDB's can only come from where it was imported
    return duckdb is not None and isinstance(error, tuple(getattr(duckdb, name) for name in DAMAGED))
