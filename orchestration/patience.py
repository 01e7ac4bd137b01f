"""What passes is waited for: a share that is not mounted, a file or database that another process has open. Nothing
else is tried twice: wrong data, a refusal by the gate and a full disk do not pass."""

from __future__ import annotations

import errno
import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential,
)
from tenacity.stop import stop_base

from orchestration.errors import causes
from orchestration.progress import reporter
from orchestration.settings import Settings
from orchestration.text import inline, pair
from raw_landing.database import DatabaseInUse
from raw_landing.errors import InboxUnreachable, LedgerUnusable, UserError

PASSING = {
    *(errno.EBUSY, errno.EAGAIN, errno.EINTR, errno.ETXTBSY, errno.ESTALE, errno.ETIMEDOUT),
    *(errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETDOWN, errno.ENETUNREACH, errno.ENOTCONN, errno.ENOLINK),
}
"""What a system says of a file that is busy and of a share that does not answer."""

NOT_THERE = {errno.ENOENT, *PASSING}
"""The same of the inbox: a share that is not mounted is a folder that is not there. One that may not be entered does
not pass."""

LONGEST_SECONDS = 300

log = logging.getLogger("hrss")
T = TypeVar("T")


def may_pass(error: BaseException) -> bool:
    """Whether the same may go well a little later, with nobody doing anything."""
    found = tuple(causes(error))
    codes = {cause.errno for cause in found if isinstance(cause, OSError)}
    if any(isinstance(cause, InboxUnreachable) for cause in found):
        return codes <= NOT_THERE
    is_taken = any(
        isinstance(cause, DatabaseInUse)
        or (isinstance(cause, UserError) and cause.passes)
        or (isinstance(cause, LedgerUnusable) and cause.trouble == "ledger_locked")
        for cause in found
    )
    return is_taken or bool(codes & PASSING)


def patiently(settings: Settings, call: Callable[[], T], is_done: Callable[[], bool] = lambda: False) -> T:
    """Call it until it goes well, at most `tries` times, with growing pauses; say each time what is waited for. What
    cannot pass is raised at once, and so is every error once `is_done`: what must not happen twice has happened. What
    has not passed is raised at the end."""
    return _retried(settings, call, stop_after_attempt(settings.tries), settings.tries, is_done)


def waiting(settings: Settings, call: Callable[[], T], minutes: float) -> T:
    """The same for so many minutes, however often that is; 0: once."""
    return _retried(settings, call, stop_after_delay(60 * minutes), "…")


def _retried(
    settings: Settings,
    call: Callable[[], T],
    stop: stop_base,
    most: int | str,
    is_done: Callable[[], bool] = lambda: False,
) -> T:
    def tell(state: RetryCallState) -> None:
        assert state.outcome is not None and state.next_action is not None
        error = state.outcome.exception()
        zh, *rest = str(error).split("\n", 1)
        seconds, number = f"{state.next_action.sleep:g}", state.attempt_number + 1
        facts = pair("run.waiting_for", why_zh=zh, why_en=(rest or [zh])[0], seconds=seconds, number=number, of=most)
        reporter().note(*facts)

    pause = wait_exponential(multiplier=settings.retry_seconds, max=LONGEST_SECONDS)
    retrying = Retrying(
        retry=retry_if_exception(lambda error: may_pass(error) and not is_done()),
        stop=stop,
        wait=pause,
        before_sleep=tell,
        reraise=True,
    )
    return retrying(call)


@contextmanager
def time_limit(settings: Settings) -> Iterator[None]:
    """Within it, this process is told to end (SIGTERM) when `max_run_hours` are over, whatever stage it hangs in."""

    def end() -> None:
        log.error(inline("run.overlong", hours=f"{settings.max_run_hours:g}"))
        os.kill(os.getpid(), signal.SIGTERM)

    timer = Timer(settings.max_run_hours * 3600, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
