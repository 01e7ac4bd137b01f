"""The dead man's switch: an address that is asked for after each good night, so that its owner misses the one that
never came."""

from __future__ import annotations

import logging

from orchestration.alerts.quiet import run_quietly
from orchestration.settings import Settings
from orchestration.text import inline

TRIES, TO_ANSWER, LONGEST_PAUSE = 3, 3, 2
"""How often it is asked for; the seconds that each time has, and that lie between two."""

log = logging.getLogger("hrss")


def send_heartbeat(settings: Settings) -> bool:
    """Ask for HRSS_HEARTBEAT_URL, if there is one. Returns whether it answered; raises nothing. The address counts as a
    secret: it is in no log."""
    if settings.heartbeat_url is None:
        return False
    url = settings.heartbeat_url.get_secret_value()
    failed = ["timeout"]
    run_quietly([lambda: _ask(url, failed)], TRIES * (TO_ANSWER + LONGEST_PAUSE))
    if failed:
        log.warning(inline("alerts.heartbeat_unsent", why=failed[0]))
    return not failed


def _ask(url: str, failed: list[str]) -> None:
    """Leaves in `failed` why it did not answer; nothing if it did."""
    import requests
    from tenacity import Retrying, stop_after_attempt, wait_exponential

    try:
        for attempt in Retrying(
            stop=stop_after_attempt(TRIES), wait=wait_exponential(multiplier=0.5, max=LONGEST_PAUSE), reraise=True
        ):
            with attempt, requests.get(url, timeout=TO_ANSWER, stream=True) as answer:  # what it answers is not read
                answer.raise_for_status()
    except Exception as error:  # whatever library's: its text may quote the address
        status = getattr(getattr(error, "response", None), "status_code", None)
        failed[:] = [type(error).__name__ if status is None else f"HTTP {status}"]
    else:
        failed.clear()
