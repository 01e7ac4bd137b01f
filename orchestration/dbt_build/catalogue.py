"""What may be published, read from the dbt manifest: only marts that say so, only the columns of their contract.
The two tables that publication itself writes are described here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from orchestration.settings import Settings

VALUES = "fct_indicator_value"


@dataclass(frozen=True)
class Column:
    """A published column; the description is «中文 / English»."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Table:
    """A published table; no two rows agree in all columns of its key. Without a key that is proven, it has none here.
    Rows of others refer to those of a dimension."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    is_dimension: bool = False


RELEASE = Table(
    "release",
    "发布版次,每次发布一行,最新在前 / one row per release, this release first",
    (
        Column("release_id", "VARCHAR", "版次号 YYYYMMDD-NN(北京时间) / release, numbered by day"),
        Column("published_at", "TIMESTAMP", "发布时间(北京时间) / time of publication, in Asia/Shanghai"),
        Column("as_of", "DATE", "数据截止判断日 / the day that dates lateness and maturity"),
        Column("git_revision", "VARCHAR", "程序版本 / revision of the code"),
        Column("dumps", "BIGINT", "有效报送文件数 / active dumps it is made from"),
        Column("rows", "BIGINT", "有效记录数 / active landed rows it is made from"),
        Column("expectations_evaluated", "BIGINT", "已执行质量规则数 / quality rules evaluated"),
        Column("expectations_failed", "BIGINT", "未通过质量规则数 / quality rules failed"),
        Column("inputs_sha256", "VARCHAR", "输入摘要 / sha256 over the sorted sha256 of the active dumps, one a line"),
        Column("is_synthetic", "BOOLEAN", "是否含合成数据 / whether any input is synthetic"),
        Column(
            "suppression_threshold",
            "INTEGER",
            "抑制阈值:县级个人计数低于此数不公布 / counts of persons in counties from 1 to below this are withheld",
        ),
    ),
    ("release_id",),
)
QUALITY_RESULT = Table(
    "fct_quality_result",
    "质量规则结果,每版次每规则一行 / result of each quality rule for each release",
    (
        Column("release_id", "VARCHAR", "版次号 / release"),
        Column("suite", "VARCHAR", "规则集 / suite of rules"),
        Column("expectation", "VARCHAR", "规则名 / name of the rule"),
        Column("description_zh", "VARCHAR", "规则含义 / what it protects, in Chinese"),
        Column("description_en", "VARCHAR", "规则含义(英文) / what it protects"),
        Column("severity", "VARCHAR", "严重程度:critical 阻断, warning 提示, info 告知 / severity"),
        Column("success", "BOOLEAN", "是否通过 / whether it held"),
        Column("element_count", "BIGINT", "检查的记录数 / records examined"),
        Column("unexpected_count", "BIGINT", "不符的记录数 / records in breach"),
        Column("observed_value", "VARCHAR", "观察值 / what was observed"),
        Column(
            "accepted_reason",
            "VARCHAR",
            "未通过但经核实接受的理由,仅对该版次有效 / why this release was made although the critical rule failed",
        ),
    ),
    ("release_id", "suite", "expectation"),
)

_CELL = (
    Column("indicator_id", "VARCHAR", "指标编号 / Indicator"),
    Column("region_code", "VARCHAR", "行政区划代码 / Region"),
    Column("period_type", "VARCHAR", "周期类型 / Period type: month, quarter, year, ytd"),
    Column("period_end", "DATE", "周期末日 / Last day of the period"),
)
RELEASE_HISTORY = Table(
    "release_history",
    "各版次成为当前版的时间,含回退 / when which release became current, rollbacks included",
    (
        Column("release_id", "VARCHAR", "版次号 / release"),
        Column("current_from", "TIMESTAMP", "成为当前版的时间(北京时间) / since when it was current, in Asia/Shanghai"),
    ),
    ("release_id", "current_from"),
)
VINTAGE = Table(
    "fct_indicator_vintage",
    "曾经发布的每个指标值及其起止版次 / every value ever published, with the releases that said it",
    (
        *_CELL,
        Column("value", "DOUBLE", "所发布的值;隐去时为空 / value as published; null where it was suppressed"),
        Column("value_text", "VARCHAR", "所发布的文字值,如1:4:5 / value that is a text, such as 1:4:5"),
        Column("is_suppressed", "BOOLEAN", "当时是否隐去 / whether it was withheld to protect persons"),
        Column("first_release_id", "VARCHAR", "最早载有该值的版次 / first release that said so"),
        Column("last_release_id", "VARCHAR", "最后载有该值的版次;现仍有效为空 / last one; null while it stands"),
    ),
    (*(column.name for column in _CELL), "first_release_id"),
)
CHANGE = Table(
    "fct_indicator_change",
    "每个变动的指标值,按原因分解的差额 / what made a value differ from the release before, split by cause",
    (
        Column("release_id", "VARCHAR", "版次号 / release"),
        Column("previous_release_id", "VARCHAR", "之前的当前版 / the release that was current before it"),
        *_CELL,
        Column(
            "cause",
            "VARCHAR",
            "原因:new 新报送、revised 修订、withdrawn 撤回、corrected 更正、definition 口径、reference 参考数据、"
            "code 程序 / cause, in the order in which they are attributed",
        ),
        Column(
            "dumps", "VARCHAR[]", "属于该原因并供给该指标和地区的报送文件 / dumps of that cause which feed the value"
        ),
        Column(
            "delta",
            "DOUBLE",
            "差额中的份额;出现或消失的行自零计;隐去的值和文字值为空 / its share of the difference; a row that appears "
            "or vanishes counts from or to 0; null where a value is suppressed or a text",
        ),
    ),
    ("release_id", *(column.name for column in _CELL), "cause"),
)

FORMULA = Table(
    "dim_formula",
    "各指标的计算语句,每个模型一行 / the compiled SQL of the indicators, one row per model",
    (
        Column("model", "VARCHAR", "模型 / model"),
        Column(
            "indicator_id", "VARCHAR", "所计算的指标;辅助模型为空 / indicator that it computes; null of one that helps"
        ),
        Column("definition_version", "INTEGER", "所依口径版本 / version of the definition that it computes by"),
        Column("reads", "VARCHAR[]", "所读的模型 / models that it reads"),
        Column(
            "sql",
            "VARCHAR",
            "计算语句,即全量重算所执行者;在数据仓库上重新执行即得所公布的值 / the statement of a full build, as "
            "compiled for DuckDB; run again on the warehouse it gives the published figures",
        ),
    ),
    ("model",),
    is_dimension=True,
)


def own_tables() -> tuple[Table, ...]:
    """The tables that only publication can write: they tell of the gate, of the release itself and of those
    before, and of what dbt compiled."""
    return RELEASE, QUALITY_RESULT, RELEASE_HISTORY, VINTAGE, CHANGE, FORMULA


@lru_cache(maxsize=2)
def _manifest_tables(path: str, mtime_ns: int) -> tuple[Table, ...]:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - the cache is keyed by text
        nodes = json.load(file)["nodes"].values()
    keys = _keys(nodes)
    return tuple(
        Table(
            node["name"],
            node["description"],
            tuple(Column(name, column["data_type"], column["description"]) for name, column in node["columns"].items()),
            keys.get(node["unique_id"], ()),
            node["config"]["meta"].get("dimension") is True,
        )
        for node in sorted(nodes, key=lambda node: str(node["name"]))
        if node["resource_type"] == "model"
        and node["schema"] == "marts"
        and node["config"].get("meta", {}).get("published") is True
    )


def _keys(nodes: Iterable[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    """The key of each model, as its data tests `unique` and `one_row_per` prove it; of several the shortest, then the
    first by name."""
    proven: dict[str, list[tuple[str, ...]]] = {}
    for node in nodes:
        test = node.get("test_metadata") or {"name": ""}
        if test["name"] in ("unique", "one_row_per"):
            arguments = test["kwargs"]
            key = tuple(arguments["columns"]) if test["name"] == "one_row_per" else (arguments["column_name"],)
            proven.setdefault(node["attached_node"], []).append(key)
    return {model: min(keys, key=lambda key: (len(key), key)) for model, keys in proven.items()}


def published_tables(settings: Settings) -> tuple[Table, ...]:
    """The marts that opted in to publication, with their contracts' columns. Needs the dbt manifest to exist."""
    return tables_of(settings.dbt_manifest)


def tables_of(manifest: Path) -> tuple[Table, ...]:
    """The same of any dbt manifest."""
    return _manifest_tables(str(manifest), manifest.stat().st_mtime_ns)
