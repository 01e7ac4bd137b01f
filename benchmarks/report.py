"""What the report of a release costs: all pages and briefings, what those of the night after one dump add to its
publication, and their size.

`make bench` runs it and puts its table into benchmarks/RESULTS.md, in the place of the one before. The full report is
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
write_report(ReleaseFolder(Path(sys.argv[1])))
"""
CHARTS = 100


def written(release: Path, folder: Path) -> float:
    """Seconds of all pages and briefings of a release, written into a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    os.link(release / "marts.duckdb", folder / "marts.duckdb")
    return timed(sys.executable, "-c", WRITE, folder)


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
        homes = {"1": folder / "home", "0": folder / "without"}  # by HRSS_PAGES

        def publication(pages: str) -> float:
            profile = night({"HRSS_LANDING": name, "HRSS_HOME": str(homes[pages]), "HRSS_PAGES": pages})
            return profile["publication"]["seconds"]

        timed(HRSS, "sample", environment={"HRSS_LANDING": name})
        publication("1")
        shutil.copytree(homes["1"], homes["0"], symlinks=True)
        spent: dict[str, list[float]] = {"1": [], "0": []}
        for revision in range(2, runs + 3):
            restate(folder, revision, RESTATED[NEWEST])
            for pages in homes:
                seconds = publication(pages)
                if revision > 2:  # the second release of all is the first that can be compared with another: all pages
                    spent[pages].append(seconds)
        newest = (homes["1"] / "published" / "current").resolve()
        _, made, size = sizes(newest / "report")
        full = [written(newest, folder / "full") for _ in range(runs)]
        files, _, _ = sizes(folder / "full" / "report")
    with_pages, without = statistics.median(spent["1"]), statistics.median(spent["0"])
    note("publication after one dump, pages beside none", with_pages / without)
    put(
        [
            HEADING,
            "",
            f"Written by `make bench`: the default sample, medians of {runs}; Python {platform.python_version()}, "
            f"{os.cpu_count()} cores. A chart is drawn {charts_a_second():.0f} times a second. Pages of a night are "
            "written beside its other exports and the check of the final file: what they cost is the difference to a "
            "publication without (`HRSS_PAGES=0`), in turns.",
            "",
            "| | s | files made | MB of all |",
            "|---|---:|---:|---:|",
            f"| all pages and briefings, by themselves | {statistics.median(full):.1f} | {files} | {size / 1e6:.1f} |",
            f"| publication after one dump of mediation | {with_pages:.1f} | {made} | |",
            f"| the same without pages | {without:.1f} | | |",
            f"| so for the pages | {with_pages - without:.1f} | | |",
        ]
    )


if __name__ == "__main__":
    main()
    sys.stderr.write(f"written to {RESULTS}\n")
