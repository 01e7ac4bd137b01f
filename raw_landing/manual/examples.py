"""The manual's examples: one small synthetic dump of each extract, the same with mistakes, and what landing says of
them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path, PurePosixPath

from raw_landing.contract import Column, Contract, load_contracts
from raw_landing.intake.check import INBOX, DumpCheck, check_file
from raw_landing.intake.identify import Identity, identify, period_of
from raw_landing.intake.inbox import MANIFEST
from raw_landing.messages.reasons import Problem
from raw_landing.regions import load_regions
from raw_landing.sample.invalid_dumps import IMPOSSIBLE
from raw_landing.text import say

EXAMPLES = Path(__file__).parent / "examples"
SUBMITTED_BY = " / ".join(say("synthetic_example"))
REPORT_DAY = date(2026, 11, 30)
"""The day on which the examples are judged: the manual is the same whenever it is made."""

DAMAGED_ID = "4.29921E+17"
ELSEWHERE, NEXT_DOOR = "310000", "420500"  # Shanghai; a unit other than the example's


@dataclass(frozen=True)
class Example:
    """A dump as an agency sends it: file name, identity, header (Chinese) and rows."""

    name: str
    contract: Contract
    identity: Identity
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> str:
        """The file, as UTF-8 with commas and LF."""
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([self.header, *self.rows])
        return out.getvalue()

    @property
    def period(self) -> str:
        """The period as the canonical name writes it."""
        return period_of(self.identity)

    @property
    def name_zh(self) -> str:
        """The name people write."""
        year, _, rest = self.period.partition("-")
        part = f"{'一二三四'[int(rest[1]) - 1]}季度" if rest.startswith("Q") else f"{int(rest)}月" if rest else ""
        unit = load_regions().by_code[self.identity.unit_code].name_zh
        return f"{self.contract.zh}_{unit}_{year}年{part}.csv"

    @property
    def due(self) -> date:
        """The last day on which it is in time."""
        return self.identity.period_end + timedelta(days=self.contract.due_days)

    @property
    def manifest(self) -> str:
        """Its sidecar, with every fact that the name states too, and what the name cannot."""
        facts = {
            "source": self.contract.source,
            "extract": self.contract.extract,
            "period": self.period,
            "unit": self.identity.unit_code,
            "revision": 1,
            "rows": len(self.rows),
            "sha256": hashlib.sha256(self.text.encode()).hexdigest(),
            "encoding": "utf-8",
            "as_of": f"{self.identity.period_end + timedelta(days=7)}",
            "synthetic": True,
            "submitted_by": SUBMITTED_BY,
        }
        return json.dumps(facts, ensure_ascii=False, indent=2) + "\n"

    def judged(self, folder: Path, name: str | None = None, *, manifest: bool = False) -> DumpCheck:
        """What landing says of it under a name (its own, if none is given), put down below `folder`."""
        sidecar = self.manifest.encode() if manifest else None
        return judged(folder, self.contract.source, name or self.name, self.text.encode(), sidecar)

    def spoiled(self) -> Example:
        """The same file with up to three mistakes that bureaus make, one a row; one row at least stays right."""
        rows = [list(row) for row in self.rows]
        for row, (column, wrong) in zip(rows[:-1], self._mistakes(), strict=False):
            row[self.contract.columns.index(column)] = wrong
        return Example(self.name, self.contract, self.identity, self.header, tuple(map(tuple, rows)))

    def _mistakes(self) -> list[tuple[Column, str]]:
        columns = self.contract.columns
        person = [(one, DAMAGED_ID) for one in columns if one.check == "id_number"]
        region = [(one, ELSEWHERE) for one in columns if one.check in ("region", "region_or_nation")]
        code = [(one, "待定") for one in columns if one.values]
        number = [(one, "约一千") for one in columns if one.type in ("integer", "decimal")]
        after = self.identity.period_end + timedelta(days=1)
        period = [
            (one, f"{after:%Y-%m}" if one.type == "month" else f"{after}")
            for one in columns
            if one.name == self.contract.period_column
        ]
        return [*(person or region)[:1], *(code or number)[:1], *period]


def examples() -> dict[str, Example]:
    """The examples there are, by extract in the order of the contracts."""
    contracts, regions = load_contracts(), load_regions()
    found: dict[str, Example] = {}
    for path in EXAMPLES.glob("*/*.csv"):
        identity = identify(PurePosixPath(path.relative_to(EXAMPLES)), None, contracts, regions)
        contract = contracts[identity.extract]
        header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
        found[contract.extract] = Example(path.name, contract, identity, tuple(header), tuple(map(tuple, rows)))
    return {extract: found[extract] for extract in contracts if extract in found}


def judged(folder: Path, source: str, name: str, data: bytes, manifest: bytes | None = None) -> DumpCheck:
    """What landing says of these bytes, put down as `folder/inbox/<source>/<name>`."""
    path = folder / INBOX / source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if manifest is not None:
        path.with_name(name + MANIFEST).write_bytes(manifest)
    return check_file(path, REPORT_DAY)


def rejections(folder: Path) -> dict[str, Problem]:
    """For each reason to reject a dump what is said of a dump that deserves it (`lines_unaccounted` has none)."""
    told: dict[str, Problem] = {}
    for dump in IMPOSSIBLE:
        sidecar = json.dumps(dump.facts).encode() if dump.facts else None
        verdict = judged(folder, dump.source, dump.file_name, dump.data, sidecar)
        for problem in verdict.receipt.problems:
            if problem.code == dump.reason:
                told.setdefault(dump.reason, problem)
    return told


def refusals(folder: Path) -> dict[str, Problem]:
    """For each reason to refuse a row what is said of such a row."""
    good = examples()["training_record"]
    first, *others = good.rows
    at = {column.name: position for position, column in enumerate(good.contract.columns)}
    wrong = {
        "id_number": DAMAGED_ID,
        "region_code": ELSEWHERE,
        "trainee_category": "待定",
        "subsidy_amount": "-1",
        "started_on": "03/04/2025",
        "completed_on": f"{good.identity.period_end + timedelta(days=1)}",
    }
    rows = [list(row) for row in good.rows]
    for number, (name, value) in enumerate([*wrong.items(), ("region_code", NEXT_DOOR), ("completed_on", "")]):
        row = list(first)
        row[0], row[at[name]] = f"{first[0]}X{number}", value
        rows.append(row)
    rows.append([*others[0][:3]])
    rows.append([*others[1][:-1], "其他"])
    dump = Example(good.name, good.contract, good.identity, good.header, tuple(map(tuple, rows)))
    return {problem.code: problem for problem in dump.judged(folder).receipt.problems}
