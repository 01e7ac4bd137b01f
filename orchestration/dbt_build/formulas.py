"""The indicators' formulas as compiled SQL: which models each is made of, and one digest by which a change is noticed.
Run as a program it records the digests. No formula stands here; how a definition comes into force is not here either.

A definition version promises that its formula stays what it was. So every (indicator, version) has a recorded digest of
the SQL of its model and of all models below it, without comments and layout; a test holds record and formulas against
each other.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from orchestration.dbt_build.manifest import compile_dbt
from orchestration.files import read_json, replace_text
from orchestration.settings import DBT_PROJECT, Settings

if TYPE_CHECKING:
    import duckdb

RECORD = DBT_PROJECT / "formula_digests.csv"

Key = tuple[str, int]
"""An indicator and the version of its definition."""


@dataclass(frozen=True)
class Model:
    """A model below some indicator: its compiled SQL, the models that it reads, and the indicator and version that it
    computes; None where it only helps to."""

    name: str
    sql: str
    reads: tuple[str, ...]
    computes: Key | None = None


def model_name(indicator_id: str, version: int) -> str:
    """The name of the model that computes a version of an indicator."""
    return f"int_indicator__{indicator_id}" + (f"__v{version}" if version > 1 else "")


def formula_models(target: Path) -> list[Model]:
    """The models of all indicators, what is read before what reads it, as the manifest in `target` has them compiled:
    by `dbt compile`, which follows no night's changes, so that each is the statement of a full build.

    Raises KeyError where one has not been compiled.
    """
    nodes = {
        node["name"]: node
        for node in read_json(target / "manifest.json").get("nodes", {}).values()
        if node["resource_type"] == "model"
    }
    by_id = {node["unique_id"]: name for name, node in nodes.items()}
    reads: dict[str, tuple[str, ...]] = {}
    computes = {name: key for name, node in nodes.items() if (key := _computes(node))}
    waiting = list(computes)
    while waiting:
        name = waiting.pop()
        if name not in reads:
            reads[name] = tuple(sorted(by_id[key] for key in nodes[name]["depends_on"]["nodes"] if key in by_id))
            waiting += reads[name]
    order = TopologicalSorter({name: sorted(reads[name]) for name in sorted(reads)}).static_order()
    return [Model(name, _compiled(nodes[name]), reads[name], computes.get(name)) for name in order]


def _computes(node: Mapping[str, Any]) -> Key | None:
    """What a model says of itself (macro indicator_rows)."""
    meta = node["config"].get("meta", {})
    return (meta["indicator_id"], meta["definition_version"]) if "indicator_id" in meta else None


def _compiled(node: Mapping[str, str]) -> str:
    """A model's statement without the name of the database that it was compiled for."""
    database = f'"{node["database"]}".'
    return re.sub(r"\n{3,}", "\n\n", node["compiled_code"]).strip().replace(database, "")


def write_formulas(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Write dim_formula of the attached file `public`, of the models compiled into `target`. Raises KeyError,
    duckdb.Error."""
    connection.execute(
        "create table public.dim_formula (model varchar, indicator_id varchar, definition_version integer,"
        " reads varchar[], sql varchar)"
    )
    for model in formula_models(target):
        connection.execute(
            "insert into public.dim_formula values (?, ?, ?, ?, ?)",
            [model.name, *(model.computes or (None, None)), list(model.reads), model.sql],
        )


def digests(models: Iterable[Model]) -> dict[Key, str]:
    """One sha256 for each indicator and version, over its model and all models below it, comments and layout left
    out."""
    by_name = {model.name: model for model in models}
    return {
        model.computes: _sha256(_plain(by_name[name].sql) for name in _below(model, by_name))
        for model in by_name.values()
        if model.computes is not None
    }


def _sha256(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _below(model: Model, by_name: Mapping[str, Model]) -> list[str]:
    found, waiting = set(), [model.name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += by_name[name].reads
    return sorted(found)


@cache
def _plain(sql: str) -> str:
    """The statement in one form, whatever its comments, layout and case of keywords."""
    import sqlglot

    return sqlglot.parse_one(sql, dialect="duckdb").sql(dialect="duckdb", comments=False)


def recorded() -> dict[Key, str]:
    """The digests on record."""
    with RECORD.open(encoding="utf-8", newline="") as file:
        return {(row["indicator_id"], int(row["definition_version"])): row["sha256"] for row in csv.DictReader(file)}


def deviations(now: Mapping[Key, str], then: Mapping[Key, str]) -> list[str]:
    """What differs between formulas and record, each with what to do about it."""
    told = []
    for indicator_id, version in sorted(now.keys() | then.keys()):
        key = (indicator_id, version)
        name = f"{indicator_id}, version {version}"
        if key not in then:
            told.append(f"{name}: not on record; run make definitions")
        elif key not in now:
            told.append(f"{name}: on record without a model; a version that was in force stays: put it back")
        elif now[key] != then[key]:
            told.append(
                f"{name}: its formula has changed. If it now means something else, put the old model back and add a "
                f"new version: a row with definition_version {version + 1} and its first day in dbt_project/seeds/"
                f"indicators.csv, and a model {model_name(indicator_id, version + 1)}. If every figure stays as it is "
                f"(a refresh before and after publishes the same values), run make definitions and say so in the commit"
            )
    return told


def main() -> None:
    """Record the digests of the formulas as they stand."""
    with TemporaryDirectory() as home:
        now = digests(formula_models(compile_dbt(Settings.of(home=home)).parent))
    changed = deviations(now, recorded()) if RECORD.exists() else []
    lines = [f"{indicator_id},{version},{digest}\n" for (indicator_id, version), digest in sorted(now.items())]
    replace_text(RECORD, "indicator_id,definition_version,sha256\n" + "".join(lines))
    sys.stdout.write(f"{RECORD}: {len(now)} formulas, {len(changed)} of them changed\n")


if __name__ == "__main__":
    main()
