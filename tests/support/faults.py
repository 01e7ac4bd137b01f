"""Everything that stands in a home, by kind, and what may happen to a file: for the test that harms each of them, and
for the one that holds docs/reliability.md to this list. A new kind of file goes here, and into the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


def gone(file: Path) -> None:
    """Removed."""
    file.unlink()


def emptied(file: Path) -> None:
    """Nothing is left of its content."""
    _write(file, b"")


def cut(file: Path) -> None:
    """Half of it is left, as after a power cut."""
    _write(file, file.read_bytes()[: file.stat().st_size // 2])


def overwritten(file: Path) -> None:
    """As long as it was, with other bytes."""
    _write(file, b"\xff{not}\n" * (file.stat().st_size // 7 + 1))


HARMS: tuple[Callable[[Path], None], ...] = (gone, emptied, cut, overwritten)
TORN = (cut, overwritten)


def harm_of(number: int, file: Path) -> Callable[[Path], None]:
    """One harm after another; but of records in JSON, which are read as none where they are gone or empty, one that
    leaves something that cannot be read."""
    harms = TORN if file.suffix in (".json", ".jsonl") else HARMS
    return harms[number % len(harms)]


def _write(file: Path, content: bytes) -> None:
    file.chmod(0o644)
    file.write_bytes(content)


@dataclass(frozen=True)
class Kind:
    """A kind of file: how docs/reliability.md calls it, which files of a home it is."""

    name: str
    patterns: tuple[str, ...]
    most: int = 4
    """So many files of it are harmed, each otherwise."""

    def files(self, home: Path) -> Iterator[Path]:
        """The files of this kind, links followed by none."""
        found = (path for pattern in self.patterns for path in sorted(home.glob(pattern)))
        return (path for path in found if path.is_file() and not path.is_symlink())


MADE_AGAIN = (
    Kind("landed/<extract>/*.parquet", ("landed/*/*.parquet",), most=12),
    Kind("quarantine/*.parquet", ("quarantine/*.parquet",)),
    Kind("archive/<xx>/<sha256>.gz", ("archive/*/*.gz",)),
    Kind("archive/ledger/*.sqlite", ("archive/ledger/*.sqlite",)),
    Kind("warehouse.duckdb", ("warehouse.duckdb",)),
    Kind("dbt/target/manifest.json", ("dbt/target/manifest.json",)),
    Kind("dbt/target/partial_parse.msgpack", ("dbt/target/partial_parse.msgpack",)),
    Kind("dbt/*/parsed.json", ("dbt/compiled/parsed.json",)),
    Kind("dbt/compiled/manifest.json", ("dbt/compiled/manifest.json",)),
    Kind("dbt/compiled/lineage.json", ("dbt/compiled/lineage.json",)),
    Kind("dbt/target/compiled/**, dbt/target/run/**", ("dbt/target/compiled/**/*.sql", "dbt/target/run/**/*.sql")),
    Kind("dbt/**/*.log", ("dbt/logs/*.log", "dbt/target/*.log")),
    Kind("dagster/history/runs.db", ("dagster/history/runs.db",)),
    Kind("dagster/history/runs/index.db", ("dagster/history/runs/index.db",)),
    Kind("dagster/schedules/schedules.db", ("dagster/schedules/schedules.db",)),
    Kind("dagster/dagster.yaml", ("dagster/dagster.yaml",)),
    Kind("last_run.json", ("last_run.json",)),
    Kind("gate.json", ("gate.json",)),
    Kind("heartbeat", ("heartbeat",)),
    Kind("alerts.json", ("alerts.json",)),
    Kind("alerts.lock", ("alerts.lock",)),
    Kind("layout.json", ("layout.json",)),
    Kind("settings.json", ("settings.json",)),
    Kind("quality.html", ("quality.html",)),
    Kind("audit.jsonl", ("audit.jsonl",)),
    Kind("outbox/receipts/<unit>/*", ("outbox/receipts/*/*",)),
    Kind("refresh.lock", ("refresh.lock",)),
    Kind("restricted/doubts.duckdb", ("restricted/doubts.duckdb",)),
    Kind("restricted/tables.duckdb", ("restricted/tables.duckdb",)),
    Kind("released/<release>/state.json", ("released/*/state.json",)),
    Kind("released/<release>/project/**", ("released/*/project/models/marts/**/*.sql",)),
    Kind("published/history.jsonl", ("published/history.jsonl",)),
    Kind("published/current.json", ("published/current.json",)),
    Kind("published/current/marts.duckdb", ("published/releases/*/marts.duckdb",)),
    Kind("published/current/manifest.json", ("published/releases/*/manifest.json",)),
    Kind(
        "published/current/exports/**, *.html",
        ("published/releases/*/exports/*/*", "published/releases/*/*.html"),
    ),
    Kind("overdue.json", ("overdue.json",)),
)
"""What a night makes again by itself, or does without. Of releases, the current one is harmed alone."""

LEDGER = (
    Kind("landed/ledger.sqlite", ("landed/ledger.sqlite",)),
    Kind("archive/journal/*.jsonl", ("archive/journal/*.jsonl",)),
)
"""Each is made again from the other: one of them is harmed a night."""

PASSING = (
    "landed/.work-gone/0.csv",
    "landed/postdoc_intake/.part-0123456789abcdef-01234567.parquet",
    "warehouse.duckdb.tmp/duckdb_temp_storage-0.tmp",
    "spill-999999999/duckdb_temp_storage-0.tmp",
    ".last_run.json.999999999.tmp",
    ".attributing-gone/changes.parquet",
    "dbt/parsing-999999999-gone/manifest.json",
    "dbt/target/.parsed.json.999999999.tmp",
    "restricted/.part-doubts.duckdb",
    "published/.current.999999999.tmp",
    "published/.probe-gone/first",
    "candidates/.building-20000101-01/marts.duckdb",
    "published/releases/.building-20000101-01/marts.duckdb",
    "published/releases/.removing-20000101-01/marts.duckdb",
    "released/.building-20000101-01/state.json",
)
"""What a run that died may have left; nobody knows the processes."""
