"""Doubtful records and figures, from the sample's dumps to the restricted list: what was planted is found, and no more;
nothing of a person leaves."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import Settings
from raw_landing.contract import load_contracts
from raw_landing.database import connect
from raw_landing.regions import load_regions
from raw_landing.sample import Planted, planted
from tests.support.commands import hrss

CONTRACTS = load_contracts()


@pytest.fixture(scope="module")
def sown() -> Planted:
    return planted(scale="small")


@pytest.fixture(scope="module")
def warehouse(good_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    settings = Settings.of(home=good_home)
    with connect() as connection:
        connection.execute(f"attach '{settings.warehouse}' as warehouse (read_only)")
        connection.execute(f"attach '{settings.work_list}' as restricted (read_only)")
        connection.execute(f"attach '{(settings.current / 'marts.duckdb')}' as published (read_only)")
        yield connection


def unit_of(region: str) -> str:
    known = load_regions().by_code[region]
    return known.parent if known.level == "county" else region


def test_planted_doubts_are_found_and_no_others(warehouse: duckdb.DuckDBPyConnection, sown: Planted) -> None:
    """By key, which the list does not hold: it says where a record stands, and the landed row tells the rest."""
    found = set()
    for contract in CONTRACTS.values():
        key = " || '/' || ".join(f"landed.{column}" for column in contract.key)
        rows = warehouse.execute(
            f"select rule_id, doubt.region_code, {key} from restricted.doubt"
            f" join warehouse.landed.{contract.extract} as landed using (dump_id, line_number) where extract = ?",
            [contract.extract],
        ).fetchall()
        found |= {(rule, contract.extract, unit_of(region), value) for rule, region, value in rows}
    assert found == sown.doubts
    rules = warehouse.execute("select rule_id from restricted.doubt_rule").fetchall()
    assert {rule for rule, *_ in found} == {rule for (rule,) in rules}, "the sample has something for every rule"
    (listed,) = warehouse.execute("select count(*) from restricted.doubt").fetchall()
    assert listed == (len(found),)


def test_fund_supervision_lists_what_was_planted_and_no_more(
    warehouse: duckdb.DuckDBPyConnection, sown: Planted, good_home: Path
) -> None:
    """In the file for the owner, where a person is a pseudonym."""
    tables = Settings.of(home=good_home).restricted_tables
    warehouse.execute(f"attach '{tables}' as fund (read_only)")
    found = warehouse.execute(
        "select rule_id, extract, finding.region_code, payment_no from fund.fund_finding as finding"
        " join warehouse.landed.pension_payment as payment using (dump_id, line_number)"
    ).fetchall()
    assert {(rule, extract, unit_of(region), key) for rule, extract, region, key in found} == sown.fund
    assert warehouse.execute("select sum(amount), count(distinct person) from fund.fund_case").fetchall() == (
        warehouse.execute("select sum(amount), count(distinct person) from fund.fund_finding").fetchall()
    )
    (listed,) = warehouse.execute("select count(*) from fund.fund_finding").fetchall()
    assert listed == (len(found),)


def test_published_counts_are_those_of_the_list(warehouse: duckdb.DuckDBPyConnection) -> None:
    """But those that fund supervision withholds."""
    counted = "select rule_id, period_end, count(*) from restricted.doubt group by all order by all"
    published = (
        "select rule_id, period_end, doubts from published.fct_data_doubt"
        " where region_code = '420000' and {} order by all"
    )
    withheld = {(rule, end) for rule, end, _ in warehouse.execute(published.format("is_suppressed")).fetchall()}
    assert {rule for rule, _ in withheld} == {"pension_after_death", "pension_age"}
    of_list = [row for row in warehouse.execute(counted).fetchall() if row[:2] not in withheld]
    assert warehouse.execute(published.format("doubts > 0")).fetchall() == of_list


def test_the_list_is_its_owners_and_names_nobody(good_home: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    settings = Settings.of(home=good_home)
    assert settings.work_list.parent.stat().st_mode & 0o777 == 0o700
    files = list(settings.work_list.parent.iterdir())
    assert set(files) == {settings.work_list, settings.restricted_tables, settings.pseudonym_key}
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    key = bytes.fromhex(settings.pseudonym_key.read_text())
    people = warehouse.execute(
        "select person_id, listed.person from warehouse.intermediate.int_doubt as doubt"
        " join restricted.doubt as listed using (rule_id, extract, dump_id, line_number)"
    ).fetchall()
    assert any(number is None for number, _ in people)
    for number, pseudonym in people:
        assert pseudonym == (number and hmac.new(key, number.encode(), "sha256").hexdigest())
    text = settings.work_list.read_bytes()
    assert not [number for number, _ in people if number and number.encode() in text]


def test_reported_figures_disagree_where_it_was_planted(warehouse: duckdb.DuckDBPyConnection, sown: Planted) -> None:
    """Of the units that deliver in the small sample; of the province not all units are in, which is no difference."""
    rows = warehouse.execute(
        "select region_code, date_trunc('month', period_end)::date, item, verdict from published.fct_reconciliation"
    ).fetchall()
    assert {verdict for *_, verdict in rows} == {"agrees", "beyond_tolerance", "incomplete"}
    wrong = {(region, month, item) for region, month, item, verdict in rows if verdict == "beyond_tolerance"}
    assert wrong == {place for place in sown.differences if place[0] != "420000"}
    assert {verdict for region, *_, verdict in rows if region == "420000"} == {"incomplete"}


def test_the_query_of_the_docs_runs(good_home: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "doubts.md").read_text(encoding="utf-8")
    (query,) = re.findall(r"```sql\n(.*?)```", text, flags=re.DOTALL)
    assert "劳动保障监察案件超期" in hrss("query", query, "--home", good_home, "--format", "csv")


def test_engineers_see_rules_and_places(good_home: Path) -> None:
    listed = hrss("doubts", "list", "--home", good_home)
    assert "two_pensions" in listed and "疑点" in listed
    shown = hrss("doubts", "show", "two_pensions", "--home", good_home)
    assert "insurance_enrolment" in shown and "2025-12-31" in shown
    assert "There is no rule" in hrss("doubts", "show", "whim", "--home", good_home, code=64)
