"""The definitions (口径) of the indicators and their versions, as the current release has them. Computes nothing: dbt
computes the values of every version. Shows nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from orchestration.errors import WrongUsage
from orchestration.figure.resolve import release_with_tables, resolve_indicator, resolve_region
from orchestration.settings import Settings
from orchestration.text import two_lines

NEEDED = (
    "dim_indicator",
    "fct_definition_value",
    "fct_indicator_value",
    "fct_plan_progress",
    "fct_definition_progress",
)


@dataclass(frozen=True)
class VersionComparison:
    """The history of an indicator in a region by two versions of its definition."""

    indicator_id: str
    region_code: str
    period_type: str
    formulas: dict[int, str]
    """The formula of every version, in both languages."""
    rows: list[tuple[Any, ...]]
    """period end, value or text by the first version, by the second, difference of the values"""
    effects: list[tuple[str, date, str | None, str | None]]
    """plan, its newest month-end, status by the first version, by the second; None where it has none"""


@dataclass(frozen=True)
class VersionEffect:
    """What another version of a definition makes of a plan's status at its newest month-end."""

    plan_id: str
    indicator_id: str
    name_zh: str
    name_en: str
    definition_version: int
    period_end: date
    actual_in_force: float | None
    actual: float | None
    status_in_force: str
    status: str


def effects_on_plans(settings: Settings, region: str) -> list[VersionEffect]:
    """Each version that is not in force beside the one that is, in the plans of a region, the newest plan first. Raises
    WrongUsage, ReleaseTooOld."""
    with release_with_tables(settings, None, NEEDED) as connection:
        rows = connection.execute(
            """
            select
                plan_id, indicator_id, name_zh, name_en, definition_version, period_end, actual_in_force, actual,
                status_in_force, status
            from fct_definition_progress
            inner join dim_indicator using (indicator_id, definition_version)
            where region_code = ?
            qualify row_number() over (
                partition by plan_id, indicator_id, definition_version order by period_end desc
            ) = 1
            order by plan_id desc, indicator_id, definition_version
            """,
            [resolve_region(connection, region)],
        ).fetchall()
    return [VersionEffect(*row) for row in rows]


def definition_versions(settings: Settings, indicator: str | None) -> list[tuple[Any, ...]]:
    """Every version of every definition, or of one indicator's: id, version, name, first and last day of force, whether
    it is in force, formula in both languages. Raises WrongUsage, ReleaseTooOld."""
    with release_with_tables(settings, None, NEEDED) as connection:
        chosen = None if indicator is None else resolve_indicator(connection, indicator)
        return connection.execute(
            """
            select
                indicator_id, definition_version, name_zh, in_force_from, in_force_to, is_in_force, formula_zh,
                formula_en
            from dim_indicator where indicator_id = coalesce(?, indicator_id) order by indicator_id, definition_version
            """,
            [chosen],
        ).fetchall()


def compare_versions(
    settings: Settings, *, indicator: str, versions: tuple[int, int], region: str, period_type: str
) -> VersionComparison:
    """Both versions' values, period by period. Raises WrongUsage, ReleaseTooOld."""
    with release_with_tables(settings, None, NEEDED) as connection:
        indicator_id, region_code = resolve_indicator(connection, indicator), resolve_region(connection, region)
        known = dict(
            connection.execute(
                "select definition_version, formula_zh || chr(10) || '   ' || formula_en from dim_indicator"
                " where indicator_id = ? order by 1",
                [indicator_id],
            ).fetchall()
        )
        if missing := sorted(set(versions) - set(known)):
            raise WrongUsage(
                two_lines(
                    "figure.definition_version_unknown",
                    indicator_id=indicator_id,
                    value=missing[0],
                    names=", ".join(map(str, known)),
                )
            )
        rows = connection.execute(
            """
            with said as (
                select definition_version, period_end, value, value_text
                from fct_indicator_value
                where indicator_id = $indicator and region_code = $region and period_type = $type
                union all
                select definition_version, period_end, value, value_text
                from fct_definition_value
                where indicator_id = $indicator and region_code = $region and period_type = $type
            )
            select
                period_end,
                any_value(value) filter (where definition_version = $first) as first_value,
                any_value(value_text) filter (where definition_version = $first) as first_text,
                any_value(value) filter (where definition_version = $second) as second_value,
                any_value(value_text) filter (where definition_version = $second) as second_text,
                any_value(value) filter (where definition_version = $second)
                - any_value(value) filter (where definition_version = $first)
            from said group by period_end order by period_end
            """,
            {
                "indicator": indicator_id,
                "region": region_code,
                "type": period_type,
                "first": versions[0],
                "second": versions[1],
            },
        ).fetchall()
        effects = connection.execute(
            """
            with newest as (
                select plan_id, max(period_end) as period_end
                from fct_definition_progress
                where indicator_id = $indicator and region_code = $region
                group by plan_id
            ),
            said as (
                select plan_id, period_end, definition_version, status
                from fct_definition_progress
                where indicator_id = $indicator and region_code = $region
                union all
                select plan_id, period_end, definition_version, status
                from fct_plan_progress
                inner join dim_indicator using (indicator_id)
                where indicator_id = $indicator and region_code = $region
                    and period_end between in_force_from and coalesce(in_force_to, date '9999-12-31')
            )
            select
                plan_id,
                period_end,
                any_value(status) filter (where definition_version = $first),
                any_value(status) filter (where definition_version = $second)
            from newest inner join said using (plan_id, period_end)
            group by all order by plan_id desc
            """,
            {"indicator": indicator_id, "region": region_code, "first": versions[0], "second": versions[1]},
        ).fetchall()
    said = [
        (end, text if value is None else value, other_text if other is None else other, difference)
        for end, value, text, other, other_text, difference in rows
    ]
    return VersionComparison(indicator_id, region_code, period_type, known, said, effects)
