"""`hrss serve`: for its owner only, at work although a run died, and gone with all it started when told to go."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from orchestration.dagster_runtime.instance import prepare_instance
from orchestration.dagster_runtime.release_pages import link_to_page
from orchestration.dagster_runtime.run_processes import PROCESS, process_tag
from orchestration.settings import Settings
from tests.support.commands import HRSS, hrss
from tests.support.inbox import World, body, name
from tests.support.publishing import give_models
from tests.support.second_user import as_nobody, by_root_only, open_folder_of_module

__all__ = ["open_folder_of_module"]

linux_only = pytest.mark.skipif(
    not Path("/proc/net/tcp").exists(), reason="needs Linux to see who listens where and which processes there are"
)

PATIENCE = 200
"""Seconds until Dagster must be up, or have a run under way: both import, and read the dbt project first."""

AS_IN_A_SCRIPT = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]
"""`hrss serve &` in a shell script: SIGINT is ignored from the start."""

LISTENS, LOOPBACK = "0A", "0100007F"
"""As /proc/net/tcp writes them."""

SCHEDULE = {
    "query": """query { scheduleOrError(scheduleSelector: {repositoryLocationName: "orchestration.definitions",
    repositoryName: "__repository__", scheduleName: "every_night"}) { ... on Schedule { scheduleState { status } } }}"""
}
RUNS = {"query": "query { runsOrError { ... on Runs { results { id runConfigYaml tags { key value } } } } }"}
STOP = {"query": 'mutation { stopRunningSchedule(id: "every_night") { __typename } }'}

ATTACK = """
import glob, json, os, socket, sys, urllib.error, urllib.parse, urllib.request
port, address_file, *queries = sys.argv[1:]
base = f"http://127.0.0.1:{port}"

def ask(path, data=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(base + path, data, headers), timeout=30) as answer:
            print("GOT", path, answer.status)
    except urllib.error.HTTPError as error:
        print("refused", error.code)

for query in queries:
    asked = urllib.parse.urlencode({"query": json.loads(query)["query"]})
    for host in (f"127.0.0.1:{port}", "evil.example"):
        ask(f"/graphql?{asked}", Host=host)
        ask("/graphql", query.encode(), Host=host, Origin=base, Content_Type="application/json")
        ask(f"/graphql?{asked}", b"", Host=host, Origin="http://evil.example", Content_Type="text/plain")
        ask("/graphql", asked.encode(), Host=host, Content_Type="application/x-www-form-urlencoded")
for path in ("/", "/dagit_info", "/runs", "/logs/x/compute.err", "/download_debug/x", "/guessed/graphql"):
    ask(path)
upgrade = f"GET /graphql HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\nOrigin: {base}\\r\\nUpgrade: websocket\\r\\n" \\
    "Connection: Upgrade\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nSec-WebSocket-Version: 13\\r\\n" \\
    "Sec-WebSocket-Protocol: graphql-ws\\r\\n\\r\\n"
with socket.create_connection(("127.0.0.1", int(port))) as line:
    line.sendall(upgrade.encode())
    print("refused" if line.recv(4096).startswith(b"HTTP/1.1 403") else "GOT a websocket")
try:
    print("GOT", open(address_file).read())
except PermissionError:
    print("refused")
for line in open("/proc/net/unix").read().splitlines()[1:]:
    path = line.split()[-1]
    if "/hrss-" in path:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(path)
                print("GOT the code server", path)
            except PermissionError:
                print("refused the code server")
            except FileNotFoundError:
                pass  # of a service that has ended
for file in glob.glob("/proc/[0-9]*/cmdline"):
    try:
        print("COMMAND", repr(open(file).read()))
    except OSError:
        pass
"""


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


def processes_of(home: Path) -> list[str]:
    """The command lines of all processes that work on a home."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"HRSS_HOME={home}\0".encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return [command for command in found if command]


def wait_until(is_so: Callable[[], object], seconds: float, told: Callable[[], str]) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, told()
        time.sleep(0.5)


@dataclass
class Service:
    """A service under test, what it was started with, and runs that were on record before it started."""

    settings: Settings
    port: int
    process: subprocess.Popen[bytes]
    output: Path
    instance: dg.DagsterInstance
    dead_before: str
    dies_later: str
    busy: subprocess.Popen[bytes]
    """The process that works on the run which dies later."""

    def said(self) -> str:
        log = self.settings.service_log
        said = self.output.read_text(errors="replace")
        return said + (log.read_text(errors="replace") if log.exists() else "")

    def status(self, run_id: str) -> dg.DagsterRunStatus:
        run = self.instance.get_run_by_id(run_id)
        assert run is not None
        return run.status

    def of_sensor(self) -> list[dg.DagsterRun]:
        return list(self.instance.get_runs(dg.RunsFilter(tags={"dagster/sensor_name": "new_dumps"})))

    def asks(self, query: dict[str, str]) -> Any:
        """What the page itself is answered."""
        address = self.settings.page_address.read_text().strip()
        headers = {"Origin": f"http://127.0.0.1:{self.port}", "Content-Type": "application/json"}
        with urlopen(Request(f"{address}graphql", json.dumps(query).encode(), headers), timeout=60) as answer:
            return json.load(answer)["data"]


