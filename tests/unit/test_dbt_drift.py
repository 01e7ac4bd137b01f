"""The contracts are the only place where an extract's columns are written down: dbt's sources and staging follow."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from raw_landing.contract import Contract, load_contracts
from raw_landing.storage.landed_schema import METADATA, RELATIONS, columns_of
from tests.support.warehouse import DBT_PROJECT

STAGING = DBT_PROJECT / "models" / "staging"
INTERMEDIATE = DBT_PROJECT / "models" / "intermediate"
CONTRACTS = load_contracts()

each_contract = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)


@cache
def _yaml(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def _sources(schema: str) -> dict[str, list[str]]:
    """Columns by table of a schema that landing fills."""
    (source,) = [entry for entry in _yaml(STAGING / "sources.yml")["sources"] if entry["name"] == schema]
    return {table["name"]: [column["name"] for column in table["columns"]] for table in source["tables"]}


def _model(contract: Contract) -> Path:
    return STAGING / contract.source / f"stg_{contract.source}__{contract.extract}.sql"


def _names(contract: Contract) -> list[str]:
    return [column.name for column in contract.columns]


def _derived(contract: Contract) -> list[str]:
    """What staging adds to a contract's columns."""
    person = ["person_id"] if "id_number" in contract.by_name else []
    region = ["region_unit"] if "region_code" in contract.by_name else []
    return [*person, *region, "weight"]


def test_sources_are_what_landing_leaves() -> None:
    left = RELATIONS | {f"landed.{contract.extract}": columns_of(contract) for contract in CONTRACTS.values()}
    described = {
        f"{schema}.{table}": columns for schema in ("landed", "quality") for table, columns in _sources(schema).items()
    }
    assert described == {name: list(columns) for name, columns in left.items()}


def test_one_staging_model_for_each_contract() -> None:
    assert sorted(STAGING.rglob("*.sql")) == sorted(_model(contract) for contract in CONTRACTS.values())


def test_staging_passes_on_all_metadata() -> None:
    macros = (DBT_PROJECT / "macros" / "staging" / "landed_rows.sql").read_text(encoding="utf-8")
    body = macros[macros.index("macro landing_columns") : macros.index("endmacro")]
    assert re.findall(r"\{\{ relation \}\}\.(\w+)", body) == list(METADATA)


@each_contract
def test_staging_selects_the_contracts_columns(contract: Contract) -> None:
    selected = re.split(r"\nselect\s", _model(contract).read_text(encoding="utf-8"))[-1].partition("\nfrom ")[0]
    assert re.findall(r",\s+landed\.(\w+)(?=,)", selected) == _names(contract)
    assert re.findall(r" as (\w+)(?:,|$)", selected, flags=re.MULTILINE) == _derived(contract)


@each_contract
def test_staging_keeps_one_row_per_key_of_the_contract(contract: Contract) -> None:
    sql = _model(contract).read_text(encoding="utf-8")
    calls = re.findall(r'landed_rows\("(\w+)"(?:, key=\[(.*?)\], load="(\w+)")?\)', sql)
    if contract.load in ("events", "upsert"):
        key = ", ".join(f'"{column}"' for column in contract.key)
        assert calls == [(contract.extract, key, contract.load)]
    else:
        assert calls == [(contract.extract, "", "")]


@each_contract
def test_staging_columns_are_described(contract: Contract) -> None:
    (model,) = [
        entry
        for entry in _yaml(STAGING / contract.source / f"stg_{contract.source}.yml")["models"]
        if entry["name"] == _model(contract).stem
    ]
    columns = {column["name"]: column["description"] for column in model["columns"]}
    assert list(columns) == [*METADATA, *_names(contract), *_derived(contract)]
    assert {name: columns[name] for name in contract.by_name} == {column.name: column.zh for column in contract.columns}


def test_no_staging_description_without_a_contract() -> None:
    described = [model["name"] for path in STAGING.glob("*/*.yml") for model in _yaml(path)["models"]]
    assert sorted(described) == sorted(_model(contract).stem for contract in CONTRACTS.values())


def test_deliveries_look_at_every_extract_with_regions() -> None:
    sql = (INTERMEDIATE / "region" / "int_region_delivery.sql").read_text(encoding="utf-8")
    listed = re.findall(r'"(\w+)"', sql[: sql.index("%}")].partition("[")[2])
    assert sorted(listed) == sorted(name for name, entry in CONTRACTS.items() if "region_code" in entry.by_name)


def test_all_indicators_are_put_together() -> None:
    sql = (INTERMEDIATE / "indicator" / "int_indicator_unioned.sql").read_text(encoding="utf-8")
    listed = re.findall(r'"(\w+)"', sql[: sql.index("%}")].partition("[")[2])
    models = [path.stem.removeprefix("int_indicator__") for path in INTERMEDIATE.rglob("int_indicator__*.sql")]
    assert sorted(listed) == sorted(models)
