"""`hrss serve`: Dagster's code server, web page and daemon as child processes, which live and end together. What the
page lets in is the business of `web_access`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import NoReturn
from urllib.request import ProxyHandler, build_opener

from filelock import FileLock, Timeout

from orchestration.dagster_runtime.bound_child import start_bound
from orchestration.dagster_runtime.instance import (
    AHEAD_SECONDS,
    LOCATION,
    discard_damaged_record,
    discard_future_schedules,
    prepare_instance,
)
from orchestration.dagster_runtime.web_access import LIVENESS, LOOPBACK, TOKEN, NotServed, bound, kept_token, new_token
from orchestration.dbt_build.manifest import parse_dbt
from orchestration.files import replace_text
from orchestration.home_access import close_home
from orchestration.interruption import give
from orchestration.lock import Busy, writer_lock
from orchestration.settings import Settings
from orchestration.text import two_lines
from raw_landing.temporary import temporary_folder

END_SECONDS = 20
"""What the children get to end in order."""

MOST_LOG_BYTES = 8 << 20
"""A log of the children longer than this is begun anew, as at each start."""


def serve(settings: Settings, port: int) -> NoReturn:
    """Serve until told to end. Raises NotServed. Whatever ends it, nothing that it started goes on.

    The page stands on 127.0.0.1 and nowhere else, below a path that is made anew at each start and stands in
    `Settings.page_address`, for the owner's eyes only. Everything the children write is their owner's alone, too.
    """
    give(END_SECONDS + 10)
    close_home(settings)
    prepare_instance(settings)
    with _only_one(settings), bound(port) as page, _log(settings) as log:
        with suppress(Busy), writer_lock(settings, "hrss serve", wait=False):  # a run that is under way works with them
            discard_damaged_record(settings)
        parse_dbt(settings)
        while True:  # it ends by a signal or with a part of it
            discard_future_schedules(settings, time.time())
            with temporary_folder() as folder:  # a socket's path must be short
                _run(settings, page, folder, log)


def _run(settings: Settings, page: socket.socket, folder: Path, log: int) -> None:
    """Start the parts and stay with them until the clock goes back: schedule and sensors would wait until it is where
    it was."""
    code, workspace = folder / "code", folder / "workspace.yaml"
    location = {"grpc_server": {"socket": str(code), "location_name": LOCATION}}
    workspace.write_text(json.dumps({"load_from": [location]}), encoding="utf-8")
    number, address = page.fileno(), page.getsockname()
    token = kept_token(settings.page_token) if settings.public_url else new_token()
    children: list[subprocess.Popen[bytes]] = []

    def start(*command: str, **variables: str) -> None:
        children.append(
            start_bound(
                *command,
                env=os.environ | settings.environment() | variables,
                cwd=settings.dagster_home,
                stdout=log,
                stderr=log,
                umask=0o077,
                pass_fds=[number] if variables else (),
                process_group=children[0].pid if children else 0,
            )
        )

    def wait(is_there: Callable[[], bool]) -> None:
        while not is_there():
            if any(child.poll() is not None for child in children):
                raise NotServed(two_lines("run.service_part_ended", service_log=settings.service_log))
            time.sleep(0.2)

    try:
        start("dagster", "api", "grpc", "--socket", str(code), "--location-name", LOCATION, "-m", LOCATION)
        wait(lambda: _listens(str(code)))
        start("orchestration.dagster_runtime.web_server", str(number), str(workspace), **{TOKEN: token})
        start("dagster._daemon", "run", "-w", str(workspace))
        wait(lambda: _answers(f"http://{LOOPBACK}:{address[1]}{LIVENESS}"))
        _tell(settings, f"{settings.public_url or f'http://{LOOPBACK}:{address[1]}'}/{token}/")
        ahead = time.time() - time.monotonic()

        def went_back() -> bool:
            nonlocal ahead
            _bound_log(settings, log)
            ahead = max(ahead, time.time() - time.monotonic())
            return time.time() - time.monotonic() < ahead - AHEAD_SECONDS

        wait(went_back)
    finally:
        settings.page_address.unlink(missing_ok=True)
        _end(children)


def _tell(settings: Settings, address: str) -> None:
    """Where the page is: whole in the file; in a terminal, too, but not in a log, which others may read."""
    replace_text(settings.page_address, f"{address}\n", mode=0o600)
    said = (
        two_lines("run.page_answers", address=address)
        if sys.stdout.isatty()
        else two_lines("run.page_answers_at_the_address", file=settings.page_address)
    )
    print(said, flush=True)  # noqa: T201 - the answer to the command; its log is the children's


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    """End the children and what they have started, runs too: in order if they do so in time."""
    if not children:
        return
    group = children[0].pid
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGTERM)
    until = time.monotonic() + END_SECONDS
    while any(child.poll() is None for child in children) and time.monotonic() < until:
        time.sleep(0.05)
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    for child in children:
        child.wait()


def _listens(path: str) -> bool:
    """Whether somebody listens at a socket's path."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


def _answers(url: str) -> bool:
    """Whether a page is served there. No proxy is asked: it is on this machine."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=5) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    lock = FileLock(settings.dagster_home / "serve.lock", timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise NotServed(two_lines("run.already_serving", home=settings.home)) from error
    try:
        yield
    finally:
        lock.release()


def _bound_log(settings: Settings, log: int) -> None:
    """Begin the log anew if it is long; the children go on writing to the same file."""
    if os.fstat(log).st_size > MOST_LOG_BYTES:
        with suppress(OSError):  # a full disk: shortened it is all the same
            shutil.copyfile(settings.service_log, _log_before(settings))
        os.truncate(log, 0)


def _log_before(settings: Settings) -> Path:
    before = settings.service_log.with_suffix(".before.log")
    before.unlink(missing_ok=True)
    before.touch(mode=0o600)
    return before


@contextmanager
def _log(settings: Settings) -> Iterator[int]:
    """What the children say; begun anew at each start, the one before is kept."""
    with suppress(FileNotFoundError):
        settings.service_log.replace(settings.service_log.with_suffix(".before.log"))
    log = os.open(settings.service_log, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    try:
        yield log
    finally:
        os.close(log)
