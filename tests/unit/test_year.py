"""The tools of the simulated year: its clock, its bounds."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import WUHAN
from tests.tools.year.machine import PARTS, Clock
from tests.tools.year.report import GROWTH, MB, breaches

KEEP = 4
NIGHTS = 20

FOLLOW = """
import sys, time
from datetime import date
from pathlib import Path
from tests.tools.year.machine import Clock
Clock(Path(sys.argv[1])).follow()
from orchestration.pipeline import triggers
from orchestration.settings import today
for _ in sys.stdin:
    print(today(), time.strftime("%Y-%m-%d", time.gmtime(time.time())), triggers.datetime.now().year, flush=True)
"""


def test_a_process_follows_the_clock_also_when_it_steps(tmp_path: Path) -> None:
    clock, noon = Clock(tmp_path / "clock"), datetime(2025, 3, 1, 12, tzinfo=WUHAN)
    clock.set(noon)
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", FOLLOW, clock.file], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        for days, told in ((0, "2025-03-01 2025-03-01 2025\n"), (400, "2026-04-05 2026-04-05 2026\n")):
            clock.set(noon + timedelta(days=days))
            process.stdin.write("now\n")
            process.stdin.flush()
            assert process.stdout.readline() == told
        process.stdin.close()


def nights(grows: dict[str, float], peak: float = 1.0) -> list[dict[str, Any]]:
    """Nights of which parts grow by so many megabytes a night; the last take `peak` times the memory of the first.
    Between them lie nights without deliveries, which take less."""
    worked = [
        {
            "night": night,
            "dumps": 3,
            "peak": 700 * MB * (peak if night > NIGHTS / 2 else 1),
            "sizes": {part: MB * (50 + night * grows.get(part, 0)) for part in (*PARTS, "newest release", "rest")},
        }
        for night in range(NIGHTS)
    ]
    return [one for night in worked for one in (night, night | {"dumps": 0, "peak": 300 * MB})]


def test_nights_that_grow_no_more_keep_the_bounds() -> None:
    assert list(breaches(nights({}), KEEP)) == []
    assert list(breaches(nights(dict.fromkeys(GROWTH, 0.005)), KEEP)) == []


@pytest.mark.parametrize("part", GROWTH)
def test_a_part_that_grows_is_named(part: str) -> None:
    (told,) = breaches(nights({part: 2 * GROWTH[part]}), KEEP)
    assert told.startswith(f"{part} grows by {2 * GROWTH[part]:.2f} MB a night")


def test_memory_that_grows_is_named_and_few_nights_say_nothing() -> None:
    (told,) = breaches(nights({}, peak=1.2), KEEP)
    assert told == "840 MB of memory, 700 MB at first"
    (told,) = breaches(nights({}), NIGHTS - 3)
    assert "too few" in told
