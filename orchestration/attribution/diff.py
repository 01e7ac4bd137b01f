"""How two releases differ, value by value, and why: read from what the newest release remembers, so that neither of the
two has to be there still. Shows nothing and computes no figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from expectations.suites.vintages import ordinal
from expectations.vocabulary import CELL
from orchestration.attribution.causes import CAUSES
from orchestration.errors import WrongUsage
from orchestration.figure.query import open_release
from orchestration.release.candidates import CANDIDATE, candidate_folder
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import among_releases, current_id
from orchestration.release.vintages import differs, newest_readable, valid_in_release
from orchestration.settings import Settings
from orchestration.text import inline
from raw_landing.database import connect


@dataclass(frozen=True, slots=True)
class Share:
    """What one cause has of a difference; None where a value is suppressed or a text."""

    cause: str
    delta: float | None
    dumps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What a release says of a cell."""

    value: float | None
    text: str | None
    is_suppressed: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that two releases do not say the same of; None where one of them has no row."""

    indicator: tuple[str, str]
    """In Chinese and English, as are region and period."""
    unit: str
    is_binding: bool
    region: tuple[str, str]
    period: tuple[str, str]
    period_end: date
    before: Said | None
    after: Said | None
    delta: float | None
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Comparison:
    """Two releases: how many values differ, how many by each cause, and those that matter most."""

    before: str
    after: str
    values: int
    causes: dict[str, int]
    is_explained: bool
    """Whether the later was made from the earlier, step by step: else no causes are known."""
    differences: tuple[Difference, ...]
    is_synthetic: bool


def find_comparison(settings: Settings, first: str | None, second: str | None, limit: int) -> Comparison:
    """The comparison that was asked for: by default the current release with the one before it; with one release, that
    one with the current; the one that waits for approval is the later one of any. Raises WrongUsage."""
    proposed = candidate_folder(settings)
    if proposed is not None and {first, second} & {CANDIDATE, proposed.release_id}:
        # it remembers all others, and is named as the later one
        others = [one for one in (first, second) if one not in (None, CANDIDATE, proposed.release_id)]
        first, second = next(iter(others), current_id(settings)), proposed.release_id
        newest: ReleaseFolder | None = proposed
    else:
        with connect(spill=settings.spill) as connection:
            newest = newest_readable(connection, settings)
    if newest is None:
        raise WrongUsage(inline("attribution.releases_unreadable"))
    with open_release(newest.marts) as connection:
        current = ReleaseFolder.current(settings).release_id
        after = known(connection, second or current, current)
        before = predecessor(connection, after) if first is None else known(connection, first, current)
        if before is None:
            raise WrongUsage(inline("attribution.earlier_release_missing", after=after))
        return compare(connection, before, after, limit)


def predecessor(connection: duckdb.DuckDBPyConnection, release_id: str) -> str | None:
    """The release that was current when this one was published; None of the first."""
    return _links(connection).get(known(connection, release_id))


def known(connection: duckdb.DuckDBPyConnection, asked: str, current: str | None = None) -> str:
    """The id, of a release that was current once. Raises WrongUsage."""
    return among_releases(asked, list(_links(connection)), current)


def compare(connection: duckdb.DuckDBPyConnection, before: str, after: str, limit: int) -> Comparison:
    """Compare two releases by an opened one that remembers both: binding indicators first, then the province, units and
    counties, then by the size of the difference, of which only the first `limit` are listed. Raises WrongUsage."""
    for release_id in (before, after):
        known(connection, release_id)
    links = _links(connection)
    path, is_backwards = _path(links, before, after), False
    if path is None:
        path, is_backwards = _path(links, after, before), True
    _find(connection, before, after, path or (), sign=-1 if is_backwards else 1)
    counted = connection.execute("select cause, count(*) from share group by cause").fetchall()
    (values,) = connection.execute("select count(*) from difference").fetchone() or (0,)
    listed = tuple(_difference(row) for row in connection.execute(_LISTED, [limit]).fetchall())
    (is_synthetic,) = connection.execute("select bool_or(is_synthetic) from release").fetchone() or (False,)
    return Comparison(before, after, int(values), dict(counted), path is not None, listed, bool(is_synthetic))


def _links(connection: duckdb.DuckDBPyConnection) -> dict[str, str | None]:
    """By release, in the order in which they were published, the one that was current before it."""
    rows = connection.execute(
        f"""
        select release_id, before
        from (
            select *, lag(release_id) over in_order as before
            from release_history
            window in_order as (order by current_from, {ordinal("release_id")})
        )
        qualify row_number() over (partition by release_id order by current_from) = 1
        order by current_from, {ordinal("release_id")}
        """
    ).fetchall()
    return dict(rows)


def _path(links: dict[str, str | None], first: str, last: str) -> Sequence[str] | None:
    """The releases after `first` by which one comes to `last`; None where none do."""
    path: list[str] = []
    at: str | None = last
    while at is not None and at != first and at not in path:
        path.append(at)
        at = links.get(at)
    return path if at == first else None


def _find(connection: duckdb.DuckDBPyConnection, before: str, after: str, path: Sequence[str], sign: int) -> None:
    """Temporary tables: `difference` by cell, and the `share` of each cause in it along the path."""
    key = ", ".join(CELL)
    connection.execute(
        f"""
        create or replace temp table difference as
        with
            was as (select * from fct_indicator_vintage as vintage where {valid_in_release("$before")}),
            said as (select * from fct_indicator_vintage as vintage where {valid_in_release("$after")})
        select {key}, struct_pack(value := was.value, text := was.value_text, hidden := was.is_suppressed) as was,
            struct_pack(value := said.value, text := said.value_text, hidden := said.is_suppressed) as said,
            case
                when coalesce(was.is_suppressed, false) or coalesce(said.is_suppressed, false) then null
                when coalesce(was.value_text, said.value_text) is not null then null
                else coalesce(said.value, 0) - coalesce(was.value, 0)
            end as delta
        from was
        full join said using ({key})
        where was.is_suppressed is null or said.is_suppressed is null or {differs("was", "said")}
        """,
        {"before": before, "after": after},
    )
    connection.execute(
        f"""
        create or replace temp table share as
        select {key}, cause, {sign} * sum(delta) as delta, list_sort(list_distinct(flatten(list(dumps)))) as dumps
        from fct_indicator_change as change
        semi join difference using ({key})
        where list_contains($path, release_id)
        group by {key}, cause
        having max(abs(delta)) is null or abs(sum(delta)) > 1e-12 or count(*) = 1
        """,
        {"path": list(path)},
    )


_LISTED = f"""
with
    plan as (
        select indicator_id, attribute = 'binding' as is_binding, seq from dim_plan_indicator
        qualify row_number() over (partition by indicator_id order by plan_id desc) = 1
    ),
    indicator as (
        from dim_indicator qualify row_number() over (partition by indicator_id order by definition_version desc) = 1
    ),
    why as (
        select {", ".join(CELL)}, list(struct_pack(cause := cause, delta := delta, dumps := dumps)) as shares
        from share
        group by all
    )
