"""Ctrl-C and SIGTERM, at whatever moment: one sentence, exit code 130 or 143, no traceback. Imports nothing heavy: it
watches while everything else is imported.

The main thread unwinds in order, by a KeyboardInterrupt. Where it does not (a library holds on to it, or a thread is
waited for), the process is ended all the same: whatever is killed is completed by the next run.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import suppress
from threading import Lock, Thread
from types import FrameType
from typing import NoReturn

SENTENCES = {
    signal.SIGINT: "已中断;再次运行会接着完成。\nInterrupted; the next run completes the work.\n",
    signal.SIGTERM: "已按要求终止(SIGTERM);再次运行会接着完成。\n"
    "Ended as asked (SIGTERM); the next run completes the work.\n",
}
SHOW_CURSOR = "\x1b[?25h"

_noted: list[int] = []
_raised: list[int] = []
_seconds = [10.0]
_leaving = Lock()


def watch() -> None:
    """Begin. Libraries may put handlers of their own in the place of ours: the signal is seen all the same."""
    heard, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    for number in SENTENCES:
        signal.signal(number, _interrupt)
    Thread(target=_see_to_it, args=(heard,), name="interruption", daemon=True).start()


def give(seconds: float) -> None:
    """So long the main thread may take to unwind."""
    _seconds[0] = seconds


def is_noted() -> bool:
    """Whether this process was told to end."""
    return bool(_noted)


def leave() -> NoReturn:
    """End now, as the signal asked; threads that still work are not waited for."""
    _leaving.acquire()  # never given back: the sentence is said once
    number = _noted[0] if _noted else signal.SIGINT
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    cursor = SHOW_CURSOR if os.isatty(2) else ""
    with suppress(OSError):
        os.write(2, f"{cursor}{SENTENCES[signal.Signals(number)]}".encode())
    os._exit(128 + number)


def is_over() -> None:
    """The work is done: what comes now comes too late to interrupt it."""
    for number in SENTENCES:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(number: int, _: FrameType | None) -> None:
    _note(number)
    if not _raised:  # told twice, the watching thread ends it
        _raised.append(number)
        raise KeyboardInterrupt


def _note(number: int) -> None:
    _noted.append(number)
    sys.unraisablehook = lambda _: None  # an interruption in a destructor is no news


def _see_to_it(heard: int) -> None:
    """The watching thread. It waits for nothing but the pipe."""
    while (number := _next(heard)) not in SENTENCES:
        pass
    _note(number)
    while select.select([heard], [], [], _seconds[0])[0] and _next(heard) not in SENTENCES:
        pass
    leave()  # told twice, or not gone in time


def _next(heard: int) -> int:
    return os.read(heard, 1)[0]
