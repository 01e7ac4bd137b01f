"""Who runs: how each contestant is started, where a reader finds its figures, what it tells of what it refused. Nothing
is measured here."""

from __future__ import annotations

import os
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.refresh import HRSS
from benchmarks.whole import OURS as OUR_FIGURES
from orchestration.settings import PROJECT
from raw_landing.database import connect, literal
from raw_landing.regions import SEEDS

HERE = Path(__file__).parent
ENVIRONMENTS = Path(os.environ.get("HRSS_PEERS_ENVS", PROJECT / ".peers"))
CONTRACTS = PROJECT / "raw_landing" / "contracts"
CODE = (".py", ".sql", ".yml", ".yaml")
COLUMNS = "indicator_id, region_code, period_type, period_end, numerator, denominator, value, value_text"


@dataclass(frozen=True)
class Contestant:
    """One of them. `output` is given to its job and `figures` read from it, both below a folder of its own for a run;
    `refusals`, where it keeps any, is a query for the path of a dump and whether anything of it was refused."""

    name: str
    folder: Path
    output: str
    figures: str
    refusals: str | None = None
    arguments: tuple[str | Path, ...] = ()

    @property
    def interpreter(self) -> Path:
        """The Python of its environment."""
        return ENVIRONMENTS / self.folder.name / "bin" / "python"

    def command(self, landing: Path, home: Path) -> tuple[list[str | Path], dict[str, str]]:
        """What is run, and with which environment: from landing/inbox to a folder `home`."""
        home.mkdir(parents=True, exist_ok=True)
        places = (landing / "inbox", SEEDS / "regions.csv", home / self.output, *self.arguments)
        return [self.interpreter, self.folder / "job.py", *places], {}

    def prepare(self) -> None:
        """Make its environment if there is none: exact versions, checked by their hashes, bytecode compiled."""
        mark, asked = self.interpreter.parent.parent / "installed.txt", self.folder / "requirements.txt"
        made_of = f"Python {python_version()}\n{asked.read_text(encoding='utf-8')}"
        if mark.exists() and mark.read_text(encoding="utf-8") == made_of:
            return
        venv.create(mark.parent, clear=True, with_pip=True)
        quietly = ("--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement", str(asked))
        if os.spawnv(os.P_WAIT, self.interpreter, [str(self.interpreter), "-m", "pip", "install", *quietly]):
            raise RuntimeError(f"{self.name}: its environment cannot be made")
        mark.write_text(made_of, encoding="utf-8")

    @property
    def published(self) -> tuple[str, str]:
        """Where readers look: file and figures."""
        return self.output, self.figures

    def keep(self, home: Path, goal: Path, place: tuple[str, str] | None = None) -> bool:
        """Copy the figures that a reader finds, or those of another place, to a Parquet file; False where there are
        none to be read."""
        file, figures = place or self.published
        try:
            with opened(home / file) as connection:
                source = figures.format(home=home)
                connection.execute(f"copy (select {COLUMNS} from {source}) to {literal(goal)} (format parquet)")
        except (duckdb.Error, OSError):
            return False
        return True

    def told(self, home: Path) -> set[str]:
        """Names of the dumps of which it tells that something was refused."""
        if self.refusals is None:
            return set()
        with opened(home / self.output) as connection:
            found = connection.execute(self.refusals.format(home=home)).fetchall()
        return {Path(path).name for (path,) in found}

    def lines(self) -> int:
        """Lines of code its user writes and keeps."""
        return sum(lines_of_code(path) for path in self.folder.rglob("*") if path.suffix in CODE)


class Ours(Contestant):
    """The warehouse itself: the whole nightly job."""

    def command(self, landing: Path, home: Path) -> tuple[list[str | Path], dict[str, str]]:
        """hrss refresh."""
        return [HRSS, "refresh"], {"HRSS_LANDING": str(landing), "HRSS_HOME": str(home)}

    def prepare(self) -> None:
        """It is installed."""

    @property
    def published(self) -> tuple[str, str]:
        """The current release."""
        return "published/current/marts.duckdb", "it.fct_indicator_value where region_level <> 'city_group'"

    def lines(self) -> int:
        """Landing with its contracts, and the dbt project: they also land and compute what nobody else does."""
        folders = (PROJECT / "raw_landing", PROJECT / "dbt_project")
        return sum(
            lines_of_code(path)
            for folder in folders
            for path in folder.rglob("*")
            if path.suffix in CODE and not {"sample", "target"} & set(path.parts)
        )


class ToTheFigures(Ours):
    """Of the warehouse, what its peers do: landing, and dbt up to the indicators (benchmarks.peers.ours)."""

    def command(self, landing: Path, home: Path) -> tuple[list[str | Path], dict[str, str]]:
        """Without Dagster, gate and publication."""
        return [sys.executable, "-m", "benchmarks.peers.ours", landing, home], {}


OURS = Ours(
    "ours",
    PROJECT,
    "warehouse.duckdb",
    f"it.{OUR_FIGURES}",
    "select path from it.quality.landing_receipt where rows_refused > 0 or status = 'rejected'",
)
TO_THE_FIGURES = ToTheFigures("ours, to the figures", PROJECT, "warehouse.duckdb", f"it.{OUR_FIGURES}")
PEERS = (
    Contestant("dlt + dbt-duckdb", HERE / "dlt_dbt", "it.duckdb", "it.marts.indicator"),
    Contestant("SQLMesh", HERE / "sqlmesh", "it.duckdb", "it.hrss.indicator"),
    Contestant("pandas", HERE / "pandas", "indicator.parquet", "'{home}/indicator.parquet'"),
    Contestant(
        "Polars, same checks",
        HERE / "polars",
        "indicator.parquet",
        "'{home}/indicator.parquet'",
        "select path from '{home}/receipts.parquet' where rows_refused > 0 or reason is not null",
        (CONTRACTS,),
    ),
)


@contextmanager
def opened(output: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory with the output attached as `it`, where that is a database."""
    with connect() as connection:
        if output.suffix == ".duckdb":
            connection.execute(f"attach {literal(output)} as it (read_only)")
        yield connection


def lines_of_code(path: Path) -> int:
    """Lines of a file that are neither blank nor comments."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return sum(bool(line) and not line.startswith(("#", "--")) for line in lines)


def python_version() -> str:
    """Of every contestant."""
    return ".".join(map(str, sys.version_info[:3]))
