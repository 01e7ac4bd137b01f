"""The versions of definitions in the terminal: listed, and two of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from rich.text import Text

from orchestration.cli.console import ConsoleReporter
from orchestration.cli.tables import figure
from orchestration.figure.definitions import VersionComparison, VersionEffect
from orchestration.figure.resolve import Period
from orchestration.rendering.labels import STATUS, plan_names
from orchestration.text import Pair, inline, two_lines
from raw_landing.language import in_order


def show_definitions(console: ConsoleReporter, rows: Sequence[tuple[Any, ...]]) -> None:
    """Every version with its days of force and its formula."""
    for indicator_id, version, name, first, last, is_in_force, zh, en in rows:
        state = (
            inline("cli.definition_in_force")
            if is_in_force
            else inline("cli.definition_draft")
            if first is None
            else inline("cli.definition_not_in_force")
        )
        days = "" if first is None else f", {first} – {last or ''}"
        console.say(
            Text(f"{indicator_id} {version}  {name}  [{state}{days}]", style="bold" if is_in_force else "yellow")
        )
        console.say(Text(f"    {zh}\n    {en}"))


def show_comparison(console: ConsoleReporter, found: VersionComparison, versions: tuple[int, int]) -> None:
    """The history of one region by two versions of a definition, side by side."""
    for version in versions:
        console.say(Text(f"{version}: {found.formulas[version]}"))
    if not found.rows:
        console.say(
            inline("cli.definition_without_values", region_code=found.region_code, period_type=found.period_type)
        )
        return
    headings = [
        two_lines("cli.period"),
        *(two_lines("cli.definition_version", version=version) for version in versions),
        two_lines("cli.difference"),
    ]
    rows = [
        (str(Period(found.period_type, end)), *(one or "–" if isinstance(one, str) else figure(one) for one in values))
        for end, *values in found.rows
    ]
    console.show(headings, rows, title=f"{found.indicator_id} · {found.region_code}", numbers=(1, 2, 3))
    for plan_id, end, first, second in found.effects:
        if first is not None and second is not None:
            console.say(_two_effects(plan_id, end, versions, STATUS[first], STATUS[second]))


def show_effects(console: ConsoleReporter, effects: Sequence[VersionEffect], region: str) -> None:
    """What each version that is not in force makes of the plans' status in a region."""
    if not effects:
        console.say(inline("cli.definition_without_effects", region_code=region))
        return
    headings = [
        two_lines("cli.indicator"),
        two_lines("cli.version_heading"),
        two_lines("cli.plan_column"),
        two_lines("cli.period"),
        two_lines("cli.by_definition_in_force"),
        two_lines("cli.by_this_version"),
        two_lines("cli.effect_on_status"),
    ]
    rows = [
        (
            "\n".join(in_order(one.name_zh, one.name_en)),
            str(one.definition_version),
            "\n".join(in_order(*plan_names().get(one.plan_id, (one.plan_id, one.plan_id)))),
            f"{one.period_end:%Y-%m}",
            figure(one.actual_in_force),
            figure(one.actual),
            _effect(STATUS[one.status_in_force], STATUS[one.status]),
        )
        for one in effects
    ]
    console.show(headings, rows, numbers=(1, 4, 5))


def _effect(before: Pair, after: Pair) -> str:
    """In words, what another version makes of a status."""
    if before == after:
        return two_lines("cli.effect_none", before_zh=before[0], before_en=before[1])
    return two_lines(
        "cli.effect_changed", before_zh=before[0], before_en=before[1], after_zh=after[0], after_en=after[1]
    )


def _two_effects(plan_id: str, end: date, versions: tuple[int, int], first: Pair, second: Pair) -> str:
    """In words, where a plan stands by each of two versions."""
    plan_zh, plan_en = plan_names().get(plan_id, (plan_id, plan_id))
    return inline(
        "cli.definition_effect",
        plan_zh=plan_zh,
        plan_en=plan_en,
        period_end=end,
        first=versions[0],
        second=versions[1],
        first_zh=first[0],
        first_en=first[1],
        second_zh=second[0],
        second_en=second[1],
    )
