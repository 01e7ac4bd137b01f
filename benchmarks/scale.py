"""What a full month of the province costs on this machine, and how that grows with the rows: dumps of a share of it are
made, then refreshed from nothing, each in a process of its own.

`python -m benchmarks.scale 0.02 0.05 0.125` measures these shares of `hrss sample --scale province`; 1 is the whole
(17 GB of disk, a quarter of an hour). Writes benchmarks/scale.md. Not part of `make bench`: it is no ratio.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.refresh import HRSS
from raw_landing.sample.generate import SCALES, Scale, write_sample

PAGE = Path(__file__).with_suffix(".md")
DEFAULT_SHARES = (0.02, 0.05)
AS_OF = "2026-01-20"
EVERY = 0.2
"""Seconds between two looks at the memory; at the disk it is ten times that."""

FOLDERS = ("archive", "landed", "warehouse", "published", "other")
"""Of the home; `other` is what passes: what databases spill, what is compiled, logs."""


@dataclass
class Peaks:
    """What a command took at most: MiB of memory of all its processes together (proportional set size, so that what
    they share counts once), GB of disk of each folder, and of all at one time; and seconds of processors, by process.
    """

    memory: float = 0
    disk: float = 0
    folders: dict[str, float] = field(default_factory=dict)
    processors: dict[int, float] = field(default_factory=dict)

    @property
    def cpu_seconds(self) -> float:
        """Of all processes together; of each what it had taken when it was last seen."""
        return sum(self.processors.values())


@dataclass
class Measured:
    """One size."""

    share: float
    rows: int
    gigabytes: float
    making: float
    making_memory: float
    seconds: float
    peaks: Peaks
    stages: dict[str, dict[str, float]]


def scale_of(share: float) -> Scale:
    """The province's scale, of which a share is written."""
    return replace(SCALES["province"], thinning=share)


def processes(root: int) -> Iterator[int]:
    """A process and all below it."""
    yield root
    try:
        for task in Path(f"/proc/{root}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from processes(int(child))
    except OSError:  # it has ended
        return


def memory(root: int) -> float:
    """MiB that a process and all below it take."""
    total = 0
    for pid in processes(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def processors(root: int) -> dict[int, float]:
    """Seconds of processors that a process and each below it have taken, without their children that have ended."""
    taken = {}
    for pid in processes(root):
        try:
            _, _, after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
        except OSError:
            continue
        user, system = after_name.split()[11:13]
        taken[pid] = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return taken


def disk(home: Path) -> dict[str, float]:
    """GB that the folders of a home take."""
    taken = dict.fromkeys(FOLDERS, 0.0)
    for folder, _, names in os.walk(home):
        below = Path(folder).relative_to(home).parts
        for name in names:
            kind = (below or (name.partition(".")[0],))[0]
            try:
                blocks = os.lstat(Path(folder, name)).st_blocks
            except OSError:
                continue
            taken[kind if kind in taken else "other"] += 512 * blocks / 1e9
    return taken


@contextmanager
def watched(process: subprocess.Popen[bytes], home: Path) -> Iterator[Peaks]:
    """The peaks of a process while it runs."""
    peaks, ended = Peaks(), threading.Event()

    def look_at_disk() -> None:
        now = disk(home)
        peaks.disk = max(peaks.disk, sum(now.values()))
        peaks.folders = {name: max(taken, peaks.folders.get(name, 0)) for name, taken in now.items()}

    def watch() -> None:
        looks, before = 0, 0.0
        while not ended.wait(EVERY):
            now = memory(process.pid)
            peaks.memory = max(peaks.memory, min(now, before))  # a JVM counts twice while it starts another process
            before = now
            peaks.processors |= processors(process.pid)
            if looks % 10 == 0:
                look_at_disk()
            looks += 1
        look_at_disk()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peaks
    finally:
        ended.set()
        watcher.join()


def run(home: Path, *command: str | Path, environment: dict[str, str] | None = None) -> tuple[float, Peaks]:
    """Seconds and peaks of one command; it must succeed."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | (environment or {}))
    with watched(process, home) as peaks:
        code = process.wait()
    if code:
        raise RuntimeError(f"{' '.join(map(str, command))}: ended with {code}")
    return time.perf_counter() - started, peaks


def measure(share: float) -> Measured:
    """Make a share of the province and refresh it, in a passing folder (of TMPDIR)."""
    with tempfile.TemporaryDirectory() as folder:
        inbox, home = Path(folder, "inbox"), Path(folder, "home")
        making, made = run(inbox, sys.executable, "-m", "benchmarks.scale", "--make", str(inbox), str(share))
        size = sum(file.stat().st_size for file in inbox.rglob("*") if file.is_file()) / 1e9
        places = {"HRSS_LANDING": folder, "HRSS_HOME": str(home)}
        seconds, peaks = run(home, HRSS, "refresh", "--as-of", AS_OF, environment=places)
        record = json.loads((home / "last_run.json").read_text(encoding="utf-8"))
        manifest = json.loads((home / "published" / "current" / "manifest.json").read_text(encoding="utf-8"))
    return Measured(
        share=share,
        rows=sum(dump["rows_loaded"] for dump in manifest["dumps"]),
        gigabytes=size,
        making=making,
        making_memory=made.memory,
        seconds=seconds,
        peaks=peaks,
        stages=record["profile"],
    )


def page(sizes: Sequence[Measured]) -> str:
    """What is written of them."""
    lines = [
        "# A full month of the province",
        "",
        "Shares of `hrss sample --scale province` (one month whole, history sampled), made and then refreshed from "
        f"nothing, {os.cpu_count()} cores. Memory: all processes together at most. Disk: the home at most while the "
        "refresh ran, beside the dumps; in brackets both together over the dumps alone.",
        "",
        "| share | rows | dumps, GB | making, s (MiB) | refresh, s | rows/s | memory, MiB | home, GB |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {one.share:g} | {one.rows:,} | {one.gigabytes:.2f} | {one.making:.0f} ({one.making_memory:,.0f}) "
            f"| {one.seconds:.0f} | {one.rows / one.seconds:,.0f} | {one.peaks.memory:,.0f} "
            f"| {one.peaks.disk:.2f} ({1 + one.peaks.disk / one.gigabytes:.2f}) |"
            for one in sizes
        ),
        "",
        "Wall seconds (CPU seconds) by stage, and what the folders of the home took at most, GB:",
        "",
        f"| share | {' | '.join(sizes[0].stages)} | {' | '.join(FOLDERS)} |",
        f"|---:|{'---:|' * (len(sizes[0].stages) + len(FOLDERS))}",
        *(
            f"| {one.share:g} | "
            + " | ".join(f"{cost['seconds']:.0f} ({cost['cpu_seconds']:.0f})" for cost in one.stages.values())
            + " | "
            + " | ".join(f"{one.peaks.folders[name]:.2f}" for name in FOLDERS)
            + " |"
            for one in sizes
        ),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write the page."""
    if sys.argv[1:2] == ["--make"]:
        write_sample(Path(sys.argv[2]), scale=scale_of(float(sys.argv[3])))
        return
    sizes = []
    for share in map(float, sys.argv[1:] or DEFAULT_SHARES):
        sizes.append(measure(share))
        sys.stderr.write(page(sizes[-1:]))
    PAGE.write_text(page(sizes), encoding="utf-8")


if __name__ == "__main__":
    main()
