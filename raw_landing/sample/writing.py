"""From tables of rows to files: one dump per extract, period and unit with its sidecar, and the few deliberate
oddities. Decides nothing of what the rows say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from raw_landing.contract import Contract
from raw_landing.sample.disguise import DISGUISES
from raw_landing.sample.impossible import IMPOSSIBLE

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


# One dump whose first delivery was a tenth short, and one that was sent twice.
REVISED = ("skill_certificate", "2025-10", "420100")
SENT_TWICE = ("social_card", "2025-12", "420600")

# What is said of a dirty dump beside its name, which says the rest.
SPARSE = ("synthetic", "submitted_by", "as_of", "sampling_fraction")


@dataclass(frozen=True)
class Written:
    """One dump on disk, and its bytes with those of its sidecar."""

    path: Path
    bytes: int


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


def write_dumps(connection: duckdb.DuckDBPyConnection, contract: Contract, out: Path) -> list[Written]:
    """Write every dump of one extract: clean ones to out/<source>/<extract>/, those that need mending to .../dirty/,
    an older revision and a repetition to .../repeated/."""
    names = list(contract.by_name)
    query = DUE.format(extract=contract.extract, fields=", ".join(field(contract, name) for name in names))
    header = ",".join(names)
    folder = out / contract.source / contract.extract
    written = []
    for period, period_end, fraction, unit, count, body in connection.execute(query).fetchall():
        lines = body.split("\n") if count else []
        place = (contract.extract, period, unit)
        path = folder / f"{contract.extract}__{period}__{unit}.csv"
        facts = _facts(contract, period, unit, period_end, fraction)
        disguise = DISGUISES.get(place)
        if disguise is not None and count > 3:
            data, rows = disguise.dress(contract, [line.split(",") for line in lines])
            told = {name: fact for name, fact in facts.items() if name in SPARSE}
            written.append(_write(folder / "dirty" / disguise.file_name, data, told | {"rows": rows}))
            continue
        data = _text(header, lines)
        if place == REVISED:
            first = _text(header, lines[: len(lines) * 9 // 10])
            written.append(_write(folder / "repeated" / path.name, first, facts))
            path, facts = path.with_stem(path.stem + "__r2"), facts | {"revision": 2}
        if place == SENT_TWICE:
            written.append(_write(folder / "repeated" / path.name.replace(".csv", "_copy.csv"), data, facts))
        written.append(_write(path, data, facts | {"rows": count, "sha256": hashlib.sha256(data).hexdigest()}))
    return written


def write_impossible(out: Path) -> list[Written]:
    """Write the dumps that must be rejected, to out/<source>/impossible/."""
    facts: dict[str, object] = {"synthetic": True, "submitted_by": SUBMITTED_BY}
    return [
        _write(out / dump.source / "impossible" / dump.file_name, dump.data, facts | dump.facts) for dump in IMPOSSIBLE
    ]


def _text(header: str, lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in (header, *lines)).encode()


def _facts(contract: Contract, period: str, unit: str, period_end: date, fraction: float) -> dict[str, object]:
    """What the sidecar says of a dump. Figures are drawn a week after the period's end."""
    facts: dict[str, object] = {
        "synthetic": True,
        "submitted_by": SUBMITTED_BY,
        "source": contract.source,
        "extract": contract.extract,
        "period": period,
        "unit": unit,
        "as_of": (period_end + timedelta(days=7)).isoformat(),
    }
    if fraction < 1:
        facts["sampling_fraction"] = fraction
    return facts


def _write(path: Path, data: bytes, facts: dict[str, object]) -> Written:
    """The sidecar first, so that nobody who looks meanwhile takes a sample for the whole."""
    sidecar = (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    for file, content in ((path.with_name(path.name + ".manifest.json"), sidecar), (path, data)):
        if not (file.is_file() and file.read_bytes() == content):  # written again, it would be looked at again
            file.write_bytes(content)
    return Written(path, len(data) + len(sidecar))
