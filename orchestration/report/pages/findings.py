"""What is found of the whole plan, in words and shades: for the page at a glance and for the briefings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from orchestration.report.view.glance import Glance
from orchestration.report.words import (
    Figure,
    counted,
    indicator_name,
    label,
    listed,
    month,
    region_name,
    sentence,
    share,
)
from orchestration.text import Pair

STATUSES = ("met", "on_track", "at_risk", "off_track", "no_data", "not_assessed")


def now(name: str, is_over: bool) -> str:
    """The name of a sentence, or of the one that stands for it while the plan lasts."""
    return name if is_over else f"{name}_now"


def headline(view: Glance) -> Pair:
    """Where the plan stands: how many indicators are met, and whether the binding ones are."""
    met, binding = view.binding
    total, over = sum(view.counts.values()), view.standings.is_over
    named: dict[str, Any] = {} if over else {"share": share(view.elapsed_share)}
    if binding:
        name = "binding_met" if met == binding else "binding_some"
        named["binding"] = sentence(name, met=met, count=counted(binding) if met == binding else binding)
    name = f"headline_{'over' if over else 'under_way'}{'' if binding else '_plain'}"
    return sentence(name, total=total, met=count_of(view, "met"), **named)


def count_of(view: Glance, status: str) -> Figure:
    """How many of the plan's numbered indicators have a status."""
    count = view.counts.get(status, 0)
    return Figure(str(count), count, f"count/{status}/{view.plan.plan_id}/{view.standings.period_end}")


def lead(view: Glance) -> Pair:
    """How the others stand; those that are furthest behind by name, where they are few."""
    over = view.standings.is_over
    missed = [
        indicator_name(one.indicator.indicator_id, one.indicator.name)
        for one in view.province
        if one.state == "shown" and one.status == "off_track" and one.indicator.is_numbered
    ]
    named = sentence("lead_named", names=listed(missed)) if 0 < len(missed) <= 3 else ("", "")
    parts = [
        sentence(
            "lead_part",
            count=count_of(view, status),
            word=label("status_lead_over" if over else "status_lead", status),
            named=named if status == "off_track" else ("", ""),
        )
        for status in STATUSES[1:]
        if view.counts.get(status)
    ]
    return sentence("lead", parts=_comma(parts)) if parts else sentence("lead_all_met")


def _comma(pairs: Sequence[Pair]) -> Pair:
    comma = sentence("comma")
    return Markup(comma[0]).join(zh for zh, _ in pairs), Markup(comma[1]).join(en for _, en in pairs)


def notices(view: Glance) -> list[Pair]:
    """What limits all that is shown: deliveries that were due since."""
    if view.overdue is None:
        return []
    late = view.overdue
    name = "notice_late" if late.received else "notice_nothing_yet"
    return [
        sentence(
            name,
            first=month(late.first),
            last=month(late.last),
            due=f"{late.due:,}",
            received=f"{late.received:,}",
            shown=month(view.standings.period_end),
        )
    ]


def bare(name: Pair) -> Pair:
    """A name of a part by itself, without what leads it into a list."""
    prefix = sentence("of_which")
    return name[0].removeprefix(prefix[0]), name[1].removeprefix(prefix[1])


def map_title(view: Glance) -> Pair:
    """Which units miss most."""
    counts = {one.region_code: view.missed[one.region_code][0] for one in view.units}
    most = max(counts.values(), default=0)
    worst = [one for one in view.units if counts[one.region_code] == most]
    if not any(judged for _, judged in view.missed.values()):
        return sentence("units_not_judged")
    if not most:
        return sentence(now("map_none", view.standings.is_over))
    if len(worst) > 2:
        return sentence(now("map_many", view.standings.is_over), units=len(worst), most=most)
    return sentence(
        now("map_worst", view.standings.is_over),
        units=listed([region_name(one.region_code, one.name) for one in worst]),
        most=most,
    )


def shades(view: Glance) -> dict[int, int]:
    """Shade by number missed: five classes of equal width from the fewest to the most."""
    counts = sorted({missed for missed, _ in view.missed.values()})
    if not counts:
        return {}
    low, wide = counts[0], max(counts[-1] - counts[0], 1)
    return {count: 1 + round(4 * (count - low) / wide) for count in counts}
