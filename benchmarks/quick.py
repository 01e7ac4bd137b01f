"""What a change of the nightly job costs or gains, in less than five minutes: the sample's full night, nights after one
dump, and DuckDB alone with the statements that dbt compiled.

`make bench-quick` runs it and puts its table into benchmarks/RESULTS.md, in the place of the one before.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.dumps import restate
from benchmarks.history import NEWEST, RESTATED
from benchmarks.ratios import note
from benchmarks.refresh import HRSS, RESULTS
from orchestration.dbt_build.catalogue import VIEWS
from orchestration.dbt_build.selection import Graph, is_ephemeral
from orchestration.settings import Settings
from raw_landing.database import connect, identifier

RUNS = 3
AS_OF = "2026-01-30"
"""The sample ends in December 2025."""
HEADING = "## In short"
STAGES = ("models", "landing", "gate", "dbt", "attribution", "publication", "whole")

Profile = Mapping[str, Mapping[str, float]]


def _run(places: Mapping[str, str], *arguments: str) -> None:
    subprocess.run([HRSS, *arguments], env=os.environ | dict(places), check=True, stdout=subprocess.DEVNULL)


def night(places: Mapping[str, str]) -> Profile:
    """The profile of a refresh; it must publish."""
    subprocess.run(
        [HRSS, "refresh", "--as-of", AS_OF], env=os.environ | dict(places), check=True, stdout=subprocess.DEVNULL
    )
    record = json.loads(Path(places["HRSS_HOME"], "last_run.json").read_text(encoding="utf-8"))
    profile: Profile = record["profile"]
    return profile


def compiled(manifest: Mapping[str, Any]) -> Iterator[str]:
    """The statements of a full build, models after those they read, then the tests; models in Python have none."""
    for node in Graph(manifest).models.values():
        if not is_ephemeral(node) and node["language"] == "sql":
            kind = "view" if node["config"]["materialized"] in VIEWS else "table"
            relation = f"{identifier(node['schema'])}.{identifier(node['alias'])}"
            yield f"create or replace {kind} {relation} as {node['compiled_code']}"
    yield from (node["compiled_code"] for node in manifest["nodes"].values() if node["resource_type"] == "test")


def duckdb_alone(settings: Settings, folder: Path) -> float:
    """Seconds of the statements of a full build, one after the other in one connection, on a copy of the warehouse."""
    manifest = json.loads((settings.dbt_compiled / "manifest.json").read_text(encoding="utf-8"))
    database = next(iter(manifest["nodes"].values()))["database"]  # as the statements name it
    copy = folder / f"{database}.duckdb"
    shutil.copy(settings.warehouse, copy)
    with connect(copy) as connection:
        started = time.perf_counter()
        for statement in compiled(manifest):
            connection.execute(statement).fetchall()
        seconds = time.perf_counter() - started
    copy.unlink()
    return seconds


def put(lines: list[str]) -> None:
    """Put a section into the page, in the place of the one with its heading."""
    before, found, after = RESULTS.read_text(encoding="utf-8").partition(f"{lines[0]}\n")
    rest = after[after.index("\n## ") + 1 :] if "\n## " in after else ""
    parts = [before.rstrip("\n"), "", *lines] + (["", rest.rstrip("\n")] if found and rest else [])
    RESULTS.write_text("\n".join(parts) + "\n", encoding="utf-8")


def main() -> None:
    """Measure and write the section."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        places = {"HRSS_LANDING": name, "HRSS_HOME": str(folder / "home")}
        subprocess.run(
            [HRSS, "sample", "--scale", "bench"], env=os.environ | places, check=True, stdout=subprocess.DEVNULL
        )
        full = night(places)
        alone = statistics.median(duckdb_alone(Settings.of(home=folder / "home"), folder) for _ in range(RUNS))
        nights = []
        for run in range(RUNS):
            restate(folder, run + 2, RESTATED[NEWEST])
            nights.append(night(places))
    one = {
        stage: {cost: statistics.median(night[stage][cost] for night in nights) for cost in nights[0][stage]}
        for stage in STAGES
        if all(stage in night for night in nights)
    }
    ratio = full["dbt"]["seconds"] / alone
    note("dbt's stage on a full build, beside DuckDB alone", ratio)
    note("a night after one dump, beside the full night", one["whole"]["seconds"] / full["whole"]["seconds"])
    lines = [
        HEADING,
        "",
        "Written by `make bench-quick`: the sample's full night, once; the night after one dump of mediation, the "
        f"median of {RUNS}; Python {platform.python_version()}, {os.cpu_count()} cores. DuckDB alone needs "
        f"{alone:.1f} s for the statements that dbt compiles, models and tests, in one connection: dbt's stage takes "
        f"{ratio:.2f} times that.",
        "",
        "| stage | full night, s | DuckDB at work, s | CPU, s | one dump, s | DuckDB at work, s | CPU, s |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for stage in STAGES:
        cells = [
            f"{night[stage][cost]:.1f}" if cost in night.get(stage, {}) else ""
            for night in (full, one)
            for cost in ("seconds", "database_seconds", "cpu_seconds")
        ]
        lines.append(f"| {stage} | {' | '.join(cells)} |")
    put(lines)


if __name__ == "__main__":
    main()
    sys.stderr.write(f"written to {RESULTS}\n")
