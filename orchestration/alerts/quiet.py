"""Work with other machines that can neither hold up a night nor say in a log what it was given to know."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from threading import Thread, current_thread
from time import monotonic

THREAD = "hrss alerts"
TALKATIVE = ("apprise", "urllib3.connectionpool", "urllib3.util.retry", "charset_normalizer")
"""Loggers of libraries that send: they quote addresses, keys included, and answers."""


def run_quietly(tasks: Sequence[Callable[[], object]], seconds: float) -> None:
    """Run tasks side by side, in threads whose libraries log nothing, and wait so long at most. What is not done by
    then goes on until it is, or until the process ends. A task must keep its errors to itself."""
    for name in TALKATIVE:
        if _is_of_others not in logging.getLogger(name).filters:
            logging.getLogger(name).addFilter(_is_of_others)
    threads = [Thread(target=task, name=THREAD, daemon=True) for task in tasks]
    until = monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - monotonic()))


def _is_of_others(_: logging.LogRecord) -> bool:
    return current_thread().name != THREAD
