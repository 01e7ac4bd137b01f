"""Writes tables of rows as files: one dump per extract, period and unit with its manifest, and the few deliberate
oddities; what is too large for a table, as a stream."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from raw_landing.contract import Contract
from raw_landing.database import literal
from raw_landing.intake.inbox import MANIFEST
from raw_landing.sample.dirty_variants import DISGUISES
from raw_landing.sample.invalid_dumps import IMPOSSIBLE
from raw_landing.text import say

SUBMITTED_BY = " / ".join(say("synthetic_sample"))

# The dumps that are sent, one line each, whether they have rows or not, with what was planted of a delivery. In a full
# month every second unit's system is an old one.
DUE = """
    SELECT
        month, period, period_end, CASE WHEN list_contains(complete_units, unit) THEN 1.0 ELSE fraction END AS fraction,
        unit, fault,
        is_full AND list_position(units, unit) % 2 = 1 AS is_gb18030
    FROM (
        SELECT *, unnest(senders) AS unit
        FROM delivery, scale
        WHERE extract = '{extract}' AND is_whole = {whole}
    )
    LEFT JOIN planted_delivery USING (extract, period, unit)
    WHERE fault IS DISTINCT FROM 'missing'
"""

# The rows of each as one text, joined in the order of their columns. No made value holds a comma, a quote or a line
# end, so that nothing needs quoting here.
MADE = """
    WITH due AS ({due}),
    made AS (
        SELECT
            month, CASE WHEN list_contains(senders, unit_code) THEN unit_code ELSE '420000' END AS unit,
            concat_ws(',', {fields}) AS line
        FROM made.{extract} INNER JOIN delivery USING (month)
        WHERE delivery.extract = '{extract}'
    )
    SELECT
        period, period_end, fraction, unit, fault, is_gb18030,
        count(line) AS rows, string_agg(line, chr(10) ORDER BY line) AS body
    FROM due LEFT JOIN made USING (month, unit)
    GROUP BY ALL ORDER BY period, unit
"""

# One dump whose first delivery was a tenth short, and one that was sent twice.
REVISED = ("skill_certificate", "2025-10", "420100")
SENT_TWICE = ("social_card", "2025-12", "420600")

PASSING = ".writing-"
"""First letters of the folder in which large dumps are written; landing looks at nothing that begins with a dot."""

DRAWN_AFTER = 7
LATE = 20
"""Days after the period's end on which figures are drawn; after the day on which they are due, where they come late."""

DELIVERIES = "synthetic_deliveries.json"
"""The file that says which deliveries are missing, refused or late on purpose; no dump."""

# What is said of a dirty dump beside its name, which says the rest.
SPARSE = ("synthetic", "submitted_by", "as_of", "sampling_fraction")


@dataclass(frozen=True)
class Written:
    """One dump on disk, its rows, and its bytes with those of its sidecar."""

    path: Path
    rows: int
    bytes: int


def field(contract: Contract, name: str) -> str:
    """SQL for a column as agencies write it: ISO days, months without a day, 1 and 0."""
    kind = contract.by_name[name].type
    if kind == "month":
        return f"strftime({name}, '%Y-%m')"
    if kind == "boolean":
        return f"CAST({name} AS INTEGER)::VARCHAR"
    return f"CAST({name} AS VARCHAR)"


def size_of(connection: duckdb.DuckDBPyConnection, contract: Contract) -> tuple[int, int]:
    """How many dumps of an extract are due, and with how many rows, about: those of other units are not left out."""
    found = connection.execute(
        f"SELECT (SELECT count(*) FROM ({_due(contract)}) ) + (SELECT count(*) FROM ({_due(contract, whole=True)})),"
        f" (SELECT count(*) FROM made.{contract.extract})"
        " + (SELECT coalesce(sum(rows), 0)::BIGINT FROM whole_rows WHERE extract = ?)",
        [contract.extract],
    ).fetchone()
    assert found is not None
    return found[0], found[1]


