"""The definitions (口径) of the indicators and their versions, as a release has them: listed, and two of them side by
side. Computes nothing: the values of every version are computed by dbt."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from orchestration.cli.console import ConsoleReporter
from orchestration.errors import WrongUsage
from orchestration.figure.resolve import Period, indicator_named, reading, region_named
from orchestration.settings import Settings

NEEDED = ("dim_indicator", "fct_definition_value", "fct_indicator_value")


def show_definitions(console: ConsoleReporter, settings: Settings, *, indicator: str | None) -> None:
    """Every version of every definition, or of one indicator's, with its days of force. Raises WrongUsage, TooOld."""
    with reading(settings, None, NEEDED) as connection:
        chosen = None if indicator is None else indicator_named(connection, indicator)
        rows = connection.execute(
            """
            select
                indicator_id, definition_version, name_zh, in_force_from, in_force_to, is_in_force, formula_zh,
                formula_en
            from dim_indicator where indicator_id = coalesce(?, indicator_id) order by indicator_id, definition_version
            """,
            [chosen],
        ).fetchall()
    for indicator_id, version, name, first, last, is_in_force, zh, en in rows:
        state = "施行中 / in force" if is_in_force else "草案 / draft" if first is None else "未施行 / not in force"
        days = "" if first is None else f", {first} – {last or ''}"
        console.say(
            Text(f"{indicator_id} {version}  {name}  [{state}{days}]", style="bold" if is_in_force else "yellow")
        )
        console.say(Text(f"    {zh}\n    {en}"))


def show_comparison(
    console: ConsoleReporter,
    settings: Settings,
    *,
    indicator: str,
    versions: tuple[int, int],
    region: str,
    period_type: str,
) -> None:
    """The history of one region by two versions of a definition, side by side. Raises WrongUsage, TooOld."""
    with reading(settings, None, NEEDED) as connection:
        indicator_id, region_code = indicator_named(connection, indicator), region_named(connection, region)
        known = dict(
            connection.execute(
                "select definition_version, formula_zh || chr(10) || '   ' || formula_en from dim_indicator"
                " where indicator_id = ? order by 1",
                [indicator_id],
            ).fetchall()
        )
        if missing := sorted(set(versions) - set(known)):
            raise WrongUsage(
                f"{indicator_id}: 没有第 {missing[0]} 版口径,现有 {', '.join(map(str, known))}\n"
                f"{indicator_id}: there is no version {missing[0]}; there are {', '.join(map(str, known))}"
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
                any_value(coalesce(format('{:.12g}', value), value_text)) filter (where definition_version = $first),
                any_value(coalesce(format('{:.12g}', value), value_text)) filter (where definition_version = $second),
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
    for version in versions:
        console.say(Text(f"{version}: {known[version]}"))
    if not rows:
        console.say(f"{region_code} {period_type}: 没有值 / no values")
        return
    table = Table(title=f"{indicator_id} · {region_code}", title_justify="left", box=SIMPLE_HEAD)
    for heading in ("期\nperiod", *(f"第 {version} 版\nversion {version}" for version in versions), "差\ndifference"):
        table.add_column(heading, justify="right")
    for period_end, first, second, difference in rows:
        table.add_row(
            str(Period(period_type, period_end)),
            first or "–",
            second or "–",
            "–" if difference is None else f"{difference:+.6g}",
        )
    console.show(table)
