"""Writes what the dbt project holds of the registries: sources, staging models and their YAML from the contracts; the
macros that list extracts, indicators and rules on records from the contracts and seeds. Run by `make generate`; needs
the development tools."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from orchestration.dbt_build.formulas import model_name
from orchestration.settings import DBT_PROJECT
from orchestration.text import Pair, words
from raw_landing.contract import CONTRACTS, Contract, load_contracts, source_names
from raw_landing.storage.landed_schema import METADATA

STAGING = "models/staging"
REGISTRY = "macros/registry.sql"
LABELS = "macros/labels.sql"
DOUBT_RULES = "seeds/doubt_rules.csv"  # kept by hand but for the extracts of the rules on all of a kind
GENERATED = "Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost."
KEYED = ("events", "upsert")  # loads of which staging keeps one row per key


def pages(project: Path = DBT_PROJECT, contracts: Path = CONTRACTS) -> dict[str, str]:
    """Every generated file: its path below the dbt project, and its text. Raises ContractError, OSError."""
    known = load_contracts(contracts)
    staged = yaml.safe_load(Path(__file__).with_name("staging_words.yml").read_text(encoding="utf-8"))
    made = {f"{STAGING}/sources.yml": _sources(known, staged["landed"])}
    for source, group in groupby(known.values(), key=lambda contract: contract.source):
        entries = list(group)
        made[f"{STAGING}/{source}/stg_{source}.yml"] = _described(entries, staged)
        for contract in entries:
            made[f"{STAGING}/{source}/{contract.staged}.sql"] = _formatted(_staging_model(contract))
    rules = _rules(known, project / DOUBT_RULES)
    made[DOUBT_RULES] = _csv(rules)
    made[REGISTRY] = _formatted(_registry(known, project / "seeds" / "indicators.csv", rules))
    made[LABELS] = _formatted(_labels(known, contracts))
    return made


def _staging_model(contract: Contract) -> str:
    """The SQL of a staging model: the contract's columns, the person, the reporting unit and the weight."""
    chosen = f', key={list(contract.key)}, load="{contract.load}"' if contract.load in KEYED else ""
    regions = ',\n\nregions as (select * from {{ ref("regions") }})' if contract.has_region else ""
    columns = ['{{ landing_columns("landed") }}', *(f"landed.{name}" for name in contract.by_name)]
    if contract.has_person:
        columns.append('{{ person_id("landed.id_number") }} as person_id')
    if contract.has_region:
        columns.append('{{ region_unit("regions") }} as region_unit')
    columns.append('{{ weight("landed") }} as weight')
    return (
        f'{{# {GENERATED} #}}\nwith landed as ({{{{ landed_rows("{contract.extract}"{chosen}) }}}}){regions}\n\n'
        f"select {', '.join(columns)}\nfrom landed\n"
        + ("left join regions on landed.region_code = regions.region_code\n" if contract.has_region else "")
    )


def _sources(contracts: Mapping[str, Contract], description: str) -> str:
    """The sources' YAML: one relation per extract. What else landing leaves is described in ledger.yml."""
    tables = [
        {
            "name": contract.extract,
            "description": f"{contract.zh} / {contract.load}, {contract.cadence}",
            "config": {"meta": {"load": contract.load}},
            "columns": [
                *({"name": name} for name in METADATA),
                *({"name": column.name, "description": column.zh} for column in contract.columns),
            ],
        }
        for contract in contracts.values()
    ]
    return _yaml({"sources": [{"name": "landed", "schema": "landed", "description": description, "tables": tables}]})


def _described(contracts: list[Contract], staged: Mapping[str, Mapping[str, str]]) -> str:
    """The YAML of one source's staging models."""

    def columns(contract: Contract) -> Iterator[dict[str, str]]:
        added = {"person_id": contract.has_person, "region_unit": contract.has_region, "weight": True}
        said = dict.fromkeys(METADATA) | {column.name: column.zh for column in contract.columns}
        said |= {name: None for name, is_there in added.items() if is_there}
        for name, zh in said.items():
            yield {"name": name, "description": zh or staged["columns"][name]}

    models = [
        {
            "name": contract.staged,
            "description": f"{contract.zh}。{staged['loads'][contract.load]}",
            "columns": list(columns(contract)),
        }
        for contract in contracts
    ]
    return _yaml({"models": models})


