"""Why values differ from the release before: each difference split by cause, by recomputing step by step from what that
release was made from to what this one is made from. Publishes nothing; formulas stand in dbt alone.

The causes are taken in the order of CAUSES. A step is a state of dumps, formulas and reference data; its values are
those of fct_indicator_value, computed by dbt in a temporary warehouse. Nothing is computed for an indicator that only
one cause can have touched: the whole difference is that cause's. Rules where the agreement is silent: docs/decisions.
"""

from __future__ import annotations

import itertools
import json
import logging
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from expectations.vocabulary import CELL
from orchestration.attribution.causes import CAUSES
from orchestration.attribution.dump_changes import changed_dump_row, dumps_by_manifest, newly_counting
from orchestration.dbt_build.catalogue import VALUES
from orchestration.release.folder import schema_of
from orchestration.release.state import DEFINITIONS, ReleaseInputs
from orchestration.release.vintages import VALUE_COLUMNS, current_or_newest, differs
from orchestration.settings import Settings
from orchestration.text import pair
from raw_landing.contract import load_contracts
from raw_landing.database import connect, literal
from raw_landing.errors import UserError
from raw_landing.ledger.snapshot import DumpChange, diff_snapshots
from raw_landing.storage.landed_schema import expose_snapshot

log = logging.getLogger("hrss")

OF_DUMPS = ("new", "revised", "withdrawn", "corrected", "reference", "code")
"""The causes that can change which rows are active, in their order."""

SHARES = Path(__file__).with_name("shares.sql")


@dataclass(frozen=True)
class Step:
    """A state between two releases: what has been taken over from the later one so far."""

    causes: tuple[str, ...]
    """Of the changes of dumps."""
    has_new_formulas: bool = False
    has_new_reference: bool = False


@dataclass(frozen=True)
class Attribution:
    """What changed between the release before and the one under way, and the file of the rows that say so."""

    now: ReleaseInputs
    previous_release_id: str | None = None
    changes: Path | None = None
    """Parquet: the columns of fct_indicator_change but the two releases."""
    changed_dumps: tuple[DumpChange, ...] = ()
    definitions: tuple[str, ...] = ()
    """The indicators whose definition changed."""
    caveats: tuple[tuple[str, str], ...] = ()
    """What could not be told apart, in both languages."""


Build = Callable[[Path, Path], None]
"""Computes fct_indicator_value by a dbt project in a warehouse file; raises UserError."""


def attribute(settings: Settings, now: ReleaseInputs, workdir: Path, build: Build) -> Attribution:
    """Split the differences between the gated warehouse and the current release. Temporary files stand in `workdir`.

    What cannot be recomputed is not guessed: the shares stay together under the later cause, and `caveats` says so.
    Raises LandingError, duckdb.Error.
    """
    with connect(spill=settings.spill) as connection:
        readable = current_or_newest(connection, settings)
        if readable is None:
            return Attribution(now)
        previous = readable.release_id
        before = ReleaseInputs.of(settings, previous)
        connection.execute(f"attach {literal(readable.marts)} as before (read_only)")
        connection.execute(f"attach {literal(settings.warehouse)} as warehouse (read_only)")
        work = AttributionRun(settings, connection, workdir, build, now, before)
        work.find_differences()
        work.plan_steps(readable.read_manifest().get("dumps", ()) if before is None else ())
        work.compute_steps()
        changes = workdir / "changes.parquet"
        work.write(changes)
        return Attribution(
            now, previous, changes, work.changed_dumps, tuple(sorted(work.definitions)), tuple(work.caveats)
        )


