"""Ctrl-C and SIGTERM at any moment: one sentence, exit code 130 or 143, no traceback; the next run completes the
work, and Dagster's record says of no run that it is still under way."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from orchestration.dagster_runtime.run_processes import UNDER_WAY
from orchestration.settings import Settings
from tests.conftest import AS_OF
from tests.support.commands import hrss
from tests.support.dagster_record import record_of
from tests.support.inbox import revise_contracts

PATIENCE = 240
SENTENCES = {signal.SIGINT: "Interrupted; the next run", signal.SIGTERM: "Ended as asked (SIGTERM); the next run"}

INTERRUPTED = """
import os, sys, threading
number, everybody, seconds, event, detail = int(sys.argv[1]), sys.argv[2] == "True", float(sys.argv[3]), *sys.argv[4:6]
done = []
def interrupt():
    os.killpg(0, number) if everybody else os.kill(os.getpid(), number)
def look(name, arguments):
    if name == event and not done and detail in str(arguments):
        done.append(name)
        threading.Timer(seconds, interrupt).start() if seconds else interrupt()
sys.addaudithook(look)
sys.argv = ["hrss", *sys.argv[6:]]
from orchestration.cli.entry import main
main()
"""
"""`hrss`, which sends a signal to itself (or to its whole group, as a terminal does) when something happens: an event
of Python's audit hooks and a part of what it says; or some seconds later, from another thread."""


def interrupted(
    number: signal.Signals,
    event: str,
    detail: str,
    *arguments: str | Path,
    everybody: bool = False,
    seconds: float = 0,
) -> str:
    """Run a command that is interrupted then; return what it printed (both streams)."""
    told = [str(int(number)), str(everybody), str(seconds), event, detail, *map(str, arguments)]
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, *told],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        start_new_session=True,
        check=False,
    )
    assert run.returncode == 128 + number, run.stdout
    assert "Traceback" not in run.stdout and "rror" not in run.stdout and "Exception" not in run.stdout, run.stdout
    assert "open to others" not in run.stdout, "what an earlier one left is its owner's alone"
    assert run.stdout.count(SENTENCES[number]) == 1, run.stdout
    return run.stdout


@pytest.mark.parametrize(
    ("number", "event", "detail"),
    [
        (signal.SIGINT, "import", "orchestration.cli.main"),
        (signal.SIGTERM, "import", "typer"),
        (signal.SIGINT, "import", "pydantic_core"),
        (signal.SIGTERM, "import", "rich.table"),
        (signal.SIGINT, "import", "duckdb"),
        (signal.SIGTERM, "sqlite3.connect", "ledger.sqlite"),
        (signal.SIGINT, "sqlite3.connect", "ledger.sqlite"),
    ],
)
def test_while_it_starts(small_landing: Path, good_home: Path, number: signal.Signals, event: str, detail: str) -> None:
    interrupted(number, event, detail, "status", "--landing", small_landing, "--home", good_home)


def test_while_a_sample_is_made(tmp_path: Path) -> None:
    arguments = ("sample", "--scale", "small", "--landing", tmp_path)
    for number in (signal.SIGINT, signal.SIGTERM):
        interrupted(number, "open", "mediation_case__", *arguments)
    hrss(*arguments)


def test_a_refresh_whatever_it_is_at_and_the_next_completes_it(
    small_landing: Path, home: Callable[[], Path], tmp_path: Path
) -> None:
    own, landing = home(), Path(shutil.copytree(small_landing, tmp_path / "landing"))
    revise_contracts(landing, "420100", 9, 0.9)
    refresh = ("refresh", "--landing", landing, "--home", own, "--as-of", AS_OF)
    release = (own / "published/current").resolve()
    interrupted(signal.SIGTERM, "import", "dagster._core.execution", *refresh)
    interrupted(signal.SIGINT, "open", ".part-", *refresh, "--full")  # landing: packed beside the reading of dumps
    interrupted(signal.SIGTERM, "import", "great_expectations", *refresh)
    interrupted(signal.SIGINT, "open", "lineage.json", *refresh, everybody=True, seconds=1)  # dbt, too
    assert (own / "published/current").resolve() == release
    with record_of(own) as instance:
        assert instance.get_runs(dg.RunsFilter(statuses=UNDER_WAY)) == []
    hrss(*refresh)
    assert (own / "published/current").resolve() != release


def test_a_service_that_is_starting(small_landing: Path, home: Callable[[], Path]) -> None:
    own = home()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ("serve", "--landing", small_landing, "--home", own, "--port", str(port))
    interrupted(signal.SIGINT, "subprocess.Popen", "grpc", *arguments, seconds=2)
    assert Settings.of(home=own).service_log.exists()
