"""However the main thread takes an interruption, the process ends by it: one sentence, 130 or 143, no traceback."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import sys, time, threading, signal
from concurrent.futures import ThreadPoolExecutor
from orchestration import interruption
from orchestration.cli import entry
def work():
    interruption.give(0.5)
{body}
class Command:
    main = staticmethod(work)
sys.modules["orchestration.cli.main"] = Command
def ready():
    print("ready", flush=True)
entry.main()
"""

BODIES = {
    "unwinds": """
    ready(); time.sleep(600)
""",
    "holds on to it": """
    ready()
    while True:
        try:
            time.sleep(600)
        except BaseException:
            pass
""",
    "takes it for its own failure": """
    ready()
    try:
        time.sleep(600)
    except BaseException:
        raise ValueError("dbt has failed")
""",
    "takes it for its end": """
    ready()
    try:
        time.sleep(600)
    except BaseException:
        sys.exit(1)
""",
    "waits for a thread": """
    with ThreadPoolExecutor() as pool:
        pool.submit(time.sleep, 600)
        ready()
""",
    "has a library's handler": """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    ready()
    while True:
        time.sleep(600)
""",
    "is in a destructor": """
    class Late:
        def __del__(self):
            ready(); time.sleep(600)
    Late()
    while True:
        time.sleep(600)
""",
}


@pytest.mark.parametrize(
    ("number", "code", "sentence"), [(signal.SIGINT, 130, "Interrupted"), (signal.SIGTERM, 143, "Ended as asked")]
)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("times", [1, 2])
def test_ends(number: signal.Signals, code: int, sentence: str, body: str, times: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(body=body)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        for _ in range(times):
            child.send_signal(number)
        said = child.communicate(timeout=60)[1]
    assert child.returncode == code
    assert said.count(sentence) == 1 and len(said.splitlines()) == 2, said


def test_what_comes_when_the_work_is_done_changes_nothing() -> None:
    program = PROGRAM.format(body="    pass") + "\n"
    late = "import atexit, os, signal\natexit.register(lambda: [os.kill(os.getpid(), n) for n in (2, 15)])\n"
    run = subprocess.run([sys.executable, "-c", late + program], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
