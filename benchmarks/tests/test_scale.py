"""What `benchmarks.scale` sees of processes and folders, and what it writes of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks import scale

HOG = "import time; held = b'x' * (80 << 20); print(flush=True); time.sleep(60)"


def test_memory_is_that_of_a_process_and_all_below_it() -> None:
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOG!r}])"
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        _, child = scale.processes(process.pid)
        both, below = scale.memory(process.pid), scale.memory(child)
        assert both > below > 80
        process.kill()
        subprocess.run(["kill", str(child)], check=True)
    assert scale.memory(process.pid) == 0, "what has ended takes nothing"


def test_processors_are_those_of_each_process() -> None:
    busy = "import time\nwhile time.process_time() < 0.5: pass\nprint(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", busy], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (taken,) = scale.processors(process.pid).values()
        process.kill()
    assert 0.4 <= taken < 5
    assert scale.Peaks(processors={1: 2.5, 2: 0.5}).cpu_seconds == 3


def test_disk_is_told_by_folder_and_what_passes_as_other(tmp_path: Path) -> None:
    for name in ("archive/a/b.gz", "landed/x/y.parquet", "warehouse.duckdb", "warehouse.duckdb.tmp/0.tmp", "spill/1"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 1_000_000)
    taken = scale.disk(tmp_path)
    assert set(taken) == set(scale.FOLDERS)
    assert {name: round(gigabytes, 3) for name, gigabytes in taken.items()} == {
        "archive": 0.001,
        "landed": 0.001,
        "warehouse": 0.001,
        "published": 0,
        "other": 0.002,
    }


def test_a_share_of_the_province_thins_all_of_it() -> None:
    province = scale.scale_of(1)
    assert province.thinning == 1 and province.full_month is not None
    assert scale.scale_of(0.125).thinning == 0.125


def test_the_page_has_a_line_for_every_size() -> None:
    cost = {"seconds": 10.0, "cpu_seconds": 15.0}
    peaks = scale.Peaks(memory=4000, disk=1.0, folders=dict.fromkeys(scale.FOLDERS, 0.2))
    sizes = [
        scale.Measured(share, round(1e8 * share), share * 8, 5, 300, 100, peaks, {"landing": cost, "dbt": cost})
        for share in (0.125, 1)
    ]
    lines = scale.page(sizes).splitlines()
    assert "| 0.125 | 12,500,000 | 1.00 | 5 (300) | 100 | 125,000 | 4,000 | 1.00 (2.00) |" in lines
    assert "| 1 | 10 (15) | 10 (15) | 0.20 | 0.20 | 0.20 | 0.20 | 0.20 |" in lines
