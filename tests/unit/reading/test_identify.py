"""What a dump is: manifest, canonical name, Chinese name; and what cannot be told."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raw_landing.contract import load_contracts
from raw_landing.intake.identify import Identity, Manifest, identify, is_public_path, read_manifest
from raw_landing.messages.reasons import Unidentified
from raw_landing.regions import load_regions

CONTRACTS, REGIONS = load_contracts(), load_regions()
MARCH = (date(2024, 3, 1), date(2024, 3, 31))
QUARTER = (date(2024, 1, 1), date(2024, 3, 31))
CASE = Identity("arbitration", "arbitration_case", *MARCH, "420100", 1)


def told(path: str, **manifest: object) -> Identity:
    return identify(PurePosixPath(path), Manifest.model_validate(manifest) if manifest else None, CONTRACTS, REGIONS)


@pytest.mark.parametrize("suffix", [".csv", ".txt", ".tsv", ".csv.gz", ".txt.gz", ".tsv.gz", ".xlsx", ".CSV"])
def test_the_canonical_name(suffix: str) -> None:
    assert told(f"arbitration/2024/arbitration_case__2024-03__420100{suffix}") == CASE
    assert told(f"arbitration/arbitration_case__2024-03__420100__r2{suffix}").revision == 2


@pytest.mark.parametrize("period", ["2024年3月", "202403", "2024-03", "2024年03月", "２０２４年３月"])
def test_the_chinese_name(period: str) -> None:
    assert told(f"arbitration/劳动人事争议仲裁案件_武汉市_{period}.csv") == CASE
    assert told(f"arbitration/劳动人事争议仲裁案件_武汉市_{period}_修订3.csv").revision == 3


@pytest.mark.parametrize("period", ["2024-Q1", "2024年一季度", "2024年第1季度", "2024年第一季度", "2024年1季度"])
def test_quarters(period: str) -> None:
    found = told(f"arbitration/企业劳动合同签订情况_仙桃市_{period}.csv")
    assert (found.period_start, found.period_end, found.unit_code) == (*QUARTER, "429004")


@pytest.mark.parametrize("period", ["2024", "2024年"])
def test_years(period: str) -> None:
    found = told(f"pension/人口基数_湖北省_{period}.csv")
    assert (found.period_start, found.period_end) == (date(2024, 1, 1), date(2024, 12, 31))
    assert found.unit_code == "420000"


def test_each_fact_comes_from_the_first_that_states_it() -> None:
    name = "arbitration/mediation_case__2024-03__420100__r2.csv"
    assert told(name, extract="arbitration_case", revision=5, unit=420199) == Identity(
        "arbitration", "arbitration_case", *MARCH, "420100", 5
    )
    assert told(name, period="2024-04").period_start == date(2024, 4, 1)
    assert told(name, unit="黄石市").unit_code == "420200"
    whole = {"source": "arbitration", "extract": "arbitration_case", "period": "2024-03", "unit": "420100"}
    assert told("arbitration/导出.csv", **whole) == CASE


@pytest.mark.parametrize(
    "path",
    [
        "arbitration_case__2024-03__420100.csv",  # outside a source's folder
        "elsewhere/arbitration_case__2024-03__420100.csv",
        "talent/arbitration_case__2024-03__420100.csv",
        "arbitration/arbitration_case__2024-03__420102.csv",  # a county
        "arbitration/arbitration_case__2024-03__110000.csv",
        "arbitration/arbitration_case__2024-03__000000.csv",
        "arbitration/arbitration_case__2024-Q1__420100.csv",
        "arbitration/arbitration_case__2024__420100.csv",
        "arbitration/arbitration_case__2024-13__420100.csv",
        "arbitration/arbitration_case__2024-3x__420100.csv",
        "arbitration/arbitration_case__2024-03__420100__r0.csv",
        "arbitration/arbitration_case__2024-03__420100__rx.csv",
        "arbitration/arbitration_case__2024-03.csv",
        "arbitration/unknown_extract__2024-03__420100.csv",
        "arbitration/劳动人事争议仲裁案件_江岸区_2024年3月.csv",
        "arbitration/..csv",
        "arbitration/'; DROP TABLE dump; --\n\u202e😀.csv",
    ],
)
def test_what_cannot_be_identified(path: str) -> None:
    with pytest.raises(Unidentified) as caught:
        told(path)
    assert all(problem.code == "unidentified" and problem.zh and problem.en for problem in caught.value.problems)


def test_a_source_that_contradicts_the_folder() -> None:
    with pytest.raises(Unidentified, match="contradicts"):
        told("arbitration/arbitration_case__2024-03__420100.csv", source="talent")


def test_the_nation_and_the_province() -> None:
    assert told("planning/statistical_report__2024-03__000000.csv").unit_code == "000000"
    for contract in CONTRACTS.values():
        period = {"monthly": "2024-03", "quarterly": "2024-Q1", "annual": "2024"}[contract.cadence]
        assert told(f"{contract.source}/{contract.extract}__{period}__420000.csv").extract == contract.extract


def test_a_manifest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.manifest.json"
    path.write_text(
        json.dumps({"rows": 3, "as_of": "2024-04-01", "sampling_fraction": 0.1, "unit": 420100, "more": [1]})
    )
    found = read_manifest(path)
    assert (found.rows, found.as_of, found.sampling_fraction, found.unit) == (3, date(2024, 4, 1), 0.1, "420100")


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b"\xff", b'{"rows": -1}', b'{"rows": "x"}', b'{"rows": true}',
     b'{"sampling_fraction": true}',
     b'{"sampling_fraction": "x"}', b'{"sampling_fraction": NaN}', b'{"sampling_fraction": 1e999}',
     b'{"revision": 0}', b'{"sha256": "x"}',
     b'{"as_of": "soon"}',
     b"[" * 100_000, b'{"a":"' + b"x" * (2 << 20) + b'"}'],
)  # fmt: skip
def test_a_manifest_that_does_not_hold(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.manifest.json"
    path.write_bytes(content)
    with pytest.raises(Unidentified) as caught:
        read_manifest(path)
    assert "清单" in caught.value.problems[0].zh


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_a_manifest_that_is_not_in_utf8_is_told_so(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.manifest.json"
    path.write_bytes('{"unit": "武汉市"}'.encode(encoding))
    with pytest.raises(Unidentified) as caught:
        read_manifest(path)
    assert "save it as UTF-8" in caught.value.problems[0].en
    assert "请另存为 UTF-8" in caught.value.problems[0].zh


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        (
            "调解案件_黄石市_2025年12月",
            "extract: 调解案件 is not known, did you mean 劳动人事争议调解案件; unit 黄石市; period 2025-12",
            "没有“调解案件”, 是否为“劳动人事争议调解案件”; 报送单位 黄石市; 时期 2025-12",
        ),
        (
            "mediation_cases__2025-12__420200__r2",
            "did you mean mediation_case; unit 黄石市; period 2025-12; revision 2",
            "",
        ),
        ("调节案件-黄石市-202512", "did you mean 劳动人事争议调解案件; unit 黄石市; period 2025-12", ""),
        (
            "黄石市2025年12月仲裁案件",
            "仲裁案件 is not known, did you mean 劳动人事争议仲裁案件; unit 黄石市; period 2025-12",
            "",
        ),
        ("湖北省黄石市人社局_仲裁案件_2025-12", "unit 黄石市", "报送单位 黄石市"),
        ("劳动人事争议调解案件_2025年12月_黄石市", "do not stand as agreed", "顺序或分隔不合规定"),
        ("劳动人事争议调解案件_大冶市_202512", "大冶市 is no reporting unit, did you mean 黄石市", "是否为“黄石市”"),
        ("mediation_case__2025-12__420202", "420202 is no reporting unit, did you mean 黄石市", "是否为“黄石市”"),
        (
            "mediation_case__2025.12__420200",
            "2025.12 is not written as agreed, did you mean 2025-12",
            "是否为“2025-12”",
        ),
        ("劳动人事争议调解案件_黄石市_2025_12", "unit 黄石市", "是否为“2025-12”"),
        ("企业劳动合同签订情况_黄石市_2025年12月", "2025-12, but labour_contract_report is quarterly", "是季报"),
        ("劳动监察案件_黄石市", "did you mean 劳动保障监察举报投诉案件; unit 黄石市; period: no period", ""),
    ],
)
def test_a_name_that_is_nearly_right_is_told_what_was_understood(name: str, english: str, chinese: str) -> None:
    with pytest.raises(Unidentified) as caught:
        told(f"arbitration/{name}.csv")
    assert english in caught.value.problems[0].en and chinese in caught.value.problems[0].zh


@pytest.mark.parametrize(
    "name", ["调解案件_黄石_202512", "调解案件_黄石市人社局_2025.12", "mediation__2025-12__420202"]
)
def test_the_right_name_is_told_where_there_is_only_one(name: str) -> None:
    with pytest.raises(Unidentified) as caught:
        told(f"arbitration/{name}.xlsx")
    (problem,) = caught.value.problems
    assert "黄石市" in problem.en and "2025-12" in problem.en
    assert "劳动人事争议调解案件_黄石市_2025-12.xlsx" in problem.remedy_zh
    assert "mediation_case__2025-12__420200.xlsx" in problem.remedy_en
    assert told("arbitration/mediation_case__2025-12__420200.xlsx").unit_code == "420200"


def test_what_a_manifest_states_is_asked_after_too() -> None:
    with pytest.raises(Unidentified) as caught:
        told("arbitration/导出.csv", extract="调解案件", unit="黄石市", period="2025.12")
    assert "did you mean 劳动人事争议调解案件; unit 黄石市; period: 2025.12" in caught.value.problems[0].en


@pytest.mark.parametrize(
    "name", ["张三13900001111", "张三的调解案件_黄石市_2025-12", "mediation_case_zhangsan_420106199001011234__2025__1"]
)
def test_nothing_of_a_name_is_repeated_that_may_be_a_persons(name: str) -> None:
    with pytest.raises(Unidentified) as caught:
        told(f"arbitration/{name}.csv")
    said = " ".join(
        problem.zh + problem.en + problem.remedy_zh + problem.remedy_en for problem in caught.value.problems
    )
    assert not any(part in said for part in ("张", "三", "zhang", "139", "4201061990"))


@given(name=st.text(min_size=1, max_size=60))
def test_whatever_a_name_holds_the_answer_is_unidentified(name: str) -> None:
    with pytest.raises(Unidentified):
        told(f"arbitration/{name.replace('/', '_')}.csv")


@pytest.mark.parametrize(
    "path",
    [
        "arbitration/arbitration_case__2024-03__420100.csv",
        "arbitration/arbitration_case__2024-03__420100__r12.csv.gz",
        "arbitration/arbitration_case__2024-03__420100000000.txt",
        "arbitration/劳动人事争议仲裁案件_武汉市_2024年3月_修订2.xlsx",
        "arbitration/2024/2024-03/202403/420100/batch_12-B/arbitration_case__2024-03__420100.csv",
        "arbitration/2024-04-02/420100_2024-03/arbitration_case__2024-03__420100.csv",
    ],
)
def test_a_path_that_says_nothing_but_what_the_dump_is_may_be_published(path: str) -> None:
    assert is_public_path(PurePosixPath(path), CONTRACTS, REGIONS)


@pytest.mark.parametrize(
    "path",
    [
        "arbitration/张三13900001111.csv",
        "arbitration/导出.csv",
        "arbitration/arbitration_case__2024-03__张三.csv",
        "arbitration/arbitration_case__2024-03__420102.csv",  # a county: told by the manifest, if at all
        "arbitration/arbitration_case__2024-03__420100199001.csv",
        "arbitration/arbitration_case__2024-03__420100__张三.csv",
        "arbitration/arbitration_case__2024-03__420100__r13900001111.csv",
        "arbitration/arbitration_case__2024-03__420100__r1__13900001111.csv",
        "arbitration/arbitration_case__13900001111__420100.csv",
        "arbitration/arbitration_case__2024-03__420100\u3000.csv",
        "arbitration/劳动人事争议仲裁案件_张三_2024年3月.csv",
        "talent/arbitration_case__2024-03__420100.csv",
        "arbitration_case__2024-03__420100.csv",
        "arbitration/张三/arbitration_case__2024-03__420100.csv",
        "arbitration/zhang san/arbitration_case__2024-03__420100.csv",
        "arbitration/zhang.san/arbitration_case__2024-03__420100.csv",
        "arbitration/13900001111/arbitration_case__2024-03__420100.csv",
        "arbitration/139-0000-1111/arbitration_case__2024-03__420100.csv",
        "arbitration/420100-197003-05-123X/arbitration_case__2024-03__420100.csv",
        "arbitration/20240402/arbitration_case__2024-03__420100.csv",
        f"arbitration/{'a' * 40}/arbitration_case__2024-03__420100.csv",
    ],
)
def test_a_path_that_says_more_is_not_published(path: str) -> None:
    assert not is_public_path(PurePosixPath(path), CONTRACTS, REGIONS)
