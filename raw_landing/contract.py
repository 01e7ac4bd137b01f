"""The data contracts: columns, types, codes, keys and cadence of each extract. The one registry that parsing, dbt
sources, suites, sample and manual follow from; reads no dump."""

from __future__ import annotations

import csv
import re
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from raw_landing.errors import UserError

CONTRACTS = Path(__file__).parent / "contracts"
PLANS = Path(__file__).parent.parent / "dbt_project" / "seeds" / "plans.csv"

Load = Literal["events", "snapshot", "upsert", "report"]
Cadence = Literal["monthly", "quarterly", "annual"]
DeliveredBy = Literal["units", "province", "either"]
ColumnType = Literal["string", "code", "date", "month", "integer", "decimal", "boolean"]
Check = Literal["id_number", "uscc", "region", "region_or_nation", "industry_section", "plan"]

DEFAULT_DUE_DAYS: dict[Cadence, int] = {"monthly": 15, "quarterly": 25, "annual": 60}
SQL_TYPES: dict[ColumnType, str] = {
    "string": "VARCHAR",
    "code": "VARCHAR",
    "date": "DATE",
    "month": "DATE",  # the month's first day
    "integer": "BIGINT",
    "decimal": "DECIMAL(28, 10)",  # exact, so that sums do not depend on the order of rows
    "boolean": "BOOLEAN",
}
_PERIODS: dict[Cadence, str] = {"monthly": r"\d{4}-\d\d", "quarterly": r"\d{4}-Q\d", "annual": r"\d{4}"}
_PERIOD = r"^[1-9]\d{3}(-(0[1-9]|1[0-2]|Q[1-4]))?$"


class ContractError(UserError, ValueError):
    """A contract file is invalid; the message names file and key."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """One column: its names, its type and what a value must satisfy. `pii`: it holds a person's name, a number that is
    one person's alone, or a fact about a person. `required`: every cell is filled; `may_be_absent`: a dump may come
    without it, in which case what is `needed_for` (ids of indicators and of doubt rules) is not computed. Of a day,
    `not_before` names another that it should not precede, and `after_birth` says that it should follow the date of
    birth in the identity number: records that say otherwise land, and the gate warns. `is_counted`: cells may be empty,
    and what they say decides a figure: a dump in which suddenly all are empty stops the release."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    zh: str
    aliases: tuple[str, ...] = ()
    type: ColumnType
    values: dict[str, str] = {}
    required: bool = False
    unit: str | None = None
    min: float | None = None
    pii: Literal["name", "number", "quasi"] | None = None
    check: Check | None = None
    not_before: str | None = None
    after_birth: bool = False
    is_counted: bool = False
    may_be_absent: bool = False
    needed_for: tuple[str, ...] = ()

    @property
    def sql_type(self) -> str:
        """The DuckDB type of the landed column."""
        return SQL_TYPES[self.type]

    @property
    def header_names(self) -> tuple[str, ...]:
        """Every header that names this column: its name, its Chinese name, its aliases."""
        return (self.name, self.zh, *self.aliases)

    @model_validator(mode="before")
    @classmethod
    def _with_plans(cls, data: object) -> object:
        """The codes of plans are the plans there are."""
        return data | {"values": _plans()} if isinstance(data, dict) and data.get("check") == "plan" else data

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.type == "code" and not (self.values or self.check):
            raise ValueError("a code needs its list of values or a check")
        if self.values and self.type != "code":
            raise ValueError("only a code has a list of values")
        if self.min is not None and self.type not in ("integer", "decimal"):
            raise ValueError("only a number has a minimum")
        if self.may_be_absent and self.required:
            raise ValueError("a column whose cells must be filled may not be absent")
        if self.is_counted and self.required:
            raise ValueError("is_counted is said of a column whose cells may be empty")
        if self.needed_for and not self.may_be_absent:
            raise ValueError("needed_for is said of a column that may be absent")
        return self