def write_dumps(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    out: Path,
    tell: Callable[[Written], object] | None = None,
) -> list[Written]:
    """Write every dump of one extract: clean ones to out/<source>/<extract>/, those that need mending to .../dirty/,
    an older revision and a repetition to .../repeated/. `tell` is called with each one written."""
    written = []
    for one in itertools.chain(_made(connection, contract, out), _whole(connection, contract, out)):
        written.append(one)
        if tell is not None:
            tell(one)
    return written


def _made(connection: duckdb.DuckDBPyConnection, contract: Contract, out: Path) -> Iterator[Written]:
    """Write the dumps of the rows in schema `made`."""
    names = list(contract.by_name)
    fields = ", ".join(f"coalesce({field(contract, name)}, '')" for name in names)
    query = MADE.format(due=_due(contract), extract=contract.extract, fields=fields)
    folder = _folder(contract, out)
    for period, period_end, fraction, unit, fault, is_gb18030, count, body in connection.execute(query).fetchall():
        lines = body.split("\n") if count else []
        place = (contract.extract, period, unit)
        path = folder / _file_name(contract, period, unit)
        drawn_after = contract.due_days + LATE if fault == "late" else DRAWN_AFTER
        facts = _facts(contract, period, unit, period_end, fraction, drawn_after)
        disguise = DISGUISES.get(place)
        if disguise is not None and count > 3:
            data, rows = disguise.dress(contract, [line.split(",") for line in lines])
            told = {name: fact for name, fact in facts.items() if name in SPARSE}
            yield _write(folder / "dirty" / disguise.file_name, data, told | {"rows": rows}, rows)
            continue
        data = _text(_header(contract, is_gb18030), lines, is_gb18030)
        if place == REVISED:
            first = _text(_header(contract, is_gb18030), lines[: len(lines) * 9 // 10], is_gb18030)
            yield _write(folder / "repeated" / path.name, first, facts)
            path, facts = path.with_stem(path.stem + "__r2"), facts | {"revision": 2}
        if place == SENT_TWICE:
            yield _write(folder / "repeated" / path.name.replace(".csv", "_copy.csv"), data, facts)
        if fault == "refused":  # its sidecar promises a row more
            yield _write(path, data, facts | {"rows": count + 1}, count)
            continue
        yield _write(path, data, facts | {"rows": count, "sha256": hashlib.sha256(data).hexdigest()}, count)


def _whole(connection: duckdb.DuckDBPyConnection, contract: Contract, out: Path) -> Iterator[Written]:
    """Write the dumps of the views in schema `whole`, one per core at a time. A view's source is one row group, which
    one thread reads: so lines keep their order, and the same seed gives the same bytes."""
    due = connection.execute(_due(contract, whole=True)).fetchall()
    if not due:
        return
    folder = _folder(contract, out)
    folder.mkdir(parents=True, exist_ok=True)
    (seed,) = connection.execute("SELECT getvariable('seed')").fetchone() or (None,)

    def write(
        _: date, period: str, period_end: date, fraction: float, unit: str, fault: str | None, is_gb18030: bool
    ) -> Written:
        path = folder / _file_name(contract, period, unit)
        passing = Path(passing_folder, path.name)
        header = _header(contract, is_gb18030).split(",")
        fields = ", ".join(
            f'{field(contract, name)} AS "{head}"' for name, head in zip(contract.by_name, header, strict=True)
        )
        with connection.cursor() as cursor:
            for name, value in (("seed", seed), ("unit", unit)):
                cursor.execute(f"SET VARIABLE {name} = ?", [value])
            copied = cursor.execute(
                f"COPY (SELECT {fields} FROM whole.{contract.extract}) TO {literal(passing)} (FORMAT csv, HEADER)"
            ).fetchone()
        assert copied is not None
        if is_gb18030:
            _recode(passing)
        with passing.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        facts = _facts(contract, period, unit, period_end, fraction) | {"rows": copied[0], "sha256": sha256}
        sidecar, size = _json(facts), passing.stat().st_size
        if _put(path.with_name(path.name + MANIFEST), sidecar) or not (path.is_file() and path.stat().st_size == size):
            passing.replace(path)
        else:
            passing.unlink()
        return Written(path, copied[0], size + len(sidecar))

    for left in folder.glob(f"{PASSING}*"):  # of a run that was killed
        shutil.rmtree(left)
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix=PASSING) as passing_folder,  # a full disk is given back
        ThreadPoolExecutor(max_workers=os.cpu_count()) as pool,
    ):
        yield from pool.map(lambda line: write(*line), due)


