"""What counts as a person's name is one thing for landing and the gate: no null word, no label, no word of ours."""

from __future__ import annotations

import re

import pytest

from expectations.suites import privacy
from orchestration.gate.vocabulary import published_words
from raw_landing.person_names import LABELS, no_names


@pytest.mark.parametrize(
    "word",
    [
        "无数据",
        "不详",
        "未知",
        "无",
        "待补充",
        "姓名",
        "经办人",
        "武汉",
        "武汉市",
        "失业保险",
        "男",
        "本年累计",
        "年四季度",
    ],
)
def test_what_is_no_name(word: str) -> None:
    assert word in no_names()


@pytest.mark.parametrize("word", ["入库", "生效数据", "只有一行"])
def test_words_of_the_rules_are_none(word: str) -> None:
    assert word in published_words()


@pytest.mark.parametrize(
    "word", ["王小明", "李芳", "张三", "欧阳锋", "买买提", "阿不都·热西提", "张伟", "王芳", "刘洋", "陈静"]
)
def test_names_are_names(word: str) -> None:
    assert word not in published_words()


def test_texts_are_taken_apart_at_the_same_labels() -> None:
    assert set(LABELS) == set(privacy._LABELS.split("|"))


def test_every_word_has_the_form_of_one() -> None:
    assert all(re.search(r"\S", word) for word in published_words() - {""})
