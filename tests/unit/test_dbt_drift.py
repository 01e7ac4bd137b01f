"""Extracts, indicators and rules on records are written down in contracts and seeds alone: what the dbt project holds
of them besides is generated."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from pathlib import Path

import yaml

from orchestration.dbt_build.generate import STAGING, write
from raw_landing.contract import load_contracts
from raw_landing.storage.landed_schema import METADATA, RELATIONS, columns_of
from tests.support.warehouse import DBT_PROJECT


def test_generated_files_are_those_of_the_contracts_and_seeds(tmp_path: Path) -> None:
    shutil.copytree(DBT_PROJECT / "seeds", tmp_path / "seeds")
    write(tmp_path)
    made = {path.relative_to(tmp_path): path for path in tmp_path.rglob("*.*")}
    assert len(made) > len(load_contracts())
    for name, path in made.items():
        kept = (DBT_PROJECT / name).read_text(encoding="utf-8")
        assert path.read_text(encoding="utf-8") == kept, f"{name}: run make generate"
    assert {path.relative_to(DBT_PROJECT) for path in (DBT_PROJECT / STAGING).glob("*/*")} <= made.keys()


def test_a_staging_model_without_a_contract_goes(tmp_path: Path) -> None:
    shutil.copytree(DBT_PROJECT / "seeds", tmp_path / "seeds")
    left = tmp_path / STAGING / "talent" / "stg_talent__what_was.sql"
    left.parent.mkdir(parents=True)
    left.touch()
    write(tmp_path)
    assert not left.exists()


def test_sources_are_what_landing_leaves() -> None:
    left = RELATIONS | {f"landed.{contract.extract}": columns_of(contract) for contract in load_contracts().values()}
    described: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for name in ("sources.yml", "ledger.yml"):
        for source in yaml.safe_load((DBT_PROJECT / STAGING / name).read_text(encoding="utf-8"))["sources"]:
            for table in source["tables"]:
                columns = [column["name"] for column in table["columns"]]
                described[name][f"{source['schema']}.{table['name']}"] = columns
    assert not described["sources.yml"].keys() & described["ledger.yml"].keys()
    assert described["sources.yml"] | described["ledger.yml"] == {name: list(columns) for name, columns in left.items()}


def test_staging_passes_on_all_metadata() -> None:
    macros = (DBT_PROJECT / "macros" / "staging" / "landed_rows.sql").read_text(encoding="utf-8")
    body = macros[macros.index("macro landing_columns") : macros.index("endmacro")]
    assert re.findall(r"\{\{ relation \}\}\.(\w+)", body) == list(METADATA)
