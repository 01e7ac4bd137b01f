"""Makes a folder of dumps from a seed and a scale: runs the scripts in sql/ in order and writes their tables. Figures
are in sql/20_calibration.sql, file forms in writing.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from raw_landing.contract import Contract, load_contracts
from raw_landing.database import connect
from raw_landing.errors import UserError
from raw_landing.language import in_order
from raw_landing.progress import Progress
from raw_landing.regions import SEEDS, load_regions
from raw_landing.sample.writing import (
    Written,
    size_of,
    write_deliveries,
    write_dumps,
    write_impossible,
    write_truth,
)
from raw_landing.text import say

SQL = Path(__file__).parent / "sql"
SCENARIOS = Path(__file__).parent / "scenarios.csv"
ALL, NONE = "all", "none"
DEFAULT_SEED = 20211231


class UnknownScaleError(UserError, ValueError):
    """A scale nobody defined."""

    exit_code = 64


class UnknownScenarioError(UserError, ValueError):
    """A scenario that scenarios.csv does not name."""

    exit_code = 64


@dataclass(frozen=True)
class Scale:
    """How much of the default sample is written.

    thinning: share of the default's rows, on top of each extract's sampling fraction. since: periods that end earlier
    are left out. units: the reporting units that deliver; all if empty. full_month: the first day of a month in which
    everybody who is insured, every card and every event has a row. complete: every delivery due from 2021 on is there,
    but for those planted as missing; else stocks and cases of 2021 to 2024 come once a year. enlarged: what was planted
    after the benchmarks were first measured is there, so that every rule has something to find.
    """

    thinning: float = 1.0
    since: date = date(2016, 1, 1)
    units: tuple[str, ...] = ()
    full_month: date | None = None
    complete: bool = False
    enlarged: bool = False


SCALES = {
    "default": Scale(complete=True, enlarged=True),
    "bench": Scale(),  # what benchmarks/ have been measured on from the beginning
    "small": Scale(thinning=0.05, since=date(2025, 10, 1), units=("420100", "420600", "429021"), enlarged=True),
    "province": Scale(full_month=date(2025, 12, 1), enlarged=True),
}


@dataclass(frozen=True)
class SampleSummary:
    """What was written: files (sidecars included), their bytes, and dumps; the extracts of which nothing is made."""

    out: Path
    files: int
    bytes: int
    dumps: int
    not_made: tuple[str, ...] = ()


def write_sample(
    out: Path,
    *,
    seed: int = DEFAULT_SEED,
    scale: str | Scale = "default",
    scenario: str = ALL,
    progress: Callable[[Progress], object] | None = None,
) -> SampleSummary:
    """Write the dumps below `out`, one folder per source, and what was planted in them to a folder `truth` beside it;
    the same seed, scale and scenario give the same bytes.

    `scale`: the name of one, or one of one's own. `scenario`: of what befalls units in a complete sample one alone,
    all or none. `progress` is called with each dump written. Raises UnknownScaleError and UnknownScenarioError, naming
    what there is.
    """
    if isinstance(scale, str) and scale not in SCALES:
        raise UnknownScaleError(
            " / ".join(in_order(*say("unknown_scale", scale=scale, names=", ".join(sorted(SCALES)))))
        )
    begun = time.monotonic()
    written: list[Written] = []
    with connect() as connection:
        make(connection, seed=seed, scale=SCALES[scale] if isinstance(scale, str) else scale, scenario=scenario)
        contracts = made_contracts(connection)
        written_of = [of for contract in contracts if (of := size_of(connection, contract))[0]]  # dumps, rows
        total, rows_total, rows = sum(dumps for dumps, _ in written_of), sum(rows for _, rows in written_of), 0

        def tell(one: Written) -> None:
            nonlocal rows
            rows += one.rows
            written.append(one)
            if progress is not None:
                done, share = min(len(written), total), min(rows / rows_total, 1.0)  # a few are sent twice
                progress(Progress(done, total, rows, share, time.monotonic() - begun, str(one.path)))

        for contract in contracts:
            write_dumps(connection, contract, out, tell)
        list_size = write_deliveries(connection, out)
        write_truth(connection, out.parent / "truth")
    written += write_impossible(out)
    size = sum(dump.bytes for dump in written) + list_size
    files, not_made = 2 * len(written) + bool(list_size), load_contracts().keys() - {one.extract for one in contracts}
    return SampleSummary(out, files, size, len(written), tuple(sorted(not_made)))


def make(connection: duckdb.DuckDBPyConnection, *, seed: int, scale: Scale, scenario: str = ALL) -> None:
    """Fill schema `made` with one table per extract: month, unit_code and the contract's columns; of a full month
    what is too much for tables stands as views in schema `whole`, and its numbers of rows in `whole_rows`."""
    _references(connection, seed=seed, scale=scale, scenario=scenario)
    for script in sorted(SQL.glob("*.sql")):
        connection.execute(script.read_text(encoding="utf-8"))
    if not scale.enlarged:  # the column came with what was planted in it
        connection.execute("ALTER TABLE made.pension_payment DROP COLUMN account_hash")


def made_contracts(connection: duckdb.DuckDBPyConnection) -> list[Contract]:
    """The extracts of which `make` has made rows, with the columns it has made: of an extract for which no script is
    written yet there are none."""
    query = "SELECT table_name, list(column_name) FROM duckdb_columns() WHERE schema_name = 'made' GROUP BY ALL"
    made = dict(connection.execute(query).fetchall())
    return [
        Contract.model_validate(
            contract.model_dump(exclude={"columns"})
            | {"columns": [column for column in contract.columns if column.name in made[extract]]}
        )
        for extract, contract in load_contracts().items()
        if extract in made
    ]


def schedule(scale: str, scenario: str = ALL) -> tuple[set[tuple[str, str, str]], dict[tuple[str, str, str], str]]:
    """The deliveries of a scale, each an extract, a period and a unit, and the faults planted in some of them; those
    that are missing are among both. Makes no rows."""
    with connect() as connection:
        _references(connection, seed=DEFAULT_SEED, scale=SCALES[scale], scenario=scenario)
        for script in ("25_schedule.sql", "75_deliveries.sql"):
            connection.execute((SQL / script).read_text(encoding="utf-8"))
        due = connection.execute("SELECT extract, period, unnest(senders) FROM delivery").fetchall()
        return set(due), _faults(connection)


def _faults(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str, str], str]:
    found = connection.execute("SELECT extract, period, unit, fault FROM planted_delivery").fetchall()
    return {(extract, period, unit): fault for extract, period, unit, fault in found}


def _references(connection: duckdb.DuckDBPyConnection, *, seed: int, scale: Scale, scenario: str = ALL) -> None:
    """What the scripts need to know of the world, of the scale and of what befalls units."""
    connection.execute(
        "CREATE TABLE scenario AS FROM read_csv(?, types = {'region_code': 'VARCHAR'})", [str(SCENARIOS)]
    )
    names = [name for (name,) in connection.execute("SELECT DISTINCT scenario FROM scenario ORDER BY ALL").fetchall()]
    if scenario not in (ALL, NONE, *names):
        named = ", ".join((ALL, NONE, *names))
        raise UnknownScenarioError(" / ".join(in_order(*say("unknown_scenario", scenario=scenario, names=named))))
    connection.execute("DELETE FROM scenario WHERE ? NOT IN (scenario, ?)", [scenario, ALL])
    connection.execute("SET VARIABLE seed = ?", [seed])
    connection.execute("CREATE SCHEMA made")
    connection.execute("CREATE TABLE region (region_code VARCHAR, level VARCHAR, parent_code VARCHAR)")
    connection.executemany(
        "INSERT INTO region VALUES (?, ?, ?)",
        [[region.code, region.level, region.parent] for region in load_regions().by_code.values()],
    )
    connection.execute("CREATE TABLE extract (extract VARCHAR, load VARCHAR, cadence VARCHAR, delivered_by VARCHAR)")
    connection.executemany(
        "INSERT INTO extract VALUES (?, ?, ?, ?)",
        [[c.extract, c.load, c.cadence, c.delivered_by] for c in load_contracts().values()],
    )
    connection.execute(
        "CREATE TABLE plan_task AS SELECT task_id, cadence, kind, target::DOUBLE AS target"
        " FROM read_csv(?, header = true)",
        [str(SEEDS / "plan_tasks.csv")],
    )
    connection.execute(
        "CREATE TABLE scale AS SELECT"
        " ? AS thinning, ? AS since, ?::VARCHAR[] AS units, ?::DATE AS full_month, ?::BOOLEAN AS is_complete,"
        " ?::BOOLEAN AS is_enlarged",
        [
            *(scale.thinning, scale.since, list(scale.units or load_regions().units), scale.full_month),
            *(scale.complete, scale.enlarged),
        ],
    )


@dataclass(frozen=True)
class Planted:
    """What is wrong on purpose. doubts: rule, extract, reporting unit and key (its columns joined by /) of each
    doubtful row. differences: region, first day of the month and item of each reported figure that is not so.
    deliveries: by extract, period and unit the fault (missing, refused, late) of each that is not as it should be.
    fund: what rules of fund supervision should list, as doubts."""

    doubts: frozenset[tuple[str, str, str, str]]
    fund: frozenset[tuple[str, str, str, str]]
    differences: frozenset[tuple[str, date, str]]
    deliveries: dict[tuple[str, str, str], str]


def planted(*, seed: int = DEFAULT_SEED, scale: str = "default") -> Planted:
    """What `write_sample` plants for the same seed and scale, made anew."""
    with connect() as connection:
        make(connection, seed=seed, scale=SCALES[scale])
        return planted_in(connection)


def planted_in(connection: duckdb.DuckDBPyConnection) -> Planted:
    """What `make` has planted there."""
    return Planted(
        doubts=frozenset(connection.execute("SELECT rule_id, extract, unit_code, key FROM planted").fetchall()),
        fund=frozenset(connection.execute("SELECT rule_id, extract, unit_code, key FROM fund_truth").fetchall()),
        differences=frozenset(connection.execute("SELECT region_code, month, item FROM planted_difference").fetchall()),
        deliveries=_faults(connection),
    )
