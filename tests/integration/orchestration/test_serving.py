"""`hrss serve`: reachable from this machine only, and gone when told to go."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.commands import HRSS

PATIENCE = 150
"""Seconds until Dagster must be up; it parses the dbt project first."""

AS_IN_A_SCRIPT = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]
"""`hrss serve &` in a shell script: SIGINT is ignored from the start."""

LISTENS, LOOPBACK = "0A", "0100007F"
"""As /proc/net/tcp writes them."""


def listeners(port: int) -> set[str]:
    """The local addresses on which anybody listens at a port."""
    found = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else []:
            _, local, _, state, *_ = line.split()
            address, number = local.split(":")
            if int(number, 16) == port and state == LISTENS:
                found.add(address)
    return found


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux to see who listens where")
def test_listens_on_the_loopback_only_and_ends_on_sigterm(tmp_path: Path) -> None:
    (tmp_path / "landing" / "inbox").mkdir(parents=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ["serve", "--landing", tmp_path / "landing", "--home", tmp_path / "home", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen([*AS_IN_A_SCRIPT, HRSS, *arguments], stdout=log, stderr=log, start_new_session=True)
    try:
        until = time.monotonic() + PATIENCE
        while not listeners(port) and server.poll() is None and time.monotonic() < until:
            time.sleep(0.5)
        assert listeners(port) == {LOOPBACK}, (tmp_path / "log").read_text(errors="replace")
        with urlopen(f"http://127.0.0.1:{port}/server_info", timeout=60) as answer:
            assert answer.status == 200
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)
        assert listeners(port) == set()
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
