"""Targets that are shared out add up exactly, whatever the shares: dbt's macro itself, on random amounts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import duckdb
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader

from raw_landing.database import connect
from tests.support.warehouse import DBT_PROJECT


@pytest.fixture(scope="module")
def sql() -> str:
    macros = Environment(loader=FileSystemLoader(DBT_PROJECT / "macros" / "plan"), autoescape=True)
    shared_out = macros.from_string(
        """{% import "target.sql" as target %}
        with
            part as (select unnest(?::double[]) as figure, generate_subscripts(?::double[], 1) as region_code),
            weighed as (
                select region_code, ?::hugeint as amount, {{ target.whole_weight("figure") }} as weight from part
            ),
            whole as (select *, sum(weight) over () as whole_weight from weighed)
        select region_code, {{ target.largest_remainder("whole", "amount") }} from whole order by region_code"""
    )
    return shared_out.render()


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as connection:
        yield connection


figures = st.floats(0, 10_000) | st.integers(0, 10_000).map(lambda hundredths: hundredths / 100)


@given(amount=st.integers(0, 10**12), shares=st.lists(figures, min_size=1, max_size=20))
def test_parts_add_up_and_are_within_one_of_their_share(
    sql: str, database: duckdb.DuckDBPyConnection, amount: int, shares: list[float]
) -> None:
    weights = [Fraction(round(share * 1_000_000_000)) for share in shares]
    assume(sum(weights) > 0)
    parts = [int(part) for _, part in database.execute(sql, [shares, shares, amount]).fetchall()]
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - amount * weight / sum(weights)) < 1


def test_a_hundredth_left_goes_to_the_larger_share_of_a_tie(sql: str, database: duckdb.DuckDBPyConnection) -> None:
    shares = [37.2, 4.85, 7.9, 50.05]
    parts = database.execute(sql, [shares, shares, 35_000]).fetchall()
    assert parts == [(1, 13020), (2, 1697), (3, 2765), (4, 17518)]