class Contract(_Strict):
    """One extract as agreed with the agencies (raw_landing/contracts/<source>/<extract>.yml)."""

    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    extract: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    zh: str
    load: Load
    cadence: Cadence
    delivered_by: DeliveredBy = "units"
    period_column: str | None = None
    is_reference: bool = False  # denominators and targets: what becomes of its dumps counts as reference data
    due_days: int = Field(ge=0)
    due_from: str | None = Field(default=None, pattern=_PERIOD)  # the first period due; else the first delivered
    first_period: str = Field(default="2015-01", pattern=_PERIOD)  # of those before it no dump is accepted
    min_sampling_fraction: float = Field(default=0.0001, gt=0, le=1)
    max_refused_share: float = Field(default=0.05, ge=0, le=1)
    key: tuple[str, ...] = Field(min_length=1)
    columns: tuple[Column, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _unfold(cls, data: object) -> object:
        """Columns are written as a mapping from name to rest; the due day may be left to the cadence."""
        if not isinstance(data, dict):
            raise ValueError("a contract is a mapping")
        data = dict(data)
        if isinstance(data.get("columns"), dict):
            data["columns"] = [{"name": name, **(rest or {})} for name, rest in data["columns"].items()]
        if data.get("due_days") is None and data.get("cadence") in DEFAULT_DUE_DAYS:
            data["due_days"] = DEFAULT_DUE_DAYS[data["cadence"]]
        return data

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = set(self.by_name)
        if self.due_from and not re.fullmatch(_PERIODS[self.cadence], self.due_from):
            raise ValueError(f"due_from: {self.due_from} is no period of a {self.cadence} extract")
        for name in self.key:
            if name not in names:
                raise ValueError(f"key: {name} is not a column")
        if (self.load == "events") != (self.period_column is not None):
            raise ValueError("period_column: events have one, no other load has")
        if self.period_column is not None and (
            self.period_column not in names or self.by_name[self.period_column].type not in ("date", "month")
        ):
            raise ValueError(f"period_column: {self.period_column} is not a column of dates or months")
        days = {column.name for column in self.columns if column.type in ("date", "month")}
        for column in self.columns:
            if column.not_before is not None and not {column.name, column.not_before} <= days:
                raise ValueError(f"columns: {column.name}: not_before: both must be days")
            if column.after_birth and not (self.has_person and column.name in days):
                raise ValueError(f"columns: {column.name}: after_birth: a day of a row that names a person")
        claimed: dict[str, str] = {}
        for column in self.columns:
            for header in column.header_names:
                other = claimed.setdefault(header, column.name)
                if other != column.name:
                    raise ValueError(f"columns: header {header} names both {other} and {column.name}")
        return self

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns by name."""
        return {column.name: column for column in self.columns}

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns of which every cell must be filled."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def obligatory(self) -> tuple[str, ...]:
        """Names of the columns without which a dump is rejected."""
        return tuple(column.name for column in self.columns if not column.may_be_absent)

    @property
    def staged(self) -> str:
        """The name of its staging model."""
        return f"stg_{self.source}__{self.extract}"

    @property
    def has_person(self) -> bool:
        """Whether a row names a person: every extract calls the identity number `id_number`."""
        return "id_number" in self.by_name

    @property
    def has_region(self) -> bool:
        """Whether a row names a region: every extract calls it `region_code`."""
        return "region_code" in self.by_name

    @property
    def first_day(self) -> date:
        """The first day of the first period of which dumps are accepted."""
        return _first_day(self.first_period)

    @property
    def due_from_day(self) -> date | None:
        """The first day of the first period that is due; None where the first delivered one is."""
        return _first_day(self.due_from) if self.due_from else None

    @property
    def units_of_measure(self) -> frozenset[str]:
        """The units of measure of its columns; a unit line must name one of them, where there are any."""
        return frozenset(column.unit for column in self.columns if column.unit)


@lru_cache(maxsize=1)
def _plans() -> dict[str, str]:
    """The plans by id, as agencies write them."""
    with PLANS.open(encoding="utf-8", newline="") as file:
        return {row["plan_id"]: row["short_zh"] for row in csv.DictReader(file)}


def _first_day(period: str) -> date:
    year, _, part = period.partition("-")
    month = 3 * int(part[1]) - 2 if part.startswith("Q") else int(part or 1)
    return date(int(year), month, 1)


def load_contract(path: Path) -> Contract:
    """Read one contract file. Raises ContractError, naming file and key, where it is invalid or in the wrong folder."""
    try:
        contract = Contract.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise ContractError(f"{path}: not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        raise ContractError(f"{path}: {key}: {first['msg']}") from error
    if (contract.source, contract.extract) != (path.parent.name, path.stem):
        raise ContractError(f"{path}: source, extract: stands in the place of {path.parent.name}/{path.stem}")
    return contract


@lru_cache(maxsize=4)
def load_contracts(folder: Path = CONTRACTS) -> dict[str, Contract]:
    """All contracts by extract name, sorted by source and extract. Raises ContractError."""
    contracts: dict[str, Contract] = {}
    for path in sorted(folder.glob("*/*.yml")):
        contract = load_contract(path)
        if contract.extract in contracts:
            raise ContractError(f"{path}: extract: {contract.extract} stands twice")
        contracts[contract.extract] = contract
    if not contracts:
        raise ContractError(f"{folder}: no contract found")
    return contracts


@lru_cache(maxsize=4)
def source_names(folder: Path = CONTRACTS) -> dict[str, tuple[str, str]]:
    """What the systems that deliver are called in Chinese and in English, in the order of sources.yml; one that is not
    named there goes by its id."""
    named = yaml.safe_load((folder / "sources.yml").read_text(encoding="utf-8"))
    known = {source: (names["zh"], names["en"]) for source, names in named.items()}
    return known | {one.source: (one.source,) * 2 for one in load_contracts(folder).values() if one.source not in known}
