"""Reading a sample back without the warehouse: its files, and every dump's rows as sent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from raw_landing.contract import Contract, load_contracts
from raw_landing.database import literal
from raw_landing.sample import Planted, SampleSummary
from raw_landing.sample.writing import DELIVERIES

MANIFEST = ".manifest.json"
INDICATORS = (Path(__file__).parent / "indicators.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Sample:
    """What was written and planted; one table of text per extract: its columns, dump_period, dump_unit, fraction f; the
    truth beside the dumps as truth_scenarios and truth_records."""

    summary: SampleSummary
    planted: Planted
    rows: duckdb.DuckDBPyConnection

    def figure(self, sql: str) -> float:
        """The single figure of a query."""
        found = self.rows.execute(sql).fetchone()
        assert found is not None
        return float(found[0])

    def indicators(self, first_year: int, year: int) -> dict[str, float]:
        """The province's indicators at the end of a year; flows added up from the first year on."""
        for name, day in {
            "plan_start": f"{first_year}-01-01",
            "year_start": f"{year}-01-01",
            "year_end": f"{year}-12-31",
        }.items():
            self.rows.execute(f"SET VARIABLE {name} = ?", [day])
        return dict(self.rows.execute(INDICATORS).fetchall())


def dumps(out: Path) -> list[Path]:
    """Every dump below a folder, without the sidecars and the list of planted deliveries."""
    files = (path for path in out.rglob("*") if path.is_file() and path.name != DELIVERIES)
    return sorted(path for path in files if not path.name.endswith(MANIFEST))


def read_back(connection: duckdb.DuckDBPyConnection, out: Path) -> None:
    """Load the clean dumps, as text, and the truth beside them; of an upsert key only the newest period's row."""
    for contract in load_contracts().values():
        if (folder := out / contract.source / contract.extract).is_dir():
            _load(connection, contract, folder)
    for name in ("scenarios", "records"):
        path = literal(str(out.parent / "truth" / f"{name}.csv"))
        connection.execute(f"CREATE TABLE truth_{name} AS FROM read_csv({path}, all_varchar = true)")


def _load(connection: duckdb.DuckDBPyConnection, contract: Contract, folder: Path) -> None:
    newest = (
        f"QUALIFY row_number() OVER (PARTITION BY {', '.join(contract.key)} ORDER BY dump_period DESC, dump_unit) = 1"
        if contract.load == "upsert"
        else ""
    )
    connection.execute(
        f"""
        CREATE TABLE {contract.extract} AS
        SELECT
            sent.* EXCLUDE (filename), told.period AS dump_period, told.unit AS dump_unit,
            coalesce(sampling_fraction, 1.0) AS f
        FROM read_csv('{folder}/*.csv', all_varchar = true, header = true, filename = true) AS sent
        INNER JOIN read_json(
            '{folder}/*.csv{MANIFEST}', filename = 'sidecar',
            columns = {{period: 'VARCHAR', unit: 'VARCHAR', sampling_fraction: 'DOUBLE'}}
        ) AS told ON sidecar = sent.filename || '{MANIFEST}'
        {newest}
        """
    )
