"""An open release as the views read it: what its tables are, the facts that every page needs, a query with its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import duckdb

from orchestration.text import Pair

PROVINCE = "420000"


@dataclass(frozen=True)
class Rows:
    """A query and what it gave. The page shows the query: whoever runs it on the release gets these rows."""

    sql: str
    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def __iter__(self) -> Iterator[SimpleNamespace]:
        """Its rows, their columns by name."""
        return (SimpleNamespace(**dict(zip(self.names, row, strict=True))) for row in self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)


@dataclass(frozen=True)
class Plan:
    """A five-year plan and its days."""

    plan_id: str
    name: Pair
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Indicator:
    """What the plan and the registry say of an indicator; `target` may be null."""

    indicator_id: str
    seq: str
    name: Pair
    unit: str
    is_binding: bool
    target_kind: str
    direction: str
    measure_kind: str
    baseline: float | None
    target: float | None
    target_text: str | None
    doubt: Pair | None
    """What of the plan's text may have been misread."""

    @property
    def is_numbered(self) -> bool:
        """Whether it is one of the plan's numbered indicators, not one that stands in its text alone."""
        return self.seq.isdigit()

    @property
    def is_floor(self) -> bool:
        """Whether the target is a level to keep: at or below the baseline, higher being better."""
        if self.target is None or self.baseline is None:
            return False
        return self.target_kind == "level" and self.direction == "higher" and self.target <= self.baseline


@dataclass(frozen=True)
class Region:
    """A region: its level, the region that it lies in, its city group."""

    region_code: str
    name: Pair
    level: str
    parent_code: str | None
    group_code: str | None


@dataclass(frozen=True)
class Source:
    """A release that is open for reading."""

    connection: duckdb.DuckDBPyConnection

    def read(self, sql: str) -> Rows:
        """Run a query. Raises duckdb.Error."""
        text = dedent(sql).strip()
        cursor = self.connection.execute(text)
        names = tuple(column[0] for column in cursor.description)
        return Rows(text, names, tuple(cursor.fetchall()))

    def has(self, table: str) -> bool:
        """Whether the release has a table with rows in it; an older release, or one whose extract nobody delivers, has
        none."""
        return table in self._tables and bool(self.read(f"select 1 from {table} limit 1"))

    @cached_property
    def _tables(self) -> frozenset[str]:
        return frozenset(row[0] for row in self.read("select table_name from duckdb_tables()").rows)

    @cached_property
    def release(self) -> SimpleNamespace:
        """The row of the release itself."""
        return next(iter(self.read("from release order by release_id desc limit 1")))

    @cached_property
    def published_at(self) -> datetime:
        """When it was published, in Hubei."""
        published: datetime = self.release.published_at
        return published

    @cached_property
    def is_first(self) -> bool:
        """Whether there is no release before it."""
        return len(self.read("select release_id from release_history limit 2").rows) < 2

    @cached_property
    def plan(self) -> Plan:
        """The newest plan that has begun and of which anything is known; where nothing is, the newest."""
        row = next(
            iter(
                self.read(
                    """
                    select
                        plan_id, any_value(plan_zh) as zh, any_value(plan_en) as en, any_value(ends_on) as ends_on,
                        coalesce(year(min(period_end)), year(any_value(ends_on)) - 4) as first
                    from dim_plan_indicator
                    left join fct_plan_progress using (plan_id, indicator_id)
                    group by plan_id
                    order by count(actual) > 0 desc, ends_on desc
                    limit 1
                    """
                )
            )
        )
        return Plan(row.plan_id, (row.zh, row.en), date(row.first, 1, 1), row.ends_on)

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """Those of the plan in the plan's order, those without a number last."""
        rows = self.read(
            f"""
            select *
            from dim_plan_indicator
            where plan_id = '{self.plan.plan_id}' and target_kind <> 'text'
            order by try_cast(seq as integer) nulls last, seq
            """
        )
        return tuple(
            Indicator(
                row.indicator_id,
                row.seq,
                (row.name_zh, row.name_en),
                row.unit,
                row.attribute == "binding",
                row.target_kind,
                row.direction,
                row.measure_kind,
                row.baseline,
                row.target,
                row.target_text,
                (row.doubt_zh, row.doubt_en) if row.doubt_zh else None,
            )
            for row in rows
        )

    @cached_property
    def regions(self) -> dict[str, Region]:
        """All regions by code, in the order of their codes."""
        rows = self.read("from dim_region order by region_code")
        return {
            row.region_code: Region(
                row.region_code, (row.name_zh, row.name_en), row.level, row.parent_code, row.group_code
            )
            for row in rows
        }

    @cached_property
    def units(self) -> tuple[Region, ...]:
        """The reporting units."""
        return tuple(one for one in self.regions.values() if one.level == "prefecture")

    @cached_property
    def groups(self) -> tuple[Region, ...]:
        """The city groups."""
        return tuple(one for one in self.regions.values() if one.level == "city_group")

    @cached_property
    def unconfirmed(self) -> frozenset[str]:
        """Kinds of parameters in force of which the department has not confirmed all: the first words of their ids."""
        if "dim_parameter" not in self._tables:
            return frozenset()
        rows = self.read(
            """
            select distinct split_part(parameter_id, '_', 1)
            from dim_parameter
            where is_in_force and confirmed_on is null
            """
        ).rows
        return frozenset(row[0] for row in rows)