def _recode(path: Path) -> None:
    """Turn a file from UTF-8 into GB18030, as a stream."""
    goal = path.with_name(f"{path.name}.gb18030")
    with path.open(encoding="utf-8", newline="") as source, goal.open("w", encoding="gb18030", newline="") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    goal.replace(path)


def write_impossible(out: Path) -> list[Written]:
    """Write the dumps that must be rejected, to out/<source>/impossible/."""
    facts: dict[str, object] = {"synthetic": True, "submitted_by": SUBMITTED_BY}
    return [
        _write(out / dump.source / "impossible" / dump.file_name, dump.data, facts | dump.facts) for dump in IMPOSSIBLE
    ]


def write_deliveries(connection: duckdb.DuckDBPyConnection, out: Path) -> int:
    """Write which deliveries are missing, refused or late on purpose to out/synthetic_deliveries.json; the bytes
    written, 0 where nothing was planted."""
    query = "SELECT extract, period, unit, fault FROM planted_delivery ORDER BY ALL"
    planted = [
        dict(zip(("extract", "period", "unit", "fault"), one, strict=True))
        for one in connection.execute(query).fetchall()
    ]
    if not planted:
        return 0
    facts = {"synthetic": True, "submitted_by": SUBMITTED_BY, "deliveries": planted}
    _put(out / DELIVERIES, _json(facts))
    return len(_json(facts))


def write_truth(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write what befell units, the rows that tell of it and the records that rules of fund supervision should list, to
    folder/scenarios.csv, records.csv and fund.csv; nothing where the sample carries no scenario."""
    if connection.execute("SELECT 1 FROM effect").fetchone() is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in (("scenarios", "scenario"), ("records", "truth"), ("fund", "fund_truth")):
        path = literal(folder / f"{name}.csv")
        connection.execute(f"COPY (FROM {table} ORDER BY ALL) TO {path} (FORMAT csv, HEADER)")


def _due(contract: Contract, *, whole: bool = False) -> str:
    return DUE.format(extract=contract.extract, whole=whole)


def _folder(contract: Contract, out: Path) -> Path:
    return out / contract.source / contract.extract


def _file_name(contract: Contract, period: str, unit: str) -> str:
    return f"{contract.extract}__{period}__{unit}.csv"


def _header(contract: Contract, is_gb18030: bool) -> str:
    """Old systems write Chinese headers."""
    return ",".join(column.zh if is_gb18030 else column.name for column in contract.columns)


def _text(header: str, lines: Sequence[str], is_gb18030: bool) -> bytes:
    return "".join(f"{line}\n" for line in (header, *lines)).encode("gb18030" if is_gb18030 else "utf-8")


def _facts(
    contract: Contract, period: str, unit: str, period_end: date, fraction: float, drawn_after: int = DRAWN_AFTER
) -> dict[str, object]:
    """What the sidecar says of a dump; its figures are drawn so many days after the period's end."""
    facts: dict[str, object] = {
        "synthetic": True,
        "submitted_by": SUBMITTED_BY,
        "source": contract.source,
        "extract": contract.extract,
        "period": period,
        "unit": unit,
        "as_of": (period_end + timedelta(days=drawn_after)).isoformat(),
    }
    if fraction < 1:
        facts["sampling_fraction"] = fraction
    return facts


def _json(facts: dict[str, object]) -> bytes:
    return (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode()


def _write(path: Path, data: bytes, facts: dict[str, object], rows: int = 0) -> Written:
    """The sidecar first, so that nobody who looks meanwhile takes a sample for the whole."""
    sidecar = _json(facts)
    path.parent.mkdir(parents=True, exist_ok=True)
    _put(path.with_name(path.name + MANIFEST), sidecar)
    _put(path, data)
    return Written(path, rows, len(data) + len(sidecar))


def _put(path: Path, content: bytes) -> bool:
    """Write a file unless it is as it should be: written again, it would be looked at again. Says whether it did."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.write_bytes(content)
    return True
