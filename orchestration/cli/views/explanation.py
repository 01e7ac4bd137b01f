"""Shows what a figure is made of (`hrss explain`)."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from expectations.suites.sources import PARTS
from orchestration.cli.console import ConsoleReporter
from orchestration.cli.tables import figure
from orchestration.figure.provenance import Explanation
from orchestration.text import inline, two_lines, words
from raw_landing.messages.problems import printable

PART_WORDS = {part: " ".join(both) for part, both in words("cli.value_parts").items()}


def show(console: ConsoleReporter, told: Explanation) -> None:
    """The whole explanation but for the rows."""
    definition, value, release = told.definition, told.value, told.release
    say = _sayer(console)
    if release["is_synthetic"]:
        say(inline("release.synthetic_data"), "bold yellow")
    say(f"{definition['name_zh']} / {definition['name_en']} ({definition['indicator_id']})", "bold")
    where = f"{told.region['name_zh']}{_in_english(told.region['name_en'])} ({value['region_code']})"
    when = f"{told.period['label_zh']} / {told.period['label_en']}"
    of_release = inline("cli.release", release_id=release["release_id"])
    say(f"{where},{when},{of_release},{inline('cli.as_of', as_of=release['as_of'])}")
    if series := told.value.get("series_id"):  # of older releases there is none
        say(inline("cli.citation", series=series, release_id=release["release_id"], sha256=told.sha256 or "–"), "dim")
    _show_definition(say, told)
    _show_value(say, told)
    _show_dumps(say, told)
    _show_quality(say, told)
    say(f"\n{inline('cli.sql')}", "bold")
    own, *below = told.models
    say(own["sql"])
    read = inline("cli.models_read", names=", ".join(model["model"] for model in below))
    say(f"{read}\nhrss query \"select sql from dim_formula where model = '…'\"", "dim")


def _sayer(console: ConsoleReporter) -> Any:
    def say(text: str, style: str = "") -> None:
        console.say(Text("\n".join(printable(line) for line in text.split("\n")), style=style))

    return say


def _show_definition(say: Any, told: Explanation) -> None:
    definition = told.definition
    others = inline("cli.definition_others", amount=told.versions - 1) if told.versions > 1 else ""
    until = (
        inline("cli.definition_in_force_to", in_force_to=definition["in_force_to"]) if definition["in_force_to"] else ""
    )
    say("\n" + inline("cli.definition_heading", version=definition["definition_version"]), "bold")
    say(inline("cli.definition_in_force_from", in_force_from=definition["in_force_from"], until=until, others=others))
    say(definition["formula_zh"])
    say(definition["formula_en"])


def _show_value(say: Any, told: Explanation) -> None:
    value = told.value
    say("\n" + inline("cli.value_heading"), "bold")
    if value["is_suppressed"]:
        say(inline("cli.value_suppressed"), "yellow")
    else:
        say(inline("cli.value_numerator", figure=_exact(value["numerator"])))
        say(inline("cli.value_denominator", figure=_exact(value["denominator"])))
        shown = value["value_text"] if value["value"] is None else figure(value["value"])
        say(inline("cli.value_amount", figure=shown, unit=value["unit"]), "bold")
    say(
        inline("cli.units_received", count=value["reporting_units_received"])
        + f" / {value['reporting_units_expected']} {inline('cli.units_expected')}; "
        + (inline("cli.value_provisional") if value["maturity"] == "provisional" else inline("cli.value_final"))
        + inline("cli.value_counted_through", counted_through=value["counted_through"])
        + (inline("cli.value_estimated") if value["is_estimate"] else "")
    )
    if told.plan is not None:
        plan = told.plan
        target = plan["target_text"] if plan["target"] is None else _exact(plan["target"])
        aim, actual = inline("cli.plan_target", target=target), inline("cli.plan_actual", figure=_exact(plan["actual"]))
        say(f"{inline('cli.plan_heading', plan_id=plan['plan_id'])}: {aim}, {actual}, {plan['status']}")


def _show_dumps(say: Any, told: Explanation) -> None:
    say("\n" + inline("cli.contributions_count", count=len(told.contributions)), "bold")
    if told.contributed_to != told.value["region_code"]:
        say(
            two_lines("cli.contributions_suppressed", contributed_to=told.contributed_to),
            "yellow",
        )
    for one in told.contributions:
        dump = one.dump
        shares = (
            f"{PART_WORDS[part]} {_exact(amount)} ({_share(amount, told.total(part))})"
            for part, amount in sorted(one.amounts.items(), key=lambda item: PARTS.index(item[0]))
        )
        say(
            f"{dump['dump_id']} {dump['extract']} {dump['period_start']:%Y-%m}…{dump['period_end']:%Y-%m} "
            f"{dump['unit_code']} r{dump['revision']}  " + ", ".join(shares)
        )
        refused = "  " + inline("cli.dump_refused", rows=dump["rows_refused"]) if dump["rows_refused"] else ""
        say(f"    sha256 {dump['sha256']}  {dump['path']}{refused}", "dim")
    for part in told.parts:
        say(inline("cli.contributions_total", value=PART_WORDS[part], figure=_exact(told.total(part))))


def _show_quality(say: Any, told: Explanation) -> None:
    failed = [result for result in told.results if not result["success"]]
    rules = inline("cli.rules_count", count=len(told.results))
    say(f"\n{rules},{inline('cli.rules_failed', count=len(failed))}", "bold")
    for result in failed:
        say(
            f"[{result['severity']}] {result['suite']}.{result['expectation']}: {result['unexpected_count']} – "
            f"{result['description_zh']} / {result['description_en']}"
        )
    for doubt in told.doubts:
        rule, records, zh, en = (doubt[name] for name in ("rule_id", "records", "name_zh", "name_en"))
        if doubt["doubts"] is None:
            say(inline("cli.doubt_withheld", rule_id=rule, records=records, name_zh=zh, name_en=en))
        else:
            doubts = doubt["doubts"]
            say(inline("cli.doubt_summary", rule_id=rule, doubts=doubts, records=records, name_zh=zh, name_en=en))


def _in_english(name: str | None) -> str:
    return f" / {name}" if name else ""


def _share(amount: float, total: float) -> str:
    return f"{100 * amount / total:.4g}%" if total else "–"


def _exact(number: float | None) -> str:
    """A figure without what adding fractions leaves in its last digits."""
    return "–" if number is None else f"{number:,.12g}"
