"""What Dagster's page says of the assets that landing makes: words in both languages, columns, owners, periods, when
they are due. No work."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import dagster as dg

from orchestration.text import words
from raw_landing.contract import CONTRACTS as FOLDER
from raw_landing.contract import Cadence, Column, Contract, load_contracts
from raw_landing.storage.landed_schema import METADATA, RELATIONS
from raw_landing.text import say

CONTRACTS = load_contracts()
LEDGER = tuple(RELATIONS)
DELIVERIES, LANDED = "deliveries", "landed"

TIMEZONE = "Asia/Shanghai"
STATISTICS, PLANNING = "team:statistics", "team:planning"
"""Who answers for the models, and for what is published; for what an agency delivers, the agency does."""

_FIRST_YEAR = min(int(contract.first_period[:4]) for contract in CONTRACTS.values())
_CADENCES: dict[Cadence, tuple[str, str, int]] = {
    "monthly": ("*", "%Y-%m", 28),
    "quarterly": ("1,4,7,10", "%Y-%m", 90),
    "annual": ("1", "%Y", 365),
}
"""The months in which periods begin, how a partition is named, the days of the shortest period."""

PARTITIONS = {
    cadence: dg.TimeWindowPartitionsDefinition(
        cron_schedule=f"0 0 1 {months} *",
        start=date(_FIRST_YEAR, 1, 1).strftime(form),
        fmt=form,
        timezone=TIMEZONE,
        end_offset=1,  # a dump may come before its period has ended
    )
    for cadence, (months, form, _) in _CADENCES.items()
}
"""The periods of deliveries by cadence, each by its first month; a year by itself."""


def partition_of(cadence: Cadence, first_day: date) -> str:
    """The partition of a period that begins on a day."""
    return first_day.strftime(_CADENCES[cadence][1])


def period_of(cadence: Cadence, partition: str) -> str:
    """The period of a partition as dumps are named: YYYY-MM, YYYY-Qn or YYYY."""
    if cadence != "quarterly":
        return partition
    year, month = partition.split("-")
    return f"{year}-Q{(int(month) + 2) // 3}"


def due_policy(contract: Contract) -> dg.FreshnessPolicy:
    """Something must have come between the end of a period and the end of the day it is due."""
    months, _, shortest = _CADENCES[contract.cadence]
    late = date(2001, 1, 1) + timedelta(days=contract.due_days)  # of a period that ended with 2000
    if months != "*":
        months = ",".join(str((int(month) + late.month - 2) % 12 + 1) for month in months.split(","))
    return dg.FreshnessPolicy.cron(
        deadline_cron=f"0 0 {min(late.day, 28)} {months} *",
        lower_bound_delta=timedelta(days=min(max(contract.due_days, 1), shortest)),
        timezone=TIMEZONE,
    )


def delivery_specs(cadence: Cadence) -> list[dg.AssetSpec]:
    """What agencies deliver at this cadence: an asset per extract, a partition per period."""
    return [
        dg.AssetSpec(
            [DELIVERIES, contract.extract],
            description=_described(DELIVERIES, contract),
            kinds={"csv"},
            partitions_def=PARTITIONS[cadence],
            freshness_policy=due_policy(contract),
            **_common(contract),
        )
        for contract in CONTRACTS.values()
        if contract.cadence == cadence
    ]


def landed_specs() -> list[dg.AssetSpec]:
    """The rows of all active dumps, an asset per extract."""
    return [
        dg.AssetSpec(
            [LANDED, contract.extract],
            deps=[[DELIVERIES, contract.extract]],
            description=_described(LANDED, contract),
            kinds={"parquet"},
            **_common(contract),
        )
        for contract in CONTRACTS.values()
    ]


def ledger_specs(manifest: Mapping[str, Any]) -> list[dg.AssetSpec]:
    """What landing writes down of all dumps, in the words of dbt's sources."""
    described = {f"{source['schema']}.{source['name']}": source for source in manifest["sources"].values()}
    return [
        dg.AssetSpec(
            relation.split("."),
            group_name="ledger",
            description=described[relation]["description"],
            kinds={"duckdb"},
            owners=[STATISTICS],
            metadata={
                "dagster/column_schema": dg.TableSchema(
                    [
                        dg.TableColumn(name, kind, described[relation]["columns"][name]["description"] or None)
                        for name, kind in columns.items()
                    ]
                )
            },
        )
        for relation, columns in RELATIONS.items()
    ]


def _common(contract: Contract) -> dict[str, Any]:
    file = FOLDER / contract.source / f"{contract.extract}.yml"
    return {
        "group_name": contract.source,
        "owners": [f"team:{contract.source}"],
        "tags": {
            "cadence": contract.cadence,
            "load": contract.load,
            "delivered_by": contract.delivered_by,
            **({"personal_data": ""} if any(column.pii for column in contract.columns) else {}),
        },
        "metadata": {
            "key": ", ".join(contract.key),
            "due_days": contract.due_days,
            "contract": dg.MetadataValue.path(file),
            "dagster/column_schema": dg.TableSchema(
                [
                    *(dg.TableColumn(name, kind, " / ".join(say(f"column.{name}"))) for name, kind in METADATA.items()),
                    *(_column(column, contract) for column in contract.columns),
                ]
            ),
        },
    }


def _column(column: Column, contract: Contract) -> dg.TableColumn:
    return dg.TableColumn(
        column.name,
        column.sql_type,
        in_both(column.zh, column.name),
        dg.TableColumnConstraints(
            nullable=not column.required,
            unique=contract.key == (column.name,),
            other=[f"{code} {meaning}" for code, meaning in column.values.items()],
        ),
        tags={"personal_data": column.pii} if column.pii else {},
    )


def in_both(description: str, name: str) -> str:
    """A description that is Chinese alone, with the words of the column's name."""
    return description if " / " in description else f"{description} / {name.replace('_', ' ')}".removeprefix(" / ")


def _described(kind: str, contract: Contract) -> str:
    said = words("dagster.described")[kind]
    titles = (contract.zh, contract.extract.replace("_", " ").capitalize())
    load, cadence = words("dagster.load")[contract.load], words("dagster.cadence")[contract.cadence]
    return " / ".join(
        sentence.format(title=titles[at], load=load[at], cadence=cadence[at], days=contract.due_days)
        for at, sentence in enumerate(said)
    )
