"""Words that are no person's name although they stand in a column of names: what people write where there is no name,
labels, and the program's own words. Reads no dump."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

from raw_landing.contract import load_contracts
from raw_landing.messages.problems import fault_words
from raw_landing.messages.reasons import RowReason
from raw_landing.parsing.cell_sql import NULLS
from raw_landing.regions import SEEDS, load_regions

_PACKAGE = Path(__file__).parent
_WITH_NAMES = ("sample", "manual")  # folders of ours that invent names

_WITHOUT = """
    无数据 无名 无姓名 无名氏 无此人 无信息 无资料 无记录 不详 不明 不清 不祥
    未知 未详 未名 未填 未填写 未填报 未提供 未登记 未录入 未采集 未说明
    姓名不详 姓名未知 暂无 暂缺 暂无数据 待补 待补充 待填 待查 待核 待核实 待定
    空 空白 空值 缺失 缺失值 数据缺失 略 省略 同上 如上 见上 保密 匿名 测试
    测试数据 测试人员 样本 样例 示例 其他 其它 合计 小计 总计 本人 某某 某人
    某 甲 乙 丙 丁 名字 人员姓名 中文姓名 职工姓名 被申请人 制表人 复核人
    代理人 小姐 老师
"""
NO_NAME = frozenset(_WITHOUT.split())
"""What stands in a column of names where none is known, besides what landing takes for null."""

_LABELS = "姓名 填报人 审核人 联系人 经办人 负责人 申请人 举报人 法定代表人 同志 先生 女士"
LABELS = tuple(_LABELS.split())
"""What officials write before or after a name: texts are taken apart there."""
_QUARTERS = ("年一季度", "年二季度", "年三季度", "年四季度")  # in names of files, as people write them

_AT_LABELS = re.compile("|".join(LABELS))
_HAN = re.compile(r"[\u3007\u3400-\u9fff\U00020000-\U000323af·]+")


@cache
def no_names() -> frozenset[str]:
    """Every word that is no person's name, whoever may bear it."""
    return frozenset((*NULLS, *NO_NAME, *LABELS, *_QUARTERS, *load_regions().words, *_own_words(), *_refusals()))


def words(text: str) -> list[str]:
    """The Chinese words of a text: what stands between other signs, whole and taken apart at labels."""
    whole = _HAN.findall(text)
    return [*whole, *(part for one in whole for part in _AT_LABELS.split(one) if part)]


def _own_words() -> Iterator[str]:
    """The Chinese words of contracts, reference data and formulas, and of landing's own sentences. That somebody is
    called like one of them cannot be read from a release: it stands in every one."""
    files = [
        *_PACKAGE.glob("contracts/*/*.yml"),
        *SEEDS.glob("*.csv"),
        *(path for name in ("models", "macros") for path in SEEDS.with_name(name).rglob("*.sql")),
        *_PACKAGE.rglob("*.py"),
        *_PACKAGE.glob("messages/*.yml"),
    ]
    for path in files:
        if not set(path.relative_to(_PACKAGE.parent).parts) & set(_WITH_NAMES):
            yield from words(path.read_text(encoding="utf-8"))


def _refusals() -> Iterator[str]:
    """The words of the sentences on refused rows, which are put together of several."""
    for contract in load_contracts().values():
        for column in contract.columns:
            for reason in get_args(RowReason):
                yield from words(fault_words(f"{reason}:{column.name}", contract)[0])
