"""From tables of rows to files: one dump per extract, period and unit with its sidecar. Decides nothing of what is in
them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from raw_landing.contract import Contract

SUBMITTED_BY = "合成数据 / synthetic data (hrss sample)"

# One line per dump that is due, whether it has rows or not: the rows of each as one text, joined in the order of their
# columns. No made value holds a comma, a quote or a line end, so that nothing needs quoting here.
DUE = """
    WITH due AS (
        SELECT month, period, period_end, fraction, unnest(CASE WHEN by_unit THEN units ELSE ['420000'] END) AS unit
        FROM delivery, scale
        WHERE extract = '{extract}'
    ),
    made AS (
        SELECT month, CASE WHEN by_unit THEN unit_code ELSE '420000' END AS unit, concat_ws(',', {fields}) AS line
        FROM made.{extract} INNER JOIN delivery USING (month)
        WHERE delivery.extract = '{extract}'
    )
    SELECT period, period_end, fraction, unit, count(line) AS rows, string_agg(line, chr(10) ORDER BY line) AS body
    FROM due LEFT JOIN made USING (month, unit)
    GROUP BY ALL ORDER BY period, unit
"""


@dataclass(frozen=True)
class Written:
    """One dump on disk: its bytes with those of its sidecar, and its data rows."""

    path: Path
    bytes: int
    rows: int


def field(contract: Contract, name: str) -> str:
    """SQL for a column as agencies write it: ISO days, months without a day, 1 and 0, nothing for null."""
    kind = contract.by_name[name].type
    if kind == "month":
        text = f"strftime({name}, '%Y-%m')"
    elif kind == "boolean":
        text = f"CAST({name} AS INTEGER)::VARCHAR"
    else:
        text = f"CAST({name} AS VARCHAR)"
    return f"coalesce({text}, '')"


def write_dumps(connection: duckdb.DuckDBPyConnection, contract: Contract, out: Path, *, seed: int) -> list[Written]:
    """Write every dump of one extract below out/<source>/<extract>/."""
    names = [column.name for column in contract.columns]
    query = DUE.format(extract=contract.extract, fields=", ".join(field(contract, name) for name in names))
    header = ",".join(names)
    folder = out / contract.source / contract.extract
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for period, period_end, fraction, unit, rows, body in connection.execute(query).fetchall():
        data = (f"{header}\n{body}\n" if rows else f"{header}\n").encode()
        path = folder / f"{contract.extract}__{period}__{unit}.csv"
        written.append(write_dump(path, data, manifest(contract, period, unit, period_end, rows, fraction, data)))
    return written


def manifest(
    contract: Contract, period: str, unit: str, period_end: date, rows: int, fraction: float, data: bytes
) -> dict[str, object]:
    """What the sidecar says of a dump. Figures are drawn a week after the period's end."""
    facts: dict[str, object] = {
        "synthetic": True,
        "submitted_by": SUBMITTED_BY,
        "source": contract.source,
        "extract": contract.extract,
        "period": period,
        "unit": unit,
        "as_of": (period_end + timedelta(days=7)).isoformat(),
        "rows": rows,
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    if fraction < 1:
        facts["sampling_fraction"] = fraction
    return facts


def write_dump(path: Path, data: bytes, facts: dict[str, object]) -> Written:
    """The sidecar first, so that nobody who looks meanwhile takes a sample for the whole."""
    sidecar = (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode()
    path.with_name(path.name + ".manifest.json").write_bytes(sidecar)
    path.write_bytes(data)
    rows = facts["rows"]
    assert isinstance(rows, int)
    return Written(path, len(data) + len(sidecar), rows)