@dataclass
class AttributionRun:
    """One attribution under way. Tables `differing`, `path` and `said` of its connection carry it."""

    settings: Settings
    connection: duckdb.DuckDBPyConnection
    workdir: Path
    build: Build
    now: ReleaseInputs
    before: ReleaseInputs | None
    changed_dumps: tuple[DumpChange, ...] = ()
    definitions: frozenset[str] = frozenset()
    caveats: list[tuple[str, str]] = field(default_factory=list)
    feeds: dict[str, frozenset[str]] = field(default_factory=dict)
    """By indicator, the extracts its values may hang on: its own, and those of the indicators of the same count, of its
    whole and of its parts, since what one hides the other may have to hide."""
    paths: dict[str, list[tuple[str, Step | None]]] = field(default_factory=dict)
    """By indicator, the causes that may have touched it and the step that each leads to; None is this release."""

    @property
    def published(self) -> str:
        """The schema of the tables of the release before."""
        return schema_of(self.connection, "before")

    def find_differences(self) -> None:
        """Which cells differ, which definitions, and what each indicator is made from."""
        self.connection.execute(
            f"""
            create temp table differing as
            select {", ".join(CELL)}
            from {self.published}.{VALUES} as was
            full join warehouse.marts.{VALUES} as said using ({", ".join(CELL)})
            where was.is_suppressed is null or said.is_suppressed is null or {differs("was", "said")}
            """
        )
        listed = "select indicator_id, list((definition_version, in_force_from) order by all) as versions"
        found = self.connection.execute(
            f"""
            select indicator_id
            from ({listed} from {self.published}.dim_indicator group by all) as was
            full join ({listed} from warehouse.marts.dim_indicator group by all) as said using (indicator_id)
            where was.versions is distinct from said.versions
            """
        ).fetchall()
        self.definitions = frozenset(indicator for (indicator,) in found)
        definitions = self.now.project / "seeds" / f"{DEFINITIONS}.csv"
        rows = self.connection.execute(
            f"""
            with
                feed as (
                    select indicator_id, unnest(source_extracts) as extract from {self.published}.dim_indicator
                    union
                    select indicator_id, unnest(source_extracts) as extract from warehouse.marts.dim_indicator
                ),
                registered as (
                    select distinct indicator_id, count_family, part_of from read_csv({literal(definitions)})
                ),
                family as (
                    select own.indicator_id, coalesce(whole.count_family, own.count_family) as count_family
                    from registered as own left join registered as whole on own.part_of = whole.indicator_id
                )
            select feed.indicator_id, other.extract
            from feed
            left join family using (indicator_id)
            left join family as relative using (count_family)
            inner join feed as other on other.indicator_id in (feed.indicator_id, relative.indicator_id)
            group by all
            """
        ).fetchall()
        for indicator, pairs in itertools.groupby(sorted(rows), key=lambda row: str(row[0])):
            self.feeds[indicator] = frozenset(extract for _, extract in pairs)

    def plan_steps(self, dumps_before: Iterable[Mapping[str, Any]]) -> None:
        """Which causes may have touched each indicator that differs, and by which steps one gets from there to here.

        Of a release that left no state only its dumps are known, from its manifest: there are no steps, and the dumps
        answer for the indicators whose extracts they are.
        """
        differing = self.connection.execute("select distinct indicator_id from differing order by all").fetchall()
        if self.before is None:
            self.changed_dumps = tuple(dumps_by_manifest(dumps_before, self.now.snapshot.active))
        else:
            turned = newly_counting(self.before, self.now)
            self.changed_dumps = (*turned, *diff_snapshots(self.before.snapshot, self.now.snapshot, self.settings.home))
        reference = {contract.extract for contract in load_contracts().values() if contract.is_reference}
        self.changed_dumps = tuple(
            replace(one, cause="reference") if one.dump.extract in reference else one for one in self.changed_dumps
        )
        for (indicator,) in differing:
            causes = [cause for cause in CAUSES if self._touches(cause, indicator)]
            if not causes:
                causes = ["new" if self.before and self.before.as_of != self.now.as_of else "code"]
            if self.before is None:
                causes = [next((one for one in reversed(causes) if one in OF_DUMPS), causes[-1])]
            steps = [self._step(cause, indicator) for cause in causes[:-1]]
            self.paths[indicator] = list(zip(causes, [*steps, None], strict=True))
        if self.before is None and differing:
            self._caveat(
                *pair("attribution.earlier_inputs_missing"),
            )

    def _touches(self, cause: str, indicator: str) -> bool:
        """Whether a cause can have changed the values of an indicator."""
        if any(one.cause == cause and one.dump.extract in self.feeds.get(indicator, ()) for one in self.changed_dumps):
            return True
        if cause == "definition":
            return indicator in self.definitions
        if self.before is None:
            return False
        if cause == "new":  # a period that was not over is: rows dated after what had been delivered count
            months = (self.before.as_of.year, self.before.as_of.month), (self.now.as_of.year, self.now.as_of.month)
            loads = {load_contracts()[extract].load for extract in self.feeds.get(indicator, ())}
            return months[0] != months[1] and "upsert" in loads
        if cause == "reference":
            return self.before.reference != self.now.reference
        return cause == "code" and indicator not in self.definitions and self.before.formulas != self.now.formulas

    def _step(self, cause: str, indicator: str) -> Step:
        """The state after a cause, for an indicator: formulas come with its definition, or last."""
        order = list(CAUSES)
        done = order[: order.index(cause) + 1]
        changed = {one.cause for one in self.changed_dumps}
        return Step(
            tuple(one for one in OF_DUMPS if one in done and one in changed),
            "definition" in done and indicator in self.definitions,
            "reference" in done and self.before is not None and self.before.reference != self.now.reference,
        )

    def compute_steps(self) -> None:
        """Compute the values of every step; where that fails, take the step out of the paths and say so."""
        columns = ", ".join(CELL + VALUE_COLUMNS)
        for name, schema in (("before", self.published), ("now", "warehouse.marts")):
            create = "create temp table said as" if name == "before" else "insert into said"
            self.connection.execute(
                f"{create} select '{name}' as step, {columns} from {schema}.{VALUES} semi join differing"
                f" using ({', '.join(CELL)})"
            )
        wanted: dict[Step, set[str]] = {}
        for indicator, path in self.paths.items():
            for _, step in path:
                if step is not None:
                    wanted.setdefault(step, set()).add(indicator)
        for number, (step, indicators) in enumerate(wanted.items()):
            try:
                file = self._compute(step, indicators, f"step_{number}")
            except (UserError, duckdb.Error, OSError) as error:
                log.warning("a step between two releases cannot be recomputed: %s", error)
                self._drop_step(step)
                continue
            self.connection.execute(f"attach {literal(file)} as step (read_only)")
            self.connection.execute(
                f"insert into said select {literal(step)}, {columns} from step.marts.{VALUES} semi join differing"
                f" using ({', '.join(CELL)})"
            )
            self.connection.execute("detach step")
            file.unlink()

    def _compute(self, step: Step, indicators: Iterable[str], name: str) -> Path:
        """A temporary warehouse with the values of some indicators in a state; other extracts than theirs are empty."""
        assert self.before is not None  # without it there are no steps
        extracts = frozenset().union(*(self.feeds[indicator] for indicator in indicators))
        active = {one[0].identity: one for one in self.before.snapshot.active}
        for one in self.changed_dumps:
            if one.cause in step.causes:
                for gone in (one.before, one.after):
                    if gone is not None:
                        active.pop(gone[0].identity, None)
                if one.after is not None:
                    active[one.after[0].identity] = one.after
        file = self.workdir / name / "warehouse.duckdb"  # the file's name is the database's, and stands in formulas
        file.parent.mkdir()
        with connect(file) as connection:
            chosen = [one for one in active.values() if one[0].extract in extracts]
            expose_snapshot(
                connection,
                self.settings.home,
                chosen,
                as_of=self.now.as_of,
                suppression_threshold=self.settings.suppression_threshold,
            )
            connection.execute(f"attach {literal(self.settings.warehouse)} as known (read_only)")
            connection.execute("insert into landed.published_cell from known.landed.published_cell")
        self.build(self._project(step, name), file)
        return file

    def _project(self, step: Step, name: str) -> Path:
        """The dbt project of a state: formulas of one release, seeds of reference data of the same or the other."""
        assert self.before is not None
        formulas = self.now if step.has_new_formulas else self.before
        reference = self.now if step.has_new_reference else self.before
        if formulas.project == reference.project:
            return formulas.project
        project = self.workdir / f"{name}_project"
        shutil.copytree(formulas.project, project, ignore=shutil.ignore_patterns("target", "logs"))
        for seed in (reference.project / "seeds").glob("*.csv"):
            if seed.stem != DEFINITIONS:
                shutil.copy(seed, project / "seeds" / seed.name)
        return project

    def _drop_step(self, step: Step) -> None:
        """Leave the shares on both sides of a step together, under the later cause."""
        merged: dict[tuple[str, str], None] = {}
        for indicator, path in self.paths.items():
            for position, (cause, at) in enumerate(path):
                if at == step:
                    merged[cause, path[position + 1][0]] = None
            self.paths[indicator] = [one for one in path if one[1] != step]
        for cause, later in merged:
            (cause_zh, cause_en), (later_zh, later_en) = CAUSES[cause], CAUSES[later]
            self._caveat(
                *pair(
                    "attribution.shares_inseparable",
                    cause_zh=cause_zh,
                    later_zh=later_zh,
                    cause_en=cause_en,
                    later_en=later_en,
                ),
            )

    def _caveat(self, zh: str, en: str) -> None:
        self.caveats.append((zh, en))

    def write(self, goal: Path) -> None:
        """Split each difference along its indicator's path and write the shares."""
        _fill(
            self.connection,
            "path",
            {"indicator_id": "VARCHAR", "position": "INTEGER", "cause": "VARCHAR", "step": "VARCHAR"},
            [
                {"indicator_id": indicator, "position": position, "cause": cause, "step": step}
                for indicator, path in self.paths.items()
                for position, (cause, step) in enumerate(
                    [(None, "before"), *((cause, "now" if step is None else str(step)) for cause, step in path)]
                )
            ],
        )
        _fill(
            self.connection,
            "changed_dumps",
            {
                "cause": "VARCHAR",
                "dump_id": "VARCHAR",
                "extract": "VARCHAR",
                "unit_code": "VARCHAR",
                "period_start": "DATE",
                "period_end": "DATE",
                "load": "VARCHAR",
            },
            [changed_dump_row(one) for one in self.changed_dumps],
        )
        _fill(
            self.connection,
            "feed",
            {"indicator_id": "VARCHAR", "extract": "VARCHAR"},
            [
                {"indicator_id": indicator, "extract": extract}
                for indicator, extracts in self.feeds.items()
                for extract in extracts
            ],
        )
        self.connection.execute(f"copy ({SHARES.read_text(encoding='utf-8')}) to {literal(goal)} (format parquet)")


def _fill(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Make a temporary table of a few rows."""
    unnested = f"select unnest(from_json(?::json, '{json.dumps([dict(columns)])}'), max_depth := 2)"
    connection.execute(
        f"create temp table {table} as select {', '.join(columns)} from ({unnested})", [json.dumps(rows, default=str)]
    )
