"""Rule 4 of the house: what follows changed dumps ends as a full build does, whatever came and went in between."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from raw_landing.contract import load_contracts
from raw_landing.database import connect
from tests.province import MAKERS, deliveries
from tests.recomputation import Dump
from tests.warehouse import add_dump, create_warehouse, run_dbt

FOLLOWING = [f"stg_{contract.source}__{contract.extract}" for contract in load_contracts().values()]
FOLLOWING += ["int_insured_persons_counted"]
NOT_DELIVERED = {f"stg_{c.source}__{c.extract}" for c in load_contracts().values() if c.extract not in MAKERS}
Looked = tuple[Dump, str]


def _nights(seed: int, number: int) -> list[list[Looked]]:
    """What is active night after night: dumps come and go, and some are read anew, with rows missing."""
    chance = random.Random(seed)
    pool = deliveries(seed)
    nights, looks = [], dict.fromkeys(range(len(pool)), "first")
    for night in range(number):
        for index in chance.sample(range(len(pool)), len(pool) // 5):
            if pool[index].rows:
                pool[index] = replace(pool[index], rows=pool[index].rows[:-1])
                looks[index] = f"look {night}"
        picked = [(dump, looks[index]) for index, dump in enumerate(pool) if chance.random() < 0.7]
        one_per_place = {(dump.extract, dump.start, dump.unit): (dump, look) for dump, look in picked}
        nights.append(list(one_per_place.values()))
    return nights


def _show(warehouse: Path, active: list[Looked]) -> None:
    """Let landing show these dumps and no others."""
    with connect(warehouse) as connection:
        for table in ("dump", *load_contracts()):
            connection.execute(f"delete from landed.{table}")
        for dump, look in active:
            add_dump(
                connection,
                dump.extract,
                dump.start,
                dump.unit,
                dump.rows,
                revision=dump.revision,
                sampling_fraction=dump.sampling_fraction,
                look=look,
            )


def _build(warehouse: Path, *arguments: str) -> None:
    select = " ".join(f"+{model}" for model in FOLLOWING)
    run = run_dbt(
        warehouse, "build", "--select", select, "--resource-type", "seed", "--resource-type", "model", *arguments
    )
    assert run.returncode == 0, run.stdout


def _contents(warehouse: Path) -> dict[str, list[tuple[object, ...]]]:
    with connect(warehouse, read_only=True) as connection:
        return {
            model: connection.execute(
                f"select * from {'staging' if model.startswith('stg_') else 'intermediate'}.{model} order by all"
            ).fetchall()
            for model in FOLLOWING
        }


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse on its third night, each built on the one before."""
    warehouse = tmp_path_factory.mktemp("incremental") / "warehouse.duckdb"
    create_warehouse(warehouse, as_of=date(2024, 5, 31))
    for active in _nights(seed=1, number=3):
        _show(warehouse, active)
        _build(warehouse)
    return warehouse


def test_a_night_without_changes_touches_no_row(warehouse: Path) -> None:
    with connect(warehouse) as connection:  # a mark that building anew would wipe out
        connection.execute("update staging.stg_pension__social_card set card_no = 'kept ' || card_no")
    _build(warehouse)
    with connect(warehouse) as connection:
        found = connection.execute("select bool_and(card_no like 'kept %') from staging.stg_pension__social_card")
        assert found.fetchone() == (True,)
        connection.execute("update staging.stg_pension__social_card set card_no = substr(card_no, 6)")


def test_nights_that_follow_changes_end_as_a_full_build(warehouse: Path) -> None:
    followed = _contents(warehouse)
    _build(warehouse, "--full-refresh")
    full = _contents(warehouse)
    assert [model for model, rows in followed.items() if rows != full[model]] == []
    assert {model for model, rows in full.items() if not rows} <= NOT_DELIVERED
