"""What the report of a release costs: all pages and briefings, those of the night after one dump, and their size.

`make bench` runs it and puts its table into benchmarks/RESULTS.md, in the place of the one before. Each report is
written in a process of its own, imports included, beside a copy of the release's database.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import sys
import tempfile
import timeit
from pathlib import Path

from benchmarks.dumps import restate
from benchmarks.history import NEWEST, RESTATED
from benchmarks.quick import night, put
from benchmarks.ratios import note
from benchmarks.refresh import HRSS, RESULTS, runs_asked_for, timed
from orchestration.report.charts import Chart, Mark, for_page

HEADING = "## The report"
WRITE = """\
import sys
from pathlib import Path
from orchestration.release.folder import ReleaseFolder
from orchestration.report.build import write_report
write_report(*(ReleaseFolder(Path(folder)) for folder in sys.argv[1:]))
"""
CHARTS = 100


def written(release: Path, before: Path | None, folder: Path) -> tuple[float, Path]:
    """Seconds of the report of a release, and where it is; what is as in the release before is linked."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    os.link(release / "marts.duckdb", folder / "marts.duckdb")
    seconds = timed(sys.executable, "-c", WRITE, folder, *([before] if before else []))
    return seconds, folder / "report"


def sizes(report: Path) -> tuple[int, int, int]:
    """Files, those of them that are no links to another release, and bytes of all."""
    stats = [path.stat() for path in report.rglob("*") if path.is_file()]
    return len(stats), sum(stat.st_nlink == 1 for stat in stats), sum(stat.st_size for stat in stats)


def charts_a_second() -> float:
    """Pictures of a chart of 24 months with its path, of which one was drawn before."""
    marks = tuple(Mark(float(at), 1.5 * at, (f"{at}", f"{at}")) for at in range(24))
    chart = Chart(ticks=((0.0, ("0", "0")), (23.0, ("23", "23"))), actual=marks, path=marks)
    for_page(chart, small=True)
    return CHARTS / timeit.timeit(lambda: for_page(chart, small=True), number=CHARTS)


def main() -> None:
    """Measure and write the section."""
    runs = runs_asked_for()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        places = {"HRSS_LANDING": name, "HRSS_HOME": str(folder / "home")}
        timed(HRSS, "sample", environment=places)
        whole = night(places)["whole"]["seconds"]
        current = folder / "home" / "published" / "current"
        releases, after = [], 0.0
        for revision in (2, 3):  # the second release of all is the first that can be compared with another: all pages
            restate(folder, revision, RESTATED[NEWEST])
            after = night(places)["whole"]["seconds"]
            releases.append(current.resolve())
        before, newest = releases
        full = [written(newest, None, folder / "full")[0] for _ in range(runs)]
        one = [written(newest, before, folder / "one")[0] for _ in range(runs)]
        files, _, size = sizes(folder / "full" / "report")
        _, made, _ = sizes(folder / "one" / "report")
    all_pages, after_one = statistics.median(full), statistics.median(one)
    note("the report, beside the full night", all_pages / whole)
    note("the report after one dump, beside that night", after_one / after)
    put(
        [
            HEADING,
            "",
            f"Written by `make bench`: the default sample, medians of {runs}; Python {platform.python_version()}, "
            f"{os.cpu_count()} cores. A chart is drawn {charts_a_second():.0f} times a second.",
            "",
            "| | s | of its night | files made | MB of all |",
            "|---|---:|---:|---:|---:|",
            f"| all pages and briefings | {all_pages:.1f} | {all_pages / whole:.0%} | {files} | {size / 1e6:.1f} |",
            f"| after one dump of mediation | {after_one:.1f} | {after_one / after:.0%} | {made} | |",
        ]
    )


if __name__ == "__main__":
    main()
    sys.stderr.write(f"written to {RESULTS}\n")
