"""Shows what a figure is made of (`hrss explain`)."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from expectations.suites.sources import PARTS
from orchestration.cli.console import ConsoleReporter
from orchestration.figure.provenance import Explanation
from raw_landing.messages.problems import printable

PART_WORDS = {
    "numerator": "分子 numerator",
    "denominator": "分母 denominator",
    "senior": "高级 senior",
    "intermediate": "中级 intermediate",
    "junior": "初级 junior",
}


def show(console: ConsoleReporter, told: Explanation) -> None:
    """The whole explanation but for the rows."""
    definition, value, release = told.definition, told.value, told.release
    say = _sayer(console)
    if release["is_synthetic"]:
        say("合成数据,非真实统计 / SYNTHETIC DATA, no real statistics", "bold yellow")
    say(f"{definition['name_zh']} / {definition['name_en']} ({definition['indicator_id']})", "bold")
    say(
        f"{told.region['name_zh']}{_in_english(told.region['name_en'])} ({value['region_code']}),"
        f"{told.period['label_zh']} / {told.period['label_en']},版次 / release {release['release_id']},"
        f"截至 / as of {release['as_of']}"
    )
    _show_definition(say, told)
    _show_value(say, told)
    _show_dumps(say, told)
    _show_quality(say, told)
    say("\n计算语句 / SQL", "bold")
    own, *below = told.models
    say(own["sql"])
    say(
        f"其所读的模型 / the models that it reads: {', '.join(model['model'] for model in below)}\n"
        f"hrss query \"select sql from dim_formula where model = '…'\"",
        "dim",
    )


def _sayer(console: ConsoleReporter) -> Any:
    def say(text: str, style: str = "") -> None:
        console.say(Text("\n".join(printable(line) for line in text.split("\n")), style=style))

    return say


def _show_definition(say: Any, told: Explanation) -> None:
    definition = told.definition
    others = f";另有其他版本 / {told.versions - 1} other (hrss definitions list)" if told.versions > 1 else ""
    until = f" 至 / to {definition['in_force_to']}" if definition["in_force_to"] else ""
    say(
        f"\n口径第 {definition['definition_version']} 版 / definition, version {definition['definition_version']}",
        "bold",
    )
    say(f"施行 / in force from {definition['in_force_from']}{until}{others}")
    say(definition["formula_zh"])
    say(definition["formula_en"])


def _show_value(say: Any, told: Explanation) -> None:
    value = told.value
    say("\n结果 / figure", "bold")
    if value["is_suppressed"]:
        say("已隐去,以免识别个人 / suppressed to protect persons", "yellow")
    else:
        say(f"分子 / numerator:   {_exact(value['numerator'])}")
        say(f"分母 / denominator: {_exact(value['denominator'])}")
        figure = value["value_text"] if value["value"] is None else _exact(value["value"])
        say(f"值 / value:         {figure} {value['unit']}", "bold")
    say(
        f"已报 / received {value['reporting_units_received']} / {value['reporting_units_expected']} 应报单位 / units; "
        + ("暂定 / provisional" if value["maturity"] == "provisional" else "定稿 / final")
        + f"; 计至 / counted through {value['counted_through']}"
        + ("; 含抽样推算 / holds estimates from samples" if value["is_estimate"] else "")
    )
    if told.plan is not None:
        plan = told.plan
        target = plan["target_text"] if plan["target"] is None else _exact(plan["target"])
        say(
            f"规划 / plan {plan['plan_id']}: 目标 / target {target}, 现值 / actual {_exact(plan['actual'])}, "
            f"{plan['status']}"
        )


def _show_dumps(say: Any, told: Explanation) -> None:
    say(f"\n来源文件 / dumps: {len(told.contributions)}", "bold")
    if told.contributed_to != told.value["region_code"]:
        say(
            f"县级人数类指标不公布各文件的份额;以下为上级 {told.contributed_to} 同期的来源文件,"
            f"本机有仓库时可用 --rows。\n"
            f"Of counties' counts of persons the release tells no shares: these are the dumps of {told.contributed_to} "
            f"above it; where the warehouse is, --rows lists the rows.",
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
        refused = f"  退回 / refused {dump['rows_refused']} 行 rows" if dump["rows_refused"] else ""
        say(f"    sha256 {dump['sha256']}  {dump['path']}{refused}", "dim")
    for part in told.parts:
        say(f"合计 / total {PART_WORDS[part]}: {_exact(told.total(part))}")


def _show_quality(say: Any, told: Explanation) -> None:
    failed = [result for result in told.results if not result["success"]]
    say(f"\n质量规则 / quality rules: {len(told.results)},未通过 / failed {len(failed)}", "bold")
    for result in failed:
        say(
            f"[{result['severity']}] {result['suite']}.{result['expectation']}: {result['unexpected_count']} – "
            f"{result['description_zh']} / {result['description_en']}"
        )
    for doubt in told.doubts:
        say(
            f"疑点 / doubt {doubt['rule_id']}: {doubt['doubts']:,} of {doubt['records']:,} – {doubt['name_zh']} / "
            f"{doubt['name_en']}"
        )


def _in_english(name: str | None) -> str:
    return f" / {name}" if name else ""


def _share(amount: float, total: float) -> str:
    return f"{100 * amount / total:.4g}%" if total else "–"


def _exact(number: float | None) -> str:
    """A figure without what adding fractions leaves in its last digits."""
    return "–" if number is None else f"{number:,.12g}"
