"""What a published figure is made of: told from the release alone, and row by row where the warehouse is. Computes no
figure: it adds up what dumps and rows contribute, and whoever asks sees that this is the figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
from rich.text import Text

from expectations.suites.sources import COUNTED, PARTS
from orchestration.cli.console import ConsoleReporter
from orchestration.figure.query import BATCH
from orchestration.figure.resolve import indicator_named, period_asked, reading, refuse_period, region_named
from orchestration.settings import Settings
from raw_landing.database import connect
from raw_landing.errors import Told
from raw_landing.messages.problems import printable

NEEDED = ("fct_indicator_source", "fct_indicator_value", "dim_formula")
PART_WORDS = {
    "numerator": "分子 numerator",
    "denominator": "分母 denominator",
    "senior": "高级 senior",
    "intermediate": "中级 intermediate",
    "junior": "初级 junior",
}


class WarehouseDiffers(Told):
    """The warehouse here does not hold what the release was made from; the message says what to do."""


@dataclass(frozen=True)
class Contribution:
    """One dump and what it contributes, by part; nothing where the release must not tell it."""

    dump: dict[str, Any]
    amounts: dict[str, float]


@dataclass(frozen=True)
class Explanation:
    """All that a release says of one figure. Rows are dictionaries by the columns of their tables."""

    release: dict[str, Any]
    definition: dict[str, Any]
    versions: int
    region: dict[str, Any]
    period: dict[str, Any]
    value: dict[str, Any]
    plan: dict[str, Any] | None
    contributions: Sequence[Contribution]
    contributed_to: str
    """The region of the contributions: the unit above a county whose own the release must not tell."""
    results: Sequence[dict[str, Any]]
    doubts: Sequence[dict[str, Any]]
    models: Sequence[dict[str, Any]]

    def total(self, part: str) -> float:
        """What all dumps contribute to a part."""
        return sum(one.amounts.get(part, 0.0) for one in self.contributions)

    @property
    def parts(self) -> list[str]:
        """The parts that the figure has, in order."""
        return [part for part in PARTS if any(part in one.amounts for one in self.contributions)]


def explain(
    settings: Settings, *, indicator: str, region: str, period: str, plan: str | None = None, release: str | None = None
) -> Explanation:
    """Gather what a release says of a figure. Raises WrongUsage, TooOld, DatabaseUnusable."""
    with reading(settings, release, NEEDED) as connection:
        indicator_id, region_code = indicator_named(connection, indicator), region_named(connection, region)
        meant = period_asked(period)
        values = _rows(
            connection,
            """
            from fct_indicator_value where indicator_id = ? and region_code = ? and period_type = ? and period_end = ?
            """,
            [indicator_id, region_code, meant and meant.type, meant and meant.end],
        )
        if not values:
            refuse_period(connection, period, meant, indicator_id, region_code)
        value = values[0]
        version = [indicator_id, value["definition_version"]]
        definitions = _rows(connection, "from dim_indicator where indicator_id = ?", [indicator_id])
        definition = next(one for one in definitions if one["definition_version"] == version[1])
        (place,) = _rows(connection, "from dim_region where region_code = ?", [region_code])
        is_hidden = definition["is_person_based"] and place["level"] == "county"
        told_of = place["parent_code"] if is_hidden else region_code
        contributions = _contributions(connection, value | {"region_code": told_of})
        (made,) = _rows(connection, "from release order by published_at desc limit 1")
        return Explanation(
            release=made,
            definition=definition,
            versions=len(definitions),
            region=place,
            period=_rows(
                connection,
                "from dim_period where period_type = ? and period_end = ?",
                [value["period_type"], value["period_end"]],
            )[0],
            value=value,
            plan=None if plan is None else _progress(connection, plan, value),
            contributions=[Contribution(one.dump, {}) for one in contributions] if is_hidden else contributions,
            contributed_to=told_of,
            results=_results(connection, made["release_id"], definition["source_extracts"]),
            doubts=_doubts(connection, told_of, definition["source_extracts"], contributions),
            models=_models(connection, version),
        )


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] | dict[str, Any] = ()
) -> list[dict[str, Any]]:
    cursor = connection.execute(query, parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _contributions(connection: duckdb.DuckDBPyConnection, value: dict[str, Any]) -> list[Contribution]:
    """The dumps of a figure, the largest share first."""
    rows = _rows(
        connection,
        f"""
        with contributed as (
            select dump_id, map_from_entries(list((part, amount))) as amounts
            from (
                select dump_id, part, sum(amount) as amount
                from fct_indicator_source
                cross join (
                    select $start::date as period_start, $end::date as period_end, $through::date as counted_through
                )
                where indicator_id = $indicator and definition_version = $version and region_code = $region
                    and {COUNTED}
                group by dump_id, part
                having abs(sum(amount)) > 1e-9  -- what came and went again leaves a trace in the last digits
            )
            group by dump_id
        )
        select amounts, receipt.*
        from contributed
        inner join fct_landing_receipt as receipt using (dump_id)
        where receipt.status = 'loaded'
        order by abs(coalesce(amounts['numerator'], amounts['senior'], 0)) desc, period_end, unit_code, extract
        """,
        {
            "start": value["period_start"],
            "end": value["period_end"],
            "through": value["counted_through"],
            "indicator": value["indicator_id"],
            "version": value["definition_version"],
            "region": value["region_code"],
        },
    )
    return [Contribution(row, row.pop("amounts")) for row in rows]


def _progress(connection: duckdb.DuckDBPyConnection, plan: str, value: dict[str, Any]) -> dict[str, Any] | None:
    rows = _rows(
        connection,
        "from fct_plan_progress where plan_id = ? and indicator_id = ? and region_code = ? and period_end = ?",
        [plan, value["indicator_id"], value["region_code"], value["period_end"]],
    )
    return rows[0] if rows else None


def _results(connection: duckdb.DuckDBPyConnection, release_id: str, extracts: Sequence[str]) -> list[dict[str, Any]]:
    """The results of the gate that touched the figure: of its extracts as landed and staged, of the tables it is in."""
    suites = [f"{stage}_{extract}" for stage in ("landed", "staging") for extract in extracts]
    suites += ["dim_indicator", "dim_region", "dim_period", "fct_indicator_value", "fct_indicator_source"]
    return _rows(
        connection,
        """
        from fct_quality_result where release_id = ? and list_contains(?, suite)
        order by success, suite, expectation
        """,
        [release_id, suites],
    )


def _doubts(
    connection: duckdb.DuckDBPyConnection, region: str, extracts: Sequence[str], contributions: Sequence[Contribution]
) -> list[dict[str, Any]]:
    """Doubtful records of the region in the periods of the dumps that contribute, by rule."""
    days = sorted({one.dump["period_end"] for one in contributions})
    return _rows(
        connection,
        """
        select rule_id, name_zh, name_en, sum(doubts)::bigint as doubts, sum(records_examined)::bigint as records
        from fct_data_doubt inner join dim_doubt_rule using (rule_id)
        where region_code = ? and list_has_any(extracts, ?) and list_contains(?::date[], period_end)
        group by all having sum(doubts) > 0 order by doubts desc, rule_id
        """,
        [region, extracts, days],
    )


def _models(connection: duckdb.DuckDBPyConnection, version: Sequence[Any]) -> list[dict[str, Any]]:
    """The indicator's compiled SQL, then that of the models below it."""
    return _rows(
        connection,
        """
        with recursive below as (
            select model, 0 as depth from dim_formula where indicator_id = ? and definition_version = ?
            union
            select unnest(reads), depth + 1 from below inner join dim_formula using (model)
        )
        select model, sql from (select model, min(depth) as depth from below group by model)
        inner join dim_formula using (model)
        order by depth, model
        """,
        version,
    )


