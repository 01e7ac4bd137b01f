"""Turns what can go wrong into one clear sentence and an exit code. Knows the kinds of failure, not their causes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

Fail = Callable[[object, int], NoReturn]


@contextmanager
def explained(fail: Fail, *, other: int, gate: int = 1, only: type[Exception] | None = None) -> Iterator[None]:
    """End with a message instead of a traceback for every failure that has one."""
    try:
        yield
    except Exception as error:
        if only is not None and not isinstance(error, only):
            raise
        for cause in _chain(error):
            name = type(cause).__name__
            if name == "GateRefused":
                fail(cause, gate)
            if only is not None or name in (
                "Busy",
                "BuildFailed",
                "PublicationError",
                "ContractError",
                "CorrectionError",
            ):
                fail(cause, other)
            if any(kind.__name__ == "LandingError" for kind in type(cause).__mro__):
                fail(cause, other)
            if isinstance(cause, OSError) and cause.strerror:
                fail(f"{cause.filename or ''}: {cause.strerror}", other)
        raise


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what caused it, innermost last; errors that are each other's context are met once."""
    met: set[int] = set()
    while error is not None and id(error) not in met:
        met.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
