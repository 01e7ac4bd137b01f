"""What grows built by Spark and the rest by DuckDB is what DuckDB builds alone, row for row: of random deliveries, and
after dumps were restated and withdrawn, read at an address then. Run by `make test-spark`."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import fsspec
import pytest

from expectations import RuleResult
from expectations.suites.staging import staging_suite
from orchestration.address import AtAddress
from orchestration.dbt_build.runner import planned_build
from orchestration.dbt_build.selection import Graph
from orchestration.dbt_build.spark import Files, build_on_spark, sweep_folders
from orchestration.dbt_build.spark_increments import folders, planned_for_spark
from orchestration.files import read_json
from orchestration.gate.run import gate_marts
from orchestration.settings import Settings
from raw_landing.contract import load_contracts
from raw_landing.database import connect
from tests.support.comparison import differences
from tests.support.random_deliveries import deliveries
from tests.support.recomputation import Dump
from tests.support.warehouse import add_dumps, create_warehouse, run_dbt

SEED = 3
RESTATED = "insurance_enrolment"
"""The extract of the second night's dumps; what reads no other stands."""
BY_DUMP = ("staging.stg_pension__insurance_enrolment", "intermediate.int_employer_insured")
BY_DUMP += ("intermediate.int_insured_tally", "intermediate.int_insured_persons_counted")
BY_DUMP += ("intermediate.int_subject_insurance",)
"""The tables that follow its dumps."""
HASHED = "intermediate.int_insured_employee"
"""One more, of hashes: each engine has its own."""
SCHEMAS = ("marts", "restricted")

Looked = tuple[Dump, str]


def _nights() -> list[list[Looked]]:
    """All active dumps; then of one extract the first withdrawn, and the last read anew, with a row less."""
    first = {(dump.extract, dump.start, dump.unit): dump for dump in deliveries(SEED)}.values()
    withdrawn, *_, restated = (dump for dump in first if dump.extract == RESTATED and len(dump.rows) > 1)
    return [
        [(dump, "first") for dump in first],
        [
            (replace(dump, rows=dump.rows[:-1]), "second") if dump == restated else (dump, "first")
            for dump in first
            if dump != withdrawn
        ],
    ]


class Home:
    """A warehouse that is built by one of the two engines."""

    def __init__(self, folder: Path, engine: str, target: Path) -> None:
        self.settings = Settings.of(home=folder).model_copy(update={"engine": engine})
        folder.mkdir()
        create_warehouse(self.settings.warehouse, as_of=date(2024, 5, 31))
        shutil.copytree(target, folder / "target")
        self.graph = Graph(read_json(target / "manifest.json"))

    def build(self, active: Iterable[Looked], address: str | None) -> set[str]:
        """Land these dumps and no others, in the home or at an address, and build; returns the models that Spark
        built."""
        with connect(self.settings.warehouse) as connection:
            for table in ("dump", *load_contracts()):
                connection.execute(f"delete from landed.{table}")
            add_dumps(connection, active)
        with planned_build(self.settings, self.graph, full=False) as plan:
            built = set()
            if self.settings.engine == "spark":
                self.plan = planned_for_spark(self.settings, self.graph, plan.visited, full=plan.full)
                for event in build_on_spark(self.settings, self.graph, self.plan, self._landed(address)):
                    if event["info"]["name"] == "LogModelResult":
                        built.add(event["data"]["node_info"]["node_name"])
            untested = () if self.settings.engine == "spark" else ("--exclude-resource-type", "test")
            run = run_dbt(self.settings.warehouse, *plan.arguments, *untested)
            assert run.returncode == 0, run.stdout
        sweep_folders(self.settings)
        return built

    def _landed(self, address: str | None) -> dict[str, Files]:
        """The rows that count as files, which landing would have left: of the extract that changes a file a dump. All
        at the address, or of every other extract in the home, of the rest by a pattern."""
        files: dict[str, list[Path]] = {}
        with connect(self.settings.warehouse) as connection:
            for extract in load_contracts():
                parts = {extract: "true"}
                if extract == RESTATED:
                    dumps = connection.execute(f"select distinct dump_id from landed.{extract}").fetchall()
                    parts = {dump: f"dump_id = '{dump}'" for (dump,) in dumps}
                for name, rows in parts.items():
                    file = self.settings.home / f"{name}.parquet"
                    file.unlink(missing_ok=True)
                    connection.execute(f"copy (from landed.{extract} where {rows}) to '{file}' (format parquet)")
                    files.setdefault(f"landed.{extract}", []).append(file)
        if address is not None:
            return {relation: self._laid(own, address) for relation, own in files.items()}
        patterns = {
            relation: f"file://{self.settings.home}/{{{','.join(file.name for file in files[relation])},gone.parquet}}"
            for relation in sorted(files)[::2]
        }
        return files | patterns

    def _laid(self, files: list[Path], address: str) -> AtAddress:
        """Lay them there; a task reads eight, as of files in the home."""
        system, root = fsspec.url_to_fs(address)
        for file in files:
            system.put_file(str(file), f"{root}/{file.name}")
        addresses = [f"{address}/{file.name}" for file in files]
        return AtAddress([addresses[at : at + 8] for at in range(0, len(addresses), 8)])

    def files(self, table: str = "*.*") -> dict[Path, int]:
        """What Spark wrote, each with the number by which the file system knows it."""
        return {file: file.stat().st_ino for file in self.settings.spark_tables.glob(f"*/{table}/*.parquet")}

    def tables(self) -> list[str]:
        """Those that DuckDB made of what is published, and of what is for the owner alone."""
        with connect(self.settings.warehouse, read_only=True) as connection:
            found = connection.execute(
                "select schema_name, table_name from duckdb_tables() where list_contains(?, schema_name) order by all",
                [SCHEMAS],
            ).fetchall()
        return [f"{schema}.{name}" for schema, name in found]

    def judged(self) -> dict[str, RuleResult]:
        """What the gate says of the rules that Spark is asked of what it wrote, by name."""
        suites = [staging_suite(contract).name for contract in load_contracts().values()]
        return {one.name: one for one in gate_marts(self.settings, suites).results}

    def rows(self, table: str) -> int:
        """How many a table has."""
        with connect(self.settings.warehouse, read_only=True) as connection:
            ((rows,),) = connection.execute(f"select count(*) from {table}").fetchall()
        return int(rows)