def _rules(contracts: Mapping[str, Contract], seed: Path) -> list[dict[str, str]]:
    """The rules on records as their seed has them; those on all extracts of a kind with every extract of it."""
    kinds = {
        "identity_number": [contract.extract for contract in contracts.values() if contract.has_person],
        "event_repeated": [contract.extract for contract in contracts.values() if contract.load == "events"],
        "key_in_two_units": [contract.extract for contract in contracts.values() if contract.load == "upsert"],
    }
    rules = _rows(seed)
    for row in rules:
        if of_kind := kinds.get(row["rule_id"]):
            listed = [extract for extract in row["extracts"].split(";") if extract in of_kind]
            row["extracts"] = ";".join(dict.fromkeys((*listed, *of_kind)))
    return rules


def _registry(contracts: Mapping[str, Contract], seed: Path, rules: Iterable[Mapping[str, str]]) -> str:
    """The macros that say which extracts, indicators and rules on records there are: dbt must know before it reads any
    table what a model is made of."""
    extracts = {
        contract.extract: {
            "staged": contract.staged,
            "load": contract.load,
            "key": list(contract.key),
            "has_person": contract.has_person,
            "has_region": contract.has_region,
            "dated": contract.period_column,
        }
        for contract in contracts.values()
    }
    indicators = [
        {
            "indicator_id": row["indicator_id"],
            "definition_version": int(row["definition_version"]),
            "model": model_name(row["indicator_id"], int(row["definition_version"])),
            "extract": row["source_extracts"].split(";")[0],
            "is_draft": not row["in_force_from"],
            "counts_events": row["is_additive_in_time"] == row["is_additive_in_space"] == "true",
        }
        for row in _rows(seed)
    ]
    extracts_by_rule = {row["rule_id"]: row["extracts"].split(";") for row in rules}
    return (
        f"{{# {GENERATED} #}}\n"
        "{# The extracts: staging model, load, key, what a row names, the column of an event's day. #}\n"
        f"{_macro('extracts', extracts)}"
        "{# The versions of indicators: model, extract of the numerator, whether a draft, whether of events. #}\n"
        f"{_macro('indicators', indicators)}"
        "{# The rules on doubtful records, and the extracts whose records each looks through. #}\n"
        f"{_macro('doubt_rules', extracts_by_rule)}"
    )


def _labels(contracts: Mapping[str, Contract], folder: Path) -> str:
    """The macro with the names of codes and the notes of the views, in Chinese and English: the catalogue's words."""
    names: dict[str, dict[str, Pair]] = {
        "status": words("labels.status"),
        "maturity": words("labels.maturity"),
        "target_kind": words("labels.target_kind"),
        "attribute": words("labels.attribute"),
        "cause": words("labels.cause"),
        "grade": words("labels.grade"),
        "grade_final": words("labels.grade_final"),
        "note": words("labels.note"),
    }
    names["extract"] = {one.extract: (one.zh, one.extract.replace("_", " ")) for one in contracts.values()}
    names["source"] = source_names(folder)
    return f"{{# {GENERATED} #}}\n{{# What codes are called, in Chinese and English. #}}\n{_macro('labels', names)}"


def _macro(name: str, content: object) -> str:
    """A macro that returns plain content."""
    return f"{{% macro {name}() -%}} {{{{ return({content!r}) }}}} {{%- endmacro %}}\n\n"


def _rows(seed: Path) -> list[dict[str, str]]:
    with seed.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _csv(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _yaml(content: Mapping[str, Any]) -> str:
    body = yaml.safe_dump({"version": 2, **content}, allow_unicode=True, sort_keys=False, width=1000)
    return f"# {GENERATED}\n{body}"


def _formatted(sql: str) -> str:
    """SQL in the project's style."""
    from sqlfmt.api import Mode, format_string

    return format_string(sql, Mode(line_length=120))


def write(project: Path = DBT_PROJECT, contracts: Path = CONTRACTS) -> None:
    """Write every generated file that differs; staging models of extracts that are no more go. Raises ContractError,
    OSError."""
    made = pages(project, contracts)
    for name, text in made.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in (project / STAGING).glob("*/*"):
        if path.relative_to(project).as_posix() not in made:
            path.unlink()


if __name__ == "__main__":
    write()