@pytest.fixture(scope="module")
def service(models: Path, open_folder_of_module: Path) -> Iterator[Service]:
    world = World(open_folder_of_module)
    world.deliver(name("postdoc_intake"), body("postdoc_intake", "2024-03", 1, 2))
    settings = Settings.of(landing=world.landing, home=world.home)
    give_models(models, world.home)
    busy = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in settings.environment().items():
            patch.setenv(variable, value)
        prepare_instance(settings)
        instance = dg.DagsterInstance.get()
    gone = process_tag(2**22 + 1)  # beyond any process id
    before, later = (
        create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED, tags={PROCESS: tag}).run_id
        for tag in (gone, process_tag(busy.pid))
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    output = open_folder_of_module / "output"
    arguments = ["serve", "--landing", world.landing, "--home", world.home, "--port", str(port)]
    with output.open("wb") as log:
        process = subprocess.Popen([*AS_IN_A_SCRIPT, HRSS, *arguments], stdout=log, stderr=log, start_new_session=True)
    made = Service(settings, port, process, output, instance, before, later, busy)
    try:
        wait_until(lambda: settings.page_address.exists() or process.poll() is not None, PATIENCE, made.said)
        assert process.poll() is None, made.said()
        yield made
    finally:
        process.kill()
        process.wait()
        busy.kill()
        busy.communicate()


@linux_only
def test_listens_on_the_loopback_only_and_tells_its_owner_where(service: Service) -> None:
    assert listeners(service.port) == {LOOPBACK}
    address = service.settings.page_address
    assert address.stat().st_mode & 0o777 == 0o600 and str(address) in service.output.read_text()
    assert address.read_text().strip() not in service.said(), "logs are read by others"
    with urlopen(address.read_text().strip(), timeout=60) as answer:
        assert answer.status == 200 and b"Dagster" in answer.read()
    assert service.asks(SCHEDULE) == {"scheduleOrError": {"scheduleState": {"status": "RUNNING"}}}
    for path, status in (("", "403"), (link_to_page("1", "quality.html"), "403")):
        with pytest.raises(HTTPError, match=status):
            urlopen(f"http://127.0.0.1:{service.port}/{path}", timeout=60)
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{address.read_text().strip()}assets/{link_to_page('1', 'quality.html')}", timeout=60)


def test_a_run_that_died_before_is_on_record_as_failed(service: Service) -> None:
    assert service.status(service.dead_before) == dg.DagsterRunStatus.FAILURE


@by_root_only
@linux_only
def test_another_user_gets_nothing(service: Service) -> None:
    queries = [json.dumps(query) for query in (RUNS, SCHEDULE, STOP)]
    said = as_nobody(ATTACK, str(service.port), service.settings.page_address, *queries)
    commands = [line for line in said.splitlines() if line.startswith("COMMAND")]
    refused = [line for line in said.splitlines() if line not in commands and line]
    assert len(refused) >= 8 * len(queries) + 6 + 3 and "refused the code server" in refused
    assert all(line.startswith("refused") for line in refused), said
    token = service.settings.page_address.read_text().strip().split("/")[3]
    assert len(token) > 40 and not any(token in command for command in commands), "command lines are read by all"
    assert service.asks(SCHEDULE) == {"scheduleOrError": {"scheduleState": {"status": "RUNNING"}}}


def test_one_service_for_a_home(service: Service) -> None:
    said = hrss("serve", "--home", service.settings.home, "--landing", service.settings.landing, "--port", "1", code=1)
    assert "another hrss serve" in said and "Traceback" not in said


@linux_only
def test_a_dead_run_does_not_hold_the_queue_and_all_ends_with_the_service(service: Service) -> None:
    queued = dg.DagsterRunStatus.QUEUED
    wait_until(lambda: [run.status for run in service.of_sensor()] == [queued], PATIENCE, service.said)
    (run,) = service.of_sensor()
    service.busy.kill()
    service.busy.communicate()
    wait_until(
        lambda: (
            service.status(service.dies_later) == dg.DagsterRunStatus.FAILURE
            and service.status(run.run_id) == dg.DagsterRunStatus.STARTED
        ),
        PATIENCE,
        service.said,
    )
    assert len(processes_of(service.settings.home)) >= 4, "code server, page, daemon, run"
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(timeout=60) == 143
    said = service.output.read_text()
    assert "Ended as asked" in said and "Traceback" not in said
    assert listeners(service.port) == set() and processes_of(service.settings.home) == []
    assert not service.settings.page_address.exists()


@linux_only
def test_a_port_in_use_is_told_and_nothing_goes_on(tmp_path: Path) -> None:
    (tmp_path / "landing" / "inbox").mkdir(parents=True)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        places = ("--landing", tmp_path / "landing", "--home", tmp_path / "home")
        said = hrss("serve", *places, "--port", str(port), code=1)
    assert f"Port {port}" in said and "--port" in said and "Traceback" not in said
    assert processes_of(tmp_path / "home") == []
    assert os.access(tmp_path / "home", os.W_OK)
