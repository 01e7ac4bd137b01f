"""The command line as a child process, for tests from end to end."""

from __future__ import annotations

import logging
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from orchestration.cli.entry import main
from tests.support.processes import PROCESSES

HRSS = Path(sys.executable).with_name("hrss")


def hrss(*arguments: str | Path, code: int = 0) -> str:
    """Run `hrss` in a process of its own, expect its exit code, return what it printed (both streams). The process is
    forked from one that has imported what commands import."""
    with TemporaryDirectory() as folder:
        said = Path(folder, "said")
        process = PROCESSES.Process(target=run_command, args=([*map(str, arguments)], _environment(), Path.cwd(), said))
        process.start()
        process.join()
        return _expected(code, process.exitcode, said.read_text(encoding="utf-8"))


def _environment() -> dict[str, str]:
    return os.environ | {"COLUMNS": "120"}


def _expected(code: int, found: int | None, said: str) -> str:
    assert found == code, f"exit code {found}, not {code}:\n{said}"
    return said


def run_command(arguments: list[str], environment: dict[str, str], folder: Path, said: Path) -> NoReturn:
    """Become `hrss` in this process, in that folder, and write what it says to a file."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    with said.open("wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    sys.argv = ["hrss", *arguments]
    logging.getLogger().handlers.clear()  # one of the libraries has begun to log
    main()


OFFLINE = ("unshare", "--map-current-user", "--net", "--")
"""Runs a command where there is no network: no route, and the loopback address is down (unshare(1),
user_namespaces(7))."""

_WATCHED = """
import os, sys
def look(event, arguments):
    if event == "import" and arguments[0] in ("dagster", "dbt"):
        os.write(1, f"[import {arguments[0]}]\\n".encode())
    if event == "socket.getaddrinfo" or event == "socket.connect" and isinstance(arguments[1], tuple):
        os.write(1, f"[network {event} {arguments[1:]}]\\n".encode())
sys.addaudithook(look)
for line in open("/proc/net/route").readlines()[1:]:
    os.write(1, b"[there is a route]\\n")
sys.argv[0] = "hrss"
from orchestration.cli.entry import main
main()
"""


def can_be_offline() -> bool:
    """Whether this machine lets a process leave the network."""
    if shutil.which(OFFLINE[0]) is None:
        return False
    return not subprocess.run([*OFFLINE, "true"], stderr=subprocess.DEVNULL, check=False).returncode


def hrss_on_terminal(*arguments: str | Path) -> str:
    """The same as a person runs it, without a network where that can be had: what passed over the terminal, of its
    colours and movements bare. Where it imports Dagster or dbt, or looks for another machine, it says so."""
    ours, its = pty.openpty()
    shown = bytearray()
    command = [*(OFFLINE if can_be_offline() else ()), sys.executable, "-c", _WATCHED, *arguments]
    with subprocess.Popen(command, env=os.environ | {"COLUMNS": "160", "TERM": "xterm"}, stdout=its, stderr=its) as run:
        os.close(its)
        try:
            while chunk := os.read(ours, 1 << 16):
                shown += chunk
        except OSError:  # how Linux ends a terminal that nobody has open any more
            pass
    os.close(ours)
    said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert run.returncode == 0, f"exit code {run.returncode}:\n{said}"
    return said
