"""When databases are at work: each statement tells when it began and when it ended, so that the profile of a run can
say what of its time was DuckDB's and what was not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

Span = tuple[float, float]
"""From when to when, in seconds since 1970: the clock that processes, also of other machines, have in common."""

_listeners: list[Callable[[Iterable[Span]], None]] = []


@contextmanager
def recorded() -> Iterator[list[Span]]:
    """The statements that end within it, of all threads of this process, whenever they began."""
    spans: list[Span] = []
    listener = spans.extend
    _listeners.append(listener)
    try:
        yield spans
    finally:
        _listeners.remove(listener)


def tell(spans: Iterable[Span]) -> None:
    """Tell of statements that have ended, also of those of another process that works for this one."""
    for listener in tuple(_listeners):
        listener(spans)


def tell_seconds(seconds: float) -> None:
    """Tell how long another process, for which this one has done nothing but wait, had a statement under way."""
    now = time.time()
    tell([(now - seconds, now)])


@contextmanager
def statement() -> Iterator[None]:
    """Within it a statement runs."""
    begin = time.time()
    try:
        yield
    finally:
        tell([(begin, time.time())])


def covered(spans: Iterable[Span], since: float = float("-inf")) -> float:
    """Seconds after `since` that lie in at least one of the spans."""
    seconds, until = 0.0, since
    for begin, end in sorted(spans):
        seconds += max(0.0, end - max(begin, until))
        until = max(until, end)
    return seconds
