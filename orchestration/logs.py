"""The logger `hrss` as lines for programs: what happened, with the run, stage and dump that it belongs to. Unless a
setting asks for them, nothing is loaded and warnings go to the terminal as they are."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from orchestration.settings import Settings

MOST_BYTES, KEPT = 10_000_000, 5
"""A log file that is larger is renamed (`.1`, `.2` …); so many of these are kept."""

log = logging.getLogger("hrss")


def start_logging(settings: Settings) -> None:
    """Write what HRSS_LOG_FORMAT and HRSS_LOG_FILE ask for, from now on and nothing else. Raises OSError where the file
    cannot be opened."""
    for handler in [*log.handlers]:
        log.removeHandler(handler)
        handler.close()
    log.setLevel(logging.NOTSET)
    if settings.log_format == "text" and settings.log_file is None:
        return
    lines: logging.Handler = logging.StreamHandler()
    if settings.log_file is not None:
        lines = _OwnersFile(settings.log_file, maxBytes=MOST_BYTES, backupCount=KEPT, encoding="utf-8")
        terminal = logging.StreamHandler()  # which has shown warnings before, by Python's last resort
        terminal.setLevel(logging.WARNING)
        log.addHandler(terminal)
    lines.setFormatter(_formatter(as_json=settings.log_format == "json"))
    log.addHandler(lines)
    log.setLevel(logging.INFO)


@contextmanager
def bound(**ids: str) -> Iterator[None]:
    """Within it each line carries these ids (run, stage, dump); nothing where no lines are written."""
    if "structlog" not in sys.modules:
        yield
        return
    from structlog.contextvars import bind_contextvars, get_contextvars, unbind_contextvars

    before = {name: value for name, value in get_contextvars().items() if name in ids}
    bind_contextvars(**ids)
    try:
        yield
    finally:  # no token is reset: Dagster may end a run in another context than it began in
        unbind_contextvars(*ids)
        bind_contextvars(**before)


class _OwnersFile(RotatingFileHandler):
    """Its file is its owner's alone."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).touch(mode=0o600)
        return super()._open()


def _formatter(*, as_json: bool) -> logging.Formatter:
    import structlog

    from expectations.redaction import mask_personal_numbers

    def masked(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line.pop("exc_info", None)  # a traceback may quote a row: error.log has it without
        return {name: mask_personal_numbers(value) if isinstance(value, str) else value for name, value in line.items()}

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            masked,
            structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True, default=str)
            if as_json
            else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
    )
