"""What the gate costs beside the same rules run by others: as dbt's tests, and by Great Expectations on pandas batches.

`make bench` runs it and appends to benchmarks/RESULTS.md. One warehouse, built from the sample; each contestant in a
process of its own, one after the other, run by run; each time all must have found the same (benchmarks/gates/).
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.gates import dbt_tests, pandas_batches
from benchmarks.ratios import note
from benchmarks.refresh import HRSS, RESULTS, runs_asked_for, timed
from benchmarks.whole import Cost, run
from expectations import Suite
from orchestration.gate.run import suites_on_landed, suites_on_marts
from orchestration.settings import PROJECT

PYTHON, DBT = Path(sys.executable), HRSS.with_name("dbt")


def differing(ours: dict[str, int], others: dict[str, int]) -> list[str]:
    """The rules for which two found different numbers of rows, or which only one of them judged."""
    return sorted(name for name in ours.keys() | others.keys() if ours.get(name) != others.get(name))


def differing_in_parts(ours: dict[str, int], parts: dict[str, list[int]], keys: set[str]) -> list[str]:
    """The same where a rule was judged in parts: a row may fail in several of them, and is counted once by us. Of
    `keys` that stand more than once we count the keys, pandas their rows: the verdict must be the same."""
    return sorted(
        name
        for name in ours.keys() | parts.keys()
        if name not in ours
        or name not in parts
        or (
            bool(ours[name]) != any(parts[name])
            if name in keys
            else not max(parts[name]) <= ours[name] <= sum(parts[name])
        )
    )


def agreed(names: list[str], who: str) -> None:
    """Raise RuntimeError if there are any names."""
    if names:
        raise RuntimeError(f"the gate and {who} do not agree on {', '.join(names)}")


class Field:
    """The warehouse, the rules, and what the contestants need to run them."""

    def __init__(self, folder: Path, scale: str) -> None:
        self.home = folder / "home"
        self.places = {"HRSS_LANDING": str(folder), "HRSS_HOME": str(self.home)}
        timed(HRSS, "sample", "--scale", scale, environment=self.places)
        timed(HRSS, "refresh", environment=self.places)
        self.seconds = json.loads((self.home / "last_run.json").read_text(encoding="utf-8"))["seconds"]
        self.warehouse = self.home / "warehouse.duckdb"
        self.suites: tuple[Suite, ...] = (*suites_on_landed(), *suites_on_marts())
        self.rules = {f"{suite.name}.{rule.name}": rule for suite in self.suites for rule in suite.rules}
        plan = pandas_batches.plan(self.suites)
        self.shared = {name for rules in plan.values() for name in rules}
        self.keys = {name for name in self.shared if self.rules[name].query is not None}
        self.names, self.plan, self.found = folder / "names.txt", folder / "plan.json", folder / "found.json"
        self.names.write_text("\n".join(self.shared), encoding="utf-8")
        pandas_batches.write_plan(self.plan, plan)
        self.dbt = folder / "dbt"
        self.dbt_lines = dbt_tests.write_project(self.dbt, self.suites, self.shared)
        self._run_dbt(Cost(), "parse")  # as on any night but the first

    def all_by_us(self, cost: Cost) -> dict[str, int]:
        """hrss gate: both stages, as the nightly job runs them, record and page among them."""
        run(cost, HRSS, "gate", "--full", environment=self.places)
        record = json.loads((self.home / "gate.json").read_text(encoding="utf-8"))
        rows = [row for stage in record.values() for row in stage["rows"]]
        return {f"{row['suite']}.{row['expectation']}": row["unexpected_count"] for row in rows}

    def all_by_dbt(self, cost: Cost) -> dict[str, int]:
        """dbt test."""
        self._run_dbt(cost, "test")
        return dbt_tests.unexpected_rows(self.dbt, self.suites)

    def shared_by_us(self, cost: Cost) -> dict[str, int]:
        """Our gate, on the rules that pandas batches can judge."""
        run(cost, PYTHON, "-m", "benchmarks.gates.ours", self.warehouse, self.names, self.found)
        found: dict[str, int] = json.loads(self.found.read_text(encoding="utf-8"))
        return found

    def shared_by_dbt(self, cost: Cost) -> dict[str, int]:
        """dbt test, on those."""
        self._run_dbt(cost, "test", "--select", "path:tests/shared")
        return dbt_tests.unexpected_rows(self.dbt, self.suites)

    def shared_by_pandas(self, cost: Cost) -> dict[str, list[int]]:
        """Those, on pandas batches."""
        run(cost, PYTHON, "-m", "benchmarks.gates.pandas_batches", self.warehouse, self.plan, self.found)
        found: dict[str, list[int]] = json.loads(self.found.read_text(encoding="utf-8"))
        return found

    def _run_dbt(self, cost: Cost, *arguments: str) -> None:
        places = ("--project-dir", self.dbt, "--profiles-dir", self.dbt)
        environment = {"HRSS_WAREHOUSE": str(self.warehouse), "DO_NOT_TRACK": "1"}
        run(cost, DBT, "--quiet", *arguments, *places, environment=environment)


def main() -> None:
    """Measure and append to the page."""
    runs, scale = runs_asked_for(), sys.argv[2] if len(sys.argv) > 2 else "bench"
    start, ours, dbt, ours_shared, dbt_shared, pandas_shared = (Cost() for _ in range(6))
    with tempfile.TemporaryDirectory() as folder:
        field = Field(Path(folder), scale)
        for number in range(runs):
            run(start, PYTHON, "-c", "import expectations.engine")
            found = field.all_by_us(ours)
            agreed(differing(found, field.all_by_dbt(dbt)), "dbt")
            found = {name: rows for name, rows in found.items() if name in field.shared}
            agreed(differing(found, field.shared_by_us(ours_shared)), "the gate on fewer rules")
            agreed(differing(found, field.shared_by_dbt(dbt_shared)), "dbt")
            agreed(differing_in_parts(found, field.shared_by_pandas(pandas_shared), field.keys), "pandas")
            sys.stderr.write(f"gate: run {number + 1} of {runs}\n")
    whole, part = statistics.median(ours.seconds), statistics.median(ours_shared.seconds)
    share = field.seconds["gate"] / (field.seconds["landing"] + field.seconds["dbt"])
    note("gate, beside dbt tests", whole / statistics.median(dbt.seconds))
    note("gate, beside pandas batches", part / statistics.median(pandas_shared.seconds))
    rules = sum(
        len(file.read_text(encoding="utf-8").splitlines()) for file in (PROJECT / "expectations/suites").glob("*.py")
    )
    lines = [
        "",
        "## The gate beside the same rules as dbt tests and as pandas batches",
        "",
        f"Medians of {runs} runs on the warehouse of the sample ({scale}), processes of their own; in every run all "
        f"found the same. {len(field.rules)} rules, of which {len(field.shared)} can be said in the "
        "expectations that Great Expectations has for pandas batches (columns filled, in a list, within bounds, in "
        "order, unique keys); the others "
        "look into several tables or compute. dbt's project, a singular test a rule, was parsed before; pandas loads "
        "the columns it is asked about, from the same file. The gate also writes its record and page, with examples. "
        "The ratio is to the gate on the same rules. Memory: MiB.",
        "",
        "| | seconds | from – to | ratio | memory |",
        "|---|---:|---:|---:|---:|",
        start.row("importing Great Expectations alone", whole),
        ours.row(f"{len(field.rules)} rules, the gate", whole),
        dbt.row(f"{len(field.rules)} rules, dbt tests", whole),
        ours_shared.row(f"{len(field.shared)} rules, the gate", part),
        dbt_shared.row(f"{len(field.shared)} rules, dbt tests", part),
        pandas_shared.row(f"{len(field.shared)} rules, pandas batches", part),
        "",
        f"Lines: the suites {rules:,} (with severity, source and a sentence in two languages), the dbt project "
        f"{field.dbt_lines:,} (with none of them). In the refresh that built this warehouse the gate took "
        f"{field.seconds['gate']:.1f} s, {share:.0%} of landing and dbt.",
    ]
    with RESULTS.open("a", encoding="utf-8") as page:
        page.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