@pytest.fixture(scope="module")
def homes(models: Path, spark: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Home]:
    """One of each engine, nothing built."""
    folder, target = tmp_path_factory.mktemp("homes"), models / "dbt" / "target"
    return Home(folder / "duckdb", "duckdb", target), Home(folder / "spark", "spark", target)


def _build(homes: tuple[Home, Home], active: Iterable[Looked], address: str | None = None) -> list[set[str]]:
    """By home, the models that Spark built. Both at once: DuckDB has ended before Spark's first model."""
    with ThreadPoolExecutor(len(homes)) as pool:
        return list(pool.map(lambda home: home.build(active, address), homes))


def test_spark_and_duckdb_give_the_same_rows(homes: tuple[Home, Home], s3: str, tmp_path: Path) -> None:
    alone, shared = homes
    first, restated = _nights()

    by_duckdb, by_spark = _build(homes, first)
    assert by_duckdb == set()
    assert {shared.graph.models[name]["name"] for name in shared.graph.growing} <= by_spark
    tables = alone.tables()
    assert set(tables) - set(shared.tables()) == {table for table in tables if table.startswith("restricted.")}
    assert differences(alone.settings.warehouse, shared.settings.warehouse, tables) == {}
    assert sum(alone.rows(table) > 0 for table in tables) > 50
    by_spark = shared.judged()
    assert {one.engine for one in by_spark.values()} == {"spark"}
    assert {name: replace(one, engine="duckdb") for name, one in by_spark.items()} == alone.judged()

    assert shared.plan.increments == {}
    before, as_first = folders(shared.settings), Path(shutil.copy(alone.settings.warehouse, tmp_path / "first.duckdb"))
    files_before = shared.files()
    _, built = _build(homes, restated, s3)
    after = folders(shared.settings)
    assert {after[name].name for name in shared.plan.increments} == {*BY_DUMP, HASHED}
    for name, increment in shared.plan.increments.items():
        stay = {files_before[file] for file in increment.kept}
        assert stay <= set(shared.files(after[name].name).values()), "the same files, not copies of them"
    by_table = {after[name].name: increment for name, increment in shared.plan.increments.items()}
    assert by_table[BY_DUMP[0]].kept and by_table[BY_DUMP[0]].cut
    assert not all(one.kept for one in by_table.values()), "a table may have no file that stays, but rows"
    assert differences(alone.settings.warehouse, shared.settings.warehouse, BY_DUMP) == {}
    assert alone.rows(HASHED) == shared.rows(HASHED) > 0
    stood = {shared.graph.models[name]["name"] for name in after if after[name] == before[name]}
    assert {"stg_pension__social_card", "stg_arbitration__mediation_case", "int_dispute_case"} <= stood
    assert not stood & built
    assert all(folder.is_dir() for folder in after.values())
    assert not any(folder.exists() for name, folder in before.items() if after[name] != folder)
    assert differences(alone.settings.warehouse, shared.settings.warehouse, tables) == {}
    assert "marts.fct_indicator_value" in differences(as_first, alone.settings.warehouse, tables)