def contributing_rows(settings: Settings, told: Explanation) -> Iterator[tuple[Any, ...]]:
    """The rows of a figure: first the names of the columns (dump_id, line_number and the parts), then each row with
    what it contributes to the parts, weighed. Raises WarehouseDiffers, DatabaseUnusable."""
    connection = connect(settings.warehouse, read_only=True)
    try:
        _require_same_inputs(connection, told.release)
        value = told.value
        parts = PARTS[2:] if told.definition["measure_kind"] == "ratio_text" else PARTS[:2]
        sums = (f"coalesce(sum(effect * weight) filter (where part = '{part}'), 0) as {part}" for part in parts)
        cursor = connection.execute(
            f"""
            select dump_id, line_number, {", ".join(sums)}
            from intermediate.int_indicator_rows
            cross join (
                select $start::date as period_start, $end::date as period_end, $through::date as counted_through
            )
            where indicator_id = $indicator and definition_version = $version and {COUNTED} and (
                region_code = $region or counts_in_parents and region_code in (
                    select region_code from intermediate.int_region_ancestry where belongs_to = $region
                )
            )
            group by dump_id, line_number
            having {" or ".join(f"{part} <> 0" for part in parts)}
            order by dump_id, line_number
            """,
            {
                "start": value["period_start"],
                "end": value["period_end"],
                "through": value["counted_through"],
                "indicator": value["indicator_id"],
                "version": value["definition_version"],
                "region": value["region_code"],
            },
        )
        yield ("dump_id", "line_number", *parts)
        while rows := cursor.fetchmany(BATCH):
            yield from rows
    finally:
        connection.close()


def _require_same_inputs(connection: duckdb.DuckDBPyConnection, release: dict[str, Any]) -> None:
    row = connection.execute(
        """
        select sha256(coalesce(string_agg(sha256, chr(10) order by sha256), '')), (select as_of from landed.run)
        from landed.dump
        """
    ).fetchone()
    if row != (release["inputs_sha256"], release["as_of"]):
        raise WarehouseDiffers(
            f"本机仓库已不是版次 {release['release_id']} 所据的数据,无法逐行列出;请改用当前版,或运行 hrss refresh。\n"
            f"The warehouse here no longer holds what release {release['release_id']} was made from, so that its rows "
            f"cannot be listed; name the current release, or run hrss refresh."
        )


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