select coalesce(indicator.name_zh, indicator_id), coalesce(indicator.name_en, indicator_id),
    coalesce(indicator.unit, ''), coalesce(plan.is_binding, false),
    coalesce(region.name_zh, region_code), coalesce(region.name_en, region.name_zh, region_code),
    coalesce(period.label_zh, period_end::varchar), coalesce(period.label_en, period_end::varchar), period_end,
    was, said, delta, shares
from difference
left join plan using (indicator_id)
left join indicator using (indicator_id)
left join dim_region as region using (region_code)
left join dim_period as period using (period_type, period_end)
left join why using ({", ".join(CELL)})
order by coalesce(plan.is_binding, false) desc,
    case region.level when 'province' then 1 when 'prefecture' then 2 when 'city_group' then 3 else 4 end,
    abs(delta) / greatest(abs(was.value), abs(said.value)) desc nulls last,
    plan.seq nulls last, indicator_id, region_code, period_end desc, period_type
limit ?
"""


def _difference(row: Sequence[Any]) -> Difference:
    name_zh, name_en, unit, is_binding, region_zh, region_en, label_zh, label_en, *rest = row
    period_end, was, said, delta, why = rest
    order = list(CAUSES)
    shares = sorted(why or (), key=lambda one: order.index(one["cause"]))
    return Difference(
        (name_zh, name_en),
        unit,
        is_binding,
        (region_zh, region_en),
        (label_zh, label_en),
        period_end,
        _said(was),
        _said(said),
        delta,
        tuple(Share(one["cause"], one["delta"], tuple(one["dumps"])) for one in shares),
    )


def _said(one: dict[str, Any]) -> Said | None:
    return None if one["hidden"] is None else Said(one["value"], one["text"], one["hidden"])
