"""What may be published, read from the dbt manifest: only marts that say so, only the columns of their contract.
The two tables that publication itself writes are described here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from orchestration.settings import Settings


@dataclass(frozen=True)
class Column:
    """A published column; the description is «中文 / English»."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Table:
    """A published table of schema marts."""

    name: str
    description: str
    columns: tuple[Column, ...]


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
    ),
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
    ),
)


def own_tables() -> tuple[Table, ...]:
    """The tables that only publication can write, since they tell of the gate and of the release itself."""
    return RELEASE, QUALITY_RESULT


@lru_cache(maxsize=2)
def _manifest_tables(path: str, mtime_ns: int) -> tuple[Table, ...]:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - the cache is keyed by text
        nodes = json.load(file)["nodes"].values()
    return tuple(
        Table(
            node["name"],
            node["description"],
            tuple(Column(name, column["data_type"], column["description"]) for name, column in node["columns"].items()),
        )
        for node in sorted(nodes, key=lambda node: str(node["name"]))
        if node["resource_type"] == "model"
        and node["schema"] == "marts"
        and node["config"].get("meta", {}).get("published") is True
    )


def published_tables(settings: Settings) -> tuple[Table, ...]:
    """The marts that opted in to publication, with their contracts' columns. Needs the dbt manifest to exist."""
    path = settings.dbt_target / "manifest.json"
    return _manifest_tables(str(path), path.stat().st_mtime_ns)
